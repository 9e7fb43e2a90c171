import type { Span } from '../text'
import { type Extent, extentsIn, trimmedEnd } from './extents'
import { mask } from './mask'
import { read } from './parse'
import { type Known, remainderOf } from './resplit'
import type { Problem, Reading, Statement } from './statements'

export interface SplitOptions {
  /** The part of the text to read; all of it where absent. */
  readonly span?: Span
  /** Offsets where a statement ends even without a semicolon. */
  readonly boundaries?: readonly number[]
  /** Runs that are not SQL. */
  readonly masked?: readonly Span[]
}

export interface Split extends Known {
  readonly statements: readonly Statement[]
  /** The identifiers that stand for placeholders, folded, and what was written there. */
  readonly placeholders: ReadonlyMap<string, string>
}

/**
 * Returns the statements of `text`, each read alone. Never fails: a broken statement carries its problem and its
 * neighbours are read as if it were whole. All offsets are UTF-16 offsets into `text`. `previous`, the split of an earlier
 * text, saves reading what an edit left as it was: those statements are the same objects unless they moved.
 */
export function statementsIn(text: string, options: SplitOptions = {}, previous?: Split): Split {
  const { start, end } = options.span ?? { start: 0, end: text.length }
  const { text: sql, placeholders } = mask(withoutRuns(text.slice(start, end), start, options.masked ?? []))
  const boundaries = (options.boundaries ?? []).map(offset => offset - start)
  const remainder = previous && remainderOf(previous, sql, boundaries)
  if (!previous || !remainder) {
    const { extents, isClosed } = extentsIn(sql, boundaries)
    return { sql, start, boundaries, isClosed, placeholders, statements: readAll(sql, extents, start) }
  }
  const by = start - previous.start
  const statements = [
    ...moved(previous.statements.slice(0, remainder.before), by),
    ...readAll(sql, remainder.extents, start),
    ...moved(previous.statements.slice(previous.statements.length - remainder.after), by + remainder.by),
  ]
  return { sql, start, boundaries, isClosed: true, placeholders, statements }
}

/** Returns where the statements of a text stand, without reading them: UTF-16 offsets, without the semicolons. */
export const statementSpansIn = (text: string): readonly Span[] => extentsIn(mask(text).text, []).extents

function withoutRuns(sql: string, start: number, runs: readonly Span[]): string {
  return runs.reduce((result, run) => {
    const [from, to] = [run.start - start, run.end - start]
    return result.slice(0, from) + result.slice(from, to).replace(/[^\r\n]/g, ' ') + result.slice(to)
  }, sql)
}

const readAll = (sql: string, extents: readonly Extent[], offset: number): readonly Statement[] =>
  moved(
    extents.flatMap(extent => recovered(sql, extent)),
    offset,
  )

const moved = (statements: readonly Statement[], by: number): readonly Statement[] =>
  by === 0 ? statements : statements.map(statement => movedBy(statement, by))

const movedBy = (statement: Statement, offset: number): Statement => ({
  ...statement,
  span: { start: statement.span.start + offset, end: statement.span.end + offset },
})

/**
 * Reads one extent. Where it is broken and lines inside it begin like statements, those are read for themselves: a
 * missing semicolon or a half-typed line must not hide what follows. PostgreSQL's error is kept, once.
 */
function recovered(sql: string, extent: Extent): Statement[] {
  const whole = read(sql.slice(extent.start, extent.end))
  if (!whole.problem || extent.restarts.length === 0) return [statement(extent, whole, extent.terminated)]

  const starts = [extent.start, ...extent.restarts]
  const pieces = starts.map((start, index) => ({
    start,
    end: trimmedEnd(sql, { start, end: starts[index + 1] ?? extent.end }),
  }))
  const readings = pieces.map(piece => read(sql.slice(piece.start, piece.end)))
  if (readings.every(reading => reading.problem)) return [statement(extent, whole, extent.terminated)]

  const blamed = blamedPiece(extent, pieces, readings, whole.problem)
  return pieces.flatMap((piece, index) => {
    const { text, command, problem } = readings[index] as Reading
    const own =
      index === blamed ? (problem ?? shiftedProblem(whole.problem as Problem, extent.start - piece.start)) : undefined
    if (!command && !own) return []
    return [statement(piece, { text, command, problem: own }, extent.terminated && index === pieces.length - 1)]
  })
}

/** The piece before the error if that is broken by itself (half-typed); else the piece the error stands in. */
function blamedPiece(extent: Span, pieces: readonly Span[], readings: readonly Reading[], problem: Problem): number {
  const position = extent.start + problem.span.start
  const inside = pieces.findLastIndex(piece => piece.start <= position)
  const broken = readings.findIndex(reading => reading.problem)
  return broken >= 0 && broken <= inside ? broken : Math.max(inside, 0)
}

function shiftedProblem(problem: Problem, by: number): Problem {
  const start = Math.max(0, problem.span.start + by)
  return { ...problem, span: { start, end: Math.max(start, problem.span.end + by) } }
}

/** The spread stands last: with other names behind it each statement would have a hidden class of its own in V8. */
const statement = ({ start, end }: Span, reading: Reading, terminated: boolean): Statement => ({
  span: { start, end },
  terminated,
  ...reading,
})
