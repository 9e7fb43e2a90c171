import type { ConstraintDefinition } from '../../sql/parts'
import {
  asTable,
  type Catalog,
  constraintNamed,
  indexesOf,
  isIndex,
  key,
  keyOfRelation,
  primaryKeyOf,
  type Table,
} from '../catalog'
import type { Failure } from '../failures'
import { constraintName } from '../names'
import { areComparable } from './casts'
import { expressionFailure, isColumnAbsent, relationFailure, type Scene, sureColumn, sureRelation } from './relations'
import { keyedTwice } from './repetitions'
import { secondKey } from './tables'

/** Returns why a constraint cannot be added to a table; the table is as it is when the constraint comes. */
export function constraintFailure(scene: Scene, table: Table, definition: ConstraintDefinition): Failure | undefined {
  switch (definition.kind) {
    case 'PRIMARY KEY':
    case 'UNIQUE':
      return definition.usingIndex === undefined
        ? keyFailure(scene, table, definition)
        : adoptionFailure(scene, table, definition, definition.usingIndex)
    case 'FOREIGN KEY':
      return foreignKeyFailure(scene, table, definition)
    case 'CHECK':
      return (
        nameTaken(scene, table, definition) ??
        (definition.expression && expressionFailure(scene, table, definition.expression))
      )
    case 'EXCLUDE':
    case 'NOT NULL':
      return undefined
  }
}

function keyFailure(scene: Scene, table: Table, definition: ConstraintDefinition): Failure | undefined {
  const second =
    definition.kind === 'PRIMARY KEY' && primaryKeyOf(table) ? secondKey(table.name, definition.span) : undefined
  const missing = keyColumnFailure(scene, table, definition)
  return (
    (missing && definition.kind === 'PRIMARY KEY' ? missingInKey(table, missing) : missing) ??
    second ??
    partitionKeyFailure(table, definition) ??
    nameTaken(scene, table, definition) ??
    (definition.kind === 'PRIMARY KEY' ? unprovenFailure(table, definition) : undefined)
  )
}

/** A NOT NULL that is NOT VALID is no ground for a key (18). */
function unprovenFailure(table: Table, { columns, span }: ConstraintDefinition): Failure | undefined {
  const unproven = columns.find(name =>
    table.constraints.some(
      ({ kind, columns: [only], validated }) => kind === 'NOT NULL' && only === name && !validated,
    ),
  )
  if (unproven === undefined) return undefined
  return { message: `cannot create primary key on column "${unproven}"`, code: '55000', span }
}

/** ADD PRIMARY KEY sets its columns NOT NULL first, and misses one there. */
const missingInKey = (table: Table, { message, ...missing }: Failure): Failure => ({
  ...missing,
  message: message.replace('named in key', `of relation "${table.name}"`),
})

/** Returns which column of a key the table does not have, or the key has twice. */
export function keyColumnFailure(
  { catalog }: Scene,
  table: Table,
  { kind, columns, span, usingIndex }: ConstraintDefinition,
): Failure | undefined {
  if (usingIndex !== undefined || !(kind === 'PRIMARY KEY' || kind === 'UNIQUE')) return undefined
  for (const [place, column] of columns.entries()) {
    if (isColumnAbsent(catalog, table, column))
      return { message: `column "${column}" named in key does not exist`, code: '42703', span }
    if (columns.indexOf(column) < place) return keyedTwice(kind, column, span)
  }
  return undefined
}

/** A unique index of a partitioned table has all of the partition key (ddl-partitioning.html). */
export function partitionKeyFailure(table: Table, { kind, columns, span }: ConstraintDefinition): Failure | undefined {
  if (table.kind !== 'partitioned table' || !(kind === 'PRIMARY KEY' || kind === 'UNIQUE')) return undefined
  if (table.partitionBy?.every(column => columns.includes(column)) ?? true) return undefined
  return {
    message: 'unique constraint on partitioned table must include all partitioning columns',
    code: '0A000',
    span,
  }
}

/** A name that the table's constraints have; those with an index also share the names of relations. */
function nameTaken(scene: Scene, table: Table, { name, kind }: ConstraintDefinition): Failure | undefined {
  const { catalog } = scene
  if (!name || catalog.doubts?.names.has(name.name)) return undefined
  const isIndexed = kind === 'PRIMARY KEY' || kind === 'UNIQUE'
  if (isIndexed && sureRelation(scene, { schema: table.schema, name: name.name }))
    return { message: `relation "${name.name}" already exists`, code: '42P07', span: name.span }
  const known = constraintNamed(table, name.name)
  // PostgreSQL takes a CHECK that heirs have of their own for the same one.
  if (!known || known.kind === 'NOT NULL' || (kind === 'CHECK' && isHeir(table))) return undefined
  return {
    message: `constraint "${name.name}" for relation "${table.name}" already exists`,
    code: '42710',
    span: name.span,
  }
}

const isHeir = ({ inherits, partitionOf }: Table) => inherits.length > 0 || partitionOf !== undefined

function adoptionFailure(
  scene: Scene,
  table: Table,
  definition: ConstraintDefinition,
  usingIndex: string,
): Failure | undefined {
  if (definition.kind === 'PRIMARY KEY' && primaryKeyOf(table)) return secondKey(table.name, definition.span)
  const { catalog } = scene
  const name = { schema: table.schema, name: usingIndex }
  const index = sureRelation(scene, name)
  const { span } = definition
  if (!index) {
    if (catalog.relations.has(key(table.schema, usingIndex)) || !isIndexAbsent(scene, usingIndex)) return undefined
    return { message: `index "${usingIndex}" does not exist`, code: '42704', span }
  }
  if (!isIndex(index)) return undefined
  if (index.table !== keyOfRelation(table))
    return { message: `index "${usingIndex}" does not belong to table "${table.name}"`, code: '55000', span }
  if (index.constraint !== undefined)
    return { message: `index "${usingIndex}" is already associated with a constraint`, code: '55000', span }
  if (!index.unique) return { message: `"${usingIndex}" is not a unique index`, code: '42809', span }
  return index.partial ? { message: `"${usingIndex}" is a partial index`, code: '42809', span } : undefined
}

const isIndexAbsent = ({ catalog }: Scene, name: string): boolean =>
  catalog.doubts?.since === undefined && !catalog.doubts?.names.has(name)

function foreignKeyFailure(scene: Scene, table: Table, definition: ConstraintDefinition): Failure | undefined {
  const { references } = definition
  if (!references) return undefined
  const { catalog, postgres } = scene
  const early = nameTaken(scene, table, definition) ?? relationFailure(scene, references.table)
  if (early) return early
  const found = sureRelation(scene, references.table)
  if (!found) return undefined
  const { span } = definition
  if (found.kind !== 'table' && found.kind !== 'partitioned table')
    return { message: `referenced relation "${found.name}" is not a table`, code: '42809', span: references.table.span }
  if (definition.notValid && table.kind === 'partitioned table' && postgres < 18)
    return {
      message: `cannot add NOT VALID foreign key on partitioned table "${table.name}" referencing relation "${found.name}"`,
      code: '42809',
      span,
    }
  if (table.persistence === 'permanent' && 'persistence' in found && found.persistence === 'unlogged')
    return { message: 'constraints on permanent tables may reference only permanent tables', code: '42P16', span }
  return referencingFailure(catalog, table, definition) ?? referencedFailure(scene, table, asTable(found), definition)
}

function referencingFailure(catalog: Catalog, table: Table, { columns, span }: ConstraintDefinition) {
  const missing = columns.find(column => isColumnAbsent(catalog, table, column))
  return missing === undefined ? undefined : referencedMissing(missing, span)
}

const referencedMissing = (column: string, span: Failure['span']): Failure => ({
  message: `column "${column}" referenced in foreign key constraint does not exist`,
  code: '42703',
  ...(span && { span }),
})

function referencedFailure(
  scene: Scene,
  table: Table,
  referenced: Table | undefined,
  definition: ConstraintDefinition,
): Failure | undefined {
  const { catalog } = scene
  const { references, columns, span } = definition
  if (!referenced?.columnsKnown || !references) return undefined
  const absent = references.columns.find(column => isColumnAbsent(catalog, referenced, column))
  if (absent !== undefined) return referencedMissing(absent, span)
  const primary = primaryKeyOf(referenced)
  if (references.columns.length === 0 && !primary)
    return { message: `there is no primary key for referenced table "${referenced.name}"`, code: '42704', span }
  const targets = references.columns.length > 0 ? references.columns : (primary?.columns ?? [])
  if (references.columns.length > 0 && !isUnique(catalog, referenced, targets))
    return {
      message: `there is no unique constraint matching given keys for referenced table "${referenced.name}"`,
      code: '42830',
      span,
    }
  if (targets.length !== columns.length)
    return {
      message: 'number of referencing and referenced columns for foreign key disagree',
      code: '42830',
      span,
    }
  return typesFailure(scene, table, referenced, targets, definition)
}

/** Each pair of columns needs an operator that compares them. */
function typesFailure(
  scene: Scene,
  table: Table,
  referenced: Table,
  targets: readonly string[],
  definition: ConstraintDefinition,
): Failure | undefined {
  const mismatch = definition.columns.some((name, n) => {
    const from = sureColumn(scene, table, name)
    const to = sureColumn(scene, referenced, targets[n] ?? '')
    return from && to && areComparable(scene, from.type, to.type) === false
  })
  if (!mismatch) return undefined
  const name = constraintName(scene.catalog, table, definition)
  return { message: `foreign key constraint "${name}" cannot be implemented`, code: '42804', span: definition.span }
}

/** Whether a unique index without conditions has just these columns, in whatever order. */
const isUnique = (catalog: Catalog, table: Table, columns: readonly string[]): boolean =>
  indexesOf(catalog, keyOfRelation(table)).some(
    index =>
      index.conditional ||
      (index.unique &&
        !index.partial &&
        index.columns.length === columns.length &&
        columns.every(name => index.columns.includes(name))),
  ) || columns.some(column => catalog.doubts?.names.has(column))
