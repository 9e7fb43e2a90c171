import type { Fix } from '../finding'
import type { Step } from '../history/steps'
import type { RuleContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import type { Target } from '../judgement/target'
import { asTable, columnNamed, inheritorsOf, keyOfRelation, relationNamed, type Table } from '../postgres/catalog'
import { isBuiltIn } from '../postgres/types'
import type { AlterRelation } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import { needsColumns } from './behind'
import { type Carried, carriedOver } from './carried'
import { withColumns } from './column-names'
import { leftOut, written } from './edits'
import { changesTable } from './indexes'
import { inBody, isNeeded, type Part } from './placement'
import { isOwnClause, type Retyped, retypedColumn, type TypeChange } from './retyped-column'
import { type Company, companyOf } from './retyped-with'
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
  type Sync,
  syncTrigger,
  undoneHere,
  untouched,
  withoutSync,
} from './synced-column'
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
  const columns: Retyped[] = []
  for (const change of changes) {
    const column = retypedColumn(alter, change, table, columns, company, context)
    if (column) columns.push(column)
  }
  const [first] = columns
  if (!first || columns.length < changes.length || isLate(columns, table, company, context)) return []

  const { relation } = alter
  const tableText = written(context, relation.span)
  const title = columns.length === 1 ? first.column.name : 'columns'
  const mark = markOf(overruled, `${relation.name}.${title}`)
  const before = table.triggers.map(({ name }) => name)
  const sync = nameOfSync(alter, columns.length === 1 ? first.next : 'columns_new', tableText, context, before)
  const undo = [
    ...withoutSync(tableText, sync),
    ...columns.map(({ next }) => `ALTER TABLE ${tableText} DROP COLUMN ${quoted(next)};`),
  ]
  const undone = undoneHere(alter, isOwn, undo, context, names)
  const filled = undone && filling(alter, { table: tableText, fills: columns.map(fillOf), title, mark }, table, context)
  const carried = filled && carriedOver({ relation, tableText, table, columns }, context)
  if (!carried || isNeeded(context, step => needsCarried(step, carried, company))) return []

  const pinned = [...new Set(columns.flatMap(one => one.pinned))]
  const trigger = syncTrigger(tableText, sync, copying(columns, table, mark), pinned)
  const remarks = columns.map(({ column }) => remarkOn(alter, column.name, context))
  const plan = { tableText, columns, remarks, trigger, sync, overruled, company, carried }
  const parts = [
    filled,
    ...carried.parts,
    swapped(`swap_${relation.name}_${title}`, plan),
    dropped(`drop_${relation.name}_${columns.length === 1 ? first.left : 'columns_old'}`, plan),
  ]
  const here = [
    ...columns.map(({ next, type }) => `ALTER TABLE ${tableText} ADD COLUMN ${quoted(next)} ${type};`),
    ...trigger,
  ]
  const taken = alter.subcommands.filter(isOwn)
  const edits = [...undone, ...company.steps.map(leftOut)]
  const fix = columns.length === 1 ? 'Fill a new column beside it' : 'Fill new columns beside them'
  return inPlaceOf(
    alter,
    { columns: names, names: carried.names, reads: carried.tables, here, taken, edits },
    parts,
    `${fix} and swap the names`,
    context,
  )
}

/** What the new migrations are made of. */
interface Plan {
  readonly tableText: string
  readonly columns: readonly Retyped[]
  /** What COMMENT says of each column; NULL for nothing. */
  readonly remarks: readonly string[]
  readonly trigger: readonly string[]
  readonly sync: Sync
  /** Triggers that would take a row for changed. */
  readonly overruled: readonly string[]
  readonly company: Company
  readonly carried: Carried
}

/** The names change places. */
function swapped(title: string, plan: Plan): Part {
  const { tableText, columns, remarks, trigger, sync, overruled, company, carried } = plan
  const renamed = (from: string, to: string) =>
    `ALTER TABLE ${tableText} RENAME COLUMN ${quoted(from)} TO ${quoted(to)};`
  const saying = columns.flatMap(({ column, left }, at) => [
    ...(remarks[at] === 'NULL' ? [] : [remarking(tableText, quoted(column.name), remarks[at] ?? 'NULL')]),
    deprecating(tableText, left),
  ])
  const sayingBack = columns.flatMap(({ column, left }, at) => [
    remarking(tableText, quoted(left), remarks[at] ?? 'NULL'),
    ...(remarks[at] === 'NULL' ? [] : [remarking(tableText, quoted(column.name), 'NULL')]),
  ])
  const up = [
    ...withoutSync(tableText, sync),
    ...company.renames.up,
    ...columns.flatMap(({ column, left, next }) => [renamed(column.name, left), renamed(next, column.name)]),
    ...carried.taken,
    ...saying,
  ]
  const down = [
    ...sayingBack,
    ...company.renames.down,
    // Since the swap nobody has written the old ones.
    ...untouched(
      tableText,
      overruled,
      columns.map(one => {
        const isOther = `${one.compared} IS DISTINCT FROM ${quoted(one.column.name)}::text`
        return refilled(tableText, one, one.oldType, ` WHERE ${isOther}`)
      }),
    ),
    ...columns.flatMap(({ column, left, next }) => [renamed(column.name, next), renamed(left, column.name)]),
    ...carried.given,
    ...trigger,
  ]
  return atOnce(title, up, down)
}

/** The old columns go. */
function dropped(title: string, { tableText, columns, overruled, company, carried }: Plan): Part {
  const up = [
    '-- For a later release, when nobody needs the old values.',
    ...columns.map(({ left }) => `ALTER TABLE ${tableText} DROP COLUMN ${quoted(left)};`),
    ...company.drops.up,
  ]
  const down = [
    ...company.drops.down,
    ...columns.map(({ left, oldTypeThen }) => `ALTER TABLE ${tableText} ADD COLUMN ${quoted(left)} ${oldTypeThen};`),
    ...untouched(
      tableText,
      overruled,
      columns.map(one => refilled(tableText, one, one.oldTypeThen)),
    ),
    ...carried.again,
    ...columns.map(({ left }) => deprecating(tableText, left)),
  ]
  return overruled.length > 0 ? atOnce(title, up, down) : partOf(title, up, down)
}

/** What the trigger does. */
function copying(columns: readonly Retyped[], table: Table, mark: string | undefined): string[] {
  const read = new Map(table.columns.map(({ name }) => [name, name]))
  const filled = (row: 'OLD' | 'NEW') =>
    columns.map(({ next, expression }) => `${row}.${quoted(next)} := ${withColumns(expression, read, `${row}.`)};`)
  return [...onlyFilled(filled('OLD'), mark), ...filled('NEW')]
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
  remarking(table, quoted(column), "'DEPRECATED: a later release drops it'")

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

/** Whether a later statement has to do with the columns, or wants a type of its own that one has to be gone or to be another. */
function isLate(columns: readonly Retyped[], table: Table, company: Company, context: RuleContext): boolean {
  const names = columns.flatMap(({ column, next, left }) => [column.name, next, left])
  const types = columns.flatMap(({ column }) => (isBuiltIn(column.type.name) ? [] : [column.type.name]))
  return isNeeded(context, step => {
    if (company.steps.includes(step)) return false
    const type = types.find(one => wantsType(step, one))
    return type === undefined ? needsColumns(step, table.name, names) : `names type "${type}"`
  })
}

/** What a later statement has to do with the indexes and constraints that change their names. */
function needsCarried(step: Step, { names, tables }: Carried, { steps }: Company): string | false {
  const name = names.find(one => mentions(step, one))
  if (steps.includes(step)) return false
  return name === undefined ? tables.some(table => reshapes(step, table)) && changesTable : `names "${name}"`
}

const wantsType = (step: Step, type: string): boolean => {
  const { command } = step
  if (command?.tag === 'CREATE TABLE') return command.table.name === type
  return command !== undefined && !leavesTypes.has(command.tag) && mentions(step, type)
}

const leavesTypes: ReadonlySet<string> = new Set([
  'ALTER TABLE',
  'CREATE INDEX',
  'INSERT',
  'UPDATE',
  'DELETE',
  'COMMENT',
])
