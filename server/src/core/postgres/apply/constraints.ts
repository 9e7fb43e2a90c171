import type { ConstraintDefinition } from '../../sql/parts'
import {
  type Catalog,
  type Column,
  type Constraint,
  constraintNamed,
  foreignKeyLike,
  foreignKeysTo,
  hasReference,
  type Index,
  inheritorsOf,
  isIndex,
  key as keyFor,
  keyOf,
  keyOfRelation,
  partitionIndexesOf,
  partitionsOf,
  primaryKeyOf,
  type RelationKey,
  type Table,
  tableAt,
  usesOf,
} from '../catalog'
import { renamedRelation, withoutRelation, withRelation, withTable } from '../edit'
import {
  labelsOfConstraint,
  nameOfCheck,
  nameOfExclusion,
  nameOfForeignKey,
  nameOfNotNull,
  nameOfPrimaryKey,
  nameOfUnique,
} from '../names'
import type { At } from './at'
import { indexFitting } from './indexes'

/**
 * Returns the constraints that one CREATE TABLE, or one new column, comes to: UNIQUE of the same columns as the key, or as another
 * UNIQUE, is one with it, and the name of either is its name (transformIndexConstraints of PostgreSQL's source).
 */
export function mergedConstraints(definitions: readonly ConstraintDefinition[]): readonly ConstraintDefinition[] {
  if (definitions.length < 2) return definitions
  const found: ConstraintDefinition[] = []
  for (const definition of definitions) {
    const place = found.findIndex(other => isOneWith(definition, other))
    const other = found[place]
    if (!other) found.push(definition)
    else if (!other.name && definition.name) found[place] = { ...other, name: definition.name }
  }
  return found
}

const isOneWith = (one: ConstraintDefinition, other: ConstraintDefinition): boolean =>
  one.kind === 'UNIQUE' &&
  (other.kind === 'UNIQUE' || other.kind === 'PRIMARY KEY') &&
  one.columns.join() === other.columns.join() &&
  one.include.join() === other.include.join() &&
  one.nullsNotDistinct === other.nullsNotDistinct &&
  one.deferrable === other.deferrable &&
  one.initiallyDeferred === other.initiallyDeferred &&
  one.method === other.method &&
  one.usingIndex === undefined &&
  other.usingIndex === undefined

/** Returns the catalog with a constraint added to a table, and to its partitions and heirs as PostgreSQL does. */
export function withConstraint(
  catalog: Catalog,
  key: RelationKey,
  definition: ConstraintDefinition,
  at: At,
  only = false,
): Catalog {
  const table = tableAt(catalog, key)
  if (!table) return catalog
  switch (definition.kind) {
    case 'PRIMARY KEY':
    case 'UNIQUE':
    case 'EXCLUDE':
      return definition.usingIndex === undefined
        ? withIndexConstraint(catalog, key, definition, at, { only })
        : withAdoptedIndex(catalog, key, definition, at)
    case 'FOREIGN KEY':
      return withForeignKey(catalog, key, definition, at)
    case 'CHECK':
      return withInherited(catalog, key, checkOf(catalog, table, definition, at), only || definition.noInherit)
    case 'NOT NULL':
      return withNotNull(catalog, key, definition, at, only || definition.noInherit)
  }
}

const checkOf = (catalog: Catalog, table: Table, definition: ConstraintDefinition, at: At): Constraint => ({
  ...(definition.expression?.comparisons && { comparisons: definition.expression.comparisons }),
  ...baseOf(definition, definition.name?.name ?? nameOfCheck(catalog, table, definition.columns), at),
  provesNotNull: definition.expression?.provesNotNull ?? [],
})

const baseOf = (definition: ConstraintDefinition, name: string, at: At): Constraint => ({
  name,
  kind: definition.kind,
  columns: definition.columns,
  validated: !definition.notValid && !definition.notEnforced,
  enforced: !definition.notEnforced,
  provesNotNull: [],
  noInherit: definition.noInherit,
  ...namedIn(definition),
  born: at.birth,
})

function namedIn({ expression, where }: ConstraintDefinition): Pick<Constraint, 'uses'> {
  const uses = usesOf([expression, where])
  return uses ? { uses } : {}
}

/** A constraint of the same name and kind is the inherited one, already there: PostgreSQL merges the two. */
function withInherited(catalog: Catalog, key: RelationKey, constraint: Constraint, only: boolean): Catalog {
  const added = withTable(catalog, key, table =>
    constraintNamed(table, constraint.name) ? table : { ...table, constraints: table.constraints.concat(constraint) },
  )
  if (only) return added
  return inheritorsOf(added, key).reduce(
    (result, child) => withInherited(result, keyOfRelation(child), constraint, false),
    added,
  )
}

function withNotNull(
  catalog: Catalog,
  key: RelationKey,
  definition: ConstraintDefinition,
  at: At,
  only: boolean,
): Catalog {
  const table = tableAt(catalog, key)
  if (!table) return catalog
  const name = definition.name?.name ?? nameOfNotNull(table, definition.columns[0] ?? '')
  const withIt = withInherited(catalog, key, baseOf(definition, name, at), only)
  return definition.notValid ? withIt : withNotNullColumns(withIt, key, definition.columns, only)
}

/** Returns the catalog in which columns of a table, and of all that inherit from it, hold no nulls. */
export function withNotNullColumns(
  catalog: Catalog,
  key: RelationKey,
  names: readonly string[],
  only = false,
  notNull = true,
): Catalog {
  const isOther = (column: Column) => column.notNull !== notNull && names.includes(column.name)
  const changed = withTable(catalog, key, table =>
    table.columns.some(isOther)
      ? { ...table, columns: table.columns.map(column => (isOther(column) ? { ...column, notNull } : column)) }
      : table,
  )
  if (only) return changed
  return inheritorsOf(changed, key).reduce(
    (result, child) => withNotNullColumns(result, keyOfRelation(child), names, false, notNull),
    changed,
  )
}

/** A constraint with its index; on a partitioned table each partition gets both (ddl-partitioning.html). */
export function withIndexConstraint(
  catalog: Catalog,
  key: RelationKey,
  definition: ConstraintDefinition,
  at: At,
  options: { only?: boolean; partitionOf?: RelationKey } = {},
): Catalog {
  const table = tableAt(catalog, key)
  if (!table) return catalog
  const name = definition.name?.name ?? nameOfIndexConstraint(catalog, table, definition)
  const index: Index = {
    kind: table.kind === 'partitioned table' ? 'partitioned index' : 'index',
    schema: table.schema,
    name,
    conditional: table.conditional,
    born: at.birth,
    table: key,
    columns: definition.elements?.map(({ column }) => column) ?? definition.columns,
    include: definition.include,
    labels: labelsOfConstraint(definition),
    expressionColumns: [...(definition.expression?.columns ?? []), ...(definition.where?.columns ?? [])],
    method: definition.method ?? 'btree',
    unique: definition.kind !== 'EXCLUDE',
    primary: definition.kind === 'PRIMARY KEY',
    partial: definition.where !== undefined,
    nullsNotDistinct: definition.nullsNotDistinct,
    ...(definition.deferrable && { deferrable: true }),
    constraint: name,
    ...(options.partitionOf && { partitionOf: options.partitionOf }),
  }
  let result = withConstraintAndIndex(catalog, key, definition, at, index)
  if (options.only) return result
  for (const partition of partitionsOf(catalog, key)) {
    const { name: _, ...unnamed } = definition
    const fitting = indexFitting(result, keyOfRelation(partition), index)
    if (fitting) {
      result = withRelation(result, { ...fitting, partitionOf: keyOfRelation(index) })
      continue
    }
    result = withIndexConstraint(result, keyOfRelation(partition), unnamed, at, { partitionOf: keyOfRelation(index) })
  }
  return result
}

function nameOfIndexConstraint(catalog: Catalog, table: Table, definition: ConstraintDefinition): string {
  if (definition.kind === 'PRIMARY KEY') return nameOfPrimaryKey(catalog, table)
  const columns = labelsOfConstraint(definition)
  return definition.kind === 'UNIQUE' ? nameOfUnique(catalog, table, columns) : nameOfExclusion(catalog, table, columns)
}

function withConstraintAndIndex(
  catalog: Catalog,
  key: RelationKey,
  definition: ConstraintDefinition,
  at: At,
  index: Index,
): Catalog {
  const constraint: Constraint = {
    index: keyOfRelation(index),
    ...baseOf(definition, index.name, at),
    columns: index.columns.filter(column => column !== undefined),
    validated: true,
  }
  const withBoth = withTable(withRelation(catalog, index), key, table => ({
    ...table,
    constraints: table.constraints.filter(other => other.name !== constraint.name).concat(constraint),
  }))
  return definition.kind === 'PRIMARY KEY' ? withNotNullColumns(withBoth, key, constraint.columns) : withBoth
}

/** ADD CONSTRAINT ... USING INDEX: the index takes the constraint's name (sql-altertable.html). */
function withAdoptedIndex(catalog: Catalog, key: RelationKey, definition: ConstraintDefinition, at: At): Catalog {
  const table = tableAt(catalog, key)
  const usingIndex = definition.usingIndex
  if (!table || usingIndex === undefined) return catalog
  const found = catalog.relations.get(keyFor(table.schema, usingIndex))
  const name = definition.name?.name ?? usingIndex
  const adopted: Index = {
    ...(isIndex(found)
      ? found
      : {
          kind: 'index',
          schema: table.schema,
          conditional: table.conditional,
          table: key,
          columns: [],
          include: [],
          labels: [],
          expressionColumns: [],
          method: 'btree',
          unique: true,
          partial: false,
          nullsNotDistinct: false,
        }),
    name,
    primary: definition.kind === 'PRIMARY KEY',
    ...(definition.deferrable && { deferrable: true }),
    constraint: name,
  }
  const without = found ? withoutRelation(catalog, keyOfRelation(found)) : catalog
  return withConstraintAndIndex(without, key, definition, at, adopted)
}

/** A foreign key; partitions of the referencing table get their own. */
function withForeignKey(catalog: Catalog, key: RelationKey, definition: ConstraintDefinition, at: At): Catalog {
  const table = tableAt(catalog, key)
  if (!table || !definition.references) return catalog
  const referenced = keyOf(catalog, definition.references.table)
  const columns =
    definition.references.columns.length > 0
      ? definition.references.columns
      : (primaryKeyOf(tableAt(catalog, referenced))?.columns ?? [])
  const constraint: Constraint = {
    references: {
      table: referenced,
      columns,
      onDelete: definition.references.onDelete,
      onUpdate: definition.references.onUpdate ?? 'NO ACTION',
    },
    ...baseOf(definition, definition.name?.name ?? nameOfForeignKey(catalog, table, definition.columns), at),
  }
  return withForeignKeyOn(catalog, key, constraint)
}

/** Returns the catalog with a foreign key added to a table and its partitions. */
export function withForeignKeyOn(catalog: Catalog, key: RelationKey, constraint: Constraint): Catalog {
  const added = withTable(catalog, key, table => ({
    ...table,
    constraints: table.constraints.concat(
      constraintNamed(table, constraint.name)
        ? { ...constraint, name: nameOfForeignKey(catalog, table, constraint.columns) }
        : constraint,
    ),
  }))
  return partitionsOf(added, key).reduce(
    (result, partition) => withForeignKeyOn(result, keyOfRelation(partition), constraint),
    added,
  )
}

/**
 * Returns the catalog without a constraint: its index goes too, and with `cascade` foreign keys that need that index;
 * partitions and heirs lose theirs.
 */
export function withoutConstraint(
  catalog: Catalog,
  key: RelationKey,
  name: string,
  only = false,
  cascade = true,
): Catalog {
  const table = tableAt(catalog, key)
  if (!table) return catalog
  const constraint = constraintNamed(table, name)
  if (!constraint) return withoutDefaultNotNull(catalog, table, name)
  let result = withTable(catalog, key, known => ({
    ...known,
    constraints: known.constraints.filter(other => other !== constraint),
  }))
  if (constraint.kind === 'NOT NULL') result = withNotNullColumns(result, key, constraint.columns, only, false)
  if (constraint.index !== undefined) result = withoutIndexOf(result, key, constraint, constraint.index, cascade)
  if (only || constraint.index !== undefined) return result
  if (hasReference(constraint))
    return partitionsOf(result, key).reduce((rest, partition) => {
      const own = foreignKeyLike(partition, constraint)
      return own ? withoutConstraint(rest, keyOfRelation(partition), own.name) : rest
    }, result)
  return inheritorsOf(result, key).reduce((rest, child) => withoutConstraint(rest, keyOfRelation(child), name), result)
}

/** From 18 on every NOT NULL is a constraint with a name (sql-createtable.html); ours is known by its default name. */
function withoutDefaultNotNull(catalog: Catalog, table: Table, name: string): Catalog {
  const column = table.columns.find(candidate => candidate.notNull && nameOfNotNull(table, candidate.name) === name)
  return column ? withNotNullColumns(catalog, keyOfRelation(table), [column.name], false, false) : catalog
}

function withoutIndexOf(
  catalog: Catalog,
  key: RelationKey,
  constraint: Constraint,
  index: RelationKey,
  cascade: boolean,
): Catalog {
  let result = catalog
  for (const attached of partitionIndexesOf(catalog, index, { recursive: true })) {
    result = withTable(result, attached.table, partition => ({
      ...partition,
      constraints: partition.constraints.filter(other => other.name !== attached.constraint),
    }))
    result = withoutRelation(result, keyOfRelation(attached))
  }
  result = withoutRelation(result, index)
  if (!cascade) return result
  const sameColumns = (columns: readonly string[]) =>
    columns.length === constraint.columns.length && columns.every(column => constraint.columns.includes(column))
  for (const incoming of foreignKeysTo(result, key))
    if (sameColumns(incoming.constraint.references.columns))
      result = withoutConstraint(result, keyOfRelation(incoming.table), incoming.constraint.name)
  return result
}

/** Returns the catalog with a constraint changed on a table and on the partitions and heirs that have it too. */
export function withConstraintChanged(
  catalog: Catalog,
  key: RelationKey,
  name: string,
  change: (constraint: Constraint) => Constraint,
): Catalog {
  const before = constraintNamed(tableAt(catalog, key), name)
  const changed = withConstraintChangedIn(catalog, key, name, change)
  return inheritorsOf(changed, key).reduce((result, child) => {
    const own = before && hasReference(before) ? foreignKeyLike(child, before)?.name : name
    return own === undefined ? result : withConstraintChanged(result, keyOfRelation(child), own, change)
  }, changed)
}

const withConstraintChangedIn = (
  catalog: Catalog,
  key: RelationKey,
  name: string,
  change: (constraint: Constraint) => Constraint,
): Catalog =>
  withTable(catalog, key, table => ({
    ...table,
    constraints: table.constraints.map(constraint => (constraint.name === name ? change(constraint) : constraint)),
  }))

/** Returns the catalog with a constraint of another name; its index is renamed with it. */
export function renamedConstraint(catalog: Catalog, key: RelationKey, from: string, to: string): Catalog {
  const constraint = constraintNamed(tableAt(catalog, key), from)
  if (!constraint) return catalog
  // The foreign keys of partitions keep their names.
  const changed = hasReference(constraint) ? withConstraintChangedIn : withConstraintChanged
  const named = changed(catalog, key, from, known => ({ ...known, name: to }))
  if (constraint.index === undefined) return named
  return withIndexRenamed(named, constraint.index, to)
}

/** Returns the catalog with an index of another name, and the constraint it backs with it. */
export function withIndexRenamed(catalog: Catalog, index: RelationKey, to: string): Catalog {
  const found = catalog.relations.get(index)
  if (!isIndex(found)) return catalog
  const newKey = keyFor(found.schema, to)
  const renamed = renamedRelation(
    withRelation(catalog, { ...found, ...(found.constraint !== undefined && { constraint: to }) }),
    index,
    { name: to },
  )
  if (found.constraint === undefined) return renamed
  return withTable(renamed, found.table, table => ({
    ...table,
    constraints: table.constraints.map(constraint =>
      constraint.index === index || constraint.index === newKey
        ? { ...constraint, name: to, index: newKey }
        : constraint,
    ),
  }))
}
