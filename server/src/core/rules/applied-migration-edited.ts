import { headOf } from './head'
import { defineMigrationRule } from './rule'

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
space alone is an edit only for tools that keep checksums. Repeatable migrations are made to be edited; downs may be mended.`,
  instead: `
Take the edit back, and make the change in a new migration.`,
  manual: [],
  seeds: ['never change a migration that has run'],

  *check({ migration, history }) {
    if (migration.repeatable || history.stateOf(migration.path) !== 'edited') return
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
