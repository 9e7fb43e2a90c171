import type { Drop, Name } from '../../sql/commands'
import { quoted } from '../../sql/quote'
import { columnsOfType, relationsIn } from '../apply/drop'
import {
  asTable,
  type Catalog,
  columnNamed,
  foreignKeysTo,
  inheritorsOf,
  isIndex,
  keyIn,
  keyOf,
  keyOfRelation,
  type Relation,
  type RelationKey,
  type Table,
  tableAt,
  viewsReading,
} from '../catalog'
import { droppedWith, foreignKeysOn } from '../dependents'
import { isSure } from '../doubts'
import type { Failure } from '../failures'
import { described, isAbsent, relationFailure, type Scene, sureRelation } from './relations'
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
      return functionFailure(scene, command)
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
  if (command.cascade || ![...goes].some(key => hasDependents(catalog, key, goes))) return undefined
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

/** Whether something that stays needs the relation at `key`: a view, an heir, a foreign key, a default. */
function hasDependents(catalog: Catalog, key: RelationKey, goes: ReadonlySet<RelationKey>): boolean {
  const relation = catalog.relations.get(key)
  if (!relation || !isSure(catalog, relation, key)) return false
  const stays = (other: Relation) => !goes.has(keyOfRelation(other)) && isSure(catalog, other, keyOfRelation(other))
  if (isIndex(relation)) return foreignKeysOn(catalog, relation).some(({ table }) => stays(table))
  if (relation.kind === 'sequence') return hasDefault(catalog, relation.name, relation.ownedBy, goes)
  return (
    viewsReading(catalog, key).some(view => view.reads.includes(key) && stays(view)) ||
    inheritorsOf(catalog, key).some(heir => heir.inherits.includes(key) && stays(heir)) ||
    foreignKeysTo(catalog, key).some(({ table }) => stays(table))
  )
}

function hasDefault(
  catalog: Catalog,
  sequence: string,
  owner: { readonly table: RelationKey; readonly column: string } | undefined,
  goes: ReadonlySet<RelationKey>,
): boolean {
  if (!owner || goes.has(owner.table)) return false
  const table = tableAt(catalog, owner.table)
  if (!table || !isSure(catalog, table, owner.table)) return false
  const value = columnNamed(table, owner.column)?.default
  return value?.calls.some(call => call.name === 'nextval' && call.constant === sequence) ?? false
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
  const isSureTable = (key: RelationKey) => {
    const table = tableAt(catalog, key)
    return table !== undefined && isSure(catalog, table, key)
  }
  const key = keyIn(catalog, catalog.types, name)
  const schema = key.slice(0, -name.name.length - 1)
  if (!columnsOfType(catalog, key).some(({ table }) => isSureTable(table))) return undefined
  const printed = keyIn(catalog, catalog.types, { name: name.name }) === key ? name.name : `${schema}.${name.name}`
  return dependFailure(command.names, [`type ${printed}`])
}

/** A trigger needs its function, which takes no arguments. */
function functionFailure({ catalog }: Scene, { names, cascade }: Drop): Failure | undefined {
  const [name] = names
  if (cascade || !name || names.length !== 1 || catalog.doubts?.names.has(name.name)) return undefined
  const key = keyIn(catalog, catalog.routines, name)
  const [overload, ...others] = catalog.routines.get(key)?.overloads ?? []
  if (!overload?.routine.returnsTrigger || others.length > 0) return undefined
  if (!isFiredAnywhere(catalog, name.name, key)) return undefined
  const isVisible = keyIn(catalog, catalog.routines, { name: name.name }) === key
  const printed = isVisible ? quoted(name.name) : key.split('.').map(quoted).join('.')
  return dependFailure(names, [`function ${printed}()`])
}

function isFiredAnywhere(catalog: Catalog, name: string, routine: string): boolean {
  for (const [key, relation] of catalog.relations) {
    const table = asTable(relation)
    if (!table || table.triggers.length === 0 || !isSure(catalog, table, key)) continue
    const fires = table.triggers.some(
      trigger =>
        trigger.function === name &&
        !catalog.doubts?.names.has(trigger.name) &&
        keyIn(catalog, catalog.routines, { name, ...(trigger.schema && { schema: trigger.schema }) }) === routine,
    )
    if (fires) return true
  }
  return false
}

function schemaFailure({ catalog }: Scene, { names, cascade }: Drop): Failure | undefined {
  const [name] = names
  if (cascade || !name || names.length !== 1) return undefined
  const isFull = relationsIn(catalog, [name.name]).some(key => {
    const relation = catalog.relations.get(key)
    return relation !== undefined && isSure(catalog, relation, key)
  })
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
  if (known?.includes(part.name)) return undefined
  return { message: `${printed} "${table.name}" does not exist`, code: '42704', span: part.span }
}

function triggerFailure(scene: Scene, { names }: Drop, on: Name): Failure | undefined {
  const missing = relationFailure(scene, on)
  if (missing) return missing
  const table: Table | undefined = asTable(sureRelation(scene, on))
  const [trigger] = names
  if (!table || !trigger || table.triggers.some(({ name }) => name === trigger.name)) return undefined
  if (scene.catalog.doubts?.names.has(trigger.name)) return undefined
  return {
    message: `trigger "${trigger.name}" for table "${on.name}" does not exist`,
    code: '42704',
    span: trigger.span,
  }
}
