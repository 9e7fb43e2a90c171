import type { Allowance } from '../allow/allowances'
import type { Fix, Risk, Severity } from '../finding'
import type { History } from '../history/history'
import type { Direction, Migration } from '../history/migration'
import type { Step } from '../history/steps'
import type { RuleContext } from '../judgement/context'
import type { Settings } from '../settings'
import type { Command, CommandOf, Tag } from '../sql/commands'
import type { Span } from '../text'

/** Everything a rule is: words, check, fixes, examples. One per file, listed in `index.ts`. */
interface RuleWords {
  /** The file's name; names what is flagged; completes the sentence "allow ...". */
  readonly id: string
  readonly risk: Risk
  readonly severity: Severity
  /** The rule is silent unless the settings name a severity for it: advice that many do not want. */
  readonly isOff?: true
  /** Directions in which the hazard is one; up alone where a rule does not say. */
  readonly directions?: readonly Direction[]
  /**
   * Where else its fixes hold for a statement: `blocks`, in a DO block, where they change it in place or put something behind the
   * block; `loops`, in a loop of one, whose other statements they leave as they are.
   */
  readonly mends?: 'blocks' | 'loops'
  /** What happens and who waits, in Markdown paragraphs. */
  readonly why: string
  /** What to do instead, in Markdown paragraphs. */
  readonly instead: string
  /** Pages of PostgreSQL's manual below /docs/current/. */
  readonly manual: readonly string[]
  /** What common guides to migrations advise and this rule brings about, in our words. */
  readonly seeds?: readonly string[]
  /** SQL in the notation of the fixtures: tests, documentation, and the claims of docs/coverage.md at once. */
  readonly examples: string
}

/** A rule as all but its own file see it. */
export type Rule = StatementRule | MigrationRule | AllowanceRule

/** A rule that judges statements one by one. */
export type StatementRule = TaggedRule | EveryStatementRule

export interface TaggedRule extends RuleWords {
  readonly on: readonly Tag[]
  /** Whether a command by itself can be what the rule is about; every one is where a rule does not say. Asked once for each text. */
  concerns?(command: Command): boolean
  check(command: Command, context: RuleContext): Iterable<RuleFinding>
}

/** Such a rule is asked before all others. */
export interface EveryStatementRule extends RuleWords {
  readonly on: 'every statement'
  check(command: Command, context: RuleContext): Iterable<RuleFinding>
}

/** A rule that judges a file as a whole, whatever statements it holds. */
export interface MigrationRule extends RuleWords {
  readonly on: 'migration'
  check(context: MigrationContext): Iterable<RuleFinding>
}

/** A rule that judges the allow comments of a file, when it is known what they allowed. */
export interface AllowanceRule extends RuleWords {
  readonly on: 'allow comments'
  check(context: AllowanceContext): Iterable<RuleFinding>
}

/** A rule as its file writes it: `on` narrows the command. */
interface RuleOn<T extends Tag> extends RuleWords {
  readonly on: readonly T[]
  concerns?(command: CommandOf<T>): boolean
  check(command: CommandOf<T>, context: RuleContext): Iterable<RuleFinding>
}

/** What a rule may ask about the migration it checks. */
export interface MigrationContext {
  readonly migration: Migration
  readonly history: History
  readonly settings: Settings
  /** Of all sections, in the order of the file. */
  readonly steps: readonly Step[]
}

/** What a rule may ask about the allow comments of a migration. */
export interface AllowanceContext {
  readonly migration: Migration
  readonly settings: Settings
  readonly allowances: readonly Allowance[]
  /** Returns whether a comment allowed a finding of a rule, or would with a reason. */
  readonly hasAllowed: (allowance: Allowance, rule: string) => boolean
  /** Returns whether a rule is silent. */
  readonly isOff: (rule: string) => boolean
  /** The ids that a comment may name. */
  readonly ruleIds: readonly string[]
}

/** A finding as a rule yields it: the linter adds id, risk and severity. */
export interface RuleFinding {
  /** The narrowest span that names the cause, from the start of the statement; in a rule of migrations, of the file. */
  readonly at: Span
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  readonly relation?: string
  /** Where one case of the hazard weighs less or more than the rule's own severity. */
  readonly severity?: Severity
  /** Of more such in one file the first alone is told: who reads them judges the file and not each statement. */
  readonly mostInFile?: number
  /** Computed when somebody asks: not at every keystroke. Alternatives, best first. */
  readonly fixes?: () => readonly Fix[]
}

/** Returns the rule as given; fixes the command's type from its tags. */
export const defineRule = <const T extends Tag>(rule: RuleOn<T>): Rule => rule as TaggedRule

/** Returns the rule as given. */
export const defineEveryStatementRule = (rule: EveryStatementRule): Rule => rule

/** Returns the rule as given. */
export const defineAllowanceRule = (rule: AllowanceRule): Rule => rule

/** Returns the rule as given. */
export const defineMigrationRule = (rule: MigrationRule): Rule => rule
