import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import { downSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import { rewritingIn, type Target } from '../judgement/target'
import { key } from '../postgres/catalog'
import { nameOfAdded } from '../postgres/names'
import type { AlterRelation, Command } from '../sql/commands'
import type { ConstraintDefinition } from '../sql/parts'
import { quoted } from '../sql/quote'
import { type Token, tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { type About, needsUnique } from './behind'
import {
  cutStatement,
  cutSubcommand,
  insertion,
  leaving,
  replacement,
  statementsAfter,
  statementsBefore,
  written,
} from './edits'
import { aboutIndex, changesTable, dropsIndexOf, mayNeedUnique } from './indexes'
import { notNullParts } from './not-null-steps'
import {
  commitOf,
  type Down,
  isNeeded,
  markerForOther,
  type Need,
  newMigrations,
  type Part,
  type Placed,
  safetyOfConcurrently,
  type Undo,
  undoneBy,
  withoutTransaction,
} from './placement'
import { restBehind } from './rest-behind'
import { unusedName } from './unused-name'
import { isRewrittenAnyway, none, withhold, withReason } from './withheld'

/**
 * Returns the fix that builds the index of a UNIQUE or PRIMARY KEY constraint with CONCURRENTLY and then makes the constraint
 * of it. The index bears the constraint's name, which is what PostgreSQL would have called it. `nullable` are columns that have
 * to be NOT NULL before.
 */
export function builtConcurrently(
  alter: AlterRelation,
  place: number,
  definition: ConstraintDefinition,
  target: Target,
  context: RuleContext,
  nullable: readonly string[] = [],
): Fix[] {
  if (target.table?.kind === 'partitioned table')
    return none('A constraint of a partitioned table cannot use an index that is there.')
  const clauses = clausesOf(definition, context)
  // A name that the same statement frees is taken until it has run.
  const replaces = alter.subcommands.some(other => other.kind === 'DROP CONSTRAINT')
  const isExchange = replaces && isPlainExchange(alter, definition) && nullable.length === 0
  const isOfNewColumn = alter.subcommands.some(
    other => other.kind === 'ADD COLUMN' && definition.columns.includes(other.column.name.name),
  )
  if (replaces && !isExchange) return none(takesItsPlace)
  if (isOfNewColumn) return none('The same statement adds the column: add that before, in a statement of its own.')
  if (alter.ifExists) return none('IF EXISTS may skip the statement, and CREATE INDEX would fail then.')
  if (rewritingIn(alter, context).length > 0) return none(isRewrittenAnyway)
  if (!clauses) return none('A constraint that uses an index cannot say all that this one says.')

  const name = nameOfAdded(context.catalog, alter, definition)
  if (name === undefined) return []
  const index = isExchange ? unusedName([name], 'new', context, other => isTaken(other, target, context)) : name
  const table = written(context, alter.relation.span)
  const method = clauses.nullsNotDistinct ? ' NULLS NOT DISTINCT' : ''
  const build = `CREATE UNIQUE INDEX CONCURRENTLY ${quoted(index)} ON ${table} ${written(context, clauses.index)}${method};`
  const changes = [
    ...(definition.name ? [] : [insertion(context, definition.span.start, `CONSTRAINT ${quoted(name)} `)]),
    replacement(context, clauses.replaced, ` USING INDEX ${quoted(index)}`),
  ]
  const made = { alter, place, name, index, isExchange, table, build, changes, definition }
  const placed = nullable.length > 0 ? placedProof(made, nullable, context) : placedBuild(made, context)
  return placed
    ? [
        {
          title: `${nullable.length > 0 ? 'Prove NOT NULL, build' : 'Build'} the index concurrently, then ${isExchange ? 'exchange the constraints' : 'add the constraint'}${placed.where}`,
          safety: nullable.length > 0 ? 'review' : safetyOfConcurrently(context),
          ...placed,
        },
      ]
    : []
}

/** NOT NULL is proven first: else the primary key would read every row for that. */
function placedProof(made: Build, columns: readonly string[], context: RuleContext): Placed | undefined {
  const { alter, build, changes, table, name } = made
  const { transaction, section } = context
  const isTold = (step: Step) => dropsIndexOf(step, alter.relation.name) || mentions(step, alter.relation.name)
  const isUndone = ({ command, before }: Step) => command !== undefined && dropConstraint(made).matches(command, before)
  const rest = restOf(made, context)
  if (!rest) return undefined
  if (downSteps(context).some(step => isTold(step) && !isUndone(step)))
    return withhold('The down does more with the table than dropping the constraint.')
  const proof = notNullParts(alter.relation, table, columns, context)
  const statements = [...proof.flatMap(({ up }) => up), build]
  if (transaction.kind === 'own') {
    return { edits: [...statementsBefore(context, statements), ...changes], where: '' }
  }
  const add = addedByItself(made, context)
  const commit = section.transaction === 'own' ? commitOf(context) : undefined
  if (commit) {
    return { edits: [...add.cut, ...statementsAfter(commit, [...statements, add.statement])], where: ' after COMMIT' }
  }
  const [first, ...others] = proof
  // The proof takes its place where the down can say so.
  const isAlone = alter.subcommands.length === 1 && downSteps(context).some(isUndone)
  const { length } = context.statement.text
  const here = isAlone ? [replacement(context, { start: 0, end: length }, first.up.join('\n').slice(0, -1))] : add.cut
  const parts: Part[] = [
    ...(isAlone ? others : proof),
    { title: `build_${name}`, up: [build], down: { edits: [], text: dropIndex(made) }, transaction: false },
    {
      title: `add_${name}`,
      up: [add.statement],
      down: undoneWithIndex(made, context, isAlone ? first.down.text : undefined),
      transaction: true,
    },
  ]
  const about = aboutKey(made, context)
  return withRest(rest, newMigrations(context, [...parts, ...rest.parts], [...here, ...rest.edits], about))
}

interface RestOf {
  readonly parts: readonly Part[]
  readonly edits: readonly Edit[]
}

/** What follows where it needs the constraint, or is in its way: it comes after it in a migration of its own. Undefined where it cannot. */
function restOf(made: Build, context: RuleContext): RestOf | undefined {
  const { result: isIn, why } = withReason(() => isNeeded(context, step => standsOn(step, made, context)))
  if (!isIn) return { parts: [], edits: [] }
  // A file in which nothing is left is no migration.
  const leaves = context.index > 0 || (made.alter.subcommands.length > 1 && !made.isExchange)
  const canPart = context.transaction.kind !== 'block' && leaves
  const { result: rest, why: other } = withReason(() => canPart && restBehind(context, `add_${made.name}`))
  return rest ? { parts: [rest.part], edits: [rest.cut] } : withhold(other ?? why ?? '')
}

const withRest = ({ parts }: RestOf, placed: Placed | undefined): Placed | undefined =>
  parts.length === 0 || !placed
    ? placed
    : { ...placed, where: ' in new migrations, and what follows in another', safety: 'review' }

function aboutKey({ alter, name, isExchange, definition: { kind, columns } }: Build, context: RuleContext): About {
  const about = aboutIndex(alter.relation, name, { columns, unique: true, isPrimary: kind === 'PRIMARY KEY' }, context)
  return isExchange ? { ...about, frees: [alter.relation.name] } : about
}

/** One that has a name, and others that go; the index is renamed when they are gone (sql-altertable.html). */
const isPlainExchange = ({ subcommands }: AlterRelation, definition: ConstraintDefinition): boolean =>
  definition.name !== undefined &&
  subcommands.filter(({ kind }) => kind !== 'DROP CONSTRAINT').length === 1 &&
  subcommands.every(other => other.kind !== 'DROP CONSTRAINT' || !other.cascade)

const isTaken = (index: string, { table }: Target, { catalog }: RuleContext): boolean =>
  catalog.relations.has(key(table?.schema ?? 'public', index))

const takesItsPlace =
  'The same statement drops a constraint: build the index before it, under a name of its own, and say USING INDEX here.'

interface Build {
  readonly alter: AlterRelation
  readonly place: number
  readonly definition: ConstraintDefinition
  /** Of the constraint. */
  readonly name: string
  /** The index's name until the constraint has it, which gives it its own. */
  readonly index: string
  /** Whether the statement drops the constraint whose place it takes: the two stay together. */
  readonly isExchange: boolean
  readonly table: string
  /** CREATE UNIQUE INDEX. */
  readonly build: string
  /** What makes the constraint use the index. */
  readonly changes: readonly Edit[]
}

function placedBuild(made: Build, context: RuleContext): Placed | undefined {
  const { alter, build, changes } = made
  const { transaction, steps, section } = context
  const here = [...statementsBefore(context, [build]), ...changes]
  if (transaction.kind === 'own') return { edits: here, where: '' }
  if (transaction.kind === 'tool' && steps.length === 1 && section.queries.length === 0) {
    const marker = withoutTransaction(context)
    if (marker) return { ...marker, edits: [...marker.edits, ...here], where: '' }
  }
  const rest = restOf(made, context)
  if (!rest) return undefined

  const downs = downSteps(context)
  if (made.isExchange && downs.length > 0 && !downs.some(({ command }) => isOpposite(command, made)))
    return withhold('The down does not drop the constraint again.')

  const add = addedByItself(made, context)
  const about = aboutKey(made, context)
  const attach = (leaves?: string): Part => ({
    title: `${made.isExchange ? 'exchange' : 'add'}_${made.name}`,
    up: [add.statement],
    down: made.isExchange ? undoneExchange(made, context, leaves) : undoneWithIndex(made, context, leaves),
    transaction: true,
  })
  const isAlone = alter.subcommands.length === 1 || made.isExchange
  const marker = isAlone ? markerForOther(build, context) : undefined
  if (marker) {
    const inPlace = { path: context.migration.path, span: context.statement.span, text: build.slice(0, -1) }
    const edits = [...marker.edits, inPlace]
    const placed = newMigrations(context, [attach(`DROP INDEX IF EXISTS ${indexOf(made)};`)], edits, about)
    return placed && { ...placed, creates: [...(marker.creates ?? []), ...(placed.creates ?? [])] }
  }
  const commit = section.transaction === 'own' ? commitOf(context) : undefined
  if (commit) return { edits: [...add.cut, ...statementsAfter(commit, [build, add.statement])], where: ' after COMMIT' }
  const first: Part = {
    title: `build_${made.name}`,
    up: [build],
    down: { edits: [], text: dropIndex(made) },
    transaction: false,
  }
  return withRest(rest, newMigrations(context, [first, attach(), ...rest.parts], [...add.cut, ...rest.edits], about))
}

function standsOn(step: Step, { alter, name, definition, isExchange }: Build, mover: Pick<Step, 'statement'>): Need {
  const table = alter.relation.name
  if (isExchange && mentions(step, table)) return true
  if (mentions(step, name)) return `names "${name}"`
  if (dropsIndexOf(step, table)) return 'may drop the index that the constraint replaces'
  if (reshapes(step, table, mover)) return changesTable
  const isPrimary = definition.kind === 'PRIMARY KEY'
  return needsUnique(step, { table, columns: definition.columns, isPrimary }) && mayNeedUnique
}

/** The statement that adds the constraint alone, and the edits that take it out of where it stands. */
function addedByItself(
  { alter, place, changes, table, definition, isExchange }: Build,
  context: RuleContext,
): {
  statement: string
  cut: Edit[]
} {
  if (alter.subcommands.length === 1 || isExchange) {
    const { edit, text } = cutStatement(context, changes)
    return { statement: text, cut: [edit] }
  }
  const clause = changedText(context, definition.span, changes)
  return { statement: `ALTER TABLE ${table} ADD ${clause};`, cut: cutSubcommand(context, alter, place) }
}

function changedText(context: RuleContext, span: Span, changes: readonly Edit[]): string {
  const offset = context.statement.span.start
  let text = written(context, span)
  for (const { span: part, text: replaced } of [...changes].sort((a, b) => b.span.start - a.span.start)) {
    text = text.slice(0, part.start - offset - span.start) + replaced + text.slice(part.end - offset - span.start)
  }
  return text
}

const dropConstraint = ({ table, name }: Build): Undo => ({
  matches: command =>
    command.tag === 'ALTER TABLE' &&
    command.subcommands.length === 1 &&
    command.subcommands[0]?.kind === 'DROP CONSTRAINT' &&
    command.subcommands[0].constraint.name === name,
  otherwise: `ALTER TABLE ${table} DROP CONSTRAINT ${quoted(name)};`,
})

/**
 * A constraint takes its index along, which the migration before made: another is built, without a wait for those who read, and
 * takes its place.
 */
function undoneWithIndex(made: Build, context: RuleContext, leaves?: string): Down {
  const { edits, text } = undoneAmongOthers(made, context) ?? undoneBy(context, { ...dropConstraint(made), leaves })
  const build = made.build.replace(' CONCURRENTLY', '')
  const spare = unusedName([made.name], 'spare', context)
  return {
    edits,
    text: [
      '-- The constraint takes its index along: writes wait until another is built.',
      build.replace(quoted(made.name), quoted(spare)),
      text,
      `ALTER INDEX ${indexOf({ ...made, index: spare })} RENAME TO ${quoted(made.name)};`,
    ].join('\n'),
  }
}

/** What the down does instead moves, and another index waits there for the next time. */
function undoneExchange(made: Build, context: RuleContext, leaves?: string): Down {
  const undoing = downSteps(context).filter(({ command }) => isOpposite(command, made) || addsBack(command, made))
  const [first] = undoing
  if (!first) return { edits: [], text: '' }
  const cuts = undoing.map(step => cutStatement(step))
  const [edit, ...others] = cuts.map(cut => cut.edit) as [Edit, ...Edit[]]
  const build = made.build.replace(' CONCURRENTLY', '')
  const why = '-- The constraint takes its index along: writes wait until another is built.'
  return {
    edits: [leaves === undefined ? edit : leaving(first, edit, leaves), ...others],
    text: [...cuts.map(({ text }) => text), why, build].join('\n'),
  }
}

const isOpposite = (command: Command | undefined, { alter, name }: Build): boolean =>
  command?.tag === 'ALTER TABLE' &&
  command.relation.name === alter.relation.name &&
  command.subcommands.some(other => other.kind === 'DROP CONSTRAINT' && other.constraint.name === name)

/** Whether a statement makes a constraint again that the up drops. */
const addsBack = (command: Command | undefined, { alter }: Build): boolean =>
  command?.tag === 'ALTER TABLE' &&
  command.relation.name === alter.relation.name &&
  command.subcommands.some(
    other =>
      other.kind === 'ADD CONSTRAINT' &&
      alter.subcommands.some(
        dropped => dropped.kind === 'DROP CONSTRAINT' && dropped.constraint.name === other.constraint.name?.name,
      ),
  )

/** Of an ALTER TABLE in the down that does more than dropping the constraint, this alone moves. */
function undoneAmongOthers(made: Build, context: RuleContext): Down | undefined {
  for (const step of downSteps(context)) {
    const { command } = step
    if (command?.tag !== 'ALTER TABLE' || command.subcommands.length < 2) continue
    const at = command.subcommands.findIndex(
      subcommand => subcommand.kind === 'DROP CONSTRAINT' && subcommand.constraint.name === made.name,
    )
    if (at >= 0) return { edits: cutSubcommand(step, command, at), text: dropConstraint(made).otherwise }
  }
  return undefined
}

/** The index of a constraint that is gone already went with it. */
const dropIndex = (made: Build): string => `DROP INDEX CONCURRENTLY IF EXISTS ${indexOf(made)};`

/** An index lives in the schema of its table. */
const indexOf = ({ alter, index }: Build): string =>
  alter.relation.schema ? `${quoted(alter.relation.schema)}.${quoted(index)}` : quoted(index)

interface Clauses {
  /** `(a, b) INCLUDE (c)`: what goes to the index. */
  readonly index: Span
  readonly nullsNotDistinct: boolean
  /** From the end of UNIQUE to the end of what goes to the index. */
  readonly replaced: Span
}

/** Reads what follows UNIQUE or PRIMARY KEY; undefined where something would be lost (WITH, USING INDEX TABLESPACE, WITHOUT OVERLAPS). */
function clausesOf(definition: ConstraintDefinition, { statement }: RuleContext): Clauses | undefined {
  const tokens = tokensOf(statement.text).filter(
    ({ start, end }) => start >= definition.keywords.end && end <= definition.span.end,
  )
  if (tokens.some(({ kind }) => kind === 'comment')) return undefined
  const columns = group(
    tokens,
    tokens.findIndex(({ text }) => text === '('),
  )
  if (!columns || tokens.some(({ text }) => text === 'WITHOUT')) return undefined
  const include = tokens[columns.next]?.text === 'INCLUDE' ? group(tokens, columns.next + 1) : undefined
  const rest = tokens.slice(include?.next ?? columns.next)
  if (!rest.every(({ text }) => deferring.has(text))) return undefined
  const index = { start: columns.start, end: include?.end ?? columns.end }
  return {
    index,
    nullsNotDistinct: definition.nullsNotDistinct,
    replaced: { start: definition.keywords.end, end: index.end },
  }
}

const deferring = new Set(['NOT', 'DEFERRABLE', 'INITIALLY', 'DEFERRED', 'IMMEDIATE'])

/** The brackets that open at token `at`, and the index of the token after them. */
function group(tokens: readonly Token[], at: number): (Span & { next: number }) | undefined {
  const first = tokens[at]
  const last = tokens.findIndex((token, index) => index > at && token.text === ')')
  const close = tokens[last]
  return first?.text === '(' && close ? { start: first.start, end: close.end, next: last + 1 } : undefined
}
