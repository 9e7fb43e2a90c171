import type { Expression, Name } from '../../sql/parts'
import { quoted } from '../../sql/quote'
import type { Span } from '../../text'
import type { Column, Table } from '../catalog'
import {
  asTable,
  type Catalog,
  columnNamed,
  creationSchema,
  key,
  keyOf,
  type Relation,
  type WrittenName,
} from '../catalog'
import { isAbsenceSure, isSure } from '../doubts'
import type { Failure } from '../failures'

/** Where a statement is about to run. */
export interface Scene {
  readonly catalog: Catalog
  /** The major version. */
  readonly postgres: number
}

/** Returns the relation that a name means, where the catalog is certain of it. */
export function sureRelation({ catalog }: Scene, name: WrittenName): Relation | undefined {
  const found = keyOf(catalog, name)
  const relation = catalog.relations.get(found)
  return relation && isSure(catalog, relation, found) && isPathSure(catalog, name) ? relation : undefined
}

/** Returns the table or view that a name means, with all its columns, where the catalog is certain of both. */
export function sureTable(scene: Scene, name: WrittenName): Table | undefined {
  const table = asTable(sureRelation(scene, name))
  return table?.columnsKnown ? table : undefined
}

/** Returns whether there is certainly no relation that `name` means. */
export function isAbsent({ catalog }: Scene, name: WrittenName): boolean {
  if (catalog.relations.has(keyOf(catalog, name)) || !isAbsenceSure(catalog, name.name)) return false
  if (isToolsOwn(name.name) || !isSchemaKnown(catalog, name.schema)) return false
  return !isAnywhere(catalog.relations, name)
}

/** Returns `relation "x" does not exist` where that is certain. */
export const relationFailure = (scene: Scene, name: Name): Failure | undefined =>
  isAbsent(scene, name) ? relationMissing(name) : undefined

export const relationMissing = (name: Name): Failure => ({
  message: `relation "${written(name)}" does not exist`,
  code: '42P01',
  span: name.span,
})

/** Returns `relation "x" already exists` where a new relation's name certainly is taken. */
export function takenFailure(scene: Scene, name: Name, schema?: string): Failure | undefined {
  const { catalog } = scene
  const place = schema ?? creationSchema(catalog, name)
  const known = sureRelation(scene, { schema: place, name: name.name })
  if (!known || !isPathSure(catalog, name)) return undefined
  return { message: `relation "${name.name}" already exists`, code: '42P07', span: name.span }
}

/** Returns `column "c" of relation "t" does not exist` where that is certain. */
export function columnFailure(
  { catalog }: Scene,
  table: Table | undefined,
  column: string,
  span: Span,
): Failure | undefined {
  if (!table || !isColumnAbsent(catalog, table, column)) return undefined
  return { message: `column "${column}" of relation "${table.name}" does not exist`, code: '42703', span }
}

/** Returns `column "c" does not exist` for the first column of an expression that the table certainly does not have. */
export function expressionFailure(
  { catalog }: Scene,
  table: Table | undefined,
  { columns, hasSubquery, span }: Expression,
): Failure | undefined {
  if (hasSubquery) return undefined
  const missing = columns.find(name => name !== '*' && name !== table?.name && isColumnAbsent(catalog, table, name))
  return missing === undefined ? undefined : columnMissing(missing, span)
}

export const columnMissing = (column: string, span?: Span): Failure => ({
  message: `column "${column}" does not exist`,
  code: '42703',
  ...(span && { span }),
})

/** Returns whether a table certainly has no such column. */
export const isColumnAbsent = (catalog: Catalog, table: Table | undefined, column: string): boolean =>
  table?.columnsKnown === true &&
  columnNamed(table, column) === undefined &&
  !systemColumns.has(column) &&
  !catalog.doubts?.names.has(column)

/** Returns the column where the catalog is certain of it. */
export function sureColumn({ catalog }: Scene, table: Table | undefined, name: string): Column | undefined {
  return table?.columnsKnown && !catalog.doubts?.names.has(name) ? columnNamed(table, name) : undefined
}

/** ddl-system-columns.html; `oid` was one too up to 11. */
const systemColumns: ReadonlySet<string> = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'oid'])

/** As PostgreSQL prints a name of a statement: with the schema where the statement has one, and without quotes. */
export const written = ({ schema, name }: WrittenName): string => (schema === undefined ? name : `${schema}.${name}`)

/** As PostgreSQL prints a relation or type in a description: with its schema where search_path does not lead to it. */
export function described(
  catalog: Catalog,
  { schema, name }: { readonly schema: string; readonly name: string },
): string {
  const isVisible = keyOf(catalog, { name }) === key(schema, name)
  return isVisible ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}

/** Returns whether the history knows all that is in a schema, or without one in those of search_path. */
export function isSchemaKnown({ schemas, searchPath }: Catalog, schema: string | undefined): boolean {
  const isKnown = (name: string) => name === 'public' || schemas?.has(name) === true
  return schema === undefined ? searchPath.every(isKnown) : isKnown(schema)
}

/** A tool may set search_path where nobody sees it: then a name that stands in two schemas may mean either. */
function isPathSure(catalog: Catalog, name: WrittenName): boolean {
  return name.schema !== undefined || isSchemaKnown(catalog, undefined)
}

/** Returns whether a name is in use in any schema. */
export function isAnywhere(map: Iterable<readonly [string, unknown]>, { name }: WrittenName): boolean {
  for (const [found] of map) if (found.endsWith(name) && found.at(-name.length - 1) === '.') return true
  return false
}

/** PostgreSQL's own relations, PostGIS's, and those in which migration tools keep their books. */
const isToolsOwn = (name: string): boolean =>
  /^pg_|migration|(?:^|_)(?:schema_?)?version$|schema_history$|changelog|^sql_|^spatial_ref_sys$|^(?:geometry|geography|raster)_columns$/i.test(
    name,
  )

/** Returns `constraint "c" of relation "t" does not exist` where that is certain. */
export function constraintAbsent(
  { catalog }: Scene,
  table: Table,
  { name, span }: { readonly name: string; readonly span: Span },
): Failure | undefined {
  // Partitions get names of their own, and NOT NULL constraints have names from 18 on.
  const isSure = table.columnsKnown && table.partitionOf === undefined && table.inherits.length === 0
  if (!isSure || name.includes('not_null') || catalog.doubts?.names.has(name)) return undefined
  if (table.constraints.some(constraint => constraint.name === name)) return undefined
  return { message: `constraint "${name}" of relation "${table.name}" does not exist`, code: '42704', span }
}
