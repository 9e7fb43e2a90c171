import type { Edit, Fix } from '../finding'
import {
  type Catalog,
  columnNamed,
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
import { notNullAfter } from './backfilled-not-null'
import { filledBy } from './behind'
import { mentions, reshapes } from './dependence'
import { insertion, written } from './edits'
import { batchableMerge } from './merge-source'
import { outsideTransaction } from './placement'
import type { RuleContext } from './rule'
import { batchableSource } from './select-source'
import { existingTable } from './target'
import { tokensIn } from './whole-table'
import { withhold, withReason } from './withheld'

/** Rows of one batch: a transaction of well under a second on most tables. */
const rows = 5000

/**
 * Returns the fix that runs a statement over all rows in batches: a DO block that walks along the primary key from the
 * first row to what was the last when it began, so it ends and visits each row once, and commits after each batch
 * (allowed outside a transaction block: plpgsql-transactions.html).
 */
export function batched(command: Changing, context: RuleContext): Fix[] {
  const walk = walkOf(command, context)
  if (!walk) return []
  const { open, close } = block(walk, context)
  const { length } = context.statement.text
  const insertions = [
    { at: 0, text: open },
    ...keyset(command, walk, context),
    ...indents(context),
    { at: length, text: close },
  ]
  const changes = joined(insertions, context)
  const reads = command.reads.map(({ name }) => name)
  const { result: placed, why } = withReason(() =>
    outsideTransaction(context, changes, {
      title: `backfill_${command.table.name}`,
      about: { tables: [command.table.name, walk.table.name], reads, fills: filledBy(command) },
      isBlock: true,
      neededBy: step =>
        mentions(step, command.table.name) ||
        mentions(step, walk.table.name) ||
        reads.some(table => reshapes(step, table)),
    }),
  )
  if (placed) return [{ title: `Change the rows in batches${placed.where}`, safety: 'review', ...placed }]
  const canMove = context.transaction.isBlock && context.direction === 'up' && command.tag === 'UPDATE'
  const fixes = canMove ? notNullAfter(command, changes, context) : []
  // What keeps the whole sequence is closer to the point than what keeps the statement alone.
  if (fixes.length === 0 && why !== undefined) withhold(why)
  return fixes
}

/** Batches go along a key: says that there is none, and offers nothing. */
export function withoutKey({ name }: Name): Fix[] {
  withhold(`Table "${name}" has no primary key of one column, along which batches could go.`)
  return []
}

/** What changes rows. */
export type Changing = Update | Delete | Insert | Merge

/** The table to walk along, by its key. */
interface Walk {
  readonly table: Name
  readonly key: string
  /** What the columns of the table are named with in the statement. */
  readonly alias: string
  /** Of the source of MERGE: whether the alias is written. */
  readonly hasAlias?: boolean
  readonly variables: { readonly start: string; readonly end: string; readonly last: string }
}

function walkOf(command: Changing, context: RuleContext): Walk | undefined {
  const source = sourceOf(command, context)
  const table = source && existingTable(source.table, context)?.table
  const primary = primaryKeyOf(table)
  const [key, ...others] = primary?.columns ?? []
  if (source && table && (key === undefined || others.length > 0)) withoutKey(source.table)
  if (!source) withhold('Batches along the key of one table would not do the same as the whole statement.')
  if (!source || !table || key === undefined || others.length > 0) return undefined
  if (command.tag === 'UPDATE' && command.assignments.some(({ column }) => column === key)) return undefined
  return { ...source, key, variables: variablesFor(table) }
}

function sourceOf(command: Changing, context: RuleContext): Pick<Walk, 'table' | 'alias' | 'hasAlias'> | undefined {
  if (holdsTogether(command, context)) return undefined
  if (command.tag === 'MERGE') {
    const source = batchableMerge(
      command,
      table => primaryKeyOf(existingTable(table, context)?.table)?.columns[0],
      context,
    )
    return source && !meetsItsRows(command.table, source.table, context) ? source : undefined
  }
  if (command.hasReturning) return undefined
  if (command.tag === 'INSERT') {
    const source = batchableSource(command, context)
    return source && !meetsItsRows(command.table, source.table, context) ? source : undefined
  }
  const readsItself = command.reads.some(({ name }) => name === command.table.name)
  if (command.only || command.hasWith || readsItself || queriesAgain(command, context)) return undefined
  return { table: command.table, alias: command.alias ? quoted(command.alias) : written(context, command.table.span) }
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

/** PL/pgSQL refuses a name that could mean both a variable and a column (plpgsql-implementation.html#PLPGSQL-VAR-SUBST). */
function variablesFor(table: Table): Walk['variables'] {
  const free = (name: string): string => (columnNamed(table, name) ? free(`${name}_`) : name)
  return { start: free('batch_start'), end: free('batch_end'), last: free('last_key') }
}

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
  const { key, alias, variables } = walk
  const condition = `${alias}.${quoted(key)} BETWEEN ${variables.start} AND ${variables.end}`
  if (command.tag === 'MERGE') {
    const rows = `${quoted(key)} BETWEEN ${variables.start} AND ${variables.end}`
    return [
      { at: walk.table.span.start, text: '(SELECT * FROM ' },
      { at: walk.table.span.end, text: ` WHERE ${rows})${walk.hasAlias ? '' : ` AS ${alias}`}` },
    ]
  }
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

/** What stands before and after the statement. */
function block({ table, key, variables }: Walk, context: RuleContext): { open: string; close: string } {
  const tag = context.statement.text.includes('$$') ? '$backfill$' : '$$'
  return loop(written(context, table.span), key, variables, tag)
}

/**
 * Returns a DO block that runs a statement of our own along the primary key of a table, which `name` is written as; undefined
 * where the key is not known or has several columns. `statement` is given the condition that picks the rows of a batch.
 */
export function inBatches(
  name: string,
  table: Table | undefined,
  statement: (condition: string) => string,
): string | undefined {
  const [key, ...others] = primaryKeyOf(table)?.columns ?? []
  if (!table || table.kind === 'foreign table' || key === undefined || others.length > 0) return undefined
  const variables = variablesFor(table)
  const text = statement(`${quoted(key)} BETWEEN ${variables.start} AND ${variables.end}`)
  const { open, close } = loop(name, key, variables, text.includes('$$') ? '$backfill$' : '$$')
  return `${open}${text.replaceAll('\n', `\n${inside}`)}${close};`
}

function loop(
  name: string,
  key: string,
  { start, end, last }: Walk['variables'],
  tag: string,
): { open: string; close: string } {
  const column = quoted(key)
  const open = [
    `DO ${tag}`,
    'DECLARE',
    `  ${start} ${name}.${column}%TYPE;`,
    `  ${end} ${name}.${column}%TYPE;`,
    `  ${last} ${name}.${column}%TYPE;`,
    'BEGIN',
    `  SELECT ${column} INTO ${start} FROM ${name} ORDER BY ${column} LIMIT 1;`,
    `  SELECT ${column} INTO ${last} FROM ${name} ORDER BY ${column} DESC LIMIT 1;`,
    `  WHILE ${start} <= ${last} LOOP`,
    `    SELECT batch.${column} INTO ${end} FROM (`,
    `      SELECT ${column} FROM ${name} WHERE ${column} >= ${start} ORDER BY ${column} LIMIT ${rows}`,
    `    ) AS batch ORDER BY batch.${column} DESC LIMIT 1;`,
    inside,
  ].join('\n')
  const close = [
    ';',
    '    COMMIT;',
    `    SELECT ${column} INTO ${start} FROM ${name} WHERE ${column} > ${end} ORDER BY ${column} LIMIT 1;`,
    '  END LOOP;',
    'END',
    tag,
  ].join('\n')
  return { open, close }
}
