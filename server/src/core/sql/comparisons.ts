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
export function comparisonsOf(node: Node | undefined): Alternatives | undefined {
  return alternativesOf(node, false, 0)
}

/** What NOT stands before is turned round: where it is true, its terms are false and not null. */
function alternativesOf(node: Node | undefined, isNegated: boolean, depth: number): Alternatives | undefined {
  if (depth > 32) return undefined
  const { BoolExpr, NullTest, A_Expr } = fields(node)
  if (BoolExpr?.boolop === 'NOT_EXPR') return alternativesOf(BoolExpr.args?.[0], !isNegated, depth + 1)
  if (BoolExpr) {
    const parts = (BoolExpr.args ?? []).map(argument => alternativesOf(argument, isNegated, depth + 1))
    return (BoolExpr.boolop === 'OR_EXPR') === isNegated ? allOf(parts) : bounded(anyOf(parts))
  }
  if (NullTest) {
    const column = columnOf(NullTest.arg)
    const isNull = (NullTest.nulltesttype === 'IS_NULL') !== isNegated
    return column === undefined ? undefined : [[{ column, operator: isNull ? 'IS NULL' : 'IS NOT NULL' }]]
  }
  return A_Expr && comparison(A_Expr, isNegated)
}

const anyOf = (parts: readonly (Alternatives | undefined)[]): Alternatives | undefined => {
  const known = parts.filter(part => part !== undefined)
  return known.length === parts.length ? known.flat() : undefined
}

function allOf(parts: readonly (Alternatives | undefined)[]): Alternatives | undefined {
  const known = parts.filter(part => part !== undefined)
  if (known.length === 0) return undefined
  return known.slice(0, most).reduce<Alternatives | undefined>((all, part) => all && product(all, part), [[]])
}

const bounded = (all: Alternatives | undefined): Alternatives | undefined =>
  all && all.length <= most ? all : undefined

const product = (a: Alternatives, b: Alternatives): Alternatives | undefined =>
  a.length * b.length <= most ? a.flatMap(left => b.map(right => [...left, ...right])) : undefined

function comparison(expression: A_Expr, isNegated: boolean): Alternatives | undefined {
  const { lexpr, rexpr, kind } = expression
  const operator = strings(expression.name).at(-1) ?? ''
  const column = columnOf(lexpr)
  const list = fields(rexpr).List?.items ?? []
  if (kind === 'AEXPR_OP' && isOperator(operator)) {
    const asked = isNegated ? opposite[operator] : operator
    if (column !== undefined) return compared(column, asked, rexpr)
    const right = columnOf(rexpr)
    return right === undefined ? undefined : compared(right, mirrored[asked], lexpr)
  }
  if (column === undefined) return undefined
  if (kind === 'AEXPR_IN') {
    const isIn = (operator === '=') !== isNegated
    const each = list.map(item => compared(column, isIn ? '=' : '<>', item))
    return isIn ? anyOf(each) : allOf(each)
  }
  if (kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_NOT_BETWEEN') {
    const isInside = (kind === 'AEXPR_BETWEEN') !== isNegated
    const each = [compared(column, isInside ? '>=' : '<', list[0]), compared(column, isInside ? '<=' : '>', list[1])]
    return isInside ? allOf(each) : anyOf(each)
  }
  return undefined
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

const opposite: Readonly<Record<Operator, Operator>> = {
  '<': '>=',
  '<=': '>',
  '=': '<>',
  '>=': '<',
  '>': '<=',
  '<>': '=',
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
