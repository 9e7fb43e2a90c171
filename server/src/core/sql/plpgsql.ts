import { Cursors, type Rows } from './cursors'
import { type Constant, constantArrayOf, constantOf } from './dynamic'
import { isVerbatim, meaningOf, partOf, spanOutside } from './excerpt'
import { both, guardOf, guardOfHandler, opposite, readsCatalogs } from './guards'
import type { Call, Name } from './parts'
import type { Body, BodyStatement, Excerpt, Guard } from './routine-commands'
import { foldedName, isString } from './source'
import type { Reading } from './statements'
import { type Token, tokensOf } from './tokens'
import { assignmentsIn } from './variables'

/** Reads one statement. */
export type Read = (text: string) => Reading

/**
 * Returns the SQL that stands in a PL/pgSQL body (plpgsql-statements.html), found by its keywords: what a variable holds is
 * known where that never changes; all other dynamic SQL nobody knows before it runs. Never fails.
 */
export function blockBody(body: Excerpt, read: Read): Body {
  const block = new Block(body, read)
  block.statements('top', always)
  block.markSingleRows()
  const { found, reads, calls, hasDynamicSql, ends } = block
  return { statements: found, reads, calls, hasDynamicSql, ends }
}

/** Returns the SQL of a body that is nothing but statements with semicolons between them: LANGUAGE sql. */
export function sqlBody(body: Excerpt, read: Read): Body {
  const block = new Block(body, read)
  block.addAll(body, always)
  const { found, reads, calls, hasDynamicSql, ends } = block
  return { statements: found, reads, calls, hasDynamicSql, ends }
}

/** Returns the body that a string constant of `text` holds: the one whose quotes stand around `start`. */
export function bodyInQuotes(text: string, start: number, offset = 0): Excerpt | undefined {
  const token = tokensOf(text).find(
    candidate => isString(candidate) && candidate.start < start && start <= candidate.end,
  )
  const whole: Excerpt = { text, pieces: [{ at: 0, start: offset, end: offset + text.length }] }
  return token && meaningOf(whole, token)
}

/** Under which conditions a statement runs. */
interface Way {
  readonly conditional: boolean
  readonly repeated: boolean
  readonly guard?: Guard
}

const always: Way = { conditional: false, repeated: false }

const under = (way: Way, guard: Guard | undefined): Way => ({
  conditional: true,
  repeated: way.repeated,
  guard: way.conditional ? both(way.guard, guard) : guard,
})

/** More than any body has that a person wrote; loops over constants multiply. */
const mostStatements = 2000

/** Deeper than that nobody nests; the stack has an end. */
const deepest = 200

type Construct = 'top' | 'block' | 'IF' | 'LOOP' | 'CASE'

/** Reads a body from left to right. */
class Block {
  readonly found: BodyStatement[] = []
  readonly reads: Name[] = []
  readonly calls: Call[] = []
  hasDynamicSql = false
  ends = false
  readonly #tokens: readonly Token[]
  readonly #assignments: ReadonlyMap<string, number>
  readonly #declared = new Map<string, number>()
  readonly #variables = new Map<string, Constant>()
  /** In a loop that was read before: what does not depend on the variable is known already. */
  #isAgain = false
  /** Set where a RETURN that may run stands before. */
  #returned: Way | undefined
  /** Whether the last statement only asked PostgreSQL's catalogs. */
  #askedCatalogs = false
  /** Tables of which a row is read into a variable without a condition. */
  readonly #singles = new Set<string>()
  readonly #cursors: Cursors
  #depth = 0
  #at = 0

  constructor(
    readonly body: Excerpt,
    readonly read: Read,
  ) {
    this.#tokens = tokensOf(body.text).filter(token => token.kind !== 'comment')
    this.#assignments = assignmentsIn(body.text, this.#tokens)
    this.#cursors = new Cursors(body.text, this.#tokens, read)
  }

  /** Reads statements up to the END of what `inside` names, which it steps over. */
  statements(inside: Construct, way: Way, condition?: Guard) {
    if (++this.#depth <= deepest) this.#statements(inside, way, condition)
    else this.#giveUp()
    this.#depth--
  }

  /** `SELECT version INTO current FROM schema_version`: whoever writes that knows that there is one row. */
  markSingleRows() {
    if (this.#singles.size === 0) return
    for (const [index, statement] of this.found.entries()) {
      const { command } = statement
      const changes = command.tag === 'UPDATE' || command.tag === 'DELETE'
      if (changes && this.#singles.has(command.table.name)) this.found[index] = { ...statement, isOfOneRow: true }
    }
  }

  #giveUp() {
    this.hasDynamicSql = true
    this.#at = this.#tokens.length
  }

  #statements(inside: Construct, outer: Way, condition?: Guard) {
    const first = this.found.length
    let way = inside === 'IF' ? under(outer, condition) : outer
    let tests = 1
    while (this.#at < this.#tokens.length) {
      const word = this.#word()
      if (word === 'END' && inside !== 'top') {
        this.#at += this.#word(1) === 'CASE' ? 2 : 1
        this.#skipTo(';')
        return
      }
      if (this.#tokens[this.#at]?.text === '<<') this.#at += 3
      else if (word === 'DECLARE') this.#declarations()
      else if (word === 'BEGIN') {
        this.#at++
        this.statements('block', way)
      } else if (word === 'EXCEPTION' && inside === 'block') {
        this.#at++
        this.#undoable(first, outer)
        way = under(outer, undefined)
      } else if (word === 'WHEN' && (inside === 'block' || inside === 'CASE')) this.#condition('THEN')
      else if (word === 'IF') this.statements('IF', way, this.#condition('THEN'))
      else if ((word === 'ELSIF' || word === 'ELSEIF') && inside === 'IF') {
        tests++
        way = under(outer, this.#condition('THEN'))
      } else if (word === 'ELSE' && (inside === 'IF' || inside === 'CASE')) {
        this.#at++
        if (inside === 'IF') way = under(outer, tests === 1 ? opposite(condition) : undefined)
      } else if (word === 'CASE') {
        this.#condition('WHEN', false)
        this.statements('CASE', under(way, undefined))
      } else if (word === 'WHILE') {
        const rows = this.#word(1) === 'FOUND' && this.#word(2) === 'LOOP' ? this.#cursors.lastFetched : undefined
        this.#condition('LOOP')
        const inside = this.found.length
        this.statements('LOOP', { ...under(way, undefined), repeated: true })
        this.#loopsOver(rows, inside)
      } else if (word === 'FOR' || word === 'FOREACH') this.#loop(way)
      else if (word === 'LOOP') {
        this.#at++
        const [rows, inside] = [this.#cursors.fetch(this.#at), this.found.length]
        this.statements('LOOP', { ...way, repeated: true })
        this.#loopsOver(rows, inside)
      } else this.#simple(way)
    }
  }

  /** What an error undoes may as well not have run. */
  #undoable(first: number, outer: Way) {
    let end = this.#at
    while (end < this.#tokens.length && this.#tokens[end]?.text !== 'THEN') end++
    const { conditional, guard } = under(outer, guardOfHandler(this.#tokens.slice(this.#at + 1, end)))
    for (const [index, statement] of this.found.slice(first).entries()) {
      const own = statement.conditional && !outer.conditional ? both(statement.guard, guard) : guard
      const { guard: _, ...bare } = statement
      this.found[first + index] = { ...bare, conditional, ...(own && { guard: own }) }
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

  /** name [ CONSTANT ] type [ NOT NULL ] [ { DEFAULT | := | = } value ]; and cursors (plpgsql-declarations.html). */
  #declarations() {
    this.#at++
    while (this.#at < this.#tokens.length && this.#word() !== 'BEGIN') {
      const first = this.#at
      const last = this.#skipTo(';')
      const named = this.#tokens[first]
      if (!named) return
      const name = foldedName(this.body.text, named)
      this.#declared.set(name, (this.#declared.get(name) ?? 0) + 1)
      const value = this.#tokens.findIndex((token, at) => at > first && at <= last && beginsValue.has(token.text)) + 1
      if (value > 0) this.#initial(name, value, last)
      const query = this.#tokens.findIndex(
        ({ text }, at) => at > first && at <= last && (text === 'FOR' || text === 'IS'),
      )
      const isCursor = this.#tokens.slice(first, last).some(({ text }) => text === 'CURSOR')
      if (isCursor && query > 0) {
        this.#expression(`(${this.#slice(query + 1, last)})`)
        this.#cursors.declare(named, query + 1, last)
      }
    }
  }

  #initial(name: string, first: number, last: number) {
    if ((this.#assignments.get(name) ?? 0) === 0) this.#know(name, first, last)
    else this.#declared.set(name, Number.POSITIVE_INFINITY)
    this.#expression(this.#slice(first, last))
  }

  #know(name: string, first: number, last: number) {
    if (this.#declared.get(name) !== 1) return void this.#variables.delete(name)
    const value = constantOf(this.#written(first, last))?.text ?? constantArrayOf(this.#written(first, last))
    if (value !== undefined) this.#variables.set(name, value)
  }

  #written(first: number, last: number) {
    return { excerpt: this.body, tokens: this.#tokens, first, last, variables: this.#variables }
  }

  /** A condition is an expression, and may hold a query. Returns what it makes sure of. */
  #condition(mark: string, steps = true): Guard | undefined {
    const first = ++this.#at
    const last = this.#skipTo(mark)
    if (!steps) this.#at--
    const text = this.#slice(first, last)
    this.#expression(text)
    const tokens = this.#tokens.slice(first, last + 1)
    const words = tokens.map(token => token.text).join(' ')
    if (this.#askedCatalogs && words === 'NOT FOUND') return 'absence'
    if (this.#askedCatalogs && words === 'FOUND') return 'presence'
    return guardOf(tokens, text, this.read)
  }

  /** An expression runs what it reads and calls; most are too simple for either. */
  #expression(text: string) {
    if (!text.includes('(')) return
    const { command } = this.read(`SELECT ${text}`)
    if (command?.tag !== 'SELECT') return
    this.reads.push(...command.reads)
    this.calls.push(...command.calls)
  }

  /** FOR row IN query LOOP, FOR n IN 1..9 LOOP, FOREACH element IN ARRAY array LOOP. */
  #loop(way: Way) {
    const named = this.#tokens[this.#at + 1]
    this.#skipTo('IN')
    const isArray = this.#word() === 'ARRAY' && this.#word(1) !== '['
    const first = isArray ? ++this.#at : this.#at
    const last = this.#skipTo('LOOP')
    const word = this.#tokens[first]?.text ?? ''
    const values = isArray ? constantArrayOf(this.#written(first, last)) : this.#listed(first, last)
    if (named && values && values.length > 0 && values.length <= mostValues) return this.#each(named, values, way)
    const before = this.found.length
    if (isArray) this.#expression(this.#slice(first, last))
    else if (word === 'EXECUTE') this.#dynamic(first, last, way)
    else if (/^(?:SELECT|WITH|INSERT|UPDATE|DELETE|VALUES|TABLE|\()$/.test(word)) this.#sql(first, last, way)
    const inside = this.found.length
    const query = inside === before + 1 ? this.found[before] : undefined
    const text = query?.excerpt?.text ?? this.#slice(first, last)
    this.statements('LOOP', { ...under(way, undefined), repeated: true })
    if (query?.command.tag === 'SELECT') this.#loopsOver({ text, reads: query.command.reads }, inside)
    else this.#loopsOver(this.#cursors.of(this.#tokens[first]), inside)
  }

  /** What a loop runs for each row of a query. */
  #loopsOver(over: Rows | undefined, inside: number) {
    const at = this.found.findIndex(
      ({ command: { tag } }, at) => at >= inside && (tag === 'UPDATE' || tag === 'DELETE'),
    )
    const first = this.found[at]
    if (over && first && !first.over) this.found[at] = { ...first, over }
  }

  /** `SELECT unnest(ARRAY['a', 'b'])` and `VALUES ('a'), ('b')`. */
  #listed(first: number, last: number): readonly string[] | undefined {
    const [word, next, bracket] = this.#tokens.slice(first, first + 3).map(({ text }) => text)
    if (word === 'SELECT' && next === 'UNNEST' && bracket === '(' && this.#tokens[last]?.text === ')')
      return constantArrayOf(this.#written(first + 3, last - 1))
    if (word !== 'VALUES') return undefined
    const rows = this.#tokens.slice(first + 1, last + 1)
    const values = rows.flatMap((token, index) =>
      isString(token) ? (constantOf(this.#written(first + 1 + index, first + 1 + index))?.text ?? []) : [],
    )
    return rows.length === values.length * 4 - 1 ? values : undefined
  }

  /** Reads a loop once for each value of its variable. */
  #each(named: Token, values: readonly string[], way: Way) {
    const name = foldedName(this.body.text, named)
    const [start, wasAgain] = [this.#at, this.#isAgain]
    for (const [index, value] of values.entries()) {
      this.#at = start
      this.#isAgain = wasAgain || index > 0
      this.#variables.set(name, value)
      this.statements('LOOP', { ...way, repeated: true })
      if (this.found.length > mostStatements) break
    }
    this.#isAgain = wasAgain
    this.#variables.delete(name)
  }

  #simple(way: Way) {
    const word = this.#word()
    const first = this.#at
    this.#cursors.fetch(first)
    const last = this.#skipTo(';')
    const second = this.#tokens[first + 1]?.text
    if (word === 'EXECUTE') return this.#dynamic(first, last, way)
    if (word === 'COMMIT' || word === 'ROLLBACK') this.ends = true
    if (word === 'RETURN') return this.#return(first, last, way)
    if (word === 'RAISE') return this.#expression(this.#slice(first + 3, last).replace(/^,/, ''))
    if (word === 'EXIT' && this.#isBlock(second)) this.#returned ??= way
    if (word === 'OPEN') return this.#cursors.open(first, last)
    if (withoutSql.has(word) || last < first) return
    if (assigns.has(second ?? '')) return this.#assignment(first, last)
    this.#sql(first, last, way)
  }

  /** Whether a label is that of a block, which EXIT leaves too (plpgsql-control-structures.html). */
  #isBlock(label: string | undefined): boolean {
    return this.#tokens.some(
      ({ text }, at) =>
        text === '<<' &&
        this.#tokens[at + 1]?.text === label &&
        ['BEGIN', 'DECLARE'].includes(this.#tokens[at + 3]?.text ?? ''),
    )
  }

  #return(first: number, last: number, way: Way) {
    const second = this.#tokens[first + 1]?.text
    if (second === 'QUERY' && this.#tokens[first + 2]?.text === 'EXECUTE') return this.#dynamic(first + 2, last, way)
    if (second === 'QUERY') return this.#sql(first + 2, last, way)
    this.#expression(this.#slice(second === 'NEXT' ? first + 2 : first + 1, last))
    if (second !== 'NEXT') this.#returned ??= way
  }

  /** The value of an assignment may be a query. */
  #assignment(first: number, last: number) {
    const value = this.#tokens.findIndex((token, index) => index > first && [':=', '='].includes(token.text)) + 1
    if (value <= first || value > last) return
    const named = this.#tokens[first]
    const name = named ? foldedName(this.body.text, named) : ''
    if (value === first + 2 && this.#assignments.get(name) === 1 && !this.#variables.has(name))
      this.#know(name, value, last)
    this.#expression(this.#slice(value, last))
  }

  /** EXECUTE of what is always the same text is as good as the text itself. */
  #dynamic(first: number, last: number, way: Way) {
    const end = this.#tokens.findIndex(
      ({ text }, at) => at > first && at <= last && (text === 'INTO' || text === 'USING'),
    )
    const sql = constantOf(this.#written(first + 1, end < 0 ? last : end - 1))
    if (sql) this.addAll(sql, way)
    else this.hasDynamicSql = true
    if (!sql) this.#expression(this.#slice(first + 1, end < 0 ? last : end - 1))
  }

  #sql(first: number, last: number, way: Way) {
    const [from, to] = [this.#tokens[first], this.#tokens[last]]
    if (!from || !to || last < first || this.#isAgain) return
    const sql = this.body.text.slice(from.start, to.end)
    const perform = from.text === 'PERFORM' ? `SELECT ${sql.slice('PERFORM'.length)}` : sql
    const text = this.#withoutTargets(perform, first, last)
    this.#askedCatalogs = perform.startsWith('SELECT') && readsCatalogs(perform.slice('SELECT'.length), this.read)
    this.#add({ text, pieces: partOf(this.body, from.start, to.end).pieces }, way)
    const single = text !== perform && !choosesRows.test(text) && this.found.at(-1)?.command
    if (single && single.tag === 'SELECT' && single.reads.length === 1) this.#singles.add(single.reads[0]?.name ?? '')
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

  /** Adds each statement of a text. */
  addAll(sql: Excerpt, way: Way) {
    const tokens = tokensOf(sql.text).filter(({ kind }) => kind !== 'comment')
    const isOne = tokens.some(({ text }) => text === 'ATOMIC')
    let first = 0
    for (let at = 0; at <= tokens.length; at++) {
      const isEnd = at === tokens.length || (!isOne && tokens[at]?.text === ';' && tokens[at]?.kind === 'punctuation')
      if (!isEnd) continue
      const [from, to] = [tokens[first], tokens[at - 1]]
      if (from && to && at > first) this.#add(partOf(sql, from.start, to.end), way)
      first = at + 1
    }
  }

  #add(sql: Excerpt, way: Way) {
    if (sql.text.trim() === '') return
    const { command } = this.read(sql.text)
    if (!command || this.found.length > mostStatements) {
      this.hasDynamicSql = true
      return
    }
    const returned = this.#returned
    const { conditional, repeated, guard } = returned && !way.conditional ? under(way, opposite(returned.guard)) : way
    this.found.push({
      command,
      span: spanOutside(sql, { start: 0, end: sql.text.length }),
      ...(!isVerbatim(sql) && { excerpt: sql }),
      conditional,
      ...(guard && { guard }),
      repeated,
    })
  }

  #slice(first: number, last: number): string {
    const [from, to] = [this.#tokens[first], this.#tokens[last]]
    return from && to && last >= first ? this.body.text.slice(from.start, to.end) : ''
  }
}

const mostValues = 100

/** What tells which rows a query is about, or makes one of many. */
const choosesRows =
  /\b(?:WHERE|JOIN|GROUP|ORDER|LIMIT|FETCH|DISTINCT)\b|\b(?:count|sum|avg|min|max|bool_\w+|\w+_agg)\s*\(/i

const beginsValue: ReadonlySet<string> = new Set([':=', '=', 'DEFAULT'])
const assigns: ReadonlySet<string> = new Set([':=', '=', '.', '['])

/** Statements of PL/pgSQL that run no SQL worth knowing, and what is left of a label. */
const withoutSql: ReadonlySet<string> = new Set([
  '',
  ';',
  'NULL',
  'EXIT',
  'CONTINUE',
  'GET',
  'ASSERT',
  'FETCH',
  'MOVE',
  'CLOSE',
])
