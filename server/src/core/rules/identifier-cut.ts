import type { Edit, Fix } from '../finding'
import { replacement } from '../fixes/edits'
import drizzle from '../history/frameworks/drizzle'
import prisma from '../history/frameworks/prisma'
import type { Step } from '../history/steps'
import type { Command } from '../sql/commands'
import { cutName } from '../sql/source'
import { type Token, tokensOf } from '../sql/tokens'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'identifier-cut',
  risk: 'failure',
  severity: 'warning',
  on: 'migration',
  why: `
PostgreSQL keeps 63 bytes of a name and cuts off the rest, with no more than a notice. Two names that begin alike become one,
and the second statement fails; code that looks the name up in the catalog, such as a migration tool that compares schemas,
does not find what it has made.

The names of indexes, constraints, policies and triggers are information: code rarely says them. Nothing is said of those in the migrations of Drizzle and
Prisma, which make them up by themselves.

Each name is told once in a file. Nothing is said where the tool puts values in (\`\${schema}\`), of strings, of the bodies of functions, and of what is dropped: its name is
cut in the same way.`,
  instead: `
Choose a shorter name.`,
  manual: ['sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS'],

  *check({ migration, steps, history }) {
    if (migration.placeholders.size > 0) return
    const areMadeUp = [drizzle.id, prisma.id].some(id => id === history.framework.id)
    const places = steps.filter(mayHoldLong).flatMap(longNamesIn)
    const told = new Set<string>()
    for (const { step, token, name } of places) {
      if (told.has(name) || step.direction === 'down' || step.command?.tag.startsWith('DROP ')) continue
      if (areMadeUp && isOfIndex(step, token)) continue
      told.add(name)
      const start = step.statement.span.start
      yield {
        at: { start: start + token.start, end: start + token.end },
        message: `identifier "${name}" is cut to "${cutName(name)}"`,
        detail: 'PostgreSQL keeps 63 bytes of a name.',
        hint: 'Choose a shorter name.',
        severity: isOfIndex(step, token) ? 'information' : undefined,
        fixes: () => cut(places.filter(place => place.name === name)),
      }
    }
  },

  examples: `
-- bad: the name of an index
-- shows: identifier that is cut at 63 bytes
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, note text);
-- file: 0002_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, confirmed_at timestamptz, confirmed_by text);
  CREATE INDEX index_carts_on_the_moment_of_confirmation_and_who_has_confirmed_them ON carts (confirmed_at, confirmed_by);
--             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [identifier-cut: identifier "index_carts_on_the_moment_of_confirmation_and_who_has_confirmed_them" is cut to "index_carts_on_the_moment_of_confirmation_and_who_has_confirmed"]
  COMMENT ON INDEX index_carts_on_the_moment_of_confirmation_and_who_has_confirmed_them IS 'for the report';
-- fix: Write the name as PostgreSQL keeps it
  CREATE TABLE carts (id bigint PRIMARY KEY, confirmed_at timestamptz, confirmed_by text);
  CREATE INDEX index_carts_on_the_moment_of_confirmation_and_who_has_confirmed ON carts (confirmed_at, confirmed_by);
  COMMENT ON INDEX index_carts_on_the_moment_of_confirmation_and_who_has_confirmed IS 'for the report';

-- bad: letters of several bytes
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, note text);
-- file: 0002_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, "übergrößenänderungsprüfungsergebnisübermittlungszählerstände" integer);
--                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [identifier-cut: identifier "übergrößenänderungsprüfungsergebnisübermittlungszählerstände" is cut to "übergrößenänderungsprüfungsergebnisübermittlungszählerst"]
-- fix: Write the name as PostgreSQL keeps it
  CREATE TABLE carts (id bigint PRIMARY KEY, "übergrößenänderungsprüfungsergebnisübermittlungszählerst" integer);

-- good: Drizzle has made it up
-- given: drizzle
-- file: 0000_orders.sql
  CREATE TABLE "orders" ("id" bigint PRIMARY KEY);
  --> statement-breakpoint
  COMMENT ON TABLE "orders" IS 'All that were placed';
-- file: 0001_customers.sql
  CREATE TABLE "customers" (
    "id" bigint PRIMARY KEY,
    "order_id" bigint UNIQUE,
    CONSTRAINT "customers_order_id_orders_that_the_customer_has_placed_last_id_orders_fk" FOREIGN KEY ("order_id") REFERENCES "orders" ("id")
  );

-- good: 63 bytes, a string, a name that is dropped
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, note text DEFAULT 'no_more_than_a_string_however_long_it_may_be_and_it_is_rather_long');
  CREATE INDEX index_orders_on_the_note_that_was_given_to_them_by_who_placed__ ON orders (note);
  DROP INDEX IF EXISTS index_carts_on_the_moment_of_confirmation_and_who_has_confirmed_them;

-- good: nobody knows how long it is when the tool has put in the value
-- given: flyway
-- file: V1__orders.sql
  CREATE TABLE \${schema}.orders_of_customers_that_have_paid_in_advance_and_wait_for_a_delivery (id bigint PRIMARY KEY);
`,
})

/** Each command is looked at once: a keystroke changes one of many. */
function mayHoldLong({ command, statement }: Step): boolean {
  if (!command) return false
  const known = looked.get(command)
  if (known !== undefined) return known
  const found = mayBeLong(statement.text)
  looked.set(command, found)
  return found
}

const looked = new WeakMap<Command, boolean>()

/** Whether a name is that of an index or a constraint. */
const isOfIndex = ({ command, statement }: Step, { start }: Token): boolean =>
  command?.tag === 'CREATE INDEX' ||
  command?.tag === 'ALTER INDEX' ||
  command?.tag === 'CREATE POLICY' ||
  command?.tag === 'CREATE TRIGGER' ||
  /\bCONSTRAINT\s+$|\bRENAME\s+CONSTRAINT\b[^,]*$/i.test(statement.text.slice(0, start))

interface LongName {
  readonly step: Step
  readonly token: Token
  readonly name: string
}

/** Most texts have no such word, and are not read for it. A character has up to three bytes in a UTF-16 unit. */
const mayBeLong = (text: string): boolean => longInAscii.test(text) || (beyondAscii.test(text) && longBeyond.test(text))

const longInAscii = /[\w$]{64,}|"[^"\n]{64,}"/
const beyondAscii = /[\u0080-\uffff]/
const longBeyond = /[\w$\u0080-\uffff]{22,}|"[^"\n]{22,}"/

function longNamesIn(step: Step): LongName[] {
  const { text } = step.statement
  if (!mayBeLong(text)) return []
  return tokensOf(text).flatMap(token => {
    const name = nameIn(text, token)
    return name === undefined || cutName(name) === name ? [] : [{ step, token, name }]
  })
}

function nameIn(text: string, { kind, start, end }: Token): string | undefined {
  const written = text.slice(start, end)
  if (kind === 'word') return written
  return kind === 'quoted identifier' && written.startsWith('"')
    ? written.slice(1, -1).replaceAll('""', '"')
    : undefined
}

/** The names as PostgreSQL keeps them, wherever the file says them. */
function cut(places: readonly LongName[]): Fix[] {
  const edits = places.map(({ step, token, name }): Edit => {
    const kept = cutName(name)
    return replacement(step, token, token.kind === 'word' ? kept : `"${kept.replaceAll('"', '""')}"`)
  })
  return [{ title: 'Write the name as PostgreSQL keeps it', safety: 'safe', edits }]
}
