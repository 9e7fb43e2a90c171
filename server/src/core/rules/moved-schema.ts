import type { Fix } from '../finding'
import { schemaInPlace, viewInPlace } from '../fixes/left-views'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import {
  catalogAtCommit,
  existingSequence,
  existingTableOrView,
  isUnreleased,
  subcommandsOf,
} from '../judgement/target'
import { relationNamed } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import type { Identifier } from '../sql/parts'
import { quoted } from '../sql/quote'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'moved-schema',
  risk: 'compatibility',
  severity: 'warning',
  on: ['ALTER TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER SEQUENCE', 'ALTER SCHEMA'],
  concerns: hasSubcommand('SET SCHEMA'),
  why: `
From the moment the migration commits, every running query that names a table of the old schema fails: code that was deployed
before it, and code that an earlier release brings back. Where code names tables without their schema, it depends on the
\`search_path\` of each session whether it finds them.

Nothing is said of what the same migration makes, of a table or a view whose old name is taken again when the transaction
commits, of a sequence that a column owns, and of a schema that it makes.`,
  instead: `
For a table, create a view with the old name in the old schema, in the same transaction: a simple view passes reads and writes
through, and roles need privileges on it as on the table. For a schema, move what is in it piece by piece. Drop the views in a
later release, when no code uses them.`,
  manual: [
    'sql-alterschema.html',
    'sql-altertable.html#SQL-ALTERTABLE-DESC-SET-SCHEMA',
    'ddl-schemas.html#DDL-SCHEMAS-PATH',
  ],

  *check(command, context) {
    if ('subcommands' in command) yield* moved(command, context)
    else yield* renamed(command, context)
  },

  examples: `
-- bad: a table and a view
-- shows: table moved to another schema
-- shows: view moved to another schema
-- file: 0001_people.sql
  CREATE SCHEMA staff;
  CREATE TABLE people (id bigint PRIMARY KEY);
  CREATE VIEW adults AS SELECT id FROM people;
-- file: 0002_staff.sql
  ALTER TABLE people SET SCHEMA staff;
--                   ^^^^^^^^^^^^^^^^ warning [moved-schema: SET SCHEMA breaks running code that names table "people"]
  ALTER VIEW IF EXISTS adults SET SCHEMA staff;
--                            ^^^^^^^^^^^^^^^^ warning [moved-schema: SET SCHEMA breaks running code that names view "adults"]
-- fix: Leave a view in the old schema
  BEGIN;
  ALTER TABLE people SET SCHEMA staff;
  CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM staff.people;
  COMMENT ON VIEW people IS 'DEPRECATED: it is called staff.people';
  COMMIT;
  ALTER VIEW IF EXISTS adults SET SCHEMA staff;
-- fix: Leave a view in the old schema
  ALTER TABLE people SET SCHEMA staff;
  BEGIN;
  ALTER VIEW IF EXISTS adults SET SCHEMA staff;
  CREATE VIEW adults WITH (security_invoker = true) AS SELECT * FROM staff.adults;
  COMMENT ON VIEW adults IS 'DEPRECATED: it is called staff.adults';
  COMMIT;

-- bad: a sequence that no column owns
-- shows: sequence moved to another schema
-- file: 0001_tickets.sql
  CREATE SCHEMA staff;
  CREATE SEQUENCE tickets;
-- file: 0002_staff.sql
  ALTER SEQUENCE tickets SET SCHEMA staff;
--                       ^^^^^^^^^^^^^^^^ information [moved-schema: SET SCHEMA breaks running code that names sequence "tickets"]

-- bad: in the transaction of the tool, with a down
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE SCHEMA app;
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 00002_app.sql
  -- +goose Up
  ALTER TABLE public.users SET SCHEMA app;
--                         ^^^^^^^^^^^^^^ warning [moved-schema: SET SCHEMA breaks running code that names table "public.users"]

  -- +goose Down
  ALTER TABLE app.users SET SCHEMA public;
-- fix: Leave a view in the old schema
  -- +goose Up
  ALTER TABLE public.users SET SCHEMA app;
  CREATE VIEW public.users WITH (security_invoker = true) AS SELECT * FROM app.users;
  COMMENT ON VIEW public.users IS 'DEPRECATED: it is called app.users';

  -- +goose Down
  DROP VIEW public.users;
  ALTER TABLE app.users SET SCHEMA public;

-- bad: a schema
-- shows: renamed schema
-- file: 0001_people.sql
  CREATE SCHEMA staff;
  CREATE TABLE staff.people (id bigint PRIMARY KEY);
-- file: 0002_crew.sql
  ALTER SCHEMA staff RENAME TO crew;
--^^^^^^^^^^^^ warning [moved-schema: RENAME breaks running code that names schema "staff"]
-- fix: Leave views in a schema of the old name
  BEGIN;
  ALTER SCHEMA staff RENAME TO crew;
  CREATE SCHEMA staff;
  CREATE VIEW staff.people WITH (security_invoker = true) AS SELECT * FROM crew.people;
  COMMIT;

-- bad: a schema that other roles use
-- given: golang-migrate, server-wide-change off
-- file: 000001_staff.up.sql
  CREATE ROLE shop;
  CREATE SCHEMA staff;
  CREATE TABLE staff.people (id bigserial PRIMARY KEY);
  GRANT USAGE ON SCHEMA staff TO shop;
  GRANT SELECT ON staff.people TO shop;
-- file: 000002_team.up.sql
  ALTER SCHEMA staff RENAME TO team;
--^^^^^^^^^^^^ warning [moved-schema: RENAME breaks running code that names schema "staff"]
-- fix: Leave views in a schema of the old name
  ALTER SCHEMA staff RENAME TO team;
  CREATE SCHEMA staff;
  GRANT USAGE ON SCHEMA staff TO shop;
  CREATE VIEW staff.people WITH (security_invoker = true) AS SELECT * FROM team.people;
  GRANT SELECT ON staff.people TO shop;

-- bad: a schema with a sequence of its own
-- given: golang-migrate
-- file: 000001_staff.up.sql
  CREATE SCHEMA staff;
  CREATE TABLE staff.people (id bigint PRIMARY KEY);
  CREATE SEQUENCE staff.numbers;
-- file: 000002_team.up.sql
  ALTER SCHEMA staff RENAME TO team;
--^^^^^^^^^^^^ warning [moved-schema: RENAME breaks running code that names schema "staff"]

-- good: a view bears the old name when the transaction commits
-- file: 0001_people.sql
  CREATE SCHEMA staff;
  CREATE TABLE people (id bigint PRIMARY KEY);
-- file: 0002_staff.sql
  BEGIN;
  ALTER TABLE people SET SCHEMA staff;
  CREATE VIEW people AS SELECT * FROM staff.people;
  COMMIT;

-- bad: a schema with a function, for which no view stands
-- file: 0001_people.sql
  CREATE SCHEMA staff;
  CREATE TABLE staff.people (id bigint PRIMARY KEY);
  CREATE FUNCTION staff.headcount() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM staff.people';
-- file: 0002_crew.sql
  ALTER SCHEMA staff RENAME TO crew;
--^^^^^^^^^^^^ warning [moved-schema: RENAME breaks running code that names schema "staff"]

-- good: what the same migration makes, and what nobody names
  CREATE SCHEMA staff;
  CREATE TABLE people (id bigint PRIMARY KEY);
  ALTER TABLE people SET SCHEMA staff;
  ALTER SCHEMA staff RENAME TO crew;

-- good: a schema that holds nothing
-- file: 0001_staff.sql
  CREATE SCHEMA staff;
-- file: 0002_crew.sql
  ALTER SCHEMA staff RENAME TO crew;

-- good: a schema that holds sequences only, and an owner
-- file: 0001_staff.sql
  CREATE SCHEMA staff;
  CREATE SEQUENCE staff.numbers;
-- file: 0002_crew.sql
  ALTER SCHEMA staff OWNER TO postgres;
  ALTER SCHEMA staff RENAME TO crew;
`,
})

function* moved(alter: AlterRelation, context: RuleContext): Iterable<RuleFinding> {
  const isSequence = alter.tag === 'ALTER SEQUENCE'
  const target = isSequence ? existingSequence(alter.relation, context) : existingTableOrView(alter, context)
  if (!target || target.table?.partitionOf) return
  for (const { subcommand } of subcommandsOf(alter, context, 'SET SCHEMA')) {
    if (catalogAtCommit(context).relations.has(target.relation)) continue
    yield {
      at: { start: subcommand.keywords.start, end: subcommand.to.span.end },
      message: `SET SCHEMA breaks running code that names ${target.label}`,
      detail: `Queries find it in schema "${subcommand.to.name}" alone, as soon as the migration commits.`,
      hint: isSequence
        ? 'Let code find it with its search_path, or name the new schema, before it moves.'
        : 'CREATE VIEW with the old name in the same transaction, GRANT on it what other roles have on the table, and drop it when no code uses it.',
      relation: target.relation,
      severity: isSequence ? 'information' : undefined,
      fixes: () => (isSequence ? [] : leftInPlace(alter, subcommand.to, context)),
    }
  }
}

function leftInPlace(alter: AlterRelation, to: Identifier, context: RuleContext): Fix[] {
  const { catalog } = context
  // The view has to be made where the table was.
  const isThere = relationNamed(catalog, alter.relation)?.schema === catalog.searchPath[0]
  if (alter.relation.schema === undefined && !isThere) return []
  const name = `${quoted(to.name)}.${quoted(alter.relation.name)}`
  return viewInPlace(alter, { name, title: 'Leave a view in the old schema' }, context)
}

function* renamed({ rename, keywords }: OtherCommand, context: RuleContext): Iterable<RuleFinding> {
  if (!rename || rename.from === rename.to) return
  const { catalog, steps } = context
  const held = [...catalog.relations.values()].filter(
    ({ schema, kind }) => schema === rename.from && kind !== 'sequence' && !kind.endsWith('index'),
  )
  const isMade = steps.some(({ command }) => command?.tag === 'CREATE SCHEMA' && command.schema === rename.from)
  const isHarmless =
    held.length === 0 ? catalog.schemas?.has(rename.from) : held.every(({ born }) => isUnreleased(born, context))
  if (isMade || isHarmless) return
  yield {
    at: keywords,
    message: `RENAME breaks running code that names schema "${rename.from}"`,
    detail: `Queries that name a table of it fail as soon as the migration commits, and queries with "${rename.to}" fail until then.`,
    hint: 'Leave a schema of the old name with views of what is in it, and GRANT on them what roles have, until no code uses it any more.',
    fixes: () => schemaInPlace(rename, held, context),
  }
}
