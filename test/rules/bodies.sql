-- bad: a statement in a DO block
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  DO $$
  BEGIN
    ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                       ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
    CREATE INDEX ON users (email);
--  ^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  END
  $$;

-- bad: one that stands under a guard
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 0002_orders.sql
  DO $$ BEGIN
    ALTER TABLE orders ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users;
--                                                     ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on tables "orders" and "users": INSERT, UPDATE and DELETE wait until every row is checked]
--                                                     ^^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "user_id" of table "orders": DELETE and key UPDATE on "users" read the whole table]
  EXCEPTION WHEN duplicate_object THEN NULL;
  END $$;
-- fix: Add it NOT VALID and validate it in the next statement
  DO $$ BEGIN
    ALTER TABLE orders ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
  EXCEPTION WHEN duplicate_object THEN NULL;
  END $$;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_fkey;
-- fix: Create an index in a new migration
-- file: 0003_create_orders_user_id_idx.sql
  CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);

-- bad: one that is put together
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE TABLE orders (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  DO $$
  DECLARE
    t text;
  BEGIN
    EXECUTE 'ALTER TABLE users ' || 'ALTER COLUMN email SET NOT NULL';
--                                                      ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
    FOREACH t IN ARRAY ARRAY['users', 'orders'] LOOP
      EXECUTE format('ALTER TABLE %I DROP COLUMN email', t);
--                                   ^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]
--                                   ^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "email" of table "orders"]
    END LOOP;
  END
  $$;

-- bad: in quotes, behind wide characters
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  /* 🐘 é */ DO 'BEGIN /* 🐘 ''é'' */ UPDATE users SET email = ''🐘''; ALTER TABLE users DROP COLUMN email; END';
--                                    ^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
--                                                                                       ^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]

-- bad: in a function that the migration calls
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  CREATE FUNCTION migrate() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    ALTER TABLE users ALTER COLUMN email TYPE varchar(10);
--                                       ^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  END
  $$;
  SELECT migrate();
  DROP FUNCTION migrate();

-- bad: in a procedure of an earlier migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE PROCEDURE forget() LANGUAGE sql AS $$ ALTER TABLE users DROP COLUMN email $$;
-- file: 0002_email.sql
  CALL forget();
--^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]

-- bad: CONCURRENTLY in a body
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  DO $$ BEGIN CREATE INDEX CONCURRENTLY ON users (email); END $$;
--                         ^^^^^^^^^^^^ error [concurrently-in-transaction-block: CREATE INDEX CONCURRENTLY cannot run inside a transaction block]

-- bad: a fix that changes nothing but the statement itself
-- given: goose
-- file: 00001_ages.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, age integer);
  CREATE MATERIALIZED VIEW ages AS SELECT age, count(*) FROM users GROUP BY age;
  CREATE UNIQUE INDEX ages_age_idx ON ages (age);
-- file: 00002_fresh.sql
  -- +goose Up
  -- +goose StatementBegin
  DO $$
  BEGIN
    IF EXISTS (SELECT FROM users) THEN
      REFRESH MATERIALIZED VIEW ages;
--    ^^^^^^^^^^^^^^^^^^^^^^^^^ warning [refresh-without-concurrently: REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE on materialized view "ages": reads wait until its query is done]
    END IF;
  END
  $$;
  -- +goose StatementEnd
-- fix: Refresh it concurrently
  -- +goose Up
  -- +goose StatementBegin
  DO $$
  BEGIN
    IF EXISTS (SELECT FROM users) THEN
      REFRESH MATERIALIZED VIEW CONCURRENTLY ages;
    END IF;
  END
  $$;
  -- +goose StatementEnd

-- bad: what refuses to run in a body is left alone
-- given: flyway
-- file: V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: V2__index.sql
  DO $$
  BEGIN
    CREATE INDEX users_email_idx ON users (email);
--  ^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  END
  $$;

-- good: a function that nobody calls
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  CREATE FUNCTION migrate() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    ALTER TABLE users DROP COLUMN email;
  END
  $$;

-- good: a table that the block itself makes
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_gifts.sql
  DO $$ BEGIN
    CREATE TABLE gifts (id bigint PRIMARY KEY, note text);
    CREATE INDEX ON gifts (note);
    ALTER TABLE gifts ALTER COLUMN note SET NOT NULL;
  END $$;

-- good: a loop that takes some rows at a time
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  DO $$
  DECLARE
    r record;
  BEGIN
    FOR r IN SELECT id FROM users WHERE email <> lower(email) LOOP
      UPDATE users SET email = lower(email) WHERE id = r.id;
    END LOOP;
  END
  $$;

-- good: a table of one row
-- file: 0001_version.sql
  CREATE TABLE schema_version (version integer);
-- file: 0002_next.sql
  DO $$
  DECLARE
    next_version integer;
  BEGIN
    SELECT version + 1 INTO next_version FROM schema_version;
    UPDATE schema_version SET version = next_version;
  END
  $$;

-- good: allowed inside the body
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  -- guard: allow dropped-column: nothing has read it since release 40
  DO $$ BEGIN
    ALTER TABLE users DROP COLUMN email;
  END $$;
