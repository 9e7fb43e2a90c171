import type { Comparison, PartitionBound } from '../sql/commands'
import { columnNamed, type Table } from './catalog'

/**
 * Returns whether valid CHECKs of `table` imply that all its rows belong to a partition of `parent` with `bound`, so
 * that ATTACH PARTITION need not read them (ddl-partitioning.html). `others` are the bounds of the partitions there.
 * Says false wherever the CHECKs are not plain comparisons of one key column.
 */
export function impliesBound(
  table: Table | undefined,
  parent: Table,
  bound: PartitionBound | undefined,
  others: readonly PartitionBound[],
): boolean {
  const column = keyColumn(parent)
  if (!table || !bound || column === undefined) return false
  const proves = (holds: (term: Comparison) => boolean) =>
    checksOf(table).some(alternatives =>
      alternatives.every(terms => terms.some(term => term.column === column && holds(term))),
    )
  const notNull = columnNamed(table, column)?.notNull === true || proves(term => term.operator === 'IS NOT NULL')
  switch (bound.strategy) {
    case 'range': {
      const [from, to] = [bound.from[0], bound.to[0]]
      return (
        notNull &&
        (from === undefined || proves(term => isAbove(term, from))) &&
        (to === undefined || proves(term => isBelow(term, to)))
      )
    }
    case 'list':
      return (
        (notNull || bound.values.includes(null)) &&
        proves(({ operator, value }) => operator === '=' && bound.values.includes(value ?? null))
      )
    case 'default':
      return others.length > 0 && others.every(other => excludesBound(table, parent, other))
    default:
      return false
  }
}

/**
 * Returns whether valid CHECKs of a default partition imply that it holds no row of `bound`. As for `impliesBound`,
 * only plain comparisons of one key column count.
 */
export function excludesBound(table: Table | undefined, parent: Table, bound: PartitionBound | undefined): boolean {
  const column = keyColumn(parent)
  if (!table || !bound || column === undefined) return false
  return checksOf(table).some(alternatives =>
    alternatives.every(terms => terms.some(term => term.column === column && isOutside(term, bound))),
  )
}

const keyColumn = (parent: Table): string | undefined =>
  parent.partitionBy?.length === 1 ? parent.partitionBy[0] : undefined

const checksOf = (table: Table): (readonly (readonly Comparison[])[])[] =>
  table.constraints.flatMap(({ kind, validated, enforced, comparisons }) =>
    kind === 'CHECK' && validated && enforced && comparisons ? [comparisons] : [],
  )

const isAbove = ({ operator, value }: Comparison, from: string): boolean =>
  value !== undefined && ['>=', '>', '='].includes(operator) && atMost(from, value)

const isBelow = ({ operator, value }: Comparison, to: string): boolean =>
  value !== undefined &&
  ((operator === '<' && atMost(value, to)) || ((operator === '<=' || operator === '=') && below(value, to)))

function isOutside(term: Comparison, bound: PartitionBound): boolean {
  if (bound.strategy === 'range') {
    const [from, to] = [bound.from[0], bound.to[0]]
    const { operator, value } = term
    if (operator === 'IS NULL') return true
    if (value === undefined) return false
    return (
      (from !== undefined &&
        ((operator === '<' && atMost(value, from)) ||
          ((operator === '<=' || operator === '=') && below(value, from)))) ||
      (to !== undefined && ['>=', '>', '='].includes(operator) && atMost(to, value))
    )
  }
  if (bound.strategy !== 'list') return false
  return term.operator === '<>'
    ? bound.values.length === 1 && bound.values[0] === term.value
    : term.operator === '=' && !bound.values.includes(term.value ?? null)
}

/** Numbers as numbers; all else as text, which is right for dates and times in ISO form. */
const atMost = (a: string, b: string): boolean => a === b || below(a, b)

function below(a: string, b: string): boolean {
  const [left, right] = [Number(a), Number(b)]
  if (a.trim() !== '' && b.trim() !== '' && !Number.isNaN(left) && !Number.isNaN(right)) return left < right
  return isIso(a) && isIso(b) && a < b
}

const isIso = (text: string): boolean => /^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/.test(text)
