import { definesColumn } from '../judgement/concerns'
import { columnsDefined, isChangedLater, tableOf } from '../judgement/defined'
import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'discouraged-type',
  risk: 'design',
  severity: 'hint',
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesColumn(({ type }) => reasons.has(type.name)),
  why: `
Some types are there for the standard's sake and surprise in use:

- \`money\` is written and read by \`lc_monetary\` of the session: a value comes back as another currency elsewhere.
- \`time with time zone\` knows an offset but no day, so that daylight saving cannot be told.

Nothing is said where a later migration gives the column another type or drops it.`,
  instead: `
\`numeric\` for \`money\`, \`timestamptz\` for moments and \`time\` for times of the
day.`,
  manual: ['datatype-money.html', 'datatype-datetime.html'],

  *check(command, context) {
    const table = tableOf(command)
    for (const column of columnsDefined(command)) {
      const reason = reasons.get(column.type.name)
      if (!reason || isChangedLater(table, column.name.name, context)) continue
      yield {
        at: column.type.span,
        message: `column "${column.name.name}" of table ${inQuotes(table)} is ${reason.what}: ${reason.why}`,
        hint: reason.hint,
      }
    }
  },

  examples: `
-- bad: a new table and a new column
-- shows: \`money\` column
-- shows: \`time with time zone\` column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_accounts.sql
  CREATE TABLE accounts (id bigint PRIMARY KEY, balance money);
--                                                      ^^^^^ hint [discouraged-type: column "balance" of table "accounts" is money: its currency is that of the session's lc_monetary]
  ALTER TABLE users ADD COLUMN opens timetz;
--                                   ^^^^^^ hint [discouraged-type: column "opens" of table "users" is time with time zone: without a day an offset does not tell daylight saving]

-- good: other types, one that is changed later
-- given: golang-migrate
-- file: 000001_accounts.up.sql
  CREATE TABLE accounts (id bigint PRIMARY KEY, opens time, seen_at timestamptz, balance money);
-- file: 000002_balance.up.sql
  -- guard: allow column-type-rewrite: the table is small
  ALTER TABLE accounts ALTER COLUMN balance TYPE numeric USING balance::numeric;
`,
})

interface Reason {
  readonly what: string
  readonly why: string
  readonly hint: string
}

const reasons: ReadonlyMap<string, Reason> = new Map([
  [
    'money',
    {
      what: 'money',
      why: "its currency is that of the session's lc_monetary",
      hint: 'Make it numeric, with the currency in a column of its own.',
    },
  ],
  [
    'timetz',
    {
      what: 'time with time zone',
      why: 'without a day an offset does not tell daylight saving',
      hint: 'Make it timestamptz for a moment, or time for a time of the day.',
    },
  ],
])
