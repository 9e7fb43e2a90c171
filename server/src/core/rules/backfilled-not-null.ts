import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import { asTable, columnNamed, relationNamed } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Update } from '../sql/row-commands'
import type { SubcommandKind } from '../sql/subcommands'
import { aboutFilling, inTheWay } from './behind'
import { cutStatement, cutSubcommand, removedStatement, written } from './edits'
import { notNullParts } from './not-null-steps'
import { downSteps, inSteps, laterSteps, type Part } from './placement'
import type { RuleContext } from './rule'
import { catalogAtCommit } from './target'

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
  const defaults = columns.flatMap(column => defaultOf(update, column, context))
  const alter = (clause: string) => `ALTER TABLE ${table} ALTER COLUMN ${clause};`
  const setDefaults = defaults.map(({ column, value }) => alter(`${quoted(column)} SET DEFAULT ${value}`))
  const [add, validate] = notNullParts(update.table, table, columns, context)
  const parts: Part[] = [
    { title: `backfill_${name}`, up: [text], down: { edits: [], text: '' }, transaction: false },
    add,
    {
      ...validate,
      up: [...validate.up, ...defaults.map(({ column }) => alter(`${quoted(column)} DROP DEFAULT`))],
      down: { edits: [], text: [...setDefaults, validate.down.text].filter(line => line !== '').join('\n') },
    },
  ]
  const edit = setDefaults.length === 0 ? cut : replacing(cut, setDefaults, context)
  const title = 'Change the rows in batches and prove NOT NULL after them'
  const placed = inSteps(context, parts, [edit, ...cuts], about)
  return placed ? [{ title: `${title},${placed.where}`, safety: 'review', ...placed }] : []
}

/**
 * The constant that fills a column, which rows written meanwhile should have too: a default until NOT NULL is proven. Nothing
 * where the column has one, and where the down would leave it behind.
 */
function defaultOf(update: Update, column: string, context: RuleContext): { column: string; value: string }[] {
  const value = update.assignments.find(assignment => assignment.column === column)?.expression
  const end = asTable(relationNamed(catalogAtCommit(context), update.table))
  if (value?.kind !== 'constant' || columnNamed(end, column)?.default || !end) return []
  const downs = downSteps(context)
  const isDropped = downs.some(({ command }) => {
    if (command?.tag === 'DROP TABLE') return command.names.some(({ name }) => name === update.table.name)
    if (command?.tag !== 'ALTER TABLE' || command.relation.name !== update.table.name) return false
    return command.subcommands.some(other => other.kind === 'DROP COLUMN' && other.column.name === column)
  })
  return downs.length === 0 || isDropped ? [{ column, value: written(context, value.span) }] : []
}

/** What stands where a statement was cut out with its lines. */
function replacing(cut: Edit, statements: readonly string[], { migration }: RuleContext): Edit {
  const removed = migration.text.slice(cut.span.start, cut.span.end)
  const end = /\n$/.test(removed) ? '\n' : ''
  return { ...cut, text: statements.join('\n') + end }
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
