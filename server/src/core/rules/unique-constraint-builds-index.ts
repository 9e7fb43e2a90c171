import { builtConcurrently } from '../fixes/unique'
import { definesConstraint } from '../judgement/concerns'
import { tableWithRows } from '../judgement/emptied'
import { modeOn, subcommandsOf, takes } from '../judgement/target'
import { byHand, hintWithTool } from '../judgement/tool-hints'
import { defineRule } from './rule'

export default defineRule({
  id: 'unique-constraint-builds-index',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  concerns: definesConstraint(({ kind }) => kind === 'UNIQUE'),
  why: `
\`ADD UNIQUE\` takes \`ACCESS EXCLUSIVE\` on the table and builds a unique index while it holds it. Nothing reads or writes
the table until the index is built, and the build reads every row. There is no \`NOT VALID\` for it.

Nothing is said of a table that the same migration makes or the same transaction empties with \`TRUNCATE\`, and of \`USING INDEX\`.`,
  instead: `
\`CREATE UNIQUE INDEX CONCURRENTLY\` first, outside a transaction block, while reads and writes go on; then
\`ADD CONSTRAINT ... UNIQUE USING INDEX\`, which takes the lock for a moment only. Constraints of partitioned tables cannot use
an existing index.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX'],
  seeds: ['index first, then the constraint'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'ADD CONSTRAINT', 'ADD COLUMN')) {
      const definition =
        subcommand.kind === 'ADD CONSTRAINT'
          ? subcommand.constraint
          : subcommand.column.constraints.find(({ kind }) => kind === 'UNIQUE')
      const mode = modeOn(effects, target.relation)
      if (definition?.kind !== 'UNIQUE' || effects.builds.length === 0 || effects.rewrites.length > 0 || !mode) continue
      yield {
        at: definition.keywords,
        message: `${takes('ADD UNIQUE', mode, target.label)} until the index is built`,
        detail: 'Every row is read to build the unique index, so the wait grows with the table.',
        hint: hintWithTool(
          'CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT ... UNIQUE USING INDEX.',
          context,
          byHand.buildUnique,
        ),
        relation: target.relation,
        fixes: () => builtConcurrently(alter, place, definition, target, context),
      }
    }
  },

  examples: `
-- bad: a table in use
-- shows: \`ADD UNIQUE\` that builds its index under the lock
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 0002_unique_email.sql
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
--                                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- fix: Build the index concurrently, then add the constraint
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;

-- bad: without a name, with everything that UNIQUE can say
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, "Tenant" integer);
-- file: 0002_unique_email.sql
  ALTER TABLE users
    ADD COLUMN nickname text,
    ADD UNIQUE NULLS NOT DISTINCT (email, "Tenant") INCLUDE (id) DEFERRABLE INITIALLY DEFERRED;
--      ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- fix: Build the index concurrently, then add the constraint
  CREATE UNIQUE INDEX CONCURRENTLY "users_email_Tenant_id_key" ON users (email, "Tenant") INCLUDE (id) NULLS NOT DISTINCT;
  ALTER TABLE users
    ADD COLUMN nickname text,
    ADD CONSTRAINT "users_email_Tenant_id_key" UNIQUE USING INDEX "users_email_Tenant_id_key" DEFERRABLE INITIALLY DEFERRED;

-- bad: alone in the transaction of the tool
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 00002_unique_email.sql
  -- +goose Up
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
--                                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]

  -- +goose Down
  ALTER TABLE users DROP CONSTRAINT users_email_key;
-- fix: Build the index concurrently, then add the constraint
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;

  -- +goose Down
  ALTER TABLE users DROP CONSTRAINT users_email_key;

-- bad: inside the fence that goose sends as one query
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 00002_unique_email.sql
  -- +goose Up
  -- +goose StatementBegin
  -- One account for each address.
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
--                                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
  -- +goose StatementEnd
-- fix: Build the index concurrently, then add the constraint in a new migration
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
  -- One account for each address.
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
  -- +goose StatementEnd
-- file: 00003_add_users_email_key.sql
  -- +goose Up
  -- One account for each address.
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;

  -- +goose Down
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX users_email_key_spare ON users (email);
  ALTER TABLE users DROP CONSTRAINT users_email_key;
  ALTER INDEX users_email_key_spare RENAME TO users_email_key;

-- bad: one of several subcommands in one query
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 000002_unique_email.up.sql
  ALTER TABLE users
    ADD CONSTRAINT users_email_key UNIQUE (email),
--                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
    ADD COLUMN nickname text;
-- file: 000002_unique_email.down.sql
  ALTER TABLE users DROP COLUMN nickname;
  ALTER TABLE users DROP CONSTRAINT users_email_key;
-- fix: Build the index concurrently, then add the constraint in new migrations
-- file: 000002_unique_email.up.sql
  ALTER TABLE users
    ADD COLUMN nickname text;
-- file: 000002_unique_email.down.sql
  ALTER TABLE users DROP COLUMN nickname;
-- file: 000003_build_users_email_key.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
-- file: 000003_build_users_email_key.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS users_email_key;
-- file: 000004_add_users_email_key.up.sql
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
-- file: 000004_add_users_email_key.down.sql
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX users_email_key_spare ON users (email);
  ALTER TABLE users DROP CONSTRAINT users_email_key;
  ALTER INDEX users_email_key_spare RENAME TO users_email_key;

-- bad: alone in one query
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 000002_unique_email.up.sql
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
--                                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- fix: Build the index concurrently, then add the constraint in a new migration
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
-- file: 000003_add_users_email_key.up.sql
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;

-- bad: on a new column
-- shows: unique column added to a table in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_nickname.sql
  ALTER TABLE users ADD COLUMN nickname text UNIQUE;
--                                           ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]

-- bad: beside what has nothing to do with it
-- given: goose, column-type-rewrite off, narrowed-type off, missing-down off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
-- file: 00002_unique_email.sql
  -- +goose Up
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
--                                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
  ALTER TABLE users ALTER COLUMN age TYPE bigint;
-- fix: Build the index concurrently, then add the constraint in new migrations
  -- +goose Up
  ALTER TABLE users ALTER COLUMN age TYPE bigint;
-- file: 00003_build_users_email_key.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);

  -- +goose Down
  DROP INDEX CONCURRENTLY IF EXISTS users_email_key;
-- file: 00004_add_users_email_key.sql
  -- +goose Up
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;

  -- +goose Down
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX users_email_key_spare ON users (email);
  ALTER TABLE users DROP CONSTRAINT users_email_key;
  ALTER INDEX users_email_key_spare RENAME TO users_email_key;

-- bad: the down drops it among other things
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.up.sql
  ALTER TABLE users
    ADD COLUMN name text,
    ADD CONSTRAINT users_email_key UNIQUE (email);
--                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- file: 000002_email.down.sql
  ALTER TABLE users
    DROP COLUMN name,
    DROP CONSTRAINT users_email_key;
-- fix: Build the index concurrently, then add the constraint in new migrations
-- file: 000002_email.up.sql
  ALTER TABLE users
    ADD COLUMN name text;
-- file: 000002_email.down.sql
  ALTER TABLE users
    DROP COLUMN name;
-- file: 000003_build_users_email_key.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
-- file: 000003_build_users_email_key.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS users_email_key;
-- file: 000004_add_users_email_key.up.sql
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
-- file: 000004_add_users_email_key.down.sql
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX users_email_key_spare ON users (email);
  ALTER TABLE users DROP CONSTRAINT users_email_key;
  ALTER INDEX users_email_key_spare RENAME TO users_email_key;

-- bad: in the place of another, which goes in the same statement
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, team bigint NOT NULL, CONSTRAINT users_key UNIQUE (email));
-- file: 0002_by_team.sql
  ALTER TABLE users DROP CONSTRAINT users_key, ADD CONSTRAINT users_key UNIQUE (email, team);
--                                                                      ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- fix: Build the index concurrently, then exchange the constraints
  CREATE UNIQUE INDEX CONCURRENTLY users_key_new ON users (email, team);
  ALTER TABLE users DROP CONSTRAINT users_key, ADD CONSTRAINT users_key UNIQUE USING INDEX users_key_new;

-- bad: the same in the transaction of the tool, beside something else
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, team bigint NOT NULL, CONSTRAINT users_key UNIQUE (email));
-- file: 00002_by_team.sql
  -- +goose Up
  CREATE TABLE teams (id bigint PRIMARY KEY);
  ALTER TABLE users
    DROP CONSTRAINT users_key,
    ADD CONSTRAINT users_key UNIQUE (email, team);
--                           ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]

  -- +goose Down
  ALTER TABLE users
    DROP CONSTRAINT users_key,
    ADD CONSTRAINT users_key UNIQUE (email);
  DROP TABLE teams;
-- fix: Build the index concurrently, then exchange the constraints in new migrations
  -- +goose Up
  CREATE TABLE teams (id bigint PRIMARY KEY);

  -- +goose Down
  DROP TABLE teams;
-- file: 00003_build_users_key.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE UNIQUE INDEX CONCURRENTLY users_key_new ON users (email, team);

  -- +goose Down
  DROP INDEX CONCURRENTLY IF EXISTS users_key_new;
-- file: 00004_exchange_users_key.sql
  -- +goose Up
  ALTER TABLE users
    DROP CONSTRAINT users_key,
    ADD CONSTRAINT users_key UNIQUE USING INDEX users_key_new;

  -- +goose Down
  ALTER TABLE users
    DROP CONSTRAINT users_key,
    ADD CONSTRAINT users_key UNIQUE (email);
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX users_key_new ON users (email, team);

-- good: from an index that was built concurrently
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 0002_unique_email.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);

-- bad: one query, of which the index must be all (dbmate)
-- given: dbmate
-- file: 20240101000000_users.sql
  -- migrate:up
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
  -- migrate:down
  DROP TABLE users;
-- file: 20240102000000_email.sql
  -- migrate:up
  ALTER TABLE users ADD UNIQUE (email);
--                      ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]

  -- migrate:down
  ALTER TABLE users DROP CONSTRAINT users_email_key;
-- fix: Build the index concurrently, then add the constraint in a new migration
  -- migrate:up transaction:false
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);

  -- migrate:down
  DROP INDEX IF EXISTS users_email_key;
-- file: 20240102000001_add_users_email_key.sql
  -- migrate:up
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;

  -- migrate:down
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX users_email_key_spare ON users (email);
  ALTER TABLE users DROP CONSTRAINT users_email_key;
  ALTER INDEX users_email_key_spare RENAME TO users_email_key;

-- bad: an index that the tool takes out of the transaction by itself (Flyway)
-- given: flyway
-- file: V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: V2__email.sql
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
--                                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- fix: Build the index concurrently, then add the constraint in a new migration
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
-- file: V3__add_users_email_key.sql
  ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
`,
})
