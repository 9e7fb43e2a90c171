import { withType } from '../fixes/new-type'
import { definesColumn } from '../judgement/concerns'
import { columnsDefined, isChangedLater, tableOf } from '../judgement/defined'
import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'blank-padded-type',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesColumn(({ type }) => type.name === 'bpchar'),
  why: `
A \`char(n)\` fills every value with blanks up to its length and leaves them out again in comparisons and casts. It is no faster
than \`varchar\` or \`text\`.

It is off unless settings name a severity: for codes and identifiers of one length there is nothing to fill. Nothing is said of
\`char(1)\`, and where a later migration gives the column another type or drops it.`,
  instead: `
Make new columns \`varchar(n)\` or \`text\`.`,
  manual: ['datatype-character.html'],

  *check(command, context) {
    const table = tableOf(command)
    for (const column of columnsDefined(command)) {
      const [length = 1] = column.type.modifiers
      if (column.type.name !== 'bpchar' || length < 2 || isChangedLater(table, column.name.name, context)) continue
      yield {
        at: column.type.span,
        message: `column "${column.name.name}" of table ${inQuotes(table)} is char(${length}): every value is filled with blanks to ${length} characters`,
        hint: `Make it varchar(${length}) or text: neither is slower.`,
        fixes: () => withType(`varchar(${length})`, column, context),
      }
    }
  },

  examples: `
-- bad: a new table and a new column
-- shows: \`char(n)\` column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_accounts.sql
  CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    country char(2) NOT NULL
--          ^^^^^^^ hint [blank-padded-type: column "country" of table "accounts" is char(2): every value is filled with blanks to 2 characters]
  );
  ALTER TABLE users ADD COLUMN postcode character(10);
--                                      ^^^^^^^^^^^^^ hint [blank-padded-type: column "postcode" of table "users" is char(10): every value is filled with blanks to 10 characters]
-- fix: Make it varchar(2)
  CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    country varchar(2) NOT NULL
  );
  ALTER TABLE users ADD COLUMN postcode character(10);
-- fix: Make it varchar(10)
  CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    country char(2) NOT NULL
  );
  ALTER TABLE users ADD COLUMN postcode varchar(10);

-- good: other types, one character, one that is dropped later
-- given: golang-migrate
-- file: 000001_accounts.up.sql
  CREATE TABLE accounts (id bigint PRIMARY KEY, country varchar(2), state char(1), old char(9));
-- file: 000002_old.up.sql
  ALTER TABLE accounts DROP COLUMN old; -- guard: allow dropped-column: nothing has read it since release 3
`,
})
