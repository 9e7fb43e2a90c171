import type { Span } from '../text'
import type { Excerpt, Piece } from './routine-commands'
import type { Token } from './tokens'

/** Returns `text` as an excerpt of an outer text, where it stands as it is from `start` on. */
export const excerptOf = (text: string, start: number): Excerpt => ({
  text,
  pieces: text === '' ? [] : [{ at: 0, start, end: start + text.length }],
})

/** Returns where a span of the excerpt stands in the outer text. */
export function spanOutside({ text, pieces }: Excerpt, span: Span): Span {
  const first = pieceAt(pieces, span.start)
  const last = pieceAt(pieces, Math.max(span.start, span.end - 1))
  if (!first || !last) return { start: pieces[0]?.start ?? 0, end: pieces[0]?.start ?? 0 }
  const isWhole = (piece: Piece) => lengthOf(text, pieces, piece) !== piece.end - piece.start
  const start = isWhole(first) ? first.start : Math.min(first.end, first.start + span.start - first.at)
  const end = isWhole(last) ? last.end : Math.min(last.end, last.start + span.end - last.at)
  return { start, end: Math.max(start, end) }
}

function pieceAt(pieces: readonly Piece[], offset: number): Piece | undefined {
  let low = 0
  let high = pieces.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pieces[middle] as Piece).at <= offset) low = middle + 1
    else high = middle
  }
  return pieces[Math.max(0, low - 1)]
}

const lengthOf = (text: string, pieces: readonly Piece[], piece: Piece): number =>
  (pieces[pieces.indexOf(piece) + 1]?.at ?? text.length) - piece.at

/** Returns the part of an excerpt from one offset to another. */
export function partOf({ text, pieces }: Excerpt, from: number, to: number): Excerpt {
  const found: Piece[] = []
  for (const [index, piece] of pieces.entries()) {
    const end = pieces[index + 1]?.at ?? text.length
    if (end <= from || piece.at >= to) continue
    if (end - piece.at !== piece.end - piece.start) found.push({ ...piece, at: Math.max(0, piece.at - from) })
    else
      found.push({
        at: Math.max(0, piece.at - from),
        start: piece.start + Math.max(0, from - piece.at),
        end: piece.end - Math.max(0, end - to),
      })
  }
  return { text: text.slice(from, to), pieces: found }
}

/** Returns `text` as what stands for a part of an excerpt. */
export function standIn(excerpt: Excerpt, from: number, to: number, text: string): Excerpt {
  if (text === '') return { text, pieces: [] }
  return { text, pieces: [{ at: 0, ...spanOutside(excerpt, { start: from, end: to }) }] }
}

/** Returns excerpts one after the other. */
export function joined(parts: readonly Excerpt[]): Excerpt {
  let text = ''
  const pieces: Piece[] = []
  let previousIsPlain = false
  for (const part of parts) {
    for (const [index, piece] of part.pieces.entries()) {
      const length = (part.pieces[index + 1]?.at ?? part.text.length) - piece.at
      const isPlain = length === piece.end - piece.start
      const last = pieces.at(-1)
      if (last && isPlain && previousIsPlain && last.end === piece.start)
        pieces[pieces.length - 1] = { ...last, end: piece.end }
      else pieces.push({ ...piece, at: text.length + piece.at })
      previousIsPlain = isPlain
    }
    text += part.text
  }
  return { text, pieces }
}

/** Returns whether an excerpt stands in the outer text just as it is. */
export const isVerbatim = ({ text, pieces }: Excerpt): boolean => {
  const [piece, ...others] = pieces
  return others.length === 0 && (piece === undefined || piece.end - piece.start === text.length)
}

/**
 * Returns what a string constant of an excerpt means (sql-syntax-lexical.html#SQL-SYNTAX-CONSTANTS); undefined for bits and
 * for U&'...'.
 */
export function meaningOf(excerpt: Excerpt, token: Token): Excerpt | undefined {
  if (token.unterminated) return undefined
  const written = excerpt.text.slice(token.start, token.end)
  if (token.kind === 'dollar string') {
    const mark = written.slice(0, written.indexOf('$', 1) + 1).length
    return partOf(excerpt, token.start + mark, token.end - mark)
  }
  const opening = /^[eEnN]?'/.exec(written)?.[0]
  if (token.kind !== 'string' || opening === undefined) return undefined
  const escapes = /^e/i.test(opening) ? escapeOrQuote : doubledQuote
  const [from, to] = [token.start + opening.length, token.end - 1]
  const parts: Excerpt[] = []
  let at = from
  for (const { 0: mark, index } of excerpt.text.slice(from, to).matchAll(escapes)) {
    parts.push(partOf(excerpt, at, from + index))
    at = from + index + mark.length
    parts.push(standIn(excerpt, from + index, at, unescaped(mark)))
  }
  return joined([...parts, partOf(excerpt, at, to)])
}

const doubledQuote = /''/g
const escapeOrQuote = /''|\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S])/g

function unescaped(mark: string): string {
  if (mark === "''") return "'"
  const [letter = ''] = mark.slice(1)
  const octal = /^[0-7]+$/.exec(mark.slice(1))
  if (octal) return String.fromCharCode(Number.parseInt(octal[0], 8) & 0xff)
  if (mark.length > 2) {
    const code = Number.parseInt(mark.slice(2), 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : ''
  }
  return letters.get(letter) ?? letter
}

const letters: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])
