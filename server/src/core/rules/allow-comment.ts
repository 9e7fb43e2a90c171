import type { Allowance, AllowedRule } from '../allow/allowances'
import { isOver } from '../allow/apply'
import type { Fix } from '../finding'
import type { Migration } from '../history/migration'
import { nearestName } from '../likeness'
import { lineStart, type Span } from '../text'
import { type AllowanceContext, defineAllowanceRule } from './rule'

export default defineAllowanceRule({
  id: 'allow-comment',
  risk: 'failure',
  severity: 'warning',
  on: 'allow comments',
  directions: ['up', 'down'],
  why: `
An allow comment that is misspelt, has no reason, or is past its day allows nothing, and whoever wrote it does not know. One
that has nothing left to allow hides the next finding of its rule in that place.

\`-- guard: allow <rule>[, <rule>] [until <day>]: <reason>\` holds for the whole statement, of the file or of a \`DO\` block, where it
stands on the lines directly above it or after its semicolon; for one line where it stands at its end, or on a line of its own above it inside the
statement. \`-- guard: allow-file ...\` holds for the file.

Ignore comments of squawk, eugene, Atlas, pgfence and diesel-guard are honoured where their rules are ours too; nothing is said
of them here.`,
  instead: `
Name the rule as the finding names it, say why it is all right after a colon, and take the comment out when it is of no more
use.`,
  manual: [],

  *check(context) {
    for (const allowance of context.allowances) {
      if (!allowance.isOurs) continue
      if (allowance.problem && !isForNothing(allowance, context)) {
        yield {
          at: allowance.comment,
          message: `this comment allows nothing: ${allowance.problem}`,
          ...(allowance.scope.length === 0 && { fixes: () => broughtDown(allowance, context.migration) }),
        }
        continue
      }
      if (isOver(allowance, context.settings)) {
        yield {
          at: allowance.comment,
          message: `this comment allowed it until ${allowance.until}, and that day is over`,
          hint: 'Make the change that it was waiting for, or say until when it holds now.',
          fixes: () => withoutComment(allowance, context.migration),
        }
        continue
      }
      yield* withoutUse(allowance, context)
    }
  },

  examples: `
-- bad: no such rule, no reason, something else
-- shows: allow comment that allows nothing
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, fax text);
-- file: 0002_less.sql
  -- guard: allow droped-column: a slip of the pen
--                ^^^^^^^^^^^^^ warning [allow-comment: no rule is called "droped-column"]
  ALTER TABLE users DROP COLUMN email;
--                  ^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "email" of table "users"]
  -- guard: allow dropped-column
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: its reason is missing; write it after a colon]
  ALTER TABLE users DROP COLUMN fax;
--                  ^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "fax" of table "users"]
  -- guard: ignore dropped-table
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: write "-- guard: allow <rule>: <reason>"]
-- fix: Write dropped-column
  -- guard: allow dropped-column: a slip of the pen
  ALTER TABLE users DROP COLUMN email;
  -- guard: allow dropped-column
  ALTER TABLE users DROP COLUMN fax;
  -- guard: ignore dropped-table
-- fix: Deprecate the column here, drop it in a new migration
  -- guard: allow droped-column: a slip of the pen
  COMMENT ON COLUMN users.email IS 'DEPRECATED: a later release drops it';
  -- guard: allow dropped-column
  ALTER TABLE users DROP COLUMN fax;
  -- guard: ignore dropped-table
-- file: 0003_drop_users_email.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN email;
-- fix: Deprecate the column here, drop it in a new migration
  -- guard: allow droped-column: a slip of the pen
  ALTER TABLE users DROP COLUMN email;
  -- guard: allow dropped-column
  COMMENT ON COLUMN users.fax IS 'DEPRECATED: a later release drops it';
  -- guard: ignore dropped-table
-- file: 0003_drop_users_fax.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN fax;

-- bad: a colon is missing
  CREATE TABLE users (id bigint PRIMARY KEY);
  -- guard allow dropped-table: nobody uses it
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: write "-- guard: allow <rule>: <reason>"]
  -- guard allows nothing here, and against nothing
  DROP TABLE users;

-- bad: a blank line below it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_index.sql
  -- guard: allow index-without-concurrently: the table has ten rows
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: no statement stands directly below it]

  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Take away the blank line below it
  -- guard: allow index-without-concurrently: the table has ten rows
  CREATE INDEX users_email_idx ON users (email);
-- fix: Build the index concurrently
  -- guard: allow index-without-concurrently: the table has ten rows

  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: not our name
  CREATE TABLE users (id bigint PRIMARY KEY);
  -- gaurd: allow dropped-table: nobody uses it
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: write "-- guard: allow <rule>: <reason>"]
  SELECT 1;
  -- migration-guard: allow-file dropped-table: nobody uses it
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allows nothing: write "-- guard: allow <rule>: <reason>"]
  -- linter: allow dropped-table
  -- guard: allow all: why not
--                ^^^ warning [allow-comment: no rule is called "all"]
  SELECT 2;

-- bad: nothing to allow
-- shows: allow comment that has nothing left to allow
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_index.sql
  -- guard: allow dropped-column, index-without-concurrently: the table has ten rows
--                ^^^^^^^^^^^^^^ warning [allow-comment: nothing to allow: no finding of dropped-column is left here]
  CREATE INDEX users_email_idx ON users (email);
  -- guard: allow dropped-column: it was here once
--                ^^^^^^^^^^^^^^ warning [allow-comment: nothing to allow: no finding of dropped-column is left here]
  ALTER TABLE users ADD COLUMN note text;
-- fix: Remove dropped-column from the comment
  -- guard: allow index-without-concurrently: the table has ten rows
  CREATE INDEX users_email_idx ON users (email);
  -- guard: allow dropped-column: it was here once
  ALTER TABLE users ADD COLUMN note text;
-- fix: Remove the comment
  -- guard: allow dropped-column, index-without-concurrently: the table has ten rows
  CREATE INDEX users_email_idx ON users (email);
  ALTER TABLE users ADD COLUMN note text;

-- bad: nothing to allow, and no reason
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_index.sql
  -- guard: allow index-without-concurrently
--                ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: nothing to allow: no finding of index-without-concurrently is left here]
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- fix: Remove the comment
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: its day is over
-- shows: expired allow comment
-- given: today 2026-11-21
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_index.sql
  -- guard: allow index-without-concurrently until 2026-06-30: before the launch
--^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [allow-comment: this comment allowed it until 2026-06-30, and that day is over]
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
-- fix: Remove the comment
  CREATE INDEX users_email_idx ON users (email);
-- fix: Build the index concurrently
  -- guard: allow index-without-concurrently until 2026-06-30: before the launch
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: for a statement, a line, a file, and for some time
-- given: today 2026-11-21
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, a text, b text);
-- file: 0002_index.sql
  -- guard: allow-file dropped-column: nobody has used them since release 12
  CREATE INDEX users_email_idx ON users (email); -- guard: allow index-without-concurrently until 2027-01-31: before the launch
  ALTER TABLE users
    DROP COLUMN a,
    DROP COLUMN b;

-- good: the comments of other linters
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, a text, b text);
-- file: 0002_index.sql
  -- squawk-ignore require-concurrent-index-creation
  CREATE INDEX users_email_idx ON users (email);
  -- atlas:nolint DS103
  ALTER TABLE users DROP COLUMN a;
  -- eugene: ignore
  ALTER TABLE users DROP COLUMN b;
  -- safety-assured:start
  DROP TABLE users;
  -- safety-assured:end
`,
})

/** Whether a comment would allow nothing with a reason either: what it was for has been mended. */
const isForNothing = (allowance: Allowance, { hasAllowed, isOff, ruleIds }: AllowanceContext): boolean =>
  allowance.lacksReason === true &&
  allowance.scope.length > 0 &&
  !allowance.isOverBroken &&
  allowance.rules !== 'all' &&
  allowance.rules.every(({ id }) => ruleIds.includes(id) && !isOff(id) && !hasAllowed(allowance, id))

/** The rules of a comment that allow nothing: unknown ones at once, others where all statements in reach could be judged. */
function* withoutUse(allowance: Allowance, context: AllowanceContext) {
  const { rules } = allowance
  if (rules === 'all') return
  const isUseless = ({ id }: AllowedRule) =>
    !context.hasAllowed(allowance, id) && !context.isOff(id) && !allowance.isOverBroken
  const unknown = rules.filter(({ id }) => !context.ruleIds.includes(id))
  for (const { id, span = allowance.comment } of unknown) {
    const near = nearestName(id, context.ruleIds)
    yield {
      at: span,
      message: `no rule is called "${id}"`,
      ...(near
        ? { hint: `Did you mean ${near}?`, fixes: () => renamed(span, near, context.migration) }
        : { hint: 'Name the rule as the finding names it.' }),
    }
  }
  const useless = rules.filter(rule => !unknown.includes(rule) && isUseless(rule))
  for (const rule of useless) {
    yield {
      at: rule.span ?? allowance.comment,
      message: `nothing to allow: no finding of ${rule.id} is left here`,
      fixes: () =>
        useless.length === rules.length
          ? withoutComment(allowance, context.migration)
          : withoutRule(rule, context.migration),
    }
  }
}

const renamed = (span: Span, to: string, { path }: Migration): Fix[] => [
  { title: `Write ${to}`, safety: 'review', edits: [{ path, span, text: to }] },
]

/** Takes away the blank lines between the comment and what follows. */
function broughtDown({ comment }: Allowance, { path, text }: Migration): Fix[] {
  const blank = /^[ \t]*\r?\n((?:[ \t]*\r?\n)+)/.exec(text.slice(comment.end))
  if (!blank) return []
  const end = comment.end + blank[0].length
  const span = { start: end - (blank[1]?.length ?? 0), end }
  return [{ title: 'Take away the blank line below it', safety: 'review', edits: [{ path, span, text: '' }] }]
}

/** Takes the comment out, and its line where nothing else stands on it. */
function withoutComment({ comment }: Allowance, { path, text }: Migration): Fix[] {
  const start = lineStart(text, comment.start)
  const newline = text.indexOf('\n', comment.end)
  const lineEnd = newline < 0 ? text.length : newline + 1
  const isAlone = text.slice(start, comment.start).trim() === '' && text.slice(comment.end, lineEnd).trim() === ''
  const before = text.slice(start, comment.start)
  const span = isAlone
    ? { start, end: lineEnd }
    : { start: comment.start - (before.length - before.trimEnd().length), end: comment.end }
  return [{ title: 'Remove the comment', safety: 'safe', edits: [{ path, span, text: '' }] }]
}

/** Takes one of several rules out of the comment, with a comma beside it. */
function withoutRule({ id, span }: AllowedRule, { path, text }: Migration): Fix[] {
  if (!span) return []
  const after = /^\s*,\s*/.exec(text.slice(span.end))?.[0].length ?? 0
  const before = after > 0 ? 0 : (/\s*,\s*$/.exec(text.slice(0, span.start))?.[0].length ?? 0)
  const cut = { start: span.start - before, end: span.end + after }
  return [{ title: `Remove ${id} from the comment`, safety: 'safe', edits: [{ path, span: cut, text: '' }] }]
}
