import type { Node } from 'libpg-query'
import { fields } from './nodes'

/** Returns a constant as text: casts aside, strings as they are, numbers and booleans as written; undefined for all else. */
export function constantText(node: Node | undefined): string | undefined {
  const cast = fields(node).TypeCast
  if (cast) return constantText(cast.arg)
  const constant = fields(node).A_Const
  if (!constant || constant.isnull) return undefined
  if (constant.sval) return constant.sval.sval ?? ''
  if (constant.boolval) return String(constant.boolval.boolval ?? false)
  if (constant.fval) return constant.fval.fval ?? ''
  if (constant.ival) return String(constant.ival.ival ?? 0)
  return undefined
}
