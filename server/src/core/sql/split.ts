import type { Span } from '../text'
import { mask } from './mask'
import { read } from './parse'
import type { Problem, Reading, Statement } from './statements'
import { type RawToken, skipSpace, tokenAt } from './tokens'

export interface SplitOptions {
  /** The part of the text to read; all of it where absent. */
  readonly span?: Span
  /** Offsets where a statement ends even without a semicolon. */
  readonly boundaries?: readonly number[]
  /** Runs that are not SQL. */
  readonly masked?: readonly Span[]
}

export interface Split {
  readonly statements: readonly Statement[]
  /** The identifiers that stand for placeholders, folded, and what was written there. */
  readonly placeholders: ReadonlyMap<string, string>
}

/**
 * Returns the statements of `text`, each read alone. Never fails: a broken statement carries its problem and its
 * neighbours are read as if it were whole. All offsets are UTF-16 offsets into `text`.
 */
export function statementsIn(text: string, options: SplitOptions = {}): Split {
  const { start, end } = options.span ?? { start: 0, end: text.length }
  let sql = text.slice(start, end)
  for (const span of options.masked ?? []) {
    const blank = sql.slice(span.start - start, span.end - start).replace(/[^\r\n]/g, ' ')
    sql = sql.slice(0, span.start - start) + blank + sql.slice(span.end - start)
  }
  const masked = mask(sql)
  const boundaries = (options.boundaries ?? []).map(offset => offset - start)
  const statements = extents(masked.text, boundaries).flatMap(extent => recovered(masked.text, extent))
  return {
    statements: start === 0 ? statements : statements.map(statement => movedBy(statement, start)),
    placeholders: masked.placeholders,
  }
}

const movedBy = (statement: Statement, offset: number): Statement => ({
  ...statement,
  span: { start: statement.span.start + offset, end: statement.span.end + offset },
})

interface Extent extends Span {
  readonly terminated: boolean
  /** Offsets of lines inside that begin like a statement: where reading may start over if this one is broken. */
  readonly restarts: readonly number[]
}

/**
 * Returns where statements stand. A quote that is never closed would swallow or flip everything after it, so a text
 * that ends inside one is split again with quotes that end before the next line that begins like a statement.
 */
function extents(sql: string, boundaries: readonly number[]): Extent[] {
  return split(sql, boundaries, false) ?? split(sql, boundaries, true) ?? []
}

function split(sql: string, boundaries: readonly number[], broken: boolean): Extent[] | undefined {
  const found: Extent[] = []
  let start = -1
  let last = 0
  let restarts: number[] = []
  let boundary = 0
  const words = new StatementWords()

  const finish = (terminated: boolean) => {
    if (start >= 0) found.push({ start, end: last, terminated, restarts })
    start = -1
    restarts = []
    words.reset()
  }

  for (let offset = skipSpace(sql, 0); offset < sql.length; offset = skipSpace(sql, offset)) {
    while (boundary < boundaries.length && (boundaries[boundary] as number) <= offset) {
      boundary++
      finish(false)
    }
    const token = closed(sql, offset, tokenAt(sql, offset), broken)
    if (token === undefined) return undefined
    if (token.kind === 'comment' && !token.unterminated) {
      offset = token.end
      continue
    }
    if (sql[offset] === ';' && words.mayEnd()) {
      finish(true)
    } else {
      if (start < 0) start = offset
      else if (token.kind === 'word' && startsLine(sql, offset) && beginsStatement(sql, offset)) restarts.push(offset)
      words.see(token, sql, offset)
      last = token.end
    }
    offset = token.end
  }
  finish(false)
  return found
}

function trimmedEnd(sql: string, { start, end }: Span): number {
  let trimmed = end
  while (trimmed > start && /\s/.test(sql[trimmed - 1] as string)) trimmed--
  return trimmed
}

/** Returns the token, cut short where it is broken; undefined where it is broken and that was not yet known. */
function closed(sql: string, offset: number, token: RawToken, broken: boolean): RawToken | undefined {
  if (!broken) return token.unterminated ? undefined : token
  if (!['string', 'quoted identifier', 'comment', 'dollar string'].includes(token.kind)) return token
  if (token.kind === 'dollar string' && !token.unterminated) return token
  const cut = nextStatementLine(sql, offset, token.end)
  return cut === undefined ? token : { ...token, end: trimmedEnd(sql, { start: offset, end: cut }), unterminated: true }
}

function nextStatementLine(sql: string, from: number, to: number): number | undefined {
  for (let line = sql.indexOf('\n', from) + 1; line > 0 && line < to; line = sql.indexOf('\n', line) + 1) {
    if (beginsStatement(sql, line)) return line
  }
  return undefined
}

const startsLine = (sql: string, offset: number) => offset === 0 || sql[offset - 1] === '\n' || sql[offset - 1] === '\r'

/** Only at the first column: clauses and bodies are indented, and a wrong guess would cut a whole statement in two. */
const statementStart =
  /(?:CREATE|ALTER|DROP|TRUNCATE|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|COMMENT\s+ON|GRANT|REVOKE|REINDEX|VACUUM|ANALYZE|LOCK\s+TABLE|REFRESH|DO\s*\$|COMMIT|ROLLBACK)\b/iy

function beginsStatement(sql: string, offset: number): boolean {
  statementStart.lastIndex = offset
  return statementStart.test(sql)
}

/** Follows what makes a semicolon part of a statement: BEGIN ATOMIC bodies and the commands of a rule. */
class StatementWords {
  private count = 0
  private first = ''
  private isRoutine = false
  private isRule = false
  private atomicDepth = 0
  private parentheses = 0
  private previous = ''

  reset() {
    this.count = 0
    this.first = ''
    this.isRoutine = false
    this.isRule = false
    this.atomicDepth = 0
    this.parentheses = 0
    this.previous = ''
  }

  see(token: RawToken, sql: string, offset: number) {
    if (token.kind === 'punctuation') {
      if (sql[offset] === '(') this.parentheses++
      else if (sql[offset] === ')') this.parentheses--
      return
    }
    if (token.kind !== 'word') return
    this.count++
    if (this.count > 4 && !this.isRoutine) return
    const word = token.end - offset > 9 ? '' : sql.slice(offset, token.end).toUpperCase()
    if (this.count === 1) this.first = word
    else if (this.count <= 4 && this.first === 'CREATE') {
      if (word === 'FUNCTION' || word === 'PROCEDURE') this.isRoutine = true
      if (word === 'RULE') this.isRule = true
    }
    if (this.isRoutine) this.seeBody(word)
    this.previous = word
  }

  /** sql-createfunction.html, sql_body: CASE ... END nests in it. */
  private seeBody(word: string) {
    if (word === 'ATOMIC' && this.previous === 'BEGIN') this.atomicDepth = 1
    else if (this.atomicDepth > 0 && word === 'CASE') this.atomicDepth++
    else if (this.atomicDepth > 0 && word === 'END') this.atomicDepth--
  }

  mayEnd(): boolean {
    return this.atomicDepth === 0 && !(this.isRule && this.parentheses > 0)
  }
}

/**
 * Reads one extent. Where it is broken and lines inside it begin like statements, those are read for themselves: a
 * missing semicolon or a half-typed line must not hide what follows. PostgreSQL's error is kept, once.
 */
function recovered(sql: string, extent: Extent): Statement[] {
  const text = sql.slice(extent.start, extent.end)
  const whole = read(text)
  if (!whole.problem || extent.restarts.length === 0) return [statement(extent, text, whole, extent.terminated)]

  const starts = [extent.start, ...extent.restarts]
  const pieces = starts.map((start, index) => {
    const end = trimmedEnd(sql, { start, end: starts[index + 1] ?? extent.end })
    return { start, end, text: sql.slice(start, end) }
  })
  const readings = pieces.map(piece => read(piece.text))
  if (readings.every(reading => reading.problem)) return [statement(extent, text, whole, extent.terminated)]

  const blamed = blamedPiece(extent, pieces, readings, whole.problem)
  return pieces.flatMap((piece, index) => {
    const { command, problem } = readings[index] as Reading
    const own =
      index === blamed ? (problem ?? shiftedProblem(whole.problem as Problem, extent.start - piece.start)) : undefined
    if (!command && !own) return []
    return [statement(piece, piece.text, { command, problem: own }, extent.terminated && index === pieces.length - 1)]
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

const statement = (span: Span, text: string, reading: Reading, terminated: boolean): Statement => ({
  ...reading,
  span: { start: span.start, end: span.end },
  text,
  terminated,
})
