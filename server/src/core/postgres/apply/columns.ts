import type { ColumnDefinition, Expression, TypeName } from '../../sql/parts'
import {
  type Catalog,
  type Column,
  columnNamed,
  columnsOfIndex,
  dependentsOf,
  foreignKeysTo,
  hasReference,
  indexesOf,
  inheritorsOf,
  keyOfRelation,
  type Part,
  type RelationKey,
  type Sequence,
  sequencesOwnedBy,
  type Table,
  tableAt,
  typeNamed,
  usesOf,
  viewsReadingColumn,
} from '../catalog'
import { droppedWith } from '../dependents'
import { withoutRelation, withRelation, withTable } from '../edit'
import { nameOfSequence } from '../names'
import type { At } from './at'
import { mergedConstraints, withConstraint, withoutConstraint } from './constraints'

/** Returns the catalog with a column added to a table and to all that inherit from it, with its inline constraints. */
export function withColumn(catalog: Catalog, key: RelationKey, definition: ColumnDefinition, at: At): Catalog {
  const table = tableAt(catalog, key)
  if (!table || columnNamed(table, definition.name.name)) return catalog
  const withIt = withBareColumn(catalog, key, definition, at)
  const column = columnNamed(tableAt(withIt, key), definition.name.name)
  const everywhere = column ? withHeirColumns(withIt, key, column) : withIt
  const constraints = mergedConstraints(
    definition.constraints.toSorted((a, b) => Number(b.kind === 'PRIMARY KEY') - Number(a.kind === 'PRIMARY KEY')),
  )
  return constraints.reduce((result, constraint) => withConstraint(result, key, constraint, at), everywhere)
}

/** Heirs share the default, and with it the sequence; only partitions share an identity. */
function withHeirColumns(catalog: Catalog, key: RelationKey, column: Column): Catalog {
  return inheritorsOf(catalog, key).reduce((result, heir) => {
    if (columnNamed(heir, column.name)) return result
    const inherited = { ...column, identity: column.identity && heir.partitionOf === key, inherited: true }
    const heirKey = keyOfRelation(heir)
    const added = withTable(result, heirKey, table => ({ ...table, columns: [...table.columns, inherited] }))
    return withHeirColumns(added, heirKey, column)
  }, catalog)
}

/** Returns the catalog with a column and its sequence added to one table, without its inline constraints. */
export function withBareColumn(catalog: Catalog, key: RelationKey, definition: ColumnDefinition, at: At): Catalog {
  const table = tableAt(catalog, key)
  if (!table) return catalog
  const { column, sequence } = newColumn(catalog, table, definition, at)
  const added = withTable(catalog, key, known => ({ ...known, columns: [...known.columns, column] }))
  return sequence ? withRelation(added, sequence) : added
}

/** Returns the column that a definition makes in a table, and the sequence of a serial or identity column. */
export function newColumn(
  catalog: Catalog,
  table: Table,
  definition: ColumnDefinition,
  at: At,
): { column: Column; sequence?: Sequence } {
  const column = columnOf(definition, at)
  if (!hasSequence(definition)) return { column }
  const serial = serialTypes.get(definition.type.name)
  const sequence = ownSequence(catalog, table, column, at)
  if (!serial) return { column, sequence }
  const type = { ...definition.type, name: serial }
  return {
    column: { ...column, notNull: true, type, default: nextValue(keyOfRelation(sequence), definition) },
    sequence,
  }
}

/** Returns whether a column comes with a sequence of its own: serial and identity columns. */
export const hasSequence = ({ type, identity }: ColumnDefinition): boolean =>
  identity !== undefined || serialTypes.has(type.name)

/** Returns the catalog with the sequence of an identity column. */
export function withOwnSequence(catalog: Catalog, key: RelationKey, column: string, at: At): Catalog {
  const table = tableAt(catalog, key)
  return table ? withRelation(catalog, ownSequence(catalog, table, { name: column, identity: true }, at)) : catalog
}

/** Returns the sequence that PostgreSQL makes for a serial or identity column. */
export const ownSequence = (
  catalog: Catalog,
  table: Table,
  { name, identity }: Pick<Column, 'name' | 'identity'>,
  at: At,
): Sequence => ({
  kind: 'sequence',
  schema: table.schema,
  name: nameOfSequence(catalog, table, name),
  conditional: table.conditional,
  born: at.birth,
  ownedBy: { table: keyOfRelation(table), column: name, ...(identity && { isIdentity: true }) },
})

/** The integer types behind the pseudo-types of datatype-numeric.html#DATATYPE-SERIAL. */
export const serialTypes: ReadonlyMap<string, string> = new Map([
  ['serial', 'int4'],
  ['serial4', 'int4'],
  ['bigserial', 'int8'],
  ['serial8', 'int8'],
  ['smallserial', 'int2'],
  ['serial2', 'int2'],
])

/** Returns the column as defined; a serial one without what its sequence makes of it. */
export const columnOf = (definition: ColumnDefinition, at: At): Column => ({
  name: definition.name.name,
  type: definition.type,
  ...(definition.collation && { collation: definition.collation }),
  notNull: definition.notNull !== undefined || definition.identity !== undefined,
  // DEFAULT NULL is no default at all.
  ...(definition.default &&
    definition.default.expression.kind !== 'null' && { default: definition.default.expression }),
  ...(definition.generated && {
    generated: definition.generated.stored ? ('stored' as const) : ('virtual' as const),
    ...generationOf(definition.generated.expression),
  }),
  identity: definition.identity !== undefined,
  ...(definition.identityAlways && { identityAlways: true }),
  born: at.birth,
})

/** Returns what a generated column keeps of its expression. */
export function generationOf(expression: Expression): Pick<Column, 'generatedFrom' | 'generatedUses'> {
  const generatedUses = usesOf([expression])
  return { generatedFrom: expression.columns, ...(generatedUses && { generatedUses }) }
}

const nextValue = (sequence: string, definition: ColumnDefinition): Expression => ({
  span: definition.type.span,
  kind: 'other',
  calls: [{ name: 'nextval', arguments: 1, constant: sequence }],
  columns: [],
  provesNotNull: [],
  hasSubquery: false,
})

/**
 * Returns the catalog without a column, on the table and all that inherit from it, and without what cannot stand
 * without it: indexes, constraints (of other tables too), its sequence, columns generated from it.
 */
export function withoutColumn(
  catalog: Catalog,
  key: RelationKey,
  name: string,
  cascade = false,
  only = false,
): Catalog {
  const table = tableAt(catalog, key)
  if (!table) return catalog
  let result = catalog
  const views = cascade ? viewsReadingColumn(catalog, key, name).map(keyOfRelation) : []
  for (const dropped of droppedWith(catalog, views, true).relations) result = withoutRelation(result, dropped)
  for (const constraint of table.constraints)
    if (constraint.columns.includes(name)) result = withoutConstraint(result, key, constraint.name, only)
  for (const index of indexesOf(result, key))
    if (columnsOfIndex(index).has(name))
      result =
        index.constraint === undefined
          ? withoutRelation(result, keyOfRelation(index))
          : withoutConstraint(result, key, index.constraint)
  for (const incoming of foreignKeysTo(result, key))
    if (incoming.constraint.references.columns.includes(name))
      result = withoutConstraint(result, keyOfRelation(incoming.table), incoming.constraint.name)
  for (const sequence of sequencesOwnedBy(result, key, name)) result = withoutRelation(result, keyOfRelation(sequence))
  result = withTable(result, key, known => ({
    ...known,
    columns: known.columns.filter(column => column.name !== name && !column.generatedFrom?.includes(name)),
    ...(cascade && {
      triggers: known.triggers.filter(({ columns }) => !columns?.includes(name)),
      policies: known.policies?.filter(({ uses }) => !uses?.columns.includes(name)),
    }),
  }))
  if (only)
    return inheritorsOf(result, key).reduce(
      (rest, heir) => withColumnChanged(rest, keyOfRelation(heir), name, ({ inherited: _, ...column }) => column, true),
      result,
    )
  const isInherited = (heir: Table) => heir.partitionOf === key || columnNamed(heir, name)?.inherited === true
  return inheritorsOf(result, key)
    .filter(isInherited)
    .reduce((rest, heir) => withoutColumn(rest, keyOfRelation(heir), name, cascade), result)
}

/** Returns the catalog with a column changed on a table and all that inherit from it. */
export function withColumnChanged(
  catalog: Catalog,
  key: RelationKey,
  name: string,
  change: (column: Column) => Column,
  only = false,
): Catalog {
  const changed = withTable(catalog, key, table => ({ ...table, columns: changedColumn(table, name, change) }))
  if (only) return changed
  return inheritorsOf(changed, key).reduce(
    (result, child) => withColumnChanged(result, keyOfRelation(child), name, change),
    changed,
  )
}

/** Where the table is not wholly known, a statement about a column says that it has one. */
const changedColumn = (table: Table, name: string, change: (column: Column) => Column): readonly Column[] =>
  table.columns.map(column => (column.name === name ? change(column) : column))

/** Returns the catalog with a column of another type. */
export const withColumnType = (
  catalog: Catalog,
  key: RelationKey,
  name: string,
  type: TypeName,
  collation?: string,
): Catalog =>
  withColumnChanged(catalog, key, name, ({ collation: _, ...column }) => ({
    ...column,
    ...withOldLabel(catalog, column),
    type: { ...type, name: serialTypes.get(type.name) ?? type.name },
    ...(collation && { collation }),
  }))

/** The constant that was a default stays one of its enum, and is cast from there on. */
function withOldLabel(catalog: Catalog, { type, default: value }: Column): Partial<Column> {
  if (value?.kind !== 'constant' || typeNamed(catalog, type)?.kind !== 'enum') return {}
  return { default: { ...value, types: [...(value.types ?? []), type] } }
}

const withColumnRenamed = (part: Part, renamed: (name: string) => string): Part =>
  part.uses ? { ...part, uses: { ...part.uses, columns: part.uses.columns.map(renamed) } } : part

/** The column of this name may be another table's: then a view knows both names from now on, and is sure of neither. */
function columnsReadAfter(
  { reads, readColumns, unsureColumns = [] }: Table,
  from: string,
  to: string,
): Partial<Pick<Table, 'readColumns' | 'unsureColumns'>> {
  if (!readColumns?.includes(from)) return {}
  const others = readColumns.filter(name => name !== from && name !== to)
  const isSure = reads.length === 1 && !unsureColumns.includes(from) && !unsureColumns.includes('*')
  return isSure
    ? { readColumns: [...others, to] }
    : { readColumns: [...others, from, to], unsureColumns: [...new Set([...unsureColumns, from, to])] }
}

/** Returns the catalog with a column of another name, in its table, what inherits it, indexes, keys and sequences. */
export function renamedColumn(catalog: Catalog, key: RelationKey, from: string, to: string): Catalog {
  const table = tableAt(catalog, key)
  if (!table) return catalog
  const renamed = (name: string) => (name === from ? to : name)
  let result = withTable(catalog, key, known => ({
    ...known,
    columns: known.columns.map(column => ({
      ...column,
      name: renamed(column.name),
      ...(column.generatedFrom && { generatedFrom: column.generatedFrom.map(renamed) }),
    })),
    ...(known.partitionBy && { partitionBy: known.partitionBy.map(renamed) }),
    ...(known.outputs && {
      outputs: known.outputs.map(output => (output.name === from ? { ...output, name: to } : output)),
    }),
    ...(known.policies && { policies: known.policies.map(policy => withColumnRenamed(policy, renamed)) }),
    constraints: known.constraints.map(constraint => ({
      ...constraint,
      columns: constraint.columns.map(renamed),
      provesNotNull: constraint.provesNotNull.map(renamed),
      ...(constraint.comparisons && {
        comparisons: constraint.comparisons.map(terms =>
          terms.map(term => ({ ...term, column: renamed(term.column) })),
        ),
      }),
      ...(constraint.references?.table === key && {
        references: { ...constraint.references, columns: constraint.references.columns.map(renamed) },
      }),
    })),
  }))
  for (const view of viewsReadingColumn(catalog, key, from))
    result = withTable(result, keyOfRelation(view), known => ({ ...known, ...columnsReadAfter(known, from, to) }))
  const dependents = (['index', 'sequence', 'reference'] as const).flatMap(way => dependentsOf(catalog, key, way))
  for (const dependent of dependents.map(keyOfRelation)) {
    const relation = result.relations.get(dependent)
    if (!relation || dependent === key) continue
    if ('method' in relation)
      result = withRelation(result, {
        ...relation,
        columns: relation.columns.map(column => column && renamed(column)),
        include: relation.include.map(renamed),
        labels: relation.labels.map(renamed),
        expressionColumns: relation.expressionColumns.map(renamed),
      })
    else if (relation.kind === 'sequence' && relation.ownedBy)
      result = withRelation(result, {
        ...relation,
        ownedBy: { ...relation.ownedBy, column: renamed(relation.ownedBy.column) },
      })
    else
      result = withTable(result, dependent, other => ({
        ...other,
        constraints: other.constraints.map(constraint =>
          hasReference(constraint) && constraint.references.table === key
            ? {
                ...constraint,
                references: { ...constraint.references, columns: constraint.references.columns.map(renamed) },
              }
            : constraint,
        ),
      }))
  }
  return inheritorsOf(result, key).reduce((rest, child) => renamedColumn(rest, keyOfRelation(child), from, to), result)
}
