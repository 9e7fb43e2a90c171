import { conflictsOf, type LockMode, lockModes } from '../postgres/locks'
import type { Words } from '../words'

/**
 * Returns the words as Markdown: plain words first, then what is listed and who waits. Editors show ten lines or so of it,
 * and fewer under a finding: the manual is on the first.
 */
export function markdownOf(words: Words, linkTo: (path: string) => string | undefined = () => undefined): string {
  const { title, sentences, listing, conflicts, manual } = words
  const blocks = [manual ? `**${title}** · [manual](${manual.href} "${manual.title}")` : `**${title}**`]
  if (sentences.length > 0) blocks.push(sentences.map(sentence => `- ${sentence}`).join('\n'))
  if (listing) blocks.push(['```sql', ...listing, '```'].join('\n'))
  const table = conflictTable(strongestOf(conflicts))
  if (table) blocks.push(table)
  blocks.push(...originLink(words, linkTo))
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

/**
 * In the commands that ask for the other modes: two lines for one mode held, and a line for each of two. None for a mode that
 * lets nothing go on, for the sentences have said so.
 */
function conflictTable(held: readonly LockMode[]): string | undefined {
  const [mode, other] = held
  if (!mode || (!other && conflictsOf(mode).length === lockModes.length)) return undefined
  if (!other) {
    const { waiting, going } = sidesOf(mode)
    return [`| waits | ${waiting} |`, '|:--|:--|', `| goes on | ${going} |`].join('\n')
  }
  const rows = held.map(mode => {
    const { waiting, going } = sidesOf(mode)
    return `| \`${mode}\` | ${waiting} | ${going} |`
  })
  return ['| held | waits | goes on |', '|:--|:--|:--|', ...rows].join('\n')
}

function conflictLine(mode: LockMode): string {
  const { waiting, going } = sidesOf(mode)
  return `While ${mode} is held, wait: ${waiting}. Go on: ${going}.`
}

/** Two at most, and no weak one beside a strong one: it adds nobody who waits. */
const strongestOf = (held: readonly LockMode[]): readonly LockMode[] =>
  held.filter((mode, place) => place < 2 && (place === 0 || conflictsOf(mode).length > conflictsOf('ROW SHARE').length))

/** The same as `typical` in fewer words; nothing for what nobody waits for who is not looking for it. */
const brief: Record<LockMode, string | undefined> = {
  'ACCESS SHARE': 'SELECT',
  'ROW SHARE': 'SELECT FOR UPDATE',
  'ROW EXCLUSIVE': 'INSERT, UPDATE, DELETE',
  'SHARE UPDATE EXCLUSIVE': 'VACUUM, CONCURRENTLY',
  SHARE: 'CREATE INDEX',
  'SHARE ROW EXCLUSIVE': 'ADD FOREIGN KEY',
  EXCLUSIVE: undefined,
  'ACCESS EXCLUSIVE': 'ALTER TABLE, DROP',
}

function sidesOf(mode: LockMode): { waiting: string; going: string } {
  const commands = (modes: readonly LockMode[]) => modes.flatMap(wanted => brief[wanted] ?? []).join(', ')
  const waiting = lockModes.filter(wanted => waits(mode, wanted))
  const going = lockModes.filter(wanted => !waits(mode, wanted))
  if (going.length === 0) return { waiting: 'everything', going: 'nothing' }
  // Foreign keys are added by ALTER TABLE, which stands there too.
  const told = waiting.filter(wanted => wanted !== 'SHARE ROW EXCLUSIVE')
  return { waiting: commands(told), going: waiting.length === 1 ? 'everything else' : commands(going) }
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
