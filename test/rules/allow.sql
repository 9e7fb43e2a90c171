-- bad: an allow comment for another rule, and one without a reason
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, nickname text);
-- file: 0002_change.sql
  -- guard: allow dropped-table: nobody uses it
--                ^^^^^^^^^^^^^ warning [allow-comment: nothing to allow: no finding of dropped-table is left here]
  ALTER TABLE users DROP COLUMN nickname;
--                  ^^^^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "nickname" of table "users"]
  -- guard: allow dropped-column
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: say why after a colon: what is allowed without a reason is not]
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
--                ^^^^^^^^^^^^^^ warning [allow-comment: nothing to allow: no finding of dropped-column is left here]

  ALTER TABLE users DROP COLUMN email;
--                  ^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]
-- fix: Remove the comment

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
