import type { Edit, Fix } from '../finding'
import { fenced } from '../fixes/edits'
import { isFenced, sentWhole } from '../fixes/placement'
import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import type { Step } from '../history/steps'
import type { RuleContext } from '../judgement/context'
import { isForDevelopers } from '../judgement/for-developers'
import type { Command } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import { literal } from '../sql/quote'
import { defineRule } from './rule'

export default defineRule({
  id: 'server-wide-change',
  risk: 'failure',
  severity: 'hint',
  on: ['CREATE ROLE', 'ALTER ROLE', 'ALTER SYSTEM'],
  concerns: command => command.tag !== 'ALTER ROLE' || command.isSuperuser === true,
  why: `
A migration is for one database, but roles and the settings of \`ALTER SYSTEM\` belong to the whole server. The second
database of the server that the migration runs on finds the role there already and fails; a setting holds for all of them.
Both need rights that a migration should not have, and managed servers refuse \`ALTER SYSTEM\`.

Roles are told once, at the first that the migrations make. Nothing is said where a \`DO\` block asks first whether the role is there, of roles in a folder for development or tests, and of \`ALTER SYSTEM\` in a transaction block, which
PostgreSQL refuses.`,
  instead: `
Make roles and settings where servers are set up. A migration that needs a role may make it in a \`DO\` block that looks for
it in \`pg_roles\` first: the fix writes that around each role of the migration.`,
  manual: ['sql-createrole.html', 'sql-altersystem.html', 'user-manag.html'],

  *check(command, context) {
    const { inside, transaction, steps, index, migration, history } = context
    if (isPlainRole(command) && steps.slice(0, index).some(step => isPlainRole(step.command))) return
    if (command.tag === 'ALTER ROLE' && !command.isSuperuser) return
    if (isPlainRole(command) && (isForDevelopers(migration.path) || isUsual(migration, history))) return
    if (inside?.conditional || inside?.guard || (command.tag === 'ALTER SYSTEM' && transaction.isBlock)) return
    yield {
      at: command.keywords,
      message: messageFor(command),
      hint: 'Do it where the server is set up.',
      fixes: () => (isPlainRole(command) ? whereMissing(context) : []),
    }
  },

  examples: `
-- bad: roles and a setting
-- shows: role made in a migration
-- shows: superuser made in a migration
-- shows: \`ALTER SYSTEM\` in a migration
-- file: 0001_roles.sql
  CREATE ROLE shop LOGIN;
--^^^^^^^^^^^ hint [server-wide-change: a role belongs to every database of the server: in the second one this fails]
  CREATE USER boss SUPERUSER;
--^^^^^^^^^^^ hint [server-wide-change: this role may do everything in every database of the server]
  ALTER SYSTEM SET work_mem = '64MB';
--^^^^^^^^^^^^ hint [server-wide-change: ALTER SYSTEM holds for every database of the server]
-- fix: Make it where it is not there
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') THEN
      CREATE ROLE shop LOGIN;
    END IF;
  END
  $$;
  CREATE USER boss SUPERUSER;
  ALTER SYSTEM SET work_mem = '64MB';

-- bad: a role that becomes one
-- shows: role that becomes a superuser in a migration
-- file: 0001_roles.sql
  ALTER ROLE shop SUPERUSER;
--^^^^^^^^^^ hint [server-wide-change: this role may do everything in every database of the server]

-- bad: two roles, where the tool wants to know the end of a block
-- given: goose
-- file: 00001_roles.sql
  -- +goose Up
  CREATE ROLE shop_reader;
--^^^^^^^^^^^ hint [server-wide-change: a role belongs to every database of the server: in the second one this fails]
  CREATE ROLE shop_writer
    LOGIN; -- for the shop
-- fix: Make it where it is not there
  -- +goose Up
  -- +goose StatementBegin
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_reader') THEN
      CREATE ROLE shop_reader;
    END IF;
  END
  $$;
  -- +goose StatementEnd
  -- +goose StatementBegin
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_writer') THEN
      CREATE ROLE shop_writer
    LOGIN;
    END IF;
  END
  $$; -- for the shop
  -- +goose StatementEnd

-- good: a second role
-- file: 0001_roles.sql
  -- guard: allow server-wide-change: one server for each database
  CREATE ROLE shop;
  CREATE ROLE clerk;

-- good: an earlier migration has made one
-- file: 0001_role.sql
  -- guard: allow server-wide-change: one server for each database
  CREATE ROLE shop;
-- file: 0002_role.sql
  CREATE ROLE clerk;

-- good: a role for development
-- given: flyway
-- file: db/migration/dev/V1__role.sql
  CREATE ROLE shop;

-- good: a role that may do less
-- file: 0001_roles.sql
  ALTER ROLE shop NOSUPERUSER CONNECTION LIMIT 5;

-- good: where it is not there
-- file: 0001_roles.sql
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') THEN
      CREATE ROLE shop LOGIN;
    END IF;
  END $$;
`,
})

/** Whether an earlier migration makes a role: it was told there, and the project has its way. */
const isUsual = (migration: Migration, { migrations }: History): boolean =>
  migrations
    .slice(0, migrations.indexOf(migration))
    .some(({ sections }) =>
      sections.some(
        ({ direction, statements }) => direction === 'up' && statements.some(({ command }) => isPlainRole(command)),
      ),
    )

const isPlainRole = (command: Command | undefined): boolean => command?.tag === 'CREATE ROLE' && !command.isSuperuser

function messageFor({ tag, isSuperuser }: Pick<OtherCommand, 'tag' | 'isSuperuser'>): string {
  if (tag === 'ALTER SYSTEM') return 'ALTER SYSTEM holds for every database of the server'
  return isSuperuser
    ? 'this role may do everything in every database of the server'
    : 'a role belongs to every database of the server: in the second one this fails'
}

/** Each CREATE ROLE of the migration runs where there is no such role yet; one that is there keeps what it may do. */
function whereMissing(context: RuleContext): Fix[] {
  const whole = sentWhole(context)
  if (!whole) return []
  const roles = context.steps.flatMap(step => [...guarded(step, isFenced(context))])
  return roles.length > 0
    ? [{ title: 'Make it where it is not there', safety: 'review', edits: [...whole, ...roles] }]
    : []
}

function guarded(step: Step, isInFence: boolean): readonly Edit[] {
  const { migration, statement, command } = step
  if (command?.tag !== 'CREATE ROLE' || !isPlainRole(command) || !command.name || statement.text.includes('$$'))
    return []
  const { start, end } = statement.span
  const block = [
    'DO $$',
    'BEGIN',
    `  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(command.name.name)}) THEN`,
    `    ${migration.text.slice(start, end)};`,
    '  END IF;',
    'END',
    '$$',
  ].join('\n')
  const edits = [{ path: migration.path, span: { start, end }, text: block }]
  return isInFence ? edits : fenced(step, edits)
}
