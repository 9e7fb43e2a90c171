import type { Finding, Fix, Risk, Severity } from '../finding'
import type { History } from '../history/history'
import type { Step } from '../history/steps'
import type { Catalog } from '../postgres/catalog'
import type { Effects } from '../postgres/effects'
import type { Settings } from '../settings'
import type { CommandOf, Tag } from '../sql/commands'
import type { Span } from '../text'
import type { Direction } from '../history/migration'

/** Everything a rule is: words, check, fixes, examples. One per file, listed in `index.ts`. */
export interface Rule<T extends Tag = Tag> {
  /** The file's name; names what is flagged; completes the sentence "allow ...". */
  readonly id: string
  readonly risk: Risk
  readonly severity: Severity
  readonly on: readonly T[]
  /** Directions in which the hazard is one; up alone where a rule does not say. */
  readonly directions?: readonly Direction[]
  /** What happens and who waits, in Markdown paragraphs. */
  readonly why: string
  /** What to do instead, in Markdown paragraphs. */
  readonly instead: string
  /** Pages of PostgreSQL's manual below /docs/current/. */
  readonly manual: readonly string[]
  readonly check: (command: CommandOf<T>, context: RuleContext) => Iterable<RuleFinding>
  /** SQL in the notation of the fixtures: tests and documentation at once. */
  readonly examples: string
}

/** What a rule may ask about the statement it checks. */
export interface RuleContext extends Step {
  readonly effects: Effects
  readonly catalog: Catalog
  readonly settings: Settings
  readonly history: History
  /** All steps of the same section, in order. */
  readonly steps: readonly Step[]
  /** The place of this step in `steps`. */
  readonly index: number
}

/** A finding as a rule yields it: the linter adds id, risk and severity. */
export interface RuleFinding {
  /** From the start of the statement: the narrowest span that names the cause. */
  readonly at: Span
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  readonly relation?: string
  /** Where one case of the hazard weighs less or more than the rule's own severity. */
  readonly severity?: Severity
  readonly fixes?: readonly Fix[]
}

export type { Finding }

/** Returns the rule as given; fixes the command's type from its tags. */
export const defineRule = <const T extends Tag>(rule: Rule<T>): Rule<T> => rule
