import type { Step } from '../history/steps'
import { laterSteps } from '../judgement/around'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { existingTable, inQuotes } from '../judgement/target'
import type { CreateTable } from '../sql/commands'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'autovacuum-off',
  risk: 'performance',
  severity: 'warning',
  on: ['ALTER TABLE', 'CREATE TABLE'],
  concerns: hasSubcommand('SET PARAMETERS'),
  why: `
Without autovacuum nothing takes the dead rows out of a table and nothing gathers its statistics: it grows with every \`UPDATE\`, and
plans get worse. Only when its transaction ids grow old does PostgreSQL vacuum it all the same, and then all of it at once.

It is information of a new table, which may well fill up later. Nothing is said where a later statement of the migration turns it on
again, of a temporary table, and of an \`ALTER TABLE\` of one that the same migration makes.`,
  instead: `
Leave it on. Where it comes too often or takes too much, set \`autovacuum_vacuum_scale_factor\` or
\`autovacuum_vacuum_cost_delay\` of the table. For a large load, turn it off and on again in the same migration.`,
  manual: ['sql-createtable.html#RELOPTION-AUTOVACUUM-ENABLED', 'routine-vacuuming.html'],

  *check(alter, context) {
    if (!('subcommands' in alter)) return yield* ofNewTable(alter, context)
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const subcommand of alter.subcommands) {
      if (subcommand.kind !== 'SET PARAMETERS' || !subcommand.parameters.includes('autovacuum_enabled')) continue
      const at = settingOff(context.statement.text, subcommand.span)
      if (!at || laterSteps(context).some(step => turnsBack(step, alter.relation.name))) continue
      yield {
        at,
        message: `autovacuum_enabled turns autovacuum off for ${target.label}`,
        detail: 'Dead rows stay, the table grows, and its statistics are no longer gathered.',
        hint: 'Leave it on, or turn it on again in the same migration.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: a table in use
-- shows: autovacuum turned off for a table
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_load.sql
  ALTER TABLE events SET (fillfactor = 90, autovacuum_enabled = false);
--                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [autovacuum-off: autovacuum_enabled turns autovacuum off for table "events"]

-- bad: a new table
-- shows: new table without autovacuum
  CREATE TABLE events (id bigint PRIMARY KEY) WITH (autovacuum_enabled = false);
--                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ information [autovacuum-off: autovacuum_enabled turns autovacuum off for table "events"]

-- good: on again in the same migration
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_load.sql
  ALTER TABLE events SET (autovacuum_enabled = off);
  ALTER TABLE events RESET (autovacuum_enabled);

-- good: turned on, and other parameters
-- file: 0001_events.sql
  CREATE TABLE events (id bigint PRIMARY KEY);
-- file: 0002_load.sql
  ALTER TABLE events SET (autovacuum_enabled = true, autovacuum_vacuum_scale_factor = 0.01);

-- good: a table of the same migration
  CREATE TABLE events (id bigint PRIMARY KEY);
  ALTER TABLE events SET (autovacuum_enabled = false);
`,
})

function* ofNewTable({ table, persistence }: CreateTable, context: RuleContext): Iterable<RuleFinding> {
  const { text } = context.statement
  if (persistence === 'temporary' || !/autovacuum_enabled/i.test(text)) return
  const at = settingOff(text, { start: 0, end: text.length })
  if (!at || laterSteps(context).some(step => turnsBack(step, table.name))) return
  yield {
    at,
    message: `autovacuum_enabled turns autovacuum off for table ${inQuotes(table)}`,
    detail: 'Dead rows stay, the table grows, and its statistics are never gathered.',
    hint: 'Leave it on, or turn it on when the table is loaded.',
    severity: 'information',
  }
}

/** The parameter with its value, where that means off. */
function settingOff(text: string, span: Span): Span | undefined {
  const tokens = tokensOf(text).filter(
    ({ kind, start, end }) => kind !== 'comment' && start >= span.start && end <= span.end,
  )
  const place = tokens.findIndex(({ text: word }) => word.toLowerCase() === 'autovacuum_enabled')
  const [name, equals, value] = tokens.slice(place, place + 3)
  if (place < 0 || !name || equals?.text !== '=' || !value) return undefined
  return /^'?(?:false|off|no|0|f|n)'?$/i.test(value.text) ? { start: name.start, end: value.end } : undefined
}

const turnsBack = ({ command }: Step, table: string): boolean =>
  command?.tag === 'ALTER TABLE' &&
  command.relation.name === table &&
  command.subcommands.some(
    other =>
      (other.kind === 'RESET PARAMETERS' || other.kind === 'SET PARAMETERS') &&
      other.parameters.includes('autovacuum_enabled'),
  )
