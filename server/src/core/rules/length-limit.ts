import { withType } from '../fixes/new-type'
import { definesColumn } from '../judgement/concerns'
import { columnsDefined, isChangedLater, tableOf } from '../judgement/defined'
import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'length-limit',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesColumn(({ type }) => type.name === 'varchar'),
  why: `
A \`varchar(n)\` is stored as \`text\` is, and no faster. Its length is part of the type: a longer one is a change of the type,
which views on the column do not allow, and for a shorter one the whole table is written anew under \`ACCESS EXCLUSIVE\`.

It is off unless settings name a severity: a limit is often wanted, and most ORMs write one. Nothing is said where a later
migration gives the column another type or drops it.`,
  instead: `
Make new columns \`text\`. Where a limit is meant, a \`CHECK\` on the length can be changed without touching the type.`,
  manual: ['datatype-character.html'],

  *check(command, context) {
    const table = tableOf(command)
    for (const column of columnsDefined(command)) {
      const { name, modifiers } = column.type
      if (name !== 'varchar' || modifiers.length === 0 || isChangedLater(table, column.name.name, context)) continue
      yield {
        at: column.type.span,
        message: `column "${column.name.name}" of table ${inQuotes(table)} is limited to ${modifiers[0]} characters by its type`,
        detail: 'varchar(n) is no faster than text.',
        hint: 'Make it text, with a CHECK where a limit is meant.',
        fixes: () => withType('text', column, context),
      }
    }
  },

  examples: `
-- bad: a new table and a new column
-- shows: \`varchar(n)\` column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, code character varying(20));
--                                                 ^^^^^^^^^^^^^^^^^^^^^ hint [length-limit: column "code" of table "orders" is limited to 20 characters by its type]
  ALTER TABLE users ADD COLUMN email varchar(255);
--                                   ^^^^^^^^^^^^ hint [length-limit: column "email" of table "users" is limited to 255 characters by its type]
-- fix: Make it text
  CREATE TABLE orders (id bigint PRIMARY KEY, code text);
  ALTER TABLE users ADD COLUMN email varchar(255);
-- fix: Make it text
  CREATE TABLE orders (id bigint PRIMARY KEY, code character varying(20));
  ALTER TABLE users ADD COLUMN email text;

-- good: without a limit, one that is changed later
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, code varchar, note text, old varchar(20));
-- file: 000002_old.up.sql
  ALTER TABLE orders DROP COLUMN old; -- guard: allow dropped-column: nothing has read it since release 3
`,
})
