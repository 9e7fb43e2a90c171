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

-- good: a materialized view, which only REFRESH writes
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
  CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
-- file: 0002_totals_index.sql
  CREATE UNIQUE INDEX totals_id_idx ON totals (id);

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
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
-- file: 000002_email.up.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
-- file: 000003_build_users_email_idx_new.up.sql
  CREATE INDEX CONCURRENTLY users_email_idx_new ON users (email);
-- file: 000003_build_users_email_idx_new.down.sql
  DROP INDEX CONCURRENTLY users_email_idx_new;
-- file: 000004_drop_users_email_idx.up.sql
  DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;
-- file: 000004_drop_users_email_idx.down.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (lower(email));
-- file: 000005_rename_users_email_idx_new.up.sql
  ALTER INDEX users_email_idx_new RENAME TO users_email_idx;
-- file: 000005_rename_users_email_idx_new.down.sql
  ALTER INDEX users_email_idx RENAME TO users_email_idx_new;

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

-- bad: in place of a unique one of the same name, which the down builds anew
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL);
  CREATE UNIQUE INDEX tags_name_key ON tags (name);
-- file: 000001_tags.down.sql
  DROP TABLE tags;
-- file: 000002_tags_by_lower_name.up.sql
  DROP INDEX tags_name_key;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "tags": reads and writes wait]
  CREATE UNIQUE INDEX tags_name_key ON tags (lower(name));
--^^^^^^^^^^^^^^^^^^^ error [index-without-concurrently: CREATE UNIQUE INDEX takes SHARE on table "tags": INSERT, UPDATE and DELETE wait until the index is built]
-- file: 000002_tags_by_lower_name.down.sql
  DROP INDEX tags_name_key;
  CREATE UNIQUE INDEX tags_name_key ON tags (name);
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
-- file: 000002_tags_by_lower_name.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_key_new ON tags (lower(name));
-- file: 000002_tags_by_lower_name.down.sql
  DROP INDEX tags_name_key_new;
-- file: 000003_drop_tags_name_key.up.sql
  DROP INDEX CONCURRENTLY tags_name_key;
-- file: 000003_drop_tags_name_key.down.sql
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_key ON tags (name);
-- file: 000004_rename_tags_name_key_new.up.sql
  ALTER INDEX tags_name_key_new RENAME TO tags_name_key;
-- file: 000004_rename_tags_name_key_new.down.sql
  ALTER INDEX tags_name_key RENAME TO tags_name_key_new;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
-- file: 000002_tags_by_lower_name.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_key_new ON tags (lower(name));
-- file: 000002_tags_by_lower_name.down.sql
  DROP INDEX tags_name_key_new;
-- file: 000003_drop_tags_name_key.up.sql
  DROP INDEX CONCURRENTLY tags_name_key;
-- file: 000003_drop_tags_name_key.down.sql
  CREATE UNIQUE INDEX CONCURRENTLY tags_name_key ON tags (name);
-- file: 000004_rename_tags_name_key_new.up.sql
  ALTER INDEX tags_name_key_new RENAME TO tags_name_key;
-- file: 000004_rename_tags_name_key_new.down.sql
  ALTER INDEX tags_name_key RENAME TO tags_name_key_new;

-- bad: two in place of two of the same names, which the down builds anew (goose)
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, placed timestamptz, note text);
  CREATE INDEX orders_customer_idx ON orders (customer);
  CREATE INDEX orders_note_idx ON orders (note);
  -- +goose Down
  DROP TABLE orders;
-- file: 00002_wider.sql
  -- +goose Up
  DROP INDEX orders_customer_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  CREATE INDEX orders_customer_idx ON orders (customer, placed);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until the index is built]
  DROP INDEX orders_note_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  CREATE INDEX orders_note_idx ON orders (note, placed);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until the index is built]

  -- +goose Down
  DROP INDEX orders_note_idx;
  CREATE INDEX orders_note_idx ON orders (note);
  DROP INDEX IF EXISTS orders_customer_idx;
  CREATE INDEX orders_customer_idx ON orders (customer);
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
  -- +goose Up
  DROP INDEX orders_note_idx;
  CREATE INDEX orders_note_idx ON orders (note, placed);

  -- +goose Down
  DROP INDEX orders_note_idx;
  CREATE INDEX orders_note_idx ON orders (note);
-- file: 00003_build_orders_customer_idx_new.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders (customer, placed);

  -- +goose Down
  DROP INDEX CONCURRENTLY IF EXISTS orders_customer_idx_new;
-- file: 00004_drop_orders_customer_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY orders_customer_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer);
-- file: 00005_rename_orders_customer_idx_new.sql
  -- +goose Up
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;

  -- +goose Down
  ALTER INDEX orders_customer_idx RENAME TO orders_customer_idx_new;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
  -- +goose Up
  DROP INDEX orders_note_idx;
  CREATE INDEX orders_note_idx ON orders (note, placed);

  -- +goose Down
  DROP INDEX orders_note_idx;
  CREATE INDEX orders_note_idx ON orders (note);
-- file: 00003_build_orders_customer_idx_new.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders (customer, placed);

  -- +goose Down
  DROP INDEX CONCURRENTLY IF EXISTS orders_customer_idx_new;
-- file: 00004_drop_orders_customer_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY orders_customer_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer);
-- file: 00005_rename_orders_customer_idx_new.sql
  -- +goose Up
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;

  -- +goose Down
  ALTER INDEX orders_customer_idx RENAME TO orders_customer_idx_new;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
  -- +goose Up
  DROP INDEX orders_customer_idx;
  CREATE INDEX orders_customer_idx ON orders (customer, placed);

  -- +goose Down
  DROP INDEX IF EXISTS orders_customer_idx;
  CREATE INDEX orders_customer_idx ON orders (customer);
-- file: 00003_build_orders_note_idx_new.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY orders_note_idx_new ON orders (note, placed);

  -- +goose Down
  DROP INDEX CONCURRENTLY orders_note_idx_new;
-- file: 00004_drop_orders_note_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY orders_note_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
-- file: 00005_rename_orders_note_idx_new.sql
  -- +goose Up
  ALTER INDEX orders_note_idx_new RENAME TO orders_note_idx;

  -- +goose Down
  ALTER INDEX orders_note_idx RENAME TO orders_note_idx_new;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
  -- +goose Up
  DROP INDEX orders_customer_idx;
  CREATE INDEX orders_customer_idx ON orders (customer, placed);

  -- +goose Down
  DROP INDEX IF EXISTS orders_customer_idx;
  CREATE INDEX orders_customer_idx ON orders (customer);
-- file: 00003_build_orders_note_idx_new.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY orders_note_idx_new ON orders (note, placed);

  -- +goose Down
  DROP INDEX CONCURRENTLY orders_note_idx_new;
-- file: 00004_drop_orders_note_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY orders_note_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
-- file: 00005_rename_orders_note_idx_new.sql
  -- +goose Up
  ALTER INDEX orders_note_idx_new RENAME TO orders_note_idx;

  -- +goose Down
  ALTER INDEX orders_note_idx RENAME TO orders_note_idx_new;

-- bad: in place of one of the same name, in a block of its own (golang-migrate)
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, placed timestamptz);
  CREATE INDEX orders_customer_idx ON orders (customer);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_wider.up.sql
  BEGIN;
  DROP INDEX orders_customer_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  CREATE INDEX orders_customer_idx ON orders (customer, placed);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until the index is built]
  COMMIT;
-- file: 000002_wider.down.sql
  BEGIN;
  DROP INDEX orders_customer_idx;
  CREATE INDEX orders_customer_idx ON orders (customer);
  COMMIT;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
-- file: 000002_wider.up.sql
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders (customer, placed);
-- file: 000002_wider.down.sql
  BEGIN;
  DROP INDEX orders_customer_idx_new;
  COMMIT;
-- file: 000003_drop_orders_customer_idx.up.sql
  DROP INDEX CONCURRENTLY orders_customer_idx;
-- file: 000003_drop_orders_customer_idx.down.sql
  CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer);
-- file: 000004_rename_orders_customer_idx_new.up.sql
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;
-- file: 000004_rename_orders_customer_idx_new.down.sql
  ALTER INDEX orders_customer_idx RENAME TO orders_customer_idx_new;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
-- file: 000002_wider.up.sql
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders (customer, placed);
-- file: 000002_wider.down.sql
  BEGIN;
  DROP INDEX orders_customer_idx_new;
  COMMIT;
-- file: 000003_drop_orders_customer_idx.up.sql
  DROP INDEX CONCURRENTLY orders_customer_idx;
-- file: 000003_drop_orders_customer_idx.down.sql
  CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer);
-- file: 000004_rename_orders_customer_idx_new.up.sql
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;
-- file: 000004_rename_orders_customer_idx_new.down.sql
  ALTER INDEX orders_customer_idx RENAME TO orders_customer_idx_new;

-- bad: in place of one of the same name, in a block, and each statement by itself besides
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, placed timestamptz);
  CREATE INDEX orders_customer_idx ON orders (customer);
-- file: 0002_wider.sql
  BEGIN;
  ALTER TABLE orders ADD COLUMN note text;
  DROP INDEX orders_customer_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  CREATE INDEX orders_customer_idx ON orders (customer, placed);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until the index is built]
  COMMIT;
-- file: 0003_note.sql
  BEGIN;
  DROP INDEX orders_customer_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  CREATE INDEX orders_customer_idx ON orders (customer, note);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until the index is built]
  COMMIT;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, after COMMIT
-- file: 0002_wider.sql
  BEGIN;
  ALTER TABLE orders ADD COLUMN note text;
  COMMIT;
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders (customer, placed);
  DROP INDEX CONCURRENTLY orders_customer_idx;
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, after COMMIT
-- file: 0002_wider.sql
  BEGIN;
  ALTER TABLE orders ADD COLUMN note text;
  COMMIT;
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders (customer, placed);
  DROP INDEX CONCURRENTLY orders_customer_idx;
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, without BEGIN and COMMIT
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders (customer, note);
  DROP INDEX CONCURRENTLY orders_customer_idx;
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, without BEGIN and COMMIT
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders (customer, note);
  DROP INDEX CONCURRENTLY orders_customer_idx;
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;

-- bad: in place of one of the same name, and the down has more to do with it
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, placed timestamptz);
  CREATE INDEX orders_customer_idx ON orders (customer);
  -- +goose Down
  DROP TABLE orders;
-- file: 00002_wider.sql
  -- +goose Up
  DROP INDEX orders_customer_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  CREATE INDEX orders_customer_idx ON orders (customer, placed);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until the index is built]

  -- +goose Down
  DROP INDEX orders_customer_idx;
  CREATE INDEX orders_customer_idx ON orders (customer);
  COMMENT ON INDEX orders_customer_idx IS 'Found by customer.';

-- bad: that is dropped and built anew, with a name that leaves no room for another
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total integer, placed date);
  CREATE INDEX orders_by_the_total_of_all_that_was_ordered_in_our_shop_früher ON orders (total);
-- file: 0002_index.sql
  DROP INDEX orders_by_the_total_of_all_that_was_ordered_in_our_shop_früher;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "orders": reads and writes wait]
--           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [index-dropped-before-replacement: DROP INDEX takes away index "orders_by_the_total_of_all_that_was_ordered_in_our_shop_früher" before its replacement is built]
  CREATE INDEX orders_by_the_total_of_all_that_was_ordered_in_our_shop_früher ON orders (total, placed);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the new index concurrently under another name, drop the old one, and rename it
  CREATE INDEX CONCURRENTLY orders_by_the_total_of_all_that_was_ordered_in_our_shop_fr_new ON orders (total, placed);
  DROP INDEX CONCURRENTLY orders_by_the_total_of_all_that_was_ordered_in_our_shop_früher;
  ALTER INDEX orders_by_the_total_of_all_that_was_ordered_in_our_shop_fr_new RENAME TO orders_by_the_total_of_all_that_was_ordered_in_our_shop_früher;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it
  CREATE INDEX CONCURRENTLY orders_by_the_total_of_all_that_was_ordered_in_our_shop_fr_new ON orders (total, placed);
  DROP INDEX CONCURRENTLY orders_by_the_total_of_all_that_was_ordered_in_our_shop_früher;
  ALTER INDEX orders_by_the_total_of_all_that_was_ordered_in_our_shop_fr_new RENAME TO orders_by_the_total_of_all_that_was_ordered_in_our_shop_früher;
