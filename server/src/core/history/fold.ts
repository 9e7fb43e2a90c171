import { apply } from '../postgres/apply'
import type { Birth, Catalog } from '../postgres/catalog'
import { clouded } from '../postgres/doubts'
import { failureOf } from '../postgres/failures'
import { withFailed } from '../postgres/failures/aftermath'
import { newestPostgres } from '../settings'
import type { Command } from '../sql/commands'
import type { Statement } from '../sql/statements'
import { afterUnseen, isOpaque } from './certainty'
import type { Migration, Section } from './migration'
import { type Placement, placements } from './transactions'

/**
 * Returns what the sections of one direction do to a catalog, in order. Remembered by the migration for the catalog it
 * started from, so that asking again costs nothing.
 */
export function folded(migration: Migration, direction: 'up' | 'down', start: Catalog): readonly Fold[] {
  const memory = direction === 'up' ? ups : downs
  const known = memory.get(migration)
  if (known?.start === start) return known.folds
  const seed = seeds.get(memory)?.get(migration) ?? []
  seeds.get(memory)?.delete(migration)
  const folds = foldedAnew(migration, direction, start, seed)
  memory.set(migration, { start, folds })
  return folds
}

/** Returns the catalog after the sections of one direction. */
export const catalogAfter = (migration: Migration, direction: 'up' | 'down', start: Catalog): Catalog =>
  folded(migration, direction, start).at(-1)?.after ?? start

/**
 * Lets `next`, the same file with another text, start from what is known of `previous`: up to the first statement that
 * differs, nothing has to be applied again.
 */
export function foldLike(next: Migration, previous: Migration): void {
  for (const memory of [ups, downs]) {
    const known = memory.get(previous)?.folds ?? seeds.get(memory)?.get(previous)
    if (known) seeds.get(memory)?.set(next, known)
  }
}

interface Memory {
  readonly start: Catalog
  readonly folds: readonly Fold[]
}

const ups = new WeakMap<Migration, Memory>()
const downs = new WeakMap<Migration, Memory>()

/** By memory, the migrations that were not folded yet and what their predecessors came to. */
const seeds = new Map([ups, downs].map(memory => [memory, new WeakMap<Migration, readonly Fold[]>()]))

function foldedAnew(
  migration: Migration,
  direction: 'up' | 'down',
  start: Catalog,
  seed: readonly Fold[],
): readonly Fold[] {
  const folds: Fold[] = []
  let number = 1
  for (const section of migration.sections) {
    const placed = placements(section, number)
    number = placed.reduce((most, placement) => Math.max(most, placement.number + 1), number)
    if (section.direction !== direction) continue
    const catalog = folds.at(-1)?.after ?? start
    const earlier = seed[folds.length]
    const same = earlier?.start === catalog && earlier.isOpaque === isOpaque(migration) ? earlier : undefined
    folds.push(new Fold(migration.path, section, placed, catalog, isOpaque(migration), same))
  }
  return folds
}

/** What is known between two statements. */
export interface Point {
  readonly catalog: Catalog
  /** The search path that outlives the transaction. */
  readonly path: Catalog['searchPath']
}

/** The points of neighbouring statements, as far as somebody asked for them. */
interface Stretch {
  readonly first: number
  readonly points: Point[]
}

/** In statements. */
const stretchLength = 64

/** So many stretches are kept whole: most sections altogether, and of a long one what is asked for at a time. */
const mostStretches = 8

/**
 * What the statements of a section do to the catalog. Worked out when somebody asks, and of a long section only some of it
 * is kept: catalogs between thousands of statements are many times the file. Asking in the order of the statements applies
 * each of them once.
 */
export class Fold {
  /** Before the first statement of each stretch. */
  private readonly entries: Point[]
  /** The latest that somebody asked for last. */
  private readonly stretches: Stretch[]
  /** Where rollbacks return to, by place. */
  private readonly returns: Map<number, Point>
  /** After the last statement. */
  private end: Point | undefined
  private result: Catalog | undefined
  /** By transaction: one for all that it makes, in every text of the section. */
  private readonly births: Map<number, Birth>

  /** `seed` is the fold of an earlier text from the same start: up to the first statement that differs they are one. */
  constructor(
    private readonly migration: string,
    readonly section: Section,
    readonly placements: readonly Placement[],
    readonly start: Catalog,
    /** Whether it runs more than these statements. */
    readonly isOpaque: boolean,
    seed?: Fold,
  ) {
    if (!seed) {
      this.entries = [{ catalog: start, path: start.searchPath }]
      this.stretches = []
      this.returns = new Map()
      this.births = new Map()
      return
    }
    const known = sameSteps(section, placements, seed)
    this.entries = seed.entries.slice(0, 1 + Math.floor(known / stretchLength))
    this.stretches = seed.stretches
      .filter(({ first }) => first <= known)
      .map(({ first, points }) => ({ first, points: points.slice(0, known - first + 1) }))
    this.returns = new Map([...seed.returns].filter(([place]) => place <= known))
    this.births = seed.births
    if (known === section.statements.length && known === seed.section.statements.length) {
      this.end = seed.end
      this.result = seed.result
    }
  }

  /** Returns what is known before the statement at `place`. */
  before(place: number): Point {
    const { first, points } = this.stretchOf(place)
    for (let next = first + points.length; next <= place; next++) {
      points.push(this.pointAfter(points[next - first - 1] as Point, next - 1))
    }
    return points[place - first] as Point
  }

  /** What the next migration starts from: it has a session of its own. */
  get after(): Catalog {
    this.result ??= this.resultOf(this.last.catalog)
    return this.result
  }

  private resultOf(catalog: Catalog): Catalog {
    const { searchPath } = this.start
    const certain = this.isOpaque || catalog.doubts?.failed ? afterUnseen(catalog) : catalog
    return certain.searchPath === searchPath ? certain : { ...certain, searchPath }
  }

  private get last(): Point {
    const count = this.section.statements.length
    this.end ??= count === 0 ? (this.entries[0] as Point) : this.pointAfter(this.before(count - 1), count - 1)
    return this.end
  }

  private stretchOf(place: number): Stretch {
    const index = Math.floor(place / stretchLength)
    const first = index * stretchLength
    const known = this.stretches.find(stretch => stretch.first === first)
    if (known) return known
    for (let next = this.entries.length; next <= index; next++) {
      const place = next * stretchLength - 1
      this.entries.push(this.pointAfter(this.before(place), place))
    }
    const stretch = { first, points: [this.entries[index] as Point] }
    this.stretches.push(stretch)
    if (this.stretches.length > mostStretches) this.stretches.shift()
    return stretch
  }

  private pointAfter(before: Point, place: number): Point {
    const { command, problem } = this.section.statements[place] as Statement
    const { number, ends, resumes, isBlock } = this.placements[place] as Placement
    if (resumes !== undefined) return this.returnTo(resumes)
    let { catalog, path } = before
    if (command) {
      const isLocal = setsLocally(command)
      const changed = withSettings(this.applied(catalog, command, number), command)
      if (changed.searchPath !== catalog.searchPath && !isLocal) path = changed.searchPath
      catalog = isLocal && !isBlock ? catalog : changed
    }
    if (problem) catalog = clouded(catalog)
    const isLast = ends || this.placements[place + 1]?.number !== number
    if (isLast && catalog.searchPath !== path) catalog = { ...catalog, searchPath: path }
    return { catalog, path }
  }

  private applied(catalog: Catalog, command: Command, transaction: number): Catalog {
    const at = { birth: this.birthIn(transaction) }
    const failure = this.isOpaque ? undefined : failureOf(command, catalog, { postgres: commonMajor })
    return failure ? withFailed(catalog, command, failure, at) : apply(catalog, command, at)
  }

  private returnTo(place: number): Point {
    const point = this.returns.get(place) ?? this.before(place)
    this.returns.set(place, point)
    return point
  }

  private birthIn(transaction: number): Birth {
    const birth = this.births.get(transaction) ?? { migration: this.migration, transaction }
    this.births.set(transaction, birth)
    return birth
  }
}

/** Which major version runs a statement makes hardly any difference to what it leaves; the newest knows all there is. */
const commonMajor = newestPostgres

/** Returns how many statements at the start are the same as in `seed` and run in the same transactions. */
function sameSteps({ statements }: Section, placed: readonly Placement[], seed: Fold): number {
  const { statements: others } = seed.section
  let same = 0
  while (same < statements.length && same < others.length) {
    if (others[same]?.text !== statements[same]?.text) break
    if (!isPlacedLike(placed[same], seed.placements[same])) break
    same++
  }
  // What comes after a statement depends on whether the next one is still in its transaction.
  return placed[same]?.number === seed.placements[same]?.number ? same : Math.max(0, same - 1)
}

const isPlacedLike = (a: Placement | undefined, b: Placement | undefined) =>
  a?.number === b?.number && a?.ends === b?.ends && a?.resumes === b?.resumes && a?.isBlock === b?.isBlock

const setsLocally = (command: Command) =>
  command.tag === 'SET'
    ? command.isLocal
    : command.tag === 'SELECT' && command.parameters.some(({ name, isLocal }) => isLocal && name === 'search_path')

/** `SELECT set_config('search_path', ...)`, as pg_dump writes it (functions-admin.html#FUNCTIONS-ADMIN-SET). */
function withSettings(catalog: Catalog, command: Command): Catalog {
  if (command.tag !== 'SELECT') return catalog
  return command.parameters
    .filter(({ name }) => name.toLowerCase() === 'search_path')
    .reduce(
      (result, { value, isLocal }) =>
        apply(result, { tag: 'SET', parameter: 'search_path', value, isLocal, keywords: command.keywords }),
      catalog,
    )
}
