import { hasSubcommand } from '../judgement/concerns'
import { areAllClosed, exemptFrom, isSecuredLater, knownTable } from '../judgement/row-security'
import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'row-security-without-policy',
  risk: 'compatibility',
  severity: 'warning',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('ENABLE ROW LEVEL SECURITY'),
  why: `
Where row level security is on and no permissive policy lets a row through, a role other than the table's owner sees an empty table and
can insert nothing. There is no error for \`SELECT\`, \`UPDATE\` and \`DELETE\`: they find no rows.

The whole history is searched. Nothing is said of tables that it has not made, after dynamic SQL, where a later migration
creates a policy, turns row security off, or drops or renames the table, and where all of many tables are closed without any policy:
that is meant.`,
  instead: `
Create a policy in the same migration. Where nobody but the owner is meant to see the rows, say so in an allow comment.`,
  manual: ['ddl-rowsecurity.html', 'sql-createpolicy.html'],

  *check(alter, context) {
    const enabled = alter.subcommands.find(({ kind }) => kind === 'ENABLE ROW LEVEL SECURITY')
    if (!enabled) return
    const table = knownTable(alter.relation, context)
    const policies = table?.policies ?? []
    const isOpen = policies.some(({ policy }) => policy?.isPermissive ?? true)
    if (!table?.rowSecurity || isOpen || isSecuredLater(alter.relation, context) || areAllClosed(context)) return
    yield {
      at: enabled.keywords,
      message: `table ${inQuotes(alter.relation)} has no ${policies.length > 0 ? 'permissive ' : ''}policy: all but ${exemptFrom(table)} find it empty`,
      detail: 'Row level security lets through only what a permissive policy allows.',
      hint: 'Create a policy, or say in an allow comment that only the owner may see the rows.',
    }
  },

  examples: `
-- bad: no policy
-- shows: row level security without a policy
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^ warning [row-security-without-policy: table "orders" has no policy: all but its owner find it empty]

-- bad: a policy that only forbids
-- shows: row level security with restrictive policies alone
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^ warning [row-security-without-policy: table "orders" has no permissive policy: all but its owner find it empty]
  CREATE POLICY positive ON orders AS RESTRICTIVE USING (id > 0);

-- bad: for the owner too
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^ warning [row-security-without-policy: table "orders" has no policy: all but superusers find it empty]

-- good: a policy before, after, and later
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
  CREATE TABLE carts (id bigint PRIMARY KEY, owner text);
  ALTER TABLE carts ENABLE ROW LEVEL SECURITY;
-- file: 000002_carts.up.sql
  CREATE POLICY own ON carts USING (owner = current_user);

-- good: all tables are closed
-- file: 0001_shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE TABLE carts (id bigint PRIMARY KEY);
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  ALTER TABLE carts ENABLE ROW LEVEL SECURITY;
-- file: 0002_notes.sql
  CREATE TABLE notes (id bigint PRIMARY KEY);
  ALTER TABLE notes ENABLE ROW LEVEL SECURITY;

-- good: a table that the history has not made, dynamic SQL
-- given: golang-migrate
-- file: 000001_a.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 000002_b.up.sql
  ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
-- file: 000003_c.up.sql
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  DO $$ BEGIN EXECUTE format('CREATE POLICY own ON %I USING (id > 0)', 'orders'); END $$;
`,
})
