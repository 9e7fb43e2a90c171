import type { Fix } from '../finding'
import { removedStatement } from '../fixes/edits'
import { none } from '../fixes/withheld'
import { writtenDown } from '../fixes/write-down'
import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import type { Step } from '../history/steps'
import { isDrop } from '../judgement/dependence'
import { pairOf } from '../judgement/round-trip'
import { apply } from '../postgres/apply'
import type { Catalog } from '../postgres/catalog'
import { differences } from '../postgres/differences'
import { failureOf } from '../postgres/failures'
import type { Settings } from '../settings'
import { tokensOf } from '../sql/tokens'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'down-cannot-run',
  risk: 'rollback',
  severity: 'error',
  on: 'migration',
  directions: ['down'],
  why: `
A down runs when something has gone wrong already, and mostly for the first time. A statement that names what is not there
(because it has another name, is of another kind, or an earlier statement of the down has dropped it with its table) fails, and
the rollback stops half-way or altogether.

It is judged by what the history has made when the up has run; nothing is said where that is not certain.`,
  instead: `
Drop in the reverse order of the up, by the names that the up gives; indexes, constraints and triggers go with their table and
need no statement of their own.`,
  manual: [],
  seeds: ['test the rollback'],

  *check({ steps, migration, history, settings }) {
    for (const { direction, command, effects, statement } of steps) {
      if (direction !== 'down' || !command || !effects?.fails) continue
      const failure = effects.fails
      const { start } = statement.span
      const at = failure.span ?? command.keywords
      yield {
        at: { start: start + at.start, end: start + at.end },
        message: `the down fails here: ${failure.message}`,
        detail: `PostgreSQL refuses the statement with SQLSTATE ${failure.code} in the database that the up leaves.`,
        hint: 'Undo what the up does by the names that it gives, in reverse order.',
        fixes: () => fixes(migration, steps, history, settings),
      }
      return
    }
  },

  examples: `
-- bad: the index went with its table
-- shows: down in the wrong order
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000001_users.down.sql
  DROP TABLE users;
  DROP INDEX users_email_idx;
--           ^^^^^^^^^^^^^^^ error [down-cannot-run: the down fails here: index "users_email_idx" does not exist]
-- fix: Leave out what fails
  DROP TABLE users;

-- bad: a constraint is dropped as an index
-- shows: down that fails
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.up.sql
  ALTER TABLE users ADD COLUMN code text, ADD CONSTRAINT users_code_key UNIQUE (code);
--                                                                      ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- file: 000002_email.down.sql
  DROP INDEX users_code_key;
--           ^^^^^^^^^^^^^^ error [down-cannot-run: the down fails here: cannot drop index users_code_key because constraint users_code_key on table users requires it]
  ALTER TABLE users DROP COLUMN code;
-- fix: Leave out what fails
  ALTER TABLE users DROP COLUMN code;

-- bad: an index is dropped as a constraint
-- given: golang-migrate, index-without-concurrently off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.up.sql
  ALTER TABLE users ADD COLUMN name text;
  CREATE UNIQUE INDEX users_name_key ON users (name);
-- file: 000002_email.down.sql
  ALTER TABLE users DROP CONSTRAINT users_name_key;
--                                  ^^^^^^^^^^^^^^ error [down-cannot-run: the down fails here: constraint "users_name_key" of relation "users" does not exist]
  ALTER TABLE users DROP COLUMN name;
-- fix: Leave out what fails
  ALTER TABLE users DROP COLUMN name;

-- bad: the column that goes is no longer called so
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  -- +goose Down
  DROP TABLE users;
-- file: 00002_names.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN first_name text, ADD COLUMN last_name text;
  -- +goose Down
  ALTER TABLE users DROP COLUMN first_name;
  ALTER TABLE users DROP COLUMN lastname;
--                              ^^^^^^^^ error [down-cannot-run: the down fails here: column "lastname" of relation "users" does not exist]
-- fix: Write the down anew
  -- +goose Up
  ALTER TABLE users ADD COLUMN first_name text, ADD COLUMN last_name text;
  -- +goose Down
  ALTER TABLE users DROP COLUMN last_name;
  ALTER TABLE users DROP COLUMN first_name;

-- good: in reverse order
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000001_users.down.sql
  DROP INDEX users_email_idx;
  DROP TABLE users;

-- good: IF EXISTS
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000001_users.down.sql
  DROP TABLE users;
  DROP INDEX IF EXISTS users_email_idx;
`,
})

/** What fails is left out where the rest undoes all; else the down is written anew, if it only undoes. */
function fixes(migration: Migration, steps: readonly Step[], history: History, settings: Settings): readonly Fix[] {
  const pair = pairOf(migration, history)
  const downs = steps.filter(({ direction }) => direction === 'down')
  const [first, last] = [downs[0], downs.at(-1)]
  if (!pair || !first || !last) return []
  if (!downs.every(isUndoing)) return none('The down does more than to undo.')
  const { failing, catalog } = withoutFailing(downs, first.before, settings)
  const isUndone = differences(history.before(pair.up.path, 'up'), catalog).length === 0
  if (isUndone && failing.length < downs.length) {
    const edits = failing.map(removedStatement)
    return [{ title: 'Leave out what fails', safety: 'review', isChange: true, turn: 'last', edits }]
  }
  const replaced = migration.text.slice(first.statement.span.start, last.statement.span.end)
  if (tokensOf(replaced).some(({ kind }) => kind === 'comment'))
    return none('A down with comments is for a person to write anew.')
  return writtenDown(pair.up, history, settings).map(fix => ({ ...fix, title: 'Write the down anew', isChange: true }))
}

/** What statements come to where those that fail are not there. */
function withoutFailing(steps: readonly Step[], start: Catalog, settings: Settings) {
  const failing: Step[] = []
  let catalog = start
  for (const step of steps) {
    if (!step.command) continue
    if (failureOf(step.command, catalog, settings)) failing.push(step)
    else catalog = apply(catalog, step.command)
  }
  return { failing, catalog }
}

/** Rows that are moved, and what blocks do, would be lost with the statement. */
const isUndoing = ({ command }: Step): boolean =>
  command !== undefined && (isDrop(command) || /^(?:ALTER|BEGIN|COMMIT|REVOKE)\b/.test(command.tag))
