import type { Fix } from '../finding'
import { together } from '../fixes/behind'
import { cutStatement } from '../fixes/edits'
import { moveOfCreate } from '../fixes/indexes'
import { isNeeded, newMigrations, undoneBy } from '../fixes/placement'
import plain from '../history/frameworks/plain'
import { type Step, stepsIn } from '../history/steps'
import { StepContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import type { Command } from '../sql/commands'
import type { Subcommand } from '../sql/subcommands'
import { shifted } from '../text'
import { defineMigrationRule, type MigrationContext } from './rule'

export default defineMigrationRule({
  id: 'half-applied-on-failure',
  risk: 'failure',
  severity: 'information',
  on: 'migration',
  why: `
Without a transaction each statement stays when a later one fails. The tool has no record of a migration that has failed, so it
runs the file again from its start, and now the first statement fails, because what it makes is there: somebody has to mend the
database by hand.

Nothing is said of files that the tool runs in a transaction, of folders that no known tool runs, of statements that can
run twice (\`IF [NOT] EXISTS\`, \`OR REPLACE\`, \`UPDATE\`, what is dropped with \`IF EXISTS\` before), and where nothing that can
fail follows. A file has one finding.`,
  instead: `
One statement for each migration without a transaction. The fix makes them of a file that builds indexes and does at most
one thing besides.`,
  manual: ['sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],

  *check(context) {
    if (context.history.framework.id === plain.id) return
    for (const section of context.migration.sections) {
      if (section.transaction !== 'own' || section.direction === 'down') continue
      const own = stepsIn(context.steps, section)
      const changing = own.filter(step => step.transaction.kind === 'own' && !harmless.has(step.command?.tag ?? ''))
      const found = changing.slice(0, -1).find(step => !canRunTwice(step, own))
      if (!found?.command) continue
      const { tag, keywords } = found.command
      yield {
        at: shifted(keywords, found.statement.span.start),
        message: `when a later statement fails, this ${tag} has run already: the migration cannot be run again`,
        detail: `${context.history.framework.name} runs this migration without a transaction, so each statement stays.`,
        hint: 'Give each statement a migration of its own.',
        fixes: () => split(own, context),
      }
    }
  },

  examples: `
-- bad: two indexes in one file
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- file: 00002_indexes.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--^^^^^^^^^^^^ information [half-applied-on-failure: when a later statement fails, this CREATE INDEX has run already: the migration cannot be run again]
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_name_idx;
  DROP INDEX CONCURRENTLY users_email_idx;
-- fix: Build each index in a migration of its own
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_email_idx;
-- file: 00003_create_users_name_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_name_idx;

-- bad: an index, and rows
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE TABLE settings (key text PRIMARY KEY, value text);
-- file: 00002_index.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--^^^^^^^^^^^^ information [half-applied-on-failure: when a later statement fails, this CREATE INDEX has run already: the migration cannot be run again]
  INSERT INTO settings (key, value) VALUES ('search', 'on');
--^^^^^^^^^^^ hint [insert-not-repeatable: INSERT without ON CONFLICT fails when it runs again: its rows are in table "settings" already]

  -- +goose Down
  DELETE FROM settings WHERE key = 'search';
  DROP INDEX CONCURRENTLY users_email_idx;
-- fix: Build each index in a migration of its own
  -- +goose NO TRANSACTION
  -- +goose Up
  INSERT INTO settings (key, value) VALUES ('search', 'on');

  -- +goose Down
  DELETE FROM settings WHERE key = 'search';
-- file: 00003_create_users_email_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_email_idx;
-- fix: Add ON CONFLICT (key) DO NOTHING
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
  INSERT INTO settings (key, value) VALUES ('search', 'on') ON CONFLICT (key) DO NOTHING;

  -- +goose Down
  DELETE FROM settings WHERE key = 'search';
  DROP INDEX CONCURRENTLY users_email_idx;

-- bad: a column, then an index
-- shows: several statements in a file without a transaction
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_nickname.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  ALTER TABLE users ADD COLUMN nickname text;
--^^^^^^^^^^^ information [half-applied-on-failure: when a later statement fails, this ALTER TABLE has run already: the migration cannot be run again]
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);
-- fix: Build each index in a migration of its own
  -- +goose NO TRANSACTION
  -- +goose Up
  ALTER TABLE users ADD COLUMN nickname text;
-- file: 00003_create_users_nickname_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_nickname_idx;

-- good: statements that can run twice
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_nickname.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  ALTER TABLE users ADD COLUMN IF NOT EXISTS nickname text;
  DROP INDEX CONCURRENTLY IF EXISTS users_nickname_idx;
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);
  COMMENT ON TABLE users IS 'everybody';
  CREATE OR REPLACE PROCEDURE fill() LANGUAGE sql AS 'UPDATE users SET nickname = email WHERE id = 1';
  CALL fill();
  DROP PROCEDURE fill();
  ALTER TABLE users DROP CONSTRAINT IF EXISTS users_short;
  ALTER TABLE users ADD CONSTRAINT users_short CHECK (length(nickname) < 100) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_short;
  ALTER TABLE users DROP CONSTRAINT users_short, ADD CONSTRAINT users_short CHECK (length(nickname) < 200) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_short;
  CREATE OR REPLACE VIEW nicknames AS SELECT nickname FROM users;

-- good: one statement
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  SET lock_timeout = 0;
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
  RESET lock_timeout;

-- good: in a transaction
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE TABLE orders (id bigint PRIMARY KEY);

-- good: psql
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE TABLE orders (id bigint PRIMARY KEY);
`,
})

/** What leaves nothing behind that a second run could meet. */
const harmless: ReadonlySet<string> = new Set([
  'SET',
  'RESET',
  'SHOW',
  'SELECT',
  'COMMENT',
  'ANALYZE',
  'VACUUM',
  'REINDEX',
  'DISCARD',
])

/** Whether a statement does nothing, or the same, when it runs again. */
function canRunTwice({ command }: Step, own: readonly Step[]): boolean {
  if (!command) return true
  const made = madeBy(command)
  if (made.length > 0 && made.every(name => isDroppedBefore(name, own))) return true
  if ('ifNotExists' in command && command.ifNotExists) return true
  if ('ifExists' in command && command.ifExists && !('subcommands' in command)) return true
  if ('orReplace' in command && command.orReplace) return true
  if ('subcommands' in command) return command.subcommands.every(each => isRepeatable(each, command.subcommands))
  if ('names' in command) return command.names.every(({ name }) => isMadeBefore(name, own))
  if (command.tag === 'INSERT') return command.onConflict !== undefined || command.excludesExisting
  if (command.tag === 'ALTER TYPE') return command.addValue?.ifNotExists === true
  // Owners, options and values are set to what they are.
  if (command.tag.startsWith('ALTER ')) return !('rename' in command && command.rename)
  return repeatableTags.has(command.tag)
}

const repeatableTags: ReadonlySet<Command['tag']> = new Set<Command['tag']>([
  'UPDATE',
  'DELETE',
  'MERGE',
  'TRUNCATE TABLE',
  'DO',
  'CALL',
  'GRANT',
  'REVOKE',
  'REFRESH MATERIALIZED VIEW',
  'CREATE FUNCTION',
  'CREATE PROCEDURE',
  'CLUSTER',
  'LOCK TABLE',
  // Nearly always with IF NOT EXISTS.
  'CREATE EXTENSION',
])

function isRepeatable(subcommand: Subcommand, all: readonly Subcommand[]): boolean {
  switch (subcommand.kind) {
    case 'ADD COLUMN':
      return subcommand.ifNotExists
    case 'DROP COLUMN':
      return subcommand.ifExists
    case 'DROP CONSTRAINT':
      return subcommand.ifExists || isExchanged(subcommand.constraint.name, all)
    case 'ADD CONSTRAINT':
      return subcommand.constraint.name !== undefined && isExchanged(subcommand.constraint.name.name, all)
    case 'RENAME COLUMN':
    case 'RENAME CONSTRAINT':
    case 'RENAME TO':
    case 'SET SCHEMA':
    case 'ATTACH PARTITION':
    case 'DETACH PARTITION':
    case 'INHERIT':
    case 'NO INHERIT':
    case 'ADD GENERATED':
    case 'DROP IDENTITY':
    case 'DROP EXPRESSION':
      return false
    default:
      return true
  }
}

/** One statement drops a constraint and adds another of its name. */
const isExchanged = (name: string, all: readonly Subcommand[]): boolean =>
  all.some(each => each.kind === 'DROP CONSTRAINT' && each.constraint.name === name) &&
  all.some(each => each.kind === 'ADD CONSTRAINT' && each.constraint.name?.name === name)

/** The names of what a statement makes and nothing else does. */
function madeBy(command: Command): readonly string[] {
  if (command.tag === 'CREATE INDEX' || command.tag === 'CREATE TRIGGER') return command.name ? [command.name.name] : []
  if (command.tag === 'CREATE TABLE') return [command.table.name]
  if (!('subcommands' in command)) return []
  const names = command.subcommands.map(subcommand =>
    subcommand.kind === 'ADD CONSTRAINT' ? subcommand.constraint.name?.name : undefined,
  )
  return names.filter(name => name !== undefined).length === names.length ? names.flatMap(name => name ?? []) : []
}

/** What is dropped where it exists is made anew. */
const isDroppedBefore = (name: string, own: readonly Step[]): boolean =>
  own.some(step => {
    const { command } = step
    if (!command || !mentions(step, name)) return false
    if ('names' in command) return command.ifExists !== undefined
    return (
      'subcommands' in command && command.subcommands.some(each => each.kind === 'DROP CONSTRAINT' && each.ifExists)
    )
  })

/** A second run makes again what it drops in the end. */
const isMadeBefore = (name: string, own: readonly Step[]): boolean =>
  own.some(step => step.command?.tag.startsWith('CREATE ') && mentions(step, name))

/** A migration for each index after the first statement, where the file builds indexes and does at most one thing besides. */
function split(own: readonly Step[], { history, settings }: MigrationContext): Fix[] {
  const parts = own.flatMap((step, index) => {
    const { command } = step
    if (command?.tag !== 'CREATE INDEX' || !command.concurrently) return []
    const context = new StepContext(step, command, own, index, history, settings)
    return [{ step, context, move: moveOfCreate(command, context) }]
  })
  const [first] = parts
  const rest = parts.length === own.length ? parts.slice(1) : parts
  if (!first || own.length - rest.length !== 1) return []
  if (rest.some(({ context, move: { neededBy } }) => neededBy && isNeeded(context, neededBy))) return []
  const cuts = rest.map(({ step }) => cutStatement(step))
  const placed = newMigrations(
    first.context,
    rest.map(({ context, move }, place) => ({
      title: move.title,
      up: [cuts[place]?.text ?? ''],
      down: undoneBy(context, move.undo),
      transaction: false,
    })),
    cuts.map(({ edit }) => edit),
    together(rest.map(({ move }) => move.about)),
  )
  return placed ? [{ title: 'Build each index in a migration of its own', safety: 'review', ...placed }] : []
}
