import type { Fix } from '../finding'
import { aboutConstraint } from '../fixes/constraints'
import { written } from '../fixes/edits'
import { laterTransaction } from '../fixes/placement'
import { laterSteps } from '../judgement/around'
import { definesConstraint } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { isNewest, laterStatements } from '../judgement/later'
import { existingTable, inQuotes, subcommandsOf } from '../judgement/target'
import { nameOfAdded } from '../postgres/names'
import type { AlterRelation, Command } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { defineRule } from './rule'

export default defineRule({
  id: 'constraint-never-validated',
  risk: 'compatibility',
  severity: 'information',
  on: ['ALTER TABLE'],
  concerns: definesConstraint(({ notValid }) => notValid),
  why: `
A constraint that is \`NOT VALID\` holds for new rows alone: rows from before may break it, and PostgreSQL's planner does not
rely on it. Without \`VALIDATE CONSTRAINT\` in a later migration it stays that way, and nobody knows whether the data is right.

In the newest migration this is a hint: the next one may be about to be written. Nothing is said where a later migration
validates or drops the constraint, or drops or renames the table, and in a file that no other migration stands beside.`,
  instead: `
Validate it in a later migration: \`VALIDATE CONSTRAINT\` reads the rows under \`SHARE UPDATE EXCLUSIVE\`, while writes go on. It
fails where a row breaks the constraint; mend those rows first.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-VALIDATE-CONSTRAINT'],
  seeds: ['validate what was added NOT VALID'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand, place } of subcommandsOf(alter, context, 'ADD CONSTRAINT')) {
      const { constraint } = subcommand
      if (!constraint.notValid || constraint.notEnforced) continue
      const name = nameOfAdded(context.catalog, alter, constraint)
      if (name === undefined || isAlone(context) || isSettledLater(alter, place, name, context)) continue
      yield {
        at: constraint.keywords,
        message: `constraint ${inQuotes({ name })} of ${target.label} is NOT VALID, and no later statement validates it`,
        detail: 'New rows are checked; rows from before may break it, and stay unchecked.',
        hint: 'Add VALIDATE CONSTRAINT in a later migration: it reads the rows while writes go on.',
        relation: target.relation,
        severity: isNewest(context) ? 'hint' : undefined,
        fixes: () => validatedNext(alter, name, context),
      }
    }
  },

  examples: `
-- bad: migrations went on without it
-- shows: \`NOT VALID\` constraint that no migration validates
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 000002_total.up.sql
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
--                                           ^^^^^ information [constraint-never-validated: constraint "positive" of table "orders" is NOT VALID, and no later statement validates it]
-- file: 000003_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- fix: Validate it in a new migration
-- file: 000004_validate_positive.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT positive;

-- bad: in the newest migration, a foreign key without a name
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- file: 0002_user.sql
  ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;
--                       ^^^^^^^^^^^ hint [constraint-never-validated: constraint "orders_user_id_fkey" of table "orders" is NOT VALID, and no later statement validates it]
--                       ^^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "user_id" of table "orders": DELETE and key UPDATE on "users" read the whole table]
-- fix: Validate it in the next statement
  ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;
-- fix: Create an index in a new migration
-- file: 0003_create_orders_user_id_idx.sql
  CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);

-- good: a file by itself
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;

-- good: a later migration validates it
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 000002_total.up.sql
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
-- file: 000003_validate.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT positive;

-- good: a later statement validates it
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- file: 0002_total.sql
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
  ALTER TABLE orders VALIDATE CONSTRAINT positive;

-- good: it is dropped again, or its table is
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
  CREATE TABLE carts (id bigint PRIMARY KEY, total numeric);
-- file: 000002_total.up.sql
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
  ALTER TABLE carts ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
-- file: 000003_gone.up.sql
  ALTER TABLE orders DROP CONSTRAINT IF EXISTS positive;
-- file: 000004_gone.up.sql
  DROP TABLE carts; -- guard: allow dropped-table: empty since March

-- good: an empty table needs no second look
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
  ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
`,
})

/** A file by itself does not show what others do. */
const isAlone = ({ history }: RuleContext): boolean => history.migrations.length === 1

/** A statement of this migration or of a later one decides what becomes of the constraint. */
function isSettledLater(alter: AlterRelation, place: number, name: string, context: RuleContext): boolean {
  const table = alter.relation
  const settles = (command: Command | undefined) => command !== undefined && settlesConstraint(command, table, name)
  return (
    settles({ ...alter, subcommands: alter.subcommands.slice(place + 1) }) ||
    laterSteps(context).some(step => settles(step.command)) ||
    laterStatements(context, [name, table.name]).some(statement => settles(statement.command))
  )
}

function settlesConstraint(command: Command, table: Name, name: string): boolean {
  if (command.tag === 'DROP TABLE') return command.names.some(dropped => dropped.name === table.name)
  // What dynamic SQL does nobody knows.
  if (command.tag === 'DO') return true
  if (command.tag !== 'ALTER TABLE' || command.relation.name !== table.name) return false
  return command.subcommands.some(
    subcommand =>
      subcommand.kind === 'RENAME TO' ||
      ((subcommand.kind === 'VALIDATE CONSTRAINT' || subcommand.kind === 'DROP CONSTRAINT') &&
        subcommand.constraint.name === name) ||
      (subcommand.kind === 'RENAME CONSTRAINT' && subcommand.from.name === name),
  )
}

function validatedNext(alter: AlterRelation, name: string, context: RuleContext): Fix[] {
  if (alter.ifExists) return []
  const validate = `ALTER TABLE ${written(context, alter.relation.span)} VALIDATE CONSTRAINT ${quoted(name)};`
  const about = aboutConstraint(alter.relation, name, context)
  const placed = laterTransaction(context, [validate], { title: `validate_${name}`, about }, [])
  return placed
    ? [{ title: `Validate it${placed.where || ' in the next statement'}`, safety: 'review', isChange: true, ...placed }]
    : []
}
