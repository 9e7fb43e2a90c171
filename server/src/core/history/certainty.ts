import type { Catalog } from '../postgres/catalog'
import { clouded, doubting } from '../postgres/doubts'
import type { History } from './history'
import type { Direction, Migration } from './migration'
import { isSplit } from './pairing'

/**
 * Returns whether a statement of a migration may turn out to fail: not where the migration has run. A migration before the
 * last version is taken to have run where nobody said what has; a down whose up nobody sees, or that undoes another part than its
 * own, cannot be judged.
 */
export function mayFail(history: History, migration: Migration, direction: Direction): boolean {
  if (migration.repeatable || migration.baseline || isOpaque(migration)) return false
  if (direction === 'down') {
    if (isSplit(migration, history)) return false
    return migration.direction !== 'down' || history.upOf(migration.path) !== undefined
  }
  const state = history.stateOf(migration.path)
  return state === 'unknown' ? isNewest(history, migration) : state !== 'applied'
}

/**
 * Returns whether what a migration runs is more than its statements: templates with branches, placeholders, files that psql
 * includes.
 */
export function isOpaque(migration: Migration): boolean {
  const known = opaque.get(migration)
  if (known !== undefined) return known
  const { text } = migration
  const hasTemplates = text.includes('{{') || text.includes('{%') || (text.includes('\\') && metaCommand.test(text))
  const is = hasTemplates || (mayHavePlaceholders.test(text) && migration.placeholders.size > 0)
  opaque.set(migration, is)
  return is
}

/** All but those that change no more than what psql prints, its variables and the rows of a table (app-psql.html). */
const metaCommand =
  /^[ \t]*\\(?!(?:set(?![ \t]+AUTOCOMMIT)|unset|echo|qecho|warn|timing|pset|x|copy|encoding|restrict|unrestrict)(?![a-z]))[a-z]/m

/** Most texts have none, and need not be read for that. */
const mayHavePlaceholders = /\$\{|\$%|(?<!:):[A-Za-z_'"{]/

const opaque = new WeakMap<Migration, boolean>()

/** Returns the catalog after something that nobody sees: the same one for the same catalog. */
export function afterUnseen(catalog: Catalog): Catalog {
  const known = unseen.get(catalog) ?? clouded(catalog)
  unseen.set(catalog, known)
  return known
}

const unseen = new WeakMap<Catalog, Catalog>()

/**
 * Returns the catalog after the up, which nobody sees, of a down: it did something with all that the down names. The same one
 * for the same catalog and down.
 */
export function afterUnseenUp(catalog: Catalog, down: Migration): Catalog {
  const known = unseenUps.get(catalog)
  if (known?.down === down) return known.after
  const commands = down.sections.flatMap(({ statements }) => statements.map(({ command }) => command))
  const isFollowed = commands.length > 0 && commands.every(command => command && !untold.has(command.tag))
  const after = isFollowed
    ? commands.reduce((result, command) => (command ? doubting(result, command) : result), catalog)
    : afterUnseen(catalog)
  unseenUps.set(catalog, { down, after })
  return after
}

const unseenUps = new WeakMap<Catalog, { readonly down: Migration; readonly after: Catalog }>()

/** Statements that do not name all that they change. */
const untold: ReadonlySet<string> = new Set(['DO', 'SELECT', 'CALL', 'EXECUTE', 'OTHER'])

/** What a fix creates does not make a migration older. */
function isNewest({ migrations, framework, source: { created } }: History, { version }: Migration): boolean {
  const newest = migrations.findLast(
    ({ direction, repeatable, path }) => direction !== 'down' && !repeatable && !created?.has(path),
  )
  return newest !== undefined && framework.compareVersions(newest.version, version) <= 0
}
