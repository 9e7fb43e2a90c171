import type { Fix } from '../finding'
import { insertion } from '../fixes/edits'
import { outsideTransaction } from '../fixes/placement'
import { laterSteps } from '../judgement/around'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { existingTable, isNew, modeOn, type SubcommandOfKind, subcommandsOf, takes } from '../judgement/target'
import { byHand, hintWithTool } from '../judgement/tool-hints'
import { keyOf, partitionsOf } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'detach-partition-without-concurrently',
  risk: 'locking',
  severity: 'warning',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('DETACH PARTITION'),
  why: `
\`DETACH PARTITION\` takes \`ACCESS EXCLUSIVE\` on the partitioned table, on the partition, and on the default partition if there
is one. It is quick, but the lock is queued for: it waits for every query that uses any partition, and all that come later
wait behind it.

Nothing is said of tables that the same migration makes.`,
  instead: `
Since PostgreSQL 14 \`DETACH PARTITION ... CONCURRENTLY\` takes \`SHARE UPDATE EXCLUSIVE\` on the partitioned table: reads and
writes go on. It cannot run inside a transaction block, nor where there is a default partition. It leaves a \`CHECK\` of the bound
on the table that was the partition, which makes attaching it again cheap.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects } of subcommandsOf(alter, context, 'DETACH PARTITION')) {
      const mode = modeOn(effects, target.relation)
      if (subcommand.concurrently || subcommand.finalize || !mode || isNew(subcommand.partition, context)) continue
      const hasDefault = partitionsOf(context.catalog, keyOf(context.catalog, alter.relation)).some(
        ({ isDefaultPartition }) => isDefaultPartition,
      )
      const isPossible = context.settings.postgres >= 14 && !hasDefault
      yield {
        at: subcommand.keywords,
        message: takes('DETACH PARTITION', mode, target.table ? target.label : `partitioned ${target.label}`),
        detail:
          'It waits for every query that uses the table, and every query that comes later waits behind it until it is done.',
        hint: isPossible
          ? hintWithTool(
              'DETACH PARTITION ... CONCURRENTLY lets reads and writes go on; it must run outside a transaction block.',
              context,
              byHand.detach,
            )
          : `${hasDefault ? 'With a default partition' : 'Before PostgreSQL 14'} there is no other way: set lock_timeout, and try again when it fails.`,
        relation: target.relation,
        fixes: () => (isPossible ? fixes(alter, subcommand, context) : []),
      }
    }
  },

  examples: `
-- bad: a partition of a table in use
-- shows: plain \`DETACH PARTITION\`
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 0002_detach.sql
  ALTER TABLE events DETACH PARTITION events_1;
--                   ^^^^^^^^^^^^^^^^ warning [detach-partition-without-concurrently: DETACH PARTITION takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
-- fix: Detach it concurrently
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;

-- bad: before it is dropped
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 0002_detach.sql
  ALTER TABLE events DETACH PARTITION events_1;
--                   ^^^^^^^^^^^^^^^^ warning [detach-partition-without-concurrently: DETACH PARTITION takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
  DROP TABLE events_1;
--           ^^^^^^^^ information [dropped-table: DROP TABLE deletes table "events_1" and its rows]
-- fix: Detach it concurrently
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
  DROP TABLE events_1;

-- bad: with a default partition
-- shows: \`DETACH PARTITION\` beside a default partition
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 0002_detach.sql
  ALTER TABLE events DETACH PARTITION events_1;
--                   ^^^^^^^^^^^^^^^^ warning [detach-partition-without-concurrently: DETACH PARTITION takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]

-- bad: before 14
-- given: postgres 13
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 0002_detach.sql
  ALTER TABLE events DETACH PARTITION events_1;
--                   ^^^^^^^^^^^^^^^^ warning [detach-partition-without-concurrently: DETACH PARTITION takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]

-- good: concurrently, or the rest of it
-- given: postgres 14
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
  CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100000) TO (200000);
-- file: 0002_detach.sql
  ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
  ALTER TABLE events DETACH PARTITION events_2 FINALIZE;

-- good: tables of the same migration
  CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
  ALTER TABLE events DETACH PARTITION events_1;
`,
})

/** The CHECK that CONCURRENTLY leaves is gone with the table, where that is dropped. */
function fixes(alter: AlterRelation, detach: SubcommandOfKind<'DETACH PARTITION'>, context: RuleContext): Fix[] {
  const { name } = detach.partition
  const later = laterSteps(context).filter(step => mentions(step, name))
  const isDropped = later.length === 1 && later[0]?.command?.tag === 'DROP TABLE'
  const placed = outsideTransaction(context, [insertion(context, detach.span.end, ' CONCURRENTLY')], {
    title: `detach_${name}`,
    about: { tables: [name, alter.relation.name] },
    neededBy: step => mentions(step, name) || mentions(step, alter.relation.name),
    concurrently: 'wait',
  })
  if (!placed) return []
  return [
    {
      title: `Detach it concurrently${placed.where}`,
      ...(isDropped ? { safety: 'safe' } : { safety: 'review', isChange: true }),
      ...placed,
    },
  ]
}
