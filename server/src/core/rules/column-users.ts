import {
  type Catalog,
  columnsOfIndex,
  foreignKeysTo,
  indexesOf,
  keyOfRelation,
  type Table,
  viewsReadingColumn,
} from '../postgres/catalog'
import type { CreateRoutine } from '../sql/commands'
import { inQuotes } from './target'

/**
 * Returns what else a column takes with it, or leaves broken behind, as sentences: indexes and constraints go with it, also
 * those over several columns; with `cascade` views and foreign keys too (sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN).
 * PostgreSQL does not look into function bodies (plpgsql-implementation.html). `after` is the catalog in which the functions
 * are looked up: what a later statement mends is not broken.
 */
export function lostWithColumn(
  table: Table,
  column: string,
  cascade: boolean,
  before: Catalog,
  after: Catalog,
): string[] {
  const relation = keyOfRelation(table)
  const indexes = indexesOf(before, relation).filter(index => columnsOfIndex(index).has(column))
  const constraints = table.constraints.filter(
    ({ kind, columns, index }) => kind !== 'NOT NULL' && index === undefined && columns.includes(column),
  )
  const gone = [
    ...indexes.map(index => (index.constraint ? `constraint "${index.constraint}"` : `index "${index.name}"`)),
    ...constraints.map(({ name }) => `constraint "${name}"`),
  ]
  const cascaded = cascade
    ? [
        ...viewsReadingColumn(before, relation, column).map(view => `${view.kind} ${inQuotes(view)}`),
        ...foreignKeysTo(before, relation)
          .filter(({ constraint }) => constraint.references.columns.includes(column))
          .map(({ table: other, constraint }) => `constraint "${constraint.name}" of table ${inQuotes(other)}`),
      ]
    : []
  return [
    ...(gone.length > 0 ? [`With it ${gone.length > 1 ? 'go' : 'goes'} ${listed(gone)}.`] : []),
    ...(cascaded.length > 0 ? [`CASCADE drops ${listed(cascaded)}.`] : []),
    ...stillNaming(table, column, after),
  ]
}

/**
 * Returns a sentence about the functions whose bodies name the column of the table, where there are any: PostgreSQL does not
 * look into them, and they fail when they are called.
 */
export function stillNaming(table: Table, column: string, catalog: Catalog): string[] {
  const triggered = new Set(table.triggers.map(trigger => trigger.function))
  const naming: string[] = []
  for (const routine of catalog.routines.values()) {
    for (const { routine: made } of routine.overloads) {
      const words = wordsOf(made)
      if (words.has(column) && (words.has(table.name) || triggered.has(made.name.name)))
        naming.push(inQuotes(made.name))
    }
  }
  if (naming.length === 0) return []
  return [
    `Look at function${naming.length > 1 ? 's' : ''} ${listed(naming)}: PostgreSQL does not, and the body names "${column}".`,
  ]
}

/** The names in a body, each looked for once. */
function wordsOf(routine: CreateRoutine): ReadonlySet<string> {
  const known = words.get(routine)
  if (known) return known
  const text = routine.code?.text ?? ''
  const found = new Set(text.match(/[\w$\u0080-\uffff]+/g))
  words.set(routine, found)
  return found
}

const words = new WeakMap<CreateRoutine, ReadonlySet<string>>()

/** Up to three names, as a sentence lists them. */
function listed(names: readonly string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? '')
}
