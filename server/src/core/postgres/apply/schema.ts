import { asTable, type Catalog, key as keyFor, type Relation } from '../catalog'
import { renamedRelation, withTable } from '../edit'
import type { PersistentMap } from '../persistent-map'
import { relationsIn } from '../searches'

/** Returns the catalog after ALTER SCHEMA ... RENAME TO: all that is in the schema has the new one in its name. */
export function withSchemaRenamed(catalog: Catalog, from: string, to: string): Catalog {
  let result: Catalog = {
    ...catalog,
    types: moved(catalog.types, from, to),
    routines: moved(catalog.routines, from, to),
    memberships: catalog.memberships,
  }
  for (const key of relationsIn(catalog, [from])) result = renamedRelation(result, key, { schema: to })
  for (const [key, relation] of result.relations) result = withNewNames(result, key, relation, from, to)
  return result
}

function moved<T>(all: PersistentMap<T>, from: string, to: string): PersistentMap<T> {
  let result = all
  for (const [key, value] of all)
    if (key.startsWith(`${from}.`)) result = result.without(key).with(`${to}${key.slice(from.length)}`, value)
  return result
}

/** The indexes of constraints, and types that were written with their schema. */
function withNewNames(catalog: Catalog, key: string, relation: Relation, from: string, to: string): Catalog {
  const table = asTable(relation)
  if (!table) return catalog
  const isMoved = table.schema === to
  const namesOld = table.columns.some(({ type }) => type.schema === from) || table.ofType?.startsWith(`${from}.`)
  if (!isMoved && !namesOld) return catalog
  return withTable(catalog, key, known => ({
    ...known,
    columns: known.columns.map(column =>
      column.type.schema === from ? { ...column, type: { ...column.type, schema: to } } : column,
    ),
    constraints: known.constraints.map(constraint =>
      isMoved && constraint.index !== undefined
        ? { ...constraint, index: keyFor(to, constraint.index.slice(constraint.index.indexOf('.') + 1)) }
        : constraint,
    ),
    ...(known.ofType?.startsWith(`${from}.`) && { ofType: `${to}${known.ofType.slice(from.length)}` }),
  }))
}
