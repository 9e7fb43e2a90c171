import type { Table, Trigger } from '../postgres/catalog'
import { calleeOfTrigger } from '../postgres/routines'
import { mentions } from './dependence'
import { earlierStatements } from './later'
import type { RuleContext } from './rule'

/**
 * Returns why a trigger of the table is in the way of a copy of a column that is filled and that another trigger keeps the same,
 * as a sentence; undefined where none is. One that sets or reads either of the two runs before or after the copying, as the names
 * of the triggers have it (trigger-definition.html).
 */
export function triggerInTheWay(table: Table, columns: readonly string[], context: RuleContext): string | undefined {
  for (const trigger of table.triggers) {
    const why = inTheWay(trigger, columns, context)
    if (why !== undefined) return `Trigger "${trigger.name}" ${why}.`
  }
  return undefined
}

function inTheWay(trigger: Trigger, columns: readonly string[], context: RuleContext): string | undefined {
  const { name, events = ['INSERT', 'UPDATE'], columns: fired } = trigger
  if (fired?.some(column => columns.includes(column))) return 'is fired by the column alone'
  if (events.includes('UPDATE') && !fired) return 'would run for every row that is filled'
  if (!events.some(event => event === 'INSERT' || event === 'UPDATE')) return undefined
  const called = calleeOfTrigger(context.catalog, { schema: trigger.schema, name: trigger.function })
  if (!called || 'unknown' in called) return 'runs a function that the migrations here do not show'
  const texts = earlierStatements(context, [name])
    .filter(({ statement }) => statement.command?.tag === 'CREATE TRIGGER' && statement.command.name.name === name)
    .map(({ statement }) => statement.text)
  const isNamed = [called.routine.code?.text ?? '', ...texts].some(text =>
    columns.some(column => mentions({ statement: { text } }, column)),
  )
  return isNamed ? 'has to do with the column' : undefined
}
