import type { Fix } from '../finding'
import { insertion } from '../fixes/edits'
import type { RuleContext } from '../judgement/context'
import { laterStatements } from '../judgement/later'
import { knownTable } from '../judgement/row-security'
import { inQuotes, tablesListed } from '../judgement/target'
import type { Table } from '../postgres/catalog'
import type { Command, CreateView } from '../sql/commands'
import type { Name } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import { defineRule } from './rule'

export default defineRule({
  id: 'view-past-row-security',
  risk: 'design',
  severity: 'hint',
  on: ['CREATE VIEW'],
  concerns: view => view.isInvoker === undefined && view.persistence === 'permanent',
  why: `
A view reads its tables with the rights of its owner, and the policies of a table do not hold for the owner of the table. So
whoever may read the view sees all rows that it selects, whatever the policies say. Since PostgreSQL 15 a view can read with the
rights of whoever reads it.

Nothing is said of tables with \`FORCE ROW LEVEL SECURITY\`, whose policies hold for the owner too, of temporary views, of tables that the history has not made, after dynamic SQL, and where a later statement sets
\`security_invoker\`, makes the view anew or drops it.`,
  instead: `
\`CREATE VIEW ... WITH (security_invoker = true)\`; who reads the view needs privileges on its tables then. Where the view is meant to show what the policies hide, say so in an allow
comment.`,
  manual: ['sql-createview.html', 'ddl-rowsecurity.html'],

  *check(view, context) {
    if (context.settings.postgres < 15) return
    const isPassed = (table: Table | undefined) => table?.rowSecurity && !table.rowSecurityForced
    const secured = view.reads.filter(name => isPassed(knownTable(name, context)))
    if (secured.length === 0 || isSettled(view.view, context)) return
    yield {
      at: view.view.span,
      message: `view ${inQuotes(view.view)} reads past row level security of ${tablesListed([...new Set(secured.map(inQuotes))])}`,
      detail: 'It reads with the rights of its owner, for whom the policies do not hold.',
      hint: 'WITH (security_invoker = true) reads with the rights of whoever reads the view, who needs privileges on its tables then.',
      fixes: () => withInvoker(view, context),
    }
  },

  examples: `
-- bad: a view for everybody
-- shows: view that reads past row level security
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
-- file: 0002_view.sql
  CREATE VIEW order_ids AS SELECT id FROM orders;
--            ^^^^^^^^^ hint [view-past-row-security: view "order_ids" reads past row level security of table "orders"]
-- fix: Read with the rights of whoever reads it
  CREATE VIEW order_ids WITH (security_invoker = true) AS SELECT id FROM orders;

-- good: with the rights of whoever reads it, here or later, temporary, or made anew
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
-- file: 000002_views.up.sql
  CREATE VIEW order_ids WITH (security_invoker) AS SELECT id FROM orders;
  CREATE VIEW owners WITH (security_invoker = on) AS SELECT owner FROM orders;
  CREATE VIEW pairs AS SELECT id, owner FROM orders;
  ALTER VIEW pairs SET (security_invoker = true);
  CREATE VIEW short AS SELECT id FROM orders;
  CREATE TEMPORARY VIEW scratch AS SELECT id FROM orders;
-- file: 000003_short.up.sql
  CREATE OR REPLACE VIEW short WITH (security_invoker = true) AS SELECT id FROM orders;

-- good: no row level security
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE VIEW order_ids AS SELECT id FROM orders;

-- good: the policies hold for the owner too
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
  CREATE VIEW order_ids AS SELECT id FROM orders;

-- good: tables of somebody else
-- file: 0007_views.sql
  ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
  CREATE VIEW invoice_ids AS SELECT id FROM invoices;

-- good: before PostgreSQL 15
-- given: postgres 14
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
  CREATE VIEW order_ids AS SELECT id FROM orders;
`,
})

/** Whether a later statement decides how the view reads. */
const isSettled = (view: Name, context: RuleContext): boolean =>
  [
    ...context.steps.slice(context.index + 1).map(({ command }) => command),
    ...laterStatements(context, [view.name]).map(({ command }) => command),
  ].some(command => command !== undefined && decides(command, view))

function decides(command: Command, { name }: Name): boolean {
  if (command.tag === 'CREATE VIEW') return command.view.name === name
  if ('names' in command) return command.tag === 'DROP VIEW' && command.names.some(dropped => dropped.name === name)
  if (!('subcommands' in command) || command.relation.name !== name) return false
  return command.subcommands.some(({ kind, ...rest }) =>
    'parameters' in rest ? rest.parameters.includes('security_invoker') : kind === 'RENAME TO',
  )
}

/** Where nothing stands between its name and AS. */
function withInvoker({ view }: CreateView, context: RuleContext): Fix[] {
  const next = tokensOf(context.statement.text).find(({ start, kind }) => start >= view.span.end && kind !== 'comment')
  if (next?.text !== 'AS') return []
  const edit = insertion(context, view.span.end, ' WITH (security_invoker = true)')
  return [{ title: 'Read with the rights of whoever reads it', safety: 'review', isChange: true, edits: [edit] }]
}
