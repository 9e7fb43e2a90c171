import type { Node, RangeVar, SelectStmt } from 'libpg-query'
import type { Output } from './commands'
import { resultName } from './create-index'
import { fields, strings, typeOf } from './nodes'
import type { Source } from './source'

/**
 * Returns the columns of a view's query, named by `aliases` as far as they go; undefined where `*` stands among them for something
 * else than tables.
 */
export function outputsOf(
  query: Node | undefined,
  aliases: readonly string[],
  source: Source,
): readonly Output[] | undefined {
  const whole = fields(query).SelectStmt
  let select: SelectStmt | undefined = whole
  while (select?.larg) select = select.larg
  const targets = (select?.targetList ?? []).flatMap(node => fields(node).ResTarget ?? [])
  if (!select || targets.length === 0) return undefined
  // UNION and its like find a common type.
  const isPlain = select === whole
  const tables = isPlain && !select.withClause ? tablesIn(select.fromClause ?? []) : []
  const isOfOneTable = tables.length === 1 && isTable(select.fromClause?.[0])
  const stars = targets.filter(({ val }) => isStar(val)).map(({ val }) => starOf(val, tables, select.fromClause ?? []))
  if (stars.length > 0 && aliases.length > 0) return undefined
  if (!stars.every(star => star !== undefined)) return undefined
  return targets.flatMap(({ name, val }, n): readonly Output[] => {
    if (isStar(val)) return stars.shift() ?? []
    const named = aliases[n] ?? name ?? resultName(val) ?? (isNameless(val) ? '?column?' : undefined)
    const { ColumnRef, TypeCast } = fields(val)
    const parts = strings(ColumnRef?.fields)
    const owner = isOfOneTable ? tables[0] : parts.length === 2 ? tableCalled(parts[0], tables) : undefined
    const column = owner ? parts.at(-1) : undefined
    return [
      {
        ...(named !== undefined && { name: named }),
        ...(owner && column !== undefined && { column, table: placeOf(owner) }),
        ...(isPlain && TypeCast && { type: typeOf(TypeCast.typeName, source, source.tokens.length) }),
      },
    ]
  })
}

/** The tables that `*` or `table.*` stands for, in their order: all of FROM must be tables, and a join with USING has its columns first. */
function starOf(
  star: Node | undefined,
  tables: readonly RangeVar[],
  from: readonly (Node | undefined)[],
): readonly Output[] | undefined {
  const [name, ...others] = strings(fields(star).ColumnRef?.fields)
  const one = tableCalled(name, tables)
  if (name !== undefined) return one && others.length === 0 ? [{ table: placeOf(one), isAll: true }] : undefined
  if (tables.length === 0 || !from.every(isOfTables)) return undefined
  return tables.map(table => ({ table: placeOf(table), isAll: true }))
}

function isOfTables(node: Node | undefined): boolean {
  const { JoinExpr: join } = fields(node)
  if (!join) return isTable(node)
  return !join.alias && !join.isNatural && !join.usingClause && isOfTables(join.larg) && isOfTables(join.rarg)
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
