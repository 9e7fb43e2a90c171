import { withType } from '../fixes/new-type'
import { definesColumn } from '../judgement/concerns'
import { columnsDefined, isChangedLater, tableOf } from '../judgement/defined'
import { inQuotes } from '../judgement/target'
import type { AlterRelation, CreateTable } from '../sql/commands'
import type { ColumnDefinition } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'integer-key',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TABLE'],
  concerns: definesColumn(({ type }) => widened.has(type.name)),
  why: `
An \`integer\` key ends at 2,147,483,647, and a \`smallint\` at 32,767. Then every \`INSERT\` fails, and the way out is to
write the whole table anew, with all tables that refer to it. Values that were drawn and rolled back count as well.

It is off unless settings name a severity: most tables never come near, and changing one key of a schema that has \`integer\`
everywhere helps nobody. Only keys that count by themselves are meant: \`serial\`, identity, or a \`nextval\` default. Nothing
is said where a later migration gives the column another type or drops it.`,
  instead: `
Make the keys of new tables \`bigint\`, and the columns that refer to them.`,
  manual: ['datatype-numeric.html#DATATYPE-INT'],

  *check(command, context) {
    const table = tableOf(command)
    const keys = primaryKeyColumns(command)
    for (const column of columnsDefined(command)) {
      const wide = widened.get(column.type.name)
      if (!wide || !keys.includes(column.name.name) || !counts(column)) continue
      if (isChangedLater(table, column.name.name, context)) continue
      yield {
        at: column.type.span,
        message: `primary key "${column.name.name}" of table ${inQuotes(table)} ends at ${wide.end}: INSERT fails then`,
        hint: 'Make it bigint now, while the table is empty; later it means a rewrite.',
        fixes: () => withType(wide.type, column, context),
      }
    }
  },

  examples: `
-- bad: serial and identity
-- shows: \`integer\` primary key that counts
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_orders.sql
  CREATE TABLE orders (id serial PRIMARY KEY, note text);
--                        ^^^^^^ hint [integer-key: primary key "id" of table "orders" ends at 2,147,483,647: INSERT fails then]
  CREATE TABLE carts (number int GENERATED ALWAYS AS IDENTITY, note text, PRIMARY KEY (number));
--                           ^^^ hint [integer-key: primary key "number" of table "carts" ends at 2,147,483,647: INSERT fails then]
-- fix: Make it bigserial
  CREATE TABLE orders (id bigserial PRIMARY KEY, note text);
  CREATE TABLE carts (number int GENERATED ALWAYS AS IDENTITY, note text, PRIMARY KEY (number));

-- bad: a name that stands in other words
-- file: 0001_visits.sql
  CREATE TABLE visits (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, paid boolean);
--                        ^^^ hint [integer-key: primary key "id" of table "visits" ends at 2,147,483,647: INSERT fails then]
-- fix: Make it bigint
  CREATE TABLE visits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, paid boolean);

-- good: wide enough, a key that does not count, a number that is no key
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigserial PRIMARY KEY, position serial);
  CREATE TABLE countries (code integer PRIMARY KEY, name text);

-- good: made wide later
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id serial PRIMARY KEY, note text);
-- file: 000002_wide.up.sql
  -- guard: allow column-type-rewrite: the table is small
  ALTER TABLE orders ALTER COLUMN id TYPE bigint;
`,
})

const widened: ReadonlyMap<string, { readonly type: string; readonly end: string }> = new Map([
  ['int2', { type: 'bigint', end: '32,767' }],
  ['smallserial', { type: 'bigserial', end: '32,767' }],
  ['serial2', { type: 'bigserial', end: '32,767' }],
  ['int4', { type: 'bigint', end: '2,147,483,647' }],
  ['serial', { type: 'bigserial', end: '2,147,483,647' }],
  ['serial4', { type: 'bigserial', end: '2,147,483,647' }],
])

function primaryKeyColumns(command: CreateTable | AlterRelation): readonly string[] {
  if (!('columns' in command)) return []
  const inline = command.columns.flatMap(({ constraints }) => constraints)
  return [...inline, ...command.constraints].flatMap(({ kind, columns }) => (kind === 'PRIMARY KEY' ? columns : []))
}

const counts = ({ type, identity, default: value }: ColumnDefinition): boolean =>
  type.name.includes('serial') ||
  identity !== undefined ||
  value?.expression.calls.some(({ name }) => name === 'nextval') === true
