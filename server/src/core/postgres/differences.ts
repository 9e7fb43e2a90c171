import type { Expression, TypeName } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import { serialTypes } from './apply/columns'
import {
  asTable,
  type Catalog,
  type Column,
  type Constraint,
  type Domain,
  type DomainConstraint,
  type Index,
  isIndex,
  keyIn,
  type Overload,
  type Relation,
  type RelationKey,
  type RelationKind,
  type Routine,
  type Sequence,
  sequencesOwnedBy,
  type Table,
  type Type,
  temporarySchema,
} from './catalog'
import { sameSignature } from './routines'
import { isBuiltIn } from './types'

/** One thing that is not the same in two catalogs. */
export interface Difference {
  /** `added`: only the second catalog has it; `removed`: only the first; `changed`: both, and not alike. */
  readonly change: 'added' | 'removed' | 'changed'
  readonly what: RelationKind | 'column' | 'constraint' | 'trigger' | 'policy' | 'rule' | 'type' | 'label' | 'function'
  /** Its own name, without schema: of a label, the label. */
  readonly name: string
  /** Where the catalogs keep it: the key of a relation, type or function, or of the table or enum that it is a part of. */
  readonly key: string
  /** What of it changed: `type`, `default`, `nullability`, `definition`, `validation`. */
  readonly aspect?: string
}

/**
 * Returns what differs in the database that `b` describes from that of `a`, what is known to both at least. What goes or comes
 * with its table or column (their indexes, constraints, sequences) is not told again; columns count by name, not by place.
 * Nothing is said of what is temporary. Of expressions literals are compared, and conditions that are plain comparisons; queries and
 * function bodies by their words, the texts of other expressions are not. Proven in test/postgres/differences.test.ts.
 */
export function differences(a: Catalog, b: Catalog): Difference[] {
  if (a === b) return []
  const found: Difference[] = []
  for (const [key, before, after] of a.relations.changes(b.relations)) {
    found.push(...ofRelation(key, before, after, a, b))
  }
  for (const [key, before, after] of a.types.changes(b.types)) found.push(...ofType(key, before, after))
  for (const [key, before, after] of a.routines.changes(b.routines)) found.push(...ofRoutine(key, before, after))
  const lasting = found.filter(({ key }) => !key.startsWith(`${temporarySchema}.`))
  return lasting.sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
}

/** Returns a text by which a difference is known: the same thing differs alike where it is the same. */
export const idOf = ({ change, what, key, name, aspect = '' }: Difference): string =>
  [key, what, name, change, aspect].join('\n')

function ofRelation(
  key: RelationKey,
  before: Relation | undefined,
  after: Relation | undefined,
  a: Catalog,
  b: Catalog,
): Difference[] {
  const one = before ?? after
  if (!one) return []
  const part = { key, name: one.name, what: one.kind }
  if (!before) return isOwned(one, b, a) ? [] : [{ ...part, change: 'added' }]
  if (!after) return isOwned(one, a, b) ? [] : [{ ...part, change: 'removed' }]
  if (before.kind !== after.kind) return [{ ...part, change: 'changed', aspect: 'kind' }]
  const [table, next] = [asTable(before), asTable(after)]
  if (table && next) return ofTable(key, table, next, a, b)
  if (before.kind === 'sequence' && after.kind === 'sequence') {
    return ownerOf(before) === ownerOf(after) ? [] : [{ ...part, change: 'changed', aspect: 'owner' }]
  }
  if (isIndex(before) && isIndex(after)) {
    return shapeOfIndex(before) === shapeOfIndex(after) ? [] : [{ ...part, change: 'changed', aspect: 'definition' }]
  }
  return []
}

const ownerOf = ({ ownedBy }: Sequence): string => (ownedBy ? `${ownedBy.table}.${ownedBy.column}` : '')

/** Whether a relation comes and goes with something that is told of: its table, its column, its constraint. */
function isOwned(relation: Relation, inside: Catalog, outside: Catalog): boolean {
  if (isIndex(relation)) {
    if (relation.constraint !== undefined || relation.partitionOf !== undefined) return true
    return !hasColumns(outside, relation.table, [...relation.columns, ...relation.include], inside)
  }
  if (relation.kind === 'sequence' && relation.ownedBy) {
    const { table, column } = relation.ownedBy
    // A column counts the same by a sequence of another name.
    const count = (catalog: Catalog) => sequencesOwnedBy(catalog, table, column).length
    return count(outside) >= count(inside) || !hasColumns(outside, table, [column], inside)
  }
  const parent = asTable(relation)?.partitionOf
  return parent !== undefined && !outside.relations.has(parent)
}

function hasColumns(
  catalog: Catalog,
  key: RelationKey,
  columns: readonly (string | undefined)[],
  other: Catalog,
): boolean {
  const table = asTable(catalog.relations.get(key))
  if (!table) return !other.relations.has(key)
  if (!table.columnsKnown) return true
  return columns.every(name => name === undefined || table.columns.some(column => column.name === name))
}

function ofTable(key: RelationKey, before: Table, after: Table, a: Catalog, b: Catalog): Difference[] {
  const found: Difference[] = []
  if (before.columnsKnown && after.columnsKnown) {
    const names = new Set([...before.columns, ...after.columns].map(({ name }) => name))
    for (const name of names) found.push(...ofColumn(key, columnOf(before, name), columnOf(after, name), a, b))
  }
  const isThere = ({ columns }: Constraint, table: Table) =>
    !table.columnsKnown || columns.every(name => columnOf(table, name) !== undefined)
  found.push(...ofConstraints(key, before, after, a, isThere))
  found.push(...ofNames(key, 'trigger', names(before.triggers), names(after.triggers)))
  found.push(...ofNames(key, 'policy', names(before.policies ?? []), names(after.policies ?? [])))
  found.push(...ofNames(key, 'rule', names(before.rules ?? []), names(after.rules ?? [])))
  const changed = (aspect: string): Difference => ({
    change: 'changed',
    what: before.kind,
    name: before.name,
    key,
    aspect,
  })
  if (before.partitionOf !== after.partitionOf) found.push(changed('parent'))
  if (before.inherits.join() !== after.inherits.join()) found.push(changed('parents'))
  if (before.persistence !== after.persistence) found.push(changed('persistence'))
  if ((before.rowSecurity ?? false) !== (after.rowSecurity ?? false)) found.push(changed('row level security'))
  if (before.kind === 'view' || before.kind === 'materialized view') {
    if (before.reads.join() !== after.reads.join() || isOther(shapeOfOutputs(before), shapeOfOutputs(after)))
      found.push(changed('definition'))
    else if (isOtherCode(before.query, after.query)) found.push(changed('query'))
  }
  return found
}

const columnOf = (table: Table, name: string): Column | undefined => table.columns.find(column => column.name === name)

const names = (parts: readonly { readonly name: string }[]): string[] => parts.map(({ name }) => name)

function ofColumn(
  key: RelationKey,
  before: Column | undefined,
  after: Column | undefined,
  a: Catalog,
  b: Catalog,
): Difference[] {
  if (before === after) return []
  const name = (before ?? after)?.name as string
  const part = { what: 'column', name, key } as const
  if (!before) return [{ ...part, change: 'added' }]
  if (!after) return [{ ...part, change: 'removed' }]
  const aspects = [
    isOtherType(before.type, after.type, a, b) && 'type',
    before.notNull !== after.notNull && 'nullability',
    isOtherDefault(before, after, a, b) && 'default',
    before.identity !== after.identity && 'identity',
    before.generated !== after.generated && 'generation',
  ]
  return aspects.flatMap(aspect => (aspect ? [{ ...part, change: 'changed' as const, aspect }] : []))
}

/** Of two types that the history does not know nothing is said: columns keep the name of a type that was renamed since. */
function isOtherType(before: TypeName, after: TypeName, a: Catalog, b: Catalog): boolean {
  return isOther(shapeOfType(before, a), shapeOfType(after, b))
}

function shapeOfType(type: TypeName, catalog: Catalog): string | undefined {
  const { schema, name, modifiers, dimensions } = type
  const key = keyIn(catalog, catalog.types, type)
  const isKnown = catalog.types.has(key)
  if (!isKnown && (schema !== undefined || !isBuiltIn(name))) return undefined
  const plain = isKnown ? key : (serialTypes.get(name) ?? name)
  return `${plain}(${modifiers.join()})${dimensions > 0 ? '[]' : ''}`
}

function isOtherDefault(before: Column, after: Column, a: Catalog, b: Catalog): boolean {
  if (shapeOfDefault(before.default) !== shapeOfDefault(after.default)) return true
  return isOther(literalOf(before, a), literalOf(after, b))
}

/**
 * What a column's default says where it is a literal. The label of an enum may have been renamed since, and what a domain of the
 * history's own makes of it is not known.
 */
function literalOf({ type, default: value }: Column, catalog: Catalog): string | undefined {
  return value?.literal !== undefined && isPlain(type, catalog) ? meant(value.literal) : undefined
}

const isPlain = ({ name, schema, dimensions }: TypeName, catalog: Catalog): boolean =>
  dimensions === 0 && isBuiltIn(name) && (schema === undefined || schema === 'pg_catalog') && !catalog.types.has(name)

/** The text of an expression is not kept: whether there is one, and what it calls. */
function shapeOfDefault(value: Expression | undefined): string {
  if (!value || value.kind === 'null') return ''
  return `${value.kind} ${value.calls.map(({ name }) => (name === 'current_timestamp' ? 'now' : name)).join()}`
}

/** What a literal comes to in a column, whatever it is written like: `1.0`, `'t'`. */
function meant(literal: string): string {
  if (/^[-+]?\d+(?:\.\d*)?$/.test(literal))
    return literal
      .replace(/^\+/, '')
      .replace(/(\.\d*?)0*$/, '$1')
      .replace(/\.$/, '')
  const truth = { t: 'true', f: 'false' }[literal.toLowerCase()]
  return truth ?? (/^(?:true|false)$/i.test(literal) ? literal.toLowerCase() : literal)
}

function ofConstraints(
  key: RelationKey,
  before: Table,
  after: Table,
  a: Catalog,
  isThere: (constraint: Constraint, table: Table) => boolean,
): Difference[] {
  const found: Difference[] = []
  // Nullability says it all: PostgreSQL has constraints of that kind by name since 18.
  const [olds, news] = [before, after].map(table => table.constraints.filter(({ kind }) => kind !== 'NOT NULL'))
  const part = ({ name }: Constraint) => ({ what: 'constraint', name, key }) as const
  for (const old of olds ?? []) {
    const next = news?.find(({ name }) => name === old.name)
    if (!next) {
      if (isThere(old, after)) found.push({ ...part(old), change: 'removed' })
    } else if (shapeOfConstraint(old) !== shapeOfConstraint(next) || checksOther(old, next, before, a)) {
      found.push({ ...part(old), change: 'changed', aspect: 'definition' })
    } else if (old.validated !== next.validated) {
      found.push({ ...part(old), change: 'changed', aspect: 'validation' })
    }
  }
  for (const next of news ?? []) {
    if (olds?.some(({ name }) => name === next.name) || !isThere(next, before)) continue
    found.push({ ...part(next), change: 'added' })
  }
  return found
}

const shapeOfConstraint = ({ kind, columns, enforced, references }: Constraint): string =>
  [
    kind,
    columns.join(),
    enforced,
    references && [references.table, references.columns.join(), references.onDelete, references.onUpdate].join(' '),
  ].join('\n')

/** Whether two CHECKs are not true of the same values, as far as their conditions are kept: those of plain columns. */
function checksOther(before: Constraint, after: Constraint, table: Table, catalog: Catalog): boolean {
  const [one, other] = [before.comparisons, after.comparisons]
  if (!one || !other || shapeOfCheck(one) === shapeOfCheck(other)) return false
  return [...one, ...other].flat().every(({ column }) => {
    const type = columnOf(table, column)?.type
    return type !== undefined && isPlain(type, catalog)
  })
}

const shapeOfCheck = (alternatives: NonNullable<Constraint['comparisons']>): string =>
  sorted(
    alternatives.map(terms =>
      sorted(terms.map(({ column, operator, value }) => `${column} ${operator} ${meant(value ?? '')}`)).join(' AND '),
    ),
  ).join(' OR ')

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted()

const shapeOfIndex = (index: Index): string =>
  [
    index.table,
    index.columns.map(column => column ?? '()').join(),
    index.include.join(),
    index.method,
    index.unique,
    index.partial,
    index.nullsNotDistinct,
  ].join('\n')

function ofNames(
  key: RelationKey,
  what: 'trigger' | 'policy' | 'rule',
  before: readonly string[] = [],
  after: readonly string[] = [],
): Difference[] {
  const removed = before.filter(name => !after.includes(name))
  const added = after.filter(name => !before.includes(name))
  return [
    ...removed.map(name => ({ change: 'removed' as const, what, name, key })),
    ...added.map(name => ({ change: 'added' as const, what, name, key })),
  ]
}

function ofType(key: string, before: Type | undefined, after: Type | undefined): Difference[] {
  const part = { what: 'type', name: lastPart(key), key } as const
  if (!before) return [{ ...part, change: 'added' }]
  if (!after) return [{ ...part, change: 'removed' }]
  if (before.kind === 'enum' && after.kind === 'enum') return ofLabels(key, before.labels, after.labels)
  if (before.kind === 'domain' && after.kind === 'domain')
    return aspectsOfDomain(before, after).map(aspect => ({ ...part, change: 'changed', aspect }))
  return before.kind === after.kind ? [] : [{ ...part, change: 'changed', aspect: 'kind' }]
}

function aspectsOfDomain(before: Domain, after: Domain): string[] {
  const named = (kind: DomainConstraint['kind'], { constraints }: Domain) =>
    constraints.flatMap(one => (one.kind === kind ? [one.name] : [])).sort()
  const isNullable = (domain: Domain) => named('NOT NULL', domain).length === 0
  return [
    ...(isNullable(before) === isNullable(after) ? [] : ['nullability']),
    ...(shapeOfDefault(before.default) === shapeOfDefault(after.default) ? [] : ['default']),
    ...(named('CHECK', before).join('\n') === named('CHECK', after).join('\n') ? [] : ['constraints']),
  ]
}

const ofLabels = (key: string, before: readonly string[], after: readonly string[]): Difference[] => [
  ...before
    .filter(name => !after.includes(name))
    .map(name => ({ change: 'removed', what: 'label', name, key }) as const),
  ...after.filter(name => !before.includes(name)).map(name => ({ change: 'added', what: 'label', name, key }) as const),
]

function ofRoutine(key: string, before: Routine | undefined, after: Routine | undefined): Difference[] {
  const part = { what: 'function', name: lastPart(key), key } as const
  if (!before) return [{ ...part, change: 'added' }]
  if (!after) return [{ ...part, change: 'removed' }]
  const pairs = before.overloads.map(overload => [overload, after.overloads.find(sameArguments(overload))] as const)
  if (before.overloads.length !== after.overloads.length || pairs.some(([, other]) => !other))
    return [{ ...part, change: 'changed', aspect: 'parameters' }]
  const isChanged = pairs.some(([{ routine }, other]) => isOtherCode(routine.code?.text, other?.routine.code?.text))
  return isChanged ? [{ ...part, change: 'changed', aspect: 'body' }] : []
}

const sameArguments =
  ({ routine: { parameters } }: Overload) =>
  ({ routine }: Overload): boolean =>
    sameSignature(parameters?.signature ?? '', routine.parameters?.signature ?? '')

const isOther = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b

const shapeOfOutputs = ({ outputs }: Table): string | undefined =>
  outputs?.every(({ name }) => name !== undefined) ? outputs.map(({ name }) => name).join() : undefined

/** Whether two queries or bodies differ in more than comments, white space and letter case, where both are kept. */
function isOtherCode(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return false
  return wordsIn(a) !== wordsIn(b)
}

function wordsIn(code: string): string {
  const [, quotes = ''] = /^(\$\w*\$)/.exec(code) ?? []
  const plain = /^'/.test(code)
    ? code.slice(1, -1).replaceAll("''", "'")
    : code.slice(quotes.length, code.length - quotes.length)
  return tokensOf(plain)
    .filter(({ kind, text }) => kind !== 'comment' && text !== ';')
    .map(({ text }) => text)
    .join(' ')
}

const lastPart = (key: string): string => key.slice(key.indexOf('.') + 1)
