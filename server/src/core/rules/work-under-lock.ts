import type { Fix } from '../finding'
import { aboutFilling, filledBy, inTheWay } from '../fixes/behind'
import { cutStatement } from '../fixes/edits'
import { inSchema } from '../fixes/indexes'
import { wholeMerge } from '../fixes/merge-source'
import { behind, laterTransaction, type Move, type Undo, undoneBy } from '../fixes/placement'
import { none } from '../fixes/withheld'
import type { Step } from '../history/steps'
import { picksFewRows } from '../history/work'
import { downSteps } from '../judgement/around'
import { type RuleContext, StepContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import { heldLock } from '../judgement/held-lock'
import { existingTable, inQuotes, isNew, whoWaits } from '../judgement/target'
import { hintForLater } from '../judgement/tool-hints'
import { changesEveryRow, isNewColumn } from '../judgement/whole-table'
import { keyOf } from '../postgres/catalog'
import type { Command, CreateTableAs, RefreshMaterializedView } from '../sql/commands'
import type { Name } from '../sql/parts'
import type { Delete, Merge, Update } from '../sql/row-commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'work-under-lock',
  risk: 'locking',
  severity: 'warning',
  on: [
    'UPDATE',
    'DELETE',
    'MERGE',
    'CREATE TABLE AS',
    'SELECT INTO',
    'CREATE MATERIALIZED VIEW',
    'REFRESH MATERIALIZED VIEW',
  ],
  why: `
A transaction keeps its locks until it ends. \`ALTER TABLE\` is done in a moment, but what the same transaction does after it
counts too: while it fills a column, copies a table or builds a materialized view, everybody waits for the table that it has
altered.

Nothing is said of statements that pick rows by constants, unless they fill a new column: then the constants have to be values of
a unique key. Nothing is said of work on tables that the same migration makes, while only new tables are locked, of the second of
several such statements in a transaction, and of what another rule tells: index builds, constraints that are proven, an
\`UPDATE\` or a \`MERGE\` of every row.`,
  instead: `
Do the work in a transaction of its own, after the one that changes the schema. The fix moves it there; what follows and needs
it comes after it, in another.`,
  manual: ['explicit-locking.html#LOCKING-TABLES'],

  *check(command, context) {
    const found = underLock(command, context)
    if (!found || (firstPlaces(context).get(placeKey(context, command)) ?? context.index) < context.index) return
    const { work, held } = found
    yield {
      at: command.keywords,
      message: `${command.tag} ${work.does} while the transaction holds ${held.mode} on ${held.label}: ${whoWaits(held.mode)}`,
      detail:
        'An earlier statement of the transaction has taken that lock, and only the end of the transaction gives it back.',
      hint: hintForLater('Do it in a transaction of its own, after the schema change.', context),
      relation: work.relation,
      fixes: () => afterwards(command, work.tables, context),
    }
  },

  examples: `
-- bad: the new column is filled from another table
-- shows: schema change and long work in one transaction
-- given: golang-migrate
-- file: 000001_shop.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 000002_plan.up.sql
  ALTER TABLE orders ADD COLUMN plan text;
  UPDATE orders SET plan = users.plan FROM users WHERE users.id = orders.user_id AND users.plan <> 'free';
--^^^^^^ warning [work-under-lock: UPDATE changes table "orders" while the transaction holds ACCESS EXCLUSIVE on table "orders": reads and writes wait]
-- fix: Do it in a new migration
  ALTER TABLE orders ADD COLUMN plan text;
-- file: 000003_backfill_orders.up.sql
  UPDATE orders SET plan = users.plan FROM users WHERE users.id = orders.user_id AND users.plan <> 'free';

-- bad: what follows needs the rows
-- given: flyway
-- file: V1__shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, note text);
-- file: V2__plan.sql
  ALTER TABLE orders ADD COLUMN plan text;
  UPDATE orders SET plan = users.plan FROM users WHERE users.id = orders.user_id AND users.plan <> 'free';
--^^^^^^ warning [work-under-lock: UPDATE changes table "orders" while the transaction holds ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  DELETE FROM orders WHERE plan = 'none';
-- fix: Do it in a new migration, and what follows in another
  ALTER TABLE orders ADD COLUMN plan text;
-- file: V3__backfill_orders.sql
  UPDATE orders SET plan = users.plan FROM users WHERE users.id = orders.user_id AND users.plan <> 'free';
-- file: V4__after_backfill_orders.sql
  DELETE FROM orders WHERE plan = 'none';

-- bad: a materialized view, and a copy
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 0002_totals.sql
  BEGIN;
  ALTER TABLE orders ADD COLUMN note text;
  CREATE MATERIALIZED VIEW totals AS SELECT sum(total) AS total FROM orders;
--^^^^^^^^^^^^^^^^^^^^^^^^ warning [work-under-lock: CREATE MATERIALIZED VIEW reads table "orders" while the transaction holds ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  CREATE TABLE old_orders AS SELECT * FROM orders;
--^^^^^^^^^^^^ warning [work-under-lock: CREATE TABLE AS reads table "orders" while the transaction holds ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  COMMIT;
-- fix: Do it between two transactions
  BEGIN;
  ALTER TABLE orders ADD COLUMN note text;
  COMMIT;
  CREATE MATERIALIZED VIEW totals AS SELECT sum(total) AS total FROM orders;
  BEGIN;
  CREATE TABLE old_orders AS SELECT * FROM orders;
  COMMIT;
-- fix: Do it after COMMIT
  BEGIN;
  ALTER TABLE orders ADD COLUMN note text;
  CREATE MATERIALIZED VIEW totals AS SELECT sum(total) AS total FROM orders;
  COMMIT;
  CREATE TABLE old_orders AS SELECT * FROM orders;

-- bad: SET NOT NULL needs the rows, and follows
-- given: golang-migrate, not-null-scan off
-- file: 000001_shop.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, code text);
-- file: 000002_kind.up.sql
  ALTER TABLE orders ADD COLUMN kind text;
  UPDATE orders SET kind = 'gift' WHERE code LIKE 'c%';
--^^^^^^ warning [work-under-lock: UPDATE changes table "orders" while the transaction holds ACCESS EXCLUSIVE on table "orders": reads and writes wait]
  ALTER TABLE orders ALTER COLUMN kind SET NOT NULL;
-- fix: Do it in a new migration, and what follows in another
  ALTER TABLE orders ADD COLUMN kind text;
-- file: 000003_backfill_orders.up.sql
  UPDATE orders SET kind = 'gift' WHERE code LIKE 'c%';
-- file: 000004_after_backfill_orders.up.sql
  ALTER TABLE orders ALTER COLUMN kind SET NOT NULL;

-- bad: constants that many rows may have
-- given: golang-migrate
-- file: 000001_plans.up.sql
  CREATE TABLE plans (id bigint PRIMARY KEY, name text, region text);
  CREATE UNIQUE INDEX plans_name_idx ON plans (name, region);
  CREATE UNIQUE INDEX plans_region_idx ON plans (region) WHERE name IS NULL;
-- file: 000002_level.up.sql
  ALTER TABLE plans ADD COLUMN level integer;
  UPDATE plans SET level = 1 WHERE name IN ('basic', 'free') OR region = 'eu';
--^^^^^^ warning [work-under-lock: UPDATE changes table "plans" while the transaction holds ACCESS EXCLUSIVE on table "plans": reads and writes wait]
-- fix: Do it in a new migration
  ALTER TABLE plans ADD COLUMN level integer;
-- file: 000003_backfill_plans.up.sql
  UPDATE plans SET level = 1 WHERE name IN ('basic', 'free') OR region = 'eu';

-- bad: rows that others pick
-- file: 0001_shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 0002_orphans.sql
  BEGIN;
  ALTER TABLE users ADD COLUMN note text;
  DELETE FROM orders WHERE user_id NOT IN (SELECT id FROM users);
--^^^^^^^^^^^ warning [work-under-lock: DELETE changes table "orders" while the transaction holds ACCESS EXCLUSIVE on table "users": reads and writes wait]
  COMMIT;
-- fix: Do it after COMMIT
  BEGIN;
  ALTER TABLE users ADD COLUMN note text;
  COMMIT;
  DELETE FROM orders WHERE user_id NOT IN (SELECT id FROM users);

-- bad: a copy that the down drops
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_copy.down.sql
  DROP TABLE old_orders;
  ALTER TABLE orders DROP COLUMN note;
-- file: 000002_copy.up.sql
  ALTER TABLE orders ADD COLUMN note text;
  CREATE TABLE old_orders AS SELECT * FROM orders;
--^^^^^^^^^^^^ warning [work-under-lock: CREATE TABLE AS reads table "orders" while the transaction holds ACCESS EXCLUSIVE on table "orders": reads and writes wait]
-- fix: Do it in a new migration
-- file: 000002_copy.down.sql
  ALTER TABLE orders DROP COLUMN note;
-- file: 000002_copy.up.sql
  ALTER TABLE orders ADD COLUMN note text;
-- file: 000003_create_old_orders.up.sql
  CREATE TABLE old_orders AS SELECT * FROM orders;
-- file: 000003_create_old_orders.down.sql
  DROP TABLE old_orders;

-- bad: a copy that the down drops with something else
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 000001_orders.down.sql
  DROP TABLE orders;
-- file: 000002_copy.down.sql
  DROP TABLE old_orders, items;
  ALTER TABLE orders DROP COLUMN note;
-- file: 000002_copy.up.sql
  ALTER TABLE orders ADD COLUMN note text;
  CREATE TABLE items (id bigint PRIMARY KEY);
  CREATE TABLE old_orders AS SELECT * FROM orders;
--^^^^^^^^^^^^ warning [work-under-lock: CREATE TABLE AS reads table "orders" while the transaction holds ACCESS EXCLUSIVE on table "orders": reads and writes wait]

-- good: constants pick each row by a unique key
-- given: goose
-- file: 00001_plans.sql
  -- +goose Up
  CREATE TABLE plans (id bigint PRIMARY KEY, name text NOT NULL, region text NOT NULL, code text UNIQUE);
  CREATE UNIQUE INDEX plans_name_idx ON plans (name, region);
-- file: 00002_level.sql
  -- +goose Up
  ALTER TABLE plans ADD COLUMN level integer;
  UPDATE plans SET level = 1 WHERE name IN ('basic', 'free') AND region = 'eu';
  UPDATE plans SET level = 2 WHERE code = 'pro' OR id IN (4, 5) AND level IS NULL;

-- good: in a transaction of its own
-- file: 0001_shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 0002_plan.sql
  ALTER TABLE orders ADD COLUMN plan text;
  UPDATE orders SET plan = users.plan FROM users WHERE users.id = orders.user_id AND users.plan <> 'free';

-- good: constants pick rows for an old column, a new table, a view without data
-- given: golang-migrate
-- file: 000001_shop.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, code text);
-- file: 000002_kind.up.sql
  ALTER TABLE orders ADD COLUMN kind text;
  UPDATE orders SET code = 'X' WHERE code = 'Y';
  CREATE TABLE kinds (id bigint PRIMARY KEY, kind text);
  UPDATE kinds SET kind = orders.code FROM orders WHERE orders.id = kinds.id;
  CREATE MATERIALIZED VIEW codes AS SELECT code FROM orders WITH NO DATA;

-- good: only a new table is locked
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, code text);
-- file: 0002_codes.sql
  BEGIN;
  CREATE TABLE codes (code text);
  ALTER TABLE codes ADD COLUMN note text;
  CREATE TABLE old_orders AS SELECT * FROM orders;
  COMMIT;
`,
})

type Found = { readonly work: LongWork; readonly held: NonNullable<ReturnType<typeof heldLock>> }

function underLock(command: Worker, context: RuleContext): Found | undefined {
  if (context.inside?.repeated || context.inside?.isOfOneRow) return undefined
  const work = workOf(command, context)
  const held = work && heldLock(context, work.relation)
  return work && held && { work, held }
}

/** By transaction and command, the first statement of a section that is found: one of many is enough. */
function firstPlaces({ steps, history, settings }: RuleContext): ReadonlyMap<string, number> {
  const known = places.get(steps)
  if (known) return known
  const found = new Map<string, number>()
  steps.forEach((step, place) => {
    const { command } = step
    if (!isWorker(command) || found.has(placeKey(step, command))) return
    const context = new StepContext(step, command, steps, place, history, settings)
    if (!step.effects?.fails && underLock(command, context)) found.set(placeKey(step, command), place)
  })
  places.set(steps, found)
  return found
}

const places = new WeakMap<readonly Step[], ReadonlyMap<string, number>>()

const placeKey = ({ transaction }: Pick<Step, 'transaction'>, { tag }: Command): string =>
  `${transaction.number} ${tag}`

const isWorker = (command: Command | undefined): command is Worker => command !== undefined && command.tag in titles

type Worker = Update | Delete | Merge | CreateTableAs | RefreshMaterializedView

interface LongWork {
  /** What follows the command's tag in the message. */
  readonly does: string
  readonly relation: string
  /** What has to do with it. */
  readonly tables: readonly Name[]
}

/** What a statement does for as long as tables are large that others use. */
function workOf(command: Worker, context: RuleContext): LongWork | undefined {
  switch (command.tag) {
    case 'UPDATE':
    case 'DELETE':
    case 'MERGE':
      return changeOf(command, context)
    case 'REFRESH MATERIALIZED VIEW':
      return isNew(command.view, context) || !command.withData
        ? undefined
        : { does: `fills ${inQuotes(command.view)}`, relation: '', tables: [command.view] }
    default: {
      const read = command.withData ? command.reads.flatMap(name => existingTable(name, context) ?? [])[0] : undefined
      return (
        read && { does: `reads ${read.label}`, relation: read.relation, tables: [command.relation, ...command.reads] }
      )
    }
  }
}

function changeOf(command: Update | Delete | Merge, context: RuleContext): LongWork | undefined {
  const target = existingTable(command.table, context)
  if (!target || target.table?.kind === 'foreign table') return undefined
  const isTold = command.tag === 'MERGE' ? wholeMerge(command, context) : changesEveryRow(command, context)
  if (isTold || (command.tag !== 'MERGE' && !takesMany(command, context))) return undefined
  return { does: `changes ${target.label}`, relation: target.relation, tables: [command.table, ...command.reads] }
}

/** Rows that other tables pick, and those that a new column asks for. What constants pick may be few. */
function takesMany(command: Update | Delete, context: RuleContext): boolean {
  if (command.where?.hasSubquery || (command.tag === 'UPDATE' ? command.from : command.using)) return true
  if (command.tag === 'DELETE') return false
  const table = existingTable(command.table, context)?.table
  if (command.where && picksFewRows(command.where, context.catalog, keyOf(context.catalog, command.table))) return false
  return command.assignments.some(({ column }) => isNewColumn(column, command.table, table, context))
}

/** Moves the statement behind the end of its transaction; what follows and needs it comes after it. */
function afterwards(command: Worker, tables: readonly Name[], context: RuleContext): Fix[] {
  const names = tables.map(({ name }) => name)
  const undo = 'relation' in command ? dropOf(command) : undefined
  const isElse = ({ command: other, before }: Step) => !other || !undo?.matches(other, before)
  if ('relation' in command && downSteps(context).some(step => mentions(step, command.relation.name) && isElse(step)))
    return none('The down does more with it than dropping it.')
  const isInTheWay = (step: Step) =>
    'table' in command
      ? (inTheWay(step, aboutFilling(command), context.statement.text) ?? false)
      : names.some(name => mentions(step, name) || reshapes(step, name))
  const move: Move = {
    title: `${titles[command.tag]}_${names[0]}`,
    about: { tables: names, fills: 'relation' in command ? undefined : filledBy(command) },
    undo,
    neededBy: isInTheWay,
  }
  const placed = behind(context, [], move, true, () => {
    const { edit, text } = cutStatement(context)
    return laterTransaction(context, [text], { ...move, down: undo && undoneBy(context, undo) }, [edit])
  })
  return placed ? [{ title: `Do it${placed.where}`, safety: 'review', ...placed }] : []
}

/** What it makes is dropped where it is made. */
const dropOf = ({ tag, relation }: CreateTableAs): Undo => {
  const drop = tag === 'CREATE MATERIALIZED VIEW' ? 'DROP MATERIALIZED VIEW' : 'DROP TABLE'
  return {
    matches: other => other.tag === drop && other.names.length === 1 && other.names[0]?.name === relation.name,
    otherwise: `${drop} ${inSchema(relation.schema, relation.name)};`,
  }
}

const titles: Readonly<Record<Worker['tag'], string>> = {
  UPDATE: 'backfill',
  DELETE: 'clean',
  MERGE: 'merge',
  'CREATE TABLE AS': 'create',
  'SELECT INTO': 'create',
  'CREATE MATERIALIZED VIEW': 'create',
  'REFRESH MATERIALIZED VIEW': 'refresh',
}
