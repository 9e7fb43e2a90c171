import { withType } from '../fixes/new-type'
import { definesColumn } from '../judgement/concerns'
import { columnsDefined, isChangedLater, tableOf } from '../judgement/defined'
import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'json-column',
  risk: 'design',
  severity: 'hint',
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesColumn(({ type }) => type.name === 'json'),
  why: `
A \`json\` value is kept as the text that came in: every function reads it anew, no index can look into it, and it has no
equality operator, so that \`SELECT DISTINCT\`, \`GROUP BY\` and \`UNION\` over such a column fail. \`jsonb\` has all that. It
does not keep white space, the order of keys, and keys that come twice.

Of more than five in one file the first is told. Nothing is said where a later migration gives the column another type or drops it.`,
  instead: `
Make new columns \`jsonb\`, unless the text itself has to come back as it was.`,
  manual: ['datatype-json.html'],

  *check(command, context) {
    const table = tableOf(command)
    for (const column of columnsDefined(command)) {
      if (column.type.name !== 'json' || isChangedLater(table, column.name.name, context)) continue
      yield {
        at: column.type.span,
        message: `column "${column.name.name}" of table ${inQuotes(table)} is json: it has no equality and no index looks into it`,
        detail: 'DISTINCT, GROUP BY and UNION over a json column fail; jsonb has an equality operator and GIN indexes.',
        hint: 'Make it jsonb, unless white space and the order of keys have to be kept.',
        mostInFile: 5,
        fixes: () => withType('jsonb', column, context),
      }
    }
  },

  examples: `
-- bad: a new table and a new column
-- shows: \`json\` column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY, payload json NOT NULL);
--                                                    ^^^^ hint [json-column: column "payload" of table "events" is json: it has no equality and no index looks into it]
  ALTER TABLE users ADD COLUMN theme JSON;
--                                   ^^^^ hint [json-column: column "theme" of table "users" is json: it has no equality and no index looks into it]
-- fix: Make it jsonb
  CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb NOT NULL);
  ALTER TABLE users ADD COLUMN theme JSON;
-- fix: Make it jsonb
  CREATE TABLE events (id bigint PRIMARY KEY, payload json NOT NULL);
  ALTER TABLE users ADD COLUMN theme jsonb;

-- good: jsonb, and json that does not stay
-- given: golang-migrate
-- file: 000001_events.up.sql
  CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb, raw json, old json);
-- file: 000002_raw.up.sql
  ALTER TABLE events DROP COLUMN old; -- guard: allow dropped-column: nothing has read it since release 3
-- file: 000003_raw.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
  -- guard: allow column-type-rewrite: the table is small
  ALTER TABLE events ALTER COLUMN raw TYPE jsonb USING raw::jsonb;
`,
})
