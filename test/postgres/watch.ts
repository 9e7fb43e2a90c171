import { type Outcome, rowsOf, type Session } from '../../scripts/postgres/session'

/** What other sessions saw of a statement while it ran. */
export interface Watched {
  readonly outcome: Outcome
  /** Every lock on a relation that it held or asked for at a moment when it waited: oid and mode. */
  readonly locks: readonly (readonly string[])[]
  /** Whether it waited for a transaction that has nothing but an old snapshot. */
  readonly waitedForSnapshot: boolean
  /** Whether it waited for the end of a transaction that has read a table, and not just for its lock. */
  readonly waitedForReader: boolean
}

/** Runs a statement of another session while it watches. */
export type Watch = (session: Session, sql: string) => Promise<Watched>

/**
 * A statement that commits in between leaves no locks to look at afterwards. So other sessions stop it on its way, at
 * every moment when they can: they hold the catalogs that such statements write (SHARE lets everybody read), the tables
 * (EXCLUSIVE), an old snapshot, and the locks of a reader. Each time it waits for one of them all its locks are noted,
 * and who is in the way lets go. Nobody sleeps: a session asks again and again what the statement waits for.
 */
export function watching(open: () => Promise<Session>): Watch {
  const idle: Guard[] = []
  let watcher: Promise<Session> | undefined
  const guard = async (): Promise<Guard> => idle.pop() ?? guardOf(await open())

  return async (session, sql) => {
    watcher ??= open()
    const asking = await watcher
    const pid = await pidOf(session)
    const { rows } = await asking.run(everyTable)
    const holds = [
      ...catalogs.map(catalog => `LOCK TABLE pg_catalog.${catalog} IN SHARE MODE`),
      ...rows.map(([name, kind]) =>
        kind === 'I' ? `COMMENT ON INDEX ${name} IS NULL` : `LOCK TABLE ONLY ${name} IN EXCLUSIVE MODE`,
      ),
    ]
    const gates: Gate[] = []
    for (const hold of holds) gates.push(await closedGate(hold, await guard(), await guard()))
    const reader = await guard()
    await rowsOf(reader.session, `BEGIN; ${readEveryTable}`)
    const onlooker = await guard()
    await rowsOf(onlooker.session, 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')

    const seen = await follow(session.run(sql), asking, pid, gates, [reader, onlooker])
    const guards = [...gates.flatMap(({ holder, spare }) => [holder, spare]), reader, onlooker]
    await Promise.all(guards.map(each => each.session.run('ROLLBACK')))
    idle.push(...guards)
    return {
      outcome: seen.outcome,
      locks: [...seen.locks.values()],
      waitedForSnapshot: seen.waitedFor.has(onlooker.pid),
      waitedForReader: seen.waitedFor.has(reader.pid),
    }
  }
}

/** The catalogs that a statement writes while it still has its locks. */
const catalogs = ['pg_class', 'pg_index', 'pg_attribute', 'pg_inherits', 'pg_depend', 'pg_constraint']

const isOurs = `relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')`

/** Partitioned indexes too, which no catalog is written for: COMMENT locks them in SHARE UPDATE EXCLUSIVE mode. */
const everyTable = `SELECT oid::regclass, relkind FROM pg_class WHERE ${isOurs} AND relkind IN ('r', 'p', 'I')`

/** A plan locks the indexes too. */
const readEveryTable = `DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE ${isOurs} AND relkind IN ('r', 'p', 'm') LOOP
  EXECUTE format('SELECT FROM ONLY %s LIMIT 0', t); END LOOP; END $$`

interface Guard {
  readonly session: Session
  readonly pid: string
}

const guardOf = async (session: Session): Promise<Guard> => ({ session, pid: await pidOf(session) })

const pidOf = async (session: Session): Promise<string> =>
  (await rowsOf(session, 'SELECT pg_backend_pid()'))[0]?.[0] ?? ''

/**
 * A lock that stands in the way of the statement again and again: before its holder lets go, a second session asks for
 * the same lock, and so has it as soon as the statement gives it back.
 */
interface Gate {
  readonly hold: string
  holder: Guard
  spare: Guard
  isSpareInLine: boolean
}

async function closedGate(lock: string, holder: Guard, spare: Guard): Promise<Gate> {
  const hold = `BEGIN; ${lock}`
  await rowsOf(holder.session, hold)
  return { hold, holder, spare, isSpareInLine: false }
}

/** Lets a statement through all that is in its way, and returns what was seen. */
async function follow(
  running: Promise<Outcome>,
  asking: Session,
  pid: string,
  gates: readonly Gate[],
  others: readonly Guard[],
) {
  const locks = new Map<string, readonly string[]>()
  const waitedFor = new Set<string>()
  let isOver = false
  const over = running.finally(() => {
    isOver = true
  })
  over.catch(() => {})
  const deadline = Date.now() + patience
  while (!isOver) {
    const rows = await rowsOf(asking, situationOf(pid))
    const all = (kind: string) => rows.filter(row => row[0] === kind).map(row => row.slice(1))
    for (const lock of all('lock')) locks.set(lock.join(), lock)
    const blockers = new Set(all('blocker').map(([blocker]) => blocker))
    const inLine = new Set(all('waiting').map(([waiting]) => waiting))
    for (const [blocker = '', locktype] of all('blocker')) if (locktype === 'virtualxid') waitedFor.add(blocker)
    for (const blocker of blockers) {
      const gate = gates.find(({ holder, spare }) => holder.pid === blocker || spare.pid === blocker)
      // It waits for one who is in line for what itself has: he has looked at the catalog, and so has a snapshot.
      if (inLine.has(blocker)) await asking.run(`SELECT pg_cancel_backend(${blocker})`)
      else if (gate && gate.holder.pid === blocker) await step(gate, inLine)
      else await [...others, ...(gate ? [gate.spare] : [])].find(each => each.pid === blocker)?.session.run('ROLLBACK')
    }
    if (Date.now() > deadline) await asking.run(`SELECT pg_cancel_backend(${pid})`)
  }
  return { outcome: await over, locks, waitedFor }
}

/** Milliseconds after which a statement that still runs is cancelled: that it waits is a bug of ours. */
const patience = 10_000

/** What a process has, what is in its way, and who waits for anything. */
const situationOf = (pid: string) => `
  SELECT 'lock', relation::text, mode FROM pg_locks WHERE pid = ${pid} AND locktype = 'relation'
  UNION ALL SELECT 'blocker', blocker::text, locktype
  FROM unnest(pg_blocking_pids(${pid})) AS blocker JOIN pg_locks ON pid = ${pid} AND NOT granted
  UNION ALL SELECT 'waiting', pid::text, '' FROM pg_locks WHERE NOT granted`

async function step(gate: Gate, inLine: ReadonlySet<string | undefined>) {
  if (!gate.isSpareInLine) {
    gate.isSpareInLine = true
    // It is answered when the lock is granted; a table that was dropped meanwhile needs no gate any more.
    gate.spare.session.run(gate.hold).catch(() => {})
    return
  }
  if (!inLine.has(gate.spare.pid)) return
  await gate.holder.session.run('ROLLBACK')
  gate.isSpareInLine = false
  const { holder, spare } = gate
  gate.holder = spare
  gate.spare = holder
}
