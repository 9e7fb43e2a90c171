import { apply } from '../postgres/apply'
import type { Catalog } from '../postgres/catalog'
import type { Command } from '../sql/commands'
import type { Migration, Section } from './migration'
import { type Placement, placements } from './transactions'

/** The catalog before each statement of a section, and after the last. */
export interface Folded {
  readonly section: Section
  readonly placements: readonly Placement[]
  readonly before: readonly Catalog[]
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
  const result = foldedAnew(migration, direction, start)
  memory.set(migration, { start, folded: result })
  return result
}

/** Returns the catalog after the sections of one direction. */
export const catalogAfter = (migration: Migration, direction: 'up' | 'down', start: Catalog): Catalog =>
  folded(migration, direction, start).at(-1)?.after ?? start

interface Memory {
  readonly start: Catalog
  readonly folded: readonly Folded[]
}

const ups = new WeakMap<Migration, Memory>()
const downs = new WeakMap<Migration, Memory>()

function foldedAnew(migration: Migration, direction: 'up' | 'down', start: Catalog): readonly Folded[] {
  const result: Folded[] = []
  let number = 1
  let catalog = start
  for (const section of migration.sections) {
    const placed = placements(section, number)
    number = Math.max(number, 1 + placed.reduce((most, placement) => Math.max(most, placement.number), 0))
    if (section.direction !== direction) continue
    const one = foldedSection(migration, section, placed, catalog)
    result.push(one)
    catalog = one.after
  }
  return result
}

function foldedSection(migration: Migration, section: Section, placed: readonly Placement[], start: Catalog): Folded {
  const before: Catalog[] = []
  /** The search path that outlives the transaction, before each statement. */
  const paths: Catalog['searchPath'][] = []
  let catalog = start
  let path = start.searchPath
  section.statements.forEach(({ command }, place) => {
    const { number, ends, resumes } = placed[place] as Placement
    before.push(catalog)
    paths.push(path)
    if (resumes !== undefined) {
      catalog = before[resumes] as Catalog
      path = paths[resumes] as Catalog['searchPath']
      return
    }
    if (command) {
      const isLocal = setsLocally(command)
      const changed = withSettings(
        apply(catalog, command, { birth: { migration: migration.path, transaction: number } }),
        command,
      )
      if (changed.searchPath !== catalog.searchPath && !isLocal) path = changed.searchPath
      catalog = isLocal && !placed[place]?.isBlock ? catalog : changed
    }
    const isLast = ends || placed[place + 1]?.number !== number
    if (isLast && catalog.searchPath !== path) catalog = { ...catalog, searchPath: path }
  })
  // The next migration starts a session of its own.
  const after = catalog.searchPath === start.searchPath ? catalog : { ...catalog, searchPath: start.searchPath }
  return { section, placements: placed, before, after }
}

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
