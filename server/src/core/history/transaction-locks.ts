import { keyOf, type RelationKey, key as relationKey } from '../postgres/catalog'
import type { RelationLock } from '../postgres/effects'
import { blocksWrites, lockModes } from '../postgres/locks'
import type { Step } from './steps'
import type { Hold } from './timeline'
import type { Placement } from './transactions'
import { isPrivate } from './work'

/**
 * The locks of one transaction in the order that it takes them, as far as somebody asked. A transaction may have thousands of
 * statements that each take one more, so lists of what is held grow from those asked for before.
 */
export class TransactionLocks {
  private readonly taken: Grant[] = []
  /** By the name of the relation when it was first locked; each grant is stronger than those before it that are alive. */
  private readonly grants = new Map<RelationKey, Grant[]>()
  private readonly renames: Rename[] = []
  /** By place, the relations that it asks for while others use them. */
  private readonly awaits = new Map<number, RelationKey[]>()
  /** The places of statements whose locks are not all known. */
  private readonly doubtful: number[] = []
  /** Before each statement from `first` on. */
  private readonly moments: Moment[] = [{ count: 0, epoch: 0 }]
  private latest: (Moment & { readonly holds: readonly Hold[] }) | undefined

  /** `first` is the place of its first statement; `until` has the place of the statement that ends the locks of each. */
  constructor(
    private readonly first: number,
    private readonly steps: readonly Step[],
    private readonly placements: readonly Placement[],
    private readonly until: readonly (number | undefined)[],
  ) {}

  /** Returns what is held when the statement at `place` starts. */
  held(place: number): readonly Hold[] {
    this.proceed(place)
    const moment = this.moments[place - this.first] as Moment
    const { latest } = this
    const isLater = latest?.epoch === moment.epoch && latest.count <= moment.count
    if (isLater && latest.count === moment.count) return latest.holds
    const holds = isLater
      ? withGrants(latest.holds, this.taken.slice(latest.count, moment.count), grant => this.hold(grant, place))
      : this.holdsAt(place, moment.count)
    this.latest = { ...moment, holds }
    return holds
  }

  /** Returns the statements that may have taken more than is known, which would be held when the one at `place` starts. */
  doubts(place: number): readonly Step[] {
    this.proceed(place)
    return this.doubtful.filter(doubt => this.isAlive({ place: doubt }, place)).map(doubt => this.steps[doubt] as Step)
  }

  /** Returns the relations that others use and that the statement at `place` asks for in a mode that makes them wait. */
  awaited(place: number): readonly RelationKey[] {
    this.proceed(place + 1)
    return this.awaits.get(place) ?? []
  }

  private proceed(place: number) {
    for (let next = this.first + this.moments.length - 1; next < place; next++) {
      const isOther = this.take(next)
      const { epoch } = this.moments.at(-1) as Moment
      this.moments.push({ count: this.taken.length, epoch: isOther ? epoch + 1 : epoch })
    }
  }

  /** Takes over what the statement at `place` does; returns whether more than new locks makes a difference afterwards. */
  private take(place: number): boolean {
    const step = this.steps[place] as Step
    for (const lock of step.effects?.locks ?? []) {
      const grants = this.grantsOn(lock.relation, place)
      const held = grants.findLast(grant => this.isAlive(grant, place))
      if (held && rank(held.lock) >= rank(lock)) continue
      const grant: Grant = {
        lock,
        place,
        isPrivate: isPrivate(step, lock.relation),
        grants,
        isStronger: held !== undefined,
      }
      grants.push(grant)
      this.taken.push(grant)
      if (!grant.isPrivate && blocksWrites(lock.mode) && hasUsers(lock))
        this.awaits.set(place, [...(this.awaits.get(place) ?? []), lock.relation])
    }
    if (!step.effects || step.effects.unknown.length > 0) this.doubtful.push(place)
    const renamed = renameOf(step)
    if (renamed) this.renames.push({ place, ...renamed })
    return renamed !== undefined || this.placements[place]?.resumes !== undefined
  }

  private holdsAt(place: number, count: number): readonly Hold[] {
    const strongest = new Map<readonly Grant[], Grant>()
    for (const grant of this.taken.slice(0, count)) if (this.isAlive(grant, place)) strongest.set(grant.grants, grant)
    return [...strongest.values()].sort((a, b) => a.place - b.place).map(grant => this.hold(grant, place))
  }

  private hold({ lock, place, isPrivate, grants }: Grant, at: number): Hold {
    const { steps } = this
    const isAlive = (grant: Grant) => grant.place < place && this.isAlive(grant, at)
    return {
      relation: this.nameAt(lock.relation, place, at),
      kind: lock.kind,
      mode: lock.mode,
      since: steps[place] as Step,
      place,
      isPrivate,
      get before() {
        return grants.filter(isAlive).map(({ lock, place }) => ({ mode: lock.mode, since: steps[place] as Step }))
      },
    }
  }

  private isAlive({ place }: { readonly place: number }, at: number): boolean {
    const end = this.until[place]
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

/** That a statement takes a relation in a mode stronger than any that is held before. */
interface Grant {
  readonly lock: RelationLock
  readonly place: number
  readonly isPrivate: boolean
  /** All of the same relation. */
  readonly grants: readonly Grant[]
  /** Whether a weaker mode was held before. */
  readonly isStronger: boolean
}

interface Rename {
  readonly place: number
  readonly from: RelationKey
  readonly to: RelationKey
}

interface Moment {
  /** Grants so far. */
  readonly count: number
  /** Changes where locks are given back, and where names change. */
  readonly epoch: number
}

function withGrants(holds: readonly Hold[], grants: readonly Grant[], holdOf: (grant: Grant) => Hold): readonly Hold[] {
  if (!grants.some(({ isStronger }) => isStronger)) return holds.concat(grants.map(holdOf))
  const strongest = new Map(grants.map(grant => [grant.lock.relation, grant]))
  const kept = holds.filter(({ relation }) => !strongest.has(relation))
  return kept.concat([...strongest.values()].map(holdOf))
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
