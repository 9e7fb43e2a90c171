import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Installation, installedServer, startServer } from '../../scripts/postgres/servers'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { type Catalog, emptyCatalog } from '../../server/src/core/postgres/catalog'
import { failureOf } from '../../server/src/core/postgres/failures'
import { loadInstalledParser } from '../parser'
import { afterwards, casesIn, commandOf, must, reset, runsOn } from './cases'
import { refusals } from './measure'

/** Paragraphs that PostgreSQL refuses; what it says is what we must say, and where `-- unsaid` stands, nothing. */
const { schema, cases } = casesIn('failures.sql')
const unsaid = new Set(
  readFileSync(join(__dirname, 'failures.sql'), 'utf8')
    .split('\n\n')
    .filter(paragraph => paragraph.startsWith('-- unsaid'))
    .map(paragraph => paragraph.replace('-- unsaid', '').replace(/;\s*$/, '').replace(/\s+/g, ' ').trim()),
)

const namedTwice = [
  'INSERT INTO users (email, email) VALUES (NULL, NULL)',
  'UPDATE users SET email = NULL, email = NULL',
  'ALTER TABLE users ADD CONSTRAINT twice UNIQUE (email, email)',
  'ALTER TABLE users RENAME COLUMN email TO email',
]

prove('PGlite', 18, pgliteSession)
const installed = installedServer()
if (installed) prove(`PostgreSQL ${installed.major}`, installed.major, () => serverSession(installed))

function prove(engine: string, postgres: number, open: () => Promise<Session>) {
  describe(`failures on ${engine}`, () => {
    let session: Session
    let base: Catalog

    before(async () => {
      await loadInstalledParser()
      session = await open()
      await reset(session, schema)
      base = afterwards(emptyCatalog(true), schema, postgres).catalog
    })

    after(() => session?.close())

    for (const { title, setup, statement } of cases.filter(each => runsOn(each, postgres))) {
      it(title, async () => {
        await must(session, 'BEGIN')
        const { error } = await must(session, setup)
          .then(() => session.run(statement))
          .finally(() => session.run('ROLLBACK'))
        const alone = error && refusals.has(error.code) ? await runAlone(session, setup, statement) : error
        const { catalog } = afterwards(base, setup, postgres)
        const failure = failureOf(commandOf(statement), catalog, { postgres })
        const said = failure && { code: failure.code, message: failure.message }
        assert.deepEqual(said, unsaid.has(title) ? undefined : alone)
      })
    }

    it('knows of a column that is named twice, whatever is in the database', async () => {
      for (const statement of namedTwice) {
        const { error } = await session.run(statement)
        const { code, message } = failureOf(commandOf(statement), emptyCatalog(false), { postgres }) ?? {}
        assert.deepEqual({ code, message }, { code: error?.code, message: error?.message }, statement)
      }
    })
  })
}

/** CONCURRENTLY refuses a transaction block before anything else. */
async function runAlone(session: Session, setup: string, statement: string) {
  await must(session, setup)
  const { error } = await session.run(statement)
  await reset(session, schema)
  return error
}

/** What succeeds has no failure: every statement of the other files. */
for (const file of ['effects.sql', 'apply.sql']) {
  const { schema, cases } = casesIn(file)
  describe(`no failures in ${file}`, () => {
    let base: Catalog

    before(async () => {
      await loadInstalledParser()
      base = afterwards(emptyCatalog(true), schema, 18).catalog
    })

    for (const { title, setup, statement, ...range } of cases)
      for (const postgres of [12, 15, 18].filter(major => runsOn({ title, setup, statement, ...range }, major)))
        it(`${title} on ${postgres}`, () => {
          const { catalog } = afterwards(base, setup, postgres)
          assert.equal(failureOf(commandOf(statement), catalog, { postgres }), undefined)
        })
  })
}

/** A session that stops its server when it closes. */
async function serverSession(installation: Installation): Promise<Session> {
  const server = await startServer(installation)
  const session = await server.session()
  const close = async () => {
    await session.close()
    await server.stop()
  }
  return { ...session, close }
}
