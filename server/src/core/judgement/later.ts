import type { History } from '../history/history'
import type { Migration, Section } from '../history/migration'
import { onceForEach } from '../history/numbering'
import type { Statement } from '../sql/statements'

/** Where in a history something stands. */
interface Place {
  readonly history: History
  readonly migration: Migration
  /** Of a file that holds several changesets. */
  readonly section?: Section
}

/**
 * Returns the statements that later changesets of the file and later migrations run up, of those in whose text one of the names
 * stands: few of many.
 */
export const laterStatements = (place: Place, names: readonly string[]): readonly Statement[] => [
  ...laterHere(place),
  ...laterNaming(place, names).flatMap(statementsUp),
]

/** Returns the statements that later changesets of the same file run up. */
export const laterHere = ({ migration: { sections }, section }: Place): readonly Statement[] =>
  section && sections.length > 1 ? inSections(sections.slice(sections.indexOf(section) + 1)) : []

/** Returns the later migrations in whose text one of the names stands. */
export function laterNaming(place: Place, names: readonly string[]): readonly Migration[] {
  const wanted = names.map(name => name.toLowerCase())
  const from = place.history.migrations.indexOf(place.migration) + 1
  return naming({ ...place, from }, wanted).filter(other => isLater(other, place))
}

/** Returns the statements that a migration runs up. */
export const statementsUp = onceForEach(({ sections }: Migration): readonly Statement[] => inSections(sections))

const inSections = (sections: readonly Section[]): readonly Statement[] =>
  sections.flatMap(({ direction, statements }) => (direction === 'up' ? statements : []))

/**
 * Returns the statements that earlier migrations and earlier changesets of the file run up, oldest first, of those in whose text
 * one of the names stands.
 */
export function earlierStatements(place: Place, names: readonly string[]): readonly Placed[] {
  const { history, migration, section } = place
  const { sections } = migration
  const here = section && sections.length > 1 ? inSections(sections.slice(0, sections.indexOf(section))) : []
  const isEarlier = ({ direction, version }: Migration) =>
    direction !== 'down' && history.framework.compareVersions(version, migration.version) < 0
  const before = naming(
    { ...place, from: 0 },
    names.map(name => name.toLowerCase()),
  ).filter(isEarlier)
  return [...before.flatMap(placedUp), ...here.map(statement => ({ migration, statement }))]
}

interface Placed {
  readonly migration: Migration
  readonly statement: Statement
}

const placedUp = onceForEach((migration: Migration): readonly Placed[] =>
  statementsUp(migration).map(statement => ({ migration, statement })),
)

/** Returns whether no migration of a later version runs up. */
export const isNewest = (place: Place): boolean =>
  place.history.migrations.findLast(other => isLater(other, place)) === undefined

/** A repeatable migration runs after all others, whenever they come. */
const isLater = ({ direction, version, repeatable }: Migration, { history, migration }: Place): boolean =>
  direction !== 'down' && !repeatable && history.framework.compareVersions(version, migration.version) > 0

/** Returns the statements of repeatable migrations in whose text one of the names stands. */
export const repeatedStatements = (place: Place, names: readonly string[]): readonly Statement[] =>
  naming(
    { ...place, from: 0 },
    names.map(name => name.toLowerCase()),
  )
    .filter(({ repeatable, direction }) => repeatable && direction !== 'down')
    .flatMap(statementsUp)

/** Of a few each is looked through; for many there is an index, which a change of any makes anew. */
function naming(
  { history: { migrations }, from }: Place & { readonly from: number },
  names: readonly string[],
): readonly Migration[] {
  const isOneWord = names.every(name => oneWord.test(name))
  if (isOneWord && migrations.length - from >= 50) {
    const index = indexOf(migrations)
    return [...new Set(names.flatMap(name => index.get(name) ?? []))]
  }
  const behind = migrations.slice(from)
  return isOneWord ? behind.filter(other => names.some(name => wordsOf(other).has(name))) : behind
}

const oneWord = /^[\w$\u0080-\uffff]+$/

const indexOf = onceForEach((migrations: readonly Migration[]): ReadonlyMap<string, readonly Migration[]> => {
  const index = new Map<string, Migration[]>()
  for (const migration of migrations) {
    for (const word of wordsOf(migration)) {
      const known = index.get(word)
      if (known) known.push(migration)
      else index.set(word, [migration])
    }
  }
  return index
})

/** Each migration's words, looked up once: a keystroke changes one migration of many. */
function wordsOf(migration: Migration): ReadonlySet<string> {
  const known = words.get(migration)
  if (known) return known
  const found = new Set(migration.text.toLowerCase().match(/[\w$\u0080-\uffff]+/g))
  words.set(migration, found)
  return found
}

const words = new WeakMap<Migration, ReadonlySet<string>>()
