import type { Span } from '../core/text'

/** A line of a file as a terminal shows it, and how the marks below it begin and end. */
export interface Frame {
  readonly source: string
  /** Columns of the terminal before the marks. */
  readonly indent: number
  /** Columns that the marks take: at least one. */
  readonly width: number
}

/**
 * Returns the line that `span` begins in, cut to `columns` around the span where it is longer, and where the marks go.
 * Tabs become spaces and control characters become visible, so that the marks stand below what they mark.
 */
export function frameOf(text: string, span: Span, columns: number): Frame {
  const line = lineAround(text, span.start)
  const start = span.start - line.start
  const end = Math.max(start, Math.min(span.end, line.end) - line.start)
  const cells = cellsOf(text.slice(line.start, line.end), start)
  const first = cells.findIndex(cell => cell.end > start)
  const from = first < 0 ? cells.length : first
  const until = cells.filter(cell => cell.start < end).length
  return windowed(cells, from, Math.max(from, until), columns)
}

/** Returns `text` without what would steer a terminal or turn the direction of writing. */
export const visible = (text: string): string => text.replace(steering, '\ufffd')

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

const isSteering = new RegExp(steering.source)

/** Units kept on each side of a span, in a line far longer than any terminal. */
const reach = 1000

function lineAround(text: string, offset: number): Span {
  let start = offset
  const least = Math.max(0, offset - reach)
  while (start > least && !isLineEnd(text[start - 1])) start--
  let end = offset
  const most = Math.min(text.length, offset + reach)
  while (end < most && !isLineEnd(text[end])) end++
  return { start, end }
}

const isLineEnd = (character: string | undefined): boolean => character === '\n' || character === '\r'

/** One grapheme: what is shown, how wide it is, and where it stands in the line. */
interface Cell extends Span {
  readonly shown: string
  readonly width: number
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const tabStop = 4

/** Splits at `boundary` too, so that marks may begin inside a grapheme. */
function cellsOf(line: string, boundary: number): Cell[] {
  const cells: Cell[] = []
  let column = 0
  const add = (segment: string, start: number) => {
    const width = segment === '\t' ? tabStop - (column % tabStop) : widthOf(segment)
    const shown = segment === '\t' ? ' '.repeat(width) : visible(segment)
    cells.push({ shown, width, start, end: start + segment.length })
    column += width
  }
  for (const { segment, index } of segmentsOf(line)) {
    const cut = boundary - index
    if (cut > 0 && cut < segment.length) {
      add(segment.slice(0, cut), index)
      add(segment.slice(cut), boundary)
    } else add(segment, index)
  }
  return cells
}

/** Most lines are ASCII, where a grapheme is a letter. */
const segmentsOf = (line: string): Iterable<{ segment: string; index: number }> =>
  /^[\t\x20-\x7e]*$/.test(line) ? Array.from(line, (segment, index) => ({ segment, index })) : graphemes.segment(line)

/** Columns of a grapheme: two for East Asian wide characters and emoji, none for marks that combine. */
export function widthOf(grapheme: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(grapheme)) return isSteering.test(grapheme) ? 1 : 0
  return wide.test(grapheme) ? 2 : 1
}

const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u

function windowed(cells: readonly Cell[], from: number, until: number, columns: number): Frame {
  const total = widthSum(cells)
  const indent = widthSum(cells.slice(0, from))
  const marked = Math.max(1, widthSum(cells.slice(from, until)))
  if (total <= columns) return { source: shownIn(cells).trimEnd(), indent, width: marked }
  const room = Math.max(10, columns - 2)
  const left = Math.min(from, firstVisible(cells, indent, Math.min(marked, room), total, room))
  let right = left
  let used = 0
  while (right < cells.length && used + (cells[right]?.width ?? 0) <= room) used += cells[right++]?.width ?? 0
  const before = left > 0 ? '…' : ''
  const after = right < cells.length ? '…' : ''
  const shift = widthSum(cells.slice(left, from)) + before.length
  return {
    source: before + shownIn(cells.slice(left, right)).trimEnd() + after,
    indent: shift,
    width: Math.max(1, Math.min(marked, used + before.length - shift)),
  }
}

/** The first cell shown: a third of the room before the marks, but no room wasted at the end of the line. */
function firstVisible(cells: readonly Cell[], indent: number, marked: number, total: number, room: number): number {
  const context = Math.min(Math.floor(room / 3), room - marked)
  const skipped = Math.max(0, Math.min(indent - context, total - room))
  let column = 0
  let index = 0
  while (index < cells.length && column < skipped) column += cells[index++]?.width ?? 0
  return index
}

const widthSum = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0)
const shownIn = (cells: readonly Cell[]): string => cells.map(cell => cell.shown).join('')
