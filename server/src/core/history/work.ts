import { type Catalog, indexesOf, keyOf, type RelationKey, tableAt, temporarySchema } from '../postgres/catalog'
import type { Effects } from '../postgres/effects'
import type { Command } from '../sql/commands'
import type { Call, Comparison, Expression, Name } from '../sql/parts'
import type { Step } from './steps'

/**
 * What makes a statement last: a `rewrite`, index `build` or `scan` of relations; a `backfill`, which writes many rows; a
 * `wait` for others; `unknown` where it runs what could not be read. One of them for a statement, the first that holds.
 */
export interface Work {
  readonly kind: 'rewrite' | 'build' | 'scan' | 'backfill' | 'wait' | 'unknown'
  /** The relations that are read or written; what is waited for. */
  readonly relations: readonly RelationKey[]
  readonly step: Step
}

/**
 * Returns the long work of a statement, or undefined where it is done in a moment however large its tables are. What reads or
 * writes tables that its own transaction made, and left empty so far, is done in a moment too. `awaited` are the relations
 * of which it asks for a lock that others have to make way for.
 */
export function workOf(step: Step, awaited: readonly RelationKey[]): Work | undefined {
  const { command, effects } = step
  if (!command || !effects) return undefined
  const isLarge = (key: RelationKey) => !isNewAndEmpty(step, key)
  const written = rowsWritten(command, step).filter(isLarge)
  if (written.length > 0) return { kind: 'backfill', relations: written, step }
  const done = storageWork(effects, isLarge)
  if (done) return { ...done, step }
  if (effects.unknown.length > 0 && runsOthers.has(command.tag)) return { kind: 'unknown', relations: [], step }
  if (awaited.length > 0 || effects.waitsForTransactions || sleeps(command))
    return { kind: 'wait', relations: awaited, step }
  return undefined
}

function storageWork(
  { rewrites, builds, scans }: Effects,
  isLarge: (key: RelationKey) => boolean,
): Pick<Work, 'kind' | 'relations'> | undefined {
  const rewritten = rewrites.filter(isLarge)
  if (rewritten.length > 0) return { kind: 'rewrite', relations: rewritten }
  const scanned = scans.filter(isLarge)
  // An index that the history does not know is built over a table that it does not know.
  if (builds.length > 0 && (scanned.length > 0 || scans.length === 0)) return { kind: 'build', relations: scanned }
  return scanned.length > 0 ? { kind: 'scan', relations: scanned } : undefined
}

/** Returns whether the transaction of the step made a relation: no other can see it, so nobody can wait for it. */
export function isPrivate({ before, migration, transaction }: Step, key: RelationKey): boolean {
  const born = before.relations.get(key)?.born
  const isOwn = born?.migration === migration.path && born.transaction === transaction.number
  return isOwn || key.startsWith(`${temporarySchema}.`)
}

const isNewAndEmpty = (step: Step, key: RelationKey): boolean =>
  isPrivate(step, key) && tableAt(step.before, key)?.written === false

/** The tables in which a command may write many rows. */
function rowsWritten(command: Command, step: Step): RelationKey[] {
  const key = (name: Name) => keyOf(step.before, name)
  switch (command.tag) {
    case 'UPDATE':
    case 'DELETE':
      return command.where && picksFewRows(command.where, step.before, key(command.table)) ? [] : [key(command.table)]
    case 'INSERT':
      // The table may be new: the rows take their time all the same.
      return command.source === 'SELECT' && command.reads.length > 0 ? command.reads.map(key) : []
    case 'MERGE':
      return [key(command.table)]
    case 'COPY':
      return command.direction === 'FROM' && command.table ? [key(command.table)] : []
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
    case 'CREATE MATERIALIZED VIEW':
      return command.withData ? command.reads.map(key) : []
    case 'DO':
      return (command.statements ?? []).flatMap(inner => rowsWritten(inner.command, step))
    default:
      return []
  }
}

/** Returns whether constants pick rows one by one: each alternative of the condition gives values to all columns of a unique index. */
export function picksFewRows(where: Expression, catalog: Catalog, table: RelationKey): boolean {
  const keys = indexesOf(catalog, table).filter(({ unique, partial }) => unique && !partial)
  const isOne = (tests: readonly Comparison[]) =>
    keys.some(({ columns }) =>
      columns.every(name => tests.some(({ column, operator }) => operator === '=' && column === name)),
    )
  return where.comparisons?.every(isOne) ?? false
}

const runsOthers: ReadonlySet<string> = new Set(['DO', 'CALL', 'EXECUTE', 'SELECT'])

const sleeps = (command: Command): boolean =>
  command.tag === 'SELECT'
    ? command.calls.some(isWaiting)
    : command.tag === 'DO' && (command.statements ?? []).some(({ command }) => sleeps(command))

/** functions-datetime.html#FUNCTIONS-DATETIME-DELAY, functions-admin.html#FUNCTIONS-ADVISORY-LOCKS. */
const isWaiting = ({ name }: Call): boolean => /^pg_sleep|^pg_advisory_(?:xact_)?lock/.test(name)
