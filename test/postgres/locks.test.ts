import assert from 'node:assert/strict'
import { installedServer, type Server, startServer } from '../../scripts/postgres/servers'
import type { Session } from '../../scripts/postgres/session'
import { blocksReads, blocksWrites, conflictsOf, lockModes, stronger } from '../../server/src/core/postgres/locks'

describe('lock modes', () => {
  it('conflict both ways', () => {
    for (const a of lockModes)
      for (const b of lockModes) assert.equal(conflictsOf(a).includes(b), conflictsOf(b).includes(a))
  })

  it('block reads and writes as explicit-locking.html says', () => {
    assert.deepEqual(lockModes.filter(blocksReads), ['ACCESS EXCLUSIVE'])
    assert.deepEqual(lockModes.filter(blocksWrites), ['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'])
    assert.equal(stronger('SHARE', 'ROW EXCLUSIVE'), 'SHARE')
  })
})

const installed = installedServer()
if (installed)
  describe(`lock modes on PostgreSQL ${installed.major}`, () => {
    let server: Server
    let holder: Session
    let other: Session

    before(async () => {
      server = await startServer(installed)
      holder = await server.session()
      other = await server.session()
      await holder.run('CREATE TABLE t (a integer)')
    })

    after(async () => {
      await holder?.close()
      await other?.close()
      await server?.stop()
    })

    for (const held of lockModes)
      it(`${held} makes the modes wait that we say`, async () => {
        await holder.run(`BEGIN; LOCK TABLE t IN ${held} MODE`)
        const waiting = []
        for (const asked of lockModes) {
          const { error } = await other.run(`BEGIN; LOCK TABLE t IN ${asked} MODE NOWAIT`)
          await other.run('ROLLBACK')
          if (error) waiting.push(asked)
        }
        await holder.run('ROLLBACK')
        assert.deepEqual(conflictsOf(held), waiting)
      })

    for (const { statement, locks } of [
      { statement: 'CREATE INDEX CONCURRENTLY i ON t (a)', locks: { t: 'ShareUpdateExclusiveLock' } },
      { statement: 'REINDEX TABLE CONCURRENTLY t', locks: { t: 'ShareUpdateExclusiveLock' } },
      { statement: 'DROP INDEX CONCURRENTLY i', locks: { t: 'ShareUpdateExclusiveLock' } },
    ])
      it(`${statement} waits for an older transaction`, async () => {
        const watcher = await server.session()
        await holder.run('BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE')
        const done = other.run(statement)
        const query = `SELECT relation::regclass, l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE a.query LIKE '${statement}%' AND locktype = 'relation' AND relation = 't'::regclass AND wait_event_type = 'Lock'`
        let rows: readonly (readonly string[])[] = []
        while (rows.length === 0) rows = (await watcher.run(query)).rows
        await holder.run('ROLLBACK')
        assert.equal((await done).error, undefined)
        await watcher.close()
        assert.deepEqual(Object.fromEntries(rows), locks)
      })
  })
