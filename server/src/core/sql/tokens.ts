import type { Span } from '../text'

export type TokenKind =
  | 'word'
  | 'quoted identifier'
  | 'string'
  | 'dollar string'
  | 'number'
  | 'parameter'
  | 'operator'
  | 'punctuation'
  | 'comment'

export interface Token extends Span {
  readonly kind: TokenKind
  /** Upper case for words, as written for all else. */
  readonly text: string
  /** A quoted thing or block comment whose end is missing. */
  readonly unterminated: boolean
}

/** Returns the tokens of `text` with comments, without white space, by the lexical rules of sql-syntax-lexical.html. Never fails. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (let offset = skipSpace(text, 0); offset < text.length; ) {
    const { kind, end, unterminated } = tokenAt(text, offset)
    const written = text.slice(offset, end)
    tokens.push({ kind, start: offset, end, text: kind === 'word' ? written.toUpperCase() : written, unterminated })
    offset = skipSpace(text, end)
  }
  return tokens
}

/** Returns the offset of the first character at or after `offset` that is not white space to PostgreSQL's scanner. */
export function skipSpace(text: string, offset: number): number {
  while (offset < text.length && isSpace(text.charCodeAt(offset))) offset++
  return offset
}

export interface RawToken {
  readonly kind: TokenKind
  readonly end: number
  readonly unterminated: boolean
}

/**
 * Returns the token that starts at `offset`, which must not be white space. Without upper-casing and without slicing:
 * the splitter runs this over whole files.
 */
export function tokenAt(text: string, offset: number): RawToken {
  const code = text.charCodeAt(offset)
  if (isWordStart(code)) return wordAt(text, offset, code)
  switch (code) {
    case QUOTE:
      return quoted('string', text, offset + 1, QUOTE, false)
    case DOUBLE_QUOTE:
      return quoted('quoted identifier', text, offset + 1, DOUBLE_QUOTE, false)
    case DOLLAR:
      return dollarAt(text, offset)
    case MINUS:
      if (text.charCodeAt(offset + 1) === MINUS) return lineComment(text, offset)
      return operatorAt(text, offset)
    case SLASH:
      if (text.charCodeAt(offset + 1) === STAR) return blockComment(text, offset)
      return operatorAt(text, offset)
    case DOT:
      if (isDigit(text.charCodeAt(offset + 1))) return numberAt(text, offset)
      return token('punctuation', offset + 1)
    case COLON: {
      const next = text.charCodeAt(offset + 1)
      return token('punctuation', offset + (next === COLON || next === EQUALS ? 2 : 1))
    }
  }
  if (isDigit(code)) return numberAt(text, offset)
  if (isOperator(code)) return operatorAt(text, offset)
  return token('punctuation', offset + 1)
}

const QUOTE = 39
const DOUBLE_QUOTE = 34
const DOLLAR = 36
const MINUS = 45
const SLASH = 47
const STAR = 42
const DOT = 46
const COLON = 58
const EQUALS = 61
const BACKSLASH = 92
const NEWLINE = 10
const CARRIAGE_RETURN = 13

const token = (kind: TokenKind, end: number, unterminated = false): RawToken => ({ kind, end, unterminated })

const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13)
const isDigit = (code: number) => code >= 48 && code <= 57
const isWordStart = (code: number) =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128
const isWordPart = (code: number) => isWordStart(code) || isDigit(code) || code === DOLLAR

const operatorCodes = new Set([...'~!@#^&|`?+-*/%<>='].map(character => character.charCodeAt(0)))
const isOperator = (code: number) => operatorCodes.has(code)

function wordAt(text: string, offset: number, code: number): RawToken {
  let end = offset + 1
  const next = text.charCodeAt(end)
  if (next === QUOTE) {
    const letter = code | 32
    if (letter === 101) return quoted('string', text, end + 1, QUOTE, true)
    if (letter === 98 || letter === 120 || letter === 110) return quoted('string', text, end + 1, QUOTE, false)
  }
  if (next === 38 && (code | 32) === 117) {
    const mark = text.charCodeAt(end + 1)
    if (mark === QUOTE) return quoted('string', text, end + 2, QUOTE, false)
    if (mark === DOUBLE_QUOTE) return quoted('quoted identifier', text, end + 2, DOUBLE_QUOTE, false)
  }
  while (end < text.length && isWordPart(text.charCodeAt(end))) end++
  return token('word', end)
}

function quoted(kind: TokenKind, text: string, offset: number, mark: number, escapes: boolean): RawToken {
  for (let end = offset; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (escapes && code === BACKSLASH) end++
    else if (code === mark) {
      if (text.charCodeAt(end + 1) !== mark) return token(kind, end + 1)
      end++
    }
  }
  return token(kind, text.length, true)
}

function dollarAt(text: string, offset: number): RawToken {
  const opening = dollarTag(text, offset)
  if (opening === undefined) {
    let end = offset + 1
    while (isDigit(text.charCodeAt(end))) end++
    return token(end > offset + 1 ? 'parameter' : 'punctuation', end)
  }
  const closing = text.indexOf(opening, offset + opening.length)
  return closing < 0 ? token('dollar string', text.length, true) : token('dollar string', closing + opening.length)
}

/** Returns `$$` or `$tag$` where one starts at `offset`. */
function dollarTag(text: string, offset: number): string | undefined {
  let end = offset + 1
  if (isWordStart(text.charCodeAt(end))) {
    end++
    while (end < text.length && text.charCodeAt(end) !== DOLLAR && isWordPart(text.charCodeAt(end))) end++
  }
  return text.charCodeAt(end) === DOLLAR ? text.slice(offset, end + 1) : undefined
}

function lineComment(text: string, offset: number): RawToken {
  let end = offset + 2
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === NEWLINE || code === CARRIAGE_RETURN) break
  }
  return token('comment', end)
}

function blockComment(text: string, offset: number): RawToken {
  let depth = 1
  for (let end = offset + 2; end < text.length; end++) {
    const code = text.charCodeAt(end)
    const next = text.charCodeAt(end + 1)
    if (code === SLASH && next === STAR) {
      depth++
      end++
    } else if (code === STAR && next === SLASH) {
      end++
      if (--depth === 0) return token('comment', end + 1)
    }
  }
  return token('comment', text.length, true)
}

function operatorAt(text: string, offset: number): RawToken {
  let end = offset + 1
  for (; end < text.length && isOperator(text.charCodeAt(end)); end++) {
    const code = text.charCodeAt(end)
    const next = text.charCodeAt(end + 1)
    if ((code === MINUS && next === MINUS) || (code === SLASH && next === STAR)) break
  }
  return token('operator', end)
}

function numberAt(text: string, offset: number): RawToken {
  let end = offset
  while (isDigit(text.charCodeAt(end)) || isWordStart(text.charCodeAt(end)) || text.charCodeAt(end) === DOT) {
    const code = text.charCodeAt(end)
    if (code === DOT && text.charCodeAt(end + 1) === DOT) break
    const sign = text.charCodeAt(end + 1)
    const isExponent = (code | 32) === 101 && (sign === MINUS || sign === 43) && isDigit(text.charCodeAt(end + 2))
    end += isExponent ? 2 : 1
  }
  return token('number', end)
}

/** Returns where the comment ends that stands behind an offset, alone on the rest of its line; the offset itself where none does. */
export function behindComment(text: string, offset: number): number {
  const line = /^.*/.exec(text.slice(offset))?.[0].trimEnd() ?? ''
  const start = line.length - line.trimStart().length
  const comment = start < line.length ? tokenAt(line, start) : undefined
  return comment?.kind === 'comment' && !comment.unterminated && comment.end === line.length
    ? offset + line.length
    : offset
}
