import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'down-cannot-run',
  risk: 'rollback',
  severity: 'error',
  on: 'migration',
  directions: ['down'],
  why: `
A down runs when something has gone wrong already, and mostly for the first time. A statement that names what is not there
(because it has another name, is of another kind, or an earlier statement of the down has dropped it with its table) fails, and
the rollback stops half-way or altogether.

It is judged by what the history has made when the up has run; nothing is said where that is not certain.`,
  instead: `
Drop in the reverse order of the up, by the names that the up gives; indexes, constraints and triggers go with their table and
need no statement of their own.`,
  manual: [],
  seeds: ['test the rollback'],

  *check({ steps }) {
    for (const { direction, command, effects, statement } of steps) {
      if (direction !== 'down' || !command || !effects?.fails) continue
      const failure = effects.fails
      const { start } = statement.span
      const at = failure.span ?? command.keywords
      yield {
        at: { start: start + at.start, end: start + at.end },
        message: `the down fails here: ${failure.message}`,
        detail: `PostgreSQL refuses the statement with SQLSTATE ${failure.code} in the database that the up leaves.`,
        hint: 'Undo what the up does by the names that it gives, in reverse order.',
      }
      return
    }
  },

  examples: `
-- bad: the index went with its table
-- shows: down in the wrong order
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000001_users.down.sql
  DROP TABLE users;
  DROP INDEX users_email_idx;
--           ^^^^^^^^^^^^^^^ error [down-cannot-run: the down fails here: index "users_email_idx" does not exist]

-- bad: a constraint is dropped as an index
-- shows: down that fails
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.up.sql
  ALTER TABLE users ADD COLUMN code text, ADD CONSTRAINT users_code_key UNIQUE (code);
--                                                                      ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- file: 000002_email.down.sql
  DROP INDEX users_code_key;
--           ^^^^^^^^^^^^^^ error [down-cannot-run: the down fails here: cannot drop index users_code_key because constraint users_code_key on table users requires it]
  ALTER TABLE users DROP COLUMN code;

-- good: in reverse order
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000001_users.down.sql
  DROP INDEX users_email_idx;
  DROP TABLE users;

-- good: IF EXISTS
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000001_users.down.sql
  DROP TABLE users;
  DROP INDEX IF EXISTS users_email_idx;
`,
})
