import { conflictsOf, type LockMode, lockModes } from '../postgres/locks'
import type { Words } from '../words'

/** Returns the words as Markdown: plain words first, then what is listed, who waits, and where to read more. */
export function markdownOf(words: Words, linkTo: (path: string) => string | undefined = () => undefined): string {
  const blocks = [`**${words.title}**`]
  if (words.sentences.length > 0) blocks.push(words.sentences.map(sentence => `- ${sentence}`).join('\n'))
  if (words.listing) blocks.push(['```sql', ...words.listing, '```'].join('\n'))
  if (words.conflicts.length > 0) blocks.push(conflictTable(words.conflicts))
  const links = [
    ...originLink(words, linkTo),
    ...(words.manual ? [`[${words.manual.title}](${words.manual.href})`] : []),
  ]
  if (links.length > 0) blocks.push(links.join(' · '))
  return blocks.join('\n\n')
}

function originLink({ origin }: Words, linkTo: (path: string) => string | undefined): string[] {
  if (!origin) return []
  const href = linkTo(origin.path)
  return [`${origin.words} ${href ? `[${origin.name}](${href})` : `\`${origin.name}\``}`]
}

/** Returns the words as plain text. */
export function plainOf(words: Words): string {
  const { title, sentences, listing, conflicts, origin, manual } = words
  const blocks = [unquoted(title)]
  if (sentences.length > 0) blocks.push(sentences.map(unquoted).join('\n'))
  if (listing) blocks.push(listing.join('\n'))
  if (conflicts.length > 0) blocks.push(strongestOf(conflicts).map(conflictLine).join('\n'))
  const ends = [...(origin ? [`${origin.words} ${origin.name}`] : []), ...(manual ? [manual.href] : [])]
  if (ends.length > 0) blocks.push(ends.join('\n'))
  return blocks.join('\n\n')
}

/** Returns a sentence without its backquotes. */
export const unquoted = (sentence: string): string => sentence.replaceAll('`', '')

/** What an application or an operator does most that takes each mode, in the words of explicit-locking.html, section 13.3.1. */
export const typical: Record<LockMode, string> = {
  'ACCESS SHARE': 'SELECT',
  'ROW SHARE': 'SELECT FOR UPDATE',
  'ROW EXCLUSIVE': 'INSERT, UPDATE, DELETE',
  'SHARE UPDATE EXCLUSIVE': 'VACUUM, CREATE INDEX CONCURRENTLY',
  SHARE: 'CREATE INDEX',
  'SHARE ROW EXCLUSIVE': 'ADD FOREIGN KEY, CREATE TRIGGER',
  EXCLUSIVE: 'REFRESH MATERIALIZED VIEW CONCURRENTLY',
  'ACCESS EXCLUSIVE': 'DROP TABLE, most of ALTER TABLE',
}

const waits = (held: LockMode, wanted: LockMode): boolean => conflictsOf(held).includes(wanted)

/** A row for each lock mode held, in the commands that ask for the others: two lines tall, where eight would not be seen. */
function conflictTable(held: readonly LockMode[]): string {
  const rows = strongestOf(held).map(mode => {
    const { waiting, going } = sidesOf(mode)
    return `| \`${mode}\` | ${waiting} | ${going} |`
  })
  return ['| while held | waits | goes on |', '|:--|:--|:--|', ...rows].join('\n')
}

function conflictLine(mode: LockMode): string {
  const { waiting, going } = sidesOf(mode)
  return `While ${mode} is held, wait: ${waiting}. Go on: ${going}.`
}

/** Two at most, and no weak one beside a strong one: it adds nobody who waits. */
const strongestOf = (held: readonly LockMode[]): readonly LockMode[] =>
  held.filter((mode, place) => place < 2 && (place === 0 || conflictsOf(mode).length > conflictsOf('ROW SHARE').length))

/** The same as `typical` in fewer words. */
const brief: Record<LockMode, string> = {
  'ACCESS SHARE': 'SELECT',
  'ROW SHARE': 'SELECT FOR UPDATE',
  'ROW EXCLUSIVE': 'INSERT, UPDATE, DELETE',
  'SHARE UPDATE EXCLUSIVE': 'VACUUM, CONCURRENTLY',
  SHARE: 'CREATE INDEX',
  'SHARE ROW EXCLUSIVE': 'ADD FOREIGN KEY',
  EXCLUSIVE: 'REFRESH CONCURRENTLY',
  'ACCESS EXCLUSIVE': 'ALTER TABLE, DROP',
}

function sidesOf(mode: LockMode): { waiting: string; going: string } {
  const commands = (modes: readonly LockMode[]) => modes.map(wanted => brief[wanted]).join(', ')
  const waiting = lockModes.filter(wanted => waits(mode, wanted))
  const going = lockModes.filter(wanted => !waits(mode, wanted))
  if (going.length === 0) return { waiting: 'everything', going: 'nothing' }
  return { waiting: commands(waiting), going: waiting.length === 1 ? 'everything else' : commands(going) }
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
      held.map(mode => (waits(mode, wanted) ? 'waits' : 'goes on')),
    ),
  )
  return [row('while it holds', held), ...rows].join('\n')
}

const columnWidth = (mode = ''): number => Math.max(mode.length, 'goes on'.length)
