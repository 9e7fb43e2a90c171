import { concurrentPart } from '../fixes/concurrent-part'
import type { Move } from '../fixes/placement'
import { outsideBlock, whyInBlock } from '../fixes/transaction-block'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { byHand, neverOutside } from '../judgement/tool-hints'
import type { Command, Tag } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'refused-in-transaction-block',
  risk: 'failure',
  severity: 'error',
  on: [
    'VACUUM',
    'CLUSTER',
    'REINDEX',
    'DO',
    'CALL',
    'ALTER SYSTEM',
    'ALTER DATABASE',
    'CREATE DATABASE',
    'DROP DATABASE',
    'CREATE TABLESPACE',
    'DROP TABLESPACE',
    'CREATE SUBSCRIPTION',
    'DROP SUBSCRIPTION',
    'DISCARD',
    'COMMIT PREPARED',
    'ROLLBACK PREPARED',
  ],
  directions: ['up', 'down'],
  why: `
Some commands cannot be undone, or need several transactions, and so PostgreSQL refuses them inside a transaction block with
error 25001: \`VACUUM\`, \`CLUSTER\` of several tables, \`REINDEX\` of a schema, a database or a partitioned table,
\`CREATE\` and \`DROP\` of databases, tablespaces and subscriptions with their slot, \`ALTER SYSTEM\`, \`DISCARD ALL\`.
A \`DO\` block or a procedure that ends transactions fails there with error 2D000, at its first \`COMMIT\`: a loop that commits
after each batch does not get beyond the first. A block is what stands between \`BEGIN\` and \`COMMIT\`, what a migration
tool wraps around a file, and also several statements sent to the server as one query.

The \`CONCURRENTLY\` forms have a rule of their own. Nothing is said where the statement runs by itself.`,
  instead: `
Tell the tool not to open a transaction for this migration, or give the statement a migration of its own. The fix does
what the tool of the project offers.`,
  manual: ['sql-vacuum.html', 'plpgsql-transactions.html', 'protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT'],

  *check(command, context) {
    if (!context.transaction.isBlock || !context.effects.refusesTransactionBlock) return
    const isConcurrent = command.tag === 'REINDEX' && concurrentPart(command) !== undefined
    const isBody = command.tag === 'DO' || command.tag === 'CALL'
    if (isConcurrent || (isBody && !context.effects.endsTransactions)) return
    yield {
      at: command.keywords,
      message: isBody
        ? `${command.tag} that ends transactions cannot run inside a transaction block`
        : `${nameOf(command)} cannot run inside a transaction block`,
      detail: whyInBlock(context),
      hint:
        neverOutside(context, byHand.other) ??
        (isBody
          ? 'Run it outside a transaction, with the marker of the migration tool or alone in a migration: only there its COMMIT is allowed.'
          : 'Run it outside a transaction: with the marker of the migration tool, or alone in a migration.'),
      fixes: () => outsideBlock(context, moveOf(command, context)),
    }
  },

  examples: `
-- bad: the tool runs the file in a transaction
-- shows: \`VACUUM\` in a transaction block
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_tidy.sql
  -- +goose Up
  VACUUM (ANALYZE) users;
--^^^^^^ error [refused-in-transaction-block: VACUUM cannot run inside a transaction block]
-- fix: Run this migration without the transaction of goose
  -- +goose NO TRANSACTION
  -- +goose Up
  VACUUM (ANALYZE) users;

-- bad: batches that commit, in the transaction of the tool
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_emails.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN address text;
  -- +goose StatementBegin
  DO $$
--^^ error [refused-in-transaction-block: DO that ends transactions cannot run inside a transaction block]
  DECLARE
    first bigint := 0;
  BEGIN
    WHILE first <= (SELECT max(id) FROM users) LOOP
      UPDATE users SET address = email WHERE id >= first AND id < first + 1000;
      first := first + 1000;
      COMMIT;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd
-- fix: Run it in a new migration
  -- +goose Up
  ALTER TABLE users ADD COLUMN address text;
-- file: 00003_batches.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
  DO $$
  DECLARE
    first bigint := 0;
  BEGIN
    WHILE first <= (SELECT max(id) FROM users) LOOP
      UPDATE users SET address = email WHERE id >= first AND id < first + 1000;
      first := first + 1000;
      COMMIT;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd

  -- +goose Down
  -- Nothing to undo.

-- good: a procedure that looks whether it may
-- file: 0001_tasks.sql
  CREATE PROCEDURE work() LANGUAGE plpgsql AS $$
  DECLARE
    inside boolean;
  BEGIN
    SELECT pg_current_xact_id_if_assigned() IS NOT NULL INTO inside;
    IF NOT inside THEN COMMIT; END IF;
  END $$;
-- file: 0002_work.sql
  BEGIN;
  CREATE TABLE tasks (id bigint PRIMARY KEY);
  CALL work();
  COMMIT;

-- bad: between BEGIN and COMMIT
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_tidy.sql
  BEGIN;
  ALTER TABLE users ADD COLUMN note text;
  VACUUM users;
--^^^^^^ error [refused-in-transaction-block: VACUUM cannot run inside a transaction block]
  COMMIT;
-- fix: Run it after COMMIT
  BEGIN;
  ALTER TABLE users ADD COLUMN note text;
  COMMIT;
  VACUUM users;

-- bad: several statements in one query
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_search.up.sql
  ALTER TABLE users ADD COLUMN note text;
  REINDEX SYSTEM postgres;
--^^^^^^^^^^^^^^ error [refused-in-transaction-block: REINDEX SYSTEM cannot run inside a transaction block]
-- fix: Run it in a new migration
  ALTER TABLE users ADD COLUMN note text;
-- file: 000003_reindex.up.sql
  REINDEX SYSTEM postgres;

-- bad: settings of the server
-- shows: \`ALTER SYSTEM\` in a transaction block
  BEGIN;
  ALTER SYSTEM SET work_mem = '64MB';
--^^^^^^^^^^^^ error [refused-in-transaction-block: ALTER SYSTEM cannot run inside a transaction block]
  COMMIT;
-- fix: Run it without BEGIN and COMMIT
  ALTER SYSTEM SET work_mem = '64MB';

-- good: the tool is told not to open a transaction
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_tidy.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  VACUUM users;

-- good: alone in a file without a transaction
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_tidy.up.sql
  VACUUM users;

-- good: a body that leaves the transaction alone, and commands that may run in one
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_tidy.sql
  BEGIN;
  ANALYZE users;
  DO $$ BEGIN PERFORM set_config('app.step', '2', false); END $$;
  DISCARD TEMP;
  COMMIT;
`,
})

function nameOf(command: Command): string {
  if (command.tag === 'REINDEX') return `REINDEX ${command.target}`
  return command.tag === 'DISCARD' ? 'DISCARD ALL' : command.tag
}

/** Whatever has to do with the same relations stays where it is in relation to it. */
function moveOf(command: Command, { effects, catalog }: RuleContext): Move {
  const names = effects.locks.flatMap(({ relation }) => catalog.relations.get(relation)?.name ?? [])
  return {
    title: titles[command.tag] ?? command.tag,
    about: { tables: names },
    isBlock: command.tag === 'DO',
    neededBy: step => names.some(name => mentions(step, name)),
  }
}

const titles: Partial<Record<Tag, string>> = { DO: 'batches', CALL: 'batches' }
