import assert from 'node:assert/strict'
import { installedServer, type Server, startServer } from '../../scripts/postgres/servers'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { loadInstalledParser } from '../parser'
import { casesIn, runsOn } from './cases'
import { proverOn } from './claims'
import { watching } from './watch'

const installed = installedServer()

for (const file of ['effects.sql', 'clinic.sql']) {
  const { schema, cases } = casesIn(file)

  describe(`${file} on PGlite`, () => {
    let session: Session
    let prove: ReturnType<typeof proverOn>

    before(async () => {
      await loadInstalledParser()
      session = await pgliteSession()
      prove = proverOn(session, schema)
    })

    after(() => session?.close())

    for (const tested of cases.filter(each => runsOn(each, 18)))
      it(tested.title, async () => {
        const { said, measured } = await prove(tested)
        assert.deepEqual(said, measured)
      })
  })

  if (installed)
    describe(`${file} on PostgreSQL ${installed.major}`, () => {
      let server: Server
      let prove: ReturnType<typeof proverOn>

      before(async () => {
        await loadInstalledParser()
        server = await startServer(installed)
        prove = proverOn(await server.session(), schema, watching(server.session))
      })

      after(() => server?.stop())

      for (const tested of cases.filter(each => runsOn(each, installed.major)))
        it(tested.title, async () => {
          const { said, measured } = await prove(tested)
          assert.deepEqual(said, measured)
        })
    })
}
