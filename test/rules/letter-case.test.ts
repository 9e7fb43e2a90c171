import assert from 'node:assert/strict'
import { fixed } from '../../server/src/core/fix'
import { historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

/** Fixes look like what is there: keywords are in lower case where the statement's are. */
describe('the letter case of a fix', () => {
  before(loadInstalledParser)

  const fixes = (statement: string) => {
    const files = {
      '1_users.sql': 'create table "Users" (id bigint primary key, email text, note text);',
      '2_change.sql': statement,
    }
    const { changes } = fixed(
      historyIn(files, 'plain'),
      ['m/2_change.sql'],
      { postgres: 15, rules: {} },
      {
        review: true,
        creates: true,
      },
    )
    return changes[0]?.after
  }

  it('is lower where the statement is, but for names in quotes, strings and comments', () => {
    assert.equal(
      fixes('alter table "Users" alter column email set not null; -- NOT NULL: every user HAS one\n'),
      `alter table "Users" add constraint "Users_email_not_null_check" check (email is not null) not valid;
alter table "Users" validate constraint "Users_email_not_null_check";
alter table "Users" alter column email set not null; -- NOT NULL: every user HAS one
alter table "Users" drop constraint "Users_email_not_null_check";
`,
    )
  })

  it('is upper where the statement is, and in every other case', () => {
    const fixed = fixes('Alter table "Users" alter column email set not null;\n')
    assert.match(fixed ?? '', /^ALTER TABLE "Users" ADD CONSTRAINT .* NOT VALID;$/m)
  })

  it('is upper where the file has words that stand for others', () => {
    const fixed = fixes(`create index users_idx on "Users" (email) tablespace :SPACE;\n`)
    assert.match(fixed ?? '', /create index CONCURRENTLY .* tablespace :SPACE;/)
  })
})
