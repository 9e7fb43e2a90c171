import type { Replacement } from './edits'

/** Returns the replacements of whole lines that turn `before` into `after`; what is put behind a last line without an end leaves that alone. */
export function replacementsBetween(before: string, after: string): Replacement[] {
  const old = linesOf(before)
  const now = linesOf(after)
  const starts = [0]
  for (const line of old) starts.push((starts.at(-1) ?? 0) + line.length)
  return changesBetween(old, now).map(change => {
    const start = starts[change.oldStart] ?? 0
    const end = starts[change.oldEnd] ?? before.length
    const text = now.slice(change.nowStart, change.nowEnd).join('')
    const kept = before.slice(start, end).trimEnd()
    return text.startsWith(kept)
      ? { span: { start: start + kept.length, end }, text: text.slice(kept.length) }
      : { span: { start, end }, text }
  })
}

/** Lines with their ends; the last one may lack it. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** Lines `oldStart` to `oldEnd` become `nowStart` to `nowEnd`; ends excluded. */
export interface LineChange {
  readonly oldStart: number
  readonly oldEnd: number
  readonly nowStart: number
  readonly nowEnd: number
}

/** Returns the runs of lines in which two texts differ, in order. */
export function changesBetween(old: readonly string[], now: readonly string[]): LineChange[] {
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let oldEnd = old.length
  let nowEnd = now.length
  while (oldEnd > start && nowEnd > start && old[oldEnd - 1] === now[nowEnd - 1]) {
    oldEnd--
    nowEnd--
  }
  const pairs = commonLines(old.slice(start, oldEnd), now.slice(start, nowEnd))
  const changes: LineChange[] = []
  let [x, y] = [start, start]
  for (const [a, b] of [...pairs.map(([a, b]) => [a + start, b + start] as const), [oldEnd, nowEnd] as const]) {
    if (a > x || b > y) changes.push({ oldStart: x, oldEnd: a, nowStart: y, nowEnd: b })
    x = a + 1
    y = b + 1
  }
  return changes
}

/** Beyond this many inserted and deleted lines a finer comparison is not worth its time. */
const mostDifferences = 1000

/**
 * Returns the pairs of lines that stay, in order: the greedy algorithm of E. Myers, "An O(ND) Difference Algorithm and Its
 * Variations" (1986). Empty where the texts differ too much.
 */
function commonLines(old: readonly string[], now: readonly string[]): (readonly [number, number])[] {
  const reached = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let distance = 0; distance <= Math.min(old.length + now.length, mostDifferences); distance++) {
    trace.push(new Map(reached))
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      let x = comesFromAbove(reached, diagonal, distance) ? at(reached, diagonal + 1) : at(reached, diagonal - 1) + 1
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x++
      reached.set(diagonal, x)
      if (x >= old.length && x - diagonal >= now.length) return pathBack(trace, old.length, now.length)
    }
  }
  return []
}

const at = (reached: ReadonlyMap<number, number>, diagonal: number): number => reached.get(diagonal) ?? -1

const comesFromAbove = (reached: ReadonlyMap<number, number>, diagonal: number, distance: number): boolean =>
  diagonal === -distance || (diagonal !== distance && at(reached, diagonal - 1) < at(reached, diagonal + 1))

function pathBack(trace: readonly ReadonlyMap<number, number>[], oldLength: number, nowLength: number) {
  const pairs: (readonly [number, number])[] = []
  let [x, y] = [oldLength, nowLength]
  for (let distance = trace.length - 1; distance >= 0; distance--) {
    const reached = trace[distance] ?? new Map<number, number>()
    const diagonal = x - y
    const previous = comesFromAbove(reached, diagonal, distance) ? diagonal + 1 : diagonal - 1
    const previousX = distance === 0 ? 0 : at(reached, previous)
    const previousY = distance === 0 ? 0 : previousX - previous
    while (x > previousX && y > previousY) pairs.push([--x, --y])
    x = previousX
    y = previousY
  }
  return pairs.reverse()
}
