import type { Fix } from '../finding'
import { type Concurrent, concurrentPart } from '../fixes/concurrent-part'
import { statementsAfter, statementsBefore } from '../fixes/edits'
import type { Step } from '../history/steps'
import type { RuleContext } from '../judgement/context'
import { type ShortTimeout, shortTimeouts } from '../judgement/short-timeouts'
import { isNew } from '../judgement/target'
import type { Command } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'short-timeout-over-concurrent-build',
  risk: 'failure',
  severity: 'warning',
  on: ['CREATE INDEX', 'DROP INDEX', 'REINDEX', 'ALTER TABLE'],
  concerns: command => concurrentPart(command) !== undefined,
  directions: ['up', 'down'],
  why: `
The \`CONCURRENTLY\` forms wait for transactions that began before them, a build with \`CREATE INDEX\` or \`REINDEX\` for every
older snapshot of the database, whatever table it reads. \`lock_timeout\` counts these waits, and \`statement_timeout\` the whole
build. A value that is right for \`ALTER TABLE\` ends them with an error, and what was begun stays: an invalid index, which no
query uses and every write maintains, or a partition that is half detached. While \`CONCURRENTLY\` waits nobody waits for it but
other schema changes, so there is little that a timeout could protect.

Nothing is said of a \`lock_timeout\` of five minutes and more, a \`statement_timeout\` of half an hour and more, of
\`SET LOCAL\` outside a transaction, which sets nothing, and of tables that the same migration makes. Statements that follow
one another have one finding.`,
  instead: `
Set the timeout to 0 in front of the build, and back after it.`,
  manual: [
    'sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
    'runtime-config-client.html#GUC-LOCK-TIMEOUT',
    'runtime-config-client.html#GUC-STATEMENT-TIMEOUT',
  ],
  seeds: ['know what an interrupted concurrent build leaves behind'],

  *check(command, context) {
    const { steps, index, inside } = context
    const part = concurrentPart(command)
    const timeouts = inside || !part ? [] : shortFor(context)
    const previous = steps[index - 1]
    if (!part || timeouts.length === 0 || isNewTable(command, context)) return
    if (previous && shortFor(previous).length > 0) return
    const named = timeouts.map(({ name, value }) => `${name} = ${value}`).join(' and ')
    yield {
      at: part.at,
      message: `${part.what} under ${named}: when it takes longer, it fails and leaves ${leftOf(command)}`,
      detail: detailOf(command, timeouts),
      hint: 'Lift the timeout for this statement, and set it again afterwards.',
      fixes: () => lifted(timeouts, context),
    }
  },

  examples: `
-- bad: a lock timeout that is right for ALTER TABLE
-- shows: short \`lock_timeout\` over a concurrent build
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  SET lock_timeout = '2s';
  ALTER TABLE users ADD COLUMN nickname text;
  -- Found by it.
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--             ^^^^^^^^^^^^ warning [short-timeout-over-concurrent-build: CREATE INDEX CONCURRENTLY under lock_timeout = 2s: when it takes longer, it fails and leaves an invalid index]
  ALTER TABLE users ALTER COLUMN nickname SET DEFAULT '';
-- fix: Lift lock_timeout for it
  SET lock_timeout = '2s';
  ALTER TABLE users ADD COLUMN nickname text;
  SET lock_timeout = 0;
  -- Found by it.
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
  SET lock_timeout = '2s';
  ALTER TABLE users ALTER COLUMN nickname SET DEFAULT '';

-- bad: several that follow one another, with the marker of the tool
-- shows: short \`statement_timeout\` over a concurrent build
-- given: goose, half-applied-on-failure off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE INDEX users_name_idx ON users (name);
-- file: 00002_indexes.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  SET lock_timeout = '1s';
  SET statement_timeout = '1min';
  CREATE INDEX CONCURRENTLY users_name_email_idx ON users (name, email);
--             ^^^^^^^^^^^^ warning [short-timeout-over-concurrent-build: CREATE INDEX CONCURRENTLY under lock_timeout = 1s and statement_timeout = 1min: when it takes longer, it fails and leaves an invalid index]
  DROP INDEX CONCURRENTLY users_name_idx;
  RESET lock_timeout;
  RESET statement_timeout;
-- fix: Lift lock_timeout and statement_timeout for these statements
  -- +goose NO TRANSACTION
  -- +goose Up
  SET lock_timeout = '1s';
  SET statement_timeout = '1min';
  SET lock_timeout = 0;
  SET statement_timeout = 0;
  CREATE INDEX CONCURRENTLY users_name_email_idx ON users (name, email);
  DROP INDEX CONCURRENTLY users_name_idx;
  SET lock_timeout = '1s';
  SET statement_timeout = '1min';
  RESET lock_timeout;
  RESET statement_timeout;

-- bad: a partition that is detached
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- file: 0002_detach.sql
  set lock_timeout to 500;
  ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;
--                   ^^^^^^^^^^^^^^^^ warning [short-timeout-over-concurrent-build: ALTER TABLE ... DETACH CONCURRENTLY under lock_timeout = 500ms: when it takes longer, it fails and leaves the partition half detached]
-- fix: Lift lock_timeout for it
  set lock_timeout to 500;
  SET lock_timeout = 0;
  ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;
  SET lock_timeout = 500;

-- bad: in the down
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- +goose Down
  SET lock_timeout = '5s';
  DROP INDEX CONCURRENTLY users_email_idx;
--           ^^^^^^^^^^^^ warning [short-timeout-over-concurrent-build: DROP INDEX CONCURRENTLY under lock_timeout = 5s: when it takes longer, it fails and leaves an invalid index]
  RESET lock_timeout;
-- fix: Lift lock_timeout for it
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- +goose Down
  SET lock_timeout = '5s';
  SET lock_timeout = 0;
  DROP INDEX CONCURRENTLY users_email_idx;
  SET lock_timeout = '5s';
  RESET lock_timeout;

-- good: lifted for the build
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  SET lock_timeout = '2s';
  ALTER TABLE users ADD COLUMN nickname text;
  SET lock_timeout = 0;
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: long enough for a build
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  SET lock_timeout = '10min';
  SET statement_timeout = '2h';
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: DROP only waits, and minutes are enough
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_email.sql
  SET statement_timeout = '10min';
  DROP INDEX CONCURRENTLY users_email_idx;

-- good: outside a transaction SET LOCAL sets nothing
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  SET LOCAL lock_timeout = '2s';
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: a table that the same migration makes
  SET lock_timeout = '2s';
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: CONCURRENTLY comes with its timeouts lifted, and moves behind COMMIT so
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- file: 0002_email.sql
  SET lock_timeout = '2s';
  CREATE INDEX users_email_idx ON users (email);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  REINDEX INDEX CONCURRENTLY users_pkey;
--^^^^^^^^^^^^^ warning [short-timeout-over-concurrent-build: REINDEX CONCURRENTLY under lock_timeout = 2s: when it takes longer, it fails and leaves an invalid index]
  BEGIN;
  ALTER TABLE users ADD COLUMN nickname text;
  CREATE INDEX users_name_idx ON users (name);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the index is built]
  COMMIT;
-- fix: Build the index concurrently
  SET lock_timeout = '2s';
  SET lock_timeout = 0;
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
  SET lock_timeout = '2s';
  REINDEX INDEX CONCURRENTLY users_pkey;
  BEGIN;
  ALTER TABLE users ADD COLUMN nickname text;
  CREATE INDEX users_name_idx ON users (name);
  COMMIT;
-- fix: Lift lock_timeout for it
  SET lock_timeout = '2s';
  CREATE INDEX users_email_idx ON users (email);
  SET lock_timeout = 0;
  REINDEX INDEX CONCURRENTLY users_pkey;
  SET lock_timeout = '2s';
  BEGIN;
  ALTER TABLE users ADD COLUMN nickname text;
  CREATE INDEX users_name_idx ON users (name);
  COMMIT;
-- fix: Build the index concurrently after COMMIT
  SET lock_timeout = '2s';
  CREATE INDEX users_email_idx ON users (email);
  REINDEX INDEX CONCURRENTLY users_pkey;
  BEGIN;
  ALTER TABLE users ADD COLUMN nickname text;
  COMMIT;
  SET lock_timeout = 0;
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
  SET lock_timeout = '2s';

-- good: without CONCURRENTLY the timeout protects those who wait
-- given: index-without-concurrently off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  SET lock_timeout = '2s';
  CREATE INDEX users_email_idx ON users (email);
`,
})

/** The timeouts in force that are short for a statement that runs CONCURRENTLY. */
function shortFor(step: Step): readonly ShortTimeout[] {
  const { command, transaction } = step
  if (!command || transaction.isBlock) return []
  const { effects } = step
  if (!effects?.waitsForTransactions || effects.fails) return []
  return shortTimeouts(transaction, isBuild(command) ? 'build' : 'wait')
}

const isBuild = ({ tag }: Command): boolean => tag === 'CREATE INDEX' || tag === 'REINDEX'

/** Of what waits for other transactions only a build names its table. */
const isNewTable = (command: Concurrent, context: RuleContext): boolean => {
  if (command.tag === 'CREATE INDEX') return isNew(command.table, context)
  return command.tag === 'ALTER TABLE' && isNew(command.relation, context)
}

const leftOf = ({ tag }: Concurrent): string =>
  tag === 'ALTER TABLE' ? 'the partition half detached' : 'an invalid index'

function detailOf(command: Concurrent, timeouts: readonly ShortTimeout[]): string {
  const waits = isBuild(command)
    ? 'It waits for every older snapshot of the database'
    : 'It waits for the transactions that use the table'
  const isOfLocks = timeouts.every(({ name }) => name === 'lock_timeout')
  return isOfLocks ? `${waits}, and lock_timeout counts that wait.` : `${waits}, and a timeout counts that time too.`
}

/** Sets the timeouts to 0 before the first and back after the last of the statements that follow one another. */
function lifted(timeouts: readonly ShortTimeout[], context: RuleContext): Fix[] {
  const { steps, index } = context
  const after = steps.findIndex((step, place) => place > index && shortFor(step).length === 0)
  const run = steps.slice(index, after < 0 ? undefined : after)
  const last = run.at(-1) ?? context
  const all = run.flatMap(step => shortFor(step))
  const named = [...new Map([...timeouts, ...all].map(timeout => [timeout.name, timeout])).values()]
  const names = named.map(({ name }) => name).join(' and ')
  return [
    {
      title: `Lift ${names} for ${run.length > 1 ? 'these statements' : 'it'}`,
      safety: 'safe',
      edits: [
        ...statementsBefore(
          context,
          named.map(({ lift }) => lift),
        ),
        ...statementsAfter(
          last,
          named.map(({ restore }) => restore),
        ),
      ],
    },
  ]
}
