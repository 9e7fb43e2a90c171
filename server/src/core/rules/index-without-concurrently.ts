import type { Fix } from '../finding'
import type { Step } from '../history/steps'
import type { CreateIndex } from '../sql/commands'
import { quoted } from '../sql/quote'
import { mentions, reshapes } from './dependence'
import { insertion } from './edits'
import { indexName } from './made-names'
import { outsideTransaction, type Undo } from './placement'
import { defineRule, type RuleContext } from './rule'
import { existingTable, modeOn, takes } from './target'

export default defineRule({
  id: 'index-without-concurrently',
  risk: 'locking',
  severity: 'error',
  on: ['CREATE INDEX'],
  why: `
A plain \`CREATE INDEX\` takes \`SHARE\` on its table and keeps it until the transaction ends. Reads go on; every
\`INSERT\`, \`UPDATE\` and \`DELETE\` waits. The build reads the whole table, so the wait grows with it.

Nothing is said of a table that the same migration makes, of a temporary table, of a materialized view (only
\`REFRESH\` writes it), or of an index \`ON ONLY\` a partitioned table, which builds nothing.`,
  instead: `
\`CREATE INDEX CONCURRENTLY\` lets writes go on. It reads the table twice and waits for older transactions, so it takes
longer, and it cannot run inside a transaction block: the fix uses the migration tool's own marker for that, or moves
the statement to a migration of its own. A build that fails leaves an \`INVALID\` index behind: drop it before a retry.

PostgreSQL cannot build an index on a partitioned table concurrently: create it \`ON ONLY\` the parent, build the index of
each partition with \`CONCURRENTLY\`, then \`ALTER INDEX ... ATTACH PARTITION\`.`,
  manual: ['sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY', 'explicit-locking.html#LOCKING-TABLES'],

  *check(index, context) {
    const target = existingTable(index.table, context)
    if (index.concurrently || !target || context.effects.scans.length === 0) return
    const mode = modeOn(context.effects, target.relation)
    if (!mode) return
    const isPartitioned = target.table?.kind === 'partitioned table'
    yield {
      at: index.keywords,
      message: `${takes(index.unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX', mode, target.label)} until the index is built`,
      detail: 'Every row of the table is read to build the index, so the wait grows with the table.',
      hint: isPartitioned
        ? 'Create the index ON ONLY the partitioned table, build one on each partition with CONCURRENTLY, and attach them.'
        : 'CREATE INDEX CONCURRENTLY lets writes go on; it must run outside a transaction block.',
      relation: target.relation,
      fixes: isPartitioned ? [] : fixes(index, context),
    }
  },

  examples: `
-- bad: a plain index on a table that is in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  CREATE INDEX users_email_idx ON users (email);
`,
})

function fixes(index: CreateIndex, context: RuleContext): Fix[] {
  const name = indexName(index, context)
  const concurrently = insertion(context, index.keywords.end, ' CONCURRENTLY')
  const placed = outsideTransaction(context, [concurrently], {
    title: `create_${name ?? `index_on_${index.table.name}`}`,
    neededBy: step => isNeededBy(step, index, name),
    undo: name === undefined ? undefined : undoOf(index, name),
  })
  if (!placed) return []
  return [{ title: `Build the index concurrently${placed.where}`, safety: 'safe', ...placed }]
}

/** A unique index may be what a later ON CONFLICT or foreign key stands on; an index dropped later may be the old one. */
function isNeededBy(step: Step, index: CreateIndex, name: string | undefined): boolean {
  if (name !== undefined && mentions(step, name)) return true
  if (index.unique && mentions(step, index.table.name)) return true
  return step.command?.tag === 'DROP INDEX' || reshapes(step, index.table.name)
}

const undoOf = (index: CreateIndex, name: string): Undo => ({
  matches: command => command.tag === 'DROP INDEX' && command.names.length === 1 && command.names[0]?.name === name,
  changes: step =>
    step.command?.tag === 'DROP INDEX' && !step.command.concurrently && !step.command.cascade
      ? [insertion(step, step.command.keywords.end, ' CONCURRENTLY')]
      : [],
  otherwise: `DROP INDEX CONCURRENTLY ${qualified(index.table.schema, name)};`,
})

/** An index lives in the schema of its table. */
const qualified = (schema: string | undefined, name: string): string =>
  schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
