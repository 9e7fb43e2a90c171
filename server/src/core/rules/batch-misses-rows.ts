import { replacement, withBlanksBefore } from '../fixes/edits'
import { none } from '../fixes/withheld'
import { batchOf } from '../judgement/batch-loops'
import type { RuleContext } from '../judgement/context'
import { existingTable } from '../judgement/target'
import { asTable, columnNamed, relationNamed } from '../postgres/catalog'
import type { Delete, Update } from '../sql/row-commands'
import type { Token } from '../sql/tokens'
import { defineRule } from './rule'

export default defineRule({
  id: 'batch-misses-rows',
  risk: 'failure',
  severity: 'warning',
  on: ['UPDATE', 'DELETE'],
  why: `
A loop that takes rows with \`LIMIT\` has to know which are left. With \`OFFSET\` over rows that each batch takes out of the
set, by deleting them or by changing the column that the \`WHERE\` tests, every batch jumps over as many rows as the one before
has done: half of them are never changed. Without a \`WHERE\` that the batch makes untrue, and without \`OFFSET\`, every round
of an \`UPDATE\` finds the same rows again: the loop does not end, or does not get on.

Nothing is said where the \`WHERE\` compares with variables, and of tables that the same migration makes.`,
  instead: `
Walk along the primary key: remember the last key of a batch, and take the rows behind it. Where a batch takes its rows out of
the set, leave \`OFFSET\` away: the fix does that.`,
  manual: ['queries-limit.html'],

  *check(command, context) {
    if (!context.inside?.repeated) return
    const target = existingTable(command.table, context)
    const batch = target && batchOf(context)
    if (!target || !batch) return
    const staysNull = command.tag === 'UPDATE' ? nullAgain(command, batch.where, context) : undefined
    const isShrinking = command.tag === 'DELETE' || (!staysNull && makesUntrue(command, batch.where))
    const isSame =
      command.tag === 'UPDATE' && !isShrinking && !batch.offset && isConstant(command, batch.where, context)
    const skipped = isSame ? undefined : batch.offset
    if (!isSame && !(skipped && isShrinking)) return
    yield {
      at: skipped ? { start: skipped.start, end: skipped.start + 'OFFSET'.length } : command.keywords,
      message: isSame
        ? `every round of the loop finds the same rows of ${target.label}`
        : `OFFSET jumps over rows of ${target.label} that no batch has taken`,
      detail: staysNull
        ? `Column "${staysNull}" may be null: such a row is found again when it has been changed, and the loop does not end.`
        : isSame
          ? 'Nothing that the UPDATE assigns keeps a row from being found again: the loop does not get on.'
          : 'The rows of the batch before are no longer in the set, and as many others are jumped over.',
      hint: staysNull
        ? `Ask for "${staysNull}" IS NOT NULL too, or remember the last key of each batch, and take the rows behind it.`
        : isSame
          ? 'Remember the last key of each batch, and take the rows behind it.'
          : 'Leave OFFSET away, or walk along the primary key.',
      relation: target.relation,
      fixes: () =>
        skipped
          ? [
              {
                title: 'Leave OFFSET out',
                safety: 'review',
                edits: [replacement(context, withBlanksBefore(context, skipped), '')],
              },
            ]
          : none('What picks the rows that are left is for you to say.'),
    }
  },

  examples: `
-- bad: each batch takes its rows out of the set
-- shows: batch loop with \`OFFSET\` over a set that shrinks
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, address text);
-- file: 0002_addresses.sql
  DO $$
  DECLARE
    done bigint := 0;
  BEGIN
    LOOP
      UPDATE users SET address = email
      WHERE id IN (SELECT id FROM users WHERE address IS NULL ORDER BY id LIMIT 1000 OFFSET done);
--                                                                                   ^^^^^^ warning [batch-misses-rows: OFFSET jumps over rows of table "users" that no batch has taken]
      EXIT WHEN NOT FOUND;
      done := done + 1000;
      COMMIT;
    END LOOP;
  END
  $$;
-- fix: Leave OFFSET out
  DO $$
  DECLARE
    done bigint := 0;
  BEGIN
    LOOP
      UPDATE users SET address = email
      WHERE id IN (SELECT id FROM users WHERE address IS NULL ORDER BY id LIMIT 1000);
      EXIT WHEN NOT FOUND;
      done := done + 1000;
      COMMIT;
    END LOOP;
  END
  $$;

-- bad: the same rows again and again
-- shows: batch loop that takes the same rows again
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, plan text);
-- file: 0002_plans.sql
  DO $$
  BEGIN
    LOOP
      UPDATE users SET plan = 'free' WHERE id IN (SELECT id FROM users LIMIT 1000);
--    ^^^^^^ warning [batch-misses-rows: every round of the loop finds the same rows of table "users"]
      EXIT WHEN NOT FOUND;
      COMMIT;
    END LOOP;
    LOOP
      UPDATE users SET plan = 'paid' WHERE id IN (SELECT u.id FROM users u WHERE u.email IS NOT NULL LIMIT 1000);
--    ^^^^^^ warning [batch-misses-rows: every round of the loop finds the same rows of table "users"]
      EXIT WHEN NOT FOUND;
      COMMIT;
    END LOOP;
  END
  $$;

-- bad: filled from what may be null
-- shows: batch loop that never ends where the value is null
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text, nick text);
-- file: 0002_nicks.sql
  DO $$
  BEGIN
    WHILE EXISTS (SELECT 1 FROM users WHERE nick IS NULL) LOOP
      UPDATE users SET nick = name WHERE id IN (SELECT id FROM users WHERE nick IS NULL LIMIT 1000);
--    ^^^^^^ warning [batch-misses-rows: every round of the loop finds the same rows of table "users"]
      COMMIT;
    END LOOP;
  END
  $$;

-- good: filled from what is not
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text, nick text);
-- file: 0002_nicks.sql
  DO $$
  BEGIN
    LOOP
      UPDATE users SET nick = coalesce(name, '') WHERE id IN (SELECT id FROM users WHERE nick IS NULL LIMIT 1000);
      EXIT WHEN NOT FOUND;
      COMMIT;
    END LOOP;
    LOOP
      UPDATE users SET nick = name
      WHERE id IN (SELECT id FROM users WHERE nick IS NULL AND name IS NOT NULL LIMIT 1000);
      EXIT WHEN NOT FOUND;
      COMMIT;
    END LOOP;
  END
  $$;

-- good: rows that are done are no longer found; the key is walked along; OFFSET over a set that stays
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, address text);
  CREATE TABLE wanted (id bigint PRIMARY KEY);
-- file: 0002_addresses.sql
  DO $$
  DECLARE
    last_id bigint := 0;
    done bigint := 0;
  BEGIN
    LOOP
      UPDATE users SET address = email WHERE id IN (SELECT id FROM users WHERE address IS NULL LIMIT 1000);
      EXIT WHEN NOT FOUND;
      COMMIT;
    END LOOP;
    LOOP
      UPDATE users SET address = email WHERE id IN (SELECT id FROM users WHERE id > last_id ORDER BY id LIMIT 1000);
      EXIT WHEN NOT FOUND;
      last_id := last_id + 1000;
      COMMIT;
    END LOOP;
    LOOP
      WITH batch AS (SELECT u.id FROM users u JOIN wanted w ON w.id = u.id LIMIT 1000)
      UPDATE users SET address = email FROM batch WHERE batch.id = users.id;
      EXIT WHEN NOT FOUND;
      DELETE FROM wanted USING users WHERE wanted.id = users.id AND users.address IS NOT NULL;
      COMMIT;
    END LOOP;
    LOOP
      UPDATE users SET address = email WHERE id IN (SELECT id FROM users ORDER BY id LIMIT 1000 OFFSET done);
      EXIT WHEN NOT FOUND;
      done := done + 1000;
      COMMIT;
    END LOOP;
  END
  $$;

-- good: no loop
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- file: 0002_some.sql
  UPDATE users SET plan = 'free' WHERE id IN (SELECT id FROM users ORDER BY id LIMIT 10 OFFSET 10);
`,
})

/** Whether an UPDATE assigns a column that picks its rows: a row that it has changed may no longer be found. */
const makesUntrue = ({ assignments }: Update, where: readonly Token[] | undefined): boolean =>
  assignments.some(({ column }) => where?.some(token => nameIn(token) === column))

/** The column that an UPDATE fills another from, where only `IS NULL` of that one picks the rows, and it may be null itself. */
function nullAgain(
  { table: name, assignments, from }: Update,
  where: readonly Token[] | undefined,
  { catalog, statement }: RuleContext,
): string | undefined {
  const [column, is, ...nothing] = where?.slice(-3) ?? []
  const filled = column && nameIn(column)
  const isOnly = where?.length === 3 || (where?.length === 5 && where[1]?.text === '.')
  if (!isOnly || is?.text !== 'IS' || nothing[0]?.text !== 'NULL' || from) return undefined
  const value = assignments.find(assignment => assignment.column === filled)?.expression
  const [source, ...others] = value?.columns ?? []
  if (!value || source === undefined || others.length > 0 || value.hasSubquery) return undefined
  const text = statement.text.slice(value.span.start, value.span.end).replaceAll('"', '')
  const isBare = text.slice(text.lastIndexOf('.') + 1).toLowerCase() === source.toLowerCase()
  const known = columnNamed(asTable(relationNamed(catalog, name)), source)
  return isBare && known?.notNull === false ? source : undefined
}

/** Whether the rows that a query finds depend on its table and constants alone, so that a loop finds them again. */
function isConstant(
  { table: name, reads }: Update | Delete,
  where: readonly Token[] | undefined,
  { catalog }: RuleContext,
): boolean {
  // What others hold may change in the loop.
  if (reads.some(read => read.name !== name.name)) return false
  if (!where) return true
  const table = asTable(relationNamed(catalog, name))
  return where.every((token, place) => {
    const written = nameIn(token)
    if (written === undefined || where[place + 1]?.text === '.') return true
    return columnNamed(table, written) !== undefined || operators.has(token.text)
  })
}

/** Words of conditions that are no names. */
const operators: ReadonlySet<string> = new Set(['IS', 'NOT', 'NULL', 'AND', 'OR', 'IN', 'LIKE', 'TRUE', 'FALSE'])

function nameIn({ kind, text }: Token): string | undefined {
  if (kind === 'word') return text.toLowerCase()
  return kind === 'quoted identifier' ? text.slice(1, -1) : undefined
}
