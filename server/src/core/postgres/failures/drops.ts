import type { Drop } from '../../sql/commands'
import type { Name } from '../../sql/parts'
import { dependentsOn, type Thing, thingsIn } from '../cascades'
import {
  asTable,
  type Catalog,
  columnNamed,
  isIndex,
  keyIn,
  keyOf,
  keyOfRelation,
  type Relation,
  type RelationKey,
  type Table,
  tableAt,
} from '../catalog'
import { droppedWith } from '../dependents'
import { isSure } from '../doubts'
import type { Failure } from '../failures'
import { overloadsMeant } from '../routines'
import { described, isAbsent, relationFailure, type Scene, sureRelation } from './relations'
import { describedRoutine, routineLookupFailure } from './routines'
import { sureType, typeFailure } from './types'

/** Returns why DROP of anything fails. */
export function dropFailure(scene: Scene, command: Drop): Failure | undefined {
  switch (command.tag) {
    case 'DROP TABLE':
    case 'DROP VIEW':
    case 'DROP MATERIALIZED VIEW':
    case 'DROP FOREIGN TABLE':
    case 'DROP SEQUENCE':
    case 'DROP INDEX':
      return formFailure(command) ?? lookupFailure(scene, command) ?? dependentsFailure(scene, command)
    case 'DROP TYPE':
    case 'DROP DOMAIN':
      return typesFailure(scene, command)
    case 'DROP SCHEMA':
      return schemaFailure(scene, command)
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
    case 'DROP ROUTINE':
      return routinesFailure(scene, command)
    case 'DROP TRIGGER':
      return command.on && !command.ifExists ? triggerFailure(scene, command, command.on) : undefined
    case 'DROP POLICY':
    case 'DROP RULE':
      return command.on && !command.ifExists ? partFailure(scene, command, command.on) : undefined
    default:
      return undefined
  }
}

/** DROP INDEX CONCURRENTLY takes one index and no CASCADE (sql-dropindex.html). */
function formFailure({ concurrently, names, cascade }: Drop): Failure | undefined {
  if (!concurrently) return undefined
  if (names.length > 1)
    return {
      message: 'DROP INDEX CONCURRENTLY does not support dropping multiple objects',
      code: '0A000',
      span: concurrently,
    }
  return cascade && { message: 'DROP INDEX CONCURRENTLY does not support CASCADE', code: '0A000', span: cascade }
}

function lookupFailure(scene: Scene, command: Drop): Failure | undefined {
  const what = kinds[command.tag]
  if (!what) return undefined
  for (const name of command.names) {
    const found = sureRelation(scene, name)
    if (found && !what.kinds.includes(found.kind))
      return { message: `"${name.name}" is not ${what.article} ${what.noun}`, code: '42809', span: name.span }
    if (found?.kind === 'partitioned index' && command.concurrently)
      return { message: `cannot drop partitioned index "${name.name}" concurrently`, code: '0A000', span: name.span }
    if (!command.ifExists && !found && isAbsent(scene, name))
      return {
        message: `${what.noun} "${name.name}" does not exist`,
        code: command.tag === 'DROP INDEX' ? '42704' : '42P01',
        span: name.span,
      }
  }
  return undefined
}

interface Kind {
  readonly noun: string
  readonly article: 'a' | 'an'
  readonly kinds: readonly Relation['kind'][]
}

const kinds: Readonly<Partial<Record<Drop['tag'], Kind>>> = {
  'DROP TABLE': { noun: 'table', article: 'a', kinds: ['table', 'partitioned table'] },
  'DROP VIEW': { noun: 'view', article: 'a', kinds: ['view'] },
  'DROP MATERIALIZED VIEW': { noun: 'materialized view', article: 'a', kinds: ['materialized view'] },
  'DROP FOREIGN TABLE': { noun: 'foreign table', article: 'a', kinds: ['foreign table'] },
  'DROP SEQUENCE': { noun: 'sequence', article: 'a', kinds: ['sequence'] },
  'DROP INDEX': { noun: 'index', article: 'an', kinds: ['index', 'partitioned index'] },
}

function dependentsFailure(scene: Scene, command: Drop): Failure | undefined {
  const { catalog } = scene
  const roots = command.names.filter(name => catalog.relations.has(keyOf(catalog, name)))
  const goes = new Set(
    droppedWith(
      catalog,
      roots.map(name => keyOf(catalog, name)),
      false,
    ).relations,
  )
  for (const name of roots) {
    const relation = sureRelation(scene, name)
    if (!relation) continue
    const required = requiredBy(catalog, relation, goes)
    if (required)
      return {
        message: `cannot drop ${describedRelation(catalog, relation)} because ${required} requires it`,
        code: '2BP01',
        span: name.span,
      }
  }
  const gone = [...goes].map((key): Thing => ({ kind: 'relation', key }))
  if (command.cascade || !gone.some(thing => isNeeded(scene, thing, gone))) return undefined
  return dependFailure(
    roots,
    roots
      .flatMap(name => catalog.relations.get(keyOf(catalog, name)) ?? [])
      .map(root => describedRelation(catalog, root)),
  )
}

export const dependFailure = (roots: readonly Name[], printed: readonly string[]): Failure => ({
  message:
    printed.length === 1
      ? `cannot drop ${printed[0]} because other objects depend on it`
      : 'cannot drop desired object(s) because other objects depend on them',
  code: '2BP01',
  ...(roots.length === 1 && roots[0] && { span: roots[0].span }),
})

/** What a relation is only a part of: its constraint, its parent's index, its identity column. */
function requiredBy(catalog: Catalog, relation: Relation, goes: ReadonlySet<RelationKey>): string | undefined {
  if (isIndex(relation)) {
    const table = catalog.relations.get(relation.table)
    if (relation.partitionOf !== undefined) {
      const parent = catalog.relations.get(relation.partitionOf)
      const isFree = !parent || goes.has(relation.partitionOf) || relation.constraint !== undefined
      return isFree || !isSure(catalog, parent, relation.partitionOf) ? undefined : describedRelation(catalog, parent)
    }
    if (relation.constraint === undefined || !table) return undefined
    return `constraint ${relation.constraint} on ${describedRelation(catalog, table)}`
  }
  if (relation.kind !== 'sequence' || !relation.ownedBy || goes.has(relation.ownedBy.table)) return undefined
  const table = tableAt(catalog, relation.ownedBy.table)
  if (!table || !columnNamed(table, relation.ownedBy.column)?.identity) return undefined
  return `column ${relation.ownedBy.column} of ${describedRelation(catalog, table)}`
}

/** Returns a relation as PostgreSQL describes it: `materialized view reports.totals`. */
export const describedRelation = (catalog: Catalog, relation: Relation): string => {
  const kind = relation.kind.replace('partitioned ', '')
  return `${kind} ${described(catalog, relation)}`
}

function typesFailure(scene: Scene, command: Drop): Failure | undefined {
  const { catalog } = scene
  for (const name of command.names) {
    const missing = command.ifExists ? undefined : typeFailure(scene, name)
    if (missing) return missing
    const type = sureType(scene, name)
    if (type && type.kind !== 'domain' && type.kind !== 'other' && command.tag === 'DROP DOMAIN')
      return { message: `"${name.name}" is not a domain`, code: '42809', span: name.span }
  }
  if (command.cascade || command.names.length !== 1) return undefined
  const [name] = command.names
  if (!name || !sureType(scene, name)) return undefined
  const key = keyIn(catalog, catalog.types, name)
  const schema = key.slice(0, -name.name.length - 1)
  if (!isNeeded(scene, { kind: 'type', key }, [])) return undefined
  const printed = keyIn(catalog, catalog.types, { name: name.name }) === key ? name.name : `${schema}.${name.name}`
  return dependFailure(command.names, [`type ${printed}`])
}

/** A function is needed by what calls it: a default, a constraint, a trigger, a view. */
function routinesFailure(scene: Scene, command: Drop): Failure | undefined {
  const missing = routineLookupFailure(scene, command)
  const { names, signatures, cascade } = command
  if (missing || cascade) return missing
  const meant = names.map((name, n) => overloadsMeant(scene.catalog, name, signatures?.[n], command.tag))
  // Where a name may mean several of them, or one that the history does not know, nobody can tell which.
  const dropped = meant.flatMap(all => (all.length === 1 ? all : []))
  if (dropped.length !== names.length) return undefined
  const things = dropped.map((one): Thing => ({ kind: 'routine', ...one }))
  if (!things.some(thing => isNeeded(scene, thing, things))) return undefined
  const printed = dropped.flatMap(({ key, overload }) => describedRoutine(scene, key, overload) ?? [])
  return printed.length === names.length ? dependFailure(names, printed) : undefined
}

/** Whether something that stays certainly needs `thing`. */
function isNeeded(scene: Scene, thing: Thing, goes: readonly Thing[]): boolean {
  if (!isCertain(scene, thing)) return false
  const gone = new Set(goes.flatMap(each => (each.kind === 'relation' ? each.key : [])))
  const isGone = (other: Thing) => {
    if ('table' in other) return gone.has(other.table)
    return goes.some(each => !('table' in each) && each.kind === other.kind && each.key === other.key)
  }
  return dependentsOn(scene.catalog, thing).some(
    ({ thing: dependent, isSure: isMeant }) => isMeant && !isGone(dependent) && isCertain(scene, dependent),
  )
}

/** Whether a thing is certainly there, as the catalog has it. */
function isCertain(scene: Scene, thing: Thing): boolean {
  const { catalog } = scene
  if (thing.kind === 'type') {
    const [schema = '', name = ''] = thing.key.split('.')
    return sureType(scene, { schema, name }) !== undefined
  }
  if (thing.kind === 'routine') {
    const [, name = ''] = thing.key.split('.')
    return !catalog.doubts?.since && !catalog.doubts?.names.has(name)
  }
  const key = 'table' in thing ? thing.table : thing.key
  const relation = catalog.relations.get(key)
  if (!relation || !isSure(catalog, relation, key)) return false
  return !('table' in thing) || !catalog.doubts?.names.has(thing.name)
}

function schemaFailure(scene: Scene, { names, cascade }: Drop): Failure | undefined {
  const [name] = names
  if (cascade || !name || names.length !== 1) return undefined
  const isFull = thingsIn(scene.catalog, names).some(thing => isCertain(scene, thing))
  return isFull ? dependFailure(names, [`schema ${name.name}`]) : undefined
}

function partFailure(scene: Scene, { tag, names }: Drop, on: Name): Failure | undefined {
  const missing = relationFailure(scene, on)
  const table = asTable(sureRelation(scene, on))
  const [part] = names
  if (missing || !table || !part || scene.catalog.doubts?.names.has(part.name)) return missing
  const [known, printed] =
    tag === 'DROP POLICY'
      ? [table.policies, `policy "${part.name}" for table`]
      : [table.rules, `rule "${part.name}" for relation`]
  if (known?.some(({ name }) => name === part.name)) return undefined
  return { message: `${printed} "${table.name}" does not exist`, code: '42704', span: part.span }
}

/** The row trigger of a partition is its parent's where that has one of the same name. */
function clonedFailure({ catalog }: Scene, table: Table, name: string, span: Failure['span']): Failure | undefined {
  const parent = table.partitionOf === undefined ? undefined : tableAt(catalog, table.partitionOf)
  if (!parent || !isSure(catalog, parent, keyOfRelation(parent)) || catalog.doubts?.names.has(name)) return undefined
  if (!parent.triggers.some(trigger => trigger.name === name && trigger.isRow)) return undefined
  const on = (relation: Table) => `trigger ${name} on table ${described(catalog, relation)}`
  return {
    message: `cannot drop ${on(table)} because ${on(parent)} requires it`,
    code: '2BP01',
    ...(span && { span }),
  }
}

function triggerFailure(scene: Scene, { names }: Drop, on: Name): Failure | undefined {
  const missing = relationFailure(scene, on)
  if (missing) return missing
  const table: Table | undefined = asTable(sureRelation(scene, on))
  const [trigger] = names
  const known = table?.triggers.find(({ name }) => name === trigger?.name)
  if (!table || !trigger) return undefined
  if (known) return known.isRow ? clonedFailure(scene, table, known.name, trigger.span) : undefined
  if (scene.catalog.doubts?.names.has(trigger.name)) return undefined
  return {
    message: `trigger "${trigger.name}" for table "${on.name}" does not exist`,
    code: '42704',
    span: trigger.span,
  }
}
