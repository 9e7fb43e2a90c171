import { quoted } from '../sql/quote'
import { foldedName } from '../sql/source'
import { type Token, tokensOf } from '../sql/tokens'

/**
 * Returns an expression, or the definition of an index or a constraint, with other names for columns, and what stands before
 * each. What qualifies them goes: another table has the same columns.
 */
export function withColumns(text: string, names: ReadonlyMap<string, string>, prefix = ''): string {
  const tokens = tokensOf(text)
  let changed = ''
  let from = 0
  for (const [place, token] of tokens.entries()) {
    const isName = token.kind === 'word' || token.kind === 'quoted identifier'
    const other = isName ? names.get(foldedName(text, token)) : undefined
    if (other === undefined || !isColumn(tokens, place)) continue
    const qualifier = tokens[place - 1]?.text === '.' ? tokens[place - 2] : undefined
    changed += text.slice(from, qualifier?.start ?? token.start) + prefix + quoted(other)
    from = token.end
  }
  return changed + text.slice(from)
}

/** Not a function, a type, the table of a column, what COLLATE names, nor a word of AT TIME ZONE. */
const isColumn = (tokens: readonly Token[], place: number): boolean =>
  !noColumnBehind.has(tokens[place - 1]?.text ?? '') &&
  !['(', '.'].includes(tokens[place + 1]?.text ?? '') &&
  tokens[place + 1]?.kind !== 'string'

const noColumnBehind: ReadonlySet<string> = new Set(['::', 'AS', 'AT', 'COLLATE'])
