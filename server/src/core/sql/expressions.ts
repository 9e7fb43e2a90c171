import type { A_Const, ColumnRef, FuncCall, Node, RangeVar, ResTarget, SQLValueFunction, TypeCast } from 'libpg-query'
import type { Span } from '../text'
import { castOf, comparisonsOf } from './comparisons'
import { constantText } from './constants'
import { fields, nameOf, strings, walk } from './nodes'
import type { Call, Expression, Name, Uses } from './parts'
import type { Source } from './source'

/** Returns what `node` computes; `span` is its place in the statement. */
export function expressionOf(node: Node | undefined, span: Span, source: Source): Expression {
  const calls: Call[] = []
  const columns = new Set<string>()
  const types: NonNullable<Uses['types']>[number][] = []
  let hasSubquery = false
  let hasNull = false
  let isConstant = true
  walk({ node }, (kind, value) => {
    if (kind === 'FuncCall') calls.push(callOf(value))
    else if (kind === 'SQLValueFunction') calls.push(valueFunction(value))
    else if (kind === 'ColumnRef') columns.add(columnOf(value))
    else if (kind === 'SubLink') hasSubquery = true
    else if (kind === 'A_Const') hasNull ||= (value as A_Const).isnull === true
    else if (kind === 'TypeCast') types.push(...typeCastTo(value))
    else if (!constantKinds.has(kind)) isConstant = false
  })
  isConstant &&= calls.length === 0 && columns.size === 0 && !hasSubquery
  const literal = isConstant ? constantText(node) : undefined
  return {
    span,
    ...(literal !== undefined && { literal }),
    kind: isConstant ? (hasNull && isNull(node) ? 'null' : 'constant') : 'other',
    calls,
    ...(types.length > 0 && { types }),
    columns: [...columns],
    provesNotNull: provenNotNull(node),
    hasSubquery,
    ...castAndComparisons(node, source),
  }
}

function castAndComparisons(node: Node | undefined, source: Source): Pick<Expression, 'cast' | 'comparisons'> {
  const cast = castOf(node, source)
  if (cast) return { cast }
  const comparisons = comparisonsOf(node)
  return comparisons ? { comparisons } : {}
}

/** Literals, their casts and plain operators on them. */
const constantKinds = new Set([
  'A_Const',
  'TypeName',
  'String',
  'Integer',
  'A_ArrayExpr',
  'A_Expr',
  'BoolExpr',
  'List',
  'RowExpr',
  'CoalesceExpr',
  'NullTest',
])

function isNull(node: Node | undefined): boolean {
  let inner = node
  while (inner && fields(inner).TypeCast) inner = fields(inner).TypeCast?.arg
  return fields(inner).A_Const?.isnull === true
}

function callOf(call: FuncCall): Call {
  const names = strings(call.funcname)
  const schema = names.at(-2)
  const constant = constantText(call.args?.[0])
  return {
    ...(schema === undefined || schema === 'pg_catalog' ? {} : { schema }),
    name: names.at(-1) ?? '',
    arguments: call.args?.length ?? 0,
    ...(constant !== undefined && { constant }),
  }
}

const valueFunction = (value: SQLValueFunction): Call => ({
  name: (value.op ?? '').replace(/^SVFOP_|_N$/g, '').toLowerCase(),
  arguments: 0,
})

const columnOf = (reference: ColumnRef): string => {
  const last = reference.fields?.at(-1)
  return fields(last).A_Star === undefined ? (strings(reference.fields).at(-1) ?? '*') : '*'
}

/** `IS NOT NULL` and `NOT (... IS NULL)` in a conjunction: PostgreSQL simplifies one to the other before it looks for a proof. */
function provenNotNull(node: Node | undefined): string[] {
  const { BoolExpr, NullTest } = fields(node)
  if (BoolExpr?.boolop === 'AND_EXPR') return (BoolExpr.args ?? []).flatMap(provenNotNull)
  const negated = BoolExpr?.boolop === 'NOT_EXPR' ? fields(BoolExpr.args?.[0]).NullTest : undefined
  const test = negated?.nulltesttype === 'IS_NULL' ? negated : NullTest
  if (!test || (test === NullTest && test.nulltesttype !== 'IS_NOT_NULL')) return []
  const column = fields(test.arg).ColumnRef
  return column && columnOf(column) !== '*' ? [columnOf(column)] : []
}

/** Returns every column named below `node`, without its table; `*` for all of one. */
export function columnsIn(node: unknown): string[] {
  const columns = new Set<string>()
  walk({ node }, (kind, value) => {
    if (kind === 'ColumnRef') columns.add(columnOf(value))
  })
  return [...columns]
}

/** Returns the functions and types that are named below `node`; undefined for none. */
export function usesIn(node: unknown): Uses | undefined {
  const calls: Call[] = []
  const types: NonNullable<Uses['types']>[number][] = []
  walk({ node }, (kind, value) => {
    if (kind === 'FuncCall') calls.push(callOf(value))
    else if (kind === 'TypeCast') types.push(...typeCastTo(value))
  })
  if (calls.length + types.length === 0) return undefined
  return { calls, ...(types.length > 0 && { types }) }
}

function typeCastTo({ typeName }: TypeCast): NonNullable<Uses['types']> {
  const names = strings(typeName?.names)
  const [schema, name = ''] = [names.at(-2), names.at(-1)]
  if (schema === 'pg_catalog' || (schema === undefined && commonTypes.has(name))) return []
  return [schema === undefined ? { name } : { schema, name }]
}

/** PostgreSQL's own that the grammar has no words for, and that casts name most: nobody drops them. */
const commonTypes: ReadonlySet<string> = new Set([
  'text',
  'json',
  'jsonb',
  'uuid',
  'date',
  'regclass',
  'timestamptz',
  'bytea',
])

/**
 * Returns the names of columns that a query makes itself: what bears one of them may be no column of a relation. `*` where a
 * function among the relations makes names that are not written; those that a function or a cast gives its column count too.
 */
export function columnsMadeIn(node: unknown): string[] {
  const names = new Set<string>()
  let isNested = false
  const implied = new Set<string>()
  walk({ node }, (kind, value) => {
    if (kind === 'ResTarget') {
      const { name, val } = value as ResTarget
      // What stands in it is another's column: a query does not see its own names there.
      if (name !== undefined && !columnsIn(val).includes(name)) names.add(name)
    } else if (kind === 'RangeFunction' || kind === 'RangeTableFunc' || kind === 'JsonTable') names.add('*')
    else if (kind === 'FuncCall') implied.add(callOf(value).name)
    else if (kind === 'RangeSubselect' || kind === 'CommonTableExpr') isNested = true
    const { alias, aliascolnames } = value as { alias?: { colnames?: Node[] }; aliascolnames?: Node[] }
    for (const name of strings(alias?.colnames ?? aliascolnames)) names.add(name)
  })
  return [...names, ...(isNested ? [...implied, ...unnamedColumns] : [])]
}

/** What PostgreSQL calls columns that are no function and have no name (FigureColname of parse_target.c). */
const unnamedColumns = ['case', 'coalesce', 'array', 'row', 'exists', 'nullif', 'greatest', 'least']

/** Returns every function called below `node`. */
export function callsIn(node: unknown): Call[] {
  const calls: Call[] = []
  walk({ node }, (kind, value) => {
    if (kind === 'FuncCall') calls.push(callOf(value))
  })
  return calls
}

/** Returns the relations that a query below `node` names, without those its WITH clauses define. */
export function relationsIn(node: unknown, source: Source, except?: RangeVar): Name[] {
  const found: RangeVar[] = []
  const defined = new Set<string>()
  // FOR UPDATE OF names the aliases of what is read.
  const aliases = new Set<unknown>()
  walk(node, (kind, value: { ctename?: string; lockedRels?: Node[] }) => {
    if (kind === 'RangeVar') found.push(value as RangeVar)
    else if (kind === 'CommonTableExpr') defined.add(value.ctename ?? '')
    else if (kind === 'LockingClause') for (const locked of value.lockedRels ?? []) aliases.add(fields(locked).RangeVar)
  })
  const seen = new Set<string>()
  return found.flatMap(relation => {
    const isDefined = relation.schemaname === undefined && defined.has(relation.relname ?? '')
    const only = relation.inh !== true
    const key = `${relation.schemaname ?? ''}.${relation.relname}${only ? ' ' : ''}`
    if (relation === except || isDefined || aliases.has(relation) || seen.has(key)) return []
    seen.add(key)
    return [only ? { ...nameOf(relation, source), only } : nameOf(relation, source)]
  })
}
