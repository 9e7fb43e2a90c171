import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import type { Statement } from '../sql/statements'

/** Returns the statements that later migrations run up, of those in whose text one of the names stands: few of many. */
export function laterStatements(
  { history, migration }: { readonly history: History; readonly migration: Migration },
  names: readonly string[],
): readonly Statement[] {
  const { framework, migrations } = history
  return migrations
    .filter(
      later =>
        later.direction !== 'down' &&
        framework.compareVersions(later.version, migration.version) > 0 &&
        namesAny(later, names),
    )
    .flatMap(later => later.sections.filter(({ direction }) => direction === 'up'))
    .flatMap(({ statements }) => statements)
}

/** Returns whether no migration of a later version runs up. */
export const isNewest = ({
  history,
  migration,
}: {
  readonly history: History
  readonly migration: Migration
}): boolean =>
  !history.migrations.some(
    later => later.direction !== 'down' && history.framework.compareVersions(later.version, migration.version) > 0,
  )

const namesAny = (migration: Migration, names: readonly string[]): boolean =>
  names.some(name => !oneWord.test(name) || wordsOf(migration).has(name.toLowerCase()))

const oneWord = /^[\w$\u0080-\uffff]+$/

/** Each migration's words, looked up once: a keystroke changes one migration of many. */
function wordsOf(migration: Migration): ReadonlySet<string> {
  const known = words.get(migration)
  if (known) return known
  const found = new Set(migration.text.toLowerCase().match(/[\w$\u0080-\uffff]+/g))
  words.set(migration, found)
  return found
}

const words = new WeakMap<Migration, ReadonlySet<string>>()
