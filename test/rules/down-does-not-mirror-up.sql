-- bad: IF EXISTS hides that a schema is meant in front of an index
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.up.sql
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- file: 000002_email.down.sql
  DROP INDEX IF EXISTS users.users_email_idx;
--                     ^^^^^^^^^^^^^^^^^^^^^ warning [down-does-not-mirror-up: DROP INDEX IF EXISTS passes over index "users.users_email_idx", which does not exist: index "users_email_idx" stays]
-- fix: Drop index "users_email_idx" instead
  DROP INDEX IF EXISTS users_email_idx;

-- bad: another condition comes back
-- given: golang-migrate, check-validated-at-once off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text DEFAULT 'free', CONSTRAINT plans CHECK (plan IN ('free', 'paid')));
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_plans.up.sql
  ALTER TABLE users DROP CONSTRAINT plans;
  ALTER TABLE users ADD CONSTRAINT plans CHECK (plan IN ('free', 'paid', 'team'));
--                                 ^^^^^ warning [down-does-not-mirror-up: the down does not change the definition of constraint "plans" of table "users" back]
-- file: 000002_plans.down.sql
  ALTER TABLE users DROP CONSTRAINT plans;
  ALTER TABLE users ADD CONSTRAINT plans CHECK (plan = 'free');

-- bad: another default comes back
-- given: golang-migrate, changed-default off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text DEFAULT 'free');
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_plans.up.sql
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'paid';
--                               ^^^^ hint [down-does-not-mirror-up: the down does not change the default of column "plan" of table "users" back]
-- file: 000002_plans.down.sql
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'none';
-- fix: Undo the rest in the down
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'none';
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';

-- good: parts of one migration, whose downs are numbered in their own order
-- given: pop
-- file: 20200810161022000000_first.up.sql
  CREATE TABLE shops (id bigint PRIMARY KEY, town text);
-- file: 20200810161023000000_places.up.sql
  ALTER TABLE shops ADD COLUMN street text;
-- file: 20200810161023000000_places.down.sql
  ALTER TABLE shops DROP COLUMN floor;
-- file: 20200810161023000001_places.up.sql
  ALTER TABLE shops ADD COLUMN floor text;
-- file: 20200810161023000001_places.down.sql
  ALTER TABLE shops DROP COLUMN street;

-- bad: what goes with a column does not come back with it
-- given: golang-migrate, dropped-column off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text UNIQUE, town text);
  CREATE INDEX users_fax_idx ON users (fax, town);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_no_fax.up.sql
  ALTER TABLE users DROP COLUMN fax;
--            ^^^^^ information [down-does-not-mirror-up: the down does not make constraint "users_fax_key" of table "users" again]
--            ^^^^^ information [down-does-not-mirror-up: the down does not make index "users_fax_idx" again]
-- file: 000002_no_fax.down.sql
  ALTER TABLE users ADD COLUMN fax text;
-- fix: Undo the rest in the down
  ALTER TABLE users ADD COLUMN fax text;
  ALTER TABLE users ADD CONSTRAINT users_fax_key UNIQUE (fax);
  CREATE INDEX users_fax_idx ON users (fax, town);
-- fix: Undo the rest in the down
  ALTER TABLE users ADD COLUMN fax text;
  ALTER TABLE users ADD CONSTRAINT users_fax_key UNIQUE (fax);
  CREATE INDEX users_fax_idx ON users (fax, town);

-- bad: functions and views stay as the up makes them
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text, hidden boolean);
  CREATE VIEW shown AS SELECT id, name FROM users WHERE NOT hidden;
  CREATE FUNCTION greeting(name text) RETURNS text LANGUAGE sql AS 'SELECT ''Hello '' || name';
-- file: 000001_users.down.sql
  DROP FUNCTION greeting(text);
  DROP VIEW shown;
  DROP TABLE users;
-- file: 000002_names.up.sql
  CREATE OR REPLACE VIEW shown AS SELECT id, name FROM users WHERE hidden IS NOT TRUE;
--                       ^^^^^ warning [down-does-not-mirror-up: the down does not change the query of view "shown" back]
  CREATE OR REPLACE FUNCTION greeting(name text) RETURNS text LANGUAGE sql AS 'SELECT ''Hi '' || name';
--                           ^^^^^^^^ warning [down-does-not-mirror-up: the down does not change the body of function "greeting" back]
  ALTER TABLE users ADD COLUMN nick text;
-- file: 000002_names.down.sql
  ALTER TABLE users DROP COLUMN nick;
-- fix: Undo the rest in the down
  ALTER TABLE users DROP COLUMN nick;
  CREATE OR REPLACE FUNCTION greeting(name text) RETURNS text LANGUAGE sql AS 'SELECT ''Hello '' || name';
  CREATE OR REPLACE VIEW shown AS SELECT id, name FROM users WHERE NOT hidden;
-- fix: Undo the rest in the down
  ALTER TABLE users DROP COLUMN nick;
  CREATE OR REPLACE FUNCTION greeting(name text) RETURNS text LANGUAGE sql AS 'SELECT ''Hello '' || name';
  CREATE OR REPLACE VIEW shown AS SELECT id, name FROM users WHERE NOT hidden;

-- bad: defaults of several statements
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text, town text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_defaults.up.sql
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
--                               ^^^^ hint [down-does-not-mirror-up: the down does not change the default of column "plan" of table "users" and 1 other column back]
  ALTER TABLE users ALTER COLUMN town SET DEFAULT 'Rome';
  ALTER TABLE users ADD COLUMN age integer;
-- file: 000002_defaults.down.sql
  ALTER TABLE users DROP COLUMN age;
-- fix: Undo the rest in the down
  ALTER TABLE users DROP COLUMN age;
  ALTER TABLE users ALTER COLUMN town DROP DEFAULT;
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;

-- good: labels that the up only makes sure of, or the down takes away with the type
-- given: golang-migrate, rollback-loses-data off, column-type-rewrite off
-- file: 000001_mood.up.sql
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TYPE plan AS ENUM ('free');
  CREATE TABLE days (day date PRIMARY KEY, plan plan);
-- file: 000001_mood.down.sql
  DROP TABLE days;
  DROP TYPE mood, plan;
-- file: 000002_mood.up.sql
  ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm';
-- file: 000002_mood.down.sql
  SELECT 1;
-- file: 000003_plan.up.sql
  ALTER TYPE plan ADD VALUE 'paid';
-- file: 000003_plan.down.sql
  ALTER TYPE plan RENAME TO plan_old;
  CREATE TYPE plan AS ENUM ('free');
  ALTER TABLE days ALTER COLUMN plan TYPE plan USING plan::text::plan;
  DROP TYPE plan_old;

-- good: the down takes the label by hand, or refuses to run
-- given: golang-migrate
-- file: 000001_mood.up.sql
  CREATE TYPE mood AS ENUM ('sad', 'happy');
-- file: 000001_mood.down.sql
  DROP TYPE mood;
-- file: 000002_calm.up.sql
  ALTER TYPE mood ADD VALUE 'calm';
-- file: 000002_calm.down.sql
  DELETE FROM pg_enum WHERE enumlabel = 'calm' AND enumtypid = 'mood'::regtype;
-- file: 000003_wild.up.sql
  ALTER TYPE mood ADD VALUE 'wild';
-- file: 000003_wild.down.sql
  DO $$ BEGIN RAISE EXCEPTION 'the label is in use'; END $$;
