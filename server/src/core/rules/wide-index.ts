import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'wide-index',
  risk: 'performance',
  severity: 'hint',
  isOff: true,
  on: ['CREATE INDEX'],
  why: `
Every column makes an index larger and slower to write, and an \`UPDATE\` of any of them has to write to every index of the table
(it is no heap-only update any more). A B-tree is searched
by its first columns; those behind them rarely leave out many more rows.

It is off unless settings name a severity: who lists five columns mostly has a query that filters by the first and sorts by the
last. Told are B-trees over five columns and more. Nothing is said of unique indexes, where each column is part of what must be
unique, and of columns in \`INCLUDE\`.`,
  instead: `
Keep the columns that queries search by. What is only read may go into \`INCLUDE\`.`,
  manual: ['indexes-multicolumn.html', 'indexes-index-only-scans.html'],
  seeds: ['do not index too much'],

  *check(index) {
    const [from, to] = [index.columns.at(0), index.columns.at(-1)]
    if (index.unique || index.method !== 'btree' || index.columns.length < 5 || !from || !to) return
    yield {
      at: { start: from.span.start, end: to.span.end },
      message: `index on table ${inQuotes(index.table)} has ${index.columns.length} columns`,
      detail: 'Each of them makes it larger, and an UPDATE of any of them writes it.',
      hint: 'Keep the columns that queries search by.',
    }
  },

  examples: `
-- bad: five columns
-- shows: index over many columns
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, a int, b int, c int, d int, e int);
  CREATE INDEX orders_idx ON orders (a, b, c, d, e);
--                                   ^^^^^^^^^^^^^ hint [wide-index: index on table "orders" has 5 columns]

-- good: fewer, unique, included
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, a int, b int, c int, d int, e int);
  CREATE INDEX orders_idx ON orders (a, b, c, d);
  CREATE INDEX orders_e_idx ON orders (e) INCLUDE (a, b, c, d);
  CREATE UNIQUE INDEX orders_key ON orders (e, d, c, b, a);
`,
})
