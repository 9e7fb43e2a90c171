import type { BodyStatement } from './routine-commands'
import { foldedName } from './source'
import type { Reading } from './statements'
import type { Token } from './tokens'

/** The rows that a query gives. */
export type Rows = NonNullable<BodyStatement['over']>

/** The cursors of a PL/pgSQL body, and the rows that each gives (plpgsql-cursors.html). */
export class Cursors {
  readonly #rows = new Map<string, Rows>()
  /** What `WHILE FOUND LOOP` asks for. */
  lastFetched: Rows | undefined

  constructor(
    readonly text: string,
    readonly tokens: readonly Token[],
    readonly read: (text: string) => Reading,
  ) {}

  /** Returns the rows of the cursor that a token names, if it names one. */
  of(token: Token | undefined): Rows | undefined {
    return token && this.#rows.get(foldedName(this.text, token))
  }

  /** cursor CURSOR FOR query: the query from one token to another. */
  declare(named: Token, first: number, last: number) {
    const [from, to] = [this.tokens[first], this.tokens[last]]
    if (!from || !to || last < first) return
    const text = this.text.slice(from.start, to.end)
    const { command } = this.read(text)
    if (command?.tag === 'SELECT') this.#rows.set(foldedName(this.text, named), { text, reads: command.reads })
  }

  /** OPEN cursor [ [ NO ] SCROLL ] FOR query. */
  open(first: number, last: number) {
    const mark = this.tokens.findIndex(({ text }, at) => at > first && at < last && text === 'FOR')
    const named = this.tokens[first + 1]
    if (named && mark > 0) this.declare(named, mark + 1, last)
  }

  /** FETCH [ direction { FROM | IN } ] cursor INTO target; returns the rows of the cursor, undefined where no FETCH stands there. */
  fetch(first: number): Rows | undefined {
    if (this.tokens[first]?.text !== 'FETCH') return undefined
    const end = this.tokens.findIndex(({ text }, at) => at > first && (text === 'INTO' || text === ';'))
    this.lastFetched = this.of(this.tokens[end - 1])
    return this.lastFetched
  }
}
