import assert from 'node:assert/strict'
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
      assert(!offered(statement, 'ALTER TABLE users ADD COLUMN friend text REFERENCES users (email);'))
      assert(!offered(statement, 'ALTER TABLE users ADD COLUMN name text, DROP COLUMN age;'))
      assert(!offered(statement, 'UPDATE users SET age = 18;'))
    })
  }

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
