import { droppedLater, madeBy } from '../fixes/later-release'
import type { RuleContext } from '../judgement/context'
import { isAnnounced, onlyDrops } from '../judgement/given-up'
import { earlierStatements, statementsUp } from '../judgement/later'
import { catalogAtEnd, existingTableOrView, inQuotes } from '../judgement/target'
import { bodiesNaming, listed } from '../judgement/users'
import { keyOf, type RelationKey, relationNamed, tableAt } from '../postgres/catalog'
import type { Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'dropped-view',
  risk: 'compatibility',
  severity: 'warning',
  on: ['DROP VIEW', 'DROP MATERIALIZED VIEW'],
  why: `
From the moment the migration commits, every running query that names the view fails, as it does with a table. That another
view of the same release takes its place helps only the code of that release.

The finding is information where the drop comes as the last step: the migration only drops, an earlier one has declared the view
deprecated, or the view bears the old name of a table that was renamed.

Nothing is said where something of the same name is there when the migration ends or a repeatable migration makes it, of a view
that the same migration makes, of \`IF EXISTS\` where the history shows no such view, and where a table that it reads is dropped
too. Nothing is said of functions and types either: most that are dropped belong to triggers and columns that are gone, and
\`dropped-while-used\` tells of the others.`,
  instead: `
Deploy code that does not use the view first; drop it in a later release. A view that changes keeps its name: write
\`CREATE OR REPLACE VIEW\`, or drop and create it in one transaction.`,
  manual: ['sql-dropview.html', 'sql-createview.html'],

  *check(drop, context) {
    const gone = drop.names.filter(name => isGiven(drop, name, context))
    const [first] = gone
    if (!first) return
    const weight = weightOf(gone, context)
    const kind = `${drop.tag === 'DROP VIEW' ? 'view' : 'materialized view'}${gone.length > 1 ? 's' : ''}`
    const state = gone.every(({ name }) => isAnnounced({ table: name }, context)) ? 'deprecated ' : ''
    yield {
      at: first.span,
      message: `${drop.tag} breaks running code that names ${state}${kind} ${listed(gone.map(inQuotes))}`,
      detail: weight ?? 'Queries with the name fail as soon as the migration commits.',
      hint: weight
        ? 'Check that no running code uses it any more.'
        : 'Deploy code that does not use it first, and drop it in a later release.',
      relation: keyOf(context.catalog, first),
      severity: weight ? 'information' : undefined,
      fixes: () => (isOldName(first, context) ? [] : droppedLater(drop, first, context)),
    }
  },

  examples: `
-- bad: another view takes its place
-- shows: dropped view
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, state bigint);
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
-- file: 0002_members.sql
  DROP VIEW active_users;
--          ^^^^^^^^^^^^ warning [dropped-view: DROP VIEW breaks running code that names view "active_users"]
  CREATE VIEW members AS SELECT id FROM users WHERE state = 1;
-- fix: Deprecate the view here, drop it in a new migration
  COMMENT ON VIEW active_users IS 'DEPRECATED: a later release drops it';
  CREATE VIEW members AS SELECT id FROM users WHERE state = 1;
-- file: 0003_drop_active_users.sql
  -- For a later release, when no running code names the view.
  DROP VIEW active_users;

-- bad: several at once, one that is not there, one that stays
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, state bigint);
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
  CREATE MATERIALIZED VIEW user_count AS SELECT count(*) FROM users;
  CREATE VIEW all_users AS SELECT id FROM users;
  CREATE VIEW names AS SELECT id FROM users;
-- file: 0002_users.sql
  BEGIN;
  DROP VIEW IF EXISTS old_users, active_users, all_users, names;
--                               ^^^^^^^^^^^^ warning [dropped-view: DROP VIEW breaks running code that names views "active_users" and "all_users"]
  DROP MATERIALIZED VIEW user_count;
--                       ^^^^^^^^^^ warning [dropped-view: DROP MATERIALIZED VIEW breaks running code that names materialized view "user_count"]
  CREATE VIEW names AS SELECT id AS name FROM users;
  ALTER TABLE users ADD COLUMN note text;
  COMMIT;

-- bad: the down makes it again
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, state bigint);
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
-- file: 000001_users.down.sql
  DROP VIEW active_users;
  DROP TABLE users;
-- file: 000002_note.down.sql
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
  ALTER TABLE users DROP COLUMN note;
-- file: 000002_note.up.sql
  ALTER TABLE users ADD COLUMN note text;
  DROP VIEW active_users;
--          ^^^^^^^^^^^^ warning [dropped-view: DROP VIEW breaks running code that names view "active_users"]
-- fix: Deprecate the view here, drop it in a new migration
-- file: 000002_note.down.sql
  COMMENT ON VIEW active_users IS NULL;
  ALTER TABLE users DROP COLUMN note;
-- file: 000002_note.up.sql
  ALTER TABLE users ADD COLUMN note text;
  COMMENT ON VIEW active_users IS 'DEPRECATED: a later release drops it';
-- file: 000003_drop_active_users.up.sql
  -- For a later release, when no running code names the view.
  DROP VIEW active_users;
-- file: 000003_drop_active_users.down.sql
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;

-- bad: a later statement cannot do with it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
  CREATE VIEW names AS SELECT name FROM users;
-- file: 0002_no_names.sql
  DROP VIEW names;
--          ^^^^^ information [dropped-view: DROP VIEW breaks running code that names view "names"]
  ALTER TABLE users ALTER COLUMN name DROP NOT NULL;

-- bad: the migration only drops
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, state bigint);
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
  CREATE VIEW active_count AS SELECT count(*) FROM active_users;
-- file: 0002_no_view.sql
  DROP VIEW active_count, active_users;
--          ^^^^^^^^^^^^ information [dropped-view: DROP VIEW breaks running code that names views "active_count" and "active_users"]

-- bad: it was announced, or stood in for a renamed table
-- file: 0001_users.sql
  CREATE TABLE people (id bigint PRIMARY KEY, state bigint);
  CREATE VIEW active_people AS SELECT id FROM people WHERE state = 1;
-- file: 0002_users.sql
  BEGIN;
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people AS SELECT * FROM users;
  COMMIT;
  COMMENT ON VIEW active_people IS 'DEPRECATED: a later release drops it';
-- file: 0003_users.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
  DROP VIEW people;
--          ^^^^^^ information [dropped-view: DROP VIEW breaks running code that names view "people"]
  DROP VIEW active_people;
--          ^^^^^^^^^^^^^ information [dropped-view: DROP VIEW breaks running code that names deprecated view "active_people"]

-- good: the view is there again when the migration ends
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, state bigint);
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
  CREATE VIEW all_users AS SELECT id FROM users;
-- file: 0002_more.sql
  BEGIN;
  DROP VIEW active_users;
  DROP VIEW all_users;
  CREATE VIEW active_users AS SELECT id, state FROM users WHERE state = 1;
  CREATE TABLE all_users (id bigint PRIMARY KEY);
  COMMIT;

-- good: a repeatable migration makes it again
-- given: flyway
-- file: R__views.sql
  CREATE OR REPLACE VIEW active_users AS SELECT id, state FROM users WHERE state = 1;
-- file: V1__users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, state bigint);
-- file: V2__active_users.sql
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
-- file: V3__more.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
  DROP VIEW active_users;

-- good: a view of the same migration, a temporary one, one that is not there
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_views.sql
  CREATE VIEW ids AS SELECT id FROM users;
  DROP VIEW ids;
  CREATE TEMPORARY VIEW ids AS SELECT id FROM users;
  DROP VIEW ids;
  DROP VIEW IF EXISTS names;
  CREATE VIEW names AS SELECT id FROM users;

-- good: the table that it reads goes too
-- given: dropped-table off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, state bigint);
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
-- file: 0002_no_users.sql
  DROP VIEW active_users;
  DROP TABLE users;
  CREATE TABLE members (id bigint PRIMARY KEY);

-- good: functions name it
-- given: dropped-while-used off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, state bigint);
  CREATE VIEW active_users AS SELECT id FROM users WHERE state = 1;
  CREATE FUNCTION active_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM active_users';
-- file: 0002_no_view.sql
  DROP VIEW active_users;
  CREATE TABLE visits (id bigint PRIMARY KEY);

-- good: a down takes back what the up made
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_ids.up.sql
  CREATE VIEW ids AS SELECT id FROM users;
-- file: 000002_ids.down.sql
  DROP VIEW ids;
`,
})

/** Whether a view that running code may use is gone when the migration ends, and no other rule tells of it. */
function isGiven(drop: Drop, name: Name, context: RuleContext): boolean {
  const { catalog } = context
  const end = catalogAtEnd(context)
  const known = relationNamed(catalog, name)
  if ((!known && drop.ifExists) || end.relations.has(keyOf(catalog, name))) return false
  const tag = drop.tag === 'DROP VIEW' ? 'ALTER VIEW' : 'ALTER MATERIALIZED VIEW'
  const view = existingTableOrView({ tag, relation: name }, context)
  if (!view || view.table?.reads.some(key => isLost(key, context))) return false
  return bodiesNaming(name.name, end).length === 0 && !isRepeated(name, context)
}

/** Whether a migration makes it that runs again after all others. */
const isRepeated = ({ name }: Name, { history }: RuleContext): boolean =>
  history.migrations.some(
    other => other.repeatable && statementsUp(other).some(({ command }) => command && madeBy(command)?.name === name),
  )

/** Whether a table goes with the migration: that is told of the table. */
function isLost(key: RelationKey, context: RuleContext): boolean {
  const kind = context.steps[0] && tableAt(context.steps[0].before, key)?.kind
  return kind !== undefined && !kind.endsWith('view') && !catalogAtEnd(context).relations.has(key)
}

/** Why the drop weighs less than one out of the blue. */
function weightOf(gone: readonly Name[], context: RuleContext): string | undefined {
  if (gone.every(({ name }) => isAnnounced({ table: name }, context)))
    return 'An earlier migration has declared it deprecated.'
  if (gone.every(name => isOldName(name, context)))
    return 'It bears the old name of a table that an earlier migration has renamed.'
  const isAnother = context.steps.some(
    ({ command }) => command?.tag === 'CREATE VIEW' && !wasThere(command.view, context),
  )
  return onlyDrops(context) && !isAnother
    ? 'The migration only drops: the view may go once no running code names it.'
    : undefined
}

const isOldName = ({ name }: Name, context: RuleContext): boolean =>
  earlierStatements(context, [name]).some(
    ({ statement: { command } }) =>
      command?.tag === 'ALTER TABLE' &&
      command.relation.name === name &&
      command.subcommands.some(({ kind }) => kind === 'RENAME TO' || kind === 'SET SCHEMA'),
  )

const wasThere = (view: Name, { steps }: RuleContext): boolean => {
  const first = steps[0]?.before
  return first !== undefined && relationNamed(first, view) !== undefined
}
