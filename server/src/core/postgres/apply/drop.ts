import type { Drop, Name } from '../../sql/commands'
import {
  asTable,
  type Catalog,
  type Column,
  inheritorsOf,
  isIndex,
  keyIn,
  keyOf,
  keyOfRelation,
  type Relation,
  type RelationKey,
  type Sequence,
} from '../catalog'
import { droppedWith } from '../dependents'
import { withoutRelation, withRelation, withTable } from '../edit'
import type { At } from './at'
import { withoutColumn } from './columns'
import { withoutConstraint } from './constraints'
import { withoutPart } from './parts'

/** Returns the catalog after DROP of anything. */
export function withDropped(catalog: Catalog, command: Drop, at: At): Catalog {
  const cascade = command.cascade !== undefined
  switch (command.tag) {
    case 'DROP TABLE':
    case 'DROP VIEW':
    case 'DROP MATERIALIZED VIEW':
    case 'DROP FOREIGN TABLE':
    case 'DROP SEQUENCE':
    case 'DROP INDEX':
      return withoutRelations(
        catalog,
        command.names.map(name => keyOf(catalog, name)),
        cascade,
        at,
      )
    case 'DROP SCHEMA':
      return withoutSchemas(
        catalog,
        command.names.map(name => name.name),
        at,
      )
    case 'DROP TYPE':
    case 'DROP DOMAIN':
      return command.names.reduce(
        (result, name) => withoutType(result, keyIn(result, result.types, name), cascade),
        catalog,
      )
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
    case 'DROP ROUTINE':
      return command.names.reduce((result, name) => withoutRoutine(result, name, cascade), catalog)
    case 'DROP SERVER':
      return cascade ? withoutRelations(catalog, tablesOfServers(catalog, command.names), true, at) : catalog
    case 'DROP POLICY':
    case 'DROP RULE':
      return withoutPart(catalog, command)
    case 'DROP TRIGGER':
      return command.on
        ? command.names.reduce(
            (result, name) => withoutTrigger(result, keyOf(catalog, command.on ?? name), name.name),
            catalog,
          )
        : catalog
    default:
      return catalog
  }
}

function withoutRelations(catalog: Catalog, roots: readonly RelationKey[], cascade: boolean, at: At): Catalog {
  const dropped = droppedWith(catalog, roots, cascade)
  // A drop that may not have run leaves us with what may still be there.
  if (at.conditional) return dropped.relations.reduce(markedConditional, catalog)
  let result = catalog
  for (const { table, constraint } of dropped.foreignKeys)
    result = withoutConstraint(result, keyOfRelation(table), constraint.name)
  for (const key of dropped.relations) {
    const relation = result.relations.get(key)
    if (isIndex(relation) && relation.constraint !== undefined)
      result = withTable(result, relation.table, table => ({
        ...table,
        constraints: table.constraints.filter(constraint => constraint.index !== key),
      }))
    if (relation?.kind === 'sequence') result = withoutDefaults(result, relation, cascade)
    result = withoutRelation(result, key)
  }
  return result
}

/** The default of a serial column goes with its sequence, those of other columns with CASCADE. */
function withoutDefaults(catalog: Catalog, sequence: Sequence, cascade: boolean): Catalog {
  const counts = ({ default: value }: Column) =>
    value?.calls.some(call => call.name === 'nextval' && isNamed(call.constant, sequence)) === true
  const tables = cascade ? [...catalog.relations.keys()] : sequence.ownedBy ? [sequence.ownedBy.table] : []
  return tables.reduce((result, table) => {
    if (!asTable(result.relations.get(table))?.columns.some(counts)) return result
    return withTable(result, table, known => ({
      ...known,
      columns: known.columns.map(column => {
        const { default: _, ...bare } = column
        return counts(column) ? bare : column
      }),
    }))
  }, catalog)
}

const isNamed = (written: string | undefined, { schema, name }: Pick<Relation, 'schema' | 'name'>): boolean =>
  written === name || written === `${schema}.${name}`

function markedConditional(catalog: Catalog, key: RelationKey): Catalog {
  const relation = catalog.relations.get(key)
  return relation ? withRelation(catalog, { ...relation, conditional: true }) : catalog
}

/** Returns the keys of all relations in `schemas`. */
export function relationsIn(catalog: Catalog, schemas: readonly string[]): RelationKey[] {
  const keys: RelationKey[] = []
  for (const [key, relation] of catalog.relations) if (schemas.includes(relation.schema)) keys.push(key)
  return keys.sort()
}

function withoutSchemas(catalog: Catalog, schemas: readonly string[], at: At): Catalog {
  const inSchemas = (key: string) => schemas.some(schema => key.startsWith(`${schema}.`))
  const result = withoutRelations(catalog, relationsIn(catalog, schemas), true, at)
  if (at.conditional) return result
  return {
    ...result,
    types: [...result.types.keys()].filter(inSchemas).reduce((types, key) => types.without(key), result.types),
    routines: [...result.routines.keys()].filter(inSchemas).reduce((all, key) => all.without(key), result.routines),
  }
}

function withoutType(catalog: Catalog, type: string, cascade: boolean): Catalog {
  let result: Catalog = { ...catalog, types: catalog.types.without(type) }
  if (catalog.relations.get(type)?.kind === 'composite type') result = withoutRelation(result, type)
  if (!cascade) return result
  const tables = droppedWith(result, tablesOf(catalog, type), true).relations
  result = tables.reduce(withoutRelation, result)
  for (const domain of domainsOver(catalog, type)) {
    result = { ...result, types: result.types.without(domain) }
    for (const { table, column } of columnsOfType(catalog, domain)) result = withoutColumn(result, table, column, true)
  }
  return result
}

/** Returns the columns whose type is the enum, domain or composite type with the key `type` (arrays of it too). */
export function columnsOfType(catalog: Catalog, type: string): { table: RelationKey; column: string }[] {
  const found: { table: RelationKey; column: string }[] = []
  for (const [key, relation] of catalog.relations)
    for (const column of asTable(relation)?.columns ?? [])
      if (typeKey(catalog, column.type) === type) found.push({ table: key, column: column.name })
  return found.sort((a, b) => (a.table < b.table ? -1 : 1))
}

/** Returns the keys of a type and of all domains over it. */
export function domainsOver(catalog: Catalog, type: string): string[] {
  const types = new Set([type])
  for (const known of types)
    for (const [key, other] of catalog.types)
      if (other.kind === 'domain' && typeKey(catalog, other.base) === known) types.add(key)
  return [...types]
}

/** Returns the tables made of a composite type: CREATE TABLE ... OF. */
export function tablesOf(catalog: Catalog, type: string): RelationKey[] {
  const keys: RelationKey[] = []
  for (const [key, relation] of catalog.relations) if (asTable(relation)?.ofType === type) keys.push(key)
  return keys.sort()
}

/** Returns the foreign tables of servers. */
export function tablesOfServers(catalog: Catalog, servers: readonly Name[]): RelationKey[] {
  const keys: RelationKey[] = []
  for (const [key, relation] of catalog.relations)
    if (servers.some(({ name }) => asTable(relation)?.server === name)) keys.push(key)
  return keys.sort()
}

const typeKey = (catalog: Catalog, type: { schema?: string; name: string }): string =>
  keyIn(catalog, catalog.types, type)

function withoutRoutine(catalog: Catalog, name: Name, cascade: boolean): Catalog {
  const routines = catalog.routines.without(keyIn(catalog, catalog.routines, name))
  const result: Catalog = { ...catalog, routines }
  return cascade ? withoutTriggersOf(result, name.name) : result
}

function withoutTriggersOf(catalog: Catalog, routine: string): Catalog {
  let result = catalog
  for (const [key, relation] of catalog.relations)
    if (asTable(relation)?.triggers.some(trigger => trigger.function === routine))
      result = withTable(result, key, table => ({
        ...table,
        triggers: table.triggers.filter(trigger => trigger.function !== routine),
      }))
  return result
}

function withoutTrigger(catalog: Catalog, table: RelationKey, name: string): Catalog {
  const without = withTable(catalog, table, known => ({
    ...known,
    triggers: known.triggers.filter(trigger => trigger.name !== name),
  }))
  return inheritorsOf(without, table).reduce(
    (result, child) => withoutTrigger(result, keyOfRelation(child), name),
    without,
  )
}
