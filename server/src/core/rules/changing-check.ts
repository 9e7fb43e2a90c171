import { definesConstraint } from '../judgement/concerns'
import { constraintsIn } from '../judgement/foreign-keys'
import { asTable, columnNamed, relationNamed, routineNamed, type Table } from '../postgres/catalog'
import { volatilityOfCall } from '../postgres/volatility'
import { defineRule } from './rule'

export default defineRule({
  id: 'changing-check',
  risk: 'failure',
  severity: 'hint',
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesConstraint(({ kind }) => kind === 'CHECK'),
  why: `
PostgreSQL looks at a \`CHECK\` when a row is written, and takes it to hold from then on. One that depends on the clock, on
settings or on other tables may be false tomorrow without anybody changing the row. Then the next \`UPDATE\` of the row fails,
whatever it changes, and so does restoring a dump.

Told are PostgreSQL's own functions that are stable or volatile, and those that the history declares stable. Nothing is said
of a function that the history declares volatile or does not know: to say nothing is to declare it volatile.`,
  instead: `
Test such a condition in a trigger, or in the code that writes the row.`,
  manual: ['ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS'],

  *check(command, context) {
    const table = asTable(relationNamed(context.after, 'subcommands' in command ? command.relation : command.table))
    for (const { kind, expression, keywords } of constraintsIn(command)) {
      if (kind !== 'CHECK' || !expression) continue
      const changing = expression.calls.filter(call => {
        const volatility = volatilityOfCall(call, context.catalog, context.settings.postgres)
        if (volatility === 'volatile') return !routineNamed(context.catalog, call)
        if (volatility !== 'stable' || pure.has(call.name)) return false
        return !ofTime.has(call.name) || expression.columns.some(column => mayHaveZone(column, table))
      })
      if (changing.length === 0) continue
      const names = [...new Set(changing.map(({ name }) => name))].join(', ')
      yield {
        at: keywords,
        message: `this CHECK calls ${names}, which may say something else tomorrow`,
        detail: 'A row that was right once may then not be updated any more, nor be restored from a dump.',
        hint: 'Test it in a trigger, or in the code that writes the row.',
      }
    }
  },

  examples: `
-- bad: the clock, a function that reads
-- shows: \`CHECK\` that may turn false by itself
-- file: 0001_orders.sql
  CREATE FUNCTION is_open(shop bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN true; END $$;
  CREATE TABLE orders (id bigint PRIMARY KEY, due timestamptz CHECK (due > now()), shop bigint);
--                                                            ^^^^^ hint [changing-check: this CHECK calls now, which may say something else tomorrow]
-- file: 0002_shop.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, shop bigint, CONSTRAINT carts_shop CHECK (is_open(shop)));
--                                                                              ^^^^^ hint [changing-check: this CHECK calls is_open, which may say something else tomorrow]

-- good: immutable functions, unknown ones, one that was not declared
-- file: 0001_orders.sql
  CREATE FUNCTION is_code(code text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN code <> ''; END $$;
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    email text CHECK (lower(email) = email),
    shape text CHECK (st_isvalid(shape)),
    code text CHECK (is_code(code)),
    tags text[] CHECK (array_to_string(tags, ',') <> ''),
    month date CHECK (extract(day FROM month) = 1),
    opens time CHECK (date_part('second', opens) = 0)
  );
`,
})

/** Stable for a `timestamptz` alone, whose parts depend on the time zone of the session. */
const ofTime: ReadonlySet<string> = new Set(['extract', 'date_part', 'date_trunc'])

const mayHaveZone = (name: string, table: Table | undefined): boolean => {
  const column = columnNamed(table, name)
  return !column || column.type.name === 'timestamptz'
}

/** Stable by name, and the same for ever with the arguments that a CHECK has for them. */
const pure: ReadonlySet<string> = new Set(['array_to_string', 'concat', 'concat_ws', 'format', 'to_jsonb'])
