import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import { typeText } from '../inverse/texts'
import {
  type Catalog,
  type Column,
  columnNamed,
  columnsOfIndex,
  indexesOf,
  keyOfRelation,
  type Table,
  viewsReadingColumn,
} from '../postgres/catalog'
import { isBuiltIn } from '../postgres/types'
import type { AlterRelation, Command } from '../sql/commands'
import type { TypeName } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import { tokensOf } from '../sql/tokens'
import { inBatches, withoutKey } from './batches'
import { mentions } from './dependence'
import { replacement, written } from './edits'
import { earlierStatements } from './later'
import { notNullParts } from './not-null-steps'
import { downSteps, isNeeded, newMigrations, type Part } from './placement'
import type { RuleContext } from './rule'
import type { SubcommandOfKind, Target } from './target'
import { withhold } from './withheld'

/**
 * Returns the fix that changes a column's type without a rewrite: a new column that a trigger keeps up to date, the rows that are
 * there in batches, a swap of the names, and the old column dropped by a migration for a later release.
 */
export function retypedInSteps(
  alter: AlterRelation,
  { column: { name }, type, using }: SubcommandOfKind<'ALTER COLUMN TYPE'>,
  target: Target,
  context: RuleContext,
): Fix[] {
  const column = plainColumn(alter, name, target, context)
  const old = column && typeText(column.type)
  if (column && using && using.cast?.column !== name)
    withhold('USING does more than cast the column: what it does would have to stand in the trigger too.')
  if (!column || old === undefined || (using && using.cast?.column !== name)) return []
  const types = [column.type, type, ...(using?.cast?.types ?? [])]
  if (types.some(({ name: of }) => dependingOnZone.has(of))) {
    withhold("What the values become depends on the session's time zone, and the trigger would run in others.")
    return []
  }
  const [copy, before] = [`${name}_new`, `${name}_old`]
  if (columnNamed(target.table, copy) || columnNamed(target.table, before)) return []
  const table = written(context, alter.relation.span)
  const typed = written(context, type.span)
  const casts = castsOf(using?.cast?.types ?? [], context)
  const cast = (value: string) => (casts === '' ? `${value}::${typed}` : `${value}${casts}`)
  const sync = nameOfSync(alter, copy, table)
  const trigger = syncTrigger(table, sync, [`NEW.${quoted(copy)} := ${cast(`NEW.${quoted(name)}`)};`])
  const here = [`ALTER TABLE ${table} ADD COLUMN ${quoted(copy)} ${typed};`, ...trigger]
  const undo = [...withoutSync(table, sync), `ALTER TABLE ${table} DROP COLUMN ${quoted(copy)};`]
  const undone = undoneHere(
    alter,
    other => other.kind === 'ALTER COLUMN TYPE' && other.column.name === name,
    undo,
    context,
    [name],
  )
  const filled = filling(alter, { column, table, into: copy, value: cast(quoted(name)), title: name }, target, context)
  if (!filled || !undone) return []
  const remark = remarkOn(alter, name, context)
  const swap = [
    ...withoutSync(table, sync),
    `ALTER TABLE ${table} RENAME COLUMN ${quoted(name)} TO ${quoted(before)};`,
    `ALTER TABLE ${table} RENAME COLUMN ${quoted(copy)} TO ${quoted(name)};`,
    ...(column.notNull ? [`ALTER TABLE ${table} ALTER COLUMN ${quoted(before)} DROP NOT NULL;`] : []),
    ...(remark === 'NULL' ? [] : [remarking(table, quoted(name), remark)]),
    deprecating(table, quoted(before)),
  ]
  const last = [
    '-- For a later release, when nobody needs the old values.',
    `ALTER TABLE ${table} DROP COLUMN ${quoted(before)};`,
  ]
  const parts = [
    ...filled,
    atOnce(`swap_${alter.relation.name}_${name}`, swap, [
      remarking(table, quoted(before), remark),
      ...(remark === 'NULL' ? [] : [remarking(table, quoted(name), 'NULL')]),
      // Since the swap nobody has written the old one.
      `UPDATE ${table} SET ${quoted(before)} = ${quoted(name)}::${old} WHERE ${asText(cast(quoted(before)))} IS DISTINCT FROM ${asText(quoted(name))};`,
      `ALTER TABLE ${table} RENAME COLUMN ${quoted(name)} TO ${quoted(copy)};`,
      `ALTER TABLE ${table} RENAME COLUMN ${quoted(before)} TO ${quoted(name)};`,
      ...(column.notNull ? [`ALTER TABLE ${table} ALTER COLUMN ${quoted(name)} SET NOT NULL;`] : []),
      ...trigger,
    ]),
    partOf(`drop_${alter.relation.name}_${before}`, last, [
      `ALTER TABLE ${table} ADD COLUMN ${quoted(before)} ${old};`,
      `UPDATE ${table} SET ${quoted(before)} = ${quoted(name)}::${old};`,
      deprecating(table, quoted(before)),
    ]),
  ]
  return inPlaceOf(
    alter,
    { here, undone },
    parts,
    'Fill a new column beside it and swap the names',
    column.notNull ? { isChange: true } : {},
    context,
  )
}

/** What is said of a column that only the drop is left for. */
const deprecating = (table: string, column: string): string =>
  `COMMENT ON COLUMN ${table}.${column} IS 'DEPRECATED: a later release drops it';`

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

/** Some types know no equality. */
const asText = (value: string): string => (value.endsWith('::text') ? value : `${value}::text`)

/** The trigger runs in sessions of other time zones: their values would differ. */
const dependingOnZone: ReadonlySet<string> = new Set(['timestamptz', 'timetz'])

/** A column that nothing but its own values hangs on: no index, constraint, default, sequence, view or trigger. */
function plainColumn(alter: AlterRelation, name: string, { table }: Target, context: RuleContext): Column | undefined {
  const column = columnNamed(table, name)
  if (!table || !column || table.conditional)
    return withhold('The migrations here do not show what hangs on the column.')
  if (alter.only || context.direction === 'down') return undefined
  if (alter.subcommands.length > 1) return withhold('The statement does other things too.')
  if (table.kind !== 'table' || table.partitionOf || table.inherits.length > 0 || column.inherited)
    return withhold('The table shares the column with others.')
  const hanging = hangingOn(column, table, context.catalog)
  if (hanging !== undefined) return withhold(`The new column would need ${hanging} as well.`)
  // A type of its own is often dropped once no column has it any more.
  const type = isBuiltIn(column.type.name) ? undefined : column.type.name
  const needs = (step: Step) =>
    mentions(step, table.name) || (type !== undefined && mentions(step, type) && `names type "${type}"`)
  return isNeeded(context, needs) ? undefined : column
}

/** What would have to come along to another column. */
function hangingOn({ name, ...column }: Column, table: Table, catalog: Catalog): string | undefined {
  if (column.default || column.generated || column.identity) return 'its default'
  if (column.collation) return 'its collation'
  const relation = keyOfRelation(table)
  const index = indexesOf(catalog, relation).find(other => columnsOfIndex(other).has(name))
  const constraint = table.constraints.find(({ kind, columns }) => kind !== 'NOT NULL' && columns.includes(name))
  const [view] = viewsReadingColumn(catalog, relation, name)
  const generated = table.columns.find(other => other.generatedFrom?.includes(name))
  if (constraint) return `constraint "${constraint.name}"`
  if (index) return `index "${index.name}"`
  if (view) return `view "${view.name}"`
  if (generated) return `generated column "${generated.name}"`
  if (table.triggers.length > 0) return `trigger "${table.triggers[0]?.name}"`
  return (table.policies?.length ?? 0) > 0 ? 'the policies of the table' : undefined
}

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
}

/** The rows that are there, in batches, and NOT NULL where the column had it. */
export function filling(
  { relation }: AlterRelation,
  { column, table, into, value, title }: Filling,
  target: Target,
  context: RuleContext,
): Part[] | undefined {
  const next = quoted(into)
  const block = inBatches(
    table,
    target.table,
    condition =>
      `UPDATE ${table} SET ${next} = ${value} WHERE ${condition} AND ${next} IS NULL AND ${quoted(column.name)} IS NOT NULL`,
  )
  if (block === undefined) {
    withoutKey(relation)
    return undefined
  }
  return [
    { ...partOf(`backfill_${relation.name}_${title}`, [block]), transaction: false },
    ...(column.notNull ? notNullParts(relation, table, [into], context) : []),
  ]
}

/** PostgreSQL 18 names a NOT NULL constraint after its column, which had another name then. */
export function inPlaceOf(
  { relation }: AlterRelation,
  { here, undone }: { readonly here: readonly string[]; readonly undone: readonly Edit[] },
  parts: readonly Part[],
  title: string,
  change: Pick<Fix, 'isChange'>,
  context: RuleContext,
): Fix[] {
  const { fence } = context.migration.framework
  const fenced = (text: string) => (fence && text.includes('$$') ? `${fence.before}\n${text}\n${fence.after}` : text)
  const text = here.map(fenced).join('\n').replace(/;$/, '')
  const edits = [replacement(context, { start: 0, end: context.statement.text.length }, text), ...undone]
  const placed = newMigrations(context, parts, edits, { tables: [relation.name] })
  return placed ? [{ title: `${title},${placed.where}`, safety: 'review', ...change, ...placed }] : []
}

interface Sync {
  /** Of the trigger. */
  readonly name: string
  /** Of the function, in the table's schema. */
  readonly function: string
}

export function nameOfSync({ relation }: AlterRelation, column: string, table: string): Sync {
  const name = quoted(`${relation.name}_${column}_sync`)
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

const castsOf = (types: readonly TypeName[], context: RuleContext): string =>
  types.map(({ span }) => `::${written(context, span)}`).join('')
