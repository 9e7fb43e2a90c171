/** Zero-based, in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/** Returns what turns the offsets of `text` into positions. Lines end at LF, CRLF or CR, as in the language server. */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0]
  for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length)
  return offset => {
    const line = lastAtMost(starts, offset)
    return { line, column: offset - (starts[line] ?? 0), offset }
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
