import type { Step } from '../history/steps'
import { laterSteps } from '../judgement/around'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { existingTable, isUnreleased, type SubcommandOfKind, subcommandsOf, type Target } from '../judgement/target'
import { type Catalog, relationNamed } from '../postgres/catalog'
import type { AlterRelation, Command } from '../sql/commands'
import type { Name } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'triggers-disabled',
  risk: 'data-loss',
  severity: 'warning',
  on: ['ALTER TABLE', 'SET'],
  concerns: command => (command.tag === 'SET' ? isReplica(command) : hasSubcommand('DISABLE TRIGGER')(command)),
  why: `
\`DISABLE TRIGGER ALL\` turns off the triggers that keep foreign keys too. Rows that are written meanwhile are checked by nobody,
neither then nor later: \`ENABLE TRIGGER\` looks at no row. And where the transaction ends before they are enabled again, the
rows that others write in between pass every trigger by. \`session_replication_role = replica\` turns off the triggers of its
session, those of foreign keys too, but for the few that are \`ENABLE ALWAYS\` or \`REPLICA\`.

Where nothing enables them again, \`DISABLE TRIGGER USER\` is told as information, a single trigger as a hint, once for a file.
Nothing is said where the same transaction enables them again, and of a table that the same migration makes.`,
  instead: `
Disable the triggers that are in the way by name, in the transaction that enables them again. To load rows in another order, make
the foreign keys \`DEFERRABLE\` and \`SET CONSTRAINTS ALL DEFERRED\`.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER', 'sql-set-constraints.html'],

  *check(alter, context) {
    if (!('subcommands' in alter)) {
      if (isReplica(alter) && isWrittenUnder(context)) yield { at: alter.keywords, ...ofReplica }
      return
    }
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'DISABLE TRIGGER')) {
      const which = triggerOf(subcommand, context)
      const isBetween = isEnabledElsewhere(alter, context)
      if (which === 'USER' && !isEnabledAgain(alter, context)) {
        yield { at: subcommand.keywords, ...everyTriggerOf(target) }
        continue
      }
      if (which !== 'ALL' && !isEnabledAgain(alter, context)) {
        yield { at: subcommand.keywords, ...oneTriggerOf(target) }
        continue
      }
      if (which !== 'ALL' && !isBetween) continue
      yield {
        at: subcommand.keywords,
        message:
          which === 'ALL'
            ? `DISABLE TRIGGER ALL turns off the foreign keys of ${target.label}: rows written meanwhile are never checked`
            : `DISABLE TRIGGER turns off a trigger of ${target.label} for all sessions until a later transaction enables it again`,
        detail:
          which === 'ALL'
            ? 'The triggers that keep foreign keys are disabled too, and ENABLE TRIGGER looks at no row.'
            : 'What others write in between passes the trigger by.',
        hint:
          which === 'ALL'
            ? 'Disable triggers by name or with USER; foreign keys that are DEFERRABLE can wait for the end of the transaction.'
            : 'Disable and enable it in one transaction: nobody else writes the table meanwhile.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: all, and with them the foreign keys
-- shows: foreign keys turned off with \`DISABLE TRIGGER ALL\`
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);
  CREATE INDEX ON items (order_id);
-- file: 0002_clean.sql
  BEGIN;
  ALTER TABLE items DISABLE TRIGGER ALL;
--                  ^^^^^^^^^^^^^^^ warning [triggers-disabled: DISABLE TRIGGER ALL turns off the foreign keys of table "items": rows written meanwhile are never checked]
  UPDATE items SET order_id = NULL WHERE id = 7;
  ALTER TABLE items ENABLE TRIGGER ALL;
  COMMIT;

-- bad: enabled again in another transaction
-- shows: triggers that are off while others write
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, changed timestamptz);
  CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touched();
-- file: 0002_clean.sql
  ALTER TABLE orders DISABLE TRIGGER touch;
--                   ^^^^^^^^^^^^^^^ warning [triggers-disabled: DISABLE TRIGGER turns off a trigger of table "orders" for all sessions until a later transaction enables it again]
  UPDATE orders SET changed = NULL WHERE id = 7;
  ALTER TABLE orders ENABLE TRIGGER touch;

-- bad: all but those of foreign keys, and they stay off
-- shows: triggers that nothing enables again
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, changed timestamptz);
-- file: 0002_clean.sql
  ALTER TABLE orders DISABLE TRIGGER USER;
--                   ^^^^^^^^^^^^^^^ information [triggers-disabled: DISABLE TRIGGER USER leaves every trigger of table "orders" off: nothing in this migration enables them again]

-- bad: one that stays off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, changed timestamptz);
  CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touched();
-- file: 0002_clean.sql
  ALTER TABLE orders DISABLE TRIGGER touch;
--                   ^^^^^^^^^^^^^^^ hint [triggers-disabled: DISABLE TRIGGER leaves a trigger of table "orders" off: nothing in this migration enables it again]

-- bad: one that stays off, behind one that does not
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, changed timestamptz);
  CREATE TABLE lines (id bigint PRIMARY KEY, changed timestamptz);
-- file: 0002_clean.sql
  BEGIN;
  ALTER TABLE orders DISABLE TRIGGER touch;
  ALTER TABLE orders ENABLE TRIGGER touch;
  ALTER TABLE lines DISABLE TRIGGER touch;
--                  ^^^^^^^^^^^^^^^ hint [triggers-disabled: DISABLE TRIGGER leaves a trigger of table "lines" off: nothing in this migration enables it again]
  COMMIT;

-- bad: of the whole session
-- shows: foreign keys turned off with \`session_replication_role\`
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_load.sql
  BEGIN;
  SET LOCAL session_replication_role = 'replica';
--^^^^^^^^^ warning [triggers-disabled: session_replication_role = replica turns off triggers and foreign keys: rows written meanwhile are never checked]
  DELETE FROM orders WHERE id = 7;
  COMMIT;

-- bad: rows of a table in use go by a WITH
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_load.sql
  BEGIN;
  CREATE TABLE old_orders (id bigint);
  SET LOCAL session_replication_role = replica;
--^^^^^^^^^ warning [triggers-disabled: session_replication_role = replica turns off triggers and foreign keys: rows written meanwhile are never checked]
  WITH gone AS (DELETE FROM orders WHERE id < 7 RETURNING id) INSERT INTO old_orders SELECT id FROM gone;
  COMMIT;

-- good: only new tables are written meanwhile
-- given: unbatched-backfill off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_load.sql
  CREATE TABLE items (id bigint PRIMARY KEY);
  SET session_replication_role = replica;
  INSERT INTO items (id) VALUES (7);
  RESET session_replication_role;
  DELETE FROM orders;

-- good: back to what it is by default
  SET session_replication_role = DEFAULT;
  SET session_replication_role = 'origin';

-- good: in one transaction
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY, changed timestamptz);
  CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touched();
-- file: 00002_clean.sql
  -- +goose Up
  ALTER TABLE orders DISABLE TRIGGER touch;
  UPDATE orders SET changed = NULL WHERE id = 7;
  ALTER TABLE orders ENABLE TRIGGER touch;

-- good: a table of the same migration
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders DISABLE TRIGGER ALL;
  ALTER TABLE orders ENABLE TRIGGER ALL;
`,
})

/** Whether rows of a table that was there before are written until it is set back, or may be. */
function isWrittenUnder(context: RuleContext): boolean {
  const after = context.steps.slice(context.index + 1)
  const end = after.findIndex(
    ({ command }) =>
      (command?.tag === 'SET' || command?.tag === 'RESET') && command.parameter === 'session_replication_role',
  )
  return after.slice(0, end < 0 ? after.length : end).some(({ command, before }) => {
    if (command?.tag === 'DO' || (command?.tag === 'SELECT' && command.calls.length > 0)) return true
    const isWrite = command && 'table' in command && writing.has(command.tag)
    const isOfOld = (table: Name) => !isNewIn(table, before, context)
    if (isWrite && command.table !== undefined && isOfOld(command.table)) return true
    return command !== undefined && 'writes' in command && command.writes?.some(isOfOld) === true
  })
}

const writing: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'])

const isNewIn = (table: Name, catalog: Catalog, context: RuleContext): boolean =>
  isUnreleased(relationNamed(catalog, table)?.born, context)

const isReplica = (command: Command): boolean =>
  command.tag === 'SET' &&
  command.parameter === 'session_replication_role' &&
  command.value?.toLowerCase() === 'replica'

const ofReplica = {
  message:
    'session_replication_role = replica turns off triggers and foreign keys: rows written meanwhile are never checked',
  detail: 'What keeps foreign keys are triggers, and nothing looks at these rows later.',
  hint: 'Disable the triggers that are in the way by name; foreign keys that are DEFERRABLE can wait for the end of the transaction.',
}

const everyTriggerOf = ({ label, relation }: Target): Omit<RuleFinding, 'at'> => ({
  message: `DISABLE TRIGGER USER leaves every trigger of ${label} off: nothing in this migration enables them again`,
  detail: 'It holds for all sessions, until somebody enables them; those that keep foreign keys stay on.',
  hint: 'Enable them again in the same transaction, or disable by name the one that is not wanted any more.',
  severity: 'information',
  relation,
})

const oneTriggerOf = ({ label, relation }: Target): Omit<RuleFinding, 'at'> => ({
  message: `DISABLE TRIGGER leaves a trigger of ${label} off: nothing in this migration enables it again`,
  detail: 'It holds for all sessions, until somebody enables it.',
  hint: 'Enable it again in the same transaction, or drop it where it is not wanted any more.',
  severity: 'hint',
  relation,
  // Whoever switches off many by name means it.
  mostInFile: 1,
})

/** ALL, USER or a trigger's name, as it stands. */
const triggerOf = ({ span }: SubcommandOfKind<'DISABLE TRIGGER'>, { statement }: RuleContext): string | undefined =>
  tokensOf(statement.text)
    .filter(({ kind, end }) => kind !== 'comment' && end <= span.end)
    .at(-1)?.text

/** Whether a later transaction of the same migration enables triggers of the table. */
const isEnabledElsewhere = (alter: AlterRelation, context: RuleContext): boolean =>
  enabling(alter, context).some(({ transaction }) => transaction.number !== context.transaction.number)

const isEnabledAgain = (alter: AlterRelation, context: RuleContext): boolean => enabling(alter, context).length > 0

const enabling = ({ relation }: AlterRelation, context: RuleContext): readonly Step[] =>
  laterSteps(context).filter(
    ({ command }) =>
      command?.tag === 'ALTER TABLE' &&
      command.relation.name === relation.name &&
      command.subcommands.some(({ kind }) => kind === 'ENABLE TRIGGER'),
  )
