import type { Explanation } from './explain'
import { isPrivate } from './history/work'
import { differencesOf } from './hover/differences'
import {
  heldSentences,
  isHeldEnough,
  isLast,
  isTransactionCommand,
  releaseSentences,
  strengthenedSentences,
  timeoutSentences,
} from './hover/holding'
import { firedSentences, insideSentences } from './hover/inside'
import { listed, named } from './hover/lists'
import { lossSentences } from './hover/losses'
import { onlySubcommandOf, reasonSentences } from './hover/reasons'
import { settingSentences } from './hover/starting'
import { transactionSentences } from './hover/transactions'
import { manualPage } from './manual'
import { hasReference, indexesOf, type RelationKey, tableAt, temporarySchema } from './postgres/catalog'
import type { RelationLock } from './postgres/effects'
import { isIndexed } from './postgres/effects/foreign-keys'
import type { Failure } from './postgres/failures'
import { blocksReads, blocksWrites, type LockMode, lockModes } from './postgres/locks'
import type { Settings } from './settings'
import type { Subcommand } from './sql/subcommands'

/** What a person is told of one place: plain words first, then what each lock mode makes others wait for. */
export interface Words {
  /** What it is about: a command's tag, a kind and a name. SQL words and names may stand between backquotes. */
  readonly title: string
  /** Whole sentences, most important first. SQL words and names stand between backquotes. */
  readonly sentences: readonly string[]
  /** Lines that read like SQL: the columns of a table. */
  readonly listing?: readonly string[]
  /** The lock modes held that others can notice, strongest first. */
  readonly conflicts: readonly LockMode[]
  /** The file that made it: `words` stand before its name. */
  readonly origin?: { readonly words: string; readonly path: string; readonly name: string }
  /** The page in PostgreSQL's manual. */
  readonly manual?: { readonly title: string; readonly href: string }
}

/** Returns what to tell of a statement, or of one subcommand of it. */
export function wordsOf(
  explanation: Explanation,
  settings: Settings,
  subcommand: Subcommand | undefined = onlySubcommandOf(explanation.step.command),
): Words {
  const { tag, step } = explanation
  if (!tag || !step.effects) return unreadable(explanation)
  if (explanation.fails) return refusal(explanation, explanation.fails, settings, tag)
  const visible = explanation.locks.filter(lock => !isPrivate(explanation.step, lock.relation))
  const isLeftAlone = (lock: RelationLock) =>
    // No query looks any more at an index that CONCURRENTLY locks.
    explanation.waitsForTransactions && isIndex(lock) && !visible.every(isIndex)
  const felt = visible.filter(lock => !goesWithTable(lock, explanation, visible) && !isLeftAlone(lock))
  const taken = felt.filter(lock => !isHeldEnough(explanation, lock))
  const setting = settingSentences(explanation)
  const isQuiet = visible.length === 0 && (setting.length > 0 || isTransactionCommand(tag))
  const kept = explanation.held.filter(({ relation }) => felt.some(lock => lock.relation === relation))
  const isFailing = isMisplaced(explanation)
  const what = [
    ...(isQuiet ? [] : lockSentences(explanation, visible, isFailing ? felt : taken)),
    ...(isFailing ? [] : heldSentences(explanation)),
    ...workSentences(explanation),
    ...lossSentences(explanation, subcommand),
    ...reasonSentences(subcommand, step),
    ...insideSentences(explanation),
    ...firedSentences(explanation, lock => felt.some(({ relation }) => relation === lock.relation)),
    ...setting,
    ...(isQuiet ? [] : waitSentences(explanation, felt, settings)),
  ]
  return {
    title: tag,
    sentences: [
      ...needSentences(explanation),
      ...(isFailing
        ? [...blockSentences(explanation), ...(isQuiet ? [] : [elsewhere, ...what])]
        : [
            ...what,
            ...blockSentences(explanation),
            ...releaseSentences(explanation, visible),
            ...transactionSentences(explanation),
          ]),
      ...differencesOf(step, settings).map(({ sentence }) => sentence),
      ...explanation.unknown.map(inBackquotes),
    ],
    // Whom the lock of a sequence or a type makes wait its sentence says: no query takes part in that table.
    conflicts: modesOf(
      [...taken, ...kept].filter(
        lock => lock.kind !== 'sequence' && lock.kind !== 'composite type' && !isLast(lock, explanation),
      ),
    ),
    manual: manualPage(tag, step.need?.postgres ?? settings.postgres),
  }
}

function unreadable({ problem }: Explanation): Words {
  const reason = problem ? `: ${problem.message}` : ''
  return { title: 'Unreadable', sentences: [`PostgreSQL cannot read this statement${reason}.`], conflicts: [] }
}

function refusal({ step }: Explanation, { message, code, since }: Failure, settings: Settings, tag: string): Words {
  const undone = step.transaction.isBlock ? ['Its transaction is rolled back.'] : []
  const differences = differencesOf(step, settings).map(({ sentence }) => sentence)
  const later =
    differences.length > 0 || since === undefined ? differences : [`PostgreSQL ${since} is the first that runs it.`]
  const who = since === undefined ? 'PostgreSQL' : `PostgreSQL ${settings.postgres}`
  return {
    title: tag,
    sentences: [`${who} refuses this statement: ${message} (${code}).`, ...undone, ...later],
    conflicts: [],
    manual: manualPage(tag, settings.postgres),
  }
}

const elsewhere = 'What follows is what it does where it can run.'

/** Where no version is configured. */
const needSentences = ({ step: { need } }: Explanation): string[] =>
  need ? [`Needs PostgreSQL ${need.postgres}: what follows is what that version does.`] : []

/** A sentence of the model, whose names stand between quotes. */
const inBackquotes = (sentence: string): string =>
  sentence.replace(/"([^"]+)"/g, '`$1`').replace(modeNamed, '`$1` mode')

const modeNamed = new RegExp(`\\b((?:${lockModes.toReversed().join('|')})) mode`, 'g')

const modesOf = (locks: readonly RelationLock[]): LockMode[] =>
  lockModes.filter(mode => locks.some(lock => lock.mode === mode)).reverse()

function lockSentences(
  explanation: Explanation,
  visible: readonly RelationLock[],
  taken: readonly RelationLock[],
): string[] {
  const last = taken.filter(lock => isLast(lock, explanation))
  const sentences = modesOf(taken).flatMap(mode => {
    const held = taken.filter(lock => lock.mode === mode && !last.includes(lock))
    const relations = held.filter(isQueried)
    const types = held.filter(lock => lock.kind === 'composite type')
    const sequences = held.filter(lock => lock.kind === 'sequence')
    const indexes = held.filter(isIndex)
    return [
      ...(relations.length > 0 ? [`\`${mode}\` on ${listed(relations)}: ${whoWaits[mode]}`] : []),
      ...(sequences.length > 0 ? [`\`${mode}\` on ${listed(sequences)}: ${whoWaitsForSequence(mode)}`] : []),
      ...(types.length > 0 ? [`\`${mode}\` on ${listed(types)}: ${whoWaitsForType}`] : []),
      ...(indexes.length > 0
        ? [`\`${mode}\` on ${listed(indexes)}: ${whoWaitsForIndex(mode, indexes.length > 1, explanation)}`]
        : []),
    ]
  })
  sentences.push(...firstSentences(visible))
  for (const mode of modesOf(last))
    sentences.push(`At the end \`${mode}\` on ${listed(last.filter(lock => lock.mode === mode))}: ${whoWaits[mode]}`)
  const hidden = explanation.locks.filter(lock => !visible.includes(lock))
  const temporary = hidden.filter(({ relation }) => relation.startsWith(`${temporarySchema}.`))
  const made = hidden.filter(lock => !temporary.includes(lock))
  if (temporary.length > 0) {
    sentences.push(
      `Nobody waits for ${listed(temporary)}: only this session can see ${temporary.length > 1 ? 'them' : 'it'}.`,
    )
  }
  if (made.length > 0) {
    const them = made.length > 1 ? 'them' : 'it'
    sentences.push(
      `Nobody waits for ${listed(made)}: this transaction created ${them}, and no other can see ${them} yet.`,
    )
  }
  if (sentences.length > 0) return sentences
  return visible.length > 0
    ? ['Takes no lock that its transaction does not hold already.']
    : [explanation.unknown.length > 0 ? 'No lock that it takes is known.' : 'Locks no relation that existed before.']
}

/** What a statement takes in a transaction of its own, before the one that does the work. */
function firstSentences(visible: readonly RelationLock[]): string[] {
  const first = visible.filter(({ mode, atFirst = mode }) => isStronger(atFirst, mode))
  return modesOf(first.map(lock => ({ ...lock, mode: lock.atFirst ?? lock.mode }))).map(
    mode =>
      `Before that, for a moment, \`${mode}\` on ${listed(first.filter(({ atFirst }) => atFirst === mode))}: ${whoWaits[mode]}`,
  )
}

const isStronger = (mode: LockMode, other: LockMode): boolean => lockModes.indexOf(mode) > lockModes.indexOf(other)

/** Whoever waits for the table does not come as far as its indexes and sequences. */
function goesWithTable({ relation, mode }: RelationLock, { step }: Explanation, visible: readonly RelationLock[]) {
  const known = step.before.relations.get(relation)
  const owner = known && ('table' in known ? known.table : known.kind === 'sequence' ? known.ownedBy?.table : undefined)
  const table = visible.find(lock => lock.relation === owner)
  return table !== undefined && lockModes.indexOf(table.mode) >= lockModes.indexOf(mode)
}

/** What queries lock: tables and their like. */
const isQueried = (lock: RelationLock) => !isIndex(lock) && lock.kind !== 'sequence' && lock.kind !== 'composite type'

const isIndex = (lock: RelationLock) => lock.kind === 'index' || lock.kind === 'partitioned index'

/** Table 13.2 of explicit-locking.html in words; the commands named are those of its section 13.3.1. */
const whoWaits: Record<LockMode, string> = {
  'ACCESS SHARE':
    'reads and writes go on; only what needs `ACCESS EXCLUSIVE` waits, such as `DROP TABLE` and most of `ALTER TABLE`.',
  'ROW SHARE':
    'reads and writes go on; only what needs `EXCLUSIVE` or `ACCESS EXCLUSIVE` waits, such as most of `ALTER TABLE`.',
  'ROW EXCLUSIVE': 'reads and writes go on; schema changes and plain index builds wait.',
  'SHARE UPDATE EXCLUSIVE': 'reads and writes go on; schema changes, index builds and `VACUUM` wait.',
  SHARE: 'writes and schema changes wait; reads go on.',
  'SHARE ROW EXCLUSIVE': 'writes and schema changes wait; reads go on.',
  EXCLUSIVE: 'writes, row locks and schema changes wait; plain reads go on.',
  'ACCESS EXCLUSIVE': 'reads, writes and schema changes wait.',
}

/** nextval() takes ROW EXCLUSIVE on its sequence: proven in test/lsp/words.test.ts. */
const whoWaitsForSequence = (mode: LockMode): string =>
  blocksWrites(mode) ? '`nextval` waits, and so do inserts that call it.' : '`nextval` goes on.'

/** No query locks a type: proven in test/lsp/words.test.ts. */
const whoWaitsForType = 'queries go on; other changes of the type wait, and `CREATE TABLE ... OF` it.'

/** The planner takes ACCESS SHARE on every index of a table that a query names: proven in test/lsp/words.test.ts. */
function whoWaitsForIndex(mode: LockMode, areSeveral: boolean, explanation: Explanation): string {
  const its = areSeveral ? 'their tables' : 'its table'
  return blocksReads(mode) && !explanation.waitsForTransactions
    ? `every new query on ${its} waits, because the planner opens all indexes.`
    : `reads and writes of ${its} go on.`
}

function workSentences(explanation: Explanation): string[] {
  const { rewrites, builds, drops } = explanation
  const sentences: string[] = []
  const looked = lookedThrough(explanation)
  const scans = explanation.scans.filter(relation => !looked.includes(relation))
  const isBrief = explanation.work === undefined
  const grows = isBrief ? 'Brief: the table is new and still empty.' : 'The time grows with the table.'
  if (rewrites.length > 0) {
    sentences.push(
      `Rewrites ${named(rewrites)}: every row is written to new storage and every index is built again. ${isBrief ? grows : 'Time and space grow with the table.'}`,
    )
  }
  const onlyScanned = scans.filter(relation => !rewrites.includes(relation))
  const sources = rewrites.length > 0 ? [] : sourcesOf(explanation, onlyScanned)
  const onlyRead = onlyScanned.filter(relation => !sources.includes(relation))
  if (builds.length > 0 && rewrites.length === 0) {
    const from = sources.length > 0 ? ` from every row of ${named(sources)}` : ''
    sentences.push(`Builds ${builds.length > 1 ? 'indexes' : 'index'} ${named(builds)}${from}. ${grows}`)
  }
  if (onlyRead.length > 0) sentences.push(`Scans ${named(onlyRead)}: every row is read. ${grows}`)
  if (looked.length > 0)
    sentences.push(
      `Scans ${named(looked)} once for each ${explanation.tag === 'DELETE' ? 'row that is deleted' : 'key that changes'}: no index begins with the columns of the foreign key.`,
    )
  if (drops.length > 0) sentences.push(`Drops ${named(drops)}.`)
  if (explanation.tag === 'TRUNCATE TABLE') sentences.push(`Empties ${named(emptied(explanation))}.`)
  return sentences
}

/** What indexes are built from, among all that is read: all of it, where nobody knows whose they are. */
function sourcesOf({ builds, step }: Explanation, read: readonly RelationKey[]): readonly RelationKey[] {
  if (builds.length === 0) return []
  const known = read.filter(key => indexesOf(step.after, key).some(({ name }) => builds.includes(name)))
  return known.length > 0 ? known : read
}

/** Tables that are searched for the rows that reference what DELETE or UPDATE takes away (ddl-constraints.html#DDL-CONSTRAINTS-FK). */
function lookedThrough({ tag, scans, locks, step }: Explanation): RelationKey[] {
  if (tag !== 'DELETE' && tag !== 'UPDATE') return []
  return scans.filter(key =>
    tableAt(step.before, key)?.constraints.some(
      constraint =>
        hasReference(constraint) &&
        constraint.references.table !== key &&
        locks.some(({ relation }) => relation === constraint.references.table) &&
        !isIndexed(step.before, key, constraint),
    ),
  )
}

const emptied = ({ locks }: Explanation): RelationKey[] =>
  locks.filter(({ kind, mode }) => kind === 'table' && mode === 'ACCESS EXCLUSIVE').map(({ relation }) => relation)

function waitSentences(explanation: Explanation, visible: readonly RelationLock[], { postgres }: Settings): string[] {
  const sentences: string[] = []
  const work = durationOf(explanation)
  if (work) sentences.push(work)
  const strong = visible.filter(
    lock =>
      blocksWrites(lock.atFirst ?? lock.mode) &&
      !isIndex(lock) &&
      lock.kind !== 'composite type' &&
      !isLast(lock, explanation) &&
      !isHeldEnough(explanation, lock),
  )
  if (strong.length > 0) sentences.push(queueFor(strong))
  sentences.push(...strengthenedSentences(explanation, visible))
  if (explanation.waitsForTransactions) {
    sentences.push(waitFor(explanation.tag))
  }
  sentences.push(...timeoutSentences(explanation, strong.length > 0, postgres))
  return sentences
}

/** Proven in test/postgres/watch.ts. */
function waitFor(tag: string | undefined): string {
  switch (tag) {
    case 'DROP INDEX':
      return 'Before it ends it waits for the transactions that use the table.'
    case 'ALTER TABLE':
      return 'Before it ends it waits for the transactions that use the partitioned table.'
    default:
      return 'Before it ends it waits for every older transaction of the database that could still need the old state.'
  }
}

/** Who asks for a lock waits for those who hold a conflicting one, and behind those who asked for one before. */
function queueFor(locks: readonly RelationLock[]): string {
  if (locks.every(({ kind }) => kind === 'sequence'))
    return 'It first waits for the transactions that have called `nextval` already; later calls queue behind it.'
  const nouns = [...new Set(locks.map(({ kind }) => kind.split(' ').at(-1) ?? kind))]
  const many = locks.length > 1 ? 's' : ''
  const them = nouns.length === 1 ? `the ${nouns[0]}${many}` : 'them'
  return locks.some(lock => blocksReads(lock.mode))
    ? `It first waits for the transactions that use ${them} already; all who come later queue behind it.`
    : `It first waits for the transactions that have written to ${them} already; later writes queue behind it.`
}

function durationOf(explanation: Explanation): string | undefined {
  const { tag, rewrites, scans, builds, locks, waitsForTransactions, step } = explanation
  if (rewrites.length > 0 || scans.length > 0 || builds.length > 0) return undefined
  if (tag === 'SELECT' && locks.every(({ kind }) => kind === 'sequence'))
    return 'It takes as long as the functions that it calls.'
  const isEmpty = step.command && 'withData' in step.command && !step.command.withData
  if (tag && asLongAsItsRows.has(tag) && !isEmpty) return 'It takes as long as the rows that it reads and writes need.'
  if (tag && asLongAsItsBody.has(tag)) return 'How long it takes depends on what it runs.'
  if (!locks.some(lock => isStrong(lock.mode))) return undefined
  if (waitsForTransactions) return 'Its own work is brief, however large the table is.'
  if (!locks.some(isQueried) && !locks.some(isIndex)) return 'Brief.'
  return 'Brief, however large the table is: nothing is scanned, rewritten or built.'
}

/** Modes that no query and no row takes, only commands that change or maintain. */
const isStrong = (mode: LockMode): boolean => lockModes.indexOf(mode) >= lockModes.indexOf('SHARE UPDATE EXCLUSIVE')

const asLongAsItsRows: ReadonlySet<string> = new Set([
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'SELECT',
  'COPY',
  'CREATE TABLE AS',
  'SELECT INTO',
  'CREATE MATERIALIZED VIEW',
  'REFRESH MATERIALIZED VIEW',
  'VACUUM',
  'ANALYZE',
])
const asLongAsItsBody: ReadonlySet<string> = new Set(['DO', 'CALL', 'EXECUTE', 'EXPLAIN'])

/** Whether the statement fails for standing inside a transaction block, or outside one. */
function isMisplaced({ refusesTransactionBlock, tag, step }: Explanation): boolean {
  const { isBlock, kind } = step.transaction
  // An implicit transaction has no savepoints and cannot be chained: DefineSavepoint, EndTransactionBlock in xact.c.
  const hasBlock = isBlock && !(kind === 'implicit' && isTransactionCommand(tag))
  return (isBlock && refusesTransactionBlock) || (!hasBlock && step.effects?.needsTransactionBlock === true)
}

function blockSentences(explanation: Explanation): string[] {
  if (explanation.refusesTransactionBlock) return [`Cannot run inside a transaction block.${refused(explanation)}`]
  return isMisplaced(explanation) ? ['Runs only inside a transaction block. Here it fails: there is none.'] : []
}

/** Why a command that refuses a transaction block fails where it stands. */
function refused({ transaction, step }: Explanation): string {
  if (!step.transaction.isBlock) return ''
  if ('inside' in step) return ' Here it fails: it stands in a body.'
  if (transaction === 'block') return ' Here it fails: it stands between BEGIN and COMMIT.'
  if (transaction === 'tool') return ` Here it fails: ${step.migration.framework.name} runs this file in a transaction.`
  return ' Here it fails: statements that are sent together are one transaction.'
}
