import { isSecuredLater, knownTable } from '../judgement/row-security'
import { inQuotes } from '../judgement/target'
import { asTable, type Catalog, type Table } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'table-without-row-security',
  risk: 'design',
  severity: 'hint',
  on: ['CREATE TABLE'],
  why: `
Where every table has row level security, roles are given wide privileges and the policies decide. A new table without it is
open to all of them.

It is said where three tables and more were there before and each of them has it. Nothing is said of temporary tables and of
partitions, after dynamic SQL, and where a later migration turns it on.`,
  instead: `
\`ALTER TABLE ... ENABLE ROW LEVEL SECURITY\`, and policies.`,
  manual: ['ddl-rowsecurity.html'],

  *check({ table: name, persistence, partitionOf }, context) {
    if (persistence === 'temporary' || partitionOf) return
    const before = context.steps[0]?.before
    if (!before || !isSecuredThroughout(before)) return
    const table = knownTable(name, context)
    if (table?.kind !== 'table' || table.rowSecurity || isSecuredLater(name, context)) return
    yield {
      at: name.span,
      message: `all other tables have row level security, and ${inQuotes(name)} has not`,
      hint: 'Enable it, and create policies.',
    }
  },

  examples: `
-- bad: all others have it
-- shows: new table without row level security where all others have it
-- file: 0001_shop.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (id > 0);
  CREATE TABLE carts (id bigint PRIMARY KEY);
  ALTER TABLE carts ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON carts USING (id > 0);
  CREATE TABLE users (id bigint PRIMARY KEY);
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON users USING (id > 0);
-- file: 0002_coupons.sql
  CREATE TABLE coupons (id bigint PRIMARY KEY);
--             ^^^^^^^ hint [table-without-row-security: all other tables have row level security, and "coupons" has not]

-- good: not all have it
-- file: 0001_shop.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (id > 0);
  CREATE TABLE carts (id bigint PRIMARY KEY);
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_coupons.sql
  CREATE TABLE coupons (id bigint PRIMARY KEY);

-- good: turned on, here and later
-- given: golang-migrate
-- file: 000001_shop.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (id > 0);
  CREATE TABLE carts (id bigint PRIMARY KEY);
  ALTER TABLE carts ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON carts USING (id > 0);
  CREATE TABLE users (id bigint PRIMARY KEY);
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON users USING (id > 0);
-- file: 000002_coupons.up.sql
  CREATE TABLE coupons (id bigint PRIMARY KEY);
  ALTER TABLE coupons ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON coupons USING (id > 0);
  CREATE TABLE codes (id bigint PRIMARY KEY);
  CREATE TEMPORARY TABLE scratch (id bigint);
-- file: 000003_codes.up.sql
  ALTER TABLE codes ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON codes USING (id > 0);
`,
})

/** Looked up once for a catalog: it is the same for all statements of a migration, and at every keystroke in it. */
function isSecuredThroughout(catalog: Catalog): boolean {
  const known = secured.get(catalog)
  if (known !== undefined) return known
  const tables: Table[] = []
  for (const [, relation] of catalog.relations) {
    const table = asTable(relation)
    if (!table || (table.kind !== 'table' && table.kind !== 'partitioned table') || table.partitionOf) continue
    if (!table.rowSecurity) return remembered(catalog, false)
    tables.push(table)
  }
  return remembered(catalog, tables.length >= 3)
}

function remembered(catalog: Catalog, is: boolean): boolean {
  secured.set(catalog, is)
  return is
}

const secured = new WeakMap<Catalog, boolean>()
