import type { Fix } from '../finding'
import { asTable, columnNamed, type Index, indexesOf, keyOf, relationNamed } from '../postgres/catalog'
import type { Insert } from '../sql/commands'
import { quoted } from '../sql/quote'
import { insertion } from './edits'
import { laterSteps } from './placement'
import { defineRule, type RuleContext } from './rule'
import { inQuotes } from './target'

export default defineRule({
  id: 'insert-not-repeatable',
  risk: 'failure',
  severity: 'warning',
  on: ['INSERT'],
  why: `
Where each statement of a migration commits by itself, a failure further down leaves the inserted rows behind, and the
next attempt starts at the top: it inserts them a second time, or stops at a unique index and never gets further. A
repeatable migration runs again whenever its text changes, with the same result.

Nothing is said where the migration runs in one transaction (a failure takes the rows back with everything else), where no
statement follows that could fail, of \`ON CONFLICT\`, of a \`SELECT\` that leaves out the rows that are there, and of tables
that the same migration makes or has just emptied.`,
  instead: `
Add \`ON CONFLICT (...) DO NOTHING\` (or \`DO UPDATE\`) over columns that a unique index covers. The fix is offered where the
history proves such an index, and is for you to review: rows that conflict for another reason would be skipped silently.`,
  manual: ['sql-insert.html#SQL-ON-CONFLICT'],

  *check(insert, context) {
    if (insert.onConflict || insert.excludesExisting || insert.source === 'DEFAULT VALUES') return
    const { migration, transaction, section } = context
    const isLeftBehind =
      transaction.kind === 'own' && section.transaction === 'own' && laterSteps(context).some(canFail)
    if (!isLeftBehind && !migration.repeatable) return
    if (isStartedAfresh(insert, context)) return
    yield {
      at: insert.keywords,
      message: `INSERT without ON CONFLICT puts its rows into table ${inQuotes(insert.table)} again when it runs again`,
      detail: migration.repeatable
        ? 'A repeatable migration runs again whenever its text changes.'
        : 'Each statement commits by itself: when a later one fails, these rows stay, and the next attempt inserts them again or stops at a unique index.',
      hint: 'Add ON CONFLICT over the columns of a unique index.',
      relation: keyOf(context.catalog, insert.table),
      fixes: () => fixes(insert, context),
    }
  },

  examples: `
-- bad: a later statement may fail when the rows are committed
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY, title text);
-- file: 0002_seed.sql
  INSERT INTO roles (name, title)
--^^^^^^^^^^^ warning [insert-not-repeatable: INSERT without ON CONFLICT puts its rows into table "roles" again when it runs again]
  VALUES ('admin', 'Administrator'), ('guest', 'Guest');
  ALTER TABLE roles ADD COLUMN position integer;
-- fix: Add ON CONFLICT (name) DO NOTHING
  INSERT INTO roles (name, title)
  VALUES ('admin', 'Administrator'), ('guest', 'Guest')
  ON CONFLICT (name) DO NOTHING;
  ALTER TABLE roles ADD COLUMN position integer;

-- bad: no unique index covers what is inserted
-- given: goose
-- file: 00001_audit.sql
  -- +goose Up
  CREATE TABLE roles (name text PRIMARY KEY);
  CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
-- file: 00002_note.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  INSERT INTO audit (note) SELECT name FROM roles WHERE name <> 'guest';
--^^^^^^^^^^^ warning [insert-not-repeatable: INSERT without ON CONFLICT puts its rows into table "audit" again when it runs again]
  VACUUM audit;

-- bad: a repeatable migration
-- given: flyway
-- file: V1__roles.sql
  CREATE TABLE roles (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
-- file: R__roles.sql
  INSERT INTO roles (name, id) VALUES ('admin', 0);
--^^^^^^^^^^^ warning [insert-not-repeatable: INSERT without ON CONFLICT puts its rows into table "roles" again when it runs again]
-- fix: Add ON CONFLICT (id) DO NOTHING
  INSERT INTO roles (name, id) VALUES ('admin', 0) ON CONFLICT (id) DO NOTHING;

-- good: a transaction around it takes the rows back
-- given: goose
-- file: 00001_roles.sql
  -- +goose Up
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: 00002_seed.sql
  -- +goose Up
  INSERT INTO roles (name) VALUES ('admin');
  ALTER TABLE roles ADD COLUMN position integer;

-- good: nothing follows that could fail
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: 0002_seed.sql
  INSERT INTO roles (name) VALUES ('admin');

-- good: conflicts are settled
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: 0002_seed.sql
  INSERT INTO roles (name) VALUES ('admin') ON CONFLICT DO NOTHING;
  ALTER TABLE roles ADD COLUMN position integer;

-- good: rows that are there are left out
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: 0002_seed.sql
  INSERT INTO roles (name) SELECT 'admin' WHERE NOT EXISTS (SELECT FROM roles WHERE name = 'admin');
  ALTER TABLE roles ADD COLUMN position integer;

-- good: a table of the same migration, which cannot be made a second time
  CREATE TABLE roles (name text PRIMARY KEY);
  INSERT INTO roles (name) VALUES ('admin');
  CREATE INDEX ON roles (lower(name));

-- good: the table is emptied before
-- given: flyway
-- file: V1__roles.sql
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: R__roles.sql
  TRUNCATE roles;
  INSERT INTO roles (name) VALUES ('admin');
`,
})

const canFail = ({ command }: { command?: { tag: string } }): boolean =>
  command?.tag !== 'SET' && command?.tag !== 'RESET' && command?.tag !== 'COMMENT'

/** The table is made here (then making it again fails first) or emptied before the rows go in. */
function isStartedAfresh({ table }: Insert, context: RuleContext): boolean {
  const relation = asTable(relationNamed(context.catalog, table))
  if (relation?.persistence === 'temporary') return true
  if (relation?.born?.migration === context.migration.path && !relation.conditional) return true
  return context.steps.slice(0, context.index).some(({ command }) => {
    if (command?.tag === 'TRUNCATE TABLE') return command.tables.some(({ name }) => name === table.name)
    return command?.tag === 'DELETE' && command.table.name === table.name
  })
}

function fixes(insert: Insert, context: RuleContext): Fix[] {
  const columns = conflictTarget(insert, context)
  if (!columns) return []
  const clause = `ON CONFLICT (${columns.map(quoted).join(', ')}) DO NOTHING`
  return [
    {
      title: `Add ${clause}`,
      safety: 'review',
      edits: [insertion(context, insert.sourceEnd, separatorBefore(insert, context) + clause)],
    },
  ]
}

/** A clause of its own line where the statement is written over several. */
const separatorBefore = (insert: Insert, { statement }: RuleContext): string =>
  statement.text.slice(0, insert.sourceEnd).includes('\n') ? '\n' : ' '

/**
 * Returns the columns of a unique index that the statement fills all by itself: only then can a second run meet the rows of
 * the first. PostgreSQL wants an index over just these columns (sql-insert.html#SQL-ON-CONFLICT), not a partial one.
 */
function conflictTarget(insert: Insert, { catalog }: RuleContext): readonly string[] | undefined {
  const table = asTable(relationNamed(catalog, insert.table))
  const named = new Set(insert.columns.map(({ name }) => name))
  const isFilled = (index: Index, column: string | undefined): column is string => {
    const known = column === undefined ? undefined : columnNamed(table, column)
    return (
      known !== undefined &&
      named.has(known.name) &&
      !known.generated &&
      !known.identity &&
      (known.notNull || index.nullsNotDistinct)
    )
  }
  const proven = indexesOf(catalog, keyOf(catalog, insert.table)).filter(
    index => index.unique && !index.partial && index.columns.every(column => isFilled(index, column)),
  )
  const index = proven.find(({ primary }) => primary) ?? proven[0]
  return index?.columns.filter(column => column !== undefined)
}
