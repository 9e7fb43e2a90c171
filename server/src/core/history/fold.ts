import { apply } from '../postgres/apply'
import type { Catalog } from '../postgres/catalog'
import type { Command } from '../sql/commands'
import type { Statement } from '../sql/statements'
import type { Migration, Section } from './migration'
import { type Placement, placements } from './transactions'

/** What the statements of a section do to the catalog. */
export interface Folded {
  readonly section: Section
  readonly placements: readonly Placement[]
  readonly before: readonly Catalog[]
  /** The search path that outlives the transaction, before each statement. */
  readonly paths: readonly Catalog['searchPath'][]
  /** After the last statement, in the same session. */
  readonly last: Catalog
  /** What the next migration starts from. */
  readonly after: Catalog
}

/**
 * Returns what the sections of one direction do to a catalog, in order. Remembered by the migration for the catalog it
 * started from, so that asking again costs nothing and yields the very same catalogs.
 */
export function folded(migration: Migration, direction: 'up' | 'down', start: Catalog): readonly Folded[] {
  const memory = direction === 'up' ? ups : downs
  const known = memory.get(migration)
  if (known?.start === start) return known.folded
  const seed = seeds.get(memory)?.get(migration) ?? []
  seeds.get(memory)?.delete(migration)
  const result = foldedAnew(migration, direction, start, seed)
  memory.set(migration, { start, folded: result })
  return result
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
    const known = memory.get(previous)?.folded ?? seeds.get(memory)?.get(previous)
    if (known) seeds.get(memory)?.set(next, known)
  }
}

interface Memory {
  readonly start: Catalog
  readonly folded: readonly Folded[]
}

const ups = new WeakMap<Migration, Memory>()
const downs = new WeakMap<Migration, Memory>()

/** By memory, the migrations that were not folded yet and what their predecessors came to. */
const seeds = new Map([ups, downs].map(memory => [memory, new WeakMap<Migration, readonly Folded[]>()]))

function foldedAnew(
  migration: Migration,
  direction: 'up' | 'down',
  start: Catalog,
  seed: readonly Folded[],
): readonly Folded[] {
  const result: Folded[] = []
  let number = 1
  let catalog = start
  for (const section of migration.sections) {
    const placed = placements(section, number)
    number = Math.max(number, 1 + placed.reduce((most, placement) => Math.max(most, placement.number), 0))
    if (section.direction !== direction) continue
    const one = foldedSection(migration, section, placed, catalog, seed[result.length])
    result.push(one)
    catalog = one.after
  }
  return result
}

function foldedSection(
  migration: Migration,
  section: Section,
  placed: readonly Placement[],
  start: Catalog,
  seed: Folded | undefined,
): Folded {
  const known = seed?.before[0] === start ? sameSteps(section, placed, seed) : 0
  const before = seed?.before.slice(0, known) ?? []
  const paths = seed?.paths.slice(0, known) ?? []
  let catalog = (known > 0 && seed ? (seed.before[known] ?? seed.last) : start) as Catalog
  let path = (
    known > 0 && seed ? (seed.paths[known] ?? seed.last.searchPath) : start.searchPath
  ) as Catalog['searchPath']
  for (let place = known; place < section.statements.length; place++) {
    const { command } = section.statements[place] as Statement
    const { number, ends, resumes, isBlock } = placed[place] as Placement
    before.push(catalog)
    paths.push(path)
    if (resumes !== undefined) {
      catalog = before[resumes] as Catalog
      path = paths[resumes] as Catalog['searchPath']
      continue
    }
    if (command) {
      const isLocal = setsLocally(command)
      const birth = { migration: migration.path, transaction: number }
      const changed = withSettings(apply(catalog, command, { birth }), command)
      if (changed.searchPath !== catalog.searchPath && !isLocal) path = changed.searchPath
      catalog = isLocal && !isBlock ? catalog : changed
    }
    const isLast = ends || placed[place + 1]?.number !== number
    if (isLast && catalog.searchPath !== path) catalog = { ...catalog, searchPath: path }
  }
  // The next migration starts a session of its own.
  const after = catalog.searchPath === start.searchPath ? catalog : { ...catalog, searchPath: start.searchPath }
  return { section, placements: placed, before, paths, last: catalog, after }
}

/** Returns how many statements at the start are the same as in `seed` and run in the same transactions. */
function sameSteps(section: Section, placed: readonly Placement[], seed: Folded): number {
  const { statements } = section
  let same = 0
  while (same < statements.length && same < seed.before.length) {
    const other = seed.section.statements[same]
    if (!other || other.text !== statements[same]?.text) break
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
