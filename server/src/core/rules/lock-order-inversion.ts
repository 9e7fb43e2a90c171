import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import { type Step, stepsOf } from '../history/steps'
import type { RelationKey } from '../postgres/catalog'
import { type LockMode, lockModes } from '../postgres/locks'
import { knownAs, shifted } from '../text'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'lock-order-inversion',
  risk: 'locking',
  severity: 'hint',
  on: 'migration',
  why: `
A transaction that locks one table and then another can deadlock with one that locks them the other way round: each waits for
what the other holds, and after \`deadlock_timeout\` PostgreSQL cancels one of the two. Two pending migrations meet in that way
where they run at the same time: from two services, two deploys, or two terminals.

Only pending migrations are compared, and only tables that were there before, locked by different statements of one
transaction so that writes or schema changes wait.`,
  instead: `
Take the locks in one order everywhere, or one table in each transaction.`,
  manual: ['explicit-locking.html#LOCKING-DEADLOCKS'],

  *check({ migration, history, settings, steps }) {
    if (history.stateOf(migration.path) !== 'pending') return
    const own = pairsOf(steps, history)
    if (own.length === 0) return
    for (const other of pendingBefore(migration, history)) {
      const others = pairsOf(stepsOf(history, other, settings), history)
      for (const { first, second, step } of own) {
        if (!others.some(pair => pair.first === second && pair.second === first)) continue
        const tag = step.command?.tag ?? ''
        yield {
          at: shifted({ start: 0, end: tag.length }, step.statement.span.start),
          message: `table ${shown(second)} is locked after table ${shown(first)} here, and before it in "${knownAs(other.path)}"`,
          detail: 'Run at the same time, each of the two transactions can wait for what the other holds: a deadlock.',
          hint: 'Take the locks in one order, or one table in each transaction.',
          relation: second,
        }
        return
      }
    }
  },

  examples: `
-- bad: two pending migrations
-- shows: two migrations that lock tables in opposite orders
-- given: golang-migrate
-- file: 000001_tables.up.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 000002_notes.up.sql
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders ADD COLUMN note text;
-- file: 000003_marks.up.sql
  ALTER TABLE orders ADD COLUMN mark text;
  ALTER TABLE users ADD COLUMN mark text;
--^^^^^^^^^^^ hint [lock-order-inversion: table "users" is locked after table "orders" here, and before it in "000002_notes.up.sql"]

-- bad: files that are all called alike go by their folders
-- given: prisma
-- file: 20240101000000_tables/migration.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 20240102000000_notes/migration.sql
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders ADD COLUMN note text;
-- file: 20240103000000_marks/migration.sql
  ALTER TABLE orders ADD COLUMN mark text;
  ALTER TABLE users ADD COLUMN mark text;
--^^^^^^^^^^^ hint [lock-order-inversion: table "users" is locked after table "orders" here, and before it in "20240102000000_notes/migration.sql"]

-- good: the same order
-- given: golang-migrate
-- file: 000001_tables.up.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 000002_notes.up.sql
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders ADD COLUMN note text;
-- file: 000003_marks.up.sql
  ALTER TABLE users ADD COLUMN mark text;
  ALTER TABLE orders ADD COLUMN mark text;

-- good: one has run already
-- given: golang-migrate
-- file: 000001_tables.up.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 000002_notes.up.sql (applied)
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders ADD COLUMN note text;
-- file: 000003_marks.up.sql
  ALTER TABLE orders ADD COLUMN mark text;
  ALTER TABLE users ADD COLUMN mark text;

-- good: each statement commits by itself
-- file: 0001_tables.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_notes.sql
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders ADD COLUMN note text;
-- file: 0003_marks.sql
  ALTER TABLE orders ADD COLUMN mark text;
  ALTER TABLE users ADD COLUMN mark text;

-- good: downs do not run beside ups
-- given: golang-migrate
-- file: 000001_shop.up.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 000001_shop.down.sql (applied)
  DROP TABLE orders;
  DROP TABLE users;
-- file: 000002_notes.up.sql
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE orders ADD COLUMN note text;
-- file: 000002_notes.down.sql
  ALTER TABLE orders DROP COLUMN note;
  ALTER TABLE users DROP COLUMN note;
`,
})

const shown = (relation: RelationKey): string => `"${relation.replace(/^public\./, '')}"`

const pendingBefore = (migration: Migration, { migrations, stateOf }: History): readonly Migration[] =>
  migrations
    .slice(0, migrations.indexOf(migration))
    .filter(({ direction, path }) => direction !== 'down' && stateOf(path) === 'pending')

/** One transaction locks `first` and, in the later statement `step`, `second`. */
interface Pair {
  readonly first: RelationKey
  readonly second: RelationKey
  readonly step: Step
}

function pairsOf(steps: readonly Step[], history: History): Pair[] {
  const pairs: Pair[] = []
  const orders = new Map<number, RelationKey[]>()
  for (const step of steps) {
    if (step.direction === 'down') continue
    const order = orders.get(step.transaction.number) ?? []
    orders.set(step.transaction.number, order)
    const taken = new Set(
      (step.effects?.locks ?? [])
        .filter(
          ({ relation, kind, mode }) =>
            kind.endsWith('table') && conflictsWithItself(mode) && isOld(step, relation, history),
        )
        .map(({ relation }) => relation),
    )
    for (const second of taken) {
      if (order.includes(second)) continue
      pairs.push(...order.map(first => ({ first, second, step })))
    }
    order.push(...[...taken].filter(relation => !order.includes(relation)))
  }
  return pairs
}

/** Table 13.2 of explicit-locking.html: modes from SHARE UPDATE EXCLUSIVE on, but for SHARE. */
const conflictsWithItself = (mode: LockMode): boolean =>
  mode !== 'SHARE' && lockModes.indexOf(mode) >= lockModes.indexOf('SHARE UPDATE EXCLUSIVE')

function isOld({ before }: Step, relation: RelationKey, history: History): boolean {
  const born = before.relations.get(relation)?.born
  return born === undefined || history.stateOf(born.migration) !== 'pending'
}
