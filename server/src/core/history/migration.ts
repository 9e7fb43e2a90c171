import type { Statement } from '../sql/statements'
import type { Span } from '../text'
import type { Framework } from './frameworks/framework'

export type Direction = 'up' | 'down'

/**
 * How the statements of a section share transactions when the file itself says nothing:
 * `tool`: the migration tool opens one around them; `implicit`: they are sent as one simple query, which PostgreSQL runs
 * as one transaction (protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT); `own`: each statement is its own.
 */
export type TransactionMode = 'tool' | 'implicit' | 'own'

/** A run of SQL in a file with one direction. */
export interface Section {
  readonly direction: Direction
  readonly span: Span
  readonly transaction: TransactionMode
  /** Runs that reach PostgreSQL as one simple query each; statements outside them are sent one by one. */
  readonly queries: readonly Span[]
  readonly statements: readonly Statement[]
  /** What begins each line of a section that stands in line comments: `--rollback `. */
  readonly linePrefix?: string
}

/** One migration file, read. A migration whose up and down stand in two files is two of these, with one version. */
export interface Migration {
  /** `/`-separated; the same string that the caller gave. */
  readonly path: string
  /** As read, unmasked. */
  readonly text: string
  readonly framework: Framework
  /** What orders it: compared by the framework. */
  readonly version: string
  readonly direction: Direction | 'both'
  /** Flyway's R__ and callbacks: run again whenever they change, after all versions. */
  readonly repeatable: boolean
  /** Makes the whole database anew where nothing was applied before: skipped by one with earlier versions. */
  readonly baseline: boolean
  /** Makes what all migrations make together: nobody knows how much of it was there before the next of them. */
  readonly latest: boolean
  readonly sections: readonly Section[]
  /** Placeholders that were masked, by the identifier that stands for them: for messages. */
  readonly placeholders: ReadonlyMap<string, string>
}
