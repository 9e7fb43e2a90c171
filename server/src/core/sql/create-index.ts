import type { IndexElem, IndexStmt, Node } from 'libpg-query'
import type { CreateIndex } from './commands'
import { expressionOf } from './expressions'
import { fields, identifierAt, nameOf, strings } from './nodes'
import type { IndexColumn } from './parts'
import { Cursor, clauseEnd, indexAt, isWord, type Source, spanOf } from './source'

/** Returns CREATE INDEX. */
export function createIndex(statement: IndexStmt, source: Source): CreateIndex | undefined {
  if (!statement.relation) return undefined
  const cursor = new Cursor(source)
  const keywords = cursor.words('CREATE', 'UNIQUE', 'INDEX') ?? cursor.words('CREATE', 'INDEX') ?? spanOf(source, 0, 0)
  const concurrently = cursor.words('CONCURRENTLY')
  const ifNotExists = cursor.words('IF', 'NOT', 'EXISTS')
  const name = statement.idxname === undefined ? undefined : identifierAt(source, cursor.index, statement.idxname)
  cursor.seek('ON')
  const only = isWord(cursor.peek(1), 'ONLY')
  cursor.index = indexAt(source, source.at(statement.relation.location))
  cursor.name()
  if (cursor.words('USING')) cursor.index++
  const where = statement.whereClause && whereClause(statement.whereClause, source)
  return {
    tag: 'CREATE INDEX',
    ...(name && { name }),
    table: nameOf(statement.relation, source),
    only,
    unique: statement.unique === true,
    ...(concurrently && { concurrently }),
    ...(ifNotExists && { ifNotExists }),
    method: statement.accessMethod ?? 'btree',
    columns: indexColumns(statement.indexParams, source, cursor.index),
    include: (statement.indexIncludingParams ?? []).flatMap(node => fields(node).IndexElem?.name ?? []),
    ...(where && { where }),
    nullsNotDistinct: statement.nulls_not_distinct === true,
    keywords,
  }
}

function indexColumns(params: readonly Node[] | undefined, source: Source, group: number): IndexColumn[] {
  let first = group + 1
  return (params ?? []).map(node => {
    const element = fields(node).IndexElem
    const end = clauseEnd(source, first)
    const span = spanOf(source, first, end - 1)
    first = end + 1
    const modified = isModified(element) && { isModified: true }
    if (!element?.expr) return { column: element?.name ?? '', ...modified, span }
    const label = resultName(element.expr)
    return {
      expression: expressionOf(element.expr, span, source),
      ...(label !== undefined && { label }),
      ...modified,
      span,
    }
  })
}

const isModified = (element: IndexElem | undefined): boolean =>
  element !== undefined &&
  ((element.opclass?.length ?? 0) > 0 ||
    (element.collation?.length ?? 0) > 0 ||
    element.ordering === 'SORTBY_DESC' ||
    (element.nulls_ordering !== undefined && element.nulls_ordering !== 'SORTBY_NULLS_DEFAULT'))

/** What PostgreSQL calls the result of an expression (`FigureIndexColname`): after its function, else its cast. */
export function resultName(node: Node | undefined): string | undefined {
  const { FuncCall, TypeCast, ColumnRef, CollateClause, CoalesceExpr, CaseExpr, MinMaxExpr } = fields(node)
  if (FuncCall) return strings(FuncCall.funcname).at(-1)
  if (ColumnRef) return strings(ColumnRef.fields).at(-1)
  if (CollateClause) return resultName(CollateClause.arg)
  if (TypeCast) return resultName(TypeCast.arg) ?? strings(TypeCast.typeName?.names).at(-1)
  if (CoalesceExpr) return 'coalesce'
  if (MinMaxExpr) return MinMaxExpr.op === 'IS_GREATEST' ? 'greatest' : 'least'
  return CaseExpr ? (resultName(CaseExpr.defresult) ?? 'case') : undefined
}

function whereClause(node: Node, source: Source) {
  const cursor = new Cursor(source)
  cursor.seek('WHERE')
  return expressionOf(node, spanOf(source, cursor.index + 1, source.tokens.length - 1), source)
}
