import type { CreateTable } from '../../sql/commands'
import type { ColumnDefinition, ConstraintDefinition, ConstraintKind } from '../../sql/parts'
import {
  asTable,
  type Catalog,
  type Column,
  constraintNamed,
  creationSchema,
  indexesOf,
  key as keyFor,
  keyIn,
  keyOf,
  mayInherit,
  type RelationKey,
  type Table,
  tableAt,
  temporarySchema,
} from '../catalog'
import { withRelation } from '../edit'
import type { At } from './at'
import { columnOf, hasSequence, newColumn, ownSequence } from './columns'
import { mergedConstraints, withConstraint, withIndexConstraint } from './constraints'
import { withIndexCloned } from './indexes'
import { withPartitionAttached } from './partitions'

/** Returns the catalog after CREATE TABLE and CREATE FOREIGN TABLE. */
export function withTableCreated(catalog: Catalog, command: CreateTable, at: At): Catalog {
  const schema = command.persistence === 'temporary' ? temporarySchema : creationSchema(catalog, command.table)
  const key = keyFor(schema, command.table.name)
  if (command.ifNotExists && catalog.relations.has(key)) return catalog
  const parents = parentsOf(catalog, key, command)
  const parent = command.partitionOf && parents[0]
  const bare: Table = {
    kind: kindOf(command),
    schema,
    name: command.table.name,
    born: at.birth,
    conditional: (at.conditional ?? false) || (command.ifNotExists !== undefined && !catalog.complete),
    persistence: command.persistence,
    columns: [],
    columnsKnown: command.ofType === undefined && sourcesKnown(catalog, command),
    constraints: [],
    isDefaultPartition: false,
    ...(command.partitionBy && { partitionBy: command.partitionBy.columns }),
    inherits: command.partitionOf ? [] : parents,
    ...(command.server && { server: command.server }),
    ...(command.ofType && { ofType: keyIn(catalog, catalog.types, command.ofType) }),
    reads: [],
    triggers: [],
    written: false,
  }
  const draft = withColumns(catalog, bare, command, parents, at)
  let result = withRelation(draft.catalog, draft.table)
  result = withDefinedConstraints(result, key, command, at)
  result = withLikeIndexes(result, key, command, at)
  return parent === undefined
    ? result
    : withPartitionAttached(result, parent, key, command.bound, command.isDefaultPartition, at)
}

/** The partitioned table of a partition, else the tables of INHERITS. */
const parentsOf = (catalog: Catalog, key: RelationKey, { partitionOf, inherits }: CreateTable): RelationKey[] =>
  (partitionOf ? [partitionOf] : inherits)
    .map(name => keyOf(catalog, name))
    .filter(parent => mayInherit(catalog, key, parent))

function kindOf(command: CreateTable): Table['kind'] {
  if (command.tag === 'CREATE FOREIGN TABLE') return 'foreign table'
  return command.partitionBy ? 'partitioned table' : 'table'
}

const sourcesKnown = (catalog: Catalog, command: CreateTable): boolean =>
  [
    ...command.like.map(({ table }) => table),
    ...command.inherits,
    ...(command.partitionOf ? [command.partitionOf] : []),
  ]
    .map(name => tableAt(catalog, keyOf(catalog, name)))
    .every(source => source?.columnsKnown ?? false)

/** A table on its way into a catalog that has its sequences already. */
interface Draft {
  readonly table: Table
  readonly catalog: Catalog
}

/** Columns (and CHECKs) of the parent and of inherited tables, then those of LIKE and those that are defined, as they stand. */
function withColumns(
  catalog: Catalog,
  bare: Table,
  command: CreateTable,
  parents: readonly RelationKey[],
  at: At,
): Draft {
  if (!hasSources(command)) {
    const columns = plainColumns(command, at)
    if (columns) return { table: { ...bare, columns }, catalog }
  }
  let table = bare
  let result = catalog
  /** Where LIKE stands of which a column is. */
  const copies = new Map<string, number>()
  for (const source of parents) {
    const parent = tableAt(catalog, source)
    if (parent) table = inherited(table, parent, command, at)
  }
  for (const { table: name, including } of command.like) {
    const source = asTable(catalog.relations.get(keyOf(catalog, name)))
    if (!source) continue
    for (const { name: column } of source.columns) copies.set(column, name.span.start)
    table = { ...table, ...copied(table, source, including, at) }
    if (includes(including, 'IDENTITY'))
      for (const { name: column } of source.columns.filter(({ identity }) => identity))
        result = withRelation(result, ownSequence(result, table, { name: column, identity: true }, at))
  }
  const columns = [...table.columns]
  for (const definition of command.columns) {
    const place = columns.findIndex(({ name }) => name === definition.name.name)
    const known = columns[place]
    if (known) {
      columns[place] = refined(known, definition)
      continue
    }
    const { column, sequence } = newColumn(result, table, definition, at)
    const behind = columns.findIndex(({ name }) => (copies.get(name) ?? 0) > definition.name.span.start)
    columns.splice(behind < 0 ? columns.length : behind, 0, column)
    if (sequence) result = withRelation(result, sequence)
  }
  return { table: { ...table, columns }, catalog: result }
}

const hasSources = ({ like, inherits, partitionOf }: CreateTable): boolean =>
  like.length > 0 || inherits.length > 0 || partitionOf !== undefined

/**
 * The columns of a definition without sequences: the same objects however often it is applied, for each keystroke in a file
 * applies what follows it again.
 */
function plainColumns(command: CreateTable, at: At): readonly Column[] | undefined {
  const known = columnsOf.get(command)
  if (known && known.birth === at.birth) return known.columns
  const columns = command.columns.some(hasSequence)
    ? undefined
    : command.columns.map(definition => columnOf(definition, at))
  columnsOf.set(command, { birth: at.birth, columns })
  return columns
}

const columnsOf = new WeakMap<CreateTable, { birth: At['birth']; columns: readonly Column[] | undefined }>()

function inherited(table: Table, parent: Table, command: CreateTable, at: At): Table {
  const checks = parent.constraints.filter(constraint => constraint.kind === 'CHECK' && !constraint.noInherit)
  return {
    ...table,
    columns: merged(table.columns, inheritable(parent), at).map(column => ({
      ...column,
      // Partitions have their parent's identity columns from 17 on (release-17.html), heirs never.
      identity: column.identity && command.partitionOf !== undefined && (at.postgres ?? 15) >= 17,
      inherited: true,
    })),
    constraints: [...table.constraints, ...(command.partitionOf ? [] : checks)],
  }
}

/** A column that a parent gave is only changed by what the definition adds to it. */
const refined = (column: Column, definition: ColumnDefinition): Column => ({
  ...column,
  inherited: false,
  notNull: column.notNull || definition.notNull !== undefined,
  ...(definition.default && { default: definition.default.expression }),
})

/** A NOT NULL that is NO INHERIT (18) stays with the parent. */
function inheritable(table: Table): readonly Column[] {
  const own = table.constraints.filter(({ kind, noInherit }) => kind === 'NOT NULL' && noInherit)
  if (own.length === 0) return table.columns
  const isOwn = (name: string) => own.some(({ columns }) => columns.includes(name))
  return table.columns.map(column => (isOwn(column.name) ? { ...column, notNull: false } : column))
}

const merged = (known: readonly Column[], more: readonly Column[], at: At): Column[] => [
  ...known,
  ...more
    .filter(column => !known.some(other => other.name === column.name))
    .map(column => ({ ...column, born: at.birth })),
]

/** LIKE copies names, types and NOT NULL; the rest only where INCLUDING names it (sql-createtable.html). */
function copied(
  known: Table,
  source: Table,
  including: readonly string[],
  at: At,
): Pick<Table, 'columns' | 'constraints'> {
  const columns = source.columns.map(
    ({ default: value, generated, generatedFrom, generatedUses, identity, inherited: _, ...column }) => ({
      ...column,
      identity: identity && includes(including, 'IDENTITY'),
      ...(value && includes(including, 'DEFAULTS') && { default: value }),
      ...(generated && includes(including, 'GENERATED') && { generated, generatedFrom, generatedUses }),
    }),
  )
  const checks = includes(including, 'CONSTRAINTS') ? source.constraints.filter(({ kind }) => kind === 'CHECK') : []
  return {
    columns: merged(known.columns, columns, at),
    constraints: [
      ...known.constraints,
      ...checks.filter(check => !constraintNamed(known, check.name)).map(check => ({ ...check, born: at.birth })),
    ],
  }
}

const includes = (including: readonly string[], what: string): boolean =>
  including.includes('ALL') || including.includes(what)

function withLikeIndexes(catalog: Catalog, key: RelationKey, command: CreateTable, at: At): Catalog {
  let result = catalog
  for (const { table: name, including } of command.like) {
    if (!includes(including, 'INDEXES')) continue
    const source = keyOf(catalog, name)
    for (const index of indexesOf(catalog, source)) {
      const constraint = tableAt(catalog, source)?.constraints.find(({ name }) => name === index.constraint)
      const { partitionOf: _, ...alone } = index
      if (!constraint) result = withoutAttachment(withIndexCloned(result, key, alone, at), key)
      else
        result = withIndexConstraint(
          result,
          key,
          {
            kind: constraint.kind,
            columns: constraint.columns,
            include: index.include,
            method: index.method,
            ...(index.deferrable && { deferrable: true }),
            notValid: false,
            notEnforced: false,
            nullsNotDistinct: index.nullsNotDistinct,
            noInherit: false,
            span: command.table.span,
            keywords: command.table.span,
          },
          at,
        )
    }
  }
  return result
}

/** A copy made by LIKE is not attached to the index it was copied from. */
const withoutAttachment = (catalog: Catalog, key: RelationKey): Catalog =>
  indexesOf(catalog, key).reduce((result, { partitionOf: _, ...index }) => withRelation(result, index), catalog)

/** In the order in which PostgreSQL makes them, for that decides default names: CHECKs, the key, UNIQUEs, foreign keys. */
function withDefinedConstraints(catalog: Catalog, key: RelationKey, command: CreateTable, at: At): Catalog {
  const all = [...command.columns.flatMap(column => column.constraints), ...command.constraints]
  return mergedConstraints(all.sort((a, b) => rank(a) - rank(b))).reduce(
    (result, constraint) => withConstraint(result, key, constraint, at),
    catalog,
  )
}

const rank = (constraint: ConstraintDefinition): number => ranks[constraint.kind]

const ranks: Record<ConstraintKind, number> = {
  'NOT NULL': 0,
  CHECK: 1,
  'PRIMARY KEY': 2,
  UNIQUE: 3,
  EXCLUDE: 3,
  'FOREIGN KEY': 4,
}
