import assert from 'node:assert/strict'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { type Catalog, emptyCatalog } from '../../server/src/core/postgres/catalog'
import { loadInstalledParser } from '../parser'
import { afterwards, casesIn, must, reset } from './cases'
import { refusals } from './measure'
import { describedCatalog, realCatalog, unknownColumns } from './real-catalog'

/** Runs the statements of each case on PostgreSQL and through `apply`, and compares what both then have. */
for (const file of ['effects.sql', 'apply.sql']) {
  const { schema, cases } = casesIn(file)
  describe(`the catalog after ${file}`, () => {
    let session: Session
    let base: Catalog

    before(async () => {
      await loadInstalledParser()
      session = await pgliteSession()
      await reset(session, schema)
      base = afterwards(emptyCatalog(true), schema, session.major).catalog
    })

    after(() => session?.close())

    it('after the schema', async () => compare(await realCatalog(session), base))

    for (const { title, setup, statement } of cases) {
      it(title, async () => {
        await must(session, 'BEGIN')
        const { error } = await session.run(`${setup}\n${statement}`)
        // What refuses a transaction block changes no relation that we could not see change here.
        const real = error ? undefined : await realCatalog(session)
        await must(session, 'ROLLBACK')
        if (error && refusals.has(error.code)) return
        assert.equal(error, undefined)
        if (real) compare(real, afterwards(base, `${setup}\n${statement}`, session.major).catalog)
      })
    }
  })
}

function compare(real: Awaited<ReturnType<typeof realCatalog>>, catalog: Catalog) {
  const unknown = new Set(unknownColumns(catalog))
  const withoutColumns = Object.entries(real).map(([key, facts]) => [
    key,
    unknown.has(key) ? facts.filter(fact => !fact.startsWith('column ')) : facts,
  ])
  const ours = Object.entries(describedCatalog(catalog)).map(([key, facts]) => [
    key,
    unknown.has(key) ? facts.filter(fact => !fact.startsWith('column ')) : facts,
  ])
  assert.deepEqual(Object.fromEntries(ours), Object.fromEntries(withoutColumns))
}
