import type { Fix } from '../finding'
import type { Step } from '../history/steps'
import { typeText } from '../inverse/texts'
import { type Column, columnNamed, inheritorsOf, keyOfRelation } from '../postgres/catalog'
import { isBuiltIn } from '../postgres/types'
import type { AlterRelation } from '../sql/commands'
import type { TypeName } from '../sql/parts'
import { quoted } from '../sql/quote'
import { carriedOver } from './carried'
import { mentions } from './dependence'
import { written } from './edits'
import { isNeeded } from './placement'
import type { RuleContext } from './rule'
import {
  atOnce,
  filling,
  inPlaceOf,
  isGranted,
  nameOfSync,
  partOf,
  remarking,
  remarkOn,
  syncTrigger,
  undoneHere,
  withoutSync,
} from './synced-column'
import type { SubcommandOfKind, Target } from './target'
import { triggerInTheWay } from './triggers-of-copy'
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
  const column = ownColumn(alter, name, target, context)
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
  const [collate = ''] = /^\s+collate\s+[^\s,;]+/i.exec(context.statement.text.slice(type.span.end)) ?? []
  const here = [`ALTER TABLE ${table} ADD COLUMN ${quoted(copy)} ${typed}${collate};`, ...trigger]
  const undo = [...withoutSync(table, sync), `ALTER TABLE ${table} DROP COLUMN ${quoted(copy)};`]
  const undone = undoneHere(
    alter,
    other => other.kind === 'ALTER COLUMN TYPE' && other.column.name === name,
    undo,
    context,
    [name],
  )
  if (!target.table) return []
  const filled = filling(alter, { column, table, into: copy, value: cast(quoted(name)), title: name }, target, context)
  const succession = { relation: alter.relation, tableText: table, table: target.table, column }
  const carried = undone && filled && carriedOver({ ...succession, next: copy, place: name, left: before }, context)
  if (!filled || !undone || !carried) return []
  const remark = remarkOn(alter, name, context)
  const swap = [
    ...withoutSync(table, sync),
    `ALTER TABLE ${table} RENAME COLUMN ${quoted(name)} TO ${quoted(before)};`,
    `ALTER TABLE ${table} RENAME COLUMN ${quoted(copy)} TO ${quoted(name)};`,
    ...carried.taken,
    ...(remark === 'NULL' ? [] : [remarking(table, quoted(name), remark)]),
    deprecating(table, quoted(before)),
  ]
  const last = [
    '-- For a later release, when nobody needs the old values.',
    `ALTER TABLE ${table} DROP COLUMN ${quoted(before)};`,
  ]
  const parts = [
    filled,
    ...carried.parts,
    atOnce(`swap_${alter.relation.name}_${name}`, swap, [
      remarking(table, quoted(before), remark),
      ...(remark === 'NULL' ? [] : [remarking(table, quoted(name), 'NULL')]),
      // Since the swap nobody has written the old one.
      `UPDATE ${table} SET ${quoted(before)} = ${quoted(name)}::${old} WHERE ${asText(cast(quoted(before)))} IS DISTINCT FROM ${asText(quoted(name))};`,
      `ALTER TABLE ${table} RENAME COLUMN ${quoted(name)} TO ${quoted(copy)};`,
      `ALTER TABLE ${table} RENAME COLUMN ${quoted(before)} TO ${quoted(name)};`,
      ...carried.given,
      ...trigger,
    ]),
    partOf(`drop_${alter.relation.name}_${before}`, last, [
      `ALTER TABLE ${table} ADD COLUMN ${quoted(before)} ${old}${column.collation ? ` COLLATE ${quoted(column.collation)}` : ''};`,
      `UPDATE ${table} SET ${quoted(before)} = ${quoted(name)}::${old};`,
      ...carried.again,
      deprecating(table, quoted(before)),
    ]),
  ]
  return inPlaceOf(alter, { here, undone }, parts, 'Fill a new column beside it and swap the names', context)
}

/** What is said of a column that only the drop is left for. */
const deprecating = (table: string, column: string): string =>
  `COMMENT ON COLUMN ${table}.${column} IS 'DEPRECATED: a later release drops it';`

/** Some types know no equality. */
const asText = (value: string): string => (value.endsWith('::text') ? value : `${value}::text`)

/** The trigger runs in sessions of other time zones: their values would differ. */
const dependingOnZone: ReadonlySet<string> = new Set(['timestamptz', 'timetz'])

/** A column of one table alone that is written as it comes. */
function ownColumn(alter: AlterRelation, name: string, { table }: Target, context: RuleContext): Column | undefined {
  const column = columnNamed(table, name)
  if (!table || !column || table.conditional)
    return withhold('The migrations here do not show what hangs on the column.')
  if (alter.only || context.direction === 'down') return undefined
  if (alter.subcommands.length > 1) return withhold('The statement does other things too.')
  const isShared = table.partitionOf || table.inherits.length > 0 || column.inherited
  if (table.kind !== 'table' || isShared || inheritorsOf(context.catalog, keyOfRelation(table)).length > 0)
    return withhold('The table shares the column with others.')
  if (isGranted(table, name, context))
    return withhold('A role has privileges on the column alone, and none on another.')
  const trigger = triggerInTheWay(table, [name], context)
  if (trigger !== undefined) return withhold(trigger)
  // A type of its own is often dropped once no column has it any more.
  const type = isBuiltIn(column.type.name) ? undefined : column.type.name
  const needs = (step: Step) =>
    mentions(step, table.name) || (type !== undefined && mentions(step, type) && `names type "${type}"`)
  return isNeeded(context, needs) ? undefined : column
}

const castsOf = (types: readonly TypeName[], context: RuleContext): string =>
  types.map(({ span }) => `::${written(context, span)}`).join('')
