import type { Fix } from '../finding'
import { laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mayName, mentions } from '../judgement/dependence'
import type { ColumnDefinition } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { replacement } from './edits'

/**
 * Returns the fix that defines a new column with another type: only where nothing else in the migration names the column,
 * for an expression, an index or a query that was written for the one type may not fit the other.
 */
export function withType(
  type: string,
  { name, type: old }: ColumnDefinition,
  context: RuleContext,
  title = `Make it ${type}`,
): Fix[] {
  const isFree = old.dimensions === 0 && isNamedOnce(name.name, name.span, context)
  if (!isFree || context.statement.problem || context.inside || context.direction === 'down') return []
  const edits = [replacement(context, old.span, type)]
  return [{ title, safety: 'review', isChange: true, edits }]
}

const isNamedOnce = (name: string, at: Span, context: RuleContext): boolean =>
  !laterSteps(context).some(step => mentions(step, name)) &&
  !tokensOf(context.statement.text).some(token => token.start !== at.start && mayName(token, name.toLowerCase()))
