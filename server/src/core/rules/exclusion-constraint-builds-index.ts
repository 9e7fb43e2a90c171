import { definesConstraint } from '../judgement/concerns'
import { tableWithRows } from '../judgement/emptied'
import { modeOn, subcommandsOf, takes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'exclusion-constraint-builds-index',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  concerns: definesConstraint(({ kind }) => kind === 'EXCLUDE'),
  why: `
\`ADD CONSTRAINT ... EXCLUDE\` takes \`ACCESS EXCLUSIVE\` on the table and builds an index while it holds it; each row is looked
up in it. Nothing reads or writes the table until that is done. There is no \`NOT VALID\`, no \`CONCURRENTLY\` and no \`USING INDEX\`
for it.

Nothing is said of a table that the same migration makes or the same transaction
empties with \`TRUNCATE\`.`,
  instead: `
Make a new table with the constraint, copy the rows in batches while a trigger keeps both up to date, and swap the names. On a
small table set \`lock_timeout\`, and try again when it fails.`,
  manual: ['sql-createtable.html#SQL-CREATETABLE-EXCLUDE'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects } of subcommandsOf(alter, context, 'ADD CONSTRAINT')) {
      const mode = modeOn(effects, target.relation)
      const { kind, keywords } = subcommand.constraint
      if (kind !== 'EXCLUDE' || effects.builds.length === 0 || !mode) continue
      yield {
        at: keywords,
        message: `${takes('ADD EXCLUDE', mode, target.label)} until the index is built`,
        detail: 'Every row is read and looked up in the new index, so the wait grows with the table.',
        hint: 'There is no milder form: fill a new table that has the constraint, and swap the names.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: a table in use
-- shows: exclusion constraint that builds its index under the lock
-- file: 0001_bookings.sql
  CREATE TABLE bookings (id bigint PRIMARY KEY, during tsrange);
-- file: 0002_no_overlap.sql
  ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);
--                                               ^^^^^^^ error [exclusion-constraint-builds-index: ADD EXCLUDE takes ACCESS EXCLUSIVE on table "bookings": reads and writes wait until the index is built]

-- good: a table of the same migration
  CREATE TABLE bookings (id bigint PRIMARY KEY, during tsrange);
  ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);
`,
})
