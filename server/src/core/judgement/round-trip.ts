import { catalogAfter } from '../history/fold'
import type { History } from '../history/history'
import type { Direction, Migration } from '../history/migration'
import { isSplit } from '../history/pairing'
import { type Step, stepsOf } from '../history/steps'
import { leastLikeness, likeness } from '../likeness'
import { type Catalog, constraintNamed, isIndex, tableAt } from '../postgres/catalog'
import { type Difference, differences } from '../postgres/differences'
import { words } from '../postgres/differences-in-words'
import { failureOf } from '../postgres/failures'
import type { Settings } from '../settings'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { type Miss, missesOf } from './misses'

/** A migration and the one that undoes it: often the same file. */
export interface Pair {
  readonly up: Migration
  readonly down: Migration
}

/** What is not as it was before the up once its down has run, and the statement that has to do with it. */
export interface Trace {
  readonly difference: Difference
  /** The last statement of the up about it; of the down, where the up has none. */
  readonly step: Step
  /** From the start of the statement: the name, where it stands there. */
  readonly at: Span
}

/** What a pair comes to. */
export interface RoundTrip {
  /** What the up alone does to the catalog. */
  readonly made: readonly Difference[]
  /** What the down leaves of it, and what the down does besides. */
  readonly left: readonly Trace[]
  /** Statements of the down that IF EXISTS lets pass although what they are to undo is left under another name. */
  readonly misses: readonly (Miss & { readonly meant: Difference })[]
}

/** Returns the pair that a migration belongs to; undefined where nothing undoes it alone, or it undoes nothing known. */
export function pairOf(migration: Migration, history: History): Pair | undefined {
  if (isSplit(migration, history)) return undefined
  const { path } = migration
  const up = history.upOf(path)
  const down = history.downOf(path)
  return up && down && up.direction !== 'down' && down.direction !== 'up' ? { up, down } : undefined
}

/**
 * Returns in words the first thing that the up of a migration changes for good; what was only made sure of does not count, nor rows,
 * nor that a constraint is validated, which does no harm and may be done twice (sql-altertable.html).
 */
export function firstChangeOf(up: Migration, history: History, settings: Settings): string | undefined {
  const before = history.before(up.path, 'up')
  const first = differences(before, catalogAfter(up, 'up', before)).find(
    ({ what, aspect }) => what !== 'label' && aspect !== 'validation',
  )
  if (first) return words(first)
  const step = stepsIn(up, 'up', history, settings).find(({ command }) => command && outsideCatalog.has(command.tag))
  return step && `what ${step.command?.tag} does`
}

/** What lasts, and our catalog does not keep. */
const outsideCatalog: ReadonlySet<string> = new Set([
  'CREATE ROLE',
  'ALTER ROLE',
  'GRANT',
  'REVOKE',
  'GRANT ROLE',
  'REVOKE ROLE',
  'ALTER DEFAULT PRIVILEGES',
  'CREATE PUBLICATION',
  'CREATE SUBSCRIPTION',
  'CREATE EVENT TRIGGER',
  'CREATE SERVER',
  'CREATE USER MAPPING',
])

/** Returns what a pair comes to; nothing where the down is empty, fails, or does what cannot be followed. */
export function roundTripOf(pair: Pair, history: History, settings: Settings): RoundTrip {
  const before = history.before(pair.up.path, 'up')
  const between = history.before(pair.down.path, 'down')
  const after = catalogAfter(pair.down, 'down', between)
  const known = memory.get(after)
  if (known?.before === before && known.up === pair.up && known.down === pair.down) return known.result
  const result = computed(pair, { before, between, after }, history, settings)
  memory.set(after, { ...pair, before, result })
  return result
}

const memory = new WeakMap<Catalog, Pair & { readonly before: Catalog; readonly result: RoundTrip }>()

/** Returns whether a statement leaves everything as it is: `SELECT 1` where a file may not be empty. */
export function doesNothing({ command }: Step): boolean {
  switch (command?.tag) {
    case 'SELECT':
      return [command.reads, command.writes, command.calls].every(({ length }) => length === 0)
    case 'BEGIN':
    case 'START TRANSACTION':
    case 'COMMIT':
    case 'SET':
      return true
    default:
      return false
  }
}

interface Catalogs {
  readonly before: Catalog
  readonly between: Catalog
  readonly after: Catalog
}

function computed(pair: Pair, catalogs: Catalogs, history: History, settings: Settings): RoundTrip {
  const { before, between, after } = catalogs
  const made = differences(before, between)
  const nothing: RoundTrip = { made, left: [], misses: [] }
  // Where the up does nothing, this is one step of several that go together.
  if (made.length === 0 || before.doubts?.since !== after.doubts?.since) return nothing
  const found = differences(before, after).filter(difference => isCertain(difference, catalogs))
  if (found.length === 0) return nothing
  const ups = stepsIn(pair.up, 'up', history, settings)
  const downs = stepsIn(pair.down, 'down', history, settings)
  if (downs.every(doesNothing)) return nothing
  if ([...ups, ...downs].some(({ command }) => command === undefined)) return nothing
  if (downs.some(({ command, before }) => command && failureOf(command, before, settings))) return nothing
  const left = found.flatMap(difference => leftBy(difference, ups, downs) ?? []).filter(trace => !isOfDetached(trace))
  const misses = matched(
    downs.flatMap(missesOf),
    left.filter(({ difference, step }) => difference.change === 'added' && step.direction === 'up'),
  )
  const meant = new Set(misses.map(miss => miss.meant))
  return { made, left: left.filter(({ difference }) => !meant.has(difference)), misses }
}

const stepsIn = (migration: Migration, wanted: Direction, history: History, settings: Settings): readonly Step[] =>
  stepsOf(history, migration, settings).filter(({ direction }) => direction === wanted)

/** PostgreSQL has no way to take a label from an enum (sql-altertype.html): nothing is said of those. */
function isCertain({ what, change, name, key, aspect }: Difference, { before, between, after }: Catalogs): boolean {
  // What the down writes otherwise may mean the same: PostgreSQL itself prints a query otherwise than it was written.
  if (aspect === 'query' && tableAt(between, key)?.query !== tableAt(after, key)?.query) return false
  if (what === 'label') return change === 'removed'
  // Nothing takes it back that a constraint is validated (sql-altertable.html), and nobody needs it.
  if (aspect === 'validation' && constraintNamed(tableAt(after, key), name)?.validated) return false
  // CASCADE takes views along by the names of columns, which may be those of another table.
  if (/view$/.test(what) && change !== 'changed' && before.doubts?.names.has(name)) return false
  if (after.doubts?.names.has(name) && !before.doubts?.names.has(name)) return false
  // What no statement made is a table that the history only heard of: it was there.
  if (change === 'added' && !parts.has(what) && !after.relations.get(key)?.born) return false
  return [before, between, after].every(catalog => catalog.relations.get(key)?.conditional !== true)
}

/** DETACH PARTITION ... CONCURRENTLY leaves a CHECK of the bound (sql-altertable.html), which only helps to attach it again. */
const isOfDetached = ({ difference: { what, change }, step: { command } }: Trace): boolean =>
  what === 'constraint' &&
  change === 'added' &&
  command?.tag === 'ALTER TABLE' &&
  command.subcommands.some(({ kind }) => kind === 'DETACH PARTITION')

/** What the up drops and the down makes again otherwise is the down's. */
function leftBy(difference: Difference, ups: readonly Step[], downs: readonly Step[]): Trace | undefined {
  const up = traceOf(difference, ups)
  if (!up && !traceOf(difference, downs)) return traceOfWhole(difference, ups, downs)
  const isRemade = difference.change === 'changed' && up && changesIn(up, difference).includes('removed')
  if (up && !isRemade) return up
  const down = traceOf(difference, downs)
  if (!down || isRemade || difference.change !== 'removed') return down
  // What goes with something else (foreign keys with the index they need) may stay in PostgreSQL, or fail.
  const isMeant = isNamedIn(down.step, difference.name) || 'cascade' in (down.step.command ?? {})
  return isMeant && !ups.some(step => isNamedIn(step, difference.name)) ? down : undefined
}

function traceOf(difference: Difference, steps: readonly Step[]): Trace | undefined {
  const step = steps.findLast(step => stepDifferences(step).some(other => isAbout(other, difference)))
  return step && { difference, step, at: tokenNamed(step, difference.name) ?? keywordsOf(step) }
}

/** What comes and goes with its table or its column: with the statement that makes it, or takes it along. */
function traceOfWhole(difference: Difference, ups: readonly Step[], downs: readonly Step[]): Trace | undefined {
  const isThere = (catalog: Catalog) => has(catalog, difference)
  const isLast = ({ before, after }: Step) =>
    difference.change === 'removed' ? isThere(before) && !isThere(after) : !isThere(before) && isThere(after)
  const step = (difference.change === 'removed' ? undefined : downs.findLast(isLast)) ?? ups.findLast(isLast)
  if (!step) return undefined
  const relation = step.before.relations.get(difference.key) ?? step.after.relations.get(difference.key)
  const owner = isIndex(relation) ? relation.table : difference.key
  const table = owner.slice(owner.indexOf('.') + 1)
  const at = tokenNamed(step, difference.name) ?? tokenNamed(step, table) ?? keywordsOf(step)
  return { difference, step, at }
}

function has(catalog: Catalog, { what, key, name }: Difference): boolean {
  const table = tableAt(catalog, key)
  const isNamed = (part: { readonly name: string }) => part.name === name
  switch (what) {
    case 'column':
      return table?.columns.some(isNamed) ?? false
    case 'constraint':
      return table?.constraints.some(isNamed) ?? false
    case 'trigger':
      return table?.triggers.some(isNamed) ?? false
    case 'policy':
      return table?.policies?.some(isNamed) ?? false
    case 'rule':
      return table?.rules?.some(isNamed) ?? false
    default:
      return catalog.relations.has(key)
  }
}

const changesIn = ({ step }: Trace, difference: Difference): string[] =>
  stepDifferences(step).flatMap(other => (isAbout(other, difference) ? [other.change] : []))

function stepDifferences(step: Step): readonly Difference[] {
  const known = differencesOfSteps.get(step) ?? differences(step.before, step.after)
  differencesOfSteps.set(step, known)
  return known
}

const differencesOfSteps = new WeakMap<Step, readonly Difference[]>()

const isAbout = (one: Difference, other: Difference): boolean =>
  one.key === other.key &&
  one.name === other.name &&
  (one.what === other.what || (isRelation(one) && isRelation(other))) &&
  (one.aspect === other.aspect || one.change !== 'changed' || other.change !== 'changed')

const parts: ReadonlySet<string> = new Set([
  'column',
  'constraint',
  'trigger',
  'policy',
  'rule',
  'type',
  'label',
  'function',
])

const isRelation = ({ what }: Difference): boolean => !parts.has(what)

const isNamedIn = (step: Step, name: string): boolean => tokenNamed(step, name) !== undefined

/** Where a statement names it. */
function tokenNamed({ statement }: Step, name: string): Span | undefined {
  const token = tokensOf(statement.text).find(
    ({ kind, text }) =>
      (kind === 'word' && text.toLowerCase() === name) ||
      (kind === 'quoted identifier' && text.slice(1, -1).replaceAll('""', '"') === name),
  )
  return token && { start: token.start, end: token.end }
}

const keywordsOf = ({ command, statement }: Step): Span => command?.keywords ?? { start: 0, end: statement.text.length }

/** Each miss with what it most probably means: the same name of another kind, or the same kind and nearly the same name. */
function matched(misses: readonly Miss[], left: readonly Trace[]): (Miss & { readonly meant: Difference })[] {
  const open = new Set(left.map(({ difference }) => difference))
  return misses.flatMap(miss => {
    const alike = [...open].filter(difference => likenessOf(miss, difference) >= leastLikeness)
    const [meant] = alike.toSorted((a, b) => likenessOf(miss, b) - likenessOf(miss, a))
    if (!meant) return []
    open.delete(meant)
    return [{ ...miss, meant }]
  })
}

/** From 0 to 1. */
function likenessOf(miss: Miss, { name, what }: Difference): number {
  if (miss.what === what) return likeness(miss.name, name)
  return miss.name === name ? 1 : 0
}
