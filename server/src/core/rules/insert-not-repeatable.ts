import type { Fix } from '../finding'
import { insertion } from '../fixes/edits'
import { isTakenAsItIs } from '../fixes/select-source'
import plain from '../history/frameworks/plain'
import { onceForEach } from '../history/numbering'
import type { Step } from '../history/steps'
import { laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { inQuotes } from '../judgement/target'
import { asTable, columnNamed, type Index, indexesOf, keyOf, relationNamed } from '../postgres/catalog'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Insert } from '../sql/row-commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'insert-not-repeatable',
  risk: 'failure',
  severity: 'warning',
  on: ['INSERT'],
  why: `
Where each statement of a migration commits by itself, a failure further down leaves the inserted rows behind, and the
next attempt starts at the top: it inserts them a second time, or stops at a unique index and never gets further. A
repeatable migration runs again whenever its text changes, with the same result. These are warnings.

Where nothing else can fail, it is a hint, once for each table that has a unique index over the rows: the migration may be
stopped before it is recorded. In folders that no known tool runs, what runs them may open a transaction: there the warnings
are information, once for each table, and copies by \`SELECT\` are not told.

Nothing is said where the tool opens a transaction or sends the file as one query: rows and record are there together or not
at all.

Nothing is said of \`ON CONFLICT\`, of a \`SELECT\` that leaves out the rows that are there, and of tables that the same
migration makes or has just emptied. Nor of what a \`DO\` block inserts, which is undone as a whole.`,
  instead: `
Add \`ON CONFLICT (...) DO NOTHING\` (or \`DO UPDATE\`) over columns that a unique index covers. The fix is offered where the
history proves such an index, and is for you to review: rows that conflict for another reason would be skipped silently.`,
  manual: ['sql-insert.html#SQL-ON-CONFLICT'],
  seeds: ['steps that can run twice', 'ON CONFLICT for the rows of a migration'],

  *check(insert, context) {
    // A body is undone as a whole, and whoever writes one asks first what is there.
    if (context.inside) return
    if (insert.onConflict || insert.excludesExisting || insert.source === 'DEFAULT VALUES') return
    if (isStartedAfresh(insert, context)) return
    const { migration, transaction, section } = context
    const isAlone = transaction.kind === 'own' && section.transaction === 'own'
    const isLeftBehind = isAlone && laterSteps(context).some(canFail)
    const isPlain = context.history.framework.id === plain.id
    if (isPlain && insert.source === 'SELECT') return
    const isRunAgain = isLeftBehind || migration.repeatable
    const isToldOnce = !isRunAgain || (isPlain && !migration.repeatable)
    if (isToldOnce && !isFirstInto(insert, context)) return
    const stops = conflictTarget(insert, context) !== undefined
    if (!isRunAgain && !(isAlone && stops)) return
    const again = stops ? 'stops at a unique index' : 'inserts them again or stops at a unique index'
    yield {
      at: insert.keywords,
      message: stops
        ? `INSERT without ON CONFLICT fails when it runs again: its rows are in table ${inQuotes(insert.table)} already`
        : `INSERT without ON CONFLICT puts its rows into table ${inQuotes(insert.table)} again when it runs again`,
      detail: migration.repeatable
        ? 'A repeatable migration runs again whenever its text changes.'
        : isLeftBehind
          ? `Each statement commits by itself: when a later one fails, these rows stay, and the next attempt ${again}.`
          : 'Where the rows are there already the migration stops at a unique index.',
      hint: 'Add ON CONFLICT over the columns of a unique index.',
      severity: !isRunAgain ? 'hint' : isPlain ? 'information' : 'warning',
      relation: keyOf(context.catalog, insert.table),
      fixes: () => fixes(isToldOnce ? insertsFrom(context) : [context], context),
    }
  },

  examples: `
-- bad: a later statement may fail when the rows are committed
-- shows: \`INSERT\` that a second run repeats or stops at
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY, title text);
-- file: 0002_seed.sql
  INSERT INTO roles (name, title)
--^^^^^^^^^^^ information [insert-not-repeatable: INSERT without ON CONFLICT fails when it runs again: its rows are in table "roles" already]
  VALUES ('admin', 'Administrator'), ('guest', 'Guest');
  ALTER TABLE roles ADD COLUMN position integer;
-- fix: Add ON CONFLICT (name) DO NOTHING
  INSERT INTO roles (name, title)
  VALUES ('admin', 'Administrator'), ('guest', 'Guest')
  ON CONFLICT (name) DO NOTHING;
  ALTER TABLE roles ADD COLUMN position integer;

-- bad: many rows where nobody knows the tool
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: 0002_seed.sql
  INSERT INTO roles (name) VALUES ('admin');
--^^^^^^^^^^^ information [insert-not-repeatable: INSERT without ON CONFLICT fails when it runs again: its rows are in table "roles" already]
  INSERT INTO roles (name) VALUES ('guest');
  ANALYZE roles;
-- fix: Add ON CONFLICT (name) DO NOTHING
  INSERT INTO roles (name) VALUES ('admin') ON CONFLICT (name) DO NOTHING;
  INSERT INTO roles (name) VALUES ('guest') ON CONFLICT (name) DO NOTHING;
  ANALYZE roles;

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
--^^^^^^^^^^^ warning [insert-not-repeatable: INSERT without ON CONFLICT fails when it runs again: its rows are in table "roles" already]
-- fix: Add ON CONFLICT (id) DO NOTHING
  INSERT INTO roles (name, id) VALUES ('admin', 0) ON CONFLICT (id) DO NOTHING;

-- bad: the unique column may be null, the rows are not
-- file: 0001_roles.sql
  CREATE TABLE roles (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE);
-- file: 0002_seed.sql
  INSERT INTO roles (name) VALUES ('admin'), ('guest');
--^^^^^^^^^^^ hint [insert-not-repeatable: INSERT without ON CONFLICT fails when it runs again: its rows are in table "roles" already]
-- fix: Add ON CONFLICT (name) DO NOTHING
  INSERT INTO roles (name) VALUES ('admin'), ('guest') ON CONFLICT (name) DO NOTHING;

-- bad: what is new in every run conflicts with nothing
-- file: 0001_roles.sql
  CREATE TABLE roles (id uuid PRIMARY KEY, name text NOT NULL);
  CREATE TABLE grants (id bigserial PRIMARY KEY, role text NOT NULL);
-- file: 0002_seed.sql
  INSERT INTO roles (id, name) VALUES (gen_random_uuid(), 'admin');
--^^^^^^^^^^^ information [insert-not-repeatable: INSERT without ON CONFLICT puts its rows into table "roles" again when it runs again]
  INSERT INTO grants (id, role) VALUES (DEFAULT, 'admin');

-- bad: a SELECT makes a new key in every run
-- given: goose, unbatched-backfill off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE profiles (token text PRIMARY KEY, user_id bigint NOT NULL);
-- file: 00002_profiles.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  INSERT INTO profiles (token, user_id) SELECT gen_random_uuid()::text, u.id FROM users u;
--^^^^^^^^^^^ warning [insert-not-repeatable: INSERT without ON CONFLICT puts its rows into table "profiles" again when it runs again]
  ANALYZE profiles;

-- bad: ON CONFLICT takes no deferrable constraint
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, position integer NOT NULL);
  ALTER TABLE roles ADD UNIQUE (position) DEFERRABLE;
-- file: 0002_seed.sql
  INSERT INTO roles (name, position) VALUES ('admin', 1);
--^^^^^^^^^^^ information [insert-not-repeatable: INSERT without ON CONFLICT puts its rows into table "roles" again when it runs again]
  ANALYZE roles;

-- good: a transaction of the tool takes the rows back
-- given: goose
-- file: 00001_roles.sql
  -- +goose Up
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: 00002_seed.sql
  -- +goose Up
  INSERT INTO roles (name) VALUES ('admin');
  ALTER TABLE roles ADD COLUMN position integer;

-- good: one query is one transaction
-- given: golang-migrate
-- file: 000001_roles.up.sql
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: 000002_seed.up.sql
  INSERT INTO roles (name) VALUES ('admin');
  ALTER TABLE roles ADD COLUMN position integer;

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
-- given: flyway, truncated-table off
-- file: V1__roles.sql
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: R__roles.sql
  TRUNCATE roles;
  INSERT INTO roles (name) VALUES ('admin');

-- good: a block is undone as a whole
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY);
-- file: 0002_roles.sql
  DO $$
  BEGIN
    INSERT INTO roles (name) VALUES ('admin');
  END $$;
  COMMENT ON TABLE roles IS 'Who may do what.';

-- good: a copy in a folder that no tool is known to run
-- file: 0001_roles.sql
  CREATE TABLE roles (name text PRIMARY KEY);
  CREATE TABLE titles (name text PRIMARY KEY);
-- file: 0002_roles.sql
  INSERT INTO roles (name) SELECT name FROM titles WHERE name <> 'none';
  COMMENT ON TABLE roles IS 'Who may do what.';
`,
})

/** Seeds come in runs of many statements: the first one speaks for all. */
const isFirstInto = (insert: Insert, { steps, index }: RuleContext): boolean =>
  (firsts(steps).filled.get(insert.table.name) ?? index) >= index

const canFail = ({ command }: { command?: { tag: string } }): boolean =>
  command?.tag !== 'SET' && command?.tag !== 'RESET' && command?.tag !== 'COMMENT'

/** The table is made here (then making it again fails first) or emptied before the rows go in. */
function isStartedAfresh({ table }: Insert, context: RuleContext): boolean {
  const relation = asTable(relationNamed(context.catalog, table))
  if (relation?.persistence === 'temporary') return true
  if (relation?.born?.migration === context.migration.path && !relation.conditional) return true
  return (firsts(context.steps).emptied.get(table.name) ?? context.index) < context.index
}

/** Where tables are filled and emptied first, by name: seeds are many, and each of them asks. */
const firsts = onceForEach((steps: readonly Step[]) => {
  const filled = new Map<string, number>()
  const emptied = new Map<string, number>()
  for (const [index, { command }] of steps.entries()) {
    if (command?.tag === 'INSERT' && !command.onConflict) once(filled, command.table, index)
    if (command?.tag === 'DELETE') once(emptied, command.table, index)
    if (command?.tag === 'TRUNCATE TABLE') for (const table of command.tables) once(emptied, table, index)
  }
  return { filled, emptied }
})

const once = (places: Map<string, number>, { name }: Name, index: number): void => {
  if (!places.has(name)) places.set(name, index)
}

/** This INSERT and those after it into the same table, for which it spoke. */
const insertsFrom = ({ steps, index, command }: RuleContext): readonly Step[] =>
  steps
    .slice(index)
    .filter(
      step =>
        step.command?.tag === 'INSERT' && command?.tag === 'INSERT' && step.command.table.name === command.table.name,
    )

/** One fix for all of `inserts` that a second run could meet: those without a provable target stay as they are. */
function fixes(inserts: readonly Step[], context: RuleContext): Fix[] {
  const clauses = inserts.flatMap(step => {
    const insert = step.command?.tag === 'INSERT' && !step.command.onConflict ? step.command : undefined
    const columns = insert && conflictTarget(insert, context)
    return insert && columns
      ? [{ step, insert, clause: `ON CONFLICT (${columns.map(quoted).join(', ')}) DO NOTHING` }]
      : []
  })
  const [first] = clauses
  if (!first || first.insert !== context.command) return []
  return [
    {
      title: `Add ${first.clause}`,
      safety: 'review',
      edits: clauses.map(({ step, insert, clause }) =>
        insertion(step, insert.sourceEnd, separatorBefore(insert, step) + clause),
      ),
    },
  ]
}

/** A clause of its own line where the statement is written over several. */
const separatorBefore = (insert: Insert, { statement }: Step): string =>
  statement.text.slice(0, insert.sourceEnd).includes('\n') ? '\n' : ' '

/**
 * Returns the columns of a unique index that the statement fills all by itself: only then can a second run meet the rows of
 * the first. PostgreSQL wants an index over just these columns, neither a partial one nor that of a deferrable constraint
 * (sql-insert.html#SQL-ON-CONFLICT).
 */
function conflictTarget(insert: Insert, context: RuleContext): readonly string[] | undefined {
  const { catalog } = context
  const table = asTable(relationNamed(catalog, insert.table))
  const named = new Set(insert.columns.map(({ name }) => name))
  const isFilled = (index: Index, column: string | undefined): column is string => {
    const known = column === undefined ? undefined : columnNamed(table, column)
    return (
      known !== undefined &&
      named.has(known.name) &&
      !known.generated &&
      !known.identity &&
      isSameNextTime(insert, known.name, context) &&
      (known.notNull || index.nullsNotDistinct || isNeverNull(insert, known.name))
    )
  }
  const proven = indexesOf(catalog, keyOf(catalog, insert.table)).filter(
    index =>
      index.unique && !index.partial && !index.deferrable && index.columns.every(column => isFilled(index, column)),
  )
  const index = proven.find(({ primary }) => primary) ?? proven[0]
  return index?.columns.filter(column => column !== undefined)
}

/** Whether a second run certainly gives the column what the first did: a constant, or what a column of a table holds. */
function isSameNextTime(insert: Insert, column: string, context: RuleContext): boolean {
  const place = insert.columns.findIndex(({ name }) => name === column)
  if (insert.source === 'VALUES') return insert.values?.every(row => row[place] !== undefined) ?? false
  return insert.source === 'SELECT' && isTakenAsItIs(insert, place, context)
}

/** Nulls are distinct to a unique index: rows that have them would not conflict. */
function isNeverNull({ values, columns }: Insert, column: string): boolean {
  const place = columns.findIndex(({ name }) => name === column)
  return values?.every(row => typeof row[place] === 'string') ?? false
}
