import { serialTypes } from '../postgres/apply/columns'
import {
  type Catalog,
  type Column,
  type Constraint,
  type Index,
  indexesOf,
  keyOf,
  keyOfRelation,
  type RelationKey,
  type Table,
  type WrittenName,
} from '../postgres/catalog'
import { indexName } from '../postgres/names'

import type { CreateIndex } from '../sql/commands'
import type { ConstraintDefinition, TypeName } from '../sql/parts'
import { quoted } from '../sql/quote'
import { along, type Past, sourceOfColumn, sourceOfConstraint, textOfDefault, wholeStatement, written } from './sources'

/** Returns a name as a statement must write it. */
export const nameText = ({ schema, name }: WrittenName): string =>
  schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`

/**
 * Returns a name under which statements find a relation of the catalog, whatever search_path says of other schemas. Another schema
 * than public is written always: the down may run without what set the search path.
 */
export const textOfKey = (key: RelationKey, searchPath: readonly string[]): string => {
  const dot = key.indexOf('.')
  const [schema, name] = [key.slice(0, dot), key.slice(dot + 1)]
  return schema === 'public' && searchPath[0] === schema ? quoted(name) : nameText({ schema, name })
}

/** Returns a type as SQL has it: datatype.html; undefined for one whose modifiers are not written as they are kept. */
export function typeText({ schema, name, modifiers, dimensions }: TypeName): string | undefined {
  if (name === 'interval' && modifiers.length > 0) return undefined
  const plain = schema === undefined ? (words.get(name) ?? quoted(name)) : nameText({ schema, name })
  const [length] = modifiers
  const isBare = name === 'bpchar' && length === undefined
  const [first = plain, ...rest] = (isBare ? 'bpchar' : plain).split(' ')
  // timestamp(3) with time zone
  const sized = modifiers.length > 0 ? `${first}(${modifiers.join(', ')})` : first
  return [sized, ...rest].join(' ') + '[]'.repeat(dimensions)
}

const words: ReadonlyMap<string, string> = new Map([
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
  ['float4', 'real'],
  ['float8', 'double precision'],
  ['bool', 'boolean'],
  ['bpchar', 'char'],
  ['char', '"char"'],
])

/** Returns the definition of a column of the catalog, its texts from where it was made; undefined where one is not known. */
export function columnText(past: Past, table: Table, column: Column, catalog: Catalog): string | undefined {
  const key = keyOfRelation(table)
  const source = sourceOfColumn(past, key, column.name)
  const type = typeText(column.type)
  if (type === undefined) return undefined
  const parts = [quoted(column.name)]
  const isSerial = source !== undefined && serialTypes.get(source.definition.type.name) === column.type.name
  const defaultText = column.default && !isSerial ? textOfDefault(past, key, column.name) : undefined
  if (column.default && !isSerial && defaultText === undefined && !column.generated && !column.identity)
    return undefined
  parts.push(isSerial && column.default ? (source.definition.type.name as string) : type)
  if (column.collation) parts.push(`COLLATE ${quoted(column.collation)}`)
  if (column.identity || column.generated) {
    const span = column.identity ? source?.definition.identity : source?.definition.generated?.span
    if (!source || !span) return undefined
    parts.push(written(source.step, span))
  } else if (defaultText !== undefined) parts.push(`DEFAULT ${defaultText}`)
  const isKey = table.constraints.some(({ kind, columns }) => kind === 'PRIMARY KEY' && columns.includes(column.name))
  if (column.notNull && !isSerial && !column.identity && !isKey) parts.push('NOT NULL')
  return catalog.relations.has(key) ? parts.join(' ') : undefined
}

/** Returns a constraint as ADD and CREATE TABLE take it; undefined where its expression is not known. */
export function constraintText(
  past: Past,
  table: Table,
  constraint: Constraint,
  searchPath: readonly string[],
): string | undefined {
  const { kind, name, columns, references } = constraint
  const source = sourceOfConstraint(past, keyOfRelation(table), name)
  const definition = source?.definition
  const head = `CONSTRAINT ${quoted(name)} `
  if (source && definition && !definition.usingIndex && isStillSo(definition, constraint)) {
    const text = written(source.step, definition.span)
    const whole = definition.name ? text.replace(/^constraint\s+(?:"(?:[^"]|"")*"|\S+)\s+/i, '') : text
    const isInline = /^(?:references|unique\s*(?!\s*(?:nulls|\())|primary\s+key(?!\s*\())/i.test(whole)
    if (/^foreign|^check|^exclude/i.test(whole) || !isInline) return head + withoutNotValid(whole, constraint)
  }
  const listed = `(${columns.map(quoted).join(', ')})`
  switch (kind) {
    case 'PRIMARY KEY':
    case 'UNIQUE':
      if (columns.length === 0) return undefined
      return `${head}${kind} ${listed}`
    case 'FOREIGN KEY': {
      if (!references) return undefined
      const target = references.columns.length > 0 ? ` (${references.columns.map(quoted).join(', ')})` : ''
      const actions = [
        references.onDelete !== 'NO ACTION' && ` ON DELETE ${references.onDelete}`,
        references.onUpdate !== 'NO ACTION' && ` ON UPDATE ${references.onUpdate}`,
      ]
      const end = constraint.validated ? '' : ' NOT VALID'
      const to = textOfKey(references.table, searchPath)
      return `${head}FOREIGN KEY ${listed} REFERENCES ${to}${target}${actions.filter(Boolean).join('')}${end}`
    }
    default:
      return undefined
  }
}

/** Whether columns and tables are still called as the definition has them. */
const isStillSo = (definition: ConstraintDefinition, { columns, references }: Constraint): boolean =>
  definition.columns.join() === columns.join() &&
  (definition.references === undefined || references?.table.endsWith(`.${definition.references.table.name}`) === true)

/** It was validated since. */
const withoutNotValid = (text: string, { validated }: Constraint): string =>
  validated ? text.replace(/\s+not\s+valid\b/i, '') : text

/** Returns the statement that makes an index of the catalog again; undefined where its expressions are not known. */
export function indexText(past: Past, index: Index, searchPath: readonly string[]): string | undefined {
  for (const { step, was } of along(past, index.table)) {
    const { command, before, statement } = step
    if (command?.tag !== 'CREATE INDEX' || keyOf(before, command.table) !== was) continue
    if (indexName(before, command) !== index.name || !isStillAbout(index, command, statement.text)) continue
    // The statement names the table as it was called then.
    if (was !== index.table) break
    const name = command.name
      ? []
      : [{ at: (command.concurrently ?? command.keywords).end, text: ` ${quoted(index.name)}` }]
    return wholeStatement(step, [command.concurrently, command.ifNotExists], name)
  }
  const isPlain =
    !index.partial &&
    !index.isModified &&
    index.columns.every(column => column !== undefined) &&
    index.method === 'btree'
  if (!isPlain || index.include.length > 0) return undefined
  const columns = index.columns.map(column => quoted(column as string)).join(', ')
  const table = textOfKey(index.table, searchPath)
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoted(index.name)} ON ${table} (${columns});`
}

/** Whether its columns are still called as the statement has them. */
const isStillAbout = (index: Index, { columns }: CreateIndex, text: string): boolean =>
  columns.map(({ column }) => column).join() === index.columns.join() &&
  index.expressionColumns.every(name => text.toLowerCase().includes(name.toLowerCase()))

/** Returns the statements that make a table of the catalog again, empty; undefined where something of it is not known. */
export function tableTexts(past: Past, table: Table, catalog: Catalog): readonly string[] | undefined {
  const { searchPath } = catalog
  if (table.kind !== 'table' || !table.columnsKnown || table.partitionOf || table.inherits.length > 0) return undefined
  const columns = table.columns.map(column => columnText(past, table, column, catalog))
  const constraints = table.constraints
    .filter(({ kind }) => kind !== 'NOT NULL')
    .map(constraint => constraintText(past, table, constraint, searchPath))
  const key = keyOfRelation(table)
  const indexes = indexesOf(catalog, key)
    .filter(({ constraint }) => constraint === undefined)
    .map(index => indexText(past, index, searchPath))
  const parts = [...columns, ...constraints]
  if ([...parts, ...indexes].some(part => part === undefined)) return undefined
  const unlogged = table.persistence === 'unlogged' ? 'UNLOGGED ' : ''
  return [
    `CREATE ${unlogged}TABLE ${textOfKey(key, searchPath)} (\n  ${parts.join(',\n  ')}\n);`,
    ...(indexes as string[]),
  ]
}
