import { replacementsBetween } from '../changes'
import { inLineEndingOf } from '../edits'
import type { Edit, NewFile, Safety } from '../finding'
import type { FollowUp } from '../history/frameworks/framework'
import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import { onceForEach } from '../history/numbering'
import type { Step, Transaction } from '../history/steps'
import { sessionAfter } from '../history/transactions'
import { downSteps, laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { reshapes, takesFrom } from '../judgement/dependence'
import { laterHere, laterNaming, statementsUp } from '../judgement/later'
import { shortTimeouts } from '../judgement/short-timeouts'
import type { Catalog } from '../postgres/catalog'
import type { Command } from '../sql/commands'
import type { Span } from '../text'
import { type About, inTheWay } from './behind'
import {
  cutStatement,
  fenceAround,
  fenced,
  joined,
  leaving,
  lineOf,
  removedStatement,
  replacement,
  statementsAfter,
  statementsBefore,
} from './edits'
import { missed, restBehind } from './rest-behind'
import { withhold, withReason } from './withheld'

/** The edits that bring statements into the transaction they need. */
export interface Placed {
  readonly edits: readonly Edit[]
  readonly creates?: readonly NewFile[]
  /** Ends a fix's title: ``, ` after the transaction`, ` in a new migration`. */
  readonly where: string
  /** Set where a person has to decide whether one transaction may become several. */
  readonly safety?: 'review'
}

/** What undoes a statement that moves to a new migration: it moves from the down of this version, where that has it. */
export interface Undo {
  readonly matches: (command: Command, catalog: Catalog) => boolean
  /** Edits inside the statement found, as it moves. */
  readonly changes?: (step: Step) => readonly Edit[]
  /** The statement for a down that has none. */
  readonly otherwise: string
  /** What takes the place of the statement found: it undoes what the up still does. */
  readonly leaves?: string
}

export interface Move {
  /** Names the new migration, in snake_case. */
  readonly title: string
  readonly undo?: Undo
  /** Whether a later statement of the section needs this one to have run. */
  readonly neededBy?: (step: Step) => Need
  /** A new migration comes last, behind all that later ones do with these. */
  readonly about: About
  /** Whether the statement has semicolons inside: a tool that cuts at them needs to be told where it ends. */
  readonly isBlock?: boolean
  /** What the statement does CONCURRENTLY afterwards: short timeouts are lifted for it. */
  readonly concurrently?: 'wait' | 'build'
  /** Returns statements that hold from here until what follows has run, and those that end them. */
  readonly meanwhile?: () => { readonly set: readonly string[]; readonly reset: readonly string[] }
}

/**
 * Returns the edits that make the statement, with `changes` made in it, run outside any transaction block: in place where
 * it does already or the tool has a marker for it, after COMMIT, or in a new migration. Undefined where the tool has no way.
 */
export function outsideTransaction(context: RuleContext, changes: readonly Edit[], move: Move): Placed | undefined {
  const { transaction, steps } = context
  if (context.inside) return withhold(inBody)
  const alone = steps.length === 1
  const whole = move.isBlock && (alone || transaction.kind !== 'tool') ? sentWhole(context) : []
  if (!whole) return undefined
  const inPlace = [...whole, ...(move.isBlock ? fenced(context, changes) : changes)]
  if (!transaction.isBlock) return { edits: withoutTimeouts(context, inPlace, move), where: '' }
  if (transaction.kind === 'tool' && alone) {
    const marker = withoutTransaction(context)
    if (marker) return { ...marker, edits: joined([...marker.edits, ...inPlace]), where: '' }
  }
  if (context.direction === 'down') return withhold('Nothing of a down moves to another migration.')
  return behind(context, changes, move, false, () => outsideBehind(context, changes, inPlace, move))
}

function outsideBehind(
  context: RuleContext,
  changes: readonly Edit[],
  inPlace: readonly Edit[],
  move: Move,
): Placed | undefined {
  const block = blockAroundAll(1, context)
  if (block) return { edits: [...block.map(removedStatement), ...inPlace], where: ' without BEGIN and COMMIT' }
  const { edit, text } = cutStatement(context, changes)
  const commit = commitAfterLast(context)
  if (commit) return afterCommit(context, commit, [edit, text], changes, move)
  return newMigrations(
    context,
    [{ title: move.title, up: [text], down: undoneBy(context, move.undo), transaction: false }],
    [edit],
    move.about,
  )
}

/**
 * Returns the edits of `place`, which brings a statement behind all that follows; where that needs it or is in its way, those that
 * let it come before what follows, each in a transaction of its own: `transaction` says whether the tool opens one around it.
 */
export function behind(
  context: RuleContext,
  changes: readonly Edit[],
  move: Move,
  transaction: boolean,
  place: () => Placed | undefined,
): Placed | undefined {
  const { neededBy } = move
  const { result: isIn, why } = withReason(() => neededBy !== undefined && isNeeded(context, neededBy))
  if (!isIn) return place()
  const { result: placed, why: other } = withReason(() => withRestBehind(context, changes, move, transaction))
  return placed ?? withhold(other ?? why ?? '')
}

function withRestBehind(
  context: RuleContext,
  changes: readonly Edit[],
  move: Move,
  isTransaction: boolean,
): Placed | undefined {
  const { transaction, section, steps, index, migration } = context
  const inPlace = move.isBlock ? fenced(context, changes) : changes
  if (transaction.kind === 'block')
    return section.transaction === 'own' ? betweenBlocks(context, inPlace, move) : undefined
  const rest = restBehind(context, move.title)
  if (!rest) return undefined
  const where = ' in a new migration, and what follows in another'
  if (index > 0) {
    const { edit, text } = cutStatement(context, changes)
    const { set, reset } = move.meanwhile?.() ?? nothingMeanwhile
    const part = { title: move.title, up: [text], down: undoneBy(context, move.undo), transaction: isTransaction }
    const { up, down } = rest.part
    const undo = { ...down, text: [down.text, ...set].filter(one => one !== '').join('\n') }
    const parts = [part, { ...rest.part, up: [...up, ...reset], down: undo }]
    const cut = set.length === 0 ? edit : leaving(context, edit, set.join('\n'))
    const placed = newMigrations(context, parts, [cut, rest.cut], { tables: [] })
    return placed && { ...placed, where, safety: 'review' }
  }
  const alone = migration.text.slice(0, rest.cut.span.start) + migration.text.slice(rest.cut.span.end)
  const marker =
    transaction.kind === 'tool'
      ? withoutTransaction(context, alone, [rest.cut, ...rest.part.down.edits])
      : { edits: [] }
  if (!marker || steps.length < 2) return undefined
  const whole = move.isBlock ? sentWhole(context) : []
  if (!whole) return undefined
  const edits = joined([...marker.edits, ...whole, ...inPlace, rest.cut])
  const placed = newMigrations(context, [rest.part], edits, { tables: [] })
  const creates = [...(marker.creates ?? []), ...(placed?.creates ?? [])]
  return placed && { ...placed, creates, where: ', and what follows in a new migration', safety: 'review' }
}

const nothingMeanwhile = { set: [], reset: [] }

/** COMMIT before the statement, and BEGIN behind it, written as the block's own. */
function betweenBlocks(context: RuleContext, inPlace: readonly Edit[], move: Move): Placed | undefined {
  const { steps, index, transaction } = context
  const first = steps.indexOf(transaction.first)
  const commit = commitOf(context)
  const reason = missed(context, first)
  if (reason !== undefined || !commit) return reason === undefined ? undefined : withhold(reason)
  const { set, reset } = move.meanwhile?.() ?? nothingMeanwhile
  const before = index - 1 === first && set.length === 0
  const edits = [
    ...(before ? [removedStatement(transaction.first)] : statementsBefore(context, [...set, 'COMMIT;'])),
    ...inPlace,
    ...statementsAfter(context, [`${transaction.first.statement.text};`]),
    ...(reset.length === 0 ? [] : statementsBefore(commit, reset)),
  ]
  return { edits, where: ' between two transactions', safety: 'review' }
}

/** Most fixes put something before, behind or instead of a statement of the file: in a body they would mean something else. */
export const inBody = 'The fix is for a statement that stands by itself, and this one stands in a body.'

/** Returns BEGIN and COMMIT around all else, `count` statements, of a section around which no tool opens a transaction. */
export function blockAroundAll(count: number, { steps, section }: RuleContext): readonly Step[] | undefined {
  const [begin, commit] = [steps[0], steps.at(-1)]
  if (steps.length !== count + 2 || section.transaction === 'tool') return undefined
  if (!begin || commit?.command?.tag !== 'COMMIT' || commit.command.chain) return undefined
  return begin.command?.tag === 'BEGIN' || begin.command?.tag === 'START TRANSACTION' ? [begin, commit] : undefined
}

/**
 * Returns the edits with which the tool leaves a body whole that stands here; none where it does without, undefined where it would
 * cut it up all the same. Statements that commit one by one would become one transaction.
 */
export function sentWhole(context: RuleContext): readonly Edit[] | undefined {
  const { migration, section, steps, direction } = context
  if (!isCutUp(context)) return []
  const isOne = section.transaction === 'tool' || steps.length === 1
  const edits = isOne
    ? migration.framework.sentWhole?.(migration.path, migration.text, direction, section.span.start)
    : undefined
  return edits ?? withhold(cutsUp(context))
}

/** Whether the tool would cut a body up that stood here as the section is. */
const isCutUp = (context: RuleContext): boolean =>
  context.migration.framework.sentWhole !== undefined && !isFenced(context)

const cutsUp = ({ migration }: RuleContext): string =>
  `${migration.framework.name} cuts bodies at their semicolons here.`

/** Fences do not stand in one another. */
export const isFenced = ({ section, statement: { span } }: RuleContext): boolean =>
  section.queries.some(({ start, end }) => start <= span.start && span.end <= end)

/** What makes a tool run a migration outside a transaction. */
export type Marker = Pick<Placed, 'edits' | 'creates'>

/**
 * Returns the tool's own marker for a section without a transaction, in the file or beside it; undefined where it has none, or
 * where it would also take the transaction from around several statements of the other direction. `text` is what the
 * migration will be by then, and `cuts` take statements away.
 */
export function withoutTransaction(
  { history, migration, direction, section }: RuleContext,
  text = migration.text,
  cuts: readonly Edit[] = [],
): Marker | undefined {
  const { framework, path } = migration
  const undoing = direction === 'up' ? history.downOf(path) : history.upOf(path)
  const isCut = (file: string, { start, end }: Span) =>
    cuts.some(cut => cut.path === file && cut.span.start <= start && end <= cut.span.end)
  const others = [migration, undoing].flatMap(
    one =>
      one?.sections.flatMap(other =>
        other.direction === direction ? [] : [other.statements.filter(({ span }) => !isCut(one.path, span))],
      ) ?? [],
  )
  if (framework.marksWholeFile && others.some(({ length }) => length > 1)) return undefined
  const edits = framework.withoutTransaction?.(path, text, direction, section.span.start)
  const { markerFile } = framework
  if (!edits || !markerFile) return edits && { edits }
  const beside = markerFile.path(path)
  const files = changesTo(history, [{ path: beside, text: markerFile.text(history.source.files.get(beside)) }])
  return { edits: [...edits, ...files.edits], creates: files.creates }
}

/** Returns what makes the tool run another statement alone in the place of this one, outside a transaction; undefined where it cannot. */
export function markerForOther(other: string, context: RuleContext): Marker | undefined {
  const { migration, transaction, steps, statement } = context
  if (!transaction.isBlock) return { edits: [] }
  if (transaction.kind !== 'tool' || steps.length > 1) return undefined
  const { start, end } = statement.span
  const text = migration.text.slice(0, start) + other.slice(0, -1) + migration.text.slice(end)
  const marker = withoutTransaction(context, text)
  // What stands behind the statement would have moved.
  return marker?.edits.every(({ path, span }) => path !== migration.path || span.end <= start) ? marker : undefined
}

/** Returns the files that are not there to be created, and edits that give the others their new texts. */
function changesTo(
  { source }: History,
  files: readonly NewFile[],
): { edits: readonly Edit[]; creates: readonly NewFile[] } {
  const edits = files.flatMap(({ path, text }) => {
    const existing = source.files.get(path)
    if (existing === undefined) return []
    // What is added at the end comes behind every other edit of the file.
    const end = { start: existing.length, end: existing.length }
    if (text.startsWith(existing)) return [{ path, span: end, text: text.slice(existing.length) }]
    return replacementsBetween(existing, text).map(change => ({ path, ...change }))
  })
  return { edits, creates: files.filter(({ path }) => !source.files.has(path)) }
}

/** A fix that makes the tool run CONCURRENTLY is for a person to look at where the tool has to be prepared for that. */
export const safetyOfConcurrently = ({ migration }: RuleContext): Safety =>
  migration.framework.concurrentlyNeeds === undefined ? 'safe' : 'review'

/**
 * Returns the edits that run `statements` in a transaction after this statement's: next to it where it commits by itself,
 * after COMMIT, or in the following migration. Undefined where there is no such place.
 */
export function laterTransaction(
  context: RuleContext,
  statements: readonly string[],
  { title, about, down = nothingToUndo }: Pick<Move, 'title' | 'about'> & { readonly down?: Down },
  edits: readonly Edit[],
): Placed | undefined {
  if (context.transaction.kind === 'own' && !isInQuery(context)) {
    return { edits: [...edits, ...statementsAfter(blockAround(context), statements)], where: '' }
  }
  const commit = context.section.transaction === 'own' ? commitOf(context) : undefined
  if (commit) return { edits: [...edits, ...statementsAfter(commit, statements)], where: ' after COMMIT' }
  return newMigrations(context, [{ title, up: statements, down, transaction: true }], edits, about)
}

/** Whether what is put after the statement goes to the server in the same query, and so in one transaction with it. */
const isInQuery = (context: RuleContext): boolean =>
  !fenceAround(context) &&
  context.section.queries.some(
    ({ start, end }) => start <= context.statement.span.start && context.statement.span.end <= end,
  )

/** Returns the DO block that a statement stands in, or the statement itself. */
export const blockAround = (context: RuleContext): Step => (context.inside && context.steps[context.index]) || context

export interface Part {
  readonly title: string
  readonly up: readonly string[]
  readonly down: Down
  readonly transaction: boolean
  /** Whether nobody may see the database between two of its statements. */
  readonly isAtOnce?: boolean
}

/**
 * Returns the edits that run parts one after the other, each in transactions of its own: behind the statement where it commits
 * by itself, after COMMIT, or in new migrations. Undefined where there is no such place.
 */
export function inSteps(
  context: RuleContext,
  parts: readonly Part[],
  edits: readonly Edit[],
  about: About,
): Placed | undefined {
  const { transaction, section, migration } = context
  const statements = parts.flatMap(({ up }) => up)
  const { fence } = migration.framework
  const withFences = statements.map(text =>
    fence && /^DO\b/.test(text) ? `${fence.before}\n${text}\n${fence.after}` : text,
  )
  if (transaction.kind === 'own' && statements.some(text => text.includes('$$')) && isCutUp(context))
    return withhold(cutsUp(context))
  if (transaction.kind === 'own') return { edits: [...edits, ...statementsAfter(context, withFences)], where: '' }
  const commit = section.transaction === 'own' ? commitOf(context) : undefined
  if (commit) return { edits: [...edits, ...statementsAfter(commit, withFences)], where: ' after COMMIT' }
  return newMigrations(context, parts, edits, about)
}

/** What undoes a new migration, and the edits that take it out of the down where it stood before. */
export interface Down {
  readonly edits: readonly Edit[]
  readonly text: string
}

const nothingToUndo: Down = { edits: [], text: '' }

/**
 * Returns the files of new migrations that run one after the other, after all there are; `edits` change this one. Undefined
 * where the tool's files cannot be named, or where a later migration has to do with what they are `about`.
 */
export function newMigrations(
  context: RuleContext,
  parts: readonly Part[],
  edits: readonly Edit[],
  about: About,
): Placed | undefined {
  const { history, migration } = context
  const { framework, source } = history
  const moved = parts.flatMap(({ up }) => up).join('\n')
  if (isTooLate(context, about, moved, edits)) return undefined
  const deciding = context.steps.slice(0, context.index).find(decidesNames)
  if (deciding)
    return withhold(`A new migration would not have the ${deciding.command?.tag} of line ${lineOf(deciding)}.`)
  const taking = laterSteps(context).find(step => !isTakenOut(step, edits) && takesFrom(step, moved))
  if (taking) return withhold(`It cannot come later: line ${lineOf(taking)} drops what it needs.`)
  const { taken, hasDowns } = namesOf(history)
  const files = new Map<string, string>()
  const downs: Edit[] = []
  let after = migration.path
  for (const part of parts) {
    const made = framework.followUp?.({
      after,
      taken: files.size === 0 ? taken : [...taken, ...[...files.keys()].filter(path => !source.files.has(path))],
      hasDowns,
      title: snakeCase(part.title),
      up: part.up.join('\n'),
      down: part.down.text,
      transaction: part.transaction,
      isAtOnce: part.isAtOnce,
      text: migration.text,
      read: path => files.get(path) ?? source.files.get(path),
      runner: source.runner()?.transaction,
    })
    const [first] = made ?? []
    if (!made || !first) return withhold(cannotMake(part, context))
    downs.push(...part.down.edits)
    for (const { path, text } of made) files.set(path, inLineEndingOf(source.files.get(path) ?? migration.text, text))
    after = first.path
  }
  const made = changesTo(
    history,
    [...files].map(([path, text]) => ({ path, text })),
  )
  return {
    edits: [...edits, ...downs, ...made.edits],
    creates: made.creates,
    where: parts.length > 1 ? ' in new migrations' : ' in a new migration',
  }
}

/** A new migration runs in a session of its own: under another search_path or role its names could mean something else. */
const decidesNames = ({ command }: Step): boolean => {
  const names = command?.tag === 'SELECT' ? command.parameters.map(({ name }) => name) : []
  if (command?.tag === 'SET') names.push(command.parameter)
  return names.some(name => name === 'search_path' || name === 'role' || name === 'session_authorization')
}

/** The tool has no form for it, or no name. */
function cannotMake({ transaction }: Part, { history: { framework, migrations, source } }: RuleContext): string {
  const never = transaction ? undefined : framework.onlyInTransaction?.(migrations)
  if (never) return never.why
  if (!transaction && source.runner()?.transaction === 'file')
    return 'The program that runs the files here opens a transaction around each.'
  if (!framework.followUp) return `${framework.name} makes its migrations by itself: a fix cannot add one.`
  return 'The names of the files here do not tell what a new migration is called.'
}

/** Whether a statement needs another one to have run before, or what it does that is in the way. */
export type Need = boolean | string

/** Returns whether a later statement of the section needs this one to have run, which is then why it cannot come later. */
export function isNeeded(context: RuleContext, needs: (step: Step) => Need): boolean {
  for (const step of laterSteps(context)) {
    const need = needs(step)
    if (need === false) continue
    const does = need === true ? 'names the same table' : need
    withhold(`It cannot move behind line ${lineOf(step)}: that ${step.command?.tag ?? 'statement'} ${does}.`)
    return true
  }
  return false
}

const isTakenOut = ({ migration, statement }: Step, edits: readonly Edit[]): boolean =>
  edits.some(
    ({ path, span }) => path === migration.path && span.start <= statement.span.start && statement.span.end <= span.end,
  )

const isChanged = ({ migration, statement }: Pick<Step, 'migration' | 'statement'>, edits: readonly Edit[]): boolean =>
  edits.some(
    ({ path, span }) => path === migration.path && statement.span.start <= span.start && span.end <= statement.span.end,
  )

/** Some tools call every file `up.sql`. */
const relativePath = (path: string, { history: { source } }: RuleContext): string =>
  path.startsWith(`${source.path}/`) ? path.slice(source.path.length + 1) : path

/**
 * Returns whether a later changeset of the file or a later migration does what must not come before the statements that move; what
 * `edits` change there does it no more.
 */
function isTooLate(context: RuleContext, about: About, moved: string, edits: readonly Edit[]): boolean {
  const concerned = `${moved}\n${context.statement.text}`
  const names = [...about.tables, ...(about.names ?? []), ...(about.reads ?? []), ...(about.replaces ?? [])]
  const places = [context.migration, ...laterNaming(context, names)]
  for (const migration of places) {
    const isHere = migration === context.migration
    for (const statement of isHere ? laterHere(context) : statementsUp(migration)) {
      if (isChanged({ migration, statement }, edits)) continue
      const does = inTheWay({ statement, command: statement.command }, about, concerned)
      if (does === undefined) continue
      const line = lineOf({ migration, statement })
      const place = isHere ? `line ${line}` : `${relativePath(migration.path, context)}:${line}`
      const isPending = !isHere && context.history.stateOf(migration.path) === 'pending'
      const advice = isPending ? ' That has not run yet: by hand, a migration can be put before it.' : ''
      withhold(`It cannot move behind ${place}: that ${statement.command?.tag ?? 'statement'} ${does}.${advice}`)
      return true
    }
  }
  return false
}

/** Names may hold anything, and what stands for a placeholder. */
const snakeCase = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')

const namesOf = ({ migrations }: History): Pick<FollowUp, 'taken' | 'hasDowns'> => naming(migrations)

const naming = onceForEach((migrations: readonly Migration[]) => ({
  taken: migrations.map(({ path }) => path),
  hasDowns: migrations.some(({ direction }) => direction === 'down'),
}))

/** Looks for the statement that undoes in the down of the same version; takes it out there, so that it is undone once. */
export function undoneBy(context: RuleContext, undo: Undo | undefined): Down {
  if (!undo) return nothingToUndo
  const downs = downSteps(context)
  for (const [place, step] of downs.entries()) {
    if (!step.command || !undo.matches(step.command, step.before)) continue
    const { edit, text } = cutStatement(step, undo.changes?.(step) ?? [])
    // It runs before the rest of the down then, under the names that the up leaves.
    const table = tableOf(step.command)
    const isElse = table !== undefined && downs.slice(0, place).some(other => reshapes(other, table))
    if (isElse && undo.otherwise !== '' && undo.leaves === undefined) {
      const other = replacement(step, { start: 0, end: step.statement.text.length }, undo.otherwise.replace(/;$/, ''))
      return { edits: [edit], text: cutStatement(step, [other]).text }
    }
    return { edits: [undo.leaves === undefined ? edit : leaving(step, edit, undo.leaves)], text }
  }
  return { edits: [], text: undo.otherwise }
}

const tableOf = (command: Command): string | undefined => {
  if (command.tag === 'CREATE INDEX') return command.table.name
  return command.tag === 'ALTER TABLE' ? command.relation.name : undefined
}

/** The COMMIT of this statement's transaction block. */
export function commitOf(context: RuleContext): Step | undefined {
  if (context.transaction.kind !== 'block') return undefined
  const commit = laterSteps(context).find(step => isTransactionEnd(step))
  return commit?.command?.tag === 'COMMIT' && !commit.command.chain ? commit : undefined
}

const isTransactionEnd = (step: Step) =>
  step.command?.tag === 'COMMIT' || step.command?.tag === 'ROLLBACK' || step.command?.tag === 'PREPARE TRANSACTION'

/** The COMMIT right after this statement, where what follows it runs outside a transaction block. */
function commitAfterLast(context: RuleContext): Step | undefined {
  const commit = context.section.transaction === 'own' ? commitOf(context) : undefined
  return commit && commit === context.steps[context.index + 1] ? commit : undefined
}

function afterCommit(
  context: RuleContext,
  commit: Step,
  [cut, text]: [Edit, string],
  changes: readonly Edit[],
  move: Move,
): Placed {
  const begin = context.steps[context.index - 1]
  const isOnly = begin?.command?.tag === 'BEGIN' || begin?.command?.tag === 'START TRANSACTION'
  const next = context.steps[context.steps.indexOf(commit) + 1]
  const parameters = next?.transaction.parameters ?? sessionAfter(context.section, new Map())
  const { lift, restore } = timeoutsOf({ parameters }, move)
  if (begin && isOnly && lift.length === 0) {
    return {
      edits: [removedStatement(begin), ...changes, removedStatement(commit)],
      where: ' without BEGIN and COMMIT',
    }
  }
  return { edits: [cut, ...statementsAfter(commit, [...lift, text, ...restore])], where: ' after COMMIT' }
}

/** The edits, and those that lift the timeouts in force for what the statement then does CONCURRENTLY. */
function withoutTimeouts(context: RuleContext, edits: readonly Edit[], move: Move): readonly Edit[] {
  const { lift, restore } = timeoutsOf(context.transaction, move)
  if (lift.length === 0) return edits
  return [...statementsBefore(context, lift), ...edits, ...statementsAfter(context, restore)]
}

function timeoutsOf(
  transaction: Pick<Transaction, 'parameters'>,
  { concurrently }: Move,
): { lift: readonly string[]; restore: readonly string[] } {
  const timeouts = concurrently ? shortTimeouts(transaction, concurrently) : []
  return { lift: timeouts.map(({ lift }) => lift), restore: timeouts.map(({ restore }) => restore) }
}
