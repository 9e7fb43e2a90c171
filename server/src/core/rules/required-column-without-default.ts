import { asTable, columnNamed, keyOf, relationNamed, typeNamed } from '../postgres/catalog'
import type { Name, TypeName } from '../sql/commands'
import { defineRule, type RuleContext } from './rule'
import { existingTable, inQuotes, subcommandsOf, type Target } from './target'

export default defineRule({
  id: 'required-column-without-default',
  risk: 'failure',
  severity: 'error',
  on: ['ALTER TABLE'],
  why: `
A new column without a default is null in every row that is there, so \`ADD COLUMN ... NOT NULL\` fails as soon as the table
has a row. On an empty table it succeeds, and then breaks every running \`INSERT\` that does not name the column.

Nothing is said of a table that the same migration makes and puts no rows into, or has just emptied, and of columns that fill themselves:
with a default, \`serial\`, identity and generated ones, and those of a domain, which may have a default of its own.`,
  instead: `
Give the column a \`DEFAULT\`: a constant costs nothing. Or add it without \`NOT NULL\`, fill it in batches, and set \`NOT NULL\`
in a later migration (see not-null-scan).`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-NOTES', 'ddl-alter.html#DDL-ALTER-ADDING-A-COLUMN'],
  hazards: ['`NOT NULL` column without a default'],
  seeds: ['new columns nullable or with a default'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context) ?? filledTable(alter.relation, context)
    if (!target || target.table?.kind === 'foreign table' || isEmptied(alter.relation.name, context)) return
    for (const { subcommand } of subcommandsOf(alter, context, 'ADD COLUMN')) {
      const { column, ifNotExists } = subcommand
      const required = column.notNull ?? column.constraints.find(({ kind }) => kind === 'PRIMARY KEY')?.keywords
      const default_ = column.default && column.default.expression.kind !== 'null'
      if (!required || default_ || column.generated || column.identity || isSerial(column.type.name)) continue
      // A domain may have a default of its own (sql-createdomain.html), which only an explicit one replaces.
      if (!column.default && isDomain(column.type, context)) continue
      if (ifNotExists && columnNamed(target.table, column.name.name)) continue
      yield {
        at: required,
        message: `ADD COLUMN "${column.name.name}" NOT NULL without a default fails when ${target.label} has rows`,
        detail: 'The rows that are there would hold null in the new column, so PostgreSQL refuses the statement.',
        hint: 'Add a DEFAULT, or add the column without NOT NULL, fill it, and set NOT NULL in a later migration.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: every row that is there would hold null
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan text NOT NULL;
--                                       ^^^^^^^^ error [required-column-without-default: ADD COLUMN "plan" NOT NULL without a default fails when table "users" has rows]

-- bad: two of them; DEFAULT NULL is none
  ALTER TABLE users
    ADD COLUMN plan text DEFAULT NULL NOT NULL,
--                                    ^^^^^^^^ error [required-column-without-default: ADD COLUMN "plan" NOT NULL without a default fails when table "users" has rows]
    ADD COLUMN IF NOT EXISTS region text NOT NULL;
--                                       ^^^^^^^^ error [required-column-without-default: ADD COLUMN "region" NOT NULL without a default fails when table "users" has rows]

-- bad: a new table that has rows already
-- given: insert-not-repeatable off
  CREATE TABLE users (id bigint PRIMARY KEY);
  INSERT INTO users (id) VALUES (1);
  ALTER TABLE users ADD COLUMN email text NOT NULL;
--                                        ^^^^^^^^ error [required-column-without-default: ADD COLUMN "email" NOT NULL without a default fails when table "users" has rows]

-- good: with a default
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY);
  ALTER TABLE users ADD COLUMN plan text NOT NULL;

-- good: the table was just emptied
-- given: truncated-table off
-- file: 0001_sessions.sql
  CREATE TABLE sessions (id bigint PRIMARY KEY);
-- file: 0002_sessions_user.sql
  TRUNCATE TABLE sessions;
  ALTER TABLE sessions ADD COLUMN user_id bigint NOT NULL;

-- good: the domain has a default
-- file: 0001_users.sql
  CREATE DOMAIN plan AS text DEFAULT 'free';
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan plan NOT NULL;

-- good: a virtual column is computed
-- given: postgres 18
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric NOT NULL);
-- file: 0002_gross.sql
  ALTER TABLE products ADD COLUMN gross numeric GENERATED ALWAYS AS (price * 1.2) VIRTUAL NOT NULL;
`,
})

/** A table that this migration, or another that is pending, makes and puts rows into. */
function filledTable(name: Name, { catalog }: RuleContext): Target | undefined {
  const table = asTable(relationNamed(catalog, name))
  if (table?.kind !== 'table' || !table.written) return undefined
  return { label: `table ${inQuotes(name)}`, relation: keyOf(catalog, name), table }
}

const isSerial = (type: string): boolean => /^(?:small|big)?serial[248]?$/.test(type)

const isDomain = (type: TypeName, { catalog }: RuleContext): boolean =>
  type.dimensions === 0 && typeNamed(catalog, type)?.kind === 'domain'

/** TRUNCATE, or a DELETE of everything, earlier in the same migration. */
const isEmptied = (table: string, { steps, index }: RuleContext): boolean =>
  steps.slice(0, index).some(({ command }) => {
    if (command?.tag === 'TRUNCATE TABLE') return command.tables.some(name => name.name === table)
    return command?.tag === 'DELETE' && !command.where && !command.using && command.table.name === table
  })
