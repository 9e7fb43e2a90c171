import { asTable, type Catalog, columnNamed } from '../postgres/catalog'
import { defineRule, type RuleContext } from './rule'
import { catalogAtBegin, catalogAtCommit, existingTable, isUnreleased, subcommandsOf } from './target'

export default defineRule({
  id: 'renamed-column',
  risk: 'compatibility',
  severity: 'warning',
  on: ['ALTER TABLE'],
  why: `
From the moment the migration commits, every running query that names the column by its old name fails: code that was
deployed before it, and code that an earlier release brings back. Code deployed before the migration cannot use the new name
either.

Nothing is said of a table or a column that the same migration makes, and of columns that change places: one bears the
old name again when the transaction commits, or bore the new name before.`,
  instead: `
Add a column with the new name, keep both up to date with a trigger, fill it in batches, move the code over, and drop the
old column in a later release. Or leave the name and give it a new one in a view.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME'],
  hazards: ['renamed column'],
  seeds: ['rename by a new column, in phases'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'RENAME COLUMN')) {
      const { from, to } = subcommand
      if (isUnreleased(columnNamed(target.table, from.name)?.born, context)) continue
      if (isSwapped(target.relation, from.name, to.name, context)) continue
      yield {
        at: { start: subcommand.keywords.start, end: to.span.end },
        message: `RENAME COLUMN breaks running code that names column "${from.name}" of ${target.label}`,
        detail: `Queries with the old name fail as soon as the migration commits, and queries with "${to.name}" fail until then.`,
        hint: 'Add a column with the new name, keep both up to date while code moves over, and drop the old one later.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: code still uses the old name
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
-- file: 0002_email.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]

-- bad: a table that the history does not show
  ALTER TABLE app.users RENAME mail TO email;
--                      ^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "app.users"]

-- good: a column of the same migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_email.sql
  ALTER TABLE users ADD COLUMN mail text;
  ALTER TABLE users RENAME COLUMN mail TO email;

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  ALTER TABLE users RENAME COLUMN mail TO email;

-- good: the names are swapped, and the old one is there when the transaction commits
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text, name_new text);
-- file: 0002_swap.sql
  BEGIN;
  ALTER TABLE users RENAME COLUMN name TO name_old;
  ALTER TABLE users RENAME COLUMN name_new TO name;
  COMMIT;
`,
})

/** A column that takes the place of another: the old name is there when the transaction commits, or the new one was before. */
function isSwapped(relation: string, from: string, to: string, context: RuleContext): boolean {
  const has = (catalog: Catalog, column: string) =>
    columnNamed(asTable(catalog.relations.get(relation)), column) !== undefined
  return has(catalogAtCommit(context), from) || has(catalogAtBegin(context), to)
}
