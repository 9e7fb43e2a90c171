import { insertion } from '../fixes/edits'
import type { RuleContext } from '../judgement/context'
import { indexName, nameOfAdded } from '../postgres/names'
import type { AlterRelation, CreateIndex } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Span } from '../text'
import { defineRule } from './rule'

export default defineRule({
  id: 'unnamed-object',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['ALTER TABLE', 'CREATE INDEX'],
  why: `
PostgreSQL makes up a name for a constraint or an index that has none, and puts a number after it where that one is taken. A
later \`DROP\` has to name it, and on a database with another past it may be called otherwise.

It is off unless settings name a severity. Nothing is said of what stands inside \`CREATE TABLE\`, and where the history does
not tell the name.`,
  instead: `
Name it; the fix writes out the name that PostgreSQL would give.`,
  manual: ['ddl-constraints.html', 'sql-createindex.html'],

  *check(command, context) {
    for (const { at, what, name, before } of unnamedIn(command, context)) {
      yield {
        at,
        message: `this ${what} has no name: PostgreSQL calls it "${name}", or puts a number after that`,
        hint: 'Name it, so that a later migration can drop it.',
        fixes: () =>
          context.statement.problem || context.inside
            ? []
            : [
                {
                  title: 'Name it as PostgreSQL would',
                  safety: 'safe',
                  edits: [insertion(context, before.offset, before.text)],
                },
              ],
      }
    }
  },

  examples: `
-- bad: a constraint and an index
-- shows: constraint without a name
-- shows: index without a name
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total int);
-- file: 0002_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, total int, note text);
  ALTER TABLE carts ADD CHECK (total >= 0);
--                      ^^^^^ hint [unnamed-object: this CHECK constraint has no name: PostgreSQL calls it "carts_total_check", or puts a number after that]
  CREATE INDEX ON carts (total, note);
--^^^^^^^^^^^^ hint [unnamed-object: this index has no name: PostgreSQL calls it "carts_total_note_idx", or puts a number after that]
-- fix: Name it as PostgreSQL would
  CREATE TABLE carts (id bigint PRIMARY KEY, total int, note text);
  ALTER TABLE carts ADD CONSTRAINT carts_total_check CHECK (total >= 0);
  CREATE INDEX ON carts (total, note);
-- fix: Name it as PostgreSQL would
  CREATE TABLE carts (id bigint PRIMARY KEY, total int, note text);
  ALTER TABLE carts ADD CHECK (total >= 0);
  CREATE INDEX carts_total_note_idx ON carts (total, note);

-- good: named, or inside CREATE TABLE
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total int CHECK (total > 0));
  ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total < 100);
  CREATE INDEX orders_total_idx ON orders (total);
`,
})

interface Unnamed {
  readonly at: Span
  readonly what: string
  readonly name: string
  readonly before: { readonly offset: number; readonly text: string }
}

function unnamedIn(command: AlterRelation | CreateIndex, context: RuleContext): Unnamed[] {
  if (command.tag === 'CREATE INDEX') {
    if (command.name) return []
    const name = indexName(context.catalog, command)
    const offset = (command.concurrently ?? command.keywords).end
    return [{ at: command.keywords, what: 'index', name, before: { offset, text: ` ${quoted(name)}` } }]
  }
  return command.subcommands.flatMap(subcommand => {
    if (subcommand.kind !== 'ADD CONSTRAINT' || subcommand.constraint.name || subcommand.constraint.usingIndex)
      return []
    const { constraint } = subcommand
    const name = nameOfAdded(context.catalog, command, constraint)
    if (name === undefined || constraint.kind === 'NOT NULL') return []
    const before = { offset: constraint.span.start, text: `CONSTRAINT ${quoted(name)} ` }
    return [{ at: constraint.keywords, what: `${constraint.kind} constraint`, name, before }]
  })
}
