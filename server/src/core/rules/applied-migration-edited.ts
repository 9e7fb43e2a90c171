import { deletedUps } from '../history/deleted'
import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import { isSameSql } from '../history/parts'
import { headOf } from '../judgement/head'
import { listed } from '../judgement/users'
import { knownAs } from '../text'
import { defineMigrationRule, type RuleFinding } from './rule'

export default defineMigrationRule({
  id: 'applied-migration-edited',
  risk: 'failure',
  severity: 'warning',
  on: 'migration',
  why: `
Databases that have run a migration do not run it again: they never see the edit, while new ones do, and from then on the two
differ. Tools that keep checksums refuse to go on.

A migration has run where the base branch of the git repository holds it (\`migrationGuard.baseBranch\`, \`--base\`), or where it
is not after the version that the project names (\`migrationGuard.startAfter\`, \`--start-after\`). An edit of comments and white
space alone is an edit only for tools that keep checksums. Repeatable migrations are made to be edited; downs may be mended.

Where the branch has deleted a migration that has run, the first one that is pending says so; one that has another version by now
runs again.`,
  instead: `
Take the edit back, and make the change in a new migration. Bring back what is deleted, under the version that it had.`,
  manual: [],
  seeds: ['never change a migration that has run'],

  *check({ migration, history }) {
    if (migration.repeatable) return
    if (history.stateOf(migration.path) !== 'edited') return yield* deletedBefore(migration, history)
    const { framework } = migration
    yield {
      at: headOf(migration),
      message: 'the migration has run already, and is edited here: databases that have run it never see the edit',
      detail: framework.keepsChecksums
        ? `${framework.name} keeps a checksum of each migration, and refuses to go on where it differs.`
        : 'New databases get the edited version, and differ from those that have run the old one.',
      hint: 'Take the edit back, and make the change in a new migration.',
    }
  },

  examples: `
-- bad: the base branch has another text
-- shows: edited migration that has run
-- file: 0001_users.sql (edited)
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
--^^^^^^ warning [applied-migration-edited: the migration has run already, and is edited here: databases that have run it never see the edit]

-- good: as it has run, and a new one
-- file: 0001_users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_email.sql
  ALTER TABLE users ADD COLUMN email text;

-- good: repeatable migrations run whenever they change
-- given: flyway
-- file: V1__users.sql (applied)
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: R__names.sql (edited)
  CREATE OR REPLACE VIEW names AS SELECT id FROM users;
`,
})

function* deletedBefore(migration: Migration, history: History): Iterable<RuleFinding> {
  if (migration.direction === 'down' || history.stateOf(migration.path) !== 'pending') return
  const gone = deletedUps(history)
  if (gone.length === 0) return
  const before = gone.find(({ text }) => isSameSql(text, migration.text))
  if (before)
    return yield {
      at: headOf(migration),
      message: `the migration has run already, as "${knownAs(before.path)}": databases that have run it run it again`,
      detail: 'Its version is another one here, and that is what tools remember.',
      hint: 'Give it back the version that it had.',
    }
  const pending = history.migrations.filter(
    other => other.direction !== 'down' && !other.repeatable && history.stateOf(other.path) === 'pending',
  )
  const left = gone.filter(({ text }) => !pending.some(other => isSameSql(text, other.text)))
  if (left.length === 0 || pending[0] !== migration) return
  yield {
    at: headOf(migration),
    message: `${listed(left.map(({ path }) => `"${knownAs(path)}"`))} ${left.length > 1 ? 'have' : 'has'} run already, and ${left.length > 1 ? 'are' : 'is'} deleted here`,
    detail: 'Databases that have run it keep what it made, and new ones lack it.',
    hint: 'Bring it back, and undo it in a new migration.',
  }
}
