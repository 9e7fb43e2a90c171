import type { CreateTable, CreateTableAs, CreateView } from '../../sql/commands'
import type { ConstraintDefinition, Name, TypeName } from '../../sql/parts'
import { viewColumns } from '../apply/views'
import { creationSchema, key, type Table } from '../catalog'
import { isAbsenceSure } from '../doubts'
import type { Failure } from '../failures'
import { isBuiltIn } from '../types'
import { typeAsPrinted } from './casts'
import { constraintFailure, keyColumnFailure, partitionKeyFailure } from './constraints'
import { missingAmong } from './others'
import { boundFailure } from './partitions'
import { relationFailure, type Scene, sureRelation, sureTable, takenFailure } from './relations'
import { typeFailure, typeInTheWay } from './types'

export function createTableFailure(scene: Scene, command: CreateTable): Failure | undefined {
  const { catalog } = scene
  const { table, ifNotExists } = command
  if (command.persistence === 'temporary') return undefined
  const schema = creationSchema(catalog, table)
  // IF NOT EXISTS looks no further than the name.
  const isThere = catalog.relations.has(key(schema, table.name))
  if (ifNotExists && isThere) return undefined
  const parts = partsOf(command)
  const early =
    definitionFailure(scene, command, parts) ?? (ifNotExists ? undefined : nameFailure(scene, command, schema, isThere))
  // Where nobody knows whether the name is free, the first thing that PostgreSQL finds may be that it is not.
  if (early || isThere || !isAbsenceSure(catalog, table.name)) return early
  return (
    keyNameFailure(scene, parts, schema) ??
    foreignKeyFailure(scene, command, parts) ??
    partitionBoundFailure(scene, command)
  )
}

function partitionBoundFailure(scene: Scene, command: CreateTable): Failure | undefined {
  const { table, partitionOf, bound, isDefaultPartition, columns, constraints } = command
  // What it defines besides may be wrong too.
  if (!partitionOf || columns.length > 0 || constraints.length > 0) return undefined
  const parent = sureTable(scene, partitionOf)
  return parent && boundFailure(scene, parent, { ...table, bound, isDefault: isDefaultPartition })
}

/** The type of a table's rows has the table's name. */
function nameFailure(scene: Scene, { table }: CreateTable, schema: string, isThere: boolean): Failure | undefined {
  const taken = isThere ? takenFailure(scene, table) : undefined
  if (taken) return taken
  if (scene.catalog.types.size === 0 || !typeInTheWay(scene, schema, table.name)) return undefined
  return { message: `type "${table.name}" already exists`, code: '42710', span: table.span }
}

/** What PostgreSQL finds wrong before it makes the table. */
function definitionFailure(scene: Scene, command: CreateTable, parts: Parts): Failure | undefined {
  return (
    parts.wrong ??
    missingAmong(scene, parts.sources) ??
    parentFailure(scene, command) ??
    typesFailure(scene, parts.types) ??
    namedColumnsFailure(scene, command, parts)
  )
}

/** What of a definition is worth looking at: the same at every keystroke in the statements before it. */
interface Parts {
  /** What is wrong whatever the catalog says. */
  readonly wrong?: Failure
  /** LIKE and INHERITS. */
  readonly sources: readonly Name[]
  /** The types that are not PostgreSQL's own. */
  readonly types: readonly TypeName[]
  readonly keys: readonly ConstraintDefinition[]
  readonly foreignKeys: readonly ConstraintDefinition[]
}

const partsOfCommand = new WeakMap<CreateTable, Parts>()

function partsOf(command: CreateTable): Parts {
  const known = partsOfCommand.get(command)
  if (known) return known
  const constraints = [...command.columns.flatMap(column => column.constraints), ...command.constraints]
  const wrong = secondKeyFailure(command, constraints) ?? secondColumnFailure(command)
  // Partitions and typed tables name columns that have their types already.
  const types = command.partitionOf || command.ofType ? [] : command.columns.map(({ type }) => type)
  const parts: Parts = {
    ...(wrong && { wrong }),
    sources: [...command.like.map(({ table }) => table), ...command.inherits],
    types: types.filter(({ schema, name }) => schema !== undefined || !isBuiltIn(name)),
    keys: constraints.filter(({ kind }) => kind === 'PRIMARY KEY' || kind === 'UNIQUE'),
    foreignKeys: constraints.filter(({ references }) => references !== undefined),
  }
  partsOfCommand.set(command, parts)
  return parts
}

function parentFailure(scene: Scene, { partitionOf: name }: CreateTable): Failure | undefined {
  if (!name) return undefined
  const parent = sureRelation(scene, name)
  if (parent && parent.kind !== 'partitioned table')
    return { message: `"${name.name}" is not partitioned`, code: '42P17', span: name.span }
  return relationFailure(scene, name)
}

/** At most one primary key: found as soon as the definition is read. */
function secondKeyFailure({ table }: CreateTable, constraints: readonly ConstraintDefinition[]): Failure | undefined {
  const second = constraints.filter(({ kind }) => kind === 'PRIMARY KEY')[1]
  return second && secondKey(table.name, second.span)
}

export const secondKey = (table: string, span: Failure['span']): Failure => ({
  message: `multiple primary keys for table "${table}" are not allowed`,
  code: '42P16',
  ...(span && { span }),
})

function secondColumnFailure({ columns }: CreateTable): Failure | undefined {
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (seen.has(name.name)) return namedTwice(name.name, name.span)
    seen.add(name.name)
  }
  return undefined
}

function typesFailure(scene: Scene, types: readonly TypeName[]): Failure | undefined {
  for (const type of types) {
    const missing = typeFailure(scene, type)
    if (missing) return missing
  }
  return undefined
}

/** The columns of table constraints, where the definition says all that the table has. */
function namedColumnsFailure(scene: Scene, command: CreateTable, { keys }: Parts): Failure | undefined {
  if (keys.length === 0) return undefined
  if (command.ofType || command.partitionOf || command.inherits.length > 0 || command.like.length > 0) return undefined
  const table = draftOf(command)
  for (const constraint of keys) {
    const missing = keyColumnFailure(scene, table, constraint) ?? partitionKeyFailure(table, constraint)
    if (missing) return missing
  }
  return undefined
}

/** The index of a key has the name of its constraint. */
function keyNameFailure(scene: Scene, { keys }: Parts, schema: string): Failure | undefined {
  for (const { name } of keys) {
    const taken = name && takenFailure(scene, name, schema)
    if (taken) return taken
  }
  return undefined
}

function foreignKeyFailure(scene: Scene, command: CreateTable, { foreignKeys }: Parts): Failure | undefined {
  // What the table references in itself is not there before it.
  const others = foreignKeys.filter(({ references }) => references?.table.name !== command.table.name)
  if (others.length === 0) return undefined
  const table = draftOf(command)
  for (const constraint of others) {
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
  if (missing) return missing
  const { view, orReplace, repeated } = command
  const known = sureRelation(scene, { schema: creationSchema(scene.catalog, view), name: view.name })
  if (repeated !== undefined && !(orReplace && known)) return namedTwice(repeated, view.span)
  if (!known || command.persistence === 'temporary') return undefined
  if (!orReplace) return takenFailure(scene, view)
  if (known.kind === 'view') return outputFailure(scene, known, command)
  return { message: `"${view.name}" is not a view`, code: '42809', span: view.span }
}

/** OR REPLACE keeps the columns that the view has; more may follow them (sql-createview.html). */
function outputFailure(scene: Scene, { outputs: old }: Table, command: CreateView): Failure | undefined {
  const outputs = viewColumns(scene.catalog, command)
  if (!old || !outputs) return undefined
  const isTyped = command.reads.every(name => sureRelation(scene, name))
  if (!isTyped && command.outputs?.some(({ isAll }) => isAll)) return undefined
  const failure = (message: string): Failure => ({ message, code: '42P16', span: command.view.span })
  if (outputs.length < old.length) return failure('cannot drop columns from view')
  for (const [n, before] of old.entries()) {
    const now = outputs[n]
    if (before.name === undefined || now?.name === undefined) return undefined
    if ([before.name, now.name].some(name => scene.catalog.doubts?.names.has(name))) return undefined
    if (before.name !== now.name) return failure(`cannot change name of view column "${before.name}" to "${now.name}"`)
    if (!isTyped || !before.type || !now.type || !isPlainlyOther(before.type, now.type)) continue
    const [from, to] = [before.type, now.type].map(type => withLength(type.modifiers, typeAsPrinted(scene, type)))
    return failure(`cannot change data type of view column "${before.name}" from ${from} to ${to}`)
  }
  return undefined
}

/** PostgreSQL's own types; whether a cast without a length keeps the one that there is depends on the version. */
const isPlainlyOther = (a: TypeName, b: TypeName): boolean =>
  (a.name !== b.name ||
    (a.modifiers.length > 0 &&
      b.modifiers.length > 0 &&
      withLength(a.modifiers, a.name) !== withLength(b.modifiers, b.name))) &&
  [a, b].every(
    ({ schema, name, modifiers, dimensions }) =>
      schema === undefined &&
      dimensions === 0 &&
      (modifiers.length === 0 ? name !== 'bpchar' : hasLength.has(name)) &&
      isBuiltIn(name),
  )

const hasLength: ReadonlySet<string> = new Set(['varchar', 'bpchar', 'numeric'])

/** As PostgreSQL prints a type with its length or precision: `numeric(10,0)`. */
const withLength = (modifiers: readonly number[], printed: string): string =>
  modifiers.length === 0
    ? printed
    : `${printed}(${printed === 'numeric' && modifiers.length === 1 ? `${modifiers[0]},0` : modifiers.join()})`

const namedTwice = (name: string, span: Failure['span']): Failure => ({
  message: `column "${name}" specified more than once`,
  code: '42701',
  ...(span && { span }),
})

export function storedQueryFailure(scene: Scene, command: CreateTableAs): Failure | undefined {
  const { relation, ifNotExists, persistence } = command
  const schema = creationSchema(scene.catalog, relation)
  if (ifNotExists && scene.catalog.relations.has(key(schema, relation.name))) return undefined
  const { repeated } = command
  const wrong =
    missingAmong(scene, command.reads) ?? (repeated === undefined ? undefined : namedTwice(repeated, relation.span))
  return wrong ?? (ifNotExists || persistence === 'temporary' ? undefined : takenFailure(scene, relation))
}
