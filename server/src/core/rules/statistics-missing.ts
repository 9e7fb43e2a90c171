import type { Fix } from '../finding'
import { written } from '../fixes/edits'
import { laterTransaction } from '../fixes/placement'
import { withhold } from '../fixes/withheld'
import type { Step } from '../history/steps'
import { laterSteps } from '../judgement/around'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { tableWithRows } from '../judgement/emptied'
import { laterStatements } from '../judgement/later'
import { isUnreleased, subcommandsOf, type Target } from '../judgement/target'
import { type Catalog, columnNamed, indexesOf, keyOf } from '../postgres/catalog'
import type { AlterRelation, CreateIndex } from '../sql/commands'
import type { Name } from '../sql/parts'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'statistics-missing',
  risk: 'performance',
  severity: 'hint',
  on: ['CREATE INDEX', 'ALTER TABLE'],
  concerns: hasSubcommand('ALTER COLUMN TYPE'),
  why: `
The planner decides by statistics, which \`ANALYZE\` gathers. \`ALTER COLUMN ... TYPE\` throws those of the column away, even where it
touches no row, and an index over an expression has none until the table is analyzed next. Autovacuum does that when about a tenth
of the rows have changed: in a large table that is quiet, after weeks. Until then plans may be bad.

A change of type is told where settings give this rule a severity: most tables are analyzed before anybody suffers. Nothing is
said of a column that no B-tree begins with, or that is unique, where the planner has little to choose from, of a
table that the same migration makes, where it or a later one analyzes the table afterwards, of a second such change in the same
file, and where another rule speaks of the same clause.`,
  instead: `
\`ANALYZE\` the table afterwards. It reads a sample, and nobody waits for it.`,
  manual: [
    'sql-analyze.html',
    'sql-createindex.html#SQL-CREATEINDEX-NOTES',
    'sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DATA-TYPE',
  ],

  *check(command, context) {
    const found = command.tag === 'CREATE INDEX' ? ofIndex(command, context) : ofColumns(command, context)
    if (found) yield found
  },

  examples: `
-- bad: an index over an expression
-- shows: missing \`ANALYZE\` after an index over an expression
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (lower(email));
--                                                    ^^^^^^^^^^^^ hint [statistics-missing: nothing is known of the values of this expression until table "users" is analyzed]
-- fix: Analyze the table
  CREATE INDEX CONCURRENTLY users_email_idx ON users (lower(email));
  ANALYZE users;

-- bad: a type that takes the values as they are, in the transaction of the tool
-- shows: missing \`ANALYZE\` after a change of type
-- given: golang-migrate, statistics-missing hint
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20), town varchar(20));
  CREATE INDEX users_email_town_idx ON users (email, town);
-- file: 000002_email.up.sql
  ALTER TABLE users ALTER COLUMN town TYPE varchar(80);
  ALTER TABLE users ALTER COLUMN email TYPE text;
--                                     ^^^^^^^^^ hint [statistics-missing: ALTER COLUMN TYPE throws away the statistics of column "email" of table "users"]
  COMMENT ON TABLE users IS 'Who ordered.';
-- fix: Analyze the table in a new migration
-- file: 000003_analyze_users.up.sql
  ANALYZE users;

-- good: the settings do not name the rule
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20));
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_email.sql
  ALTER TABLE users ALTER COLUMN email TYPE text;

-- good: no index begins with the column, or it is unique, or of another kind
-- given: statistics-missing hint
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20) UNIQUE, name varchar(20), bio varchar(80));
  CREATE INDEX users_bio_idx ON users USING gin (bio gin_trgm_ops);
  CREATE INDEX users_idx ON users (id, name);
-- file: 0002_email.sql
  ALTER TABLE users ALTER COLUMN email TYPE text;
  ALTER TABLE users ALTER COLUMN name TYPE text;
  ALTER TABLE users ALTER COLUMN bio TYPE text;

-- good: it is analyzed
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20), town varchar(20));
-- file: 0002_email.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (lower(email));
  ALTER TABLE users ALTER COLUMN town TYPE text;
  ANALYZE users;

-- good: a column that no index has
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, town varchar(20));
-- file: 0002_town.sql
  ALTER TABLE users ALTER COLUMN town TYPE text;

-- good: an index over a column, and a column that an index only picks rows by
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, town text);
-- file: 0002_email.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email) WHERE town IS NOT NULL;

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20));
  CREATE INDEX users_email_idx ON users (lower(email));
  ALTER TABLE users ALTER COLUMN email TYPE text;
`,
})

/** A build that is not concurrent has a finding already. */
function ofIndex(index: CreateIndex, context: RuleContext): RuleFinding | undefined {
  const target = tableWithRows(index.table, context)
  const expression = index.columns.find(({ column }) => column === undefined)
  if (!target || !expression || !index.concurrently || isTold(index.table, context)) return undefined
  return {
    at: expression.span,
    message: `nothing is known of the values of this expression until ${target.label} is analyzed`,
    detail: 'ANALYZE gathers statistics of an index over an expression too; until then the planner guesses.',
    hint: 'ANALYZE the table when the index is built.',
    relation: target.relation,
    fixes: () => analyzed(index.table, context),
  }
}

/** Few tables wait long for the next ANALYZE: who wants to hear of it says so in the settings. */
function ofColumns(alter: AlterRelation, context: RuleContext): RuleFinding | undefined {
  if (context.settings.rules['statistics-missing'] === undefined) return undefined
  const target = tableWithRows(alter.relation, context)
  if (!target || isTold(alter.relation, context)) return undefined
  for (const { subcommand, effects } of subcommandsOf(alter, context, 'ALTER COLUMN TYPE')) {
    const isLong = effects.rewrites.length + effects.builds.length + effects.scans.length > 0
    const { name } = subcommand.column
    if (isLong || !isKnown(name, target, context) || !isSearchedBy(name, alter.relation, context.catalog)) continue
    return {
      at: { start: subcommand.keywords.start, end: subcommand.type.span.end },
      message: `ALTER COLUMN TYPE throws away the statistics of column "${name}" of ${target.label}`,
      detail:
        'PostgreSQL does so even where the values stay as they are; until the table is analyzed the planner guesses.',
      hint: 'ANALYZE the table afterwards.',
      relation: target.relation,
      fixes: () => analyzed(alter.relation, context),
    }
  }
  return undefined
}

const isKnown = (column: string, { table }: Target, context: RuleContext): boolean => {
  const known = columnNamed(table, column)
  return known !== undefined && !isUnreleased(known.born, context)
}

/** Whether rows are looked up by the column, of which many may have a value: then the planner weighs ways by how many. */
const isSearchedBy = (column: string, table: Name, catalog: Catalog): boolean =>
  indexesOf(catalog, keyOf(catalog, table)).some(
    ({ columns, method, unique }) => method === 'btree' && columns[0] === column && !(unique && columns.length === 1),
  )

/** It is analyzed afterwards, in a later migration too, or an earlier statement of the file has been told so. */
const isTold = ({ name }: Name, context: RuleContext): boolean =>
  laterSteps(context).some(({ command }) => analyzes(command, name)) ||
  laterStatements(context, [name]).some(({ command }) => analyzes(command, name)) ||
  context.steps.slice(0, context.index).some(losesStatistics)

const analyzes = (command: Step['command'], table: string): boolean =>
  (command?.tag === 'ANALYZE' || command?.tag === 'VACUUM') &&
  (command.tables.length === 0 || command.tables.some(({ name }) => name === table))

function losesStatistics({ command, before }: Step): boolean {
  if (command?.tag === 'CREATE INDEX')
    return command.concurrently !== undefined && command.columns.some(({ column }) => column === undefined)
  if (command?.tag !== 'ALTER TABLE') return false
  return command.subcommands.some(
    each => each.kind === 'ALTER COLUMN TYPE' && isSearchedBy(each.column.name, command.relation, before),
  )
}

/** When the locks of the statement are gone, which would be held meanwhile. */
function analyzed(table: Name, context: RuleContext): Fix[] {
  if (context.inside) withhold('What stands in a block commits with it: analyze the table when the block has run.')
  if (context.direction === 'down' || context.inside) return []
  const placed = laterTransaction(
    context,
    [`ANALYZE ${written(context, table.span)};`],
    { title: `analyze_${table.name}`, about: { tables: [], reads: [table.name] } },
    [],
  )
  return placed ? [{ title: `Analyze the table${placed.where}`, safety: 'review', ...placed }] : []
}
