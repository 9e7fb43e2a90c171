import type { Maintenance } from '../../sql/commands'
import { asTable, type Catalog, keyOf, type RelationKey, tableAt } from '../catalog'
import type { Circumstances } from './context'
import { familyOf, type Gathering, partitionTreeOf, storedOf } from './gathering'

/** VACUUM, ANALYZE and CLUSTER of the tables named, or of all (sql-vacuum.html, sql-analyze.html, sql-cluster.html). */
export function maintain(gathering: Gathering, command: Maintenance, { catalog, postgres }: Circumstances) {
  const targets = command.tables.map(table => ({ key: keyOf(catalog, table), only: table.only === true }))
  const named = targets.map(({ key }) => key)
  const isPartitioned = named.some(key => tableAt(catalog, key)?.kind === 'partitioned table')
  gathering.refusesTransactionBlock =
    command.tag === 'VACUUM' || (command.tag === 'CLUSTER' && (named.length === 0 || isPartitioned))
  if (command.tag === 'CLUSTER' && named.length === 0)
    return gathering.doesNotKnow(
      'Every table that was clustered before is locked in ACCESS EXCLUSIVE mode and rewritten.',
    )
  for (const { key, only } of named.length > 0 ? targets : everyTable(catalog))
    for (const member of only ? [key] : membersOf(catalog, key, command, postgres))
      maintainOne(gathering, command, catalog, member)
  // ANALYZE of a parent samples its heirs.
  if (command.tag === 'ANALYZE')
    for (const key of named) gathering.lockAll(familyOf(catalog, key).slice(1), 'ACCESS SHARE')
  if (named.length === 0 && !catalog.complete)
    gathering.doesNotKnow('Tables that the history does not know are locked too.')
}

/** From 18 on VACUUM and ANALYZE take the heirs of a table too (release-18.html); partitions they always take. */
const membersOf = (catalog: Catalog, key: RelationKey, command: Maintenance, postgres: number): RelationKey[] =>
  postgres >= 18 && command.tag !== 'CLUSTER' ? familyOf(catalog, key) : partitionTreeOf(catalog, key)

const everyTable = (catalog: Catalog): { key: RelationKey; only: boolean }[] =>
  [...catalog.relations]
    .filter(([, relation]) =>
      ['table', 'partitioned table', 'materialized view'].includes(asTable(relation)?.kind ?? ''),
    )
    .map(([key]) => key)
    .sort()
    .map(key => ({ key, only: false }))

function maintainOne(gathering: Gathering, command: Maintenance, catalog: Catalog, key: RelationKey) {
  const rewrites = command.full || command.tag === 'CLUSTER'
  gathering.lock(key, rewrites ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE')
  if (storedOf(catalog, [key]).length === 0) return
  if (rewrites) gathering.rewrite(key)
  else if (command.tag === 'VACUUM') {
    gathering.lockIndexes(key, 'ROW EXCLUSIVE')
    gathering.doesNotKnow(
      'Where pages at the end of a table are empty, VACUUM cuts them off, in ACCESS EXCLUSIVE mode for a moment.',
    )
  }
}
