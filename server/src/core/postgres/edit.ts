import {
  asTable,
  type Catalog,
  hasReference,
  isIndex,
  keyOfRelation,
  type Relation,
  type RelationKey,
  type Table,
} from './catalog'

/** Returns the catalog with `relation` in the place of whatever had its name. */
export function withRelation(catalog: Catalog, relation: Relation): Catalog {
  const key = keyOfRelation(relation)
  const before = catalog.relations.get(key)
  return {
    ...catalog,
    relations: catalog.relations.with(key, relation),
    dependents: rewired(catalog.dependents, key, before ? basesOf(before) : [], basesOf(relation)),
  }
}

/** Returns the catalog without the relation at `key`; what depends on it stays. */
export function withoutRelation(catalog: Catalog, key: RelationKey): Catalog {
  const before = catalog.relations.get(key)
  if (!before) return catalog
  return {
    ...catalog,
    relations: catalog.relations.without(key),
    dependents: rewired(catalog.dependents, key, basesOf(before), []),
  }
}

/** Returns the catalog with the table at `key` replaced by what `change` makes of it; unchanged where there is none. */
export function withTable(catalog: Catalog, key: RelationKey, change: (table: Table) => Table): Catalog {
  const table = asTable(catalog.relations.get(key))
  if (!table) return catalog
  const changed = change(table)
  return changed === table ? catalog : withRelation(catalog, changed)
}

/** Returns the catalog in which the relation at `key` has another name or schema, and all that depends on it knows. */
export function renamedRelation(catalog: Catalog, key: RelationKey, to: { schema?: string; name?: string }): Catalog {
  const relation = catalog.relations.get(key)
  if (!relation) return catalog
  const renamed: Relation = { ...relation, schema: to.schema ?? relation.schema, name: to.name ?? relation.name }
  const newKey = keyOfRelation(renamed)
  if (newKey === key) return catalog
  const dependents = catalog.dependents.get(key) ?? []
  let result = withRelation(withoutRelation(catalog, key), pointedElsewhere(renamed, key, newKey))
  for (const dependent of dependents) {
    const other = result.relations.get(dependent)
    if (other) result = withRelation(result, pointedElsewhere(other, key, newKey))
  }
  return result
}

/** The relations that `relation` is built on. */
function basesOf(relation: Relation): readonly RelationKey[] {
  if (isIndex(relation)) return relation.partitionOf ? [relation.table, relation.partitionOf] : [relation.table]
  if (relation.kind === 'sequence') return relation.ownedBy ? [relation.ownedBy.table] : []
  const table = asTable(relation)
  if (!table) return []
  const bases = [...table.inherits, ...table.reads]
  if (table.partitionOf) bases.push(table.partitionOf)
  for (const constraint of table.constraints) if (hasReference(constraint)) bases.push(constraint.references.table)
  return bases
}

function rewired(
  dependents: Catalog['dependents'],
  key: RelationKey,
  before: readonly RelationKey[],
  after: readonly RelationKey[],
): Catalog['dependents'] {
  let result = dependents
  for (const base of before) {
    if (after.includes(base)) continue
    const rest = (result.get(base) ?? []).filter(dependent => dependent !== key)
    result = rest.length > 0 ? result.with(base, rest) : result.without(base)
  }
  for (const base of after) {
    const known = result.get(base) ?? []
    if (!known.includes(key)) result = result.with(base, [...known, key])
  }
  return result
}

function pointedElsewhere(relation: Relation, from: RelationKey, to: RelationKey): Relation {
  const moved = (key: RelationKey) => (key === from ? to : key)
  if (isIndex(relation))
    return {
      ...relation,
      table: moved(relation.table),
      ...(relation.partitionOf && { partitionOf: moved(relation.partitionOf) }),
    }
  if (relation.kind === 'sequence')
    return relation.ownedBy
      ? { ...relation, ownedBy: { ...relation.ownedBy, table: moved(relation.ownedBy.table) } }
      : relation
  const table = asTable(relation)
  if (!table) return relation
  return {
    ...table,
    inherits: table.inherits.map(moved),
    reads: table.reads.map(moved),
    ...(table.partitionOf && { partitionOf: moved(table.partitionOf) }),
    constraints: table.constraints.map(constraint => ({
      ...constraint,
      ...(constraint.index && { index: moved(constraint.index) }),
      ...(constraint.references && {
        references: { ...constraint.references, table: moved(constraint.references.table) },
      }),
    })),
  }
}
