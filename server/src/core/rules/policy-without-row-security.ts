import type { Fix } from '../finding'
import { statementsAfter, statementsBefore, written } from '../fixes/edits'
import { downSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { isSecuredLater, knownTable } from '../judgement/row-security'
import { inQuotes, isNew } from '../judgement/target'
import type { Command } from '../sql/commands'
import type { Name } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'policy-without-row-security',
  risk: 'failure',
  severity: 'warning',
  on: ['CREATE POLICY'],
  why: `
A policy does nothing while row level security of its table is off: everybody who has \`SELECT\` on the table sees all its rows.
PostgreSQL says nothing of it.

The whole history is searched, and it is said at the first policy of a table. Nothing is said of tables that it has not made, after dynamic SQL, and where a later migration
turns row security on.`,
  instead: `
\`ALTER TABLE ... ENABLE ROW LEVEL SECURITY\` in the same migration.`,
  manual: ['ddl-rowsecurity.html', 'sql-createpolicy.html'],

  *check(policy, context) {
    const [name] = policy.relations
    const table = name && knownTable(name, context)
    if (!name || !table || table.rowSecurity || isSecuredLater(name, context)) return
    if (context.steps.slice(0, context.index).some(({ command }) => isPolicyOf(name, command))) return
    yield {
      at: name.span,
      message: `row level security of table ${inQuotes(name)} is off: the policy does nothing`,
      hint: 'ALTER TABLE ... ENABLE ROW LEVEL SECURITY.',
      fixes: () => enabled(name, context),
    }
  },

  examples: `
-- bad: never turned on
-- shows: policy on a table without row level security
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  CREATE POLICY own ON orders USING (owner = current_user);
--                     ^^^^^^ warning [policy-without-row-security: row level security of table "orders" is off: the policy does nothing]
-- fix: Enable row level security
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  CREATE POLICY own ON orders USING (owner = current_user);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;

-- bad: two policies of a table in use
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
-- file: 0002_own.sql
  BEGIN;
  CREATE POLICY own ON orders USING (owner = current_user);
--                     ^^^^^^ warning [policy-without-row-security: row level security of table "orders" is off: the policy does nothing]
  CREATE POLICY all_of_it ON orders TO PUBLIC USING (id > 0);
  COMMIT;
-- fix: Enable row level security
  BEGIN;
  CREATE POLICY own ON orders USING (owner = current_user);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY all_of_it ON orders TO PUBLIC USING (id > 0);
  COMMIT;

-- bad: a table in use, and a down
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_own.up.sql
  CREATE POLICY own ON orders USING (owner = current_user);
--                     ^^^^^^ warning [policy-without-row-security: row level security of table "orders" is off: the policy does nothing]
-- file: 000002_own.down.sql
  DROP POLICY own ON orders;
-- fix: Enable row level security
-- file: 000002_own.up.sql
  CREATE POLICY own ON orders USING (owner = current_user);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
-- file: 000002_own.down.sql
  ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
  DROP POLICY own ON orders;

-- good: turned on, here and later
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  CREATE POLICY own ON orders USING (owner = current_user);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE TABLE carts (id bigint PRIMARY KEY, owner text);
  CREATE POLICY own ON carts USING (owner = current_user);
-- file: 000002_carts.up.sql
  ALTER TABLE carts ENABLE ROW LEVEL SECURITY;

-- good: a table that the history has not made, dynamic SQL
-- given: golang-migrate
-- file: 000001_a.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 000002_b.up.sql
  CREATE POLICY own ON invoices USING (id > 0);
-- file: 000003_c.up.sql
  CREATE POLICY own ON orders USING (id > 0);
  DO $$ BEGIN EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'orders'); END $$;
`,
})

const isPolicyOf = ({ name }: Name, command: Command | undefined): boolean =>
  command?.tag === 'CREATE POLICY' && command.relations.some(other => other.name === name)

function enabled(name: Name, context: RuleContext): Fix[] {
  if (context.inside) return []
  const table = written(context, name.span)
  const edits = statementsAfter(context, [`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`])
  // The down of a table that is made here drops it.
  const [down] = context.direction === 'up' && !isNew(name, context) ? downSteps(context) : []
  const undo = down ? statementsBefore(down, [`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY;`]) : []
  return [{ title: 'Enable row level security', safety: 'review', isChange: true, edits: [...edits, ...undo] }]
}
