import { isUrgent } from './finding'
import type { Change } from './fix-changes'
import { type History, withFile, withFixed } from './history/history'
import type { Migration } from './history/migration'
import { stepsOf } from './history/steps'
import { lint } from './lint'
import type { Catalog } from './postgres/catalog'
import { differences } from './postgres/differences'
import type { Settings } from './settings'

/** What fixes change, and the history with that. */
export interface Ordered {
  readonly history: History
  readonly changes: readonly Change[]
  /** Returns what a path is called then. */
  readonly renamed: (path: string) => string
}

/**
 * Returns the changes with the migrations for a later release behind all others that fixes created: what is held back keeps nothing
 * from running that does not wait. They exchange their numbers; as they are where those cannot be told from the names, and where the
 * history would end otherwise.
 */
export function laterReleasesLast(history: History, changes: readonly Change[], settings: Settings): Ordered {
  const asTheyAre: Ordered = { history, changes, renamed: path => path }
  const created = changes.filter(({ before }) => before === undefined)
  const versions = versionsOf(history, created)
  const waiting = versions.filter(({ files }) => files.some(({ after }) => /^-- For a later release\b/m.test(after)))
  const wanted = [...versions.filter(version => !waiting.includes(version)), ...waiting]
  if (wanted.every((version, place) => version === versions[place])) return asTheyAre

  const names = new Map<string, string>()
  for (const [place, { files }] of wanted.entries()) {
    const slot = numberIn(versions[place]?.files[0]?.path)
    for (const { path } of files) {
      const number = numberIn(path)
      if (!number || !slot) return asTheyAre
      names.set(path, path.slice(0, number.start) + slot.text + path.slice(number.start + number.text.length))
    }
  }
  const isListed = changes.some(({ after }) => created.some(({ path }) => after.includes(titleOf(path))))
  if (isListed || new Set(names.values()).size < names.size) return asTheyAre

  const renamed = (path: string) => names.get(path) ?? path
  const inOrder = [...wanted.flatMap(({ files }) => files), ...changes.filter(({ before }) => before !== undefined)]
  const all = inOrder.map(change => ({ ...change, path: renamed(change.path) }))
  const without = created.reduce((left, { path }) => withFile(left, path, undefined), history)
  const ordered = withFixed(
    without,
    all.filter(({ before }) => before === undefined),
  )
  const isSame = differences(endOf(history, settings), endOf(ordered, settings)).length === 0
  const isInOrder = versionsOf(
    ordered,
    all.filter(({ before }) => before === undefined),
  ).every(({ files }, place) => files[0]?.path === renamed(wanted[place]?.files[0]?.path ?? ''))
  const count = (state: History, some: readonly Change[]) =>
    some.reduce((sum, { path }) => sum + lint(state, path, settings).filter(isUrgent).length, 0)
  return isSame && isInOrder && count(ordered, all) <= count(history, changes)
    ? { history: ordered, changes: all, renamed }
    : asTheyAre
}

interface Version {
  readonly migration: Migration
  /** Those that say how the tool runs it, too. */
  readonly files: Change[]
}

/** In the order in which they run; none where a file belongs to no migration. */
function versionsOf(history: History, created: readonly Change[]): readonly Version[] {
  const { compareVersions } = history.framework
  const found: Version[] = []
  for (const change of created) {
    const owner = created.find(({ path }) => history.migrationAt(path) && change.path.startsWith(path))
    const migration = owner && history.migrationAt(owner.path)
    if (!migration) return []
    const known = found.find(({ migration: other }) => compareVersions(other.version, migration.version) === 0)
    if (known) known.files.push(change)
    else found.push({ migration, files: [change] })
  }
  return found.sort((a, b) => compareVersions(a.migration.version, b.migration.version))
}

/** The number of a file or of its folder; what fixes call them begins with a letter. */
function numberIn(path = ''): { readonly start: number; readonly text: string } | undefined {
  const found = [...path.matchAll(/(?<=(?:^|\/)[A-Za-z]{0,2})\d+(?:[._-]\d+)*(?=[._-])/g)].at(-1)
  return found && { start: found.index, text: found[0] }
}

/** What a list of migrations would name. */
const titleOf = (path: string): string => path.slice(numberIn(path)?.start).split('/')[0] ?? path

function endOf(history: History, settings: Settings): Catalog {
  const last = history.migrations.findLast(
    ({ direction, repeatable }) => direction !== 'down' && !repeatable,
  ) as Migration
  const steps = stepsOf(history, last, settings).filter(({ direction }) => direction === 'up')
  return steps.at(-1)?.after ?? history.before(last.path, 'up')
}
