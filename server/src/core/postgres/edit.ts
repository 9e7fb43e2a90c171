import type { Call } from '../sql/parts'
import {
  asTable,
  type Catalog,
  type Chain,
  type Column,
  dependencies,
  dependentsKey,
  hasReference,
  isIndex,
  keyOfRelation,
  keysIn,
  type Part,
  partsOf,
  type Relation,
  type RelationKey,
  type Table,
} from './catalog'
import { PersistentMap } from './persistent-map'
import { sequencesIn } from './sequences'

/** Returns the catalog with `relation` in the place of whatever had its name. */
export function withRelation(catalog: Catalog, relation: Relation): Catalog {
  const key = keyOfRelation(relation)
  const before = catalog.relations.get(key)
  const relations = catalog.relations.with(key, relation)
  if (before && standsOnTheSame(before, relation)) return { ...catalog, relations }
  return {
    ...catalog,
    relations,
    dependents: rewired(catalog.dependents, key, before ? basesOf(before) : [], basesOf(relation)),
  }
}

/** Returns the catalog in which a relation belongs to a role, or to one that nobody knows. */
export function withOwner(catalog: Catalog, key: RelationKey, role: string | undefined): Catalog {
  const relation = catalog.relations.get(key)
  if (!relation) return catalog
  const { owner: _, ...others } = relation
  return withRelation(catalog, role === undefined ? others : { ...others, owner: role })
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
  if (catalog.relations.has(newKey)) return catalog
  const dependents = new Set(
    dependencies.flatMap(dependency => keysIn(catalog.dependents.get(dependentsKey(key, dependency)))),
  )
  let result = withRelation(withoutRelation(catalog, key), pointedElsewhere(renamed, key, newKey))
  for (const dependent of dependents) {
    const other = result.relations.get(dependent)
    if (other) result = withRelation(result, pointedElsewhere(other, key, newKey))
  }
  if (relation.kind === 'sequence') return countingOn(result, catalog, key, newKey)
  return asTable(relation) ? { ...result, renamed: withNewKey(result.renamed, key, newKey) } : result
}

function withNewKey(renamed: Catalog['renamed'], key: RelationKey, newKey: RelationKey): Catalog['renamed'] {
  const known = renamed ?? PersistentMap.empty<Chain>()
  const older = known.get(key)
  return known.with(key, older ? { newest: newKey, older } : { newest: newKey })
}

/** PostgreSQL keeps in a default which sequence it counts on, not what that is called. */
function countingOn(catalog: Catalog, before: Catalog, key: RelationKey, newKey: RelationKey): Catalog {
  const counts = ({ default: expression }: Column) => sequencesIn(before, expression).includes(key)
  const renamed = (call: Call): Call =>
    call.name === 'nextval' && call.constant !== undefined ? { ...call, constant: newKey } : call
  let result = catalog
  for (const [table, relation] of before.relations)
    if (asTable(relation)?.columns.some(counts))
      result = withTable(result, table, known => ({
        ...known,
        columns: known.columns.map(column =>
          column.default && counts(column)
            ? { ...column, default: { ...column.default, calls: column.default.calls.map(renamed) } }
            : column,
        ),
      }))
  return result
}

/** Most changes are to columns: what the relation is built on stays the very same lists. */
const standsOnTheSame = (before: Relation, after: Relation): boolean =>
  'inherits' in before &&
  'inherits' in after &&
  before.constraints === after.constraints &&
  before.inherits === after.inherits &&
  before.reads === after.reads &&
  before.policies === after.policies &&
  before.rules === after.rules &&
  before.partitionOf === after.partitionOf

/** The places in `Catalog.dependents` where `relation` belongs. */
function basesOf(relation: Relation): readonly string[] {
  const bases: string[] = []
  if (isIndex(relation)) {
    bases.push(dependentsKey(relation.table, 'index'))
    if (relation.partitionOf) bases.push(dependentsKey(relation.partitionOf, 'partition'))
    return bases
  }
  if (relation.kind === 'sequence') return relation.ownedBy ? [dependentsKey(relation.ownedBy.table, 'sequence')] : []
  const table = asTable(relation)
  if (!table) return bases
  for (const parent of table.inherits) bases.push(dependentsKey(parent, 'heir'))
  for (const read of table.reads) bases.push(dependentsKey(read, 'view'))
  if (table.partitionOf) bases.push(dependentsKey(table.partitionOf, 'partition'))
  for (const part of partsOf(table))
    for (const read of [...part.reads, ...(part.writes ?? [])]) bases.push(dependentsKey(read, 'part'))
  for (const constraint of table.constraints)
    if (hasReference(constraint)) bases.push(dependentsKey(constraint.references.table, 'reference'))
  return bases
}

function rewired(
  dependents: Catalog['dependents'],
  key: RelationKey,
  before: readonly string[],
  after: readonly string[],
): Catalog['dependents'] {
  let result = dependents
  before.forEach((base, place) => {
    if (after.includes(base) || before.indexOf(base) < place) return
    const rest = without(result.get(base), key)
    result = rest ? result.with(base, rest) : result.without(base)
  })
  after.forEach((base, place) => {
    if (before.includes(base) || after.indexOf(base) < place) return
    const older = result.get(base)
    result = result.with(base, older ? { newest: key, older } : { newest: key })
  })
  return result
}

const without = (chain: Chain | undefined, key: RelationKey): Chain | undefined =>
  keysIn(chain)
    .filter(other => other !== key)
    .reduce<Chain | undefined>((older, newest) => (older ? { newest, older } : { newest }), undefined)

function pointedElsewhere(relation: Relation, from: RelationKey, to: RelationKey): Relation {
  const moved = (key: RelationKey) => (key === from ? to : key)
  const movedPart = (part: Part): Part => ({
    ...part,
    reads: part.reads.map(moved),
    ...(part.writes && { writes: part.writes.map(moved) }),
  })
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
    ...(table.policies && { policies: table.policies.map(movedPart) }),
    ...(table.rules && { rules: table.rules.map(movedPart) }),
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
