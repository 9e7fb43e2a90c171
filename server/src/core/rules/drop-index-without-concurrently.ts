import type { Fix } from '../finding'
import { cutStatement, replacement, written } from '../fixes/edits'
import { exchangedIndexes } from '../fixes/exchanged-indexes'
import { concurrently, indexNamed, moveOfDrop } from '../fixes/indexes'
import { inBody, inSteps, isNeeded, outsideTransaction, safetyOfConcurrently, undoneBy } from '../fixes/placement'
import { rebuiltOrNone } from '../fixes/rebuilt-index'
import { withhold } from '../fixes/withheld'
import type { Step } from '../history/steps'
import { laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { isLockedAnyway } from '../judgement/held-lock'
import { inQuotes, isNew, takes } from '../judgement/target'
import { byHand, hintWithTool } from '../judgement/tool-hints'
import { type Index, keyOf, type RelationKey, relationNamed } from '../postgres/catalog'
import type { Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'drop-index-without-concurrently',
  risk: 'locking',
  severity: 'warning',
  on: ['DROP INDEX'],
  why: `
\`DROP INDEX\` takes \`ACCESS EXCLUSIVE\` on the index and on its table. Dropping is quick, but the lock is queued for: the
statement waits for every transaction that uses the table, and every query that comes later waits behind it. Where the same
transaction then works for long, the lock is kept meanwhile: the finding is a warning there, and information elsewhere.

Nothing is said where another statement of the same short transaction, such as \`ADD COLUMN\`, takes \`ACCESS EXCLUSIVE\` on the
table too, of an index that the same migration makes or whose table it makes or drops, of one on a temporary table or on a
materialized view, and of one that backs a constraint (PostgreSQL refuses to drop that).`,
  instead: `
\`DROP INDEX CONCURRENTLY\` waits for those transactions without making others wait. It takes one index, no \`CASCADE\`, and
must run outside a transaction block. The index of a partitioned table cannot be dropped this way.`,
  manual: ['sql-dropindex.html', 'explicit-locking.html#LOCKING-TABLES'],
  seeds: ['drop indexes with CONCURRENTLY'],

  *check(drop, context) {
    if (drop.concurrently || (drop.ifExists && drop.names.every(name => isMissing(name, context)))) return
    const name = drop.names.find(candidate => isInUse(candidate, context))
    if (!name) return
    const index = indexNamed(name, context)
    const lock = context.effects.locks.find(({ relation }) => relation === index?.table)
    const isPartitioned = index?.kind === 'partitioned index'
    const isShort = context.transaction.over.length === 0
    if (isShort && index && isLockedAnyway(index.table, 'ACCESS EXCLUSIVE', context)) return
    yield {
      at: drop.keywords,
      message: takes('DROP INDEX', lock?.mode ?? 'ACCESS EXCLUSIVE', tableLabel(name, index, context)),
      detail:
        'It waits for every transaction that uses the table, and every query that comes later waits behind it until the drop is done.',
      hint: isPartitioned
        ? 'The index of a partitioned table cannot be dropped concurrently: set lock_timeout, and try again when it fails.'
        : hintWithTool(
            'DROP INDEX CONCURRENTLY makes nobody wait; it takes one index, no CASCADE, and must run outside a transaction block.',
            context,
            byHand.dropIndex,
          ),
      relation: index?.table,
      severity: isShort ? 'information' : 'warning',
      fixes: () => (isPartitioned ? [] : fixes(drop, context)),
    }
  },

  examples: `
-- bad: an index of a table in use
-- shows: plain \`DROP INDEX\` on a table in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_no_email_index.sql
  DROP INDEX users_email_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
-- fix: Drop the index concurrently
  DROP INDEX CONCURRENTLY users_email_idx;

-- bad: an index that the history does not show
  DROP INDEX IF EXISTS app.users_email_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on the table of index "app.users_email_idx": reads and writes wait]
-- fix: Drop the index concurrently
  DROP INDEX CONCURRENTLY IF EXISTS app.users_email_idx;

-- bad: in the transaction of the tool
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 00002_no_email_index.sql
  -- +goose Up
  DROP INDEX users_email_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]

  -- +goose Down
  CREATE INDEX users_email_idx ON users (email);
-- fix: Drop the index concurrently
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY users_email_idx;

  -- +goose Down
  CREATE INDEX users_email_idx ON users (email);

-- bad: beside another statement of the same query
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000002_no_email_index.up.sql
  DROP INDEX users_email_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
  COMMENT ON TABLE users IS 'People who can sign in';
-- file: 000002_no_email_index.down.sql
  COMMENT ON TABLE users IS NULL;
  CREATE INDEX users_email_idx ON users (email);
-- fix: Drop the index concurrently in a new migration
-- file: 000002_no_email_index.up.sql
  COMMENT ON TABLE users IS 'People who can sign in';
-- file: 000002_no_email_index.down.sql
  COMMENT ON TABLE users IS NULL;
-- file: 000003_drop_users_email_idx.up.sql
  DROP INDEX CONCURRENTLY users_email_idx;
-- file: 000003_drop_users_email_idx.down.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: several at once, which CONCURRENTLY does not take
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_email_idx ON users (email);
  CREATE INDEX users_name_idx ON users (name);
-- file: 0002_no_indexes.sql
  DROP INDEX users_email_idx, users_name_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
-- fix: Drop each index concurrently
  DROP INDEX CONCURRENTLY users_email_idx;
  DROP INDEX CONCURRENTLY users_name_idx;

-- bad: several in the transaction of the tool, with a down
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_email_idx ON users (email);
  CREATE INDEX users_name_idx ON users (name);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_no_indexes.up.sql
  DROP INDEX IF EXISTS users_email_idx, users_name_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
  CREATE TABLE phones (id bigint PRIMARY KEY);
-- file: 000002_no_indexes.down.sql
  DROP TABLE phones;
  CREATE INDEX users_email_idx ON users (email);
  CREATE INDEX users_name_idx ON users (name);
-- fix: Drop each index concurrently in new migrations
-- file: 000002_no_indexes.up.sql
  CREATE TABLE phones (id bigint PRIMARY KEY);
-- file: 000002_no_indexes.down.sql
  DROP TABLE phones;
-- file: 000003_drop_users_email_idx.up.sql
  DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;
-- file: 000003_drop_users_email_idx.down.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- file: 000004_drop_users_name_idx.up.sql
  DROP INDEX CONCURRENTLY IF EXISTS users_name_idx;
-- file: 000004_drop_users_name_idx.down.sql
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

-- bad: built anew under the same name
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_name_idx ON users (name);
-- file: 000002_index.up.sql
  DROP INDEX users_name_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
  CREATE INDEX users_name_idx ON users (name, email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
  CREATE INDEX CONCURRENTLY users_name_idx_new ON users (name, email);
-- file: 000003_drop_users_name_idx.up.sql
  DROP INDEX CONCURRENTLY users_name_idx;
-- file: 000004_rename_users_name_idx_new.up.sql
  ALTER INDEX users_name_idx_new RENAME TO users_name_idx;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
  CREATE INDEX CONCURRENTLY users_name_idx_new ON users (name, email);
-- file: 000003_drop_users_name_idx.up.sql
  DROP INDEX CONCURRENTLY users_name_idx;
-- file: 000004_rename_users_name_idx_new.up.sql
  ALTER INDEX users_name_idx_new RENAME TO users_name_idx;

-- bad: built anew under the same name, beside something else
-- given: flyway
-- file: V1__users.sql
  CREATE SCHEMA shop;
  CREATE TABLE shop.users (id bigint PRIMARY KEY, email text, name text);
  CREATE UNIQUE INDEX users_name_idx ON shop.users (name);
-- file: V2__index.sql
  ALTER TABLE shop.users ADD COLUMN note text;
  DROP INDEX IF EXISTS shop.users_name_idx;
--^^^^^^^^^^ warning [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
  -- By mail as well.
  CREATE UNIQUE INDEX users_name_idx ON shop.users (name, email);
--^^^^^^^^^^^^^^^^^^^ error [index-without-concurrently: CREATE UNIQUE INDEX takes SHARE on table "shop.users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
  ALTER TABLE shop.users ADD COLUMN note text;
-- file: V3__build_users_name_idx_new.sql
  -- By mail as well.
  CREATE UNIQUE INDEX CONCURRENTLY users_name_idx_new ON shop.users (name, email);
-- file: V4__drop_users_name_idx.sql
  DROP INDEX CONCURRENTLY IF EXISTS shop.users_name_idx;
-- file: V5__rename_users_name_idx_new.sql
  ALTER INDEX shop.users_name_idx_new RENAME TO users_name_idx;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it, in new migrations
  ALTER TABLE shop.users ADD COLUMN note text;
-- file: V3__build_users_name_idx_new.sql
  -- By mail as well.
  CREATE UNIQUE INDEX CONCURRENTLY users_name_idx_new ON shop.users (name, email);
-- file: V4__drop_users_name_idx.sql
  DROP INDEX CONCURRENTLY IF EXISTS shop.users_name_idx;
-- file: V5__rename_users_name_idx_new.sql
  ALTER INDEX shop.users_name_idx_new RENAME TO users_name_idx;

-- bad: built anew under the same name, each statement by itself
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_name_idx ON users (name);
-- file: 0002_index.sql
  DROP INDEX users_name_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
--           ^^^^^^^^^^^^^^ information [index-dropped-before-replacement: DROP INDEX takes away index "users_name_idx" before its replacement is built]
  CREATE INDEX users_name_idx ON users (name, email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Build the new index concurrently under another name, drop the old one, and rename it
  CREATE INDEX CONCURRENTLY users_name_idx_new ON users (name, email);
  DROP INDEX CONCURRENTLY users_name_idx;
  ALTER INDEX users_name_idx_new RENAME TO users_name_idx;
-- fix: Build the new index concurrently under another name, drop the old one, and rename it
  CREATE INDEX CONCURRENTLY users_name_idx_new ON users (name, email);
  DROP INDEX CONCURRENTLY users_name_idx;
  ALTER INDEX users_name_idx_new RENAME TO users_name_idx;

-- bad: a unique index, before rows that it would refuse
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE UNIQUE INDEX users_email_idx ON users (email);
-- file: 000002_no_email_index.up.sql
  DROP INDEX users_email_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
  INSERT INTO users VALUES (1, 'a@example.com'), (2, 'a@example.com') ON CONFLICT (id) DO NOTHING;
-- fix: Drop the index concurrently, and what follows in a new migration
  DROP INDEX CONCURRENTLY users_email_idx;
-- file: 000003_after_drop_users_email_idx.up.sql
  INSERT INTO users VALUES (1, 'a@example.com'), (2, 'a@example.com') ON CONFLICT (id) DO NOTHING;

-- good: the table is locked as strongly for another column
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 000002_phone.up.sql
  DROP INDEX users_email_idx;
  ALTER TABLE users ADD COLUMN phone text;

-- bad: beside LOCK TABLE, of which nothing is said then
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_lock.sql
  BEGIN;
  LOCK TABLE users IN ACCESS EXCLUSIVE MODE;
  DROP INDEX users_email_idx CASCADE;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "users": reads and writes wait]
  COMMIT;

-- bad: the down makes it again without saying its name
-- given: goose
-- file: 00001_jobs.sql
  -- +goose Up
  CREATE TABLE jobs (id bigint PRIMARY KEY, queue text, priority int);
  CREATE INDEX ON jobs (queue, priority);
  -- +goose Down
  DROP TABLE jobs;
-- file: 00002_title.sql
  -- +goose Up
  CREATE TABLE titles (id bigint PRIMARY KEY);
  DROP INDEX IF EXISTS jobs_queue_priority_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "jobs": reads and writes wait]

  -- +goose Down
  CREATE INDEX ON jobs (queue, priority);
  DROP TABLE titles;
-- fix: Drop the index concurrently in a new migration
  -- +goose Up
  CREATE TABLE titles (id bigint PRIMARY KEY);

  -- +goose Down
  DROP TABLE titles;
-- file: 00003_drop_jobs_queue_priority_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY IF EXISTS jobs_queue_priority_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY ON jobs (queue, priority);

-- bad: the down makes it again on a table that has its old name by then
-- given: goose, renamed-table off
-- file: 00001_jobs.sql
  -- +goose Up
  CREATE TABLE jobs (id bigint PRIMARY KEY, queue text);
  CREATE INDEX jobs_queue_idx ON jobs (queue);
  -- +goose Down
  DROP TABLE jobs;
-- file: 00002_tasks.sql
  -- +goose Up
  ALTER TABLE jobs RENAME TO tasks;
  DROP INDEX jobs_queue_idx;
--^^^^^^^^^^ information [drop-index-without-concurrently: DROP INDEX takes ACCESS EXCLUSIVE on table "tasks": reads and writes wait]

  -- +goose Down
  ALTER TABLE tasks RENAME TO jobs;
  CREATE INDEX jobs_queue_idx ON jobs (queue);
-- fix: Drop the index concurrently in a new migration
  -- +goose Up
  ALTER TABLE jobs RENAME TO tasks;

  -- +goose Down
  ALTER TABLE tasks RENAME TO jobs;
-- file: 00003_drop_jobs_queue_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY jobs_queue_idx;

  -- +goose Down
  CREATE INDEX CONCURRENTLY jobs_queue_idx ON tasks (queue);

-- good: the table goes too
-- given: dropped-table off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_no_users.sql
  DROP INDEX users_email_idx;
  DROP TABLE users;

-- good: concurrently
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_no_email_index.sql
  DROP INDEX CONCURRENTLY users_email_idx;

-- good: an index of the same migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_try.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
  DROP INDEX users_email_idx;

-- good: an index of a temporary table
  CREATE TEMPORARY TABLE imported (id bigint, email text);
  CREATE INDEX imported_email_idx ON imported (email);
  DROP INDEX imported_email_idx;

-- good: there is none, and IF EXISTS says so
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_no_email_index.sql
  DROP INDEX IF EXISTS users_email_idx;

-- good: a down
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email_index.up.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- file: 000002_email_index.down.sql
  DROP INDEX users_email_idx;
`,
})

function isInUse(name: Name, context: RuleContext): boolean {
  if (isNew(name, context)) return false
  const index = indexNamed(name, context)
  if (!index) return true
  const table = context.catalog.relations.get(index.table)
  if (!table) return true
  if (laterSteps(context).some(step => drops(step, index.table))) return false
  const isOfOthers = table.kind !== 'materialized view' && !isNew({ ...table, span: name.span }, context)
  return isOfOthers && index.constraint === undefined
}

const drops = (step: Step, table: RelationKey): boolean =>
  step.command?.tag === 'DROP TABLE' && step.command.names.some(name => keyOf(step.before, name) === table)

const isMissing = (name: Name, { catalog }: RuleContext): boolean =>
  catalog.complete && relationNamed(catalog, name) === undefined

function tableLabel(name: Name, index: Index | undefined, { catalog }: RuleContext): string {
  const table = index && catalog.relations.get(index.table)
  return table ? `${table.kind} ${inQuotes({ name: table.name })}` : `the table of index ${inQuotes(name)}`
}

function fixes(drop: Drop, context: RuleContext): Fix[] {
  const [name] = drop.names
  if (drop.cascade) withhold('CONCURRENTLY takes no CASCADE.')
  if (!name || drop.cascade) return []
  if (drop.names.length > 1) return eachByItself(drop, context)
  const index = indexNamed(name, context)
  const exchanged = index && exchangedIndexes(index.table, context)
  if (exchanged) return [exchanged]
  const rebuilt = index && rebuiltOrNone(drop, index, context)
  if (rebuilt) return rebuilt
  const placed = outsideTransaction(context, [concurrently(context, drop)], moveOfDrop(name, context))
  if (!placed) return []
  const title = `Drop the index concurrently${placed.where}`
  return [{ title, safety: safetyOfConcurrently(context), turn: 'late', ...placed }]
}

/** CONCURRENTLY takes one index: each is dropped by a statement of its own. */
function eachByItself({ names, ifExists }: Drop, context: RuleContext): Fix[] {
  const indexes = names.map(name => indexNamed(name, context))
  if (indexes.some(index => index?.kind === 'partitioned index' || index?.constraint !== undefined)) return []
  if (context.inside) withhold(inBody)
  if (context.inside) return []
  const moves = names.map(name => moveOfDrop(name, context))
  const drops = names.map(
    name => `DROP INDEX CONCURRENTLY ${ifExists ? 'IF EXISTS ' : ''}${written(context, name.span)};`,
  )
  const title = `Drop each index concurrently`
  const safety = safetyOfConcurrently(context)
  if (!context.transaction.isBlock) {
    const edit = replacement(context, { start: 0, end: context.statement.text.length }, drops.join('\n').slice(0, -1))
    return [{ title, safety, turn: 'late', edits: [edit] }]
  }
  if (context.direction === 'down') withhold('Nothing of a down moves to another migration.')
  if (context.direction === 'down') return []
  if (
    isNeeded(context, step => moves.map(move => move.neededBy?.(step) ?? false).find(need => need !== false) ?? false)
  )
    return []
  const about = {
    tables: [...new Set(moves.flatMap(move => move.about.tables))],
    names: moves.flatMap(move => move.about.names ?? []),
  }
  const parts = moves.map((move, place) => ({
    title: move.title,
    up: drops.slice(place, place + 1),
    down: undoneBy(context, move.undo),
    transaction: false,
  }))
  const placed = inSteps(context, parts, [cutStatement(context).edit], about)
  return placed ? [{ title: `${title}${placed.where}`, safety, turn: 'late', ...placed }] : []
}
