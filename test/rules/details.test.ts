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

  it('do not take a column for NOT NULL that the migration adds, for all that a file of the latest state says', () => {
    const source = `
-- bad: a column that an older database lacks
-- given: dbutil
-- file: 00-latest-revision.sql
  -- v0 -> v2: Latest revision
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 02-email.sql
  -- v2: Email
  ALTER TABLE users ADD COLUMN email text;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
`
    const found = findings(source).find(({ rule }) => rule === 'not-null-scan')
    assert.equal(found?.severity, 'error')
    assert.equal(found.message, 'SET NOT NULL fails when table "users" has rows')
  })

  it('say that what fills a column comes too late for its NOT NULL', () => {
    const text = (first: string, second: string) => `
-- bad: two statements
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_required.sql
  ${first}
  ${second}
`
    const statements = [
      'ALTER TABLE users ALTER COLUMN email SET NOT NULL;',
      "UPDATE users SET email = '' WHERE email IS NULL;",
    ] as const
    const detailOf = (source: string) => findings(source).find(({ rule }) => rule === 'not-null-scan')?.detail ?? ''
    assert.match(
      detailOf(text(...statements)),
      /It fails where a row has no "email": the UPDATE that fills it comes later\.$/,
    )
    assert.doesNotMatch(detailOf(text(statements[1], statements[0])), /fails/)
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

  it('do not say that queries fail where the transaction makes a table or column of that name again', () => {
    const told = (statements: string) =>
      findings(`
-- bad: dropped and made again
-- file: 0001_users.sql
  CREATE DOMAIN code AS text CHECK (VALUE <> '');
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
-- file: 0002_users.sql
  BEGIN;
  ${statements}
  COMMIT;
`)[0]?.detail ?? ''
    const column = 'ALTER TABLE users DROP COLUMN name;'
    assert.match(told(`${column} ALTER TABLE users ADD COLUMN name bigint;`), /^The column that gets the name has none/)
    assert.match(told(`${column} ALTER TABLE users ADD COLUMN other bigint;`), /^Running code that names the column/)
    const table = 'DROP TABLE users;'
    assert.match(told(`${table} CREATE TABLE users (id bigint);`), /^The table that gets the name has none/)
    assert.match(told(`${table} CREATE TABLE others (id bigint);`), /^Running code that names the table/)
    assert.match(told("ALTER TABLE users ADD COLUMN code code DEFAULT 'a';"), /^The type is a domain with constraints/)
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

  it('say that reads wait too where another subcommand locks the table of a foreign key', () => {
    const text = (more: string) => `
-- bad: a foreign key
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE INDEX ON orders (user_id);
-- file: 0002_user.sql
  ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users${more};
`
    const alone = 'Every row of table "orders" is checked against "users", so the wait grows with the table.'
    assert.deepEqual(
      findings(text('')).map(({ detail }) => detail),
      [alone],
    )
    assert.deepEqual(
      findings(text(', ADD COLUMN note text')).map(({ detail }) => detail),
      [`${alone} Another part of the statement takes ACCESS EXCLUSIVE on table "orders": reads wait as well.`],
    )
  })

  it('say that reads wait too where an earlier statement of the transaction has locked the table', () => {
    const details = findings(`
-- bad: a column and its index
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_w.sql
  BEGIN;
  ALTER TABLE orders ADD COLUMN w int;
  CREATE INDEX k ON orders (w);
  COMMIT;
`).map(({ detail }) => detail)
    assert.ok(
      details.includes(
        'Every row of the table is read to build the index, so the wait grows with the table. ' +
          'An earlier statement of the transaction holds ACCESS EXCLUSIVE on table "orders": reads wait as well until it commits.',
      ),
      details.join('\n'),
    )
  })

  it('take no column for the one in the place of another that has nothing of its name', () => {
    const [{ hint } = {}] = findings(`
-- bad: two changes of one release
-- file: 0001_users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY, phone text);
-- file: 0002_more.sql
  ALTER TABLE users ADD COLUMN a int, ADD COLUMN comment text;
-- file: 0003_no_phone.sql
  ALTER TABLE users DROP COLUMN phone;
`)
    assert.equal(hint, 'Deploy code that does not use the column first, and drop it in a later release.')
  })

  it('say what to do where the tool runs no SQL file outside a transaction', () => {
    const hints = (given: string, first: string, second: string, statement: string) =>
      findings(`
-- bad: ${given}
-- given: ${given}
-- file: ${first}
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_id_idx ON users (id);
-- file: ${second}
  ${statement}
`).map(({ hint }) => hint ?? '')
    const build = 'CREATE INDEX users_email_idx ON users (email);'
    const drizzle = ['drizzle', '0000_users.sql', '0001_next.sql'] as const
    const pop = ['pop', '1_users.postgres.up.sql', '2_next.postgres.up.sql'] as const
    assert.match(
      hints(...drizzle, build).join(),
      /Drizzle runs all pending migrations in one transaction, .*Build the index by hand before, .*IF NOT EXISTS/,
    )
    assert.match(hints(...drizzle, 'DROP INDEX users_id_idx;').join(), /Drop the index by hand before, .* IF EXISTS/)
    assert.match(hints(...drizzle, 'VACUUM users;').join(), /^Drizzle .* Do it by hand\.$/)
    assert.match(hints(...drizzle, `${build.replace('INDEX', 'INDEX CONCURRENTLY')}`).join(), /Build the index by hand/)
    const check = 'ALTER TABLE users ADD CONSTRAINT short CHECK (length(email) < 99);'
    assert.match(hints(...drizzle, check).join(), /write the later migration when this one has been deployed/)
    assert.match(hints('hasura', '1_a/up.sql', '2_b/up.sql', build).join(), /Hasura runs each .* by hand before/)
    assert.match(hints(...pop, build).join(), /Pop runs each .* by hand before/)
    assert.match(hints('pop', pop[1], '2_next.postgres.autocommit.up.sql', check).join(), /^(?!.*Pop)/)
    assert.match(
      hints('node-pg-migrate', '1_users.sql', '2_next.sql', build).join(),
      /Write this migration in JavaScript, with pgm.noTransaction\(\)/,
    )
    assert.deepEqual(
      hints('golang-migrate', '1_a.up.sql', '2_b.up.sql', build).filter(hint => /by hand/.test(hint)),
      [],
    )
  })
})

/** The findings of the last file of a case. */
function findings(text: string) {
  const [example] = casesIn(text, 'details')
  assert(example)
  return lint(historyFor(example), `${folder}/${example.files.at(-1)?.path}`, example.settings)
}
