import type { Span } from '../text'
import type { BodyStatement, Do, Name } from './commands'
import type { Reading } from './statements'
import { type Token, tokensOf } from './tokens'

/**
 * Returns a DO block with the SQL statements that stand in its PL/pgSQL body (plpgsql-statements.html), found by its
 * keywords: what a variable holds, and so what dynamic SQL does, nobody knows before it runs. `read` reads one statement.
 */
export function withBlockRead(command: Do, text: string, read: (text: string) => Reading): Do {
  if (command.language !== 'plpgsql') return command
  const { start, end } = command.body
  const written = text.slice(start, end)
  // A quote doubled inside quotes is one quote; two characters stay two.
  const body = text[start - 1] === "'" ? written.replaceAll("''", "' ") : written
  const block = new Block(body, start, read)
  block.statements('top', false)
  return {
    ...command,
    statements: block.found,
    reads: block.reads,
    hasDynamicSql: block.hasDynamicSql,
    ends: block.ends,
  }
}

/** Reads a body from left to right. */
class Block {
  readonly found: BodyStatement[] = []
  readonly reads: Name[] = []
  hasDynamicSql = false
  ends = false
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(
    readonly text: string,
    readonly offset: number,
    readonly read: (text: string) => Reading,
  ) {
    this.#tokens = tokensOf(text).filter(token => token.kind !== 'comment')
  }

  /** Reads statements up to the END of what `inside` names, which it steps over. */
  statements(inside: 'top' | 'block' | 'IF' | 'LOOP' | 'CASE', conditional: boolean, repeated = false) {
    const first = this.found.length
    let isConditional = conditional
    while (this.#at < this.#tokens.length) {
      const word = this.#word()
      if (word === 'END' && inside !== 'top') {
        this.#at += this.#word(1) === 'CASE' ? 2 : 1
        this.#skipTo(';')
        return
      }
      if (this.#tokens[this.#at]?.text === '<<') this.#at += 3
      else if (word === 'DECLARE') this.#skipDeclarations()
      else if (word === 'BEGIN') {
        this.#at++
        this.statements('block', isConditional, repeated)
      } else if (word === 'EXCEPTION' && inside === 'block') {
        this.#at++
        isConditional = true
        // What an error undoes may as well not have run.
        for (const [index, statement] of this.found.slice(first).entries())
          this.found[first + index] = { ...statement, conditional: true }
      } else if (word === 'WHEN' && (inside === 'block' || inside === 'CASE')) this.#condition('THEN')
      else if (word === 'IF') {
        this.#condition('THEN')
        this.statements('IF', true, repeated)
      } else if ((word === 'ELSIF' || word === 'ELSEIF') && inside === 'IF') this.#condition('THEN')
      else if (word === 'ELSE' && (inside === 'IF' || inside === 'CASE')) this.#at++
      else if (word === 'CASE') {
        this.#condition('WHEN', false)
        this.statements('CASE', true, repeated)
      } else if (word === 'WHILE') {
        this.#condition('LOOP')
        this.statements('LOOP', true, true)
      } else if (word === 'FOR' || word === 'FOREACH') {
        this.#loopQuery(isConditional, repeated)
        this.statements('LOOP', true, true)
      } else if (word === 'LOOP') {
        this.#at++
        this.statements('LOOP', isConditional, true)
      } else this.#simple(isConditional, repeated)
    }
  }

  #word(ahead = 0): string {
    const token = this.#tokens[this.#at + ahead]
    return token?.kind === 'word' || token?.kind === 'punctuation' ? token.text : ''
  }

  /** Steps behind the next `mark` outside brackets and CASE expressions; returns the index of the token before it. */
  #skipTo(...marks: readonly string[]): number {
    let depth = 0
    for (; this.#at < this.#tokens.length; this.#at++) {
      const text = this.#word()
      if (depth === 0 && marks.includes(text)) return this.#at++ - 1
      if (text === '(' || text === '[' || text === 'CASE') depth++
      else if ((text === ')' || text === ']' || text === 'END') && depth > 0) depth--
    }
    return this.#tokens.length - 1
  }

  #skipDeclarations() {
    this.#at++
    while (this.#at < this.#tokens.length && this.#word() !== 'BEGIN') this.#skipTo(';')
  }

  /** A condition is an expression, and may hold a query. */
  #condition(mark: string, steps = true) {
    const first = ++this.#at
    const last = this.#skipTo(mark)
    if (!steps) this.#at--
    const { command } = this.read(`SELECT ${this.#slice(first, last)}`)
    if (command?.tag === 'SELECT') this.reads.push(...command.reads)
  }

  /** FOR row IN query LOOP; FOR n IN 1..9 LOOP and FOREACH have no query. */
  #loopQuery(conditional: boolean, repeated: boolean) {
    this.#skipTo('IN', 'ARRAY')
    const first = this.#at
    const last = this.#skipTo('LOOP')
    const word = this.#tokens[first]?.text ?? ''
    if (word === 'EXECUTE') this.#dynamic(first, last, conditional, repeated)
    else if (/^(?:SELECT|WITH|INSERT|UPDATE|DELETE|VALUES|TABLE|\()$/.test(word))
      this.#sql(first, last, conditional, repeated)
  }

  #simple(conditional: boolean, repeated: boolean) {
    const word = this.#word()
    const first = this.#at
    const last = this.#skipTo(';')
    const second = this.#tokens[first + 1]?.text
    if (word === 'EXECUTE') return this.#dynamic(first, last, conditional, repeated)
    if (word === 'COMMIT' || word === 'ROLLBACK') {
      this.ends = true
      return
    }
    if (word === 'RETURN') {
      if (second === 'QUERY') this.#sql(first + 2, last, conditional, repeated)
      return
    }
    if (withoutSql.has(word) || last < first) return
    if ([':=', '=', '.', '['].includes(second ?? '')) return this.#assignment(first, last)
    this.#sql(first, last, conditional, repeated)
  }

  /** The value of an assignment may be a query. */
  #assignment(first: number, last: number) {
    const value = this.#tokens.findIndex((token, index) => index > first && [':=', '='].includes(token.text)) + 1
    if (value <= first || value > last) return
    const { command } = this.read(`SELECT ${this.#slice(value, last)}`)
    if (command?.tag === 'SELECT') this.reads.push(...command.reads)
  }

  /** EXECUTE of a constant is as good as the constant itself. */
  #dynamic(first: number, last: number, conditional: boolean, repeated: boolean) {
    const constant = this.#tokens[first + 1]
    const follows = this.#tokens[first + 2]?.text ?? ';'
    const isWhole = first + 1 === last || ['INTO', 'USING', ';'].includes(follows)
    if (!constant || !isWhole || (constant.kind !== 'string' && constant.kind !== 'dollar string')) {
      this.hasDynamicSql = true
      return
    }
    const opening = /^(?:\$[^$]*\$|')/.exec(this.text.slice(constant.start))?.[0].length ?? 0
    if (opening === 0) {
      this.hasDynamicSql = true
      return
    }
    const span = { start: constant.start + opening, end: constant.end - (constant.kind === 'string' ? 1 : opening) }
    const sql = this.text.slice(span.start, span.end)
    this.#add(constant.kind === 'string' ? sql.replaceAll("''", "' ") : sql, span, conditional, repeated)
  }

  #sql(first: number, last: number, conditional: boolean, repeated: boolean) {
    const [from, to] = [this.#tokens[first], this.#tokens[last]]
    if (!from || !to || last < first) return
    const span = { start: from.start, end: to.end }
    const sql = this.text.slice(span.start, span.end)
    const perform = from.text === 'PERFORM' ? `SELECT ${sql.slice('PERFORM'.length)}` : sql
    this.#add(this.#withoutTargets(perform, first, last), span, conditional, repeated)
  }

  /** Blanks INTO and the variables after it: to SQL itself SELECT ... INTO would make a table. */
  #withoutTargets(sql: string, first: number, last: number): string {
    const start = this.#tokens[first]?.start ?? 0
    for (let at = first + 1; at <= last; at++) {
      const before = this.#tokens[at - 1]?.text ?? ''
      if (this.#tokens[at]?.text !== 'INTO' || before === 'INSERT' || before === 'MERGE') continue
      let end = this.#tokens[at + 1]?.text === 'STRICT' ? at + 2 : at + 1
      while (end < last && [',', '.'].includes(this.#tokens[end + 1]?.text ?? '')) end += 2
      const [from, to] = [(this.#tokens[at]?.start ?? 0) - start, (this.#tokens[end]?.end ?? 0) - start]
      return sql.slice(0, from) + ' '.repeat(Math.max(0, to - from)) + sql.slice(to)
    }
    return sql
  }

  #add(sql: string, { start, end }: Span, conditional: boolean, repeated: boolean) {
    if (sql.trim() === '') return
    const { command } = this.read(sql)
    const span = { start: start + this.offset, end: end + this.offset }
    if (command) this.found.push({ command, span, conditional, repeated })
    else this.hasDynamicSql = true
  }

  #slice(first: number, last: number): string {
    const [from, to] = [this.#tokens[first], this.#tokens[last]]
    return from && to ? this.text.slice(from.start, to.end) : ''
  }
}

/** Statements of PL/pgSQL that run no SQL worth knowing, and what is left of a label. */
const withoutSql = new Set([
  '',
  ';',
  'NULL',
  'RAISE',
  'EXIT',
  'CONTINUE',
  'GET',
  'ASSERT',
  'OPEN',
  'FETCH',
  'MOVE',
  'CLOSE',
])
