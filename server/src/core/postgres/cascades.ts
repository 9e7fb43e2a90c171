import type { Call, Uses } from '../sql/parts'
import {
  asTable,
  type Catalog,
  columnNamed,
  columnsOfIndex,
  dependentsOf,
  foreignKeysTo,
  foreignKeysToTree,
  indexesOf,
  inheritorsOf,
  isIndex,
  keyIn,
  keyOf,
  keyOfRelation,
  type Overload,
  partitionIndexesOf,
  partitionsOf,
  type Relation,
  type RelationKey,
  type Routine,
  sequencesOwnedBy,
  type Table,
  tableAt,
  viewsReading,
  viewsReadingColumn,
  type WrittenName,
} from './catalog'
import { foreignKeysOn } from './dependents'
import { takes } from './routines'
import { columnsOfType, hasOwnTypes, isOwnType, relationsIn, tablesOf } from './searches'
import { sequencesIn } from './sequences'
import { isBuiltInFunction } from './volatility'

/** What can be dropped. */
export type Thing =
  | { readonly kind: 'relation' | 'type'; readonly key: string }
  | { readonly kind: 'routine'; readonly key: string; readonly overload: Overload }
  | {
      readonly kind: 'column' | 'default' | 'constraint' | 'trigger' | 'policy' | 'rule'
      readonly table: RelationKey
      readonly name: string
    }

/** A thing that cannot stand without another; not `isSure` where a name may mean something else. */
export interface Dependent {
  readonly thing: Thing
  readonly isSure: boolean
}

/**
 * Returns what DROP ... CASCADE drops: `roots`, and all that cannot stand without any of it (ddl-depend.html, proven in
 * test/postgres/effects.sql). What stands inside a table that goes is not told apart.
 */
export function cascadeOf(catalog: Catalog, roots: readonly Thing[]): readonly Dependent[] {
  const found = new Map<string, Dependent>(roots.map(thing => [nameOf(thing), { thing, isSure: true }]))
  for (const { thing, isSure } of found.values())
    for (const dependent of [...partsOfThing(catalog, thing), ...dependentsOn(catalog, thing)]) {
      const name = nameOf(dependent.thing)
      if (!found.has(name)) found.set(name, { thing: dependent.thing, isSure: isSure && dependent.isSure })
    }
  return [...found.values()].filter(({ thing }) => !('table' in thing) || !found.has(`relation ${thing.table}`))
}

const nameOf = (thing: Thing): string => {
  if ('table' in thing) return `${thing.kind} ${thing.table} ${thing.name}`
  return thing.kind === 'routine'
    ? `routine ${thing.key}(${thing.overload.routine.parameters?.signature})`
    : `${thing.kind} ${thing.key}`
}

const relation = (key: RelationKey): Thing => ({ kind: 'relation', key })

const surely = (things: readonly Thing[]): Dependent[] => things.map(thing => ({ thing, isSure: true }))

/** What goes with a thing without CASCADE too. */
function partsOfThing(catalog: Catalog, thing: Thing): Dependent[] {
  switch (thing.kind) {
    case 'relation': {
      const found = catalog.relations.get(thing.key)
      if (isIndex(found))
        return surely(partitionIndexesOf(catalog, thing.key).map(index => relation(keyOfRelation(index))))
      if (!asTable(found)) return []
      const { key } = thing
      const all = [...indexesOf(catalog, key), ...sequencesOwnedBy(catalog, key), ...partitionsOf(catalog, key)]
      return surely(all.map(each => relation(keyOfRelation(each))))
    }
    case 'type':
      return catalog.relations.get(thing.key)?.kind === 'composite type' ? surely([relation(thing.key)]) : []
    case 'column':
      return surely(partsOfColumn(catalog, thing.table, thing.name))
    case 'constraint': {
      const index = tableAt(catalog, thing.table)?.constraints.find(({ name }) => name === thing.name)?.index
      return index === undefined ? [] : surely([relation(index)])
    }
    default:
      return []
  }
}

function partsOfColumn(catalog: Catalog, key: RelationKey, name: string): Thing[] {
  const table = tableAt(catalog, key)
  const isHeir = (heir: Table) => heir.partitionOf === key || columnNamed(heir, name)?.inherited === true
  return [
    ...indexesOf(catalog, key)
      .filter(index => columnsOfIndex(index).has(name))
      .map(index => relation(keyOfRelation(index))),
    ...sequencesOwnedBy(catalog, key, name).map(sequence => relation(keyOfRelation(sequence))),
    ...(table?.constraints ?? [])
      .filter(({ columns }) => columns.includes(name))
      .map((constraint): Thing => ({ kind: 'constraint', table: key, name: constraint.name })),
    ...inheritorsOf(catalog, key)
      .filter(isHeir)
      .map((heir): Thing => ({ kind: 'column', table: keyOfRelation(heir), name })),
  ]
}

/** Returns all that stands in schemas. */
export function thingsIn(catalog: Catalog, schemas: readonly WrittenName[]): Thing[] {
  const isInside = (key: string) => schemas.some(({ name }) => key.startsWith(`${name}.`))
  const names = schemas.map(({ name }) => name)
  return [
    ...relationsIn(catalog, names).map(relation),
    ...[...catalog.types.keys()].filter(isInside).map((key): Thing => ({ kind: 'type', key })),
    ...[...catalog.routines].flatMap(([key, { overloads }]) =>
      isInside(key) ? overloads.map((overload): Thing => ({ kind: 'routine', key, overload })) : [],
    ),
  ]
}

/** Returns what without CASCADE keeps a thing from being dropped, unless it is dropped as well. */
export function dependentsOn(catalog: Catalog, thing: Thing): readonly Dependent[] {
  switch (thing.kind) {
    case 'relation':
      return [...dependentsOnRelation(catalog, thing.key)]
    case 'type':
      return [...dependentsOnType(catalog, thing.key)]
    case 'routine':
      return [...dependentsOnRoutine(catalog, thing.key, thing.overload)]
    case 'column':
      return surely(dependentsOnColumn(catalog, thing.table, thing.name))
    default:
      return []
  }
}

function* dependentsOnRelation(catalog: Catalog, key: RelationKey): Iterable<Dependent> {
  const found = catalog.relations.get(key)
  // A foreign key to a partitioned table stands on each of its partitions.
  const keys = isIndex(found) ? foreignKeysOn(catalog, found) : foreignKeysToTree(catalog, key)
  yield* surely(keys.map(({ table, constraint }) => constraintOf(table, constraint.name)))
  if (isIndex(found)) return
  if (found?.kind === 'sequence') {
    yield* defaultsCounting(catalog, key)
    return
  }
  yield* surely(
    [...viewsReading(catalog, key), ...inheritorsOf(catalog, key)].map(each => relation(keyOfRelation(each))),
  )
  for (const other of dependentsOf(catalog, key, 'part')) {
    const table = asTable(other)
    for (const kind of ['policy', 'rule'] as const)
      for (const part of (kind === 'policy' ? table?.policies : table?.rules) ?? [])
        if (part.reads.includes(key) || part.writes?.includes(key))
          yield { thing: { kind, table: keyOfRelation(other), name: part.name }, isSure: true }
  }
  yield* dependentsOnRows(catalog, key)
  for (const [routine, { overloads }] of catalog.routines.where(hasUnderstood))
    for (const overload of overloads.filter(isUnderstood))
      if (overload.routine.reads?.some(read => keyOf(catalog, read) === key))
        yield { thing: { kind: 'routine', key: routine, overload }, isSure: true }
}

const constraintOf = (table: Table, name: string): Thing => ({ kind: 'constraint', table: keyOfRelation(table), name })

function* defaultsCounting(catalog: Catalog, sequence: RelationKey): Iterable<Dependent> {
  for (const [key, other] of catalog.relations.where(countsOnSequence))
    for (const column of asTable(other)?.columns ?? [])
      if (sequencesIn(catalog, column.default).includes(sequence))
        yield { thing: { kind: 'default', table: key, name: column.name }, isSure: true }
}

/** Each table is a type too: that of its rows. */
function* dependentsOnRows(catalog: Catalog, table: RelationKey): Iterable<Dependent> {
  const isRow = (type: { schema?: string; name: string }) =>
    table.endsWith(`.${type.name}`) &&
    !catalog.types.has(keyIn(catalog, catalog.types, type)) &&
    keyOf(catalog, type) === table
  for (const [key, other] of catalog.relations.where(hasOwnTypes))
    for (const { name, type } of asTable(other)?.columns ?? [])
      if (isRow(type)) yield { thing: { kind: 'column', table: key, name }, isSure: true }
  yield* dependentsByName(catalog, isRow)
}

function* dependentsOnType(catalog: Catalog, type: string): Iterable<Dependent> {
  const isType = (name: { schema?: string; name: string }) =>
    type.endsWith(`.${name.name}`) && keyIn(catalog, catalog.types, name) === type
  yield* surely(tablesOf(catalog, type).map(relation))
  for (const { table, column } of columnsOfType(catalog, type))
    yield { thing: { kind: 'column', table, name: column }, isSure: true }
  for (const [key, other] of catalog.types)
    if (other.kind === 'domain' && isType(other.base)) yield { thing: { kind: 'type', key }, isSure: true }
  yield* dependentsByName(catalog, isType)
}

/** Functions that take or return a type, and expressions that cast to it. */
function* dependentsByName(
  catalog: Catalog,
  isType: (name: { schema?: string; name: string }) => boolean,
): Iterable<Dependent> {
  for (const [key, { overloads }] of catalog.routines.where(takesOwnTypes))
    for (const overload of overloads) {
      if (typesOf(overload).some(isType)) yield { thing: { kind: 'routine', key, overload }, isSure: true }
    }
  yield* naming(catalog.relations.where(namesTypes), ({ types }) => (types?.some(isType) ? 'surely' : 'no'))
}

/** The types that a function takes and returns. */
const typesOf = ({ routine: { parameters, returns = '' } }: Overload): { schema?: string; name: string }[] =>
  [...(parameters?.signature ?? '').split(','), returns.replace(/^setof /, '')].map(typeIn)

const typeIn = (text: string): { schema?: string; name: string } => {
  const [first = '', second] = text.replace(/\[\]$/, '').split('.')
  return second === undefined ? { name: first } : { schema: first, name: second }
}

function* dependentsOnRoutine(catalog: Catalog, key: string, overload: Overload): Iterable<Dependent> {
  const isCalled = (call: Call) => keyIn(catalog, catalog.routines, call) === key && takes(call.arguments)(overload)
  const rivals = (call: Call) =>
    (catalog.routines.get(key)?.overloads.filter(takes(call.arguments)).length ?? 0) > 1 ||
    (call.schema === undefined && isBuiltInFunction(call.name))
  yield* naming(catalog.relations.where(callsFunctions), ({ calls }) => {
    const mine = calls.filter(isCalled)
    return mine.length === 0 ? 'no' : mine.every(rivals) ? 'perhaps' : 'surely'
  })
  const takesNothing = (overload.routine.parameters?.signature ?? '') === ''
  for (const [table, other] of catalog.relations.where(hasTriggers))
    for (const trigger of asTable(other)?.triggers ?? [])
      if (takesNothing && isCalled({ ...callOf(trigger), arguments: 0 }))
        yield { thing: { kind: 'trigger', table, name: trigger.name }, isSure: true }
  const name = key.slice(key.indexOf('.') + 1)
  for (const [other, { overloads }] of catalog.routines)
    for (const caller of overloads)
      if (caller !== overload && !caller.routine.body && caller.routine.code?.text.includes(name))
        yield { thing: { kind: 'routine', key: other, overload: caller }, isSure: false }
}

const callOf = ({ schema, function: name }: { schema?: string; function: string }) =>
  schema === undefined ? { name } : { schema, name }

/** What names something in an expression or a query: as far as `isNamed` finds it there. */
function* naming(
  relations: readonly (readonly [RelationKey, Relation])[],
  isNamed: (uses: Uses) => 'surely' | 'perhaps' | 'no',
): Iterable<Dependent> {
  for (const [key, other] of relations)
    for (const { uses, kind, name } of usesIn(other)) {
      const how = isNamed(uses)
      if (how === 'no') continue
      const thing: Thing = kind === 'relation' ? relation(key) : { kind, table: key, name }
      yield { thing, isSure: how === 'surely' }
    }
}

/** Where the parts of a relation name functions and types. */
interface Using {
  readonly kind: 'relation' | 'column' | 'default' | 'constraint' | 'trigger' | 'policy' | 'rule'
  readonly name: string
  readonly uses: Uses
}

function usesIn(other: Relation): Using[] {
  const found: Using[] = []
  const add = (kind: Using['kind'], name: string, uses: Uses | undefined) => {
    if (uses) found.push({ kind, name, uses })
  }
  if (isIndex(other)) add('relation', other.name, other.uses)
  const table = asTable(other)
  if (!table) return found
  add('relation', table.name, table.uses)
  for (const column of table.columns) {
    add('default', column.name, column.default)
    add('column', column.name, column.generatedUses)
  }
  for (const { uses, name } of table.constraints) add('constraint', name, uses)
  for (const { uses, name } of table.triggers) add('trigger', name, uses)
  for (const { uses, name } of table.policies ?? []) add('policy', name, uses)
  for (const { uses, name } of table.rules ?? []) add('rule', name, uses)
  return found
}

const namesTypes = (other: Relation): boolean => usesIn(other).some(({ uses: { types = [] } }) => types.length > 0)
const callsFunctions = (other: Relation): boolean => usesIn(other).some(({ uses: { calls } }) => calls.length > 0)
const hasTriggers = (other: Relation): boolean => (asTable(other)?.triggers.length ?? 0) > 0
const countsOnSequence = (other: Relation): boolean =>
  asTable(other)?.columns.some(column => column.default?.calls.some(({ name }) => name === 'nextval')) ?? false

/** The body of BEGIN ATOMIC and RETURN is kept as it was understood (sql-createfunction.html). */
const isUnderstood = ({ routine: { body, reads = [] } }: Overload): boolean => !body && reads.length > 0
const hasUnderstood = ({ overloads }: Routine): boolean => overloads.some(isUnderstood)
const takesOwnTypes = ({ overloads }: Routine): boolean => overloads.some(overload => typesOf(overload).some(isOwnType))

function dependentsOnColumn(catalog: Catalog, key: RelationKey, name: string): Thing[] {
  const table = tableAt(catalog, key)
  return [
    ...viewsReadingColumn(catalog, key, name).map(view => relation(keyOfRelation(view))),
    ...foreignKeysTo(catalog, key)
      .filter(({ constraint }) => constraint.references.columns.includes(name))
      .map(({ table: other, constraint }) => constraintOf(other, constraint.name)),
    ...(table?.columns ?? [])
      .filter(({ generatedFrom }) => generatedFrom?.includes(name))
      .map((column): Thing => ({ kind: 'column', table: key, name: column.name })),
    ...(table?.triggers ?? [])
      .filter(({ columns }) => columns?.includes(name))
      .map((trigger): Thing => ({ kind: 'trigger', table: key, name: trigger.name })),
    ...(table?.policies ?? [])
      .filter(({ uses }) => uses?.columns.includes(name))
      .map((policy): Thing => ({ kind: 'policy', table: key, name: policy.name })),
  ]
}
