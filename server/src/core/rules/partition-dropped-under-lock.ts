import type { Edit, Fix } from '../finding'
import { cutStatement, replacement, statementsBefore, written } from '../fixes/edits'
import {
  isNeeded,
  markerForOther,
  newMigrations,
  type Part,
  type Placed,
  safetyOfConcurrently,
  withoutTransaction,
} from '../fixes/placement'
import { withhold } from '../fixes/withheld'
import { downSteps, laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { shortTimeouts } from '../judgement/short-timeouts'
import { existingTable, inQuotes, isUnreleased, modeOn, takes } from '../judgement/target'
import { byHand, hintWithTool } from '../judgement/tool-hints'
import { foreignKeysToTree, partitionsOf, relationNamed, type Table, tableAt } from '../postgres/catalog'
import type { Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { defineRule } from './rule'

export default defineRule({
  id: 'partition-dropped-under-lock',
  risk: 'locking',
  severity: 'warning',
  on: ['DROP TABLE'],
  why: `
\`DROP TABLE\` of a partition takes \`ACCESS EXCLUSIVE\` on the partitioned table as well, and on the default partition if there is
one. It is quick, but the lock is queued for: it waits for every query that goes through the partitioned table, and all that
come later wait behind it.

Nothing is said where the partitioned table is dropped with it, where its lock is held already, and of tables
that the same migration makes.`,
  instead: `
Detach the partition with \`CONCURRENTLY\` first (PostgreSQL 14, outside a transaction block, without a default partition): reads
and writes of the others go on. Then drop the table that it is now.`,
  manual: [
    'sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION',
    'ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  ],

  *check(drop, context) {
    const dropped = drop.names.map(name => relationNamed(context.catalog, name))
    for (const name of drop.names) {
      const parent = parentOf(name, context)
      const label = parent && `${parent.kind} ${inQuotes({ name: parent.name })}`
      const key = parent && `${parent.schema}.${parent.name}`
      const mode = key && modeOn(context.effects, key)
      if (!mode || dropped.includes(parent) || !existingTable(name, context) || isDroppedLater(parent, context))
        continue
      if (context.transaction.held.some(held => held.relation === key && held.mode === mode)) continue
      const isPossible = canDetach(parent, key, context)
      yield {
        at: drop.keywords,
        message: takes('DROP TABLE of a partition', mode, label ?? ''),
        detail:
          'It waits for every query that uses the table, and every query that comes later waits behind it until it is done.',
        hint: isPossible
          ? hintWithTool(
              'DETACH PARTITION ... CONCURRENTLY first, outside a transaction block, then drop the table.',
              context,
              byHand.detachAndDrop,
            )
          : 'Set lock_timeout, and try again when it fails.',
        relation: key,
        fixes: () => (isPossible ? fixes(drop, name, parent, context) : []),
      }
      return
    }
  },

  examples: `
-- bad: a partition of a table in use
-- shows: dropped partition that locks the partitioned table
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 0002_drop.sql
  -- Older than a year.
  DROP TABLE events_1;
--^^^^^^^^^^ warning [partition-dropped-under-lock: DROP TABLE of a partition takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
--           ^^^^^^^^ information [dropped-table: DROP TABLE deletes table "events_1" and its rows]
-- fix: Detach it concurrently before
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
  -- Older than a year.
  DROP TABLE events_1;

-- bad: in the transaction of the tool
-- given: postgres 14, goose
-- file: 00001_events.sql
  -- +goose Up
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 00002_drop.sql
  -- +goose Up
  DROP TABLE IF EXISTS events_1;
--^^^^^^^^^^ warning [partition-dropped-under-lock: DROP TABLE of a partition takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
--                     ^^^^^^^^ information [dropped-table: DROP TABLE deletes table "events_1" and its rows]
-- fix: Detach it concurrently before
  -- +goose NO TRANSACTION
  -- +goose Up
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
  DROP TABLE IF EXISTS events_1;

-- bad: in one query with another statement
-- given: postgres 14, golang-migrate
-- file: 000001_events.up.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 000002_drop.up.sql
  CREATE TABLE archives (id bigint PRIMARY KEY);
  DROP TABLE events_1;
--^^^^^^^^^^ warning [partition-dropped-under-lock: DROP TABLE of a partition takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
--           ^^^^^^^^ warning [dropped-table: DROP TABLE deletes table "events_1" and its rows]
-- fix: Detach it concurrently, and drop it in new migrations
  CREATE TABLE archives (id bigint PRIMARY KEY);
-- file: 000003_detach_events_1.up.sql
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
-- file: 000004_drop_events_1.up.sql
  DROP TABLE events_1;

-- bad: alone in one query
-- given: postgres 14, prisma
-- file: 20240101000000_events/migration.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 20240102000000_drop/migration.sql
  DROP TABLE events_1;
--^^^^^^^^^^ warning [partition-dropped-under-lock: DROP TABLE of a partition takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
--           ^^^^^^^^ information [dropped-table: DROP TABLE deletes table "events_1" and its rows]
-- fix: Detach it concurrently, and drop it in a new migration
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
-- file: 20240102000001_drop_events_1/migration.sql
  DROP TABLE events_1;

-- bad: with a default partition
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 0002_drop.sql
  DROP TABLE events_1;
--^^^^^^^^^^ warning [partition-dropped-under-lock: DROP TABLE of a partition takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
--           ^^^^^^^^ information [dropped-table: DROP TABLE deletes table "events_1" and its rows]

-- bad: one of two, the other goes with its partitioned table
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
  CREATE TABLE visits (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (100000);
-- file: 0002_drop.sql
  DROP TABLE events_1;
--^^^^^^^^^^ warning [partition-dropped-under-lock: DROP TABLE of a partition takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
--           ^^^^^^^^ information [dropped-table: DROP TABLE deletes table "events_1" and its rows]
  DROP TABLE visits_1;
--           ^^^^^^^^ information [dropped-table: DROP TABLE deletes table "visits_1" and its rows]
  DROP TABLE visits;
--           ^^^^^^ information [dropped-table: DROP TABLE deletes partitioned table "visits" and its rows]
-- fix: Detach it concurrently before
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
  DROP TABLE events_1;
  DROP TABLE visits_1;
  DROP TABLE visits;

-- good: detached before
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
-- file: 0002_drop.sql
  DROP TABLE IF EXISTS events_2;

-- good: tables of the same migration
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
  DROP TABLE events_1;

-- good: the lock is held already
-- given: many-tables-locked off, partition-created-under-lock off
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 0002_less.sql
  BEGIN;
  ALTER TABLE events ADD COLUMN note text;
  -- guard: allow dropped-table: nobody wants them any more
  DROP TABLE events_1;
  COMMIT;
`,
})

/** The partitioned table, where others use it. */
function parentOf(name: Name, context: RuleContext): Table | undefined {
  const relation = relationNamed(context.catalog, name)
  const key = relation && 'partitionOf' in relation ? relation.partitionOf : undefined
  const parent = key === undefined ? undefined : tableAt(context.catalog, key)
  return parent && !isUnreleased(parent.born, context) ? parent : undefined
}

const isDroppedLater = (parent: Table, context: RuleContext): boolean =>
  laterSteps(context).some(
    ({ command }) => command?.tag === 'DROP TABLE' && command.names.some(({ name }) => name === parent.name),
  )

const canDetach = (parent: Table, key: string, { catalog, settings }: RuleContext): boolean =>
  settings.postgres >= 14 &&
  !partitionsOf(catalog, key).some(({ isDefaultPartition }) => isDefaultPartition) &&
  foreignKeysToTree(catalog, key).length === 0 &&
  !parent.conditional

function fixes(drop: Drop, name: Name, parent: Table, context: RuleContext): Fix[] {
  const { catalog, transaction } = context
  if (drop.names.length > 1 || relationNamed(catalog, name)?.conditional !== false) return []
  if (shortTimeouts(transaction, 'wait').length > 0) return []
  const schema = name.schema === undefined ? '' : `${quoted(parent.schema)}.`
  const detach = `ALTER TABLE ${schema}${quoted(parent.name)} DETACH PARTITION ${written(context, name.span)} CONCURRENTLY;`
  const placed = placedHere(context, statementsBefore(context, [detach])) ?? placedApart(context, detach, name, parent)
  if (!placed) return []
  const title =
    placed.where === '' ? 'Detach it concurrently before' : `Detach it concurrently, and drop it${placed.where}`
  return [{ title, safety: safetyOfConcurrently(context), ...placed }]
}

/** Both statements run by themselves, or have to with the marker of the tool. */
function placedHere(context: RuleContext, edits: readonly Edit[]): Placed | undefined {
  const { transaction, steps, section } = context
  if (transaction.kind === 'own') return { edits, where: '' }
  if (transaction.kind !== 'tool' || steps.length > 1 || section.queries.length > 0) return undefined
  const marker = withoutTransaction(context)
  return marker && { ...marker, edits: [...marker.edits, ...edits], where: '' }
}

/** Detached where it was dropped, or in a migration of its own, and dropped in the next. */
function placedApart(context: RuleContext, detach: string, name: Name, parent: Table): Placed | undefined {
  if (context.direction === 'down' || isNeeded(context, step => mentions(step, name.name))) return undefined
  if (downSteps(context).some(step => mentions(step, name.name))) return withhold('The down makes the table again.')
  const { edit: cut, text } = cutStatement(context)
  const down = { edits: [], text: '' }
  const dropping: Part = { title: `drop_${name.name}`, up: [text], down, transaction: true }
  const about = { tables: [name.name], names: [parent.name] }
  const marker = context.steps.length === 1 ? markerForOther(detach, context) : undefined
  if (!marker) {
    const detaching: Part = { title: `detach_${name.name}`, up: [detach], down, transaction: false }
    return newMigrations(context, [detaching, dropping], [cut], about)
  }
  const inPlace = replacement(context, { start: 0, end: context.statement.text.length }, detach.slice(0, -1))
  const placed = newMigrations(context, [dropping], [...marker.edits, inPlace], about)
  return placed && { ...placed, creates: [...(marker.creates ?? []), ...(placed.creates ?? [])] }
}
