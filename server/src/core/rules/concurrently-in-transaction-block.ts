import { type Concurrent, concurrentPart } from '../fixes/concurrent-part'
import { moveOfCreate, moveOfDrop } from '../fixes/indexes'
import type { Move } from '../fixes/placement'
import { outsideBlock, whyInBlock } from '../fixes/transaction-block'
import type { RuleContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import { byHand, neverOutside } from '../judgement/tool-hints'
import type { AlterRelation, Command } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'concurrently-in-transaction-block',
  risk: 'failure',
  severity: 'error',
  on: ['CREATE INDEX', 'DROP INDEX', 'REINDEX', 'ALTER TABLE'],
  concerns: command => concurrentPart(command) !== undefined,
  directions: ['up', 'down'],
  why: `
The \`CONCURRENTLY\` forms commit in between and so cannot run inside a transaction block: PostgreSQL refuses them with
error 25001. A block is what stands between \`BEGIN\` and \`COMMIT\`, what a migration tool wraps around a file, and also
several statements sent to the server as one query.

Nothing is said where the statement runs by itself: the tool's own marker turns its transaction off, the tool sends one
statement at a time, or the file holds this one statement and the tool opens no transaction.`,
  instead: `
Tell the tool not to open a transaction for this migration, or give the statement a migration of its own. The fix does
what the tool of the project offers.`,
  manual: ['sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY', 'protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT'],
  seeds: ['run concurrent builds outside of transactions'],

  *check(command, context) {
    const concurrent = concurrentPart(command)
    if (!concurrent || !context.transaction.isBlock || !context.effects.refusesTransactionBlock) return
    yield {
      at: concurrent.at,
      message: `${concurrent.what} cannot run inside a transaction block`,
      detail: whyInBlock(context),
      hint:
        neverOutside(context, handFor(command)) ??
        'Run it outside a transaction: with the marker of the migration tool, or alone in a migration.',
      fixes: () => outsideBlock(context, moveOf(command, context)),
    }
  },

  examples: `
-- bad: the tool runs the file in a transaction
-- shows: \`CONCURRENTLY\` in a file whose tool opens a transaction
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email_index.sql
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--             ^^^^^^^^^^^^ error [concurrently-in-transaction-block: CREATE INDEX CONCURRENTLY cannot run inside a transaction block]
-- fix: Run this migration without the transaction of goose
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: several in one migration, all of which refuse a transaction
-- given: dbmate
-- file: 20240101000000_users.sql
  -- migrate:up
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);

  -- migrate:down
  DROP TABLE users;
-- file: 20240102000000_indexes.sql
  -- migrate:up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--             ^^^^^^^^^^^^ error [concurrently-in-transaction-block: CREATE INDEX CONCURRENTLY cannot run inside a transaction block]

  -- migrate:down
  DROP INDEX CONCURRENTLY users_email_idx;
--           ^^^^^^^^^^^^ error [concurrently-in-transaction-block: DROP INDEX CONCURRENTLY cannot run inside a transaction block]
-- fix: Run this migration without the transaction of dbmate
  -- migrate:up transaction:false
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- migrate:down
  DROP INDEX CONCURRENTLY users_email_idx;
-- fix: Run this migration without the transaction of dbmate
  -- migrate:up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

  -- migrate:down transaction:false
  DROP INDEX CONCURRENTLY users_email_idx;

-- bad: one query of several statements
-- shows: \`CONCURRENTLY\` among several statements of one query
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_nickname.up.sql
  ALTER TABLE users ADD COLUMN nickname text;
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);
--             ^^^^^^^^^^^^ error [concurrently-in-transaction-block: CREATE INDEX CONCURRENTLY cannot run inside a transaction block]
-- file: 000002_nickname.down.sql
  DROP INDEX users_nickname_idx;
  ALTER TABLE users DROP COLUMN nickname;
-- fix: Run it in a new migration
-- file: 000002_nickname.up.sql
  ALTER TABLE users ADD COLUMN nickname text;
-- file: 000002_nickname.down.sql
  ALTER TABLE users DROP COLUMN nickname;
-- file: 000003_create_users_nickname_idx.up.sql
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);
-- file: 000003_create_users_nickname_idx.down.sql
  DROP INDEX CONCURRENTLY users_nickname_idx;

-- bad: the marker of the tool stays in the file and is not written twice
-- given: sqlx
-- file: 1_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- file: 2_indexes.sql
  -- no-transaction
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--             ^^^^^^^^^^^^ error [concurrently-in-transaction-block: CREATE INDEX CONCURRENTLY cannot run inside a transaction block]
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
--             ^^^^^^^^^^^^ error [concurrently-in-transaction-block: CREATE INDEX CONCURRENTLY cannot run inside a transaction block]
-- fix: Run it in a new migration
  -- no-transaction
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
-- file: 3_create_users_email_idx.sql
  -- no-transaction
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- fix: Run it in a new migration
  -- no-transaction
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- file: 3_create_users_name_idx.sql
  -- no-transaction
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

-- bad: between BEGIN and COMMIT
-- shows: \`CONCURRENTLY\` in a transaction block
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_index.sql
  BEGIN;
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
--             ^^^^^^^^^^^^ error [concurrently-in-transaction-block: CREATE INDEX CONCURRENTLY cannot run inside a transaction block]
  COMMIT;
-- fix: Run it without BEGIN and COMMIT
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- bad: in a down
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_nickname.up.sql
  ALTER TABLE users ADD COLUMN nickname text;
-- file: 000003_nickname_index.up.sql
  CREATE INDEX CONCURRENTLY users_nickname_idx ON users (nickname);
-- file: 000003_nickname_index.down.sql
  DROP INDEX CONCURRENTLY users_nickname_idx;
--           ^^^^^^^^^^^^ error [concurrently-in-transaction-block: DROP INDEX CONCURRENTLY cannot run inside a transaction block]
  COMMENT ON TABLE users IS 'without an index';

-- bad: REINDEX, with statements after it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_tidy.sql
  BEGIN;
  REINDEX INDEX CONCURRENTLY users_pkey;
--^^^^^^^^^^^^^ error [concurrently-in-transaction-block: REINDEX CONCURRENTLY cannot run inside a transaction block]
  ALTER TABLE users ALTER COLUMN email SET DEFAULT '';
  COMMIT;
-- fix: Run it in a new migration
  BEGIN;
  ALTER TABLE users ALTER COLUMN email SET DEFAULT '';
  COMMIT;
-- file: 0003_reindex_users_pkey.sql
  REINDEX INDEX CONCURRENTLY users_pkey;

-- bad: a partition that is detached
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- file: 0002_detach.sql
  BEGIN;
  COMMENT ON TABLE events_2024 IS 'kept for the auditors';
  ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;
--                   ^^^^^^^^^^^^^^^^ error [concurrently-in-transaction-block: ALTER TABLE ... DETACH CONCURRENTLY cannot run inside a transaction block]
  COMMIT;
-- fix: Run it after COMMIT
  BEGIN;
  COMMENT ON TABLE events_2024 IS 'kept for the auditors';
  COMMIT;
  ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;

-- good: the tool is told not to open a transaction
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email_index.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: alone in a file without a transaction
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email_index.up.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: one statement at a time
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_index.sql
  SET lock_timeout = 0;
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);

-- good: REFRESH ... CONCURRENTLY may run in a transaction
-- file: 0001_totals.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
  CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
  CREATE UNIQUE INDEX totals_id_idx ON totals (id);
-- file: 0002_refresh.sql
  BEGIN;
  REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
  COMMIT;
`,
})

function moveOf(command: Concurrent, context: RuleContext): Move {
  if (command.tag === 'CREATE INDEX') return moveOfCreate(command, context)
  if ('names' in command && command.names[0]) return moveOfDrop(command.names[0], context)
  if ('relation' in command) return moveOfDetach(command)
  const name = command.tag === 'REINDEX' ? command.name?.name : undefined
  return {
    title: `reindex_${name ?? 'database'}`,
    concurrently: 'build',
    about: { tables: [], names: name === undefined ? [] : [name] },
    neededBy: step => name !== undefined && (mentions(step, name) || reshapes(step, name)),
  }
}

const moveOfDetach = ({ relation, subcommands }: AlterRelation): Move => {
  const partition = subcommands.find(({ kind }) => kind === 'DETACH PARTITION')
  const name = partition?.kind === 'DETACH PARTITION' ? partition.partition.name : relation.name
  return {
    title: `detach_${name}`,
    concurrently: 'wait',
    about: { tables: [relation.name], names: [name] },
    neededBy: step => mentions(step, name) || mentions(step, relation.name),
  }
}

function handFor({ tag }: Command): string {
  if (tag === 'CREATE INDEX') return byHand.build
  if (tag === 'DROP INDEX') return byHand.dropIndex
  return tag === 'REINDEX' ? byHand.reindex : byHand.detach
}
