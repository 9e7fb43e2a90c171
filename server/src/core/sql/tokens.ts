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
}
