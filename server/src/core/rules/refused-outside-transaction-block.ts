import { mayHaveBlock } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import type { Command } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'refused-outside-transaction-block',
  risk: 'failure',
  severity: 'error',
  on: ['LOCK TABLE', 'SAVEPOINT', 'RELEASE', 'ROLLBACK', 'COMMIT', 'DECLARE CURSOR'],
  directions: ['up', 'down'],
  why: `
What lasts only as long as a transaction is over at once outside of one, and PostgreSQL refuses it there with error 25P01:
\`LOCK TABLE\`, \`SAVEPOINT\` and what goes back to it, \`DECLARE\` of a cursor without \`WITH HOLD\`, \`AND CHAIN\`. Savepoints
are refused also between several statements that are sent as one query.

Nothing is said in folders that no known tool runs, unless the file itself has transaction blocks: who runs it may open one.`,
  instead: `
Put \`BEGIN\` and \`COMMIT\` around it and what it is for, or let the tool open a transaction for this migration.`,
  manual: ['sql-lock.html', 'sql-savepoint.html', 'sql-declare.html'],

  *check(command, context) {
    if (!isRefused(command, context) || mayHaveBlock(context)) return
    yield {
      at: command.keywords,
      message: `${nameOf(command)} can only be used in transaction blocks`,
      detail: whyOutside(context),
      hint: 'Put BEGIN and COMMIT around it and what it is for.',
    }
  },

  examples: `
-- bad: the tool opens no transaction
-- shows: \`LOCK TABLE\` outside a transaction block
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_note.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  LOCK TABLE users IN SHARE MODE;
--^^^^^^^^^^ error [refused-outside-transaction-block: LOCK TABLE can only be used in transaction blocks]
  COMMENT ON TABLE users IS 'everybody';

-- bad: after COMMIT
-- shows: \`SAVEPOINT\` outside a transaction block
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_note.sql
  BEGIN;
  COMMENT ON TABLE users IS 'everybody';
  COMMIT;
  SAVEPOINT noted;
--^^^^^^^^^ error [refused-outside-transaction-block: SAVEPOINT can only be used in transaction blocks]

-- bad: a savepoint among statements that are sent together
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_note.up.sql
  SAVEPOINT before_note;
--^^^^^^^^^ error [refused-outside-transaction-block: SAVEPOINT can only be used in transaction blocks]
  COMMENT ON TABLE users IS 'everybody';

-- good: in a transaction
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_note.up.sql
  LOCK TABLE users IN SHARE UPDATE EXCLUSIVE MODE;
  COMMENT ON TABLE users IS 'everybody';

-- good: who runs the file may open a transaction around it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_note.sql
  LOCK TABLE users IN ROW EXCLUSIVE MODE;
  COMMENT ON TABLE users IS 'everybody';
`,
})

function isRefused(command: Command, { transaction, effects }: RuleContext): boolean {
  if (!effects.needsTransactionBlock) return false
  // An implicit transaction block has no savepoints and cannot be chained: DefineSavepoint, EndTransactionBlock in xact.c.
  const isControl = command.tag !== 'LOCK TABLE' && command.tag !== 'DECLARE CURSOR'
  return !transaction.isBlock || (isControl && transaction.kind === 'implicit')
}

function nameOf(command: Command): string {
  if (command.tag === 'ROLLBACK' && command.savepoint !== undefined) return 'ROLLBACK TO SAVEPOINT'
  if (command.tag === 'RELEASE') return 'RELEASE SAVEPOINT'
  return 'chain' in command && command.chain ? `${command.tag} AND CHAIN` : command.tag
}

function whyOutside({ transaction, history }: RuleContext): string {
  if (transaction.isBlock) return `${history.framework.name} sends the statements as one query, without BEGIN.`
  return 'Each statement commits by itself here.'
}
