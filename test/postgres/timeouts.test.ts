import assert from 'node:assert/strict'
import { installedServer, type Server, startServer } from '../../scripts/postgres/servers'
import { rowsOf, type Session } from '../../scripts/postgres/session'

/** What core/hover/holding.ts and core/history say of timeouts, of sessions and of prepared transactions. */
const installed = installedServer()
if (installed)
  describe(`between sessions of PostgreSQL ${installed.major}`, () => {
    let server: Server
    let reader: Session
    let session: Session

    before(async () => {
      server = await startServer(installed)
      reader = await server.session()
      session = await server.session()
    })

    after(async () => {
      await reader?.close()
      await session?.close()
      await server?.stop()
    })

    beforeEach(async () => {
      await reader.run('ROLLBACK')
      await session.run('ROLLBACK')
      await session.run('RESET ALL')
      const { error } = await session.run(`
        DROP TABLE IF EXISTS t, u, p, p1;
        CREATE TABLE t (a integer);
        CREATE TABLE u (a integer);
        CREATE INDEX i ON t (a);
        CREATE TABLE p (a integer) PARTITION BY LIST (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
      `)
      assert.equal(error, undefined)
    })

    const codes = { lock_timeout: '55P03', statement_timeout: '57014' }
    for (const [parameter, code] of Object.entries(codes)) {
      const invalid = 'SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid ORDER BY 1'
      for (const [statement, expected] of [
        ['CREATE INDEX CONCURRENTLY j ON t (a)', ['j']],
        ['REINDEX INDEX CONCURRENTLY i', ['i_ccnew']],
        ['DROP INDEX CONCURRENTLY i', ['i']],
      ] as const)
        it(`${parameter} ends ${statement} while an older transaction uses the table, and an invalid index is left`, async () => {
          await reader.run('BEGIN; SELECT FROM t; INSERT INTO t VALUES (1)')
          const { error } = await session.run(`SET ${parameter} = '50ms'`).then(() => session.run(statement))
          assert.equal(error?.code, code)
          assert.deepEqual((await rowsOf(session, invalid)).flat(), expected)
        })

      it(`${parameter} ends CREATE INDEX CONCURRENTLY while an older snapshot of another table is in use`, async () => {
        await reader.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM u')
        await session.run(`SET ${parameter} = '50ms'`)
        const { error } = await session.run('CREATE INDEX CONCURRENTLY j ON t (a)')
        assert.equal(error?.code, code)
        assert.deepEqual((await rowsOf(session, invalid)).flat(), ['j'])
      })

      if (installed.major >= 14)
        it(`${parameter} ends DETACH PARTITION CONCURRENTLY, and the partition is left half detached`, async () => {
          await reader.run('BEGIN; SELECT FROM p')
          await session.run(`SET ${parameter} = '50ms'`)
          const { error } = await session.run('ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY')
          assert.equal(error?.code, code)
          await reader.run('ROLLBACK')
          const pending = 'SELECT inhdetachpending FROM pg_inherits'
          assert.deepEqual((await rowsOf(session, pending)).flat(), ['t'])
          assert.equal((await session.run('ALTER TABLE p DETACH PARTITION p1 FINALIZE')).error, undefined)
        })
    }

    it('lock_timeout that a block sets bounds its own waits, statement_timeout only the next statement', async () => {
      await reader.run('BEGIN; SELECT FROM t')
      const block = (sql: string) => session.run(`DO $$ BEGIN ${sql}; END $$`)
      const { error } = await block("SET LOCAL lock_timeout = '50ms'; ALTER TABLE t ADD b integer")
      assert.equal(error?.code, codes.lock_timeout)
      assert.equal((await block("SET LOCAL statement_timeout = '50ms'; PERFORM pg_sleep(0.2)")).error, undefined)
    })

    it('a stronger lock than the transaction has can deadlock', async () => {
      await reader.run("SET deadlock_timeout = '10ms'")
      await session.run("SET deadlock_timeout = '10ms'")
      for (const one of [reader, session]) await one.run('BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE')
      const outcomes = await Promise.all([reader, session].map(one => one.run('ALTER TABLE t ADD b integer')))
      assert.deepEqual(
        outcomes.flatMap(({ error }) => error?.code ?? []),
        ['40P01'],
      )
      for (const one of [reader, session]) await one.run('ROLLBACK')
    })

    it('a prepared transaction keeps its locks when the session has ended, until somebody ends it', async () => {
      const held = "SELECT mode FROM pg_locks WHERE relation = 't'::regclass"
      const other = await server.session()
      await other.run("BEGIN; LOCK TABLE t IN SHARE MODE; PREPARE TRANSACTION 'g'")
      await other.close()
      assert.deepEqual((await rowsOf(session, held)).flat(), ['ShareLock'])
      await session.run("ROLLBACK PREPARED 'g'")
      assert.deepEqual((await rowsOf(session, held)).flat(), [])
    })

    it('what PREPARE TRANSACTION leaves keeps SET, as COMMIT does', async () => {
      const { rows } = await session.run("BEGIN; SET lock_timeout = '3s'; PREPARE TRANSACTION 'g'").then(async () => {
        await session.run("ROLLBACK PREPARED 'g'")
        return session.run('SHOW lock_timeout')
      })
      assert.deepEqual(rows, [['3s']])
    })

    for (const whose of ['ROLE CURRENT_USER', 'ROLE ALL', 'DATABASE postgres', 'ROLE postgres IN DATABASE postgres'])
      it(`ALTER ${whose} SET is in force in sessions that start later`, async () => {
        const shown = async (one: Session) => (await one.run('SHOW lock_timeout')).rows
        await session.run(`ALTER ${whose} SET lock_timeout = '7s'`)
        assert.deepEqual(await shown(session), [['0']])
        const later = await server.session()
        assert.deepEqual(await shown(later), [['7s']])
        await session.run(`ALTER ${whose} RESET lock_timeout`)
        assert.deepEqual(await shown(later), [['7s']])
        await later.run('SET lock_timeout = 0; RESET lock_timeout')
        assert.deepEqual(await shown(later), [['7s']])
        await later.close()
      })
  })
