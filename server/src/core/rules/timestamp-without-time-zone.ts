import { withType } from '../fixes/new-type'
import { definesColumn } from '../judgement/concerns'
import { columnsDefined, isChangedLater, tableOf } from '../judgement/defined'
import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'timestamp-without-time-zone',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesColumn(({ type }) => type.name === 'timestamp'),
  why: `
A \`timestamp\` is what a clock on a wall showed, and does not say where it hung. \`now()\` put into it is the local time of the
session's \`TimeZone\`: two sessions with different settings write different values for one moment.

It is off unless settings name a severity: many projects keep UTC everywhere and mean it, and many ORMs write this type.
Nothing is said where a later migration gives the column another type or drops it.`,
  instead: `
Make new columns \`timestamptz\`, which keeps the moment.`,
  manual: ['datatype-datetime.html#DATATYPE-TIMEZONES'],

  *check(command, context) {
    const table = tableOf(command)
    for (const column of columnsDefined(command)) {
      const { name, modifiers } = column.type
      if (name !== 'timestamp' || isChangedLater(table, column.name.name, context)) continue
      const precision = modifiers[0] === undefined ? '' : `(${modifiers[0]})`
      yield {
        at: column.type.span,
        message: `column "${column.name.name}" of table ${inQuotes(table)} is timestamp without time zone: what moment it means depends on the session's TimeZone`,
        hint: 'Make it timestamptz.',
        fixes: () => withType(`timestamptz${precision}`, column, context),
      }
    }
  },

  examples: `
-- bad: a new table and a new column
-- shows: \`timestamp\` column without time zone
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, paid_at timestamp(3) without time zone);
--                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint [timestamp-without-time-zone: column "paid_at" of table "orders" is timestamp without time zone: what moment it means depends on the session's TimeZone]
  ALTER TABLE users ADD COLUMN seen_at timestamp;
--                                     ^^^^^^^^^ hint [timestamp-without-time-zone: column "seen_at" of table "users" is timestamp without time zone: what moment it means depends on the session's TimeZone]
-- fix: Make it timestamptz(3)
  CREATE TABLE orders (id bigint PRIMARY KEY, paid_at timestamptz(3));
  ALTER TABLE users ADD COLUMN seen_at timestamp;
-- fix: Make it timestamptz
  CREATE TABLE orders (id bigint PRIMARY KEY, paid_at timestamp(3) without time zone);
  ALTER TABLE users ADD COLUMN seen_at timestamptz;

-- good: with time zone, a date, one that is changed later
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, paid_at timestamptz, due date, old timestamp);
-- file: 000002_old.up.sql
  ALTER TABLE orders DROP COLUMN old; -- guard: allow dropped-column: nothing has read it since release 3
`,
})
