import { type Outcome, rowsOf, type Session } from '../../scripts/postgres/session'
import type { Watch } from './watch'

/** What a statement really did to the relations that were there before it, names as `schema.name`, sorted. */
export interface Measured {
  /**
   * Strongest mode per relation that is still held at the end; of statements that refuse a transaction block, of those
   * that were seen by `watch`, and undefined without it.
   */
  readonly locks?: ReadonlyMap<string, string>
  readonly rewrites: readonly string[]
  /** Undefined where the server's statistics come too late to say. */
  readonly scans?: readonly string[]
  readonly builds: readonly string[]
  readonly drops: readonly string[]
  readonly refusesTransactionBlock: boolean
  /** Whether it waited for the end of older transactions; undefined where nobody watched. */
  readonly waitsForTransactions?: boolean
  readonly error?: string
}

/** Runs `sql` in a transaction that is rolled back, or on its own where it refuses one, and looks at the traces. */
export async function measure(session: Session, sql: string, watch?: Watch): Promise<Measured> {
  const before = await relations(session)
  // A plan that an earlier foreign key check left behind would hide which indexes the planner looks at.
  await session.run('DISCARD PLANS')
  await session.run('BEGIN')
  const readBefore = await tuplesRead(session)
  const outcome = await session.run(`SET LOCAL client_min_messages = debug1; ${sql}`)
  if (outcome.error && refusals.has(outcome.error.code)) return measureAlone(session, sql, before, watch)
  if (outcome.error) {
    await session.run('ROLLBACK')
    return { ...nothing, error: outcome.error.message }
  }
  const locks = strongestOf(await heldLocks(session), before)
  const readAfter = await tuplesRead(session)
  const after = await relations(session)
  const rewrites = await rewritten(session, before, after)
  await session.run('ROLLBACK')
  return {
    locks,
    ...changes(before, after, outcome),
    rewrites,
    scans: await readWhole(session, before, readBefore, readAfter),
    refusesTransactionBlock: false,
  }
}

/** active_sql_transaction; invalid_transaction_termination of COMMIT inside a DO block. */
export const refusals = new Set(['25001', '2D000'])

const nothing = { rewrites: [], builds: [], drops: [], refusesTransactionBlock: false }

async function measureAlone(session: Session, sql: string, before: readonly Row[], watch?: Watch): Promise<Measured> {
  await session.run('ROLLBACK; SET client_min_messages = debug1')
  // Before 15 statistics travel to a collector of their own, which takes its time.
  const isCounted = session.major >= 15
  const readBefore = isCounted ? await tuplesEverRead(session) : new Map()
  // Who watches needs the catalogs that these lock.
  const watched = /^REINDEX\b.*\b(?:DATABASE|SYSTEM)\b/.test(sql) ? undefined : await watch?.(session, sql)
  const outcome = watched?.outcome ?? (await session.run(sql))
  await session.run('RESET client_min_messages')
  const readAfter = isCounted ? await tuplesEverRead(session) : new Map()
  const after = await relations(session)
  return {
    ...nothing,
    ...changes(before, after, outcome),
    rewrites: await rewritten(session, before, after),
    ...(isCounted && { scans: await readWhole(session, before, readBefore, readAfter) }),
    ...(watched && {
      locks: strongestOf(watched.locks, before),
      waitsForTransactions: watched.waitedForReader || watched.waitedForSnapshot,
    }),
    refusesTransactionBlock: true,
    ...(outcome.error && { error: outcome.error.message }),
  }
}

/** Returns the relations with rows that are in another file than before. */
async function rewritten(session: Session, before: readonly Row[], after: readonly Row[]): Promise<string[]> {
  const moved = before.filter(
    old => 'rm'.includes(old.kind) && after.some(now => now.oid === old.oid && now.file !== old.file),
  )
  const left = await rowCounts(session, moved)
  return names(moved.filter(relation => (left.get(relation.oid) ?? 0) > 0))
}

type Counts = ReadonlyMap<string, number>

/** Returns the relations of which at least as many rows were read as they have. */
async function readWhole(
  session: Session,
  before: readonly Row[],
  readBefore: Counts,
  readAfter: Counts,
): Promise<string[]> {
  const readOf = ({ oid }: Row) => (readAfter.get(oid) ?? 0) - (readBefore.get(oid) ?? 0)
  const read = before.filter(relation => readOf(relation) > 0)
  const rows = await rowCounts(session, read)
  return names(
    read.filter(relation => (rows.get(relation.oid) ?? 0) > 0 && readOf(relation) >= (rows.get(relation.oid) ?? 0)),
  )
}

interface Row {
  readonly oid: string
  readonly name: string
  readonly kind: string
  readonly file: string
}

const names = (relations: readonly Row[]): string[] => relations.map(relation => relation.name).sort()

async function relations(session: Session): Promise<Row[]> {
  const { rows } = await session.run(
    `SELECT c.oid, n.nspname || '.' || c.relname, c.relkind, coalesce(pg_relation_filenode(c.oid), 0)
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
  )
  return rows.map(([oid = '', name = '', kind = '', file = '']) => ({ oid, name, kind, file }))
}

async function rowCounts(session: Session, all: readonly Row[]): Promise<Map<string, number>> {
  const counts = all
    .filter(({ kind }) => 'rm'.includes(kind))
    .map(({ oid, name }) => `SELECT ${oid}, (SELECT count(*) FROM ONLY ${quoted(name)})`)
  if (counts.length === 0) return new Map()
  const { rows } = await session.run(counts.join(' UNION ALL '))
  return new Map(rows.map(([oid = '', count]) => [oid, Number(count)]))
}

const quoted = (name: string) =>
  name
    .split('.')
    .map(part => `"${part}"`)
    .join('.')

const heldLocks = (session: Session) =>
  rowsOf(
    session,
    `SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted`,
  )

/** Returns the strongest mode per relation that was there before; who reads indexes and sequences is not told. */
function strongestOf(locks: readonly (readonly string[])[], before: readonly Row[]): Map<string, string> {
  const strongest = new Map<string, string>()
  for (const [oid, written = ''] of locks) {
    const relation = before.find(candidate => candidate.oid === oid)
    const mode = modeNamed(written)
    if (!relation || ('iISc'.includes(relation.kind) && mode === 'ACCESS SHARE')) continue
    const known = strongest.get(relation.name)
    if (known === undefined || strength(mode) > strength(known)) strongest.set(relation.name, mode)
  }
  return new Map([...strongest].sort())
}

const modes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
]

const strength = (mode: string): number => modes.indexOf(mode)

/** `ShareUpdateExclusiveLock` as the manual prints it. */
const modeNamed = (mode: string): string =>
  mode
    .replace(/Lock$/, '')
    .replace(/(?!^)[A-Z]/g, letter => ` ${letter}`)
    .toUpperCase()

async function tuplesRead(session: Session): Promise<Map<string, number>> {
  const { rows } = await session.run('SELECT relid, seq_tup_read FROM pg_stat_xact_all_tables WHERE seq_tup_read > 0')
  return new Map(rows.map(([oid = '', count]) => [oid, Number(count)]))
}

/** The same over all transactions of all sessions that are over. */
async function tuplesEverRead(session: Session): Promise<Map<string, number>> {
  await session.run('SELECT pg_stat_force_next_flush()')
  const { rows } = await session.run('SELECT relid, seq_tup_read FROM pg_stat_all_tables WHERE seq_tup_read > 0')
  return new Map(rows.map(([oid = '', count]) => [oid, Number(count)]))
}

function changes(before: readonly Row[], after: readonly Row[], { messages }: Outcome) {
  const built = messages.flatMap(message => /^building index "(.*?)" on table/.exec(message)?.[1] ?? [])
  return {
    builds: [...new Set(built.filter(name => !name.startsWith('pg_')))].sort(),
    // An index that ALTER COLUMN TYPE makes anew keeps its name.
    drops: names(before.filter(old => !after.some(now => now.oid === old.oid || now.name === old.name))),
  }
}
