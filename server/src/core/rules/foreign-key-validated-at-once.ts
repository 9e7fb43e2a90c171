import { validatedLater } from '../fixes/constraints'
import { definesConstraint } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { tableWithRows } from '../judgement/emptied'
import { readersToo } from '../judgement/held-lock'
import { inQuotes, isNew, modeOn, subcommandsOf, touches, whoWaits } from '../judgement/target'
import { hintForLater } from '../judgement/tool-hints'
import { keyOf } from '../postgres/catalog'
import type { Effects } from '../postgres/effects'
import { blocksReads, type LockMode } from '../postgres/locks'
import type { Name } from '../sql/parts'
import type { Subcommand } from '../sql/subcommands'
import { defineRule } from './rule'

export default defineRule({
  id: 'foreign-key-validated-at-once',
  risk: 'locking',
  severity: 'error',
  mends: 'blocks',
  on: ['ALTER TABLE'],
  concerns: definesConstraint(({ kind }) => kind === 'FOREIGN KEY'),
  why: `
Adding a foreign key takes \`SHARE ROW EXCLUSIVE\` on both tables and then checks every row that is there. Reads go on;
every \`INSERT\`, \`UPDATE\` and \`DELETE\` on either table waits until the check is done. Inside \`ADD COLUMN\` the column's own
table is locked with \`ACCESS EXCLUSIVE\`: reads wait too.

Nothing is said of a table that the same migration makes or the same transaction empties with \`TRUNCATE\`, of a new
column without a default (all its values are null, and nothing is read), and of \`NOT VALID\`.`,
  instead: `
Add the constraint \`NOT VALID\`: new rows are checked from then on, and the locks are held for a moment only. Then
\`VALIDATE CONSTRAINT\`, in a later transaction: it reads the rows under \`SHARE UPDATE EXCLUSIVE\`, while writes go on. In the
same transaction it would buy nothing, because the first lock is held until the end.

On a partitioned table \`NOT VALID\` foreign keys exist since PostgreSQL 18.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT', 'sql-altertable.html#SQL-ALTERTABLE-NOTES'],
  seeds: ['add a foreign key NOT VALID, validate it later'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'ADD CONSTRAINT', 'ADD COLUMN')) {
      if (!touches(effects.scans, target) || effects.rewrites.length > 0 || isBuild(subcommand, effects)) continue
      const definition =
        subcommand.kind === 'ADD CONSTRAINT'
          ? subcommand.constraint
          : subcommand.column.constraints.find(({ kind }) => kind === 'FOREIGN KEY')
      if (definition?.kind !== 'FOREIGN KEY' || !definition.references) continue
      const mode = modeOn(effects, target.relation)
      if (!mode) continue
      const isPartitioned = target.table?.kind === 'partitioned table'
      yield {
        at: definition.keywords,
        message: `ADD FOREIGN KEY takes ${waits(alter.relation, definition.references.table, effects, mode, context)} until every row is checked`,
        detail: `Every row of ${target.label} is checked against ${inQuotes(definition.references.table)}, so the wait grows with the table.${blocksReads(mode) ? '' : readersToo(target, context)}`,
        hint:
          isPartitioned && context.settings.postgres < 18
            ? 'Before PostgreSQL 18 a foreign key of a partitioned table cannot be NOT VALID: add it to each partition first.'
            : hintForLater(
                'Add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction: writes go on while rows are checked.',
                context,
              ),
        relation: target.relation,
        fixes: () =>
          isPartitioned && context.settings.postgres < 18 ? [] : validatedLater(alter, place, definition, context),
      }
    }
  },

  examples: `
-- bad: both tables are in use
-- shows: foreign key added with a check of all rows, under a lock on both tables
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE INDEX ON orders (user_id);
-- file: 0002_orders_user.sql
  ALTER TABLE orders
    ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
--                                ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on tables "orders" and "users": INSERT, UPDATE and DELETE wait until every row is checked]
-- fix: Add it NOT VALID and validate it in the next statement
  ALTER TABLE orders
    ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_fk;

-- bad: without a name, among other subcommands
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE INDEX ON orders (user_id);
-- file: 000002_orders_user.up.sql
  ALTER TABLE orders
    ADD COLUMN note text, -- free text
    ADD FOREIGN KEY (user_id) REFERENCES users DEFERRABLE INITIALLY DEFERRED,
--      ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on tables "orders" and "users": INSERT, UPDATE and DELETE wait until every row is checked]
    ALTER COLUMN note SET DEFAULT '';
-- fix: Add it NOT VALID and validate it in a new migration
  ALTER TABLE orders
    ADD COLUMN note text, -- free text
    ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users DEFERRABLE INITIALLY DEFERRED NOT VALID,
    ALTER COLUMN note SET DEFAULT '';
-- file: 000003_validate_orders_user_id_fkey.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;

-- bad: inside ADD COLUMN, which locks its own table more
-- shows: foreign key inside \`ADD COLUMN\` with a default
-- file: 0001_orders.sql
  CREATE TABLE shops (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_orders_shop.sql
  ALTER TABLE orders
    ADD COLUMN shop_id bigint DEFAULT 1 REFERENCES shops (id) DEFERRABLE INITIALLY DEFERRED NOT NULL;
--                                      ^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes ACCESS EXCLUSIVE on table "orders" and SHARE ROW EXCLUSIVE on table "shops": reads of "orders" and writes to both wait until every row is checked]
--                                      ^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "shop_id" of table "orders": DELETE and key UPDATE on "shops" read the whole table]
-- fix: Add it NOT VALID and validate it in the next statement
  ALTER TABLE orders
    ADD COLUMN shop_id bigint DEFAULT 1 NOT NULL,
    ADD CONSTRAINT orders_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops (id) DEFERRABLE INITIALLY DEFERRED NOT VALID;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_shop_id_fkey;
-- fix: Create an index in a new migration
-- file: 0003_create_orders_shop_id_idx.sql
  CREATE INDEX CONCURRENTLY orders_shop_id_idx ON orders (shop_id);

-- bad: to itself
-- file: 0001_folders.sql
  CREATE TABLE folders (id bigint PRIMARY KEY, parent_id bigint);
  CREATE INDEX ON folders (parent_id);
-- file: 0002_parent.sql
  BEGIN;
  ALTER TABLE folders ADD CONSTRAINT folders_parent_fk FOREIGN KEY (parent_id) REFERENCES folders (id);
--                                                     ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on table "folders": INSERT, UPDATE and DELETE wait until every row is checked]
  COMMIT;
-- fix: Add it NOT VALID and validate it after COMMIT
  BEGIN;
  ALTER TABLE folders ADD CONSTRAINT folders_parent_fk FOREIGN KEY (parent_id) REFERENCES folders (id) NOT VALID;
  COMMIT;
  ALTER TABLE folders VALIDATE CONSTRAINT folders_parent_fk;

-- bad: the referenced table is new, the referencing one is not
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, shop_id bigint);
  CREATE INDEX ON orders (shop_id);
-- file: 00002_shops.sql
  -- +goose Up
  CREATE TABLE shops (id bigint PRIMARY KEY);
  INSERT INTO shops (id) SELECT DISTINCT shop_id FROM orders WHERE shop_id IS NOT NULL;
  ALTER TABLE orders ADD CONSTRAINT orders_shop_fk FOREIGN KEY (shop_id) REFERENCES shops (id);
--                                                 ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on table "orders": INSERT, UPDATE and DELETE wait until every row is checked]
-- fix: Add it NOT VALID and validate it in a new migration
  -- +goose Up
  CREATE TABLE shops (id bigint PRIMARY KEY);
  INSERT INTO shops (id) SELECT DISTINCT shop_id FROM orders WHERE shop_id IS NOT NULL;
  ALTER TABLE orders ADD CONSTRAINT orders_shop_fk FOREIGN KEY (shop_id) REFERENCES shops (id) NOT VALID;
-- file: 00003_validate_orders_shop_fk.sql
  -- +goose Up
  ALTER TABLE orders VALIDATE CONSTRAINT orders_shop_fk;

  -- +goose Down
  -- Nothing to undo.

-- bad: a partitioned table, before 18
-- shows: foreign key of a partitioned table, which cannot be \`NOT VALID\` before 18
-- given: postgres 17
-- file: 0001_events.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE events (user_id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE INDEX ON events (user_id);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- file: 0002_events_user.sql
  ALTER TABLE events ADD CONSTRAINT events_user_fk FOREIGN KEY (user_id) REFERENCES users (id);
--                                                 ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on tables "events" and "users": INSERT, UPDATE and DELETE wait until every row is checked]

-- bad: in a DO block that leaves one that is there alone
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE "users" ("id" bigint PRIMARY KEY);
  CREATE TABLE "orders" ("id" bigint PRIMARY KEY, "user_id" bigint);
  CREATE INDEX "orders_user_id_idx" ON "orders" ("user_id");
-- file: 000002_orders_user.up.sql
  DO $$ BEGIN
   ALTER TABLE "orders" ADD CONSTRAINT "orders_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade;
--                                                                  ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on tables "orders" and "users": INSERT, UPDATE and DELETE wait until every row is checked]
  EXCEPTION
   WHEN duplicate_object THEN null;
  END $$;
  COMMENT ON TABLE "users" IS 'Who ordered.';
-- fix: Add it NOT VALID and validate it in a new migration
  DO $$ BEGIN
   ALTER TABLE "orders" ADD CONSTRAINT "orders_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade NOT VALID;
  EXCEPTION
   WHEN duplicate_object THEN null;
  END $$;
  COMMENT ON TABLE "users" IS 'Who ordered.';
-- file: 000003_validate_orders_user_id_users_id_fk.up.sql
  ALTER TABLE "orders" VALIDATE CONSTRAINT orders_user_id_users_id_fk;

-- bad: in a DO block that commits by itself
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE INDEX ON orders (user_id);
-- file: 0002_orders_user.sql
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'orders_user_fkey') THEN
      ALTER TABLE orders ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users;
--                                                       ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on tables "orders" and "users": INSERT, UPDATE and DELETE wait until every row is checked]
    END IF;
  END
  $$;
  COMMENT ON TABLE users IS 'Who ordered.';
-- fix: Add it NOT VALID and validate it in the next statement
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'orders_user_fkey') THEN
      ALTER TABLE orders ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
    END IF;
  END
  $$;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_fkey;
  COMMENT ON TABLE users IS 'Who ordered.';

-- bad: in a block that may not run it
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE INDEX ON orders (user_id);
-- file: 0002_orders_user.sql
  DO $$
  BEGIN
    IF current_database() = 'shop' THEN
      ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
--                           ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on tables "orders" and "users": INSERT, UPDATE and DELETE wait until every row is checked]
    END IF;
  END
  $$;

-- good: NOT VALID, and validated in a later transaction
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE INDEX ON orders (user_id);
-- file: 0002_orders_user.sql
  ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_fk;

-- good: the referencing table is of the same migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE INDEX ON orders (user_id);
  ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id);

-- good: a new column without a default has nothing to look up
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_orders_user.sql
  ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users (id);
  CREATE INDEX CONCURRENTLY ON orders (user_id);

-- good: not for the index that is built for it either
-- given: unique-constraint-builds-index off
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_orders_user.sql
  ALTER TABLE orders ADD COLUMN user_id bigint UNIQUE REFERENCES users (id);
`,
})

/** What is read of a new column without a default is read for the index of its UNIQUE: there is nothing to look up. */
const isBuild = (subcommand: Subcommand, { builds }: Effects): boolean =>
  subcommand.kind === 'ADD COLUMN' && builds.length > 0 && !subcommand.column.default

/**
 * `SHARE ROW EXCLUSIVE on tables "orders" and "users": INSERT, UPDATE and DELETE wait`; the referenced table is left out where
 * nobody uses it yet or it is the same. ADD COLUMN locks its own table more than the referenced one.
 */
function waits(referencing: Name, referenced: Name, effects: Effects, mode: LockMode, context: RuleContext): string {
  const isSame = keyOf(context.catalog, referencing) === keyOf(context.catalog, referenced)
  if (isSame || isNew(referenced, context)) return `${mode} on table ${inQuotes(referencing)}: ${whoWaits(mode)}`
  const other = modeOn(effects, keyOf(context.catalog, referenced)) ?? mode
  if (other === mode) return `${mode} on tables ${inQuotes(referencing)} and ${inQuotes(referenced)}: ${whoWaits(mode)}`
  const modes = `${mode} on table ${inQuotes(referencing)} and ${other} on table ${inQuotes(referenced)}`
  return `${modes}: reads of ${inQuotes(referencing)} and writes to both wait`
}
