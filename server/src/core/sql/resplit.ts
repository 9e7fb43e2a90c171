import { closedExtents, type Extent } from './extents'
import type { Statement } from './statements'
import { skipSpace, tokenAt } from './tokens'

/** A masked text and what stands in it, as a later text may start from it. */
export interface Known {
  readonly sql: string
  /** Offset of `sql` in the file that the statements' spans count from. */
  readonly start: number
  readonly boundaries: readonly number[]
  /** Whether every quote in it ends: else one edit may flip all that follows. */
  readonly isClosed: boolean
  readonly statements: readonly Statement[]
}

/** What of the known statements an edit leaves, and where the others stand now. */
export interface Remainder {
  /** How many statements at the start stay as they are. */
  readonly before: number
  /** What has to be read between those that stay. */
  readonly extents: readonly Extent[]
  /** How many statements at the end stay but for their place. */
  readonly after: number
  /** How far those moved, in UTF-16 units. */
  readonly by: number
}

/**
 * Returns what an edit leaves of a known text's statements: those that a semicolon ends before the first character that
 * differs, and those that begin anew at the same characters after the last. Undefined where the whole has to be read: a quote
 * is open before or after the edit, or a boundary stands somewhere else. Reading the whole gives the same statements.
 */
export function remainderOf(known: Known, sql: string, boundaries: readonly number[]): Remainder | undefined {
  if (!known.isClosed) return undefined
  const change = changeBetween(known.sql, sql)
  if (!areBoundariesKept(known.boundaries, boundaries, change)) return undefined
  const before = endedBefore(known, change.start)
  const from = before === 0 ? 0 : (ending(known, before - 1) ?? 0)
  const seam = new Seam(known, before, change)
  const extents = closedExtents(sql, boundaries, from, offset => seam.isAt(offset))
  return extents && { before, extents, after: seam.after, by: change.end - change.oldEnd }
}

/** `start` to `oldEnd` of the old text became `start` to `end` of the new one. */
interface Change {
  readonly start: number
  readonly oldEnd: number
  readonly end: number
}

function changeBetween(old: string, now: string): Change {
  const shorter = Math.min(old.length, now.length)
  const start = commonStart(old, now, shorter)
  const same = commonEnd(old, now, shorter - start)
  return { start, oldEnd: old.length - same, end: now.length - same }
}

/** Whole chunks first: comparing them is what engines do fastest. */
const chunk = 4096

function commonStart(old: string, now: string, most: number): number {
  let same = 0
  while (same + chunk <= most && old.slice(same, same + chunk) === now.slice(same, same + chunk)) same += chunk
  while (same < most && old.charCodeAt(same) === now.charCodeAt(same)) same++
  return same
}

function commonEnd(old: string, now: string, most: number): number {
  let same = 0
  while (same + chunk <= most && lastOf(old, same) === lastOf(now, same)) same += chunk
  while (same < most && old.charCodeAt(old.length - 1 - same) === now.charCodeAt(now.length - 1 - same)) same++
  return same
}

const lastOf = (text: string, but: number) => text.slice(text.length - but - chunk, text.length - but)

function areBoundariesKept(old: readonly number[], now: readonly number[], { start, oldEnd, end }: Change): boolean {
  return (
    old.length === now.length &&
    old.every((boundary, index) => {
      if (boundary > start && boundary < oldEnd) return false
      return now[index] === (boundary <= start ? boundary : boundary - oldEnd + end)
    })
  )
}

/** Returns how many statements end with a semicolon that stands before `offset`, to the last such one. */
function endedBefore(known: Known, offset: number): number {
  let count = countBefore(known, offset)
  while (count > 0) {
    const end = ending(known, count - 1)
    if (end !== undefined && end <= offset) break
    count--
  }
  return count
}

/** Returns how many statements end before `offset`, their semicolons not counted. */
function countBefore({ statements, start }: Known, offset: number): number {
  let low = 0
  let high = statements.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((statements[middle] as Statement).span.end - start < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Returns the offset after the semicolon that ends a statement; undefined where it ended without one. */
function ending({ sql, start, statements }: Known, index: number): number | undefined {
  const statement = statements[index]
  if (!statement?.terminated) return undefined
  let offset = skipSpace(sql, statement.span.end - start)
  while (offset < sql.length && sql[offset] !== ';') {
    const token = tokenAt(sql, offset)
    if (token.kind !== 'comment') return undefined
    offset = skipSpace(sql, token.end)
  }
  return offset < sql.length ? offset + 1 : undefined
}

/** Finds where the new text begins a statement at the very characters at which the old one did. */
class Seam {
  after = 0

  constructor(
    private readonly known: Known,
    private next: number,
    private readonly change: Change,
  ) {}

  isAt(offset: number): boolean {
    const { change, known } = this
    if (offset < change.end) return false
    const old = offset - change.end + change.oldEnd
    const { statements, start } = known
    while (this.next < statements.length && (statements[this.next] as Statement).span.end - start < old) this.next++
    if (this.next === 0 || ending(known, this.next - 1) !== old) return false
    this.after = statements.length - this.next
    return true
  }
}
