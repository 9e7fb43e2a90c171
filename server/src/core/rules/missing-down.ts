import { writtenDown } from '../fixes/write-down'
import type { Migration } from '../history/migration'
import { onceForEach } from '../history/numbering'
import { customAround } from '../history/pairing'
import { stepsOf } from '../history/steps'
import { headOf } from '../judgement/head'
import { firstChangeOf } from '../judgement/round-trip'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'missing-down',
  risk: 'rollback',
  severity: 'warning',
  on: 'migration',
  why: `
Where most migrations of a project have a down, whoever rolls back relies on it: the tool stops at a migration without one, or
takes it for undone and leaves in the database what it made. The next attempt to run the up then fails, for it is there already.

Nothing is said where most of the migrations before it have no down either, of the first one, of those that change rows alone,
and of those that PostgreSQL has no way to undo, such as a new label of an enum.`,
  instead: `
Write the down: what the up makes, dropped in reverse order. Where data would be lost, or nothing can be undone, an empty down
with a comment that says so tells the next person that it was thought of.`,
  manual: [],
  seeds: ['write both directions'],

  *check({ migration, history, settings }) {
    if (migration.direction !== 'up' || migration.repeatable || migration.baseline) return
    if (history.downOf(migration.path)) return
    const { migrations, framework } = history
    if (!hasDowns(migrations)) return
    const isOfThis = ({ version }: Migration) => framework.compareVersions(version, migration.version) === 0
    // Of several ups with one number one has the down of all.
    if (migrations.some(other => other.direction !== 'up' && isOfThis(other))) return
    // The first is mostly what was there when the project began to have migrations.
    if (migrations.find(({ direction }) => direction !== 'down') === migration) return
    const { others, undone } = customAround(history, migration)
    if (others < 2 || undone <= others / 2) return
    const first = firstChangeOf(migration, history, settings)
    if (!first || stepsOf(history, migration, settings).length === 0) return
    yield {
      at: headOf(migration),
      message: `nothing undoes this migration: ${first} would stay as this leaves it`,
      detail: `Of the ${others} migrations around it, ${undone} have a down.`,
      hint: 'Write a down, or an empty one with a comment that says why nothing can be undone.',
      fixes: () => writtenDown(migration, history, settings),
    }
  },

  examples: `
-- bad: all others have one
-- shows: migration without a down
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000002_carts.down.sql
  DROP TABLE carts;
-- file: 000003_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ warning [missing-down: nothing undoes this migration: table "orders" would stay as this leaves it]
-- fix: Write the down
-- file: 000003_orders.down.sql
  DROP TABLE orders;

-- bad: the section is missing
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
  -- +goose Down
  DROP TABLE users;
-- file: 00002_carts.sql
  -- +goose Up
  CREATE TABLE carts (id bigint PRIMARY KEY);
  -- +goose Down
  DROP TABLE carts;
-- file: 00003_names.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN name text;
--^^^^^ warning [missing-down: nothing undoes this migration: column "name" of table "users" would stay as this leaves it]
-- fix: Write the down
  -- +goose Up
  ALTER TABLE users ADD COLUMN name text;

  -- +goose Down
  ALTER TABLE users DROP COLUMN name;

-- good: this project has no downs
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000003_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);

-- good: it changes rows alone
-- given: golang-migrate, unbatched-backfill off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000002_carts.down.sql
  DROP TABLE carts;
-- file: 000003_plans.up.sql
  UPDATE users SET plan = 'free' WHERE plan IS NULL;

-- good: two of one number, one of which has the down of both
-- given: golang-migrate, duplicate-version off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000002_carts.down.sql
  DROP TABLE carts;
-- file: 000003_bids.up.sql
  CREATE TABLE bids (id bigint PRIMARY KEY);
-- file: 000003_bids.down.sql
  DROP TABLE bids;
-- file: 000004_notes.up.sql
  CREATE TABLE notes (id bigint PRIMARY KEY);
-- file: 000004_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY);
-- file: 000004_notes.down.sql
  DROP TABLE notes;

-- good: most before it have none either
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000003_bids.up.sql
  CREATE TABLE bids (id bigint PRIMARY KEY);
-- file: 000003_bids.down.sql
  DROP TABLE bids;
-- file: 000004_notes.up.sql
  CREATE TABLE notes (id bigint PRIMARY KEY);

-- good: the first one
-- given: golang-migrate
-- file: 000001_dump.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000002_carts.down.sql
  DROP TABLE carts;
-- file: 000003_bids.up.sql
  CREATE TABLE bids (id bigint PRIMARY KEY);
-- file: 000003_bids.down.sql
  DROP TABLE bids;
`,
})

/** Most projects without downs have none at all, and this is asked of each of thousands of migrations. */
const hasDowns = onceForEach((migrations: readonly Migration[]) =>
  migrations.some(({ direction }) => direction !== 'up'),
)
