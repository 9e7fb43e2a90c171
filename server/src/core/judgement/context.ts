import type { History } from '../history/history'
import type { Direction, Migration, Section } from '../history/migration'
import type { Step, Transaction } from '../history/steps'
import type { Catalog } from '../postgres/catalog'
import type { Effects } from '../postgres/effects'
import type { Failure } from '../postgres/failures'
import type { Need } from '../postgres/failures/verdict'
import type { Settings } from '../settings'
import type { Command } from '../sql/commands'
import type { BodyStatement } from '../sql/routine-commands'
import type { Statement } from '../sql/statements'

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
  /** Of a statement in a body that `steps[index]` runs: how it stands there. */
  readonly inside?: BodyStatement
}

/** What rules may ask about one step that could be read; nothing of it is computed before they do. */
export class StepContext implements RuleContext {
  constructor(
    private readonly step: Step,
    readonly command: Command,
    readonly steps: readonly Step[],
    readonly index: number,
    readonly history: History,
    readonly settings: Settings,
    readonly inside?: BodyStatement,
  ) {}

  get migration(): Migration {
    return this.step.migration
  }

  get section(): Section {
    return this.step.section
  }

  get direction(): Direction {
    return this.step.direction
  }

  get statement(): Statement {
    return this.step.statement
  }

  get catalog(): Catalog {
    return this.step.before
  }

  get before(): Catalog {
    return this.step.before
  }

  get after(): Catalog {
    return this.step.after
  }

  get transaction(): Transaction {
    return this.step.transaction
  }

  get failure(): Failure | undefined {
    return this.step.failure
  }

  get need(): Need | undefined {
    return this.step.need
  }

  /** What has a command has effects. */
  get effects(): Effects {
    return this.step.effects as Effects
  }
}
