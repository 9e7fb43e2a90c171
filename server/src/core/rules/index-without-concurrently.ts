import type { Fix } from '../finding'
import { exchangedIndexes } from '../fixes/exchanged-indexes'
import { concurrently, isThere, moveOfCreate, nameTaken } from '../fixes/indexes'
import { builtOnPartitions } from '../fixes/partitioned-index'
import { outsideTransaction, safetyOfConcurrently } from '../fixes/placement'
import { rebuiltBy } from '../fixes/rebuilt-index'
import type { RuleContext } from '../judgement/context'
import { tableWithRows } from '../judgement/emptied'
import { readersToo } from '../judgement/held-lock'
import { isMadeBefore } from '../judgement/made-here'
import { modeOn, type Target, takes } from '../judgement/target'
import { byHand, hintWithTool } from '../judgement/tool-hints'
import { keyOf } from '../postgres/catalog'
import type { CreateIndex } from '../sql/commands'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'index-without-concurrently',
  risk: 'locking',
  severity: 'error',
  on: ['CREATE INDEX'],
  why: `
A plain \`CREATE INDEX\` takes \`SHARE\` on its table and keeps it until the transaction ends. Reads go on; every
\`INSERT\`, \`UPDATE\` and \`DELETE\` waits. The build reads the whole table, so the wait grows with it.

It is a hint where \`IF NOT EXISTS\` finds the index there already: a database that lacks it is locked all the same. Nothing is
said of a materialized view, which only \`REFRESH\` writes (that waits for \`CREATE INDEX CONCURRENTLY\` too), of a table that
the same migration makes or the same transaction empties with \`TRUNCATE\`, of a temporary table, or of an index \`ON ONLY\` a
partitioned table, which builds nothing.`,
  instead: `
\`CREATE INDEX CONCURRENTLY\` lets writes go on. It reads the table twice and waits for older transactions, so it takes
longer, and it cannot run inside a transaction block: the fix uses the migration tool's own marker for that, or moves
the statement to a migration of its own. A build that fails leaves an \`INVALID\` index behind: drop it before a retry.

PostgreSQL cannot build an index on a partitioned table concurrently: create it \`ON ONLY\` the parent, build the index of
each partition with \`CONCURRENTLY\`, then \`ALTER INDEX ... ATTACH PARTITION\`. With the last partition the index becomes valid; the
fix knows those that the migrations make.`,
  manual: ['sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY', 'explicit-locking.html#LOCKING-TABLES'],
  seeds: ['build indexes with CONCURRENTLY', 'check the lock of an index on a hot table'],

  *check(index, context) {
    if (index.concurrently) return
    const target = tableWithRows(index.table, context)
    const what = index.unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX'
    if (!target) return
    if (isThere(index, context)) return yield* builtBefore(index, what, target, context)
    const mode = modeOn(context.effects, target.relation)
    if (!mode || context.effects.scans.length === 0) return
    const isPartitioned = target.table?.kind === 'partitioned table'
    yield {
      at: index.keywords,
      message: `${takes(what, mode, target.label)} until the index is built`,
      detail: `Every row of the table is read to build the index, so the wait grows with the table.${readersToo(target, context)}`,
      hint: isPartitioned
        ? 'Create the index ON ONLY the partitioned table, build one on each partition with CONCURRENTLY, and attach them.'
        : hintWithTool(buildConcurrently, context, byHand.build),
      relation: target.relation,
      fixes: () => (isPartitioned ? builtOnPartitions(index, context) : fixes(index, context)),
    }
  },

  examples: `
-- bad: an index on a table in use
-- shows: plain \`CREATE INDEX\` on a table in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_index.sql
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the index concurrently
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: unique, without a name, over several lines
-- shows: plain \`CREATE UNIQUE INDEX\` on a table in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_index.sql
  -- One account for each address.
  create unique index -- by folded address
--^^^^^^^^^^^^^^^^^^^ error [index-without-concurrently: CREATE UNIQUE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
    on users (
      lower(email)
    )
    where email is not null;
-- fix: Build the index concurrently
  -- One account for each address.
  create unique index concurrently -- by folded address
    on users (
      lower(email)
    )
    where email is not null;

-- bad: a table that the history does not show
  CREATE INDEX ON app.events USING gin (payload);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "app.events": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the index concurrently
  CREATE INDEX CONCURRENTLY ON app.events USING gin (payload);

-- bad: the tool runs each file in a transaction
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);

  -- +goose Down
  DROP TABLE users;
-- file: 00002_email_index.sql
  -- +goose Up
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]

  -- +goose Down
  DROP INDEX users_email_idx;
-- fix: Build the index concurrently
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- +goose Down
  DROP INDEX users_email_idx;

-- bad: beside other statements in the transaction of the tool
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);

  -- +goose Down
  DROP TABLE users;
-- file: 00002_nickname.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN nickname text;

  -- People search by it.
  CREATE INDEX users_nickname_idx ON users (nickname);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]

  -- +goose Down
  DROP INDEX users_nickname_idx;
  ALTER TABLE users DROP COLUMN nickname;
-- fix: Build the index concurrently in a new migration
  -- +goose Up
  ALTER TABLE users ADD COLUMN nickname text;

  -- +goose Down
  ALTER TABLE users DROP COLUMN nickname;
-- file: 00003_create_users_nickname_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- People search by it.
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_nickname_idx;

-- bad: the last statement before COMMIT
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_nickname.sql
  BEGIN;
  ALTER TABLE users ADD COLUMN nickname text;
  CREATE INDEX users_nickname_idx ON users (nickname);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  COMMIT;
-- fix: Build the index concurrently after COMMIT
  BEGIN;
  ALTER TABLE users ADD COLUMN nickname text;
  COMMIT;
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);

-- bad: a later statement needs the unique index
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL);
-- file: 000002_unique_tags.up.sql
  CREATE UNIQUE INDEX tags_name_key ON tags (name);
--^^^^^^^^^^^^^^^^^^^ error [index-without-concurrently: CREATE UNIQUE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
  INSERT INTO tags (id, name) VALUES (10000, 'new') ON CONFLICT (name) DO NOTHING;
-- fix: Build the index concurrently, and what follows in a new migration
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_key ON tags (name);
-- file: 000003_after_create_tags_name_key.up.sql
  INSERT INTO tags (id, name) VALUES (10000, 'new') ON CONFLICT (name) DO NOTHING;

-- bad: a partitioned table has no concurrent build
-- shows: plain \`CREATE INDEX\` on a partitioned table
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- file: 0002_events_index.sql
  CREATE INDEX events_at_idx ON events (at);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on partitioned table "events": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build it on each partition concurrently, and attach them
  CREATE INDEX events_at_idx ON ONLY events (at);
  CREATE INDEX CONCURRENTLY events_2024_at_idx ON events_2024 (at);
  ALTER INDEX events_at_idx ATTACH PARTITION events_2024_at_idx;

-- good: concurrently
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_index.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);

-- good: a table of the same migration, made by another of its transactions
  BEGIN;
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  COMMIT;
  CREATE INDEX users_email_idx ON users (email);

-- good: a file that makes a whole schema of its own
-- given: statement-fails off
-- file: schema/1.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: schema/2.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);

-- good: a temporary table
  CREATE TEMPORARY TABLE imported (id bigint, email text);
  CREATE INDEX ON imported (email);

-- good: all of the migration may run twice
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_index.sql
  CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, email text);
  CREATE INDEX IF NOT EXISTS users_email_idx ON users (email);

-- good: a table of the same migration in the schema that the tool connects to
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX ON app.users (email);

-- good: ON ONLY a partitioned table builds nothing
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
-- file: 0002_events_index.sql
  CREATE INDEX events_at_idx ON ONLY events (at);

-- good: what a down does
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 00002_no_index.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY users_email_idx;

  -- +goose Down
  CREATE INDEX users_email_idx ON users (email);
`,
})

const buildConcurrently = 'CREATE INDEX CONCURRENTLY lets writes go on; it must run outside a transaction block.'

/** IF NOT EXISTS is there for databases that lack the index: what it does to those. */
function* builtBefore(index: CreateIndex, what: string, target: Target, context: RuleContext): Iterable<RuleFinding> {
  // A migration that may run twice makes all of it IF NOT EXISTS.
  if (nameTaken(index, context) || isMadeBefore(index.table, context)) return
  yield {
    at: index.keywords,
    message: `${what} IF NOT EXISTS builds nothing: index "${index.name?.name}" of ${target.label} is there`,
    detail: 'Where a database lacks it all the same, INSERT, UPDATE and DELETE wait until it is built.',
    hint: hintWithTool(buildConcurrently, context, byHand.build),
    severity: 'hint',
    relation: target.relation,
    // Whether it builds something after all is not known here: a person has to look at that.
    fixes: () =>
      target.table?.kind === 'partitioned table'
        ? []
        : fixes(index, context).map(fix => ({ ...fix, safety: 'review' as const })),
  }
}

function fixes(index: CreateIndex, context: RuleContext): Fix[] {
  const exchanged = exchangedIndexes(keyOf(context.catalog, index.table), context)
  if (exchanged) return [exchanged]
  const rebuilt = rebuiltBy(index, context)
  if (rebuilt) return rebuilt
  const placed = outsideTransaction(context, [concurrently(context, index)], moveOfCreate(index, context))
  return placed
    ? [{ title: `Build the index concurrently${placed.where}`, safety: safetyOfConcurrently(context), ...placed }]
    : []
}
