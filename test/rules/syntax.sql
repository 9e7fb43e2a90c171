-- bad: a broken statement hides nothing
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_broken.sql
  ALTER TABLE users ADD COLUM nickname text;
--                                     ^^^^ error [syntax: syntax error at or near "text"]
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the index concurrently
  ALTER TABLE users ADD COLUM nickname text;
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: a missing semicolon hides neither of two statements
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_broken.sql
  ALTER TABLE users DROP COLUMN email
--                  ^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]
  CREATE INDEX users_id_idx ON users (id);
--^^^^^^ error [syntax: syntax error at or near "CREATE"]
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
--             ^^^^^^^^^^^^ information [redundant-index: index "users_pkey" has the same columns of table "users" already]
-- fix: Deprecate the column here, drop it in a new migration
  COMMENT ON COLUMN users.email IS 'DEPRECATED: a later release drops it'
  CREATE INDEX users_id_idx ON users (id);
-- file: 0003_drop_users_email.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN email;
-- fix: Build the index concurrently
  ALTER TABLE users DROP COLUMN email
  CREATE INDEX CONCURRENTLY users_id_idx ON users (id);

-- bad: in a down too
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABEL users;
--     ^^^^^ error [syntax: syntax error at or near "TABEL"]

-- bad: placeholders are shown as they are written
-- given: flyway
  CREATE INDEX idx ON ${schema}.users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "${schema}.users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the index concurrently
  CREATE INDEX CONCURRENTLY idx ON ${schema}.users (email);

-- bad: a severity from the settings, for syntax too
-- given: dropped-column error, syntax warning
  ALTER TABLE users DROP COLUMN email;
--                  ^^^^^^^^^^^^^^^^^ error [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]
  ALTER TABLE users DROP;
--                     ^ warning [syntax: syntax error at end of input]

-- good: a rule that is off
-- given: dropped-column off
  ALTER TABLE users DROP COLUMN email;

-- bad: what follows a table that could not be read
-- file: 0001_items.sql
  CREATE TABLE visits (
    id bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    UNIQUE (id, (at::date))
--              ^ error [syntax: syntax error at or near "("]
  );
  CREATE INDEX visits_at_idx ON visits (at);
  ALTER TABLE visits ALTER COLUMN at SET NOT NULL;
  CREATE TABLE IF NOT EXISTS shop.items (id bigint PRIMARY KEY, UNIQUE ((id)));
--                                                                      ^ error [syntax: syntax error at or near "("]
  CREATE INDEX items_id_idx ON shop.items (id);

-- bad: a comment behind a statement that goes on in the next line
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, age integer);
-- file: 0002_age.sql
  ALTER TABLE users ADD CHECK (age > 0); /* older
--                      ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
    than nobody */
  CREATE TABLE ages (age integer PRIMARY KEY);
-- fix: Add it NOT VALID and validate it in the next statement
  ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_age_check; /* older
    than nobody */
  CREATE TABLE ages (age integer PRIMARY KEY);
