import type { RuleContext } from '../judgement/context'
import { inQuotes } from '../judgement/target'
import { isVendored } from '../judgement/vendored'
import { asTable, relationNamed } from '../postgres/catalog'
import { typeOf } from '../postgres/types'
import { defineRule } from './rule'

export default defineRule({
  id: 'low-cardinality-index',
  risk: 'performance',
  severity: 'hint',
  on: ['CREATE INDEX'],
  why: `
An index on a column that has two values finds half of the table, and PostgreSQL reads the table instead. It is used
only for a value that few rows have, and then an index over these rows alone is smaller and does the same.

Told are B-trees on one \`boolean\` column, or on one of an enum with no more than two labels: of three one is often rare. Of more than five in one
file the first is told. Nothing is said of partial
and unique indexes, of several columns, of an index that includes others, and of tables that a library brings along (Quartz).`,
  instead: `
Make it a partial index for the value that is searched for: \`CREATE INDEX ... (created_at) WHERE NOT done\`.`,
  manual: ['indexes-partial.html'],
  seeds: ['no index on a boolean'],

  *check(index, context) {
    const [column, another] = index.columns
    if (index.unique || index.where || index.method !== 'btree' || !column?.column || another) return
    if (index.include.length > 0 || isVendored(index.table)) return
    const values = valuesOf(column.column, context)
    if (!values) return
    yield {
      at: column.span,
      message: `column "${column.column}" of table ${inQuotes(index.table)} has ${values}: an index on it alone finds too much to be used`,
      hint: 'Make it a partial index over the rows that are searched for.',
      mostInFile: 5,
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
  CREATE TYPE size AS ENUM ('small', 'large', 'huge');
  CREATE TABLE orders (id bigint PRIMARY KEY, done boolean NOT NULL, placed_at timestamptz, size size);
  CREATE INDEX orders_open_idx ON orders (done) WHERE NOT done;
  CREATE INDEX orders_done_idx ON orders (done, placed_at);
  CREATE UNIQUE INDEX orders_done_key ON orders (done);
  CREATE INDEX orders_size_idx ON orders (size);

-- good: a library brings the table along
-- file: 0001_quartz.sql
  CREATE TABLE QRTZ_JOB_DETAILS (SCHED_NAME text, JOB_NAME text, REQUESTS_RECOVERY boolean NOT NULL);
  CREATE INDEX IDX_QRTZ_J_REQ_RECOVERY ON QRTZ_JOB_DETAILS (REQUESTS_RECOVERY);

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
  if (made?.kind !== 'enum' || made.labels.length > 2) return undefined
  return made.labels.length === 1 ? 'one value' : `${made.labels.length} values`
}
