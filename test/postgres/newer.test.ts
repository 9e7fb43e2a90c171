import assert from 'node:assert/strict'
import { installedServer, startServer } from '../../scripts/postgres/servers'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { emptyCatalog } from '../../server/src/core/postgres/catalog'
import { functions, newerFailure, newerNames, parameters } from '../../server/src/core/postgres/failures/newer'
import { loadInstalledParser } from '../parser'
import { afterwards, commandOf } from './cases'

describe('names that came with a later major version', () => {
  const said = (statement: string, postgres: number, before = '') =>
    newerNames(commandOf(statement), afterwards(emptyCatalog(true), before, postgres).catalog, postgres)

  before(loadInstalledParser)

  it('PGlite has those of 18', async () => {
    const session = await pgliteSession()
    await compare(session, 18)
    await session.close()
  })

  const installed = installedServer()
  if (installed)
    it(`PostgreSQL ${installed.major} has those up to it and no others`, async () => {
      const server = await startServer(installed)
      await compare(await server.session(), installed.major)
      await server.stop()
    })

  it('a parameter', () => {
    for (const statement of [
      'SET transaction_timeout = 1000',
      'SET LOCAL transaction_timeout = 1000',
      'RESET transaction_timeout',
    ]) {
      const failure = newerFailure(commandOf(statement), 16)
      assert.equal(failure?.message, 'unrecognized configuration parameter "transaction_timeout"')
      assert.equal(failure.since, 17)
      assert.equal(newerFailure(commandOf(statement), 17), undefined)
    }
  })

  it('a function in a default, unless the history makes one', () => {
    const statement = 'CREATE TABLE t (id uuid DEFAULT uuidv7())'
    assert.deepEqual(said(statement, 15), [
      'PostgreSQL 15 does not know `uuidv7()`, which came with 18: it fails unless something else made it.',
    ])
    assert.deepEqual(said(statement, 18), [])
    const own = "CREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'"
    assert.deepEqual(said(statement, 15, own), [])
    assert.equal(said('ALTER TABLE t ALTER COLUMN id SET DEFAULT gen_random_uuid()', 12).length, 1)
  })
})

async function compare(session: Session, major: number) {
  const present = async (query: string) => new Set((await session.run(query)).rows.map(([name]) => name))
  const known = {
    functions: await present("SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"),
    parameters: await present('SELECT name FROM pg_settings'),
  }
  for (const [name, since] of functions) assert.equal(known.functions.has(name), since <= major, name)
  for (const [name, since] of parameters) assert.equal(known.parameters.has(name), since <= major, name)
}
