import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'enum-type',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TYPE'],
  why: `
A label can be added to an enum, but never removed, and a new one cannot be used in the transaction that adds it. Going back
to fewer labels means another type and writing every table that uses it anew.

It is off unless settings name a severity: where labels are only ever added, an enum serves well.`,
  instead: `
A \`text\` column with a \`CHECK\`, or a table of its own with a foreign key: both can be changed without touching the rows.`,
  manual: ['datatype-enum.html#DATATYPE-ENUM-IMPLEMENTATION-DETAILS', 'sql-altertype.html'],

  *check({ type, labels, keywords }) {
    if (!labels) return
    yield {
      at: keywords,
      message: `labels of enum ${inQuotes(type)} can be added, never removed`,
      hint: 'Use text with a CHECK, or a table of its own, where they may go away again.',
    }
  },

  examples: `
-- bad: an enum
-- shows: enum type, whose labels cannot be removed
-- file: 0001_state.sql
  CREATE TYPE state AS ENUM ('open', 'done');
--^^^^^^^^^^^ hint [enum-type: labels of enum "state" can be added, never removed]

-- good: other types
-- file: 0001_state.sql
  CREATE TYPE point3 AS (x int, y int, z int);
  CREATE TABLE orders (id bigint PRIMARY KEY, state text CHECK (state IN ('open', 'done')));
`,
})
