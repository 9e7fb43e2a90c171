import type { Fix } from '../finding'
import { keyOf } from '../postgres/catalog'
import type { CreateIndex } from '../sql/commands'
import { exchangedIndexes } from './exchanged-indexes'
import { readersToo } from './held-lock'
import { concurrently, isThere, moveOfCreate, nameTaken } from './indexes'
import { isMadeBefore } from './made-here'
import { builtOnPartitions } from './partitioned-index'
import { outsideTransaction, safetyOfConcurrently } from './placement'
import { rebuiltBy } from './rebuilt-index'
import { defineRule, type RuleContext, type RuleFinding } from './rule'
import { existingTable, existingTableOrView, modeOn, type Target, takes } from './target'
import { byHand, hintWithTool } from './tool-hints'

export default defineRule({
  id: 'index-without-concurrently',
  risk: 'locking',
  severity: 'error',
  on: ['CREATE INDEX'],
  why: `
A plain \`CREATE INDEX\` takes \`SHARE\` on its table and keeps it until the transaction ends. Reads go on; every
\`INSERT\`, \`UPDATE\` and \`DELETE\` waits. The build reads the whole table, so the wait grows with it.

It is a hint on a materialized view, which only \`REFRESH\` writes (that waits for \`CREATE INDEX CONCURRENTLY\` too), and where \`IF NOT EXISTS\` finds the index there already:
a database that lacks it is locked all the same. Nothing is said of a table that the same migration makes, of a temporary
table, or of an index \`ON ONLY\` a partitioned table, which builds nothing.`,
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
    const target = existingTable(index.table, context)
    const what = index.unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX'
    if (!target) return yield* onView(index, what, context)
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

-- bad: inside a fence, beside another statement
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_nickname.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN nickname text;
  -- +goose StatementBegin
  CREATE INDEX users_nickname_idx ON users (nickname);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  -- +goose StatementEnd
-- fix: Build the index concurrently in a new migration
  -- +goose Up
  ALTER TABLE users ADD COLUMN nickname text;
-- file: 00003_create_users_nickname_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_nickname_idx;

-- bad: several statements that reach the server as one query
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_nickname.up.sql
  ALTER TABLE users ADD COLUMN nickname text;
  CREATE INDEX users_nickname_idx ON users (nickname);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the index concurrently in a new migration
  ALTER TABLE users ADD COLUMN nickname text;
-- file: 000003_create_users_nickname_idx.up.sql
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);

-- bad: the only statement of a file without a transaction of the tool
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email_index.up.sql
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- file: 000002_email_index.down.sql
  DROP INDEX users_email_idx;
-- fix: Build the index concurrently
-- file: 000002_email_index.up.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

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

-- bad: Prisma, which has no marker: the statement gets a migration of its own
-- given: prisma
-- file: 20240101000000_users/migration.sql
  -- CreateTable
  CREATE TABLE "User" ("id" BIGINT NOT NULL, "email" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
-- file: 20240102000000_nickname/migration.sql
  -- AlterTable
  ALTER TABLE "User" ADD COLUMN "nickname" TEXT;

  -- CreateIndex
  CREATE INDEX "User_nickname_idx" ON "User"("nickname");
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "User": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the index concurrently in a new migration
  -- AlterTable
  ALTER TABLE "User" ADD COLUMN "nickname" TEXT;
-- file: 20240102000001_create_user_nickname_idx/migration.sql
  -- CreateIndex
  CREATE INDEX CONCURRENTLY "User_nickname_idx" ON "User"("nickname");

-- bad: Flyway, which sees by itself that a statement refuses a transaction
-- given: flyway
-- file: V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: V2__email_index.sql
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the index concurrently
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

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

-- bad: in place of another, which goes when the new one is there
-- given: golang-migrate, missing-down off
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL);
  CREATE UNIQUE INDEX tags_name_key ON tags (name);
-- file: 000001_tags.down.sql
  DROP TABLE tags;
-- file: 000002_tags_by_color.up.sql
  ALTER TABLE tags ADD COLUMN color text;
  DROP INDEX tags_name_key;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "tags": reads and writes wait]
  CREATE UNIQUE INDEX tags_name_color_key ON tags (name, color);
--^^^^^^^^^^^^^^^^^^^ error [index-without-concurrently: CREATE UNIQUE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
-- file: 000002_tags_by_color.down.sql
  DROP INDEX tags_name_color_key;
  CREATE UNIQUE INDEX tags_name_key ON tags (name);
  ALTER TABLE tags DROP COLUMN color;
-- fix: Build the new index concurrently, then drop the old one, in new migrations
-- file: 000002_tags_by_color.up.sql
  ALTER TABLE tags ADD COLUMN color text;
-- file: 000002_tags_by_color.down.sql
  ALTER TABLE tags DROP COLUMN color;
-- file: 000003_create_tags_name_color_key.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_color_key ON tags (name, color);
-- file: 000003_create_tags_name_color_key.down.sql
  DROP INDEX CONCURRENTLY tags_name_color_key;
-- file: 000004_drop_tags_name_key.up.sql
  DROP INDEX CONCURRENTLY tags_name_key;
-- file: 000004_drop_tags_name_key.down.sql
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_key ON tags (name);
-- fix: Build the new index concurrently, then drop the old one, in new migrations
-- file: 000002_tags_by_color.up.sql
  ALTER TABLE tags ADD COLUMN color text;
-- file: 000002_tags_by_color.down.sql
  ALTER TABLE tags DROP COLUMN color;
-- file: 000003_create_tags_name_color_key.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_color_key ON tags (name, color);
-- file: 000003_create_tags_name_color_key.down.sql
  DROP INDEX CONCURRENTLY tags_name_color_key;
-- file: 000004_drop_tags_name_key.up.sql
  DROP INDEX CONCURRENTLY tags_name_key;
-- file: 000004_drop_tags_name_key.down.sql
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_key ON tags (name);

-- bad: in place of another, between BEGIN and COMMIT
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL, color text);
  CREATE INDEX tags_name_idx ON tags (name);
-- file: 000002_tags_by_color.up.sql
  BEGIN;
  CREATE INDEX IF NOT EXISTS tags_name_color_idx ON tags (name, color);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
  DROP INDEX IF EXISTS tags_name_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "tags": reads and writes wait]
  COMMIT;
-- fix: Build the new index concurrently, then drop the old one, in a new migration
  CREATE INDEX CONCURRENTLY IF NOT EXISTS tags_name_color_idx ON tags (name, color);
-- file: 000003_drop_tags_name_idx.up.sql
  DROP INDEX CONCURRENTLY IF EXISTS tags_name_idx;
-- fix: Build the new index concurrently, then drop the old one, in a new migration
  CREATE INDEX CONCURRENTLY IF NOT EXISTS tags_name_color_idx ON tags (name, color);
-- file: 000003_drop_tags_name_idx.up.sql
  DROP INDEX CONCURRENTLY IF EXISTS tags_name_idx;

-- bad: two in place of one, and nothing else in the file
-- given: goose
-- file: 00001_tags.sql
  -- +goose Up
  CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL, color text);
  CREATE INDEX tags_name_color_idx ON tags (name, color);

  -- +goose Down
  DROP TABLE tags;
-- file: 00002_tags_indexes.sql
  -- +goose Up
  CREATE INDEX tags_name_idx ON tags (name);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
  DROP INDEX tags_name_color_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "tags": reads and writes wait]
  CREATE INDEX tags_color_idx ON tags (color);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]

  -- +goose Down
  DROP INDEX tags_color_idx;
  CREATE INDEX tags_name_color_idx ON tags (name, color);
  DROP INDEX tags_name_idx;
-- fix: Build the new indexes concurrently, then drop the old one, in new migrations
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY tags_name_idx ON tags (name);

  -- +goose Down
  DROP INDEX tags_name_idx;
-- file: 00003_create_tags_color_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY tags_color_idx ON tags (color);

  -- +goose Down
  DROP INDEX CONCURRENTLY tags_color_idx;
-- file: 00004_drop_tags_name_color_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY tags_name_color_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY tags_name_color_idx ON tags (name, color);
-- fix: Build the new indexes concurrently, then drop the old one, in new migrations
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY tags_name_idx ON tags (name);

  -- +goose Down
  DROP INDEX tags_name_idx;
-- file: 00003_create_tags_color_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY tags_color_idx ON tags (color);

  -- +goose Down
  DROP INDEX CONCURRENTLY tags_color_idx;
-- file: 00004_drop_tags_name_color_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY tags_name_color_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY tags_name_color_idx ON tags (name, color);
-- fix: Build the new indexes concurrently, then drop the old one, in new migrations
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY tags_name_idx ON tags (name);

  -- +goose Down
  DROP INDEX tags_name_idx;
-- file: 00003_create_tags_color_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY tags_color_idx ON tags (color);

  -- +goose Down
  DROP INDEX CONCURRENTLY tags_color_idx;
-- file: 00004_drop_tags_name_color_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY tags_name_color_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY tags_name_color_idx ON tags (name, color);

-- bad: before what is about another table, and about another column
-- given: golang-migrate, dropped-column off
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL, color text);
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000002_tags_name.up.sql
  CREATE INDEX tags_name_idx ON tags (name);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
  ALTER TABLE tags DROP COLUMN color;
  DROP INDEX users_email_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
-- fix: Build the index concurrently in a new migration
  ALTER TABLE tags DROP COLUMN color;
  DROP INDEX users_email_idx;
-- file: 000003_create_tags_name_idx.up.sql
  CREATE INDEX CONCURRENTLY tags_name_idx ON tags (name);
-- fix: Drop the index concurrently in a new migration
  CREATE INDEX tags_name_idx ON tags (name);
  ALTER TABLE tags DROP COLUMN color;
-- file: 000003_drop_users_email_idx.up.sql
  DROP INDEX CONCURRENTLY users_email_idx;

-- bad: a foreign key to other columns does not need the unique index
-- given: prisma, foreign-key-without-index off
-- file: 20240101000000_users/migration.sql
  CREATE TABLE "User" ("id" BIGINT NOT NULL, "email" TEXT, "managerId" BIGINT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
-- file: 20240102000000_manager/migration.sql
  -- CreateIndex
  CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
--^^^^^^^^^^^^^^^^^^^ error [index-without-concurrently: CREATE UNIQUE INDEX takes SHARE on table "User": INSERT, UPDATE and DELETE wait until the index is built]

  -- AddForeignKey
  ALTER TABLE "User" ADD CONSTRAINT "User_managerId_fkey" FOREIGN KEY ("managerId") REFERENCES "User"("id") NOT VALID;
--                                                        ^^^^^^^^^^^ hint [constraint-never-validated: constraint "User_managerId_fkey" of table "User" is NOT VALID, and no later statement validates it]
-- fix: Build the index concurrently in a new migration
  -- AddForeignKey
  ALTER TABLE "User" ADD CONSTRAINT "User_managerId_fkey" FOREIGN KEY ("managerId") REFERENCES "User"("id") NOT VALID;
-- file: 20240102000001_create_user_email_key/migration.sql
  -- CreateIndex
  CREATE UNIQUE INDEX CONCURRENTLY "User_email_key" ON "User"("email");
-- fix: Validate it in a new migration
-- file: 20240102000001_validate_user_managerid_fkey/migration.sql
  ALTER TABLE "User" VALIDATE CONSTRAINT "User_managerId_fkey";

-- bad: a later migration names the index, so the statement cannot move behind it
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL);
-- file: 000002_tags_color.up.sql
  ALTER TABLE tags ADD COLUMN color text;
  CREATE INDEX tags_color_idx ON tags (color);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
-- file: 000003_said.up.sql
  COMMENT ON INDEX tags_color_idx IS 'for the search';

-- bad: two at once, one after the other
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL, color text);
-- file: 000002_tags_indexes.up.sql
  CREATE INDEX tags_name_idx ON tags (name);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
  CREATE INDEX tags_color_idx ON tags (color);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the index concurrently in a new migration
  CREATE INDEX tags_color_idx ON tags (color);
-- file: 000003_create_tags_name_idx.up.sql
  CREATE INDEX CONCURRENTLY tags_name_idx ON tags (name);
-- fix: Build the index concurrently in a new migration
  CREATE INDEX tags_name_idx ON tags (name);
-- file: 000003_create_tags_color_idx.up.sql
  CREATE INDEX CONCURRENTLY tags_color_idx ON tags (color);

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

-- bad: a partitioned table, in the transaction of the tool
-- given: goose
-- file: 00001_events.sql
  -- +goose Up
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE "Events_0" PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
-- file: 00002_events_index.sql
  -- +goose Up
  -- Found by number.
  create index on public.events (id);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on partitioned table "public.events": INSERT, UPDATE and DELETE wait until the index is built]
  COMMENT ON TABLE events IS 'What happened.';

  -- +goose Down
  DROP INDEX events_id_idx;
-- fix: Build it on each partition concurrently, and attach them in new migrations
  -- +goose Up
  -- Found by number.
  create index events_id_idx on only public.events (id);
  COMMENT ON TABLE events IS 'What happened.';

  -- +goose Down
  DROP INDEX events_id_idx;
-- file: 00003_create_events_0_id_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  create index concurrently "Events_0_id_idx" on public."Events_0" (id);

  -- +goose Down
  drop index concurrently if exists public."Events_0_id_idx";
-- file: 00004_create_events_1_id_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  create index concurrently events_1_id_idx on public.events_1 (id);

  -- +goose Down
  drop index concurrently if exists public.events_1_id_idx;
-- file: 00005_attach_events_id_idx.sql
  -- +goose Up
  alter index public.events_id_idx attach partition public."Events_0_id_idx";
  alter index public.events_id_idx attach partition public.events_1_id_idx;

  -- +goose Down
  -- The parts go with it: the migrations that built them have to be undone too.
  drop index public.events_id_idx;
  create index events_id_idx on only public.events (id);

-- bad: one of the partitions has such an index, which would go when the new one is undone
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_0 PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
  CREATE INDEX events_0_id_idx ON events_0 (id);
-- file: 0002_events_index.sql
  CREATE INDEX events_id_idx ON events (id);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on partitioned table "events": INSERT, UPDATE and DELETE wait until the index is built]

-- bad: the down drops other indexes too
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- file: 000002_indexes.up.sql
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  COMMENT ON TABLE users IS 'People who can sign in';
  CREATE TABLE guests (email text);
  CREATE INDEX guests_email_idx ON guests (email);
-- file: 000002_indexes.down.sql
  DROP INDEX IF EXISTS guests_email_idx, users_email_idx;
  DROP TABLE guests;
-- fix: Build the index concurrently in a new migration
-- file: 000002_indexes.up.sql
  COMMENT ON TABLE users IS 'People who can sign in';
  CREATE TABLE guests (email text);
  CREATE INDEX guests_email_idx ON guests (email);
-- file: 000002_indexes.down.sql
  DROP INDEX IF EXISTS guests_email_idx;
  DROP TABLE guests;
-- file: 000003_create_users_email_idx.up.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- file: 000003_create_users_email_idx.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;

-- bad: a partitioned table that the history does not show
-- given: attach-partition-scan off
  ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE INDEX events_id_idx ON events (id);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on partitioned table "events": INSERT, UPDATE and DELETE wait until the index is built]

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

-- bad: a materialized view, which only REFRESH writes
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
  CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
-- file: 0002_totals_index.sql
  CREATE UNIQUE INDEX totals_id_idx ON totals (id);
--^^^^^^^^^^^^^^^^^^^ hint [index-without-concurrently: CREATE UNIQUE INDEX takes SHARE on materialized view "totals": REFRESH MATERIALIZED VIEW waits until the index is built]

-- bad: partitions that a function or an extension makes
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
-- file: 0002_index.sql
  CREATE INDEX events_at_idx ON events (at);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on partitioned table "events": INSERT, UPDATE and DELETE wait until the index is built]

-- bad: the index is there, but IF NOT EXISTS is for databases that lack it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_index.sql
  CREATE INDEX IF NOT EXISTS users_email_idx ON users (email);
--^^^^^^^^^^^^ hint [index-without-concurrently: CREATE INDEX IF NOT EXISTS builds nothing: index "users_email_idx" of table "users" is there]
-- fix: Build the index concurrently
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);

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

-- bad: it is there, and another statement in the transaction of the tool
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_name.up.sql
  ALTER TABLE users ADD COLUMN name text;
  CREATE INDEX IF NOT EXISTS users_email_idx ON users (email);
--^^^^^^^^^^^^ hint [index-without-concurrently: CREATE INDEX IF NOT EXISTS builds nothing: index "users_email_idx" of table "users" is there]
-- file: 000002_name.down.sql
  ALTER TABLE users DROP COLUMN name;
-- fix: Build the index concurrently in a new migration
-- file: 000002_name.up.sql
  ALTER TABLE users ADD COLUMN name text;
-- file: 000003_create_users_email_idx.up.sql
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
-- file: 000003_create_users_email_idx.down.sql
  -- Nothing to undo.

-- bad: another table had its name meanwhile
-- given: renamed-table off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  BEGIN;
  ALTER TABLE users RENAME TO users_old;
  CREATE TABLE users (id bigint PRIMARY KEY);
  DROP TABLE users;
  ALTER TABLE users_old RENAME TO users;
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  COMMIT;
-- fix: Build the index concurrently after COMMIT
  BEGIN;
  ALTER TABLE users RENAME TO users_old;
  CREATE TABLE users (id bigint PRIMARY KEY);
  DROP TABLE users;
  ALTER TABLE users_old RENAME TO users;
  COMMIT;
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: made anew, and the down leaves it
-- given: golang-migrate, drop-index-without-concurrently off, index-dropped-before-replacement off, down-does-not-mirror-up off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (lower(email));
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.up.sql
  DROP INDEX IF EXISTS users_email_idx;
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  CREATE TABLE visits (id bigint PRIMARY KEY);
-- file: 000002_email.down.sql
  DROP TABLE visits;
-- fix: Build the index concurrently in a new migration
-- file: 000002_email.up.sql
  DROP INDEX IF EXISTS users_email_idx;
  CREATE TABLE visits (id bigint PRIMARY KEY);
-- file: 000002_email.down.sql
  DROP TABLE visits;
  CREATE INDEX users_email_idx ON users (lower(email));
-- file: 000003_create_users_email_idx.up.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- file: 000003_create_users_email_idx.down.sql
  DROP INDEX CONCURRENTLY users_email_idx;

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

-- bad: alone between BEGIN and COMMIT (golang-migrate)
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email.up.sql
  BEGIN;
  -- Log in by address.
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  COMMIT;
-- fix: Build the index concurrently without BEGIN and COMMIT
  -- Log in by address.
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: a new migration has a search_path of its own
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE app.users (id bigint PRIMARY KEY, email text);
-- file: 000002_email.up.sql
  SET LOCAL search_path TO app;
  ALTER TABLE users ADD COLUMN address text;
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]

-- bad: the marker would take the transaction from around the down (goose)
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email.sql
  -- +goose Up
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]

  -- +goose Down
  COMMENT ON TABLE users IS 'Found by number.';
  DROP INDEX users_email_idx;
-- fix: Build the index concurrently in a new migration
  -- +goose Up

  -- +goose Down
  COMMENT ON TABLE users IS 'Found by number.';
-- file: 00003_create_users_email_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_email_idx;
`,
})

const buildConcurrently = 'CREATE INDEX CONCURRENTLY lets writes go on; it must run outside a transaction block.'

/** Queries read a materialized view meanwhile; nothing but REFRESH writes it. */
function* onView(index: CreateIndex, what: string, context: RuleContext): Iterable<RuleFinding> {
  const view = existingTableOrView({ tag: 'ALTER MATERIALIZED VIEW', relation: index.table }, context)
  if (view?.table?.kind !== 'materialized view' || isThere(index, context)) return
  yield {
    at: index.keywords,
    message: `${what} takes SHARE on ${view.label}: REFRESH MATERIALIZED VIEW waits until the index is built`,
    detail: 'Queries go on: nothing else writes a materialized view.',
    hint: 'Refresh it when the index is built; with CONCURRENTLY it would wait as well.',
    severity: 'hint',
    relation: view.relation,
  }
}

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
  const exchanged = exchangedIndexes(keyOf(context.catalog, index.table), context) ?? rebuiltBy(index, context)
  if (exchanged) return [exchanged]
  const placed = outsideTransaction(context, [concurrently(context, index)], moveOfCreate(index, context))
  return placed
    ? [{ title: `Build the index concurrently${placed.where}`, safety: safetyOfConcurrently(context), ...placed }]
    : []
}
