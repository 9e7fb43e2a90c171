import { type Explanation, isPrivate } from './explain'
import { manualPage } from './manual'
import type { RelationLock } from './postgres/effects'
import { blocksReads, blocksWrites, conflictsOf, type LockMode, lockModes } from './postgres/locks'
import type { Settings } from './settings'

/** What a person is told of one statement: plain words first, then what each lock mode makes others wait for. */
export interface Words {
  /** The command's tag, or what stands for it. */
  readonly title: string
  /** Whole sentences, most important first. SQL words and names stand between backquotes. */
  readonly sentences: readonly string[]
  /** A column for each lock mode held that others can notice, strongest first. */
  readonly conflicts: readonly LockMode[]
  /** The command's page in PostgreSQL's manual. */
  readonly manual?: { readonly title: string; readonly href: string }
}

/** Returns what to tell of a statement. */
export function wordsOf(explanation: Explanation, settings: Settings): Words {
  const { tag, step } = explanation
  if (!tag || !step.effects) return unreadable(explanation)
  const visible = explanation.locks.filter(lock => !isPrivate(explanation.step, lock.relation))
  return {
    title: tag,
    sentences: [
      ...lockSentences(explanation, visible),
      ...workSentences(explanation),
      ...waitSentences(explanation, visible),
      ...releaseSentences(explanation, visible),
      ...explanation.unknown.map(sentence => `Not known: ${sentence}`),
    ],
    conflicts: modesOf(visible),
    manual: manualPage(tag, settings.postgres),
  }
}

function unreadable({ problem }: Explanation): Words {
  const reason = problem ? `: ${problem.message}` : ''
  return { title: 'Unreadable', sentences: [`PostgreSQL cannot read this statement${reason}.`], conflicts: [] }
}

const modesOf = (locks: readonly RelationLock[]): LockMode[] =>
  lockModes.filter(mode => locks.some(lock => lock.mode === mode)).reverse()

function lockSentences(explanation: Explanation, visible: readonly RelationLock[]): string[] {
  const sentences = modesOf(visible).flatMap(mode => {
    const held = visible.filter(lock => lock.mode === mode)
    const relations = held.filter(lock => !isIndex(lock) && lock.kind !== 'sequence')
    const sequences = held.filter(lock => lock.kind === 'sequence')
    const indexes = held.filter(isIndex)
    return [
      ...(relations.length > 0 ? [`\`${mode}\` on ${listed(relations)}: ${whoWaits[mode]}`] : []),
      ...(sequences.length > 0 ? [`\`${mode}\` on ${listed(sequences)}: ${whoWaitsForSequence(mode)}`] : []),
      ...(indexes.length > 0 ? [`\`${mode}\` on ${listed(indexes)}: ${whoWaitsForIndex(mode, explanation)}`] : []),
    ]
  })
  const hidden = explanation.locks.filter(lock => !visible.includes(lock))
  if (hidden.length > 0) {
    sentences.push(
      `Nobody waits for ${listed(hidden)}: this transaction created ${hidden.length > 1 ? 'them' : 'it'}, and no other can see ${hidden.length > 1 ? 'them' : 'it'} yet.`,
    )
  }
  return sentences.length > 0 ? sentences : ['Locks no relation that existed before.']
}

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
  'ACCESS EXCLUSIVE': 'reads, writes and schema changes all wait; nothing goes on.',
}

/** nextval() takes ROW EXCLUSIVE on its sequence: proven in test/lsp/words.test.ts. */
const whoWaitsForSequence = (mode: LockMode): string =>
  blocksWrites(mode) ? '`nextval` waits, and so do inserts that call it.' : '`nextval` goes on.'

/** The planner takes ACCESS SHARE on every index of a table that a query names: proven in test/lsp/words.test.ts. */
function whoWaitsForIndex(mode: LockMode, explanation: Explanation): string {
  if (explanation.waitsForTransactions) return 'reads and writes of its table go on.'
  return blocksReads(mode)
    ? 'every new query on its table waits, because the planner opens all indexes.'
    : 'reads and writes of its table go on.'
}

/** Names up to four relations, with their kind where it is the same for all. */
function listed(locks: readonly RelationLock[]): string {
  const kinds = new Set(locks.map(lock => lock.kind))
  const kind = kinds.size === 1 ? (locks[0]?.kind ?? 'relation') : 'relation'
  return `${locks.length === 1 ? kind : pluralOf(kind)} ${named(locks.map(lock => lock.relation))}`
}

const pluralOf = (kind: string): string => (kind.endsWith('x') ? `${kind}es` : `${kind}s`)

function named(names: readonly string[]): string {
  const shown = names.slice(0, names.length > 5 ? 4 : 5).map(name => `\`${name}\``)
  const left = names.length - shown.length
  const parts = left > 0 ? [...shown, `${left} more`] : shown
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '')
}

function workSentences(explanation: Explanation): string[] {
  const { rewrites, scans, builds, drops } = explanation
  const sentences: string[] = []
  if (rewrites.length > 0) {
    sentences.push(
      `Rewrites ${named(rewrites)}: every row is written to new storage and every index is built again. The time and the space it takes grow with the table.`,
    )
  }
  const onlyScanned = scans.filter(relation => !rewrites.includes(relation))
  if (builds.length > 0 && rewrites.length === 0) {
    const from = onlyScanned.length > 0 ? ` from every row of ${named(onlyScanned)}` : ''
    sentences.push(
      `Builds ${builds.length > 1 ? 'indexes' : 'index'} ${named(builds)}${from}. The time it takes grows with the table.`,
    )
  } else if (onlyScanned.length > 0) {
    sentences.push(`Scans ${named(onlyScanned)}: every row is read. The time it takes grows with the table.`)
  }
  if (drops.length > 0) sentences.push(`Drops ${named(drops)}.`)
  return sentences
}

function waitSentences(explanation: Explanation, visible: readonly RelationLock[]): string[] {
  const sentences: string[] = []
  const work = durationOf(explanation)
  if (work) sentences.push(work)
  const strong = visible.filter(lock => blocksWrites(lock.mode) && !isIndex(lock))
  if (strong.length > 0) {
    sentences.push((strong.some(lock => blocksReads(lock.mode)) ? queueOfAll : queueOfWriters) + timeout(explanation))
  }
  if (explanation.waitsForTransactions) {
    sentences.push(
      'Before it ends it waits for every older transaction that could still need the old state, on any table of the database.',
    )
  }
  if (explanation.refusesTransactionBlock)
    sentences.push(`Cannot run inside a transaction block.${refused(explanation)}`)
  return sentences
}

/** Who asks for a lock waits for those who hold a conflicting one, and behind those who asked for one before. */
const queueOfAll =
  'To get its lock it waits for the transactions that use the table already, and all who come later wait behind it.'
const queueOfWriters =
  'To get its lock it waits for the transactions that have written to the table already, and writes that come later wait behind it.'

/** Lock waits end at lock_timeout: runtime-config-client.html#GUC-LOCK-TIMEOUT. */
function timeout({ step }: Explanation): string {
  const limit = step.transaction.parameters.get('lock_timeout')
  return limit === undefined || /^0+\D*$/.test(limit) ? '' : ` It gives up after \`lock_timeout\` = ${limit}.`
}

function durationOf({ tag, rewrites, scans, builds, locks }: Explanation): string | undefined {
  if (rewrites.length > 0 || scans.length > 0 || builds.length > 0) return undefined
  if (tag && asLongAsItsRows.has(tag)) return 'It takes as long as the rows that it reads and writes need.'
  if (tag && asLongAsItsBody.has(tag)) return 'How long it takes depends on what it runs.'
  if (!locks.some(lock => isStrong(lock.mode))) return undefined
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

/** Why a command that refuses a transaction block fails where it stands. */
function refused({ transaction, step }: Explanation): string {
  if (!step.transaction.isBlock) return ''
  if (transaction === 'block') return ' Here it fails: it stands between BEGIN and COMMIT.'
  if (transaction === 'tool') return ` Here it fails: ${step.migration.framework.name} runs this file in a transaction.`
  return ' Here it fails: statements that are sent together are one transaction.'
}

/** When locks end: at the end of the transaction (explicit-locking.html#LOCKING-TABLES). */
function releaseSentences(explanation: Explanation, visible: readonly RelationLock[]): string[] {
  if (visible.length === 0) return []
  const { transaction, step, followedBy } = explanation
  const later = followedBy.filter(({ command }) => command && !endsTransaction.has(command.tag)).length
  const over = later === 0 ? '' : `, after ${later === 1 ? 'one more statement' : `${later} more statements`}`
  if (!step.transaction.isBlock) return ['Its locks are released when this statement ends.']
  if (transaction === 'block') return [`Its locks are held to the end of the transaction block${over}.`]
  if (transaction === 'tool')
    return [`Its locks are held until ${step.migration.framework.name} commits the transaction of this file${over}.`]
  return [`Its locks are held to the end of the statements that are sent together${over}: they are one transaction.`]
}

const endsTransaction: ReadonlySet<string> = new Set(['COMMIT', 'ROLLBACK', 'PREPARE TRANSACTION'])

/** Returns the words as Markdown that fits one screen. */
export function markdownOf(words: Words): string {
  const blocks = [`**${words.title}**`, words.sentences.map(sentence => `- ${sentence}`).join('\n')]
  if (words.conflicts.length > 0) blocks.push(conflictTable(words.conflicts))
  if (words.manual) blocks.push(`[${words.manual.title}](${words.manual.href})`)
  return blocks.join('\n\n')
}

/** Returns the words as plain text: the table aligned by spaces. */
export function plainOf(words: Words): string {
  const blocks = [words.title, words.sentences.map(unquoted).join('\n')]
  if (words.conflicts.length > 0) blocks.push(conflictText(words.conflicts))
  if (words.manual) blocks.push(words.manual.href)
  return blocks.join('\n\n')
}

/** Returns a sentence without its backquotes. */
export const unquoted = (sentence: string): string => sentence.replaceAll('`', '')

/** What an application or an operator does most that takes each mode: explicit-locking.html, section 13.3.1. */
const typical: Record<LockMode, string> = {
  'ACCESS SHARE': 'SELECT',
  'ROW SHARE': 'SELECT FOR UPDATE',
  'ROW EXCLUSIVE': 'INSERT, UPDATE, DELETE',
  'SHARE UPDATE EXCLUSIVE': 'VACUUM, CREATE INDEX CONCURRENTLY',
  SHARE: 'CREATE INDEX',
  'SHARE ROW EXCLUSIVE': 'ADD FOREIGN KEY, CREATE TRIGGER',
  EXCLUSIVE: 'REFRESH MATERIALIZED VIEW CONCURRENTLY',
  'ACCESS EXCLUSIVE': 'DROP TABLE, most of ALTER TABLE',
}

const verdict = (held: LockMode, wanted: LockMode): string => (conflictsOf(held).includes(wanted) ? 'waits' : 'goes on')

function conflictTable(held: readonly LockMode[]): string {
  const head = `| while it holds | ${held.map(mode => `\`${mode}\``).join(' | ')} |`
  const rule = `|:--|${held.map(() => ':-:|').join('')}`
  const rows = lockModes.map(wanted => {
    const cells = held.map(mode => (verdict(mode, wanted) === 'waits' ? '**waits**' : 'goes on'))
    return `| \`${wanted}\` ${typical[wanted]} | ${cells.join(' | ')} |`
  })
  return [head, rule, ...rows].join('\n')
}

/** Returns what each of the lock modes makes others wait for, as text: a column for each. */
export function conflictText(held: readonly LockMode[]): string {
  const first = lockModes.map(wanted => `${wanted} (${typical[wanted]})`)
  const width = Math.max(...first.map(cell => cell.length))
  const row = (title: string, cells: readonly string[]) =>
    [title.padEnd(width), ...cells.map((cell, column) => cell.padEnd(columnWidth(held[column])))].join('  ').trimEnd()
  const rows = lockModes.map((wanted, index) =>
    row(
      first[index] ?? '',
      held.map(mode => verdict(mode, wanted)),
    ),
  )
  return [row('while it holds', held), ...rows].join('\n')
}

const columnWidth = (mode = ''): number => Math.max(mode.length, 'goes on'.length)
