import assert from 'node:assert/strict'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { loadInstalledParser } from '../parser'
import { casesIn, runsOn } from './cases'
import { folderOn } from './folds'

/** Runs the statements of each case on PostgreSQL and through `apply`, and compares what both then have. */
for (const file of ['effects.sql', 'clinic.sql', 'apply.sql']) {
  const { schema, cases } = casesIn(file)
  describe(`the catalog after ${file}`, () => {
    let session: Session
    let fold: ReturnType<typeof folderOn>

    before(async () => {
      await loadInstalledParser()
      session = await pgliteSession()
      fold = folderOn(session, schema)
    })

    after(() => session?.close())

    for (const tested of cases.filter(each => runsOn(each, 18)))
      it(tested.title, async () => {
        const { said, measured } = await fold(tested)
        assert.deepEqual(said, measured)
      })
  })
}
