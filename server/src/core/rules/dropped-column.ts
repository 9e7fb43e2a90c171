import { type Catalog, columnNamed, type Table } from '../postgres/catalog'
import { lostWithColumn } from './column-users'
import { defineRule, type RuleContext } from './rule'
import { existingTable, isUnreleased, subcommandsOf } from './target'

export default defineRule({
  id: 'dropped-column',
  risk: 'data-loss',
  severity: 'warning',
  on: ['ALTER TABLE'],
  why: `
\`DROP COLUMN\` gives up the data of the column for good, and from that moment every running query that names it fails:
code that was deployed before the migration, and code that an earlier release brings back.

Nothing is said of a table or a column that the same migration makes, and of down migrations, whose business it is.`,
  instead: `
Deploy code that no longer reads or writes the column first; drop the column in a later release, when nobody needs to go
back and its data is kept elsewhere or not needed.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'DROP COLUMN')) {
      const { column, ifExists, cascade } = subcommand
      const known = columnNamed(target.table, column.name)
      if (isUnreleased(known?.born, context)) continue
      if (ifExists && !known && target.table?.columnsKnown) continue
      yield {
        at: { start: subcommand.keywords.start, end: column.span.end },
        message: `DROP COLUMN deletes the data of column "${column.name}" of ${target.label}`,
        detail: [
          'Running code that names the column fails from this moment on, and nothing brings the data back.',
          ...(target.table ? lostWithColumn(target.table, column.name, cascade, context.catalog, atEnd(context)) : []),
        ].join(' '),
        hint: hintFor(target.table, context),
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: an index over two columns goes with one of them, and a trigger still uses it
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

-- bad: what takes its place comes with the same release
-- file: 0001_users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
-- file: 0002_full_name.sql
  ALTER TABLE users ADD COLUMN full_name text;
-- file: 0003_no_name.sql
  ALTER TABLE users DROP COLUMN name;
--                  ^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "name" of table "users"]

-- bad: a column in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, nickname text);
-- file: 0002_no_nickname.sql
  ALTER TABLE users DROP COLUMN nickname;
--                  ^^^^^^^^^^^^^^^^^^^^ warning [dropped-column: DROP COLUMN deletes the data of column "nickname" of table "users"]

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

-- good: there is none, and IF EXISTS says so
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_no_nickname.sql
  ALTER TABLE users DROP COLUMN IF EXISTS nickname;

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
const atEnd = ({ steps, after }: RuleContext): Catalog => steps.at(-1)?.after ?? after

function hintFor(table: Table | undefined, context: RuleContext): string {
  const fresh = table?.columns.find(({ born }) => isUnreleased(born, context))
  if (!fresh) return 'Deploy code that does not use the column first, and drop it in a later release.'
  return `Column "${fresh.name}" comes with the same release: running code still writes this one. Keep both until none does, and drop it in a later release.`
}
