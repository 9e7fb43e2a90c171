import type { Outcome, Session } from './session'

/** What a statement really did to the relations that were there before it, names as `schema.name`, sorted. */
export interface Measured {
  /** Strongest mode per relation that is still held at the end; undefined for statements that run outside a block. */
  readonly locks?: ReadonlyMap<string, string>
  readonly rewrites: readonly string[]
  readonly scans: readonly string[]
  readonly builds: readonly string[]
  readonly drops: readonly string[]
  readonly refusesTransactionBlock: boolean
  readonly error?: string
}

/** Runs `sql` in a transaction that is rolled back, or on its own where it refuses one, and looks at the traces. */
export async function measure(session: Session, sql: string): Promise<Measured> {
  const before = await relations(session)
  // A plan that an earlier foreign key check left behind would hide which indexes the planner looks at.
  await session.run('DISCARD PLANS')
  await session.run('BEGIN')
  const readBefore = await tuplesRead(session)
  const outcome = await session.run(`SET LOCAL client_min_messages = debug1; ${sql}`)
  if (outcome.error && refusals.has(outcome.error.code)) return measureAlone(session, sql, before)
  if (outcome.error) {
    await session.run('ROLLBACK')
    return { ...nothing, error: outcome.error.message }
  }
  const locks = await heldLocks(session, before)
  const readAfter = await tuplesRead(session)
  const after = await relations(session)
  const moved = before.filter(
    old => 'rm'.includes(old.kind) && after.some(now => now.oid === old.oid && now.file !== old.file),
  )
  const left = await rowCounts(session, moved)
  await session.run('ROLLBACK')
  const read = before.filter(relation => (readAfter.get(relation.oid) ?? 0) > (readBefore.get(relation.oid) ?? 0))
  const rows = await rowCounts(session, read)
  const isReadWhole = ({ oid }: Row) =>
    (rows.get(oid) ?? 0) > 0 && (readAfter.get(oid) ?? 0) - (readBefore.get(oid) ?? 0) >= (rows.get(oid) ?? 0)
  return {
    locks,
    ...changes(before, after, outcome),
    rewrites: names(moved.filter(relation => (left.get(relation.oid) ?? 0) > 0)),
    scans: names(read.filter(isReadWhole)),
    refusesTransactionBlock: false,
  }
}

/** active_sql_transaction; invalid_transaction_termination of COMMIT inside a DO block. */
export const refusals = new Set(['25001', '2D000'])

const nothing = { rewrites: [], scans: [], builds: [], drops: [], refusesTransactionBlock: false }

async function measureAlone(session: Session, sql: string, before: readonly Row[]): Promise<Measured> {
  await session.run('ROLLBACK; SET client_min_messages = debug1')
  const outcome = await session.run(sql)
  await session.run('RESET client_min_messages')
  const after = await relations(session)
  return {
    ...nothing,
    ...changes(before, after, outcome),
    refusesTransactionBlock: true,
    ...(outcome.error && { error: outcome.error.message }),
  }
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

async function heldLocks(session: Session, before: readonly Row[]): Promise<Map<string, string>> {
  const { rows } = await session.run(
    `SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted`,
  )
  const strongest = new Map<string, string>()
  for (const [oid, written = ''] of rows) {
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

function changes(before: readonly Row[], after: readonly Row[], { messages }: Outcome) {
  const built = messages.flatMap(message => /^building index "(.*?)" on table/.exec(message)?.[1] ?? [])
  return {
    rewrites: [],
    scans: [],
    builds: [...new Set(built.filter(name => !name.startsWith('pg_')))].sort(),
    // An index that ALTER COLUMN TYPE makes anew keeps its name.
    drops: names(before.filter(old => !after.some(now => now.oid === old.oid || now.name === old.name))),
  }
}
