import type { Command, TransactionControl } from '../sql/commands'
import type { Statement } from '../sql/statements'
import type { Section, TransactionMode } from './migration'
import { noParameters, type Parameters, parametersAfter, parametersKept } from './parameters'

/** The transaction of one statement of a section, as far as the section's own text decides it. */
export interface Placement {
  readonly kind: 'block' | TransactionMode
  readonly number: number
  readonly isBlock: boolean
  /** The place in the section of the transaction's first statement. */
  readonly first: number
  /** Whether the transaction ends with this statement. */
  readonly ends: boolean
  /** For ROLLBACK [TO SAVEPOINT]: the place in the section before which all is again as it was. */
  readonly resumes?: number
  /** Whether it goes back to, or releases, a savepoint that the transaction block does not have. */
  readonly lacksSavepoint?: true
  /** Session parameters that the section has set, in force when the statement starts. */
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * Returns the transaction of each statement of a section, numbered from `number` on. What PostgreSQL does with transaction
 * commands in an unexpected place is proven in test/history/transactions.test.ts:
 *
 * - BEGIN inside a transaction warns and changes nothing, so in a migration that the tool wraps it is the tool's transaction
 *   that the next COMMIT ends; what follows runs on its own (sql-begin.html, sql-commit.html).
 * - In a simple query of several statements BEGIN turns the implicit transaction so far into a block, COMMIT and ROLLBACK end
 *   it, and the statements after them start another (protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT).
 * - ROLLBACK undoes SET as well; SET LOCAL ends with the transaction and does nothing outside one (sql-set.html).
 * - ROLLBACK TO SAVEPOINT gives back the locks taken since (explicit-locking.html#LOCKING-TABLES).
 */
export function placements(section: Section, number = 1): readonly Placement[] {
  const walk = new Walk(section, number)
  return section.statements.map((statement, place) => walk.step(statement, place))
}

/**
 * Returns how the tool runs a section: as `placements` says of its statements, but for what BEGIN and COMMIT in the file change. A
 * marker against the tool's transaction leaves the one that several statements of a query share.
 */
export const modeOf = (section: Section): TransactionMode =>
  section.transaction === 'own' && sharedQueries(section).some(query => query !== undefined)
    ? 'implicit'
    : section.transaction

/** Returns the session parameters that a section leaves in force, after those that were in force before it. */
export function sessionAfter(section: Section, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const walk = new Walk(section, 1, { session: before, now: before })
  section.statements.forEach((statement, place) => {
    walk.step(statement, place)
  })
  return walk.session
}

interface Open {
  readonly kind: 'block' | 'tool' | 'implicit'
  readonly number: number
  readonly first: number
  /** Of an implicit transaction: the simple query that it ends with. */
  readonly query?: number
  readonly before: Parameters
  readonly savepoints: readonly Savepoint[]
  /** Whether a statement that could not be read may have made others. */
  readonly mayHaveOthers?: true
}

interface Savepoint {
  readonly name: string
  readonly place: number
  readonly parameters: Parameters
}

class Walk {
  private open: Open | undefined
  private readonly queries: readonly (number | undefined)[]

  constructor(
    private readonly section: Section,
    private next: number,
    private parameters: Parameters = noParameters,
  ) {
    this.queries = sharedQueries(section)
    if (section.transaction === 'tool') this.open = this.started('tool', 0)
  }

  step({ command }: Statement, place: number): Placement {
    const query = this.queries[place]
    if (this.open?.kind === 'implicit' && this.open.query !== query) this.commit()
    this.enter(command, place, query)
    const transaction = this.open
    const parameters = this.parameters.now
    const outcome = command ? this.leave(command, place) : this.unread()
    if (transaction) {
      const { kind, number, first } = transaction
      return { kind, number, isBlock: true, first, ...outcome, parameters }
    }
    const kind = this.section.transaction === 'implicit' ? 'implicit' : 'own'
    return { kind, number: this.next++, isBlock: false, first: place, ends: true, parameters }
  }

  /** What is set when the session goes on: a block that nothing has ended takes its SET along. */
  get session(): ReadonlyMap<string, string> {
    return this.open?.kind === 'block' ? this.open.before.session : this.parameters.session
  }

  private started(kind: Open['kind'], first: number, query?: number): Open {
    return { kind, number: this.next++, first, query, before: this.parameters, savepoints: [] }
  }

  private enter(command: Command | undefined, place: number, query: number | undefined) {
    if (command?.tag === 'BEGIN' || command?.tag === 'START TRANSACTION') {
      if (!this.open) this.open = this.started('block', place)
      else if (this.open.kind === 'implicit') this.open = { ...this.open, kind: 'block' }
    } else if (!this.open && query !== undefined) {
      this.open = this.started('implicit', place, query)
    }
  }

  private unread(): Outcome {
    if (this.open) this.open = { ...this.open, mayHaveOthers: true }
    return { ends: false }
  }

  /** Does what the command does to the transaction and to the parameters. */
  private leave(command: Command, place: number): Outcome {
    switch (command.tag) {
      case 'COMMIT':
      case 'PREPARE TRANSACTION':
        return this.end(command, place, () => this.commit())
      case 'ROLLBACK':
        return command.savepoint === undefined ? this.rollback(command, place) : this.rollbackTo(command.savepoint)
      case 'SAVEPOINT':
      case 'RELEASE':
        return this.keepSavepoint(command, place)
      default:
        this.parameters = parametersAfter(this.parameters, command, this.open !== undefined)
    }
    return { ends: false }
  }

  private end(command: TransactionControl, place: number, finish: () => void): Outcome {
    const wasExplicit = this.open !== undefined && this.open.kind !== 'implicit'
    finish()
    if (command.chain && wasExplicit) this.open = this.started('block', place + 1)
    return { ends: true }
  }

  private commit() {
    this.open = undefined
    this.parameters = parametersKept(this.parameters)
  }

  private rollback(command: TransactionControl, place: number): Outcome {
    const transaction = this.open
    if (!transaction) return { ends: true }
    return {
      resumes: transaction.first,
      ...this.end(command, place, () => {
        this.open = undefined
        this.parameters = transaction.before
      }),
    }
  }

  private rollbackTo(name: string): Outcome {
    const savepoints = this.open?.savepoints ?? []
    const index = savepoints.findLastIndex(savepoint => savepoint.name === name)
    const savepoint = savepoints[index]
    if (!this.open || !savepoint) return this.withoutSavepoint()
    this.open = { ...this.open, savepoints: savepoints.slice(0, index + 1) }
    this.parameters = savepoint.parameters
    return { ends: false, resumes: savepoint.place }
  }

  /** A savepoint needs a block: an implicit transaction has none (sql-savepoint.html). */
  private keepSavepoint({ tag, savepoint: name }: TransactionControl, place: number): Outcome {
    const open = this.open
    if (!open || open.kind === 'implicit' || name === undefined) return { ends: false }
    if (tag === 'SAVEPOINT') {
      this.open = { ...open, savepoints: [...open.savepoints, { name, place, parameters: this.parameters }] }
      return { ends: false }
    }
    const index = open.savepoints.findLastIndex(savepoint => savepoint.name === name)
    if (index < 0) return this.withoutSavepoint()
    this.open = { ...open, savepoints: open.savepoints.slice(0, index) }
    return { ends: false }
  }

  private withoutSavepoint(): Outcome {
    const isSure = this.open && this.open.kind !== 'implicit' && !this.open.mayHaveOthers
    return { ends: false, ...(isSure && { lacksSavepoint: true }) }
  }
}

/** What a statement does to its transaction. */
type Outcome = Pick<Placement, 'ends' | 'resumes' | 'lacksSavepoint'>

/** Returns for each statement which of the section's queries it shares with others; undefined where it has one to itself. */
function sharedQueries({ statements, queries }: Section): readonly (number | undefined)[] {
  if (queries.length === 0) return []
  const found = statements.map(({ span }) =>
    queries.findIndex(query => query.start <= span.start && span.end <= query.end),
  )
  const counts = new Map<number, number>()
  for (const query of found) counts.set(query, (counts.get(query) ?? 0) + 1)
  return found.map(query => (query >= 0 && (counts.get(query) as number) > 1 ? query : undefined))
}
