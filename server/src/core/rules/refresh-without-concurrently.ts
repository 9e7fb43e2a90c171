import type { Fix } from '../finding'
import { insertion } from '../fixes/edits'
import { none } from '../fixes/withheld'
import type { RuleContext } from '../judgement/context'
import { inQuotes, isNew } from '../judgement/target'
import { indexesOf, keyOf, relationNamed, type Table, tableAt } from '../postgres/catalog'
import type { RefreshMaterializedView } from '../sql/commands'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'refresh-without-concurrently',
  risk: 'locking',
  severity: 'warning',
  on: ['REFRESH MATERIALIZED VIEW'],
  why: `
\`REFRESH MATERIALIZED VIEW\` takes \`ACCESS EXCLUSIVE\` on the view and runs its whole query under that lock: nobody reads the
view until it is done. \`WITH NO DATA\` empties the view at once, and every query that reads it fails until the next \`REFRESH\`.

Nothing is said of a view that the same migration makes, and of one that has no rows yet (PostgreSQL lets nobody read it before
its first \`REFRESH\`).`,
  instead: `
\`REFRESH MATERIALIZED VIEW CONCURRENTLY\` lets reads go on. It needs a unique index over plain columns and without \`WHERE\`,
and may run inside a transaction block. It compares old rows with new ones, which takes longer where most of them change.`,
  manual: ['sql-refreshmaterializedview.html'],

  *check(refresh, context) {
    if (refresh.concurrently || isNew(refresh.view, context)) return
    const relation = relationNamed(context.catalog, refresh.view)
    const view = tableAt(context.catalog, keyOf(context.catalog, refresh.view))
    if (relation && (view?.kind !== 'materialized view' || !view.written)) return
    if (!refresh.withData) {
      if (!isFilledAgain(refresh, context)) yield emptied(refresh, context)
      return
    }
    const isPossible = view !== undefined && hasUniqueIndex(view, context)
    yield {
      at: refresh.keywords,
      message: `REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE on materialized view ${inQuotes(refresh.view)}: reads wait until its query is done`,
      detail: 'The whole query runs under that lock, so the wait grows with the tables that it reads.',
      hint:
        isPossible || !view
          ? 'REFRESH MATERIALIZED VIEW CONCURRENTLY lets reads go on.'
          : 'REFRESH MATERIALIZED VIEW CONCURRENTLY lets reads go on; it needs a unique index over columns of the view.',
      relation: keyOf(context.catalog, refresh.view),
      fixes: () => (isPossible ? fixes(refresh, context) : none(view ? notSingle : notShown)),
    }
  },

  examples: `
-- bad: a view in use
-- shows: plain \`REFRESH MATERIALIZED VIEW\` of a view in use
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  CREATE MATERIALIZED VIEW totals AS SELECT customer, count(*) AS orders FROM orders GROUP BY customer;
  CREATE UNIQUE INDEX totals_customer_idx ON totals (customer);
-- file: 0002_refresh.sql
  REFRESH MATERIALIZED VIEW totals;
--^^^^^^^^^^^^^^^^^^^^^^^^^ warning [refresh-without-concurrently: REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE on materialized view "totals": reads wait until its query is done]
-- fix: Refresh it concurrently
  REFRESH MATERIALIZED VIEW CONCURRENTLY totals;

-- bad: in the transaction of the tool, where it may stay
-- given: goose
-- file: 00001_totals.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  CREATE MATERIALIZED VIEW totals AS SELECT customer, count(*) AS orders FROM orders GROUP BY customer;
  CREATE UNIQUE INDEX totals_customer_idx ON totals (customer);
-- file: 00002_refresh.sql
  -- +goose Up
  UPDATE orders SET customer = 1 WHERE id = 7;
  refresh materialized view totals with data;
--^^^^^^^^^^^^^^^^^^^^^^^^^ warning [refresh-without-concurrently: REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE on materialized view "totals": reads wait until its query is done]
-- fix: Refresh it concurrently
  -- +goose Up
  UPDATE orders SET customer = 1 WHERE id = 7;
  refresh materialized view concurrently totals with data;

-- bad: without a unique index over all its rows
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  CREATE MATERIALIZED VIEW totals AS SELECT customer, count(*) AS orders FROM orders GROUP BY customer;
  CREATE UNIQUE INDEX totals_customer_idx ON totals (customer) WHERE orders > 1;
  CREATE UNIQUE INDEX totals_half_idx ON totals ((customer / 2));
-- file: 0002_refresh.sql
  REFRESH MATERIALIZED VIEW totals;
--^^^^^^^^^^^^^^^^^^^^^^^^^ warning [refresh-without-concurrently: REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE on materialized view "totals": reads wait until its query is done]

-- bad: a view that the history does not show
  REFRESH MATERIALIZED VIEW app.totals;
--^^^^^^^^^^^^^^^^^^^^^^^^^ warning [refresh-without-concurrently: REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE on materialized view "app.totals": reads wait until its query is done]

-- bad: emptied
-- shows: \`REFRESH MATERIALIZED VIEW ... WITH NO DATA\`
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS orders FROM orders;
-- file: 0002_refresh.sql
  REFRESH MATERIALIZED VIEW totals WITH NO DATA;
--^^^^^^^^^^^^^^^^^^^^^^^^^ warning [refresh-without-concurrently: REFRESH ... WITH NO DATA empties materialized view "totals": queries that read it fail until it is refreshed]

-- good: concurrently
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  CREATE MATERIALIZED VIEW totals AS SELECT customer, count(*) AS orders FROM orders GROUP BY customer;
  CREATE UNIQUE INDEX totals_customer_idx ON totals (customer);
-- file: 0002_refresh.sql
  REFRESH MATERIALIZED VIEW CONCURRENTLY totals;

-- good: a view of the same migration
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS orders FROM orders;
  REFRESH MATERIALIZED VIEW totals;

-- good: for the first time
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS orders FROM orders WITH NO DATA;
-- file: 0002_refresh.sql
  REFRESH MATERIALIZED VIEW totals;

-- good: emptied and filled again before anybody sees it
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS orders FROM orders WITH NO DATA;
-- file: 0002_fill.sql
  REFRESH MATERIALIZED VIEW totals;
-- file: 0003_refresh.sql
  BEGIN;
  REFRESH MATERIALIZED VIEW totals WITH NO DATA;
  REFRESH MATERIALIZED VIEW totals;
  COMMIT;
`,
})

const notSingle =
  'The view has no unique index over all its rows and over columns alone: which ones are single, only you know.'
const notShown = 'The history does not show whether the view has the unique index that CONCURRENTLY needs.'

const emptied = ({ view, keywords }: RefreshMaterializedView, context: RuleContext): RuleFinding => ({
  at: keywords,
  message: `REFRESH ... WITH NO DATA empties materialized view ${inQuotes(view)}: queries that read it fail until it is refreshed`,
  detail: 'PostgreSQL answers them with "has not been populated" (55000).',
  hint: 'Refresh it CONCURRENTLY instead, or drop it when nothing reads it any more.',
  relation: keyOf(context.catalog, view),
  fixes: () => none('Whether something still reads it, only you know.'),
})

/** Nobody sees it empty where the same transaction fills it. */
const isFilledAgain = ({ view }: RefreshMaterializedView, { steps, index, transaction }: RuleContext): boolean =>
  steps
    .slice(index + 1)
    .some(
      ({ command, transaction: { number } }) =>
        command?.tag === 'REFRESH MATERIALIZED VIEW' &&
        command.view.name === view.name &&
        command.withData &&
        transaction.isBlock &&
        number === transaction.number,
    )

/** What CONCURRENTLY needs (sql-refreshmaterializedview.html): an index with an expression or WHERE does not do. */
const hasUniqueIndex = (view: Table, { catalog }: RuleContext): boolean =>
  indexesOf(catalog, keyOf(catalog, view)).some(
    ({ unique, partial, columns, conditional }) =>
      unique && !partial && !conditional && columns.every(column => column !== undefined),
  )

const fixes = ({ keywords }: RefreshMaterializedView, context: RuleContext): Fix[] => [
  {
    title: 'Refresh it concurrently',
    safety: 'safe',
    edits: [insertion(context, keywords.end, ' CONCURRENTLY')],
  },
]
