import type { Node, SelectStmt } from 'libpg-query'
import type { Output } from './commands'
import { resultName } from './create-index'
import { fields, strings, typeOf } from './nodes'
import type { Source } from './source'

/** Returns the columns of a view's query, named by `aliases` as far as they go; undefined where `*` stands among them. */
export function outputsOf(
  query: Node | undefined,
  aliases: readonly string[],
  source: Source,
): readonly Output[] | undefined {
  const whole = fields(query).SelectStmt
  let select: SelectStmt | undefined = whole
  while (select?.larg) select = select.larg
  const targets = (select?.targetList ?? []).flatMap(node => fields(node).ResTarget ?? [])
  if (!select || targets.length === 0 || targets.some(({ val }) => isStar(val))) return undefined
  // UNION and its like find a common type.
  const isPlain = select === whole
  const isOfOneTable = isPlain && !select.withClause && select.fromClause?.length === 1 && isTable(select.fromClause[0])
  return targets.map(({ name, val }, n) => {
    const named = aliases[n] ?? name ?? resultName(val) ?? (isNameless(val) ? '?column?' : undefined)
    const { ColumnRef, TypeCast } = fields(val)
    const column = isOfOneTable ? strings(ColumnRef?.fields).at(-1) : undefined
    return {
      ...(named !== undefined && { name: named }),
      ...(column !== undefined && { column }),
      ...(isPlain && TypeCast && { type: typeOf(TypeCast.typeName, source, source.tokens.length) }),
    }
  })
}

const isTable = (node: Node | undefined): boolean => fields(node).RangeVar !== undefined

const isStar = (node: Node | undefined): boolean =>
  (fields(node).ColumnRef?.fields ?? []).some(part => fields(part).A_Star !== undefined)

/** `FigureColnameInternal` of PostgreSQL's source. */
function isNameless(node: Node | undefined): boolean {
  const { A_Const, A_Expr, BoolExpr, NullTest } = fields(node)
  return (
    A_Const !== undefined ||
    BoolExpr !== undefined ||
    NullTest !== undefined ||
    (A_Expr !== undefined && A_Expr.kind !== 'AEXPR_NULLIF')
  )
}
