import { definesConstraint } from '../judgement/concerns'
import { constraintsIn } from '../judgement/foreign-keys'
import { defineRule } from './rule'

export default defineRule({
  id: 'not-enforced-constraint',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesConstraint(({ notEnforced }) => notEnforced === true),
  why: `
Nothing looks at a constraint that is \`NOT ENFORCED\` (PostgreSQL 18): rows that break it come in without an error, and
neither the planner nor a reader may rely on it. \`NOT VALID\` is another thing: new rows must hold it.

It is off unless settings name a severity: nobody writes these words by accident.`,
  instead: `
Leave \`NOT ENFORCED\` out. To spare the check of the rows that are there, write \`NOT VALID\` and validate later.`,
  manual: ['sql-createtable.html#SQL-CREATETABLE-PARMS-ENFORCED'],

  *check(command) {
    for (const { notEnforced, keywords, kind } of constraintsIn(command)) {
      if (!notEnforced) continue
      yield {
        at: keywords,
        message: `this ${kind} is NOT ENFORCED: rows that break it come in without an error`,
        hint: 'Write NOT VALID instead, and validate later, if the rows that are there are the reason.',
      }
    }
  },

  examples: `
-- bad: not enforced
-- shows: \`NOT ENFORCED\` constraint
-- given: postgres 18
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total int, CHECK (total >= 0) NOT ENFORCED);
--                                                       ^^^^^ hint [not-enforced-constraint: this CHECK is NOT ENFORCED: rows that break it come in without an error]

-- good: enforced
-- given: postgres 18
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total int, CHECK (total >= 0));
`,
})
