import type { Migration } from './history/migration'
import type { Step } from './history/steps'

/** Zero-based, in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/**
 * Returns what turns the offsets of `text` into positions. Lines end at LF, CRLF or CR, as in the language server; a byte order
 * mark is no column, as in editors.
 */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [text.startsWith('\uFEFF') ? 1 : 0]
  for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length)
  return offset => {
    const line = lastAtMost(starts, offset)
    return { line, column: Math.max(0, offset - (starts[line] ?? 0)), offset }
  }
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((sorted[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

/** Returns the line of a file that a statement begins in, counted from one as editors show it. */
export function lineOf({ migration, statement }: Pick<Step, 'migration' | 'statement'>): number {
  const known = positions.get(migration)
  const positionOf = known ?? positionsIn(migration.text)
  if (!known) positions.set(migration, positionOf)
  return positionOf(statement.span.start).line + 1
}

const positions = new WeakMap<Migration, (offset: number) => Position>()
