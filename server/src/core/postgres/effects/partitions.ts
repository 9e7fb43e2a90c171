import type { PartitionBound } from '../../sql/parts'
import type { SubcommandOf } from '../../sql/subcommands'
import { indexFitting } from '../apply/indexes'
import { excludesBound, impliesBound } from '../bounds'
import {
  type Catalog,
  foreignKeyLike,
  foreignKeysToTree,
  hasReference,
  type Index,
  indexesOf,
  isIndex,
  keyOf,
  keyOfRelation,
  partitionsOf,
  type RelationKey,
  type Table,
  tableAt,
} from '../catalog'
import type { Alteration } from './alter'
import { lockReferenced, scanForForeignKey } from './foreign-keys'
import { type Gathering, parentsOf, partitionTreeOf, storedOf } from './gathering'

/** ATTACH PARTITION of a table to a table, or of an index to an index (sql-altertable.html, sql-alterindex.html). */
export function attachPartition(alteration: Alteration, subcommand: SubcommandOf<'ATTACH PARTITION'>) {
  const { gathering, catalog, key } = alteration
  const partition = keyOf(catalog, subcommand.partition)
  if (alteration.command.tag === 'ALTER INDEX') return attachIndex(alteration, partition)
  const parent = tableAt(catalog, key)
  const tree = partitionTreeOf(catalog, partition)
  gathering.lockAll(tree, 'ACCESS EXCLUSIVE')
  for (const index of indexesOf(catalog, key)) gathering.lock(keyOfRelation(index), 'SHARE UPDATE EXCLUSIVE')
  for (const index of indexesOf(catalog, key)) buildMissingIndex(gathering, catalog, index, partition)
  for (const member of storedOf(catalog, tree))
    if (!parent || !impliesBound(tableAt(catalog, member), parent, subcommand.bound, boundsOf(catalog, key)))
      gathering.scan(member)
  lockDefaultPartition(gathering, catalog, key, subcommand.bound)
  takeForeignKeys(alteration, tree)
}

/** The bounds of the partitions that a table has: a default partition holds what none of them does. */
const boundsOf = (catalog: Catalog, key: RelationKey): PartitionBound[] =>
  partitionsOf(catalog, key).flatMap(partition => partition.bound ?? [])

function attachIndex({ gathering, catalog, key }: Alteration, partition: RelationKey) {
  gathering.lock(partition, 'ACCESS EXCLUSIVE', 'index')
  for (const index of [catalog.relations.get(key), catalog.relations.get(partition)])
    if (isIndex(index)) gathering.lock(index.table, 'ACCESS SHARE')
}

/** What fits at the top of a tree of partitions fits below it. */
function buildMissingIndex(gathering: Gathering, catalog: Catalog, index: Index, partition: RelationKey) {
  if (indexFitting(catalog, partition, index)) return
  for (const child of partitionsOf(catalog, partition))
    buildMissingIndex(gathering, catalog, index, keyOfRelation(child))
  if (storedOf(catalog, [partition]).length === 0) return
  gathering.scan(partition)
  gathering.build(missingName(tableAt(catalog, partition), index.labels, index.primary))
}

function missingName(table: Table | undefined, labels: readonly string[], primary: boolean): string {
  const name = table?.name ?? ''
  return primary ? `${name}_pkey` : [name, ...labels, 'idx'].join('_')
}

/**
 * The default partition must hold no row of the new partition: it is locked and read, unless its constraints say so
 * (sql-altertable.html, ATTACH PARTITION).
 */
export function lockDefaultPartition(
  gathering: Gathering,
  catalog: Catalog,
  parent: RelationKey,
  bound: PartitionBound | undefined,
  options: { readonly scans: boolean } = { scans: true },
) {
  const table = tableAt(catalog, parent)
  const rest = partitionsOf(catalog, parent).find(partition => partition.isDefaultPartition)
  if (!rest || !table) return
  const tree = partitionTreeOf(catalog, keyOfRelation(rest))
  gathering.lockAll(options.scans ? tree : tree.slice(0, 1), 'ACCESS EXCLUSIVE')
  if (!options.scans) return
  for (const member of storedOf(catalog, tree))
    if (!excludesBound(tableAt(catalog, member), table, bound)) gathering.scan(member)
}

/** The parent's foreign keys hold for the new partition too. */
function takeForeignKeys({ gathering, catalog, key: parent, postgres }: Alteration, tree: readonly RelationKey[]) {
  for (const constraint of tableAt(catalog, parent)?.constraints ?? []) {
    if (!hasReference(constraint)) continue
    const [root = parent] = tree
    const own = foreignKeyLike(tableAt(catalog, root), constraint)
    // A foreign key of its own becomes part of the parent's: its triggers on the other table are dropped.
    lockReferenced(gathering, catalog, constraint.references.table, own ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE')
    if (!own && constraint.validated) scanForForeignKey(gathering, catalog, tree, constraint.references.table)
  }
  lockReferencing(gathering, catalog, parent, postgres)
}

/** The foreign keys to a table reference its new partition too: from 15 on nobody may write meanwhile (prove:effects). */
export function lockReferencing(gathering: Gathering, catalog: Catalog, parent: RelationKey, postgres: number) {
  for (const { table } of foreignKeysToTree(catalog, parent))
    gathering.lock(keyOfRelation(table), postgres >= 15 ? 'SHARE ROW EXCLUSIVE' : 'ACCESS SHARE')
}

/** DETACH PARTITION, at once or in the two transactions of CONCURRENTLY (sql-altertable.html). */
export function detachPartition(alteration: Alteration, subcommand: SubcommandOf<'DETACH PARTITION'>) {
  const { gathering, catalog, key, postgres } = alteration
  const partition = keyOf(catalog, subcommand.partition)
  const incoming = foreignKeysToTree(catalog, key)
  // Before 14 the partition itself goes on being used, unless foreign keys to it have to go (prove:effects).
  gathering.lock(partition, postgres >= 14 || incoming.length > 0 ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE')
  // The partitions that it has itself are told that their bounds have changed.
  gathering.lockAll(partitionTreeOf(catalog, partition).slice(1), 'ACCESS EXCLUSIVE')
  if (subcommand.concurrently) {
    gathering.refusesTransactionBlock = true
    gathering.waitsForTransactions = true
  }
  for (const index of indexesOf(catalog, partition))
    if (index.partitionOf !== undefined) gathering.lock(keyOfRelation(index), 'ACCESS EXCLUSIVE')
  const parent = tableAt(catalog, key)
  // Its copies of the parent's row triggers are dropped, and theirs.
  if (parent?.triggers.some(({ isRow }) => isRow))
    gathering.lockAll(partitionTreeOf(catalog, partition), 'ACCESS EXCLUSIVE')
  const rest = partitionsOf(catalog, key).find(other => other.isDefaultPartition)
  if (rest && !subcommand.concurrently && !subcommand.finalize) gathering.lock(keyOfRelation(rest), 'ACCESS EXCLUSIVE')
  for (const constraint of parent?.constraints ?? [])
    if (hasReference(constraint)) lockReferenced(gathering, catalog, constraint.references.table, 'SHARE ROW EXCLUSIVE')
  // What the partition may hold is asked of all above it, to look for rows that are referenced.
  if (incoming.length > 0) gathering.lockAll(parentsOf(catalog, key), 'ACCESS SHARE')
  for (const { table } of incoming) {
    gathering.lock(keyOfRelation(table), 'ACCESS EXCLUSIVE')
    for (const member of storedOf(catalog, partitionTreeOf(catalog, keyOfRelation(table)))) gathering.scan(member)
  }
  // Which of their rows belong to the partition is read off the bounds of all that it is a part of.
  for (let above = incoming.length > 0 ? parent?.partitionOf : undefined; above !== undefined; ) {
    gathering.lock(above, 'ACCESS SHARE')
    above = tableAt(catalog, above)?.partitionOf
  }
}
