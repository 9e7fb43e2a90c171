import { frameworks } from '../history/frameworks'
import type { Framework } from '../history/frameworks/framework'
import type { Migration } from '../history/migration'
import { onceForEach } from '../history/numbering'
import { headOf } from '../judgement/head'
import { nameOf } from '../text'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'two-tools',
  risk: 'failure',
  severity: 'information',
  on: 'migration',
  directions: ['up', 'down'],
  why: `
Each migration tool has marks of its own in a file: \`-- +goose Down\`, \`-- migrate:up\`. To another tool they are comments, and it
runs what stands under both. A tool whose mark is missing refuses the file: goose, dbmate and sql-migrate do. Migration Guard reads a
folder as one tool runs it, so where the marks of two stand in it one of them is read wrongly.

It is said once for a folder, in the newest file that differs.`,
  instead: `
Tell which tool runs the folder with the setting \`migrationGuard.framework\` or \`--framework\`, and give the files of the other
one a folder of their own.`,
  manual: [],

  *check({ migration, history }) {
    const { framework, migrations } = history
    const differing = differingIn(migrations)
    if (differing.at(-1) !== migration) return
    const found = foreignMark(migration)
    const others =
      differing.length > 1 ? ` ${differing.length - 1} more differ, "${nameOf(differing[0]?.path ?? '')}" first.` : ''
    yield {
      at: headOf(migration),
      message: found
        ? `this file is marked for ${found.name}, and the others of the folder are read as those of ${framework.name}`
        : `${framework.name} refuses this file: it has no line "${framework.mark?.line}"`,
      detail: `The folder is read as ${framework.name} runs it.${others}`,
      hint: `Where another tool runs it, say so in the setting migrationGuard.framework or with --framework; else give the file the marks of ${framework.name}, or another folder.`,
    }
  },

  examples: `
-- bad: a file of goose among those of golang-migrate
-- shows: marks of two migration tools in one folder
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000002_carts.down.sql
  DROP TABLE carts;
-- file: 000003_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ information [two-tools: this file is marked for goose, and the others of the folder are read as those of golang-migrate]
  -- +goose Down
  DROP TABLE orders;

-- bad: the mark is missing
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 00002_carts.sql
  -- +goose Up
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 00003_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ information [two-tools: goose refuses this file: it has no line "-- +goose Up"]

-- good: nothing stands in the file yet
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 00002_carts.sql
  -- +goose Up
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 00003_orders.sql
  -- later
`,
})

const differingIn = onceForEach((migrations: readonly Migration[]) =>
  migrations.filter(migration => foreignMark(migration) ?? isRefused(migration)),
)

const foreignMark = (migration: Migration): Framework | undefined =>
  marksIn(migration).find(({ id }) => id !== migration.framework.id)

const marked = frameworks.filter(({ mark }) => mark !== undefined)

/** The tools whose marks stand in a file: texts are looked through once, for a keystroke in one file asks all. */
const marksIn = onceForEach(({ text }: Migration): readonly Framework[] =>
  marked.filter(({ mark }) => mark?.isIn(text)),
)

const isRefused = (migration: Migration): boolean =>
  migration.framework.mark?.isRequired === true &&
  !marksIn(migration).includes(migration.framework) &&
  migration.sections.some(({ statements }) => statements.length > 0)
