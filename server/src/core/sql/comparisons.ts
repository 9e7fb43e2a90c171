import type { A_Expr, Node } from 'libpg-query'
import { constantText } from './constants'
import { fields, strings, typeOf } from './nodes'
import type { Comparison, TypeName } from './parts'
import type { Source } from './source'

/** An OR of ANDs. */
type Alternatives = readonly (readonly Comparison[])[]

/** So many alternatives at most, for an AND of ORs multiplies them, and so many parts of an AND. */
const most = 64

/**
 * Returns an OR of ANDs of comparisons of columns with constants that is true wherever a condition is: what else an AND asks
 * for is left out. Undefined where there is none.
 */
export function comparisonsOf(node: Node | undefined, depth = 0): Alternatives | undefined {
  if (depth > 32) return undefined
  const { BoolExpr, NullTest, A_Expr } = fields(node)
  if (BoolExpr && BoolExpr.boolop !== 'NOT_EXPR') {
    const parts = (BoolExpr.args ?? []).map(argument => comparisonsOf(argument, depth + 1))
    const known = parts.filter(part => part !== undefined)
    if (BoolExpr.boolop === 'OR_EXPR') return known.length === parts.length ? bounded(known.flat()) : undefined
    if (known.length === 0) return undefined
    return known.slice(0, most).reduce<Alternatives | undefined>((all, part) => all && product(all, part), [[]])
  }
  if (NullTest) {
    const column = columnOf(NullTest.arg)
    const operator = NullTest.nulltesttype === 'IS_NOT_NULL' ? 'IS NOT NULL' : 'IS NULL'
    return column === undefined ? undefined : [[{ column, operator }]]
  }
  return A_Expr && comparison(A_Expr)
}

const bounded = (all: Alternatives): Alternatives | undefined => (all.length <= most ? all : undefined)

const product = (a: Alternatives, b: Alternatives): Alternatives | undefined =>
  a.length * b.length <= most ? a.flatMap(left => b.map(right => [...left, ...right])) : undefined

function comparison(expression: A_Expr): Alternatives | undefined {
  const { lexpr, rexpr, kind } = expression
  const operator = strings(expression.name).at(-1) ?? ''
  const column = columnOf(lexpr)
  const list = fields(rexpr).List?.items ?? []
  if (kind === 'AEXPR_OP' && isOperator(operator)) {
    if (column !== undefined) return compared(column, operator, rexpr)
    const right = columnOf(rexpr)
    return right === undefined ? undefined : compared(right, mirrored[operator], lexpr)
  }
  if (column === undefined) return undefined
  if (kind === 'AEXPR_IN' && operator === '=') return inList(column, list)
  if (kind === 'AEXPR_BETWEEN') {
    const [low, high] = [compared(column, '>=', list[0]), compared(column, '<=', list[1])]
    return low && high && product(low, high)
  }
  return undefined
}

function inList(column: string, list: readonly Node[]): Alternatives | undefined {
  const each = list.map(item => compared(column, '=', item))
  const known = each.filter(part => part !== undefined)
  return known.length === each.length ? known.flat() : undefined
}

type Operator = '<' | '<=' | '=' | '>=' | '>' | '<>'

const mirrored: Readonly<Record<Operator, Operator>> = {
  '<': '>',
  '<=': '>=',
  '=': '=',
  '>=': '<=',
  '>': '<',
  '<>': '<>',
}

const isOperator = (operator: string): operator is Operator => operator in mirrored

function compared(column: string, operator: Operator, node: Node | undefined): Alternatives | undefined {
  const value = constantText(node)
  return value === undefined ? undefined : [[{ column, operator, value }]]
}

function columnOf(node: Node | undefined): string | undefined {
  const parts = fields(node).ColumnRef?.fields
  return parts && strings(parts).at(-1)
}

/** Returns the column and the casts, innermost first, of an expression that is a column under casts and nothing else. */
export function castOf(node: Node | undefined, source: Source) {
  const types: TypeName[] = []
  let inner = node
  for (let cast = fields(inner).TypeCast; cast; cast = fields(inner).TypeCast) {
    const at = source.at(cast.typeName?.location)
    const next = source.tokens.findIndex(({ start, text }) => start > at && text.startsWith('::'))
    types.unshift(typeOf(cast.typeName, source, next < 0 ? source.tokens.length : next))
    inner = cast.arg
  }
  const column = columnOf(inner)
  return column === undefined ? undefined : { column, types }
}
