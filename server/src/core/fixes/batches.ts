import type { Edit, Fix } from '../finding'
import type { RuleContext } from '../judgement/context'
import { mayName } from '../judgement/dependence'
import { existingTable } from '../judgement/target'
import { tokensIn } from '../judgement/whole-table'
import {
  type Catalog,
  columnNamed,
  type Index,
  indexesOf,
  inheritorsOf,
  keyOf,
  keyOfRelation,
  primaryKeyOf,
  type RelationKey,
  type Table,
  tableAt,
} from '../postgres/catalog'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Delete, Insert, Merge, Update } from '../sql/row-commands'
import { tokensOf } from '../sql/tokens'
import { defaultsMeanwhile, notNullAfter } from './backfilled-not-null'
import { aboutFilling, inTheWay } from './behind'
import { insertion, written } from './edits'
import { batchableMerge } from './merge-source'
import { outsideTransaction } from './placement'
import { batchableSource } from './select-source'
import { none, withhold, withReason } from './withheld'

/** Rows of one batch: a transaction of well under a second on most tables. */
const rows = 5000

/**
 * Returns the fix that runs a statement over all rows in batches: a DO block that walks along the key from the
 * first row to what was the last when it began, so it ends and visits each row once, and commits after each batch
 * (allowed outside a transaction block: plpgsql-transactions.html).
 */
export function batched(command: Changing, context: RuleContext): Fix[] {
  const block = blockOf(command, context)
  if (!block) return []
  const { changes, about, moved } = block
  const { result: placed, why } = withReason(() =>
    outsideTransaction(context, changes, {
      title: `backfill_${command.table.name}`,
      about,
      isBlock: true,
      neededBy: step => inTheWay(step, about, moved) ?? false,
      meanwhile: command.tag === 'UPDATE' ? () => defaultsMeanwhile(command, context) : undefined,
    }),
  )
  // What proves NOT NULL step by step is better than what only comes apart.
  const isWhole = placed !== undefined && placed.safety === undefined
  const proven = isWhole || command.tag !== 'UPDATE' ? [] : batchedBeforeNotNull(command, context, block)
  if (proven.length > 0) return proven
  // What keeps the whole sequence is closer to the point than what keeps the statement alone.
  if (why !== undefined) withhold(why)
  return placed ? [{ title: `Change the rows in batches${placed.where}`, safety: 'review', ...placed }] : []
}

/** Returns the fix that runs an UPDATE in batches and proves NOT NULL after it, where the same transaction says SET NOT NULL. */
export function batchedBeforeNotNull(update: Update, context: RuleContext, block = blockOf(update, context)): Fix[] {
  const canMove = context.transaction.isBlock && context.direction === 'up'
  return block && canMove ? notNullAfter(update, block.changes, block.moved, context) : []
}

/** The edits that make a DO block of a statement, what it has to do with, and a text with all names that it needs. */
function blockOf(command: Changing, context: RuleContext) {
  const walk = walkOf(command, context)
  if (!walk) return undefined
  const tag = context.statement.text.includes('$$') ? '$backfill$' : '$$'
  const { open, close } = loop(written(context, walk.table.span), walk.key, tag)
  const insertions = [
    { at: 0, text: open },
    ...keyset(command, walk, context),
    ...indents(context),
    { at: context.statement.text.length, text: close },
  ]
  return {
    changes: joined(insertions, context),
    about: aboutFilling(command, [walk.table]),
    moved: [context.statement.text, ...walk.key.columns.map(quoted)].join(' '),
  }
}

/** Batches go along a key: says that none is known, and offers nothing. */
export function withoutKey({ name }: Name): Fix[] {
  return none(`The migrations here show no key of table "${name}", along which batches could go.`)
}

/** What changes rows. */
export type Changing = Update | Delete | Insert | Merge

/** The table to walk along, by its key. */
interface Walk {
  readonly table: Name
  readonly key: Key
  /** What the columns of the table are named with in the statement. */
  readonly alias: string
  /** Of the source of MERGE: whether the alias is written. */
  readonly hasAlias?: boolean
}

/** What tells one row from another, and the variables that hold it: records where it has several columns. */
interface Key {
  readonly columns: readonly string[]
  readonly variables: { readonly start: string; readonly end: string; readonly last: string }
}

/** The columns of the primary key, or of a unique index over columns that are never null: walked along that, no row is left out. */
function keyOfRows(table: Table, { catalog }: RuleContext): Key | undefined {
  const isNeverNull = (column: string | undefined) => columnNamed(table, column ?? '')?.notNull === true
  const unique = indexesOf(catalog, keyOfRelation(table)).find(
    index =>
      index.unique &&
      !index.partial &&
      !index.isModified &&
      index.method === 'btree' &&
      index.columns.every(isNeverNull),
  )
  const columns = primaryKeyOf(table)?.columns ?? unique?.columns.filter(column => column !== undefined) ?? []
  if (columns.length === 0 || table.kind === 'foreign table') return undefined
  // PL/pgSQL refuses a name that could mean both a variable and a column (plpgsql-implementation.html#PLPGSQL-VAR-SUBST).
  const free = (name: string): string => (columnNamed(table, name) ? free(`${name}_`) : name)
  return { columns, variables: { start: free('batch_start'), end: free('batch_end'), last: free('last_key') } }
}

function walkOf(command: Changing, context: RuleContext): Walk | undefined {
  const source = sourceOf(command, context)
  if (!source) return withhold('Batches along the key of one table would not do the same as the whole statement.')
  const table = existingTable(source.table, context)?.table
  const key = table && keyOfRows(table, context)
  if (!key) withoutKey(source.table)
  if (!key) return undefined
  if (command.tag === 'UPDATE' && command.assignments.some(({ column }) => key.columns.includes(column)))
    return withhold('It changes the key of the table, along which batches would go.')
  const late = table && command.tag === 'UPDATE' ? keyCheckedLate(command, table, context) : undefined
  if (late) return withhold(`Values may come twice until all rows are changed: "${late.name}" is checked at the end.`)
  return { ...source, key }
}

/** The rows of a batch may take values that only a later batch gives up. */
const keyCheckedLate = ({ assignments }: Update, table: Table, { catalog }: RuleContext): Index | undefined =>
  indexesOf(catalog, keyOfRelation(table)).find(
    ({ deferrable, columns }) => deferrable && assignments.some(({ column }) => columns.includes(column)),
  )

function sourceOf(command: Changing, context: RuleContext): Pick<Walk, 'table' | 'alias' | 'hasAlias'> | undefined {
  if (holdsTogether(command, context))
    return withhold('Rows of the table refer to one another: between two batches some would refer to none.')
  if (command.tag === 'MERGE') {
    const source = batchableMerge(command, table => onlyKeyOf(existingTable(table, context)?.table), context)
    return source && !meetsItsRows(command.table, source.table, context) ? source : undefined
  }
  if (command.hasReturning) return undefined
  if (command.tag === 'INSERT') {
    const source = batchableSource(command, context)
    return source && !meetsItsRows(command.table, source.table, context) ? source : undefined
  }
  if (readsWhatItChanges(command, context))
    return withhold('It reads what it changes: a batch would meet what the batches before it have written.')
  if (command.hasWith || queriesAgain(command, context))
    return withhold('The query that it joins would run anew for each batch.')
  if (command.only) return undefined
  return { table: command.table, alias: command.alias ? quoted(command.alias) : written(context, command.table.span) }
}

function onlyKeyOf(table: Table | undefined): string | undefined {
  const [key, ...others] = primaryKeyOf(table)?.columns ?? []
  return others.length === 0 ? key : undefined
}

/** Whether a query over the same table may read more of it than columns which stay as they are. */
function readsWhatItChanges(command: Update | Delete, context: RuleContext): boolean {
  if (!command.reads.some(({ name }) => name === command.table.name)) return false
  if (command.tag === 'DELETE') return true
  const { where, from, assignments } = command
  // The condition of the UPDATE itself is about the row that it changes.
  const own = where && !where.hasSubquery && !from ? where.span : undefined
  const tokens = tokensIn({ start: 0, end: context.statement.text.length }, context).filter(
    ({ start, end }) => !own || end <= own.start || own.end <= start,
  )
  const takesRows = tokens.some(
    ({ kind, text }) => text === '*' || (kind === 'word' && /json|row|hstore|agg/i.test(text)),
  )
  return (
    takesRows ||
    assignments.some(({ column }) => tokens.filter(token => mayName(token, column.toLowerCase())).length > 1)
  )
}

/** A subquery in FROM would run anew for each batch, over all its rows. */
const queriesAgain = (command: Update | Delete, context: RuleContext): boolean => {
  const from = command.tag === 'UPDATE' ? command.from : command.using
  return from !== undefined && tokensIn(from, context).some(({ text }) => text === '(')
}

/**
 * Whether rows of the table reference one another: a foreign key that holds when all rows are changed at once may not hold
 * between two batches, each of which commits.
 */
function holdsTogether({ table: name, ...command }: Changing, { catalog }: RuleContext): boolean {
  const key = keyOf(catalog, name)
  const inward = tableAt(catalog, key)?.constraints.flatMap(({ references }) =>
    references && shareRows(references.table, key, catalog) ? [references] : [],
  )
  if (command.tag !== 'UPDATE') return (inward?.length ?? 0) > 0
  const isAssigned = (column: string) => command.assignments.some(other => other.column === column)
  return inward?.some(({ columns }) => columns.length === 0 || columns.some(isAssigned)) ?? false
}

/** A copy into the table that is read: later batches meet the new rows, which may lie anywhere in the order of the key. */
const meetsItsRows = (into: Name, from: Name, { catalog }: RuleContext): boolean =>
  shareRows(keyOf(catalog, into), keyOf(catalog, from), catalog)

/** Whether reading one of two tables may read rows of the other: the same table, or a parent and its partition or heir. */
const shareRows = (a: RelationKey, b: RelationKey, catalog: Catalog): boolean =>
  a === b || isAbove(a, b, catalog) || isAbove(b, a, catalog)

const isAbove = (parent: RelationKey, table: RelationKey, catalog: Catalog): boolean =>
  inheritorsOf(catalog, parent, { recursive: true }).some(heir => keyOfRelation(heir) === table)

interface Inserted {
  /** From the start of the statement. */
  readonly at: number
  readonly text: string
}

/** Two edits must not start at one place: their order would be anybody's. */
function joined(insertions: readonly Inserted[], context: RuleContext): Edit[] {
  const texts = new Map<number, string>()
  for (const { at, text } of insertions) texts.set(at, (texts.get(at) ?? '') + text)
  return [...texts].map(([at, text]) => insertion(context, at, text))
}

/** What limits the statement to the rows of a batch. */
function keyset(command: Changing, walk: Walk, context: RuleContext): Inserted[] {
  const { key, alias } = walk
  if (command.tag === 'MERGE') {
    return [
      { at: walk.table.span.start, text: '(SELECT * FROM ' },
      { at: walk.table.span.end, text: ` WHERE ${inBatch(key)})${walk.hasAlias ? '' : ` AS ${alias}`}` },
    ]
  }
  const condition = inBatch(key, alias)
  const end = command.tag === 'INSERT' ? command.sourceEnd : context.statement.text.length
  const where = command.tag === 'INSERT' ? undefined : command.where
  if (!where) return [{ at: end, text: `${lineBreak(context)}WHERE ${condition}` }]
  return [
    { at: where.span.start, text: `${condition} AND (` },
    { at: where.span.end, text: ')' },
  ]
}

const lineBreak = ({ statement }: RuleContext): string => (statement.text.includes('\n') ? `\n${inside}` : ' ')

const inside = '    '

/** The statement moves four columns to the right, except inside its strings and comments. */
function indents(context: RuleContext): Inserted[] {
  const { text } = context.statement
  const kept = tokensOf(text).filter(({ kind }) => kind.includes('string') || kind === 'comment')
  return [...text.matchAll(/\n(?=[^\r\n])/g)]
    .map(({ index }) => index + 1)
    .filter(offset => !kept.some(({ start, end }) => start < offset && offset < end))
    .map(at => ({ at, text: inside }))
}

/**
 * Returns a DO block that runs a statement of our own along the key of a table, which `name` is written as; undefined where
 * none is known. `statement` is given the condition that picks the rows of a batch.
 */
export function inBatches(
  name: string,
  table: Table | undefined,
  context: RuleContext,
  statement: (condition: string) => string,
): string | undefined {
  const key = table && keyOfRows(table, context)
  if (!key) return undefined
  const text = statement(inBatch(key))
  const { open, close } = loop(name, key, text.includes('$$') ? '$backfill$' : '$$')
  return `${open}${text.replaceAll('\n', `\n${inside}`)}${close};`
}

/** The condition that picks the rows of a batch; `alias` names their columns. */
const inBatch = (key: Key, alias?: string): string =>
  `${ofKey(key, alias)} BETWEEN ${keyIn(key, 'start')} AND ${keyIn(key, 'end')}`

/** The key of a row. Rows of several columns are compared from left to right, as an index has them (functions-comparisons.html). */
function ofKey({ columns }: Key, alias?: string): string {
  const names = columns.map(column => (alias === undefined ? quoted(column) : `${alias}.${quoted(column)}`))
  return names.length === 1 ? names.join() : `(${names.join(', ')})`
}

const keyIn = (key: Key, variable: keyof Key['variables']): string =>
  key.columns.length === 1 ? key.variables[variable] : ofKey(key, key.variables[variable])

function loop(name: string, key: Key, tag: string): { open: string; close: string } {
  const { start, end, last } = key.variables
  const columns = key.columns.map(quoted)
  const type = columns.length === 1 ? `${name}.${columns[0]}%TYPE` : 'record'
  const listed = columns.join(', ')
  const inBatchAlias = columns.map(column => `batch.${column}`)
  const backwards = (names: readonly string[]) => names.map(column => `${column} DESC`).join(', ')
  const open = [
    `DO ${tag}`,
    'DECLARE',
    `  ${start} ${type};`,
    `  ${end} ${type};`,
    `  ${last} ${type};`,
    'BEGIN',
    `  SELECT ${listed} INTO ${start} FROM ${name} ORDER BY ${listed} LIMIT 1;`,
    `  SELECT ${listed} INTO ${last} FROM ${name} ORDER BY ${backwards(columns)} LIMIT 1;`,
    `  WHILE ${keyIn(key, 'start')} <= ${keyIn(key, 'last')} LOOP`,
    `    SELECT ${inBatchAlias.join(', ')} INTO ${end} FROM (`,
    `      SELECT ${listed} FROM ${name} WHERE ${ofKey(key)} >= ${keyIn(key, 'start')} ORDER BY ${listed} LIMIT ${rows}`,
    `    ) AS batch ORDER BY ${backwards(inBatchAlias)} LIMIT 1;`,
    inside,
  ].join('\n')
  const close = [
    ';',
    '    COMMIT;',
    `    SELECT ${listed} INTO ${start} FROM ${name} WHERE ${ofKey(key)} > ${keyIn(key, 'end')} ORDER BY ${listed} LIMIT 1;`,
    '  END LOOP;',
    'END',
    tag,
  ].join('\n')
  return { open, close }
}
