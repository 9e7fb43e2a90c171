import {
  type Catalog,
  columnsOfIndex,
  foreignKeysTo,
  indexesOf,
  keyOf,
  keyOfRelation,
  type RelationKey,
  type Table,
  viewsReading,
  viewsReadingColumn,
} from '../postgres/catalog'
import type { Name } from '../sql/parts'
import type { CreateRoutine } from '../sql/routine-commands'
import { tokensOf } from '../sql/tokens'
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
  const cascaded = cascade ? cascadedWithColumn(table, column, before) : []
  return [
    ...(gone.length > 0 ? [`With it ${gone.length > 1 ? 'go' : 'goes'} ${listed(gone)}.`] : []),
    ...(cascaded.length > 0 ? [`CASCADE drops ${listed(cascaded)}.`] : []),
    ...stillNaming(table, column, after),
  ]
}

/** Returns what CASCADE takes away with a column, each as a message names it. */
export function cascadedWithColumn(table: Table, column: string, catalog: Catalog): string[] {
  const relation = keyOfRelation(table)
  return [
    ...viewsReadingColumn(catalog, relation, column).map(view => `${view.kind} ${inQuotes(view)}`),
    ...foreignKeysTo(catalog, relation)
      .filter(({ constraint }) => constraint.references.columns.includes(column))
      .map(({ table: other, constraint }) => `constraint "${constraint.name}" of table ${inQuotes(other)}`),
    ...table.triggers.filter(({ columns }) => columns?.includes(column)).map(({ name }) => `trigger "${name}"`),
  ]
}

/** Returns what CASCADE takes away with a table that is gone `after`. */
export const cascadedWithTable = (table: RelationKey, before: Catalog, after: Catalog): string[] => [
  ...viewsReading(before, table).map(view => `${view.kind} ${inQuotes(view)}`),
  ...foreignKeysTo(before, table)
    .filter(({ table: other }) => keyOfRelation(other) !== table && !after.relations.has(table))
    .map(({ table: other, constraint }) => `constraint "${constraint.name}" of table ${inQuotes(other)}`),
]

/** Returns what else a table takes with it where it is dropped with CASCADE, and the functions that it leaves broken, as sentences. */
export function lostWithTable(name: Name, cascade: boolean, before: Catalog, after: Catalog): string[] {
  const gone = cascade ? cascadedWithTable(keyOf(before, name), before, after) : []
  return [...(gone.length > 0 ? [`CASCADE drops ${listed(gone)}.`] : []), ...stillNamingTable(name.name, after)]
}

/**
 * Returns a sentence about the functions whose bodies name the column of the table, where there are any: PostgreSQL does not
 * look into them, and they fail when they are called.
 */
export function stillNaming(table: Table, column: string, catalog: Catalog): string[] {
  const triggered = new Set(table.triggers.map(trigger => trigger.function))
  return lookAt(
    routinesWith(
      catalog,
      ({ words, name }) => words.has(column) && (words.has(table.name) || triggered.has(name.name)),
    ),
    column,
  )
}

/** Returns the same of a table. */
export const stillNamingTable = (table: string, catalog: Catalog): string[] =>
  lookAt(
    routinesWith(catalog, ({ words }) => words.has(table)),
    table,
  )

/** Returns the names of the functions and procedures whose bodies call another one. */
export const callersOf = (routine: string, catalog: Catalog): Name[] =>
  routinesWith(
    catalog,
    ({ words, text, name }) =>
      name.name !== routine && words.has(routine) && new RegExp(`\\b${escaped(routine)}"?\\s*\\(`, 'i').test(text),
  )

/** Returns the names of those whose bodies name a relation. */
export const bodiesNaming = (relation: string, catalog: Catalog): Name[] =>
  routinesWith(catalog, ({ words }) => words.has(relation))

function lookAt(routines: readonly Name[], name: string): string[] {
  if (routines.length === 0) return []
  const names = listed(routines.map(inQuotes))
  return [
    `Look at function${routines.length > 1 ? 's' : ''} ${names}: PostgreSQL does not, and the body names "${name}".`,
  ]
}

interface RoutineBody {
  readonly name: Name
  /** Without its comments. */
  readonly text: string
  /** The names in it. */
  readonly words: ReadonlySet<string>
}

function routinesWith(catalog: Catalog, wanted: (body: RoutineBody) => boolean): Name[] {
  const found: Name[] = []
  for (const routine of catalog.routines.values()) {
    for (const { routine: made } of routine.overloads) {
      if (made.code && wanted(bodyOf(made))) found.push(made.name)
    }
  }
  return found
}

const escaped = (name: string): string => name.replace(/[^\w]/g, character => `\\${character}`)

/** Read once for each routine. */
function bodyOf(routine: CreateRoutine): RoutineBody {
  const known = bodies.get(routine)
  if (known) return known
  const written = routine.code?.text ?? ''
  const [quote = ''] = /^(?:\$\w*\$|')/.exec(written) ?? []
  const text = withoutComments(written.slice(quote.length, written.length - quote.length))
  const body = { name: routine.name, text, words: new Set(text.match(/[\w$\u0080-\uffff]+/g)) }
  bodies.set(routine, body)
  return body
}

const bodies = new WeakMap<CreateRoutine, RoutineBody>()

function withoutComments(text: string): string {
  if (!/--|\/\*/.test(text)) return text
  let code = ''
  let from = 0
  for (const { kind, start, end } of tokensOf(text)) {
    if (kind !== 'comment') continue
    code += `${text.slice(from, start)} `
    from = end
  }
  return code + text.slice(from)
}

/** Returns up to three names, as a sentence lists them. */
export function listed(names: readonly string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? '')
}
