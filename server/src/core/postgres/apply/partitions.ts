import type { Comparison, ConstraintDefinition, PartitionBound } from '../../sql/parts'
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
  partitionsOf,
  type RelationKey,
  type Table,
  tableAt,
} from '../catalog'
import { withRelation, withTable } from '../edit'
import { nameOfCheck } from '../names'
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
  const attached = withTable(catalog, partition, table => ({
    ...table,
    partitionOf: parent,
    isDefaultPartition: isDefault,
    ...(bound && { bound }),
  }))
  const triggers = parentTable.triggers.filter(trigger => trigger.isRow)
  let result = withTriggers(attached, partition, known => [...known, ...triggers])
  for (const constraint of parentTable.constraints) result = withParentConstraint(result, partition, constraint)
  for (const index of indexesOf(result, parent)) result = withParentIndex(result, partition, index, at)
  return result
}

/** Row triggers of a partitioned table stand on its partitions too. */
function withTriggers(
  catalog: Catalog,
  partition: RelationKey,
  change: (triggers: Table['triggers']) => Table['triggers'],
): Catalog {
  const changed = withTable(catalog, partition, table => ({ ...table, triggers: change(table.triggers) }))
  return partitionsOf(changed, partition).reduce(
    (result, child) => withTriggers(result, keyOfRelation(child), change),
    changed,
  )
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

/** CONCURRENTLY leaves a CHECK that says what the bound said (sql-altertable.html, DETACH PARTITION). */
function constraintOfBound(
  catalog: Catalog,
  table: Pick<Table, 'schema' | 'name' | 'constraints'>,
  columns: readonly string[],
  bound: PartitionBound | undefined,
): Constraint {
  const comparisons = boundComparisons(columns, bound)
  return {
    name: nameOfCheck(catalog, table, columns),
    kind: 'CHECK',
    columns,
    validated: true,
    enforced: true,
    provesNotNull: bound?.strategy === 'range' ? columns : [],
    noInherit: false,
    ...(comparisons && { comparisons: [comparisons] }),
  }
}

function boundComparisons(
  [column, ...others]: readonly string[],
  bound: PartitionBound | undefined,
): readonly Comparison[] | undefined {
  if (column === undefined || others.length > 0 || bound?.strategy !== 'range') return undefined
  const [from, to] = [bound.from[0], bound.to[0]]
  return [
    { column, operator: 'IS NOT NULL' },
    ...(from === undefined ? [] : [{ column, operator: '>=' as const, value: from }]),
    ...(to === undefined ? [] : [{ column, operator: '<' as const, value: to }]),
  ]
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
export function withPartitionDetached(catalog: Catalog, partition: RelationKey, concurrently: boolean): Catalog {
  const parent = tableAt(catalog, tableAt(catalog, partition)?.partitionOf ?? '')
  const isOfParent = (name: string) => parent?.triggers.some(other => other.isRow && other.name === name) === true
  const alone = withTable(catalog, partition, ({ partitionOf: _, bound, ...table }) => ({
    ...table,
    isDefaultPartition: false,
    ...(concurrently &&
      parent && {
        constraints: [...table.constraints, constraintOfBound(catalog, table, parent.partitionBy ?? [], bound)],
      }),
  }))
  const detached = withTriggers(alone, partition, triggers => triggers.filter(({ name }) => !isOfParent(name)))
  return indexesOf(detached, partition).reduce(
    (result, { partitionOf: _, ...index }) => withRelation(result, index),
    detached,
  )
}
