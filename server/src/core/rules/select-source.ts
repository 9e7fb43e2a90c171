import type { Insert, Name } from '../sql/commands'
import { type Token, tokensOf } from '../sql/tokens'
import type { RuleContext } from './rule'

/**
 * Returns the relations that INSERT ... SELECT reads whole: those of its FROM, where no WHERE or LIMIT picks rows and the
 * rows are not gathered into one.
 */
export function wholeSources(insert: Insert, context: RuleContext): readonly Name[] {
  if (insert.source !== 'SELECT') return []
  const tokens = topLevelTokens(insert, context)
  const from = tokens.find(({ text }) => text === 'FROM')
  if (!from || tokens.some(({ kind, text }) => kind === 'word' && picking.has(text))) return []
  const isGrouped = tokens.some(({ text }) => text === 'GROUP')
  if (!isGrouped && tokens.some(({ kind, text }) => kind === 'word' && aggregates.has(text))) return []
  const starts = new Set(tokens.map(({ start }) => start))
  return insert.reads.filter(({ span }) => span.start > from.start && starts.has(span.start))
}

/** The clause of a SELECT whose rows can be taken in batches: one table and what is computed from its rows. */
export interface BatchableSource {
  readonly table: Name
  /** What the columns of the table are named with. */
  readonly alias: string
}

/** Returns the one table that an INSERT ... SELECT takes row by row, or undefined where it does more than that. */
export function batchableSource(insert: Insert, context: RuleContext): BatchableSource | undefined {
  const [table, ...others] = wholeSources(insert, context)
  if (!table || others.length > 0 || insert.reads.length > 1) return undefined
  const tokens = topLevelTokens(insert, context)
  if (tokens.some(({ kind, text }) => kind === 'word' && gathering.has(text))) return undefined
  const at = tokens.findIndex(({ start }) => start >= table.span.end)
  const next = tokens[at]?.text === 'AS' ? tokens[at + 1] : tokens[at]
  const isAlias = next && next.start < insert.sourceEnd && (next.kind === 'quoted identifier' || isPlainWord(next))
  const { text } = context.statement
  return { table, alias: isAlias ? text.slice(next.start, next.end) : text.slice(table.span.start, table.span.end) }
}

/** The tokens of the SELECT itself, outside all brackets. */
function topLevelTokens(insert: Insert, { statement }: RuleContext): Token[] {
  let depth = 0
  const found: Token[] = []
  for (const token of tokensOf(statement.text)) {
    if (token.kind === 'comment' || token.end > insert.sourceEnd) continue
    if (token.text === '(') depth++
    else if (token.text === ')') depth--
    else if (depth === 0) found.push(token)
  }
  return found
}

const isPlainWord = ({ kind, text }: Token): boolean => kind === 'word' && !afterTable.has(text)

const picking = new Set(['WHERE', 'LIMIT', 'FETCH', 'HAVING', 'TABLESAMPLE'])

const aggregates = new Set(
  `COUNT SUM AVG MIN MAX ARRAY_AGG STRING_AGG JSON_AGG JSONB_AGG JSON_OBJECT_AGG JSONB_OBJECT_AGG BOOL_AND BOOL_OR EVERY`.split(
    ' ',
  ),
)

/** What looks at more than one row of the source at a time, or at other tables. */
const gathering = new Set('WITH GROUP DISTINCT UNION EXCEPT INTERSECT WINDOW OVER ORDER OFFSET FOR JOIN'.split(' '))

const afterTable = new Set(['CROSS', 'LEFT', 'RIGHT', 'FULL', 'INNER', 'NATURAL', 'JOIN', 'ON', 'LATERAL', 'WHERE'])
