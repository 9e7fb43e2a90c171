import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { earlierStatements, laterStatements } from '../judgement/later'
import { freeName } from '../postgres/names'

/**
 * Returns a name for what stands beside something of another name, or for a column of a table: no migration gives it to anything, be
 * it for a while. It ends with a label, and is cut where it would be too long.
 */
export function unusedName(
  [first, second = '']: readonly [name: string, column?: string],
  label: string,
  context: RuleContext,
  isTaken: (name: string) => boolean = () => false,
): string {
  return freeName(first, second, label, other => isTaken(other) || isUsed(other, context))
}

const isUsed = (name: string, context: RuleContext): boolean =>
  [
    ...earlierStatements(context, [name]).map(({ statement }) => statement),
    ...context.steps.map(({ statement }) => statement),
    ...laterStatements(context, [name]),
  ].some(statement => mentions({ statement }, name))
