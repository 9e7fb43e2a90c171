-- bad: indexes that a second attempt would not build
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- file: 0002_indexes.sql
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
--                          ^^^^^^^^^^^^^ information [invalid-index-accepted: IF NOT EXISTS accepts the invalid index that a failed build of "users_email_idx" leaves behind]
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name_idx ON users (name);
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_names_idx ON users (name, email);
-- fix: Drop what a failed build left, then build it
  DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name_idx ON users (name);
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_names_idx ON users (name, email);

-- bad: the first is allowed
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- file: 0002_indexes.sql
  -- guard: allow invalid-index-accepted: a person looks at it afterwards
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name_idx ON users (name);
--                          ^^^^^^^^^^^^^ information [invalid-index-accepted: IF NOT EXISTS accepts the invalid index that a failed build of "users_name_idx" leaves behind]
-- fix: Drop what a failed build left, then build it
  -- guard: allow invalid-index-accepted: a person looks at it afterwards
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
  DROP INDEX CONCURRENTLY IF EXISTS users_name_idx;
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

-- bad: the settings give the rule a severity: each is told
-- given: explicit-lock warning
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_lock.sql
  BEGIN;
  LOCK TABLE users IN SHARE MODE;
--^^^^^^^^^^ warning [explicit-lock: LOCK TABLE takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the transaction ends]
  LOCK TABLE orders IN SHARE MODE;
--^^^^^^^^^^ warning [explicit-lock: LOCK TABLE takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until the transaction ends]
  COMMIT;

-- bad: locks in a mode that somebody has chosen
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_lock.sql
  BEGIN;
  LOCK TABLE users IN SHARE MODE;
--^^^^^^^^^^ hint [explicit-lock: LOCK TABLE takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the transaction ends]
  LOCK TABLE orders IN SHARE MODE;
  COMMIT;

-- bad: rows for tests
-- given: flyway
-- file: db/migration/V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
  CREATE TABLE orders (id bigint PRIMARY KEY, name text);
-- file: db/testdata/V666__users.sql
  UPDATE users SET name = 'a';
--^^^^^^ information [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
  UPDATE orders SET name = 'a';
-- fix: Change the rows in batches in a new migration
  UPDATE orders SET name = 'a';
-- file: db/testdata/V667__backfill_users.sql
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users SET name = 'a' WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: db/testdata/V667__backfill_users.sql.conf
  executeInTransaction=false

-- bad: more foreign keys than anybody looks at one by one
-- file: 0001_dump.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE t1 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
--                                                       ^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "user_id" of table "t1": DELETE and key UPDATE on "users" read the whole table]
  CREATE TABLE t2 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t3 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t4 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t5 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t6 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t7 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t8 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t9 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t10 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t11 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);

-- bad: few are left beside those that are allowed, and each is told
-- file: 0001_some.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE t1 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t2 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t3 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t4 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t5 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t6 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t7 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t8 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t9 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
--                                                       ^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "user_id" of table "t9": DELETE and key UPDATE on "users" read the whole table]
  CREATE TABLE t10 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
--                                                        ^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "user_id" of table "t10": DELETE and key UPDATE on "users" read the whole table]
-- fix: Create an index
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE t1 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t2 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t3 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t4 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t5 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t6 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t7 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t8 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t9 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE INDEX ON t9 (user_id);
  CREATE TABLE t10 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
-- fix: Create an index
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE t1 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t2 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t3 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t4 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t5 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t6 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t7 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t8 (id bigint PRIMARY KEY, user_id bigint REFERENCES users); -- guard: allow foreign-key-without-index: it is small
  CREATE TABLE t9 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE TABLE t10 (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE INDEX ON t10 (user_id);

-- good: nothing of the kind
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_index.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: triggers that stay off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_off.sql
  ALTER TABLE orders DISABLE TRIGGER touch;
--                   ^^^^^^^^^^^^^^^ hint [triggers-disabled: DISABLE TRIGGER leaves a trigger of table "orders" off: nothing in this migration enables it again]
  ALTER TABLE orders DISABLE TRIGGER note;
