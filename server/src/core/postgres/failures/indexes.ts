import type { CreateIndex, Reindex } from '../../sql/commands'
import { asTable, type Table } from '../catalog'
import type { Failure } from '../failures'
import {
  columnMissing,
  expressionFailure,
  isAbsent,
  isColumnAbsent,
  relationFailure,
  relationMissing,
  type Scene,
  sureRelation,
  takenFailure,
} from './relations'

export function createIndexFailure(scene: Scene, command: CreateIndex): Failure | undefined {
  const { table: name, concurrently } = command
  const missing = relationFailure(scene, name)
  if (missing) return missing
  const found = sureRelation(scene, name)
  if (!found) return undefined
  const refused = kindFailure(scene, command, found.kind)
  if (refused) return refused
  const table = asTable(found)
  if (table?.kind === 'partitioned table' && concurrently)
    return {
      message: `cannot create index on partitioned table "${table.name}" concurrently`,
      code: '0A000',
      span: concurrently,
    }
  return (
    columnOfIndexFailure(scene, command) ??
    (table && uniqueFailure(table, command)) ??
    nameTaken(scene, command, found.schema)
  )
}

/** A unique index of a partitioned table has all of the partition key (ddl-partitioning.html). */
function uniqueFailure(table: Table, { unique, columns, keywords }: CreateIndex): Failure | undefined {
  const { partitionBy = [] } = table
  if (!unique || partitionBy.every(name => columns.some(({ column }) => column === name))) return undefined
  return {
    message: 'unique constraint on partitioned table must include all partitioning columns',
    code: '0A000',
    span: keywords,
  }
}

/** Indexes stand on tables and materialized views (sql-createindex.html). */
function kindFailure({ postgres }: Scene, { table }: CreateIndex, kind: string): Failure | undefined {
  if (kind !== 'view' && kind !== 'sequence') return undefined
  const message =
    postgres < 15
      ? `"${table.name}" is not a table or materialized view`
      : `cannot create index on relation "${table.name}"`
  return { message, code: '42809', span: table.span }
}

/** Expressions and conditions are read first. */
function columnOfIndexFailure(scene: Scene, command: CreateIndex): Failure | undefined {
  const table = asTable(sureRelation(scene, command.table))
  const expressions = [...command.columns.map(({ expression }) => expression), command.where]
  for (const expression of expressions) {
    const missing = expression && expressionFailure(scene, table, expression)
    if (missing) return missing
  }
  for (const { column, span } of command.columns)
    if (column !== undefined && isColumnAbsent(scene.catalog, table, column)) return columnMissing(column, span)
  const included = command.include.find(name => isColumnAbsent(scene.catalog, table, name))
  return included === undefined ? undefined : columnMissing(included)
}

const nameTaken = (scene: Scene, { name, ifNotExists }: CreateIndex, schema: string): Failure | undefined =>
  name && !ifNotExists ? takenFailure(scene, name, schema) : undefined

export function reindexFailure(scene: Scene, { target, name }: Reindex): Failure | undefined {
  if (!name || (target !== 'INDEX' && target !== 'TABLE')) return undefined
  const found = sureRelation(scene, name)
  if (!found) return isAbsent(scene, name) ? relationMissing(name) : undefined
  const isIndex = found.kind === 'index' || found.kind === 'partitioned index'
  if (target === 'INDEX' && !isIndex)
    return { message: `"${name.name}" is not an index`, code: '42809', span: name.span }
  if (target === 'TABLE' && (isIndex || found.kind === 'view' || found.kind === 'sequence'))
    return { message: `"${name.name}" is not a table or materialized view`, code: '42809', span: name.span }
  return undefined
}
