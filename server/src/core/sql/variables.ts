import { foldedName } from './source'
import type { Token } from './tokens'

/**
 * Returns how often each variable of a PL/pgSQL body is given a value by something other than its declaration, by folded name;
 * without end where what it is given cannot be one constant (plpgsql-statements.html).
 */
export function assignmentsIn(text: string, tokens: readonly Token[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const add = (token: Token | undefined, times: number) => {
    if (token?.kind !== 'word' && token?.kind !== 'quoted identifier') return
    const name = foldedName(text, token)
    counts.set(name, (counts.get(name) ?? 0) + times)
  }
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]
    switch (token.kind === 'word' || token.kind === 'punctuation' || token.kind === 'operator' ? token.text : '') {
      case ':=':
        // Of a field or an element the whole is no longer what it was.
        add(tokens[index - 1], 1)
        add(targetOf(tokens, index - 1), Number.POSITIVE_INFINITY)
        break
      case '=':
        if (begins.has(tokens[index - 2]?.text ?? ';')) add(tokens[index - 1], 1)
        break
      case 'INTO':
        for (let at = next?.text === 'STRICT' ? index + 2 : index + 1; at < tokens.length; at += 2) {
          add(tokens[at], Number.POSITIVE_INFINITY)
          if (tokens[at + 1]?.text !== ',' && tokens[at + 1]?.text !== '.') break
        }
        break
      case 'FOR':
      case 'FOREACH':
        for (let at = index + 1; at < tokens.length && tokens[at]?.text !== 'IN' && at < index + 8; at++)
          add(tokens[at], Number.POSITIVE_INFINITY)
        break
      case 'GET':
      case 'CALL':
        for (let at = index + 1; at < tokens.length && tokens[at]?.text !== ';'; at++)
          add(tokens[at], Number.POSITIVE_INFINITY)
        break
      default:
    }
  }
  return counts
}

const begins: ReadonlySet<string> = new Set([';', 'BEGIN', 'THEN', 'ELSE', 'LOOP', '>>'])

/** The variable of `variable.field` and `variable[1]`, where the token at `index` ends one: a declaration has a type there. */
function targetOf(tokens: readonly Token[], index: number): Token | undefined {
  let at = index
  while (at > 0 && !begins.has(tokens[at - 1]?.text ?? ';')) at--
  return ['.', '['].includes(tokens[at + 1]?.text ?? '') ? tokens[at] : undefined
}
