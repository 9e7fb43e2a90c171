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
    IF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  -- +goose StatementEnd
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';

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
-- file: 00004_rename_users_mail.sql
  -- +goose Up
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;

  -- +goose Down
  ALTER TABLE users RENAME COLUMN email TO mail;
  ALTER TABLE users ADD COLUMN email text;
  -- +goose StatementBegin
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
  -- +goose StatementEnd
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';
  UPDATE users SET email = mail;

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
-- file: 000003_backfill_users_email.down.sql
  -- Nothing to undo.
-- file: 000004_rename_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;
-- file: 000004_rename_users_mail.down.sql
  ALTER TABLE users RENAME COLUMN email TO mail;
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
  UPDATE users SET email = mail;

-- bad: of a table that gets another name too
-- given: renamed-table off
-- file: 0001_integrations.sql
  CREATE TABLE public.integrations (id bigint PRIMARY KEY, mail text);
-- file: 0002_emails.sql
  ALTER TABLE integrations RENAME TO emails;
  ALTER TABLE public.emails RENAME COLUMN mail TO address;
--                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "public.emails"]
-- fix: Keep both names up to date while code moves over, in new migrations
  ALTER TABLE integrations RENAME TO emails;
  ALTER TABLE public.emails ADD COLUMN address text;
  CREATE FUNCTION public.emails_address_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.address IS DISTINCT FROM OLD.address THEN
      NEW.mail := NEW.address;
    ELSE
      NEW.address := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER emails_address_sync BEFORE INSERT OR UPDATE ON public.emails FOR EACH ROW EXECUTE FUNCTION public.emails_address_sync();
  COMMENT ON COLUMN public.emails.mail IS 'DEPRECATED: it is called address';
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
-- file: 0004_rename_emails_mail.sql
  BEGIN;
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column address since go with it: add them to mail before.
  DROP TRIGGER emails_address_sync ON public.emails;
  DROP FUNCTION public.emails_address_sync();
  ALTER TABLE public.emails DROP COLUMN address;
  ALTER TABLE public.emails RENAME COLUMN mail TO address;
  COMMENT ON COLUMN public.emails.address IS NULL;
  COMMIT;

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
-- file: 000004_rename_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS 'where we write to';
-- file: 000004_rename_users_mail.down.sql
  ALTER TABLE users RENAME COLUMN email TO mail;
  ALTER TABLE users ADD COLUMN email text;
  COMMENT ON COLUMN users.email IS 'where we write to';
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
  UPDATE users SET email = mail;

-- bad: of which the copy needs no default, constraint, policy, view or trigger
-- given: foreign-key-without-index off, view-past-row-security off
-- file: 0001_users.sql
  CREATE TABLE teams (id bigint PRIMARY KEY);
  CREATE TABLE users (
    id bigint PRIMARY KEY,
    team bigint NOT NULL DEFAULT 1 REFERENCES teams ON DELETE CASCADE CHECK (team > 0),
    twice bigint GENERATED ALWAYS AS (team * 2) STORED,
    made_at timestamptz
  );
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
  CREATE POLICY mates ON users USING (team = 1);
  CREATE VIEW mates AS SELECT id FROM users WHERE team = 1;
  CREATE FUNCTION made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.made_at := now(); RETURN NEW; END $$;
  CREATE TRIGGER made BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION made();
-- file: 0002_team_id.sql
  ALTER TABLE users RENAME COLUMN team TO team_id;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "team" of table "users"]
-- fix: Keep both names up to date while code moves over, in new migrations
  ALTER TABLE users ADD COLUMN team_id bigint;
  CREATE FUNCTION users_team_id_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.team_id IS DISTINCT FROM OLD.team_id THEN
      NEW.team := NEW.team_id;
    ELSE
      NEW.team_id := NEW.team;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_team_id_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_team_id_sync();
  COMMENT ON COLUMN users.team IS 'DEPRECATED: it is called team_id';
-- file: 0003_backfill_users_team_id.sql
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
      UPDATE users SET team_id = team WHERE id BETWEEN batch_start AND batch_end AND team_id IS NULL AND team IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_rename_users_team.sql
  BEGIN;
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column team_id since go with it: add them to team before.
  DROP TRIGGER users_team_id_sync ON users;
  DROP FUNCTION users_team_id_sync();
  ALTER TABLE users DROP COLUMN team_id;
  ALTER TABLE users RENAME COLUMN team TO team_id;
  COMMENT ON COLUMN users.team_id IS NULL;
  COMMIT;

-- bad: which code finds rows by, under both names
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (
    id serial PRIMARY KEY,
    tenant bigint,
    mail text NOT NULL,
    UNIQUE (tenant, mail),
    UNIQUE (mail, tenant) DEFERRABLE
  );
  CREATE INDEX users_mail_idx ON users (lower(mail) text_pattern_ops) INCLUDE (mail) WHERE mail <> '' AND tenant IS NULL;
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
-- file: 000002_email.down.sql
  COMMENT ON COLUMN users.mail IS NULL;
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
-- file: 000004_build_users_tenant_mail_key_copy.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_tenant_mail_key_copy ON users (tenant, email);
-- file: 000004_build_users_tenant_mail_key_copy.down.sql
  DROP INDEX CONCURRENTLY users_tenant_mail_key_copy;
-- file: 000005_build_users_mail_tenant_key_copy.up.sql
  CREATE INDEX CONCURRENTLY users_mail_tenant_key_copy ON users (email, tenant);
-- file: 000005_build_users_mail_tenant_key_copy.down.sql
  DROP INDEX CONCURRENTLY users_mail_tenant_key_copy;
-- file: 000006_build_users_mail_idx_copy.up.sql
  CREATE INDEX CONCURRENTLY users_mail_idx_copy ON users (lower(email) text_pattern_ops) INCLUDE (email) WHERE email <> '' AND tenant IS NULL;
-- file: 000006_build_users_mail_idx_copy.down.sql
  DROP INDEX CONCURRENTLY users_mail_idx_copy;
-- file: 000007_rename_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;
-- file: 000007_rename_users_mail.down.sql
  ALTER TABLE users RENAME COLUMN email TO mail;
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
  UPDATE users SET email = mail;
  CREATE UNIQUE INDEX users_tenant_mail_key_copy ON users (tenant, email);
  CREATE INDEX users_mail_tenant_key_copy ON users (email, tenant);
  CREATE INDEX users_mail_idx_copy ON users (lower(email) text_pattern_ops) INCLUDE (email) WHERE email <> '' AND tenant IS NULL;

-- bad: with an index that goes, one that gets another name, and one that is new
-- given: goose, lock-timeout-missing off, index-without-concurrently off, drop-index-without-concurrently off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  CREATE UNIQUE INDEX users_mail_key ON users (mail);
  CREATE INDEX users_mail_idx ON users (lower(mail));
-- file: 00002_email.sql
  -- +goose Up
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]
  DROP INDEX users_mail_key;
  ALTER INDEX users_mail_idx RENAME TO users_email_idx;
  CREATE INDEX users_email_new ON users (email DESC) WHERE email <> 'email';

  -- +goose Down
  DROP INDEX users_email_new;
  ALTER INDEX users_email_idx RENAME TO users_mail_idx;
  ALTER TABLE users RENAME COLUMN email TO mail;
  CREATE UNIQUE INDEX users_mail_key ON users (mail);
-- fix: Keep both names up to date while code moves over, in new migrations
  -- +goose Up
  ALTER TABLE users ADD COLUMN email text;
  -- +goose StatementBegin
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
  -- +goose StatementEnd
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';
  DROP INDEX users_mail_key;
  ALTER INDEX users_mail_idx RENAME TO users_email_idx;
  CREATE INDEX users_email_new ON users (mail DESC) WHERE mail <> 'email';

  -- +goose Down
  DROP INDEX users_email_new;
  ALTER INDEX users_email_idx RENAME TO users_mail_idx;
  COMMENT ON COLUMN users.mail IS NULL;
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  CREATE UNIQUE INDEX users_mail_key ON users (mail);
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
-- file: 00004_build_users_mail_idx_copy.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_mail_idx_copy ON users (lower(email));

  -- +goose Down
  DROP INDEX CONCURRENTLY users_mail_idx_copy;
-- file: 00005_build_users_email_new_copy.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY users_email_new_copy ON users (email DESC) WHERE email <> 'email';

  -- +goose Down
  DROP INDEX CONCURRENTLY users_email_new_copy;
-- file: 00006_rename_users_mail.sql
  -- +goose Up
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;

  -- +goose Down
  ALTER TABLE users RENAME COLUMN email TO mail;
  ALTER TABLE users ADD COLUMN email text;
  -- +goose StatementBegin
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
  -- +goose StatementEnd
  CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';
  UPDATE users SET email = mail;
  CREATE INDEX users_mail_idx_copy ON users (lower(email));
  CREATE INDEX users_email_new_copy ON users (email DESC) WHERE email <> 'email';

-- bad: a key that others refer to
-- given: foreign-key-without-index off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
  CREATE TABLE carts (id bigint PRIMARY KEY, owner bigint REFERENCES users);
-- file: 0002_user_id.sql
  ALTER TABLE users RENAME COLUMN id TO user_id;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "id" of table "users"]
-- fix: Keep both names up to date while code moves over, in new migrations
  ALTER TABLE users ADD COLUMN user_id bigint;
  CREATE FUNCTION users_user_id_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.user_id IS DISTINCT FROM OLD.user_id THEN
      NEW.id := NEW.user_id;
    ELSE
      NEW.user_id := NEW.id;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_user_id_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_user_id_sync();
  COMMENT ON COLUMN users.id IS 'DEPRECATED: it is called user_id';
-- file: 0003_backfill_users_user_id.sql
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
      UPDATE users SET user_id = id WHERE id BETWEEN batch_start AND batch_end AND user_id IS NULL AND id IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_build_users_pkey_copy.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_pkey_copy ON users (user_id);
-- file: 0005_rename_users_id.sql
  BEGIN;
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column user_id since go with it: add them to id before.
  DROP TRIGGER users_user_id_sync ON users;
  DROP FUNCTION users_user_id_sync();
  ALTER TABLE users DROP COLUMN user_id;
  ALTER TABLE users RENAME COLUMN id TO user_id;
  COMMENT ON COLUMN users.user_id IS NULL;
  COMMIT;

-- bad: with a default in whose place null may be given
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, seen timestamptz DEFAULT CURRENT_TIMESTAMP);
-- file: 0002_seen_at.sql
  ALTER TABLE users RENAME COLUMN seen TO seen_at;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "seen" of table "users"]
-- fix: Keep both names up to date while code moves over, in new migrations
  BEGIN;
  ALTER TABLE users ADD COLUMN seen_at timestamptz;
  ALTER TABLE users ALTER COLUMN seen_at SET DEFAULT CURRENT_TIMESTAMP;
  CREATE FUNCTION users_seen_at_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.seen_at IS DISTINCT FROM (CASE TG_OP WHEN 'INSERT' THEN (CURRENT_TIMESTAMP)::timestamptz ELSE OLD.seen_at END) THEN
      NEW.seen := NEW.seen_at;
    ELSE
      NEW.seen_at := NEW.seen;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_seen_at_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_seen_at_sync();
  COMMENT ON COLUMN users.seen IS 'DEPRECATED: it is called seen_at';
  COMMIT;
-- file: 0003_backfill_users_seen_at.sql
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
      UPDATE users SET seen_at = seen WHERE id BETWEEN batch_start AND batch_end AND seen_at IS NULL AND seen IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 0004_rename_users_seen.sql
  BEGIN;
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column seen_at since go with it: add them to seen before.
  DROP TRIGGER users_seen_at_sync ON users;
  DROP FUNCTION users_seen_at_sync();
  ALTER TABLE users DROP COLUMN seen_at;
  ALTER TABLE users RENAME COLUMN seen TO seen_at;
  COMMENT ON COLUMN users.seen_at IS NULL;
  COMMIT;

-- bad: with a default that is another one each time
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, token uuid DEFAULT gen_random_uuid());
-- file: 0002_secret.sql
  ALTER TABLE users RENAME COLUMN token TO secret;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "token" of table "users"]

-- bad: with a trigger that would take the rows for changed
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text, updated_at timestamp);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := '2026-01-01'; RETURN NEW; END $$;
  CREATE TRIGGER zealous BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
-- file: 000001_users.down.sql
  DROP TABLE users;
  DROP FUNCTION touch();
-- file: 000002_email.up.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]
-- file: 000002_email.down.sql
  ALTER TABLE users RENAME COLUMN email TO mail;
-- fix: Keep both names up to date while code moves over, in new migrations
-- file: 000002_email.up.sql
  ALTER TABLE users ADD COLUMN email text;
  CREATE FUNCTION zz_users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('guard.filling', true) = 'users.email' THEN
      -- Nothing else of the row has changed, whatever other triggers have set.
      OLD.email := NEW.email;
      RETURN OLD;
    END IF;
    IF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER zz_users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION zz_users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';
-- file: 000002_email.down.sql
  COMMENT ON COLUMN users.mail IS NULL;
  DROP TRIGGER zz_users_email_sync ON users;
  DROP FUNCTION zz_users_email_sync();
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
      PERFORM set_config('guard.filling', 'users.email', true);
      UPDATE users SET email = mail WHERE id BETWEEN batch_start AND batch_end AND email IS NULL AND mail IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_users_email.down.sql
  -- Nothing to undo.
-- file: 000004_rename_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER zz_users_email_sync ON users;
  DROP FUNCTION zz_users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;
-- file: 000004_rename_users_mail.down.sql
  ALTER TABLE users RENAME COLUMN email TO mail;
  ALTER TABLE users ADD COLUMN email text;
  CREATE FUNCTION zz_users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('guard.filling', true) = 'users.email' THEN
      -- Nothing else of the row has changed, whatever other triggers have set.
      OLD.email := NEW.email;
      RETURN OLD;
    END IF;
    IF NEW.email IS DISTINCT FROM OLD.email THEN
      NEW.mail := NEW.email;
    ELSE
      NEW.email := NEW.mail;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER zz_users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION zz_users_email_sync();
  COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';
  ALTER TABLE users DISABLE TRIGGER zealous;
  UPDATE users SET email = mail;
  ALTER TABLE users ENABLE TRIGGER zealous;

-- bad: with a trigger that does something for every row
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('users', NEW.id::text); RETURN NEW; END $$;
  CREATE TRIGGER told BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION told();
-- file: 0002_email.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]

-- bad: with triggers that a function has made
-- given: search-path-of-caller off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  SELECT audit.audit_table('public.users');
-- file: 0002_email.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]

-- bad: with a trigger that fails, for its column is gone
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
  CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
-- file: 0002_email.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]

-- bad: with constraints that are added under the new name
-- given: golang-migrate, lock-timeout-missing off, check-validated-at-once off, foreign-key-validated-at-once off, foreign-key-without-index off
-- file: 000001_users.up.sql
  CREATE TABLE teams (id bigint PRIMARY KEY, lead bigint);
  CREATE TABLE users (id bigint PRIMARY KEY, team bigint NOT NULL);
-- file: 000001_users.down.sql
  DROP TABLE users, teams;
-- file: 000002_team_id.up.sql
  ALTER TABLE users RENAME COLUMN team TO lead;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "team" of table "users"]
  ALTER TABLE users
    ADD CONSTRAINT users_lead_fkey FOREIGN KEY (lead) REFERENCES teams (id),
    ADD CONSTRAINT users_lead_check CHECK (users.lead > 0 AND id > 0),
    ALTER COLUMN lead DROP NOT NULL;
-- file: 000002_team_id.down.sql
  ALTER TABLE users DROP CONSTRAINT users_lead_fkey, DROP CONSTRAINT users_lead_check;
  ALTER TABLE users RENAME COLUMN lead TO team;
  ALTER TABLE users ALTER COLUMN team SET NOT NULL;
-- fix: Keep both names up to date while code moves over, in new migrations
-- file: 000002_team_id.up.sql
  ALTER TABLE users ADD COLUMN lead bigint;
  CREATE FUNCTION users_lead_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.lead IS DISTINCT FROM OLD.lead THEN
      NEW.team := NEW.lead;
    ELSE
      NEW.lead := NEW.team;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_lead_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_lead_sync();
  COMMENT ON COLUMN users.team IS 'DEPRECATED: it is called lead';
  ALTER TABLE users
    ADD CONSTRAINT users_lead_fkey FOREIGN KEY (team) REFERENCES teams (id),
    ADD CONSTRAINT users_lead_check CHECK (team > 0 AND id > 0),
    ALTER COLUMN team DROP NOT NULL;
-- file: 000002_team_id.down.sql
  ALTER TABLE users DROP CONSTRAINT users_lead_fkey, DROP CONSTRAINT users_lead_check;
  COMMENT ON COLUMN users.team IS NULL;
  DROP TRIGGER users_lead_sync ON users;
  DROP FUNCTION users_lead_sync();
  ALTER TABLE users DROP COLUMN lead;
  ALTER TABLE users ALTER COLUMN team SET NOT NULL;
-- file: 000003_backfill_users_lead.up.sql
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
      UPDATE users SET lead = team WHERE id BETWEEN batch_start AND batch_end AND lead IS NULL AND team IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_users_lead.down.sql
  -- Nothing to undo.
-- file: 000004_rename_users_team.up.sql
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column lead since go with it: add them to team before.
  DROP TRIGGER users_lead_sync ON users;
  DROP FUNCTION users_lead_sync();
  ALTER TABLE users DROP COLUMN lead;
  ALTER TABLE users RENAME COLUMN team TO lead;
  COMMENT ON COLUMN users.lead IS NULL;
-- file: 000004_rename_users_team.down.sql
  ALTER TABLE users RENAME COLUMN lead TO team;
  ALTER TABLE users ADD COLUMN lead bigint;
  CREATE FUNCTION users_lead_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.lead IS DISTINCT FROM OLD.lead THEN
      NEW.team := NEW.lead;
    ELSE
      NEW.lead := NEW.team;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_lead_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_lead_sync();
  COMMENT ON COLUMN users.team IS 'DEPRECATED: it is called lead';
  UPDATE users SET lead = team;

-- bad: two columns of a table, one beside the other, and what is done besides
-- given: golang-migrate, lock-timeout-missing off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, mail text, age integer, town text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_names.up.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]
  ALTER TABLE users RENAME COLUMN town TO city;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "town" of table "users"]
  ALTER TABLE users ALTER COLUMN age SET DEFAULT 18;
-- file: 000002_names.down.sql
  ALTER TABLE users ALTER COLUMN age DROP DEFAULT;
  ALTER TABLE users RENAME COLUMN city TO town;
  ALTER TABLE users RENAME COLUMN email TO mail;
-- fix: Keep both names up to date while code moves over, in new migrations
-- file: 000002_names.up.sql
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
  ALTER TABLE users RENAME COLUMN town TO city;
  ALTER TABLE users ALTER COLUMN age SET DEFAULT 18;
-- file: 000002_names.down.sql
  ALTER TABLE users ALTER COLUMN age DROP DEFAULT;
  ALTER TABLE users RENAME COLUMN city TO town;
  COMMENT ON COLUMN users.mail IS NULL;
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
-- file: 000004_rename_users_mail.up.sql
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;
-- file: 000004_rename_users_mail.down.sql
  ALTER TABLE users RENAME COLUMN email TO mail;
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
  UPDATE users SET email = mail;
-- fix: Keep both names up to date while code moves over, in new migrations
-- file: 000002_names.up.sql
  ALTER TABLE users RENAME COLUMN mail TO email;
  ALTER TABLE users ADD COLUMN city text;
  CREATE FUNCTION users_city_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.city IS DISTINCT FROM OLD.city THEN
      NEW.town := NEW.city;
    ELSE
      NEW.city := NEW.town;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_city_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_city_sync();
  COMMENT ON COLUMN users.town IS 'DEPRECATED: it is called city';
  ALTER TABLE users ALTER COLUMN age SET DEFAULT 18;
-- file: 000002_names.down.sql
  ALTER TABLE users ALTER COLUMN age DROP DEFAULT;
  COMMENT ON COLUMN users.town IS NULL;
  DROP TRIGGER users_city_sync ON users;
  DROP FUNCTION users_city_sync();
  ALTER TABLE users DROP COLUMN city;
  ALTER TABLE users RENAME COLUMN email TO mail;
-- file: 000003_backfill_users_city.up.sql
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
      UPDATE users SET city = town WHERE id BETWEEN batch_start AND batch_end AND city IS NULL AND town IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_users_city.down.sql
  -- Nothing to undo.
-- file: 000004_rename_users_town.up.sql
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column city since go with it: add them to town before.
  DROP TRIGGER users_city_sync ON users;
  DROP FUNCTION users_city_sync();
  ALTER TABLE users DROP COLUMN city;
  ALTER TABLE users RENAME COLUMN town TO city;
  COMMENT ON COLUMN users.city IS NULL;
-- file: 000004_rename_users_town.down.sql
  ALTER TABLE users RENAME COLUMN city TO town;
  ALTER TABLE users ADD COLUMN city text;
  CREATE FUNCTION users_city_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.city IS DISTINCT FROM OLD.city THEN
      NEW.town := NEW.city;
    ELSE
      NEW.city := NEW.town;
    END IF;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER users_city_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_city_sync();
  COMMENT ON COLUMN users.town IS 'DEPRECATED: it is called city';
  UPDATE users SET city = town;

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

-- bad: an index by the new name, which a migration that is pending builds
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  -- +goose Down
  DROP TABLE orders;
-- file: 00002_customer.sql
  -- +goose Up
  ALTER TABLE orders RENAME COLUMN customer TO customer_id;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "customer" of table "orders"]

  -- +goose Down
  ALTER TABLE orders RENAME COLUMN customer_id TO customer;
-- file: 00003_index.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id) WHERE customer_id > 0;

  -- +goose Down
  DROP INDEX CONCURRENTLY orders_customer_id_idx;
-- fix: Keep both names up to date while code moves over, in new migrations
-- file: 00002_customer.sql
  -- +goose Up
  ALTER TABLE orders ADD COLUMN customer_id bigint;
  -- +goose StatementBegin
  CREATE FUNCTION orders_customer_id_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.customer_id IS DISTINCT FROM OLD.customer_id THEN
      NEW.customer := NEW.customer_id;
    ELSE
      NEW.customer_id := NEW.customer;
    END IF;
    RETURN NEW;
  END
  $$;
  -- +goose StatementEnd
  CREATE TRIGGER orders_customer_id_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_customer_id_sync();
  COMMENT ON COLUMN orders.customer IS 'DEPRECATED: it is called customer_id';

  -- +goose Down
  COMMENT ON COLUMN orders.customer IS NULL;
  DROP TRIGGER orders_customer_id_sync ON orders;
  DROP FUNCTION orders_customer_id_sync();
  ALTER TABLE orders DROP COLUMN customer_id;
-- file: 00003_index.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer) WHERE customer > 0;

  -- +goose Down
  DROP INDEX CONCURRENTLY orders_customer_id_idx;
-- file: 00004_backfill_orders_customer_id.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
  DO $$
  DECLARE
    batch_start orders.id%TYPE;
    batch_end orders.id%TYPE;
    last_key orders.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM orders ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM orders ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM orders WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE orders SET customer_id = customer WHERE id BETWEEN batch_start AND batch_end AND customer_id IS NULL AND customer IS NOT NULL;
      COMMIT;
      SELECT id INTO batch_start FROM orders WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  -- +goose StatementEnd

  -- +goose Down
  -- Nothing to undo.
-- file: 00005_build_orders_customer_id_idx_copy.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY orders_customer_id_idx_copy ON orders (customer_id) WHERE customer_id > 0;

  -- +goose Down
  DROP INDEX CONCURRENTLY orders_customer_id_idx_copy;
-- file: 00006_rename_orders_customer.sql
  -- +goose Up
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column customer_id since go with it: add them to customer before.
  DROP TRIGGER orders_customer_id_sync ON orders;
  DROP FUNCTION orders_customer_id_sync();
  ALTER TABLE orders DROP COLUMN customer_id;
  ALTER TABLE orders RENAME COLUMN customer TO customer_id;
  COMMENT ON COLUMN orders.customer_id IS NULL;

  -- +goose Down
  ALTER TABLE orders RENAME COLUMN customer_id TO customer;
  ALTER TABLE orders ADD COLUMN customer_id bigint;
  -- +goose StatementBegin
  CREATE FUNCTION orders_customer_id_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.customer_id IS DISTINCT FROM OLD.customer_id THEN
      NEW.customer := NEW.customer_id;
    ELSE
      NEW.customer_id := NEW.customer;
    END IF;
    RETURN NEW;
  END
  $$;
  -- +goose StatementEnd
  CREATE TRIGGER orders_customer_id_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_customer_id_sync();
  COMMENT ON COLUMN orders.customer IS 'DEPRECATED: it is called customer_id';
  UPDATE orders SET customer_id = customer;
  CREATE INDEX orders_customer_id_idx_copy ON orders (customer_id) WHERE customer_id > 0;

-- bad: an index by the new name, which a migration that has run has built
-- given: goose
-- file: 00001_orders.sql (applied)
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
  -- +goose Down
  DROP TABLE orders;
-- file: 00002_customer.sql (applied)
  -- +goose Up
  ALTER TABLE orders RENAME COLUMN customer TO customer_id;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "customer" of table "orders"]

  -- +goose Down
  ALTER TABLE orders RENAME COLUMN customer_id TO customer;
-- file: 00003_index.sql (applied)
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);

  -- +goose Down
  DROP INDEX CONCURRENTLY orders_customer_id_idx;

-- bad: in a changeset that is cut at semicolons, and sent as a whole then
-- given: liquibase
-- file: 1_users.sql
  --liquibase formatted sql
  --changeset ann:1
  CREATE TABLE users (id bigint PRIMARY KEY, mail text);
  --rollback DROP TABLE users;
-- file: 2_change.sql
  --liquibase formatted sql
  --changeset ann:2
  CREATE TABLE notes (id bigint PRIMARY KEY);
  ALTER TABLE users RENAME COLUMN mail TO email;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "mail" of table "users"]
  --rollback ALTER TABLE users RENAME COLUMN email TO mail;
  --rollback DROP TABLE notes;
-- fix: Keep both names up to date while code moves over, in new migrations
  --liquibase formatted sql
  --changeset ann:2 splitStatements:false
  CREATE TABLE notes (id bigint PRIMARY KEY);
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
  --rollback COMMENT ON COLUMN users.mail IS NULL;
  --rollback DROP TRIGGER users_email_sync ON users;
  --rollback DROP FUNCTION users_email_sync();
  --rollback ALTER TABLE users DROP COLUMN email;
  --rollback DROP TABLE notes;

  --changeset ann:3 runInTransaction:false splitStatements:false
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
  --rollback empty

  --changeset ann:4 rollbackSplitStatements:false
  -- For a later release, when no running code names the old column.
  -- Indexes and constraints that were added to column email since go with it: add them to mail before.
  DROP TRIGGER users_email_sync ON users;
  DROP FUNCTION users_email_sync();
  ALTER TABLE users DROP COLUMN email;
  ALTER TABLE users RENAME COLUMN mail TO email;
  COMMENT ON COLUMN users.email IS NULL;
  --rollback ALTER TABLE users RENAME COLUMN email TO mail;
  --rollback ALTER TABLE users ADD COLUMN email text;
  --rollback CREATE FUNCTION users_email_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  --rollback BEGIN
  --rollback   IF NEW.email IS DISTINCT FROM OLD.email THEN
  --rollback     NEW.mail := NEW.email;
  --rollback   ELSE
  --rollback     NEW.email := NEW.mail;
  --rollback   END IF;
  --rollback   RETURN NEW;
  --rollback END
  --rollback $$;
  --rollback CREATE TRIGGER users_email_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_email_sync();
  --rollback COMMENT ON COLUMN users.mail IS 'DEPRECATED: it is called email';
  --rollback UPDATE users SET email = mail;

-- bad: of a table that gets another name afterwards
-- given: golang-migrate, renamed-table off
-- file: 1_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, buyer bigint);
-- file: 2_baskets.up.sql
  ALTER TABLE carts RENAME COLUMN buyer TO owner;
--                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information [renamed-column: RENAME COLUMN breaks running code that names column "buyer" of table "carts"]
  ALTER TABLE carts RENAME TO baskets;

-- bad: of a table whose name a view bears from then on
-- given: golang-migrate, renamed-table off
-- file: 1_carts.up.sql
  CREATE TABLE carts (buyer bigint);
-- file: 2_baskets.up.sql
  ALTER TABLE carts RENAME TO baskets;
  ALTER TABLE baskets RENAME COLUMN buyer TO owner;
--                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [renamed-column: RENAME COLUMN breaks running code that names column "buyer" of table "baskets"]
  CREATE VIEW carts AS SELECT owner FROM baskets;
