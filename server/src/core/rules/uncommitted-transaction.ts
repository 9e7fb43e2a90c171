import { statementsAfter } from '../fixes/edits'
import plain from '../history/frameworks/plain'
import type { Migration } from '../history/migration'
import { onceForEach } from '../history/numbering'
import { stepsIn } from '../history/steps'
import { shifted } from '../text'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'uncommitted-transaction',
  risk: 'failure',
  severity: 'error',
  on: 'migration',
  directions: ['up', 'down'],
  why: `
A transaction block that nothing ends is rolled back when the session ends: the file runs without an error and changes
nothing. Where the migration tool goes on in the same session its own record is in that transaction too, and so is the next
migration.

Nothing is said where the tool has opened a transaction itself: then \`BEGIN\` does nothing, and one behind a \`COMMIT\` is ended
by the tool's own. In folders that no known tool
runs it is a warning: what runs them may go on with another file; and nothing is said where most of the files there leave it to
what runs them to commit.`,
  instead: `
End the file with \`COMMIT\`.`,
  manual: ['sql-begin.html', 'sql-commit.html'],

  *check({ migration, history, steps }) {
    const isPlain = history.framework.id === plain.id
    if (isPlain && areLeftOpen(history.migrations)) return
    for (const section of migration.sections) {
      const own = stepsIn(steps, section)
      const last = own.at(-1)
      // COMMIT; BEGIN; inside the tool's transaction: the tool's own COMMIT ends it.
      if (section.transaction === 'tool' || last?.transaction.kind !== 'block' || last.transaction.end.by !== 'session')
        continue
      const begin = own.find(({ transaction }) => transaction.number === last.transaction.number)
      if (!begin?.command) continue
      yield {
        at: shifted({ start: 0, end: begin.command.tag.length }, begin.statement.span.start),
        message: `${begin.command.tag} starts a transaction that nothing commits`,
        detail: 'When the session ends, PostgreSQL rolls back all that the transaction has done.',
        hint: 'End it with COMMIT.',
        severity: isPlain ? 'warning' : undefined,
        fixes: () => [
          {
            title: 'Commit at the end',
            safety: 'review',
            isChange: true,
            edits: statementsAfter(last, ['COMMIT;']),
          },
        ],
      }
    }
  },

  examples: `
-- bad: BEGIN without COMMIT
-- shows: transaction that is never committed
-- file: 0001_users.sql
  BEGIN;
--^^^^^ warning [uncommitted-transaction: BEGIN starts a transaction that nothing commits]
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- fix: Commit at the end
  BEGIN;
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY);
  COMMIT;

-- good: most files leave it to what runs them
-- file: 0001_users.sql
  BEGIN;
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_orders.sql
  BEGIN;
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0003_carts.sql
  BEGIN;
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- bad: the second of two
-- given: golang-migrate
-- file: 000001_users.up.sql
  BEGIN;
  CREATE TABLE users (id bigint PRIMARY KEY);
  COMMIT;
  BEGIN;
--^^^^^ error [uncommitted-transaction: BEGIN starts a transaction that nothing commits]
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- fix: Commit at the end
  BEGIN;
  CREATE TABLE users (id bigint PRIMARY KEY);
  COMMIT;
  BEGIN;
  CREATE TABLE orders (id bigint PRIMARY KEY);
  COMMIT;

-- good: every BEGIN has its end
-- file: 0001_users.sql
  BEGIN;
  CREATE TABLE users (id bigint PRIMARY KEY);
  COMMIT;
  BEGIN;
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ROLLBACK;

-- good: the tool commits what stands behind the file's own COMMIT
-- given: goose
-- file: 0001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, note text);
  COMMIT;
  CREATE INDEX CONCURRENTLY orders_idx ON orders (note);
  BEGIN;
`,
})

/** Whether so many files end inside a transaction that what runs them must end it: else nothing would have come of any. */
const areLeftOpen = onceForEach((migrations: readonly Migration[]): boolean => {
  const open = migrations.filter(({ sections }) => {
    const tags = sections.flatMap(({ statements }) => statements.map(({ command }) => command?.tag))
    return ['BEGIN', 'START TRANSACTION'].includes(tags.findLast(tag => tag !== undefined && boundaries.has(tag)) ?? '')
  })
  return open.length > 2 && open.length > migrations.length / 2
})

const boundaries: ReadonlySet<string> = new Set(['BEGIN', 'START TRANSACTION', 'COMMIT', 'ROLLBACK'])
