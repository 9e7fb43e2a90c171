import { droppedLater } from '../fixes/later-release'
import type { Step } from '../history/steps'
import { laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { handedOver, isAnnounced, onlyDrops, takes } from '../judgement/given-up'
import { catalogAtCommit, catalogAtEnd, existingTable, inQuotes } from '../judgement/target'
import { lostWithTable } from '../judgement/users'
import { type Catalog, foreignKeysTo, keyOf, keyOfRelation, relationNamed, viewsReading } from '../postgres/catalog'
import type { Command, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'dropped-table',
  risk: 'data-loss',
  severity: 'warning',
  on: ['DROP TABLE'],
  why: `
\`DROP TABLE\` deletes the table with all its rows, and from that moment every running query that names it fails.

The finding is information where the drop comes as the last step: the rows are copied and another table gets the name, an
earlier migration has copied, emptied, renamed the table or declared it deprecated, the migration makes it again from a
query, or it only drops and no table or view that stays uses it.

Nothing is said of a table that the same migration makes, of a temporary table, of \`IF EXISTS\` where the history shows that
there is no such table or the migration then makes a temporary one, or where it makes the table and none of those before, which
make others, does, and of down migrations, whose business it is.`,
  instead: `
Deploy code that no longer uses the table first; drop it in a later release, when its rows are kept elsewhere or not
needed. Renaming it for a while shows whether somebody still needs it, and is easily undone.`,
  manual: ['sql-droptable.html'],
  seeds: ['drop a table when no code names it'],

  *check(drop, context) {
    for (const name of drop.names) {
      const target = existingTable(name, context)
      if (!target) continue
      if (drop.ifExists && !relationNamed(context.catalog, name)) {
        if (context.catalog.complete || laterSteps(context).some(({ command }) => makesTemporary(command, name)))
          continue
      }
      if (isMadeAnew(drop, name, context) && hasTables(context.catalog)) continue
      const weight = weightOf(drop, name, context)
      const { detail, hint } = weight ?? consequenceOf(name, context)
      yield {
        at: name.span,
        message: `DROP TABLE deletes ${isAnnounced({ table: name.name }, context) ? 'deprecated ' : ''}${target.label} and its rows`,
        detail: [
          detail,
          ...lostWithTable(name, drop.cascade !== undefined, context.catalog, catalogAtEnd(context)),
        ].join(' '),
        hint,
        relation: target.relation,
        severity: weight && 'information',
        fixes: () => (weight?.isLast ? [] : droppedLater(drop, name, context)),
      }
    }
  },

  examples: `
-- bad: a table in use
-- shows: dropped table
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_no_carts.sql
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  DROP TABLE carts;
--           ^^^^^ warning [dropped-table: DROP TABLE deletes table "carts" and its rows]
-- fix: Deprecate the table here, drop it in a new migration
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  COMMENT ON TABLE carts IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_carts.sql
  -- For a later release, when no running code names the table.
  DROP TABLE carts;

-- bad: a table in use that others reference
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
  CREATE TABLE items (cart_id bigint REFERENCES carts);
  CREATE INDEX ON items (cart_id);
-- file: 0002_no_carts.sql
  DROP TABLE carts CASCADE;
--           ^^^^^ warning [dropped-table: DROP TABLE deletes table "carts" and its rows]
-- fix: Deprecate the table here, drop it in a new migration
  COMMENT ON TABLE carts IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_carts.sql
  -- For a later release, when no running code names the table.
  DROP TABLE carts CASCADE;

-- bad: the migration only drops
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_no_carts.sql
  DROP TABLE carts;
--           ^^^^^ information [dropped-table: DROP TABLE deletes table "carts" and its rows]
-- fix: Deprecate the table here, drop it in a new migration
  COMMENT ON TABLE carts IS 'DEPRECATED: a later release drops it';
-- file: 0003_drop_carts.sql
  -- For a later release, when no running code names the table.
  DROP TABLE carts;

-- bad: earlier migrations have copied it, or given it another name
-- given: renamed-table off
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
  CREATE TABLE offers (id bigint PRIMARY KEY);
-- file: 0002_baskets.sql
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  INSERT INTO baskets (id) SELECT id FROM carts;
-- file: 0003_offers.sql
  BEGIN;
  ALTER TABLE offers RENAME TO offers_old;
  CREATE TABLE offers (id bigint PRIMARY KEY);
  COMMIT;
-- file: 0004_drop.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
  DROP TABLE carts;
--           ^^^^^ information [dropped-table: DROP TABLE deletes table "carts" and its rows]
  DROP TABLE offers_old;
--           ^^^^^^^^^^ information [dropped-table: DROP TABLE deletes table "offers_old" and its rows]

-- bad: a copy takes its place
-- given: sequence-not-reset off
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_carts.sql
  BEGIN;
  CREATE TABLE carts_new (id bigint GENERATED ALWAYS AS IDENTITY);
  INSERT INTO carts_new (id) OVERRIDING SYSTEM VALUE SELECT id FROM carts;
  DROP TABLE carts;
--           ^^^^^ information [dropped-table: DROP TABLE deletes table "carts" and its rows]
  ALTER TABLE carts_new RENAME TO carts;
  COMMIT;

-- bad: a copy has its name
-- given: unbatched-backfill off
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_carts.sql
  BEGIN;
  ALTER TABLE carts RENAME TO carts_old;
  CREATE TABLE carts (id bigint PRIMARY KEY);
  INSERT INTO carts (id) SELECT id FROM carts_old;
  DROP TABLE carts_old;
--           ^^^^^^^^^ information [dropped-table: DROP TABLE deletes table "carts_old" and its rows]
  COMMIT;

-- bad: a copy takes its place, each statement by itself
-- given: sequence-not-reset off
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_carts.sql
  CREATE TABLE carts_new (id bigint);
  INSERT INTO carts_new SELECT id FROM carts;
  DROP TABLE carts;
--           ^^^^^ information [dropped-table: DROP TABLE deletes table "carts" and its rows]
  ALTER TABLE carts_new RENAME TO carts;

-- bad: a query makes it again
-- given: work-under-lock off
-- file: 0001_ranks.sql
  CREATE TABLE ranks (id bigint, rank bigint);
  CREATE TABLE votes (id bigint PRIMARY KEY);
-- file: 0002_ranks.sql
  BEGIN;
  DROP TABLE ranks;
--           ^^^^^ information [dropped-table: DROP TABLE deletes table "ranks" and its rows]
  CREATE TABLE ranks AS SELECT id, row_number() OVER () AS rank FROM votes;
  COMMIT;

-- bad: two at once, one of them new
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_no_carts.sql
  CREATE TABLE scratch (id bigint);
  DROP TABLE IF EXISTS scratch, carts CASCADE;
--                              ^^^^^ warning [dropped-table: DROP TABLE deletes table "carts" and its rows]

-- bad: a down makes it again, and CASCADE takes nothing now
-- given: golang-migrate
-- file: 000001_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, total numeric);
  CREATE INDEX carts_total_idx ON carts (total);
-- file: 000001_carts.down.sql
  DROP TABLE carts;
-- file: 000002_no_carts.down.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, total numeric);
  CREATE INDEX carts_total_idx ON carts (total);
  DROP TABLE baskets;
-- file: 000002_no_carts.up.sql
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  DROP TABLE IF EXISTS carts CASCADE;
--                     ^^^^^ warning [dropped-table: DROP TABLE deletes table "carts" and its rows]
-- fix: Deprecate the table here, drop it in a new migration
-- file: 000002_no_carts.down.sql
  COMMENT ON TABLE carts IS NULL;
  DROP TABLE baskets;
-- file: 000002_no_carts.up.sql
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  COMMENT ON TABLE carts IS 'DEPRECATED: a later release drops it';
-- file: 000003_drop_carts.up.sql
  -- For a later release, when no running code names the table.
  DROP TABLE IF EXISTS carts;
-- file: 000003_drop_carts.down.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, total numeric);
  CREATE INDEX carts_total_idx ON carts (total);

-- bad: the down does not make it again
-- given: golang-migrate, down-does-not-mirror-up off
-- file: 000001_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY, total numeric);
  CREATE INDEX carts_total_idx ON carts (total);
-- file: 000001_carts.down.sql
  DROP TABLE carts;
-- file: 000002_no_carts.down.sql
  DROP TABLE baskets;
-- file: 000002_no_carts.up.sql
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  DROP TABLE carts;
--           ^^^^^ warning [dropped-table: DROP TABLE deletes table "carts" and its rows]
-- fix: Deprecate the table here, drop it in a new migration
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  COMMENT ON TABLE carts IS 'DEPRECATED: a later release drops it';
-- file: 000003_drop_carts.up.sql
  -- For a later release, when no running code names the table.
  DROP TABLE carts;
-- file: 000003_drop_carts.down.sql
  -- The rows of table carts are gone: this makes it empty.
  CREATE TABLE carts (
    id bigint,
    total numeric,
    CONSTRAINT carts_pkey PRIMARY KEY (id)
  );
  CREATE INDEX carts_total_idx ON carts (total);

-- bad: what it stands on goes with it
-- given: golang-migrate
-- file: 000001_carts.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TYPE state AS ENUM ('open', 'paid');
  CREATE TABLE carts (id bigint PRIMARY KEY, user_id bigint REFERENCES users, state state);
  CREATE INDEX carts_user_idx ON carts (user_id);
-- file: 000002_no_carts.up.sql
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  DROP TABLE carts;
--           ^^^^^ warning [dropped-table: DROP TABLE deletes table "carts" and its rows]
  DROP TABLE users;
--           ^^^^^ warning [dropped-table: DROP TABLE deletes table "users" and its rows]
  DROP TYPE state;
-- fix: Deprecate the table here, drop it in a new migration
  CREATE TABLE baskets (id bigint PRIMARY KEY);
  DROP TABLE carts;
  COMMENT ON TABLE users IS 'DEPRECATED: a later release drops it';
  DROP TYPE state;
-- file: 000003_drop_users.up.sql
  -- For a later release, when no running code names the table.
  DROP TABLE users;

-- bad: in a changelog, where the drop comes in a later changeset
-- given: liquibase
-- file: 1.sql
  --liquibase formatted sql
  --changeset ann:1
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 2.sql
  --liquibase formatted sql
  --changeset ann:2
  DROP TABLE users;
--           ^^^^^ information [dropped-table: DROP TABLE deletes table "users" and its rows]
-- fix: Deprecate the table here, drop it in a new migration
  --liquibase formatted sql
  --changeset ann:2
  COMMENT ON TABLE users IS 'DEPRECATED: a later release drops it';

  --changeset ann:3
  -- For a later release, when no running code names the table.
  DROP TABLE users;

-- bad: nobody has made it, and it is made anew
-- file: 0007_total.sql
  ALTER TABLE orders ADD COLUMN total numeric;
-- file: 0008_carts.sql
  DROP TABLE IF EXISTS carts;
--                     ^^^^^ information [dropped-table: DROP TABLE deletes table "carts" and its rows]
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- good: the migrations make other tables, and this one makes it first
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  DO $$ BEGIN EXECUTE 'ALTER TABLE orders ADD total numeric'; END $$;
-- file: 0002_carts.sql
  DROP TABLE IF EXISTS carts;
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- good: a table of the same migration
  CREATE TABLE scratch (id bigint);
  DROP TABLE scratch;

-- good: a temporary table
  CREATE TEMPORARY TABLE scratch (id bigint);
  DROP TABLE scratch;

-- good: a temporary table is made next, as in every run
  DROP TABLE IF EXISTS totals, latest;
  CREATE TEMPORARY TABLE totals (user_id bigint, total numeric);
  CREATE TEMPORARY TABLE latest AS SELECT user_id, max(id) AS id FROM orders GROUP BY user_id;

-- good: there is none, and IF EXISTS says so
-- file: 0001_carts.sql
  DROP TABLE IF EXISTS carts;
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- good: a down takes back what the up made
-- given: golang-migrate
-- file: 000001_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000001_carts.down.sql
  DROP TABLE carts;
`,
})

/** Where the same transaction makes a table of that name running code finds one again, without the rows. */
const consequenceOf = (name: Name, context: RuleContext): { detail: string; hint: string } =>
  catalogAtCommit(context).relations.has(keyOf(context.catalog, name))
    ? {
        detail: 'The table that gets the name has none of the rows, and nothing brings them back.',
        hint: 'Alter the table instead, or copy its rows into the new one first.',
      }
    : {
        detail: 'Running code that names the table fails from this moment on, and nothing brings the rows back.',
        hint: 'Deploy code that does not use the table first, and drop it in a later release.',
      }

/** Why the drop weighs less than one out of the blue: its rows have gone elsewhere, or it was announced. */
function weightOf(
  drop: Drop,
  name: Name,
  context: RuleContext,
): { detail: string; hint: string; isLast: boolean } | undefined {
  const { steps, index, catalog } = context
  const end = catalogAtEnd(context)
  const earlier = steps.slice(0, index)
  const former = { ...name, name: formerName(name.name, earlier) }
  if (end.relations.has(keyOf(catalog, former)) && earlier.some(({ statement }) => takes(statement, name.name))) {
    return {
      detail: `An earlier statement copies its rows, and another ${inQuotes(former)} is there when the migration has run.`,
      hint: 'Check that the copy has every row, also those that are written while it is made.',
      isLast: true,
    }
  }
  if (steps.slice(index + 1).some(({ command }) => isQueryInto(command, name))) {
    return {
      detail: 'A later statement makes it again from a query.',
      hint: 'Check that the query brings every row that somebody may still ask for.',
      isLast: true,
    }
  }
  if (isMadeAnew(drop, name, context)) {
    return {
      detail: 'No migration before has made one, and this one makes it anew.',
      hint: 'Check that no database has one: its rows would be lost. Without IF EXISTS and the drop the migration would tell.',
      isLast: true,
    }
  }
  const before = handedOver({ table: name.name }, context)
  const hint = 'Check that no running code uses it any more: nothing brings the rows back.'
  if (before !== undefined) return { detail: before, hint, isLast: true }
  if (!relationNamed(catalog, name) || !onlyDrops(context) || isReferenced(name, context)) return undefined
  return {
    detail:
      'The migration only drops, and no table or view that stays uses it: the table may go once no running code names it.',
    hint,
    isLast: false,
  }
}

/** Whether it clears the way for a table that the migrations before have not made. */
const isMadeAnew = (drop: Drop, name: Name, { catalog, steps, index }: RuleContext): boolean =>
  drop.ifExists !== undefined &&
  !relationNamed(catalog, name) &&
  steps.slice(index + 1).some(({ command }) => command?.tag === 'CREATE TABLE' && command.table.name === name.name)

/** Whether the migrations before make tables: then they are not the second half of a history that nobody shows. */
const hasTables = ({ relations }: Catalog): boolean =>
  [...relations.values()].some(({ kind, born }) => kind === 'table' && born !== undefined)

/** Returns the name that a table had before these steps, which may have renamed it. */
const formerName = (name: string, earlier: readonly Step[]): string =>
  earlier.reduceRight((known, { command }) => {
    if (command?.tag !== 'ALTER TABLE') return known
    const isRenamed = command.subcommands.some(other => other.kind === 'RENAME TO' && other.to.name === known)
    return isRenamed ? command.relation.name : known
  }, name)

/** Who then makes a temporary table clears away the one of an earlier run of the session. */
const makesTemporary = (command: Command | undefined, { name }: Name): boolean => {
  if (command?.tag === 'CREATE TABLE') return command.persistence === 'temporary' && command.table.name === name
  if (command?.tag !== 'CREATE TABLE AS' && command?.tag !== 'SELECT INTO') return false
  return command.persistence === 'temporary' && command.relation.name === name
}

const isQueryInto = (command: Command | undefined, { name }: Name): boolean =>
  (command?.tag === 'CREATE TABLE AS' || command?.tag === 'SELECT INTO') && command.relation.name === name

/** Whether a table or view that is there when the transaction commits needed it: only CASCADE drops it then. */
function isReferenced(name: Name, context: RuleContext): boolean {
  const table = keyOf(context.catalog, name)
  const users = [
    ...foreignKeysTo(context.catalog, table).map(incoming => incoming.table),
    ...viewsReading(context.catalog, table),
  ]
  const { relations } = catalogAtCommit(context)
  return users.some(user => keyOfRelation(user) !== table && relations.has(keyOfRelation(user)))
}
