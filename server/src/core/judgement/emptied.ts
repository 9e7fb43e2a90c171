import { onceForEach } from '../history/numbering'
import type { Step } from '../history/steps'
import { keyOf } from '../postgres/catalog'
import { isBuiltInFunction } from '../postgres/volatility'
import type { Name } from '../sql/parts'
import type { SubcommandKind } from '../sql/subcommands'
import { laterSteps } from './around'
import type { RuleContext } from './context'
import { mentions } from './dependence'
import { existingTable, type Target } from './target'

/**
 * Returns the table that a name means, like `existingTable`, but undefined also where the same transaction has emptied it:
 * TRUNCATE keeps ACCESS EXCLUSIVE until the end (sql-truncate.html), and what would read or write the rows finds at most those
 * that `INSERT ... VALUES` has put in since.
 */
export function tableWithRows(name: Name, context: RuleContext): Target | undefined {
  const target = existingTable(name, context)
  return target && isTruncated(name, target, context) ? undefined : target
}

function isTruncated({ name }: Name, { relation }: Target, { steps, index, transaction }: RuleContext): boolean {
  const isIts = (step: Step) => step.transaction.number === transaction.number && truncates(step, relation)
  const [place] = truncations(steps).findLast(([at, step]) => at < index && isIts(step)) ?? []
  if (place === undefined) return false
  return !steps.slice(place + 1, index).some(step => bringsTable(step) || (!bringsFew(step) && mayWrite(step, name)))
}

/** Files of thousands of statements have few of them. */
const truncations = onceForEach((steps: readonly Step[]) =>
  [...steps.entries()].filter(([, { command }]) => command?.tag === 'TRUNCATE TABLE'),
)

const truncates = ({ command, before }: Step, relation: string): boolean =>
  command?.tag === 'TRUNCATE TABLE' && command.tables.some(table => !table.only && keyOf(before, table) === relation)

/** Whether there may be rows that another table had, or ROLLBACK TO SAVEPOINT has brought back. */
const bringsTable = ({ command }: Step): boolean =>
  command?.tag === 'ROLLBACK' ||
  (command?.tag === 'ALTER TABLE' && command.subcommands.some(({ kind }) => bringing.has(kind)))

const bringing: ReadonlySet<SubcommandKind> = new Set<SubcommandKind>(['ATTACH PARTITION', 'INHERIT', 'RENAME TO'])

const bringsFew = ({ command }: Step): boolean =>
  command?.tag === 'UPDATE' || command?.tag === 'DELETE' || (command?.tag === 'INSERT' && command.source !== 'SELECT')

/** Returns whether one of the statements takes all rows from a table of this name. */
export const isEmptiedBy = (steps: readonly Step[], table: string): boolean =>
  steps.some(({ command }) => {
    if (command?.tag === 'TRUNCATE TABLE') return command.tables.some(name => name.name === table)
    return command?.tag === 'DELETE' && !command.where && !command.using && command.table.name === table
  })

/** Returns whether a later statement drops a table of this name: that loses its rows as well, and is told. */
export const isDroppedNext = (table: string, context: RuleContext): boolean =>
  laterSteps(context).some(
    ({ command }) => command?.tag === 'DROP TABLE' && command.names.some(({ name }) => name === table),
  )

/** Returns whether a statement may write rows of the table: what has a body may write one that it does not name. */
export function mayWrite(step: Step, table: string): boolean {
  const { command } = step
  if (!command || command.tag === 'DO' || command.tag === 'CALL') return true
  if (command.tag === 'SELECT')
    return command.writes.length > 0 || command.calls.some(call => !isBuiltInFunction(call.name))
  return writing.has(command.tag) && mentions(step, table)
}

const writing: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'EXECUTE'])
