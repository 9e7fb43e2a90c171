import { definesColumn } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { columnsDefined, isChangedLater, tableOf } from '../judgement/defined'
import { laterStatements } from '../judgement/later'
import { catalogAtEnd, inQuotes } from '../judgement/target'
import { asTable, relationNamed } from '../postgres/catalog'
import type { Name } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'updated-at-without-trigger',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesColumn(({ name }) => names.has(name.name)),
  why: `
A default holds for \`INSERT\` alone. Where no trigger sets \`updated_at\`, it is right only as long as every \`UPDATE\` sets
it, those of other programs and those by hand included.

It is off unless settings name a severity: most ORMs set the column themselves. Nothing is said where any trigger of the
table, now or in a later migration, is fired by \`UPDATE\`.`,
  instead: `
Create a trigger \`BEFORE UPDATE ... FOR EACH ROW\` that sets the column to \`now()\`.`,
  manual: ['plpgsql-trigger.html', 'sql-createtrigger.html'],
  seeds: ['a trigger for updated_at'],

  *check(command, context) {
    const name = tableOf(command)
    const column = columnsDefined(command).find(each => names.has(each.name.name))
    if (!column || isChangedLater(name, column.name.name, context)) return
    const table = asTable(relationNamed(catalogAtEnd(context), name))
    if (!table || table.triggers.some(({ events }) => events?.includes('UPDATE') !== false)) return
    if (isTriggeredLater(name, context)) return
    yield {
      at: column.name.span,
      message: `no trigger sets "${column.name.name}" of table ${inQuotes(name)}: an UPDATE that does not name it leaves it as it was`,
      hint: 'Create a trigger BEFORE UPDATE that sets it to now().',
    }
  },

  examples: `
-- bad: a default alone
-- shows: \`updated_at\` that no trigger keeps
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now());
--                                            ^^^^^^^^^^ hint [updated-at-without-trigger: no trigger sets "updated_at" of table "orders": an UPDATE that does not name it leaves it as it was]

-- good: a trigger, now and later
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END $$;
  CREATE TABLE orders (id bigint PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now());
  CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE TABLE carts (id bigint PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now());
-- file: 000002_touch.up.sql
  CREATE TRIGGER carts_touch BEFORE UPDATE ON carts FOR EACH ROW EXECUTE FUNCTION touch();
`,
})

const names: ReadonlySet<string> = new Set(['updated_at', 'updatedat', 'updated_on', 'modified_at'])

const isTriggeredLater = (table: Name, context: RuleContext): boolean =>
  laterStatements(context, [table.name]).some(({ command }) => {
    if (command?.tag === 'CREATE TRIGGER') return command.table.name === table.name
    return command?.tag === 'DO' || command?.tag === 'SELECT'
  })
