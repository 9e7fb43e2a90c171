import type { Fix } from '../finding'
import { replacement, statementsAfter, statementsBefore, written } from '../fixes/edits'
import { isNeeded, laterTransaction, undoneBy } from '../fixes/placement'
import { type Condition, conditionInside, conditionOutside, validCheck } from '../judgement/bound-checks'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import {
  existingTable,
  inQuotes,
  isUnreleased,
  type SubcommandOfKind,
  subcommandsOf,
  type Target,
} from '../judgement/target'
import { hintForLater } from '../judgement/tool-hints'
import { keyOf, keyOfRelation, partitionsOf, type Table, tableAt } from '../postgres/catalog'
import { withTable } from '../postgres/edit'
import { type Effects, subcommandEffects } from '../postgres/effects'
import { nameOfCheck } from '../postgres/names'
import type { AlterRelation } from '../sql/commands'
import { quoted } from '../sql/quote'
import { defineRule } from './rule'

type Attach = SubcommandOfKind<'ATTACH PARTITION'>

export default defineRule({
  id: 'attach-partition-scan',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('ATTACH PARTITION'),
  why: `
\`ATTACH PARTITION\` takes \`ACCESS EXCLUSIVE\` on the table that becomes a partition and reads every row of it, to see that it
belongs there. The default partition is locked in the same way and read too: none of its rows may belong to the new one.
Nothing reads or writes them until that is done. Indexes of the parent that are missing are built under the same lock.

Nothing is said where a validated \`CHECK\` proves what the rows are, and of tables that the same migration makes.`,
  instead: `
Prove it first: add a \`CHECK\` of the bound \`NOT VALID\`, \`VALIDATE CONSTRAINT\` in a later transaction, where reads and writes
go on while rows are checked, then \`ATTACH PARTITION\`, which reads nothing, and drop the check. On the default partition the
\`CHECK\` says that no row is within the bound. Build missing indexes with \`CONCURRENTLY\` before.`,
  manual: [
    'sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION',
    'ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  ],
  seeds: ['prove the bound of a partition with a CHECK before it is attached'],

  *check(alter, context) {
    for (const { subcommand, effects } of subcommandsOf(alter, context, 'ATTACH PARTITION')) {
      const read = readBy(alter, subcommand, effects, context)
      const first = read[0]
      if (!first) continue
      const builds = effects.builds.map(name => `"${name}"`).join(', ')
      yield {
        at: subcommand.keywords,
        message: `ATTACH PARTITION takes ACCESS EXCLUSIVE on ${read.map(({ label }) => label).join(' and ')}: reads and writes wait until every row is ${builds ? 'read' : 'checked'}`,
        detail: builds
          ? `The index ${builds} is built under that lock too, so the wait grows with the table.`
          : 'The rows that are there are read under that lock, so the wait grows with the table.',
        hint: builds
          ? "Build the parent's indexes on it with CONCURRENTLY, and validate a CHECK of the bound, before it is attached."
          : hintForLater(
              'A validated CHECK of the bound proves it without reading: add it NOT VALID, validate it, then ATTACH PARTITION.',
              context,
            ),
        relation: first.relation,
        fixes: () => provenFirst(alter, subcommand, context),
      }
    }
  },

  examples: `
-- bad: a table in use becomes a partition
-- shows: \`ATTACH PARTITION\` that reads the table
-- file: 0001_events.sql
  CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY (START 100000), name text) PARTITION BY RANGE (id);
  CREATE TABLE events_new PARTITION OF events FOR VALUES FROM (100000) TO (MAXVALUE);
  CREATE TABLE events_old (id bigint NOT NULL, name text);
-- file: 0002_attach.sql
  ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (MINVALUE) TO (100000);
--                   ^^^^^^^^^^^^^^^^ error [attach-partition-scan: ATTACH PARTITION takes ACCESS EXCLUSIVE on table "events_old": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  ALTER TABLE events_old ADD CONSTRAINT events_old_bound_check CHECK (id IS NOT NULL AND id < '100000') NOT VALID;
  ALTER TABLE events_old VALIDATE CONSTRAINT events_old_bound_check;
  ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (MINVALUE) TO (100000);
  ALTER TABLE events_old DROP CONSTRAINT events_old_bound_check;

-- bad: in the transaction of the tool
-- given: goose
-- file: 00001_events.sql
  -- +goose Up
  CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY (START 100000), name text) PARTITION BY RANGE (id);
  CREATE TABLE events_new PARTITION OF events FOR VALUES FROM (100000) TO (MAXVALUE);
  CREATE TABLE events_old (id bigint NOT NULL, name text);
-- file: 00002_attach.sql
  -- +goose Up
  -- The years before.
  ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (MINVALUE) TO (100000);
--                   ^^^^^^^^^^^^^^^^ error [attach-partition-scan: ATTACH PARTITION takes ACCESS EXCLUSIVE on table "events_old": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK, and attach it when that is validated in a new migration
  -- +goose Up
  -- The years before.
  ALTER TABLE events_old ADD CONSTRAINT events_old_bound_check CHECK (id IS NOT NULL AND id < '100000') NOT VALID;
-- file: 00003_attach_events_old.sql
  -- +goose Up
  ALTER TABLE events_old VALIDATE CONSTRAINT events_old_bound_check;
  ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (MINVALUE) TO (100000);
  ALTER TABLE events_old DROP CONSTRAINT events_old_bound_check;

  -- +goose Down
  ALTER TABLE events DETACH PARTITION events_old;
  ALTER TABLE events_old ADD CONSTRAINT events_old_bound_check CHECK (id IS NOT NULL AND id < '100000') NOT VALID;

-- bad: values of a list
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, country text) PARTITION BY LIST (country);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 0002_attach.sql
  CREATE TABLE events_ch (LIKE events);
  ALTER TABLE events ATTACH PARTITION events_ch FOR VALUES IN ('ch');
--                   ^^^^^^^^^^^^^^^^ error [attach-partition-scan: ATTACH PARTITION takes ACCESS EXCLUSIVE on default partition "events_rest": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  CREATE TABLE events_ch (LIKE events);
  ALTER TABLE events_rest ADD CONSTRAINT events_rest_bound_check CHECK (country IS NULL OR country <> 'ch') NOT VALID;
  ALTER TABLE events_rest VALIDATE CONSTRAINT events_rest_bound_check;
  ALTER TABLE events ATTACH PARTITION events_ch FOR VALUES IN ('ch');
  ALTER TABLE events_rest DROP CONSTRAINT events_rest_bound_check;

-- bad: the default partition is read for a new and empty one
-- shows: \`ATTACH PARTITION\` that reads the default partition
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 0002_attach.sql
  CREATE TABLE events_2123 (LIKE events);
  ALTER TABLE events ATTACH PARTITION events_2123 FOR VALUES FROM ('2123-01-01') TO ('2124-01-01');
--                   ^^^^^^^^^^^^^^^^ error [attach-partition-scan: ATTACH PARTITION takes ACCESS EXCLUSIVE on default partition "events_rest": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  CREATE TABLE events_2123 (LIKE events);
  ALTER TABLE events_rest ADD CONSTRAINT events_rest_bound_check CHECK (at IS NULL OR at < '2123-01-01' OR at >= '2124-01-01') NOT VALID;
  ALTER TABLE events_rest VALIDATE CONSTRAINT events_rest_bound_check;
  ALTER TABLE events ATTACH PARTITION events_2123 FOR VALUES FROM ('2123-01-01') TO ('2124-01-01');
  ALTER TABLE events_rest DROP CONSTRAINT events_rest_bound_check;

-- bad: both are read
-- file: 0001_events.sql
  CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY (START 100000), name text) PARTITION BY RANGE (id);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
  CREATE TABLE events_old (id bigint NOT NULL, name text);
-- file: 0002_attach.sql
  ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (0) TO (100000);
--                   ^^^^^^^^^^^^^^^^ error [attach-partition-scan: ATTACH PARTITION takes ACCESS EXCLUSIVE on table "events_old" and default partition "events_rest": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  ALTER TABLE events_old ADD CONSTRAINT events_old_bound_check CHECK (id IS NOT NULL AND id >= '0' AND id < '100000') NOT VALID;
  ALTER TABLE events_rest ADD CONSTRAINT events_rest_bound_check CHECK (id IS NULL OR id < '0' OR id >= '100000') NOT VALID;
  ALTER TABLE events_old VALIDATE CONSTRAINT events_old_bound_check;
  ALTER TABLE events_rest VALIDATE CONSTRAINT events_rest_bound_check;
  ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (0) TO (100000);
  ALTER TABLE events_old DROP CONSTRAINT events_old_bound_check;
  ALTER TABLE events_rest DROP CONSTRAINT events_rest_bound_check;

-- bad: by hash there is no CHECK that proves it, and an index is built
-- shows: \`ATTACH PARTITION\` that builds missing indexes
-- file: 0001_events.sql
  CREATE TABLE events (id bigint) PARTITION BY HASH (id);
  CREATE INDEX events_id_idx ON events (id);
  CREATE TABLE events_0 (id bigint);
-- file: 0002_attach.sql
  ALTER TABLE events ATTACH PARTITION events_0 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
--                   ^^^^^^^^^^^^^^^^ error [attach-partition-scan: ATTACH PARTITION takes ACCESS EXCLUSIVE on table "events_0": reads and writes wait until every row is read]

-- bad: a table that the history does not show
  ALTER TABLE app.events ATTACH PARTITION app.events_old FOR VALUES FROM (1) TO (100);
--                       ^^^^^^^^^^^^^^^^ error [attach-partition-scan: ATTACH PARTITION takes ACCESS EXCLUSIVE on table "app.events_old": reads and writes wait until every row is checked]

-- bad: beside a default partition that may hold several values
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL, kind text) PARTITION BY LIST (kind);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 0002_attach.sql
  CREATE TABLE events_ab (id bigint NOT NULL, kind text NOT NULL CHECK (kind IN ('a', 'b')));
  ALTER TABLE events ATTACH PARTITION events_ab FOR VALUES IN ('a', 'b');
--                   ^^^^^^^^^^^^^^^^ error [attach-partition-scan: ATTACH PARTITION takes ACCESS EXCLUSIVE on default partition "events_rest": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  CREATE TABLE events_ab (id bigint NOT NULL, kind text NOT NULL CHECK (kind IN ('a', 'b')));
  ALTER TABLE events_rest ADD CONSTRAINT events_rest_bound_check CHECK (kind IS NULL OR kind <> 'a' AND kind <> 'b') NOT VALID;
  ALTER TABLE events_rest VALIDATE CONSTRAINT events_rest_bound_check;
  ALTER TABLE events ATTACH PARTITION events_ab FOR VALUES IN ('a', 'b');
  ALTER TABLE events_rest DROP CONSTRAINT events_rest_bound_check;

-- good: the default partition is known to hold none of it, however that is said
-- file: 0001_events.sql
  CREATE TABLE events (id bigint NOT NULL, at date) PARTITION BY RANGE (at);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
  ALTER TABLE events_rest ADD CHECK (NOT (at >= '2024-02-01' AND at < '2024-03-01'));
  CREATE TABLE events_2 (id bigint NOT NULL, at date NOT NULL CHECK (at >= '2024-02-01' AND at < '2024-03-01'));
  CREATE TABLE kinds (id bigint NOT NULL, kind text) PARTITION BY LIST (kind);
  CREATE TABLE kinds_rest PARTITION OF kinds DEFAULT;
  ALTER TABLE kinds_rest ADD CHECK (kind IS NULL OR kind NOT IN ('a', 'b'));
  CREATE TABLE kinds_ab (id bigint NOT NULL, kind text NOT NULL CHECK (kind IN ('a', 'b')));
-- file: 0002_attach.sql
  ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
  ALTER TABLE kinds ATTACH PARTITION kinds_ab FOR VALUES IN ('a', 'b');

-- good: proven by a CHECK
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_old (id bigint, at timestamptz NOT NULL);
-- file: 0002_attach.sql
  ALTER TABLE events_old ADD CONSTRAINT is_old CHECK (at < '2024-01-01') NOT VALID;
  ALTER TABLE events_old VALIDATE CONSTRAINT is_old;
  ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (MINVALUE) TO ('2024-01-01');

-- good: a table of the same migration
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
-- file: 0002_attach.sql
  CREATE TABLE events_2024 (LIKE events);
  ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
`,
})

/** The tables in use that are read: that which is attached, and the default partition. */
function readBy(alter: AlterRelation, { partition }: Attach, effects: Effects, context: RuleContext): Target[] {
  const found: Target[] = []
  const target = existingTable(partition, context)
  const isRead = (table: Table | undefined, relation: string) =>
    effects.scans.includes(relation) ||
    (table?.kind === 'partitioned table' &&
      partitionsOf(context.catalog, relation, { recursive: true }).some(part =>
        effects.scans.includes(keyOfRelation(part)),
      ))
  if (target && isRead(target.table, target.relation)) found.push(target)
  const rest = defaultPartition(alter, context)
  if (rest && isRead(rest, keyOfRelation(rest)) && !isUnreleased(rest.born, context))
    found.push({
      label: `default partition ${inQuotes({ name: rest.name })}`,
      relation: keyOfRelation(rest),
      table: rest,
    })
  return found
}

const defaultPartition = ({ relation }: AlterRelation, { catalog }: RuleContext): Table | undefined =>
  partitionsOf(catalog, keyOf(catalog, relation)).find(({ isDefaultPartition }) => isDefaultPartition)

interface Check {
  /** As statements name it. */
  readonly table: string
  readonly relation: string
  readonly name: string
  readonly condition: Condition
}

function provenFirst(alter: AlterRelation, attach: Attach, context: RuleContext): Fix[] {
  const checks = checksFor(alter, attach, context)
  if (!checks || checks.length === 0 || alter.ifExists || !wouldSuffice(alter, attach, checks, context)) return []
  const add = checks.map(
    ({ table, name, condition }) =>
      `ALTER TABLE ${table} ADD CONSTRAINT ${quoted(name)} CHECK (${condition.sql}) NOT VALID;`,
  )
  const validate = checks.map(({ table, name }) => `ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoted(name)};`)
  const drop = checks.map(({ table, name }) => `ALTER TABLE ${table} DROP CONSTRAINT ${quoted(name)};`)
  const title = 'Prove it with a CHECK that is validated first'
  if (context.transaction.kind === 'own') {
    const edits = [...statementsBefore(context, [...add, ...validate]), ...statementsAfter(context, drop)]
    return [{ title, safety: 'safe', edits }]
  }
  const names = [alter.relation.name, attach.partition.name]
  if (isNeeded(context, step => names.some(name => mentions(step, name)))) return []
  const text = written(context, { start: 0, end: context.statement.text.length })
  const detach = undoneBy(context, {
    matches: command =>
      command.tag === 'ALTER TABLE' &&
      command.subcommands.some(
        other => other.kind === 'DETACH PARTITION' && other.partition.name === attach.partition.name,
      ),
    otherwise: `ALTER TABLE ${written(context, alter.relation.span)} DETACH PARTITION ${written(context, attach.partition.span)};`,
    leaves: drop.join('\n'),
  })
  const placed = laterTransaction(
    context,
    [...validate, `${text};`, ...drop],
    {
      title: `attach_${attach.partition.name}`,
      about: { tables: names },
      down: { edits: detach.edits, text: [detach.text, ...add].join('\n') },
    },
    [replacement(context, { start: 0, end: context.statement.text.length }, add.join('\n').slice(0, -1))],
  )
  return placed
    ? [
        {
          title: `Prove it with a CHECK, and attach it when that is validated${placed.where}`,
          safety: 'safe',
          ...placed,
        },
      ]
    : []
}

/** One for each table that is read; undefined where no CHECK of one of them would do. */
function checksFor(alter: AlterRelation, attach: Attach, context: RuleContext): Check[] | undefined {
  const { catalog } = context
  const parent = tableAt(catalog, keyOf(catalog, alter.relation))
  const effects = subcommandEffects(alter, catalog, context.settings, context.transaction.parameters)[0]
  if (!parent || !effects) return undefined
  const rest = defaultPartition(alter, context)
  const checks = readBy(alter, attach, effects, context).map(({ table, relation }): Check | undefined => {
    const isRest = table === rest
    const condition = isRest ? conditionOutside(parent, attach.bound) : conditionInside(parent, attach.bound)
    if (!table || !condition) return undefined
    const inSchema = alter.relation.schema === undefined ? '' : `${quoted(table.schema)}.`
    return {
      table: isRest ? `${inSchema}${quoted(table.name)}` : written(context, attach.partition.span),
      relation,
      name: nameOfCheck(catalog, table, ['bound']),
      condition,
    }
  })
  return checks.every(check => check !== undefined) ? checks : undefined
}

/** Foreign keys, indexes to build and bounds that cannot be compared are reasons to read all the same. */
function wouldSuffice(alter: AlterRelation, attach: Attach, checks: readonly Check[], context: RuleContext): boolean {
  const proven = checks.reduce(
    (catalog, { relation, name, condition }) =>
      withTable(catalog, relation, table => ({
        ...table,
        constraints: [...table.constraints, validCheck(name, condition)],
      })),
    context.catalog,
  )
  const [effects] = subcommandEffects(alter, proven, context.settings, context.transaction.parameters)
  return effects !== undefined && readBy(alter, attach, effects, context).length === 0
}
