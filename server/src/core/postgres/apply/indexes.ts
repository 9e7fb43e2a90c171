import type { CreateIndex } from '../../sql/commands'
import {
  type Catalog,
  type Index,
  indexesOf,
  key as keyFor,
  keyOf,
  keyOfRelation,
  partitionsOf,
  type RelationKey,
  tableAt,
  usesOf,
} from '../catalog'
import { withRelation } from '../edit'
import { labelsOfIndex, nameOfIndex } from '../names'
import type { At } from './at'

/** Returns the catalog after CREATE INDEX: on a partitioned table each partition gets an index of its own. */
export function withIndexCreated(catalog: Catalog, command: CreateIndex, at: At): Catalog {
  const table = keyOf(catalog, command.table)
  const schema = tableAt(catalog, table)?.schema ?? command.table.schema ?? catalog.searchPath[0] ?? 'public'
  if (command.name && command.ifNotExists && catalog.relations.has(keyFor(schema, command.name.name))) return catalog
  return withIndexOn(catalog, table, command, at, { name: command.name?.name })
}

interface Place {
  readonly name?: string
  readonly partitionOf?: RelationKey
}

function withIndexOn(catalog: Catalog, table: RelationKey, command: CreateIndex, at: At, place: Place): Catalog {
  const index = indexOn(catalog, table, command, at, place)
  const added = withRelation(catalog, index)
  if (command.only) return added
  return partitionsOf(added, table).reduce(
    (result, partition) => withPartitionIndex(result, keyOfRelation(partition), index, command, at),
    added,
  )
}

function indexOn(catalog: Catalog, table: RelationKey, command: CreateIndex, at: At, place: Place): Index {
  const uses = usesOf([...command.columns.map(({ expression }) => expression), command.where])
  const known = tableAt(catalog, table)
  const [schema = 'public', tableName = table] = known ? [known.schema, known.name] : splitKey(table)
  const labels = labelsOfIndex(command.columns, command.include)
  const name = place.name ?? nameOfIndex(catalog, known ?? { schema, name: tableName, constraints: [] }, labels)
  return {
    kind: known?.kind === 'partitioned table' ? 'partitioned index' : 'index',
    schema,
    name,
    conditional: (at.conditional ?? false) || (command.ifNotExists !== undefined && !catalog.complete),
    born: at.birth,
    table,
    columns: command.columns.map(column => column.column),
    include: command.include,
    labels,
    expressionColumns: [
      ...command.columns.flatMap(column => column.expression?.columns ?? []),
      ...(command.where?.columns ?? []),
    ],
    ...(uses && { uses }),
    method: command.method,
    unique: command.unique,
    primary: false,
    partial: command.where !== undefined,
    ...(command.columns.some(column => column.isModified) && { isModified: true }),
    nullsNotDistinct: command.nullsNotDistinct,
    ...(place.partitionOf && { partitionOf: place.partitionOf }),
  }
}

const splitKey = (key: RelationKey): [string, string] => {
  const dot = key.indexOf('.')
  return [key.slice(0, dot), key.slice(dot + 1)]
}

/** An index that the partition has already is attached instead of built (sql-createindex.html). */
function withPartitionIndex(
  catalog: Catalog,
  partition: RelationKey,
  parent: Index,
  command: CreateIndex,
  at: At,
): Catalog {
  const fitting = indexFitting(catalog, partition, parent)
  const partitionOf = keyOfRelation(parent)
  if (fitting) return withRelation(catalog, { ...fitting, partitionOf })
  return withIndexOn(catalog, partition, command, at, { partitionOf })
}

/** Returns the index of a partition that PostgreSQL would attach to `parent` (`CompareIndexInfo` of its source). */
export const indexFitting = (catalog: Catalog, partition: RelationKey, parent: Index): Index | undefined =>
  indexesOf(catalog, partition).find(index => index.partitionOf === undefined && isLike(index, parent))

const isLike = (index: Index, parent: Index): boolean =>
  index.method === parent.method &&
  index.unique === parent.unique &&
  (parent.constraint === undefined || (index.constraint !== undefined && index.primary === parent.primary)) &&
  index.partial === parent.partial &&
  !index.partial &&
  index.columns.length === parent.columns.length &&
  index.columns.every((column, position) => column !== undefined && column === parent.columns[position]) &&
  index.include.length === parent.include.length &&
  index.include.every((column, position) => column === parent.include[position])

/** Returns the catalog with an index like `parent` on a partition that has none. */
export function withIndexCloned(catalog: Catalog, partition: RelationKey, parent: Index, at: At): Catalog {
  const table = tableAt(catalog, partition)
  if (!table) return catalog
  const name = nameOfIndex(catalog, table, parent.labels)
  const index: Index = {
    ...parent,
    kind: table.kind === 'partitioned table' ? 'partitioned index' : 'index',
    schema: table.schema,
    name,
    born: at.birth,
    table: partition,
    partitionOf: keyOfRelation(parent),
  }
  return partitionsOf(catalog, partition).reduce(
    (result, child) => withIndexCloned(result, keyOfRelation(child), index, at),
    withRelation(catalog, index),
  )
}
