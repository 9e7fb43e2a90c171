import { changesBetween, type LineChange, linesOf } from '../core/changes'

/**
 * Returns the unified diff that turns `before` into `after`, as `patch -p1` and `git apply` read it; `undefined` stands for
 * a file that does not exist. Empty where nothing differs.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string): string {
  if (before === after) return ''
  const old = linesOf(before ?? '')
  const now = linesOf(after)
  const hunks = hunksOf(changesBetween(old, now), old.length)
  const head = `--- ${before === undefined ? '/dev/null' : named(`a/${path}`)}\n+++ ${named(`b/${path}`)}\n`
  return head + hunks.map(hunk => printed(hunk, old, now)).join('')
}

/** A tab ends a name with spaces in it, as git writes it. */
const named = (path: string): string => (path.includes(' ') ? `${path}\t` : path)

const context = 3

/** Changes close enough to share their context stand in one hunk. */
function hunksOf(changes: readonly LineChange[], oldLength: number): LineChange[][] {
  const hunks: LineChange[][] = []
  for (const change of changes) {
    const last = hunks.at(-1)
    const previous = last?.at(-1)
    if (last && previous && Math.min(change.oldStart, oldLength) - previous.oldEnd <= 2 * context) last.push(change)
    else hunks.push([change])
  }
  return hunks
}

function printed(changes: readonly LineChange[], old: readonly string[], now: readonly string[]): string {
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
