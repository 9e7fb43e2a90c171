import type { Span } from '../text'
import type { Command } from './commands'

/** What the parser says of one statement's text. Cached by that text, so all offsets are relative to its start. */
export interface Reading {
  /** As long as what was read: what is not SQL is masked. */
  readonly text: string
  readonly command?: Command
  readonly problem?: Problem
}

/** Why a text is not a statement: PostgreSQL's own message, or ours where the parser itself gave up. */
export interface Problem {
  readonly kind: 'syntax' | 'unreadable'
  readonly message: string
  readonly span: Span
}

/**
 * The text between two top-level semicolons, from its first token that is not a comment to its last token. It may have
 * both a command and a problem: where a semicolon is missing before it.
 */
export interface Statement extends Reading {
  /** UTF-16 offsets in the file. `end` excludes the semicolon. */
  readonly span: Span
  /** Whether a semicolon follows. */
  readonly terminated: boolean
}
