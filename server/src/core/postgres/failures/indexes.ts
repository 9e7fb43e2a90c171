import type { CreateIndex, Reindex } from '../../sql/commands'
import type { Expression } from '../../sql/parts'
import { asTable, routineNamed, type Table } from '../catalog'
import type { Failure } from '../failures'
import { volatilityOfCall } from '../volatility'
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
    changingFailure(scene, command) ??
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

/** What an index holds must not change by itself (sql-createindex.html); the condition is looked at first. */
function changingFailure(scene: Scene, { columns, where }: CreateIndex): Failure | undefined {
  if (where && changes(scene, where)) return mustBeImmutable('predicate', where)
  const changing = columns.find(({ expression }) => expression && changes(scene, expression))?.expression
  return changing && mustBeImmutable('expression', changing)
}

const mustBeImmutable = (part: string, { span }: Expression): Failure => ({
  message: `functions in index ${part} must be marked IMMUTABLE`,
  code: '42P17',
  ...(span && { span }),
})

/** Of PostgreSQL's own functions with arguments one of the same name may be immutable for other types. */
const changes = ({ catalog, postgres }: Scene, { calls, hasSubquery }: Expression): boolean =>
  !hasSubquery &&
  !catalog.doubts?.since &&
  calls.some(call => {
    const isKnown = call.arguments === 0 || routineNamed(catalog, call)?.overloads.length === 1
    if (!isKnown || catalog.doubts?.names.has(call.name)) return false
    const volatility = volatilityOfCall(call, catalog, postgres)
    return volatility === 'volatile' || volatility === 'stable'
  })

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
