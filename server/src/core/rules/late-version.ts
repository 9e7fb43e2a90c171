import { folderOfTool, type History } from '../history/history'
import type { Migration } from '../history/migration'
import { headOf } from '../judgement/head'
import { knownAs, nameOf } from '../text'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'late-version',
  risk: 'failure',
  severity: 'warning',
  on: 'migration',
  why: `
A migration that is merged with a version below one that has run comes too late for tools that go by order: golang-migrate remembers
the newest version alone, and never runs what is below it, without a word; goose, Flyway, Evolve, refinery, node-pg-migrate, Atlas
and the Supabase CLI refuse to go on. A new database runs it in its place, so that tests pass.

Mostly this happens where two branches took their versions at one time, and the later one was merged first. What has run is known
as for [applied-migration-edited](applied-migration-edited.md). Nothing is said of tools that run what is missing: dbmate, diesel, sqlx,
sql-migrate, and Flyway where its settings beside the migrations say \`outOfOrder\`.`,
  instead: `
Give it a version after all that have run.`,
  manual: [],

  *check({ migration, history }) {
    const { framework } = history
    if (!framework.late || !history.source.applied || !isPendingUp(migration, history)) return
    const newest = newestApplied(history)
    if (!newest || framework.compareVersions(migration.version, newest.version) >= 0) return
    const late = framework.late(migration.path, folderOfTool(history))
    if (!late || isRenamed(migration, history)) return
    const { name } = framework
    yield {
      at: headOf(migration),
      message:
        late === 'skipped'
          ? `"${knownAs(newest.path)}" has run already, and ${name} never runs what comes before it`
          : `"${knownAs(newest.path)}" has run already, and ${name} refuses what comes before it`,
      detail:
        late === 'skipped'
          ? `${name} remembers the newest version alone: it passes over this migration without a word, and new databases run it.`
          : `${name} goes no further then, unless ${late.refusedUnless}.`,
      hint: 'Give it a version after all that have run.',
    }
  },

  examples: `
-- bad: a branch that was merged late
-- shows: a version below one that has run
-- given: golang-migrate
-- file: 000001_users.up.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000003_carts.up.sql (applied)
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000002_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ warning [late-version: "000003_carts.up.sql" has run already, and golang-migrate never runs what comes before it]

-- bad: a tool that refuses it
-- given: flyway
-- file: V1__users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: V1.2__carts.sql (applied)
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: V1.1__orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ warning [late-version: "V1.2__carts.sql" has run already, and Flyway refuses what comes before it]

-- bad: goose refuses it too
-- given: goose
-- file: 00001_users.sql (applied)
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 00003_carts.sql (applied)
  -- +goose Up
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 00002_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ warning [late-version: "00003_carts.sql" has run already, and goose refuses what comes before it]

-- good: after all that have run
-- given: golang-migrate
-- file: 000001_users.up.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000003_carts.up.sql (applied)
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000004_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);

-- good: the down of what has run is written later
-- given: golang-migrate
-- file: 000001_users.up.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000003_carts.up.sql (applied)
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;

-- good: Flyway is told to run it
-- given: flyway
-- file: V1__users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: V3__carts.sql (applied)
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: flyway.conf
  flyway.outOfOrder=true
-- file: V2__orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);

-- good: a tool that runs what is missing
-- given: dbmate
-- file: 20260101000000_users.sql (applied)
  -- migrate:up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 20260103000000_carts.sql (applied)
  -- migrate:up
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 20260102000000_orders.sql
  -- migrate:up
  CREATE TABLE orders (id bigint PRIMARY KEY);
`,
})

const isUp = ({ direction, repeatable, baseline }: Migration) => direction !== 'down' && !repeatable && !baseline

const isPendingUp = (migration: Migration, history: History) =>
  isUp(migration) && history.stateOf(migration.path) === 'pending'

const newestApplied = ({ migrations, source }: History): Migration | undefined =>
  migrations.findLast(migration => isUp(migration) && source.applied?.paths.has(migration.path))

/** Whether a file that has run had the same version, and is gone now: then its database has that version. */
function isRenamed({ path }: Migration, { source }: History): boolean {
  const version = versionIn(path)
  if (version === undefined) return false
  for (const other of source.applied?.paths ?? []) {
    if (!source.files.has(other) && versionIn(other) === version) return true
  }
  return false
}

const versionIn = (path: string): string | undefined => /^\D{0,2}\d+(?:[._]\d+(?=[._]))*/.exec(nameOf(path))?.[0]
