import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import type { Column, Table } from '../postgres/catalog'
import { objectName } from '../postgres/names'
import type { AlterRelation, Command } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import { tokensOf } from '../sql/tokens'
import { inBatches, withoutKey } from './batches'
import { mentions } from './dependence'
import { replacement } from './edits'
import { earlierStatements } from './later'
import { downSteps, newMigrations, type Part } from './placement'
import type { RuleContext } from './rule'
import type { Target } from './target'
import { withhold } from './withheld'

export const remarking = (table: string, column: string, remark: string): string =>
  `COMMENT ON COLUMN ${table}.${column} IS ${remark};`

/** What the last COMMENT says of a column, as it is written there; NULL for nothing. */
export function remarkOn({ relation }: AlterRelation, column: string, context: RuleContext): string {
  const earlier = earlierStatements(context, [column]).map(({ statement }) => statement)
  const own = context.steps.slice(0, context.index).map(({ statement }) => statement)
  const last = [...earlier, ...own].findLast(
    ({ command }) =>
      command?.tag === 'COMMENT' && command.column === column && command.relation?.name === relation.name,
  )
  const is = last && tokensOf(last.text).find(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'IS')
  return is ? last.text.slice(is.end).trim() : 'NULL'
}

/** Whether a role has been given privileges on the column alone: another one has none. */
export const isGranted = (table: Table, column: string, context: RuleContext): boolean =>
  earlierStatements(context, [column]).some(
    ({ statement: { command, text } }) =>
      command &&
      'grant' in command &&
      command.grant?.ofColumns &&
      command.relations.some(({ name }) => name === table.name) &&
      mentions({ statement: { text } }, column),
  )

/**
 * Returns the edits that let the down undo what the statement becomes in the place of what it was; none where there is no down,
 * undefined where that does not undo the statement, or has more to do with the columns.
 */
export function undoneHere(
  { relation }: AlterRelation,
  isInverse: (subcommand: Subcommand) => boolean,
  undo: readonly string[],
  context: RuleContext,
  columns: readonly string[],
): readonly Edit[] | undefined {
  const matches = (command: Command) =>
    command.tag === 'ALTER TABLE' &&
    command.relation.name === relation.name &&
    command.subcommands.length === 1 &&
    command.subcommands.every(isInverse)
  const downs = downSteps(context)
  if (downs.length === 0) return []
  const isAbout = (step: Step) => mentions(step, relation.name) && columns.some(column => mentions(step, column))
  const [inverse, ...others] = downs.filter(isAbout)
  if (!inverse) return withhold('The down does not undo this.')
  if (!inverse.command || !matches(inverse.command) || others.length > 0)
    return withhold('The down does something else with the column than undoing this.')
  return [replacement(inverse, { start: 0, end: inverse.statement.text.length }, undo.join('\n').replace(/;$/, ''))]
}

interface Filling {
  readonly column: Column
  /** As the statement writes it. */
  readonly table: string
  readonly into: string
  readonly value: string
  readonly title: string
  /** What each batch does first. */
  readonly first?: string
}

/** The rows that are there, in batches. */
export function filling(
  { relation }: AlterRelation,
  { column, table, into, value, title, first = '' }: Filling,
  target: Target,
  context: RuleContext,
): Part | undefined {
  const next = quoted(into)
  const block = inBatches(
    table,
    target.table,
    context,
    condition =>
      `${first}UPDATE ${table} SET ${next} = ${value} WHERE ${condition} AND ${next} IS NULL AND ${quoted(column.name)} IS NOT NULL`,
  )
  if (block === undefined) {
    withoutKey(relation)
    return undefined
  }
  return { ...partOf(`backfill_${relation.name}_${title}`, [block]), transaction: false }
}

export function inPlaceOf(
  { relation }: AlterRelation,
  { here, undone }: { readonly here: readonly string[]; readonly undone: readonly Edit[] },
  parts: readonly Part[],
  title: string,
  context: RuleContext,
): Fix[] {
  const { fence } = context.migration.framework
  const fenced = (text: string) => (fence && text.includes('$$') ? `${fence.before}\n${text}\n${fence.after}` : text)
  const text = here.map(fenced).join('\n').replace(/;$/, '')
  const edits = [replacement(context, { start: 0, end: context.statement.text.length }, text), ...undone]
  const placed = newMigrations(context, parts, edits, { tables: [relation.name] })
  return placed ? [{ title: `${title},${placed.where}`, safety: 'review', ...placed }] : []
}

interface Sync {
  /** Of the trigger. */
  readonly name: string
  /** Of the function, in the table's schema. */
  readonly function: string
}

/** Triggers run in the order of their names: this one comes after those of `before`. */
export function nameOfSync(
  { relation }: AlterRelation,
  column: string,
  table: string,
  before: readonly string[] = [],
): Sync {
  const own = objectName(relation.name, column, 'sync')
  const name = quoted(before.every(other => other < own) ? own : objectName(`zz_${relation.name}`, column, 'sync'))
  const schema = table.includes('.') ? table.slice(0, table.lastIndexOf('.') + 1) : ''
  return { name, function: `${schema}${name}` }
}

export const syncTrigger = (table: string, sync: Sync, body: readonly string[]): string[] => [
  [
    `CREATE FUNCTION ${sync.function}() RETURNS trigger LANGUAGE plpgsql AS $$`,
    'BEGIN',
    ...body.map(line => `  ${line}`),
    '  RETURN NEW;',
    'END',
    '$$;',
  ].join('\n'),
  `CREATE TRIGGER ${sync.name} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${sync.function}();`,
]

export const withoutSync = (table: string, sync: Sync): string[] => [
  `DROP TRIGGER ${sync.name} ON ${table};`,
  `DROP FUNCTION ${sync.function}();`,
]

export const partOf = (title: string, up: readonly string[], down: readonly string[] = []): Part => ({
  title,
  up,
  down: { edits: [], text: down.join('\n') },
  transaction: true,
})

/** Nobody may find the table without the column. */
export const atOnce = (title: string, up: readonly string[], down: readonly string[]): Part => ({
  ...partOf(title, up, down),
  isAtOnce: true,
})
