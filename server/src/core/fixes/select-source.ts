import type { RuleContext } from '../judgement/context'
import { existingTable } from '../judgement/target'
import { aggregates, isPlainFunction } from '../postgres/aggregates'
import type { Name } from '../sql/parts'
import type { Insert } from '../sql/row-commands'
import { type Token, tokensOf } from '../sql/tokens'

/**
 * Returns the tables in use that INSERT ... SELECT reads whole: those of its FROM, where no WHERE or LIMIT picks rows and the
 * rows are not gathered into one.
 */
export function wholeSources(insert: Insert, context: RuleContext): readonly Name[] {
  if (insert.source !== 'SELECT') return []
  const tokens = topLevelTokens(insert, context)
  const from = tokens.find(({ text }) => text === 'FROM')
  if (!from || tokens.some(({ kind, text }) => kind === 'word' && picking.has(text))) return []
  const isGrouped = tokens.some(({ text }) => text === 'GROUP')
  if (!isGrouped && isOneRow(insert, context)) return []
  const starts = new Set(tokens.map(({ start }) => start))
  const sources = insert.reads.filter(({ span }) => span.start > from.start && starts.has(span.start))
  const inUse = sources.filter(name => existingTable(name, context))
  return isJoinedTo(inUse.length, tokens.slice(tokens.indexOf(from) + 1)) ? [] : inUse
}

/** Whether the tables in use are joined to something else, which says by what it holds which rows: a list of values, a new table. */
function isJoinedTo(tables: number, after: readonly Token[]): boolean {
  const end = after.findIndex(({ kind, text }) => kind === 'word' && afterFrom.has(text))
  const from = end < 0 ? after : after.slice(0, end)
  const joins = from.filter(({ kind, text }, at) => {
    if (kind !== 'word' || text !== 'JOIN') return false
    return !keepingRows.has(from[at - 1]?.text ?? '') && from[at + 1]?.text !== 'LATERAL'
  })
  const others = from.filter(({ text }, at) => (text === 'JOIN' || text === ',') && from[at + 1]?.text !== 'LATERAL')
  return joins.length > 0 && tables < 1 + others.length
}

const afterFrom = new Set(['GROUP', 'ORDER', 'WINDOW', 'UNION', 'EXCEPT', 'INTERSECT', 'FOR'])

/** With these before JOIN every row of one side stays. */
const keepingRows = new Set(['LEFT', 'RIGHT', 'FULL', 'OUTER', 'CROSS'])

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
  if (tokensOf(context.statement.text).some(({ text }) => sqlJson.has(text))) return undefined
  if (!insert.calls.every(call => isPlainFunction(call, context.catalog))) return undefined
  const { text } = context.statement
  const [next, ...rest] = tokensOf(text).filter(
    ({ kind, start, text: word }) => kind !== 'comment' && start >= table.span.end && word !== 'AS',
  )
  const isAlias = next && next.start < insert.sourceEnd && (next.kind === 'quoted identifier' || isPlainWord(next))
  const renamesColumns = isAlias && rest[0]?.text === '('
  if (renamesColumns || next?.text === '*') return undefined
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

/** Returns whether a plain SELECT from tables takes the result at `place` from one of their columns without changing it. */
export function isTakenAsItIs(insert: Insert, place: number, context: RuleContext): boolean {
  const { statement } = context
  const tokens = tokensOf(statement.text).filter(({ kind, end }) => kind !== 'comment' && end <= insert.sourceEnd)
  const select = tokens.findIndex(({ text }) => text === 'SELECT')
  const isNested = tokens.some(
    ({ kind, text }, index) => kind === 'word' && (combining.has(text) || (querying.has(text) && index !== select)),
  )
  const from = tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'FROM')
  if (isNested || from < select || tokens.slice(from).some(({ text }) => text === '(')) return false
  const results: Token[][] = [[]]
  let depth = 0
  for (const token of tokens.slice(select + 1, from)) {
    if (token.text === '(') depth++
    else if (token.text === ')') depth--
    if (token.text === ',' && depth === 0) results.push([])
    else results.at(-1)?.push(token)
  }
  const [name, dot, column, ...rest] = results[place] ?? []
  if (!name || results.some(([first, , last]) => first?.text === '*' || last?.text === '*')) return false
  const isName = ({ kind }: Token) => kind === 'word' || kind === 'quoted identifier'
  if (!isName(name) || notColumns.has(name.text)) return false
  return dot === undefined || (dot.text === '.' && column !== undefined && isName(column) && rest.length === 0)
}

const combining = new Set(['UNION', 'EXCEPT', 'INTERSECT', 'DISTINCT', 'ALL'])

/** Words that are values of their own. */
const notColumns = new Set(
  `CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP CURRENT_USER CURRENT_ROLE CURRENT_CATALOG
  CURRENT_SCHEMA SESSION_USER SYSTEM_USER USER NULL`.split(/\s+/),
)

/** Whether an aggregate gathers all rows into one: called among the results, not in a subquery, nor over a window. */
function isOneRow(insert: Insert, { statement }: RuleContext): boolean {
  const tokens = tokensOf(statement.text).filter(({ kind, end }) => kind !== 'comment' && end <= insert.sourceEnd)
  const subqueries: boolean[] = []
  for (const [index, { kind, text }] of tokens.entries()) {
    const next = tokens[index + 1]
    if (text === '(') subqueries.push(next?.kind === 'word' && querying.has(next.text))
    else if (text === ')') subqueries.pop()
    else if (subqueries.length === 0 && kind === 'word' && text === 'FROM') return false
    else if (kind === 'word' && next?.text === '(' && !subqueries.includes(true)) {
      const isAggregate = aggregates.has(text.toLowerCase()) || sqlJson.has(text)
      if (isAggregate && !isOverWindow(tokens, index + 1)) return true
    }
  }
  return false
}

/** `open`: the bracket of the arguments. FILTER and WITHIN GROUP have brackets of their own before OVER. */
function isOverWindow(tokens: readonly Token[], open: number): boolean {
  let depth = 0
  for (const token of tokens.slice(open)) {
    if (token.text === '(') depth++
    else if (token.text === ')') depth--
    else if (depth === 0 && !beforeOver.has(token.text)) return token.text === 'OVER'
  }
  return false
}

const beforeOver = new Set(['FILTER', 'WITHIN', 'GROUP'])

const querying = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE'])

const isPlainWord = ({ kind, text }: Token): boolean => kind === 'word' && !afterTable.has(text)

const picking = new Set(['EXCEPT', 'INTERSECT', 'WHERE', 'LIMIT', 'FETCH', 'HAVING', 'TABLESAMPLE'])

/** Aggregates that are grammar, no functions (functions-aggregate.html). */
const sqlJson = new Set(['JSON_ARRAYAGG', 'JSON_OBJECTAGG'])

/** What looks at more than one row of the source at a time, or at other tables. */
const gathering = new Set('WITH GROUP DISTINCT UNION EXCEPT INTERSECT WINDOW OVER ORDER OFFSET FOR JOIN'.split(' '))

const afterTable = new Set(['CROSS', 'LEFT', 'RIGHT', 'FULL', 'INNER', 'NATURAL', 'JOIN', 'ON', 'LATERAL', 'WHERE'])
