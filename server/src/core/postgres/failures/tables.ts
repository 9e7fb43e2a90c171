import type { ColumnDefinition, CreateTable, CreateTableAs, CreateView } from '../../sql/commands'
import { creationSchema, type Table } from '../catalog'
import type { Failure } from '../failures'
import { constraintFailure, keyColumnFailure, partitionKeyFailure } from './constraints'
import { missingAmong } from './others'
import { isAbsent, relationFailure, type Scene, sureRelation, takenFailure } from './relations'
import { typeFailure, typeInTheWay } from './types'

export function createTableFailure(scene: Scene, command: CreateTable): Failure | undefined {
  const { catalog } = scene
  const { table, ifNotExists } = command
  if (command.persistence === 'temporary') return undefined
  const schema = creationSchema(catalog, table)
  // IF NOT EXISTS looks no further than the name.
  if (ifNotExists && catalog.relations.has(`${schema}.${table.name}`)) return undefined
  const taken = ifNotExists ? undefined : nameFailure(scene, command, schema)
  const early = definitionFailure(scene, command) ?? taken
  // Where nobody knows whether the name is free, the first thing that PostgreSQL finds may be that it is not.
  if (early || !isAbsent(scene, table)) return early
  return keyNameFailure(scene, command, schema) ?? foreignKeyFailure(scene, command)
}

/** The type of a table's rows has the table's name. */
function nameFailure(scene: Scene, { table }: CreateTable, schema: string): Failure | undefined {
  const taken = takenFailure(scene, table)
  if (taken) return taken
  if (!typeInTheWay(scene, schema, table.name)) return undefined
  return { message: `type "${table.name}" already exists`, code: '42710', span: table.span }
}

/** What PostgreSQL finds wrong before it makes the table. */
function definitionFailure(scene: Scene, command: CreateTable): Failure | undefined {
  return (
    keysFailure(command) ??
    missingAmong(scene, [...command.like.map(({ table }) => table), ...command.inherits]) ??
    parentFailure(scene, command) ??
    columnsFailure(scene, command.columns, command.partitionOf !== undefined) ??
    namedColumnsFailure(scene, command)
  )
}

function parentFailure(scene: Scene, { partitionOf: name }: CreateTable): Failure | undefined {
  if (!name) return undefined
  const parent = sureRelation(scene, name)
  if (parent && parent.kind !== 'partitioned table')
    return { message: `"${name.name}" is not partitioned`, code: '42P17', span: name.span }
  return relationFailure(scene, name)
}

/** At most one primary key: found as soon as the definition is read. */
function keysFailure(command: CreateTable): Failure | undefined {
  const all = [...command.columns.flatMap(({ constraints }) => constraints), ...command.constraints]
  const second = all.filter(({ kind }) => kind === 'PRIMARY KEY')[1]
  return second && secondKey(command.table.name, second.span)
}

export const secondKey = (table: string, span: Failure['span']): Failure => ({
  message: `multiple primary keys for table "${table}" are not allowed`,
  code: '42P16',
  ...(span && { span }),
})

function columnsFailure(scene: Scene, columns: readonly ColumnDefinition[], isPartition: boolean): Failure | undefined {
  const seen = new Set<string>()
  for (const { name, type } of columns) {
    if (seen.has(name.name))
      return { message: `column "${name.name}" specified more than once`, code: '42701', span: name.span }
    seen.add(name.name)
    const missing = isPartition ? undefined : typeFailure(scene, type)
    if (missing) return missing
  }
  return undefined
}

/** The columns of table constraints, where the definition says all that the table has. */
function namedColumnsFailure(scene: Scene, command: CreateTable): Failure | undefined {
  if (command.ofType || command.partitionOf || command.inherits.length > 0 || command.like.length > 0) return undefined
  const table = draftOf(command)
  for (const constraint of [...command.columns.flatMap(({ constraints }) => constraints), ...command.constraints]) {
    const missing = keyColumnFailure(scene, table, constraint) ?? partitionKeyFailure(table, constraint)
    if (missing) return missing
  }
  return undefined
}

/** The index of a key has the name of its constraint. */
function keyNameFailure(scene: Scene, command: CreateTable, schema: string): Failure | undefined {
  for (const { name, kind } of [...command.columns.flatMap(({ constraints }) => constraints), ...command.constraints]) {
    const taken = name && (kind === 'PRIMARY KEY' || kind === 'UNIQUE') ? takenFailure(scene, name, schema) : undefined
    if (taken) return taken
  }
  return undefined
}

function foreignKeyFailure(scene: Scene, command: CreateTable): Failure | undefined {
  const table = draftOf(command)
  for (const constraint of [...command.columns.flatMap(({ constraints }) => constraints), ...command.constraints]) {
    // What the table references in itself is not there before it.
    const { references } = constraint
    if (!references || references.table.name === command.table.name) continue
    const failure = constraintFailure(scene, table, constraint)
    if (failure) return failure
  }
  return undefined
}

/** The table as its definition has it so far. */
const draftOf = (command: CreateTable): Table => ({
  kind: command.partitionBy ? 'partitioned table' : 'table',
  schema: command.table.schema ?? 'public',
  name: command.table.name,
  conditional: false,
  persistence: command.persistence,
  columns: command.columns.map(({ name, type, notNull, default: value }) => ({
    name: name.name,
    type,
    notNull: notNull !== undefined,
    ...(value && { default: value.expression }),
    identity: false,
  })),
  columnsKnown:
    command.ofType === undefined &&
    command.partitionOf === undefined &&
    command.inherits.length === 0 &&
    command.like.length === 0,
  constraints: [],
  isDefaultPartition: false,
  ...(command.partitionBy && { partitionBy: command.partitionBy.columns }),
  inherits: [],
  reads: [],
  triggers: [],
  written: false,
})

export function createViewFailure(scene: Scene, command: CreateView): Failure | undefined {
  const missing = missingAmong(scene, command.reads)
  if (missing || command.persistence === 'temporary') return missing
  const { view, orReplace } = command
  const known = sureRelation(scene, { schema: creationSchema(scene.catalog, view), name: view.name })
  if (!known) return undefined
  if (!orReplace) return takenFailure(scene, view)
  if (known.kind === 'view') return undefined
  return { message: `"${view.name}" is not a view`, code: '42809', span: view.span }
}

export function storedQueryFailure(scene: Scene, command: CreateTableAs): Failure | undefined {
  const { relation, ifNotExists, persistence } = command
  const schema = creationSchema(scene.catalog, relation)
  if (ifNotExists && scene.catalog.relations.has(`${schema}.${relation.name}`)) return undefined
  const missing = missingAmong(scene, command.reads)
  return missing ?? (ifNotExists || persistence === 'temporary' ? undefined : takenFailure(scene, relation))
}
