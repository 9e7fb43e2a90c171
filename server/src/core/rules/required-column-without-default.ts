import type { Edit, Fix } from '../finding'
import { insertion, replacement, withBlanksBefore, written } from '../fixes/edits'
import { newMigrations } from '../fixes/placement'
import { none } from '../fixes/withheld'
import { upSteps } from '../judgement/around'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { isEmptiedBy } from '../judgement/emptied'
import { catalogAtEnd, existingTable, inQuotes, subcommandsOf, type Target } from '../judgement/target'
import { listed } from '../judgement/users'
import { asTable, columnNamed, indexesOf, keyOf, relationNamed } from '../postgres/catalog'
import { fillsItself, ofDomain } from '../postgres/types'
import type { AlterRelation } from '../sql/commands'
import type { ColumnDefinition, Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Span } from '../text'
import { defineRule } from './rule'

export default defineRule({
  id: 'required-column-without-default',
  risk: 'failure',
  severity: 'error',
  on: ['ALTER TABLE'],
  directions: ['up', 'down'],
  concerns: hasSubcommand('ADD COLUMN'),
  why: `
A new column without a default is null in every row that is there, so \`ADD COLUMN ... NOT NULL\` fails as soon as the table
has a row. On an empty table it succeeds, and then breaks every running \`INSERT\` that does not name the column.

Where the same migration has just emptied the table, it does not fail, and is information: who deletes all rows may well know
that nobody is writing. Nothing is said of a table that the same migration makes and puts no rows into, and of columns that fill
themselves, or are there already (\`IF NOT EXISTS\`): with a default, be it that of their domain, \`serial\`, identity and
generated ones. The domain of a column can refuse null as well as the column can. Before PostgreSQL 13 the default of a domain is for
new rows alone.

A down that makes a dropped column again fails in the same way, when somebody needs it. That is a warning, and nothing is said where
the up made the table, or one of the two emptied it: the code that is rolled back to knows the column.`,
  instead: `
Give the column a \`DEFAULT\`: a constant costs nothing. Or add it without \`NOT NULL\`, fill it in batches, and set \`NOT NULL\`
in a later migration (see not-null-scan).

The fixes do either; one drops the default again in a migration for a later release. Nobody but you knows the right values: the
default is the empty value of the type, and is not offered where the column is to be a key. A column without \`NOT NULL\` waits for an \`UPDATE\` in a migration of yours; fixes of
unbatched-backfill and not-null-scan do that in batches and prove \`NOT NULL\` afterwards.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-NOTES', 'ddl-alter.html#DDL-ALTER-ADDING-A-COLUMN'],
  seeds: ['new columns nullable or with a default'],

  *check(alter, context) {
    const isDown = context.direction === 'down'
    const emptied = isEmptiedBy(context.steps.slice(0, context.index), alter.relation.name)
    const target =
      existingTable(alter.relation, context) ?? (emptied ? undefined : filledTable(alter.relation, context))
    if (!target || target.table?.kind === 'foreign table') return
    const required = requiredIn(alter, target, context)
    if (isDown && (emptied || isOfUp(alter.relation, context))) return
    // In a down one finding is enough: there is one way out for all of them.
    for (const columns of isDown ? [required] : required.map(column => [column])) {
      const [first] = columns
      if (!first) continue
      const domain = first.at === first.column.type.span ? inQuotes(first.column.type) : undefined
      const names = listed(columns.map(({ column }) => inQuotes(column.name)))
      const added = `ADD COLUMN ${names} ${domain === undefined ? 'NOT NULL' : `of domain ${domain}`} without a default`
      yield {
        at: first.at,
        message: emptied
          ? `${added} breaks running code that inserts into ${target.label}`
          : `${added} fails when ${target.label} has rows`,
        detail: emptied
          ? 'No row is left that would hold null, but an INSERT that does not name the column fails from now on.'
          : 'The rows that are there would hold null in the new column, so PostgreSQL refuses the statement.',
        hint: domain
          ? 'Give it the type below the domain and fill it; or a DEFAULT, for which the whole table is rewritten.'
          : isDown
            ? 'Add a DEFAULT, or add the column without NOT NULL: its values are gone.'
            : 'Add a DEFAULT, or add the column without NOT NULL, fill it, and set NOT NULL in a later migration.',
        severity: emptied ? 'information' : isDown ? 'warning' : undefined,
        relation: target.relation,
        fixes: () =>
          domain
            ? none('A column of the domain is checked in a rewrite, also where it has a default.')
            : [
                ...(isDown ? [] : withDefault(alter, first.column, context)),
                ...withoutNotNull(
                  columns.map(({ column }) => column),
                  context,
                ),
              ],
      }
    }
  },

  examples: `
-- bad: every row that is there would hold null
-- shows: \`NOT NULL\` column without a default
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan text NOT NULL;
--                                       ^^^^^^^^ error [required-column-without-default: ADD COLUMN "plan" NOT NULL without a default fails when table "users" has rows]
-- fix: Give it DEFAULT '', and drop that in a new migration
  ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT '';
-- file: 0003_require_users_plan.sql
  -- For a later release, when all running code names the column.
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;
-- fix: Give it DEFAULT ''
  ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT '';
-- fix: Add it without NOT NULL
  ALTER TABLE users ADD COLUMN plan text;

-- bad: a reference, for which no value goes without saying
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 0002_user.sql
  alter table orders
    add column user_id bigint -- who ordered
      not null, add column note text;
--    ^^^^^^^^ error [required-column-without-default: ADD COLUMN "user_id" NOT NULL without a default fails when table "orders" has rows]
-- fix: Add it without NOT NULL
  alter table orders
    add column user_id bigint -- who ordered
      , add column note text;

-- bad: two of them; DEFAULT NULL is none
  ALTER TABLE users
    ADD COLUMN plan text DEFAULT NULL NOT NULL,
--                                    ^^^^^^^^ error [required-column-without-default: ADD COLUMN "plan" NOT NULL without a default fails when table "users" has rows]
    ADD COLUMN IF NOT EXISTS region text NOT NULL;
--                                       ^^^^^^^^ error [required-column-without-default: ADD COLUMN "region" NOT NULL without a default fails when table "users" has rows]
-- fix: Add it without NOT NULL
  ALTER TABLE users
    ADD COLUMN plan text DEFAULT NULL,
    ADD COLUMN IF NOT EXISTS region text NOT NULL;
-- fix: Give it DEFAULT '', and drop that in a new migration
  ALTER TABLE users
    ADD COLUMN plan text DEFAULT NULL NOT NULL,
    ADD COLUMN IF NOT EXISTS region text NOT NULL DEFAULT '';
-- file: 0002_require_users_region.sql
  -- For a later release, when all running code names the column.
  ALTER TABLE users ALTER COLUMN region DROP DEFAULT;
-- fix: Give it DEFAULT ''
  ALTER TABLE users
    ADD COLUMN plan text DEFAULT NULL NOT NULL,
    ADD COLUMN IF NOT EXISTS region text NOT NULL DEFAULT '';
-- fix: Add it without NOT NULL
  ALTER TABLE users
    ADD COLUMN plan text DEFAULT NULL NOT NULL,
    ADD COLUMN IF NOT EXISTS region text;

-- bad: a new table that has rows already
-- given: insert-not-repeatable off
  CREATE TABLE users (id bigint PRIMARY KEY);
  INSERT INTO users (id) VALUES (1);
  ALTER TABLE users ADD COLUMN email text NOT NULL;
--                                        ^^^^^^^^ error [required-column-without-default: ADD COLUMN "email" NOT NULL without a default fails when table "users" has rows]
-- fix: Give it DEFAULT '', and drop that in a new migration
  CREATE TABLE users (id bigint PRIMARY KEY);
  INSERT INTO users (id) VALUES (1);
  ALTER TABLE users ADD COLUMN email text NOT NULL DEFAULT '';
-- file: 0002_require_users_email.sql
  -- For a later release, when all running code names the column.
  ALTER TABLE users ALTER COLUMN email DROP DEFAULT;
-- fix: Give it DEFAULT ''
  CREATE TABLE users (id bigint PRIMARY KEY);
  INSERT INTO users (id) VALUES (1);
  ALTER TABLE users ADD COLUMN email text NOT NULL DEFAULT '';
-- fix: Add it without NOT NULL
  CREATE TABLE users (id bigint PRIMARY KEY);
  INSERT INTO users (id) VALUES (1);
  ALTER TABLE users ADD COLUMN email text;

-- bad: a down that makes a dropped column again
-- given: golang-migrate, dropped-column off
-- file: 000001_items.up.sql
  CREATE TABLE items (id bigint PRIMARY KEY, sku text NOT NULL);
-- file: 000001_items.down.sql
  DROP TABLE items;
-- file: 000002_no_sku.up.sql
  ALTER TABLE items DROP COLUMN sku;
-- file: 000002_no_sku.down.sql
  ALTER TABLE items ADD COLUMN sku text NOT NULL;
--                                      ^^^^^^^^ warning [required-column-without-default: ADD COLUMN "sku" NOT NULL without a default fails when table "items" has rows]
-- fix: Add it without NOT NULL
  ALTER TABLE items ADD COLUMN sku text;

-- bad: a down that makes several again
-- given: golang-migrate, dropped-column off, down-does-not-mirror-up off
-- file: 000001_items.up.sql
  CREATE TABLE items (id bigint PRIMARY KEY, sku text NOT NULL, kind text NOT NULL, note text);
-- file: 000001_items.down.sql
  DROP TABLE items;
-- file: 000002_no_sku.up.sql
  ALTER TABLE items DROP COLUMN sku, DROP COLUMN kind, DROP COLUMN note;
-- file: 000002_no_sku.down.sql
  ALTER TABLE items ADD COLUMN sku text NOT NULL, ADD COLUMN note text, ADD COLUMN kind text NOT NULL;
--                                      ^^^^^^^^ warning [required-column-without-default: ADD COLUMN "sku" and "kind" NOT NULL without a default fails when table "items" has rows]
-- fix: Add them without NOT NULL
  ALTER TABLE items ADD COLUMN sku text, ADD COLUMN note text, ADD COLUMN kind text;

-- good: a down for a table that the up made anew, and one for a table that it emptied
-- given: golang-migrate, dropped-column off, dropped-table off, truncated-table off, down-does-not-mirror-up off
-- file: 000001_items.up.sql
  CREATE TABLE items (id bigint PRIMARY KEY, sku text NOT NULL);
  CREATE TABLE carts (id bigint PRIMARY KEY, code text NOT NULL);
-- file: 000001_items.down.sql
  DROP TABLE carts;
  DROP TABLE items;
-- file: 000002_no_sku.up.sql
  DROP TABLE items;
  CREATE TABLE items (id bigint PRIMARY KEY);
  TRUNCATE TABLE carts;
  ALTER TABLE carts DROP COLUMN code;
-- file: 000002_no_sku.down.sql
  ALTER TABLE carts ADD COLUMN code text NOT NULL;
  ALTER TABLE items ADD COLUMN sku text NOT NULL;

-- good: a down that empties the table first
-- given: golang-migrate, dropped-column off, rollback-loses-data off
-- file: 000001_bids.up.sql
  CREATE TABLE bids (id bigint PRIMARY KEY, role text NOT NULL);
-- file: 000001_bids.down.sql
  DROP TABLE bids;
-- file: 000002_no_role.up.sql
  ALTER TABLE bids DROP COLUMN role;
-- file: 000002_no_role.down.sql
  DELETE FROM bids;
  ALTER TABLE bids ADD COLUMN role text NOT NULL;

-- good: with a default
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY);
  ALTER TABLE users ADD COLUMN plan text NOT NULL;

-- bad: the table was just emptied
-- given: truncated-table off
-- file: 0001_sessions.sql
  CREATE TABLE sessions (id bigint PRIMARY KEY);
-- file: 0002_sessions_user.sql
  TRUNCATE TABLE sessions;
  ALTER TABLE sessions ADD COLUMN user_id bigint NOT NULL;
--                                               ^^^^^^^^ information [required-column-without-default: ADD COLUMN "user_id" NOT NULL without a default breaks running code that inserts into table "sessions"]
-- fix: Add it without NOT NULL
  TRUNCATE TABLE sessions;
  ALTER TABLE sessions ADD COLUMN user_id bigint;

-- good: the domain has a default
-- file: 0001_users.sql
  CREATE DOMAIN plan AS text DEFAULT 'free';
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan plan NOT NULL;

-- bad: the domain refuses null
-- shows: column of a domain that is \`NOT NULL\`, without a default
-- file: 0001_users.sql
  CREATE DOMAIN code AS text NOT NULL CHECK (VALUE <> '');
  CREATE DOMAIN country AS code;
  CREATE DOMAIN region AS text CHECK (VALUE IS NOT NULL);
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_country.sql
  ALTER TABLE users ADD COLUMN lives_in country, ADD COLUMN works_in region;
--                                      ^^^^^^^ error [required-column-without-default: ADD COLUMN "lives_in" of domain "country" without a default fails when table "users" has rows]
--                                                                   ^^^^^^ error [required-column-without-default: ADD COLUMN "works_in" of domain "region" without a default fails when table "users" has rows]

-- bad: a column that is NOT NULL, of a domain that has no default
-- file: 0001_users.sql
  CREATE DOMAIN plan AS text DEFAULT 'free';
  ALTER DOMAIN plan DROP DEFAULT;
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan plan NOT NULL;
--                                       ^^^^^^^^ error [required-column-without-default: ADD COLUMN "plan" NOT NULL without a default fails when table "users" has rows]
-- fix: Add it without NOT NULL
  ALTER TABLE users ADD COLUMN plan plan;

-- bad: before PostgreSQL 13 the default of a domain is for new rows
-- given: postgres 12
-- file: 0001_users.sql
  CREATE DOMAIN plan AS text DEFAULT 'free';
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan plan NOT NULL;
--                                       ^^^^^^^^ error [required-column-without-default: ADD COLUMN "plan" NOT NULL without a default fails when table "users" has rows]
-- fix: Add it without NOT NULL
  ALTER TABLE users ADD COLUMN plan plan;

-- good: a domain that refuses null no more
-- file: 0001_users.sql
  CREATE DOMAIN plan AS text CONSTRAINT given NOT NULL;
  ALTER DOMAIN plan DROP NOT NULL;
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan plan;

-- good: a virtual column is computed
-- given: postgres 18
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric NOT NULL);
-- file: 0002_gross.sql
  ALTER TABLE products ADD COLUMN gross numeric GENERATED ALWAYS AS (price * 1.2) VIRTUAL NOT NULL;

-- good: the column is there already
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 0002_email.sql
  ALTER TABLE users ADD COLUMN IF NOT EXISTS email text NOT NULL;
`,
})

interface Required {
  readonly column: ColumnDefinition
  /** What makes it required. */
  readonly at: Span
}

/** The new columns that may not be null and have nothing to be filled with. */
function requiredIn(alter: AlterRelation, { table }: Target, context: RuleContext): Required[] {
  const found: Required[] = []
  for (const { subcommand } of subcommandsOf(alter, context, 'ADD COLUMN')) {
    const { column, ifNotExists } = subcommand
    const at = requirementOf(column, context)
    if (!at || (ifNotExists && columnNamed(table, column.name.name))) continue
    found.push({ column, at })
  }
  return found
}

/** Returns what makes rows refuse a new column that gives them no value; undefined where nothing does. */
export function requirementOf(
  column: ColumnDefinition,
  { catalog, settings }: Pick<RuleContext, 'catalog' | 'settings'>,
): Span | undefined {
  if (fillsItself(column, catalog, settings.postgres)) return undefined
  const key = column.constraints.find(({ kind }) => kind === 'PRIMARY KEY')
  return column.notNull ?? key?.keywords ?? (ofDomain(column.type, catalog).refusesNull && column.type.span)
}

/** A table that this migration, or another that is pending, makes and puts rows into. */
function filledTable(name: Name, { catalog }: RuleContext): Target | undefined {
  const table = asTable(relationNamed(catalog, name))
  if (table?.kind !== 'table' || !table.written) return undefined
  return { label: `table ${inQuotes(name)}`, relation: keyOf(catalog, name), table }
}

/** The empty value of its type for the rows that are there: stored once, whatever their number (sql-altertable.html#SQL-ALTERTABLE-NOTES). */
function withDefault(alter: AlterRelation, column: ColumnDefinition, context: RuleContext): Fix[] {
  const { notNull, type } = column
  const value = type.dimensions > 0 ? "'{}'" : emptyValues[type.name]
  if (value === undefined || !notNull || column.default || column.constraints.length > 0) return []
  if (context.inside || isKey(alter, column.name.name, context)) return []
  const edits = [insertion(context, notNull.end, ` DEFAULT ${value}`)]
  const simple: Fix = { title: `Give it DEFAULT ${value}`, safety: 'review', isChange: true, edits }
  return [...withoutDefaultLater(alter, column, value, edits, context), simple]
}

/** The default stays until running code names the column: then the table is what it was meant to be. */
function withoutDefaultLater(
  { relation, ifExists }: AlterRelation,
  { name }: ColumnDefinition,
  value: string,
  edits: readonly Edit[],
  context: RuleContext,
): Fix[] {
  if (ifExists) return []
  const alter = `ALTER TABLE ${written(context, relation.span)} ALTER COLUMN ${quoted(name.name)}`
  const part = {
    title: `require_${relation.name}_${name.name}`,
    up: ['-- For a later release, when all running code names the column.', `${alter} DROP DEFAULT;`],
    down: { edits: [], text: `${alter} SET DEFAULT ${value};` },
    transaction: true,
  }
  const placed = newMigrations(context, [part], edits, { tables: [relation.name], columns: [] })
  const title = `Give it DEFAULT ${value}, and drop that`
  return placed ? [{ title: `${title}${placed.where}`, safety: 'review', isChange: true, ...placed }] : []
}

/** Whether the migrations make it part of a key or an index of single values, or its name says that it refers to something. */
function isKey({ relation: name }: AlterRelation, column: string, context: RuleContext): boolean {
  const end = catalogAtEnd(context)
  const table = asTable(relationNamed(end, name))
  return (
    /(?:_id|Id|ID)$/.test(column) ||
    (table?.constraints.some(({ kind, columns }) => kind !== 'NOT NULL' && columns.includes(column)) ?? false) ||
    indexesOf(end, keyOf(end, name)).some(index => index.unique && index.columns.includes(column))
  )
}

/** Rows get their values from somebody who knows them. */
function withoutNotNull(columns: readonly ColumnDefinition[], context: RuleContext): Fix[] {
  const isKey = columns.some(({ constraints }) => constraints.some(({ kind }) => kind === 'PRIMARY KEY'))
  const nots = columns.flatMap(({ notNull }) => notNull ?? [])
  if (nots.length < columns.length || isKey || context.inside) return []
  const edits = nots.map(notNull => replacement(context, withBlanksBefore(context, notNull), ''))
  const title = `Add ${columns.length > 1 ? 'them' : 'it'} without NOT NULL`
  return [{ title, safety: 'review', isChange: true, edits }]
}

/** Of types whose values are not references, kinds or keys. */
const emptyValues: Readonly<Record<string, string>> = {
  bool: 'false',
  int2: '0',
  int4: '0',
  int8: '0',
  numeric: '0',
  float4: '0',
  float8: '0',
  text: "''",
  varchar: "''",
  json: "'{}'",
  jsonb: "'{}'",
  timestamptz: 'now()',
  timestamp: 'now()',
}

/** Whether the up that a down undoes made the table or left no row in it. */
function isOfUp(name: Name, context: RuleContext): boolean {
  const ups = upSteps(context)
  const born = relationNamed(context.catalog, name)?.born
  return ups.some(({ migration }) => migration.path === born?.migration) || isEmptiedBy(ups, name.name)
}
