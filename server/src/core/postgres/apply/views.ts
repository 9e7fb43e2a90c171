import type { CreateTableAs, CreateView } from '../../sql/commands'
import type { Name } from '../../sql/parts'
import {
  type Catalog,
  columnNamed,
  creationSchema,
  key,
  keyOf,
  type RelationKey,
  type Table,
  tableAt,
  temporarySchema,
  type WrittenName,
} from '../catalog'
import { withRelation } from '../edit'
import type { At } from './at'

/** Returns the catalog after CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW. */
export function withQueryStored(catalog: Catalog, command: CreateTableAs, at: At): Catalog {
  const schema = command.persistence === 'temporary' ? temporarySchema : creationSchema(catalog, command.relation)
  if (command.ifNotExists && catalog.relations.has(key(schema, command.relation.name))) return catalog
  const isView = command.tag === 'CREATE MATERIALIZED VIEW'
  return withRelation(catalog, {
    ...queryResult(schema, command.relation.name, at),
    kind: isView ? 'materialized view' : 'table',
    persistence: command.persistence,
    conditional: (at.conditional ?? false) || (command.ifNotExists !== undefined && !catalog.complete),
    reads: isView ? keysOf(catalog, command.reads) : [],
    ...(command.query !== undefined && { query: command.query }),
    ...(isView && columnsRead(command)),
    ...(command.uses && { uses: command.uses }),
    written: command.withData,
  })
}

/** Returns the catalog after CREATE VIEW. */
export function withView(catalog: Catalog, command: CreateView, at: At): Catalog {
  const schema = command.persistence === 'temporary' ? temporarySchema : creationSchema(catalog, command.view)
  const known = catalog.relations.get(key(schema, command.view.name))
  return withRelation(catalog, {
    ...queryResult(schema, command.view.name, at),
    ...(known?.born && { born: known.born }),
    kind: 'view',
    persistence: command.persistence,
    conditional: at.conditional ?? false,
    reads: keysOf(catalog, command.reads),
    ...(command.query !== undefined && { query: command.query }),
    ...columnsRead(command),
    ...(command.uses && { uses: command.uses }),
    outputs: viewColumns(catalog, command),
  })
}

const columnsRead = ({ readColumns, madeColumns }: CreateTableAs | CreateView): Partial<Table> => ({
  ...(readColumns && { readColumns }),
  ...(madeColumns && madeColumns.length > 0 && { unsureColumns: madeColumns }),
})

/**
 * Returns the columns of a view, with the type that they are cast to or have in the table that they are read from; undefined where
 * it takes all of a table whose columns are not known.
 */
export function viewColumns(catalog: Catalog, { outputs }: CreateView): Table['outputs'] {
  const columns = outputs?.map(({ name, column, table, isAll, type = columnType(catalog, table, column) }) => {
    if (isAll) return table && allColumns(tableAt(catalog, keyOf(catalog, table)))
    return [{ ...(name !== undefined && { name }), ...(type && { type }) }]
  })
  return columns?.every(each => each !== undefined) ? columns.flat() : undefined
}

/** What a view has that takes all of another: as they are now, for it does not get those that come later. */
function allColumns(table: Table | undefined): Table['outputs'] {
  if (!table || table.conditional) return undefined
  return table.columnsKnown ? table.columns.map(({ name, type }) => ({ name, type })) : table.outputs
}

const columnType = (catalog: Catalog, table: WrittenName | undefined, column: string | undefined) =>
  table && column !== undefined ? columnNamed(tableAt(catalog, keyOf(catalog, table)), column)?.type : undefined

/** What a query makes: its columns are not known, for that would take all of PostgreSQL's analysis. */
const queryResult = (schema: string, name: string, at: At): Omit<Table, 'kind' | 'persistence' | 'conditional'> => ({
  schema,
  name,
  born: at.birth,
  columns: [],
  columnsKnown: false,
  constraints: [],
  isDefaultPartition: false,
  inherits: [],
  reads: [],
  triggers: [],
  written: false,
})

const keysOf = (catalog: Catalog, names: readonly Name[]): RelationKey[] => [
  ...new Set(names.map(name => keyOf(catalog, name))),
]
