import { indexNamed } from '../fixes/indexes'
import { laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { inQuotes, isNew } from '../judgement/target'
import { type Index, indexesOf, relationNamed } from '../postgres/catalog'
import type { CreateIndex, Drop } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'index-dropped-before-replacement',
  risk: 'performance',
  severity: 'information',
  on: ['DROP INDEX'],
  why: `
Between \`DROP INDEX\` and the end of the build that follows, queries that need the index read the whole table; where it is
unique, rows come in that the new one refuses. A build that fails leaves the table without either.

The finding is a warning where one of the two is \`CONCURRENTLY\`, so that no transaction can be around both. Nothing is said
where one transaction does both, so that others see the old index or the new one, where another
index begins with the same columns, and of indexes and tables that the same migration makes.`,
  instead: `
Build the new index first, with \`CONCURRENTLY\` and under another name; then drop the old one, and \`ALTER INDEX ... RENAME TO\`
where the name matters.`,
  manual: ['sql-dropindex.html', 'sql-alterindex.html'],

  *check(drop, context) {
    for (const name of drop.names) {
      const index = indexNamed(name, context)
      if (!index || isNew(name, context)) continue
      const table = context.catalog.relations.get(index.table)
      if (!table || isNew({ schema: table.schema, name: table.name, span: name.span }, context)) continue
      const next = replacementOf(index, context)
      const staysUnique = index.unique && next?.unique === true
      if (!next || (!staysUnique && isCovered(index, drop, context))) continue
      yield {
        at: name.span,
        message: `DROP INDEX takes away ${index.unique ? 'unique ' : ''}index ${inQuotes(name)} before its replacement is built`,
        detail: staysUnique
          ? 'Until the build is done the table takes the same value twice, and then the build fails.'
          : 'Until the build is done, queries that need the index read the whole table.',
        hint: 'Build the new index under another name first, drop the old one when it is there, and rename it.',
        relation: index.table,
        severity: drop.concurrently || next.concurrently ? 'warning' : undefined,
      }
    }
  },

  examples: `
-- bad: made again with another column
-- shows: index dropped before the one that replaces it is built
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_wider_index.sql
  DROP INDEX CONCURRENTLY users_email_idx;
--                        ^^^^^^^^^^^^^^^ warning [index-dropped-before-replacement: DROP INDEX takes away index "users_email_idx" before its replacement is built]
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email, name);

-- bad: unique
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE UNIQUE INDEX users_email_idx ON users (email);
-- file: 0002_other_index.sql
  DROP INDEX CONCURRENTLY users_email_idx;
--                        ^^^^^^^^^^^^^^^ warning [index-dropped-before-replacement: DROP INDEX takes away unique index "users_email_idx" before its replacement is built]
  CREATE UNIQUE INDEX CONCURRENTLY users_lower_email_idx ON users (email) WHERE name IS NOT NULL;

-- bad: unique no longer
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE UNIQUE INDEX users_email_key ON users (email);
-- file: 0002_other_index.sql
  DROP INDEX CONCURRENTLY users_email_key;
--                        ^^^^^^^^^^^^^^^ warning [index-dropped-before-replacement: DROP INDEX takes away unique index "users_email_key" before its replacement is built]
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: unique no longer, and another index answers the same queries meanwhile
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE UNIQUE INDEX users_email_key ON users (email);
  CREATE INDEX users_email_name_idx ON users (email, name);
-- file: 0002_other_index.sql
  DROP INDEX CONCURRENTLY users_email_key;
  -- guard: allow redundant-index: it is much smaller
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: the new one first
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_wider_index.sql
  CREATE INDEX CONCURRENTLY users_email_name_idx ON users (email, name);
  DROP INDEX CONCURRENTLY users_email_idx;

-- good: another index answers the same queries meanwhile
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, placed timestamptz);
  CREATE INDEX orders_customer_idx ON orders (customer);
  CREATE INDEX orders_customer_id_idx ON orders (customer, id);
-- file: 0002_index.sql
  DROP INDEX CONCURRENTLY orders_customer_idx;
  CREATE INDEX CONCURRENTLY orders_customer_placed_idx ON orders (customer, placed);

-- bad: another index of some rows only
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, placed timestamptz);
  CREATE INDEX orders_customer_idx ON orders (customer);
  CREATE INDEX orders_customer_id_idx ON orders (customer, id) WHERE placed IS NOT NULL;
-- file: 0002_index.sql
  DROP INDEX CONCURRENTLY orders_customer_idx;
--                        ^^^^^^^^^^^^^^^^^^^ warning [index-dropped-before-replacement: DROP INDEX takes away index "orders_customer_idx" before its replacement is built]
  CREATE INDEX CONCURRENTLY orders_customer_placed_idx ON orders (customer, placed);

-- good: an index for something else
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_other_index.sql
  DROP INDEX CONCURRENTLY users_email_idx;
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

-- good: an index of the same migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- file: 0002_try.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
  DROP INDEX CONCURRENTLY users_email_idx;
  CREATE INDEX CONCURRENTLY users_email_name_idx ON users (email, name);

-- good: both in one transaction, and a table of the same migration
-- given: drop-index-without-concurrently off, index-without-concurrently off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_indexes.sql
  BEGIN;
  DROP INDEX users_email_idx;
  CREATE INDEX users_email_id_idx ON users (email, id);
  COMMIT;
  CREATE TABLE carts (id bigint PRIMARY KEY, note text);
  CREATE INDEX carts_note_idx ON carts (note);
  DROP INDEX carts_note_idx;
  CREATE INDEX carts_note_id_idx ON carts (note, id);
`,
})

/** What a later transaction of the migration builds instead. */
function replacementOf(index: Index, context: RuleContext): CreateIndex | undefined {
  for (const step of laterSteps(context)) {
    const { command, transaction } = step
    if (transaction.number === context.transaction.number || command?.tag !== 'CREATE INDEX') continue
    const isOfTable = relationNamed(step.before, command.table) === step.before.relations.get(index.table)
    if (isOfTable && replaces(command, index)) return command
  }
  return undefined
}

/** The same first column, found in the same way. */
const replaces = ({ columns, method }: CreateIndex, index: Index): boolean =>
  method === index.method && columns[0]?.column !== undefined && columns[0].column === index.columns[0]

/** Another index that stays answers the same queries meanwhile; only a unique one keeps values apart. */
const isCovered = (index: Index, { names }: Drop, { catalog }: RuleContext): boolean =>
  indexesOf(catalog, index.table).some(
    other =>
      other !== index &&
      !other.partial &&
      other.method === index.method &&
      names.every(({ name }) => name !== other.name) &&
      index.columns.every((column, place) => column !== undefined && other.columns[place] === column),
  )
