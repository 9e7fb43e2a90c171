import { keyOf, type RelationKey, key as relationKey } from '../postgres/catalog'
import type { RelationLock } from '../postgres/effects'
import { blocksWrites, type LockMode, lockModes } from '../postgres/locks'
import type { Command } from '../sql/commands'
import type { Section } from './migration'
import type { Step } from './steps'
import type { Placement } from './transactions'
import { isPrivate, type Work, workOf } from './work'

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
  private readonly lines = new Map<number, TransactionLine>()
  private readonly works = new Map<number, Work | undefined>()
  private bounds: Bounds | undefined

  constructor(
    private readonly section: Section,
    private readonly placements: readonly Placement[],
    private readonly steps: readonly Step[],
  ) {}

  /** Returns the locks that are held when the statement at `place` starts. */
  held(place: number): readonly Hold[] {
    return this.placementAt(place).isBlock ? this.lineOf(place).held(place) : none
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
    const work = workOf(step, this.placementAt(place).isBlock ? this.lineOf(place).awaited(place) : [])
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
    return this.lineOf(prepared ?? place)
      .held(prepared ?? place)
      .filter(hold => this.known.until[hold.place] === place)
      .map(hold => {
        const own = this.work(hold.place)
        const after = this.worksIn(hold.place + 1, place)
        // While it waits for the lock it does not have it.
        return { ...hold, over: own && own.kind !== 'wait' ? [own, ...after] : after }
      })
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

  private lineOf(place: number): TransactionLine {
    const { number, first } = this.placementAt(place)
    const known = this.lines.get(number)
    if (known) return known
    const line = new TransactionLine(first, this.steps, this.known, this.placements)
    this.lines.set(number, line)
    return line
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

/** That a statement takes a relation in a mode stronger than any before. */
interface Grant {
  readonly lock: RelationLock
  readonly place: number
  readonly isPrivate: boolean
}

interface Rename {
  readonly place: number
  readonly from: RelationKey
  readonly to: RelationKey
}

/** The locks of one transaction in the order that it takes them, as far as somebody asked. */
class TransactionLine {
  /** By the name of the relation when it was first locked; each grant is stronger than those before it that are alive. */
  private readonly grants = new Map<RelationKey, Grant[]>()
  private readonly renames: Rename[] = []
  /** By place, the relations that it asks for while others use them. */
  private readonly awaits = new Map<number, RelationKey[]>()
  /** By place from `first` on: changes with what is held. */
  private readonly versions: number[] = [0]
  private latest: { readonly version: number; readonly holds: readonly Hold[] } | undefined

  constructor(
    private readonly first: number,
    private readonly steps: readonly Step[],
    private readonly bounds: Bounds,
    private readonly placements: readonly Placement[],
  ) {}

  held(place: number): readonly Hold[] {
    this.proceed(place)
    const version = this.versions[place - this.first] as number
    if (this.latest?.version !== version) this.latest = { version, holds: this.holdsAt(place) }
    return this.latest.holds
  }

  /** Returns the relations that others use and that the statement at `place` asks for in a mode that makes them wait. */
  awaited(place: number): readonly RelationKey[] {
    this.proceed(place + 1)
    return this.awaits.get(place) ?? []
  }

  private proceed(place: number) {
    for (let next = this.first + this.versions.length - 1; next < place; next++) {
      const isChanged = this.take(next)
      const version = this.versions.at(-1) as number
      this.versions.push(isChanged ? version + 1 : version)
    }
  }

  /** Takes over what the statement at `place` does; returns whether other locks are held afterwards. */
  private take(place: number): boolean {
    const step = this.steps[place] as Step
    let isChanged = this.placements[place]?.resumes !== undefined
    for (const lock of step.effects?.locks ?? []) {
      const grants = this.grantsOn(lock.relation, place)
      const held = this.lastAlive(grants, place)
      if (held && rank(held.lock) >= rank(lock)) continue
      const grant = { lock, place, isPrivate: isPrivate(step, lock.relation) }
      grants.push(grant)
      isChanged = true
      if (!grant.isPrivate && blocksWrites(lock.mode) && hasUsers(lock))
        this.awaits.set(place, [...(this.awaits.get(place) ?? []), lock.relation])
    }
    const renamed = renameOf(step)
    if (!renamed) return isChanged
    this.renames.push({ place, ...renamed })
    return true
  }

  private holdsAt(place: number): readonly Hold[] {
    return [...this.grants.values()]
      .flatMap(grants => this.lastAlive(grants, place) ?? [])
      .sort((a, b) => a.place - b.place)
      .map(({ lock, place: taken, isPrivate }) => ({
        relation: this.nameAt(lock.relation, taken, place),
        kind: lock.kind,
        mode: lock.mode,
        since: this.steps[taken] as Step,
        place: taken,
        before: this.weaker(lock.relation, taken, place),
        isPrivate,
      }))
  }

  private weaker(relation: RelationKey, taken: number, place: number): Hold['before'] {
    return this.grantsOn(relation, taken)
      .filter(grant => grant.place < taken && this.isAlive(grant, place))
      .map(({ lock, place }) => ({ mode: lock.mode, since: this.steps[place] as Step }))
  }

  private lastAlive(grants: readonly Grant[], place: number): Grant | undefined {
    return grants.findLast(grant => grant.place < place && this.isAlive(grant, place))
  }

  private isAlive({ place }: { readonly place: number }, at: number): boolean {
    const end = this.bounds.until[place]
    return place < at && (end === undefined || end >= at)
  }

  /** The grants on the relation that has this name at `place`. */
  private grantsOn(relation: RelationKey, place: number): Grant[] {
    const first = this.renames
      .filter(rename => this.isAlive(rename, place))
      .reduceRight((name, { from, to }) => (name === to ? from : name), relation)
    const known = this.grants.get(first)
    if (known) return known
    const made: Grant[] = []
    this.grants.set(first, made)
    return made
  }

  /** The name at `place` of the relation that had this name when it was locked. */
  private nameAt(relation: RelationKey, taken: number, place: number): RelationKey {
    return this.renames
      .filter(rename => rename.place >= taken && this.isAlive(rename, place))
      .reduce((name, { from, to }) => (name === from ? to : name), relation)
  }
}

/** Whoever uses an index or an owned sequence has locked the table as well, and that is waited for. */
const hasUsers = ({ kind }: RelationLock): boolean => !/index$|^sequence$/.test(kind)

const rank = ({ mode }: RelationLock): number => lockModes.indexOf(mode)

/** ALTER ... RENAME TO and SET SCHEMA: the lock is on the relation, whatever it is called. */
function renameOf({ command, before }: Step): { from: RelationKey; to: RelationKey } | undefined {
  const subcommand = command && 'subcommands' in command ? command.subcommands[0] : undefined
  if (!command || !('subcommands' in command)) return undefined
  if (subcommand?.kind !== 'RENAME TO' && subcommand?.kind !== 'SET SCHEMA') return undefined
  const from = keyOf(before, command.relation)
  const dot = from.indexOf('.')
  const to =
    subcommand.kind === 'SET SCHEMA'
      ? relationKey(subcommand.to.name, from.slice(dot + 1))
      : relationKey(from.slice(0, dot), subcommand.to.name)
  return { from, to }
}
