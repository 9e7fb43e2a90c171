import assert from 'node:assert/strict'
import { changesBy } from '../../server/src/core/fix-changes'
import { type History, withFixed } from '../../server/src/core/history/history'
import { lint } from '../../server/src/core/lint'
import { historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

/** A fix that makes a new migration puts statements behind all later ones: it is offered where those do not mind. */
describe('a fix in a new migration', () => {
  before(loadInstalledParser)

  const offered = (statement: string, later: string) =>
    lint(
      historyIn(
        {
          '1_users.sql': `-- +goose Up
CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
CREATE UNIQUE INDEX users_email_idx ON users (email);`,
          '2_change.sql': `-- +goose Up\n${statement}\nSELECT 1;`,
          '3_later.sql': `-- +goose Up\n${later}`,
        },
        'goose',
      ),
      'm/2_change.sql',
      { postgres: 15, rules: {} },
    ).some(({ fixes }) => fixes.some(({ title }) => / in (a )?new migrations?$/.test(title)))

  const index = 'CREATE INDEX users_email_age_idx ON users (email, age);'
  const unique = 'ALTER TABLE users ADD UNIQUE (email, age);'
  const check = 'ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 17);'

  for (const statement of [index, unique, check]) {
    it(`lets a later one add a column: ${statement}`, () => {
      assert(offered(statement, 'ALTER TABLE users ADD COLUMN name text;'))
      assert(offered(statement, 'ALTER TABLE users ADD COLUMN team_id bigint REFERENCES teams;'))
    })

    it(`is not there where a later one changes what it is about: ${statement}`, () => {
      assert(!offered(statement, 'ALTER TABLE users ADD COLUMN name text, DROP COLUMN age;'))
      assert(!offered(statement, 'ALTER TABLE users RENAME COLUMN age TO years;'))
      assert(!offered(statement, 'ALTER TABLE users RENAME TO people;'))
      assert(!offered(statement, 'CREATE TABLE people (LIKE users INCLUDING ALL);'))
      assert(!offered(statement, 'CREATE TABLE people () INHERITS (users);'))
      assert(!offered(statement, 'DO $$ BEGIN PERFORM 1 FROM users; END $$;'))
      assert(!offered(statement, "SELECT create_hypertable('users', 'id');"))
    })

    it(`does not mind what leaves its columns as they are: ${statement}`, () => {
      assert(offered(statement, 'CREATE VIEW emails AS SELECT email FROM users;'))
      assert(offered(statement, 'CREATE TRIGGER seen AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION see();'))
      assert(offered(statement, 'ALTER TABLE users ALTER COLUMN id SET DEFAULT 1, ENABLE ROW LEVEL SECURITY;'))
      assert(offered(statement, 'UPDATE users SET id = id + 1;'))
    })
  }

  it('lets rows change before an index is built or a constraint proven, but not before what makes them unique', () => {
    for (const later of ['UPDATE users SET age = 18;', 'INSERT INTO users (id, age) VALUES (1, 18);']) {
      for (const statement of [index, check]) assert(offered(statement, later))
      assert(!offered(unique, later))
    }
    const friend =
      'ALTER TABLE users ADD COLUMN friend text, ADD FOREIGN KEY (friend, age) REFERENCES users (email, age);'
    assert(offered(index, friend))
    assert(!offered(unique, friend))
  })

  it('fills no column behind what needs it filled', () => {
    const fill = 'UPDATE users SET age = 18;'
    assert(offered(fill, 'ALTER TABLE users ADD COLUMN name text;'))
    assert(offered(fill, "ALTER TABLE users ALTER COLUMN email SET NOT NULL, ALTER email SET DEFAULT '';"))
    assert(!offered(fill, 'ALTER TABLE users ALTER COLUMN age SET NOT NULL;'))
    assert(!offered(fill, 'ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 17);'))
    assert(!offered(fill, 'ALTER TABLE users VALIDATE CONSTRAINT grown;'))
    assert(!offered(fill, 'INSERT INTO ages SELECT age FROM users;'))
  })

  it('drops a column behind what does not name it', () => {
    const drop = 'ALTER TABLE users DROP COLUMN age;'
    assert(offered(drop, 'ALTER TABLE users ADD COLUMN name text;'))
    assert(offered(drop, 'CREATE TABLE teams (user_id bigint REFERENCES users);'))
    assert(!offered(drop, 'CREATE VIEW people AS SELECT * FROM users;'))
    assert(!offered(drop, "INSERT INTO users VALUES (1, 'ann@example.org');"))
    assert(!offered('ALTER TABLE users DROP COLUMN id;', 'CREATE TABLE teams (user_id bigint REFERENCES users);'))
  })

  it('does not mind the migration that another fix of the same file has made', () => {
    const files = {
      '1_users.sql': '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);',
      '2_change.sql':
        '-- +goose Up\nALTER TABLE users DROP COLUMN age;\nCREATE INDEX users_email_idx ON users (email);',
    }
    const settings = { postgres: 15, rules: {} }
    const fixOf = (state: History, rule: string) =>
      lint(state, 'm/2_change.sql', settings).find(finding => finding.rule === rule)?.fixes[0]
    const history = historyIn(files, 'goose')
    const deprecate = fixOf(history, 'dropped-column')
    assert(deprecate?.creates)
    const state = withFixed(history, changesBy(history, [deprecate]))
    assert.deepEqual(
      fixOf(state, 'index-without-concurrently')?.creates?.map(({ path }) => path),
      ['m/4_create_users_email_idx.sql'],
    )
  })

  it('comes before all repeatable migrations', () => {
    const files = {
      'V1__users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text);',
      'V2__change.sql': 'ALTER TABLE users ADD CONSTRAINT has_email CHECK (email IS NOT NULL);',
      'R__emails.sql': 'CREATE OR REPLACE VIEW emails AS SELECT id, email FROM users;',
    }
    const findings = lint(historyIn(files, 'flyway'), 'm/V2__change.sql', { postgres: 15, rules: {} })
    assert(findings.some(({ fixes }) => fixes.some(({ title }) => title.endsWith('in a new migration'))))
  })

  it('builds no index behind the drop of one that it may replace', () => {
    for (const statement of [index, unique]) assert(!offered(statement, 'DROP INDEX users_email_idx;'))
    assert(offered(check, 'DROP INDEX users_email_idx;'))
  })
})
