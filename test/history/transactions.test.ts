import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import type { FileLayout, Framework } from '../../server/src/core/history/frameworks/framework'
import type { Section, TransactionMode } from '../../server/src/core/history/migration'
import { migrationOf } from '../../server/src/core/history/reading'
import { type Placement, placements } from '../../server/src/core/history/transactions'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

/** How a tool hands the statements of a file to PostgreSQL. */
type Way = 'one query' | 'one by one' | 'one by one in a transaction' | 'one query in a transaction'

const ways: Record<Way, { transaction: TransactionMode; isOneQuery: boolean }> = {
  'one query': { transaction: 'implicit', isOneQuery: true },
  'one by one': { transaction: 'own', isOneQuery: false },
  'one by one in a transaction': { transaction: 'tool', isOneQuery: false },
  'one query in a transaction': { transaction: 'tool', isOneQuery: true },
}

function section(sql: string, way: Way): Section {
  const span = { start: 0, end: sql.length }
  const { transaction, isOneQuery } = ways[way]
  const layout: FileLayout = {
    version: '1',
    repeatable: false,
    sections: [{ direction: 'up', span, transaction, boundaries: [], masked: [], queries: isOneQuery ? [span] : [] }],
  }
  const tool: Framework = {
    id: 'test',
    name: 'test',
    recognises: () => 1,
    layout: () => layout,
    compareVersions: () => 0,
  }
  const migration = migrationOf('1.sql', sql, tool, { path: '', files: [], read: () => undefined })
  return migration?.sections[0] as Section
}

const placed = (sql: string, way: Way): readonly Placement[] => placements(section(sql, way))

/** Numbers things by when they were first seen: the same partition gives the same numbers. */
function partition(values: readonly unknown[]): number[] {
  const seen = [...new Set(values)]
  return values.map(value => seen.indexOf(value))
}

describe('transactions', () => {
  const transactionId = 'SELECT pg_current_xact_id()::text AS x'
  const timeout = 'SHOW lock_timeout'

  /** `X` asks for the transaction's id, `T` for lock_timeout; the rest is SQL. */
  const scripts: readonly string[] = [
    'X; X',
    'BEGIN; X; X; COMMIT; X; X',
    'X; BEGIN; X; COMMIT; X',
    'X; COMMIT; X; X',
    'BEGIN; X; BEGIN; X; COMMIT; X',
    'BEGIN; X; COMMIT AND CHAIN; X; COMMIT; X',
    'BEGIN; X; ROLLBACK AND CHAIN; X; ROLLBACK; X',
    'X; ROLLBACK; X; X',
    'START TRANSACTION; X; SAVEPOINT a; X; ROLLBACK TO a; X; END; X',
    "SET lock_timeout = '1s'; T; BEGIN; SET LOCAL lock_timeout = '2s'; T; COMMIT; T",
    "SET lock_timeout = '1s'; BEGIN; SET lock_timeout = '2s'; T; ROLLBACK; T",
    "BEGIN; SET lock_timeout = '2s'; T; COMMIT; T; RESET lock_timeout; T",
    "SET LOCAL lock_timeout = '3s'; T; COMMIT; T",
    "BEGIN; SET lock_timeout = '1s'; SAVEPOINT a; SET lock_timeout = '2s'; SAVEPOINT b; SET LOCAL lock_timeout = '4s'; T; ROLLBACK TO a; T; COMMIT; T",
    "BEGIN; SAVEPOINT a; SET lock_timeout = '2s'; RELEASE a; T; ROLLBACK; T",
    "SELECT set_config('lock_timeout', '5s', false); T; RESET ALL; T",
    "BEGIN; SELECT set_config('lock_timeout', '5s', true); T; COMMIT; T",
    "SET lock_timeout = '1s'; SET lock_timeout TO DEFAULT; T",
    "BEGIN; SET LOCAL lock_timeout = '1s'; SET lock_timeout = '2s'; T; SET LOCAL lock_timeout = '3s'; T; COMMIT; T",
    "SET lock_timeout = '1s'; BEGIN; SET LOCAL lock_timeout = '2s'; RESET lock_timeout; T; COMMIT; T",
    "SET lock_timeout = '1s'; BEGIN; RESET ALL; T; ROLLBACK; T",
    "SET lock_timeout = '1s'; BEGIN; SAVEPOINT a; RESET lock_timeout; T; ROLLBACK TO a; T; COMMIT; T",
    "SET lock_timeout = '1s'; DISCARD PLANS; T; DISCARD TEMP; T",
    "SET lock_timeout = '1s'; SELECT set_config('lock_timeout', NULL, false); T",
    "BEGIN; SET lock_timeout = '1s'; SAVEPOINT a; SET lock_timeout = '2s'; SAVEPOINT a; SET lock_timeout = '3s'; ROLLBACK TO a; T; RELEASE a; ROLLBACK TO a; T; COMMIT; T",
    "BEGIN; SET lock_timeout = '1s'; COMMIT AND CHAIN; SET LOCAL lock_timeout = '2s'; T; ROLLBACK AND CHAIN; T; COMMIT; T",
    "BEGIN; DO $$ BEGIN SET LOCAL lock_timeout = '4s';END $$; T; COMMIT; T",
    "DO $$ BEGIN PERFORM set_config('lock_timeout', '4s', false);END $$; T",
    "DO $$ BEGIN SET LOCAL lock_timeout = '4s';END $$; T",
    "CREATE OR REPLACE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET lock_timeout = '9s' AS 'SELECT 1'; SELECT pg_temp.f(); T",
    "ALTER ROLE CURRENT_USER SET lock_timeout = '8s'; T; ALTER ROLE CURRENT_USER RESET lock_timeout; T",
    "ALTER DATABASE postgres SET lock_timeout = '8s'; T; ALTER DATABASE postgres RESET lock_timeout; T",
    'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE; T',
    "BEGIN; SET lock_timeout = '1s'; SAVEPOINT a; SET LOCAL lock_timeout = '2s'; RELEASE a; T; COMMIT; T",
    "BEGIN; SAVEPOINT a; SAVEPOINT b; SET lock_timeout = '2s'; RELEASE a; T; COMMIT; T",
    "BEGIN; SAVEPOINT a; SET lock_timeout = '2s'; ROLLBACK TO a; SET lock_timeout = '3s'; ROLLBACK TO a; T; COMMIT; T",
    "SET lock_timeout = '1s'; BEGIN; SET LOCAL lock_timeout = '2s'; SAVEPOINT a; SET lock_timeout = '3s'; ROLLBACK TO SAVEPOINT a; T; COMMIT; T",
    "BEGIN; SET LOCAL lock_timeout = '2s'; COMMIT; SET LOCAL lock_timeout = '3s'; T",
    "SET lock_timeout = '1s'; BEGIN; SET LOCAL lock_timeout TO DEFAULT; T; COMMIT; T",
    "BEGIN; SET LOCAL lock_timeout = '1s'; RESET ALL; T; COMMIT; T",
    "SELECT set_config('LOCK_TIMEOUT', '5s', false); T",
    "SELECT pg_catalog.set_config('lock_timeout', '5s', false); T",
    "SET SESSION lock_timeout TO '3s'; T; SET SESSION lock_timeout = 0; T",
    'SET "lock_timeout" = "4s"; T',
    "BEGIN; SET lock_timeout = '1s'; ABORT; T",
    "BEGIN; SET lock_timeout = '1s'; COMMIT AND NO CHAIN; T",
    "BEGIN; SET LOCAL lock_timeout = '1s'; COMMIT AND CHAIN; T; SET lock_timeout = '2s'; ROLLBACK; T",
    'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; T',
    "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL lock_timeout TO DEFAULT; T; ROLLBACK; T",
    "SELECT 1; SELECT set_config('lock_timeout', '5s', true); T",
    "BEGIN; SELECT set_config('lock_timeout', '5s', false), set_config('lock_timeout', '6s', true); T; COMMIT; T",
    "SET lock_timeout = '7s'; BEGIN; SET lock_timeout = '1s'; BEGIN; SET LOCAL lock_timeout = '2s'; T; ROLLBACK; T",
  ]

  let database: PGlite
  before(async () => {
    database = await PGlite.create()
  })
  after(() => database.close())

  async function run(sql: string, way: Way): Promise<string[]> {
    const { transaction, isOneQuery } = ways[way]
    const queries = isOneQuery ? [sql] : sql.split('; ')
    if (transaction === 'tool') queries.unshift('BEGIN')
    const results = []
    for (const query of queries) results.push(...(await database.exec(query)))
    await database.exec('ROLLBACK; RESET ALL')
    return results.flatMap(({ rows, fields }) =>
      fields[0] && ['x', 'lock_timeout'].includes(fields[0].name) ? [String(Object.values(rows[0] ?? {})[0])] : [],
    )
  }

  for (const way of Object.keys(ways) as Way[]) {
    for (const script of scripts) {
      it(`are those of PostgreSQL, ${way}: ${script}`, async () => {
        const sql = script.replaceAll(/\bX\b/g, transactionId).replaceAll(/\bT\b/g, timeout)
        const measured = await run(sql, way)
        const { statements } = section(sql, way)
        const found = placed(sql, way)
        const at = (text: string) =>
          statements.flatMap((statement, place) => (statement.text === text ? [found[place]] : []))
        if (script.includes('X')) {
          assert.deepEqual(partition(at(transactionId).map(one => one?.number)), partition(measured))
        } else {
          assert.deepEqual(
            at(timeout).map(one => one?.parameters.get('lock_timeout') ?? '0'),
            measured,
          )
        }
      })
    }
  }

  const refusals: readonly (readonly [way: Way, sql: string, isRefused: boolean])[] = [
    ['one query', 'CREATE INDEX CONCURRENTLY i ON t (a)', false],
    ['one query', 'SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a)', true],
    ['one query', 'BEGIN; COMMIT; CREATE INDEX CONCURRENTLY i ON t (a)', true],
    ['one query', 'CREATE INDEX CONCURRENTLY i ON t (a); SELECT 1', true],
    ['one by one', 'SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a)', false],
    ['one by one', 'BEGIN; CREATE INDEX CONCURRENTLY i ON t (a)', true],
    ['one by one', 'BEGIN; COMMIT; CREATE INDEX CONCURRENTLY i ON t (a)', false],
    ['one by one in a transaction', 'CREATE INDEX CONCURRENTLY i ON t (a)', true],
    ['one by one in a transaction', 'COMMIT; CREATE INDEX CONCURRENTLY i ON t (a)', false],
    ['one query in a transaction', 'COMMIT; CREATE INDEX CONCURRENTLY i ON t (a)', true],
  ]
  for (const [way, sql, isRefused] of refusals) {
    it(`are a block where PostgreSQL says so, ${way}: ${sql}`, async () => {
      await database.exec('CREATE TABLE t (a int)')
      const outcome = await run(sql, way).then(
        () => 'made',
        (error: Error) => error.message,
      )
      await database.exec('ROLLBACK').catch(() => undefined)
      await database.exec('DROP TABLE t')
      assert.equal(outcome !== 'made', isRefused, outcome)
      const place = section(sql, way).statements.findIndex(({ command }) => command?.tag === 'CREATE INDEX')
      assert.equal(placed(sql, way)[place]?.isBlock, isRefused)
    })
  }

  const savepoints: readonly (readonly [sql: string, isThere: boolean])[] = [
    ['BEGIN; SAVEPOINT a; ROLLBACK TO a', true],
    ['BEGIN; SAVEPOINT a; RELEASE a; ROLLBACK TO a', false],
    ['BEGIN; SAVEPOINT a; SAVEPOINT b; RELEASE a; ROLLBACK TO b', false],
    ['BEGIN; SAVEPOINT a; SAVEPOINT b; ROLLBACK TO a; RELEASE b', false],
    ['BEGIN; SAVEPOINT a; SAVEPOINT a; RELEASE a; RELEASE a', true],
    ['BEGIN; SAVEPOINT a; COMMIT; BEGIN; RELEASE a', false],
    ['BEGIN; SAVEPOINT "A"; ROLLBACK TO a', false],
  ]
  for (const [sql, isThere] of savepoints) {
    it(`know their savepoints: ${sql}`, async () => {
      const refused = await run(sql, 'one by one').then(
        () => undefined,
        (error: Error) => error.message,
      )
      await database.exec('ROLLBACK').catch(() => undefined)
      assert.equal(refused === undefined, isThere, refused)
      if (refused) assert.match(refused, /^savepoint "\w" does not exist$/)
      assert.equal(placed(sql, 'one by one').at(-1)?.lacksSavepoint === true, !isThere)
    })
  }

  it('do not know those of a statement that cannot be read', () => {
    assert.equal(placed('BEGIN; SAVEPOINT one two; ROLLBACK TO two', 'one by one').at(-1)?.lacksSavepoint, undefined)
  })

  it('give back what they did after a savepoint and nothing before it', () => {
    const [begin, alter, savepoint, lock, back, last] = placed(
      'BEGIN; ALTER TABLE a ADD b int; SAVEPOINT s; LOCK TABLE c; ROLLBACK TO s; SELECT 1',
      'one by one',
    )
    assert.deepEqual(
      [begin, alter, savepoint, lock, back, last].map(one => one?.resumes),
      [undefined, undefined, undefined, undefined, 2, undefined],
    )
    assert.equal(last?.number, begin?.number)
  })

  it('begin anew for each query that is sent for itself', () => {
    const sql = 'SELECT 1; SELECT 2; SELECT 3; SELECT 4'
    const { statements, ...rest } = section(sql, 'one by one')
    const half = statements[1]?.span.end as number
    const queries = [
      { start: 0, end: half },
      { start: half, end: sql.length },
    ]
    assert.deepEqual(
      placements({ ...rest, statements, queries }).map(({ kind, number }) => [kind, number]),
      [
        ['implicit', 1],
        ['implicit', 1],
        ['implicit', 2],
        ['implicit', 2],
      ],
    )
  })

  it('count on from the number given', () => {
    assert.deepEqual(
      placements(section('SELECT 1; BEGIN; SELECT 2; COMMIT', 'one by one'), 7).map(({ number }) => number),
      [7, 8, 8, 8],
    )
  })
})
