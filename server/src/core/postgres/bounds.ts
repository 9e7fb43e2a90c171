import type { Comparison, Expression, PartitionBound } from '../sql/parts'
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
  return checksOf(table).some(alternatives => alternatives.every(terms => areOutside(terms, column, bound)))
}

/** What a statement says of the rows that it touches: values of their columns, or its WHERE. */
export type Rows =
  | { readonly values: (column: string) => readonly (string | null | undefined)[] }
  | { readonly where: Expression }

/**
 * Returns whether a partition of `parent` may hold one of `rows`: the others PostgreSQL does not even lock
 * (ddl-partitioning.html, pruning). `siblings` are the bounds of all partitions.
 */
export function mayHold(
  bound: PartitionBound | undefined,
  parent: Table,
  siblings: readonly PartitionBound[],
  rows: Rows,
): boolean {
  const column = keyColumn(parent)
  if (!bound || column === undefined) return true
  if ('values' in rows) return rows.values(column).some(value => mayHoldValue(bound, siblings, value))
  const { comparisons } = rows.where
  return (
    !comparisons ||
    comparisons.some(terms =>
      bound.strategy === 'default'
        ? !areElsewhere(
            terms.filter(term => term.column === column),
            siblings,
          )
        : !areOutside(terms, column, bound),
    )
  )
}

function mayHoldValue(
  bound: PartitionBound,
  siblings: readonly PartitionBound[],
  value: string | null | undefined,
): boolean {
  if (value === undefined || bound.strategy === 'hash') return true
  const term: Comparison = value === null ? { column: '', operator: 'IS NULL' } : { column: '', operator: '=', value }
  return bound.strategy === 'default' ? !isElsewhere(term, siblings) : !isOutside(term, bound)
}

/** Whether another partition than the default one certainly takes rows of which `term` is true. */
const isElsewhere = (term: Comparison, siblings: readonly PartitionBound[]): boolean =>
  siblings.some(bound => {
    if (bound.strategy === 'list')
      return term.operator === 'IS NULL'
        ? bound.values.includes(null)
        : term.operator === '=' && term.value !== undefined && bound.values.includes(term.value)
    if (bound.strategy !== 'range' || term.operator !== '=' || term.value === undefined) return false
    const [from, to] = [bound.from[0], bound.to[0]]
    return (
      bound.from.length === 1 &&
      (from === undefined || atMost(from, term.value)) &&
      (to === undefined || below(term.value, to))
    )
  })

/** The same for an AND of terms about the key: together they may name a range within one partition. */
const areElsewhere = (terms: readonly Comparison[], siblings: readonly PartitionBound[]): boolean =>
  terms.some(term => isElsewhere(term, siblings)) ||
  siblings.some(bound => {
    if (bound.strategy !== 'range' || bound.from.length !== 1) return false
    const [from, to] = [bound.from[0], bound.to[0]]
    return (
      terms.length > 0 &&
      (from === undefined || terms.some(term => isAbove(term, from))) &&
      (to === undefined || terms.some(term => isBelow(term, to)))
    )
  })

function areOutside(terms: readonly Comparison[], column: string, bound: PartitionBound): boolean {
  const own = terms.filter(term => term.column === column)
  if (bound.strategy !== 'list') return own.some(term => isOutside(term, bound))
  return bound.values.every(value => own.some(term => isOutside(term, { strategy: 'list', values: [value] })))
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

/** Whether no row of which `term` is true belongs to `bound`. */
function isOutside({ operator, value }: Comparison, bound: PartitionBound): boolean {
  if (bound.strategy === 'list') {
    if (operator === 'IS NULL') return !bound.values.includes(null)
    if (operator === '<>') return bound.values.length === 1 && bound.values[0] === value
    return operator === '=' && value !== undefined && !bound.values.includes(value)
  }
  if (bound.strategy !== 'range') return false
  if (operator === 'IS NULL') return true
  if (value === undefined) return false
  const [from, to] = [bound.from[0], bound.to[0]]
  const isBefore =
    from !== undefined &&
    ((operator === '<' && atMost(value, from)) || ((operator === '<=' || operator === '=') && below(value, from)))
  return isBefore || (to !== undefined && ['>=', '>', '='].includes(operator) && atMost(to, value))
}

const atMost = (a: string, b: string): boolean => a === b || below(a, b)

/** Numbers as numbers, dates and times in ISO form as text; of all else the order is not known. */
function below(a: string, b: string): boolean {
  const [left, right] = [Number(a), Number(b)]
  if (a.trim() !== '' && b.trim() !== '' && !Number.isNaN(left) && !Number.isNaN(right)) return left < right
  return isIso(a) && isIso(b) && a < b
}

const isIso = (text: string): boolean => /^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/.test(text)
