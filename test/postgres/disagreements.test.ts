import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pgliteSession, rowsOf, type Session } from '../../scripts/postgres/session'
import { historyOf } from '../../server/src/core/history/history'
import { lint } from '../../server/src/core/lint'
import { loadInstalledParser } from '../parser'
import { must, reset } from './cases'
import { type Measured, measure } from './measure'

const page = readFileSync(join(__dirname, '../../docs/disagreements.md'), 'utf8')
const schema = /```sql\n(.*?)```/s.exec(page)?.[1] ?? ''

/** The rows of tables whose second cell is SQL: what stands in them is what is run. */
const rows = page.split('\n').flatMap(line => {
  const [, migration, result = '', said = ''] = line.replace(/^\| ?/, '').split(' | ')
  const [, sql] = /^`(.+)`$/.exec(migration ?? '') ?? []
  return sql === undefined ? [] : [{ sql, result, said }]
})

describe('where other tools say otherwise', () => {
  let session: Session

  before(async () => {
    await loadInstalledParser()
    session = await pgliteSession()
  })

  after(() => session?.close())

  it('is a page with rows', () => assert.ok(rows.length > 30, `${rows.length} rows`))

  for (const { sql, result, said } of rows) {
    it(`PostgreSQL: ${sql}`, async () => {
      await session.run('DROP SCHEMA IF EXISTS attic')
      await reset(session, schema)
      const unnamed = await indexesAndSequences(session)
      assert.equal(inWords(await measure(session, sql), unnamed, await lastRow(session, sql)), result)
    })

    it(`Migration Guard: ${sql}`, () => {
      const rules = [...new Set(findings(sql))].map(id => `[${id}](rules/${id}.md)`).sort()
      assert.equal(rules.join(', ') || 'nothing', said)
    })
  }
})

function findings(sql: string): string[] {
  const files = [schema, sql].map((text, place) => ({ path: `migrations/000${place + 1}_x.sql`, text }))
  const transaction = runsAlone(sql) ? 'none' : 'file'
  const history = historyOf({ path: 'migrations', files, framework: 'plain', transaction })
  const postgres = 18
  return lint(history, 'migrations/0002_x.sql', { postgres, rules: {} }).map(({ rule }) => rule)
}

const runsAlone = (sql: string): boolean => /INDEX CONCURRENTLY/.test(sql)

/** What a query at the end returns, when its locks are given back. */
async function lastRow(session: Session, sql: string): Promise<readonly string[] | undefined> {
  if (runsAlone(sql)) return undefined
  await must(session, 'BEGIN')
  const { rows: found } = await session.run(sql)
  await must(session, 'ROLLBACK')
  return found.at(-1)
}

/** Their locks go with those of their tables. */
async function indexesAndSequences(session: Session): Promise<ReadonlySet<string>> {
  const found = await rowsOf(
    session,
    `SELECT nspname || '.' || relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('i', 'I', 'S')`,
  )
  return new Set(found.map(([name = '']) => name))
}

function inWords(measured: Measured, unnamed: ReadonlySet<string>, row: readonly string[] | undefined): string {
  if (measured.error) return `refused: ${measured.error}`
  const locks = [...(measured.locks ?? [])].filter(([name]) => !unnamed.has(name))
  const parts = [
    measured.locks && (locks.map(([name, mode]) => `${mode} on ${bare(name)}`).join(', ') || 'no lock'),
    told('reads', measured.scans),
    told('rewrites', measured.rewrites),
    told('builds', measured.builds),
    row && `returns ${row.join(', ')}`,
  ]
  return parts.filter(part => part !== undefined).join('; ')
}

const told = (verb: string, names: readonly string[] = []): string | undefined =>
  names.length > 0 ? `${verb} ${names.map(bare).join(', ')}` : undefined

const bare = (name: string): string => name.replace('public.', '')
