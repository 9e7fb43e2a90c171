import { type Outcome, rowsOf, type Session } from '../../scripts/postgres/session'

/** What other sessions saw of a statement while it ran. */
export interface Watched {
  readonly outcome: Outcome
  /** Every lock on a relation that it held or asked for at a moment when it waited: oid and mode. */
  readonly locks: readonly (readonly string[])[]
  /** Whether it waited for a transaction that has nothing but an old snapshot. */
  readonly waitedForSnapshot: boolean
  /** Whether it waited for the end of a transaction that has read its tables, though it may have a lock beside it. */
  readonly waitedForReader: boolean
}

/** Runs a statement of another session while it watches. */
export type Watch = (session: Session, sql: string) => Promise<Watched>

/**
 * A statement that commits in between leaves no locks to look at afterwards. So other sessions stop it on its way, at
 * every moment when they can: they hold the catalogs that such statements write (SHARE lets everybody read), the tables
 * (EXCLUSIVE), a snapshot, and the locks of a reader. Each time it waits for one of them all its locks are noted, the
 * one who is in the way lets go, and those of the catalogs and tables get in line again. Nobody sleeps: a session asks until it waits.
 */
export async function watching(open: () => Promise<Session>): Promise<{ watch: Watch; close: () => Promise<void> }> {
  const watcher = await open()
  const gates = await Promise.all([
    ...catalogs.map(async catalog => gate(await open(), `LOCK TABLE pg_catalog.${catalog} IN SHARE MODE`, true)),
    gate(await open(), lockEveryTable, true),
    gate(await open(), readEveryTable, false),
  ])
  const snapshot = await gate(await open(), 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1', false)
  const reader = gates[gates.length - 1]
  const everybody = [...gates, snapshot]

  const watch: Watch = async (session, sql) => {
    const [[pid = ''] = []] = await rowsOf(session, 'SELECT pg_backend_pid()')
    for (const each of everybody) await each.close()
    const locks = new Map<string, readonly string[]>()
    const waited = new Set<Gate>()
    let outcome: Outcome | undefined
    let failure: unknown
    const done = session.run(sql).then(
      result => {
        outcome = result
      },
      error => {
        failure = error
      },
    )
    const deadline = Date.now() + patience
    while (!outcome && failure === undefined) {
      const rows = await rowsOf(watcher, whatItWaitsFor(pid))
      for (const [blocker = '', waitsFor, relation = '', mode = ''] of rows) {
        if (relation !== '') locks.set(`${relation} ${mode}`, [relation, mode])
        const isInTheWay = everybody.find(each => each.pid === blocker)
        if (isInTheWay && waitsFor === 'virtualxid') waited.add(isInTheWay)
      }
      const blockers = new Set(rows.map(([blocker]) => blocker))
      for (const each of everybody) if (blockers.has(each.pid)) each.letThrough()
      if (Date.now() > deadline) throw new Error(`still running, waiting for ${[...blockers].join()}: ${sql}`)
    }
    await done
    for (const each of everybody) await each.open()
    if (!outcome) throw failure
    return {
      outcome,
      locks: [...locks.values()],
      waitedForSnapshot: waited.has(snapshot),
      waitedForReader: reader !== undefined && waited.has(reader),
    }
  }
  const close = async () => {
    for (const each of everybody) await each.session.close()
    await watcher.close()
  }
  return { watch, close }
}

/** Milliseconds after which a statement that still runs is a bug of ours. */
const patience = 30_000

/** The catalogs that a statement writes while it still has its locks. */
const catalogs = ['pg_class', 'pg_index', 'pg_attribute', 'pg_inherits', 'pg_depend', 'pg_constraint']

const everyTable = `SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND relkind IN`

/** Those that the statement has at the moment are left alone: to wait for it would end in a deadlock. */
const lockEveryTable = `DO $$ DECLARE t record; BEGIN FOR t IN ${everyTable} ('r', 'p') LOOP
  BEGIN EXECUTE format('LOCK TABLE ONLY %s IN EXCLUSIVE MODE NOWAIT', t.name);
  EXCEPTION WHEN lock_not_available OR undefined_table THEN NULL; END; END LOOP; END $$`

/** A plan locks the indexes too. */
const readEveryTable = `DO $$ DECLARE t record; BEGIN FOR t IN ${everyTable} ('r', 'p', 'm') LOOP
  EXECUTE format('SELECT FROM ONLY %s LIMIT 0', t.name); END LOOP; END $$`

const whatItWaitsFor = (pid: string) => `SELECT blocker, awaited.locktype, l.relation, l.mode
  FROM unnest(pg_blocking_pids(${pid})) AS blocker
  JOIN pg_locks awaited ON awaited.pid = ${pid} AND NOT awaited.granted
  LEFT JOIN pg_locks l ON l.pid = ${pid} AND l.locktype = 'relation'`

/** A session that stands in the way. */
interface Gate {
  readonly session: Session
  readonly pid: string
  readonly close: () => Promise<void>
  /** Lets a waiting statement go on; does not wait to be in the way again. */
  readonly letThrough: () => void
  readonly open: () => Promise<void>
}

async function gate(session: Session, hold: string, again: boolean): Promise<Gate> {
  const [[pid = ''] = []] = await rowsOf(session, 'SELECT pg_backend_pid()')
  const close = async () => void (await rowsOf(session, `BEGIN; ${hold}`))
  const open = async () => void (await rowsOf(session, 'ROLLBACK'))
  let opening: Promise<void> | undefined
  const letThrough = () => {
    opening ??= (again ? open().then(close) : open()).then(() => {
      opening = undefined
    })
  }
  return { session, pid, close, letThrough, open: async () => opening?.then(open) ?? open() }
}
