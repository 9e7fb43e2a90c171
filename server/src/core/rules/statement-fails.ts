import { defineEveryStatementRule } from './rule'

export default defineEveryStatementRule({
  id: 'statement-fails',
  risk: 'failure',
  severity: 'error',
  on: 'every statement',
  why: `
The migrations before this one say what is in the database when it runs: a table that none of them makes is not there, one that
they have made cannot be made again. PostgreSQL refuses such a statement, and the migration stops.

What only a newer PostgreSQL than the configured one knows is refused too. Where no version is configured the rule only tells
which one the statement needs.

The message is PostgreSQL's own. Where the history does not start with an empty database, or after dynamic SQL or a statement that
could not be read, only that is said which fails in any: a column that is named twice. Nothing is said of what an extension may have made, and where \`IF EXISTS\` or \`IF NOT EXISTS\` makes
PostgreSQL skip the statement.`,
  instead: `
Name what is there, or make it first. Where \`CREATE OR REPLACE\` cannot keep the columns of a view, or what a function returns, drop
it first, with what depends on it, and make both again in the same transaction.`,
  manual: ['errcodes-appendix.html'],

  *check(command, { failure, need, settings }) {
    if (need)
      return yield {
        severity: 'information',
        at: need.before.span ?? command.keywords,
        message: `the statement needs PostgreSQL ${need.postgres}`,
        detail: `Earlier versions refuse it: ${need.before.message} (${need.before.code}). No version is configured, and ${settings.postgres} is assumed.`,
        hint: 'Say which version the migrations run on: migrationGuard.postgres in the editor, --postgres on the command line.',
      }
    if (!failure) return
    if (failure.since !== undefined)
      return yield {
        at: failure.span ?? command.keywords,
        message: failure.message,
        detail: `PostgreSQL before ${failure.since} refuses the statement with SQLSTATE ${failure.code}.`,
        hint: `If no older version runs this migration, say so in the settings: postgres ${failure.since}.`,
      }
    if (failure.until !== undefined)
      return yield {
        at: failure.span ?? command.keywords,
        message: failure.message,
        detail: `PostgreSQL ${failure.until} and later refuse the statement with SQLSTATE ${failure.code}: to them the name is a keyword.`,
        hint: 'Write the name in double quotes.',
      }
    yield {
      at: failure.span ?? command.keywords,
      message: failure.message,
      detail: `PostgreSQL refuses the statement with SQLSTATE ${failure.code}, by what has run before it.`,
    }
  },

  examples: `
-- bad: a column that no migration makes
-- shows: statement that PostgreSQL refuses in the catalog it meets
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_email.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--                                                    ^^^^^ error [statement-fails: column "email" does not exist]

-- bad: what is there already, and what is of another kind
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE users (id bigint PRIMARY KEY);
--             ^^^^^ error [statement-fails: relation "users" already exists]
  CREATE VIEW ids AS SELECT id FROM users;
  DROP TABLE IF EXISTS ids;
--                     ^^^ error [statement-fails: "ids" is not a table]

-- bad: a conflict target without a unique index
-- shows: \`ON CONFLICT\` target without a unique index
-- file: 0001_settings.sql
  CREATE TABLE settings (name text, value text);
  INSERT INTO settings (name, value) VALUES ('theme', 'dark') ON CONFLICT (name) DO NOTHING;
--                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [statement-fails: there is no unique or exclusion constraint matching the ON CONFLICT specification]

-- bad: a row without what it must have
-- file: 0001_items.sql
  CREATE TABLE items (id bigint, order_id bigint, sku text NOT NULL);
-- file: 0002_first.sql
  INSERT INTO items (order_id) VALUES (1);
--            ^^^^^ error [statement-fails: null value in column "sku" of relation "items" violates not-null constraint]

-- bad: a value for a column that PostgreSQL fills
-- file: 0001_items.sql
  CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY, sku text NOT NULL);
-- file: 0002_first.sql
  INSERT INTO items (id, sku) VALUES (2, 'cup');
--                   ^^ error [statement-fails: cannot insert a non-DEFAULT value into column "id"]

-- bad: a savepoint that is gone
  BEGIN;
  SAVEPOINT before_index;
  RELEASE before_index;
  ROLLBACK TO before_index;
--^^^^^^^^ error [statement-fails: savepoint "before_index" does not exist]
  COMMIT;

-- bad: what the configured version cannot read
-- given: postgres 15
  CREATE TABLE squares (side integer, area integer GENERATED ALWAYS AS (side * side) VIRTUAL);
--                                                                                   ^^^^^^^ error [statement-fails: syntax error at or near "VIRTUAL"]

-- bad: a name that a newer version takes for a keyword
-- given: postgres 17
  CREATE FUNCTION states() RETURNS TABLE (id integer, json jsonb) LANGUAGE sql AS 'SELECT 1, NULL::jsonb';
--                                                    ^^^^ error [statement-fails: syntax error at or near "json"]

-- good: the assumed version takes it for a name
  CREATE FUNCTION states(json json) RETURNS TABLE (id integer, json_value jsonb) LANGUAGE sql AS 'SELECT 1, NULL::jsonb';

-- bad: what the assumed version cannot read, or cannot do
-- shows: statement that only a newer PostgreSQL can run
  CREATE TABLE squares (side integer, area integer GENERATED ALWAYS AS (side * side) VIRTUAL);
--                                                                                   ^^^^^^^ information [statement-fails: the statement needs PostgreSQL 18]
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE logins (user_id bigint, at date) PARTITION BY RANGE (at);
  CREATE INDEX ON logins (user_id);
  ALTER TABLE logins ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;
--                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [statement-fails: the statement needs PostgreSQL 18]
  SET transaction_timeout = '1min';
--^^^ information [statement-fails: the statement needs PostgreSQL 17]

-- bad: CREATE OR REPLACE keeps the columns of a view, and what a function returns
-- shows: \`CREATE OR REPLACE VIEW\` with other columns
-- shows: \`CREATE OR REPLACE FUNCTION\` that returns something else
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE VIEW contacts AS SELECT id, email FROM users;
  CREATE FUNCTION user_count() RETURNS integer LANGUAGE sql AS 'SELECT count(*)::integer FROM users';
-- file: 0002_contacts.sql
  CREATE OR REPLACE VIEW contacts AS SELECT id, name, email FROM users;
--                       ^^^^^^^^ error [statement-fails: cannot change name of view column "email" to "name"]
  CREATE OR REPLACE FUNCTION user_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM users';
--                           ^^^^^^^^^^ error [statement-fails: cannot change return type of existing function]

-- bad: what only our catalog and PostgreSQL's know
-- shows: dropped index of a constraint
-- shows: concurrent index on a partitioned table
-- shows: partitioned key without the partition key
-- file: 0001_events.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
-- file: 0002_indexes.sql
  DROP INDEX CONCURRENTLY users_pkey;
--                        ^^^^^^^^^^ error [statement-fails: cannot drop index users_pkey because constraint users_pkey on table users requires it]
  CREATE INDEX CONCURRENTLY events_at_idx ON events (at);
--             ^^^^^^^^^^^^ error [statement-fails: cannot create index on partitioned table "events" concurrently]
  CREATE TABLE visits (id bigint PRIMARY KEY, at date NOT NULL) PARTITION BY RANGE (at);
--                               ^^^^^^^^^^^ error [statement-fails: unique constraint on partitioned table must include all partitioning columns]

-- bad: a default partition is in the way
-- shows: \`DETACH CONCURRENTLY\` beside a default partition
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 0002_detach.sql
  ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [statement-fails: cannot detach partitions concurrently when a default partition exists]

-- bad: other types no longer go together
-- shows: \`CHECK\` that does not fit the new type of its column
-- given: column-type-rewrite off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, state text CHECK (state <> ''), items integer CHECK (items > 0));
-- file: 0002_states.sql
  CREATE TYPE state AS ENUM ('open', 'closed');
  ALTER TABLE orders ALTER COLUMN state TYPE state USING state::state;
--                                ^^^^^ error [statement-fails: operator does not exist: state <> text]

-- good: PostgreSQL skips it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY);
  DROP INDEX IF EXISTS users_email_idx;

-- bad: a column that stands twice, whatever table it is
-- shows: column that is assigned, inserted or indexed twice
-- given: unbatched-backfill off
  UPDATE users SET name = 'a', name = 'b';
--                             ^^^^ error [statement-fails: multiple assignments to same column "name"]
  INSERT INTO users (name, name) VALUES ('a', 'b') ON CONFLICT DO NOTHING;
--                         ^^^^ error [statement-fails: column "name" specified more than once]

-- good: the history starts somewhere else
-- file: 0007_email.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
`,
})
