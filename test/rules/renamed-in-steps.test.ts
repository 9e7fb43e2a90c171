import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import { citext } from '@electric-sql/pglite/contrib/citext'
import { fixed } from '../../server/src/core/fix'
import { historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

/** A column that has two names while code moves over, written by code that knows the one and by code that knows the other. */
describe('a column with two names, on PostgreSQL', () => {
  let server: PGlite
  before(async function () {
    this.timeout(60_000)
    await loadInstalledParser()
    server = await PGlite.create({ extensions: { citext } })
    await server.exec(
      'CREATE EXTENSION citext; CREATE TABLE teams (id integer PRIMARY KEY); INSERT INTO teams VALUES (1), (2);',
    )
  })
  after(() => server.close())

  /** What an INSERT that leaves the column out puts there, and three values, which are others. */
  const columns: Readonly<Record<string, { readonly none: string; readonly values: readonly string[] }>> = {
    text: { none: 'NULL', values: [`'a'`, `'A'`, 'NULL'] },
    'text NOT NULL': { none: `'x'`, values: [`'a'`, `'A'`, `'b'`] },
    citext: { none: 'NULL', values: [`'a'`, `'A'`, 'NULL'] },
    json: { none: 'NULL', values: [`'[1]'`, `'[2]'`, `'[ 1]'`] },
    numeric: { none: 'NULL', values: ['1', '1.0', 'NULL'] },
    point: { none: 'NULL', values: [`'(1,2)'`, `'(2,1)'`, 'NULL'] },
    'integer[]': { none: 'NULL', values: [`'{1}'`, `'{2}'`, 'NULL'] },
    'boolean NOT NULL DEFAULT false': { none: 'false', values: ['true', 'false', 'true'] },
    'integer DEFAULT 3': { none: '3', values: ['4', 'NULL', '3'] },
    'timestamp(0) DEFAULT now()': { none: 'now()::timestamp(0)', values: [`'2024-01-01'`, 'NULL', 'now()'] },
    'date NOT NULL DEFAULT CURRENT_DATE': {
      none: 'CURRENT_DATE',
      values: [`'2024-01-01'`, 'CURRENT_DATE', `'2024-01-02'`],
    },
    'integer UNIQUE CHECK (name > 0)': { none: 'NULL', values: ['1', '2', 'NULL'] },
    'integer REFERENCES teams ON UPDATE CASCADE': { none: 'NULL', values: ['1', '2', 'NULL'] },
  }

  for (const [definition, { none, values }] of Object.entries(columns)) {
    it(`is the same by both: ${definition}`, async () => {
      const setup = `CREATE TABLE users (id integer PRIMARY KEY, name ${definition});`
      const { here, backfill } = phasesOf(setup)
      await server.exec(`DROP TABLE IF EXISTS users; DROP FUNCTION IF EXISTS users_label_sync;\n${setup}`)
      const rows = async () =>
        (await server.query<{ name: string; label: string }>('SELECT name::text, label::text FROM users ORDER BY id'))
          .rows
      const type = (
        await server.query<{ type: string }>(
          `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'name'`,
        )
      ).rows[0]?.type
      const text = async (value: string) =>
        (await server.query<{ text: string }>(`SELECT (${value})::${type}::text AS text`)).rows[0]?.text
      const [first = '', second = '', third = ''] = values
      await server.exec(`INSERT INTO users (id, name) VALUES (1, ${first});`)
      await server.exec(here)
      const insert = async (column: string, value: string) => {
        await server.exec(`DELETE FROM users; INSERT INTO users (id, ${column}) VALUES (2, ${value})`)
        assert.deepEqual(
          await rows(),
          [{ name: await text(value), label: await text(value) }],
          `INSERT ${column} ${value}`,
        )
      }
      const update = async (column: string, value: string) => {
        await server.exec(`UPDATE users SET ${column} = ${value}`)
        assert.deepEqual(
          await rows(),
          [{ name: await text(value), label: await text(value) }],
          `UPDATE ${column} ${value}`,
        )
      }
      await server.exec(backfill)
      assert.deepEqual(await rows(), [{ name: await text(first), label: await text(first) }])
      await server.exec('BEGIN')
      for (const column of ['name', 'label']) {
        for (const value of values) await insert(column, value)
        for (const value of [second, third, first]) await update(column, value)
      }
      if (definition !== 'text NOT NULL') {
        await server.exec('DELETE FROM users; INSERT INTO users (id) VALUES (3)')
        assert.deepEqual(await rows(), [{ name: await text(none), label: await text(none) }])
      }
    })
  }
  afterEach(() => server.exec('ROLLBACK'))

  it('is unique by both, for ON CONFLICT too', async () => {
    const setup = 'CREATE TABLE users (id serial PRIMARY KEY, name text UNIQUE, visits integer);'
    const { here, backfill, index } = phasesOf(setup)
    await server.exec(`DROP TABLE IF EXISTS users; DROP FUNCTION IF EXISTS users_label_sync;\n${setup}`)
    await server.exec(`INSERT INTO users (name, visits) VALUES ('a', 1)`)
    for (const sql of [here, backfill, index]) await server.exec(sql)
    for (const column of ['name', 'label']) {
      await assert.rejects(server.exec(`INSERT INTO users (${column}) VALUES ('a')`), /users_name_key/)
      await server.exec(
        `INSERT INTO users (${column}) VALUES ('a') ON CONFLICT (${column}) DO UPDATE SET visits = users.visits + 1`,
      )
    }
    const { rows } = await server.query('SELECT name, label, visits FROM users')
    assert.deepEqual(rows, [{ name: 'a', label: 'a', visits: 3 }])
  })

  /** What the fix makes of the rename: the migration itself, and how it fills what is there. */
  function phasesOf(setup: string): { here: string; backfill: string; index: string } {
    const files = {
      '000001_users.up.sql': setup,
      '000002_label.up.sql': 'ALTER TABLE users RENAME COLUMN name TO label;',
    }
    const { changes } = fixed(
      historyIn(files),
      ['m/000002_label.up.sql'],
      { postgres: 15, rules: {} },
      { review: true, creates: true },
    )
    const here = changes.find(({ path }) => path.includes('000002'))?.after ?? ''
    const backfill = changes.find(({ path }) => path.includes('backfill'))?.after ?? ''
    assert.match(here, /CREATE TRIGGER/)
    return { here, backfill, index: changes.find(({ path }) => path.includes('build'))?.after ?? '' }
  }
})
