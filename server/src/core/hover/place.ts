import type { Explanation } from '../explain'
import type { History } from '../history/history'
import type { Settings } from '../settings'
import { bodyOf } from '../sql/bodies'
import type { Command } from '../sql/commands'
import { type Token, tokensOf } from '../sql/tokens'
import { type Span, shifted, touches } from '../text'
import type { Words } from '../words'

/** Where somebody points, and all that is known there. */
export interface Place {
  readonly history: History
  readonly settings: Settings
  readonly explanation: Explanation
  /** Of the explanation: in a DO block the one in its body. */
  readonly command: Command
  /** Where the command's own spans start, in the file. */
  readonly start: number
  /** The command's text, masked; its spans are offsets in it. */
  readonly text: string
  /** Offset in `text`. */
  readonly offset: number
  /** Of `text`, without comments. */
  readonly tokens: readonly Token[]
  /** Which of the tokens is pointed at. */
  readonly index: number
}

/** What is said about a narrower place than the whole statement. */
export interface Narrow {
  /** In the command's text. */
  readonly span: Span
  readonly words: Words
}

/** Returns the place at an offset of the file; undefined where no token of a statement that was read is there. */
export function placeAt(
  history: History,
  explanation: Explanation,
  offset: number,
  settings: Settings,
): Place | undefined {
  const { statement, command } = explanation.step
  if (!command) return undefined
  const { text } = statement
  const { start } = statement.span
  const tokens = tokensOf(text).filter(token => token.kind !== 'comment')
  const index = tokenAt(tokens, offset - start)
  if (index < 0) return undefined
  return { history, settings, explanation, command, start, text, offset: offset - start, tokens, index }
}

/** Returns the place in the statement of the body, where the place is in the body of a function that is created. */
export function placeInBody(place: Place): Place | undefined {
  const { command, start, offset, text } = place
  if (command.tag !== 'CREATE FUNCTION' && command.tag !== 'CREATE PROCEDURE') return undefined
  const inner = bodyOf(command)?.statements.findLast(({ span, excerpt }) => !excerpt && touches(span, offset))
  if (!inner) return undefined
  const own = text.slice(inner.span.start, inner.span.end)
  const tokens = tokensOf(own).filter(token => token.kind !== 'comment')
  const index = tokenAt(tokens, offset - inner.span.start)
  if (index < 0) return undefined
  const moved = { start: start + inner.span.start, offset: offset - inner.span.start }
  return { ...place, ...moved, command: inner.command, text: own, tokens, index }
}

/** The token that the offset is in; between two, the one that starts there. */
function tokenAt(tokens: readonly Token[], offset: number): number {
  const inside = tokens.findIndex(({ start, end }) => start <= offset && offset < end)
  return inside >= 0 ? inside : tokens.findIndex(({ end }) => end === offset)
}

/** Returns the span in the file of a span in the command's text. */
export const inFile = ({ start }: Place, span: Span): Span => shifted(span, start)

/**
 * Returns the span of `words` where they stand one after the other as keywords and the place is on one of them; undefined
 * elsewhere.
 */
export function phraseAt({ tokens, index }: Place, ...words: readonly string[]): Span | undefined {
  for (let first = index - words.length + 1; first <= index; first++) {
    if (!words.every((word, ahead) => isKeyword(tokens[first + ahead], word))) continue
    return { start: tokens[first]?.start ?? 0, end: tokens[first + words.length - 1]?.end ?? 0 }
  }
  return undefined
}

/** Returns whether a token is the word, without quotes. */
export const isKeyword = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text === word
