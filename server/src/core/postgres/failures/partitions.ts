import type { Name, PartitionBound } from '../../sql/parts'
import type { SubcommandOf } from '../../sql/subcommands'
import {
  asTable,
  type Column,
  columnNamed,
  constraintNamed,
  keyOf,
  keyOfRelation,
  mayInherit,
  partitionsOf,
  type Relation,
  type Table,
} from '../catalog'
import type { Failure } from '../failures'
import { relationFailure, type Scene, sureRelation } from './relations'

/** Returns why ATTACH PARTITION and DETACH PARTITION of a table fail. */
export function partitionFailure(
  scene: Scene,
  parent: Relation,
  subcommand: SubcommandOf<'ATTACH PARTITION' | 'DETACH PARTITION'>,
): Failure | undefined {
  const { partition, span } = subcommand
  const isAttach = subcommand.kind === 'ATTACH PARTITION'
  if (parent.kind === 'table') return notPartitioned(scene, parent, isAttach, subcommand.keywords)
  if (parent.kind !== 'partitioned table') return undefined
  const missing = relationFailure(scene, partition)
  if (missing) return missing
  const { catalog, postgres } = scene
  const known = sureRelation(scene, partition)
  if (!known || known.kind === 'view') return undefined
  const of = 'columns' in known && 'partitionOf' in known ? known.partitionOf : undefined
  if (isAttach) {
    if (of !== undefined)
      return { message: `"${partition.name}" is already a partition`, code: '42809', span: partition.span }
    return attachFailure(scene, asTable(parent), asTable(known), subcommand as SubcommandOf<'ATTACH PARTITION'>)
  }
  if (subcommand.concurrently && postgres < 14) return undefined
  if (subcommand.concurrently && partitionsOf(catalog, keyOfRelation(parent)).some(other => other.isDefaultPartition))
    return {
      message: 'cannot detach partitions concurrently when a default partition exists',
      code: '55000',
      span,
    }
  if (of === keyOf(catalog, { schema: parent.schema, name: parent.name })) return undefined
  return {
    message: `relation "${partition.name}" is not a partition of relation "${parent.name}"`,
    code: '42P01',
    span: partition.span,
  }
}

/** Columns beyond the parent's, then the bound, then the columns that the parent has, in its order. */
function attachFailure(
  scene: Scene,
  parent: Table | undefined,
  table: Table | undefined,
  { partition: { name, span }, bound, isDefault }: SubcommandOf<'ATTACH PARTITION'>,
): Failure | undefined {
  if (!parent?.columnsKnown || !table?.columnsKnown || scene.catalog.doubts) return undefined
  const extra = table.columns.find(column => !columnNamed(parent, column.name))
  if (extra)
    return {
      message: `table "${name}" contains column "${extra.name}" not found in parent "${parent.name}"`,
      code: '42804',
      span,
    }
  return boundFailure(scene, parent, { name, span, bound, isDefault }) ?? columnsFailure(parent, table, span, notMarked)

  function notMarked(column: string): Failure {
    const child = scene.postgres >= 18 ? `child table "${name}"` : 'child table'
    return { message: `column "${column}" in ${child} must be marked NOT NULL`, code: '42804', span }
  }
}

interface NewPartition {
  readonly name: string
  readonly span: Failure['span']
  readonly bound: PartitionBound | undefined
  readonly isDefault: boolean
}

/** Returns why a bound is taken: by the default partition, or by another that certainly holds some of the same rows. */
export function boundFailure(
  { catalog }: Scene,
  parent: Table,
  { name, span, bound, isDefault }: NewPartition,
): Failure | undefined {
  const siblings = partitionsOf(catalog, keyOfRelation(parent))
  if (catalog.doubts || siblings.some(sibling => sibling.conditional)) return undefined
  const rest = siblings.find(sibling => sibling.isDefaultPartition)
  if (isDefault)
    return (
      rest && {
        message: `partition "${name}" conflicts with existing default partition "${rest.name}"`,
        code: '42P17',
        ...(span && { span }),
      }
    )
  const [only, ...others] = siblings.filter(sibling => overlap(bound, sibling.bound, isNumbered(parent)))
  if (!only || others.length > 0) return undefined
  return { message: `partition "${name}" would overlap partition "${only.name}"`, code: '42P17', ...(span && { span }) }
}

/** Whether the one column of the partition key holds integers, so that bounds can be compared as numbers. */
function isNumbered(parent: Table): boolean {
  const [name, ...others] = parent.partitionBy ?? []
  const type = name === undefined || others.length > 0 ? undefined : columnNamed(parent, name)?.type
  return type !== undefined && type.dimensions === 0 && ['int2', 'int4', 'int8'].includes(type.name)
}

/** Whether two bounds certainly share rows. */
function overlap(a: PartitionBound | undefined, b: PartitionBound | undefined, isNumbers: boolean): boolean {
  if (a?.strategy === 'list' && b?.strategy === 'list') return a.values.some(value => b.values.includes(value))
  if (a?.strategy !== 'range' || b?.strategy !== 'range' || a.from.length !== 1 || b.from.length !== 1) return false
  const ends = [a.from[0], a.to[0], b.from[0], b.to[0]]
  // MINVALUE and MAXVALUE.
  const isSure = (end: string | undefined) =>
    end === undefined || (isNumbers ? /^-?\d+$/ : /^\d{4}-\d\d-\d\d$/).test(end)
  if (!ends.every(isSure)) return false
  const [from = -Infinity, to = Infinity, otherFrom = -Infinity, otherTo = Infinity] = ends.map(end =>
    end === undefined ? undefined : isNumbers ? Number(end) : Date.parse(end),
  )
  return from < to && from < otherTo && otherFrom < to
}

/** What a child lacks or has otherwise; undefined from the first column on of which that is not certain. */
function columnsFailure(
  parent: Table,
  child: Table,
  span: Failure['span'],
  markFailure?: (column: string) => Failure,
): Failure | undefined {
  for (const { name, type, notNull, generated, collation } of parent.columns) {
    const own = columnNamed(child, name)
    if (!own) return { message: `child table is missing column "${name}"`, code: '42804', ...(span && { span }) }
    const isOther = plainTypes.has(type.name) && plainTypes.has(own.type.name) && type.name !== own.type.name
    if (isOther && type.dimensions === 0 && own.type.dimensions === 0)
      return {
        message: `child table "${child.name}" has different type for column "${name}"`,
        code: '42804',
        ...(span && { span }),
      }
    if (type.name !== own.type.name || generated !== own.generated || collation !== own.collation) return undefined
    if (notNull && !own.notNull) return markFailure?.(name)
  }
  return undefined
}

/** Types that are certainly different where their names are. */
const plainTypes: ReadonlySet<string> = new Set(
  'int2 int4 int8 text varchar bpchar bool date timestamp timestamptz numeric float4 float8 uuid json jsonb bytea'.split(
    ' ',
  ),
)

/** Returns why ALTER TABLE ... INHERIT fails. */
export function inheritFailure(scene: Scene, table: Table, name: Name): Failure | undefined {
  const { catalog } = scene
  const { span } = name
  if (catalog.doubts) return undefined
  if (table.partitionOf !== undefined)
    return { message: 'cannot change inheritance of a partition', code: '42809', span }
  const missing = relationFailure(scene, name)
  const parent = asTable(sureRelation(scene, name))
  if (missing || !parent || table.kind !== 'table') return missing
  if (parent.kind === 'partitioned table')
    return { message: `cannot inherit from partitioned table "${parent.name}"`, code: '42809', span }
  if (parent.kind !== 'table' || parent.partitionOf !== undefined) return undefined
  const [key, parentKey] = [keyOfRelation(table), keyOfRelation(parent)]
  if (!mayInherit(catalog, key, parentKey)) return { message: 'circular inheritance not allowed', code: '42P07', span }
  if (table.inherits.includes(parentKey))
    return { message: `relation "${parent.name}" would be inherited from more than once`, code: '42P07', span }
  if (!parent.columnsKnown || !table.columnsKnown) return undefined
  const wrong = columnsFailure(parent, table, span)
  if (wrong || !parent.columns.every(column => isAlike(column, columnNamed(table, column.name)))) return wrong
  const lacking = parent.constraints.filter(
    ({ kind, noInherit, name: own }) => kind === 'CHECK' && !noInherit && !constraintNamed(table, own),
  )
  const [first, ...others] = lacking
  return first && others.length === 0
    ? { message: `child table is missing constraint "${first.name}"`, code: '42804', span }
    : undefined
}

const isAlike = (a: Column, b: Column | undefined): boolean =>
  a.type.name === b?.type.name &&
  a.type.modifiers.join() === b.type.modifiers.join() &&
  a.notNull === b.notNull &&
  a.generated === b.generated

function notPartitioned({ postgres }: Scene, { name }: Relation, isAttach: boolean, span: Failure['span']): Failure {
  if (postgres < 18) return { message: `table "${name}" is not partitioned`, code: '42P17', ...(span && { span }) }
  const action = `${isAttach ? 'ATTACH' : 'DETACH'} PARTITION`
  return {
    message: `ALTER action ${action} cannot be performed on relation "${name}"`,
    code: '42809',
    ...(span && { span }),
  }
}
