-- bad: an allow comment for another rule, and one without a reason
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, nickname text);
-- file: 0002_change.sql
  -- guard: allow dropped-table: nobody uses it
--                ^^^^^^^^^^^^^ warning [allow-comment: nothing to allow: no finding of dropped-table is left here]
  ALTER TABLE users DROP COLUMN nickname;
--                  ^^^^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "nickname" of table "users"]
  -- guard: allow dropped-column
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: its reason is missing; write it after a colon]
  ALTER TABLE users DROP COLUMN email;
--                  ^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]
-- fix: Remove the comment
  ALTER TABLE users DROP COLUMN nickname;
  -- guard: allow dropped-column
  ALTER TABLE users DROP COLUMN email;
-- fix: Deprecate the column here, drop it in a new migration
  -- guard: allow dropped-table: nobody uses it
  COMMENT ON COLUMN users.nickname IS 'DEPRECATED: a later release drops it';
  -- guard: allow dropped-column
  ALTER TABLE users DROP COLUMN email;
-- file: 0003_drop_users_nickname.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN nickname;
-- fix: Deprecate the column here, drop it in a new migration
  -- guard: allow dropped-table: nobody uses it
  ALTER TABLE users DROP COLUMN nickname;
  -- guard: allow dropped-column
  COMMENT ON COLUMN users.email IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_users_email.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN email;

-- bad: the comment of one line says nothing of the next
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, nickname text);
-- file: 0002_change.sql
  ALTER TABLE users
    DROP COLUMN nickname, -- guard: allow dropped-column: gone since release 12
    DROP COLUMN email;
--  ^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]
-- fix: Deprecate the column here, drop it in a new migration
  ALTER TABLE users
    DROP COLUMN nickname -- guard: allow dropped-column: gone since release 12
  ;
  COMMENT ON COLUMN users.email IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_users_email.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN email;

-- bad: a blank line ends what stands above a statement
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_change.sql
  -- guard: allow dropped-column: gone since release 12
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: no statement stands directly below it]

  ALTER TABLE users DROP COLUMN email;
--                  ^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]
-- fix: Take away the blank line below it
  -- guard: allow dropped-column: gone since release 12
  ALTER TABLE users DROP COLUMN email;
-- fix: Deprecate the column here, drop it in a new migration
  -- guard: allow dropped-column: gone since release 12

  COMMENT ON COLUMN users.email IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_users_email.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN email;

-- good: above the statement, for several rules
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- file: 0002_change.sql
  -- guard: allow dropped-column, not-null-scan: the table has ten rows
  -- and nobody writes it at night.
  ALTER TABLE users
    DROP COLUMN email,
    ALTER COLUMN name SET NOT NULL;

-- good: after the semicolon, at the end of a line, on a line of its own
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, a text, b text, c text);
-- file: 0002_change.sql
  ALTER TABLE users
    DROP COLUMN a; -- guard: allow dropped-column: gone since release 12
  ALTER TABLE users
    DROP COLUMN b, -- guard: allow dropped-column: gone since release 12
    -- guard: allow dropped-column: gone since release 13
    DROP COLUMN c;

-- good: between slashes and stars
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text, nick text);
-- file: 0002_fax.sql
  /* guard: allow dropped-column: nobody has one,
     and nobody will */
  ALTER TABLE users DROP COLUMN fax;
  ALTER TABLE users DROP COLUMN nick; /* guard: allow dropped-column: nobody has one */

-- good: until a day that is not over, for the file
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text);
-- file: 0002_fax.sql
  -- guard: allow-file dropped-column until 9999-12-31: nobody has one: not even the office
  ALTER TABLE users DROP COLUMN fax;

-- good: comments of other linters, in all their notations
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text, nick text, town text, note text, name text, plan text, kind text);
-- file: 0002_less.sql
  -- squawk-ignore ban-drop-column, changing-column-type
  ALTER TABLE users DROP COLUMN fax;
  -- atlas:nolint destructive
  ALTER TABLE users DROP COLUMN nick;
  -- atlas:nolint
  ALTER TABLE users DROP COLUMN town;
  -- pgfence-ignore: drop-column
  ALTER TABLE users DROP COLUMN note;
  -- pgfence: ignore
  ALTER TABLE users DROP COLUMN name;
  -- eugene: ignore
  ALTER TABLE users DROP COLUMN plan;
  -- safety-assured:start
  ALTER TABLE users DROP COLUMN kind;
  -- safety-assured:end

-- good: another linter's comment for the whole file
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20));
-- file: 0002_less.sql
  -- squawk-ignore-file require-concurrent-index-creation
  CREATE INDEX users_name_idx ON users (name);

-- good: Atlas takes a comment at the head of the file, with a blank line behind it, for the file
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text, nick text);
-- file: 0002_less.sql
  -- Nobody has them.
  -- atlas:nolint DS103

  ALTER TABLE users DROP COLUMN fax;
  ALTER TABLE users DROP COLUMN nick;

-- bad: another linter's comment for something else
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text NOT NULL);
-- file: 0002_fax.sql
  -- squawk-ignore prefer-text-field
  ALTER TABLE users DROP COLUMN fax;
--                  ^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "fax" of table "users"]
  -- atlas:nolint MF101
  CREATE INDEX ON users (id, id);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
--                           ^^ information [repeated-index-column: column "id" of table "users" is in the index already]
-- fix: Deprecate the column here, drop it in a new migration
  -- squawk-ignore prefer-text-field
  ALTER TABLE users ALTER COLUMN fax DROP NOT NULL;
  COMMENT ON COLUMN users.fax IS 'DEPRECATED: a later release drops it';
  -- atlas:nolint MF101
  CREATE INDEX ON users (id, id);
-- file: 0003_drop_users_fax.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN fax;
-- fix: Build the index concurrently
  -- squawk-ignore prefer-text-field
  ALTER TABLE users DROP COLUMN fax;
  -- atlas:nolint MF101
  CREATE INDEX CONCURRENTLY ON users (id, id);
-- fix: Leave it out
  -- squawk-ignore prefer-text-field
  ALTER TABLE users DROP COLUMN fax;
  -- atlas:nolint MF101
  CREATE INDEX ON users (id);

-- good: in the body of a block: above a statement, at the end of its line
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, a text, b text);
-- file: 0002_less.sql
  DO $do$
  BEGIN
    IF current_database() = 'shop' THEN
      -- guard: allow dropped-column: gone since release 12
      ALTER TABLE users
        DROP COLUMN a;
      ALTER TABLE users DROP COLUMN b; -- guard: allow dropped-column: gone since release 13
    END IF;
  END
  $do$;

-- bad: in the body of a block, above another statement
-- given: half-applied-on-failure off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, a text, b text);
-- file: 0002_less.sql
  DO $$
  BEGIN
    -- guard: allow dropped-column: gone since release 12
    ALTER TABLE users DROP COLUMN a;
    ALTER TABLE users DROP COLUMN b;
--                    ^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "b" of table "users"]
  END $$;

-- good: above what the tool reads first
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, a text, b text);
-- file: 00002_a.sql
  -- guard: allow-file dropped-column: gone since release 12
  -- +goose Up
  ALTER TABLE users DROP COLUMN a;
-- file: 00003_b.sql
  -- guard: allow dropped-column: gone since release 13
  -- +goose Up
  ALTER TABLE users DROP COLUMN b;

-- good: a block of comment with stars
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, a text);
-- file: 0002_a.sql
  /*
   * guard: allow dropped-column: gone since release 12
   */
  ALTER TABLE users DROP COLUMN a;

-- bad: no such day
-- given: today 2026-11-21
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, a text);
-- file: 0002_a.sql
  -- guard: allow dropped-column until 2027-02-30: gone by then
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: "2027-02-30" is no day: write until 2026-12-31]
  ALTER TABLE users DROP COLUMN a;
--                  ^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "a" of table "users"]
-- fix: Deprecate the column here, drop it in a new migration
  -- guard: allow dropped-column until 2027-02-30: gone by then
  COMMENT ON COLUMN users.a IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_users_a.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN a;

-- good: what squawk takes for the reason
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, a text);
-- file: 0002_less.sql
  -- squawk-ignore ban-drop-column -- gone since release 12
  ALTER TABLE users DROP COLUMN a;
  -- squawk-ignore -- nobody is here at night
  DROP TABLE users;
