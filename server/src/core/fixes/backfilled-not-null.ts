import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import { downSteps, laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { catalogAtCommit } from '../judgement/target'
import { asTable, columnNamed, relationNamed } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Update } from '../sql/row-commands'
import type { SubcommandKind } from '../sql/subcommands'
import { aboutFilling, inTheWay } from './behind'
import { cutStatement, cutSubcommand, leaving, removedStatement, written } from './edits'
import { notNullParts } from './not-null-steps'
import { inSteps, type Part } from './placement'

/**
 * Returns the fix for ADD COLUMN, UPDATE and SET NOT NULL in one transaction: the schema change stays, the rows are changed in
 * batches after it, and NOT NULL is proven after those. `changes` make a DO block of the UPDATE, which names what stands in
 * `moved`. Nothing where something else of the transaction needs the rows changed.
 */
export function notNullAfter(update: Update, changes: readonly Edit[], moved: string, context: RuleContext): Fix[] {
  const { name } = update.table
  const about = aboutFilling(update)
  const required: string[] = []
  const cuts: Edit[] = []
  for (const step of laterSteps(context)) {
    if (inTheWay(step, about, moved) === undefined) continue
    const found = settingNotNull(step, name)
    if (!found) return []
    required.push(...found.columns)
    cuts.push(...found.cuts)
  }
  const columns = [...new Set(required)]
  if (columns.length === 0) return []
  const table = written(context, update.table.span)
  const { edit: cut, text } = cutStatement(context, changes)
  const { set, reset } = defaultsOf(update, columns, context)
  const [add, validate] = notNullParts(update.table, table, columns, context)
  const parts: Part[] = [
    { title: `backfill_${name}`, up: [text], down: { edits: [], text: '' }, transaction: false },
    add,
    {
      ...validate,
      up: [...validate.up, ...reset],
      down: { edits: [], text: [...set, validate.down.text].filter(line => line !== '').join('\n') },
    },
  ]
  const edit = set.length === 0 ? cut : leaving(context, cut, set.join('\n'))
  const title = 'Change the rows in batches and prove NOT NULL after them'
  const placed = inSteps(context, parts, [edit, ...cuts], about)
  return placed ? [{ title: `${title},${placed.where}`, safety: 'review', ...placed }] : []
}

/** Returns what gives rows that are written meanwhile the constants that an UPDATE fills in, where what follows makes the columns NOT NULL. */
export const defaultsMeanwhile = (update: Update, context: RuleContext) =>
  defaultsOf(
    update,
    laterSteps(context).flatMap(({ command }) =>
      command?.tag === 'ALTER TABLE' && command.relation.name === update.table.name ? columnsOf(command) : [],
    ),
    context,
  )

/** A default until NOT NULL is proven. Nothing where the column has one, and where the down would leave it behind. */
function defaultsOf(update: Update, columns: readonly string[], context: RuleContext) {
  const end = asTable(relationNamed(catalogAtCommit(context), update.table))
  const downs = downSteps(context)
  const isDropped = (column: string) =>
    downs.some(({ command }) => {
      if (command?.tag === 'DROP TABLE') return command.names.some(({ name }) => name === update.table.name)
      if (command?.tag !== 'ALTER TABLE' || command.relation.name !== update.table.name) return false
      return command.subcommands.some(other => other.kind === 'DROP COLUMN' && other.column.name === column)
    })
  const alter = (column: string) => `ALTER TABLE ${written(context, update.table.span)} ALTER COLUMN ${quoted(column)}`
  const defaults = columns.flatMap(column => {
    const value = update.assignments.find(assignment => assignment.column === column)?.expression
    if (value?.kind !== 'constant' || columnNamed(end, column)?.default || !end) return []
    if (downs.length > 0 && !isDropped(column)) return []
    const set = `${alter(column)} SET DEFAULT ${written(context, value.span)};`
    return [{ set, reset: `${alter(column)} DROP DEFAULT;` }]
  })
  return { set: defaults.map(({ set }) => set), reset: defaults.map(({ reset }) => reset) }
}

/** The columns that an ALTER TABLE makes NOT NULL, and the edits that take that out of it; undefined where it does more. */
function settingNotNull(step: Step, table: string): { columns: string[]; cuts: Edit[] } | undefined {
  const { command } = step
  if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table) return undefined
  if (command.only || command.ifExists || !command.subcommands.every(({ kind }) => kind === 'SET NOT NULL')) {
    return settingOne(step, command)
  }
  return { columns: columnsOf(command), cuts: [removedStatement(step)] }
}

/** One SET NOT NULL beside defaults, which have to do with new rows alone, and what lets a null in. */
function settingOne(step: Step, command: AlterRelation): { columns: string[]; cuts: Edit[] } | undefined {
  const columns = columnsOf(command)
  const isPlain = command.subcommands.every(({ kind }) => beside.has(kind))
  if (columns.length !== 1 || !isPlain || command.only || command.ifExists) return undefined
  const place = command.subcommands.findIndex(({ kind }) => kind === 'SET NOT NULL')
  return { columns, cuts: cutSubcommand(step, command, place) }
}

const beside: ReadonlySet<SubcommandKind> = new Set<SubcommandKind>([
  'SET NOT NULL',
  'SET DEFAULT',
  'DROP DEFAULT',
  'DROP NOT NULL',
])

const columnsOf = ({ subcommands }: AlterRelation): string[] =>
  subcommands.flatMap(subcommand => (subcommand.kind === 'SET NOT NULL' ? [subcommand.column.name] : []))
