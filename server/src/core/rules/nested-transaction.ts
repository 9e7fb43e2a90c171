import type { Fix } from '../finding'
import { removedStatement } from '../fixes/edits'
import { type Step, stepsIn } from '../history/steps'
import { mayHaveBlock } from '../judgement/around'
import { shifted } from '../text'
import { defineMigrationRule, type MigrationContext, type RuleFinding } from './rule'

export default defineMigrationRule({
  id: 'nested-transaction',
  risk: 'failure',
  severity: 'warning',
  on: 'migration',
  directions: ['up', 'down'],
  why: `
PostgreSQL has no transactions inside transactions. Where the migration tool has opened one, \`BEGIN\` warns and does nothing,
and \`COMMIT\` or \`ROLLBACK\` ends the tool's transaction: what follows, the tool's own record of the migration too, is no
longer part of it. A failure there leaves the migration half applied, or applied without a record; some drivers end with an
error of their own. A second \`BEGIN\` or \`COMMIT\` in a transaction of the file's own does nothing but warn, and so does a
\`COMMIT\` at the end of a file that begins no transaction, unless who runs the file does.

Nothing is said of a \`COMMIT\` before any \`BEGIN\` where \`BEGIN\` or what cannot run in a transaction follows: somebody ends the
tool's transaction on purpose. Nor is anything said of savepoints. A section has one finding.`,
  instead: `
Leave transactions to the tool, or tell it with its marker not to open one.`,
  manual: ['sql-begin.html', 'sql-commit.html'],

  *check(context) {
    for (const section of context.migration.sections) {
      const own = stepsIn(context.steps, section)
      if (section.transaction !== 'tool') {
        yield* repeated(own, context)
        continue
      }
      const commands = own.filter(isTransactionCommand)
      const inTool = commands.filter(({ transaction }) => transaction.kind === 'tool')
      const found = inTool.find(({ command }) => !isStart(command?.tag)) ?? inTool[0]
      if (!found?.command || isOnPurpose(commands[0], own)) continue
      const tool = context.history.framework.name
      const { tag } = found.command
      yield {
        at: shifted({ start: 0, end: tag.length }, found.statement.span.start),
        message: isStart(tag)
          ? `${tag} does nothing: ${tool} runs this migration in a transaction`
          : `${tag} ends the transaction in which ${tool} runs this migration`,
        detail: isStart(tag)
          ? 'PostgreSQL warns that there is already a transaction in progress.'
          : `What follows is no longer part of it, the record that ${tool} makes of the migration too.`,
        hint: `Leave the transaction to ${tool}, or tell it not to open one for this migration.`,
        severity: isStart(tag) ? 'information' : undefined,
        fixes: () => withoutThem(own, commands, context),
      }
    }
  },

  examples: `
-- bad: BEGIN and COMMIT in the transaction of the tool
-- shows: \`BEGIN\` and \`COMMIT\` inside the transaction of the tool
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 00002_note.sql
  -- +goose Up
  BEGIN;
  ALTER TABLE users ADD COLUMN note text;
  COMMIT;
--^^^^^^ warning [nested-transaction: COMMIT ends the transaction in which goose runs this migration]

  -- +goose Down
  BEGIN;
  ALTER TABLE users DROP COLUMN note;
  COMMIT;
--^^^^^^ warning [nested-transaction: COMMIT ends the transaction in which goose runs this migration]
-- fix: Leave the transaction to goose
  -- +goose Up
  ALTER TABLE users ADD COLUMN note text;

  -- +goose Down
  BEGIN;
  ALTER TABLE users DROP COLUMN note;
  COMMIT;
-- fix: Leave the transaction to goose
  -- +goose Up
  BEGIN;
  ALTER TABLE users ADD COLUMN note text;
  COMMIT;

  -- +goose Down
  ALTER TABLE users DROP COLUMN note;

-- bad: more follows COMMIT
-- given: dbmate
-- file: 20240101000000_users.sql
  -- migrate:up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 20240102000000_note.sql
  -- migrate:up
  ALTER TABLE users ADD COLUMN note text;
  COMMIT;
--^^^^^^ warning [nested-transaction: COMMIT ends the transaction in which dbmate runs this migration]
  ALTER TABLE users ADD COLUMN mark text;

-- bad: BEGIN alone
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  BEGIN;
--^^^^^ information [nested-transaction: BEGIN does nothing: goose runs this migration in a transaction]
  CREATE TABLE users (id bigint PRIMARY KEY);
-- fix: Leave the transaction to goose
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);

-- bad: twice, where nobody else opens one
-- shows: \`BEGIN\` in an open transaction, \`COMMIT\` without one
-- file: 0001_users.sql
  BEGIN;
  CREATE TABLE users (id bigint PRIMARY KEY);
  BEGIN;
--^^^^^ information [nested-transaction: BEGIN does nothing: a transaction is open already]
  CREATE TABLE orders (id bigint PRIMARY KEY);
  COMMIT;
-- file: 0002_note.sql
  BEGIN;
  ALTER TABLE users ADD COLUMN note text;
  COMMIT;
  COMMIT;
--^^^^^^ information [nested-transaction: COMMIT does nothing: no transaction is open]

-- bad: at the end of a file without BEGIN
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  COMMIT;
--^^^^^^ information [nested-transaction: COMMIT ends a transaction that the file does not begin, or does nothing]

-- good: on purpose
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, note text);
-- file: 00002_note.sql
  -- +goose Up
  COMMIT;
  CREATE INDEX CONCURRENTLY users_note_idx ON users (note);

-- good: the tool is told not to open a transaction
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 00002_note.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  BEGIN;
  ALTER TABLE users ADD COLUMN note text;
  COMMIT;

-- good: nobody else opens one
-- file: 0001_users.sql
  BEGIN;
  CREATE TABLE users (id bigint PRIMARY KEY);
  COMMIT;

-- good: savepoints
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
  SAVEPOINT users_made;
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ROLLBACK TO SAVEPOINT users_made;
`,
})

/** A BEGIN in a block of the file, or a COMMIT behind one; and one at the end of a file without BEGIN. */
function* repeated(own: readonly Step[], context: MigrationContext): Iterable<RuleFinding> {
  const place = own.findIndex(isTransactionCommand)
  if (place < 0) return
  if (!isStart(own[place]?.command?.tag)) return yield* unbegun(own, place, context)
  const found = own.slice(place + 1).find(step => {
    if (!isTransactionCommand(step)) return false
    const { kind, first } = step.transaction
    return isStart(step.command?.tag) ? kind === 'block' && first !== step : kind === 'own'
  })
  if (!found?.command) return
  const { tag } = found.command
  yield {
    at: shifted({ start: 0, end: tag.length }, found.statement.span.start),
    message: `${tag} does nothing: ${isStart(tag) ? 'a transaction is open already' : 'no transaction is open'}`,
    detail: isStart(tag)
      ? 'PostgreSQL warns that there is already a transaction in progress; the first COMMIT ends it.'
      : 'PostgreSQL warns that there is no transaction in progress: the COMMIT before has ended it.',
    hint: `Leave the ${tag} out, or the one before it.`,
    severity: 'information',
  }
}

function* unbegun(own: readonly Step[], place: number, context: MigrationContext): Iterable<RuleFinding> {
  const last = own[place]
  if (!last?.command || last !== own.at(-1)) return
  const { tag } = last.command
  yield {
    at: shifted({ start: 0, end: tag.length }, last.statement.span.start),
    message: mayHaveBlock(context)
      ? `${tag} ends a transaction that the file does not begin, or does nothing`
      : `${tag} does nothing: no transaction is open`,
    detail: mayHaveBlock(context)
      ? 'Whoever runs the file may have opened one; else PostgreSQL warns that there is no transaction in progress.'
      : 'PostgreSQL warns that there is no transaction in progress.',
    hint: `Leave the ${tag} out, or begin with BEGIN.`,
    severity: 'information',
  }
}

/** Ends the tool's transaction first of all, for another one or for what cannot run in one. */
function isOnPurpose(first: Step | undefined, own: readonly Step[]): boolean {
  if (!first || isStart(first.command?.tag)) return false
  return own
    .slice(own.indexOf(first) + 1)
    .some(({ command, effects }) => isStart(command?.tag) || effects?.refusesTransactionBlock)
}

const isStart = (tag: string | undefined): boolean => tag === 'BEGIN' || tag === 'START TRANSACTION'

const isTransactionCommand = ({ command }: Step): boolean =>
  isStart(command?.tag) ||
  ((command?.tag === 'COMMIT' || command?.tag === 'ROLLBACK') && command.savepoint === undefined && !command.chain)

/** Without BEGIN at the start and COMMIT at the end the tool's transaction is the one that they meant. */
function withoutThem(own: readonly Step[], commands: readonly Step[], { history }: MigrationContext): Fix[] {
  const [first, last] = [own[0], own.at(-1)]
  const isAround = commands.every(step => isStart(step.command?.tag) || step === last)
  if (!isAround || !first || own.length <= commands.length || last?.command?.tag === 'ROLLBACK') return []
  return [
    {
      title: `Leave the transaction to ${history.framework.name}`,
      safety: 'safe',
      edits: commands.map(step => removedStatement(step)),
    },
  ]
}
