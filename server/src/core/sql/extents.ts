import type { Span } from '../text'
import { type RawToken, skipSpace, tokenAt } from './tokens'

/** Where one statement stands. */
export interface Extent extends Span {
  readonly terminated: boolean
  /** Offsets of lines inside that begin like a statement: where reading may start over if this one is broken. */
  readonly restarts: readonly number[]
}

/**
 * Returns where the statements of a masked text stand. A quote that is never closed would swallow or flip everything after
 * it, so a text that ends inside one (`isClosed` false) is split again with quotes that end before the next line that begins
 * like a statement.
 */
export function extentsIn(sql: string, boundaries: readonly number[]): { extents: Extent[]; isClosed: boolean } {
  const extents = closedExtents(sql, boundaries)
  return extents
    ? { extents, isClosed: true }
    : { extents: scanned(sql, boundaries, { broken: true }) ?? [], isClosed: false }
}

/**
 * Returns where statements stand from `from` on, an offset right after a semicolon that ended a statement; undefined where a
 * quote is never closed. After each such semicolon `stops` is asked with the offset after it.
 */
export const closedExtents = (
  sql: string,
  boundaries: readonly number[],
  from = 0,
  stops?: (offset: number) => boolean,
): Extent[] | undefined => scanned(sql, boundaries, { from, stops })

interface Scan {
  readonly from?: number
  readonly stops?: (offset: number) => boolean
  /** Whether some quote is known to have no end. */
  readonly broken?: boolean
}

function scanned(
  sql: string,
  boundaries: readonly number[],
  { from = 0, stops, broken = false }: Scan,
): Extent[] | undefined {
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

  for (let offset = skipSpace(sql, from); offset < sql.length; offset = skipSpace(sql, offset)) {
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
      if (stops?.(token.end)) return found
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

/** Returns the end of `span` without the white space at it. */
export function trimmedEnd(sql: string, { start, end }: Span): number {
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

/**
 * Only at the first column: clauses and bodies are indented, and a wrong guess would cut a whole statement in two. Looks at
 * nothing behind the next semicolon: what stands there is another statement's.
 */
const statementStart =
  /(?:CREATE|ALTER|DROP|TRUNCATE|INSERT\s+INTO|UPDATE\s+[^\s;]+\s+SET|DELETE\s+FROM|COMMENT\s+ON|GRANT|REVOKE|REINDEX|VACUUM|ANALYZE|LOCK\s+TABLE|REFRESH|DO\s*\$|COMMIT|ROLLBACK)\b/iy

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
