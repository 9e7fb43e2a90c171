import { apply } from '../postgres/apply'
import { withInner } from '../postgres/apply/bodies'
import { type Catalog, relationNamed } from '../postgres/catalog'
import { type Effects, effectsOf } from '../postgres/effects'
import { calleeOf, callsIn } from '../postgres/routines'
import type { Command } from '../sql/commands'
import { spanOutside } from '../sql/excerpt'
import type { Call, Name } from '../sql/parts'
import type { Body, BodyStatement, CreateRoutine } from '../sql/routine-commands'
import type { Statement } from '../sql/statements'
import { type Span, shifted } from '../text'
import type { Direction, Migration, Section } from './migration'
import { type Parameters, parametersInside } from './parameters'
import type { Step, Transaction } from './steps'
import type { End, Hold, Release } from './timeline'
import type { Work } from './work'

/** A statement in a body that another statement runs. */
export interface InnerStep extends Step {
  readonly inside: BodyStatement
  /** The function or procedure that it stands in; absent in a DO block. */
  readonly routine?: CreateRoutine
  /** Returns where a span of its command stands in the file; undefined where it stands in an earlier file. */
  readonly placeOf: (span: Span) => Span | undefined
}

/**
 * Returns the statements that a step runs besides itself, in order: those in its DO block, in the functions and procedures that
 * it calls, and in what those run. Not those of triggers. `postgres` is the major version. Each body is read once.
 */
export function stepsInside(step: Step, postgres: number): readonly InnerStep[] {
  const { command } = step
  if (!command || (command.tag !== 'DO' && callsIn(command).length === 0)) return []
  const known = memory.get(step)
  if (known) return known
  const walk = new Walk(step, postgres)
  const base = step.statement.span.start
  walk.follow(command, step.before, span => shifted(span, base), undefined)
  memory.set(step, walk.found)
  return walk.found
}

const memory = new WeakMap<Step, readonly InnerStep[]>()

type PlaceOf = InnerStep['placeOf']

/** Beyond that nobody reads a list; what more a body does is in the effects of the whole. */
const most = 500

class Walk {
  readonly found: Inner[] = []
  private readonly ran = new Set<CreateRoutine>()
  private parameters: Parameters

  constructor(
    private readonly step: Step,
    private readonly postgres: number,
  ) {
    const { parameters } = step.transaction
    this.parameters = { session: parameters, now: parameters }
  }

  /** Adds what a command runs; `placeOf` is for spans of the command. */
  follow(command: Command, catalog: Catalog, placeOf: PlaceOf, routine: CreateRoutine | undefined) {
    if (command.tag === 'DO') {
      const { statements = [], calls = [] } = command
      this.run({ statements, calls }, catalog, placeOf, routine)
    }
    for (const call of callsIn(command)) this.call(call, catalog)
  }

  /** What is set for a statement counts from the next one on: the time runs since the outer one began (test/postgres/timeouts.test.ts). */
  private parametersHere(): ReadonlyMap<string, string> {
    const outer = this.step.transaction.parameters
    if (this.parameters.now === outer) return outer
    const name = 'statement_timeout'
    const inside = [...this.parameters.now].filter(([set]) => set !== name)
    return new Map([...inside, ...[...outer].filter(([set]) => set === name)])
  }

  private call(call: Call, catalog: Catalog) {
    const callee = calleeOf(catalog, call)
    if (!callee || 'unknown' in callee || this.ran.has(callee.routine)) return
    const { routine, body } = callee
    this.ran.add(routine)
    const base = placeIn(this.step.migration, routine)
    this.run(body, catalog, span => (base === undefined ? undefined : shifted(span, base)), routine)
  }

  private run(
    { statements, calls }: Pick<Body, 'statements' | 'calls'>,
    start: Catalog,
    placeOf: PlaceOf,
    routine: CreateRoutine | undefined,
  ) {
    let catalog = start
    for (const call of calls) this.call(call, catalog)
    for (const inside of statements) {
      if (this.found.length >= most) return
      const { migration, transaction } = this.step
      const birth = { migration: migration.path, transaction: transaction.number }
      const at = { birth, conditional: inside.conditional, postgres: this.postgres }
      const after = withInner(catalog, inside.command, at, inside.guard, apply)
      const placeOfOwn: PlaceOf = span => placeOf(spanIn(inside, span))
      this.found.push(
        new Inner(this.step, inside, catalog, after, this.postgres, placeOfOwn, routine, this.parametersHere()),
      )
      this.parameters = parametersInside(this.parameters, inside, true)
      this.follow(inside.command, catalog, placeOfOwn, routine)
      catalog = after
    }
  }
}

/** Where a span of an inner command stands in the outer statement. */
const spanIn = ({ excerpt, span }: BodyStatement, own: Span): Span =>
  excerpt ? spanOutside(excerpt, own) : shifted(own, span.start)

/** Where the statement that creates a routine starts in the file, if it is one of this migration's. */
function placeIn({ sections }: Migration, routine: CreateRoutine): number | undefined {
  for (const { statements } of sections)
    for (const { command, span } of statements) if (command === routine) return span.start
  return undefined
}

class Inner implements InnerStep {
  private known: Effects | undefined
  private own: Statement | undefined
  private ownTransaction: Transaction | undefined

  constructor(
    private readonly outer: Step,
    readonly inside: BodyStatement,
    readonly before: Catalog,
    readonly after: Catalog,
    private readonly postgres: number,
    readonly placeOf: PlaceOf,
    readonly routine: CreateRoutine | undefined,
    private readonly parameters: ReadonlyMap<string, string>,
  ) {}

  get migration(): Migration {
    return this.outer.migration
  }

  get section(): Section {
    return this.outer.section
  }

  get direction(): Direction {
    return this.outer.direction
  }

  get command(): Command {
    return this.inside.command
  }

  /** One that stands in an earlier file bears the place of the statement that runs it. */
  get statement(): Statement {
    this.own ??= this.statementInFile()
    return this.own
  }

  private statementInFile(): Statement {
    const { command, excerpt, span } = this.inside
    const length = excerpt ? excerpt.text.length : span.end - span.start
    const place = this.placeOf({ start: 0, end: length })
    const written = place && this.migration.text.slice(place.start, place.end)
    const text = excerpt?.text ?? written ?? this.routine?.code?.text.slice(...offsetsIn(this.routine, span)) ?? ''
    return { text, command, span: place ?? this.outer.statement.span, terminated: false }
  }

  /** Whether it fails is a matter of the outer statement. */
  get effects(): Effects {
    const { postgres, before, command, parameters } = this
    const settings = { postgres, runs: true, migration: this.migration.path }
    this.known ??= effectsOf(command, before, settings, parameters)
    return this.known
  }

  get transaction(): Transaction {
    this.ownTransaction ??= new InnerTransaction(this.outer, this.before, this.parameters)
    return this.ownTransaction
  }
}

const offsetsIn = ({ code }: CreateRoutine, { start, end }: Span): [number, number] => [
  start - (code?.start ?? 0),
  end - (code?.start ?? 0),
]

/** That of the outer statement: a function runs in the transaction of whoever calls it (plpgsql-structure.html). */
class InnerTransaction implements Transaction {
  /** What refuses a transaction block refuses to run in a body too: proven in test/postgres. */
  readonly isBlock = true

  constructor(
    private readonly outer: Step,
    private readonly before: Catalog,
    readonly parameters: ReadonlyMap<string, string>,
  ) {}

  get kind(): Transaction['kind'] {
    return this.outer.transaction.kind
  }

  get number(): number {
    return this.outer.transaction.number
  }

  get first(): Step {
    return this.outer.transaction.first
  }

  get held(): readonly Hold[] {
    return this.outer.transaction.held
  }

  get doubts(): readonly Step[] {
    return this.outer.transaction.doubts
  }

  get end(): End {
    return this.outer.transaction.end
  }

  get work(): Work | undefined {
    return this.outer.transaction.work
  }

  get over(): readonly Work[] {
    return this.outer.transaction.over
  }

  get released(): readonly Release[] {
    return this.outer.transaction.released
  }

  created(name: Name): boolean {
    const born = relationNamed(this.before, name)?.born
    return born?.migration === this.outer.migration.path && born.transaction === this.number
  }
}
