import { nameOf } from '../text'
import type { Migration } from './migration'
import { onceForEach } from './numbering'

/** Orders versions: 0 for the two directions of one migration. */
type CompareVersions = (a: string, b: string) => number

/**
 * Returns the place of the migration whose up the one at `place` undoes: itself where both directions stand in one file, else
 * of its version, next to it where several share the number. `migrations` are in the order of a history.
 */
export function placeOfUp(
  migrations: readonly Migration[],
  place: number,
  compareVersions: CompareVersions,
): number | undefined {
  const down = migrations[place] as Migration
  if (down.direction !== 'down') return place
  return placeOfOther(migrations, place, -1, compareVersions)
}

/** Returns the place of the migration that undoes the up of the one at `place`: itself, or a down of its version. */
export function placeOfDown(
  migrations: readonly Migration[],
  place: number,
  compareVersions: CompareVersions,
): number | undefined {
  const up = migrations[place] as Migration
  if (up.direction !== 'up') return place
  const found = placeOfOther(migrations, place, 1, compareVersions)
  // A down of the same number may be that of another up beside it.
  return found !== undefined && placeOfUp(migrations, found, compareVersions) === place ? found : undefined
}

/** Ups stand before downs of their version. */
function placeOfOther(
  migrations: readonly Migration[],
  place: number,
  step: 1 | -1,
  compareVersions: CompareVersions,
): number | undefined {
  const one = migrations[place] as Migration
  let found: number | undefined
  for (let index = place + step; index >= 0 && index < migrations.length; index += step) {
    const other = migrations[index] as Migration
    if (other.repeatable !== one.repeatable || compareVersions(other.version, one.version) !== 0) break
    if ((other.direction === 'down') === (one.direction === 'down')) continue
    if (stem(other.path) === stem(one.path)) return index
    found ??= index
  }
  return found
}

/** Returns the path's last part without what tells an up from its down; the folder where the name says nothing else. */
function stem(path: string): string {
  const name = nameOf(path)
    .replace(/(^|[._-])(?:up|down|undo|rollback|revert|downgrade|upgrade)(?=[._-]|$)/gi, '')
    .replace(/^[UV](?=\d)/i, '')
  return /\w/.test(name.replace(/(?:\.?sql)+$/i, '')) ? name : path.slice(0, -nameOf(path).length)
}

/** Returns whether a migration has a down in which something stands besides comments. */
export function undoes(migration: Migration): boolean {
  if (migration.direction === 'up') return false
  const known = undoing.get(migration) ?? hasCode(migration)
  undoing.set(migration, known)
  return known
}

const undoing = new WeakMap<Migration, boolean>()

const hasCode = ({ sections, text }: Migration): boolean =>
  sections.some(
    ({ direction, span }) =>
      direction === 'down' && /[^\s;]/.test(text.slice(span.start, span.end).replace(/--.*|\/\*[\s\S]*?\*\//g, '')),
  )

/** Returns how many migrations of a history can be undone, and how many there are. */
export const downsAmong = onceForEach((migrations: readonly Migration[]) => {
  let [ups, downs] = [0, 0]
  for (const migration of migrations) {
    if (migration.repeatable || migration.baseline) continue
    if (migration.direction !== 'down') ups++
    if (undoes(migration)) downs++
  }
  return { ups, downs }
})
