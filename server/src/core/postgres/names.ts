import type { AlterRelation, CreateIndex } from '../sql/commands'
import type { ConstraintDefinition, IndexColumn } from '../sql/parts'
import type { Subcommand } from '../sql/subcommands'
import {
  asTable,
  type Catalog,
  constraintNamed,
  creationSchema,
  key,
  keysIn,
  relationNamed,
  type Table,
  tableAt,
  type WrittenName,
} from './catalog'

/** What decides a default name besides the columns. */
export type NamedTable = Pick<Table, 'schema' | 'name' | 'constraints'>

/** The longest identifier in bytes: NAMEDATALEN - 1 (sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS). */
const longest = 63

/**
 * The names that PostgreSQL gives to what a statement leaves unnamed, as `ChooseRelationName`, `ChooseIndexName` and
 * `ChooseConstraintName` of its source choose them; proven in test/postgres/apply.test.ts.
 */
export const nameOfPrimaryKey = (catalog: Catalog, table: NamedTable): string =>
  freeRelationName(catalog, table, '', 'pkey')

export const nameOfUnique = (catalog: Catalog, table: NamedTable, columns: readonly string[]): string =>
  freeRelationName(catalog, table, joined(columns), 'key')

export const nameOfExclusion = (catalog: Catalog, table: NamedTable, columns: readonly string[]): string =>
  freeRelationName(catalog, table, joined(columns), 'excl')

export const nameOfIndex = (catalog: Catalog, table: NamedTable, columns: readonly string[]): string =>
  freeRelationName(catalog, table, joined(columns), 'idx')

export const nameOfSequence = (catalog: Catalog, table: Pick<Table, 'schema' | 'name'>, column: string): string =>
  firstFree(
    label => objectName(table.name, column, label),
    'seq',
    name => catalog.relations.has(key(table.schema, name)),
  )

/** Returns the name of a CHECK: it bears a column only where the expression names exactly one. `given` are names besides. */
export const nameOfCheck = (
  catalog: Catalog,
  table: NamedTable,
  columns: readonly string[],
  given?: ReadonlySet<string>,
): string => freeConstraintName(catalog, table, new Set(columns).size === 1 ? (columns[0] ?? '') : '', 'check', given)

export const nameOfForeignKey = (catalog: Catalog, table: NamedTable, columns: readonly string[]): string =>
  freeConstraintName(catalog, table, joined(columns), 'fkey')

/** Returns the name that PostgreSQL 18 gives to a column's NOT NULL constraint. `given` are names besides. */
export const nameOfNotNull = (table: Pick<Table, 'name'>, column: string, given?: ReadonlySet<string>): string =>
  firstFree(
    label => objectName(table.name, column, label),
    'not_null',
    name => given?.has(name) === true,
  )

/** Returns what the default name of a constraint, or of its index, is made of. */
export const labelsOfConstraint = (definition: ConstraintDefinition): readonly string[] => [
  ...(definition.elements?.map(({ label }) => label) ?? definition.columns),
  ...definition.include,
]

/**
 * Returns the name of the constraint that `definition` adds to a table: as written, else as PostgreSQL would choose it.
 * Works for tables that the catalog does not know, whose names it then takes to be free.
 */
export function constraintName(catalog: Catalog, table: WrittenName, definition: ConstraintDefinition): string {
  const known = knownOrBare(catalog, table)
  const columns = labelsOfConstraint(definition)
  if (definition.name) return definition.name.name
  if (definition.usingIndex !== undefined) return definition.usingIndex
  switch (definition.kind) {
    case 'PRIMARY KEY':
      return nameOfPrimaryKey(catalog, known)
    case 'UNIQUE':
      return nameOfUnique(catalog, known, columns)
    case 'EXCLUDE':
      return nameOfExclusion(catalog, known, columns)
    case 'CHECK':
      return nameOfCheck(catalog, known, definition.columns)
    case 'FOREIGN KEY':
      return nameOfForeignKey(catalog, known, definition.columns)
    case 'NOT NULL':
      return nameOfNotNull(known, definition.columns[0] ?? '')
  }
}

/**
 * Returns the name of a constraint that `alter` adds, as `constraintName` does, or undefined where the other subcommands decide
 * it: what they drop frees its name first, and a second constraint that would bear the same name gets a number.
 */
export function nameOfAdded(
  catalog: Catalog,
  alter: AlterRelation,
  definition: ConstraintDefinition,
): string | undefined {
  const name = constraintName(catalog, alter.relation, definition)
  if (definition.name) return name
  const isDecidedElsewhere = alter.subcommands.some(
    other =>
      other.kind === 'DROP CONSTRAINT' ||
      other.kind === 'DROP COLUMN' ||
      addedBy(other).some(added => added !== definition && constraintName(catalog, alter.relation, added) === name),
  )
  return isDecidedElsewhere ? undefined : name
}

function addedBy(subcommand: Subcommand): readonly ConstraintDefinition[] {
  if (subcommand.kind === 'ADD CONSTRAINT') return [subcommand.constraint]
  return subcommand.kind === 'ADD COLUMN' ? subcommand.column.constraints : []
}

/** Returns the name of the index that `command` creates, as `constraintName` does. */
export const indexName = (catalog: Catalog, command: CreateIndex): string =>
  command.name?.name ??
  nameOfIndex(catalog, knownOrBare(catalog, command.table), labelsOfIndex(command.columns, command.include))

const knownOrBare = (catalog: Catalog, name: WrittenName): NamedTable =>
  asTable(relationNamed(catalog, name)) ?? {
    schema: creationSchema(catalog, name),
    name: name.name,
    constraints: [],
  }

/** Returns the names of an index's columns in its own default name; included columns count. */
export function labelsOfIndex(columns: readonly IndexColumn[], include: readonly string[]): string[] {
  const labels: string[] = []
  const origins = [
    ...columns.map(column => column.column ?? column.label ?? column.expression?.calls[0]?.name ?? 'expr'),
    ...include,
  ]
  for (const origin of origins) {
    let label = origin
    for (let n = 1; labels.includes(label); n++) label = `${clipped(origin, longest - String(n).length)}${n}`
    labels.push(label)
  }
  return labels
}

const joined = (columns: readonly string[]): string => columns.join('_')

const freeRelationName = (catalog: Catalog, table: NamedTable, columns: string, label: string): string =>
  firstFree(
    numbered => objectName(table.name, columns, numbered),
    label,
    name =>
      catalog.relations.has(key(table.schema, name)) || table.constraints.some(constraint => constraint.name === name),
  )

const freeConstraintName = (
  catalog: Catalog,
  table: NamedTable,
  columns: string,
  label: string,
  given?: ReadonlySet<string>,
): string =>
  firstFree(
    numbered => objectName(table.name, columns, numbered),
    label,
    name =>
      given?.has(name) === true ||
      [table, ...formerNamesakes(catalog, table)].some(other => constraintNamed(other, name) !== undefined),
  )

/**
 * Tables that were once called so and are renamed by now, for a default name is free where no table of the schema has it. Those
 * that people have given to other tables are not looked for.
 */
function formerNamesakes(catalog: Catalog, { schema, name }: WrittenName): readonly Table[] {
  const { renamed } = catalog
  if (!renamed) return []
  const seen = new Set([key(schema ?? '', name)])
  for (const known of seen) for (const now of keysIn(renamed.get(known))) seen.add(now)
  const tables = [...seen].slice(1).flatMap(now => tableAt(catalog, now) ?? [])
  // The names of constraints go with their table to another schema.
  return tables.filter(table => table.schema === schema)
}

/** Returns a name made of others and a label, cut where it would be too long, and with a number where it is taken. */
export const freeName = (first: string, second: string, label: string, taken: (name: string) => boolean): string =>
  firstFree(numbered => objectName(first, second, numbered), label, taken)

function firstFree(name: (label: string) => string, label: string, taken: (name: string) => boolean): string {
  for (let n = 0; ; n++) {
    const candidate = name(n === 0 ? label : `${label}${n}`)
    if (!taken(candidate)) return candidate
  }
}

/** Returns a name made of others as `makeObjectName` makes it: it shortens the longer of the two names until all fits. */
export function objectName(first: string, second: string, label: string): string {
  const room = longest - bytes(label) - 1 - (second === '' ? 0 : 1)
  let firstBytes = bytes(first)
  let secondBytes = bytes(second)
  while (firstBytes + secondBytes > room) {
    if (firstBytes > secondBytes) firstBytes--
    else secondBytes--
  }
  const parts = [clipped(first, firstBytes), ...(second === '' ? [] : [clipped(second, secondBytes)]), label]
  return parts.join('_')
}

/** UTF-8 bytes, counted without an encoder: core knows no platform. */
function bytes(text: string): number {
  let count = 0
  for (const character of text) count += bytesOf(character)
  return count
}

function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return 1
  if (code < 0x800) return 2
  return code < 0x10000 ? 3 : 4
}

function clipped(text: string, room: number): string {
  let count = 0
  let clippedText = ''
  for (const character of text) {
    count += bytesOf(character)
    if (count > room) break
    clippedText += character
  }
  return clippedText
}
