-- bad: several columns, of which one becomes what USING makes of the row
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total integer NOT NULL, rebate integer, number integer NOT NULL);
  CREATE INDEX orders_total_idx ON orders (total, rebate);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_cents.up.sql
  ALTER TABLE orders
    -- in cents until now
    ALTER COLUMN total TYPE numeric USING orders.total::numeric / 100,
--                     ^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
    ALTER COLUMN rebate TYPE numeric USING coalesce(rebate, 0)::numeric / 100;
--                      ^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_cents.down.sql
  ALTER TABLE orders ALTER COLUMN total TYPE integer USING total * 100, ALTER COLUMN rebate TYPE integer USING rebate * 100;
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_cents.up.sql
  -- in cents until now
  ALTER TABLE orders ADD COLUMN total_new numeric;
  ALTER TABLE orders ADD COLUMN rebate_new numeric;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total::numeric / 100;
    NEW.rebate_new := coalesce(NEW.rebate, 0)::numeric / 100;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000002_cents.down.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN total_new;
  ALTER TABLE orders DROP COLUMN rebate_new;
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET total_new = orders.total::numeric / 100, rebate_new = coalesce(rebate, 0)::numeric / 100 WHERE id BETWEEN batch_start AND batch_end AND (total_new IS NULL OR rebate_new IS NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_build_orders_total_idx_new.up.sql
  CREATE INDEX CONCURRENTLY orders_total_idx_new ON orders (total_new, rebate_new);
-- file: 000004_build_orders_total_idx_new.down.sql
  DROP INDEX CONCURRENTLY orders_total_idx_new;
-- file: 000005_add_orders_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
-- file: 000005_add_orders_total_new_not_null.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000006_validate_orders_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000006_validate_orders_total_new_not_null.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN total_new DROP NOT NULL;
-- file: 000007_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders RENAME COLUMN rebate TO rebate_old;
  ALTER TABLE orders RENAME COLUMN rebate_new TO rebate;
  ALTER INDEX orders_total_idx RENAME TO orders_total_idx_old;
  ALTER INDEX orders_total_idx_new RENAME TO orders_total_idx;
  ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.rebate_old IS 'DEPRECATED: a later release drops it';
-- file: 000007_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.total_old IS NULL;
  COMMENT ON COLUMN orders.rebate_old IS NULL;
  UPDATE orders SET total_old = total * 100 WHERE (total_old::numeric / 100)::numeric::text IS DISTINCT FROM total::text;
  UPDATE orders SET rebate_old = rebate * 100 WHERE (coalesce(rebate_old, 0)::numeric / 100)::numeric::text IS DISTINCT FROM rebate::text;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders RENAME COLUMN rebate TO rebate_new;
  ALTER TABLE orders RENAME COLUMN rebate_old TO rebate;
  ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
  ALTER INDEX orders_total_idx RENAME TO orders_total_idx_new;
  ALTER INDEX orders_total_idx_old RENAME TO orders_total_idx;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total::numeric / 100;
    NEW.rebate_new := coalesce(NEW.rebate, 0)::numeric / 100;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000008_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;
  ALTER TABLE orders DROP COLUMN rebate_old;
-- file: 000008_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN total_old integer;
  ALTER TABLE orders ADD COLUMN rebate_old integer;
  UPDATE orders SET total_old = total * 100;
  UPDATE orders SET rebate_old = rebate * 100;
  CREATE INDEX orders_total_idx_old ON orders (total_old, rebate_old);
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.rebate_old IS 'DEPRECATED: a later release drops it';
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_cents.up.sql
  -- in cents until now
  ALTER TABLE orders ADD COLUMN total_new numeric;
  ALTER TABLE orders ADD COLUMN rebate_new numeric;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total::numeric / 100;
    NEW.rebate_new := coalesce(NEW.rebate, 0)::numeric / 100;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000002_cents.down.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN total_new;
  ALTER TABLE orders DROP COLUMN rebate_new;
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET total_new = orders.total::numeric / 100, rebate_new = coalesce(rebate, 0)::numeric / 100 WHERE id BETWEEN batch_start AND batch_end AND (total_new IS NULL OR rebate_new IS NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_build_orders_total_idx_new.up.sql
  CREATE INDEX CONCURRENTLY orders_total_idx_new ON orders (total_new, rebate_new);
-- file: 000004_build_orders_total_idx_new.down.sql
  DROP INDEX CONCURRENTLY orders_total_idx_new;
-- file: 000005_add_orders_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
-- file: 000005_add_orders_total_new_not_null.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000006_validate_orders_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000006_validate_orders_total_new_not_null.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN total_new DROP NOT NULL;
-- file: 000007_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders RENAME COLUMN rebate TO rebate_old;
  ALTER TABLE orders RENAME COLUMN rebate_new TO rebate;
  ALTER INDEX orders_total_idx RENAME TO orders_total_idx_old;
  ALTER INDEX orders_total_idx_new RENAME TO orders_total_idx;
  ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.rebate_old IS 'DEPRECATED: a later release drops it';
-- file: 000007_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.total_old IS NULL;
  COMMENT ON COLUMN orders.rebate_old IS NULL;
  UPDATE orders SET total_old = total * 100 WHERE (total_old::numeric / 100)::numeric::text IS DISTINCT FROM total::text;
  UPDATE orders SET rebate_old = rebate * 100 WHERE (coalesce(rebate_old, 0)::numeric / 100)::numeric::text IS DISTINCT FROM rebate::text;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders RENAME COLUMN rebate TO rebate_new;
  ALTER TABLE orders RENAME COLUMN rebate_old TO rebate;
  ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
  ALTER INDEX orders_total_idx RENAME TO orders_total_idx_new;
  ALTER INDEX orders_total_idx_old RENAME TO orders_total_idx;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total::numeric / 100;
    NEW.rebate_new := coalesce(NEW.rebate, 0)::numeric / 100;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000008_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;
  ALTER TABLE orders DROP COLUMN rebate_old;
-- file: 000008_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN total_old integer;
  ALTER TABLE orders ADD COLUMN rebate_old integer;
  UPDATE orders SET total_old = total * 100;
  UPDATE orders SET rebate_old = rebate * 100;
  CREATE INDEX orders_total_idx_old ON orders (total_old, rebate_old);
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.rebate_old IS 'DEPRECATED: a later release drops it';

-- bad: among other things, which stay
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total integer DEFAULT 0, placed timestamp, code varchar(10));
-- file: 000002_orders.up.sql
  ALTER TABLE orders
    -- Counts.
    ALTER COLUMN code TYPE text, -- of any length
    ALTER COLUMN total DROP DEFAULT,
    ALTER COLUMN total TYPE text USING CASE WHEN total > 0 THEN 'some' ELSE 'none' END,
--                     ^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
    -- Times.
    ALTER COLUMN placed TYPE timestamptz USING placed AT TIME ZONE 'Europe/Oslo',
--                      ^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
    ALTER COLUMN total SET DEFAULT 'none',
    ALTER COLUMN total SET NOT NULL,
--                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "orders": reads and writes wait until every row is checked]
    ADD COLUMN note text;
-- fix: Fill new columns beside them and swap the names, in new migrations
  ALTER TABLE orders
    -- Counts.
    ALTER COLUMN code TYPE text, -- of any length
    ADD COLUMN note text;
  -- Times.
  ALTER TABLE orders ADD COLUMN total_new text;
  ALTER TABLE orders ADD COLUMN placed_new timestamptz;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := CASE WHEN NEW.total > 0 THEN 'some' ELSE 'none' END;
    NEW.placed_new := NEW.placed AT TIME ZONE 'Europe/Oslo';
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET total_new = CASE WHEN total > 0 THEN 'some' ELSE 'none' END, placed_new = placed AT TIME ZONE 'Europe/Oslo' WHERE id BETWEEN batch_start AND batch_end AND (total_new IS NULL OR placed_new IS NULL AND placed IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000004_add_orders_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
-- file: 000005_validate_orders_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000006_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders RENAME COLUMN placed TO placed_old;
  ALTER TABLE orders RENAME COLUMN placed_new TO placed;
  ALTER TABLE orders ALTER COLUMN total_old DROP DEFAULT, ALTER COLUMN total SET DEFAULT 'none';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.placed_old IS 'DEPRECATED: a later release drops it';
-- file: 000007_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;
  ALTER TABLE orders DROP COLUMN placed_old;
-- fix: Fill new columns beside them and swap the names, in new migrations
  ALTER TABLE orders
    -- Counts.
    ALTER COLUMN code TYPE text, -- of any length
    ADD COLUMN note text;
  -- Times.
  ALTER TABLE orders ADD COLUMN total_new text;
  ALTER TABLE orders ADD COLUMN placed_new timestamptz;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := CASE WHEN NEW.total > 0 THEN 'some' ELSE 'none' END;
    NEW.placed_new := NEW.placed AT TIME ZONE 'Europe/Oslo';
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET total_new = CASE WHEN total > 0 THEN 'some' ELSE 'none' END, placed_new = placed AT TIME ZONE 'Europe/Oslo' WHERE id BETWEEN batch_start AND batch_end AND (total_new IS NULL OR placed_new IS NULL AND placed IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000004_add_orders_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
-- file: 000005_validate_orders_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000006_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders RENAME COLUMN placed TO placed_old;
  ALTER TABLE orders RENAME COLUMN placed_new TO placed;
  ALTER TABLE orders ALTER COLUMN total_old DROP DEFAULT, ALTER COLUMN total SET DEFAULT 'none';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.placed_old IS 'DEPRECATED: a later release drops it';
-- file: 000007_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;
  ALTER TABLE orders DROP COLUMN placed_old;

-- bad: nobody knows what type the column has now
  ALTER TABLE invoices ALTER COLUMN total TYPE bigint;
--                                        ^^^^^^^^^^^ warning [column-type-rewrite: ALTER COLUMN TYPE may rewrite table "invoices" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  ALTER TABLE invoices ALTER COLUMN code TYPE varchar(40);
--                                       ^^^^^^^^^^^^^^^^ information [column-type-rewrite: ALTER COLUMN TYPE may rewrite table "invoices" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: the time zone stands in USING
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, placed timestamp, paid timestamp NOT NULL);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_zone.up.sql
  ALTER TABLE orders
    ALTER COLUMN placed TYPE timestamptz USING placed AT TIME ZONE 'UTC',
--                      ^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
    ALTER COLUMN paid TYPE timestamptz USING (paid AT TIME ZONE 'UTC');
--                    ^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_zone.down.sql
  ALTER TABLE orders
    ALTER COLUMN placed TYPE timestamp USING placed AT TIME ZONE 'UTC',
    ALTER COLUMN paid TYPE timestamp USING (paid AT TIME ZONE 'UTC');
-- fix: Take the values as UTC, which keeps their bytes
-- file: 000002_zone.up.sql
  BEGIN;
  SET LOCAL timezone = 'UTC';
  ALTER TABLE orders
    ALTER COLUMN placed TYPE timestamptz,
    ALTER COLUMN paid TYPE timestamptz USING (paid AT TIME ZONE 'UTC');
  COMMIT;
-- fix: Take the values as UTC, which keeps their bytes
-- file: 000002_zone.up.sql
  BEGIN;
  SET LOCAL timezone = 'UTC';
  ALTER TABLE orders
    ALTER COLUMN placed TYPE timestamptz USING placed AT TIME ZONE 'UTC',
    ALTER COLUMN paid TYPE timestamptz;
  COMMIT;

-- bad: two in one transaction
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, placed timestamp);
  CREATE TABLE bills (id bigint PRIMARY KEY, paid timestamp);
-- file: 00002_zone.sql
  -- +goose Up
  ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;
--                                       ^^^^^^^^^^^^^^^^ warning [column-type-rewrite: ALTER COLUMN TYPE may rewrite table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  ALTER TABLE bills ALTER COLUMN paid TYPE timestamptz;
--                                    ^^^^^^^^^^^^^^^^ warning [column-type-rewrite: ALTER COLUMN TYPE may rewrite table "bills" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Take the values as UTC, which keeps their bytes
  -- +goose Up
  SET LOCAL timezone = 'UTC';
  ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;
  ALTER TABLE bills ALTER COLUMN paid TYPE timestamptz;
-- fix: Take the values as UTC, which keeps their bytes
  -- +goose Up
  SET LOCAL timezone = 'UTC';
  ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;
  ALTER TABLE bills ALTER COLUMN paid TYPE timestamptz;

-- bad: with a down
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, amount numeric);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_amount.down.sql
  ALTER TABLE orders ALTER COLUMN amount TYPE numeric;
-- file: 000002_amount.up.sql
  ALTER TABLE orders ALTER COLUMN amount TYPE bigint;
--                                       ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
--                                            ^^^^^^ information [narrowed-type: the new type of column "amount" of table "orders" rounds fractions away]
-- fix: Fill a new column beside it and swap the names, in new migrations
-- file: 000002_amount.down.sql
  DROP TRIGGER orders_amount_new_sync ON orders;
  DROP FUNCTION orders_amount_new_sync();
  ALTER TABLE orders DROP COLUMN amount_new;
-- file: 000002_amount.up.sql
  ALTER TABLE orders ADD COLUMN amount_new bigint;
  CREATE FUNCTION orders_amount_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.amount_new := NEW.amount;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_amount_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_amount_new_sync();
-- file: 000003_backfill_orders_amount.up.sql
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
      UPDATE orders SET amount_new = amount WHERE id BETWEEN batch_start AND batch_end AND amount_new IS NULL AND amount IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_amount.down.sql
  -- Nothing to undo.
-- file: 000004_swap_orders_amount.up.sql
  DROP TRIGGER orders_amount_new_sync ON orders;
  DROP FUNCTION orders_amount_new_sync();
  ALTER TABLE orders RENAME COLUMN amount TO amount_old;
  ALTER TABLE orders RENAME COLUMN amount_new TO amount;
  COMMENT ON COLUMN orders.amount_old IS 'DEPRECATED: a later release drops it';
-- file: 000004_swap_orders_amount.down.sql
  COMMENT ON COLUMN orders.amount_old IS NULL;
  UPDATE orders SET amount_old = amount WHERE amount_old::bigint::text IS DISTINCT FROM amount::text;
  ALTER TABLE orders RENAME COLUMN amount TO amount_new;
  ALTER TABLE orders RENAME COLUMN amount_old TO amount;
  CREATE FUNCTION orders_amount_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.amount_new := NEW.amount;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_amount_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_amount_new_sync();
-- file: 000005_drop_orders_amount_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN amount_old;
-- file: 000005_drop_orders_amount_old.down.sql
  ALTER TABLE orders ADD COLUMN amount_old numeric;
  UPDATE orders SET amount_old = amount;
  COMMENT ON COLUMN orders.amount_old IS 'DEPRECATED: a later release drops it';

-- bad: with a down that undoes nothing
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total integer);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_totals.up.sql
  ALTER TABLE orders ALTER COLUMN total TYPE bigint;
--^^^^^ warning [empty-down: the down does nothing: column "total" of table "orders" stays as the up leaves it]
--                                      ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_totals.down.sql
  -- Bigger is fine.
-- fix: Write the down
  -- Bigger is fine.
  ALTER TABLE orders ALTER COLUMN total TYPE integer;
-- fix: Fill a new column beside it and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN total_new bigint;
  CREATE FUNCTION orders_total_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_total_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_total_new_sync();
-- file: 000002_totals.down.sql
  -- Bigger is fine.
  DROP TRIGGER orders_total_new_sync ON orders;
  DROP FUNCTION orders_total_new_sync();
  ALTER TABLE orders DROP COLUMN total_new;
-- file: 000003_backfill_orders_total.up.sql
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
      UPDATE orders SET total_new = total WHERE id BETWEEN batch_start AND batch_end AND total_new IS NULL AND total IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_total.down.sql
  -- Nothing to undo.
-- file: 000004_swap_orders_total.up.sql
  DROP TRIGGER orders_total_new_sync ON orders;
  DROP FUNCTION orders_total_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
-- file: 000004_swap_orders_total.down.sql
  COMMENT ON COLUMN orders.total_old IS NULL;
  UPDATE orders SET total_old = total::integer WHERE total_old::bigint::text IS DISTINCT FROM total::text;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  CREATE FUNCTION orders_total_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_total_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_total_new_sync();
-- file: 000005_drop_orders_total_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;
-- file: 000005_drop_orders_total_old.down.sql
  ALTER TABLE orders ADD COLUMN total_old integer;
  UPDATE orders SET total_old = total::integer;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';

-- bad: of a column with quotes in its name, with a down
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, "a ""total""" boolean);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_totals.up.sql
  ALTER TABLE orders ALTER COLUMN "a ""total""" TYPE integer USING CASE WHEN "a ""total""" THEN 1 ELSE 0 END;
--                                              ^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_totals.down.sql
  ALTER TABLE orders ALTER COLUMN "a ""total""" TYPE boolean USING "a ""total""" > 0;
-- fix: Fill a new column beside it and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN "a ""total""_new" integer;
  CREATE FUNCTION "orders_a ""total""_new_sync"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW."a ""total""_new" := CASE WHEN NEW."a ""total""" THEN 1 ELSE 0 END;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER "orders_a ""total""_new_sync" BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION "orders_a ""total""_new_sync"();
-- file: 000002_totals.down.sql
  DROP TRIGGER "orders_a ""total""_new_sync" ON orders;
  DROP FUNCTION "orders_a ""total""_new_sync"();
  ALTER TABLE orders DROP COLUMN "a ""total""_new";
-- file: 000003_backfill_orders_a_total.up.sql
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
      UPDATE orders SET "a ""total""_new" = CASE WHEN "a ""total""" THEN 1 ELSE 0 END WHERE id BETWEEN batch_start AND batch_end AND "a ""total""_new" IS NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_a_total.down.sql
  -- Nothing to undo.
-- file: 000004_swap_orders_a_total.up.sql
  DROP TRIGGER "orders_a ""total""_new_sync" ON orders;
  DROP FUNCTION "orders_a ""total""_new_sync"();
  ALTER TABLE orders RENAME COLUMN "a ""total""" TO "a ""total""_old";
  ALTER TABLE orders RENAME COLUMN "a ""total""_new" TO "a ""total""";
  COMMENT ON COLUMN orders."a ""total""_old" IS 'DEPRECATED: a later release drops it';
-- file: 000004_swap_orders_a_total.down.sql
  COMMENT ON COLUMN orders."a ""total""_old" IS NULL;
  UPDATE orders SET "a ""total""_old" = "a ""total""" > 0 WHERE (CASE WHEN "a ""total""_old" THEN 1 ELSE 0 END)::integer::text IS DISTINCT FROM "a ""total"""::text;
  ALTER TABLE orders RENAME COLUMN "a ""total""" TO "a ""total""_new";
  ALTER TABLE orders RENAME COLUMN "a ""total""_old" TO "a ""total""";
  CREATE FUNCTION "orders_a ""total""_new_sync"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW."a ""total""_new" := CASE WHEN NEW."a ""total""" THEN 1 ELSE 0 END;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER "orders_a ""total""_new_sync" BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION "orders_a ""total""_new_sync"();
-- file: 000005_drop_orders_a_total_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN "a ""total""_old";
-- file: 000005_drop_orders_a_total_old.down.sql
  ALTER TABLE orders ADD COLUMN "a ""total""_old" boolean;
  UPDATE orders SET "a ""total""_old" = "a ""total""" > 0;
  COMMENT ON COLUMN orders."a ""total""_old" IS 'DEPRECATED: a later release drops it';

-- bad: through another type
-- given: golang-migrate, removed-enum-label off
-- file: 000001_orders.up.sql
  CREATE TYPE state AS ENUM ('open', 'closed');
  CREATE TYPE new_state AS ENUM ('open', 'paid', 'closed');
  CREATE TABLE orders (id bigint PRIMARY KEY, state state);
-- file: 000002_states.up.sql
  ALTER TABLE orders ALTER COLUMN state TYPE new_state USING state::text::new_state;
--                                      ^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Fill a new column beside it and swap the names, in new migrations
  ALTER TABLE orders ADD COLUMN state_new new_state;
  CREATE FUNCTION orders_state_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.state_new := NEW.state::text::new_state;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_state_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_state_new_sync();
-- file: 000003_backfill_orders_state.up.sql
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
      UPDATE orders SET state_new = state::text::new_state WHERE id BETWEEN batch_start AND batch_end AND state_new IS NULL AND state IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000004_swap_orders_state.up.sql
  DROP TRIGGER orders_state_new_sync ON orders;
  DROP FUNCTION orders_state_new_sync();
  ALTER TABLE orders RENAME COLUMN state TO state_old;
  ALTER TABLE orders RENAME COLUMN state_new TO state;
  COMMENT ON COLUMN orders.state_old IS 'DEPRECATED: a later release drops it';
-- file: 000005_drop_orders_state_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN state_old;

-- bad: in files that nothing runs in a transaction, where the names are swapped in one all the same
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total integer NOT NULL);
-- file: 0002_totals.sql
  ALTER TABLE orders ALTER COLUMN total TYPE bigint;
--                                      ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Fill a new column beside it and swap the names, in new migrations
  ALTER TABLE orders ADD COLUMN total_new bigint;
  CREATE FUNCTION orders_total_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_total_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_total_new_sync();
-- file: 0003_backfill_orders_total.sql
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
      UPDATE orders SET total_new = total WHERE id BETWEEN batch_start AND batch_end AND total_new IS NULL AND total IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_add_orders_total_new_not_null.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
-- file: 0005_validate_orders_total_new_not_null.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 0006_swap_orders_total.sql
  BEGIN;
  DROP TRIGGER orders_total_new_sync ON orders;
  DROP FUNCTION orders_total_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMIT;
-- file: 0007_drop_orders_total_old.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;

-- bad: with a comment, which goes with the name
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total integer NOT NULL);
  COMMENT ON COLUMN orders.total IS 'what the customer''s card IS charged';
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_totals.up.sql
  ALTER TABLE orders ALTER COLUMN total TYPE bigint;
--                                      ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_totals.down.sql
  ALTER TABLE orders ALTER COLUMN total TYPE integer;
-- fix: Fill a new column beside it and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN total_new bigint;
  CREATE FUNCTION orders_total_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_total_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_total_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER orders_total_new_sync ON orders;
  DROP FUNCTION orders_total_new_sync();
  ALTER TABLE orders DROP COLUMN total_new;
-- file: 000003_backfill_orders_total.up.sql
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
      UPDATE orders SET total_new = total WHERE id BETWEEN batch_start AND batch_end AND total_new IS NULL AND total IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_total.down.sql
  -- Nothing to undo.
-- file: 000004_add_orders_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
-- file: 000004_add_orders_total_new_not_null.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000005_validate_orders_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000005_validate_orders_total_new_not_null.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN total_new DROP NOT NULL;
-- file: 000006_swap_orders_total.up.sql
  DROP TRIGGER orders_total_new_sync ON orders;
  DROP FUNCTION orders_total_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;
  COMMENT ON COLUMN orders.total IS 'what the customer''s card IS charged';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
-- file: 000006_swap_orders_total.down.sql
  COMMENT ON COLUMN orders.total_old IS 'what the customer''s card IS charged';
  COMMENT ON COLUMN orders.total IS NULL;
  UPDATE orders SET total_old = total WHERE total_old::bigint::text IS DISTINCT FROM total::text;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
  CREATE FUNCTION orders_total_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_total_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_total_new_sync();
-- file: 000007_drop_orders_total_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;
-- file: 000007_drop_orders_total_old.down.sql
  ALTER TABLE orders ADD COLUMN total_old integer;
  UPDATE orders SET total_old = total;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';

-- bad: with all that hangs on the column
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE customers (id bigint PRIMARY KEY);
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer integer NOT NULL DEFAULT 0 CHECK (customer > 0) REFERENCES customers (id),
    placed date,
    UNIQUE (customer, placed)
  );
  CREATE INDEX orders_customer_idx ON orders USING btree (customer DESC) WHERE customer <> 7;
-- file: 000001_orders.down.sql
  DROP TABLE orders;
  DROP TABLE customers;
-- file: 000002_customers.up.sql
  ALTER TABLE orders ALTER COLUMN customer TYPE bigint;
--                                         ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_customers.down.sql
  ALTER TABLE orders ALTER COLUMN customer TYPE integer;
-- fix: Fill a new column beside it and swap the names, in new migrations
-- file: 000002_customers.up.sql
  ALTER TABLE orders ADD COLUMN customer_new bigint;
  CREATE FUNCTION orders_customer_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.customer_new := NEW.customer;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_customer_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_customer_new_sync();
-- file: 000002_customers.down.sql
  DROP TRIGGER orders_customer_new_sync ON orders;
  DROP FUNCTION orders_customer_new_sync();
  ALTER TABLE orders DROP COLUMN customer_new;
-- file: 000003_backfill_orders_customer.up.sql
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
      UPDATE orders SET customer_new = customer WHERE id BETWEEN batch_start AND batch_end AND customer_new IS NULL AND customer IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_customer.down.sql
  -- Nothing to undo.
-- file: 000004_build_orders_customer_idx_new.up.sql
  CREATE INDEX CONCURRENTLY orders_customer_idx_new ON orders USING btree (customer_new DESC) WHERE customer_new <> 7;
-- file: 000004_build_orders_customer_idx_new.down.sql
  DROP INDEX CONCURRENTLY orders_customer_idx_new;
-- file: 000005_build_orders_customer_placed_key_new.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY orders_customer_placed_key_new ON orders (customer_new, placed);
-- file: 000005_build_orders_customer_placed_key_new.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS orders_customer_placed_key_new;
-- file: 000006_add_orders_new_constraints.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_customer_check_new CHECK (customer_new > 0) NOT VALID;
  ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey_new FOREIGN KEY (customer_new) REFERENCES customers (id) NOT VALID;
  ALTER TABLE orders ADD CONSTRAINT orders_customer_new_not_null_check CHECK (customer_new IS NOT NULL) NOT VALID;
-- file: 000006_add_orders_new_constraints.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_customer_check_new;
  ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey_new;
  ALTER TABLE orders DROP CONSTRAINT orders_customer_new_not_null_check;
-- file: 000007_validate_orders_new_constraints.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_check_new;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fkey_new;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN customer_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_customer_new_not_null_check;
-- file: 000007_validate_orders_new_constraints.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_customer_new_not_null_check CHECK (customer_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN customer_new DROP NOT NULL;
-- file: 000008_swap_orders_customer.up.sql
  DROP TRIGGER orders_customer_new_sync ON orders;
  DROP FUNCTION orders_customer_new_sync();
  ALTER TABLE orders RENAME COLUMN customer TO customer_old;
  ALTER TABLE orders RENAME COLUMN customer_new TO customer;
  ALTER INDEX orders_customer_idx RENAME TO orders_customer_idx_old;
  ALTER INDEX orders_customer_idx_new RENAME TO orders_customer_idx;
  ALTER TABLE orders DROP CONSTRAINT orders_customer_check;
  ALTER TABLE orders RENAME CONSTRAINT orders_customer_check_new TO orders_customer_check;
  ALTER TABLE orders DROP CONSTRAINT orders_customer_placed_key, ADD CONSTRAINT orders_customer_placed_key UNIQUE USING INDEX orders_customer_placed_key_new;
  ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey;
  ALTER TABLE orders RENAME CONSTRAINT orders_customer_fkey_new TO orders_customer_fkey;
  ALTER TABLE orders ALTER COLUMN customer_old DROP DEFAULT, ALTER COLUMN customer SET DEFAULT 0;
  ALTER TABLE orders ALTER COLUMN customer_old DROP NOT NULL;
  COMMENT ON COLUMN orders.customer_old IS 'DEPRECATED: a later release drops it';
-- file: 000008_swap_orders_customer.down.sql
  COMMENT ON COLUMN orders.customer_old IS NULL;
  UPDATE orders SET customer_old = customer WHERE customer_old::bigint::text IS DISTINCT FROM customer::text;
  ALTER TABLE orders RENAME COLUMN customer TO customer_new;
  ALTER TABLE orders RENAME COLUMN customer_old TO customer;
  ALTER TABLE orders ALTER COLUMN customer SET NOT NULL;
  ALTER TABLE orders ALTER COLUMN customer_new DROP DEFAULT, ALTER COLUMN customer SET DEFAULT 0;
  ALTER TABLE orders RENAME CONSTRAINT orders_customer_fkey TO orders_customer_fkey_new;
  ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES customers (id);
  -- The constraint takes its index along: writes wait until both are built.
  ALTER TABLE orders DROP CONSTRAINT orders_customer_placed_key, ADD CONSTRAINT orders_customer_placed_key UNIQUE (customer, placed);
  CREATE UNIQUE INDEX orders_customer_placed_key_new ON orders (customer_new, placed);
  ALTER TABLE orders RENAME CONSTRAINT orders_customer_check TO orders_customer_check_new;
  ALTER TABLE orders ADD CONSTRAINT orders_customer_check CHECK (customer > 0);
  ALTER INDEX orders_customer_idx RENAME TO orders_customer_idx_new;
  ALTER INDEX orders_customer_idx_old RENAME TO orders_customer_idx;
  CREATE FUNCTION orders_customer_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.customer_new := NEW.customer;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_customer_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_customer_new_sync();
-- file: 000009_drop_orders_customer_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN customer_old;
-- file: 000009_drop_orders_customer_old.down.sql
  ALTER TABLE orders ADD COLUMN customer_old integer;
  UPDATE orders SET customer_old = customer;
  CREATE INDEX orders_customer_idx_old ON orders USING btree (customer_old DESC) WHERE customer_old <> 7;
  COMMENT ON COLUMN orders.customer_old IS 'DEPRECATED: a later release drops it';

-- bad: a serial primary key that others refer to
-- given: goose, foreign-key-without-index off, foreign-key-type-mismatch off
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id serial PRIMARY KEY, total numeric);
  CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE);
-- file: 00002_big_ids.sql
  -- +goose Up
  ALTER TABLE orders ALTER COLUMN id TYPE bigint;
--                                   ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  -- +goose Down
  ALTER TABLE orders ALTER COLUMN id TYPE integer;
-- fix: Fill a new column beside it and swap the names, in new migrations
  -- +goose Up
  ALTER TABLE orders ADD COLUMN id_new bigint;
  -- +goose StatementBegin
  CREATE FUNCTION orders_id_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    RETURN NEW;
  END
  $$;
  -- +goose StatementEnd
  CREATE TRIGGER orders_id_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_id_new_sync();
  -- +goose Down
  DROP TRIGGER orders_id_new_sync ON orders;
  DROP FUNCTION orders_id_new_sync();
  ALTER TABLE orders DROP COLUMN id_new;
-- file: 00003_backfill_orders_id.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
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
      UPDATE orders SET id_new = id WHERE id BETWEEN batch_start AND batch_end AND id_new IS NULL AND id IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd

  -- +goose Down
  -- Nothing to undo.
-- file: 00004_build_orders_pkey_new.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE UNIQUE INDEX CONCURRENTLY orders_pkey_new ON orders (id_new);

  -- +goose Down
  DROP INDEX CONCURRENTLY IF EXISTS orders_pkey_new;
-- file: 00005_add_orders_new_constraints.sql
  -- +goose Up
  ALTER TABLE items ADD CONSTRAINT items_order_id_fkey_new FOREIGN KEY (order_id) REFERENCES orders (id_new) ON DELETE CASCADE NOT VALID;
  ALTER TABLE orders ADD CONSTRAINT orders_id_new_not_null_check CHECK (id_new IS NOT NULL) NOT VALID;

  -- +goose Down
  ALTER TABLE items DROP CONSTRAINT items_order_id_fkey_new;
  ALTER TABLE orders DROP CONSTRAINT orders_id_new_not_null_check;
-- file: 00006_validate_orders_new_constraints.sql
  -- +goose Up
  ALTER TABLE items VALIDATE CONSTRAINT items_order_id_fkey_new;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_id_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN id_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_id_new_not_null_check;

  -- +goose Down
  ALTER TABLE orders ADD CONSTRAINT orders_id_new_not_null_check CHECK (id_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN id_new DROP NOT NULL;
-- file: 00007_swap_orders_id.sql
  -- +goose Up
  DROP TRIGGER orders_id_new_sync ON orders;
  DROP FUNCTION orders_id_new_sync();
  ALTER TABLE orders RENAME COLUMN id TO id_old;
  ALTER TABLE orders RENAME COLUMN id_new TO id;
  ALTER TABLE items DROP CONSTRAINT items_order_id_fkey;
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_pkey_new;
  ALTER TABLE items RENAME CONSTRAINT items_order_id_fkey_new TO items_order_id_fkey;
  ALTER TABLE orders ALTER COLUMN id_old DROP DEFAULT, ALTER COLUMN id SET DEFAULT nextval('orders_id_seq');
  ALTER SEQUENCE orders_id_seq OWNED BY orders.id;
  ALTER TABLE orders ALTER COLUMN id_old DROP NOT NULL;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';

  -- +goose Down
  COMMENT ON COLUMN orders.id_old IS NULL;
  UPDATE orders SET id_old = id WHERE id_old::bigint::text IS DISTINCT FROM id::text;
  ALTER TABLE orders RENAME COLUMN id TO id_new;
  ALTER TABLE orders RENAME COLUMN id_old TO id;
  ALTER TABLE orders ALTER COLUMN id SET NOT NULL;
  ALTER TABLE orders ALTER COLUMN id_new DROP DEFAULT, ALTER COLUMN id SET DEFAULT nextval('orders_id_seq');
  ALTER SEQUENCE orders_id_seq OWNED BY orders.id;
  ALTER TABLE items DROP CONSTRAINT items_order_id_fkey;
  -- The constraint takes its index along: writes wait until both are built.
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
  CREATE UNIQUE INDEX orders_pkey_new ON orders (id_new);
  ALTER TABLE items ADD CONSTRAINT items_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE;
  ALTER TABLE items ADD CONSTRAINT items_order_id_fkey_new FOREIGN KEY (order_id) REFERENCES orders (id_new) ON DELETE CASCADE;
  -- +goose StatementBegin
  CREATE FUNCTION orders_id_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    RETURN NEW;
  END
  $$;
  -- +goose StatementEnd
  CREATE TRIGGER orders_id_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_id_new_sync();
-- file: 00008_drop_orders_id_old.sql
  -- +goose Up
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN id_old;

  -- +goose Down
  ALTER TABLE orders ADD COLUMN id_old integer;
  UPDATE orders SET id_old = id;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';

-- bad: an enum whose new type takes its name, with a default
-- given: prisma, removed-enum-label off
-- file: 1_orders/migration.sql
  CREATE TYPE "State" AS ENUM ('open', 'paid', 'lost');
  CREATE TABLE orders (id bigint PRIMARY KEY, state "State" NOT NULL DEFAULT 'open');
-- file: 2_states/migration.sql
  -- AlterEnum
  CREATE TYPE "State_new" AS ENUM ('open', 'paid');
  ALTER TABLE "orders" ALTER COLUMN "state" DROP DEFAULT;
  ALTER TABLE "orders" ALTER COLUMN "state" TYPE "State_new" USING ("state"::text::"State_new");
--                                          ^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  ALTER TYPE "State" RENAME TO "State_old";
  ALTER TYPE "State_new" RENAME TO "State";
  DROP TYPE "State_old";
  ALTER TABLE "orders" ALTER COLUMN "state" SET DEFAULT 'open';
-- fix: Fill a new column beside it and swap the names, in new migrations
  -- AlterEnum
  CREATE TYPE "State_new" AS ENUM ('open', 'paid');
  ALTER TABLE "orders" ADD COLUMN state_new "State_new";
  CREATE FUNCTION orders_state_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.state_new := (NEW.state::text::"State_new");
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_state_new_sync BEFORE INSERT OR UPDATE ON "orders" FOR EACH ROW EXECUTE FUNCTION orders_state_new_sync();
-- file: 3_backfill_orders_state/migration.sql
  DO $$
  DECLARE
    batch_start "orders".id%TYPE;
    batch_end "orders".id%TYPE;
    last_key "orders".id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM "orders" ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM "orders" ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM "orders" WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE "orders" SET state_new = ("state"::text::"State_new") WHERE id BETWEEN batch_start AND batch_end AND state_new IS NULL AND state IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM "orders" WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 4_add_orders_state_new_not_null/migration.sql
  ALTER TABLE "orders" ADD CONSTRAINT orders_state_new_not_null_check CHECK (state_new IS NOT NULL) NOT VALID;
-- file: 5_validate_orders_state_new_not_null/migration.sql
  ALTER TABLE "orders" VALIDATE CONSTRAINT orders_state_new_not_null_check;
  ALTER TABLE "orders" ALTER COLUMN state_new SET NOT NULL;
  ALTER TABLE "orders" DROP CONSTRAINT orders_state_new_not_null_check;
-- file: 6_swap_orders_state/migration.sql
  DROP TRIGGER orders_state_new_sync ON "orders";
  DROP FUNCTION orders_state_new_sync();
  ALTER TYPE "State" RENAME TO "State_old";
  ALTER TYPE "State_new" RENAME TO "State";
  ALTER TABLE "orders" RENAME COLUMN state TO state_old;
  ALTER TABLE "orders" RENAME COLUMN state_new TO state;
  ALTER TABLE "orders" ALTER COLUMN state_old DROP DEFAULT, ALTER COLUMN state SET DEFAULT 'open';
  ALTER TABLE "orders" ALTER COLUMN state_old DROP NOT NULL;
  COMMENT ON COLUMN "orders".state_old IS 'DEPRECATED: a later release drops it';
-- file: 7_drop_orders_state_old/migration.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE "orders" DROP COLUMN state_old;
  DROP TYPE "State_old";

-- bad: an enum, where a down is written for the new migrations
-- given: dbmate, removed-enum-label off
-- file: 1_orders.sql
  -- migrate:up
  CREATE TYPE state AS ENUM ('open', 'paid');
  CREATE TABLE orders (id bigint PRIMARY KEY, state state DEFAULT 'open');
-- file: 2_states.sql
  -- migrate:up
  CREATE TYPE state_new AS ENUM ('open');
  ALTER TABLE orders ALTER COLUMN state DROP DEFAULT, ALTER COLUMN state TYPE state_new USING state::text::state_new;
--                                                                       ^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  DROP TYPE state;
  ALTER TYPE state_new RENAME TO state;
  ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'open'::state;
-- fix: Fill a new column beside it and swap the names, in new migrations
  -- migrate:up
  CREATE TYPE state_new AS ENUM ('open');
  ALTER TABLE orders ADD COLUMN state_new state_new;
  CREATE FUNCTION orders_state_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.state_new := NEW.state::text::state_new;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_state_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_state_new_sync();
-- file: 3_backfill_orders_state.sql
  -- migrate:up transaction:false
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
      UPDATE orders SET state_new = state::text::state_new WHERE id BETWEEN batch_start AND batch_end AND state_new IS NULL AND state IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

  -- migrate:down
  -- Nothing to undo.
-- file: 4_swap_orders_state.sql
  -- migrate:up
  DROP TRIGGER orders_state_new_sync ON orders;
  DROP FUNCTION orders_state_new_sync();
  ALTER TYPE state RENAME TO state_old;
  ALTER TYPE state_new RENAME TO state;
  ALTER TABLE orders RENAME COLUMN state TO state_old;
  ALTER TABLE orders RENAME COLUMN state_new TO state;
  ALTER TABLE orders ALTER COLUMN state_old DROP DEFAULT, ALTER COLUMN state SET DEFAULT 'open'::state;
  COMMENT ON COLUMN orders.state_old IS 'DEPRECATED: a later release drops it';

  -- migrate:down
  COMMENT ON COLUMN orders.state_old IS NULL;
  ALTER TYPE state RENAME TO state_new;
  ALTER TYPE state_old RENAME TO state;
  UPDATE orders SET state_old = state::text::state WHERE state_old::text::state_new::text IS DISTINCT FROM state::text;
  ALTER TABLE orders RENAME COLUMN state TO state_new;
  ALTER TABLE orders RENAME COLUMN state_old TO state;
  ALTER TABLE orders ALTER COLUMN state_new DROP DEFAULT, ALTER COLUMN state SET DEFAULT 'open';
  CREATE FUNCTION orders_state_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.state_new := NEW.state::text::state_new;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_state_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_state_new_sync();
-- file: 5_drop_orders_state_old.sql
  -- migrate:up
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN state_old;
  DROP TYPE state_old;

  -- migrate:down
  CREATE TYPE state_old AS ENUM ('open', 'paid');
  ALTER TABLE orders ADD COLUMN state_old state_old;
  UPDATE orders SET state_old = state::text::state_old;
  COMMENT ON COLUMN orders.state_old IS 'DEPRECATED: a later release drops it';

-- bad: of a table whose trigger says when a row was changed, with a key of two columns
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (shop bigint, number bigint, total integer NOT NULL, changed_at timestamp, PRIMARY KEY (shop, number));
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed_at := '2026-01-01'; RETURN NEW; END $$;
  CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
-- file: 000001_orders.down.sql
  DROP TABLE orders;
  DROP FUNCTION touch;
-- file: 000002_totals.up.sql
  ALTER TABLE orders ALTER COLUMN total TYPE bigint, ALTER COLUMN changed_at TYPE timestamptz USING changed_at AT TIME ZONE 'Europe/Oslo';
--                                      ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
--                                                                           ^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_totals.down.sql
  ALTER TABLE orders ALTER COLUMN total TYPE integer, ALTER COLUMN changed_at TYPE timestamp USING changed_at AT TIME ZONE 'Europe/Oslo';
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN total_new bigint;
  ALTER TABLE orders ADD COLUMN changed_at_new timestamptz;
  CREATE FUNCTION zz_orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('guard.filling', true) = 'orders.columns' THEN
      -- Nothing else of the row has changed, whatever other triggers have set.
      OLD.total_new := OLD.total;
      OLD.changed_at_new := OLD.changed_at AT TIME ZONE 'Europe/Oslo';
      RETURN OLD;
    END IF;
    NEW.total_new := NEW.total;
    NEW.changed_at_new := NEW.changed_at AT TIME ZONE 'Europe/Oslo';
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER zz_orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION zz_orders_columns_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER zz_orders_columns_new_sync ON orders;
  DROP FUNCTION zz_orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN total_new;
  ALTER TABLE orders DROP COLUMN changed_at_new;
-- file: 000003_backfill_orders_columns.up.sql
  DO $$
  DECLARE
    batch_start record;
    batch_end record;
    last_key record;
  BEGIN
    SELECT shop, number INTO batch_start FROM orders ORDER BY shop, number LIMIT 1;
    SELECT shop, number INTO last_key FROM orders ORDER BY shop DESC, number DESC LIMIT 1;
    WHILE (batch_start.shop, batch_start.number) <= (last_key.shop, last_key.number) LOOP
      SELECT batch.shop, batch.number INTO batch_end FROM (
        SELECT shop, number FROM orders WHERE (shop, number) >= (batch_start.shop, batch_start.number) ORDER BY shop, number LIMIT 5000
      ) AS batch ORDER BY batch.shop DESC, batch.number DESC LIMIT 1;
      PERFORM set_config('guard.filling', 'orders.columns', true);
      UPDATE orders SET total_new = total, changed_at_new = changed_at AT TIME ZONE 'Europe/Oslo' WHERE (shop, number) BETWEEN (batch_start.shop, batch_start.number) AND (batch_end.shop, batch_end.number) AND (total_new IS NULL AND total IS NOT NULL OR changed_at_new IS NULL AND changed_at IS NOT NULL);
      COMMIT;
      SELECT shop, number INTO batch_start FROM orders WHERE (shop, number) > (batch_end.shop, batch_end.number) ORDER BY shop, number LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_add_orders_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
-- file: 000004_add_orders_total_new_not_null.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000005_validate_orders_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000005_validate_orders_total_new_not_null.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN total_new DROP NOT NULL;
-- file: 000006_swap_orders_columns.up.sql
  DROP TRIGGER zz_orders_columns_new_sync ON orders;
  DROP FUNCTION zz_orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders RENAME COLUMN changed_at TO changed_at_old;
  ALTER TABLE orders RENAME COLUMN changed_at_new TO changed_at;
  ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.changed_at_old IS 'DEPRECATED: a later release drops it';
-- file: 000006_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.total_old IS NULL;
  COMMENT ON COLUMN orders.changed_at_old IS NULL;
  ALTER TABLE orders DISABLE TRIGGER touched;
  UPDATE orders SET total_old = total WHERE total_old::bigint::text IS DISTINCT FROM total::text;
  UPDATE orders SET changed_at_old = changed_at AT TIME ZONE 'Europe/Oslo' WHERE (changed_at_old AT TIME ZONE 'Europe/Oslo')::timestamptz::text IS DISTINCT FROM changed_at::text;
  ALTER TABLE orders ENABLE TRIGGER touched;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders RENAME COLUMN changed_at TO changed_at_new;
  ALTER TABLE orders RENAME COLUMN changed_at_old TO changed_at;
  ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
  CREATE FUNCTION zz_orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('guard.filling', true) = 'orders.columns' THEN
      -- Nothing else of the row has changed, whatever other triggers have set.
      OLD.total_new := OLD.total;
      OLD.changed_at_new := OLD.changed_at AT TIME ZONE 'Europe/Oslo';
      RETURN OLD;
    END IF;
    NEW.total_new := NEW.total;
    NEW.changed_at_new := NEW.changed_at AT TIME ZONE 'Europe/Oslo';
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER zz_orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION zz_orders_columns_new_sync();
-- file: 000007_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;
  ALTER TABLE orders DROP COLUMN changed_at_old;
-- file: 000007_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN total_old integer;
  ALTER TABLE orders ADD COLUMN changed_at_old timestamp;
  ALTER TABLE orders DISABLE TRIGGER touched;
  UPDATE orders SET total_old = total;
  UPDATE orders SET changed_at_old = changed_at AT TIME ZONE 'Europe/Oslo';
  ALTER TABLE orders ENABLE TRIGGER touched;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.changed_at_old IS 'DEPRECATED: a later release drops it';
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN total_new bigint;
  ALTER TABLE orders ADD COLUMN changed_at_new timestamptz;
  CREATE FUNCTION zz_orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('guard.filling', true) = 'orders.columns' THEN
      -- Nothing else of the row has changed, whatever other triggers have set.
      OLD.total_new := OLD.total;
      OLD.changed_at_new := OLD.changed_at AT TIME ZONE 'Europe/Oslo';
      RETURN OLD;
    END IF;
    NEW.total_new := NEW.total;
    NEW.changed_at_new := NEW.changed_at AT TIME ZONE 'Europe/Oslo';
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER zz_orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION zz_orders_columns_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER zz_orders_columns_new_sync ON orders;
  DROP FUNCTION zz_orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN total_new;
  ALTER TABLE orders DROP COLUMN changed_at_new;
-- file: 000003_backfill_orders_columns.up.sql
  DO $$
  DECLARE
    batch_start record;
    batch_end record;
    last_key record;
  BEGIN
    SELECT shop, number INTO batch_start FROM orders ORDER BY shop, number LIMIT 1;
    SELECT shop, number INTO last_key FROM orders ORDER BY shop DESC, number DESC LIMIT 1;
    WHILE (batch_start.shop, batch_start.number) <= (last_key.shop, last_key.number) LOOP
      SELECT batch.shop, batch.number INTO batch_end FROM (
        SELECT shop, number FROM orders WHERE (shop, number) >= (batch_start.shop, batch_start.number) ORDER BY shop, number LIMIT 5000
      ) AS batch ORDER BY batch.shop DESC, batch.number DESC LIMIT 1;
      PERFORM set_config('guard.filling', 'orders.columns', true);
      UPDATE orders SET total_new = total, changed_at_new = changed_at AT TIME ZONE 'Europe/Oslo' WHERE (shop, number) BETWEEN (batch_start.shop, batch_start.number) AND (batch_end.shop, batch_end.number) AND (total_new IS NULL AND total IS NOT NULL OR changed_at_new IS NULL AND changed_at IS NOT NULL);
      COMMIT;
      SELECT shop, number INTO batch_start FROM orders WHERE (shop, number) > (batch_end.shop, batch_end.number) ORDER BY shop, number LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_add_orders_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
-- file: 000004_add_orders_total_new_not_null.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000005_validate_orders_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null_check;
-- file: 000005_validate_orders_total_new_not_null.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null_check CHECK (total_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN total_new DROP NOT NULL;
-- file: 000006_swap_orders_columns.up.sql
  DROP TRIGGER zz_orders_columns_new_sync ON orders;
  DROP FUNCTION zz_orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders RENAME COLUMN changed_at TO changed_at_old;
  ALTER TABLE orders RENAME COLUMN changed_at_new TO changed_at;
  ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.changed_at_old IS 'DEPRECATED: a later release drops it';
-- file: 000006_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.total_old IS NULL;
  COMMENT ON COLUMN orders.changed_at_old IS NULL;
  ALTER TABLE orders DISABLE TRIGGER touched;
  UPDATE orders SET total_old = total WHERE total_old::bigint::text IS DISTINCT FROM total::text;
  UPDATE orders SET changed_at_old = changed_at AT TIME ZONE 'Europe/Oslo' WHERE (changed_at_old AT TIME ZONE 'Europe/Oslo')::timestamptz::text IS DISTINCT FROM changed_at::text;
  ALTER TABLE orders ENABLE TRIGGER touched;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders RENAME COLUMN changed_at TO changed_at_new;
  ALTER TABLE orders RENAME COLUMN changed_at_old TO changed_at;
  ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
  CREATE FUNCTION zz_orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('guard.filling', true) = 'orders.columns' THEN
      -- Nothing else of the row has changed, whatever other triggers have set.
      OLD.total_new := OLD.total;
      OLD.changed_at_new := OLD.changed_at AT TIME ZONE 'Europe/Oslo';
      RETURN OLD;
    END IF;
    NEW.total_new := NEW.total;
    NEW.changed_at_new := NEW.changed_at AT TIME ZONE 'Europe/Oslo';
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER zz_orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION zz_orders_columns_new_sync();
-- file: 000007_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN total_old;
  ALTER TABLE orders DROP COLUMN changed_at_old;
-- file: 000007_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN total_old integer;
  ALTER TABLE orders ADD COLUMN changed_at_old timestamp;
  ALTER TABLE orders DISABLE TRIGGER touched;
  UPDATE orders SET total_old = total;
  UPDATE orders SET changed_at_old = changed_at AT TIME ZONE 'Europe/Oslo';
  ALTER TABLE orders ENABLE TRIGGER touched;
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.changed_at_old IS 'DEPRECATED: a later release drops it';

-- bad: an identity column
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id integer GENERATED BY DEFAULT AS IDENTITY (START WITH 7000) PRIMARY KEY, total numeric);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_big_ids.up.sql
  ALTER TABLE orders ALTER COLUMN id TYPE bigint;
--                                   ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_big_ids.down.sql
  ALTER TABLE orders ALTER COLUMN id TYPE integer;
-- fix: Fill a new column beside it and swap the names, in new migrations
-- file: 000002_big_ids.up.sql
  ALTER TABLE orders ADD COLUMN id_new bigint;
  CREATE FUNCTION orders_id_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_id_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_id_new_sync();
-- file: 000002_big_ids.down.sql
  DROP TRIGGER orders_id_new_sync ON orders;
  DROP FUNCTION orders_id_new_sync();
  ALTER TABLE orders DROP COLUMN id_new;
-- file: 000003_backfill_orders_id.up.sql
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
      UPDATE orders SET id_new = id WHERE id BETWEEN batch_start AND batch_end AND id_new IS NULL AND id IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_id.down.sql
  -- Nothing to undo.
-- file: 000004_build_orders_pkey_new.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY orders_pkey_new ON orders (id_new);
-- file: 000004_build_orders_pkey_new.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS orders_pkey_new;
-- file: 000005_add_orders_id_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_id_new_not_null_check CHECK (id_new IS NOT NULL) NOT VALID;
-- file: 000005_add_orders_id_new_not_null.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_id_new_not_null_check;
-- file: 000006_validate_orders_id_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_id_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN id_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_id_new_not_null_check;
-- file: 000006_validate_orders_id_new_not_null.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_id_new_not_null_check CHECK (id_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN id_new DROP NOT NULL;
-- file: 000007_swap_orders_id.up.sql
  DROP TRIGGER orders_id_new_sync ON orders;
  DROP FUNCTION orders_id_new_sync();
  ALTER TABLE orders RENAME COLUMN id TO id_old;
  ALTER TABLE orders RENAME COLUMN id_new TO id;
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_pkey_new;
  DO $$
  DECLARE
    following bigint := nextval(pg_get_serial_sequence('orders', 'id_old'));
  BEGIN
    ALTER TABLE orders ALTER COLUMN id_old DROP IDENTITY;
    ALTER TABLE orders ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 7000);
    PERFORM setval(pg_get_serial_sequence('orders', 'id'), following, false);
  END
  $$;
  ALTER TABLE orders ALTER COLUMN id_old DROP NOT NULL;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';
-- file: 000007_swap_orders_id.down.sql
  COMMENT ON COLUMN orders.id_old IS NULL;
  UPDATE orders SET id_old = id WHERE id_old::bigint::text IS DISTINCT FROM id::text;
  ALTER TABLE orders RENAME COLUMN id TO id_new;
  ALTER TABLE orders RENAME COLUMN id_old TO id;
  ALTER TABLE orders ALTER COLUMN id SET NOT NULL;
  DO $$
  DECLARE
    following bigint := nextval(pg_get_serial_sequence('orders', 'id_new'));
  BEGIN
    ALTER TABLE orders ALTER COLUMN id_new DROP IDENTITY;
    ALTER TABLE orders ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 7000);
    PERFORM setval(pg_get_serial_sequence('orders', 'id'), following, false);
  END
  $$;
  -- The constraint takes its index along: writes wait until both are built.
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
  CREATE UNIQUE INDEX orders_pkey_new ON orders (id_new);
  CREATE FUNCTION orders_id_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_id_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_id_new_sync();
-- file: 000008_drop_orders_id_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN id_old;
-- file: 000008_drop_orders_id_old.down.sql
  ALTER TABLE orders ADD COLUMN id_old integer;
  UPDATE orders SET id_old = id;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';

-- bad: several, one of which touches no row, and one that depends on the session
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20), placed date);
-- file: 0002_types.sql
  ALTER TABLE orders
    ALTER COLUMN code TYPE text,
    ALTER COLUMN placed SET DATA TYPE timestamptz USING placed::timestamptz;
--                      ^^^^^^^^^^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  ANALYZE orders;
-- fix: Fill a new column beside it and swap the names, in new migrations
  ALTER TABLE orders
    ALTER COLUMN code TYPE text;
  ALTER TABLE orders ADD COLUMN placed_new timestamptz;
  CREATE FUNCTION orders_placed_new_sync() RETURNS trigger LANGUAGE plpgsql SET timezone FROM CURRENT AS $$
  BEGIN
    NEW.placed_new := NEW.placed::timestamptz;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_placed_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_placed_new_sync();
  ANALYZE orders;
-- file: 0003_backfill_orders_placed.sql
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
      UPDATE orders SET placed_new = placed::timestamptz WHERE id BETWEEN batch_start AND batch_end AND placed_new IS NULL AND placed IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_swap_orders_placed.sql
  BEGIN;
  DROP TRIGGER orders_placed_new_sync ON orders;
  DROP FUNCTION orders_placed_new_sync();
  ALTER TABLE orders RENAME COLUMN placed TO placed_old;
  ALTER TABLE orders RENAME COLUMN placed_new TO placed;
  COMMENT ON COLUMN orders.placed_old IS 'DEPRECATED: a later release drops it';
  COMMIT;
-- file: 0005_drop_orders_placed_old.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN placed_old;

-- bad: on PostgreSQL 18, where NOT NULL has a name
-- given: golang-migrate, postgres 18
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id integer PRIMARY KEY, total integer CONSTRAINT total_is_there NOT NULL);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_totals.up.sql
  ALTER TABLE orders ALTER COLUMN id TYPE bigint, ALTER COLUMN total TYPE bigint;
--                                   ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
--                                                                   ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_totals.down.sql
  ALTER TABLE orders ALTER COLUMN id TYPE integer, ALTER COLUMN total TYPE integer;
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN id_new bigint;
  ALTER TABLE orders ADD COLUMN total_new bigint;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN id_new;
  ALTER TABLE orders DROP COLUMN total_new;
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET id_new = id, total_new = total WHERE id BETWEEN batch_start AND batch_end AND (id_new IS NULL AND id IS NOT NULL OR total_new IS NULL AND total IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_build_orders_pkey_new.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY orders_pkey_new ON orders (id_new);
-- file: 000004_build_orders_pkey_new.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS orders_pkey_new;
-- file: 000005_add_orders_id_new_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_id_new_not_null NOT NULL id_new NOT VALID;
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null NOT NULL total_new NOT VALID;
-- file: 000005_add_orders_id_new_total_new_not_null.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_id_new_not_null;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null;
-- file: 000006_validate_orders_id_new_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_id_new_not_null;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null;
-- file: 000006_validate_orders_id_new_total_new_not_null.down.sql
  -- Nothing to undo.
-- file: 000007_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN id TO id_old;
  ALTER TABLE orders RENAME COLUMN id_new TO id;
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_pkey_new;
  ALTER TABLE orders ALTER COLUMN id_old DROP NOT NULL;
  ALTER TABLE orders RENAME CONSTRAINT orders_id_new_not_null TO orders_id_not_null;
  ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;
  ALTER TABLE orders RENAME CONSTRAINT orders_total_new_not_null TO total_is_there;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
-- file: 000007_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.id_old IS NULL;
  COMMENT ON COLUMN orders.total_old IS NULL;
  UPDATE orders SET id_old = id WHERE id_old::bigint::text IS DISTINCT FROM id::text;
  UPDATE orders SET total_old = total WHERE total_old::bigint::text IS DISTINCT FROM total::text;
  ALTER TABLE orders RENAME COLUMN id TO id_new;
  ALTER TABLE orders RENAME COLUMN id_old TO id;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders RENAME CONSTRAINT total_is_there TO orders_total_new_not_null;
  ALTER TABLE orders ADD CONSTRAINT total_is_there NOT NULL total;
  ALTER TABLE orders RENAME CONSTRAINT orders_id_not_null TO orders_id_new_not_null;
  ALTER TABLE orders ALTER COLUMN id SET NOT NULL;
  -- The constraint takes its index along: writes wait until both are built.
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
  CREATE UNIQUE INDEX orders_pkey_new ON orders (id_new);
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000008_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN id_old;
  ALTER TABLE orders DROP COLUMN total_old;
-- file: 000008_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN id_old integer;
  ALTER TABLE orders ADD COLUMN total_old integer;
  UPDATE orders SET id_old = id;
  UPDATE orders SET total_old = total;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN id_new bigint;
  ALTER TABLE orders ADD COLUMN total_new bigint;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN id_new;
  ALTER TABLE orders DROP COLUMN total_new;
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET id_new = id, total_new = total WHERE id BETWEEN batch_start AND batch_end AND (id_new IS NULL AND id IS NOT NULL OR total_new IS NULL AND total IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_build_orders_pkey_new.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY orders_pkey_new ON orders (id_new);
-- file: 000004_build_orders_pkey_new.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS orders_pkey_new;
-- file: 000005_add_orders_id_new_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_id_new_not_null NOT NULL id_new NOT VALID;
  ALTER TABLE orders ADD CONSTRAINT orders_total_new_not_null NOT NULL total_new NOT VALID;
-- file: 000005_add_orders_id_new_total_new_not_null.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_id_new_not_null;
  ALTER TABLE orders DROP CONSTRAINT orders_total_new_not_null;
-- file: 000006_validate_orders_id_new_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_id_new_not_null;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_new_not_null;
-- file: 000006_validate_orders_id_new_total_new_not_null.down.sql
  -- Nothing to undo.
-- file: 000007_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN id TO id_old;
  ALTER TABLE orders RENAME COLUMN id_new TO id;
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_pkey_new;
  ALTER TABLE orders ALTER COLUMN id_old DROP NOT NULL;
  ALTER TABLE orders RENAME CONSTRAINT orders_id_new_not_null TO orders_id_not_null;
  ALTER TABLE orders ALTER COLUMN total_old DROP NOT NULL;
  ALTER TABLE orders RENAME CONSTRAINT orders_total_new_not_null TO total_is_there;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
-- file: 000007_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.id_old IS NULL;
  COMMENT ON COLUMN orders.total_old IS NULL;
  UPDATE orders SET id_old = id WHERE id_old::bigint::text IS DISTINCT FROM id::text;
  UPDATE orders SET total_old = total WHERE total_old::bigint::text IS DISTINCT FROM total::text;
  ALTER TABLE orders RENAME COLUMN id TO id_new;
  ALTER TABLE orders RENAME COLUMN id_old TO id;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders RENAME CONSTRAINT total_is_there TO orders_total_new_not_null;
  ALTER TABLE orders ADD CONSTRAINT total_is_there NOT NULL total;
  ALTER TABLE orders RENAME CONSTRAINT orders_id_not_null TO orders_id_new_not_null;
  ALTER TABLE orders ALTER COLUMN id SET NOT NULL;
  -- The constraint takes its index along: writes wait until both are built.
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
  CREATE UNIQUE INDEX orders_pkey_new ON orders (id_new);
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000008_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN id_old;
  ALTER TABLE orders DROP COLUMN total_old;
-- file: 000008_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN id_old integer;
  ALTER TABLE orders ADD COLUMN total_old integer;
  UPDATE orders SET id_old = id;
  UPDATE orders SET total_old = total;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';

-- bad: with what was said of the column, its indexes and its constraints
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, number integer NOT NULL UNIQUE, total integer CHECK (total > 0));
  CREATE INDEX orders_total_idx ON orders (total);
  ALTER TABLE orders ALTER COLUMN total SET STATISTICS 300, ALTER COLUMN total SET (n_distinct = 7);
  ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_number_key;
  CLUSTER orders USING orders_total_idx;
  COMMENT ON INDEX orders_total_idx IS 'for the report IS';
  COMMENT ON CONSTRAINT orders_total_check ON orders IS 'nobody pays nothing';
  COMMENT ON CONSTRAINT orders_number_key ON orders IS 'printed on the bill';
  CREATE TABLE offers (id bigint PRIMARY KEY, total integer CONSTRAINT orders_total_check CHECK (total > 0));
  COMMENT ON CONSTRAINT orders_total_check ON offers IS 'not orders_number_key';
-- file: 000001_orders.down.sql
  DROP TABLE orders, offers;
-- file: 000002_totals.up.sql
  ALTER TABLE orders ALTER COLUMN number TYPE bigint, ALTER COLUMN total TYPE bigint;
--                                       ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
--                                                                       ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_totals.down.sql
  ALTER TABLE orders ALTER COLUMN number TYPE integer, ALTER COLUMN total TYPE integer;
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN number_new bigint;
  ALTER TABLE orders ADD COLUMN total_new bigint;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.number_new := NEW.number;
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN number_new;
  ALTER TABLE orders DROP COLUMN total_new;
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET number_new = number, total_new = total WHERE id BETWEEN batch_start AND batch_end AND (number_new IS NULL AND number IS NOT NULL OR total_new IS NULL AND total IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_build_orders_total_idx_new.up.sql
  CREATE INDEX CONCURRENTLY orders_total_idx_new ON orders (total_new);
-- file: 000004_build_orders_total_idx_new.down.sql
  DROP INDEX CONCURRENTLY orders_total_idx_new;
-- file: 000005_build_orders_number_key_new.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY orders_number_key_new ON orders (number_new);
-- file: 000005_build_orders_number_key_new.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS orders_number_key_new;
-- file: 000006_add_orders_new_constraints.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_check_new CHECK (total_new > 0) NOT VALID;
  ALTER TABLE orders ADD CONSTRAINT orders_number_new_not_null_check CHECK (number_new IS NOT NULL) NOT VALID;
-- file: 000006_add_orders_new_constraints.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_total_check_new;
  ALTER TABLE orders DROP CONSTRAINT orders_number_new_not_null_check;
-- file: 000007_validate_orders_new_constraints.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check_new;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_number_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN number_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_number_new_not_null_check;
-- file: 000007_validate_orders_new_constraints.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_number_new_not_null_check CHECK (number_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN number_new DROP NOT NULL;
-- file: 000008_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN number TO number_old;
  ALTER TABLE orders RENAME COLUMN number_new TO number;
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER INDEX orders_total_idx RENAME TO orders_total_idx_old;
  ALTER INDEX orders_total_idx_new RENAME TO orders_total_idx;
  ALTER TABLE orders DROP CONSTRAINT orders_total_check;
  ALTER TABLE orders RENAME CONSTRAINT orders_total_check_new TO orders_total_check;
  ALTER TABLE orders DROP CONSTRAINT orders_number_key, ADD CONSTRAINT orders_number_key UNIQUE USING INDEX orders_number_key_new;
  ALTER TABLE orders ALTER COLUMN total SET STATISTICS 300;
  ALTER TABLE orders ALTER COLUMN total SET (n_distinct = 7);
  ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_number_key;
  ALTER TABLE orders CLUSTER ON orders_total_idx;
  COMMENT ON INDEX orders_total_idx IS 'for the report IS';
  COMMENT ON CONSTRAINT orders_total_check ON orders IS 'nobody pays nothing';
  COMMENT ON CONSTRAINT orders_number_key ON orders IS 'printed on the bill';
  ALTER TABLE orders ALTER COLUMN number_old DROP NOT NULL;
  COMMENT ON COLUMN orders.number_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
-- file: 000008_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.number_old IS NULL;
  COMMENT ON COLUMN orders.total_old IS NULL;
  UPDATE orders SET number_old = number WHERE number_old::bigint::text IS DISTINCT FROM number::text;
  UPDATE orders SET total_old = total WHERE total_old::bigint::text IS DISTINCT FROM total::text;
  ALTER TABLE orders RENAME COLUMN number TO number_new;
  ALTER TABLE orders RENAME COLUMN number_old TO number;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders ALTER COLUMN number SET NOT NULL;
  -- The constraint takes its index along: writes wait until both are built.
  ALTER TABLE orders DROP CONSTRAINT orders_number_key, ADD CONSTRAINT orders_number_key UNIQUE (number);
  CREATE UNIQUE INDEX orders_number_key_new ON orders (number_new);
  ALTER TABLE orders RENAME CONSTRAINT orders_total_check TO orders_total_check_new;
  ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0);
  ALTER INDEX orders_total_idx RENAME TO orders_total_idx_new;
  ALTER INDEX orders_total_idx_old RENAME TO orders_total_idx;
  ALTER TABLE orders ALTER COLUMN total SET STATISTICS 300;
  ALTER TABLE orders ALTER COLUMN total SET (n_distinct = 7);
  ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_number_key;
  ALTER TABLE orders CLUSTER ON orders_total_idx;
  COMMENT ON INDEX orders_total_idx IS 'for the report IS';
  COMMENT ON CONSTRAINT orders_total_check ON orders IS 'nobody pays nothing';
  COMMENT ON CONSTRAINT orders_number_key ON orders IS 'printed on the bill';
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.number_new := NEW.number;
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000009_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN number_old;
  ALTER TABLE orders DROP COLUMN total_old;
-- file: 000009_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN number_old integer;
  ALTER TABLE orders ADD COLUMN total_old integer;
  UPDATE orders SET number_old = number;
  UPDATE orders SET total_old = total;
  CREATE INDEX orders_total_idx_old ON orders (total_old);
  COMMENT ON COLUMN orders.number_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN number_new bigint;
  ALTER TABLE orders ADD COLUMN total_new bigint;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.number_new := NEW.number;
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN number_new;
  ALTER TABLE orders DROP COLUMN total_new;
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET number_new = number, total_new = total WHERE id BETWEEN batch_start AND batch_end AND (number_new IS NULL AND number IS NOT NULL OR total_new IS NULL AND total IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_build_orders_total_idx_new.up.sql
  CREATE INDEX CONCURRENTLY orders_total_idx_new ON orders (total_new);
-- file: 000004_build_orders_total_idx_new.down.sql
  DROP INDEX CONCURRENTLY orders_total_idx_new;
-- file: 000005_build_orders_number_key_new.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY orders_number_key_new ON orders (number_new);
-- file: 000005_build_orders_number_key_new.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS orders_number_key_new;
-- file: 000006_add_orders_new_constraints.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_total_check_new CHECK (total_new > 0) NOT VALID;
  ALTER TABLE orders ADD CONSTRAINT orders_number_new_not_null_check CHECK (number_new IS NOT NULL) NOT VALID;
-- file: 000006_add_orders_new_constraints.down.sql
  ALTER TABLE orders DROP CONSTRAINT orders_total_check_new;
  ALTER TABLE orders DROP CONSTRAINT orders_number_new_not_null_check;
-- file: 000007_validate_orders_new_constraints.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check_new;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_number_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN number_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_number_new_not_null_check;
-- file: 000007_validate_orders_new_constraints.down.sql
  ALTER TABLE orders ADD CONSTRAINT orders_number_new_not_null_check CHECK (number_new IS NOT NULL) NOT VALID;
  ALTER TABLE orders ALTER COLUMN number_new DROP NOT NULL;
-- file: 000008_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN number TO number_old;
  ALTER TABLE orders RENAME COLUMN number_new TO number;
  ALTER TABLE orders RENAME COLUMN total TO total_old;
  ALTER TABLE orders RENAME COLUMN total_new TO total;
  ALTER INDEX orders_total_idx RENAME TO orders_total_idx_old;
  ALTER INDEX orders_total_idx_new RENAME TO orders_total_idx;
  ALTER TABLE orders DROP CONSTRAINT orders_total_check;
  ALTER TABLE orders RENAME CONSTRAINT orders_total_check_new TO orders_total_check;
  ALTER TABLE orders DROP CONSTRAINT orders_number_key, ADD CONSTRAINT orders_number_key UNIQUE USING INDEX orders_number_key_new;
  ALTER TABLE orders ALTER COLUMN total SET STATISTICS 300;
  ALTER TABLE orders ALTER COLUMN total SET (n_distinct = 7);
  ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_number_key;
  ALTER TABLE orders CLUSTER ON orders_total_idx;
  COMMENT ON INDEX orders_total_idx IS 'for the report IS';
  COMMENT ON CONSTRAINT orders_total_check ON orders IS 'nobody pays nothing';
  COMMENT ON CONSTRAINT orders_number_key ON orders IS 'printed on the bill';
  ALTER TABLE orders ALTER COLUMN number_old DROP NOT NULL;
  COMMENT ON COLUMN orders.number_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';
-- file: 000008_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.number_old IS NULL;
  COMMENT ON COLUMN orders.total_old IS NULL;
  UPDATE orders SET number_old = number WHERE number_old::bigint::text IS DISTINCT FROM number::text;
  UPDATE orders SET total_old = total WHERE total_old::bigint::text IS DISTINCT FROM total::text;
  ALTER TABLE orders RENAME COLUMN number TO number_new;
  ALTER TABLE orders RENAME COLUMN number_old TO number;
  ALTER TABLE orders RENAME COLUMN total TO total_new;
  ALTER TABLE orders RENAME COLUMN total_old TO total;
  ALTER TABLE orders ALTER COLUMN number SET NOT NULL;
  -- The constraint takes its index along: writes wait until both are built.
  ALTER TABLE orders DROP CONSTRAINT orders_number_key, ADD CONSTRAINT orders_number_key UNIQUE (number);
  CREATE UNIQUE INDEX orders_number_key_new ON orders (number_new);
  ALTER TABLE orders RENAME CONSTRAINT orders_total_check TO orders_total_check_new;
  ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0);
  ALTER INDEX orders_total_idx RENAME TO orders_total_idx_new;
  ALTER INDEX orders_total_idx_old RENAME TO orders_total_idx;
  ALTER TABLE orders ALTER COLUMN total SET STATISTICS 300;
  ALTER TABLE orders ALTER COLUMN total SET (n_distinct = 7);
  ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_number_key;
  ALTER TABLE orders CLUSTER ON orders_total_idx;
  COMMENT ON INDEX orders_total_idx IS 'for the report IS';
  COMMENT ON CONSTRAINT orders_total_check ON orders IS 'nobody pays nothing';
  COMMENT ON CONSTRAINT orders_number_key ON orders IS 'printed on the bill';
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.number_new := NEW.number;
    NEW.total_new := NEW.total;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000009_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN number_old;
  ALTER TABLE orders DROP COLUMN total_old;
-- file: 000009_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN number_old integer;
  ALTER TABLE orders ADD COLUMN total_old integer;
  UPDATE orders SET number_old = number;
  UPDATE orders SET total_old = total;
  CREATE INDEX orders_total_idx_old ON orders (total_old);
  COMMENT ON COLUMN orders.number_old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.total_old IS 'DEPRECATED: a later release drops it';

-- bad: names that leave no room for others, of which one is cut
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    the_total_of_all_that_the_customer_has_ordered_in_our_shop_älter integer,
--  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [identifier-cut: identifier "the_total_of_all_that_the_customer_has_ordered_in_our_shop_älter" is cut to "the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält"]
    the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb integer,
    the_total_of_all_that_the_customer_has_ordered_in_our_shop__new text
  );
  CREATE INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx
    ON orders (the_total_of_all_that_the_customer_has_ordered_in_our_shop_älter);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_totals.up.sql
  ALTER TABLE orders
    ALTER COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_älter TYPE bigint,
--               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [identifier-cut: identifier "the_total_of_all_that_the_customer_has_ordered_in_our_shop_älter" is cut to "the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält"]
--                                                                                ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
    ALTER COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb TYPE bigint;
--                                                                             ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_totals.down.sql
  ALTER TABLE orders
    ALTER COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_älter TYPE integer,
    ALTER COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb TYPE integer;
-- fix: Write the name as PostgreSQL keeps it
-- file: 000001_orders.up.sql
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält integer,
    the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb integer,
    the_total_of_all_that_the_customer_has_ordered_in_our_shop__new text
  );
  CREATE INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx
    ON orders (the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält);
-- fix: Write the name as PostgreSQL keeps it
-- file: 000002_totals.up.sql
  ALTER TABLE orders
    ALTER COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält TYPE bigint,
    ALTER COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb TYPE bigint;
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 bigint;
  ALTER TABLE orders ADD COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 bigint;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 := NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
    NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 := NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1;
  ALTER TABLE orders DROP COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2;
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 = the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält, the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 = the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb WHERE id BETWEEN batch_start AND batch_end AND (the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 IS NULL AND the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält IS NOT NULL OR the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 IS NULL AND the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_build_the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1.up.sql
  CREATE INDEX CONCURRENTLY the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1
    ON orders (the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1);
-- file: 000004_build_the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1.down.sql
  DROP INDEX CONCURRENTLY the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1;
-- file: 000005_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält TO the_total_of_all_that_the_customer_has_ordered_in_our_shop__old;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
  ALTER INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx RENAME TO the_total_of_all_that_the_customer_has_ordered_in_our_shop__old;
  ALTER INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 RENAME TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx;
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop__old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 IS 'DEPRECATED: a later release drops it';
-- file: 000005_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop__old IS NULL;
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 IS NULL;
  UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop__old = the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält WHERE the_total_of_all_that_the_customer_has_ordered_in_our_shop__old::bigint::text IS DISTINCT FROM the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält::text;
  UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 = the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb WHERE the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1::bigint::text IS DISTINCT FROM the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb::text;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop__old TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
  ALTER INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx RENAME TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1;
  ALTER INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop__old RENAME TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 := NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
    NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 := NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000006_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop__old;
  ALTER TABLE orders DROP COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1;
-- file: 000006_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop__old integer;
  ALTER TABLE orders ADD COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 integer;
  UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop__old = the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
  UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 = the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
  CREATE INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop__old
    ON orders (the_total_of_all_that_the_customer_has_ordered_in_our_shop__old);
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop__old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 IS 'DEPRECATED: a later release drops it';
-- fix: Fill new columns beside them and swap the names, in new migrations
-- file: 000002_totals.up.sql
  ALTER TABLE orders ADD COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 bigint;
  ALTER TABLE orders ADD COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 bigint;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 := NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
    NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 := NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000002_totals.down.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders DROP COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1;
  ALTER TABLE orders DROP COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2;
-- file: 000003_backfill_orders_columns.up.sql
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
      UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 = the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält, the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 = the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb WHERE id BETWEEN batch_start AND batch_end AND (the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 IS NULL AND the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält IS NOT NULL OR the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 IS NULL AND the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb IS NOT NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_orders_columns.down.sql
  -- Nothing to undo.
-- file: 000004_build_the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1.up.sql
  CREATE INDEX CONCURRENTLY the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1
    ON orders (the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1);
-- file: 000004_build_the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1.down.sql
  DROP INDEX CONCURRENTLY the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1;
-- file: 000005_swap_orders_columns.up.sql
  DROP TRIGGER orders_columns_new_sync ON orders;
  DROP FUNCTION orders_columns_new_sync();
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält TO the_total_of_all_that_the_customer_has_ordered_in_our_shop__old;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
  ALTER INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx RENAME TO the_total_of_all_that_the_customer_has_ordered_in_our_shop__old;
  ALTER INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 RENAME TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx;
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop__old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 IS 'DEPRECATED: a later release drops it';
-- file: 000005_swap_orders_columns.down.sql
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop__old IS NULL;
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 IS NULL;
  UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop__old = the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält WHERE the_total_of_all_that_the_customer_has_ordered_in_our_shop__old::bigint::text IS DISTINCT FROM the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält::text;
  UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 = the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb WHERE the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1::bigint::text IS DISTINCT FROM the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb::text;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop__old TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2;
  ALTER TABLE orders RENAME COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
  ALTER INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx RENAME TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1;
  ALTER INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop__old RENAME TO the_total_of_all_that_the_customer_has_ordered_in_our_shop_idx;
  CREATE FUNCTION orders_columns_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_new1 := NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
    NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_new2 := NEW.the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_columns_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_columns_new_sync();
-- file: 000006_drop_orders_columns_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop__old;
  ALTER TABLE orders DROP COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1;
-- file: 000006_drop_orders_columns_old.down.sql
  ALTER TABLE orders ADD COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop__old integer;
  ALTER TABLE orders ADD COLUMN the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 integer;
  UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop__old = the_total_of_all_that_the_customer_has_ordered_in_our_shop_ält;
  UPDATE orders SET the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 = the_total_of_all_that_the_customer_has_ordered_in_our_shop_äb;
  CREATE INDEX the_total_of_all_that_the_customer_has_ordered_in_our_shop__old
    ON orders (the_total_of_all_that_the_customer_has_ordered_in_our_shop__old);
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop__old IS 'DEPRECATED: a later release drops it';
  COMMENT ON COLUMN orders.the_total_of_all_that_the_customer_has_ordered_in_our_shop_old1 IS 'DEPRECATED: a later release drops it';

-- bad: two columns, of which one would keep its bytes in UTC: by itself that mends nothing
-- file: 0001_visits.sql
  CREATE TABLE visits (id bigint PRIMARY KEY, pages integer, at timestamp);
-- file: 0002_wider.sql
  ALTER TABLE visits ALTER COLUMN pages TYPE bigint, ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE 'UTC';
--                                      ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "visits" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
--                                                                   ^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "visits" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Fill a new column beside it and swap the names, in new migrations
  ALTER TABLE visits ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE 'UTC';
  ALTER TABLE visits ADD COLUMN pages_new bigint;
  CREATE FUNCTION visits_pages_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.pages_new := NEW.pages;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER visits_pages_new_sync BEFORE INSERT OR UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION visits_pages_new_sync();
-- file: 0003_backfill_visits_pages.sql
  DO $$
  DECLARE
    batch_start visits.id%TYPE;
    batch_end visits.id%TYPE;
    last_key visits.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM visits ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM visits ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM visits WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE visits SET pages_new = pages WHERE id BETWEEN batch_start AND batch_end AND pages_new IS NULL AND pages IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM visits WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_swap_visits_pages.sql
  BEGIN;
  DROP TRIGGER visits_pages_new_sync ON visits;
  DROP FUNCTION visits_pages_new_sync();
  ALTER TABLE visits RENAME COLUMN pages TO pages_old;
  ALTER TABLE visits RENAME COLUMN pages_new TO pages;
  COMMENT ON COLUMN visits.pages_old IS 'DEPRECATED: a later release drops it';
  COMMIT;
-- file: 0005_drop_visits_pages_old.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE visits DROP COLUMN pages_old;
