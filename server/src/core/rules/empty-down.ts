import { writtenDown } from '../fixes/write-down'
import type { Migration } from '../history/migration'
import { customAround } from '../history/pairing'
import { stepsOf } from '../history/steps'
import { headOf } from '../judgement/head'
import { saysIrreversible } from '../judgement/intent'
import { doesNothing, firstChangeOf, pairOf } from '../judgement/round-trip'
import { tokensOf } from '../sql/tokens'
import { type Span, shifted } from '../text'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'empty-down',
  risk: 'rollback',
  severity: 'warning',
  on: 'migration',
  directions: ['up', 'down'],
  why: `
A down that does nothing lets the tool record the migration as undone while everything it made is still there. The code that
is rolled back to meets a schema that it does not know, and the next attempt to run the up fails because its tables and columns
exist already.

Nothing is said where a comment in the down says that the migration cannot or need not be undone, where the up changes rows
alone or only adds a label to an enum, and where most of the migrations before it are not undone either.`,
  instead: `
Undo what the up does, in reverse order. Where that is not possible or not wanted, say so in a comment in the down.`,
  manual: [],
  seeds: ['write both directions'],

  *check({ migration, history, settings }) {
    const pair = pairOf(migration, history)
    if (!pair || pair.up.baseline || pair.up.repeatable) return
    const { up, down } = pair
    const steps = stepsOf(history, down, settings).filter(({ direction }) => direction === 'down')
    if (!steps.every(doesNothing)) return
    // Where nothing stands in the down, the up is the place that can be pointed at, but for a comment that allows it.
    const allowed = steps.length > 0 ? undefined : allowComment(down)
    if (migration !== (steps.length > 0 || allowed ? down : up)) return
    const { others, undone } = customAround(history, up)
    if (undone < others / 2) return
    const first = firstChangeOf(up, history, settings)
    if (!first || saysIrreversible(down)) return
    const [step] = steps
    const { start } = step?.statement.span ?? { start: 0 }
    const keywords = step?.command?.keywords
    yield {
      at: keywords ? { start: start + keywords.start, end: start + keywords.end } : (allowed ?? headOf(up)),
      message: `the down does nothing: ${first} stays as the up leaves it`,
      detail: 'The tool then takes the migration for undone, and running it again may fail.',
      hint: 'Undo what the up does, or say in a comment in the down why it is empty.',
      fixes: () => writtenDown(up, history, settings),
    }
  },

  examples: `
-- bad: the file is empty
-- shows: down that does nothing
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
--^^^^^^ warning [empty-down: the down does nothing: table "users" stays as the up leaves it]
-- file: 000001_users.down.sql
-- fix: Write the down
  DROP TABLE users;

-- bad: a statement that does nothing
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  SELECT 1;
--^^^^^^ warning [empty-down: the down does nothing: table "users" stays as the up leaves it]
-- fix: Write the down
  DROP TABLE users;

-- bad: nothing below the header
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
--^^^^^^ warning [empty-down: the down does nothing: table "users" stays as the up leaves it]

  -- +goose Down
-- fix: Write the down
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);

  -- +goose Down
  DROP TABLE users;

-- bad: privileges
-- shows: down that leaves privileges
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);

  -- +goose Down
  DROP TABLE users;
-- file: 00002_reader.sql
  -- +goose Up
  GRANT SELECT ON users TO PUBLIC;

  -- +goose Down
  SELECT 1;
--^^^^^^ warning [empty-down: the down does nothing: what GRANT does stays as the up leaves it]
-- fix: Write the down
  -- +goose Up
  GRANT SELECT ON users TO PUBLIC;

  -- +goose Down
  REVOKE SELECT ON users FROM PUBLIC;

-- bad: more than a few words can undo
-- given: goose, dropped-column off, index-without-concurrently off, unbatched-backfill off, statistics-missing off, changed-default off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE "Users" (id bigint PRIMARY KEY, email varchar(80) NOT NULL, plan text NOT NULL DEFAULT 'free', fax text);
  CREATE INDEX users_fax_idx ON "Users" (fax);
  CREATE FUNCTION next_plan() RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    RETURN 'paid';
  END
  $$;

  -- +goose Down
  DROP TABLE "Users";
  DROP FUNCTION next_plan();
-- file: 00002_names.sql
  -- +goose Up
  ALTER TABLE "Users"
--^^^^^ warning [empty-down: the down does nothing: column "email" of table "Users" stays as the up leaves it]
    ADD COLUMN "fullName" text,
    ALTER COLUMN email TYPE text,
    ALTER COLUMN plan DROP DEFAULT;
  CREATE UNIQUE INDEX "usersByName" ON "Users" ("fullName");
  ALTER TABLE "Users" DROP COLUMN fax;
  CREATE OR REPLACE FUNCTION next_plan() RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    RETURN 'free';
  END
  $$;

  -- +goose Down
-- fix: Write the down
  -- +goose Up
  ALTER TABLE "Users"
    ADD COLUMN "fullName" text,
    ALTER COLUMN email TYPE text,
    ALTER COLUMN plan DROP DEFAULT;
  CREATE UNIQUE INDEX "usersByName" ON "Users" ("fullName");
  ALTER TABLE "Users" DROP COLUMN fax;
  CREATE OR REPLACE FUNCTION next_plan() RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    RETURN 'free';
  END
  $$;

  -- +goose Down
  -- +goose StatementBegin
  CREATE OR REPLACE FUNCTION next_plan() RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    RETURN 'paid';
  END
  $$;
  -- +goose StatementEnd
  ALTER TABLE "Users" ADD COLUMN fax text;
  -- The values of column fax are gone: fill it from where they are kept.
  CREATE INDEX users_fax_idx ON "Users" (fax);
  DROP INDEX "usersByName";
  ALTER TABLE "Users" ALTER COLUMN plan SET DEFAULT 'free';
  ALTER TABLE "Users" ALTER COLUMN email TYPE varchar(80);
  ALTER TABLE "Users" DROP COLUMN "fullName";

-- good: an allow comment in the empty down
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);

  -- +goose Down
  -- guard: allow empty-down: the table may stay

-- good: an allow comment in the empty file
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  -- guard: allow empty-down: the table may stay

-- good: a constraint is only validated
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, age integer);
  ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 17) NOT VALID;
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_grown.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT grown;
-- file: 000002_grown.down.sql

-- good: a comment says why
-- given: golang-migrate, dropped-column off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_no_fax.up.sql
  ALTER TABLE users DROP COLUMN fax;
-- file: 000002_no_fax.down.sql
  -- This cannot be undone: the numbers are gone.

-- good: rows alone
-- given: golang-migrate
-- file: 000001_plans.up.sql
  CREATE TABLE plans (name text PRIMARY KEY);
-- file: 000001_plans.down.sql
  DROP TABLE plans;
-- file: 000002_plans.up.sql
  INSERT INTO plans (name) VALUES ('free'), ('paid') ON CONFLICT DO NOTHING;
-- file: 000002_plans.down.sql

-- good: most of them are not undone
-- given: golang-migrate
-- file: 000001_plans.up.sql
  CREATE TABLE plans (name text PRIMARY KEY);
-- file: 000001_plans.down.sql
-- file: 000002_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_users.down.sql
-- file: 000003_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000003_carts.down.sql

-- good: PostgreSQL cannot take a label from an enum
-- given: golang-migrate
-- file: 000001_mood.up.sql
  CREATE TYPE mood AS ENUM ('sad', 'happy');
-- file: 000001_mood.down.sql
  DROP TYPE mood;
-- file: 000002_mood.up.sql
  ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm';
-- file: 000002_mood.down.sql

-- good: a migration that is run whenever it changes has no down
-- given: flyway
-- file: V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: U1__users.sql
  DROP TABLE users;
-- file: R__people.sql
  CREATE OR REPLACE VIEW people AS SELECT id FROM users;
`,
})

/** The first comment of a down that says "allow". */
const allowComment = ({ text, sections }: Migration): Span | undefined =>
  sections
    .filter(({ direction }) => direction === 'down')
    .flatMap(({ span }) =>
      tokensOf(text.slice(span.start, span.end)).map(token => ({ ...token, at: shifted(token, span.start) })),
    )
    .find(token => token.kind === 'comment' && /\bguard\b.*\ballow\b.*\bempty-down\b/i.test(token.text))?.at
