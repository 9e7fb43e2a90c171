import type { Fix } from '../finding'
import { replacement, written } from '../fixes/edits'
import type { RuleContext } from '../judgement/context'
import { inQuotes } from '../judgement/target'
import type { IndexColumn } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import { defineRule } from './rule'

export default defineRule({
  id: 'repeated-index-column',
  risk: 'performance',
  severity: 'information',
  on: ['CREATE INDEX'],
  why: `
A column that stands in an index twice is stored twice and answers nothing more. Mostly another one was meant.

Nothing is said where it stands there with an operator class, a collation or an order of its own, and inside of expressions.`,
  instead: `
Leave it out the second time, or name the column that was meant.`,
  manual: ['indexes-multicolumn.html'],

  *check(index, context) {
    const seen = new Set<string>()
    for (const [place, { column, isModified, span }] of index.columns.entries()) {
      if (column === undefined || isModified) continue
      if (seen.has(column)) {
        yield {
          at: span,
          message: `column "${column}" of table ${inQuotes(index.table)} is in the index already`,
          hint: 'Leave it out, or name the column that was meant.',
          fixes: () => withoutColumn(index.columns, place, context),
        }
      }
      seen.add(column)
    }
    const last: IndexColumn | undefined = index.columns.at(-1)
    const again = index.include.find(column => seen.has(column))
    if (again === undefined || !last) return
    yield {
      at: last.span,
      message: `column "${again}" of table ${inQuotes(index.table)} is in the index and in INCLUDE`,
      hint: 'Leave it out of INCLUDE.',
    }
  },

  examples: `
-- bad: twice, and in INCLUDE
-- shows: column that stands in an index twice
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, a int, b int);
  CREATE INDEX orders_a_idx ON orders (a, b, a);
--                                           ^ information [repeated-index-column: column "a" of table "orders" is in the index already]
  CREATE INDEX orders_b_idx ON orders (b) INCLUDE (a, b);
--                                     ^ information [repeated-index-column: column "b" of table "orders" is in the index and in INCLUDE]
-- fix: Leave it out
  CREATE TABLE orders (id bigint PRIMARY KEY, a int, b int);
  CREATE INDEX orders_a_idx ON orders (a, b);
  CREATE INDEX orders_b_idx ON orders (b) INCLUDE (a, b);

-- good: another operator class, an expression
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, a text, b int);
  CREATE INDEX orders_a_idx ON orders (a, a text_pattern_ops);
  CREATE INDEX orders_b_idx ON orders (a, lower(a));
`,
})

/** The comma before it goes with it. */
function withoutColumn(columns: readonly IndexColumn[], place: number, context: RuleContext): Fix[] {
  const [before, { span }] = [columns[place - 1], columns[place] as IndexColumn]
  if (!before) return []
  const cut = { start: before.span.end, end: span.end }
  if (tokensOf(written(context, cut)).some(({ kind }) => kind === 'comment')) return []
  return [{ title: 'Leave it out', safety: 'review', isChange: true, edits: [replacement(context, cut, '')] }]
}
