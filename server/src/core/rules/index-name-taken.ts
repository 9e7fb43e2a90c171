import type { Fix } from '../finding'
import { replacement } from '../fixes/edits'
import { nameTaken } from '../fixes/indexes'
import { none } from '../fixes/withheld'
import { downSteps, laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { existingTable, inQuotes } from '../judgement/target'
import { keyOf } from '../postgres/catalog'
import { indexName } from '../postgres/names'
import type { CreateIndex } from '../sql/commands'
import { quoted } from '../sql/quote'
import { defineRule } from './rule'

export default defineRule({
  id: 'index-name-taken',
  risk: 'failure',
  severity: 'warning',
  on: ['CREATE INDEX'],
  concerns: ({ ifNotExists }) => ifNotExists !== undefined,
  why: `
\`CREATE INDEX IF NOT EXISTS\` looks at the name alone, and a schema has each name once for all its tables. Where an index of
another table or of other columns bears it, or a table, view or sequence, PostgreSQL builds nothing and the migration
succeeds without the index: queries stay slow, and a unique index that is not there refuses no row.

Nothing is said where the name is that of the same index.`,
  instead: `
Give the index a name of its own, such as that of its table and its columns. Where it is to take the place of the other, drop
that one first.`,
  manual: ['sql-createindex.html#SQL-CREATEINDEX-PARMS'],

  *check(index, context) {
    const other = nameTaken(index, context)
    if (!other || !index.ifNotExists || !index.name) return
    yield {
      at: { start: index.ifNotExists.start, end: index.name.span.end },
      message: `IF NOT EXISTS leaves table ${inQuotes(index.table)} without the index: "${index.name.name}" is ${other}`,
      detail: 'PostgreSQL looks at the name alone, builds nothing, and the migration succeeds.',
      hint: 'Give the index a name of its own, or drop the other one first where this one takes its place.',
      relation: keyOf(context.catalog, index.table),
      fixes: () => withOwnName(index, context),
    }
  },

  examples: `
-- bad: each table was to get one
-- shows: \`IF NOT EXISTS\` that finds the name of an index taken by another
-- file: 0001_shops.sql
  CREATE TABLE shops (id bigint PRIMARY KEY, tenant bigint);
  CREATE TABLE orders (id bigint PRIMARY KEY, tenant bigint);
  CREATE INDEX tenant ON shops (tenant);
-- file: 0002_tenants.sql
  CREATE INDEX IF NOT EXISTS tenant ON orders (tenant);
--             ^^^^^^^^^^^^^^^^^^^^ warning [index-name-taken: IF NOT EXISTS leaves table "orders" without the index: "tenant" is an index of table "shops"]

-- bad: the columns are others by now
-- file: 0001_shops.sql
  CREATE TABLE shops (id bigint PRIMARY KEY, tenant bigint, town text);
  CREATE INDEX shops_tenant ON shops (tenant);
-- file: 0002_towns.sql
  CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS shops_tenant ON shops (tenant, town);
--                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [index-name-taken: IF NOT EXISTS leaves table "shops" without the index: "shops_tenant" is an index of other columns]
-- fix: Name it "shops_tenant_town_idx"
  CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS shops_tenant_town_idx ON shops (tenant, town);

-- bad: no index at all
-- file: 0001_shops.sql
  CREATE TABLE shops (id bigint PRIMARY KEY, tenant bigint);
  CREATE TABLE tenants (id bigint PRIMARY KEY);
-- file: 0002_tenants.sql
  CREATE INDEX IF NOT EXISTS tenants ON shops (tenant);
--             ^^^^^^^^^^^^^^^^^^^^^ warning [index-name-taken: IF NOT EXISTS leaves table "shops" without the index: "tenants" is a table]

-- bad: a new table
-- file: 0001_shops.sql
  CREATE TABLE shops (id bigint PRIMARY KEY, tenant bigint);
  CREATE INDEX tenant ON shops (tenant);
-- file: 0002_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, tenant bigint);
  CREATE INDEX IF NOT EXISTS tenant ON orders (tenant);
--             ^^^^^^^^^^^^^^^^^^^^ warning [index-name-taken: IF NOT EXISTS leaves table "orders" without the index: "tenant" is an index of table "shops"]
-- fix: Name it "orders_tenant_idx"
  CREATE TABLE orders (id bigint PRIMARY KEY, tenant bigint);
  CREATE INDEX IF NOT EXISTS orders_tenant_idx ON orders (tenant);

-- good: the index itself is there
-- given: index-without-concurrently off
-- file: 0001_shops.sql
  CREATE TABLE shops (id bigint PRIMARY KEY, tenant bigint);
  CREATE INDEX shops_tenant ON shops (tenant);
-- file: 0002_tenants.sql
  CREATE INDEX IF NOT EXISTS shops_tenant ON shops (tenant);

-- good: the other one goes first
-- given: index-without-concurrently off, drop-index-without-concurrently off, index-dropped-before-replacement off
-- file: 0001_shops.sql
  CREATE TABLE shops (id bigint PRIMARY KEY, tenant bigint, town text);
  CREATE INDEX shops_tenant ON shops (tenant);
-- file: 0002_towns.sql
  DROP INDEX shops_tenant;
  CREATE INDEX IF NOT EXISTS shops_tenant ON shops (tenant, town);

-- good: another schema
-- given: index-without-concurrently off
-- file: 0001_shops.sql
  CREATE SCHEMA old;
  CREATE TABLE old.shops (id bigint PRIMARY KEY, tenant bigint);
  CREATE TABLE shops (id bigint PRIMARY KEY, tenant bigint);
  CREATE INDEX shops_tenant ON old.shops (tenant);
-- file: 0002_tenants.sql
  CREATE INDEX IF NOT EXISTS shops_tenant ON shops (tenant);
`,
})

/** Named as PostgreSQL would name it; whatever else uses the name means the other index, or may. */
function withOwnName(index: CreateIndex, context: RuleContext): Fix[] {
  const { name } = index
  if (!name) return []
  if ([...laterSteps(context), ...downSteps(context)].some(step => mentions(step, name.name)))
    return none(`Another statement names "${name.name}" too: it may mean this index.`)
  if (!index.concurrently && existingTable(index.table, context))
    return none('Under a name of its own it would be built, and block writes meanwhile.')
  const own = indexName(context.catalog, { ...index, name: undefined })
  const edits = [replacement(context, name.span, quoted(own))]
  return [{ title: `Name it "${own}"`, safety: 'review', isChange: true, edits }]
}
