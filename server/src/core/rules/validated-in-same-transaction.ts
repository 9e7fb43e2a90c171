import type { Fix } from '../finding'
import { aboutConstraint } from '../fixes/constraints'
import { cutStatement } from '../fixes/edits'
import { laterTransaction } from '../fixes/placement'
import { laterSteps } from '../judgement/around'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import { tableWithRows } from '../judgement/emptied'
import { heldLock } from '../judgement/held-lock'
import { modeOn, subcommandsOf, type Target, whoWaits } from '../judgement/target'
import { hintForLater } from '../judgement/tool-hints'
import { blocksWrites, type LockMode, lockModes } from '../postgres/locks'
import type { AlterRelation, Command } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'validated-in-same-transaction',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('VALIDATE CONSTRAINT'),
  why: `
\`VALIDATE CONSTRAINT\` reads every row under \`SHARE UPDATE EXCLUSIVE\`, and writes go on. But a transaction keeps its locks
until it ends: where it has changed the table before, by \`ADD CONSTRAINT ... NOT VALID\` or otherwise, the stronger lock of
that change is held while the rows are read, and \`NOT VALID\` has bought nothing. Where it has changed another table, that one
is locked meanwhile.

Most migration tools run a whole file in one transaction. Nothing is said of a table that the same migration
makes or the same transaction empties with \`TRUNCATE\`.`,
  instead: `
Validate in a transaction of its own: in the next migration, or after \`COMMIT\`. What needs the validated constraint, such as
\`SET NOT NULL\`, goes with it.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-NOTES', 'explicit-locking.html#LOCKING-TABLES'],
  seeds: ['validate in a step of its own'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects } of subcommandsOf(alter, context, 'VALIDATE CONSTRAINT')) {
      if (!effects.scans.includes(target.relation)) continue
      const lock = lockMeanwhile(target, context)
      if (!lock) continue
      const { mode } = lock
      const name = subcommand.constraint.name
      yield {
        at: { start: subcommand.keywords.start, end: subcommand.constraint.span.end },
        message: `VALIDATE CONSTRAINT reads every row of ${target.label} while the transaction holds ${mode} on ${lock.label ?? 'it'}: ${whoWaits(mode)}`,
        detail:
          'Another change in the same transaction takes that lock, and only the end of the transaction gives it back.',
        hint: hintForLater('Validate in a later transaction, and the rows are read while writes go on.', context),
        relation: target.relation,
        severity: lock.label ? 'warning' : undefined,
        fixes: () => validatedInItsOwn(alter, name, context),
      }
    }
  },

  examples: `
-- bad: the tool runs both in one transaction
-- shows: \`NOT VALID\` and \`VALIDATE\` in one transaction
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 000002_orders_user.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
--                                                 ^^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "user_id" of table "orders": DELETE and key UPDATE on "users" read the whole table]
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_fk;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [validated-in-same-transaction: VALIDATE CONSTRAINT reads every row of table "orders" while the transaction holds SHARE ROW EXCLUSIVE on it: INSERT, UPDATE and DELETE wait]
-- fix: Create an index in a new migration
-- file: 000003_create_orders_user_id_idx.up.sql
  CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
-- fix: Validate it in a new migration
  ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
-- file: 000003_validate_orders_user_fk.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_fk;

-- bad: an older constraint, after another change of the table
-- shows: rows read under a lock that the transaction holds already
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
-- file: 0002_note.sql
  BEGIN;
  ALTER TABLE orders ADD COLUMN note text;
  ALTER TABLE orders VALIDATE CONSTRAINT positive;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [validated-in-same-transaction: VALIDATE CONSTRAINT reads every row of table "orders" while the transaction holds ACCESS EXCLUSIVE on it: reads and writes wait]
  COMMIT;
-- fix: Validate it after COMMIT
  BEGIN;
  ALTER TABLE orders ADD COLUMN note text;
  COMMIT;
  ALTER TABLE orders VALIDATE CONSTRAINT positive;

-- bad: in one statement
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 0002_total.sql
  ALTER TABLE orders
    ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID,
    VALIDATE CONSTRAINT positive;
--  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [validated-in-same-transaction: VALIDATE CONSTRAINT reads every row of table "orders" while the transaction holds ACCESS EXCLUSIVE on it: reads and writes wait]

-- bad: SET NOT NULL needs the constraint to be valid, and stays with it
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 00002_total.sql
  -- +goose Up
  ALTER TABLE orders ADD CONSTRAINT total_present CHECK (total IS NOT NULL) NOT VALID;
  ALTER TABLE orders VALIDATE CONSTRAINT total_present;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [validated-in-same-transaction: VALIDATE CONSTRAINT reads every row of table "orders" while the transaction holds ACCESS EXCLUSIVE on it: reads and writes wait]
  ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT total_present;
-- fix: Validate it, with what needs it, in a new migration
  -- +goose Up
  ALTER TABLE orders ADD CONSTRAINT total_present CHECK (total IS NOT NULL) NOT VALID;
-- file: 00003_validate_total_present.sql
  -- +goose Up
  ALTER TABLE orders VALIDATE CONSTRAINT total_present;
  ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
  ALTER TABLE orders DROP CONSTRAINT total_present;

  -- +goose Down
  -- Nothing to undo.

-- bad: after a change of another table
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
  ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
-- file: 000002_note.up.sql
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [validated-in-same-transaction: VALIDATE CONSTRAINT reads every row of table "orders" while the transaction holds ACCESS EXCLUSIVE on table "users": reads and writes wait]
-- fix: Validate it in a new migration
  ALTER TABLE users ADD COLUMN note text;
-- file: 000003_validate_orders_total_check.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;

-- good: each statement commits by itself
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 0002_total.sql
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
  ALTER TABLE orders VALIDATE CONSTRAINT positive;

-- good: a table that the same migration makes
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
  ALTER TABLE orders VALIDATE CONSTRAINT positive;

-- good: it is not enforced, and there is nothing to read
-- given: golang-migrate, postgres 18
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 000002_total.up.sql
  ALTER TABLE orders ADD COLUMN note text;
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT ENFORCED;
`,
})

/** The lock that makes others wait while the rows are read: on the table itself, or on another, which `label` then names. */
function lockMeanwhile(
  { relation }: Target,
  context: RuleContext,
): { readonly mode: LockMode; readonly label?: string } | undefined {
  const held = context.transaction.held.find(other => other.relation === relation)?.mode
  const taken = modeOn(context.effects, relation)
  const mode = lockModes.findLast(candidate => candidate === held || candidate === taken)
  return mode && blocksWrites(mode) ? { mode } : heldLock(context)
}

/** Moves the statement behind the end of its transaction, and what of it needs the constraint to be valid. */
function validatedInItsOwn(alter: AlterRelation, name: string, context: RuleContext): Fix[] {
  const later = laterSteps(context).filter(({ transaction }) => transaction.number === context.transaction.number)
  const needing = later.filter(step => mentions(step, name) || setsNotNull(step.command, alter))
  const isOrdered = later.every(step => needing.includes(step) || !reshapes(step, alter.relation.name))
  const isWhole = (command: Command | undefined) => command?.tag === 'ALTER TABLE' && command.subcommands.length === 1
  if (!isOrdered || ![context, ...needing].every(({ command }) => isWhole(command))) return []
  const cut = [context, ...needing].map(step => cutStatement(step))
  const about = aboutConstraint(alter.relation, name, context)
  const texts = cut.map(({ text }) => text)
  const edits = cut.map(({ edit }) => edit)
  const placed = laterTransaction(context, texts, { title: `validate_${name}`, about }, edits)
  const what = needing.length > 0 ? 'Validate it, with what needs it,' : 'Validate it'
  return placed ? [{ title: `${what}${placed.where}`, safety: needing.length > 0 ? 'review' : 'safe', ...placed }] : []
}

const setsNotNull = (command: Command | undefined, { relation }: AlterRelation): boolean =>
  command?.tag === 'ALTER TABLE' &&
  command.relation.name === relation.name &&
  command.subcommands.some(({ kind }) => kind === 'SET NOT NULL')
