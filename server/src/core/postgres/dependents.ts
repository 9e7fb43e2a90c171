import {
  asTable,
  type Catalog,
  foreignKeysTo,
  foreignKeysToTree,
  type IncomingForeignKey,
  type Index,
  indexesOf,
  inheritorsOf,
  isIndex,
  keyOfRelation,
  partitionIndexesOf,
  partitionsOf,
  type RelationKey,
  sequencesOwnedBy,
  viewsReading,
} from './catalog'

/** What goes when relations are dropped. */
export interface Dropped {
  /** The relations themselves and all that goes with them, each once, the asked-for ones first. */
  readonly relations: readonly RelationKey[]
  /** Foreign keys of tables that stay. */
  readonly foreignKeys: readonly IncomingForeignKey[]
}

/**
 * Returns what DROP of `roots` drops: indexes, owned sequences and partitions always; views, heirs and foreign keys of
 * other tables only with CASCADE, without which they would make it fail (ddl-depend.html).
 */
export function droppedWith(catalog: Catalog, roots: readonly RelationKey[], cascade: boolean): Dropped {
  const relations = new Set(roots)
  for (const key of relations) for (const dependent of dependentOn(catalog, key, cascade)) relations.add(dependent)
  const incoming = cascade ? [...relations].flatMap(key => foreignKeysOf(catalog, key)) : []
  return {
    relations: [...relations],
    foreignKeys: incoming.filter(({ table }) => !relations.has(keyOfRelation(table))),
  }
}

/**
 * Returns the foreign keys that stand on a unique index, with a constraint or without: those that reference its columns, where
 * no other unique index of its table has the same.
 */
export function foreignKeysOn(catalog: Catalog, index: Index): IncomingForeignKey[] {
  if (!index.unique || index.partial) return []
  const rivals = indexesOf(catalog, index.table).filter(
    other => other.unique && !other.partial && hasColumns(other, index.columns),
  )
  if (rivals.length !== 1) return []
  return foreignKeysTo(catalog, index.table).filter(({ constraint }) =>
    hasColumns(index, constraint.references.columns),
  )
}

const hasColumns = ({ columns }: Index, names: readonly (string | undefined)[]): boolean =>
  columns.length === names.length && names.every(name => name !== undefined && columns.includes(name))

function foreignKeysOf(catalog: Catalog, key: RelationKey): IncomingForeignKey[] {
  const relation = catalog.relations.get(key)
  return isIndex(relation) ? foreignKeysOn(catalog, relation) : foreignKeysToTree(catalog, key)
}

function dependentOn(catalog: Catalog, key: RelationKey, cascade: boolean): RelationKey[] {
  const relation = catalog.relations.get(key)
  if (isIndex(relation)) return partitionIndexesOf(catalog, key).map(keyOfRelation)
  if (!asTable(relation)) return []
  const always = [...indexesOf(catalog, key), ...sequencesOwnedBy(catalog, key), ...partitionsOf(catalog, key)]
  const cascaded = cascade ? [...viewsReading(catalog, key), ...inheritorsOf(catalog, key)] : []
  return [...always, ...cascaded].map(keyOfRelation)
}
