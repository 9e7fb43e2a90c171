import { type Token, tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import type { RuleContext } from './context'

/** How a statement in a loop picks the rows of a batch. */
export interface Batch {
  /** From the SELECT that picks them to its end. */
  readonly tokens: readonly Token[]
  /** The OFFSET that it skips, from that word to its end, where it has one. */
  readonly offset?: Span
  /** What stands between its WHERE and the next clause; absent where it has none. */
  readonly where?: readonly Token[]
}

/** Returns how a statement picks its rows where it takes some at a time: by the LIMIT of a query in it. */
export function batchOf({ statement }: RuleContext): Batch | undefined {
  const tokens = tokensOf(statement.text).filter(({ kind }) => kind !== 'comment')
  const limit = tokens.findIndex(({ kind, text }) => kind === 'word' && (text === 'LIMIT' || text === 'FETCH'))
  if (limit < 0 || tokens[limit + 1]?.text === '1' || tokens[limit + 1]?.text === 'ALL') return undefined
  const query = queryAround(tokens, limit)
  if (!query) return undefined
  const level = topLevel(query)
  const where = level.findIndex(({ kind, text }) => kind === 'word' && text === 'WHERE')
  const end = level.findIndex(({ kind, text }, place) => place > where && kind === 'word' && clauses.has(text))
  return {
    tokens: query,
    offset: offsetIn(level, query),
    where: where < 0 ? undefined : between(query, level[where] as Token, level[end]),
  }
}

function offsetIn(level: readonly Token[], query: readonly Token[]): Span | undefined {
  const place = level.findIndex(({ kind, text }) => kind === 'word' && text === 'OFFSET')
  const word = level[place]
  if (!word) return undefined
  const next = level.find(({ kind, text }, at) => at > place && kind === 'word' && clauses.has(text))
  return { start: word.start, end: between(query, word, next).at(-1)?.end ?? word.end }
}

const clauses: ReadonlySet<string> = new Set(['GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR'])

/** The tokens of the innermost query that a token belongs to, from SELECT to the bracket that ends it. */
function queryAround(tokens: readonly Token[], place: number): readonly Token[] | undefined {
  let start = place
  for (let depth = 0; start >= 0; start--) {
    const text = tokens[start]?.text
    if (text === ')') depth++
    else if (text === '(' && depth-- === 0) break
    else if (depth === 0 && text === 'SELECT') break
  }
  if (tokens[start]?.text !== 'SELECT') return undefined
  let end = place
  for (let depth = 0; end < tokens.length; end++) {
    const text = tokens[end]?.text
    if (text === '(') depth++
    else if (text === ')' && depth-- === 0) break
  }
  return tokens.slice(start, end)
}

function topLevel(tokens: readonly Token[]): readonly Token[] {
  let depth = 0
  return tokens.filter(({ text }) => {
    if (text === '(') depth++
    else if (text === ')') depth--
    return depth === 0
  })
}

const between = (tokens: readonly Token[], first: Token, last: Token | undefined): readonly Token[] =>
  tokens.filter(({ start, end }) => start >= first.end && (!last || end <= last.start))
