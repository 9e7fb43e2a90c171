import type { AlterRelation } from '../../sql/commands'
import type { Identifier } from '../../sql/parts'
import type { Subcommand, SubcommandKind, SubcommandOf } from '../../sql/subcommands'
import {
  type Catalog,
  type Column,
  columnNamed,
  foreignKeysTo,
  inheritorsOf,
  keyOfRelation,
  partitionsOf,
  primaryKeyOf,
  type RelationKey,
  type Table,
  tableAt,
  viewsReading,
} from '../catalog'
import { isSure } from '../doubts'
import type { Failure } from '../failures'
import { isAutomatic, isComparedAfter, typeAsPrinted, typeOfConstant } from './casts'
import { constraintFailure } from './constraints'
import { columnFailure, described, expressionFailure, isColumnAbsent, type Scene, sureColumn } from './relations'
import { sureType, typeFailure } from './types'

/** Returns why a subcommand about a column fails. */
export function columnSubcommandFailure(
  scene: Scene,
  command: AlterRelation,
  table: Table,
  subcommand: Subcommand,
): Failure | undefined {
  switch (subcommand.kind) {
    case 'ADD COLUMN':
      return addFailure(scene, table, subcommand, command.only)
    case 'DROP COLUMN':
      return dropFailure(scene, table, subcommand, command.only)
    case 'RENAME COLUMN':
      return renameFailure(scene, table, subcommand, command.only)
    case 'ALTER COLUMN TYPE':
      return typeChangeFailure(scene, command, table, subcommand)
    case 'DROP EXPRESSION':
      return sureColumn(scene, table, subcommand.column.name)?.generated === 'virtual'
        ? {
            message: 'ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns',
            code: '0A000',
            span: subcommand.column.span,
          }
        : undefined
    case 'SET DEFAULT':
    case 'DROP DEFAULT':
    case 'SET NOT NULL':
    case 'DROP NOT NULL':
    case 'ADD GENERATED':
    case 'SET GENERATED':
    case 'SET STATISTICS':
    case 'SET STORAGE':
    case 'SET COMPRESSION':
    case 'SET COLUMN OPTIONS':
      return (
        columnFailure(scene, table, subcommand.column.name, subcommand.column.span) ??
        attributeFailure(scene, table, subcommand.kind, subcommand.column) ??
        (subcommand.kind === 'SET NOT NULL' && command.only
          ? notNullAboveFailure(scene, table, subcommand.column)
          : undefined) ??
        (subcommand.kind === 'SET DEFAULT' ? defaultFailure(scene, table, subcommand) : undefined)
      )
    default:
      return undefined
  }
}

/** A text without a cast that is no label of the column's enum: of a number PostgreSQL says something else. */
function defaultFailure(scene: Scene, table: Table, { column, expression }: SubcommandOf<'SET DEFAULT'>) {
  const type = sureColumn(scene, table, column.name)?.type
  const known = type && type.dimensions === 0 ? sureType(scene, type) : undefined
  const { literal, span } = expression
  if (!type || known?.kind !== 'enum' || literal === undefined) return undefined
  const isBare = span.end - span.start === literal.length + "''".length
  if (!isBare || known.labels.includes(literal) || scene.catalog.doubts?.names.has(literal)) return undefined
  return { message: `invalid input value for enum ${typeAsPrinted(scene, type)}: "${literal}"`, code: '22P02', span }
}

function addFailure(scene: Scene, table: Table, { column, ifNotExists }: SubcommandOf<'ADD COLUMN'>, only: boolean) {
  const { name, span } = column.name
  if (table.partitionOf !== undefined) return { message: 'cannot add column to a partition', code: '42809', span }
  if (sureColumn(scene, table, name))
    return ifNotExists
      ? undefined
      : { message: `column "${name}" of relation "${table.name}" already exists`, code: '42701', span }
  if (!table.columnsKnown || scene.catalog.doubts?.names.has(name)) return undefined
  const missing = typeFailure(scene, column.type)
  if (missing) return missing
  if (only && hasHeirs(scene, table))
    return { message: 'column must be added to child tables too', code: '42P16', span }
  const withIt: Table = { ...table, columns: [...table.columns, bareColumn(column)] }
  for (const constraint of column.constraints) {
    const failure = constraintFailure(scene, withIt, constraint)
    if (failure) return failure
  }
  return undefined
}

const hasHeirs = ({ catalog }: Scene, table: Table): boolean =>
  inheritorsOf(catalog, keyOfRelation(table)).some(heir => isSure(catalog, heir, keyOfRelation(heir)))

/** What a partitioned table promises its partitions keep already, or prove; from 18 on that is not enough. */
function notNullAboveFailure(
  { catalog, postgres }: Scene,
  table: Table,
  { name, span }: Identifier,
): Failure | undefined {
  if (table.kind !== 'partitioned table' || columnNamed(table, name)?.notNull) return undefined
  const isNullable = (partition: Table) =>
    isSure(catalog, partition, keyOfRelation(partition)) &&
    (postgres >= 18 ||
      (columnNamed(partition, name)?.notNull === false && partition.constraints.every(({ kind }) => kind !== 'CHECK')))
  if (!partitionsOf(catalog, keyOfRelation(table)).some(isNullable)) return undefined
  return { message: 'constraint must be added to child tables too', code: '42P16', span }
}

const bareColumn = ({ name, type }: SubcommandOf<'ADD COLUMN'>['column']): Column => ({
  name: name.name,
  type,
  notNull: false,
  identity: false,
})

function dropFailure(
  scene: Scene,
  table: Table,
  { column, ifExists, cascade }: SubcommandOf<'DROP COLUMN'>,
  only: boolean,
): Failure | undefined {
  const { catalog } = scene
  const { name, span } = column
  const missing = ifExists ? undefined : columnFailure(scene, table, name, span)
  if (missing) return missing
  const known = sureColumn(scene, table, name)
  if (!known) return undefined
  const fixed = fixedFailure(scene, table, known, column, 'drop')
  if (fixed) return fixed
  if (only && table.kind === 'partitioned table' && hasHeirs(scene, table))
    return {
      message: 'cannot drop column from only the partitioned table when partitions exist',
      code: '42P16',
      span,
    }
  if (cascade || !hasDependents(scene, table, name)) return undefined
  return {
    message:
      !only && hasHeirs(scene, table)
        ? 'cannot drop desired object(s) because other objects depend on them'
        : `cannot drop column ${name} of table ${described(catalog, table)} because other objects depend on it`,
    code: '2BP01',
    span,
  }
}

/** Foreign keys of other tables, columns generated from it, triggers of UPDATE OF it, views. */
function hasDependents({ catalog, postgres }: Scene, table: Table, name: string): boolean {
  const key = keyOfRelation(table)
  // Up to 14 generated columns went with it.
  const isGenerated = postgres >= 15 && table.columns.some(({ generatedFrom }) => generatedFrom?.includes(name))
  return (
    isGenerated ||
    (table.policies ?? []).some(
      ({ name: policy, reads, uses }) =>
        reads.length === 0 && uses?.columns.includes(name) && !catalog.doubts?.names.has(policy),
    ) ||
    table.triggers.some(
      ({ name: trigger, columns }) => columns?.includes(name) && !catalog.doubts?.names.has(trigger),
    ) ||
    foreignKeysTo(catalog, key).some(
      ({ table: other, constraint }) =>
        other !== table &&
        keyOfRelation(other) !== key &&
        constraint.references.columns.includes(name) &&
        isSure(catalog, other, keyOfRelation(other)),
    ) ||
    isReadByView(catalog, table, name)
  )
}

type Renaming = Extract<Subcommand, { readonly from: Identifier }>

function renameFailure(scene: Scene, table: Table, { from, to }: Renaming, only: boolean) {
  const { catalog } = scene
  const known = sureColumn(scene, table, from.name)
  if (known && only && hasHeirs(scene, table))
    return {
      message: `inherited column "${from.name}" must be renamed in child tables too`,
      code: '42P16',
      span: from.span,
    }
  if (known?.inherited)
    return { message: `cannot rename inherited column "${from.name}"`, code: '42P16', span: from.span }
  if (isColumnAbsent(catalog, table, from.name))
    return { message: `column "${from.name}" does not exist`, code: '42703', span: from.span }
  if (!sureColumn(scene, table, from.name) || !sureColumn(scene, table, to.name)) return undefined
  return { message: `column "${to.name}" of relation "${table.name}" already exists`, code: '42701', span: to.span }
}

function typeChangeFailure(
  scene: Scene,
  { subcommands, only }: AlterRelation,
  table: Table,
  { column, type, using }: SubcommandOf<'ALTER COLUMN TYPE'>,
): Failure | undefined {
  const { name, span } = column
  const missing =
    (using && expressionFailure(scene, table, using)) ??
    columnFailure(scene, table, name, span) ??
    (isInherited(table, name) ? undefined : typeFailure(scene, type))
  if (missing) return missing
  const known = sureColumn(scene, table, name)
  // What other subcommands do to the column first may change all of this.
  const isAlone = subcommands.every(other => keepsTypes.has(other.kind))
  const fixed = known && fixedFailure(scene, table, known, column, 'alter')
  if (fixed) return fixed
  if (!known || !isAlone) return undefined
  if (only && hasHeirs(scene, table))
    return using || isAutomatic(scene, known.type, type) !== true
      ? undefined
      : { message: `type of inherited column "${name}" must be changed in child tables too`, code: '42P16', span }
  const left = () => dependentFailure(scene, table, column) ?? operatorFailure(scene, table, known, { column, type })
  if (isAutomatic(scene, known.type, type) !== false) return left()
  const printed = typeAsPrinted(scene, type)
  if (!using)
    return { message: `column "${name}" cannot be cast automatically to type ${printed}`, code: '42804', span }
  // The default is converted as if it were written anew: only a constant is certain to have the column's type.
  const { default: value, generated, identity } = known
  if (value?.kind !== 'constant' || value.types?.length || generated || identity) return left()
  return {
    message: `default for column "${name}" cannot be cast automatically to type ${printed}`,
    code: '42804',
    span,
  }
}

const isInherited = (table: Table, name: string): boolean =>
  table.columns.some(column => column.name === name && column.inherited)

/** A parent's column is changed with the parent; a partition key stays (ddl-inherit.html, ddl-partitioning.html). */
function fixedFailure(
  { catalog }: Scene,
  table: Table,
  known: Column,
  { name, span }: Identifier,
  verb: 'alter' | 'drop',
) {
  if (known.inherited) return { message: `cannot ${verb} inherited column "${name}"`, code: '42P16', span }
  const isKey = (other: Table) =>
    other.partitionBy?.includes(name) && (other === table || isSure(catalog, other, keyOfRelation(other)))
  const parted = [table, ...partitionsOf(catalog, keyOfRelation(table), { recursive: true })].find(isKey)
  if (!parted) return undefined
  const reason = `because it is part of the partition key of relation "${parted.name}"`
  return { message: `cannot ${verb} column "${name}" ${reason}`, code: '42P16', span }
}

/** What is computed from a column keeps its type. */
function dependentFailure({ catalog, postgres }: Scene, table: Table, { name, span }: Identifier): Failure | undefined {
  if (table.columns.some(({ generatedFrom }) => generatedFrom?.includes(name)))
    return {
      message: 'cannot alter type of a column used by a generated column',
      code: postgres < 15 ? '42601' : '0A000',
      span,
    }
  if (!isReadByView(catalog, table, name)) return undefined
  return { message: 'cannot alter type of a column used by a view or rule', code: '0A000', span }
}

/** The constants of a CHECK keep the types that they had when it was made: the column is compared with them again (sql-altertable.html). */
function operatorFailure(
  scene: Scene,
  table: Table,
  { name, type: from }: Column,
  { column, type }: Pick<SubcommandOf<'ALTER COLUMN TYPE'>, 'column' | 'type'>,
): Failure | undefined {
  if (from.dimensions > 0 || type.dimensions > 0 || isComparedAfter(scene, from, type)) return undefined
  const kept = table.constraints.filter(
    constraint => constraint.kind === 'CHECK' && !scene.catalog.doubts?.names.has(constraint.name),
  )
  for (const { operator, value, column: compared } of kept.flatMap(({ comparisons = [] }) => comparisons.flat())) {
    const constant = compared === name && value !== undefined ? typeOfConstant(scene, from, value) : undefined
    if (constant === undefined) continue
    return {
      message: `operator does not exist: ${typeAsPrinted(scene, type)} ${operator} ${constant}`,
      code: '42883',
      span: column.span,
    }
  }
  return undefined
}

/** Of a view over several relations we only know names: that of a column which no other of them has is certain. */
function isReadByView(catalog: Catalog, table: Table, name: string): boolean {
  const key = keyOfRelation(table)
  const isAnothers = (other: RelationKey) => other !== key && !isWithout(catalog, other, name)
  return viewsReading(catalog, key).some(
    view =>
      view.readColumns?.includes(name) === true &&
      !view.unsureColumns?.some(unsure => unsure === name || unsure === '*') &&
      !view.reads.some(isAnothers) &&
      isSure(catalog, view, keyOfRelation(view)),
  )
}

function isWithout(catalog: Catalog, key: RelationKey, column: string): boolean {
  const relation = tableAt(catalog, key)
  return relation !== undefined && isSure(catalog, relation, key) && isColumnAbsent(catalog, relation, column)
}

const keepsTypes: ReadonlySet<SubcommandKind> = new Set([
  'ALTER COLUMN TYPE',
  'SET DEFAULT',
  'DROP DEFAULT',
  'SET NOT NULL',
  'DROP NOT NULL',
] as const)

/** Whether the table is a partition of one whose column holds no nulls. */
function isNotNullAbove(scene: Scene, { partitionOf }: Table, name: string): boolean {
  const parent = partitionOf === undefined ? undefined : tableAt(scene.catalog, partitionOf)
  if (!parent || !isSure(scene.catalog, parent, partitionOf ?? '')) return false
  return sureColumn(scene, parent, name)?.notNull === true
}

function attributeFailure(
  scene: Scene,
  table: Table,
  kind: SubcommandKind,
  { name, span }: Identifier,
): Failure | undefined {
  const known = sureColumn(scene, table, name)
  if (!known) return undefined
  const relation = `of relation "${table.name}"`
  switch (kind) {
    case 'DROP NOT NULL':
      if (known.identity) return { message: `column "${name}" ${relation} is an identity column`, code: '42601', span }
      if (scene.postgres >= 18 && isNotNullAbove(scene, table, name))
        return { message: `column "${name}" is marked NOT NULL in parent table`, code: '42P16', span }
      return primaryKeyOf(table)?.columns.includes(name)
        ? { message: `column "${name}" is in a primary key`, code: '42P16', span }
        : undefined
    case 'SET DEFAULT':
    case 'DROP DEFAULT':
      if (known.identity) return { message: `column "${name}" ${relation} is an identity column`, code: '42601', span }
      return known.generated
        ? { message: `column "${name}" ${relation} is a generated column`, code: '42601', span }
        : undefined
    case 'ADD GENERATED':
      if (!known.notNull)
        return {
          message: `column "${name}" ${relation} must be declared NOT NULL before identity can be added`,
          code: '55000',
          span,
        }
      // What it says of one that has an identity depends on the name of the sequence.
      if (known.identity) return undefined
      return known.default
        ? { message: `column "${name}" ${relation} already has a default value`, code: '55000', span }
        : undefined
    default:
      return undefined
  }
}
