import assert from 'node:assert/strict'
import { type Catalog, emptyCatalog } from '../../server/src/core/postgres/catalog'
import { effectsOf } from '../../server/src/core/postgres/effects'
import { loadInstalledParser } from '../parser'
import { afterwards, casesIn, commandOf, must, reset } from './cases'
import { measure } from './measure'
import { installedMajor, pgliteSession, type Session, startServer } from './session'

const { schema, cases } = casesIn('effects.sql')

/** Whether the planner decides how such a statement reads: then only what we claim to be read whole must be. */
const isPlanned = (statement: string) =>
  /^(?:SELECT|WITH|INSERT|UPDATE|DELETE|TABLE|COPY|DO)\b|\bDETACH\b/.test(statement)

/** CREATE TABLE builds indexes of no rows, TRUNCATE and WITH NO DATA empty ones. */
const buildsOfNothing = (statement: string) => /^(?:CREATE TABLE|TRUNCATE)|WITH NO DATA$/.test(statement)

prove('PGlite', 18, pgliteSession)
const installed = installedMajor()
if (installed !== undefined) prove(`PostgreSQL ${installed}`, installed, () => serverSession(installed))

function prove(engine: string, postgres: number, open: () => Promise<Session>) {
  describe(`effects on ${engine}`, () => {
    let session: Session
    let base: Catalog
    let isDirty = true

    before(async () => {
      await loadInstalledParser()
      session = await open()
      base = afterwards(emptyCatalog(true), schema, postgres).catalog
    })

    after(() => session?.close())

    for (const { title, setup, statement } of cases.filter(({ from }) => from <= postgres)) {
      it(title, async () => {
        if (isDirty) await reset(session, schema)
        isDirty = setup !== ''
        await must(session, setup)
        const measured = await measure(session, statement)
        isDirty ||= measured.refusesTransactionBlock
        assert.equal(measured.error, undefined)
        const { catalog, parameters } = afterwards(base, setup, postgres)
        const said = effectsOf(commandOf(statement), catalog, { postgres }, parameters)
        const locks = said.locks.filter(({ kind, mode }) => mode !== 'ACCESS SHARE' || kind !== 'composite type')
        if (measured.locks)
          assert.deepEqual(
            Object.fromEntries(locks.map(({ relation, mode }) => [relation, mode]).sort()),
            Object.fromEntries(measured.locks),
          )
        assert.equal(said.refusesTransactionBlock, measured.refusesTransactionBlock)
        assert.deepEqual([...said.drops].sort(), measured.drops)
        if (!buildsOfNothing(statement))
          assert.deepEqual(
            [...said.builds].sort(),
            measured.builds.map(name => name.replace(/_ccnew$/, '')),
          )
        if (measured.refusesTransactionBlock) return
        assert.deepEqual([...said.rewrites].sort(), measured.rewrites)
        const scans = measured.scans.filter(table => !isPlanned(statement) || said.scans.includes(table))
        assert.deepEqual([...said.scans].sort(), scans)
      })
    }
  })
}

/** A session that stops its server when it closes. */
async function serverSession(major: number): Promise<Session> {
  const server = startServer(major)
  const session = await server.session()
  const close = async () => {
    await session.close()
    server.stop()
  }
  return { ...session, close }
}
