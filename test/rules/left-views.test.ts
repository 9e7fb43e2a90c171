import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import { fixed } from '../../server/src/core/fix'
import { lint } from '../../server/src/core/lint'
import { type Files, historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

/** The views that stand in for what has moved, read by a role that is not the owner. */
describe('a view that bears an old name, on PostgreSQL', () => {
  let server: PGlite
  before(async function () {
    this.timeout(60_000)
    await loadInstalledParser()
    server = await PGlite.create()
    await server.exec('CREATE ROLE shop; CREATE ROLE other;')
  })
  after(() => server.close())

  const people = `CREATE SCHEMA staff;
CREATE TABLE staff.people (id bigint PRIMARY KEY, name text);
INSERT INTO staff.people VALUES (1, 'shop'), (2, 'other');
GRANT USAGE ON SCHEMA staff TO shop, other;`
  const grant = 'GRANT SELECT, UPDATE ON staff.people TO shop; GRANT SELECT (id) ON staff.people TO other;'
  const secured = `ALTER TABLE staff.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON staff.people USING (name = current_user);`

  const moves = {
    'a renamed table': 'ALTER TABLE staff.people RENAME TO users;',
    'a table in another schema': 'CREATE SCHEMA crew;\nALTER TABLE staff.people SET SCHEMA crew;',
    'a renamed schema': 'ALTER SCHEMA staff RENAME TO team;',
  }

  const filesOf = (move: string, setup = ''): Files => ({
    '000001_people.up.sql': people,
    '000002_grant.up.sql': `${grant}${setup}`,
    '000003_move.up.sql': move,
  })

  /** What the fix makes of the move. */
  const withFix = (files: Files): string => {
    const path = 'm/000003_move.up.sql'
    const { changes } = fixed(historyIn(files), [path], { postgres: 15, rules: {} }, { review: true, creates: false })
    const text = changes[0]?.after ?? ''
    assert.match(text, /CREATE VIEW/)
    return text
  }

  /** The rows that a role sees by the old name, or the error. */
  async function seen(statements: readonly string[], role: string, query: string): Promise<unknown> {
    await server.exec('DROP SCHEMA IF EXISTS staff, crew, team CASCADE; BEGIN;')
    try {
      for (const statement of statements) await server.exec(statement)
      await server.exec(`SET LOCAL ROLE ${role}`)
      return (await server.query<{ id: number }>(query)).rows.map(({ id }) => id)
    } catch (error) {
      return (error as Error).message
    } finally {
      await server.exec('ROLLBACK')
    }
  }

  for (const [what, move] of Object.entries(moves)) {
    it(`has the privileges of ${what}`, async () => {
      const all = [people, grant, withFix(filesOf(move))]
      assert.deepEqual(await seen(all, 'shop', 'SELECT id FROM staff.people'), [1, 2])
      assert.deepEqual(await seen(all, 'shop', 'UPDATE staff.people SET name = NULL WHERE id = 1 RETURNING id'), [1])
      // Privileges on some columns are not enough for a view with security_invoker that reads all.
      const columns = [...all, 'GRANT SELECT (id) ON staff.people TO other;']
      assert.match(String(await seen(columns, 'other', 'SELECT id FROM staff.people')), /permission denied for table/)
    })

    it(`has what all tables of the schema were granted where ${what} was made`, async () => {
      const start = `${people}\nGRANT SELECT ON ALL TABLES IN SCHEMA staff TO other;`
      const files: Files = { '000001_people.up.sql': start, '000003_move.up.sql': move }
      assert.deepEqual(await seen([start, withFix(files)], 'other', 'SELECT id FROM staff.people'), [1, 2])
    })

    it(`shows no more than the policies of ${what}`, async () => {
      const all = [people, grant, secured, withFix(filesOf(move, secured))]
      assert.deepEqual(await seen(all, 'shop', 'SELECT id FROM staff.people'), [1])
    })

    it(`is not offered for the policies of ${what} before 15`, () => {
      const findings = lint(historyIn(filesOf(move, secured)), 'm/000003_move.up.sql', { postgres: 14, rules: {} })
      const moved = findings.filter(({ rule }) => rule === 'renamed-table' || rule === 'moved-schema')
      assert.deepEqual(
        moved.map(({ fixes, withheld }) => [fixes, withheld]),
        [[[], 'A view reads past row level security, and only since PostgreSQL 15 it can do otherwise.']],
      )
    })
  }

  it('has none of its own, and reads past policies without security_invoker', async () => {
    const move = 'ALTER TABLE staff.people RENAME TO users; CREATE VIEW staff.people AS SELECT * FROM staff.users;'
    const all = [people, grant, secured, move]
    assert.match(String(await seen(all, 'shop', 'SELECT id FROM staff.people')), /permission denied for view people/)
    const granted = [...all, 'GRANT SELECT ON staff.people TO shop;']
    assert.deepEqual(await seen(granted, 'shop', 'SELECT id FROM staff.people'), [1, 2])
  })
})
