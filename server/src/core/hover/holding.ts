import type { Explanation, Timeout } from '../explain'
import { durationText } from '../history/duration'
import type { Step } from '../history/steps'
import type { End } from '../history/timeline'
import type { Work } from '../history/work'
import { lineOf } from '../lines'
import type { RelationLock } from '../postgres/effects'
import { blocksReads, blocksWrites, conflictsOf, lockModes } from '../postgres/locks'
import { joined, listed } from './lists'
import { leftSentences, startingSentences } from './starting'

/** Returns what to tell of the locks that earlier statements of the transaction still hold. */
export function heldSentences(explanation: Explanation): string[] {
  const { held, locks, work, tag, released, step } = explanation
  if (released.length > 0 || tag === undefined || isControl(tag)) return []
  const others = held.filter(hold => isFelt(hold) && locks.every(lock => !isStronger(lock, hold)))
  // A statement in a body waits for no lock that another in it has taken already.
  const waitsInVain =
    work?.kind === 'wait' && work.relations.length > 0 && locks.every(lock => isHeldEnough(explanation, lock))
  const during = work && !waitsInVain ? whileIt(work) : undefined
  const told = [true, false].flatMap(isReading => {
    const holds = others.filter(({ mode }) => blocksReads(mode) === isReading)
    if (holds.length === 0) return []
    const those = `${joined([...new Set(holds.map(({ mode }) => `\`${mode}\``))])} on ${listed(holds)}`
    const since = linesOf(holds.map(({ since }) => since))
    if (!during) return [`Still held: ${those}, taken in ${since}.`]
    const it = holds.length > 1 ? 'them' : 'it'
    return [
      `${those}, taken in ${since}, is still held: ${isReading ? 'reads and writes' : 'writes'} of ${it} wait ${during}.`,
    ]
  })
  const { doubts } = step.transaction
  if (!during || doubts.length === 0) return told
  const who = linesOf(doubts).replace('line', 'Line')
  return [
    ...told,
    `${who} may have locked more, which is held too: what ${doubts.length > 1 ? 'they do' : 'it does'} is not known.`,
  ]
}

const isStronger = (lock: RelationLock, hold: RelationLock): boolean =>
  lock.relation === hold.relation && lockModes.indexOf(lock.mode) > lockModes.indexOf(hold.mode)

/** Returns whether a command begins, marks or ends a transaction. */
export const isTransactionCommand = (tag: string | undefined): boolean => transactionCommands.includes(tag ?? '')

const transactionCommands = [
  'BEGIN',
  'START TRANSACTION',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE',
  'PREPARE TRANSACTION',
  'COMMIT PREPARED',
  'ROLLBACK PREPARED',
]

/** What only moves along in the transaction. */
const isControl = (tag: string): boolean => isTransactionCommand(tag) || tag === 'SET' || tag === 'RESET'

/** Returns whether queries or writes of others wait for it. */
export const isFelt = ({ mode, kind }: RelationLock): boolean =>
  blocksWrites(mode) && kind !== 'index' && kind !== 'partitioned index' && kind !== 'sequence'

function whileIt(work: Work): string {
  const { kind, relations } = work
  if (kind === 'wait') return relations.length > 0 ? 'while this one waits for its lock' : 'while this one waits'
  return `while this ${nounOf(work)[0]} runs`
}

/** Returns what to tell of weaker locks that the transaction has already (explicit-locking.html#LOCKING-DEADLOCKS). */
export function strengthenedSentences(explanation: Explanation, visible: readonly RelationLock[]): string[] {
  const wanted = visible.filter(lock => isFelt(lock) && !isHeldEnough(explanation, lock))
  const weaker = explanation.held.filter(({ relation }) => wanted.some(lock => lock.relation === relation))
  if (weaker.length === 0) return []
  const modes = joined([...new Set(weaker.map(({ mode }) => `\`${mode}\``))])
  return [
    `The transaction holds only ${modes} on ${listed(weaker)} since ${linesOf(weaker.map(({ since }) => since))}: to ask for more can deadlock.`,
  ]
}

/** Returns whether the transaction has so strong a lock on the relation already that this one changes nothing. */
export function isHeldEnough({ held, step }: Explanation, lock: RelationLock): boolean {
  const index = step.before.relations.get(lock.relation)
  // Nobody can use an index of a table that nobody can use.
  if (index && 'table' in index && held.some(({ relation, mode }) => relation === index.table && blocksReads(mode)))
    return true
  const hold = held.find(({ relation }) => relation === lock.relation)
  if (!hold) return false
  const kept = conflictsOf(hold.mode)
  return conflictsOf(lock.mode).every(mode => kept.includes(mode))
}

/** Returns whether it takes the lock only when it has waited: DETACH PARTITION CONCURRENTLY, on the partition (sql-altertable.html). */
export const isLast = ({ mode, kind }: RelationLock, { waitsForTransactions }: Explanation): boolean =>
  waitsForTransactions && mode === 'ACCESS EXCLUSIVE' && kind !== 'index'

/** Returns when the locks of a statement end, and over what long work they last until then. */
export function releaseSentences(explanation: Explanation, visible: readonly RelationLock[]): string[] {
  const { until, tag = '', over, step } = explanation
  if (visible.length === 0) return []
  if (until.by === 'statement' && 'inside' in step)
    return ['Its locks are released when the statement that runs it ends, or commits before that.']
  if (until.by === 'statement')
    return [
      // plpgsql-transactions.html
      step.effects?.endsTransactions
        ? 'Each `COMMIT` or `ROLLBACK` in it releases the locks taken before, and its end the others.'
        : 'Its locks are released when this statement ends.',
    ]
  const isRows = changesRows.has(tag)
  const subject = isRows ? 'Its locks, also those on the rows it changes,' : 'Its locks'
  const isNoticed = isRows || visible.some(lock => blocksWrites(lock.mode))
  const long = isNoticed ? overText(over) : ''
  return [
    `${subject} ${endText(until, step.migration.framework.name, long === '' ? laterText(explanation) : `, over ${long}`)}.`,
  ]
}

function laterText({ followedBy, until }: Explanation): string {
  const later = followedBy.filter(other => isBefore(other, until) && !isControl(other.command?.tag ?? '')).length
  return later === 0 ? '' : `, after ${later === 1 ? 'one more statement' : `${later} more statements`}`
}

/** Row locks last as long as those on tables (explicit-locking.html#LOCKING-ROWS). */
const changesRows: ReadonlySet<string> = new Set(['UPDATE', 'DELETE', 'MERGE'])

const isBefore = ({ command, statement }: Step, { at }: End): boolean =>
  command !== undefined && (at ? statement.span.start < at.statement.span.start : true)

function endText({ by, at }: End, tool: string, over: string): string {
  const line = at ? ` in line ${lineOf(at)}` : ''
  switch (by) {
    case 'tool':
      return `are held until ${tool} commits the transaction of this file${over}`
    case 'query':
      return `are held to the end of the statements that are sent together${over}: they are one transaction`
    case 'session':
      return `are held until the session ends${over}: no \`COMMIT\` follows in this file`
    case 'PREPARE TRANSACTION':
      return `are held until somebody ends what \`PREPARE TRANSACTION\`${line} leaves behind${over}`
    case 'ROLLBACK TO SAVEPOINT': {
      const name = at?.command && 'savepoint' in at.command ? ` ${at.command.savepoint}` : ''
      return `are held until \`ROLLBACK TO${name}\`${line}${over}`
    }
    default:
      return `are held until \`${by}\`${line}${over}`
  }
}

/** Returns `the backfill in line 7 and 2 index builds in lines 9 and 11`. */
export function overText(works: readonly Work[]): string {
  const groups = groupedBy(works, work => nounOf(work)[0])
  return joined(
    groups.map(group => {
      const [one, many] = nounOf(group[0] as Work)
      const lines = linesOf(group.map(work => work.step))
      return group.length === 1 ? `the ${one} in ${lines}` : `${group.length} ${many} in ${lines}`
    }),
  )
}

/** Returns the values in groups of the same key, in the order in which the keys come up. */
export function groupedBy<T>(values: readonly T[], keyOf: (value: T) => string): (readonly T[])[] {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return [...groups.values()]
}

/** One, and several. */
function nounOf({ kind, relations, step }: Work): readonly [string, string] {
  const tag = step.command?.tag ?? ''
  switch (kind) {
    case 'rewrite':
      return ['rewrite', 'rewrites']
    case 'build':
      return ['index build', 'index builds']
    case 'scan':
      return ['scan', 'scans']
    case 'wait':
      return relations.length > 0 ? ['wait for a lock', 'waits for locks'] : ['wait', 'waits']
    case 'backfill':
      return backfills.has(tag) ? ['backfill', 'backfills'] : [`\`${tag}\``, `\`${tag}\` statements`]
    case 'unknown':
      return [`\`${tag}\``, `\`${tag}\` statements`]
  }
}

const backfills: ReadonlySet<string> = new Set(['UPDATE', 'INSERT', 'MERGE'])

/** `line 7`, `lines 7 and 9`, and of many `lines 7 to 40`. */
function linesOf(steps: readonly Step[]): string {
  // Many may stand in one line, but of very many only the ends are told.
  const told = steps.length > 100 ? [steps[0] as Step, steps.at(-1) as Step] : steps
  const lines = [...new Set(told.map(lineOf))].sort((a, b) => a - b)
  if (told !== steps) return `lines ${lines[0]} to ${lines.at(-1)}`
  if (lines.length === 1) return `line ${lines[0]}`
  return lines.length > 4 ? `lines ${lines[0]} to ${lines.at(-1)}` : `lines ${joined(lines.map(String))}`
}

/**
 * Returns which timeouts in force cut the statement short, and what is left then. A wait for a lock ends at lock_timeout, the
 * waits of CONCURRENTLY for older transactions too; statement_timeout bounds waits and work together, transaction_timeout the
 * whole transaction (runtime-config-client.html#RUNTIME-CONFIG-CLIENT-STATEMENT). Proven in test/postgres/timeouts.test.ts.
 */
export function timeoutSentences(explanation: Explanation, isWaiting: boolean, postgres: number): string[] {
  const { timeouts, work, waitsForTransactions, step } = explanation
  const value = (name: Timeout) => {
    const milliseconds = timeouts.get(name) ?? 0
    return milliseconds > 0 ? `\`${name}\` = ${durationText(milliseconds)}` : undefined
  }
  const lock = isWaiting || waitsForTransactions ? value('lock_timeout') : undefined
  // A wait for a lock that lock_timeout bounds needs no second bound.
  const isLong = waitsForTransactions || (work !== undefined && !(lock && work.kind === 'wait'))
  const isBrief = work?.kind === 'wait' && work.relations.length > 0 && !waitsForTransactions
  const statement = isLong ? value('statement_timeout') : undefined
  const session = isLong ? value('transaction_timeout') : undefined
  // Before 13 the timeout was that of all that is sent together: runtime-config-client.html#GUC-STATEMENT-TIMEOUT.
  const isShared = postgres < 13 && step.transaction.kind === 'implicit' && step.transaction.isBlock
  const names: readonly Timeout[] = [
    ...(isWaiting || waitsForTransactions ? (['lock_timeout'] as const) : []),
    ...(isLong && !isBrief ? (['statement_timeout', 'transaction_timeout'] as const) : []),
  ]
  const left = leftBehind(explanation)
  return [
    ...(lock ? [`It gives up waiting after ${lock}${left}.`] : []),
    ...(statement
      ? [`It is cancelled after ${statement}${isShared ? ', which all that is sent together shares' : ''}${left}.`]
      : []),
    ...(session ? [`The session is ended when its transaction has lasted ${session}${left}.`] : []),
    ...(names.length > 0 ? [...leftSentences(explanation, names), ...startingSentences(explanation, names)] : []),
  ]
}

/** sql-createindex.html, sql-reindex.html and sql-dropindex.html ("CONCURRENTLY"), sql-altertable.html (DETACH PARTITION). */
function leftBehind({ waitsForTransactions, step: { command } }: Explanation): string {
  if (!waitsForTransactions) return ''
  return command?.tag === 'ALTER TABLE'
    ? '; then the partition is left half detached, until `DETACH PARTITION ... FINALIZE`'
    : '; then an invalid index is left behind'
}
