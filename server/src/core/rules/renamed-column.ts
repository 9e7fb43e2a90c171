import { renamedInSteps } from '../fixes/renamed-in-steps'
import { typeText } from '../inverse/texts'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import {
  catalogAtBegin,
  catalogAtCommit,
  catalogAtEnd,
  existingTableOrView,
  isUnreleased,
  subcommandsOf,
  type Target,
} from '../judgement/target'
import { stillNaming } from '../judgement/users'
import { asTable, type Catalog, type Column, columnNamed, key } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'renamed-column',
  risk: 'compatibility',
  severity: 'warning',
  on: ['ALTER TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW'],
  concerns: hasSubcommand('RENAME COLUMN'),
  why: `
From the moment the migration commits, every running query that names the column of a table or a view by its old name fails:
code that was deployed before it, and code that an earlier release brings back. Code deployed before the migration cannot use
the new name either.

It is information where the migration renames the table as well, and no view bears the name that it had.

Where columns change places, it is information, too: another one bears the old name when the transaction commits, or bore the new
name before, and goes. Queries go on, and get the other column, with another type maybe. Nothing is said of a table that the
same migration makes, and of a column that it makes: where that takes the place of another, the other one is told.`,
  instead: `
Add a column with the new name, keep both the same with a trigger, fill it in batches, and move the code over. In a later
release drop the copy and rename the column, in one transaction: so it keeps its constraints, indexes, default and place. Or
leave the name and give it a new one in a view. The \`UPDATE\`s that fill the copy
set off other triggers: what those set in the row is taken back, and the fix is not offered where they do more.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME'],
  seeds: ['rename by a new column, in phases'],

  *check(alter, context) {
    const target = existingTableOrView(alter, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'RENAME COLUMN')) {
      const { from, to } = subcommand
      const isFresh = isUnreleased(columnNamed(target.table, from.name)?.born, context)
      const at = { start: subcommand.keywords.start, end: to.span.end }
      if (isFresh) continue
      const swapped = swappedWith(target.relation, from.name, to.name, context)
      if (swapped !== undefined) {
        yield {
          at,
          message:
            swapped === from.name
              ? `RENAME COLUMN leaves the name "${from.name}" of ${target.label} to another column`
              : `RENAME COLUMN gives column "${from.name}" of ${target.label} the name of another`,
          detail: columnAt(catalogAtCommit(context), target.relation, swapped)?.generated
            ? `Queries that name "${swapped}" go on, but INSERT and UPDATE that set it fail: the column of that name is generated.`
            : `Queries that name "${swapped}" go on, and get the other column${othersType(target.relation, swapped, context)}.`,
          hint: 'Make sure that running code can do with either.',
          severity: 'information',
          relation: target.relation,
        }
        continue
      }
      const isBroken = isRenamed(target, context)
      yield {
        at,
        message: `RENAME COLUMN breaks running code that names column "${from.name}" of ${target.label}`,
        severity: isBroken ? 'information' : undefined,
        detail: [
          ...(isBroken ? ['The migration renames the table as well, which breaks the same queries.'] : []),
          `Queries with the old name fail as soon as the migration commits, and queries with "${to.name}" fail until then.`,
          ...(target.table ? stillNaming(target.table, from.name, catalogAtEnd(context)) : []),
        ].join(' '),
        hint: 'Add a column with the new name, keep both the same while code moves over, and rename the old one later in its place.',
        relation: target.relation,
        fixes: () => renamedInSteps(alter, subcommand, target, context),
      }
    }
  },

  examples: `
-- bad: code still uses the old name
-- shows: renamed column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
-- file: 0002_email.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]
-- fix: Keep both names up to date while code moves over, in new migrations
  ALTER TABLE users ADD COLUMN email text;
  CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';
-- file: 0003_backfill_users_email.sql
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users SET email = mail WHERE id BETWEEN batch_start AND batch_end AND email IS NULL AND mail IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_rename_users_mail.sql
  BEGIN;
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;
  COMMIT;

-- bad: a column that must be given
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail varchar(80) NOT NULL);
-- file: 000002_email.up.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]
-- fix: Keep both names up to date while code moves over, in new migrations
  ALTER TABLE users ADD COLUMN email varchar(80);
  CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';
-- file: 000003_backfill_users_email.up.sql
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users SET email = mail WHERE id BETWEEN batch_start AND batch_end AND email IS NULL AND mail IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000004_rename_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;

-- bad: columns of views
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text, age integer);
  CREATE VIEW adults AS SELECT id, mail FROM users WHERE age > 17;
  CREATE MATERIALIZED VIEW ages AS SELECT age, count(*) AS many FROM users GROUP BY age;
-- file: 0002_email.sql
  ALTER VIEW adults RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of view "adults"]
  ALTER MATERIALIZED VIEW ages RENAME COLUMN many TO users;
--                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "many" of materialized view "ages"]
  CREATE VIEW children AS SELECT id, mail FROM users WHERE age < 12;
  ALTER VIEW children RENAME COLUMN mail TO email;

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
`,
})

/** Whether the migration takes from the table the name by which running code knows it. */
function isRenamed({ relation }: Target, context: RuleContext): boolean {
  const schema = relation.slice(0, relation.indexOf('.'))
  return context.steps.some(({ command }) => {
    if (command?.tag !== 'ALTER TABLE') return false
    const old = key(schema, command.relation.name)
    const isGone = context.steps[0]?.before.relations.has(old) && !catalogAtEnd(context).relations.has(old)
    const isIt = (to: string) => old === relation || key(schema, to) === relation
    return isGone && command.subcommands.some(one => one.kind === 'RENAME TO' && isIt(one.to.name))
  })
}

/** The name that means another column: the old one is there when the transaction commits, or the new one was before. */
function swappedWith(relation: string, from: string, to: string, context: RuleContext): string | undefined {
  const has = (catalog: Catalog, column: string) => columnAt(catalog, relation, column) !== undefined
  if (has(catalogAtCommit(context), from)) return from
  return has(catalogAtBegin(context), to) ? to : undefined
}

/** What queries find under the name from now on, where it is not what they found. */
function othersType(relation: string, name: string, context: RuleContext): string {
  const [before, after] = [context.steps[0]?.before ?? context.before, catalogAtCommit(context)].map(catalog =>
    columnAt(catalog, relation, name),
  )
  if (!before || !after) return ''
  const [old, now] = [typeText(before.type), typeText(after.type)]
  return old === now || !old || !now ? '' : `: ${now} instead of ${old}`
}

const columnAt = (catalog: Catalog, relation: string, column: string): Column | undefined =>
  columnNamed(asTable(catalog.relations.get(relation)), column)
