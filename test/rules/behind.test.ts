import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import { changesBy } from '../../server/src/core/fix-changes'
import { type History, withFixed } from '../../server/src/core/history/history'
import { stepsOf } from '../../server/src/core/history/steps'
import { lint } from '../../server/src/core/lint'
import { historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

/** Statements that fixes move to a new migration. */
const movers = [
  'CREATE INDEX new_idx ON users (email, age);',
  'CREATE UNIQUE INDEX new_idx ON users (email, age);',
  'DROP INDEX users_age_idx;',
  'DROP INDEX users_code_idx;',
  'ALTER TABLE users ADD CONSTRAINT new_key UNIQUE (email, age);',
  'ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 0);',
  'ALTER TABLE users ADD CONSTRAINT of_team FOREIGN KEY (team_id) REFERENCES teams;',
  'ALTER TABLE users ALTER COLUMN age SET NOT NULL;',
  'ALTER TABLE users DROP COLUMN age;',
  'UPDATE users SET age = 7;',
  'ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT grown;',
]

/** What a migration that comes between may do. */
const between = [
  'ALTER TABLE users ADD COLUMN name text;',
  'ALTER TABLE users DROP COLUMN age;',
  'ALTER TABLE users DROP COLUMN code;',
  'ALTER TABLE users DROP COLUMN note;',
  'ALTER TABLE users RENAME COLUMN age TO years;',
  'ALTER TABLE users RENAME COLUMN note TO remark;',
  'ALTER TABLE users ALTER COLUMN age TYPE bigint;',
  'ALTER TABLE users ALTER COLUMN note TYPE varchar;',
  'ALTER TABLE users ALTER COLUMN age SET NOT NULL;',
  'ALTER TABLE users ALTER COLUMN age DROP NOT NULL;',
  'ALTER TABLE users ALTER COLUMN age SET DEFAULT 4;',
  'ALTER TABLE users ADD CONSTRAINT seven CHECK (age = 7);',
  'ALTER TABLE users ADD CONSTRAINT noted CHECK (note IS NOT NULL);',
  'ALTER TABLE users RENAME TO people;',
  'ALTER TABLE users SET SCHEMA other;',
  'ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;',
  'ALTER TABLE users DISABLE TRIGGER ALL; INSERT INTO users (id, team_id) VALUES (99, 77); ALTER TABLE users ENABLE TRIGGER ALL;',
  'ALTER TABLE users ADD FOREIGN KEY (email, age) REFERENCES users (email, age);',
  'CREATE TABLE pairs (email text, age int, FOREIGN KEY (email, age) REFERENCES users (email, age));',
  'CREATE TABLE more (user_id bigint REFERENCES users);',
  'CREATE TABLE copied (LIKE users INCLUDING ALL);',
  'CREATE TABLE child () INHERITS (users);',
  'CREATE VIEW all_users AS SELECT * FROM users;',
  'CREATE VIEW emails AS SELECT email FROM users;',
  'CREATE TABLE kept AS SELECT * FROM users;',
  'CREATE INDEX note_idx ON users (note);',
  'DROP INDEX users_age_idx;',
  'DROP INDEX users_code_idx;',
  'ALTER INDEX users_age_idx RENAME TO new_idx;',
  'INSERT INTO users (id, age, email) VALUES (50, 5, 50);',
  'INSERT INTO users (id, age, email) VALUES (51, 5, 51) ON CONFLICT (email, age) DO NOTHING;',
  'INSERT INTO users (id, code) VALUES (52, 1);',
  'UPDATE users SET note = age::text;',
  'UPDATE users SET age = age + 1;',
  'DELETE FROM users WHERE age = 7;',
  'DROP TABLE teams CASCADE;',
  'ALTER TABLE teams RENAME TO groups;',
  'ALTER TABLE teams DROP COLUMN name;',
  'DO $$ BEGIN ALTER TABLE users DROP COLUMN age; END $$;',
  "COMMENT ON COLUMN users.age IS 'in years';",
  'CREATE FUNCTION ages() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(age) FROM users $$;',
  'REINDEX TABLE users;',
  'ANALYZE users;',
  'TRUNCATE users;',
  'ALTER TABLE users CLUSTER ON users_age_idx;',
  'ALTER TABLE users REPLICA IDENTITY FULL;',
  'ALTER TABLE users VALIDATE CONSTRAINT old_check;',
  'ALTER TABLE users DROP CONSTRAINT old_check;',
]

const first = `CREATE SCHEMA other;
CREATE TABLE teams (id bigint PRIMARY KEY, name text);
CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer, code integer, note text, team_id bigint);
CREATE INDEX users_age_idx ON users (age);
CREATE UNIQUE INDEX users_code_idx ON users (code);
INSERT INTO teams SELECT n, n FROM generate_series(1, 5) n;
INSERT INTO users SELECT n, n, n, n, n, n FROM generate_series(1, 5) n;
ALTER TABLE users ADD CONSTRAINT old_check CHECK (code > 0) NOT VALID;`

/** Where a fix is offered that moves a statement behind the migrations that are there already, it ends as the original does. */
describe('a statement that moves behind later migrations', () => {
  let server: PGlite
  before(async function () {
    this.timeout(60_000)
    await loadInstalledParser()
    server = await PGlite.create()
  })
  after(() => server.close())

  const settings = { postgres: 15, rules: {} }

  for (const mover of movers) {
    it(`leaves the same: ${mover}`, async () => {
      let compared = 0
      for (const later of between) {
        const history = historyIn(
          {
            '1_users.sql': `-- +goose Up\n${first}`,
            '2_change.sql': `-- +goose Up\nSELECT 1;\n${mover}`,
            '3_later.sql': `-- +goose Up\n${/\$\$/.test(later) ? fenced(later) : later}`,
          },
          'goose',
        )
        const fixes = lint(history, 'm/2_change.sql', settings).flatMap(finding => finding.fixes)
        const moving = fixes.filter(({ creates, isChange }) => creates && creates.length > 0 && !isChange)
        if (moving.length === 0) continue
        const original = await outcome(history)
        if (original === refused) continue
        for (const fix of moving) {
          compared++
          const fixed = await outcome(withFixed(history, changesBy(history, [fix])))
          assert.deepEqual(fixed, original, `${later} -- ${fix.title}`)
        }
      }
      assert(compared >= 8, `${compared} compared`)
    })
  }

  /** What is there when all has run, or that PostgreSQL refuses it. */
  async function outcome(history: History): Promise<unknown> {
    await server.exec(
      'ROLLBACK; DROP SCHEMA IF EXISTS other CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;',
    )
    for (const migration of history.migrations) {
      for (const { direction, statement } of stepsOf(history, migration, settings)) {
        if (direction === 'down') continue
        const isRun = await server.exec(statement.text).then(
          () => true,
          () => false,
        )
        if (!isRun) return refused
      }
    }
    return Promise.all(queries.map(async query => (await server.query(query)).rows))
  }
})

const refused = 'refused'

const fenced = (statement: string) => `-- +goose StatementBegin\n${statement}\n-- +goose StatementEnd`

const queries = [
  `SELECT attrelid::regclass::text, attname, atttypid::regtype::text, attnotnull FROM pg_attribute
   WHERE attnum > 0 AND NOT attisdropped AND attrelid::regclass::text !~ '^(pg_|information_schema)' ORDER BY 1, 2`,
  `SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint
   WHERE connamespace::regnamespace::text IN ('public', 'other') ORDER BY 1, 2`,
  `SELECT pg_get_indexdef(indexrelid) AS index, indisvalid FROM pg_index
   WHERE indrelid::regclass::text !~ '^(pg_|information_schema)' ORDER BY 1`,
  `SELECT CASE WHEN to_regclass('users') IS NOT NULL THEN query_to_xml('SELECT * FROM users ORDER BY id', true, true, '') END`,
]
