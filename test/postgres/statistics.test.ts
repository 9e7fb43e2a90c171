import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'

/** What the rules say besides locks and scans, on PostgreSQL. */
describe('statistics, sequences and plans', () => {
  let server: PGlite
  before(async function () {
    this.timeout(60_000)
    server = await PGlite.create()
  })
  after(() => server.close())

  const statistics = async (): Promise<string[]> => {
    const { rows } = await server.query<{ attname: string }>(
      "SELECT attname FROM pg_stats WHERE schemaname = 'public' ORDER BY tablename, attname",
    )
    return rows.map(({ attname }) => attname)
  }

  it('a column that changes its type loses its statistics, even where no row is touched', async () => {
    await server.exec(`CREATE TABLE people (name varchar(20), town varchar(20));
      INSERT INTO people SELECT 'n' || n, 't' || n FROM generate_series(1, 100) n;
      ANALYZE people`)
    assert.deepEqual(await statistics(), ['name', 'town'])
    const before = await server.query("SELECT relfilenode FROM pg_class WHERE relname = 'people'")
    await server.exec('ALTER TABLE people ALTER COLUMN name TYPE text')
    assert.deepEqual(
      (await server.query("SELECT relfilenode FROM pg_class WHERE relname = 'people'")).rows,
      before.rows,
    )
    assert.deepEqual(await statistics(), ['town'])
  })

  it('an index keeps what a function returned that is replaced, until it is built anew, and so does a generated column', async () => {
    await server.exec(`CREATE FUNCTION short(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN lower($1); END';
      CREATE TABLE towns (name text, short text GENERATED ALWAYS AS (short(name)) STORED);
      INSERT INTO towns VALUES ('Ulm');
      CREATE INDEX towns_short ON towns (short(name));
      SET enable_seqscan = off;
      CREATE OR REPLACE FUNCTION short(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN upper($1); END'`)
    const found = async () => (await server.query("SELECT short FROM towns WHERE short(name) = 'ULM'")).rows
    assert.deepEqual(await found(), [])
    await server.exec('REINDEX INDEX towns_short')
    assert.deepEqual(await found(), [{ short: 'ulm' }])
    await server.exec('RESET enable_seqscan; DROP TABLE towns')
  })

  it('an index over an expression has statistics only when its table has been analyzed', async () => {
    await server.exec('ANALYZE people; CREATE INDEX people_upper ON people (upper(name))')
    assert.deepEqual(await statistics(), ['name', 'town'])
    await server.exec('ANALYZE people')
    assert.deepEqual(await statistics(), ['name', 'town', 'upper'])
  })

  it('INSERT with values of its own leaves the sequence where it is, and setval puts it behind them', async () => {
    await server.exec(
      "CREATE TABLE roles (id serial PRIMARY KEY, name text); INSERT INTO roles (id, name) VALUES (1, 'a')",
    )
    await assert.rejects(server.exec("INSERT INTO roles (name) VALUES ('b')"), { code: '23505' })
    await server.exec("SELECT setval(pg_get_serial_sequence('roles', 'id'), (SELECT max(id) FROM roles))")
    await server.exec("INSERT INTO roles (name) VALUES ('b')")
  })

  it('setval over an empty table does nothing', async () => {
    await server.exec(
      "CREATE TABLE kinds (id serial PRIMARY KEY); SELECT setval(pg_get_serial_sequence('kinds', 'id'), (SELECT max(id) FROM kinds))",
    )
    await server.exec('INSERT INTO kinds DEFAULT VALUES')
    assert.deepEqual((await server.query('SELECT id FROM kinds')).rows, [{ id: 1 }])
  })

  it('a prepared SELECT * fails when the type of a column has changed', async () => {
    await server.exec(
      'CREATE TABLE prices (price integer); PREPARE all_prices AS SELECT * FROM prices; EXECUTE all_prices',
    )
    await server.exec('ALTER TABLE prices ALTER COLUMN price TYPE bigint')
    await assert.rejects(server.exec('EXECUTE all_prices'), /cached plan must not change result type/)
  })
})
