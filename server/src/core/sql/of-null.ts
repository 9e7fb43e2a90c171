import type { A_Expr, FuncCall, Node } from 'libpg-query'
import { constantText } from './constants'
import { fields, strings } from './nodes'

/** A value as text; undefined where nobody knows. */
type Value = string | null | undefined

/** What a condition is; undefined where nobody knows. */
type Truth = boolean | null | undefined

/** Returns whether a condition is certainly false where all columns in it are null: a CHECK refuses that, and lets null pass. */
export const isFalseOfNull = (node: Node | undefined): boolean => truthOf(node, 0) === false

function truthOf(node: Node | undefined, depth: number): Truth {
  if (depth > 32) return undefined
  const { BoolExpr, NullTest, A_Expr } = fields(node)
  if (BoolExpr) {
    const parts = (BoolExpr.args ?? []).map(part => truthOf(part, depth + 1))
    if (BoolExpr.boolop === 'NOT_EXPR') return negated(parts[0])
    const decisive = BoolExpr.boolop === 'OR_EXPR'
    if (parts.includes(decisive)) return decisive
    return parts.includes(undefined) ? undefined : parts.includes(null) ? null : !decisive
  }
  if (NullTest) {
    const value = resultOf(NullTest.arg, depth + 1)
    return value === undefined ? undefined : (value === null) === (NullTest.nulltesttype === 'IS_NULL')
  }
  if (A_Expr?.kind === 'AEXPR_OP') return compared(A_Expr, depth)
  const value = resultOf(node, depth + 1)
  return value === null ? null : value === 'true' || value === 'false' ? value === 'true' : undefined
}

const negated = (truth: Truth): Truth => (typeof truth === 'boolean' ? !truth : truth)

/** Texts that differ may be equal numbers, or equal in a collation; those that are the same are equal. */
function compared({ name, lexpr, rexpr }: A_Expr, depth: number): Truth {
  const [left, right] = [resultOf(lexpr, depth + 1), resultOf(rexpr, depth + 1)]
  if (left === null || right === null) return null
  if (left === undefined || right === undefined) return undefined
  const isNumber = [left, right].every(value => /^-?\d+(?:\.\d+)?$/.test(value))
  if (left !== right && !isNumber) return undefined
  const order = isNumber ? Math.sign(Number(left) - Number(right)) : 0
  return orders[strings(name).at(-1) ?? '']?.includes(order)
}

const orders: Readonly<Record<string, readonly number[]>> = {
  '=': [0],
  '<>': [-1, 1],
  '<': [-1],
  '<=': [-1, 0],
  '>': [1],
  '>=': [0, 1],
}

function resultOf(node: Node | undefined, depth: number): Value {
  if (depth > 32) return undefined
  const { ColumnRef, A_Const, TypeCast, CoalesceExpr, FuncCall, A_Expr } = fields(node)
  if (ColumnRef || A_Const?.isnull) return null
  if (TypeCast) return resultOf(TypeCast.arg, depth + 1)
  if (CoalesceExpr) {
    const values = (CoalesceExpr.args ?? []).map(part => resultOf(part, depth + 1))
    return values.every(value => value === null) ? null : values.find(value => value !== null)
  }
  if (FuncCall) return called(FuncCall, depth)
  if (A_Expr && isStrict(A_Expr)) return resultOf(A_Expr.lexpr, depth + 1) === null ? null : undefined
  return constantText(node)
}

/**
 * PostgreSQL's own operators make null of null (pg_proc.proisstrict), but for || of arrays, which leaves the other one. IN and LIKE
 * make null of it too.
 */
const isStrict = ({ kind, name }: A_Expr): boolean => nullOfNull.has(kind ?? '') && strings(name).at(-1) !== '||'

const nullOfNull: ReadonlySet<string> = new Set(['AEXPR_OP', 'AEXPR_LIKE', 'AEXPR_ILIKE', 'AEXPR_SIMILAR', 'AEXPR_IN'])

/** Functions that make null of null, and of which the empty text is known. */
function called({ funcname, args }: FuncCall, depth: number): Value {
  const name = strings(funcname).at(-1) ?? ''
  if (!strict.has(name)) return undefined
  const value = resultOf(args?.[0], depth + 1)
  if (value !== '') return value === null ? null : undefined
  return /length$/.test(name) ? '0' : ''
}

const strict: ReadonlySet<string> = new Set(
  'length char_length character_length octet_length lower upper btrim ltrim rtrim'.split(' '),
)
