import type { Edit, Fix } from '../finding'
import { replacement, statementsAfter, statementsBefore, written } from '../fixes/edits'
import { isNeeded, laterTransaction, undoneBy } from '../fixes/placement'
import { none, withhold } from '../fixes/withheld'
import type { Step } from '../history/steps'
import { conditionOutside, validCheck } from '../judgement/bound-checks'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { existingTable, isNew, modeOn, takes, whoWaits } from '../judgement/target'
import { keyOf, keyOfRelation, type RelationKey, type Table, tableAt } from '../postgres/catalog'
import { withTable } from '../postgres/edit'
import { effectsOf } from '../postgres/effects'
import { nameOfCheck } from '../postgres/names'
import type { CreateTable } from '../sql/commands'
import { quoted } from '../sql/quote'
import { type Token, tokensOf } from '../sql/tokens'
import { defineRule } from './rule'

export default defineRule({
  id: 'partition-created-under-lock',
  risk: 'locking',
  severity: 'warning',
  on: ['CREATE TABLE'],
  concerns: ({ partitionOf }) => partitionOf !== undefined,
  why: `
\`CREATE TABLE ... PARTITION OF\` takes \`ACCESS EXCLUSIVE\` on the partitioned table. It is quick, but the lock is queued for: it
waits for every query that uses any partition, and all that come later wait behind it. A default partition is locked in the
same way, and every row of it is read.

Nothing is said of a partitioned table that the same migration makes, and it is said once for the transaction that holds the
lock.`,
  instead: `
Create the table by itself, like the partitioned one, and attach it: \`ATTACH PARTITION\` takes \`SHARE UPDATE EXCLUSIVE\` on the
partitioned table, and reads and writes go on. A default partition needs a validated \`CHECK\` before (see
attach-partition-scan), which refuses rows of the new partition until that is there.`,
  manual: [
    'ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
    'sql-createtable.html#SQL-CREATETABLE-PARTITION',
  ],

  *check(create, context) {
    const { partitionOf } = create
    const target = partitionOf && existingTable(partitionOf, context)
    const mode = target && modeOn(context.effects, target.relation)
    if (!target || !mode || isHeld(target.relation, context)) return
    const label = target.table ? target.label : `partitioned ${target.label}`
    const rest = context.effects.scans.map(key => tableAt(context.catalog, key)).find(table => table !== undefined)
    const isRestInUse = rest && !isNew({ schema: rest.schema, name: rest.name, span: create.table.span }, context)
    yield {
      at: create.keywords,
      message: isRestInUse
        ? `CREATE TABLE ... PARTITION OF takes ${mode} on ${label} and default partition "${rest.name}": ${whoWaits(mode)} until every row of the default partition is checked`
        : takes('CREATE TABLE ... PARTITION OF', mode, label),
      detail: `It waits for every query that uses the table, and every query that comes later waits behind it until its transaction ends.${
        isRestInUse ? ' Where the default partition holds a row of the new one, PostgreSQL refuses the statement.' : ''
      }`,
      hint: isRestInUse
        ? 'Move rows of the new partition out of the default one, prove that with a CHECK, which refuses new ones until then, create the table by itself, and attach it.'
        : 'Create the table by itself with LIKE and attach it: ATTACH PARTITION lets reads and writes go on.',
      relation: target.relation,
      severity: isRestInUse ? 'error' : undefined,
      fixes: () =>
        isRestInUse ? besideDefault(create, target.relation, rest, context) : fixes(create, target.relation, context),
    }
  },

  examples: `
-- bad: a partition of a table in use
-- shows: \`CREATE TABLE ... PARTITION OF\` that locks the partitioned table
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY, name text NOT NULL DEFAULT '?' CHECK (name <> '')) PARTITION BY RANGE (id);
  CREATE INDEX events_name_idx ON events (name);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 0002_next.sql
  -- The next ones.
  CREATE TABLE events_2 PARTITION OF events
--^^^^^^^^^^^^ warning [partition-created-under-lock: CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
    FOR VALUES FROM (100000) TO (200000);
-- fix: Create it like events and attach it
  -- The next ones.
  CREATE TABLE events_2 (LIKE events INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE);
  ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (100000) TO (200000);

-- bad: several, in the transaction of the tool
-- given: goose
-- file: 00001_events.sql
  -- +goose Up
  CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, kind text) PARTITION BY RANGE (id);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100000);
-- file: 00002_next.sql
  -- +goose Up
  create table events_a partition of events for values from (100000) to (200000) partition by list (kind);
--^^^^^^^^^^^^ warning [partition-created-under-lock: CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]
  create table events_b partition of events for values from (200000) to (300000);
-- fix: Create it like events and attach it
  -- +goose Up
  create table events_a (like events including defaults including generated including constraints including storage) partition by list (kind);
  alter table events attach partition events_a for values from (100000) to (200000);
  create table events_b (like events including defaults including generated including constraints including storage);
  alter table events attach partition events_b for values from (200000) to (300000);

-- bad: the default partition is read
-- shows: \`CREATE TABLE ... PARTITION OF\` that reads the default partition
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 0002_next.sql
  CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100000) TO (200000);
--^^^^^^^^^^^^ error [partition-created-under-lock: CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on partitioned table "events" and default partition "events_rest": reads and writes wait until every row of the default partition is checked]
-- fix: Prove it with a CHECK that is validated first, and attach it
  ALTER TABLE events_rest ADD CONSTRAINT events_rest_bound_check CHECK (id IS NULL OR id < '100000' OR id >= '200000') NOT VALID;
  ALTER TABLE events_rest VALIDATE CONSTRAINT events_rest_bound_check;
  CREATE TABLE events_2 (LIKE events INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE);
  ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (100000) TO (200000);
  ALTER TABLE events_rest DROP CONSTRAINT events_rest_bound_check;

-- bad: the default partition is read in the transaction of the tool
-- given: golang-migrate
-- file: 000001_events.up.sql
  CREATE TABLE events (id bigint, country text) PARTITION BY LIST (country);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 000001_events.down.sql
  DROP TABLE events;
-- file: 000002_ch.up.sql
  CREATE TABLE events_ch PARTITION OF events FOR VALUES IN ('ch', 'li');
--^^^^^^^^^^^^ error [partition-created-under-lock: CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on partitioned table "events" and default partition "events_rest": reads and writes wait until every row of the default partition is checked]
-- file: 000002_ch.down.sql
  DROP TABLE events_ch;
-- fix: Prove it with a CHECK, and attach it when that is validated in a new migration
-- file: 000002_ch.up.sql
  ALTER TABLE events_rest ADD CONSTRAINT events_rest_bound_check CHECK (country IS NULL OR country <> 'ch' AND country <> 'li') NOT VALID;
-- file: 000002_ch.down.sql
  ALTER TABLE events_rest DROP CONSTRAINT events_rest_bound_check;
-- file: 000003_add_events_ch.up.sql
  ALTER TABLE events_rest VALIDATE CONSTRAINT events_rest_bound_check;
  CREATE TABLE events_ch (LIKE events INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE);
  ALTER TABLE events ATTACH PARTITION events_ch FOR VALUES IN ('ch', 'li');
  ALTER TABLE events_rest DROP CONSTRAINT events_rest_bound_check;
-- file: 000003_add_events_ch.down.sql
  DROP TABLE events_ch;
  ALTER TABLE events_rest ADD CONSTRAINT events_rest_bound_check CHECK (country IS NULL OR country <> 'ch' AND country <> 'li') NOT VALID;

-- bad: the default partition is read, and no CHECK says which rows
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, country text) PARTITION BY RANGE (id, country);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
-- file: 0002_ch.sql
  CREATE TABLE events_ch PARTITION OF events FOR VALUES FROM (1, 'ch') TO (2, 'ch');
--^^^^^^^^^^^^ error [partition-created-under-lock: CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on partitioned table "events" and default partition "events_rest": reads and writes wait until every row of the default partition is checked]

-- bad: with definitions of its own
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
-- file: 0002_next.sql
  CREATE TABLE events_2 PARTITION OF events (CHECK (id > 100)) FOR VALUES FROM (100) TO (200);
--^^^^^^^^^^^^ warning [partition-created-under-lock: CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on partitioned table "events": reads and writes wait]

-- bad: a table that the history does not show
  CREATE TABLE IF NOT EXISTS app.events_2 PARTITION OF app.events FOR VALUES FROM (100) TO (200);
--^^^^^^^^^^^^ warning [partition-created-under-lock: CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on partitioned table "app.events": reads and writes wait]

-- good: attached
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
-- file: 0002_next.sql
  CREATE TABLE events_2 (LIKE events INCLUDING ALL);
  ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (100) TO (200);

-- good: a partitioned table of the same migration
  CREATE TABLE events (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
  CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100) TO (200);

-- good: the lock is held already
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
-- file: 0002_next.sql
  BEGIN;
  ALTER TABLE events ADD COLUMN name text;
  CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100) TO (200);
  COMMIT;
`,
})

const definedOtherwise = 'The partition has definitions of its own, or may be there already.'

const isHeld = (parent: RelationKey, { transaction }: Pick<Step, 'transaction'>): boolean =>
  transaction.held.some(({ relation, mode }) => relation === parent && mode === 'ACCESS EXCLUSIVE')

/** All of the transaction at once: the next would take the lock that this one no longer takes. */
function fixes(create: CreateTable, parent: RelationKey, context: RuleContext): Fix[] {
  const { steps, index, transaction } = context
  const same = steps.filter(
    (step, place) =>
      place >= index && step.transaction.number === transaction.number && partitionOfIn(step)?.parent === parent,
  )
  const edits = same.map(step => (step.command?.tag === 'CREATE TABLE' ? attached(step, step.command) : undefined))
  if (!edits.every(edit => edit !== undefined)) return none(definedOtherwise)
  const what = create.partitionOf ? written(context, create.partitionOf.span) : ''
  return [{ title: `Create it like ${what} and attach it`, safety: 'safe', edits: edits.flat() }]
}

const partitionOfIn = ({ command, before }: Step) =>
  command?.tag === 'CREATE TABLE' && command.partitionOf ? { parent: keyOf(before, command.partitionOf) } : undefined

/**
 * The default partition is read without a lock that makes others wait, and then has a CHECK that says what it does not hold. Until
 * the partition is there that CHECK refuses new rows of it: whether some come in, only a person knows.
 */
function besideDefault(create: CreateTable, parent: RelationKey, rest: Table, context: RuleContext): Fix[] {
  const { catalog, settings, transaction, migration } = context
  const own = ownTable(context, create)
  const table = tableAt(catalog, parent)
  const condition = table && conditionOutside(table, create.bound)
  if (!own) withhold(definedOtherwise)
  else if (!condition) withhold('No CHECK on one column says which rows are those of the partition.')
  if (!own || !condition || !create.partitionOf || context.inside) return []
  const name = nameOfCheck(catalog, rest, ['bound'])
  const proven = withTable(catalog, keyOfRelation(rest), known => ({
    ...known,
    constraints: [...known.constraints, validCheck(name, condition)],
  }))
  const after = effectsOf(
    create,
    proven,
    { ...settings, runs: true, migration: migration.path },
    transaction.parameters,
  )
  if (after.scans.length > 0) return none('A CHECK would not keep PostgreSQL from reading the default partition.')
  const inSchema = create.partitionOf.schema === undefined ? '' : `${quoted(rest.schema)}.`
  const alter = `ALTER TABLE ${inSchema}${quoted(rest.name)}`
  const add = `${alter} ADD CONSTRAINT ${quoted(name)} CHECK (${condition.sql}) NOT VALID;`
  const validate = `${alter} VALIDATE CONSTRAINT ${quoted(name)};`
  const drop = `${alter} DROP CONSTRAINT ${quoted(name)};`
  if (transaction.kind === 'own') {
    const edits = [
      ...statementsBefore(context, [add, validate]),
      own.edit,
      ...statementsAfter(context, [own.attach, drop]),
    ]
    return [{ title: 'Prove it with a CHECK that is validated first, and attach it', safety: 'review', edits }]
  }
  const names = [create.partitionOf.name, create.table.name]
  if (isNeeded(context, step => names.some(other => mentions(step, other)))) return []
  const dropped = undoneBy(context, {
    matches: command => command.tag === 'DROP TABLE' && command.names.some(other => other.name === create.table.name),
    otherwise: `DROP TABLE ${written(context, create.table.span)};`,
    leaves: drop,
  })
  const placed = laterTransaction(
    context,
    [validate, `${own.create};`, own.attach, drop],
    {
      title: `add_${create.table.name}`,
      about: { tables: names },
      down: { edits: dropped.edits, text: `${dropped.text}\n${add}` },
    },
    [replacement(context, { start: 0, end: context.statement.text.length }, add.slice(0, -1))],
  )
  const title = 'Prove it with a CHECK, and attach it when that is validated'
  return placed ? [{ title: `${title}${placed.where}`, safety: 'review', ...placed }] : []
}

const attached = (step: Step, create: CreateTable): Edit[] | undefined => {
  const own = ownTable(step, create)
  return own && [own.edit, ...statementsAfter(step, [own.attach])]
}

/** The table by itself; undefined where the partition is defined otherwise than its parent, or may be there already. */
function ownTable(step: Step, create: CreateTable): { edit: Edit; create: string; attach: string } | undefined {
  const { partitionOf } = create
  if (!partitionOf || create.ifNotExists || create.persistence === 'temporary') return undefined
  const tokens = tokensOf(step.statement.text)
  const start = tokens.findLast(({ text, end }) => text === 'PARTITION' && end <= partitionOf.span.start)
  const bound = boundAfter(tokens, partitionOf.span.end)
  if (!start || !bound) return undefined
  const parent = written(step, partitionOf.span)
  const isLower = written(step, create.keywords) === written(step, create.keywords).toLowerCase()
  const cased = (sql: string) => (isLower ? sql.toLowerCase() : sql)
  const options = cased('INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE')
  const attach = `${cased('ALTER TABLE')} ${parent} ${cased('ATTACH PARTITION')} ${written(step, create.table.span)} ${written(step, bound)};`
  const like = `(${cased('LIKE')} ${parent} ${options})`
  const { text } = step.statement
  return {
    edit: replacement(step, { start: start.start, end: bound.end }, like),
    create: `${text.slice(0, start.start)}${like}${text.slice(bound.end)}`,
    attach,
  }
}

/** FOR VALUES ... with its parentheses, or DEFAULT, where it follows the parent at once. */
function boundAfter(tokens: readonly Token[], end: number) {
  const at = tokens.findIndex(({ start, kind }) => start >= end && kind !== 'comment')
  const first = tokens[at]
  if (first?.text === 'DEFAULT') return { start: first.start, end: first.end }
  if (first?.text !== 'FOR') return undefined
  let depth = 0
  let last: Token | undefined
  for (let place = at; place < tokens.length; place++) {
    const token = tokens[place] as Token
    if (token.text === '(') depth++
    else if (token.text === ')') {
      depth--
      last = token
      if (depth === 0 && tokens[place + 1]?.text !== 'TO') break
    }
  }
  return last && { start: first.start, end: last.end }
}
