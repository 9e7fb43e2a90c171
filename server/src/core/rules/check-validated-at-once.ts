import { validatedLater } from '../fixes/constraints'
import { definesConstraint } from '../judgement/concerns'
import { tableWithRows } from '../judgement/emptied'
import { modeOn, subcommandsOf, takes, touches } from '../judgement/target'
import { hintForLater } from '../judgement/tool-hints'
import { defineRule } from './rule'

export default defineRule({
  id: 'check-validated-at-once',
  risk: 'locking',
  severity: 'error',
  mends: 'blocks',
  on: ['ALTER TABLE'],
  concerns: definesConstraint(({ kind }) => kind === 'CHECK'),
  why: `
\`ADD CHECK\` takes \`ACCESS EXCLUSIVE\` on the table and reads every row to see whether it satisfies the condition. Nothing
reads or writes the table meanwhile. A \`CHECK\` written inside \`ADD COLUMN\` does the same.

Nothing is said of a table that the same migration makes or the same transaction
empties with \`TRUNCATE\`, of \`NOT VALID\`, and of \`NOT ENFORCED\`.`,
  instead: `
Add the constraint \`NOT VALID\`: new rows are checked from then on, and the lock is held for a moment only. Then
\`VALIDATE CONSTRAINT\`, in a later transaction: it reads the rows under \`SHARE UPDATE EXCLUSIVE\`, while reads and writes go
on. In the same transaction it would buy nothing, because the first lock is held until the end.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT', 'sql-altertable.html#SQL-ALTERTABLE-NOTES'],
  seeds: ['add a CHECK NOT VALID, validate it later'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'ADD CONSTRAINT', 'ADD COLUMN')) {
      if (!touches(effects.scans, target) || effects.rewrites.length > 0) continue
      const definition =
        subcommand.kind === 'ADD CONSTRAINT'
          ? subcommand.constraint
          : subcommand.column.constraints.find(({ kind, notEnforced }) => kind === 'CHECK' && !notEnforced)
      const mode = modeOn(effects, target.relation)
      if (definition?.kind !== 'CHECK' || !mode) continue
      yield {
        at: definition.keywords,
        message: `${takes('ADD CHECK', mode, target.label)} until every row is checked`,
        detail: 'The rows that are there are read under that lock, so the wait grows with the table.',
        hint: hintForLater(
          'Add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction: reads and writes go on while rows are checked.',
          context,
        ),
        relation: target.relation,
        fixes: () => validatedLater(alter, place, definition, context),
      }
    }
  },

  examples: `
-- bad: a table in use
-- shows: \`ADD CHECK\` with a check of all rows
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric NOT NULL);
-- file: 0002_price.sql
  ALTER TABLE products ADD CONSTRAINT price_not_negative CHECK (price >= 0);
--                                                       ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]
-- fix: Add it NOT VALID and validate it in the next statement
  ALTER TABLE products ADD CONSTRAINT price_not_negative CHECK (price >= 0) NOT VALID;
  ALTER TABLE products VALIDATE CONSTRAINT price_not_negative;

-- bad: without a name, in the transaction of the tool
-- given: goose
-- file: 00001_products.sql
  -- +goose Up
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric NOT NULL, list_price numeric);
-- file: 00002_price.sql
  -- +goose Up
  ALTER TABLE products
    ADD CHECK (price <= list_price);
--      ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]
-- fix: Add it NOT VALID and validate it in a new migration
  -- +goose Up
  ALTER TABLE products
    ADD CONSTRAINT products_check CHECK (price <= list_price) NOT VALID;
-- file: 00003_validate_products_check.sql
  -- +goose Up
  ALTER TABLE products VALIDATE CONSTRAINT products_check;

  -- +goose Down
  -- Nothing to undo.

-- bad: inside ADD COLUMN
-- shows: \`CHECK\` inside \`ADD COLUMN\`
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY);
-- file: 0002_stock.sql
  ALTER TABLE products
    ADD COLUMN stock integer NOT NULL DEFAULT 0 CHECK (stock >= 0),
--                                              ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]
    ADD COLUMN shelf text;
-- fix: Add it NOT VALID and validate it in the next statement
  ALTER TABLE products
    ADD COLUMN stock integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT products_stock_check CHECK (stock >= 0) NOT VALID,
    ADD COLUMN shelf text;
  ALTER TABLE products VALIDATE CONSTRAINT products_stock_check;

-- bad: inside ADD COLUMN, behind a comment: nothing could take its place there
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY);
-- file: 0002_stock.sql
  ALTER TABLE products
    ADD COLUMN stock integer DEFAULT 1 -- how many
      CHECK (stock > 0);
--    ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]

-- bad: two in one statement
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric, weight numeric);
-- file: 0002_checks.sql
  ALTER TABLE products
    ADD CONSTRAINT price_positive CHECK (price > 0),
--                                ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]
    ADD CONSTRAINT weight_positive CHECK (weight > 0);
--                                 ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]
-- fix: Add it NOT VALID and validate it in the next statement
  ALTER TABLE products
    ADD CONSTRAINT price_positive CHECK (price > 0) NOT VALID,
    ADD CONSTRAINT weight_positive CHECK (weight > 0);
  ALTER TABLE products VALIDATE CONSTRAINT price_positive;
-- fix: Add it NOT VALID and validate it in the next statement
  ALTER TABLE products
    ADD CONSTRAINT price_positive CHECK (price > 0),
    ADD CONSTRAINT weight_positive CHECK (weight > 0) NOT VALID;
  ALTER TABLE products VALIDATE CONSTRAINT weight_positive;

-- bad: without names: PostgreSQL numbers the second of the same name, and what is dropped frees its name
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric CHECK (price > 0));
-- file: 0002_checks.sql
  ALTER TABLE products ADD CHECK (price < 1000), ADD CHECK (price <> 13);
--                         ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]
--                                                   ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]
  ALTER TABLE products DROP CONSTRAINT products_price_check, ADD CHECK (price > 1);
--                                                               ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]

-- bad: the table may be missing
-- file: 0001_price.sql
  ALTER TABLE IF EXISTS products ADD CONSTRAINT price_positive CHECK (price > 0);
--                                                             ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]

-- bad: what follows renames the constraint
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric);
-- file: 0002_checks.sql
  BEGIN;
  ALTER TABLE products ADD CONSTRAINT price_check CHECK (price > 0);
--                                                ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "products": reads and writes wait until every row is checked]
  ALTER TABLE products RENAME CONSTRAINT price_check TO price_positive;
  COMMIT;

-- bad: alone in a query that no transaction is around; two would share one
-- given: pop
-- file: 20240101000000_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, age int);
-- file: 20240101000000_users.down.sql
  DROP TABLE users;
-- file: 20240102000000_age.autocommit.up.sql
  ALTER TABLE users ADD CONSTRAINT age_positive CHECK (age > 0);
--                                              ^^^^^ error [check-validated-at-once: ADD CHECK takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- file: 20240102000000_age.autocommit.down.sql
  ALTER TABLE users DROP CONSTRAINT age_positive;
-- fix: Add it NOT VALID and validate it in a new migration
-- file: 20240102000000_age.autocommit.up.sql
  ALTER TABLE users ADD CONSTRAINT age_positive CHECK (age > 0) NOT VALID;
-- file: 20240102000001_validate_age_positive.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT age_positive;
-- file: 20240102000001_validate_age_positive.down.sql
  -- Nothing to undo.

-- good: NOT VALID, and validated in a later transaction
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric NOT NULL);
-- file: 0002_price.sql
  ALTER TABLE products ADD CONSTRAINT price_not_negative CHECK (price >= 0) NOT VALID;
  ALTER TABLE products VALIDATE CONSTRAINT price_not_negative;

-- good: a table of the same migration
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric NOT NULL);
  ALTER TABLE products ADD CONSTRAINT price_not_negative CHECK (price >= 0);

-- good: not enforced
-- given: postgres 18
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric NOT NULL);
-- file: 0002_price.sql
  ALTER TABLE products ADD CONSTRAINT price_not_negative CHECK (price >= 0) NOT ENFORCED;
`,
})
