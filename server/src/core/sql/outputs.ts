import type { Node, RangeVar, SelectStmt } from 'libpg-query'
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
  const tables = isPlain && !select.withClause ? tablesIn(select.fromClause ?? []) : []
  const isOfOneTable = tables.length === 1 && isTable(select.fromClause?.[0])
  return targets.map(({ name, val }, n) => {
    const named = aliases[n] ?? name ?? resultName(val) ?? (isNameless(val) ? '?column?' : undefined)
    const { ColumnRef, TypeCast } = fields(val)
    const parts = strings(ColumnRef?.fields)
    const owner = isOfOneTable ? tables[0] : parts.length === 2 ? tableCalled(parts[0], tables) : undefined
    const column = owner ? parts.at(-1) : undefined
    return {
      ...(named !== undefined && { name: named }),
      ...(owner && column !== undefined && { column, table: placeOf(owner) }),
      ...(isPlain && TypeCast && { type: typeOf(TypeCast.typeName, source, source.tokens.length) }),
    }
  })
}

const isTable = (node: Node | undefined): boolean =>
  fields(node).RangeVar?.alias?.colnames === undefined && fields(node).RangeVar !== undefined

/** The tables of FROM whose names hold for the whole query: those in a join that has an alias do not. */
const tablesIn = (from: readonly (Node | undefined)[]): RangeVar[] =>
  from.flatMap(node => {
    const { JoinExpr: join, RangeVar: table } = fields(node)
    if (join && !join.alias) return tablesIn([join.larg, join.rarg])
    return table ?? []
  })

function tableCalled(name: string | undefined, tables: readonly RangeVar[]): RangeVar | undefined {
  const [only, ...others] = tables.filter(({ alias, relname }) => (alias?.aliasname ?? relname) === name)
  return others.length === 0 && !only?.alias?.colnames ? only : undefined
}

const placeOf = ({ schemaname, relname = '' }: RangeVar) =>
  schemaname === undefined ? { name: relname } : { schema: schemaname, name: relname }

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
