import type { SubcommandOf } from '../../sql/commands'
import { keyOf, keyOfRelation, partitionsOf, type Relation } from '../catalog'
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
    return undefined
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

function notPartitioned({ postgres }: Scene, { name }: Relation, isAttach: boolean, span: Failure['span']): Failure {
  if (postgres < 18) return { message: `table "${name}" is not partitioned`, code: '42P17', ...(span && { span }) }
  const action = `${isAttach ? 'ATTACH' : 'DETACH'} PARTITION`
  return {
    message: `ALTER action ${action} cannot be performed on relation "${name}"`,
    code: '42809',
    ...(span && { span }),
  }
}
