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

  /** The migrations of the fix, one after the other. */
  function steps(): { path: string; statements: string[] }[] {
    const files = { '000001_orders.up.sql': setup, '000002_types.up.sql': change }
    const path = 'm/000002_types.up.sql'
    const options = { review: true, creates: true }
    const { history } = fixed(historyIn(files, 'golang-migrate'), [path], { postgres: 15, rules: {} }, options)
    return history.migrations.slice(1).map(migration => ({
      path: migration.path,
      statements: statementsUp(migration).map(({ text }) => text),
    }))
  }
})
