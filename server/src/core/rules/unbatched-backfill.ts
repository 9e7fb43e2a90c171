import type { Severity } from '../finding'
import { type Column, columnNamed, type Table, tableAt } from '../postgres/catalog'
import type { RelationLock } from '../postgres/effects'
import { blocksWrites, type LockMode, lockModes } from '../postgres/locks'
import type { Delete, Insert, Name, Update } from '../sql/commands'
import { batched } from './batches'
import { defineRule, type RuleContext, type RuleFinding } from './rule'
import { wholeSources } from './select-source'
import { existingTable, inQuotes, isNew, type Target, whoWaits } from './target'

export default defineRule({
  id: 'unbatched-backfill',
  risk: 'locking',
  severity: 'warning',
  on: ['UPDATE', 'DELETE', 'INSERT'],
  why: `
One statement that changes every row of a table is one transaction for as long as that takes: everybody who wants to
change one of these rows waits for its end, vacuum cannot clean up behind it, and a failure near the end loses all of it.
Where the same transaction has changed the schema before, its locks stay until the end as well, and those make everybody
wait: the finding is an error then.

Nothing is said of a \`WHERE\` that picks rows by what they hold, of tables that the same migration makes, and of
\`INSERT ... SELECT\` into such a table while nobody waits for the transaction. A \`WHERE\` that only tests columns which the
migration adds, or that the assigned column \`IS NULL\`, picks every row.`,
  instead: `
Change the rows in batches, each its own transaction, outside the transaction of the schema change. The fix writes a \`DO\`
block that walks along the primary key, visits each row once and commits after each batch; it is offered where the history
knows a primary key of one column, and is for you to review: others see the table half done, and a run that fails keeps what
it did.`,
  manual: ['populate.html', 'plpgsql-transactions.html', 'routine-vacuuming.html#VACUUM-FOR-SPACE-RECOVERY'],

  *check(command, context) {
    const found = command.tag === 'INSERT' ? unbatchedInsert(command, context) : unbatchedChange(command, context)
    if (found) yield found
  },

  examples: `
`,
})

function unbatchedChange(command: Update | Delete, context: RuleContext): RuleFinding | undefined {
  const target = existingTable(command.table, context)
  if (!target || target.table?.kind === 'foreign table' || !changesEveryRow(command, target, context)) return undefined
  const verb = command.tag === 'UPDATE' ? 'changes' : 'deletes'
  return finding(
    `${command.tag} ${verb} all rows of ${target.label} in one transaction`,
    target.relation,
    command,
    context,
  )
}

function unbatchedInsert(insert: Insert, context: RuleContext): RuleFinding | undefined {
  const [source] = wholeSources(insert, context).flatMap(name => existingTable(name, context) ?? [])
  if (!source || (isNew(insert.table, context) && !heldLock(context))) return undefined
  return finding(
    `INSERT copies all rows of ${source.label} into table ${inQuotes(insert.table)} in one transaction`,
    source.relation,
    insert,
    context,
  )
}

function finding(what: string, relation: string, command: Update | Delete | Insert, context: RuleContext): RuleFinding {
  const held = heldLock(context, relation)
  const severity: Severity = held ? 'error' : 'warning'
  return {
    at: command.keywords,
    message: held ? `${what}, which already holds ${held.mode} on ${held.label}: ${whoWaits(held.mode)}` : what,
    detail: held
      ? 'The lock of an earlier statement is kept until the transaction ends, so the wait grows with the table.'
      : 'Whoever wants to change one of these rows waits for its end, and vacuum cannot clean up behind it.',
    hint: held
      ? 'Move it to a migration of its own, outside a transaction, and change the rows in batches.'
      : 'Change the rows in batches along the primary key, each in its own transaction.',
    relation,
    severity,
    fixes: batched(command, context),
  }
}

/** The strongest lock that makes others wait for the end of this transaction; the one on `relation` where there is one. */
function heldLock(context: RuleContext, relation?: string): { mode: LockMode; label: string } | undefined {
  const felt = context.transaction.held.filter(lock => blocksWrites(lock.mode) && isUsedByOthers(lock, context))
  const lock = felt.find(other => other.relation === relation) ?? felt.toSorted((a, b) => rank(b) - rank(a))[0]
  return lock && { mode: lock.mode, label: `${lock.kind} "${lock.relation.replace(/^public\./, '')}"` }
}

const rank = ({ mode }: RelationLock): number => lockModes.indexOf(mode)

function isUsedByOthers({ relation, kind }: RelationLock, { catalog, migration }: RuleContext): boolean {
  if (kind !== 'table' && kind !== 'partitioned table') return false
  const known = tableAt(catalog, relation)
  return known?.persistence !== 'temporary' && known?.born?.migration !== migration.path
}

/** No WHERE, one that is always true, or one that only tells rows from those that the backfill has done. */
function changesEveryRow(command: Update | Delete, { table }: Target, context: RuleContext): boolean {
  if (command.tag === 'UPDATE' ? command.from : command.using) return false
  const { where } = command
  if (!where) return true
  if (where.hasSubquery) return false
  if (where.columns.length === 0) return where.calls.length === 0
  if (where.columns.every(column => isNewColumn(column, command.table, table, context))) return true
  const [test, ...others] = where.comparisons?.length === 1 ? (where.comparisons[0] ?? []) : []
  if (command.tag === 'DELETE' || test?.operator !== 'IS NULL' || others.length > 0) return false
  const isAssigned = command.assignments.some(({ column }) => column === test.column)
  return isAssigned && !isAsOldAsTable(columnNamed(table, test.column), table)
}

const isNewColumn = (column: string, name: Name, table: Table | undefined, context: RuleContext): boolean =>
  columnNamed(table, column)?.born?.migration === context.migration.path ||
  context.steps
    .slice(0, context.index)
    .some(
      ({ command }) =>
        command?.tag === 'ALTER TABLE' &&
        command.relation.name === name.name &&
        command.subcommands.some(other => other.kind === 'ADD COLUMN' && other.column.name.name === column),
    )

/** A column that came with its table is null where somebody left it so; one that was added later is null in every older row. */
const isAsOldAsTable = (column: Column | undefined, table: Table | undefined): boolean =>
  column !== undefined && column.born?.migration === table?.born?.migration
