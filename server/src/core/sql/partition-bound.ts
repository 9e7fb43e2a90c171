import type { Node, PartitionBoundSpec } from 'libpg-query'
import { constantText } from './constants'
import { fields, strings } from './nodes'
import type { PartitionBound } from './parts'

/** Returns what FOR VALUES or DEFAULT says; undefined where a value is not a constant. */
export function partitionBound(bound: PartitionBoundSpec | undefined): PartitionBound | undefined {
  if (!bound) return undefined
  if (bound.is_default) return { strategy: 'default' }
  if (bound.strategy === 'h') return { strategy: 'hash', modulus: bound.modulus ?? 0, remainder: bound.remainder ?? 0 }
  if (bound.strategy === 'l') return listBound(bound.listdatums ?? [])
  const [from, to] = [rangeEnd(bound.lowerdatums ?? []), rangeEnd(bound.upperdatums ?? [])]
  return from && to && { strategy: 'range', from, to }
}

function listBound(nodes: readonly Node[]): PartitionBound | undefined {
  const values = nodes.map(node => (fields(node).A_Const?.isnull ? null : constantText(node)))
  return values.includes(undefined) ? undefined : { strategy: 'list', values: values.map(value => value ?? null) }
}

/** MINVALUE and MAXVALUE look like columns to the parser. */
function rangeEnd(nodes: readonly Node[]): (string | undefined)[] | undefined {
  const values = nodes.map(node => ({
    isEnd: ['minvalue', 'maxvalue'].includes(strings(fields(node).ColumnRef?.fields).join('.')),
    value: constantText(node),
  }))
  return values.every(({ isEnd, value }) => isEnd || value !== undefined) ? values.map(({ value }) => value) : undefined
}
