import { nameOf } from '../text'
import type { History } from './history'
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

/** Returns the migrations that share the version of the one at `place`, itself included: they stand side by side. */
export function ofSameVersion(
  migrations: readonly Migration[],
  place: number,
  compareVersions: CompareVersions,
): readonly Migration[] {
  const one = migrations[place] as Migration
  const isAlike = (other: Migration | undefined) =>
    other?.repeatable === one.repeatable && compareVersions(other.version, one.version) === 0
  let [start, end] = [place, place + 1]
  while (isAlike(migrations[start - 1])) start--
  while (isAlike(migrations[end])) end++
  return migrations.slice(start, end)
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

/**
 * Returns whether a migration is one statement of several that Ory's Pop has split: `20200810161022000005_renames` is the sixth.
 * Its downs are numbered in their own order, so that all of them together undo all of the ups, and none its own.
 */
export function isSplit({ path }: Migration, { migrations }: Pick<History, 'migrations'>): boolean {
  const whole = wholeOf(path)
  return whole !== undefined && (partsOf(migrations).get(whole) ?? 0) > 1
}

/** The seconds and the name that the parts share. */
function wholeOf(path: string): string | undefined {
  const [, time, name] = /^(\d{14})\d{6}_([^.]+)\./.exec(nameOf(path)) ?? []
  return time && name && `${time} ${name}`
}

const partsOf = onceForEach((migrations: readonly Migration[]): ReadonlyMap<string, number> => {
  const parts = new Map<string, Set<string>>()
  for (const { path, version } of migrations) {
    const whole = wholeOf(path)
    if (whole !== undefined) parts.set(whole, (parts.get(whole) ?? new Set()).add(version))
  }
  return new Map([...parts].map(([whole, versions]) => [whole, versions.size]))
})

/** Returns whether a migration has a down in which something stands besides comments and `SELECT 1`. */
export function undoes(migration: Migration): boolean {
  if (migration.direction === 'up') return false
  const known = undoing.get(migration) ?? hasCode(migration)
  undoing.set(migration, known)
  return known
}

const undoing = new WeakMap<Migration, boolean>()

const hasCode = ({ sections, text }: Migration): boolean =>
  sections.some(({ direction, span }) => {
    if (direction !== 'down') return false
    const code = text.slice(span.start, span.end).replace(/--.*|\/\*[\s\S]*?\*\//g, '')
    return /[^\s;]/.test(code.replace(/(?<=^|;)\s*select\s+(?:\d+|'[^']*'|null|true)[^;]*/gi, ''))
  })

/** How many of the migrations around one can be undone. */
export interface Custom {
  readonly others: number
  readonly undone: number
}

/**
 * Returns how it is done around a migration: by the ten before it, for projects begin to write downs at some time; where it
 * is one of the first, by those after it too.
 */
export function customAround({ migrations, downOf }: Pick<History, 'migrations' | 'downOf'>, up: Migration): Custom {
  const ups = migrations.filter(({ direction, repeatable }) => direction !== 'down' && !repeatable)
  const place = ups.indexOf(up)
  const before = ups.slice(Math.max(0, place - window), place)
  const others = before.length < 3 ? [...before, ...ups.slice(place + 1, place + 1 + window)] : before
  const isUndone = ({ path }: Migration) => {
    const down = downOf(path)
    return down !== undefined && undoes(down)
  }
  return { others: others.length, undone: others.filter(isUndone).length }
}

const window = 10
