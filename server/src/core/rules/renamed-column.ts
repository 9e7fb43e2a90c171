import { typeText } from '../inverse/texts'
import { asTable, type Catalog, type Column, columnNamed } from '../postgres/catalog'
import { hasSubcommand } from './concerns'
import { defineRule, type RuleContext } from './rule'
import { renamedInSteps } from './synced-column'
import {
  catalogAtBegin,
  catalogAtCommit,
  catalogAtEnd,
  existingTableOrView,
  isUnreleased,
  subcommandsOf,
} from './target'
import { stillNaming } from './users'

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

Where columns change places, it is information: another one bears the old name when the transaction commits, or bore the new
name before, and goes. Queries go on, and get the other column, with another type maybe. Nothing is said of a table that the
same migration makes, and of a column that it makes, unless that takes the place of another.`,
  instead: `
Add a column with the new name, keep both up to date with a trigger, fill it in batches, move the code over, and drop the
old column in a later release. Or leave the name and give it a new one in a view.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME'],
  seeds: ['rename by a new column, in phases'],

  *check(alter, context) {
    const target = existingTableOrView(alter, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'RENAME COLUMN')) {
      const { from, to } = subcommand
      const isFresh = isUnreleased(columnNamed(target.table, from.name)?.born, context)
      const at = { start: subcommand.keywords.start, end: to.span.end }
      const swapped = swappedWith(target.relation, from.name, to.name, isFresh, context)
      if (isFresh && swapped !== to.name) continue
      if (swapped !== undefined) {
        yield {
          at,
          message:
            swapped === from.name
              ? `RENAME COLUMN leaves the name "${from.name}" of ${target.label} to another column`
              : `RENAME COLUMN gives column "${from.name}" of ${target.label} the name of another`,
          detail: `Queries that name "${swapped}" go on, and get the other column${othersType(target.relation, swapped, context)}.`,
          hint: 'Make sure that running code can do with either.',
          severity: 'information',
          relation: target.relation,
        }
        continue
      }
      yield {
        at,
        message: `RENAME COLUMN breaks running code that names column "${from.name}" of ${target.label}`,
        detail: [
          `Queries with the old name fail as soon as the migration commits, and queries with "${to.name}" fail until then.`,
          ...(target.table ? stillNaming(target.table, from.name, catalogAtEnd(context)) : []),
        ].join(' '),
        hint: 'Add a column with the new name, keep both up to date while code moves over, and drop the old one later.',
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
    IF TG_OP = 'INSERT' THEN
      NEW.email := coalesce(NEW.email, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.email);
    ELSIF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: a later release drops it';
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
-- file: 0004_drop_users_mail.sql
  -- For a later release, when no running code names the old column.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN mail;

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
    IF TG_OP = 'INSERT' THEN
      NEW.email := coalesce(NEW.email, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.email);
    ELSIF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: a later release drops it';
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
-- file: 000004_add_users_email_not_null.up.sql
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
-- file: 000005_validate_users_email_not_null.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;
-- file: 000006_drop_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN mail;

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

-- bad: with a down
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
-- file: 00002_email.sql
  -- +goose Up
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]

  -- +goose Down
  ALTER TABLE users RENAME COLUMN email TO mail;
-- fix: Keep both names up to date while code moves over, in new migrations
  -- +goose Up
  ALTER TABLE users ADD COLUMN email text;
  -- +goose StatementBegin
  CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.email := coalesce(NEW.email, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.email);
    ELSIF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  -- +goose StatementEnd
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: a later release drops it';

  -- +goose Down
  COMMENT ON COLUMN users.mail IS NULL;
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
-- file: 00003_backfill_users_email.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
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
  -- +goose StatementEnd

  -- +goose Down
  -- Nothing to undo.
-- file: 00004_drop_users_mail.sql
  -- +goose Up
  -- For a later release, when no running code names the old column.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN mail;

  -- +goose Down
  ALTER TABLE users ADD COLUMN mail text;
  UPDATE users SET mail = email;
  -- +goose StatementBegin
  CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.email := coalesce(NEW.email, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.email);
    ELSIF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  -- +goose StatementEnd
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: a later release drops it';

-- bad: with comments in the down, of a column that is NOT NULL
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text NOT NULL);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.down.sql
  -- The way back.
  ALTER TABLE users RENAME COLUMN email TO mail; -- as it was
-- file: 000002_email.up.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]
-- fix: Keep both names up to date while code moves over, in new migrations
-- file: 000002_email.down.sql
  -- The way back.
  COMMENT ON COLUMN users.mail IS NULL;
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email; -- as it was
-- file: 000002_email.up.sql
  ALTER TABLE users ADD COLUMN email text;
  CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.email := coalesce(NEW.email, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.email);
    ELSIF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: a later release drops it';
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
-- file: 000003_backfill_users_email.down.sql
  -- Nothing to undo.
-- file: 000004_add_users_email_not_null.up.sql
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
-- file: 000004_add_users_email_not_null.down.sql
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;
-- file: 000005_validate_users_email_not_null.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;
-- file: 000005_validate_users_email_not_null.down.sql
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
-- file: 000006_drop_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN mail;
-- file: 000006_drop_users_mail.down.sql
  ALTER TABLE users ADD COLUMN mail text;
  UPDATE users SET mail = email;
  ALTER TABLE users ALTER COLUMN mail SET NOT NULL;
  CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.email := coalesce(NEW.email, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.email);
    ELSIF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: a later release drops it';

-- bad: of a table that gets another name too
-- given: renamed-table off
-- file: 0001_integrations.sql
  CREATE TABLE public.integrations (id bigint PRIMARY KEY, mail text);
-- file: 0002_emails.sql
  ALTER TABLE integrations RENAME TO emails;
  ALTER TABLE public.emails RENAME COLUMN mail TO address;
--                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "public.emails"]
-- fix: Keep both names up to date while code moves over, in new migrations
  ALTER TABLE integrations RENAME TO emails;
  ALTER TABLE public.emails ADD COLUMN address text;
  CREATE FUNCTION public.emails_address_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.address := coalesce(NEW.address, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.address);
    ELSIF NEW.address IS DISTINCT FROM OLD.address THEN
      NEW.mail := NEW.address;
    ELSE
      NEW.address := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER emails_address_sync BEFORE INSERT OR UPDATE ON public.emails FOR EACH ROW EXECUTE FUNCTION public.emails_address_sync();
  COMMENT ON COLUMN public.emails.mail IS 'DEPRECATED: a later release drops it';
-- file: 0003_backfill_emails_address.sql
  DO $$
  DECLARE
    batch_start public.emails.id%TYPE;
    batch_end public.emails.id%TYPE;
    last_key public.emails.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM public.emails ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM public.emails ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM public.emails WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE public.emails SET address = mail WHERE id BETWEEN batch_start AND batch_end AND address IS NULL AND mail IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM public.emails WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_drop_emails_mail.sql
  -- For a later release, when no running code names the old column.
  DROP TRIGGER emails_address_sync ON public.emails;
  DROP FUNCTION public.emails_address_sync();
  ALTER TABLE public.emails DROP COLUMN mail;

-- bad: with a comment, which goes with the name
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  COMMENT ON COLUMN users.mail IS 'where we write to';
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.up.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]
-- file: 000002_email.down.sql
  ALTER TABLE users RENAME COLUMN email TO mail;
-- fix: Keep both names up to date while code moves over, in new migrations
-- file: 000002_email.up.sql
  ALTER TABLE users ADD COLUMN email text;
  COMMENT ON COLUMN users.email IS 'where we write to';
  CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.email := coalesce(NEW.email, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.email);
    ELSIF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: a later release drops it';
-- file: 000002_email.down.sql
  COMMENT ON COLUMN users.mail IS 'where we write to';
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
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
-- file: 000003_backfill_users_email.down.sql
  -- Nothing to undo.
-- file: 000004_drop_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN mail;
-- file: 000004_drop_users_mail.down.sql
  ALTER TABLE users ADD COLUMN mail text;
  UPDATE users SET mail = email;
  CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.email := coalesce(NEW.email, NEW.mail);
      NEW.mail := coalesce(NEW.mail, NEW.email);
    ELSIF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: a later release drops it';

-- good: a column of the same migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_email.sql
  ALTER TABLE users ADD COLUMN mail text;
  ALTER TABLE users RENAME COLUMN mail TO email;

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  ALTER TABLE users RENAME COLUMN mail TO email;

-- bad: the names are swapped, and the old one is there when the transaction commits
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text, name_new text);
-- file: 0002_swap.sql
  BEGIN;
  ALTER TABLE users RENAME COLUMN name TO name_old;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [renamed-column: RENAME COLUMN leaves the name "name" of table "users" to another column]
  ALTER TABLE users RENAME COLUMN name_new TO name;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [renamed-column: RENAME COLUMN gives column "name_new" of table "users" the name of another]
  COMMIT;

-- bad: the new name meant another column, which goes
-- given: dropped-column off
-- file: 0001_sites.sql
  CREATE TABLE sites (id bigint PRIMARY KEY, inbox text, shared_inbox text);
-- file: 0002_inbox.sql
  BEGIN;
  ALTER TABLE sites DROP COLUMN inbox;
  ALTER TABLE sites RENAME COLUMN shared_inbox TO inbox;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [renamed-column: RENAME COLUMN gives column "shared_inbox" of table "sites" the name of another]
  COMMIT;

-- bad: the new name meant another column
-- file: 0001_sites.sql
  CREATE TABLE sites (id bigint PRIMARY KEY, description text, sidebar text);
-- file: 0002_names.sql
  BEGIN;
  ALTER TABLE sites RENAME COLUMN description TO summary;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [renamed-column: RENAME COLUMN leaves the name "description" of table "sites" to another column]
  ALTER TABLE sites RENAME COLUMN sidebar TO description;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [renamed-column: RENAME COLUMN gives column "sidebar" of table "sites" the name of another]
  COMMIT;
`,
})

/** The name that means another column: the old one is there when the transaction commits, or the new one was before. */
function swappedWith(
  relation: string,
  from: string,
  to: string,
  isFresh: boolean,
  context: RuleContext,
): string | undefined {
  const has = (catalog: Catalog, column: string) => columnAt(catalog, relation, column) !== undefined
  if (has(catalogAtCommit(context), from)) return from
  // What the migration itself makes cannot have had a name before it.
  const before = isFresh ? (context.steps[0]?.before ?? context.before) : catalogAtBegin(context)
  return has(before, to) ? to : undefined
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
