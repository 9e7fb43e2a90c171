import type { Step } from '../history/steps'
import { keyOf } from '../postgres/catalog'
import { isBuiltInFunction } from '../postgres/volatility'
import type { Name } from '../sql/parts'
import type { SubcommandKind } from '../sql/subcommands'
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

function isTruncated(name: Name, { relation }: Target, context: RuleContext): boolean {
  for (let place = context.index - 1; place >= 0; place--) {
    const step = context.steps[place]
    if (!step || step.transaction.number !== context.transaction.number) return false
    if (truncates(step, relation)) return true
    if (mayFill(step, name)) return false
  }
  return false
}

const truncates = ({ command, before }: Step, relation: string): boolean =>
  command?.tag === 'TRUNCATE TABLE' && command.tables.some(table => !table.only && keyOf(before, table) === relation)

/** What has a body may write a table that it does not name. */
function mayFill(step: Step, { name }: Name): boolean {
  const { command } = step
  if (!command || command.tag === 'DO' || command.tag === 'CALL') return true
  if (command.tag === 'SELECT')
    return command.writes.length > 0 || command.calls.some(({ name: called }) => !isBuiltInFunction(called))
  if (command.tag === 'ALTER TABLE') return command.subcommands.some(({ kind }) => bringing.has(kind))
  if (command.tag === 'INSERT' && command.source !== 'SELECT') return false
  return filling.has(command.tag) && mentions(step, name)
}

const bringing: ReadonlySet<SubcommandKind> = new Set<SubcommandKind>(['ATTACH PARTITION', 'INHERIT', 'RENAME TO'])
const filling: ReadonlySet<string> = new Set(['INSERT', 'COPY', 'MERGE', 'EXECUTE'])
