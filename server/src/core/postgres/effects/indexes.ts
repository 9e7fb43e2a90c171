import type { CreateIndex, Drop, Reindex } from '../../sql/commands'
import { indexFitting, withIndexCreated } from '../apply/indexes'
import {
  type Catalog,
  constraintNamed,
  type Index,
  indexesOf,
  isIndex,
  key as keyFor,
  keyOf,
  keyOfRelation,
  partitionIndexesOf,
  type RelationKey,
  relationNamed,
  tableAt,
} from '../catalog'
import { relationsIn } from '../searches'
import type { Circumstances } from './context'
import { type Gathering, partitionTreeOf, storedOf } from './gathering'

/** CREATE INDEX: SHARE for the whole build, or CONCURRENTLY (sql-createindex.html). */
export function createIndex(gathering: Gathering, command: CreateIndex, catalog: Catalog) {
  const table = keyOf(catalog, command.table)
  const mode = command.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE'
  if (command.concurrently) gathering.refusesTransactionBlock = true
  gathering.lock(table, mode)
  const schema = table.slice(0, table.indexOf('.'))
  if (command.ifNotExists && command.name && catalog.relations.has(keyFor(schema, command.name.name))) return
  if (command.concurrently) gathering.waitsForTransactions = true
  const after = withIndexCreated(catalog, command, {})
  const parent = indexesOf(after, table).at(-1)
  for (const member of command.only ? [table] : partitionTreeOf(catalog, table)) {
    gathering.lock(member, mode)
    const fitting = member !== table && parent ? indexFitting(catalog, member, parent) : undefined
    if (fitting) gathering.lock(keyOfRelation(fitting), mode)
    if (fitting || storedOf(catalog, [member]).length === 0) continue
    gathering.scan(member)
    const before = new Set(indexesOf(catalog, member).map(keyOfRelation))
    for (const index of indexesOf(after, member)) if (!before.has(keyOfRelation(index))) gathering.build(index.name)
  }
}

/** DROP INDEX: nobody may use the table either, unless CONCURRENTLY (sql-dropindex.html). */
export function dropIndexes(gathering: Gathering, command: Drop, catalog: Catalog) {
  if (command.concurrently) gathering.refusesTransactionBlock = true
  const mode = command.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
  for (const name of command.names) {
    const index = relationNamed(catalog, name)
    const key = keyOf(catalog, name)
    if (!isIndex(index)) {
      if (catalog.complete) continue
      gathering.lock(key, 'ACCESS EXCLUSIVE', 'index')
      gathering.drop(key)
      gathering.doesNotKnow(`The table of index "${name.name}" is not known: it is locked in ${mode} mode.`)
      if (command.concurrently) gathering.waitsForTransactions = true
      continue
    }
    if (command.concurrently) gathering.waitsForTransactions = true
    for (const each of [index, ...partitionIndexesOf(catalog, key, { recursive: true })]) {
      gathering.lock(each.table, mode)
      gathering.lock(keyOfRelation(each), 'ACCESS EXCLUSIVE')
      gathering.drop(keyOfRelation(each))
    }
  }
}

/** REINDEX of an index, a table or everything in a schema (sql-reindex.html). */
export function reindex(gathering: Gathering, command: Reindex, { catalog, postgres }: Circumstances) {
  const { target, name } = command
  if (command.concurrently) {
    gathering.refusesTransactionBlock = true
    gathering.waitsForTransactions = true
  }
  if (target === 'INDEX' && name) {
    const index = relationNamed(catalog, name)
    if (isIndex(index)) return reindexIndex(gathering, command, catalog, index)
    gathering.lock(keyOf(catalog, name), 'ACCESS EXCLUSIVE', 'index')
    gathering.build(name.name)
    return gathering.doesNotKnow(`The table of index "${name.name}" is not known: it is locked and read.`)
  }
  if (target === 'TABLE' && name) {
    const table = keyOf(catalog, name)
    if (tableAt(catalog, table)?.kind !== 'partitioned table') return reindexAll(gathering, command, catalog, table)
    return reindexPartitions(gathering, command, { catalog, postgres }, table)
  }
  gathering.refusesTransactionBlock = true
  // SYSTEM is PostgreSQL's own catalogs and nothing else.
  if (target === 'SYSTEM') return
  const all = target === 'SCHEMA' && name ? relationsIn(catalog, [name.name]) : [...catalog.relations.keys()].sort()
  for (const key of storedOf(catalog, all)) reindexAll(gathering, command, catalog, key)
  if (!catalog.complete) gathering.doesNotKnow('Tables that the history does not know are locked and read too.')
}

function reindexIndex(gathering: Gathering, command: Reindex, catalog: Catalog, index: Index) {
  const key = keyOfRelation(index)
  if (index.kind !== 'partitioned index') return reindexOne(gathering, command, index.table, [index])
  gathering.refusesTransactionBlock = true
  gathering.lock(index.table, command.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE')
  gathering.lock(key, command.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE')
  for (const each of partitionIndexesOf(catalog, key, { recursive: true }))
    if (each.kind === 'index') reindexOne(gathering, command, each.table, [each])
}

/** The partitions one after the other; before 14 none at all, with a warning (release-14.html). */
function reindexPartitions(
  gathering: Gathering,
  command: Reindex,
  { catalog, postgres }: Pick<Circumstances, 'catalog' | 'postgres'>,
  table: RelationKey,
) {
  gathering.lock(table, command.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE')
  if (postgres < 14) {
    gathering.waitsForTransactions = false
    return
  }
  gathering.refusesTransactionBlock = true
  for (const key of partitionTreeOf(catalog, table).slice(1)) {
    // They are looked up in this mode even where it is CONCURRENTLY (prove:effects).
    gathering.lockAtFirst(key, 'SHARE')
    gathering.lock(key, command.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE')
    if (storedOf(catalog, [key]).length > 0) reindexAll(gathering, command, catalog, key)
  }
}

/** CONCURRENTLY skips the index of an exclusion constraint with a warning (sql-reindex.html). */
function reindexAll(gathering: Gathering, command: Reindex, catalog: Catalog, table: RelationKey) {
  const isExclusion = ({ constraint }: Index) =>
    constraintNamed(tableAt(catalog, table), constraint ?? '')?.kind === 'EXCLUDE'
  const skipped = command.concurrently ? indexesOf(catalog, table).filter(isExclusion) : []
  gathering.lockAll(skipped.map(keyOfRelation), 'SHARE UPDATE EXCLUSIVE')
  const rebuilt = indexesOf(catalog, table).filter(index => !skipped.includes(index))
  reindexOne(gathering, command, table, rebuilt)
}

function reindexOne(gathering: Gathering, command: Reindex, table: RelationKey, indexes: readonly Index[]) {
  gathering.lock(table, command.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE')
  const isUnknown = !gathering.before.relations.has(table)
  if (indexes.length > 0 || isUnknown) gathering.scan(table)
  for (const index of indexes) {
    gathering.lock(keyOfRelation(index), 'ACCESS EXCLUSIVE')
    gathering.build(index.name)
  }
}
