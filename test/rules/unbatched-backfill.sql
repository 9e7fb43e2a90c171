-- bad: the same between BEGIN and COMMIT, on PostgreSQL 18
-- given: postgres 18
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_plan.sql
  BEGIN;
  ALTER TABLE users ADD COLUMN plan text;
  UPDATE users SET plan = 'free';
--^^^^^^ error [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction, which already holds ACCESS EXCLUSIVE on table "users": reads and writes wait]
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free', ALTER COLUMN plan SET NOT NULL;
--                                                                          ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
  COMMIT;
-- fix: Change the rows in batches and prove NOT NULL after them, after COMMIT
  BEGIN;
  ALTER TABLE users ADD COLUMN plan text;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
  COMMIT;
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
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null NOT NULL plan NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_plan_not_null;
-- fix: Change the rows in batches and prove NOT NULL after them, after COMMIT
  BEGIN;
  ALTER TABLE users ADD COLUMN plan text;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
  COMMIT;
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
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null NOT NULL plan NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_plan_not_null;

-- good: rows of a table that the migration drops
-- given: dropped-table off
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
  CREATE TABLE cart_lines (cart_id bigint REFERENCES carts (id));
  CREATE INDEX cart_lines_cart_idx ON cart_lines (cart_id);
-- file: 0002_no_carts.sql
  DELETE FROM cart_lines;
  DELETE FROM carts;
  DROP TABLE cart_lines;
  DROP TABLE carts;

-- bad: rows of a table that the migration renames
-- given: renamed-table off
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_baskets.sql
  DELETE FROM carts;
--^^^^^^^^^^^ warning [unbatched-backfill: DELETE deletes all rows of table "carts" in one transaction]
  ALTER TABLE carts RENAME TO baskets;
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start carts.id%TYPE;
    batch_end carts.id%TYPE;
    last_key carts.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM carts ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM carts ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM carts WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      DELETE FROM carts WHERE carts.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM carts WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  ALTER TABLE carts RENAME TO baskets;

-- good: a backfill of the rows that another column marks
-- file: 0001_posts.sql
  CREATE TABLE posts (id bigint PRIMARY KEY, is_deleted boolean NOT NULL);
-- file: 0002_deleted.sql
  ALTER TABLE posts ADD COLUMN deleted_at timestamptz;
-- file: 0003_marked.sql
  UPDATE posts SET deleted_at = now() WHERE is_deleted IS TRUE AND deleted_at IS NULL;
  UPDATE posts SET deleted_at = now() WHERE is_deleted AND deleted_at IS NULL;

-- bad: nothing says which rows a loop changes
-- given: batches-in-one-transaction off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE old_plans (user_id bigint PRIMARY KEY, plan text);
-- file: 0002_plan.sql
  DO $$
  DECLARE
    old record;
  BEGIN
    FOR old IN SELECT user_id, plan FROM old_plans WHERE plan <> 'free' LOOP
      IF old.plan IS NOT NULL THEN
        UPDATE users SET plan = old.plan;
--      ^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in every round of a loop, in one transaction]
      END IF;
    END LOOP;
  END $$;

-- bad: alone in a changeset that is cut at semicolons, and sent as a whole then
-- given: liquibase
-- file: 1_users.sql
  --liquibase formatted sql
  --changeset ann:1
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- file: 2_change.sql
  --liquibase formatted sql
  --changeset ann:2
  UPDATE users SET plan = 'free';
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
-- fix: Change the rows in batches
  --liquibase formatted sql
  --changeset ann:2 runInTransaction:false splitStatements:false
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
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: a key of several columns
-- given: golang-migrate
-- file: 000001_shop.up.sql
  CREATE TABLE members (user_id bigint, "group" text, role text, PRIMARY KEY (user_id, "group"));
-- file: 000002_role.up.sql
  ALTER TABLE members ADD COLUMN rank integer;
  UPDATE members SET role = lower(role), rank = 1;
--^^^^^^ error [unbatched-backfill: UPDATE changes all rows of table "members" in one transaction, which already holds ACCESS EXCLUSIVE on table "members": reads and writes wait]
-- fix: Change the rows in batches in a new migration
  ALTER TABLE members ADD COLUMN rank integer;
-- file: 000003_backfill_members.up.sql
  DO $$
  DECLARE
    batch_start record;
    batch_end record;
    last_key record;
  BEGIN
    SELECT user_id, "group" INTO batch_start FROM members ORDER BY user_id, "group" LIMIT 1;
    SELECT user_id, "group" INTO last_key FROM members ORDER BY user_id DESC, "group" DESC LIMIT 1;
    WHILE (batch_start.user_id, batch_start."group") <= (last_key.user_id, last_key."group") LOOP
      SELECT batch.user_id, batch."group" INTO batch_end FROM (
        SELECT user_id, "group" FROM members WHERE (user_id, "group") >= (batch_start.user_id, batch_start."group") ORDER BY user_id, "group" LIMIT 5000
      ) AS batch ORDER BY batch.user_id DESC, batch."group" DESC LIMIT 1;
      UPDATE members SET role = lower(role), rank = 1 WHERE (members.user_id, members."group") BETWEEN (batch_start.user_id, batch_start."group") AND (batch_end.user_id, batch_end."group");
      COMMIT;
      SELECT user_id, "group" INTO batch_start FROM members WHERE (user_id, "group") > (batch_end.user_id, batch_end."group") ORDER BY user_id, "group" LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: no primary key, but a unique index over columns that are never null
-- file: 0001_shop.sql
  CREATE TABLE prices (sku text NOT NULL, day integer NOT NULL, price numeric);
  CREATE UNIQUE INDEX prices_key ON prices (sku, day);
-- file: 0002_prices.sql
  DELETE FROM prices;
--^^^^^^^^^^^ warning [unbatched-backfill: DELETE deletes all rows of table "prices" in one transaction]
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start record;
    batch_end record;
    last_key record;
  BEGIN
    SELECT sku, day INTO batch_start FROM prices ORDER BY sku, day LIMIT 1;
    SELECT sku, day INTO last_key FROM prices ORDER BY sku DESC, day DESC LIMIT 1;
    WHILE (batch_start.sku, batch_start.day) <= (last_key.sku, last_key.day) LOOP
      SELECT batch.sku, batch.day INTO batch_end FROM (
        SELECT sku, day FROM prices WHERE (sku, day) >= (batch_start.sku, batch_start.day) ORDER BY sku, day LIMIT 5000
      ) AS batch ORDER BY batch.sku DESC, batch.day DESC LIMIT 1;
      DELETE FROM prices WHERE (prices.sku, prices.day) BETWEEN (batch_start.sku, batch_start.day) AND (batch_end.sku, batch_end.day);
      COMMIT;
      SELECT sku, day INTO batch_start FROM prices WHERE (sku, day) > (batch_end.sku, batch_end.day) ORDER BY sku, day LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: what follows needs the rows
-- given: flyway
-- file: V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: V2__plan.sql
  ALTER TABLE users ADD COLUMN plan text;
  -- Everybody begins with it.
  UPDATE users SET plan = 'free';
--^^^^^^ error [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction, which already holds ACCESS EXCLUSIVE on table "users": reads and writes wait]

  -- And has one from now on.
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
--                                    ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
  DELETE FROM users WHERE plan = 'none';
-- fix: Change the rows in batches in a new migration, and what follows in another
  ALTER TABLE users ADD COLUMN plan text;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
-- file: V3__backfill_users.sql
  -- Everybody begins with it.
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
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: V3__backfill_users.sql.conf
  executeInTransaction=false
-- file: V4__after_backfill_users.sql
  -- And has one from now on.
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
  DELETE FROM users WHERE plan = 'none';
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;
-- fix: Add a CHECK NOT VALID, and set NOT NULL when it is validated in a new migration
  ALTER TABLE users ADD COLUMN plan text;
  -- Everybody begins with it.
  UPDATE users SET plan = 'free';

  -- And has one from now on.
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;
  DELETE FROM users WHERE plan = 'none';
-- file: V3__set_users_plan_not_null.sql
  ALTER TABLE users VALIDATE CONSTRAINT users_plan_not_null_check;
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_plan_not_null_check;

-- bad: what follows needs the rows, between BEGIN and COMMIT
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_plan.sql
  BEGIN;
  ALTER TABLE users ADD COLUMN plan text;
  UPDATE users SET plan = 'free';
--^^^^^^ error [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction, which already holds ACCESS EXCLUSIVE on table "users": reads and writes wait]
  DELETE FROM users WHERE plan = 'none';
  COMMIT;
-- fix: Change the rows in batches between two transactions
  BEGIN;
  ALTER TABLE users ADD COLUMN plan text;
  COMMIT;
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
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  BEGIN;
  DELETE FROM users WHERE plan = 'none';
  COMMIT;

-- bad: the rows come first, and what follows needs them
-- given: sqlx, constraint-never-validated off
-- file: 20240101000000_users.sql
  -- Add migration script here
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 20240102000000_lower.sql
  UPDATE users SET email = lower(email);
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
  ALTER TABLE users ADD CONSTRAINT users_email_check CHECK (email = lower(email)) NOT VALID;
-- fix: Change the rows in batches, and what follows in a new migration
  -- no-transaction
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
      UPDATE users SET email = lower(email) WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 20240102000001_after_backfill_users.sql
  ALTER TABLE users ADD CONSTRAINT users_email_check CHECK (email = lower(email)) NOT VALID;

-- bad: what follows needs the rows, and the down comes apart as well
-- given: golang-migrate, constraint-never-validated off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_plan.up.sql
  ALTER TABLE users ADD COLUMN plan text;
  UPDATE users SET plan = lower(email);
--^^^^^^ error [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction, which already holds ACCESS EXCLUSIVE on table "users": reads and writes wait]
  ALTER TABLE users ADD CONSTRAINT users_plan_check CHECK (plan <> '') NOT VALID;
-- file: 000002_plan.down.sql
  ALTER TABLE users DROP CONSTRAINT users_plan_check;
  ALTER TABLE users DROP COLUMN plan;
-- fix: Change the rows in batches in a new migration, and what follows in another
-- file: 000002_plan.up.sql
  ALTER TABLE users ADD COLUMN plan text;
-- file: 000002_plan.down.sql
  ALTER TABLE users DROP COLUMN plan;
-- file: 000003_backfill_users.up.sql
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
      UPDATE users SET plan = lower(email) WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_users.down.sql
  -- Nothing to undo.
-- file: 000004_after_backfill_users.up.sql
  ALTER TABLE users ADD CONSTRAINT users_plan_check CHECK (plan <> '') NOT VALID;
-- file: 000004_after_backfill_users.down.sql
  ALTER TABLE users DROP CONSTRAINT users_plan_check;

-- bad: what follows needs the rows, and the down says it all at once
-- given: goose, constraint-never-validated off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_plan.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN plan text;
  UPDATE users SET plan = 'free';
--^^^^^^ error [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction, which already holds ACCESS EXCLUSIVE on table "users": reads and writes wait]
  ALTER TABLE users ADD CONSTRAINT users_plan_check CHECK (plan <> '') NOT VALID, ALTER COLUMN plan SET NOT NULL;
--                                                                                                  ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]

  -- +goose Down
  ALTER TABLE users DROP COLUMN plan;
-- fix: Change the rows in batches in a new migration, and what follows in another
  -- +goose Up
  ALTER TABLE users ADD COLUMN plan text;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';

  -- +goose Down
  ALTER TABLE users DROP COLUMN plan;
-- file: 00003_backfill_users.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
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
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd

  -- +goose Down
  -- Nothing to undo.
-- file: 00004_after_backfill_users.sql
  -- +goose Up
  ALTER TABLE users ADD CONSTRAINT users_plan_check CHECK (plan <> '') NOT VALID, ALTER COLUMN plan SET NOT NULL;
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;

  -- +goose Down
  ALTER TABLE users ALTER COLUMN plan DROP NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_plan_check;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
-- fix: Add a CHECK NOT VALID, and set NOT NULL when it is validated in a new migration
  -- +goose Up
  ALTER TABLE users ADD COLUMN plan text;
  UPDATE users SET plan = 'free';
  ALTER TABLE users ADD CONSTRAINT users_plan_check CHECK (plan <> '') NOT VALID, ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;

  -- +goose Down
  ALTER TABLE users DROP COLUMN plan;
-- file: 00003_set_users_plan_not_null.sql
  -- +goose Up
  ALTER TABLE users VALIDATE CONSTRAINT users_plan_not_null_check;
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_plan_not_null_check;

  -- +goose Down
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;
  ALTER TABLE users ALTER COLUMN plan DROP NOT NULL;

-- bad: a subquery over the same table, which reads what stays
-- file: 0001_replies.sql
  CREATE TABLE replies (id bigint PRIMARY KEY, answers bigint, thread text, under text);
-- file: 0002_under.sql
  UPDATE replies SET under = (SELECT asked.thread FROM replies asked WHERE asked.id = replies.answers) WHERE true;
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "replies" in one transaction]
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start replies.id%TYPE;
    batch_end replies.id%TYPE;
    last_key replies.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM replies ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM replies ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM replies WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE replies SET under = (SELECT asked.thread FROM replies asked WHERE asked.id = replies.answers) WHERE replies.id BETWEEN batch_start AND batch_end AND (true);
      COMMIT;
      SELECT id INTO batch_start FROM replies WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: a WHERE that every row satisfies
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text, plan text);
-- file: 00002_plan.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  UPDATE users
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
  SET plan = 'free' WHERE true;
-- fix: Change the rows in batches
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
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
      UPDATE users
      SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end AND (true);
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd

-- bad: deleted to be written again
-- file: 0001_countries.sql
  CREATE TABLE countries (code text, name text);
-- file: 0002_countries.sql
  DELETE FROM countries;
--^^^^^^^^^^^ information [unbatched-backfill: DELETE deletes all rows of table "countries" in one transaction]
  INSERT INTO countries (code, name) VALUES ('de', 'Germany'), ('fr', 'France');

-- bad: copied into a table in use
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
  CREATE TABLE archive (id bigint PRIMARY KEY, total numeric);
-- file: 0002_archive.sql
  INSERT INTO archive (id, total) SELECT id, total FROM orders ON CONFLICT (id) DO NOTHING;
--^^^^^^^^^^^ hint [unbatched-backfill: INSERT copies all rows of table "orders" into table "archive" in one transaction]
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start orders.id%TYPE;
    batch_end orders.id%TYPE;
    last_key orders.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM orders ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM orders ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM orders WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      INSERT INTO archive (id, total) SELECT id, total FROM orders WHERE orders.id BETWEEN batch_start AND batch_end ON CONFLICT (id) DO NOTHING;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: the sums would be computed anew for each batch
-- file: 0001_shop.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE TABLE lines (order_id bigint, price numeric);
-- file: 0002_total.sql
  ALTER TABLE orders ADD COLUMN total numeric;
  UPDATE orders SET total = t.total
--^^^^^^ warning [unbatched-backfill: UPDATE changes all joined rows of table "orders" in one transaction]
  FROM (SELECT order_id, sum(price) AS total FROM lines GROUP BY order_id) AS t
  WHERE t.order_id = orders.id;

-- bad: several rows of the source may meet one row
-- file: 0001_shop.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE TABLE accounts (user_id bigint PRIMARY KEY, orders bigint);
-- file: 0002_accounts.sql
  MERGE INTO accounts a USING orders o ON o.user_id = a.user_id
--^^^^^^^^^^ hint [unbatched-backfill: MERGE takes all rows of table "orders" to table "accounts" in one transaction]
  WHEN NOT MATCHED THEN INSERT (user_id) VALUES (o.user_id);

-- bad: the history knows no primary key to walk along
  UPDATE users SET plan = 'free';
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]

-- bad: later batches would copy the copies
-- given: insert-not-repeatable off
-- file: 0001_users.sql
  CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text);
-- file: 0002_double.sql
  INSERT INTO users (email) SELECT email FROM users;
--^^^^^^^^^^^ hint [unbatched-backfill: INSERT copies all rows of table "users" into table "users" in one transaction]

-- bad: the new rows are rows of the parent too
-- given: insert-not-repeatable off
-- file: 0001_events.sql
  CREATE TABLE events (id uuid PRIMARY KEY, note text);
  CREATE TABLE late_events () INHERITS (events);
-- file: 0002_copy.sql
  INSERT INTO late_events (id, note) SELECT gen_random_uuid(), note FROM events;
--^^^^^^^^^^^ hint [unbatched-backfill: INSERT copies all rows of table "events" into table "late_events" in one transaction]

-- bad: rows reference rows of other batches
-- file: 0001_categories.sql
  CREATE TABLE categories (id bigint PRIMARY KEY, parent_id bigint REFERENCES categories (id));
  CREATE INDEX ON categories (parent_id);
-- file: 0002_empty.sql
  DELETE FROM categories;
--^^^^^^^^^^^ warning [unbatched-backfill: DELETE deletes all rows of table "categories" in one transaction]

-- bad: copied rows may come before those that they reference
-- given: insert-not-repeatable off
-- file: 0001_categories.sql
  CREATE TABLE categories (id bigint PRIMARY KEY, parent_id bigint);
  CREATE TABLE topics (id bigint PRIMARY KEY, parent_id bigint REFERENCES topics);
  CREATE INDEX ON topics (parent_id);
-- file: 0002_topics.sql
  INSERT INTO topics (id, parent_id) SELECT id, parent_id FROM categories;
--^^^^^^^^^^^ hint [unbatched-backfill: INSERT copies all rows of table "categories" into table "topics" in one transaction]

-- bad: references change together with what they reference
-- file: 0001_accounts.sql
  CREATE TABLE accounts (id bigint PRIMARY KEY, code text UNIQUE, parent text REFERENCES accounts (code));
  CREATE INDEX ON accounts (parent);
-- file: 0002_codes.sql
  UPDATE accounts SET code = lower(code), parent = lower(parent);
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "accounts" in one transaction]

-- bad: the history does not tell whether the function is an aggregate
-- given: insert-not-repeatable off
-- file: 0001_scores.sql
  CREATE TABLE scores (id bigint PRIMARY KEY, score numeric);
  CREATE TABLE totals (score numeric);
-- file: 0002_totals.sql
  INSERT INTO totals (score) SELECT median(score) FROM scores;
--^^^^^^^^^^^ hint [unbatched-backfill: INSERT copies all rows of table "scores" into table "totals" in one transaction]

-- bad: a window looks beyond the batch
-- given: insert-not-repeatable off
-- file: 0001_scores.sql
  CREATE TABLE scores (id bigint PRIMARY KEY, score numeric);
  CREATE TABLE sums (score numeric);
-- file: 0002_sums.sql
  INSERT INTO sums (score) SELECT coalesce(sum(score) OVER (ORDER BY id), 0) FROM scores;
--^^^^^^^^^^^ hint [unbatched-backfill: INSERT copies all rows of table "scores" into table "sums" in one transaction]

-- bad: the columns have other names here
-- given: insert-not-repeatable off
-- file: 0001_scores.sql
  CREATE TABLE scores (id bigint PRIMARY KEY, score numeric);
  CREATE TABLE marks (score_id bigint, score numeric);
-- file: 0002_marks.sql
  INSERT INTO marks (score_id, score) SELECT number, mark FROM scores AS other (number, mark);
--^^^^^^^^^^^ hint [unbatched-backfill: INSERT copies all rows of table "scores" into table "marks" in one transaction]

-- bad: in a function that is called, for the rows of another table
-- given: golang-migrate
-- file: 000001_shop.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, sent_to text);
-- file: 000002_sent_to.up.sql
  CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    one users%ROWTYPE;
  BEGIN
    FOR one IN SELECT * FROM users LOOP
      IF one.email IS NOT NULL THEN
        UPDATE orders SET sent_to = one.email WHERE user_id = one.id;
--      ^^^^^^ warning [unbatched-backfill: UPDATE changes rows of table "orders" for every row that a loop reads, in one transaction]
      END IF;
    END LOOP;
  END
  $$;
  SELECT fill();
  DROP FUNCTION fill();

-- bad: rows of a folder for tests
-- given: flyway
-- file: test/V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: test/V2__users.sql
  INSERT INTO users (id) VALUES (1) ON CONFLICT DO NOTHING;
  UPDATE users SET email = 'nobody@example.com';
--^^^^^^ information [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
-- fix: Change the rows in batches in a new migration
  INSERT INTO users (id) VALUES (1) ON CONFLICT DO NOTHING;
-- file: test/V3__backfill_users.sql
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
      UPDATE users SET email = 'nobody@example.com' WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: test/V3__backfill_users.sql.conf
  executeInTransaction=false

-- bad: a test that every row passes
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, visits integer);
-- file: 0002_visits.sql
  UPDATE users SET visits = 0 WHERE id IS NOT NULL;
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
-- fix: Change the rows in batches
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
      UPDATE users SET visits = 0 WHERE users.id BETWEEN batch_start AND batch_end AND (id IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: copied while the new column keeps everybody waiting
-- given: golang-migrate, insert-not-repeatable off
-- file: 000001_shop.up.sql
  CREATE TABLE orgs (id bigint PRIMARY KEY, name text);
  CREATE TABLE orders (id bigint PRIMARY KEY, org text);
-- file: 000002_orgs.up.sql
  ALTER TABLE orgs ADD COLUMN town text;
  -- Whoever has ordered.
  INSERT INTO orgs (id, name) SELECT DISTINCT 10000 + id, org FROM orders;
--^^^^^^^^^^^ error [unbatched-backfill: INSERT copies all rows of table "orders" into table "orgs" in one transaction, which already holds ACCESS EXCLUSIVE on table "orgs": reads and writes wait]
-- fix: Copy the rows in a new migration
  ALTER TABLE orgs ADD COLUMN town text;
-- file: 000003_backfill_orgs.up.sql
  -- Whoever has ordered.
  INSERT INTO orgs (id, name) SELECT DISTINCT 10000 + id, org FROM orders;

-- bad: merged while the new column keeps everybody waiting
-- given: golang-migrate
-- file: 000001_shop.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, kind text);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 000002_kind.up.sql
  ALTER TABLE orders ADD COLUMN kind text;
  MERGE INTO orders USING users ON users.id = orders.user_id WHEN MATCHED THEN UPDATE SET kind = users.kind;
--^^^^^^^^^^ error [unbatched-backfill: MERGE takes all rows of table "users" to table "orders" in one transaction, which already holds ACCESS EXCLUSIVE on table "orders": reads and writes wait]
-- fix: Change the rows in batches in a new migration
  ALTER TABLE orders ADD COLUMN kind text;
-- file: 000003_backfill_orders.up.sql
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
      MERGE INTO orders USING (SELECT * FROM users WHERE id BETWEEN batch_start AND batch_end) AS users ON users.id = orders.user_id WHEN MATCHED THEN UPDATE SET kind = users.kind;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: running code may have filled some in
-- file: 0001_users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql (applied)
  ALTER TABLE users ADD COLUMN plan text;
-- file: 0003_fill.sql
  UPDATE users SET plan = 'free' WHERE plan IS NULL;
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" whose "plan" is null in one transaction]
-- fix: Change the rows in batches
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
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end AND (plan IS NULL);
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: a number of another kind
-- file: 41.sql
  CREATE TABLE notes (id bigint PRIMARY KEY, schema_version integer NOT NULL);
-- file: 42.sql
  UPDATE notes SET schema_version = 1;
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "notes" in one transaction]
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start notes.id%TYPE;
    batch_end notes.id%TYPE;
    last_key notes.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM notes ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM notes ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM notes WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE notes SET schema_version = 1 WHERE notes.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM notes WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- good: a copy for development or tests
-- given: flyway
-- file: V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
  CREATE TABLE people (id bigint PRIMARY KEY, name text);
-- file: test_data/V2__people.sql
  INSERT INTO people (id, name) SELECT id, name FROM users;

-- bad: row by row along cursors, and of a query in a string
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, address text);
-- file: 0002_declared.sql
  DO $$
  DECLARE
    everybody CURSOR FOR SELECT id, email FROM users;
    one record;
  BEGIN
    OPEN everybody;
    LOOP
      FETCH NEXT FROM everybody INTO one;
      EXIT WHEN NOT FOUND;
      UPDATE users SET address = lower(one.email) WHERE CURRENT OF everybody;
--    ^^^^^^ warning [unbatched-backfill: UPDATE changes rows of table "users" for every row that a loop reads, in one transaction]
    END LOOP;
    CLOSE everybody;
  END
  $$;
-- file: 0003_loop.sql
  DO $$
  DECLARE
    everybody CURSOR (least bigint) FOR SELECT id, email FROM users;
  BEGIN
    FOR one IN everybody (7) LOOP
      UPDATE users SET address = lower(one.email) WHERE id = one.id;
--    ^^^^^^ warning [unbatched-backfill: UPDATE changes rows of table "users" for every row that a loop reads, in one transaction]
    END LOOP;
  END
  $$;
-- file: 0004_opened.sql
  DO $$
  DECLARE
    everybody refcursor;
    one record;
  BEGIN
    OPEN everybody NO SCROLL FOR SELECT id FROM users;
    LOOP
      FETCH everybody INTO one;
      EXIT WHEN NOT FOUND;
      DELETE FROM users WHERE id = one.id;
--    ^^^^^^^^^^^ warning [unbatched-backfill: DELETE deletes rows of table "users" for every row that a loop reads, in one transaction]
    END LOOP;
  END
  $$;
-- file: 0005_found.sql
  DO $$
  DECLARE
    everybody CURSOR FOR SELECT id FROM users;
    one record;
  BEGIN
    OPEN everybody;
    FETCH everybody INTO one;
    WHILE FOUND LOOP
      UPDATE users SET address = '' WHERE id = one.id;
--    ^^^^^^ warning [unbatched-backfill: UPDATE changes rows of table "users" for every row that a loop reads, in one transaction]
      FETCH everybody INTO one;
    END LOOP;
  END
  $$;
-- file: 0006_string.sql
  DO $$
  DECLARE
    one record;
  BEGIN
    FOR one IN EXECUTE 'SELECT id FROM users' LOOP
      UPDATE users SET address = '' WHERE id = one.id;
--    ^^^^^^ warning [unbatched-backfill: UPDATE changes rows of table "users" for every row that a loop reads, in one transaction]
    END LOOP;
  END
  $$;

-- good: a cursor over some rows, and a loop that commits
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, address text);
-- file: 0002_some.sql
  DO $$
  DECLARE
    some CURSOR FOR SELECT id FROM users WHERE email = 'nobody@example.com';
  BEGIN
    FOR one IN some LOOP
      UPDATE users SET address = '' WHERE id = one.id;
    END LOOP;
  END
  $$;
-- file: 0003_commits.sql
  DO $$
  DECLARE
    everybody CURSOR WITH HOLD FOR SELECT id FROM users;
    one record;
  BEGIN
    OPEN everybody;
    LOOP
      FETCH everybody INTO one;
      EXIT WHEN NOT FOUND;
      UPDATE users SET address = '' WHERE id = one.id;
      COMMIT;
    END LOOP;
  END
  $$;

-- bad: looked up by what is the key of most tables, where the history does not show them
  UPDATE orders o SET customer_name = c.name FROM customers c WHERE c.id = o.customer_id;
--^^^^^^ warning [unbatched-backfill: UPDATE changes all joined rows of table "orders" in one transaction]

-- good: rows that are not there yet
-- file: 0001_roles.sql
  CREATE TABLE roles (code text PRIMARY KEY);
  CREATE TABLE known (code text PRIMARY KEY);
-- file: 0002_roles.sql
  INSERT INTO roles (code) SELECT code FROM known EXCEPT SELECT code FROM roles;

-- bad: a comment behind the statement, around which the tool wants marks
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, address text);
-- file: 00002_addresses.sql
  -- +goose Up
  UPDATE users SET address = email; -- fill it
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
-- fix: Change the rows in batches
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
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
      UPDATE users SET address = email WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$; -- fill it
  -- +goose StatementEnd

-- good: loops over some rows, over a catalog, and one that commits
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, address text);
-- file: 0002_address.sql
  DO $$
  DECLARE
    one record;
  BEGIN
    FOR one IN SELECT id FROM users WHERE email = 'nobody@example.com' LOOP
      UPDATE users SET address = '' WHERE id = one.id;
    END LOOP;
    FOR one IN SELECT DISTINCT email FROM users LOOP
      UPDATE users SET address = '' WHERE id = 1;
    END LOOP;
    FOR one IN SELECT oid FROM pg_class LOOP
      DELETE FROM users WHERE id = one.oid;
    END LOOP;
  END
  $$;
-- file: 0003_again.sql
  DO $$
  DECLARE
    one record;
  BEGIN
    FOR one IN SELECT id FROM users LOOP
      UPDATE users SET address = '' WHERE id = one.id;
      COMMIT;
    END LOOP;
  END
  $$;

-- good: the rows for which there was nothing to fill in
-- given: goose, work-under-lock off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  CREATE TABLE owners (id bigint PRIMARY KEY, mail text);
-- file: 00002_owner.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN owner_id bigint;
  UPDATE users SET owner_id = owners.id FROM owners WHERE owners.mail = users.mail AND owners.id > 7;
  DELETE FROM users WHERE owner_id IS NULL;

-- good: nulls where there are none
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';
-- file: 0002_plan.sql
  UPDATE users SET plan = 'free' WHERE plan IS NULL;

-- good: nulls of a column that came with the table
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- file: 0002_plan.sql
  UPDATE users SET plan = 'basic' WHERE plan IS NULL;

-- good: rows of another table pick them
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE upgrades (user_id bigint PRIMARY KEY, plan text);
-- file: 0002_plan.sql
  UPDATE users SET plan = upgrades.plan FROM upgrades WHERE upgrades.user_id = users.id;

-- good: a list of values, and constants, pick them
-- file: 0001_shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY, kind text);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 0002_plan.sql
  ALTER TABLE orders ADD COLUMN plan text;
  UPDATE orders SET plan = v.plan FROM (VALUES (1, 'basic'), (2, 'free')) AS v (id, plan) WHERE v.id = orders.id;
  UPDATE orders SET plan = users.kind FROM users WHERE users.id = orders.user_id AND users.kind = 'guest';
  MERGE INTO orders USING (VALUES (1, 'free')) AS v (id, plan) ON v.id = orders.id
  WHEN MATCHED THEN UPDATE SET plan = v.plan;

-- good: a copy into a new table, and nobody waits for the transaction
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_copy.sql
  BEGIN;
  CREATE TABLE contacts (user_id bigint, email text);
  INSERT INTO contacts (user_id, email) SELECT id, email FROM users;
  COMMIT;

-- good: a list joined to the table says which rows
-- given: insert-not-repeatable off
-- file: 0001_steps.sql
  CREATE TABLE steps (id bigint PRIMARY KEY, code text);
  CREATE TABLE columns (step_id bigint, name text);
-- file: 0002_columns.sql
  INSERT INTO columns (step_id, name)
  SELECT steps.id, v.name FROM steps JOIN (VALUES ('read', 'at'), ('read', 'by')) AS v (code, name) ON v.code = steps.code;
  WITH v (code, name) AS (VALUES ('write', 'at'))
  INSERT INTO columns (step_id, name) SELECT steps.id, v.name FROM v JOIN steps ON v.code = steps.code;

-- good: a total is one row
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_total.sql
  CREATE TABLE totals (at timestamptz, users bigint);
  INSERT INTO totals (at, users) SELECT now(), count(*) FROM users;

-- good: every aggregate of PostgreSQL's makes one row
-- given: insert-not-repeatable off
-- file: 0001_scores.sql
  CREATE TABLE scores (id bigint PRIMARY KEY, score numeric);
  CREATE TABLE totals (score numeric);
-- file: 0002_totals.sql
  INSERT INTO totals (score) SELECT stddev(score) FROM scores;
  INSERT INTO totals (score) SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY score), 0) FROM scores;

-- good: the table keeps the version of the database
-- file: 41.sql
  CREATE TABLE shop_version (schema_version integer NOT NULL);
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 42.sql
  BEGIN;
  ALTER TABLE users ADD COLUMN plan text;
  UPDATE shop_version SET schema_version = 42;
  COMMIT;
