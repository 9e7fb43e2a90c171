import type { Fix } from '../finding'
import { statementBehind } from '../fixes/edits'
import { blockAround, outsideTransaction } from '../fixes/placement'
import { none } from '../fixes/withheld'
import { batchOf } from '../judgement/batch-loops'
import { type RuleContext, StepContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { existingTable } from '../judgement/target'
import { byHand, neverOutside } from '../judgement/tool-hints'
import type { Delete, Insert, Update } from '../sql/row-commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'batches-in-one-transaction',
  risk: 'locking',
  severity: 'warning',
  mends: 'loops',
  on: ['UPDATE', 'DELETE', 'INSERT'],
  why: `
A loop that takes some rows at a time does so to keep transactions short. A \`DO\` block, and a function, run in one
transaction: without \`COMMIT\` in the loop every row that a batch has changed stays locked until the last batch is done, and
it is one long transaction after all, slower than one statement would be.

Told of statements in a loop that pick their rows with \`LIMIT\`, on tables in use. Nothing is said where the body commits;
where it cannot, because a transaction is open around it, that is another finding. Loops over rows are not batches.`,
  instead: `
\`COMMIT\` after each batch, outside a transaction block; or run the batches from the application. The fix writes that into a
\`DO\` block, in front of the test whether there are rows left: \`COMMIT\` leaves \`FOUND\` and \`ROW_COUNT\` as they are.`,
  manual: ['plpgsql-transactions.html'],

  *check(command, context) {
    const { steps, index, inside } = context
    if (!inside?.repeated || steps[index]?.effects?.endsTransactions) return
    const target = existingTable(command.table, context)
    if (!target || !batchOf(context)) return
    yield {
      at: command.keywords,
      message: `${command.tag} takes rows of ${target.label} in batches, but nothing commits between them: they are one transaction`,
      detail: 'Rows that a batch has changed stay locked until the last batch is done.',
      hint:
        neverOutside(context, byHand.batches) ??
        'COMMIT after each batch, in a DO block or a procedure that runs outside a transaction.',
      relation: target.relation,
      fixes: () => committing(command, context),
    }
  },

  examples: `
-- bad: a DO block without COMMIT
-- shows: batch loop that never commits
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, address text);
-- file: 0002_addresses.sql
  DO $$
  BEGIN
    LOOP
      UPDATE users SET address = email
--    ^^^^^^ warning [batches-in-one-transaction: UPDATE takes rows of table "users" in batches, but nothing commits between them: they are one transaction]
      WHERE id IN (SELECT id FROM users WHERE address IS NULL LIMIT 1000);
      EXIT WHEN NOT FOUND;
    END LOOP;
  END
  $$;
-- fix: COMMIT after each batch
  DO $$
  BEGIN
    LOOP
      UPDATE users SET address = email
      WHERE id IN (SELECT id FROM users WHERE address IS NULL LIMIT 1000);
      COMMIT;
      EXIT WHEN NOT FOUND;
    END LOOP;
  END
  $$;

-- bad: in the transaction of the tool
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, address text);
-- file: 00002_addresses.sql
  -- +goose Up
  -- +goose StatementBegin
  DO $$
  DECLARE
    changed bigint;
  BEGIN
    LOOP
      UPDATE users SET address = email
--    ^^^^^^ warning [batches-in-one-transaction: UPDATE takes rows of table "users" in batches, but nothing commits between them: they are one transaction]
      WHERE id IN (SELECT id FROM users WHERE address IS NULL LIMIT 1000);
      GET DIAGNOSTICS changed = ROW_COUNT;
      EXIT WHEN changed = 0;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd
-- fix: COMMIT after each batch
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
  DO $$
  DECLARE
    changed bigint;
  BEGIN
    LOOP
      UPDATE users SET address = email
      WHERE id IN (SELECT id FROM users WHERE address IS NULL LIMIT 1000);
      COMMIT;
      GET DIAGNOSTICS changed = ROW_COUNT;
      EXIT WHEN changed = 0;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd

-- bad: where COMMIT may be refused
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, address text);
-- file: 0002_addresses.sql
  DO $$
  BEGIN
    LOOP
      BEGIN
        UPDATE users SET address = email
--      ^^^^^^ warning [batches-in-one-transaction: UPDATE takes rows of table "users" in batches, but nothing commits between them: they are one transaction]
        WHERE id IN (SELECT id FROM users WHERE address IS NULL LIMIT 1000);
      EXCEPTION WHEN lock_not_available THEN
        CONTINUE;
      END;
      EXIT WHEN NOT FOUND;
    END LOOP;
  END
  $$;

-- bad: in a function
-- file: 0001_logs.sql
  CREATE TABLE logs (id bigint PRIMARY KEY, at timestamptz);
-- file: 0002_clean.sql
  CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    LOOP
      DELETE FROM logs WHERE id IN (SELECT id FROM logs WHERE at < '2020-01-01' LIMIT 1000);
--    ^^^^^^^^^^^ warning [batches-in-one-transaction: DELETE takes rows of table "logs" in batches, but nothing commits between them: they are one transaction]
      EXIT WHEN NOT FOUND;
    END LOOP;
  END
  $$;
  SELECT clean();

-- good: each batch commits
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, address text);
-- file: 0002_addresses.sql
  DO $$
  BEGIN
    LOOP
      UPDATE users SET address = email
      WHERE id IN (SELECT id FROM users WHERE address IS NULL LIMIT 1000);
      EXIT WHEN NOT FOUND;
      COMMIT;
    END LOOP;
  END
  $$;

-- good: a loop over rows, a new table
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, address text);
-- file: 0002_addresses.sql
  CREATE TABLE copies (id bigint PRIMARY KEY, email text);
  DO $$
  DECLARE
    wanted record;
  BEGIN
    FOR wanted IN SELECT id FROM users WHERE email LIKE '%.org' LOOP
      UPDATE users SET address = 'none' WHERE id = wanted.id;
    END LOOP;
    LOOP
      DELETE FROM copies WHERE id IN (SELECT id FROM copies LIMIT 1000);
      EXIT WHEN NOT FOUND;
    END LOOP;
  END
  $$;
`,
})

/** A function cannot commit, nor can a block with EXCEPTION (plpgsql-transactions.html). */
function committing(command: Delete | Insert | Update, context: RuleContext): Fix[] {
  const { steps, index, history, settings, inside } = context
  const block = blockAround(context)
  if (block.command?.tag !== 'DO') return none('A function cannot COMMIT: make it a procedure, and CALL that.')
  if (inside?.conditional) return none('PostgreSQL refuses COMMIT in a block with EXCEPTION, and it may stand in one.')
  const commit = statementBehind(context, 'COMMIT;')
  if (!commit) return []
  const outer = new StepContext(block, block.command, steps, index, history, settings)
  const placed = outsideTransaction(outer, [commit], {
    title: `change_${command.table.name}_in_batches`,
    about: { tables: [command.table.name] },
    isBlock: true,
    neededBy: step => mentions(step, command.table.name),
  })
  return placed ? [{ title: `COMMIT after each batch${placed.where}`, safety: 'review', ...placed }] : []
}
