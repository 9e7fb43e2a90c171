import type { Step } from '../history/steps'
import { isUnreleased } from '../judgement/target'
import { type RelationKey, tableAt } from '../postgres/catalog'
import type { Command } from '../sql/commands'
import { shifted } from '../text'
import { defineMigrationRule, type MigrationContext } from './rule'

/** Two tables are what a foreign key or a swap of names needs. */
const many = 3

export default defineMigrationRule({
  id: 'many-tables-locked',
  risk: 'locking',
  severity: 'hint',
  isOff: true,
  on: 'migration',
  why: `
A transaction keeps its locks until it ends. One that takes \`ACCESS EXCLUSIVE\` on three tables or more waits for each of them
while it holds those before: what uses the first waits until the last one was free and all is done. And the more tables, the
likelier a deadlock with code that uses them in another order.

It is said once for a transaction, at the statement that locks the third table. Nothing is said of tables that the same
migration makes or drops.

It is off unless it is set: one change of a data model touches several tables, and the tool puts it into one transaction. What
makes that hurt, long work while the locks are held, is told by [work-under-lock](work-under-lock.md).`,
  instead: `
One table in each transaction, so that each lock is given back at once; \`lock_timeout\`, so that a wait for one of them ends.`,
  manual: ['explicit-locking.html#LOCKING-TABLES', 'explicit-locking.html#LOCKING-DEADLOCKS'],

  *check(context) {
    const locked = new Map<number, Set<RelationKey>>()
    const made = tablesMadeIn(context)
    for (const step of context.steps) {
      if (step.direction !== 'up' || !mayLock(step.command, made) || step.transaction.kind === 'own') continue
      const { number } = step.transaction
      const tables = locked.get(number) ?? new Set<RelationKey>()
      const before = tables.size
      for (const relation of lockedBy(step, context)) tables.add(relation)
      locked.set(number, tables)
      if (before >= many || tables.size < many) continue
      const names = [...tables].map(key => `"${key.replace(/^public\./, '')}"`)
      yield {
        at: shifted({ start: 0, end: step.command?.tag.length ?? 1 }, step.statement.span.start),
        message: `this transaction holds ACCESS EXCLUSIVE on ${names.length} tables: ${names.join(', ')}`,
        detail: 'What uses one of them waits until the transaction has got all the others, and is done with them.',
        hint: 'Change one table in each transaction.',
      }
    }
  },

  examples: `
-- bad: three tables, one of them twice
-- shows: transaction that locks many tables
-- given: goose
-- file: 00001_tables.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE TABLE items (id bigint PRIMARY KEY);
-- file: 00002_notes.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE users ADD COLUMN mark text;
  ALTER TABLE orders ADD COLUMN note text;
  ALTER TABLE items ADD COLUMN note text;
--^^^^^^^^^^^ hint [many-tables-locked: this transaction holds ACCESS EXCLUSIVE on 3 tables: "users", "orders", "items"]

-- good: two tables
-- given: goose
-- file: 00001_tables.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 00002_notes.sql
  -- +goose Up
  CREATE TABLE items (id bigint PRIMARY KEY);
  ALTER TABLE items ADD COLUMN note text;
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders ADD COLUMN note text;

-- good: each statement is a transaction
-- file: 0001_tables.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE TABLE items (id bigint PRIMARY KEY);
-- file: 0002_notes.sql
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders ADD COLUMN note text;
  ALTER TABLE items ADD COLUMN note text;

-- good: what lets writes go on
-- file: 0001_shop.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_words.sql
  BEGIN;
  COMMENT ON TABLE users IS 'Who orders.';
  COMMENT ON TABLE orders IS 'What they order.';
  COMMENT ON TABLE carts IS 'What they may order.';
  COMMIT;
`,
})

/** Tables that others use and that stay. */
/** The names of the tables that the migration makes: what changes them alone keeps nobody waiting. */
const tablesMadeIn = ({ steps }: MigrationContext): ReadonlySet<string> =>
  new Set(steps.flatMap(({ command }) => (command?.tag === 'CREATE TABLE' ? [command.table.name] : [])))

/** Whether to work out what a command locks: most statements of a large file are seen at a glance. */
function mayLock(command: Command | undefined, made: ReadonlySet<string>): boolean {
  if (!command || weak.has(command.tag)) return false
  if (command.tag === 'CREATE TABLE') return command.partitionOf !== undefined
  return !('subcommands' in command && made.has(command.relation.name))
}

/** Commands that take no ACCESS EXCLUSIVE on a table. */
const weak: ReadonlySet<string> = new Set([
  'CREATE INDEX',
  'INSERT',
  'COMMENT',
  'GRANT',
  'REVOKE',
  'SET',
  'CREATE SEQUENCE',
])

function lockedBy({ effects, before }: Step, context: MigrationContext): RelationKey[] {
  const locks = effects?.locks ?? []
  return locks.flatMap(({ relation, kind, mode }) => {
    const isTable = kind === 'table' || kind === 'partitioned table'
    if (mode !== 'ACCESS EXCLUSIVE' || !isTable || effects?.drops.includes(relation)) return []
    const table = tableAt(before, relation)
    const isOwn = table?.persistence === 'temporary' || isUnreleased(table?.born, context)
    return isOwn || table?.partitionOf !== undefined ? [] : [relation]
  })
}
