import type { Span } from '../../text'

/** A line that a tool reads as its own. */
export interface Directive {
  /** What follows the marker, without the white space around it. */
  readonly words: string
  /** From the first column of its line. */
  readonly start: number
  /** After the last character of its line, without the line break. */
  readonly end: number
}

/** Returns the lines that `pattern` matches, in order; its first group is the directive's words. It must be global and multiline. */
export function directives(text: string, pattern: RegExp): readonly Directive[] {
  return [...text.matchAll(pattern)].map(match => {
    const lineEnd = text.indexOf('\n', match.index)
    const end = lineEnd < 0 ? text.length : text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd
    return { words: (match[1] ?? '').trim(), start: match.index, end }
  })
}

/** Returns what stands between each directive that begins a fence and the one that ends it. */
export function fenced(
  marks: readonly Directive[],
  begins: (mark: Directive) => boolean,
  ends: (mark: Directive) => boolean,
): readonly Span[] {
  const found: Span[] = []
  let start: number | undefined
  for (const mark of marks) {
    if (begins(mark)) start = mark.end
    if (!ends(mark) || start === undefined) continue
    found.push({ start, end: mark.start })
    start = undefined
  }
  return found
}

/** Returns the line break that the text uses. */
export const lineBreakOf = (text: string): string => (/\r\n/.test(text) ? '\r\n' : '\n')
