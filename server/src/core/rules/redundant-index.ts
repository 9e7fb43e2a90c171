import type { Fix } from '../finding'
import { leftOut } from '../fixes/edits'
import { downSteps, laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { laterStatements } from '../judgement/later'
import { inQuotes } from '../judgement/target'
import { type Index, indexesOf, keyOf } from '../postgres/catalog'
import { indexName } from '../postgres/names'
import type { CreateIndex } from '../sql/commands'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'redundant-index',
  risk: 'compatibility',
  severity: 'information',
  on: ['CREATE INDEX'],
  why: `
Every index costs time at every \`INSERT\` and most \`UPDATE\`s, and space. An index over the same columns in the same order as
another finds nothing that the other does not find. One over the first columns of another is smaller, but the other answers
the same queries.

Compared are B-tree indexes over plain columns without a predicate. A unique index is not redundant beside one that is not
unique, but makes that one redundant. An index that only begins like another is a hint.`,
  instead: `
Leave it out. Where the new index is to take the place of the old one, drop the old one in the same migration.`,
  manual: ['indexes-multicolumn.html', 'indexes-unique.html'],
  seeds: ['do not index too much'],

  *check(index, context) {
    if (!isComparable(index)) return
    const columns = index.columns.map(({ column }) => column)
    const same = indexesOf(context.catalog, keyOf(context.catalog, index.table)).filter(
      other =>
        isPlain(other) &&
        columns.every((column, place) => other.columns[place] === column) &&
        index.include.every(column => other.include.includes(column)) &&
        (!index.unique || (other.unique && other.columns.length === columns.length)),
    )
    const exact = same.find(other => other.columns.length === columns.length)
    const other = exact ?? same[0]
    if (!other || other.name === index.name?.name || isDroppedLater(other, context)) {
      yield* replaced(index, columns, context)
      return
    }
    yield {
      at: index.name?.span ?? index.keywords,
      message: exact
        ? `index "${other.name}" has the same columns of table ${inQuotes(index.table)} already`
        : `index "${other.name}" of table ${inQuotes(index.table)} begins with the same columns and answers the same queries`,
      detail: 'Each index is written at every INSERT and at most UPDATEs.',
      hint: `Leave this one out, or drop "${other.name}" in the same migration where this one is to take its place.`,
      relation: other.table,
      severity: exact ? undefined : 'hint',
      fixes: () => withoutIndex(index, context),
    }
  },

  examples: `
-- bad: a unique index beside a plain one, which answers nothing more then
-- shows: index that another one makes redundant
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_unique.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
--                                 ^^^^^^^^^^^^^^^ hint [redundant-index: index "users_email_idx" of table "users" answers nothing that this one does not]

-- good: a later migration drops the other one
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, seller bigint);
  CREATE INDEX orders_user_seller_idx ON orders (user_id, seller);
-- file: 000003_drop_index.up.sql
  DROP INDEX CONCURRENTLY orders_user_seller_idx;
-- file: 000002_narrower_index.up.sql
  CREATE INDEX CONCURRENTLY orders_user_idx ON orders (user_id);

-- good: the plain one goes when the unique one is there
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_unique.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
  DROP INDEX CONCURRENTLY users_email_idx;

-- bad: the same columns
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, seller bigint);
  CREATE INDEX orders_user_idx ON orders (user_id, seller);
-- file: 0002_again.sql
  ALTER TABLE orders ADD COLUMN note text;
  CREATE INDEX CONCURRENTLY orders_user_seller_idx ON orders (user_id, seller);
--                          ^^^^^^^^^^^^^^^^^^^^^^ information [redundant-index: index "orders_user_idx" has the same columns of table "orders" already]
-- fix: Leave the index out
  ALTER TABLE orders ADD COLUMN note text;

-- bad: a unique constraint has an index
-- given: golang-migrate
-- file: 000001_users.down.sql
  DROP INDEX users_email_idx;
  DROP TABLE users;
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE);
  CREATE INDEX users_email_idx ON users (email);
--             ^^^^^^^^^^^^^^^ information [redundant-index: index "users_email_key" has the same columns of table "users" already]
-- fix: Leave the index out
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE);

-- bad: a comment that others stand under stays for them
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE, name text);
  -- +goose Down
  DROP TABLE users;
-- file: 00002_indexes.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- by email
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--^^^^^^^^^^^^ information [half-applied-on-failure: when a later statement fails, this CREATE INDEX has run already: the migration cannot be run again]
--                          ^^^^^^^^^^^^^^^ information [redundant-index: index "users_email_key" has the same columns of table "users" already]
  -- by name
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

  -- +goose Down
  -- the indexes
  DROP INDEX CONCURRENTLY users_email_idx;
  DROP INDEX CONCURRENTLY users_name_idx;
-- fix: Build each index in a migration of its own
  -- +goose NO TRANSACTION
  -- +goose Up
  -- by email
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- +goose Down
  -- the indexes
  DROP INDEX CONCURRENTLY users_email_idx;
-- file: 00003_create_users_name_idx.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- by name
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

  -- +goose Down
  DROP INDEX CONCURRENTLY users_name_idx;
-- fix: Leave the index out
  -- +goose NO TRANSACTION
  -- +goose Up
  -- by name
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

  -- +goose Down
  -- the indexes
  DROP INDEX CONCURRENTLY users_name_idx;

-- bad: the first columns of another
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, seller bigint);
  CREATE INDEX orders_user_seller_idx ON orders (user_id, seller);
  CREATE INDEX ON orders (user_id);
--^^^^^^^^^^^^ hint [redundant-index: index "orders_user_seller_idx" of table "orders" begins with the same columns and answers the same queries]
-- fix: Leave the index out
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, seller bigint);
  CREATE INDEX orders_user_seller_idx ON orders (user_id, seller);

-- good: the new one takes the place of the old one
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE INDEX orders_old_idx ON orders (user_id);
-- file: 0002_again.sql
  CREATE INDEX CONCURRENTLY orders_user_idx ON orders (user_id);
  DROP INDEX CONCURRENTLY orders_old_idx;

-- good: other columns, another order, a predicate, an operator class, unique
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_idx ON users (email, name);
  CREATE INDEX users_name_idx ON users (name, email);
  CREATE INDEX users_named_idx ON users (email) WHERE name IS NOT NULL;
  CREATE INDEX users_pattern_idx ON users (email text_pattern_ops);
  CREATE UNIQUE INDEX users_email_key ON users (email);
`,
})

/** A unique index finds all that a plain one of the same columns finds. */
function* replaced(
  index: CreateIndex,
  columns: readonly (string | undefined)[],
  context: RuleContext,
): Iterable<RuleFinding> {
  if (!index.unique) return
  const plain = indexesOf(context.catalog, keyOf(context.catalog, index.table)).find(
    other =>
      isPlain(other) &&
      !other.unique &&
      other.columns.length === columns.length &&
      columns.every((column, place) => other.columns[place] === column) &&
      other.include.every(column => index.include.includes(column)),
  )
  if (!plain || plain.name === index.name?.name || isDroppedLater(plain, context)) return
  yield {
    at: index.name?.span ?? index.keywords,
    message: `index "${plain.name}" of table ${inQuotes(index.table)} answers nothing that this one does not`,
    detail: 'Each index is written at every INSERT and at most UPDATEs.',
    hint: `Drop "${plain.name}" when this one is built.`,
    relation: plain.table,
    severity: 'hint',
  }
}

const isComparable = (index: CreateIndex): boolean =>
  index.method === 'btree' &&
  !index.where &&
  !index.only &&
  index.columns.every(({ column, isModified }) => column !== undefined && !isModified)

const isPlain = (index: Index): boolean =>
  index.method === 'btree' && !index.partial && !index.isModified && !index.conditional

const isDroppedLater = ({ name: dropped }: Index, context: RuleContext): boolean =>
  [...laterSteps(context), ...laterStatements(context, [dropped])].some(
    ({ command }) => command?.tag === 'DROP INDEX' && command.names.some(({ name }) => name === dropped),
  )

/** Takes the statement out, and the one that undoes it. */
function withoutIndex(index: CreateIndex, context: RuleContext): Fix[] {
  const name = indexName(context.catalog, index)
  if (context.statement.problem || laterSteps(context).some(step => mentions(step, name))) return []
  const undone = downSteps(context).find(
    ({ command }) => command?.tag === 'DROP INDEX' && command.names.length === 1 && command.names[0]?.name === name,
  )
  return [
    {
      title: 'Leave the index out',
      safety: 'review',
      isChange: true,
      turn: 'early',
      edits: [context, ...(undone ? [undone] : [])].map(leftOut),
    },
  ]
}
