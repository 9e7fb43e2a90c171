import type { Fix, Severity } from '../finding'
import { batched, type Changing } from '../fixes/batches'
import { cutStatement } from '../fixes/edits'
import { wholeMerge } from '../fixes/merge-source'
import { behind, laterTransaction, type Move } from '../fixes/placement'
import { wholeSources } from '../fixes/select-source'
import { none } from '../fixes/withheld'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { isDroppedNext, tableWithRows } from '../judgement/emptied'
import { isForDevelopers } from '../judgement/for-developers'
import { heldLock } from '../judgement/held-lock'
import { catalogAtEnd, existingTable, inQuotes, isNew, whoWaits } from '../judgement/target'
import { byHand, neverOutside } from '../judgement/tool-hints'
import { changesEveryRow, givesEveryRow, isNewColumn, onlyTestOf } from '../judgement/whole-table'
import type { Table } from '../postgres/catalog'
import type { Delete, Insert, Merge, Select, Update } from '../sql/row-commands'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'unbatched-backfill',
  risk: 'locking',
  severity: 'warning',
  on: ['UPDATE', 'DELETE', 'INSERT', 'MERGE', 'SELECT'],
  concerns: command => command.tag !== 'SELECT' || command.writes.length > 0,
  why: `
One statement that changes every row of a table is one transaction for as long as that takes: everybody who wants to
change one of these rows waits for its end, vacuum cannot clean up behind it, and a failure near the end loses all of it.
Where the same transaction has changed the schema before, its locks stay until the end as well, and those make everybody
wait: the finding is an error then. A copy alone makes nobody wait, its rows are new: it is a hint, one for each file. An
\`UPDATE\` in a folder for development or tests is information, once for each file.

Every row is what a \`WHERE\` picks that only tests columns which the migration adds, that a \`NOT NULL\` column
\`IS NOT NULL\`, or that the assigned column \`IS NULL\` where it came after its table. So does \`UPDATE ... FROM\` that only says
which rows belong together and fills a new column, or looks each row's value up by the key of the other table.

Nothing is said of

- a \`WHERE\` that picks rows by what they hold,
- tables that the same migration makes or the same transaction empties with \`TRUNCATE\`, and \`DELETE\` from one that the migration drops,
- \`INSERT ... SELECT\` and \`MERGE\` into such a table, or into any table from a folder for development or tests, and \`DELETE\` in
  such a folder, while nobody waits for the transaction,
- loops that take some rows at a time or commit,
- a table that a body reads as one row.`,
  instead: `
Change the rows in batches, each its own transaction, outside the transaction of the schema change. The fix writes a \`DO\`
block that walks along the primary key, or along a unique index over columns that are never null, visits each row once and
commits after each batch. Along \`ctid\` a row that somebody changes meanwhile would move to where the loop has been already. The
fix is for you to review: others see the table half done, and a run that fails keeps what it did. \`ANALYZE\` the table when it is done: until then the planner knows nothing of the new values.`,
  manual: ['populate.html', 'plpgsql-transactions.html', 'routine-vacuuming.html#VACUUM-FOR-SPACE-RECOVERY'],
  seeds: ['change rows in batches that commit', 'keep schema change and backfill apart'],

  *check(command, context) {
    if (context.inside?.isOfOneRow) return
    const found = context.inside?.repeated ? inLoop(command, context) : unbatched(command, context)
    if (found) yield found
  },

  examples: `
-- bad: every row in one statement
-- shows: \`UPDATE\` of every row in one statement
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  ALTER TABLE users ADD COLUMN address text;
-- file: 0002_fill.sql
  UPDATE users SET address = lower(email);
--^^^^^^ warning [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction]
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users SET address = lower(email) WHERE users.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: the lock of the schema change is held meanwhile
-- shows: backfill \`WHERE column IS NULL\` of a whole table
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_address.up.sql
  ALTER TABLE users ADD COLUMN address text;
  -- Everybody gets one.
  UPDATE users u
--^^^^^^ error [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction, which already holds ACCESS EXCLUSIVE on table "users": reads and writes wait]
  SET address = lower(email)
  WHERE u.address IS NULL;
-- fix: Change the rows in batches in a new migration
  ALTER TABLE users ADD COLUMN address text;
-- file: 000003_backfill_users.up.sql
  -- Everybody gets one.
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users u
      SET address = lower(email)
      WHERE u.id BETWEEN batch_start AND batch_end AND (u.address IS NULL);
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: a new column that is filled and then required, in one transaction
-- shows: schema change and backfill in one transaction
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_plan.up.sql
  ALTER TABLE users ADD COLUMN plan text;
  UPDATE users SET plan = 'free' WHERE plan IS NULL;
--^^^^^^ error [unbatched-backfill: UPDATE changes all rows of table "users" in one transaction, which already holds ACCESS EXCLUSIVE on table "users": reads and writes wait]
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
--                                    ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- file: 000002_plan.down.sql
  ALTER TABLE users DROP COLUMN plan;
-- fix: Change the rows in batches and prove NOT NULL after them, in new migrations
-- file: 000002_plan.up.sql
  ALTER TABLE users ADD COLUMN plan text;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
-- file: 000003_backfill_users.up.sql
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end AND (plan IS NULL);
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_users.down.sql
  -- Nothing to undo.
-- file: 000004_add_users_plan_not_null.up.sql
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;
-- file: 000004_add_users_plan_not_null.down.sql
  ALTER TABLE users DROP CONSTRAINT users_plan_not_null_check;
-- file: 000005_validate_users_plan_not_null.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT users_plan_not_null_check;
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_plan_not_null_check;
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;
-- file: 000005_validate_users_plan_not_null.down.sql
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;
  ALTER TABLE users ALTER COLUMN plan DROP NOT NULL;
-- fix: Change the rows in batches and prove NOT NULL after them, in new migrations
-- file: 000002_plan.up.sql
  ALTER TABLE users ADD COLUMN plan text;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
-- file: 000003_backfill_users.up.sql
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users SET plan = 'free' WHERE users.id BETWEEN batch_start AND batch_end AND (plan IS NULL);
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_users.down.sql
  -- Nothing to undo.
-- file: 000004_add_users_plan_not_null.up.sql
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;
-- file: 000004_add_users_plan_not_null.down.sql
  ALTER TABLE users DROP CONSTRAINT users_plan_not_null_check;
-- file: 000005_validate_users_plan_not_null.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT users_plan_not_null_check;
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_plan_not_null_check;
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;
-- file: 000005_validate_users_plan_not_null.down.sql
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;
  ALTER TABLE users ALTER COLUMN plan DROP NOT NULL;

-- bad: every row deleted
-- shows: \`DELETE\` of every row in one statement
-- file: 0001_sessions.sql
  CREATE TABLE sessions (token text PRIMARY KEY, user_id bigint);
-- file: 0002_sign_out.sql
  DELETE FROM sessions;
--^^^^^^^^^^^ warning [unbatched-backfill: DELETE deletes all rows of table "sessions" in one transaction]
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start sessions.token%TYPE;
    batch_end sessions.token%TYPE;
    last_key sessions.token%TYPE;
  BEGIN
    SELECT token INTO batch_start FROM sessions ORDER BY token LIMIT 1;
    SELECT token INTO last_key FROM sessions ORDER BY token DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.token INTO batch_end FROM (
        SELECT token FROM sessions WHERE token >= batch_start ORDER BY token LIMIT 5000
      ) AS batch ORDER BY batch.token DESC LIMIT 1;
      DELETE FROM sessions WHERE sessions.token BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT token INTO batch_start FROM sessions WHERE token > batch_end ORDER BY token LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: copied while the new foreign key keeps writers of the source waiting
-- shows: large \`INSERT ... SELECT\` while locks are held
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, preferences jsonb);
-- file: 000002_preferences.up.sql
  CREATE TABLE preferences (user_id bigint NOT NULL REFERENCES users (id), key text, value text);
  CREATE INDEX ON preferences (user_id);
  INSERT INTO preferences (user_id, key, value)
--^^^^^^^^^^^ error [unbatched-backfill: INSERT copies all rows of table "users" into table "preferences" in one transaction, which already holds SHARE ROW EXCLUSIVE on table "users": INSERT, UPDATE and DELETE wait]
  SELECT u.id, p.key, p.value
  FROM users u, LATERAL jsonb_each_text(u.preferences) AS p;
-- fix: Change the rows in batches in a new migration
  CREATE TABLE preferences (user_id bigint NOT NULL REFERENCES users (id), key text, value text);
  CREATE INDEX ON preferences (user_id);
-- file: 000003_backfill_preferences.up.sql
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      INSERT INTO preferences (user_id, key, value)
      SELECT u.id, p.key, p.value
      FROM users u, LATERAL jsonb_each_text(u.preferences) AS p
      WHERE u.id BETWEEN batch_start AND batch_end;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: a new column that is filled from another table
-- shows: \`UPDATE ... FROM\` that fills a new column of a whole table
-- file: 0001_shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 0002_plan.sql
  ALTER TABLE orders ADD COLUMN plan text;
  UPDATE orders o SET plan = u.plan FROM users u WHERE u.id = o.user_id AND o.plan IS NULL;
--^^^^^^ warning [unbatched-backfill: UPDATE changes all joined rows of table "orders" in one transaction]
-- fix: Change the rows in batches
  ALTER TABLE orders ADD COLUMN plan text;
  DO $$
  DECLARE
    batch_start orders.id%TYPE;
    batch_end orders.id%TYPE;
    last_key orders.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM orders ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM orders ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM orders WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE orders o SET plan = u.plan FROM users u WHERE o.id BETWEEN batch_start AND batch_end AND (u.id = o.user_id AND o.plan IS NULL);
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: every row of one table merged into another
-- shows: \`MERGE\` of a whole table
-- file: 0001_shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE accounts (user_id bigint PRIMARY KEY, plan text);
-- file: 0002_plans.sql
  MERGE INTO accounts AS a
--^^^^^^^^^^ warning [unbatched-backfill: MERGE takes all rows of table "users" to table "accounts" in one transaction]
  USING users ON users.id = a.user_id
  WHEN MATCHED THEN UPDATE SET plan = users.plan
  WHEN NOT MATCHED THEN INSERT (user_id, plan) VALUES (users.id, users.plan);
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      MERGE INTO accounts AS a
      USING (SELECT * FROM users WHERE id BETWEEN batch_start AND batch_end) AS users ON users.id = a.user_id
      WHEN MATCHED THEN UPDATE SET plan = users.plan
      WHEN NOT MATCHED THEN INSERT (user_id, plan) VALUES (users.id, users.plan);
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: rows that move to another table
-- shows: \`UPDATE\` or \`DELETE\` of every row in \`WITH\`
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY, at date);
-- file: 0002_archive.sql
  CREATE TABLE archive (id bigint PRIMARY KEY, at date);
  WITH gone AS (DELETE FROM events RETURNING *) INSERT INTO archive SELECT * FROM gone;
--                                              ^^^^^^^^^^^ warning [unbatched-backfill: DELETE in WITH deletes all rows of table "events" in one transaction]

-- bad: row by row, in a loop that never commits
-- shows: loop over every row that never commits
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_address.sql
  ALTER TABLE users ADD COLUMN address text;
  DO $$
  DECLARE
    one record;
  BEGIN
    FOR one IN SELECT id, email FROM users WHERE address IS NULL ORDER BY id LOOP
      UPDATE users SET address = lower(one.email) WHERE id = one.id;
--    ^^^^^^ warning [unbatched-backfill: UPDATE changes rows of table "users" for every row that a loop reads, in one transaction]
    END LOOP;
  END
  $$;

-- bad: each row looks its value up
-- shows: \`UPDATE ... FROM\` that joins whole tables
-- file: 0001_users.sql
  CREATE TABLE orgs (id bigint PRIMARY KEY, name text);
  CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint, org_name text);
-- file: 0002_names.sql
  UPDATE users u SET org_name = o.name FROM orgs o WHERE o.id = u.org_id;
--^^^^^^ warning [unbatched-backfill: UPDATE changes all joined rows of table "users" in one transaction]
-- fix: Change the rows in batches
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users u SET org_name = o.name FROM orgs o WHERE u.id BETWEEN batch_start AND batch_end AND (o.id = u.org_id);
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;

-- good: only the rows that differ, and each row by its own key
-- file: 0001_users.sql
  CREATE TABLE orgs (id bigint PRIMARY KEY, name text);
  CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint, org_name text, visits integer);
  CREATE TABLE visitors (id bigint PRIMARY KEY, visits integer);
-- file: 0002_names.sql
  UPDATE users u SET org_name = o.name FROM orgs o WHERE o.id = u.org_id AND u.org_name <> o.name;
  UPDATE users SET visits = visitors.visits FROM visitors WHERE users.id = visitors.id;
  UPDATE users SET visits = 0 WHERE org_id IS NOT NULL;

-- good: rows picked by what they hold
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- file: 0002_plan.sql
  UPDATE users SET plan = 'basic' WHERE plan = 'free';

-- good: MERGE of the rows that a condition picks
-- file: 0001_shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE accounts (user_id bigint PRIMARY KEY, plan text);
-- file: 0002_plans.sql
  MERGE INTO accounts AS a USING users ON users.id = a.user_id
  WHEN MATCHED AND users.plan = 'guest' THEN DELETE;

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  UPDATE users SET plan = 'free';

-- good: a loop takes some rows at a time, and a table holds one row
-- given: batches-in-one-transaction off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
  CREATE TABLE settings (version integer);
-- file: 0002_plan.sql
  DO $$
  DECLARE
    version integer;
  BEGIN
    FOR shard IN 1..10 LOOP
      UPDATE users SET plan = 'free' WHERE id % 10 = shard - 1;
    END LOOP;
    SELECT settings.version INTO STRICT version FROM settings;
    UPDATE settings SET version = 2;
  END $$;
`,
})

function unbatched(command: Changing | Select, context: RuleContext): RuleFinding | undefined {
  return unbatchedItself(command, context) ?? unbatchedInWith(command, context)
}

/**
 * A loop takes some rows at a time, unless nothing says which ones. One over every row that never commits is one transaction, and
 * slower than one statement.
 */
function inLoop(command: Changing | Select, context: RuleContext): RuleFinding | undefined {
  const { inside, steps, index } = context
  if (command.tag !== 'UPDATE' && command.tag !== 'DELETE') return undefined
  const target = tableWithRows(command.table, context)
  if (!target || steps[index]?.effects?.endsTransactions) return undefined
  const isWhole = !command.where && changesEveryRow(command, context)
  if (!isWhole && !(inside?.over && givesEveryRow(inside.over, context))) return undefined
  const verb = command.tag === 'UPDATE' ? 'changes' : 'deletes'
  const what = isWhole
    ? `${command.tag} ${verb} all rows of ${target.label} in every round of a loop, in one transaction`
    : `${command.tag} ${verb} rows of ${target.label} for every row that a loop reads, in one transaction`
  return {
    ...finding(what, target.relation, command, context),
    fixes: () =>
      none(
        isWhole
          ? 'The loop runs the statement again and again: which rows it means each time, only you know.'
          : 'What the loop does for a row may be more than one statement: where a batch ends, only you know.',
      ),
  }
}

function unbatchedItself(command: Changing | Select, context: RuleContext): RuleFinding | undefined {
  if (command.tag === 'SELECT') return undefined
  if (command.tag === 'INSERT') return unbatchedInsert(command, context)
  return command.tag === 'MERGE' ? unbatchedMerge(command, context) : unbatchedChange(command, context)
}

/** `WITH gone AS (DELETE FROM ... RETURNING *) INSERT ...`: rows move in one transaction. */
function unbatchedInWith(command: Changing | Select, context: RuleContext): RuleFinding | undefined {
  for (const { isWhole, by, columns: _, ...name } of command.writes ?? []) {
    const target = isWhole && existingTable(name, context)
    if (!target || target.table?.kind === 'foreign table') continue
    const what = `${by} in WITH ${by === 'UPDATE' ? 'changes' : 'deletes'} all rows of ${target.label} in one transaction`
    return { ...finding(what, target.relation, command, context, false), fixes: undefined }
  }
  return undefined
}

function unbatchedChange(command: Update | Delete, context: RuleContext): RuleFinding | undefined {
  const target = tableWithRows(command.table, context)
  if (!target || target.table?.kind === 'foreign table' || !changesEveryRow(command, context)) return undefined
  // The table goes, and its rows with it.
  const isGone = target.table && !catalogAtEnd(context).relations.has(target.relation)
  if (command.tag === 'DELETE' && isGone && isDroppedNext(command.table.name, context)) return undefined
  // Rows for tests are put in where others were.
  if (command.tag === 'DELETE' && isForDevelopers(context.migration.path) && !heldLock(context)) return undefined
  const verb = command.tag === 'UPDATE' ? 'changes' : 'deletes'
  const isJoined = command.tag === 'UPDATE' && command.from !== undefined && command.where !== undefined
  return finding(
    `${command.tag} ${verb} all${isJoined ? ' joined' : ''} rows of ${target.label}${withNull(command, target.table, context)} in one transaction`,
    target.relation,
    command,
    context,
  )
}

/** ` whose "plan" is null`: where the column is older than the migrations of this release running code may have filled it in some. */
function withNull({ where, table: name }: Update | Delete, table: Table | undefined, context: RuleContext): string {
  const test = where && onlyTestOf(where, context)
  const isSaid = test?.operator === 'IS NULL' && !isNewColumn(test.column, name, table, context)
  return isSaid ? ` whose "${test.column}" is null` : ''
}

function unbatchedInsert(insert: Insert, context: RuleContext): RuleFinding | undefined {
  const [source] = wholeSources(insert, context).flatMap(name => existingTable(name, context) ?? [])
  const isHarmless = isNew(insert.table, context) || isForDevelopers(context.migration.path)
  if (!source || (isHarmless && !heldLock(context))) return undefined
  return finding(
    `INSERT copies all rows of ${source.label} into table ${inQuotes(insert.table)} in one transaction`,
    source.relation,
    insert,
    context,
  )
}

function unbatchedMerge(merge: Merge, context: RuleContext): RuleFinding | undefined {
  const whole = wholeMerge(merge, context)
  const [source] = whole?.sources.flatMap(name => existingTable(name, context) ?? []) ?? []
  if (!whole || !source || (isNew(merge.table, context) && !heldLock(context))) return undefined
  return finding(
    `MERGE takes all rows of ${source.label} to table ${inQuotes(merge.table)} in one transaction`,
    existingTable(merge.table, context)?.relation ?? source.relation,
    merge,
    context,
    !whole.changes,
  )
}

function finding(
  what: string,
  relation: string,
  command: Changing | Select,
  context: RuleContext,
  isCopy = command.tag === 'INSERT',
): RuleFinding {
  const held = heldLock(context, relation)
  const isSeeded = command.tag === 'DELETE' && isSeededAgain(command, context)
  const isLight = isSeeded || isForDevelopers(context.migration.path)
  const severity: Severity = held ? 'error' : isCopy ? 'hint' : isLight ? 'information' : 'warning'
  return {
    at: command.keywords,
    message: held ? `${what}, which already holds ${held.mode} on ${held.label}: ${whoWaits(held.mode)}` : what,
    detail: held
      ? 'The lock of an earlier statement is kept until the transaction ends, so the wait grows with the table.'
      : isCopy
        ? 'Nobody waits for the copy, but vacuum cannot clean up while it runs, and a failure near the end loses all of it.'
        : 'Whoever wants to change one of these rows waits for its end, and vacuum cannot clean up behind it.',
    hint: held
      ? (neverOutside(context, byHand.batches) ??
        'Move it to a migration of its own, outside a transaction, change the rows in batches, and ANALYZE the table afterwards.')
      : 'Change the rows in batches along the primary key, each in its own transaction, and ANALYZE the table afterwards.',
    relation,
    severity,
    mostInFile: !held && (isCopy || isForDevelopers(context.migration.path)) ? 1 : undefined,
    fixes: () => {
      const fixes = command.tag === 'SELECT' ? [] : batched(command, context)
      return fixes.length === 0 && held && command.tag === 'INSERT' ? copiedAfterwards(command, context) : fixes
    },
  }
}

/** A copy that cannot be made in batches makes nobody wait in a transaction of its own. */
function copiedAfterwards({ table, reads }: Insert, context: RuleContext): Fix[] {
  if (context.inside || context.direction === 'down') return []
  const names = [table, ...reads].map(({ name }) => name)
  const move: Move = {
    title: `backfill_${table.name}`,
    about: { tables: names },
    neededBy: step => names.some(name => mentions(step, name)),
  }
  const placed = behind(context, [], move, true, () => {
    const { edit, text } = cutStatement(context)
    return laterTransaction(context, [text], { title: move.title, about: move.about }, [edit])
  })
  return placed ? [{ title: `Copy the rows${placed.where}`, safety: 'review', ...placed }] : []
}

/** Rows that the migration itself writes again are few: somebody typed them. */
const isSeededAgain = ({ table }: Delete, { steps, index }: RuleContext): boolean =>
  steps
    .slice(index + 1)
    .some(
      ({ command }) => command?.tag === 'INSERT' && command.source === 'VALUES' && command.table.name === table.name,
    )
