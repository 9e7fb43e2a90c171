import { columnDroppedLater } from '../fixes/later-release'
import { typeText } from '../inverse/texts'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { handedOver, isAnnounced, onlyDrops } from '../judgement/given-up'
import { catalogAtCommit, catalogAtEnd, existingTable, isUnreleased, subcommandsOf } from '../judgement/target'
import { lostWithColumn, stillNaming } from '../judgement/users'
import {
  asTable,
  type Column,
  columnNamed,
  keyOf,
  keyOfRelation,
  relationNamed,
  type Table,
  viewsReadingColumn,
} from '../postgres/catalog'
import type { Name } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'dropped-column',
  risk: 'data-loss',
  severity: 'warning',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('DROP COLUMN'),
  why: `
\`DROP COLUMN\` gives up the data of the column for good, and from that moment every running query that names it fails:
code that was deployed before the migration, and code that an earlier release brings back.

The finding is information where the drop comes as the last step: an earlier migration has copied the values or declared the
column deprecated, another column gets its name, or code can do without writing the column and the migration only drops. So it is
where the migration itself has renamed the column: the renaming breaks the queries.

It is a hint where \`IF EXISTS\` finds no such column, unless the migration then adds it. Nothing is said
of a table or a column that the same migration makes, of a column that the migration has renamed and from which it has filled the
new one of its name, as renamed-column speaks of that, and of down migrations, whose business it is.`,
  instead: `
Deploy code that no longer reads or writes the column first; drop the column in a later release, when nobody needs to go
back and its data is kept elsewhere or not needed.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN'],
  seeds: ['drop a column in phases, after the code'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand, place } of subcommandsOf(alter, context, 'DROP COLUMN')) {
      const { column, ifExists, cascade } = subcommand
      const known = columnNamed(target.table, column.name)
      if (isUnreleased(known?.born, context)) continue
      if (ifExists && !known && target.table?.columnsKnown) {
        // Whoever adds it next wants to begin without one that somebody has made by hand.
        if (columnNamed(asTable(relationNamed(catalogAtEnd(context), alter.relation)), column.name)) continue
        yield {
          at: { start: subcommand.keywords.start, end: column.span.end },
          message: `DROP COLUMN IF EXISTS finds no column "${column.name}" in ${target.label}`,
          detail: 'Where a database has one that no migration made, its data goes with it.',
          severity: 'hint',
          relation: target.relation,
        }
        continue
      }
      if (isFilledFrom(column.name, alter.relation, context)) continue
      const gone = target.table
        ? lostWithColumn(target.table, column.name, cascade, context.catalog, catalogAtEnd(context))
        : []
      const weight = known && weightOf(known, alter.relation, isUsed(target.table, column.name, context), context)
      const { detail, hint } = weight ?? consequenceOf(column.name, alter.relation, target.table, context)
      yield {
        at: { start: subcommand.keywords.start, end: column.span.end },
        message: `DROP COLUMN deletes the data of column "${column.name}" of ${target.label}${isAnnounced({ table: alter.relation.name, column: column.name }, context) ? ', which is deprecated' : ''}`,
        detail: [detail, ...gone].join(' '),
        hint,
        relation: target.relation,
        severity: weight && 'information',
        fixes: () => (weight?.isLast ? [] : columnDroppedLater(alter, { subcommand, place }, target, context)),
      }
    }
  },

  examples: `
-- bad: an index over two columns goes with one of them, and a trigger still uses it
-- shows: dropped column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, nickname text, town text);
  CREATE INDEX users_town_idx ON users (town, nickname);
  CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.nickname := lower(NEW.nickname);
    RETURN NEW;
  END $$;
  CREATE TRIGGER tidy BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION tidy();
-- file: 0002_no_nickname.sql
  ALTER TABLE users DROP COLUMN nickname;
--                  ^^^^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "nickname" of table "users"]
-- fix: Deprecate the column here, drop it in a new migration
  COMMENT ON COLUMN users.nickname IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_users_nickname.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN nickname;

-- bad: the down is not written yet, and what moves has its undo where it goes
-- given: golang-migrate, empty-down off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50));
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_names.up.sql
  ALTER TABLE users DROP COLUMN name;
--                  ^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "name" of table "users"]
-- file: 000002_names.down.sql
-- fix: Deprecate the column here, drop it in a new migration
-- file: 000002_names.up.sql
  COMMENT ON COLUMN users.name IS 'DEPRECATED: a later release drops it';
-- file: 000003_drop_users_name.up.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN name;
-- file: 000003_drop_users_name.down.sql
  ALTER TABLE users ADD COLUMN name varchar(50);
  -- The values of column name are gone: fill it from where they are kept.

-- bad: what takes its place comes with the same release
-- file: 0001_users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
-- file: 0002_full_name.sql
  ALTER TABLE users ADD COLUMN full_name text;
-- file: 0003_no_name.sql
  ALTER TABLE users DROP COLUMN name;
--                  ^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "name" of table "users"]
-- fix: Deprecate the column here, drop it in a new migration
  COMMENT ON COLUMN users.name IS 'DEPRECATED: a later release drops it';
-- file: 0004_drop_users_name.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN name;

-- bad: a column that running code has to write
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, nickname text NOT NULL);
-- file: 0002_no_nickname.sql
  ALTER TABLE users DROP COLUMN nickname;
--                  ^^^^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "nickname" of table "users"]
-- fix: Deprecate the column here, drop it in a new migration
  ALTER TABLE users ALTER COLUMN nickname DROP NOT NULL;
  COMMENT ON COLUMN users.nickname IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_users_nickname.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN nickname;

-- bad: code can do without it, and the migration only drops
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, nickname text);
-- file: 0002_no_nickname.sql
  ALTER TABLE users DROP COLUMN nickname;
--                  ^^^^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "nickname" of table "users"]
-- fix: Deprecate the column here, drop it in a new migration
  COMMENT ON COLUMN users.nickname IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_users_nickname.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN nickname;

-- bad: an earlier migration has copied the values, or announced the drop
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text NOT NULL, fax text NOT NULL);
-- file: 0002_email.sql
  ALTER TABLE users ADD COLUMN email text;
  COMMENT ON COLUMN users.fax IS 'DEPRECATED: nobody has one';
-- file: 0003_fill.sql
  UPDATE users SET email = lower(mail) WHERE email <> mail;
-- file: 0004_no_mail.sql
  ALTER TABLE users DROP COLUMN mail, DROP COLUMN fax;
--                  ^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "mail" of table "users"]
--                                    ^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "fax" of table "users", which is deprecated]

-- bad: an earlier migration has only looked rows up by the column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, login text NOT NULL);
  CREATE TABLE carts (id bigint PRIMARY KEY, login text NOT NULL);
-- file: 0002_user_id.sql
  ALTER TABLE carts ADD COLUMN user_id bigint;
-- file: 0003_fill.sql
  UPDATE carts c SET user_id = (SELECT u.id FROM users u WHERE u.login = c.login) WHERE c.login <> '';
-- file: 0004_no_login.sql
  ALTER TABLE users ADD COLUMN email text, DROP COLUMN login;
--                                         ^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "login" of table "users"]
-- fix: Deprecate the column here, drop it in a new migration
  ALTER TABLE users ADD COLUMN email text;
  ALTER TABLE users ALTER COLUMN login DROP NOT NULL;
  COMMENT ON COLUMN users.login IS 'DEPRECATED: a later release drops it';
-- file: 0005_drop_users_login.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN login;

-- bad: an earlier migration has copied it beside what it has looked up
-- file: 0001_users.sql
  CREATE TABLE towns (id bigint PRIMARY KEY, name text NOT NULL);
  CREATE TABLE users (id bigint PRIMARY KEY, street text, town_id bigint);
-- file: 0002_address.sql
  ALTER TABLE users ADD COLUMN address text;
-- file: 0003_fill.sql
  UPDATE users SET address = street || (SELECT name FROM towns WHERE id = users.town_id) WHERE street <> '';
-- file: 0004_no_street.sql
  ALTER TABLE users ADD COLUMN email text, DROP COLUMN street;
--                                         ^^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "street" of table "users"]

-- bad: the migration itself has given it the name
-- given: renamed-column off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, kind text NOT NULL);
-- file: 0002_kinds.sql
  ALTER TABLE orders RENAME COLUMN kind TO kind_old;
  ALTER TABLE orders ADD COLUMN kind text[];
  ALTER TABLE orders DROP COLUMN kind_old;
--                   ^^^^^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "kind_old" of table "orders"]
-- fix: Deprecate the column here, drop it in a new migration
  ALTER TABLE orders RENAME COLUMN kind TO kind_old;
  ALTER TABLE orders ADD COLUMN kind text[];
  ALTER TABLE orders ALTER COLUMN kind_old DROP NOT NULL;
  COMMENT ON COLUMN orders.kind_old IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_orders_kind_old.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE orders DROP COLUMN kind_old;

-- good: it has filled the one that has its name now, which is told of the renaming
-- given: renamed-column off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, kind text NOT NULL);
-- file: 0002_kinds.sql
  ALTER TABLE orders RENAME COLUMN kind TO kind_old;
  ALTER TABLE orders ADD COLUMN kind text[];
  UPDATE orders SET kind = ARRAY[kind_old] WHERE kind_old <> '';
  ALTER TABLE orders DROP COLUMN kind_old;

-- bad: another column gets its name
-- given: renamed-column off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, tags text NOT NULL, tags_new text[]);
-- file: 0002_tags.sql
  BEGIN;
  ALTER TABLE users DROP COLUMN tags;
--                  ^^^^^^^^^^^^^^^^ information [dropped-column: DROP COLUMN deletes the data of column "tags" of table "users"]
  ALTER TABLE users RENAME COLUMN tags_new TO tags;
  COMMIT;

-- bad: after comments that last to the end of their lines
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, nickname text);
-- file: 0002_no_nickname.sql
  ALTER TABLE users
    ALTER COLUMN id SET STATISTICS 500, -- the values are far apart
    -- nobody shows it
    DROP COLUMN nickname; -- any more
--  ^^^^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "nickname" of table "users"]
-- fix: Deprecate the column here, drop it in a new migration
  ALTER TABLE users
    ALTER COLUMN id SET STATISTICS 500 -- the values are far apart
    -- nobody shows it
  ; -- any more
  COMMENT ON COLUMN users.nickname IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_users_nickname.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN nickname;

-- bad: two of them
  ALTER TABLE users
    DROP COLUMN nickname,
--  ^^^^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "nickname" of table "users"]
    DROP COLUMN IF EXISTS "Avatar" CASCADE;
--  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "Avatar" of table "users"]

-- good: a column of the same migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_try.sql
  ALTER TABLE users ADD COLUMN scratch text;
  ALTER TABLE users DROP COLUMN scratch;

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, scratch text);
  ALTER TABLE users DROP COLUMN scratch;

-- good: there is none before the migration adds it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_nickname.sql
  ALTER TABLE users DROP COLUMN IF EXISTS nickname;
  ALTER TABLE users ADD COLUMN nickname text;

-- bad: there is none, and IF EXISTS says so
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_no_nickname.sql
  ALTER TABLE users DROP COLUMN IF EXISTS nickname;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint [dropped-column: DROP COLUMN IF EXISTS finds no column "nickname" in table "users"]

-- bad: one statement drops two, and one of the down adds them again
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, first text, last text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_names.up.sql
  ALTER TABLE users ADD COLUMN name text;
  ALTER TABLE users DROP COLUMN first, DROP COLUMN last;
--                  ^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "first" of table "users"]
--                                     ^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "last" of table "users"]
-- file: 000002_names.down.sql
  ALTER TABLE users ADD COLUMN first text, ADD COLUMN last text;
  ALTER TABLE users DROP COLUMN name;
-- fix: Deprecate the column here, drop it in a new migration
-- file: 000002_names.up.sql
  ALTER TABLE users ADD COLUMN name text;
  ALTER TABLE users DROP COLUMN last;
  COMMENT ON COLUMN users.first IS 'DEPRECATED: a later release drops it';
-- file: 000002_names.down.sql
  ALTER TABLE users ADD COLUMN last text;
  COMMENT ON COLUMN users.first IS NULL;
  ALTER TABLE users DROP COLUMN name;
-- file: 000003_drop_users_first.up.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN first;
-- file: 000003_drop_users_first.down.sql
  ALTER TABLE users ADD COLUMN first text;
-- fix: Deprecate the column here, drop it in a new migration
-- file: 000002_names.up.sql
  ALTER TABLE users ADD COLUMN name text;
  ALTER TABLE users DROP COLUMN first;
  COMMENT ON COLUMN users.last IS 'DEPRECATED: a later release drops it';
-- file: 000002_names.down.sql
  ALTER TABLE users ADD COLUMN first text;
  COMMENT ON COLUMN users.last IS NULL;
  ALTER TABLE users DROP COLUMN name;
-- file: 000003_drop_users_last.up.sql
  -- For a later release, when no running code names the column.
  ALTER TABLE users DROP COLUMN last;
-- file: 000003_drop_users_last.down.sql
  ALTER TABLE users ADD COLUMN last text;

-- good: a down takes back what the up added
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_nickname.up.sql
  ALTER TABLE users ADD COLUMN nickname text;
-- file: 000002_nickname.down.sql
  ALTER TABLE users DROP COLUMN nickname;
`,
})

/** Functions that a later statement of the migration mends are not broken. */

function hintFor(name: string, table: Table | undefined, context: RuleContext): string {
  const fresh = table?.columns.find(column => isUnreleased(column.born, context) && areAlike(column.name, name))
  if (!fresh) return 'Deploy code that does not use the column first, and drop it in a later release.'
  return `Column "${fresh.name}" comes with the same release: running code still writes this one. Keep both until none does, and drop it in a later release.`
}

/** What takes a column's place mostly keeps a word of its name: `name`, `full_name`; `phone`, `phones`. */
function areAlike(a: string, b: string): boolean {
  const words = (name: string) =>
    name
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(word => word.length > 2)
  return words(a).some(one => words(b).some(other => one.startsWith(other) || other.startsWith(one)))
}

/** Where the same transaction adds a column of that name running code finds one again, without the data. */
function consequenceOf(
  column: string,
  relation: Name,
  table: Table | undefined,
  context: RuleContext,
): { detail: string; hint: string } {
  const atCommit = asTable(catalogAtCommit(context).relations.get(keyOf(context.catalog, relation)))
  return columnNamed(atCommit, column)
    ? {
        detail: 'The column that gets the name has none of the values, and nothing brings them back.',
        hint: 'Change the column instead, or add the new one under another name and fill it first.',
      }
    : {
        detail: 'Running code that names the column fails from this moment on, and nothing brings the data back.',
        hint: hintFor(column, table, context),
      }
}

/** Why the drop weighs less than one out of the blue: it was announced, its values are elsewhere, or it comes as the last step. */
function weightOf(
  column: Column,
  table: Name,
  isStillUsed: boolean,
  context: RuleContext,
): { detail: string; hint: string; isLast: boolean } | undefined {
  const hint = 'Check that no running code names it any more: nothing brings the data back.'
  const before = handedOver({ table: table.name, column: column.name }, context)
  if (before !== undefined) return { detail: before, hint, isLast: true }
  const atCommit = asTable(catalogAtCommit(context).relations.get(keyOf(context.catalog, table)))
  if (isRenamedTo(column.name, table, context) && columnNamed(atCommit, column.name)) {
    return {
      detail: `Another column "${column.name}" takes its place when the transaction commits${othersType(column, columnNamed(atCommit, column.name))}.`,
      hint,
      isLast: true,
    }
  }
  const from = nameBefore(column.name, table, context)
  if (from !== undefined) {
    return {
      detail: `The migration itself gave it that name: running code knows it as "${from}".`,
      hint: 'Check that nothing of its values is needed: nothing brings them back.',
      isLast: false,
    }
  }
  const isOptional =
    !column.notNull || column.default !== undefined || column.generated !== undefined || column.identity
  const isAlone = !isStillUsed && !atCommit?.columns.some(({ born }) => isUnreleased(born, context))
  if (!isOptional || !isAlone || !onlyDrops(context)) return undefined
  return {
    detail:
      'Code can do without writing the column, and the migration only drops: the column may go once no running code names it.',
    hint,
    isLast: false,
  }
}

/** Whether a function names the column, or CASCADE drops a view that does: somebody has a use for it. */
const isUsed = (table: Table | undefined, column: string, context: RuleContext): boolean =>
  table !== undefined &&
  (stillNaming(table, column, catalogAtEnd(context)).length > 0 ||
    viewsReadingColumn(context.catalog, keyOfRelation(table), column).length > 0)

/** What the column was called when the migration began, where it has renamed it. */
const nameBefore = (name: string, table: Name, { steps, index }: RuleContext): string | undefined =>
  steps
    .slice(0, index)
    .flatMap(({ command }) =>
      command?.tag === 'ALTER TABLE' && command.relation.name === table.name ? command.subcommands : [],
    )
    .flatMap(other => (other.kind === 'RENAME COLUMN' && other.to.name === name ? [other.from.name] : []))
    .at(-1)

/** Whether the migration has renamed the column, and filled the one that now has its name from it: that is told of the renaming. */
function isFilledFrom(name: string, table: Name, context: RuleContext): boolean {
  const before = nameBefore(name, table, context)
  if (before === undefined) return false
  return context.steps
    .slice(0, context.index)
    .some(
      step =>
        step.command?.tag === 'UPDATE' &&
        step.command.table.name === table.name &&
        step.command.assignments.some(({ column }) => column === before) &&
        mentions(step, name),
    )
}

/** What queries get under the name, where it is not what they got. */
function othersType(before: Column, after: Column | undefined): string {
  const [old, now] = [typeText(before.type), after && typeText(after.type)]
  return old === now || !old || !now ? '' : `: ${now} instead of ${old}`
}

/** A column of the same transaction gets its name: new code was not needed for that. */
const isRenamedTo = (name: string, table: Name, { steps, index, transaction }: RuleContext): boolean =>
  steps
    .slice(index)
    .some(
      ({ command, transaction: other }) =>
        other.number === transaction.number &&
        command?.tag === 'ALTER TABLE' &&
        command.relation.name === table.name &&
        command.subcommands.some(other => other.kind === 'RENAME COLUMN' && other.to.name === name),
    )
