import type { Constraint, Table } from '../postgres/catalog'
import type { Comparison, PartitionBound } from '../sql/parts'
import { literal, quoted } from '../sql/quote'

/** A condition as SQL, and as an OR of ANDs of comparisons. */
export interface Condition {
  readonly sql: string
  readonly column: string
  readonly comparisons: readonly (readonly Comparison[])[]
}

/**
 * Returns a condition that holds for exactly the rows of a partition of `parent`: a table with a validated CHECK of it is
 * attached without being read (ddl-partitioning.html). Undefined where the key is not one column, and for hash and default.
 */
export function conditionInside(parent: Table, bound: PartitionBound | undefined): Condition | undefined {
  const column = keyOf(parent)
  if (column === undefined) return undefined
  const isNotNull: Comparison = { column, operator: 'IS NOT NULL' }
  if (bound?.strategy === 'range') {
    const [from, to] = [bound.from[0], bound.to[0]]
    const terms: Comparison[] = [isNotNull]
    if (from !== undefined) terms.push({ column, operator: '>=', value: from })
    if (to !== undefined) terms.push({ column, operator: '<', value: to })
    return conditionOf(column, [terms])
  }
  if (bound?.strategy !== 'list') return undefined
  const alternatives = bound.values.map((value): Comparison[] =>
    value === null ? [{ column, operator: 'IS NULL' }] : [{ column, operator: '=', value }],
  )
  if (bound.values.includes(null)) return conditionOf(column, alternatives)
  const only = conditionOf(column, alternatives)
  return {
    column,
    sql: `${quoted(column)} IS NOT NULL AND ${alternatives.length > 1 ? `(${only.sql})` : only.sql}`,
    comparisons: alternatives.map(terms => [isNotNull, ...terms]),
  }
}

/** Returns a condition that holds for no row of such a partition: the default partition is then not read. */
export function conditionOutside(parent: Table, bound: PartitionBound | undefined): Condition | undefined {
  const column = keyOf(parent)
  if (column === undefined) return undefined
  if (bound?.strategy === 'list') {
    const values = bound.values.filter(value => value !== null)
    if (values.length < bound.values.length) return undefined
    const others = values.map((value): Comparison => ({ column, operator: '<>', value }))
    return conditionOf(column, [[{ column, operator: 'IS NULL' }], others])
  }
  if (bound?.strategy !== 'range') return undefined
  const [from, to] = [bound.from[0], bound.to[0]]
  const alternatives: Comparison[][] = [[{ column, operator: 'IS NULL' }]]
  if (from !== undefined) alternatives.push([{ column, operator: '<', value: from }])
  if (to !== undefined) alternatives.push([{ column, operator: '>=', value: to }])
  return conditionOf(column, alternatives)
}

/** Returns the CHECK of a condition as it is when it has been validated. */
export const validCheck = (name: string, { column, comparisons }: Condition): Constraint => ({
  name,
  kind: 'CHECK',
  columns: [column],
  validated: true,
  enforced: true,
  provesNotNull: [],
  comparisons,
  noInherit: false,
})

const keyOf = ({ partitionBy }: Table): string | undefined => (partitionBy?.length === 1 ? partitionBy[0] : undefined)

const conditionOf = (column: string, comparisons: readonly (readonly Comparison[])[]): Condition => ({
  column,
  comparisons,
  sql: comparisons.map(terms => terms.map(asSql).join(' AND ')).join(' OR '),
})

/** Constants in quotes take the type of the column, as those of a bound do. */
const asSql = ({ column, operator, value }: Comparison): string =>
  `${quoted(column)} ${operator}${value === undefined ? '' : ` ${literal(value)}`}`
