import type { CreateTable, CreateTableAs, CreateView, RefreshMaterializedView } from '../../sql/commands'
import {
  type Catalog,
  creationSchema,
  hasReference,
  indexesOf,
  key as keyFor,
  keyIn,
  keyOf,
  keyOfRelation,
  type RelationKey,
  tableAt,
  temporarySchema,
} from '../catalog'
import type { Circumstances } from './context'
import { lockReferenced } from './foreign-keys'
import { type Gathering, isSystem, readBy, storedOf } from './gathering'
import { lockDefaultPartition, lockReferencing } from './partitions'

/** CREATE TABLE: the new one is nobody's business, but those it references, inherits from or is a part of are. */
export function createTable(gathering: Gathering, command: CreateTable, { catalog, postgres }: Circumstances) {
  const schema = command.persistence === 'temporary' ? temporarySchema : creationSchema(catalog, command.table)
  const key = keyFor(schema, command.table.name)
  if (command.ifNotExists && catalog.relations.has(key)) return
  for (const constraint of [...command.columns.flatMap(column => column.constraints), ...command.constraints]) {
    if (!constraint.references) continue
    const referenced = keyOf(catalog, constraint.references.table)
    const isSelf =
      referenced === key ||
      (constraint.references.table.name === command.table.name && !catalog.relations.has(referenced))
    if (!isSelf) lockReferenced(gathering, catalog, referenced, 'SHARE ROW EXCLUSIVE')
  }
  for (const parent of command.inherits) gathering.lock(keyOf(catalog, parent), 'SHARE UPDATE EXCLUSIVE')
  for (const { table } of command.like) gathering.lock(keyOf(catalog, table), 'ACCESS SHARE')
  if (command.ofType) gathering.lock(keyIn(catalog, catalog.types, command.ofType), 'ACCESS SHARE', 'composite type')
  if (command.partitionOf)
    createPartition(gathering, command, keyOf(catalog, command.partitionOf), { catalog, postgres })
}

/** CREATE TABLE ... PARTITION OF locks its parent against all use (sql-createtable.html): ATTACH PARTITION is milder. */
function createPartition(
  gathering: Gathering,
  command: CreateTable,
  parent: RelationKey,
  { catalog, postgres }: Pick<Circumstances, 'catalog' | 'postgres'>,
) {
  gathering.lock(parent, 'ACCESS EXCLUSIVE', 'partitioned table')
  for (const index of indexesOf(catalog, parent)) gathering.lock(keyOfRelation(index), 'SHARE UPDATE EXCLUSIVE')
  lockDefaultPartition(gathering, catalog, parent, command.bound)
  for (const constraint of tableAt(catalog, parent)?.constraints ?? [])
    if (hasReference(constraint)) lockReferenced(gathering, catalog, constraint.references.table, 'SHARE ROW EXCLUSIVE')
  lockReferencing(gathering, catalog, parent, postgres)
  if (!catalog.relations.has(parent))
    gathering.doesNotKnow('The partitioned table is not known: a default partition would be locked and read too.')
}

/** CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW run their query. */
export function createTableAs(
  gathering: Gathering,
  command: CreateTableAs,
  { catalog, plansOnly = false }: Circumstances,
) {
  const schema = command.persistence === 'temporary' ? temporarySchema : creationSchema(catalog, command.relation)
  if (command.ifNotExists && catalog.relations.has(keyFor(schema, command.relation.name))) return
  const reads = command.reads.map(name => keyOf(catalog, name)).filter(key => !isSystem(key))
  // Without data the query is analysed but not planned.
  if (!command.withData) return gathering.lockAll(reads, 'ACCESS SHARE')
  const all = readBy(catalog, reads)
  gathering.lockAll(all, 'ACCESS SHARE')
  if (!plansOnly) for (const key of storedOf(catalog, all)) gathering.scan(key)
}

/** CREATE VIEW looks at what the query names, not at what those views read. */
export function createView(gathering: Gathering, command: CreateView, catalog: Catalog) {
  const key = keyOf(catalog, command.view)
  if (command.orReplace && catalog.relations.has(key)) gathering.lock(key, 'ACCESS EXCLUSIVE')
  const reads = command.reads.map(name => keyOf(catalog, name))
  for (const read of reads) if (read !== key && !isSystem(read)) gathering.lock(read, 'ACCESS SHARE')
}

/** REFRESH MATERIALIZED VIEW: a new file unless CONCURRENTLY, which compares old and new (sql-refreshmaterializedview.html). */
export function refresh(gathering: Gathering, command: RefreshMaterializedView, catalog: Catalog) {
  const key = keyOf(catalog, command.view)
  gathering.lock(key, command.concurrently ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE', 'materialized view')
  if (!command.withData) return gathering.lockIndexes(key, 'ACCESS EXCLUSIVE')
  const view = tableAt(catalog, key)
  const all = readBy(catalog, view?.reads ?? []).filter(read => !isSystem(read))
  gathering.lockAll(all, 'ACCESS SHARE')
  for (const read of storedOf(catalog, all)) gathering.scan(read)
  if (!view)
    gathering.doesNotKnow('The tables that the view reads are not known: they are locked in ACCESS SHARE mode.')
  if (!command.concurrently) return gathering.replace(key)
  gathering.scan(key)
  gathering.lockIndexes(key, 'ROW EXCLUSIVE')
}
