import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { tableWithRows } from '../judgement/emptied'
import { existingTable, inQuotes, isNew, modeOn, subcommandsOf, touches, whoWaits } from '../judgement/target'
import { isIndex, type RelationKey, relationNamed, tableAt } from '../postgres/catalog'
import type { AlterRelation, Maintenance } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import type { SubcommandKind } from '../sql/subcommands'
import { tokensOf } from '../sql/tokens'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'table-rewritten',
  risk: 'locking',
  severity: 'error',
  on: [
    'ALTER TABLE',
    'ALTER INDEX',
    'ALTER TABLE ALL',
    'ALTER INDEX ALL',
    'ALTER MATERIALIZED VIEW ALL',
    'VACUUM',
    'CLUSTER',
  ],
  concerns: command => hasSubcommand(...rewriting)(command),
  why: `
\`VACUUM FULL\`, \`CLUSTER\`, \`SET LOGGED\`, \`SET UNLOGGED\`, \`SET TABLESPACE\`, \`SET ACCESS METHOD\` and \`SET EXPRESSION\` of a
stored generated column write the whole table into new files under \`ACCESS EXCLUSIVE\`: nothing reads or writes it until that
is done, and as much disk space again is needed meanwhile. \`ALTER INDEX ... SET TABLESPACE\` does the same to an index, which the
planner looks at for every query of its table.

Nothing is said of a table that the same migration makes or the same transaction empties with \`TRUNCATE\`, of a change that leaves the table as it is (\`SET LOGGED\` of a table
that is logged), of a partitioned table by itself, which holds no rows, and of what PostgreSQL refuses in a transaction block. Columns that are added and types that change have
rules of their own.`,
  instead: `
Plain \`VACUUM\` makes space free for new rows while reads and writes go on. To give space back, to sort a table or to move it,
\`pg_repack\` and its like copy it beside the old one; or fill a new table in batches and swap the names.`,
  manual: ['sql-vacuum.html', 'sql-cluster.html', 'sql-altertable.html#SQL-ALTERTABLE-NOTES'],

  *check(command, context) {
    if (command.tag === 'ALTER INDEX') yield* movedIndex(command, context)
    else if ('subcommands' in command) yield* altered(command, context)
    else if ('tables' in command) yield* maintained(command, context)
    else yield* movedAll(command, context)
  },

  examples: `
-- bad: VACUUM FULL
-- shows: \`VACUUM FULL\`
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_vacuum.sql
  VACUUM FULL users;
--^^^^^^ error [table-rewritten: VACUUM FULL rewrites table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: of every table
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_vacuum.sql
  VACUUM (FULL, ANALYZE);
--^^^^^^ error [table-rewritten: VACUUM FULL rewrites every table under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: CLUSTER
-- shows: \`CLUSTER\`
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_cluster.sql
  CLUSTER users USING users_pkey;
--^^^^^^^ error [table-rewritten: CLUSTER rewrites table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: CLUSTER of every table that was clustered before
  CLUSTER;
--^^^^^^^ error [table-rewritten: CLUSTER rewrites every table that was clustered before under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: without a log, which a crash empties
-- shows: \`SET UNLOGGED\`
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_unlogged.sql
  ALTER TABLE events SET UNLOGGED;
--                   ^^^^^^^^^^^^ error [table-rewritten: SET UNLOGGED rewrites table "events" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: with a log again, beside a subcommand that writes nothing
-- shows: \`SET LOGGED\`
-- file: 0001_events.sql
  CREATE UNLOGGED TABLE events (id bigint PRIMARY KEY);
--^^^^^^^^^^^^^^^^^^^^^ hint [unlogged-table: table "events" is unlogged: after a crash or a failover it is empty]
-- file: 0002_logged.sql
  ALTER TABLE events ADD COLUMN name text, SET LOGGED;
--                                         ^^^^^^^^^^ error [table-rewritten: SET LOGGED rewrites table "events" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Leave UNLOGGED out
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);

-- bad: another disk
-- shows: \`SET TABLESPACE\` of a table
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_move.sql
  ALTER TABLE events SET TABLESPACE archive;
--                   ^^^^^^^^^^^^^^ error [table-rewritten: SET TABLESPACE rewrites table "events" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: an index on another disk, and one that the history does not show
-- shows: \`SET TABLESPACE\` of an index
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_move.sql
  ALTER INDEX events_pkey SET TABLESPACE fast;
--                        ^^^^^^^^^^^^^^ error [table-rewritten: SET TABLESPACE copies index "events_pkey" under ACCESS EXCLUSIVE: writes and nearly all reads of its table wait until it is done]
  ALTER INDEX app.orders_pkey SET TABLESPACE fast;
--                            ^^^^^^^^^^^^^^ error [table-rewritten: SET TABLESPACE copies index "app.orders_pkey" under ACCESS EXCLUSIVE: writes and nearly all reads of its table wait until it is done]

-- bad: an index before REINDEX could move one
-- given: postgres 13
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_move.sql
  ALTER INDEX events_pkey SET TABLESPACE fast;
--                        ^^^^^^^^^^^^^^ error [table-rewritten: SET TABLESPACE copies index "events_pkey" under ACCESS EXCLUSIVE: writes and nearly all reads of its table wait until it is done]

-- bad: all of a disk
  ALTER TABLE ALL IN TABLESPACE slow SET TABLESPACE fast;
--^^^^^^^^^^^ error [table-rewritten: ALTER TABLE ALL ... SET TABLESPACE copies everything in tablespace "slow" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
  ALTER INDEX ALL IN TABLESPACE slow SET TABLESPACE fast NOWAIT;
--^^^^^^^^^^^ error [table-rewritten: ALTER INDEX ALL ... SET TABLESPACE copies everything in tablespace "slow" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- good: to where it is
  ALTER TABLE ALL IN TABLESPACE slow SET TABLESPACE slow;

-- good: an index of a table of the same migration
  CREATE TABLE events (id bigint PRIMARY KEY);
  ALTER INDEX events_pkey SET TABLESPACE fast;

-- bad: another access method
-- shows: \`SET ACCESS METHOD\`
-- given: postgres 15
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_columnar.sql
  ALTER TABLE events SET ACCESS METHOD columnar;
--                   ^^^^^^^^^^^^^^^^^ error [table-rewritten: SET ACCESS METHOD rewrites table "events" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: a stored column with another expression
-- shows: another expression for a stored generated column
-- given: postgres 17
-- file: 0001_products.sql
  CREATE TABLE products (id bigint PRIMARY KEY, price numeric, gross numeric GENERATED ALWAYS AS (price * 1.2) STORED);
-- file: 0002_gross.sql
  ALTER TABLE products ALTER COLUMN gross SET EXPRESSION AS (price * 1.25);
--                                        ^^^^^^^^^^^^^^ error [table-rewritten: SET EXPRESSION rewrites table "products" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- good: plain VACUUM
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_vacuum.sql
  VACUUM (ANALYZE) users;

-- good: it is logged already
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_logged.sql
  ALTER TABLE events SET LOGGED;

-- good: a table of the same migration
  CREATE TABLE events (id bigint PRIMARY KEY);
  ALTER TABLE events SET UNLOGGED;
  CLUSTER events USING events_pkey;

-- good: a partitioned table holds no rows
-- file: 0001_events.sql
  CREATE TABLE events (id bigint) PARTITION BY RANGE (id);
-- file: 0002_move.sql
  ALTER TABLE events SET TABLESPACE archive;

-- good: every table is new
  CREATE TABLE events (id bigint PRIMARY KEY);
  VACUUM FULL;

-- good: PostgreSQL refuses it there
-- given: refused-in-transaction-block off
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_vacuum.sql
  BEGIN;
  VACUUM FULL events;
  COMMIT;
`,
})

const rewriting = [
  'SET LOGGED',
  'SET UNLOGGED',
  'SET TABLESPACE',
  'SET ACCESS METHOD',
  'SET EXPRESSION',
] as const satisfies readonly SubcommandKind[]

function* altered(alter: AlterRelation, context: RuleContext): Iterable<RuleFinding> {
  const target = tableWithRows(alter.relation, context)
  if (!target) return
  for (const { subcommand, effects } of subcommandsOf(alter, context, ...rewriting)) {
    const mode = modeOn(effects, target.relation)
    if (!mode || !touches(effects.rewrites, target)) continue
    yield {
      at: subcommand.keywords,
      message: `${subcommand.kind} rewrites ${target.label} under ${mode}: ${whoWaits(mode)} until it is done`,
      detail:
        subcommand.kind === 'SET UNLOGGED'
          ? 'After a crash an unlogged table is empty, and standbys have no row of it.'
          : 'The time it takes grows with the table, and so does the disk space.',
      hint: hints[subcommand.kind],
      relation: target.relation,
    }
  }
}

function* movedIndex(alter: AlterRelation, context: RuleContext): Iterable<RuleFinding> {
  const index = relationNamed(context.catalog, alter.relation)
  if (isIndex(index) && isNewTable(index.table, context)) return
  for (const { subcommand, effects } of subcommandsOf(alter, context, 'SET TABLESPACE')) {
    if (effects.rewrites.length === 0) continue
    yield {
      at: subcommand.keywords,
      message: `SET TABLESPACE copies index ${inQuotes(alter.relation)} under ACCESS EXCLUSIVE: writes and nearly all reads of its table wait until it is done`,
      detail: 'The planner looks at every index of a table, whatever the query is.',
      hint:
        context.settings.postgres >= 14
          ? 'REINDEX (CONCURRENTLY, TABLESPACE ...) INDEX lets reads and writes go on.'
          : 'Build another index there with CREATE INDEX CONCURRENTLY ... TABLESPACE, and drop this one.',
      ...(isIndex(index) && { relation: index.table }),
    }
  }
}

function isNewTable(relation: RelationKey, context: RuleContext): boolean {
  const table = tableAt(context.catalog, relation)
  return !table || isNew({ schema: table.schema, name: table.name, span: context.statement.span }, context)
}

const hints: Readonly<Record<(typeof rewriting)[number], string>> = {
  'SET LOGGED': 'Make a logged table, fill it in batches, and swap the names.',
  'SET UNLOGGED': 'Keep what may be lost in a new unlogged table, and swap the names.',
  'SET TABLESPACE': 'Move it outside the migration while nobody needs it, or with pg_repack, which moves a copy.',
  'SET ACCESS METHOD': 'Make a table with the new access method, fill it in batches, and swap the names.',
  'SET EXPRESSION':
    'Add another column with the new expression, as VIRTUAL where PostgreSQL is 18, and swap the names.',
}

function* movedAll({ tag, keywords }: OtherCommand, { statement }: RuleContext): Iterable<RuleFinding> {
  const { text } = statement
  const words = tokensOf(text).map(({ start, end }) => text.slice(start, end))
  const [from, to] = words.flatMap((word, place) => (/^tablespace$/i.test(word) ? (words[place + 1] ?? []) : []))
  if (from === undefined || from === to) return
  yield {
    at: keywords,
    message: `${tag} ... SET TABLESPACE copies everything in tablespace "${from}" under ACCESS EXCLUSIVE: reads and writes wait until it is done`,
    detail: 'The locks are taken one after the other, and kept until all is copied.',
    hint: hints['SET TABLESPACE'],
  }
}

function* maintained(command: Maintenance, context: RuleContext): Iterable<RuleFinding> {
  if (command.tag === 'VACUUM' && !command.full) return
  // In a transaction block it is refused.
  if (context.transaction.isBlock && context.effects.refusesTransactionBlock) return
  const named = command.tables.map(table => existingTable(table, context))
  const target = named.find(table => table !== undefined)
  if (command.tables.length > 0 && !target) return
  const isOfAll = command.tables.length === 0
  if (target && !touches(context.effects.rewrites, target)) return
  const what = command.tag === 'CLUSTER' ? 'CLUSTER' : 'VACUUM FULL'
  const all = what === 'CLUSTER' ? 'every table that was clustered before' : 'every table'
  if (isOfAll && what === 'VACUUM FULL' && isEmpty(context)) return
  yield {
    at: command.keywords,
    message: `${what} rewrites ${target?.label ?? all} under ACCESS EXCLUSIVE: reads and writes wait until it is done`,
    detail: 'The time it takes grows with the table, and so does the disk space.',
    hint:
      what === 'CLUSTER'
        ? 'pg_repack sorts a table while reads and writes go on.'
        : 'Plain VACUUM lets reads and writes go on; pg_repack gives the space back too.',
    relation: target?.relation,
  }
}

/** Whether only tables of this migration are there. */
const isEmpty = (context: RuleContext): boolean =>
  context.catalog.complete &&
  context.effects.rewrites.every(key => {
    const table = tableAt(context.catalog, key)
    return table && !existingTable({ schema: table.schema, name: table.name, span: context.statement.span }, context)
  })
