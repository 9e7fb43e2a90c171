import { withType } from '../fixes/new-type'
import { definesConstraint } from '../judgement/concerns'
import { columnsDefined, isChangedLater, tableOf } from '../judgement/defined'
import { foreignKeysIn } from '../judgement/foreign-keys'
import { inQuotes } from '../judgement/target'
import { asTable, type Column, relationNamed } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'foreign-key-type-mismatch',
  risk: 'failure',
  severity: 'warning',
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesConstraint(({ kind }) => kind === 'FOREIGN KEY'),
  why: `
A column that refers to another must hold every value of it. Where it is of a narrower type, all is well until the key grows
past what it holds; then no row can refer to the new ones, and \`INSERT\` fails with "integer out of range" or "value too long".

Nothing is said of a wider column, of types that the history does not know, and where a later migration gives one of the two
another type.`,
  instead: `
Give the referring column the type of the key that it refers to.`,
  manual: ['ddl-constraints.html#DDL-CONSTRAINTS-FK', 'datatype-numeric.html#DATATYPE-INT'],

  *check(command, context) {
    const name = tableOf(command)
    for (const { columns, references, keywords } of foreignKeysIn(command)) {
      const target = references && asTable(relationNamed(context.after, references.table))
      const table = asTable(relationNamed(context.after, name))
      if (!references || !target || !table) continue
      const primary = target.constraints.find(({ kind }) => kind === 'PRIMARY KEY')?.columns ?? []
      const keys = references.columns.length > 0 ? references.columns : primary
      for (const [place, column] of columns.entries()) {
        const own = table.columns.find(each => each.name === column)
        const key = target.columns.find(each => each.name === keys[place])
        if (!own || !key || !isNarrower(own, key)) continue
        if (isChangedLater(name, own.name, context) || isChangedLater(references.table, key.name, context)) continue
        const defined = columnsDefined(command).find(each => each.name.name === column)
        yield {
          at: defined?.type.span ?? keywords,
          message: `column "${column}" of table ${inQuotes(name)} is ${shown(own)}, narrower than "${key.name}" of table ${inQuotes(references.table)}, which is ${shown(key)}`,
          detail: 'Rows cannot refer to keys that the narrower type does not hold.',
          hint: `Make it ${shown(key)}.`,
          fixes: () => (defined ? withType(shown(key), defined, context) : []),
        }
      }
    }
  },

  examples: `
-- bad: narrower than the key
-- shows: foreign key narrower than the key it refers to
-- file: 0001_users.sql
  CREATE TABLE users (id bigserial PRIMARY KEY, code varchar(40) UNIQUE);
-- file: 0002_orders.sql
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id int UNIQUE REFERENCES users,
--          ^^^ warning [foreign-key-type-mismatch: column "user_id" of table "orders" is integer, narrower than "id" of table "users", which is bigint]
    user_code varchar(20) UNIQUE REFERENCES users (code)
--            ^^^^^^^^^^^ warning [foreign-key-type-mismatch: column "user_code" of table "orders" is varchar(20), narrower than "code" of table "users", which is varchar(40)]
  );
-- fix: Make it bigint
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint UNIQUE REFERENCES users,
    user_code varchar(20) UNIQUE REFERENCES users (code)
  );
-- fix: Make it varchar(40)
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id int UNIQUE REFERENCES users,
    user_code varchar(40) UNIQUE REFERENCES users (code)
  );

-- bad: a constraint on columns that are there
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE carts (user_id integer PRIMARY KEY);
-- file: 0002_carts.sql
  ALTER TABLE carts ADD CONSTRAINT carts_user_fk FOREIGN KEY (user_id) REFERENCES users (id);
--                                               ^^^^^^^^^^^ warning [foreign-key-type-mismatch: column "user_id" of table "carts" is integer, narrower than "id" of table "users", which is bigint]
--                                               ^^^^^^^^^^^ error [foreign-key-validated-at-once: ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on tables "carts" and "users": INSERT, UPDATE and DELETE wait until every row is checked]
-- fix: Add it NOT VALID and validate it in the next statement
  ALTER TABLE carts ADD CONSTRAINT carts_user_fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
  ALTER TABLE carts VALIDATE CONSTRAINT carts_user_fk;

-- good: the same type, a wider one, text beside a limit
-- file: 0001_orders.sql
  CREATE TABLE users (id serial PRIMARY KEY, code varchar(40) UNIQUE);
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id int UNIQUE REFERENCES users,
    seller_id bigint UNIQUE REFERENCES users (id),
    user_code text UNIQUE REFERENCES users (code)
  );

-- good: mended later
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE carts (user_id integer PRIMARY KEY REFERENCES users);
-- file: 000002_wide.up.sql
  -- guard: allow column-type-rewrite: the table is small
  ALTER TABLE carts ALTER COLUMN user_id TYPE bigint;

-- good: what the history does not know
-- given: foreign-key-validated-at-once off, foreign-key-without-index off
-- file: 0007_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id integer REFERENCES users (id), code app.code REFERENCES codes (code));
`,
})

const integers = ['int2', 'int4', 'int8']

function isNarrower(own: Column, key: Column): boolean {
  if (own.type.dimensions > 0 || key.type.dimensions > 0) return false
  const [from, to] = [integers.indexOf(own.type.name), integers.indexOf(key.type.name)]
  if (from >= 0 && to >= 0) return from < to
  const [length] = own.type.modifiers
  if (own.type.name !== 'varchar' || length === undefined) return false
  const [keyLength] = key.type.modifiers
  return key.type.name === 'varchar' && keyLength !== undefined && length < keyLength
}

const printed: Readonly<Record<string, string>> = { int2: 'smallint', int4: 'integer', int8: 'bigint' }

const shown = ({ type }: Column): string => printed[type.name] ?? `${type.name}(${type.modifiers.join(', ')})`
