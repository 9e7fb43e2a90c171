import { type Catalog, relationNamed } from '../postgres/catalog'
import { type Effects, type EffectsSettings, effectsOf, refused } from '../postgres/effects'
import type { Failure } from '../postgres/failures'
import { type Need, type Verdict, verdictOn } from '../postgres/failures/verdict'
import type { Settings } from '../settings'
import type { Command } from '../sql/commands'
import type { Name } from '../sql/parts'
import type { Statement } from '../sql/statements'
import { mayFail } from './certainty'
import { type Fold, folded, type Point } from './fold'
import type { History } from './history'
import type { Direction, Migration, Section, TransactionMode } from './migration'
import { onceForEach } from './numbering'
import { type End, type Hold, type Release, Timeline } from './timeline'
import type { Placement } from './transactions'
import type { Work } from './work'

/** One statement of a migration with all that is known when it runs. */
export interface Step {
  readonly migration: Migration
  readonly section: Section
  readonly direction: Direction
  readonly statement: Statement
  readonly command?: Command
  readonly before: Catalog
  readonly after: Catalog
  /** Absent where the statement could not be read. */
  readonly effects?: Effects
  /** Why PostgreSQL refuses the statement, where that is certain; less to work out than all its effects. */
  readonly failure?: Failure
  /** What only a newer version than the assumed one runs, and the effects are those of that one. */
  readonly need?: Need
  readonly transaction: Transaction
}

/** The transaction that a statement runs in. */
export interface Transaction {
  /** `block`: between BEGIN and COMMIT in the file; the others as the section says. */
  readonly kind: 'block' | TransactionMode
  /** Counts the transactions of the migration: equal numbers commit together. */
  readonly number: number
  /** Its first statement. */
  readonly first: Step
  /**
   * Whether PostgreSQL takes the statement to be inside a transaction block, so that those that refuse one fail: not for
   * `own`, nor for a simple query of one statement.
   */
  readonly isBlock: boolean
  /** Whether the statement goes back to, or releases, a savepoint that its transaction block does not have. */
  readonly lacksSavepoint?: boolean
  /** Locks that earlier statements of this transaction still hold, strongest mode per relation. */
  readonly held: readonly Hold[]
  /** Earlier statements of this transaction whose locks are not all known: what they took may be held too. */
  readonly doubts: readonly Step[]
  /** What ends the locks that this statement takes. */
  readonly end: End
  /** The long work of this statement. */
  readonly work?: Work
  /** The long work that follows while the locks of this statement are held. */
  readonly over: readonly Work[]
  /** The locks that this statement gives back: those of a whole transaction for COMMIT and ROLLBACK. */
  readonly released: readonly Release[]
  /** Session parameters in force that matter here: lower-case name to value as written. */
  readonly parameters: ReadonlyMap<string, string>
  /** Returns whether this transaction made the relation: nobody else can see or lock it yet. */
  readonly created: (name: Name) => boolean
}

/**
 * Returns the steps of all sections of a migration, in the order of the file. The catalog that a section starts from is the
 * history's; effects and held locks are computed when first asked for. Remembered while the history before it is the same.
 */
export function stepsOf(history: History, migration: Migration, settings: Settings): readonly Step[] {
  const starts = directions(migration).map(direction => history.before(migration.path, direction))
  const fallible = directions(migration)
    .filter(direction => mayFail(history, migration, direction))
    .join()
  const known = memory.get(migration)
  const isSameStart = known?.starts.every((start, index) => start === starts[index])
  const { postgres, isAssumed } = settings
  const isSameVersion = known?.postgres === postgres && known.isAssumed === isAssumed
  if (known && isSameStart && isSameVersion && known.fallible === fallible) return known.steps
  const folds = new Map(
    directions(migration).flatMap((direction, index) =>
      folded(migration, direction, starts[index] as Catalog).map(fold => [fold.section, fold]),
    ),
  )
  const steps = migration.sections.flatMap(section => {
    const fold = folds.get(section)
    const runs = !fallible.includes(section.direction)
    return fold ? new SectionSteps(migration, fold, { postgres, isAssumed, runs }).all : []
  })
  memory.set(migration, { starts, postgres, isAssumed, fallible, steps })
  return steps
}

/** Returns those of a migration's steps that stand in a section. */
export const stepsIn = (steps: readonly Step[], section: Section): readonly Step[] =>
  bySection(steps).get(section) ?? []

const bySection = onceForEach((steps: readonly Step[]): ReadonlyMap<Section, readonly Step[]> => {
  const found = new Map<Section, Step[]>()
  for (const step of steps) {
    const own = found.get(step.section)
    if (own) own.push(step)
    else found.set(step.section, [step])
  }
  return found
})

/**
 * Returns the steps of one direction of all migrations that share a version with the one at `path`: what its up does where it
 * undoes that, or what undoes it. The same array each time, mostly.
 */
export function stepsOfVersion(
  history: History,
  path: string,
  direction: 'up' | 'down',
  settings: Settings,
): readonly Step[] {
  const found = history
    .ofSameVersion(path)
    .map(other => byDirection(stepsOf(history, other, settings))[direction])
    .filter(steps => steps.length > 0)
  return found.length === 1 ? (found[0] as readonly Step[]) : found.flat()
}

const byDirection = onceForEach((steps: readonly Step[]) => ({
  up: steps.filter(({ direction }) => direction === 'up'),
  down: steps.filter(({ direction }) => direction === 'down'),
}))

interface Memory {
  readonly starts: readonly Catalog[]
  readonly postgres: number
  readonly isAssumed?: true
  /** The directions in which statements may fail. */
  readonly fallible: string
  readonly steps: readonly Step[]
}

const memory = new WeakMap<Migration, Memory>()

const directions = ({ sections }: Migration): readonly Direction[] => [
  ...new Set(sections.map(({ direction }) => direction)),
]

/** The steps of one section, which know their neighbours. */
class SectionSteps {
  readonly all: readonly SectionStep[]
  readonly timeline: Timeline

  constructor(
    readonly migration: Migration,
    readonly fold: Fold,
    readonly settings: EffectsSettings & Pick<Settings, 'isAssumed'>,
  ) {
    this.all = fold.section.statements.map((statement, place) => new SectionStep(this, statement, place))
    this.timeline = new Timeline(fold.section, fold.placements, this.all)
  }

  before(place: number): Catalog {
    return this.fold.before(place).catalog
  }

  after(place: number): Catalog {
    return place + 1 < this.all.length ? this.before(place + 1) : this.fold.after
  }

  placement(place: number): Placement {
    return this.fold.placements[place] as Placement
  }
}

/** A file may have thousands of these at every keystroke: all but the place is looked up when somebody asks. */
class SectionStep implements Step {
  private known: Effects | undefined
  private placed: Transaction | undefined
  private judged: Verdict | undefined

  constructor(
    private readonly steps: SectionSteps,
    readonly statement: Statement,
    private readonly place: number,
  ) {}

  get migration(): Migration {
    return this.steps.migration
  }

  get section(): Section {
    return this.steps.fold.section
  }

  get direction(): Direction {
    return this.section.direction
  }

  get command(): Command | undefined {
    return this.statement.command
  }

  get before(): Catalog {
    return this.steps.before(this.place)
  }

  get after(): Catalog {
    return this.steps.after(this.place)
  }

  get effects(): Effects | undefined {
    const { command, place, steps } = this
    const { verdict } = this
    if (!command || !verdict) return undefined
    if (verdict.failure) return refused(verdict.failure)
    const settings = { postgres: verdict.postgres, runs: true, migration: steps.migration.path }
    this.known ??= effectsAt(command, steps.fold.before(place), settings, steps.placement(place).parameters)
    return this.known
  }

  get failure(): Failure | undefined {
    return this.verdict?.failure
  }

  get need(): Need | undefined {
    return this.verdict?.need
  }

  private get verdict(): Verdict | undefined {
    const { command, steps } = this
    if (command) this.judged ??= this.savepointVerdict(command) ?? verdictOn(command, this.before, steps.settings)
    return this.judged
  }

  /** xact.c of PostgreSQL's source; proven in test/history/transactions.test.ts. */
  private savepointVerdict(command: Command): Verdict | undefined {
    const { postgres, runs } = this.steps.settings
    if (runs || !('savepoint' in command) || !this.steps.placement(this.place).lacksSavepoint) return undefined
    return { postgres, failure: { message: `savepoint "${command.savepoint}" does not exist`, code: '3B001' } }
  }

  get transaction(): Transaction {
    this.placed ??= new SectionTransaction(this.steps, this.place)
    return this.placed
  }
}

class SectionTransaction implements Transaction {
  constructor(
    private readonly steps: SectionSteps,
    private readonly place: number,
  ) {}

  get kind(): Transaction['kind'] {
    return this.steps.placement(this.place).kind
  }

  get number(): number {
    return this.steps.placement(this.place).number
  }

  get first(): Step {
    return this.steps.all[this.steps.placement(this.place).first] as Step
  }

  get isBlock(): boolean {
    return this.steps.placement(this.place).isBlock
  }

  get lacksSavepoint(): boolean {
    return this.steps.placement(this.place).lacksSavepoint === true
  }

  get parameters(): ReadonlyMap<string, string> {
    return this.steps.placement(this.place).parameters
  }

  get held(): readonly Hold[] {
    return this.steps.timeline.held(this.place)
  }

  get doubts(): readonly Step[] {
    return this.steps.timeline.doubts(this.place)
  }

  get end(): End {
    return this.steps.timeline.end(this.place)
  }

  get work(): Work | undefined {
    return this.steps.timeline.work(this.place)
  }

  get over(): readonly Work[] {
    return this.steps.timeline.over(this.place)
  }

  get released(): readonly Release[] {
    return this.steps.timeline.released(this.place)
  }

  created(name: Name): boolean {
    const born = relationNamed(this.steps.before(this.place), name)?.born
    return born?.migration === this.steps.migration.path && born.transaction === this.number
  }
}

/** Effects of the same command at the same point: what stands before an edit is unchanged by it. */
function effectsAt(
  command: Command,
  before: Point,
  settings: EffectsSettings,
  parameters: ReadonlyMap<string, string>,
): Effects {
  const known = lastEffects.get(before)
  const isSameSettings = known?.settings.postgres === settings.postgres && known.settings.runs === settings.runs
  if (known && isSameSettings && known.command === command && isSame(known.parameters, parameters)) return known.effects
  const effects = effectsOf(command, before.catalog, settings, parameters)
  lastEffects.set(before, { command, settings, parameters, effects })
  return effects
}

const lastEffects = new WeakMap<
  Point,
  { command: Command; settings: EffectsSettings; parameters: ReadonlyMap<string, string>; effects: Effects }
>()

const isSame = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) =>
  a.size === b.size && [...a].every(([name, value]) => b.get(name) === value)
