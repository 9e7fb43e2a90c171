import type { RuleContext } from '../judgement/context'
import { isUnreleased, tablesListed } from '../judgement/target'
import { asTable } from '../postgres/catalog'
import type { OtherCommand } from '../sql/other-commands'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'dropped-schema',
  risk: 'data-loss',
  severity: 'warning',
  on: ['DROP SCHEMA', 'DROP DATABASE', 'DROP TABLESPACE', 'DROP OWNED'],
  why: `
\`DROP SCHEMA ... CASCADE\` deletes every table, view, function and type of the schema, and whatever elsewhere depends on them.
The finding is an error where the history shows tables in it, and for \`DROP DATABASE\`, which deletes everything.

Without \`CASCADE\` PostgreSQL refuses to drop a schema that holds anything: it is information of a schema that the history does not
show, and nothing is said of others. \`DROP TABLESPACE\` is refused as well where anything is left in it, in any database of the
server. \`DROP OWNED\` deletes what a role owns, and nothing is said of it where \`REASSIGN OWNED\` comes
before. Nothing either of a schema whose tables the same migration makes, and of down migrations.`,
  instead: `
Drop what is in the schema by name, in migrations that say what goes, and then the empty schema without \`CASCADE\`.`,
  manual: ['sql-dropschema.html', 'sql-dropdatabase.html', 'ddl-depend.html'],

  *check(drop, context) {
    if (drop.tag === 'DROP OWNED' && isReassigned(drop, context)) return
    if (drop.tag === 'DROP OWNED') return yield { at: drop.keywords, ...ofRoles(drop.roles ?? []) }
    if (drop.tag === 'DROP TABLESPACE') return yield { at: drop.keywords, ...ofTablespace }
    if (!('names' in drop)) {
      yield {
        at: drop.keywords,
        message: 'DROP DATABASE deletes the database with everything in it',
        hint: 'Leave it to an administrator: a migration that runs twice, or at the wrong place, deletes a database in use.',
        severity: 'error',
      }
      return
    }
    for (const { name, span } of drop.names) {
      const { tables, isEmptied } = contentsOf(name, context)
      if (isEmptied) continue
      if (!drop.cascade) {
        if (!context.catalog.schemas?.has(name) && !context.catalog.complete) yield { at: span, ...whereEmpty(name) }
        continue
      }
      yield {
        at: span,
        message: `DROP SCHEMA CASCADE deletes schema "${name}" and ${tables.length > 0 ? tablesListed(tables) : 'whatever it holds'}`,
        detail: 'Views, functions and types of the schema go with it, and so does whatever elsewhere depends on them.',
        hint: 'Drop by name what has to go, then the empty schema without CASCADE: PostgreSQL refuses if anything is left.',
        severity: tables.length > 0 ? 'error' : undefined,
      }
    }
  },

  examples: `
-- bad: a schema with tables
-- shows: \`DROP SCHEMA ... CASCADE\`
-- file: 0001_reports.sql
  CREATE SCHEMA reports;
  CREATE TABLE reports.daily (id bigint PRIMARY KEY);
  CREATE TABLE reports.weekly (id bigint PRIMARY KEY);
-- file: 0002_no_reports.sql
  DROP SCHEMA reports CASCADE;
--            ^^^^^^^ error [dropped-schema: DROP SCHEMA CASCADE deletes schema "reports" and tables "reports.weekly" and "reports.daily"]

-- bad: a schema that the history does not show, and a database
-- shows: \`DROP DATABASE\`
  DROP SCHEMA IF EXISTS reports CASCADE;
--                      ^^^^^^^ warning [dropped-schema: DROP SCHEMA CASCADE deletes schema "reports" and whatever it holds]
  DROP DATABASE archive;
--^^^^^^^^^^^^^ error [dropped-schema: DROP DATABASE deletes the database with everything in it]

-- bad: whether it is empty the history does not show
-- shows: \`DROP SCHEMA\` of a schema that may hold something
  DROP SCHEMA reports;
--            ^^^^^^^ information [dropped-schema: DROP SCHEMA fails if anything is left in schema "reports"]

-- bad: a tablespace
-- shows: \`DROP TABLESPACE\` of one that may hold something
  DROP TABLESPACE fast;
--^^^^^^^^^^^^^^^ information [dropped-schema: DROP TABLESPACE fails if anything is left in it, in any database of the server]

-- bad: all that a role owns
-- shows: \`DROP OWNED\`
  DROP OWNED BY reporter;
--^^^^^^^^^^ error [dropped-schema: DROP OWNED deletes every table and all else that "reporter" owns in this database]

-- bad: DROP OWNED of whoever runs the migration
  DROP OWNED BY CURRENT_USER;
--^^^^^^^^^^ error [dropped-schema: DROP OWNED deletes every table and all else that "CURRENT_USER" owns in this database]

-- good: nothing is left but privileges
  REASSIGN OWNED BY reporter TO shop;
  DROP OWNED BY reporter;

-- good: PostgreSQL refuses where anything is left
-- file: 0001_reports.sql
  CREATE SCHEMA reports;
-- file: 0002_no_reports.sql
  DROP SCHEMA reports;

-- good: what the same migration has made
  CREATE SCHEMA scratch;
  CREATE TABLE scratch.rows (id bigint);
  DROP SCHEMA scratch CASCADE;
`,
})

const isReassigned = ({ roles }: OtherCommand, { steps, index }: RuleContext): boolean =>
  steps
    .slice(0, index)
    .some(({ command }) => command?.tag === 'REASSIGN OWNED' && roles?.every(role => command.roles?.includes(role)))

const ofRoles = (roles: readonly string[]): Omit<RuleFinding, 'at'> => ({
  message: `DROP OWNED deletes every table and all else that ${roles.map(role => `"${role}"`).join(', ')} owns in this database`,
  detail: 'Its privileges go too. What it owns elsewhere stays.',
  hint: 'REASSIGN OWNED BY ... TO ... before it: then only the privileges go.',
  severity: 'error',
})

const ofTablespace: Omit<RuleFinding, 'at'> = {
  message: 'DROP TABLESPACE fails if anything is left in it, in any database of the server',
  detail: 'Migrations of one database do not show what others keep there.',
  hint: 'Move what is in it with SET TABLESPACE first.',
  severity: 'information',
}

const whereEmpty = (name: string): Omit<RuleFinding, 'at'> => ({
  message: `DROP SCHEMA fails if anything is left in schema "${name}"`,
  detail:
    'The history does not show what it holds. Code that has it in its search_path, or names it, finds it no more.',
  hint: 'Drop what is in it by name first, in migrations that say what goes.',
  severity: 'information',
})

/** The tables of a schema that were there before the migration; `isEmptied` where it is known that it holds nothing else. */
function contentsOf(schema: string, context: RuleContext): { tables: string[]; isEmptied: boolean } {
  const { catalog, steps, index } = context
  const all = [...catalog.relations.values()].filter(relation => relation.schema === schema)
  const tables = all.flatMap(relation => {
    const table = asTable(relation)
    return table?.kind === 'table' && !isUnreleased(table.born, context) ? [`"${schema}.${table.name}"`] : []
  })
  const isMade = steps
    .slice(0, index)
    .some(({ command }) => command?.tag === 'CREATE SCHEMA' && !command.ifNotExists && command.schema === schema)
  return { tables, isEmptied: isMade }
}
