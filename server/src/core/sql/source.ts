import type { Span } from '../text'
import type { Identifier, Name } from './parts'
import { type Token, tokensOf } from './tokens'

/**
 * One statement's text and its tokens without comments: the parser gives start positions for some nodes and end
 * positions for none, so spans come from here.
 */
export interface Source {
  readonly text: string
  readonly tokens: readonly Token[]
  /** Returns the UTF-16 offset of one of the parser's locations (UTF-8 bytes; absent means 0). */
  readonly at: (location: number | undefined) => number
}

export const sourceOf = (text: string, at: Source['at']): Source => ({
  text,
  tokens: tokensOf(text).filter(token => token.kind !== 'comment'),
  at,
})

/** Returns the index of the first token that starts at or after `offset`; `tokens.length` where none does. */
export function indexAt({ tokens }: Source, offset: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle] as Token).start < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Returns the span from token `first` to token `last`, both included, within the statement. */
export function spanOf({ tokens, text }: Source, first: number, last: number): Span {
  const start = tokens[Math.max(0, first)]
  const end = tokens[Math.min(Math.max(first, last), tokens.length - 1)]
  return start && end ? { start: start.start, end: end.end } : { start: 0, end: text.length }
}

export const isWord = (token: Token | undefined, ...words: readonly string[]) =>
  token?.kind === 'word' && words.includes(token.text)

const isMark = (token: Token | undefined, mark: string) => token?.kind === 'punctuation' && token.text === mark

/**
 * Returns the index of the token that ends the clause which holds token `index`: the next comma, closing bracket or
 * semicolon outside brackets opened after it, or `tokens.length`.
 */
export function clauseEnd({ tokens }: Source, index: number): number {
  let depth = 0
  for (let at = index; at < tokens.length; at++) {
    const token = tokens[at] as Token
    if (token.kind !== 'punctuation') continue
    if (token.text === '(' || token.text === '[') depth++
    else if (token.text === ')' || token.text === ']') {
      if (depth === 0) return at
      depth--
    } else if (depth === 0 && token.text === ',') return at
  }
  return tokens.length
}

/** Returns the index after the bracket that closes the one at `index`. */
export function afterGroup(source: Source, index: number): number {
  let depth = 0
  for (let at = index; at < source.tokens.length; at++) {
    const token = source.tokens[at]
    if (isMark(token, '(')) depth++
    else if (isMark(token, ')') && --depth === 0) return at + 1
  }
  return source.tokens.length
}

/** Reads the statement's tokens from left to right. */
export class Cursor {
  constructor(
    readonly source: Source,
    public index = 0,
  ) {}

  peek(ahead = 0): Token | undefined {
    return this.source.tokens[this.index + ahead]
  }

  /** Steps over `words` where all of them come next; returns their span. */
  words(...words: readonly string[]): Span | undefined {
    if (!words.every((word, ahead) => isWord(this.peek(ahead), word))) return undefined
    this.index += words.length
    return spanOf(this.source, this.index - words.length, this.index - 1)
  }

  mark(mark: string): boolean {
    if (!isMark(this.peek(), mark)) return false
    this.index++
    return true
  }

  isAt(mark: string): boolean {
    return isMark(this.peek(), mark)
  }

  /** Steps to the first of `words` outside brackets; returns whether there is one. */
  seek(...words: readonly string[]): boolean {
    for (let at = this.index; at < this.source.tokens.length; ) {
      const token = this.source.tokens[at]
      if (isWord(token, ...words)) {
        this.index = at
        return true
      }
      at = isMark(token, '(') ? afterGroup(this.source, at) : at + 1
    }
    return false
  }

  identifier(): Identifier | undefined {
    const token = this.peek()
    if (!token || (token.kind !== 'word' && token.kind !== 'quoted identifier')) return undefined
    this.index++
    return { name: foldedName(this.source.text, token), span: { start: token.start, end: token.end } }
  }

  /** A name with up to three parts; of `database.schema.name` the database is dropped. */
  name(): Name | undefined {
    const first = this.identifier()
    if (!first) return undefined
    const parts = [first]
    while (isMark(this.peek(), '.')) {
      this.index++
      const part = this.identifier()
      if (!part) break
      parts.push(part)
    }
    const last = parts.at(-1) as Identifier
    const schema = parts.at(-2)?.name
    return {
      ...(schema === undefined ? {} : { schema }),
      name: last.name,
      span: { start: first.span.start, end: last.span.end },
    }
  }
}

/** Returns the name as PostgreSQL stores it: unquoted words in lower case (sql-syntax-lexical.html), cut at 63 bytes. */
export function foldedName(text: string, token: Token): string {
  const written = text.slice(token.start, token.end)
  if (token.kind === 'word') return cutName(written.replace(/[A-Z]+/g, letters => letters.toLowerCase()))
  return cutName(written.slice(written.indexOf('"') + 1, -1).replaceAll('""', '"'))
}

/** NAMEDATALEN - 1 bytes, at a character boundary: sql-syntax-lexical.html. */
export function cutName(name: string): string {
  if (name.length < 22) return name
  let bytes = 0
  let cut = ''
  for (const character of name) {
    const code = character.codePointAt(0) as number
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (bytes > 63) return cut
    cut += character
  }
  return name
}

/** Returns the place of IF NOT EXISTS, where `written`. */
export function ifNotExists(written: boolean | undefined, source: Source): { ifNotExists?: Span } {
  if (!written) return {}
  const cursor = new Cursor(source)
  cursor.seek('IF')
  return { ifNotExists: spanOf(source, cursor.index, cursor.index + 2) }
}

/** The span from the first token to the first `word`: `CREATE TEMPORARY TABLE`. */
export function keywordsThrough(source: Source, word: string): Span {
  const cursor = new Cursor(source)
  return spanOf(source, 0, cursor.seek(word) ? cursor.index : 0)
}

export const isString = (token: { kind: string } | undefined) =>
  token?.kind === 'string' || token?.kind === 'dollar string'

/** The span between the quotes of the string at token `index`. */
export function inside(source: Source, index: number): Span {
  const token = source.tokens[index]
  if (!token) return { start: 0, end: 0 }
  const opening = /^(?:\$[^$]*\$|[A-Za-z]?&?')/.exec(source.text.slice(token.start, token.end))?.[0] ?? ''
  const closing = token.kind === 'dollar string' ? opening.length : 1
  return { start: token.start + opening.length, end: Math.max(token.start + opening.length, token.end - closing) }
}
