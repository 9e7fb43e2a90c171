import type { Part } from '../history/frameworks/framework'
import plain from '../history/frameworks/plain'
import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import { headOf } from '../judgement/head'
import { knownAs } from '../text'
import { defineMigrationRule, type RuleFinding } from './rule'

export default defineMigrationRule({
  id: 'duplicate-version',
  risk: 'failure',
  severity: 'error',
  on: 'migration',
  why: `
A migration tool keeps one record for each version. Of two migrations with one version it refuses both, or runs one and takes
the other for done, depending on which database it meets. Mostly this happens where two branches were merged.

Liquibase keeps one for each changeset, by file, author and id, and runs nothing where two have the same.

Nothing is said of repeatable migrations, and of the two files that are one migration's up and down. In folders that no known
tool runs it is a warning: what runs them may go by the whole name.`,
  instead: `
Give the migration that has run nowhere yet the next free version.`,
  manual: [],

  *check({ migration, history }) {
    if (migration.repeatable || migration.baseline) return
    yield* repeatedParts(migration, history)
    const { framework } = history
    const earlier = sameVersionBefore(migration, history)
    if (!earlier) return
    yield {
      at: headOf(migration),
      message: `version ${migration.version} is also that of "${knownAs(earlier.path)}"`,
      detail: 'A migration tool keeps one record for each version: it refuses both files, or never runs one of them.',
      hint: 'Give the one that has run nowhere yet the next free version.',
      severity: framework.id === plain.id ? 'warning' : undefined,
    }
  },

  examples: `
-- bad: two branches have taken the same number
-- shows: two migrations with one version
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000002_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ error [duplicate-version: version 000002 is also that of "000002_carts.up.sql"]

-- bad: the same number with another padding
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 1_carts.sql
  -- +goose Up
  CREATE TABLE carts (id bigint PRIMARY KEY);
--^^^^^^ error [duplicate-version: version 1 is also that of "00001_users.sql"]

-- bad: a changeset with the id of another
-- given: liquibase
-- file: changelog.sql
  --liquibase formatted sql
  --changeset ann:1
  CREATE TABLE users (id bigint PRIMARY KEY);
  --changeset ann:1
--^^^^^^^^^^^^^^^^^ error [duplicate-version: changeset ann:1 is there already]
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- bad: a changeset with the id of another in a file that goes by the same name
-- given: liquibase
-- file: a.sql
  --liquibase formatted sql logicalFilePath:shop
  --changeset ann:1
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: b.sql
  --liquibase formatted sql logicalFilePath:shop
  --changeset ann:1
--^^^^^^^^^^^^^^^^^ error [duplicate-version: changeset ann:1 is there already]
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- good: changesets of one id in two files, by two authors, for two databases, and in two contexts
-- given: liquibase
-- file: a.sql
  --liquibase formatted sql
  --changeset ann:1
  CREATE TABLE users (id bigint PRIMARY KEY);
  --changeset bob:1
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: b.sql
  --liquibase formatted sql
  --changeset ann:1 context:test
  INSERT INTO users VALUES (1);
  --changeset ann:1 context:production
  INSERT INTO users VALUES (2);
  --changeset ann:1 dbms:mysql
  INSERT INTO users VALUES (3);

-- good: an up and its down
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;

-- good: repeatable migrations have no version
-- given: flyway
-- file: V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: R__names.sql
  CREATE OR REPLACE VIEW names AS SELECT id FROM users;
-- file: R__others.sql
  CREATE OR REPLACE VIEW others AS SELECT id FROM users;
`,
})

/** For tools that keep a record of each part of a file. */
function* repeatedParts(migration: Migration, { migrations, framework }: History): Iterable<RuleFinding> {
  const own = framework.parts?.(migration.path, migration.text) ?? []
  const isNamed = own.some(({ file }) => file !== migration.path)
  const earlier = isNamed ? migrations.slice(0, migrations.indexOf(migration)) : []
  const identity = ({ key, when }: Part) => `${key} ${when}`
  const seen = new Set(earlier.flatMap(({ path, text }) => framework.parts?.(path, text)?.map(identity) ?? []))
  for (const part of own) {
    if (seen.has(identity(part))) {
      yield {
        at: part.head,
        message: `changeset ${part.name} is there already`,
        detail: `${framework.name} keeps one record for each author and id of a file: it refuses to run where two are the same.`,
        hint: 'Give the one that has run nowhere yet an id of its own.',
      }
    }
    seen.add(identity(part))
  }
}

/** The first up of the same version that stands before this one: a history is in the order of its versions. */
function sameVersionBefore(migration: Migration, { migrations, framework }: History): Migration | undefined {
  let found: Migration | undefined
  for (let place = migrations.indexOf(migration) - 1; place >= 0; place--) {
    const other = migrations[place] as Migration
    if (framework.compareVersions(other.version, migration.version) !== 0) break
    if (other.direction !== 'down' && !other.repeatable && !other.baseline) found = other
  }
  return found
}
