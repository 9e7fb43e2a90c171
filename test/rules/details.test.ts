import assert from 'node:assert/strict'
import { lint } from '../../server/src/core/lint'
import { casesIn } from '../../server/src/core/rules/examples'
import { folder, historyFor } from '../fixtures'
import { loadInstalledParser } from '../parser'

/** What findings say below their message, which the notation of the examples leaves out. */
describe('details', () => {
  before(loadInstalledParser)

  it('name what goes with a dropped column, and the functions that PostgreSQL does not look into', () => {
    const [{ detail, hint } = {}] = findings(`
-- bad: a column in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, nickname text UNIQUE, town text, CONSTRAINT short CHECK (length(nickname) < 9));
  CREATE INDEX users_town_idx ON users (town, nickname);
  CREATE VIEW nicknames AS SELECT nickname FROM users;
  CREATE VIEW towns AS SELECT town FROM users;
  CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.nickname := lower(NEW.nickname); RETURN NEW; END $$;
  CREATE FUNCTION other() RETURNS text LANGUAGE sql AS $$ SELECT town FROM users $$;
  CREATE TRIGGER tidy BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION tidy();
-- file: 0002_no_nickname.sql
  ALTER TABLE users DROP COLUMN nickname CASCADE;
`)
    assert.equal(
      detail,
      'Running code that names the column fails from this moment on, and nothing brings the data back. ' +
        'With it go constraint "users_nickname_key", index "users_town_idx" and constraint "short". ' +
        'CASCADE drops view "public.nicknames". ' +
        'Look at function "tidy": PostgreSQL does not, and the body names "nickname".',
    )
    assert.equal(hint, 'Deploy code that does not use the column first, and drop it in a later release.')
  })

  it('name the functions that PostgreSQL does not look into when a table or column goes or gets another name', () => {
    const users = `
-- bad: in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  CREATE VIEW mails AS SELECT mail FROM users;
  CREATE TABLE orders (user_id bigint REFERENCES users);
  CREATE FUNCTION mail_of(n bigint) RETURNS text LANGUAGE sql AS $$ SELECT mail FROM users WHERE id = n $$;
-- file: 0002_change.sql
`
    const column = findings(`${users}  ALTER TABLE users RENAME COLUMN mail TO email;\n`)
    assert.match(
      column[0]?.detail ?? '',
      /Look at function "mail_of": PostgreSQL does not, and the body names "mail"\.$/,
    )
    const table = findings(`${users}  ALTER TABLE users RENAME TO people;\n`)
    assert.match(
      table[0]?.detail ?? '',
      /Look at function "mail_of": PostgreSQL does not, and the body names "users"\.$/,
    )
    const dropped = findings(`${users}  DROP TABLE users CASCADE;\n`)
    assert.match(
      dropped[0]?.detail ?? '',
      /CASCADE drops view "public.mails" and constraint "orders_user_id_fkey" of table "public.orders"\. Look at/,
    )
  })

  it('tell of a column that is to take the place of a dropped one in the same release', () => {
    const [{ hint } = {}] = findings(`
-- bad: renamed by hand
-- file: 0001_users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
-- file: 0002_full_name.sql
  ALTER TABLE users ADD COLUMN full_name text;
-- file: 0003_no_name.sql
  ALTER TABLE users DROP COLUMN name;
`)
    assert.match(hint ?? '', /^Column "full_name" comes with the same release: /)
  })
})

/** The findings of the last file of a case. */
function findings(text: string) {
  const [example] = casesIn(text, 'details')
  assert(example)
  return lint(historyFor(example), `${folder}/${example.files.at(-1)?.path}`, example.settings)
}
