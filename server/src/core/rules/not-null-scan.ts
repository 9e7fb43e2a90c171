import type { Fix } from '../finding'
import { batchedBeforeNotNull } from '../fixes/batches'
import { validatedLater } from '../fixes/constraints'
import { replacement, statementsAfter, statementsBefore, written } from '../fixes/edits'
import { changesTable } from '../fixes/indexes'
import { proofOfNotNull } from '../fixes/not-null-steps'
import { type Down, isNeeded, laterTransaction } from '../fixes/placement'
import { isRewrittenAnyway, none, withReason } from '../fixes/withheld'
import type { Step } from '../history/steps'
import { downSteps, laterSteps } from '../judgement/around'
import { definesConstraint, hasSubcommand } from '../judgement/concerns'
import { type RuleContext, StepContext } from '../judgement/context'
import { reshapes } from '../judgement/dependence'
import { isEmptiedBy, mayWrite, tableWithRows } from '../judgement/emptied'
import {
  isUnreleased,
  modeOn,
  rewritingIn,
  type SubcommandOfKind,
  subcommandsOf,
  type Target,
  takes,
  touches,
} from '../judgement/target'
import { hintForLater } from '../judgement/tool-hints'
import { changesEveryRow } from '../judgement/whole-table'
import { columnNamed, constraintNamed, inheritorsOf, keyOf, tableAt } from '../postgres/catalog'
import { fillsItself } from '../postgres/types'
import type { AlterRelation } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'not-null-scan',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  concerns: command =>
    hasSubcommand('SET NOT NULL')(command) || definesConstraint(({ kind }) => kind === 'NOT NULL')(command),
  why: `
\`SET NOT NULL\` takes \`ACCESS EXCLUSIVE\` on the table and reads every row to see that none is null. Nothing reads or writes
the table meanwhile.

A column that the same migration adds, and that nothing has filled, holds null in every row: there it fails as soon as the
table has one.

It is a hint of a column that is \`NOT NULL\` already: nothing is read, and the statement may go. Nothing is said of a table that
the same migration makes or the same transaction empties with \`TRUNCATE\`, and where a validated \`CHECK (column IS NOT NULL)\`
proves it: since PostgreSQL 12 nothing is read then. Nor is anything said where the same migration validates before a constraint that the history does not show.`,
  instead: `
Prove it first: add \`CHECK (column IS NOT NULL) NOT VALID\`, \`VALIDATE CONSTRAINT\` in a later transaction, where reads and
writes go on while rows are checked, then \`SET NOT NULL\`, which reads nothing, and drop the check.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL'],
  seeds: [
    'NOT NULL by way of a CHECK that is validated first',
    'set NOT NULL after the backfill, in a later migration',
  ],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'SET NOT NULL', 'ADD CONSTRAINT')) {
      if (subcommand.kind === 'ADD CONSTRAINT' && subcommand.constraint.kind !== 'NOT NULL') continue
      const mode = modeOn(effects, target.relation)
      if (!mode) continue
      if (!touches(effects.scans, target) && !isAddedBefore(alter, subcommand, target, context)) {
        if (subcommand.kind === 'SET NOT NULL') yield* changingNothing(subcommand, target, context)
        continue
      }
      if (subcommand.kind === 'SET NOT NULL' && mayBeProven(alter, target, context)) continue
      const what = subcommand.kind === 'SET NOT NULL' ? 'SET NOT NULL' : 'ADD NOT NULL'
      const column = subcommand.kind === 'SET NOT NULL' ? subcommand.column.name : subcommand.constraint.columns[0]
      if (subcommand.kind === 'SET NOT NULL' && holdsNullAlone(alter, subcommand, context)) {
        yield failing(subcommand, target)
        continue
      }
      const isFilledLater = column !== undefined && laterSteps(context).some(step => fills(step, alter, column))
      yield {
        at: subcommand.kind === 'SET NOT NULL' ? subcommand.keywords : subcommand.constraint.keywords,
        message: `${takes(what, mode, target.label)} until every row is checked`,
        detail: [
          'The rows that are there are read under that lock, so the wait grows with the table.',
          ...(isFilledLater ? [`It fails where a row has no "${column}": the UPDATE that fills it comes later.`] : []),
        ].join(' '),
        hint: hintForLater(
          subcommand.kind === 'SET NOT NULL'
            ? 'A validated CHECK (column IS NOT NULL) proves it without reading: add it NOT VALID, validate it, then SET NOT NULL.'
            : 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction: reads and writes go on while rows are checked.',
          context,
        ),
        relation: target.relation,
        fixes: () =>
          subcommand.kind === 'SET NOT NULL'
            ? provenFirst(alter, subcommand, context)
            : validatedLater(alter, place, subcommand.constraint, context),
      }
    }
  },

  examples: `
-- bad: a column of a table in use
-- shows: \`SET NOT NULL\` that reads every row
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_required.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;

-- bad: a new column that nothing fills
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan text, ADD COLUMN seats integer, ALTER COLUMN seats SET NOT NULL;
--                                                                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL fails when table "users" has rows]
  CREATE INDEX CONCURRENTLY users_plan_idx ON users (plan);
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
--                                    ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL fails when table "users" has rows]

-- bad: a new column of a table of another schema
-- file: 0001_users.sql
  CREATE SCHEMA shop;
  CREATE SCHEMA blog;
  CREATE TABLE shop.users (id bigint PRIMARY KEY);
  CREATE TABLE blog.users (id bigint PRIMARY KEY, plan text);
-- file: 0002_plan.sql
  ALTER TABLE shop.users ADD COLUMN plan text;
  ALTER TABLE blog.users ALTER COLUMN plan SET NOT NULL;
--                                         ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "blog.users": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  ALTER TABLE shop.users ADD COLUMN plan text;
  ALTER TABLE blog.users ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;
  ALTER TABLE blog.users VALIDATE CONSTRAINT users_plan_not_null_check;
  ALTER TABLE blog.users ALTER COLUMN plan SET NOT NULL;
  ALTER TABLE blog.users DROP CONSTRAINT users_plan_not_null_check;

-- bad: on PostgreSQL 18, where NOT NULL itself may be NOT VALID
-- given: postgres 18, golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email_required.up.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- fix: Add NOT NULL as NOT VALID, and validate it in a new migration
  ALTER TABLE users ADD CONSTRAINT users_email_not_null NOT NULL email NOT VALID;
-- file: 000003_validate_users_email_not_null.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null;

-- bad: ONLY a table that has no inheritors
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email_required.up.sql
  ALTER TABLE ONLY users ALTER COLUMN email SET NOT NULL;
--                                          ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- fix: Add a CHECK NOT VALID, and set NOT NULL when it is validated in a new migration
  ALTER TABLE ONLY users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
-- file: 000003_set_users_email_not_null.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;

-- bad: on PostgreSQL 18, as a constraint with its own name
-- given: postgres 18, golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email_required.up.sql
  ALTER TABLE users ADD CONSTRAINT email_required NOT NULL email, ADD COLUMN note text;
--                                                ^^^^^^^^ error [not-null-scan: ADD NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- fix: Add it NOT VALID and validate it in a new migration
  ALTER TABLE users ADD CONSTRAINT email_required NOT NULL email NOT VALID, ADD COLUMN note text;
-- file: 000003_validate_email_required.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT email_required;

-- bad: on PostgreSQL 18, each statement by itself
-- given: postgres 18
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_required.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- fix: Add NOT NULL as NOT VALID and validate it after
  ALTER TABLE users ADD CONSTRAINT users_email_not_null NOT NULL email NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null;

-- bad: among other subcommands
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_required.sql
  ALTER TABLE users
    ALTER COLUMN email SET DEFAULT '', -- for old clients
    ALTER email SET NOT NULL;
--              ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users
    ALTER COLUMN email SET DEFAULT '', -- for old clients
    ALTER email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;

-- bad: in the transaction of the tool
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email_required.sql
  -- +goose Up
  ALTER TABLE users
    ALTER COLUMN email SET DEFAULT '',
    ALTER COLUMN email SET NOT NULL;
--                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]

  -- +goose Down
  ALTER TABLE users
    ALTER COLUMN email DROP DEFAULT,
    ALTER COLUMN email DROP NOT NULL;
-- fix: Add a CHECK NOT VALID, and set NOT NULL when it is validated in a new migration
  -- +goose Up
  ALTER TABLE users
    ALTER COLUMN email SET DEFAULT '',
    ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;

  -- +goose Down
  ALTER TABLE users
    ALTER COLUMN email DROP DEFAULT,
    DROP CONSTRAINT users_email_not_null_check;
-- file: 00003_set_users_email_not_null.sql
  -- +goose Up
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;

  -- +goose Down
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users ALTER COLUMN email DROP NOT NULL;

-- bad: inside the fence that goose sends as one query
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email_required.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- +goose StatementBegin
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
  -- +goose StatementEnd
-- fix: Prove it with a CHECK that is validated first
  -- +goose NO TRANSACTION
  -- +goose Up
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  -- +goose StatementBegin
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  -- +goose StatementEnd
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;

-- bad: alone, with a down
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_email_required.up.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- file: 000002_email_required.down.sql
  ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
-- fix: Add a CHECK NOT VALID, and set NOT NULL when it is validated in a new migration
-- file: 000002_email_required.up.sql
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
-- file: 000002_email_required.down.sql
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;
-- file: 000003_set_users_email_not_null.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;
-- file: 000003_set_users_email_not_null.down.sql
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users ALTER COLUMN email DROP NOT NULL;

-- bad: what fills the column comes later
-- given: unbatched-backfill off, work-under-lock off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_required.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
  UPDATE users SET email = '' WHERE email IS NULL;
-- fix: Prove it with a CHECK that is validated first
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;
  UPDATE users SET email = '' WHERE email IS NULL;

-- bad: a check that is not validated proves nothing
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  ALTER TABLE users ADD CONSTRAINT email_given CHECK (email IS NOT NULL) NOT VALID;
-- file: 0002_email_required.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  ALTER TABLE users ADD CONSTRAINT users_email_not_null_check CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_email_not_null_check;

-- bad: no inheritor is meant; the table may be missing
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  CREATE TABLE guests () INHERITS (users);
-- file: 0002_required.sql
  ALTER TABLE ONLY users ALTER COLUMN email SET NOT NULL;
--                                          ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
  ALTER TABLE IF EXISTS users ALTER COLUMN name SET NOT NULL;
--                                              ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]

-- bad: what follows needs NOT NULL
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE UNIQUE INDEX users_email ON users (email);
-- file: 0002_required.sql
  BEGIN;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
  ALTER TABLE users REPLICA IDENTITY USING INDEX users_email;
  COMMIT;

-- good: of a table that the history does not show, after the check that proves it
  ALTER TABLE users VALIDATE CONSTRAINT users_email_check;
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;

-- good: a partitioned table of the same migration has no rows
-- file: 0001_events.sql
  CREATE TABLE events (id bigint, at timestamptz) PARTITION BY RANGE (at);
  ALTER TABLE events ALTER COLUMN at SET NOT NULL;

-- good: a validated check proves it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email_given.sql
  ALTER TABLE users ADD CONSTRAINT email_given CHECK (email IS NOT NULL) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT email_given;
-- file: 0003_email_required.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;

-- good: written with NOT
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text, CHECK (NOT (email IS NULL)));
-- file: 0002_email_required.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;

-- bad: it is NOT NULL already
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 0002_email_required.sql
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
--                                     ^^^^^^^^^^^^ hint [not-null-scan: SET NOT NULL changes nothing: column "email" of table "users" is NOT NULL already]

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  ALTER TABLE users ALTER COLUMN email SET NOT NULL;
`,
})

/**
 * Whether the migration itself adds the column as one that may be null, though an earlier one made it NOT NULL: where a file with
 * all that the migrations make stands before them, this is for databases that were there before.
 */
function isAddedBefore(alter: AlterRelation, subcommand: Subcommand, { table }: Target, context: RuleContext): boolean {
  if (subcommand.kind !== 'SET NOT NULL') return false
  const { name } = subcommand.column
  const known = columnNamed(table, name)
  if (!known?.notNull || isUnreleased(known.born, context)) return false
  return context.steps
    .slice(0, context.index)
    .some(
      ({ command }) =>
        command?.tag === 'ALTER TABLE' &&
        command.relation.name === alter.relation.name &&
        command.subcommands.some(
          other => other.kind === 'ADD COLUMN' && other.column.name.name === name && !other.column.notNull,
        ),
    )
}

/** Whether a constraint that the history does not show was validated before: most likely the CHECK that proves it. */
function mayBeProven({ relation }: AlterRelation, { table }: Target, { catalog, steps, index }: RuleContext): boolean {
  if (table?.columnsKnown) return false
  const key = keyOf(catalog, relation)
  return steps.slice(0, index).some(({ command, before }) => {
    if (command?.tag !== 'ALTER TABLE' || keyOf(before, command.relation) !== key) return false
    return command.subcommands.some(
      other => other.kind === 'VALIDATE CONSTRAINT' && !constraintNamed(tableAt(before, key), other.constraint.name),
    )
  })
}

/** Whether the migration adds the column without a value, and nothing has written the table since. */
function holdsNullAlone(
  alter: AlterRelation,
  { column }: SubcommandOfKind<'SET NOT NULL'>,
  context: RuleContext,
): boolean {
  const { catalog, settings, steps, index } = context
  const { schema, name } = alter.relation
  const added = ({ command }: Pick<Step, 'command'>) =>
    command?.tag === 'ALTER TABLE' && command.relation.name === name && command.relation.schema === schema
      ? command.subcommands.find(other => other.kind === 'ADD COLUMN' && other.column.name.name === column.name)
      : undefined
  const place = steps.slice(0, index + 1).findLastIndex(added)
  const one = steps[place] && added(steps[place])
  if (one?.kind !== 'ADD COLUMN' || one.ifNotExists || fillsItself(one.column, catalog, settings.postgres)) return false
  const since = steps.slice(place + 1, index)
  return (
    !isEmptiedBy(steps.slice(0, index), name) &&
    !since.some(step => mayWrite(step, name) || changesType(step, column.name))
  )
}

const changesType = ({ command }: Step, column: string): boolean =>
  command?.tag === 'ALTER TABLE' &&
  command.subcommands.some(other => other.kind === 'ALTER COLUMN TYPE' && other.column.name === column)

const failing = ({ column, keywords }: SubcommandOfKind<'SET NOT NULL'>, { label, relation }: Target): RuleFinding => ({
  at: keywords,
  message: `SET NOT NULL fails when ${label} has rows`,
  detail: `Column "${column.name}" is new and nothing has filled it: the rows that are there hold null in it, so PostgreSQL refuses the statement.`,
  hint: 'Add the column with a DEFAULT, or fill it, and set NOT NULL in a later migration.',
  relation,
  fixes: () => none('Only you know what the rows that are there should hold in the new column.'),
})

function* changingNothing(
  { column, keywords }: SubcommandOfKind<'SET NOT NULL'>,
  { table, label, relation }: Target,
  context: RuleContext,
): Iterable<RuleFinding> {
  const known = columnNamed(table, column.name)
  if (!known?.notNull) return
  yield {
    at: keywords,
    message: `SET NOT NULL changes nothing: column "${column.name}" of ${label} is NOT NULL already`,
    detail: isUnreleased(known.born, context)
      ? 'It was made so in this migration.'
      : 'It takes ACCESS EXCLUSIVE on the table for nothing; where a database has the column without NOT NULL, it reads every row.',
    severity: 'hint',
    relation,
  }
}

const fills = ({ command }: Step, { relation }: AlterRelation, column: string): boolean =>
  command?.tag === 'UPDATE' &&
  command.table.name === relation.name &&
  command.assignments.some(assignment => assignment.column === column)

function provenFirst(alter: AlterRelation, subcommand: SubcommandOfKind<'SET NOT NULL'>, context: RuleContext): Fix[] {
  const { column } = subcommand
  // Why the UPDATE cannot move is told at the UPDATE.
  const inSteps = withReason(() => afterBackfill(alter, column.name, context)).result
  if (inSteps.length > 0) return [...inSteps]
  if ((alter.only && !isWithoutInheritors(alter, context)) || alter.ifExists) return []
  if (rewritingIn(alter, context).length > 0) return none(isRewrittenAnyway)
  if (isMadeHere(alter, column.name) || needsNotNull(alter, column.name, context)) return []
  const table = written(context, alter.relation.span)
  const { name, clause, add, remove, prove, unprove } = proofOfNotNull(alter.relation, table, column.name, context)
  const isNative = prove.length === 1
  if (context.transaction.kind === 'own') {
    const edits = isNative
      ? [replacement(context, subcommand.span, clause), ...statementsAfter(context, prove)]
      : [...statementsBefore(context, [add, ...prove.slice(0, 1)]), ...statementsAfter(context, [remove])]
    return [
      {
        title: isNative
          ? 'Add NOT NULL as NOT VALID and validate it after'
          : 'Prove it with a CHECK that is validated first',
        safety: 'safe',
        edits,
      },
    ]
  }
  if (isNeeded(context, step => reshapes(step, alter.relation.name, context) && changesTable)) return []
  const placed = laterTransaction(
    context,
    prove,
    {
      title: `${isNative ? 'validate' : 'set'}_${alter.relation.name}_${column.name}_not_null`,
      about: { tables: [alter.relation.name], columns: [] },
      down: isNative ? undefined : downOf(alter.relation, column.name, unprove, quoted(name), context),
    },
    [replacement(context, subcommand.span, clause)],
  )
  const title = isNative
    ? 'Add NOT NULL as NOT VALID, and validate it'
    : 'Add a CHECK NOT VALID, and set NOT NULL when it is validated'
  return placed ? [{ title: `${title}${placed.where}`, safety: 'safe', ...placed }] : []
}

/** The fix for the whole sequence, where an earlier UPDATE of the transaction fills the column in all rows. */
function afterBackfill(alter: AlterRelation, column: string, context: RuleContext): readonly Fix[] {
  const { steps, index, history, settings, transaction } = context
  if (transaction.kind === 'own') return []
  for (const [place, step] of steps.slice(0, index).entries()) {
    const { command } = step
    if (command?.tag !== 'UPDATE' || command.table.name !== alter.relation.name) continue
    if (step.transaction.number !== transaction.number) continue
    if (!command.assignments.some(assignment => assignment.column === column)) continue
    const there = new StepContext(step, command, steps, place, history, settings)
    if (changesEveryRow(command, there)) return batchedBeforeNotNull(command, there)
  }
  return []
}

/** The new migration undoes SET NOT NULL and leaves the check as it found it; where that stood, the down drops the check. */
function downOf(table: Name, column: string, text: string, check: string, context: RuleContext): Down {
  const edits = downSteps(context).flatMap(step => {
    if (step.command?.tag !== 'ALTER TABLE' || step.command.relation.name !== table.name) return []
    return step.command.subcommands
      .filter(other => other.kind === 'DROP NOT NULL' && other.column.name === column)
      .map(other => replacement(step, other.span, `DROP CONSTRAINT ${check}`))
  })
  return { edits, text }
}

/** A CHECK of a table with inheritors is refused with ONLY and reaches their rows without it. */
function isWithoutInheritors({ relation }: AlterRelation, { catalog }: RuleContext): boolean {
  const key = keyOf(catalog, relation)
  return tableAt(catalog, key)?.kind === 'table' && inheritorsOf(catalog, key).length === 0
}

/** A CHECK before the statement cannot name a column that the statement adds. */
const isMadeHere = (alter: AlterRelation, column: string): boolean =>
  alter.subcommands.some(
    other =>
      (other.kind === 'ADD COLUMN' && other.column.name.name === column) ||
      (other.kind === 'ALTER COLUMN TYPE' && other.column.name === column),
  )

/** Identity columns must be NOT NULL when they become it (sql-altertable.html). */
const needsNotNull = (alter: AlterRelation, column: string, context: RuleContext): boolean =>
  [alter, ...laterSteps(context).map(step => step.command)].some(
    command =>
      command?.tag === 'ALTER TABLE' &&
      command.relation.name === alter.relation.name &&
      command.subcommands.some(
        other =>
          (other.kind === 'ADD GENERATED' && other.column.name === column) ||
          (other.kind === 'ADD CONSTRAINT' && other.constraint.kind === 'PRIMARY KEY'),
      ),
  )
