import { joined, meaningOf, partOf, standIn } from './excerpt'
import { quoted } from './quote'
import type { Excerpt } from './routine-commands'
import { foldedName, isString } from './source'
import type { Token } from './tokens'

/** What a variable is known to hold all the time: a text, or an array of texts. */
export type Constant = string | readonly string[]

/** An expression: the tokens from `first` to `last` of an excerpt, without comments. */
export interface Written {
  readonly excerpt: Excerpt
  readonly tokens: readonly Token[]
  readonly first: number
  readonly last: number
  /** By folded name. */
  readonly variables: ReadonlyMap<string, Constant>
}

/**
 * Returns the text that an expression always comes to: of constants, `||`, format() (functions-string.html#FUNCTIONS-STRING-FORMAT),
 * quote_ident(), quote_literal(), concat() and variables with one value. Undefined where it may come to several.
 */
export function constantOf(written: Written): Excerpt | undefined {
  const reader = new Reader(written)
  const text = reader.concatenation()
  return reader.isDone ? text : undefined
}

/** Returns the texts of an array that never changes: `ARRAY['a', 'b']`, `'{a,b}'`, or a variable that holds one. */
export function constantArrayOf(written: Written): readonly string[] | undefined {
  const reader = new Reader(written)
  const texts = reader.array()
  return reader.isDone ? texts : undefined
}

class Reader {
  #at: number

  constructor(readonly written: Written) {
    this.#at = written.first
  }

  get isDone(): boolean {
    return this.#at > this.written.last
  }

  concatenation(): Excerpt | undefined {
    const first = this.#term()
    if (!first) return undefined
    const parts = [first]
    while (this.#take('||')) {
      const next = this.#term()
      if (!next) return undefined
      parts.push(next)
    }
    return parts.length === 1 ? first : joined(parts)
  }

  array(): readonly string[] | undefined {
    if (this.#take('ARRAY')) {
      if (!this.#take('[')) return undefined
      const elements = this.#list(']')
      this.#cast()
      return elements?.map(({ text }) => text)
    }
    const token = this.#peek()
    const value = token && this.written.variables.get(this.#nameOf(token))
    if (value !== undefined && typeof value !== 'string') {
      this.#at++
      this.#cast()
      return value
    }
    const literal = this.concatenation()?.text
    return literal && /^\{[^{}"\\]*\}$/.test(literal)
      ? literal
          .slice(1, -1)
          .split(',')
          .map(element => element.trim())
      : undefined
  }

  #peek(): Token | undefined {
    return this.#at <= this.written.last ? this.written.tokens[this.#at] : undefined
  }

  #take(text: string): boolean {
    const token = this.#peek()
    if (!token || token.text !== text || token.kind === 'string' || token.kind === 'quoted identifier') return false
    this.#at++
    return true
  }

  /** Something, with the casts behind it. */
  #term(): Excerpt | undefined {
    const found = this.#primary()
    return found && this.#cast() ? found : undefined
  }

  /** Steps over casts that leave a text as it is. */
  #cast(): boolean {
    while (this.#take('::')) {
      const type = this.#peek()?.text.toLowerCase()
      if (type === undefined || !texts.has(type)) return false
      this.#at++
      if (this.#take('[')) this.#take(']')
    }
    return true
  }

  #primary(): Excerpt | undefined {
    const { excerpt, tokens, variables } = this.written
    const token = this.#peek()
    if (!token) return undefined
    if (isString(token)) return this.#strings()
    this.#at++
    if (token.kind === 'number') return standIn(excerpt, token.start, token.end, token.text)
    if (token.text === '(') {
      const inner = this.concatenation()
      return this.#take(')') ? inner : undefined
    }
    if (token.kind !== 'word' && token.kind !== 'quoted identifier') return undefined
    if (this.#peek()?.text === '(') {
      this.#at++
      const given = this.#list(')')
      const end = tokens[this.#at - 1]?.end ?? token.end
      const whole = (text: string) => standIn(excerpt, token.start, end, text)
      return given && calledWith(token.text, given, whole)
    }
    const value = variables.get(this.#nameOf(token))
    return typeof value === 'string' ? standIn(excerpt, token.start, token.end, value) : undefined
  }

  /** String constants with nothing but a line end between them are one (sql-syntax-lexical.html#SQL-SYNTAX-STRINGS). */
  #strings(): Excerpt | undefined {
    const { excerpt } = this.written
    const parts: Excerpt[] = []
    for (let token = this.#peek(); token && isString(token); token = this.#peek()) {
      const part = meaningOf(excerpt, token)
      if (!part) return undefined
      parts.push(part)
      this.#at++
    }
    return joined(parts)
  }

  #list(end: string): Excerpt[] | undefined {
    const found: Excerpt[] = []
    if (this.#take(end)) return found
    for (;;) {
      const next = this.concatenation()
      if (!next) return undefined
      found.push(next)
      if (this.#take(end)) return found
      if (!this.#take(',')) return undefined
    }
  }

  #nameOf(token: Token): string {
    return token.kind === 'word' || token.kind === 'quoted identifier'
      ? foldedName(this.written.excerpt.text, token)
      : ''
  }
}

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'name', 'regclass'])

function calledWith(name: string, given: readonly Excerpt[], whole: (text: string) => Excerpt): Excerpt | undefined {
  const [first] = given
  switch (name) {
    case 'FORMAT':
      return first && formatted(first, given.slice(1))
    case 'QUOTE_IDENT':
      return first && whole(quoted(first.text))
    case 'QUOTE_LITERAL':
    case 'QUOTE_NULLABLE':
      return first && whole(literalOf(first.text))
    case 'CONCAT':
      return joined(given)
    default:
      return undefined
  }
}

/** quote_literal() writes E'...' where there is a backslash. */
const literalOf = (text: string): string => {
  const doubled = text.replaceAll("'", "''")
  return doubled.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

/** Each specifier stands for its argument; what is not one, and a width, is not worth knowing. */
function formatted(format: Excerpt, given: readonly Excerpt[]): Excerpt | undefined {
  const parts: string[] = []
  const spans: { from: number; to: number }[] = []
  let next = 0
  for (const { 0: mark, index, 1: position, 2: kind } of format.text.matchAll(/%(?:(\d+)\$)?(.?)/gs)) {
    if (position !== undefined) next = Number(position) - 1
    const argument = kind === '%' ? undefined : given[next++]?.text
    const text = kind === '%' ? '%' : argument === undefined ? undefined : specified(kind ?? '', argument)
    if (text === undefined) return undefined
    parts.push(text)
    spans.push({ from: index, to: index + mark.length })
  }
  return joined(replaced(format, spans, parts))
}

function specified(kind: string, argument: string): string | undefined {
  if (kind === 's') return argument
  if (kind === 'I') return quoted(argument)
  return kind === 'L' ? literalOf(argument) : undefined
}

function replaced(
  format: Excerpt,
  spans: readonly { readonly from: number; readonly to: number }[],
  texts: readonly string[],
): Excerpt[] {
  const parts: Excerpt[] = []
  let at = 0
  for (const [index, { from, to }] of spans.entries()) {
    parts.push(partOf(format, at, from), standIn(format, from, to, texts[index] ?? ''))
    at = to
  }
  return [...parts, partOf(format, at, format.text.length)]
}
