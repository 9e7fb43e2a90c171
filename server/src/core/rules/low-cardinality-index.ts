import type { RuleContext } from '../judgement/context'
import { inQuotes } from '../judgement/target'
import { asTable, relationNamed } from '../postgres/catalog'
import { typeOf } from '../postgres/types'
import { defineRule } from './rule'

export default defineRule({
  id: 'low-cardinality-index',
  risk: 'performance',
  severity: 'hint',
  on: ['CREATE INDEX'],
  why: `
An index on a column that has two or three values finds half of the table, and PostgreSQL reads the table instead. It is used
only for a value that few rows have, and then an index over these rows alone is smaller and does the same.

Told are B-trees on one \`boolean\` column, or on one of an enum with no more than three labels. Nothing is said of partial
and unique indexes, of several columns, and of an index that includes others.`,
  instead: `
Make it a partial index for the value that is searched for: \`CREATE INDEX ... (created_at) WHERE NOT done\`.`,
  manual: ['indexes-partial.html'],
  seeds: ['no index on a boolean'],

  *check(index, context) {
    const [column, another] = index.columns
    if (index.unique || index.where || index.method !== 'btree' || !column?.column || another) return
    if (index.include.length > 0) return
    const values = valuesOf(column.column, context)
    if (!values) return
    yield {
      at: column.span,
      message: `column "${column.column}" of table ${inQuotes(index.table)} has ${values}: an index on it alone finds too much to be used`,
      hint: 'Make it a partial index over the rows that are searched for.',
    }
  },

  examples: `
-- bad: a boolean, a small enum
-- shows: index on a column of few values
-- file: 0001_orders.sql
  CREATE TYPE size AS ENUM ('small', 'large');
  CREATE TABLE orders (id bigint PRIMARY KEY, done boolean NOT NULL, size size);
  CREATE INDEX orders_done_idx ON orders (done);
--                                        ^^^^ hint [low-cardinality-index: column "done" of table "orders" has two values: an index on it alone finds too much to be used]
  CREATE INDEX orders_size_idx ON orders (size);
--                                        ^^^^ hint [low-cardinality-index: column "size" of table "orders" has 2 values: an index on it alone finds too much to be used]

-- good: partial, several columns, more labels
-- file: 0001_orders.sql
  CREATE TYPE size AS ENUM ('tiny', 'small', 'large', 'huge');
  CREATE TABLE orders (id bigint PRIMARY KEY, done boolean NOT NULL, placed_at timestamptz, size size);
  CREATE INDEX orders_open_idx ON orders (done) WHERE NOT done;
  CREATE INDEX orders_done_idx ON orders (done, placed_at);
  CREATE UNIQUE INDEX orders_done_key ON orders (done);
  CREATE INDEX orders_size_idx ON orders (size);

-- good: it carries another column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, active boolean, email text);
-- file: 0002_active.sql
  CREATE INDEX CONCURRENTLY users_active_idx ON users (active) INCLUDE (email);
`,
})

function valuesOf(column: string, context: RuleContext): string | undefined {
  if (context.command?.tag !== 'CREATE INDEX') return undefined
  const table = asTable(relationNamed(context.catalog, context.command.table))
  const type = table?.columns.find(({ name }) => name === column)?.type
  if (!type || type.dimensions > 0) return undefined
  if (type.name === 'bool') return 'two values'
  const made = typeOf(type, context.catalog)?.type
  if (made?.kind !== 'enum' || made.labels.length > 3) return undefined
  return made.labels.length === 1 ? 'one value' : `${made.labels.length} values`
}
