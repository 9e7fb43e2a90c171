import type { Fix } from '../finding'
import { written } from '../fixes/edits'
import { viewInPlace } from '../fixes/left-views'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { takes } from '../judgement/given-up'
import {
  catalogAtBegin,
  catalogAtCommit,
  catalogAtEnd,
  existingSequence,
  existingTableOrView,
  subcommandsOf,
} from '../judgement/target'
import { stillNamingTable } from '../judgement/users'
import { asTable, key, type Relation } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import type { Identifier } from '../sql/parts'
import { quoted } from '../sql/quote'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'renamed-table',
  risk: 'compatibility',
  severity: 'warning',
  on: ['ALTER TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER SEQUENCE'],
  concerns: hasSubcommand('RENAME TO'),
  why: `
From the moment the migration commits, every running query that names the table or the view by its old name fails: code that
was deployed before it, and code that an earlier release brings back. Code deployed before the migration cannot use the new name
either. Defaults follow a sequence that is renamed; code that calls \`nextval\` with its name fails.

Nothing is said of a sequence that a column owns, of a table that the same migration makes, of a partition, and of tables that
change places: a view or a table that the rows are copied into bears the old name again when the transaction commits, or another
bore the new name before.`,
  instead: `
Create a view with the old name in the same transaction: a simple view passes reads and writes through. Grant on it what other
roles have on the table, which a new view does not take over: the fix copies what the migrations have granted. With
\`security_invoker\`, since PostgreSQL 15, policies hold for those who read through it, and privileges on some columns are not
enough. Drop it in a later release, when no code
uses it.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME', 'sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS'],
  seeds: ['rename tables only when the code knows both names'],

  *check(alter, context) {
    if (alter.tag === 'ALTER SEQUENCE') return yield* ofSequence(alter, context)
    const target = existingTableOrView(alter, context)
    if (!target || target.table?.partitionOf) return
    for (const { subcommand } of subcommandsOf(alter, context, 'RENAME TO')) {
      const renamed = key(target.relation.slice(0, target.relation.indexOf('.')), subcommand.to.name)
      const successor = catalogAtCommit(context).relations.get(target.relation)
      if (successor && !isEmptyTable(successor, [alter.relation.name, subcommand.to.name], context)) continue
      if (catalogAtBegin(context).relations.has(renamed)) continue
      yield {
        at: { start: subcommand.keywords.start, end: subcommand.to.span.end },
        message: `RENAME breaks running code that names ${target.label}`,
        detail: [
          `Queries with the old name ${successor ? 'find another table, without these rows,' : 'fail'} as soon as the migration commits, and queries with "${subcommand.to.name}" fail until then.`,
          ...stillNamingTable(alter.relation.name, catalogAtEnd(context)),
        ].join(' '),
        hint: successor
          ? 'Give the new table a name that no code knows yet, or copy the rows into it.'
          : 'CREATE VIEW with the old name in the same transaction, GRANT on it what other roles have on the table, and drop it when no code uses it.',
        relation: target.relation,
        fixes: () => (successor ? [] : withView(alter, subcommand.to, context)),
      }
    }
  },

  examples: `
-- bad: in the transaction of the tool, with a down
-- given: goose
-- file: 00001_people.sql
  -- +goose Up
  CREATE TABLE people (id bigint PRIMARY KEY);
-- file: 00002_users.sql
  -- +goose Up
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]

  -- +goose Down
  ALTER TABLE users RENAME TO people;
-- fix: Leave a view with the old name
  -- +goose Up
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM users;
  COMMENT ON VIEW people IS 'DEPRECATED: it is called users';

  -- +goose Down
  DROP VIEW people;
  ALTER TABLE users RENAME TO people;

-- bad: code still uses the old name
-- shows: renamed table
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY);
-- file: 0002_users.sql
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]
-- fix: Leave a view with the old name
  BEGIN;
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM users;
  COMMENT ON VIEW people IS 'DEPRECATED: it is called users';
  COMMIT;

-- bad: other roles use it too
-- given: server-wide-change off
-- file: 0001_people.sql
  CREATE ROLE shop;
  CREATE TABLE people (id bigint PRIMARY KEY, name text);
  CREATE TABLE visits (id bigint PRIMARY KEY);
  GRANT ALL ON TABLE people, visits TO shop WITH GRANT OPTION;
-- file: 0002_grants.sql
  GRANT USAGE ON SCHEMA public TO shop;
  GRANT SELECT ON visits TO PUBLIC;
  GRANT SELECT (name) ON people TO PUBLIC;
  GRANT INSERT ON ALL TABLES IN SCHEMA public TO shop;
  REVOKE DELETE ON public.people FROM shop;
-- file: 0003_users.sql
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]
-- fix: Leave a view with the old name
  BEGIN;
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM users;
  GRANT ALL ON people TO shop WITH GRANT OPTION;
  GRANT INSERT ON people TO shop;
  REVOKE DELETE ON people FROM shop;
  COMMENT ON VIEW people IS 'DEPRECATED: it is called users';
  COMMIT;

-- bad: privileges on columns among others, and in a block
-- given: server-wide-change off, broad-grant off, goose
-- file: 00001_people.sql
  -- +goose Up
  CREATE ROLE shop;
  CREATE TABLE people (id bigint PRIMARY KEY, name text);
  GRANT SELECT (id), UPDATE, DELETE ON people TO shop;
-- file: 00002_grants.sql
  -- +goose Up
  -- +goose StatementBegin
  DO $$
  BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') THEN
      GRANT SELECT ON people TO shop;
    END IF;
  END
  $$;
  -- +goose StatementEnd
-- file: 00003_users.sql
  -- +goose Up
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]
-- fix: Leave a view with the old name
  -- +goose Up
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM users;
  GRANT UPDATE, DELETE ON people TO shop;
  -- +goose StatementBegin
  DO $$
  BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') THEN
      GRANT SELECT ON people TO shop;
    END IF;
  END
  $$;
  -- +goose StatementEnd
  COMMENT ON VIEW people IS 'DEPRECATED: it is called users';

-- bad: the down does more, and nothing of it needs the view
-- given: golang-migrate, lock-timeout-missing off, changed-default off
-- file: 000001_people.up.sql
  CREATE TABLE people (id bigint PRIMARY KEY, name text);
-- file: 000001_people.down.sql
  DROP TABLE people;
-- file: 000002_users.up.sql
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]
  ALTER TABLE users ADD COLUMN age integer;
  ALTER TABLE users RENAME CONSTRAINT people_pkey TO users_pkey;
-- file: 000002_users.down.sql
  ALTER TABLE users RENAME CONSTRAINT users_pkey TO people_pkey;
  ALTER TABLE users DROP COLUMN age;
  ALTER TABLE users RENAME TO people;
-- fix: Leave a view with the old name
-- file: 000002_users.up.sql
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM users;
  COMMENT ON VIEW people IS 'DEPRECATED: it is called users';
  ALTER TABLE users ADD COLUMN age integer;
  ALTER TABLE users RENAME CONSTRAINT people_pkey TO users_pkey;
-- file: 000002_users.down.sql
  DROP VIEW people;
  ALTER TABLE users RENAME CONSTRAINT users_pkey TO people_pkey;
  ALTER TABLE users DROP COLUMN age;
  ALTER TABLE users RENAME TO people;

-- bad: the down of another version moves it back, and would find the view
-- given: golang-migrate, lock-timeout-missing off, down-does-not-mirror-up off
-- file: 000001_people.up.sql
  CREATE TABLE people (id bigint PRIMARY KEY);
  CREATE TABLE visits (id bigint PRIMARY KEY, page text);
-- file: 000001_people.down.sql
  DROP TABLE visits, people;
-- file: 000002_users.up.sql
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]
-- file: 000002_users.down.sql
  ALTER TABLE visits ALTER COLUMN page DROP DEFAULT;
-- fix: Leave a view with the old name
-- file: 000002_users.up.sql
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM users;
  COMMENT ON VIEW people IS 'DEPRECATED: it is called users';
-- file: 000002_users.down.sql
  DROP VIEW people;
  ALTER TABLE visits ALTER COLUMN page DROP DEFAULT;

-- bad: row level security, which a view can only keep since PostgreSQL 15
-- given: postgres 14
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY, name text);
  ALTER TABLE people ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON people USING (name = current_user);
-- file: 0002_users.sql
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]

-- bad: the old name comes back in a transaction of its own
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY);
-- file: 0002_users.sql
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]
  CREATE VIEW people AS SELECT * FROM users;

-- bad: a new table has the old name, without the rows
-- file: 0001_features.sql
  CREATE TABLE features (id bigint PRIMARY KEY);
-- file: 0002_products.sql
  BEGIN;
  ALTER TABLE features RENAME TO products;
--                     ^^^^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "features"]
  CREATE TABLE features (id bigint PRIMARY KEY, product_ids bigint[]);
  COMMIT;

-- bad: a view
-- shows: renamed view
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY);
  CREATE VIEW adults AS SELECT id FROM people;
-- file: 0002_users.sql
  ALTER VIEW adults RENAME TO grown_ups;
--                  ^^^^^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names view "adults"]
-- fix: Leave a view with the old name
  BEGIN;
  ALTER VIEW adults RENAME TO grown_ups;
  CREATE VIEW adults WITH (security_invoker = true) AS SELECT * FROM grown_ups;
  COMMENT ON VIEW adults IS 'DEPRECATED: it is called grown_ups';
  COMMIT;

-- bad: a sequence that no column owns
-- shows: renamed sequence
-- file: 0001_tickets.sql
  CREATE SEQUENCE tickets;
-- file: 0002_numbers.sql
  ALTER SEQUENCE tickets RENAME TO numbers;
--                       ^^^^^^^^^^^^^^^^^ information [renamed-table: RENAME breaks running code that calls nextval of sequence "tickets"]

-- good: the sequence of a column
-- file: 0001_people.sql
  CREATE TABLE people (id bigserial PRIMARY KEY);
-- file: 0002_sequence.sql
  ALTER SEQUENCE people_id_seq RENAME TO users_id_seq;

-- good: a table of the same migration
  CREATE TABLE people (id bigint PRIMARY KEY);
  ALTER TABLE people RENAME TO users;

-- good: a view bears the old name when the transaction commits
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY);
-- file: 0002_users.sql
  BEGIN;
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people AS SELECT * FROM users;
  COMMIT;

-- good: a table that the rows are copied into bears the old name
-- given: work-under-lock off, unbatched-backfill off
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY);
-- file: 0002_people.sql
  BEGIN;
  ALTER TABLE people RENAME TO people_old;
  CREATE TABLE people (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
  CREATE TABLE people_1 PARTITION OF people DEFAULT;
  INSERT INTO people (id) SELECT id FROM people_old;
  COMMIT;

-- good: two tables change places
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY);
  CREATE TABLE people_new (id bigint PRIMARY KEY);
-- file: 0002_swap.sql
  BEGIN;
  ALTER TABLE people RENAME TO people_old;
  ALTER TABLE people_new RENAME TO people;
  COMMIT;

-- good: a partition, which code reaches through its parent
-- file: 0001_events.sql
  CREATE TABLE events (at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- file: 0002_rename.sql
  ALTER TABLE events_2024 RENAME TO events_y2024;

-- good: an index
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY);
-- file: 0002_index.sql
  ALTER TABLE people_pkey RENAME TO users_pkey;
`,
})

function* ofSequence(alter: AlterRelation, context: RuleContext): Iterable<RuleFinding> {
  const target = existingSequence(alter.relation, context)
  if (!target || catalogAtCommit(context).relations.has(target.relation)) return
  for (const { subcommand } of subcommandsOf(alter, context, 'RENAME TO')) {
    yield {
      at: { start: subcommand.keywords.start, end: subcommand.to.span.end },
      message: `RENAME breaks running code that calls nextval of ${target.label}`,
      detail: 'Defaults follow the sequence, and nothing can stand in for its old name.',
      hint: 'Keep the name, or stop calling it by name in a release before.',
      relation: target.relation,
      severity: 'information',
    }
  }
}

/** Whether a table is new with this migration, and no statement of it copies rows from the one that goes by these names. */
function isEmptyTable(relation: Relation, names: readonly string[], { migration, steps }: RuleContext): boolean {
  const table = asTable(relation)
  if (!table || table.kind.endsWith('view') || table.born?.migration !== migration.path) return false
  return !steps.some(({ statement }) => names.some(name => takes(statement, name)))
}

function withView(alter: AlterRelation, to: Identifier, context: RuleContext): Fix[] {
  const old = written(context, alter.relation.span)
  const schema = old.includes('.') ? old.slice(0, old.lastIndexOf('.') + 1) : ''
  const name = `${schema}${quoted(to.name)}`
  return viewInPlace(alter, { name, title: 'Leave a view with the old name' }, context)
}
