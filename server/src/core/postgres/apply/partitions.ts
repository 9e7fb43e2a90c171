import type { ConstraintDefinition, PartitionBound } from '../../sql/commands'
import {
  type Catalog,
  type Constraint,
  constraintNamed,
  foreignKeyLike,
  hasReference,
  type Index,
  indexesOf,
  keyOfRelation,
  mayInherit,
  type RelationKey,
  tableAt,
} from '../catalog'
import { withRelation, withTable } from '../edit'
import type { At } from './at'
import { withForeignKeyOn, withIndexConstraint } from './constraints'
import { indexFitting, withIndexCloned } from './indexes'

/**
 * Returns the catalog with `partition` a partition of `parent`: it has the parent's indexes (its own where they fit),
 * CHECKs and foreign keys (sql-altertable.html, ATTACH PARTITION).
 */
export function withPartitionAttached(
  catalog: Catalog,
  parent: RelationKey,
  partition: RelationKey,
  bound: PartitionBound | undefined,
  isDefault: boolean,
  at: At,
): Catalog {
  const parentTable = tableAt(catalog, parent)
  if (!parentTable || !mayInherit(catalog, partition, parent)) return catalog
  let result = withTable(catalog, partition, table => ({
    ...table,
    partitionOf: parent,
    isDefaultPartition: isDefault,
    triggers: [...table.triggers, ...parentTable.triggers.filter(trigger => trigger.isRow)],
    ...(bound && { bound }),
  }))
  for (const constraint of parentTable.constraints) result = withParentConstraint(result, partition, constraint)
  for (const index of indexesOf(result, parent)) result = withParentIndex(result, partition, index, at)
  return result
}

function withParentConstraint(catalog: Catalog, partition: RelationKey, constraint: Constraint): Catalog {
  const known = constraintNamed(tableAt(catalog, partition), constraint.name)
  if (known || constraint.index !== undefined) return catalog
  if (hasReference(constraint))
    return foreignKeyLike(tableAt(catalog, partition), constraint)
      ? catalog
      : withForeignKeyOn(catalog, partition, constraint)
  return withTable(catalog, partition, table => ({ ...table, constraints: [...table.constraints, constraint] }))
}

function withParentIndex(catalog: Catalog, partition: RelationKey, index: Index, at: At): Catalog {
  const fitting = indexFitting(catalog, partition, index)
  if (fitting) return withRelation(catalog, { ...fitting, partitionOf: keyOfRelation(index) })
  const definition = constraintNamed(tableAt(catalog, index.table), index.constraint ?? '')
  if (!definition) return withIndexCloned(catalog, partition, index, at)
  return withIndexConstraint(catalog, partition, definitionOf(definition, index), at, {
    partitionOf: keyOfRelation(index),
  })
}

const nowhere = { start: 0, end: 0 }

const definitionOf = (constraint: Constraint, index: Index): ConstraintDefinition => ({
  kind: constraint.kind,
  columns: constraint.columns,
  include: index.include,
  notValid: false,
  notEnforced: false,
  nullsNotDistinct: index.nullsNotDistinct,
  noInherit: false,
  span: nowhere,
  keywords: nowhere,
})

/** Returns the catalog with a partition that stands alone again; it keeps its indexes and constraints. */
export function withPartitionDetached(catalog: Catalog, partition: RelationKey): Catalog {
  const detached = withTable(catalog, partition, ({ partitionOf: _, bound: __, ...table }) => ({
    ...table,
    isDefaultPartition: false,
  }))
  return indexesOf(detached, partition).reduce(
    (result, { partitionOf: _, ...index }) => withRelation(result, index),
    detached,
  )
}
