import type { ColumnDef, Constraint, Node } from 'libpg-query'
import type { Span } from '../text'
import { resultName } from './create-index'
import { expressionOf } from './expressions'
import { fields, identifierAt, nameOf, strings, typeOf } from './nodes'
import { isFalseOfNull } from './of-null'
import type {
  ColumnDefinition,
  ConstraintDefinition,
  ConstraintKind,
  Expression,
  ForeignKeyAction,
  Identifier,
} from './parts'
import { afterGroup, clauseEnd, indexAt, isWord, type Source, spanOf } from './source'

/** Returns the column that `column` defines; its tokens run from its name to the end of its clause. */
export function columnDefinition(column: ColumnDef, source: Source): ColumnDefinition {
  const first = indexAt(source, source.at(column.location))
  const end = clauseEnd(source, first)
  const clauses = columnClauses(column, source, end)
  const typeEnd = Math.min(
    clauses[0]?.first ?? end,
    column.collClause ? indexAt(source, source.at(column.collClause.location)) : end,
  )
  const name = identifierAt(source, first, column.colname ?? '')
  const find = (kind: Constraint['contype']) => clauses.find(clause => clause.constraint.contype === kind)

  const notNull = find('CONSTR_NOTNULL')
  const standard = find('CONSTR_DEFAULT')
  const generated = find('CONSTR_GENERATED')
  const identity = find('CONSTR_IDENTITY')
  return {
    name,
    type: typeOf(column.typeName, source, typeEnd),
    ...(column.collClause && { collation: strings(column.collClause.collname).at(-1) }),
    ...(notNull && { notNull: notNull.span }),
    ...(standard && {
      default: {
        expression: expressionOf(
          standard.constraint.raw_expr,
          spanOf(source, standard.first + 1, standard.end - 1),
          source,
        ),
        span: standard.span,
      },
    }),
    ...(generated && {
      generated: {
        stored: generated.constraint.generated_kind !== 'v',
        expression: expressionOf(generated.constraint.raw_expr, generated.span, source),
        span: generated.span,
      },
    }),
    ...(identity && { identity: identity.span }),
    ...(identity?.constraint.generated_when === 'a' && { identityAlways: true as const }),
    constraints: clauses.flatMap(clause =>
      clause.constraint.contype && clause.constraint.contype in kinds && clause.constraint.contype !== 'CONSTR_NOTNULL'
        ? [definitionOf(clause, source, [name.name], clauses)]
        : [],
    ),
    span: spanOf(source, first, end - 1),
  }
}

/** Returns the constraint of ADD CONSTRAINT, CREATE TABLE or CREATE DOMAIN; its tokens run to the end of its clause. */
export function constraintDefinition(constraint: Constraint, source: Source): ConstraintDefinition {
  const first = indexAt(source, source.at(constraint.location))
  const end = clauseEnd(source, first)
  const columns =
    constraint.contype === 'CONSTR_FOREIGN'
      ? strings(constraint.fk_attrs)
      : [...strings(constraint.keys), ...excluded(constraint)]
  return definitionOf({ constraint, first, end, span: spanOf(source, first, end - 1) }, source, columns, [])
}

/** The columns of EXCLUDE: each element is a pair of an index column and its operator. */
const excluded = (constraint: Constraint): string[] =>
  (constraint.exclusions ?? []).flatMap(node => fields(fields(node).List?.items?.[0]).IndexElem?.name ?? [])

/** Its elements may be expressions, and its predicate names columns too: the index is rebuilt with any of them. */
function exclusion(constraint: Constraint, clause: Clause, source: Source) {
  const elements = (constraint.exclusions ?? []).map(node => fields(fields(node).List?.items?.[0]).IndexElem)
  const computed = elements.flatMap(element => (element?.expr ? [element.expr] : []))
  return {
    method: constraint.access_method ?? 'btree',
    elements: elements.map(element =>
      element?.name === undefined
        ? { label: resultName(element?.expr) ?? 'expr' }
        : { column: element.name, label: element.name },
    ),
    ...(computed.length > 0 && {
      expression: expressionOf({ List: { items: computed } }, clause.span, source),
    }),
    ...(constraint.where_clause && { where: expressionOf(constraint.where_clause, clause.span, source) }),
  }
}

interface Clause {
  readonly constraint: Constraint
  /** Token indexes, `end` excluded. */
  readonly first: number
  readonly end: number
  readonly span: Span
}

/**
 * The clauses of a column definition in order; one ends where the next begins, or COLLATE. DEFERRABLE, INITIALLY DEFERRED and
 * NOT ENFORCED belong to the constraint they follow (sql-createtable.html).
 */
function columnClauses(column: ColumnDef, source: Source, end: number): Clause[] {
  const constraints = (column.constraints ?? []).flatMap(node => fields(node).Constraint ?? [])
  const startOf = ({ location }: { location?: number }) => indexAt(source, source.at(location))
  const starts = constraints.filter(({ contype }) => !isAttribute(contype)).map(startOf)
  if (column.collClause) starts.push(startOf(column.collClause))
  return constraints.map(constraint => {
    const first = startOf(constraint)
    const next = Math.min(end, ...starts.filter(start => start > first))
    return { constraint, first, end: next, span: spanOf(source, first, next - 1) }
  })
}

const isAttribute = (contype: Constraint['contype']): boolean => contype?.startsWith('CONSTR_ATTR_') === true

const kinds: Partial<Record<NonNullable<Constraint['contype']>, ConstraintKind>> = {
  CONSTR_NOTNULL: 'NOT NULL',
  CONSTR_CHECK: 'CHECK',
  CONSTR_PRIMARY: 'PRIMARY KEY',
  CONSTR_UNIQUE: 'UNIQUE',
  CONSTR_EXCLUSION: 'EXCLUDE',
  CONSTR_FOREIGN: 'FOREIGN KEY',
}

const actions: Record<string, ForeignKeyAction> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
}

function definitionOf(
  clause: Clause,
  source: Source,
  columns: readonly string[],
  siblings: readonly Clause[],
): ConstraintDefinition {
  const { constraint, first, end } = clause
  const named = isWord(source.tokens[first], 'CONSTRAINT')
  const keyword = named ? first + 2 : first
  const kind = kinds[constraint.contype ?? 'CONSTR_CHECK'] ?? 'CHECK'
  const name: Identifier | undefined =
    constraint.conname && named ? identifierAt(source, first + 1, constraint.conname) : undefined
  const expression = kind === 'CHECK' ? checkExpression(constraint.raw_expr, source, keyword) : undefined
  return {
    kind,
    ...(name && { name }),
    columns: kind === 'CHECK' ? (expression?.columns ?? []).filter(column => column !== '*') : columns,
    include: strings(constraint.including),
    ...(expression && { expression }),
    ...(isOfValue(expression) && isFalseOfNull(constraint.raw_expr) && { refusesNull: true as const }),
    ...(constraint.pktable && {
      references: {
        table: nameOf(constraint.pktable, source),
        columns: strings(constraint.pk_attrs),
        onDelete: actions[constraint.fk_del_action ?? 'a'] ?? 'NO ACTION',
        onUpdate: actions[constraint.fk_upd_action ?? 'a'] ?? 'NO ACTION',
      },
    }),
    ...(constraint.indexname && { usingIndex: constraint.indexname }),
    ...(kind === 'EXCLUDE' && exclusion(constraint, clause, source)),
    ...(constraint.without_overlaps && { method: 'gist' }),
    notValid: constraint.skip_validation === true,
    notEnforced: notEnforced(constraint, clause, siblings),
    nullsNotDistinct: constraint.nulls_not_distinct === true,
    ...deferrability(constraint, clause, siblings),
    noInherit: constraint.is_no_inherit === true,
    span: clause.span,
    keywords: spanOf(source, keyword, keyword + keywordCount(source, keyword, end) - 1),
  }
}

/** The CHECK of a domain. */
const isOfValue = (expression: Expression | undefined): boolean => expression?.columns.join() === 'value'

/** In a column definition NOT ENFORCED is a clause of its own that follows the constraint it belongs to. */
function notEnforced(constraint: Constraint, clause: Clause, siblings: readonly Clause[]): boolean {
  if (siblings.length === 0)
    return (
      constraint.is_enforced !== true &&
      (constraint.contype === 'CONSTR_CHECK' || constraint.contype === 'CONSTR_FOREIGN')
    )
  for (const next of siblings.slice(siblings.indexOf(clause) + 1)) {
    if (next.constraint.contype === 'CONSTR_ATTR_NOT_ENFORCED') return true
    if (!isAttribute(next.constraint.contype)) return false
  }
  return false
}

/** In a column definition DEFERRABLE and INITIALLY DEFERRED (which implies it) are clauses of their own. */
function deferrability(
  { deferrable, initdeferred }: Constraint,
  clause: Clause,
  siblings: readonly Clause[],
): Pick<ConstraintDefinition, 'deferrable' | 'initiallyDeferred'> {
  const own = siblings.slice(siblings.indexOf(clause) + 1)
  const end = own.findIndex(({ constraint }) => !constraint.contype?.startsWith('CONSTR_ATTR_'))
  const clauses = own.slice(0, end < 0 ? own.length : end).map(({ constraint }) => constraint.contype)
  const isDeferred = initdeferred === true || clauses.includes('CONSTR_ATTR_DEFERRED')
  const isDeferrable = isDeferred || deferrable === true || clauses.includes('CONSTR_ATTR_DEFERRABLE')
  return { ...(isDeferrable && { deferrable: true }), ...(isDeferred && { initiallyDeferred: true }) }
}

function keywordCount({ tokens }: Source, index: number, end: number): number {
  const pairs = ['PRIMARY', 'FOREIGN', 'NOT']
  return isWord(tokens[index], ...pairs) && index + 1 < end ? 2 : 1
}

function checkExpression(node: Node | undefined, source: Source, keyword: number) {
  const group = keyword + 1
  return expressionOf(node, spanOf(source, group + 1, afterGroup(source, group) - 2), source)
}
