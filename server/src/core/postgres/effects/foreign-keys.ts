import type { Catalog, Constraint, Reference, RelationKey } from '../catalog'
import { indexesOf } from '../catalog'
import type { LockMode } from '../locks'
import { type Gathering, partitionTreeOf, storedOf } from './gathering'

/** Locks the table that a foreign key references, with its partitions. */
export function lockReferenced(gathering: Gathering, catalog: Catalog, referenced: RelationKey, mode: LockMode) {
  gathering.lockAll(partitionTreeOf(catalog, referenced), mode)
}

/**
 * Locks the tables with the triggers of a foreign key that is dropped together with its table or column: before 15 a
 * partitioned table had none itself, only its partitions (prove:effects).
 */
export function lockTriggered(gathering: Gathering, catalog: Catalog, referenced: RelationKey, postgres: number) {
  const tree = partitionTreeOf(catalog, referenced)
  gathering.lockAll(postgres >= 15 ? tree : [...storedOf(catalog, tree)], 'ACCESS EXCLUSIVE')
}

/**
 * Validation joins the two tables (`RI_Initial_Check`): it reads all of the referencing one and looks up each key,
 * for which the planner reads the other table too unless there are few keys.
 */
export function scanForForeignKey(
  gathering: Gathering,
  catalog: Catalog,
  referencing: readonly RelationKey[],
  referenced: RelationKey,
) {
  for (const key of storedOf(catalog, referencing)) gathering.scan(key)
  for (const key of storedOf(catalog, partitionTreeOf(catalog, referenced))) gathering.scan(key)
}

/** Returns whether an index of the referencing table finds its rows by the foreign key's columns. */
export function isIndexed(catalog: Catalog, table: RelationKey, constraint: Constraint & { references: Reference }) {
  return indexesOf(catalog, table).some(
    index =>
      !index.partial &&
      index.columns
        .slice(0, constraint.columns.length)
        .every(column => column && constraint.columns.includes(column)) &&
      index.columns.length >= constraint.columns.length,
  )
}
