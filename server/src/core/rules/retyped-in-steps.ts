import type { Fix } from '../finding'
import type { Step } from '../history/steps'
import { asTable, columnNamed, inheritorsOf, keyOfRelation, relationNamed, type Table } from '../postgres/catalog'
import { isBuiltIn } from '../postgres/types'
import type { AlterRelation } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import { needsColumns } from './behind'
import { carriedOver } from './carried'
import { withColumns } from './column-names'
import { mentions } from './dependence'
import { leftOut, written } from './edits'
import { inBody, isNeeded } from './placement'
import { isOwnClause, type Retyped, retypedColumn, type TypeChange } from './retyped-column'
import { type Company, companyOf } from './retyped-with'
import type { RuleContext } from './rule'
import {
  atOnce,
  filling,
  inPlaceOf,
  isGranted,
  markOf,
  nameOfSync,
  onlyFilled,
  partOf,
  remarking,
  remarkOn,
  syncTrigger,
  undoneHere,
  withoutSync,
} from './synced-column'
import type { Target } from './target'
import { triggersToOverrule } from './triggers-of-copy'
import { withhold } from './withheld'

/**
 * Returns the fix that changes the types of columns without a rewrite: new columns that a trigger keeps up to date, the rows that
 * are there in batches, a swap of the names, and the old columns dropped by a migration for a later release.
 */
export function retypedInSteps(
  alter: AlterRelation,
  changes: readonly TypeChange[],
  target: Target,
  context: RuleContext,
): Fix[] {
  const names = changes.map(({ column }) => column.name)
  if (!isFree(alter, names, target.table, context)) return []
  const overruled = triggersToOverrule(target.table, names, context, { isLast: true })
  if (!overruled) return []
  const isOwn = (other: Subcommand) => isOwnClause(other, names)
  const company = companyOf(alter, names, isOwn, context)
  const table = beforeCompany(target.table, company)
  const columns = changes.flatMap(change => retypedColumn(alter, change, table, company, context) ?? [])
  const [first] = columns
  if (!first || columns.length < changes.length || isLate(columns, table, company, context)) return []

  const { relation } = alter
  const tableText = written(context, relation.span)
  const alone = columns.length === 1 ? first : undefined
  const title = alone ? alone.column.name : 'columns'
  const before = table.triggers.map(({ name }) => name)
  const sync = nameOfSync(alter, alone ? alone.next : 'columns_new', tableText, before)
  const mark = markOf(overruled, `${relation.name}.${title}`)
  const read = new Map(table.columns.map(({ name }) => [name, name]))
  const trigger = syncTrigger(tableText, sync, [
    ...onlyFilled(
      columns.map(({ next }) => quoted(next)),
      mark,
    ),
    ...columns.map(({ next, expression }) => `NEW.${quoted(next)} := ${withColumns(expression, read, 'NEW.')};`),
  ])
  const each = (lines: (one: Retyped) => string | readonly string[]) => columns.flatMap(lines)
  const alterTable = (clause: string) => `ALTER TABLE ${tableText} ${clause};`
  const renamed = (from: string, to: string) => alterTable(`RENAME COLUMN ${quoted(from)} TO ${quoted(to)}`)

  const here = [...each(({ next, type }) => alterTable(`ADD COLUMN ${quoted(next)} ${type}`)), ...trigger]
  const undo = [...withoutSync(tableText, sync), ...each(({ next }) => alterTable(`DROP COLUMN ${quoted(next)}`))]
  const undone = undoneHere(alter, isOwn, undo, context, names)
  const filled = undone && filling(alter, { table: tableText, fills: columns.map(fillOf), title, mark }, table, context)
  const carried = filled && carriedOver({ relation, tableText, table, columns }, context)
  if (!carried) return []

  const remarks = columns.map(({ column, left }) => ({
    name: quoted(column.name),
    left: quoted(left),
    remark: remarkOn(alter, column.name, context),
  }))
  const swap = [
    ...withoutSync(tableText, sync),
    ...company.renames.up,
    ...each(({ column, left, next }) => [renamed(column.name, left), renamed(next, column.name)]),
    ...carried.taken,
    ...remarks.flatMap(({ name, left, remark }) => [
      ...(remark === 'NULL' ? [] : [remarking(tableText, name, remark)]),
      deprecating(tableText, left),
    ]),
  ]
  const swapBack = [
    ...remarks.flatMap(({ name, left, remark }) => [
      remarking(tableText, left, remark),
      ...(remark === 'NULL' ? [] : [remarking(tableText, name, 'NULL')]),
    ]),
    ...company.renames.down,
    // Since the swap nobody has written the old ones.
    ...each(one =>
      refilled(tableText, one, one.oldType, ` WHERE ${one.compared} IS DISTINCT FROM ${quoted(one.column.name)}::text`),
    ),
    ...each(({ column, left, next }) => [renamed(column.name, next), renamed(left, column.name)]),
    ...carried.given,
    ...trigger,
  ]
  const drop = [
    '-- For a later release, when nobody needs the old values.',
    ...each(({ left }) => alterTable(`DROP COLUMN ${quoted(left)}`)),
    ...company.drops.up,
  ]
  const dropBack = [
    ...company.drops.down,
    ...each(({ left, oldTypeThen }) => alterTable(`ADD COLUMN ${quoted(left)} ${oldTypeThen}`)),
    ...each(one => refilled(tableText, one, one.oldTypeThen)),
    ...carried.again,
    ...each(({ left }) => deprecating(tableText, quoted(left))),
  ]
  const parts = [
    filled,
    ...carried.parts,
    atOnce(`swap_${relation.name}_${title}`, swap, swapBack),
    partOf(`drop_${relation.name}_${alone ? alone.left : 'columns_old'}`, drop, dropBack),
  ]
  const taken = alter.subcommands.filter(isOwn)
  const edits = [...undone, ...company.steps.map(leftOut)]
  const fix = alone ? 'Fill a new column beside it' : 'Fill new columns beside them'
  return inPlaceOf(alter, { columns: names, here, taken, edits }, parts, `${fix} and swap the names`, context)
}

const fillOf = ({ column, next, expression, keepsNull }: Retyped) => ({
  assignment: `${quoted(next)} = ${expression}`,
  missing: `${quoted(next)} IS NULL${keepsNull ? ` AND ${quoted(column.name)} IS NOT NULL` : ''}`,
})

function refilled(table: string, { column, left, back }: Retyped, type: string, where = ''): string {
  const value = back(type)
  if (value !== undefined) return `UPDATE ${table} SET ${quoted(left)} = ${value}${where};`
  return `-- By hand: fill column ${quoted(left)} of ${table} with what it was for the values of ${quoted(column.name)}.`
}

/** What is said of a column that only the drop is left for. */
const deprecating = (table: string, column: string): string =>
  `COMMENT ON COLUMN ${table}.${column} IS 'DEPRECATED: a later release drops it';`

/** Whether the columns are of one table alone, which nothing but the statement's clauses and the running code changes. */
function isFree(
  alter: AlterRelation,
  names: readonly string[],
  table: Table | undefined,
  context: RuleContext,
): table is Table {
  const no = (reason: string): false => {
    withhold(reason)
    return false
  }
  if (alter.only || context.direction === 'down') return false
  if (context.inside) return no(inBody)
  if (!table || table.conditional) return no('The migrations here do not show what hangs on the column.')
  const isShared =
    table.partitionOf ||
    table.inherits.length > 0 ||
    table.columns.some(one => one.inherited && names.includes(one.name))
  if (table.kind !== 'table' || isShared || inheritorsOf(context.catalog, keyOfRelation(table)).length > 0)
    return no('The table shares the column with others.')
  for (const other of alter.subcommands) {
    const text = written(context, other.span)
    const name = names.find(one => !isOwnClause(other, names) && mentions({ statement: { text } }, one))
    if (name !== undefined) return no(`The same statement has something else to do with column "${name}".`)
  }
  if (names.some(name => isGranted(table, name, context)))
    return no('A role has privileges on the column alone, and none on another.')
  return true
}

/** A default that is dropped for the change stays until the swap. */
function beforeCompany(table: Table, { clauses }: Company): Table {
  const columns = table.columns.map(column => {
    const dropped = clauses.find(
      ({ step, subcommand }) => step.before !== undefined && isOwnClause(subcommand, [column.name]),
    )
    const was = columnNamed(dropped && asTable(relationNamed(dropped.step.before, table)), column.name)
    return was?.default && !column.default ? { ...column, default: was.default } : column
  })
  return { ...table, columns }
}

/** Whether a later statement has to do with the columns, or with a type of its own that one has: that is often dropped then. */
function isLate(columns: readonly Retyped[], table: Table, company: Company, context: RuleContext): boolean {
  const names = columns.map(({ column }) => column.name)
  const types = columns.flatMap(({ column }) => (isBuiltIn(column.type.name) ? [] : [column.type.name]))
  return isNeeded(context, (step: Step) => {
    if (company.steps.includes(step)) return false
    const type = types.find(one => mentions(step, one))
    return type === undefined ? needsColumns(step, table.name, names) : `names type "${type}"`
  })
}
