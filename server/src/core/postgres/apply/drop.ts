import type { Drop } from '../../sql/commands'
import { cascadeOf, type Thing, thingsIn } from '../cascades'
import {
  type Catalog,
  constraintNamed,
  isIndex,
  keyIn,
  keyOf,
  keyOfRelation,
  type Overload,
  partitionsOf,
  type RelationKey,
  tableAt,
} from '../catalog'
import { droppedWith } from '../dependents'
import { withoutRelation, withRelation, withTable } from '../edit'
import { overloadsMeant } from '../routines'
import { tablesOfServers } from '../searches'
import { sequencesIn } from '../sequences'
import type { At } from './at'
import { withRoutineEntry } from './bodies'
import { withoutColumn } from './columns'
import { withoutConstraint } from './constraints'
import { withoutPart } from './parts'

/** Returns the catalog after DROP of anything. */
export function withDropped(catalog: Catalog, command: Drop, at: At): Catalog {
  switch (command.tag) {
    case 'DROP TRIGGER':
      return command.on
        ? command.names.reduce(
            (result, name) => withoutTrigger(result, keyOf(catalog, command.on ?? name), name.name),
            catalog,
          )
        : catalog
    case 'DROP POLICY':
    case 'DROP RULE':
      return withoutPart(catalog, command)
    default:
      return without(catalog, rootsOf(catalog, command), command.cascade !== undefined, at)
  }
}

/** Returns the catalog without relations and what goes with them. */
export const withoutRelations = (catalog: Catalog, keys: readonly RelationKey[], cascade: boolean, at: At): Catalog =>
  without(
    catalog,
    keys.map((key): Thing => ({ kind: 'relation', key })),
    cascade,
    at,
  )

/** Returns what a DROP names, as far as the catalog has it; triggers, policies and rules apart. */
export function rootsOf(catalog: Catalog, command: Drop): readonly Thing[] {
  switch (command.tag) {
    case 'DROP TABLE':
    case 'DROP VIEW':
    case 'DROP MATERIALIZED VIEW':
    case 'DROP FOREIGN TABLE':
    case 'DROP SEQUENCE':
    case 'DROP INDEX':
      return command.names.map(name => ({ kind: 'relation', key: keyOf(catalog, name) }))
    case 'DROP SCHEMA':
      return thingsIn(catalog, command.names)
    case 'DROP TYPE':
    case 'DROP DOMAIN':
      return command.names.map(name => ({ kind: 'type', key: keyIn(catalog, catalog.types, name) }))
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
    case 'DROP ROUTINE':
      return command.names.flatMap((name, n) => {
        const meant = overloadsMeant(catalog, name, command.signatures?.[n], command.tag)
        // Without arguments it fails where several have the name.
        return meant.length > 1 ? [] : meant.map(({ key, overload }): Thing => ({ kind: 'routine', key, overload }))
      })
    case 'DROP SERVER':
      return command.cascade
        ? tablesOfServers(catalog, command.names).map((key): Thing => ({ kind: 'relation', key }))
        : []
    default:
      return []
  }
}

function without(catalog: Catalog, roots: readonly Thing[], cascade: boolean, at: At): Catalog {
  const all = cascade ? cascadeOf(catalog, roots).map(({ thing }) => thing) : withParts(catalog, roots)
  // A drop that may not have run leaves us with what may still be there.
  if (at.conditional)
    return all.reduce((rest, thing) => (thing.kind === 'relation' ? markedConditional(rest, thing.key) : rest), catalog)
  return all.reduce(withoutThing, catalog)
}

function withParts(catalog: Catalog, roots: readonly Thing[]): readonly Thing[] {
  const keys = roots.flatMap(thing => (thing.kind === 'relation' ? thing.key : []))
  return [
    ...droppedWith(catalog, keys, false).relations.map((key): Thing => ({ kind: 'relation', key })),
    ...roots.filter(({ kind }) => kind !== 'relation'),
  ]
}

function withoutThing(catalog: Catalog, thing: Thing): Catalog {
  switch (thing.kind) {
    case 'relation':
      return withoutRelationAt(catalog, thing.key)
    case 'type': {
      const result = { ...catalog, types: catalog.types.without(thing.key) }
      return catalog.relations.get(thing.key)?.kind === 'composite type' ? withoutRelation(result, thing.key) : result
    }
    case 'routine':
      return withoutOverload(catalog, thing.key, thing.overload)
    case 'column':
      return withoutColumn(catalog, thing.table, thing.name, true)
    case 'default':
      return withoutDefault(catalog, thing.table, thing.name)
    case 'constraint':
      return constraintNamed(tableAt(catalog, thing.table), thing.name)
        ? withoutConstraint(catalog, thing.table, thing.name)
        : catalog
    case 'trigger':
      return withoutTrigger(catalog, thing.table, thing.name)
    case 'policy':
    case 'rule': {
      const parts = thing.kind === 'policy' ? 'policies' : 'rules'
      return withTable(catalog, thing.table, table => ({
        ...table,
        [parts]: table[parts]?.filter(({ name }) => name !== thing.name),
      }))
    }
  }
}

function withoutRelationAt(catalog: Catalog, key: RelationKey): Catalog {
  const relation = catalog.relations.get(key)
  if (isIndex(relation) && relation.constraint !== undefined)
    return withoutRelation(
      withTable(catalog, relation.table, table => ({
        ...table,
        constraints: table.constraints.filter(constraint => constraint.index !== key),
      })),
      key,
    )
  if (relation?.kind !== 'sequence' || !relation.ownedBy) return withoutRelation(catalog, key)
  // The default of a serial column goes with its sequence.
  const { table, column } = relation.ownedBy
  const counts = tableAt(catalog, table)?.columns.some(
    ({ name, default: value }) => name === column && sequencesIn(catalog, value).includes(key),
  )
  return withoutRelation(counts ? withoutDefault(catalog, table, column) : catalog, key)
}

const withoutDefault = (catalog: Catalog, key: RelationKey, name: string): Catalog =>
  withTable(catalog, key, table => ({
    ...table,
    columns: table.columns.map(column => {
      if (column.name !== name) return column
      const { default: _, ...bare } = column
      return bare
    }),
  }))

function withoutOverload(catalog: Catalog, key: string, dropped: Overload): Catalog {
  const rest = catalog.routines.get(key)?.overloads.filter(overload => overload !== dropped) ?? []
  return withRoutineEntry(catalog, key, rest)
}

function markedConditional(catalog: Catalog, key: RelationKey): Catalog {
  const relation = catalog.relations.get(key)
  return relation ? withRelation(catalog, { ...relation, conditional: true }) : catalog
}

function withoutTrigger(catalog: Catalog, table: RelationKey, name: string): Catalog {
  const without = withTable(catalog, table, known => ({
    ...known,
    triggers: known.triggers.filter(trigger => trigger.name !== name),
  }))
  return partitionsOf(without, table).reduce(
    (result, child) => withoutTrigger(result, keyOfRelation(child), name),
    without,
  )
}
