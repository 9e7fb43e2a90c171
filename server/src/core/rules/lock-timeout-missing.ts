import type { Fix } from '../finding'
import { statementsAfter, statementsBefore } from '../fixes/edits'
import { millisecondsOf } from '../history/duration'
import plain from '../history/frameworks/plain'
import type { History } from '../history/history'
import { leftParameters } from '../history/left-parameters'
import type { Migration } from '../history/migration'
import { onceForEach } from '../history/numbering'
import { sessionDefaults } from '../history/session-defaults'
import { type Step, stepsIn } from '../history/steps'
import { mayHaveBlock } from '../judgement/around'
import { isUnreleased, whoWaits } from '../judgement/target'
import type { RelationLock } from '../postgres/effects'
import { blocksWrites } from '../postgres/locks'
import type { Command } from '../sql/commands'
import { shifted } from '../text'
import { defineMigrationRule, type MigrationContext } from './rule'

const id = 'lock-timeout-missing'

export default defineMigrationRule({
  id,
  risk: 'locking',
  severity: 'information',
  on: 'migration',
  why: `
A statement that needs a strong lock waits for whoever uses the table, and all who come later wait behind it: one long report
is enough to stop a table. With \`lock_timeout\` the migration gives up instead and can be tried again.

That holds for what is done in a moment too: \`CREATE POLICY\`, \`ENABLE ROW LEVEL SECURITY\` and \`OWNER TO\` take
\`ACCESS EXCLUSIVE\`, \`CREATE TRIGGER\` keeps writers out. \`GRANT\` and \`REVOKE\` make nobody wait.

Many projects have the timeout set by the tool that runs their migrations, by the role or in the connection's address, where
nobody sees it from here. So this rule only speaks where an earlier migration of the project sets \`lock_timeout\` and this
one does not, or does it too late; or wherever it is missing, once the settings name a severity for it. Nothing is said where \`ALTER ROLE\`,
\`ALTER DATABASE\` or a \`SET\` of an earlier migration may provide it, and of tables that are new. A file has one finding.`,
  instead: `
Set it first in the file: \`SET LOCAL\` in a transaction. The fix takes the value that the project used last. It is not offered
for files that build \`CONCURRENTLY\`: there a timeout leaves an invalid index behind.`,
  manual: ['runtime-config-client.html#GUC-LOCK-TIMEOUT'],
  seeds: ['set a lock timeout in migrations'],

  *check(context) {
    const { migration, history, settings, steps } = context
    const isAsked = settings.rules[id] !== undefined
    const own = valueIn(migration)
    const value = own ?? lastValueBefore(migration, history)
    if (value === undefined && !isAsked) return
    if (isProvided(migration, history)) return
    for (const step of steps) {
      const lock = step.direction === 'up' ? unboundedLock(step, context) : undefined
      if (!lock || !step.command) continue
      const { tag } = step.command
      const label = `${lock.kind} "${lock.relation.replace(/^public\./, '')}"`
      yield {
        at: shifted(step.command.keywords, step.statement.span.start),
        message: `${tag} waits for ${label} without lock_timeout: meanwhile ${whoWaits(lock.mode)} behind it`,
        detail: `Whoever uses the table at that moment decides how long.${saying(own, value)}`,
        hint: 'Set lock_timeout first, so that the migration gives up and can be tried again.',
        relation: lock.relation,
        fixes: () => timeoutAtHead(step, value ?? '5s', context),
      }
      return
    }
  },

  examples: `
-- bad: an earlier migration sets it, and this one does not
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_note.up.sql
  SET LOCAL lock_timeout = '3s';
  ALTER TABLE users ADD COLUMN note text;
-- file: 000003_mark.up.sql
  -- Marks.
  ALTER TABLE users ADD COLUMN mark text;
--^^^^^^^^^^^ information [lock-timeout-missing: ALTER TABLE waits for table "users" without lock_timeout: meanwhile reads and writes wait behind it]
  ALTER TABLE users ADD COLUMN place text;
-- fix: Set lock_timeout to 3s
  SET LOCAL lock_timeout = '3s';
  -- Marks.
  ALTER TABLE users ADD COLUMN mark text;
  ALTER TABLE users ADD COLUMN place text;

-- bad: set behind the statement, and reset before
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_mark.sql
  ALTER TABLE users ADD COLUMN mark text;
--^^^^^^^^^^^ information [lock-timeout-missing: ALTER TABLE waits for table "users" without lock_timeout: meanwhile reads and writes wait behind it]
  SET lock_timeout = '3s';
-- file: 0003_note.sql
  SET lock_timeout = '3s';
  RESET lock_timeout;
  ALTER TABLE users ADD COLUMN note text;
--^^^^^^^^^^^ information [lock-timeout-missing: ALTER TABLE waits for table "users" without lock_timeout: meanwhile reads and writes wait behind it]
-- fix: Set lock_timeout to 3s
-- file: 0002_mark.sql
  SET lock_timeout = '3s';
  ALTER TABLE users ADD COLUMN mark text;
  SET lock_timeout = '3s';
-- fix: Set lock_timeout to 3s
  SET lock_timeout = '3s';
  RESET lock_timeout;
  SET lock_timeout = '3s';
  ALTER TABLE users ADD COLUMN note text;

-- bad: wherever it is missing, where the settings ask for that
-- given: lock-timeout-missing warning
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_mark.sql
  ALTER TABLE users ADD COLUMN mark text;
--^^^^^^^^^^^ warning [lock-timeout-missing: ALTER TABLE waits for table "users" without lock_timeout: meanwhile reads and writes wait behind it]
-- fix: Set lock_timeout to 5s
  SET lock_timeout = '5s';
  ALTER TABLE users ADD COLUMN mark text;

-- bad: between BEGIN and COMMIT
-- shows: strong lock without \`lock_timeout\`
-- given: lock-timeout-missing warning
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_mark.sql
  SET lock_timeout = 0;
  BEGIN;
  COMMENT ON TABLE users IS 'everybody';
  ALTER TABLE users ADD COLUMN mark text;
--^^^^^^^^^^^ warning [lock-timeout-missing: ALTER TABLE waits for table "users" without lock_timeout: meanwhile reads and writes wait behind it]
  COMMIT;
-- fix: Set lock_timeout to 5s
  SET lock_timeout = 0;
  BEGIN;
  SET LOCAL lock_timeout = '5s';
  COMMENT ON TABLE users IS 'everybody';
  ALTER TABLE users ADD COLUMN mark text;
  COMMIT;

-- bad: policies and owners wait for their lock too
-- shows: lock of row level security
-- shows: lock of a change of owner
-- given: lock-timeout-missing warning, row-security-without-policy off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_policy.sql
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
--^^^^^^^^^^^ warning [lock-timeout-missing: ALTER TABLE waits for table "users" without lock_timeout: meanwhile reads and writes wait behind it]
  CREATE POLICY own ON users USING (name = current_user);
-- file: 0003_owner.sql
  ALTER TABLE orders OWNER TO CURRENT_USER;
--^^^^^^^^^^^ warning [lock-timeout-missing: ALTER TABLE waits for table "orders" without lock_timeout: meanwhile reads and writes wait behind it]
-- fix: Set lock_timeout to 5s
-- file: 0002_policy.sql
  SET lock_timeout = '5s';
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON users USING (name = current_user);
-- fix: Set lock_timeout to 5s
  SET lock_timeout = '5s';
  ALTER TABLE orders OWNER TO CURRENT_USER;

-- good: it is set
-- given: golang-migrate, lock-timeout-missing warning
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_note.up.sql
  SET LOCAL lock_timeout = '3s';
  ALTER TABLE users ADD COLUMN note text;

-- good: set for a transaction that who runs the file may open
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_note.sql
  SET LOCAL lock_timeout = '3s';
  ALTER TABLE users ADD COLUMN note text;

-- good: nothing in the project tells that the files have to set it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_mark.sql
  ALTER TABLE users ADD COLUMN mark text;

-- good: the role provides it
-- given: lock-timeout-missing warning
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  ALTER ROLE CURRENT_USER SET lock_timeout = '3s';
-- file: 0002_mark.sql
  ALTER TABLE users ADD COLUMN mark text;

-- good: an earlier migration has set it for the session
-- given: goose, lock-timeout-missing warning
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
  SET lock_timeout = '3s';
-- file: 00002_mark.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN mark text;

-- good: GRANT makes nobody wait
-- given: lock-timeout-missing warning
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
-- file: 0002_grant.sql
  GRANT SELECT ON users TO CURRENT_USER;

-- good: new tables, locks that let reads and writes go on
-- given: lock-timeout-missing warning
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ADD COLUMN note text;
  ANALYZE users;
  INSERT INTO users (id) VALUES (1) ON CONFLICT DO NOTHING;
`,
})

function saying(own: string | undefined, value: string | undefined): string {
  if (own !== undefined) return ' The migration sets a timeout, but not for this statement.'
  return value === undefined ? '' : ' Earlier migrations of the project set a timeout.'
}

/** The lock of a statement on a table in use that others wait for, while nothing bounds its own wait. */
function unboundedLock(step: Step, context: MigrationContext): RelationLock | undefined {
  const { effects, transaction, before } = step
  if (!effects || effects.fails || effects.waitsForTransactions) return undefined
  const strong = effects.locks.filter(({ mode, kind }) => blocksWrites(mode) && kind.endsWith('table'))
  if (strong.length === 0 || millisecondsOf(transaction.parameters.get('lock_timeout') ?? '0')) return undefined
  if (mayHaveBlock(context) && isSetLocally(context.steps.slice(0, context.steps.indexOf(step)))) return undefined
  return strong.find(({ relation }) => {
    const table = before.relations.get(relation)
    const isTemporary = table && 'persistence' in table && table.persistence === 'temporary'
    return !isTemporary && !isUnreleased(table?.born, context)
  })
}

/** Which has an effect where who runs the file has opened a transaction. */
const isSetLocally = (earlier: readonly Step[]): boolean =>
  earlier.some(({ command }) => command?.tag === 'SET' && command.isLocal && command.parameter === 'lock_timeout')

/** By what earlier migrations have set for later sessions, or for one that may be the same. */
const isProvided = (migration: Migration, history: History): boolean =>
  [...sessionDefaults(history, migration), ...leftParameters(history, migration)].some(
    ({ parameter }) => parameter === 'lock_timeout',
  )

/** The value that the project's migrations set last. */
const lastValueBefore = (migration: Migration, { migrations }: History): string | undefined =>
  valuesBefore(migrations).get(migration)

/** By migration; one before which nobody has set a value is left out. */
const valuesBefore = onceForEach((migrations: readonly Migration[]): ReadonlyMap<Migration, string> => {
  const found = new Map<Migration, string>()
  let last: string | undefined
  for (const migration of migrations) {
    if (last !== undefined) found.set(migration, last)
    last = valueIn(migration) ?? last
  }
  return found
})

/** Read once: a keystroke changes one migration of many. */
function valueIn(migration: Migration): string | undefined {
  if (!values.has(migration)) values.set(migration, readValue(migration))
  return values.get(migration)
}

const values = new WeakMap<Migration, string | undefined>()

function readValue({ text, sections }: Migration): string | undefined {
  if (!text.includes('lock_timeout')) return undefined
  return sections
    .flatMap(({ statements }) => statements)
    .flatMap(({ command }) => timeoutSetBy(command) ?? [])
    .findLast(value => millisecondsOf(value))
}

function timeoutSetBy(command: Command | undefined): string | undefined {
  if (command?.tag === 'SET') return command.parameter === 'lock_timeout' ? command.value : undefined
  if (command?.tag !== 'SELECT') return undefined
  return command.parameters.find(({ name }) => name === 'lock_timeout')?.value
}

/** In a transaction at its start, for its length; else in front of the statement. */
function timeoutAtHead(step: Step, value: string, { steps, migration }: MigrationContext): Fix[] {
  const own = stepsIn(steps, step.section)
  if (own.some(({ effects }) => effects?.waitsForTransactions)) return []
  const literal = /^\d+$/.test(value) ? value : `'${value}'`
  const isLocal = step.transaction.kind !== 'own'
  const together = own.filter(({ transaction }) => transaction.number === step.transaction.number)
  const first = together.find(({ command }) => command?.tag !== 'BEGIN' && command?.tag !== 'START TRANSACTION')
  const at = isLocal ? (first ?? step) : step
  const last = own.at(-1) ?? step
  const isKept = !isLocal && migration.framework.id !== plain.id
  return [
    {
      title: `Set lock_timeout to ${value}`,
      safety: 'review',
      edits: [
        ...statementsBefore(at, [`SET ${isLocal ? 'LOCAL ' : ''}lock_timeout = ${literal};`]),
        ...(isKept ? statementsAfter(last, ['RESET lock_timeout;']) : []),
      ],
    },
  ]
}
