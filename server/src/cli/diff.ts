/**
 * Returns the unified diff that turns `before` into `after`, as `patch -p1` and `git apply` read it; `undefined` stands for
 * a file that does not exist. Empty where nothing differs.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return ''
  const old = linesOf(before ?? '')
  const now = linesOf(after ?? '')
  const hunks = hunksOf(changesBetween(old, now), old.length)
  const head = `--- ${before === undefined ? '/dev/null' : named(`a/${path}`)}\n+++ ${after === undefined ? '/dev/null' : named(`b/${path}`)}\n`
  return head + hunks.map(hunk => printed(hunk, old, now)).join('')
}

/** A tab ends a name with spaces in it, as git writes it. */
const named = (path: string): string => (path.includes(' ') ? `${path}\t` : path)

/** Lines with their ends; the last one may lack it. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** Lines `oldStart` to `oldEnd` become `nowStart` to `nowEnd`; ends excluded. */
interface Change {
  readonly oldStart: number
  readonly oldEnd: number
  readonly nowStart: number
  readonly nowEnd: number
}

function changesBetween(old: readonly string[], now: readonly string[]): Change[] {
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let oldEnd = old.length
  let nowEnd = now.length
  while (oldEnd > start && nowEnd > start && old[oldEnd - 1] === now[nowEnd - 1]) {
    oldEnd--
    nowEnd--
  }
  const pairs = commonLines(old.slice(start, oldEnd), now.slice(start, nowEnd))
  const changes: Change[] = []
  let [x, y] = [start, start]
  for (const [a, b] of [...pairs.map(([a, b]) => [a + start, b + start] as const), [oldEnd, nowEnd] as const]) {
    if (a > x || b > y) changes.push({ oldStart: x, oldEnd: a, nowStart: y, nowEnd: b })
    x = a + 1
    y = b + 1
  }
  return changes
}

/** Beyond this many inserted and deleted lines a finer comparison is not worth its time. */
const mostDifferences = 2000

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

const context = 3

/** Changes close enough to share their context stand in one hunk. */
function hunksOf(changes: readonly Change[], oldLength: number): Change[][] {
  const hunks: Change[][] = []
  for (const change of changes) {
    const last = hunks.at(-1)
    const previous = last?.at(-1)
    if (last && previous && Math.min(change.oldStart, oldLength) - previous.oldEnd <= 2 * context) last.push(change)
    else hunks.push([change])
  }
  return hunks
}

function printed(changes: readonly Change[], old: readonly string[], now: readonly string[]): string {
  const first = changes[0]
  const last = changes.at(-1)
  if (!first || !last) return ''
  const before = Math.min(context, first.oldStart)
  const after = Math.min(context, old.length - last.oldEnd)
  const body: string[] = []
  const put = (sign: string, lines: readonly string[]) => {
    for (const line of lines)
      body.push(line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`)
  }
  let done = first.oldStart - before
  for (const change of changes) {
    put(' ', old.slice(done, change.oldStart))
    put('-', old.slice(change.oldStart, change.oldEnd))
    put('+', now.slice(change.nowStart, change.nowEnd))
    done = change.oldEnd
  }
  put(' ', old.slice(done, last.oldEnd + after))
  const oldRange = range(first.oldStart - before, last.oldEnd + after)
  const nowRange = range(first.nowStart - before, last.nowEnd + after)
  return `@@ -${oldRange} +${nowRange} @@\n${body.join('')}`
}

/** One-based; an empty range names the line before it. */
function range(start: number, end: number): string {
  const count = end - start
  return `${count === 0 ? start : start + 1}${count === 1 ? '' : `,${count}`}`
}
