import { retypedInSteps } from '../fixes/retyped-in-steps'
import { isTakenAsUtc, takenAsUtc } from '../fixes/taken-as-utc'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { tableWithRows } from '../judgement/emptied'
import { modeOn, type SubcommandOfKind, subcommandsOf, whoWaits } from '../judgement/target'
import { asTable, columnNamed, relationNamed } from '../postgres/catalog'
import { typeChange } from '../postgres/types'
import type { Name } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'column-type-rewrite',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('ALTER COLUMN TYPE'),
  why: `
\`ALTER COLUMN ... TYPE\` takes \`ACCESS EXCLUSIVE\`. Where the stored values change, PostgreSQL writes the whole table and its
indexes anew under that lock; where they stay but compare differently, it builds the indexes on the column anew; where a
constraint must be looked at again, it reads every row. Nothing reads or writes the table meanwhile. Sessions that have prepared
\`SELECT *\` from the table fail with "cached plan must not change result type" until they prepare it anew.

Nothing is said of a table that the same migration makes or the same transaction empties with \`TRUNCATE\`, and of changes that
touch no row: a longer \`varchar\`, \`varchar\` to \`text\`, a \`numeric\` with more digits and
the same scale, and the others that PostgreSQL can prove to be the same bytes. Where the history does not show the
column's present type, the finding is a warning and says so; information, once for each file, where the new one is
\`text\` or \`varchar\`, which mostly follows a shorter \`varchar\`, or \`numeric\` of any number of digits.`,
  instead: `
Add a new column of the wanted type, keep both up to date with a trigger, fill it in batches, build its indexes and prove its
constraints, and swap the names in a short transaction; drop the old column in a later migration. The new column is then the last
of the table. From \`timestamp\` to \`timestamptz\` and back no row is touched where
\`SET LOCAL timezone = 'UTC'\` stands before and there is no \`USING\`: the values are taken as UTC.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DATA-TYPE', 'sql-altertable.html#SQL-ALTERTABLE-NOTES'],
  seeds: ['change a type by a new column and a copy'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    const changes = [...subcommandsOf(alter, context, 'ALTER COLUMN TYPE')]
    for (const { subcommand, effects } of changes) {
      const mode = modeOn(effects, target.relation)
      const work = workOf(effects, target.label)
      if (!work || !mode) continue
      const isUnknown = effects.unknown.length > 0
      if (isUnknown && !target.table?.columnsKnown && isFreeByOtherName(alter.relation, subcommand, context)) continue
      yield {
        at: { start: subcommand.keywords.start, end: subcommand.type.span.end },
        message: `ALTER COLUMN TYPE ${isUnknown ? work.may : work.does} under ${mode}: ${whoWaits(mode)} until it is done`,
        detail: isUnknown
          ? effects.unknown.join(' ')
          : 'The time it takes grows with the table, and the statistics of the column are gone until the table is analyzed.',
        hint: 'Add a column of the new type, fill it in batches while a trigger keeps it up to date, then swap the names.',
        relation: target.relation,
        severity: isUnknown ? (isWider(subcommand) ? 'information' : 'warning') : undefined,
        mostInFile: isUnknown && isWider(subcommand) ? 1 : undefined,
        fixes: () => {
          if (isTakenAsUtc(subcommand, target, context)) return takenAsUtc(alter, subcommand, target, context)
          // All that the statement rewrites the table for, together: the rows are filled once.
          const alike = changes.filter(
            other => !!workOf(other.effects, target.label) && !isTakenAsUtc(other.subcommand, target, context),
          )
          return retypedInSteps(
            alter,
            alike.map(other => other.subcommand),
            target,
            context,
          )
        },
      }
    }
  },

  examples: `
-- bad: other values
-- shows: column type change that rewrites the table
-- file: 0001_orders.sql
  CREATE TABLE orders (id integer PRIMARY KEY, total numeric);
-- file: 0002_big_ids.sql
  ALTER TABLE orders ALTER COLUMN id TYPE bigint;
--                                   ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Fill a new column beside it and swap the names, in new migrations
  ALTER TABLE orders ADD COLUMN id_new bigint;
  CREATE FUNCTION orders_id_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.id_new := NEW.id;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_id_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_id_new_sync();
-- file: 0003_backfill_orders_id.sql
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
-- file: 0004_build_orders_pkey_new.sql
  CREATE UNIQUE INDEX CONCURRENTLY orders_pkey_new ON orders (id_new);
-- file: 0005_add_orders_id_new_not_null.sql
  ALTER TABLE orders ADD CONSTRAINT orders_id_new_not_null_check CHECK (id_new IS NOT NULL) NOT VALID;
-- file: 0006_validate_orders_id_new_not_null.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_id_new_not_null_check;
  ALTER TABLE orders ALTER COLUMN id_new SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT orders_id_new_not_null_check;
-- file: 0007_swap_orders_id.sql
  BEGIN;
  DROP TRIGGER orders_id_new_sync ON orders;
  DROP FUNCTION orders_id_new_sync();
  ALTER TABLE orders RENAME COLUMN id TO id_old;
  ALTER TABLE orders RENAME COLUMN id_new TO id;
  ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_pkey_new;
  ALTER TABLE orders ALTER COLUMN id_old DROP NOT NULL;
  COMMENT ON COLUMN orders.id_old IS 'DEPRECATED: a later release drops it';
  COMMIT;
-- file: 0008_drop_orders_id_old.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN id_old;

-- bad: a column that nothing hangs on
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, "Total" integer NOT NULL, placed text);
-- file: 000002_totals.up.sql
  ALTER TABLE orders ALTER COLUMN "Total" TYPE bigint;
--                                        ^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Fill a new column beside it and swap the names, in new migrations
  ALTER TABLE orders ADD COLUMN "Total_new" bigint;
  CREATE FUNCTION "orders_Total_new_sync"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW."Total_new" := NEW."Total";
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER "orders_Total_new_sync" BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION "orders_Total_new_sync"();
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
      UPDATE orders SET "Total_new" = "Total" WHERE id BETWEEN batch_start AND batch_end AND "Total_new" IS NULL AND "Total" IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000004_add_orders_total_new_not_null.up.sql
  ALTER TABLE orders ADD CONSTRAINT "orders_Total_new_not_null_check" CHECK ("Total_new" IS NOT NULL) NOT VALID;
-- file: 000005_validate_orders_total_new_not_null.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT "orders_Total_new_not_null_check";
  ALTER TABLE orders ALTER COLUMN "Total_new" SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT "orders_Total_new_not_null_check";
-- file: 000006_swap_orders_total.up.sql
  DROP TRIGGER "orders_Total_new_sync" ON orders;
  DROP FUNCTION "orders_Total_new_sync"();
  ALTER TABLE orders RENAME COLUMN "Total" TO "Total_old";
  ALTER TABLE orders RENAME COLUMN "Total_new" TO "Total";
  ALTER TABLE orders ALTER COLUMN "Total_old" DROP NOT NULL;
  COMMENT ON COLUMN orders."Total_old" IS 'DEPRECATED: a later release drops it';
-- file: 000007_drop_orders_total_old.up.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN "Total_old";

-- bad: with a cast of its own
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, number integer);
-- file: 00002_number.sql
  -- +goose Up
  -- +goose StatementBegin
  ALTER TABLE orders ALTER COLUMN number TYPE text USING number::text;
--                                       ^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE rewrites table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  -- +goose StatementEnd
-- fix: Fill a new column beside it and swap the names, in new migrations
  -- +goose Up
  -- +goose StatementBegin
  ALTER TABLE orders ADD COLUMN number_new text;
  CREATE FUNCTION orders_number_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.number_new := NEW.number::text;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_number_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_number_new_sync();
  -- +goose StatementEnd
-- file: 00003_backfill_orders_number.sql
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
      UPDATE orders SET number_new = number::text WHERE id BETWEEN batch_start AND batch_end AND number_new IS NULL AND number IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd

  -- +goose Down
  -- Nothing to undo.
-- file: 00004_swap_orders_number.sql
  -- +goose Up
  DROP TRIGGER orders_number_new_sync ON orders;
  DROP FUNCTION orders_number_new_sync();
  ALTER TABLE orders RENAME COLUMN number TO number_old;
  ALTER TABLE orders RENAME COLUMN number_new TO number;
  COMMENT ON COLUMN orders.number_old IS 'DEPRECATED: a later release drops it';

  -- +goose Down
  COMMENT ON COLUMN orders.number_old IS NULL;
  UPDATE orders SET number_old = number::integer WHERE number_old::text IS DISTINCT FROM number::text;
  ALTER TABLE orders RENAME COLUMN number TO number_new;
  ALTER TABLE orders RENAME COLUMN number_old TO number;
  -- +goose StatementBegin
  CREATE FUNCTION orders_number_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.number_new := NEW.number::text;
    RETURN NEW;
  END
  $$;
  -- +goose StatementEnd
  CREATE TRIGGER orders_number_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_number_new_sync();
-- file: 00005_drop_orders_number_old.sql
  -- +goose Up
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN number_old;

  -- +goose Down
  ALTER TABLE orders ADD COLUMN number_old integer;
  UPDATE orders SET number_old = number::integer;
  COMMENT ON COLUMN orders.number_old IS 'DEPRECATED: a later release drops it';

-- bad: the time zone of the session decides
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, placed timestamp);
-- file: 0002_zone.sql
  ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;
--                                       ^^^^^^^^^^^^^^^^ warning [column-type-rewrite: ALTER COLUMN TYPE may rewrite table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Take the values as UTC, which keeps their bytes
  BEGIN;
  SET LOCAL timezone = 'UTC';
  ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;
  COMMIT;

-- bad: the rows stay, but for what hangs on them
-- shows: column type change that checks rows again
-- shows: change of a collation, which builds indexes anew
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20) CHECK (code <> ''), town text);
  CREATE INDEX orders_town_idx ON orders (town);
-- file: 0002_types.sql
  ALTER TABLE orders ALTER COLUMN code TYPE varchar(40);
--                                     ^^^^^^^^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE reads every row of table "orders" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  ALTER TABLE orders ALTER COLUMN town TYPE text COLLATE "C";
--                                     ^^^^^^^^^ error [column-type-rewrite: ALTER COLUMN TYPE builds index "orders_town_idx" of table "orders" anew under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Fill a new column beside it and swap the names, in new migrations
  ALTER TABLE orders ADD COLUMN code_new varchar(40);
  CREATE FUNCTION orders_code_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.code_new := NEW.code;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_code_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_code_new_sync();
  ALTER TABLE orders ALTER COLUMN town TYPE text COLLATE "C";
-- file: 0003_backfill_orders_code.sql
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
      UPDATE orders SET code_new = code WHERE id BETWEEN batch_start AND batch_end AND code_new IS NULL AND code IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_add_orders_code_check_new.sql
  ALTER TABLE orders ADD CONSTRAINT orders_code_check_new CHECK (code_new <> '') NOT VALID;
-- file: 0005_validate_orders_code_check_new.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_code_check_new;
-- file: 0006_swap_orders_code.sql
  BEGIN;
  DROP TRIGGER orders_code_new_sync ON orders;
  DROP FUNCTION orders_code_new_sync();
  ALTER TABLE orders RENAME COLUMN code TO code_old;
  ALTER TABLE orders RENAME COLUMN code_new TO code;
  ALTER TABLE orders DROP CONSTRAINT orders_code_check;
  ALTER TABLE orders RENAME CONSTRAINT orders_code_check_new TO orders_code_check;
  COMMENT ON COLUMN orders.code_old IS 'DEPRECATED: a later release drops it';
  COMMIT;
-- file: 0007_drop_orders_code_old.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN code_old;
-- fix: Fill a new column beside it and swap the names, in new migrations
  ALTER TABLE orders ALTER COLUMN code TYPE varchar(40);
  ALTER TABLE orders ADD COLUMN town_new text COLLATE "C";
  CREATE FUNCTION orders_town_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.town_new := NEW.town;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER orders_town_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_town_new_sync();
-- file: 0003_backfill_orders_town.sql
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
      UPDATE orders SET town_new = town WHERE id BETWEEN batch_start AND batch_end AND town_new IS NULL AND town IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_build_orders_town_idx_new.sql
  CREATE INDEX CONCURRENTLY orders_town_idx_new ON orders (town_new);
-- file: 0005_swap_orders_town.sql
  BEGIN;
  DROP TRIGGER orders_town_new_sync ON orders;
  DROP FUNCTION orders_town_new_sync();
  ALTER TABLE orders RENAME COLUMN town TO town_old;
  ALTER TABLE orders RENAME COLUMN town_new TO town;
  ALTER INDEX orders_town_idx RENAME TO orders_town_idx_old;
  ALTER INDEX orders_town_idx_new RENAME TO orders_town_idx;
  COMMENT ON COLUMN orders.town_old IS 'DEPRECATED: a later release drops it';
  COMMIT;
-- file: 0006_drop_orders_town_old.sql
  -- For a later release, when nobody needs the old values.
  ALTER TABLE orders DROP COLUMN town_old;

-- good: the same bytes
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20), code varchar(8), balance numeric(10, 2));
-- file: 0002_wider.sql
  ALTER TABLE users
    ALTER COLUMN name TYPE varchar(200),
    ALTER COLUMN code TYPE text,
    ALTER COLUMN balance TYPE numeric(14, 2);
  ANALYZE users;

-- good: a table that an earlier migration names without the schema in which the tool works
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20));
-- file: 0002_wider.sql
  ALTER TABLE app.users ALTER COLUMN name TYPE varchar(200);
  ALTER TABLE app.users ALTER COLUMN name TYPE text;
  ANALYZE app.users;

-- good: in UTC both timestamps are the same
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, placed timestamp);
-- file: 0002_zone.sql
  SET timezone = 'UTC';
  ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;
  ANALYZE orders;

-- good: a table of the same migration
  CREATE TABLE orders (id integer PRIMARY KEY);
  ALTER TABLE orders ALTER COLUMN id TYPE bigint;
`,
})

/**
 * Whether the change is free for a table that the history knows by its bare name, of a schema that no migration makes: the tool's
 * search_path may begin with that schema, and both names mean one table.
 */
function isFreeByOtherName(
  { schema, name }: Name,
  { column, type, using }: SubcommandOfKind<'ALTER COLUMN TYPE'>,
  { catalog, transaction }: RuleContext,
): boolean {
  if (schema === undefined || catalog.schemas?.has(schema)) return false
  const from = columnNamed(asTable(relationNamed(catalog, { name })), column.name)?.type
  const request = { column: column.name, from, to: type, ...(using && { using }) }
  return from !== undefined && typeChange(request, catalog, transaction.parameters).effect === 'none'
}

/** What most columns of these types have been before is a shorter one. */
const isWider = ({ type, using }: SubcommandOfKind<'ALTER COLUMN TYPE'>): boolean =>
  !using &&
  type.dimensions === 0 &&
  (type.name === 'text' || type.name === 'varchar' || (type.name === 'numeric' && type.modifiers.length === 0))

function workOf(
  effects: { rewrites: readonly string[]; builds: readonly string[]; scans: readonly string[] },
  label: string,
): { does: string; may: string } | undefined {
  if (effects.rewrites.length > 0) return { does: `rewrites ${label}`, may: `may rewrite ${label}` }
  if (effects.builds.length > 0) {
    const indexes = effects.builds.map(name => `"${name}"`).join(', ')
    const what = `${effects.builds.length > 1 ? 'indexes' : 'index'} ${indexes}`
    return { does: `builds ${what} of ${label} anew`, may: `may build ${what} of ${label} anew` }
  }
  if (effects.scans.length > 0) return { does: `reads every row of ${label}`, may: `may read every row of ${label}` }
  return undefined
}
