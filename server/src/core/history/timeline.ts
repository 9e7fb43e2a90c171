import type { RelationKey } from '../postgres/catalog'
import type { RelationLock } from '../postgres/effects'
import type { LockMode } from '../postgres/locks'
import type { Command } from '../sql/commands'
import type { Section } from './migration'
import type { Step } from './steps'
import { TransactionLocks } from './transaction-locks'
import type { Placement } from './transactions'
import { type Work, workOf } from './work'

/** A relation that a transaction has locked, in the strongest mode that it has taken and not given back. */
export interface Hold extends RelationLock {
  /** The name that the relation has at the moment asked about. */
  readonly relation: RelationKey
  /** The statement that took it in this mode, and its place in the section. */
  readonly since: Step
  readonly place: number
  /** The weaker modes that were taken before it, first to last, and the statements that took them. */
  readonly before: readonly { readonly mode: LockMode; readonly since: Step }[]
  /** Whether the transaction itself made the relation: nobody else can see it yet, so nobody waits. */
  readonly isPrivate: boolean
}

/** A lock that a statement gives back, with the long work that ran since it was taken: that of the taking statement too. */
export interface Release extends Hold {
  readonly over: readonly Work[]
}

/** What ends the locks that a statement takes. */
export interface End {
  /**
   * `statement`: they end with it, for nothing else is in its transaction; `tool`: the migration tool commits; `query`: the
   * last of the statements that are sent together; `session`: nothing in the file does; otherwise the command that does.
   */
  readonly by:
    | 'statement'
    | 'COMMIT'
    | 'ROLLBACK'
    | 'ROLLBACK TO SAVEPOINT'
    | 'PREPARE TRANSACTION'
    | 'COMMIT PREPARED'
    | 'ROLLBACK PREPARED'
    | 'tool'
    | 'query'
    | 'session'
  /** The statement that does, where the file has one. PREPARE TRANSACTION only hands the locks on. */
  readonly at?: Step
}

/**
 * The transactions of a section as timelines: which locks are held before each statement, when those that it takes end, and
 * what lasts long while they are held. All of it is worked out when somebody asks, each transaction for itself.
 *
 * Locks end with their transaction, or with ROLLBACK TO a savepoint that is older than they are; what was locked before the
 * savepoint stays locked in the mode it had then (explicit-locking.html#LOCKING-TABLES). PREPARE TRANSACTION leaves them to
 * whoever ends what it prepared (sql-prepare-transaction.html). Proven in test/history/timeline.test.ts.
 */
export class Timeline {
  private readonly locks = new Map<number, TransactionLocks>()
  private readonly works = new Map<number, Work | undefined>()
  private bounds: Bounds | undefined

  constructor(
    private readonly section: Section,
    private readonly placements: readonly Placement[],
    private readonly steps: readonly Step[],
  ) {}

  /** Returns the locks that are held when the statement at `place` starts. */
  held(place: number): readonly Hold[] {
    return this.placementAt(place).isBlock ? this.locksOf(place).held(place) : none
  }

  /** Returns the statements before `place` that may have taken locks which nobody knows of, and that would be held. */
  doubts(place: number): readonly Step[] {
    return this.placementAt(place).isBlock ? this.locksOf(place).doubts(place) : none
  }

  /** Returns what ends the locks that the statement at `place` takes. */
  end(place: number): End {
    if (!this.placementAt(place).isBlock) return { by: 'statement' }
    const { until, last } = this.known
    const at = this.steps[until[place] ?? -1]
    if (at?.command) return { by: endingTag(at.command), at }
    const { kind } = this.placementAt(last[place] as number)
    return { by: kind === 'tool' ? 'tool' : kind === 'block' ? 'session' : 'query' }
  }

  /** Returns the long work of the statement at `place`. */
  work(place: number): Work | undefined {
    if (this.works.has(place)) return this.works.get(place)
    const step = this.steps[place] as Step
    const work = workOf(step, this.placementAt(place).isBlock ? this.locksOf(place).awaited(place) : [])
    this.works.set(place, work)
    return work
  }

  /** Returns the long work that runs after the statement at `place` while its locks are held, in order. */
  over(place: number): readonly Work[] {
    if (!this.placementAt(place).isBlock) return none
    const { until, last } = this.known
    return this.worksIn(place + 1, until[place] ?? (last[place] as number))
  }

  /** Returns the locks that the statement at `place` gives back. */
  released(place: number): readonly Release[] {
    const { isBlock, ends, resumes } = this.placementAt(place)
    const prepared = this.known.prepared.get(place)
    if (prepared === undefined && (!isBlock || (!ends && resumes === undefined))) return none
    return this.locksOf(prepared ?? place)
      .held(prepared ?? place)
      .filter(hold => this.known.until[hold.place] === place)
      .map(hold => this.release(hold, place))
  }

  private release(hold: Hold, place: number): Release {
    const over = () => {
      const own = this.work(hold.place)
      const after = this.worksIn(hold.place + 1, place)
      // While it waits for the lock it does not have it.
      return own && own.kind !== 'wait' ? [own, ...after] : after
    }
    return {
      ...hold,
      get over() {
        return over()
      },
    }
  }

  private worksIn(first: number, last: number): readonly Work[] {
    const works: Work[] = []
    for (let place = first; place <= last; place++) {
      const work = this.work(place)
      if (work) works.push(work)
    }
    return works
  }

  private placementAt(place: number): Placement {
    return this.placements[place] as Placement
  }

  private locksOf(place: number): TransactionLocks {
    const { number, first } = this.placementAt(place)
    const known = this.locks.get(number)
    if (known) return known
    const made = new TransactionLocks(first, this.steps, this.placements, this.known.until)
    this.locks.set(number, made)
    return made
  }

  private get known(): Bounds {
    this.bounds ??= boundsOf(this.section, this.placements)
    return this.bounds
  }
}

const none: readonly never[] = []

function endingTag(command: Command): End['by'] {
  switch (command.tag) {
    case 'COMMIT':
    case 'PREPARE TRANSACTION':
    case 'COMMIT PREPARED':
    case 'ROLLBACK PREPARED':
      return command.tag
    default:
      return 'savepoint' in command && command.savepoint !== undefined ? 'ROLLBACK TO SAVEPOINT' : 'ROLLBACK'
  }
}

interface Bounds {
  /** By place: the statement that ends the locks which the one there takes; undefined where none in the section does. */
  readonly until: readonly (number | undefined)[]
  /** By place: the last statement of the same transaction. */
  readonly last: readonly number[]
  /** By the place of COMMIT PREPARED and ROLLBACK PREPARED: that of the PREPARE TRANSACTION. */
  readonly prepared: ReadonlyMap<number, number>
}

function boundsOf({ statements }: Section, placements: readonly Placement[]): Bounds {
  const until: (number | undefined)[] = new Array(placements.length).fill(undefined)
  const last = placements.map((_, place) => place)
  const prepared = new Map<number, number>()
  let open: number[] = []
  placements.forEach(({ number, ends, resumes, isBlock }, place) => {
    if (placements[place - 1]?.number !== number) open = []
    open.push(place)
    if (!isBlock) return
    const first = ends ? 0 : (resumes ?? place)
    const end = ends ? endOfPrepared(statements, place) : place
    if (end !== place) prepared.set(end, place)
    while (open.length > 0 && (ends || resumes !== undefined) && (open.at(-1) as number) >= first)
      until[open.pop() as number] = end
  })
  for (let place = placements.length - 2; place >= 0; place--)
    if (placements[place + 1]?.number === placements[place]?.number) last[place] = last[place + 1] as number
  return { until, last, prepared }
}

/** The statement that ends what the one at `place` ends or, for PREPARE TRANSACTION, leaves to another. */
function endOfPrepared(statements: Section['statements'], place: number): number {
  const command = statements[place]?.command
  if (command?.tag !== 'PREPARE TRANSACTION') return place
  const found = statements.findIndex(
    ({ command: other }, index) =>
      index > place &&
      (other?.tag === 'COMMIT PREPARED' || other?.tag === 'ROLLBACK PREPARED') &&
      other.prepared === command.prepared,
  )
  return found < 0 ? place : found
}
