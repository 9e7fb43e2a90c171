import type { Fix } from '../finding'
import { fenceAround, replacement, statementsBefore } from '../fixes/edits'
import { inSchema, nameTaken } from '../fixes/indexes'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { inQuotes, isNew } from '../judgement/target'
import { indexName } from '../postgres/names'
import type { CreateIndex } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'invalid-index-accepted',
  risk: 'failure',
  severity: 'information',
  on: ['CREATE INDEX'],
  directions: ['up', 'down'],
  why: `
When \`CREATE INDEX CONCURRENTLY\` fails, because of a duplicate, a deadlock, a timeout or a restart, it leaves an invalid
index of the same name: no query uses it, and writes may have to maintain it all the same. With \`IF NOT EXISTS\` the next attempt finds that name,
does nothing and succeeds: the migration is recorded as done, and the index is never built.

A file has one such finding, which says how many more there are. Nothing is said where an earlier statement of the file drops the index or has to do with it otherwise, and of tables that the
same migration makes.`,
  instead: `
Drop what a failed attempt may have left, then build without \`IF NOT EXISTS\`. The fix does so where each statement of the
file commits by itself. It is for you to review: where somebody has built the index by hand before, it is built again.`,
  manual: ['sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],

  *check(index, context) {
    if (!index.concurrently || !index.ifNotExists || context.transaction.isBlock) return
    if (!index.name || isNew(index.table, context) || nameTaken(index, context)) return
    const { name } = index.name
    if (context.steps.slice(0, context.index).some(step => mentions(step, name))) return
    yield {
      at: index.ifNotExists,
      message: `IF NOT EXISTS accepts the invalid index that a failed build of ${inQuotes({ name })} leaves behind`,
      detail: 'The second attempt then does nothing and succeeds, and the index is never built.',
      hint: 'Drop the index with IF EXISTS first, and build it without IF NOT EXISTS.',
      mostInFile: 1,
      fixes: () => droppedFirst(index, context),
    }
  },

  examples: `
-- bad: a second attempt would do nothing
-- shows: \`IF NOT EXISTS\` that accepts the invalid index of a failed concurrent build
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- For the login.
  CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
--                                 ^^^^^^^^^^^^^ information [invalid-index-accepted: IF NOT EXISTS accepts the invalid index that a failed build of "users_email_idx" leaves behind]
-- fix: Drop what a failed build left, then build it
  -- +goose NO TRANSACTION
  -- +goose Up
  DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;
  -- For the login.
  CREATE UNIQUE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: with a schema
-- file: 0001_users.sql
  CREATE TABLE public.users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  create index concurrently if not exists "Email" on public.users (email);
--                          ^^^^^^^^^^^^^ information [invalid-index-accepted: IF NOT EXISTS accepts the invalid index that a failed build of "Email" leaves behind]
-- fix: Drop what a failed build left, then build it
  drop index concurrently if exists public."Email";
  create index concurrently "Email" on public.users (email);

-- bad: the file is sent as one query, and has no room for a second statement
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email.up.sql
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
--                          ^^^^^^^^^^^^^ information [invalid-index-accepted: IF NOT EXISTS accepts the invalid index that a failed build of "users_email_idx" leaves behind]

-- good: what a failed attempt left is dropped first
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);

-- good: without IF NOT EXISTS the second attempt fails, and is seen
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: a table that the same migration makes
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
`,
})

function droppedFirst(index: CreateIndex, context: RuleContext): Fix[] {
  const { statement, section } = context
  const isSent = ({ start, end }: { start: number; end: number }) =>
    start <= statement.span.start && statement.span.end <= end
  // In one query with it the DROP would bring it into a transaction block.
  if (section.transaction !== 'own' || (section.queries.some(isSent) && !fenceAround(context))) return []
  if (!index.ifNotExists) return []
  const name = inSchema(index.table.schema, indexName(context.catalog, index))
  const drop = 'DROP INDEX CONCURRENTLY IF EXISTS'
  const { start, end } = index.ifNotExists
  const after = /^\s*/.exec(statement.text.slice(end))?.[0].length ?? 0
  return [
    {
      title: 'Drop what a failed build left, then build it',
      safety: 'review',
      edits: [
        ...statementsBefore(context, [`${drop} ${name};`]),
        replacement(context, { start, end: end + after }, ''),
      ],
    },
  ]
}
