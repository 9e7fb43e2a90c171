import type { CreateIndex, Reindex } from '../../sql/commands'
import { asTable } from '../catalog'
import type { Failure } from '../failures'
import {
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
  return columnOfIndexFailure(scene, command) ?? nameTaken(scene, command, found.schema)
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

function columnOfIndexFailure({ catalog, ...scene }: Scene, command: CreateIndex): Failure | undefined {
  const table = asTable(sureRelation({ catalog, ...scene }, command.table))
  for (const { column, expression, span } of command.columns) {
    const names = column === undefined ? (expression?.columns ?? []) : [column]
    const missing = names.find(name => name !== '*' && name !== table?.name && isColumnAbsent(catalog, table, name))
    if (missing !== undefined) return { message: `column "${missing}" does not exist`, code: '42703', span }
  }
  const included = command.include.find(name => isColumnAbsent(catalog, table, name))
  return included === undefined ? undefined : { message: `column "${included}" does not exist`, code: '42703' }
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
