import type { Name } from '../sql/parts'
import { asTable, type Catalog, keyIn, type Relation, type RelationKey, type WrittenName } from './catalog'
import { isBuiltIn } from './types'

// What only a look at every relation or type tells.

/** Returns the keys of all relations in `schemas`. */
export function relationsIn(catalog: Catalog, schemas: readonly string[]): RelationKey[] {
  const keys: RelationKey[] = []
  for (const [key, relation] of catalog.relations) if (schemas.includes(relation.schema)) keys.push(key)
  return keys.sort()
}

/** Returns the columns whose type is the enum, domain or composite type with the key `type` (arrays of it too). */
export function columnsOfType(catalog: Catalog, type: string): { table: RelationKey; column: string }[] {
  const found: { table: RelationKey; column: string }[] = []
  for (const [key, relation] of catalog.relations.where(hasOwnTypes))
    for (const column of asTable(relation)?.columns ?? [])
      if (typeKey(catalog, column.type) === type) found.push({ table: key, column: column.name })
  return found.sort((a, b) => (a.table < b.table ? -1 : 1))
}

/** Returns whether a relation has columns of types that are not certainly PostgreSQL's own. */
export const hasOwnTypes = (relation: Relation): boolean =>
  asTable(relation)?.columns.some(({ type }) => isOwnType(type)) ?? false

/** Returns whether a type is not certainly one of PostgreSQL's own. */
export const isOwnType = ({ schema, name }: WrittenName): boolean => schema !== undefined || !isBuiltIn(name)

/** Returns the keys of a type and of all domains over it. */
export function domainsOver(catalog: Catalog, type: string): string[] {
  const types = new Set([type])
  for (const known of types)
    for (const [key, other] of catalog.types)
      if (other.kind === 'domain' && typeKey(catalog, other.base) === known) types.add(key)
  return [...types]
}

/** Returns the tables made of a composite type: CREATE TABLE ... OF. */
export function tablesOf(catalog: Catalog, type: string): RelationKey[] {
  const keys: RelationKey[] = []
  for (const [key, relation] of catalog.relations) if (asTable(relation)?.ofType === type) keys.push(key)
  return keys.sort()
}

/** Returns the foreign tables of servers. */
export function tablesOfServers(catalog: Catalog, servers: readonly Name[]): RelationKey[] {
  const keys: RelationKey[] = []
  for (const [key, relation] of catalog.relations)
    if (servers.some(({ name }) => asTable(relation)?.server === name)) keys.push(key)
  return keys.sort()
}

const typeKey = (catalog: Catalog, type: { schema?: string; name: string }): string =>
  keyIn(catalog, catalog.types, type)

/** Returns the relations whose owner the history has made one of the roles. */
export const relationsOwnedBy = (catalog: Catalog, roles: readonly string[] = []): RelationKey[] =>
  [...catalog.relations].flatMap(([key, { owner }]) => (owner !== undefined && roles.includes(owner) ? [key] : []))
