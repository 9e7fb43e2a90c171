import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import { fixed } from '../../server/src/core/fix'
import { statementsUp } from '../../server/src/core/judgement/later'
import { historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

/** Columns that get other types while code goes on to write them. */
describe('a column whose type changes in steps, on PostgreSQL', () => {
  let server: PGlite
  before(async function () {
    this.timeout(60_000)
    await loadInstalledParser()
    server = await PGlite.create()
  })
  after(() => server.close())

  const setup = `
    CREATE TABLE orders (
      id serial PRIMARY KEY,
      total integer NOT NULL DEFAULT 700 CHECK (total > 0),
      placed timestamp,
      changed_at timestamp
    );
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed_at := '2026-01-01'; RETURN NEW; END $$;
    CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();`
  const change = `
    ALTER TABLE orders
      ALTER COLUMN total TYPE numeric(10, 2) USING total::numeric / 100,
      ALTER COLUMN placed TYPE timestamptz USING placed AT TIME ZONE 'Europe/Oslo';`

  it('has what was written before each step, whoever has touched the row', async () => {
    await server.exec(setup)
    await server.exec(`INSERT INTO orders (total, placed) VALUES (100, '2024-07-01 12:00'), (200, NULL), (300, NULL)`)
    const expected = [
      { total: '1.00', placed: '2024-07-01 10:00:00', changed: false },
      { total: '9.00', placed: '2024-01-01 11:00:00', changed: true },
      { total: '3.00', placed: null, changed: false },
    ]
    for (const { path, statements } of steps()) {
      if (path.includes('_swap_'))
        await server.exec(`UPDATE orders SET total = 900, placed = '2024-01-01 12:00' WHERE id = 2`)
      for (const statement of statements) await server.exec(statement)
      const isSwapped = /_(?:swap|drop)_/.test(path)
      await server.exec(`INSERT INTO orders ${isSwapped ? '(total) VALUES (5.5)' : 'DEFAULT VALUES'}`)
      expected.push({ total: isSwapped ? '5.50' : '7.00', placed: null, changed: false })
    }
    await server.exec(`SET timezone = 'UTC'`)
    const { rows } = await server.query(
      'SELECT total::text, placed::timestamp::text, changed_at IS NOT NULL AS changed FROM orders ORDER BY id',
    )
    assert.deepEqual(rows, expected)
  })

  /** What decides how values are written and read, for the migrations and for code. */
  const sessions = {
    migrations: `SET datestyle = 'SQL, DMY'; SET timezone = 'Europe/Oslo'; SET intervalstyle = 'iso_8601';
      SET extra_float_digits = -3; SET bytea_output = 'escape';`,
    code: `SET datestyle = 'ISO, MDY'; SET timezone = 'America/Lima'; SET intervalstyle = 'postgres';
      SET extra_float_digits = 1; SET bytea_output = 'hex';`,
  }

  it('has what ALTER COLUMN TYPE makes of the values in its session, in whichever they are written', async () => {
    const made = `CREATE TABLE parcels (
      id serial PRIMARY KEY, day text, sent date, placed timestamp, arrived timestamptz, weight float8, took interval,
      label bytea, price money, "left" timestamptz
    );`
    const types = `ALTER TABLE parcels
      ALTER COLUMN day TYPE date USING day::date,
      ALTER COLUMN sent TYPE text,
      ALTER COLUMN placed TYPE timestamptz USING placed::timestamptz,
      ALTER COLUMN arrived TYPE text,
      ALTER COLUMN weight TYPE text,
      ALTER COLUMN took TYPE text,
      ALTER COLUMN label TYPE text,
      ALTER COLUMN price TYPE numeric,
      ALTER COLUMN "left" TYPE date USING "left"::date;`
    const parcel = `${sessions.code} INSERT INTO parcels (day, sent, placed, arrived, weight, took, label, price, "left") VALUES
      ('02/03/2024', '2024-03-02', '2024-07-01 12:00', '2024-07-01 12:00Z', 0.1 + 0.2, '1 day 2 hours', 'a\\000', '3.50', '2024-07-01 23:00Z');
      ${sessions.migrations}`
    const rows = async () =>
      (await server.query(`SELECT to_jsonb(parcels) - 'id' AS parcel FROM parcels ORDER BY id`)).rows
    await server.exec(`${sessions.migrations} ${made} ${parcel} ${types}`)
    const [expected] = await rows()
    await server.exec(`DROP TABLE parcels; ${made} ${parcel}`)
    for (const { path, statements } of steps(made, types)) {
      for (const statement of statements) await server.exec(statement)
      if (!/_(?:swap|drop)_/.test(path)) await server.exec(parcel)
    }
    const found = await rows()
    assert.equal(found.length, 3)
    for (const row of found) assert.deepEqual(row, expected)
  })

  it('is one of which ALTER COLUMN TYPE keeps what was set of it, but not how it is stored', async () => {
    await server.exec(`
      CREATE ROLE reader;
      CREATE TABLE notes (body text NOT NULL, CONSTRAINT short CHECK (body <> ''));
      CREATE UNIQUE INDEX notes_body ON notes (body);
      ALTER TABLE notes ALTER body SET STATISTICS 300, ALTER body SET (n_distinct = 5), ALTER body SET STORAGE EXTERNAL;
      ALTER TABLE notes ALTER body SET COMPRESSION pglz;
      ALTER TABLE notes REPLICA IDENTITY USING INDEX notes_body;
      ALTER TABLE notes CLUSTER ON notes_body;
      COMMENT ON INDEX notes_body IS 'an index';
      COMMENT ON CONSTRAINT short ON notes IS 'a constraint';
      GRANT SELECT (body) ON notes TO reader;
      ALTER TABLE notes ALTER body TYPE varchar(90);`)
    const { rows } = await server.query(`
      SELECT attstattarget, attoptions, attacl::text, attstorage, attcompression, indisreplident, indisclustered,
        obj_description(indexrelid) AS index, obj_description(pg_constraint.oid, 'pg_constraint') AS constraint
      FROM pg_attribute, pg_index, pg_constraint
      WHERE attrelid = 'notes'::regclass AND attname = 'body' AND indrelid = attrelid AND conrelid = attrelid AND contype = 'c'`)
    assert.deepEqual(rows, [
      {
        attstattarget: 300,
        attoptions: ['n_distinct=5'],
        attacl: '{reader=r/postgres}',
        attstorage: 'x',
        attcompression: '',
        indisreplident: true,
        indisclustered: true,
        index: 'an index',
        constraint: 'a constraint',
      },
    ])
  })

  /** The migrations of the fix, one after the other. */
  function steps(before = setup, then = change): { path: string; statements: string[] }[] {
    const files = { '000001_orders.up.sql': before, '000002_types.up.sql': then }
    const path = 'm/000002_types.up.sql'
    const options = { review: true, creates: true }
    const { history } = fixed(
      historyIn(files, 'golang-migrate'),
      [path],
      { postgres: 15, rules: { 'statistics-missing': 'off' } },
      options,
    )
    return history.migrations.slice(1).map(migration => ({
      path: migration.path,
      statements: statementsUp(migration).map(({ text }) => text),
    }))
  }
})
