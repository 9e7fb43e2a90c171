import { millisecondsOf } from './history/duration'
import type { History } from './history/history'
import { type InnerStep, stepsInside } from './history/inside'
import { type Left, leftParameters } from './history/left-parameters'
import type { Direction } from './history/migration'
import { type Starting, sessionDefaults } from './history/session-defaults'
import { type Step, stepsOf, type Transaction } from './history/steps'
import type { End, Hold, Release } from './history/timeline'
import type { Work } from './history/work'
import type { RelationKey, RelationKind } from './postgres/catalog'
import type { Effects, RelationLock } from './postgres/effects'
import type { Failure } from './postgres/failures'
import { blocksReads, blocksWrites } from './postgres/locks'
import { earlyUse } from './rules/enum-value-used-at-once'
import type { Settings } from './settings'
import type { Problem } from './sql/statements'
import { type Span, touches } from './text'

/** What one statement does when it runs, or why that cannot be said. */
export interface Explanation {
  /** UTF-16 offsets in the file, without the semicolon. */
  readonly span: Span
  readonly direction: Direction
  /** As PostgreSQL reports it on completion; absent where the statement could not be read. */
  readonly tag?: string
  readonly transaction: Transaction['kind']
  readonly locks: readonly RelationLock[]
  /** Relations whose readers wait while this statement holds its locks. */
  readonly blocksReads: readonly RelationKey[]
  /** Relations whose writers wait. */
  readonly blocksWrites: readonly RelationKey[]
  readonly rewrites: readonly RelationKey[]
  readonly scans: readonly RelationKey[]
  readonly builds: readonly string[]
  readonly drops: readonly RelationKey[]
  readonly refusesTransactionBlock: boolean
  readonly waitsForTransactions: boolean
  /** Why PostgreSQL refuses it, as certain as the history is complete: then it has no effects. */
  readonly fails?: Failure
  readonly unknown: readonly string[]
  /** Why the statement could not be read. */
  readonly problem?: Problem
  readonly step: Step
  /** What runs inside, in order: the statements in its DO block, and in the functions and procedures that it calls. */
  readonly inside: readonly InnerExplanation[]
  /** The statements of the same transaction that run after this one, in order. */
  readonly followedBy: readonly Step[]
  /** Locks that earlier statements of its transaction still hold, but for those on relations that nobody else can see. */
  readonly held: readonly Hold[]
  /** What ends the locks that it takes. */
  readonly until: End
  /** Why it lasts, where it does. */
  readonly work?: Work
  /** The long work of later statements that runs while its locks are held, in order. */
  readonly over: readonly Work[]
  /** The locks that it gives back, but for those on relations that nobody else can see. */
  readonly released: readonly Release[]
  /** The timeouts that the file has set, in force when it starts: milliseconds, 0 for off. */
  readonly timeouts: ReadonlyMap<Timeout, number>
  /** What earlier migrations let sessions start with; whether this one's is among them is not known. */
  readonly starting: readonly Starting[]
  /** What earlier migrations leave set in their session; whether that is this one's is not known. */
  readonly left: readonly Left[]
}

/** What a statement in a body does, as if it ran by itself. */
export interface InnerExplanation extends Explanation {
  readonly step: InnerStep
  /** Whether it stands in this file: if not, `span` is that of the statement that runs it. */
  readonly isHere: boolean
}

/** Parameters that end a statement or a session, in the order that they are told (runtime-config-client.html). */
export const timeouts = [
  'lock_timeout',
  'statement_timeout',
  'transaction_timeout',
  'idle_in_transaction_session_timeout',
] as const
export type Timeout = (typeof timeouts)[number]

/** Returns what every statement of the migration at `path` does, in the order of the file; nothing for an unknown path. */
export function explain(history: History, path: string, settings: Settings): Explanation[] {
  const migration = history.migrationAt(path)
  if (!migration) return []
  const steps = stepsOf(history, migration, settings)
  return steps
    .map((step, index) => explanationOf(history, step, steps, index, settings))
    .sort((a, b) => a.span.start - b.span.start)
}

/** Returns what the statement at a UTF-16 offset of the file does, working out that one alone; undefined where none is. */
export function explainAt(history: History, path: string, offset: number, settings: Settings): Explanation | undefined {
  const migration = history.migrationAt(path)
  if (!migration) return undefined
  const steps = stepsOf(history, migration, settings)
  const index = steps.findIndex(({ statement }) => touches(statement.span, offset))
  const step = steps[index]
  return step && innermost(explanationOf(history, step, steps, index, settings), offset)
}

/** Of a statement in a body, the explanation of that one. */
function innermost(explanation: Explanation, offset: number): Explanation {
  return explanation.inside.findLast(({ isHere, span }) => isHere && touches(span, offset)) ?? explanation
}

function explanationInside(history: History, step: InnerStep, settings: Settings): InnerExplanation {
  const isHere = step.placeOf({ start: 0, end: 1 }) !== undefined
  // Its accessors stay what they are: they work when somebody asks.
  const own = Object.getOwnPropertyDescriptors(explanationOf(history, step, [], 0, settings))
  return Object.defineProperties({ isHere }, own) as InnerExplanation
}

/** Works out what takes time when somebody asks: a file may have thousands of statements. */
function explanationOf(
  history: History,
  step: Step,
  steps: readonly Step[],
  index: number,
  settings: Settings,
): Explanation {
  let early: Failure | false | undefined
  /** Effects are those of a statement by itself; what an enum value is used for depends on its transaction. */
  const usedEarly = (): Failure | undefined => {
    early ??= earlyFailure(step, steps, index, settings) ?? false
    return early || undefined
  }
  const effects = () => (usedEarly() ? nothing : (step.effects ?? nothing))
  let known: readonly Hold[] | undefined
  return {
    span: step.statement.span,
    direction: step.direction,
    tag: step.command?.tag,
    transaction: step.transaction.kind,
    problem: step.statement.problem,
    step,
    get locks() {
      return effects().locks
    },
    get blocksReads() {
      return readersThatWait(step, effects())
    },
    get blocksWrites() {
      return writersThatWait(step, effects())
    },
    get rewrites() {
      return effects().rewrites
    },
    get scans() {
      return effects().scans
    },
    get builds() {
      return effects().builds
    },
    get drops() {
      return effects().drops
    },
    get refusesTransactionBlock() {
      return effects().refusesTransactionBlock
    },
    get waitsForTransactions() {
      return effects().waitsForTransactions
    },
    get fails() {
      return usedEarly() ?? effects().fails
    },
    get unknown() {
      return effects().unknown
    },
    get inside() {
      return 'inside' in step
        ? []
        : stepsInside(step, settings.postgres).map(inner => explanationInside(history, inner, settings))
    },
    get followedBy() {
      return followersOf(steps, index)
    },
    get held() {
      known ??= step.transaction.held.filter(({ isPrivate }) => !isPrivate)
      return known
    },
    get until() {
      return step.transaction.end
    },
    get work() {
      return step.transaction.work
    },
    get over() {
      return step.transaction.over
    },
    get released() {
      return step.transaction.released.filter(({ isPrivate }) => !isPrivate)
    },
    get timeouts() {
      return timeoutsIn(step.transaction.parameters)
    },
    get starting() {
      return sessionDefaults(history, step.migration)
    },
    get left() {
      return step.direction === 'up' ? leftParameters(history, step.migration) : []
    },
  }
}

function timeoutsIn(parameters: ReadonlyMap<string, string>): ReadonlyMap<Timeout, number> {
  return new Map(
    timeouts.flatMap(name => {
      const milliseconds = millisecondsOf(parameters.get(name) ?? '')
      return milliseconds === undefined ? [] : [[name, milliseconds]]
    }),
  )
}

function earlyFailure(step: Step, steps: readonly Step[], index: number, settings: Settings): Failure | undefined {
  const { command, transaction, statement, before } = step
  if (!command || !transaction.isBlock) return undefined
  const early = earlyUse(command, { steps, index, transaction, statement, before }, settings)
  // Where nobody says which version it is, one that can run it is taken.
  if (!early || (early.isOwn && settings.isAssumed)) return undefined
  const message = `unsafe use of new value "${early.value}" of enum type ${early.type.name}`
  return { message, code: '55P04', span: early.use }
}

const nothing: Effects = {
  locks: [],
  rewrites: [],
  scans: [],
  builds: [],
  drops: [],
  refusesTransactionBlock: false,
  needsTransactionBlock: false,
  waitsForTransactions: false,
  unknown: [],
}

function followersOf(steps: readonly Step[], index: number): readonly Step[] {
  const step = steps[index]
  if (!step) return []
  return steps
    .slice(index + 1)
    .filter(later => later.section === step.section && later.transaction.number === step.transaction.number)
}

function readersThatWait(step: Step, effects: Effects): RelationKey[] {
  const readable = effects.locks.filter(lock => blocksReads(lock.mode) && readableKinds.has(lock.kind))
  return unique([...readable.map(lock => lock.relation), ...tablesOfClosedIndexes(step, effects, readableKinds)])
}

function writersThatWait(step: Step, effects: Effects): RelationKey[] {
  const writable = effects.locks.filter(lock => blocksWrites(lock.mode) && writableKinds.has(lock.kind))
  return unique([...writable.map(lock => lock.relation), ...tablesOfClosedIndexes(step, effects, writableKinds)])
}

const readableKinds: ReadonlySet<RelationKind> = new Set<RelationKind>([
  'table',
  'partitioned table',
  'foreign table',
  'view',
  'materialized view',
])
const writableKinds: ReadonlySet<RelationKind> = new Set<RelationKind>([
  'table',
  'partitioned table',
  'foreign table',
  'view',
])

/**
 * Tables whose queries wait because one of their indexes is locked in ACCESS EXCLUSIVE mode: the planner takes ACCESS
 * SHARE on every index of a table (sql-reindex.html, "Rebuilding Indexes Concurrently"). The CONCURRENTLY forms take that
 * mode only on an index that the planner has ceased to look at.
 */
function tablesOfClosedIndexes(step: Step, effects: Effects, kinds: ReadonlySet<RelationKind>): RelationKey[] {
  if (effects.waitsForTransactions) return []
  return effects.locks.flatMap(lock => {
    const index = lock.mode === 'ACCESS EXCLUSIVE' ? step.before.relations.get(lock.relation) : undefined
    if (!index || !('table' in index)) return []
    return kinds.has(step.before.relations.get(index.table)?.kind ?? 'table') ? [index.table] : []
  })
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]
