import { asTable, creationSchema, relationNamed, type Table } from '../postgres/catalog'
import {
  labelsOfIndex,
  nameOfCheck,
  nameOfExclusion,
  nameOfForeignKey,
  nameOfIndex,
  nameOfNotNull,
  nameOfPrimaryKey,
  nameOfUnique,
} from '../postgres/names'
import type { ConstraintDefinition, CreateIndex, Name } from '../sql/commands'
import type { RuleContext } from './rule'

/** Returns the name that an index has or that PostgreSQL will give it. */
export const indexName = (index: CreateIndex, context: RuleContext): string =>
  index.name?.name ??
  nameOfIndex(context.catalog, tableFor(index.table, context), labelsOfIndex(index.columns, index.include))

/** Returns the name that a constraint of `table` has or that PostgreSQL will give it. */
export function constraintName(definition: ConstraintDefinition, name: Name, context: RuleContext): string {
  if (definition.name) return definition.name.name
  const table = tableFor(name, context)
  switch (definition.kind) {
    case 'FOREIGN KEY':
      return nameOfForeignKey(table, definition.columns)
    case 'CHECK':
      return nameOfCheck(table, definition.columns)
    case 'UNIQUE':
      return nameOfUnique(context.catalog, table, [...definition.columns, ...definition.include])
    case 'PRIMARY KEY':
      return nameOfPrimaryKey(context.catalog, table)
    case 'EXCLUDE':
      return nameOfExclusion(context.catalog, table, definition.columns)
    case 'NOT NULL':
      return nameOfNotNull(table, definition.columns[0] ?? '')
  }
}

/** Returns a name for a constraint of ours that nothing in the table has. */
export function freeConstraintName(wanted: string, name: Name, context: RuleContext): string {
  const { constraints } = tableFor(name, context)
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? wanted : `${wanted}${n}`
    if (!constraints.some(constraint => constraint.name === candidate)) return candidate
  }
}

/** The table, or one of which nothing is known but its name. */
function tableFor(name: Name, { catalog }: RuleContext): Table {
  const known = asTable(relationNamed(catalog, name))
  if (known) return known
  return {
    kind: 'table',
    schema: creationSchema(catalog, name),
    name: name.name,
    conditional: false,
    persistence: 'permanent',
    columns: [],
    columnsKnown: false,
    constraints: [],
    isDefaultPartition: false,
    inherits: [],
    reads: [],
    triggers: [],
    written: true,
  }
}
