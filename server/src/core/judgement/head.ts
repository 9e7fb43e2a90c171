import type { Migration } from '../history/migration'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'

/** Returns where a finding about a whole migration stands: at the first word of its first statement, else at its start. */
export function headOf({ sections }: Migration): Span {
  const statement = sections.flatMap(({ statements }) => statements)[0]
  if (!statement) return { start: 0, end: 0 }
  const first = tokensOf(statement.text).find(({ kind }) => kind !== 'comment')
  const { start } = statement.span
  return first ? { start: start + first.start, end: start + first.end } : { start, end: start }
}
