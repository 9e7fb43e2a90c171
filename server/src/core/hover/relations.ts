import type { History } from '../history/history'
import {
  type Catalog,
  foreignKeysTo,
  indexesOf,
  inheritorsOf,
  isIndex,
  keyOfRelation,
  partitionsOf,
  type Relation,
  type RelationKey,
  type Sequence,
  type Table,
  viewsReading,
} from '../postgres/catalog'
import type { Words } from '../words'
import { columnText } from './columns'
import { constraintText } from './constraints'
import { originOf, shortName } from './definitions'
import { indexText, indexWords } from './indexes'
import { counted, named } from './lists'
import type { Place } from './place'

/** Returns what the migrations so far have made of a relation. */
export function relationWords(relation: Relation, place: Place): Words {
  if (isIndex(relation)) return indexWords(relation, place)
  if (relation.kind === 'sequence') return sequenceWords(relation)
  if (relation.kind === 'composite type')
    return { title: titleOf(relation), sentences: [], conflicts: [], ...originOf(relation.born) }
  return tableWords(relation, place)
}

/** Returns what to tell of a relation that no migration has made. */
export const unknownWords = (key: RelationKey, catalog: Catalog): Words => ({
  title: `\`${shortName(key)}\``,
  sentences: [
    catalog.complete
      ? 'No migration makes it: at this point it does not exist.'
      : 'No migration here makes it, and the history does not start with an empty database: it counts as existing and large.',
  ],
  conflicts: [],
})

const titleOf = (relation: Relation): string =>
  `${relation.kind[0]?.toUpperCase()}${relation.kind.slice(1)} \`${shortName(keyOfRelation(relation))}\``

const sequenceWords = (sequence: Sequence): Words => ({
  title: titleOf(sequence),
  sentences: sequence.ownedBy
    ? [`Owned by \`${shortName(sequence.ownedBy.table)}.${sequence.ownedBy.column}\`: it goes with the column.`]
    : ['No column owns it.'],
  conflicts: [],
  ...originOf(sequence.born),
})

function tableWords(table: Table, { explanation, history }: Place): Words {
  const catalog = explanation.step.before
  const isView = table.kind === 'view' || table.kind === 'materialized view'
  const listing = [
    ...columnLines(table, history),
    ...table.constraints
      .filter(({ kind, validated }) => kind !== 'NOT NULL' || !validated)
      .map(constraint => constraintText(constraint, history)),
    ...indexesOf(catalog, keyOfRelation(table))
      .filter(({ constraint }) => constraint === undefined)
      .map(index => indexText(index, history)),
  ]
  return {
    title: titleOf(table),
    sentences: [
      ...doubts(table),
      ...persistence(table),
      ...(isView && table.reads.length > 0 ? [`Reads ${named(table.reads.map(shortName))}.`] : []),
      ...family(table, catalog),
      ...references(table, catalog),
      ...triggers(table),
      ...rowSecurity(table),
      ...readers(table, catalog),
    ],
    ...(listing.length > 0 ? { listing: shortened(listing) } : {}),
    conflicts: [],
    ...originOf(table.born),
  }
}

/** One screen. */
const mostLines = 20

const shortened = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 1), `-- and ${lines.length - mostLines + 1} more`]

function columnLines({ columns }: Table, history: History): string[] {
  const cells = columns.map(column => columnText(column, history))
  const widthOf = (place: 0 | 1) => Math.min(24, Math.max(...cells.map(cell => cell[place].length)))
  return cells.map(([name, type, rest]) =>
    [name.padEnd(widthOf(0)), type.padEnd(widthOf(1)), rest].join('  ').trimEnd(),
  )
}

function doubts({ kind, columns, columnsKnown, conditional }: Table): string[] {
  const isView = kind === 'view' || kind === 'materialized view'
  const known = columns.length > 0 ? 'Only the columns below are known' : 'Its columns are not known'
  return [
    ...(columnsKnown || isView ? [] : [`${known}: the statement that made it does not name all of them.`]),
    ...(conditional ? ['Made or changed by a statement that may have done nothing, such as `IF NOT EXISTS`.'] : []),
  ]
}

/** sql-createtable.html: "TEMPORARY", "UNLOGGED". */
function persistence({ persistence }: Table): string[] {
  if (persistence === 'unlogged') return ['Unlogged: emptied after a crash, and not on replicas.']
  return persistence === 'temporary' ? ['Temporary: only this session sees it.'] : []
}

function family(table: Table, catalog: Catalog): string[] {
  const key = keyOfRelation(table)
  const partitions = partitionsOf(catalog, key)
  const isPartitioned = table.kind === 'partitioned table'
  const heirs = isPartitioned ? [] : inheritorsOf(catalog, key)
  const by = table.partitionBy && table.partitionBy.length > 0 ? ` by (${table.partitionBy.join(', ')})` : ''
  const names = (tables: readonly Table[]) => named(tables.map(child => shortName(keyOfRelation(child))))
  return [
    ...(isPartitioned
      ? [
          `Partitioned${by}, ${partitions.length > 0 ? `into ${counted(partitions.length, 'partition')}: ${names(partitions)}` : 'without a partition so far'}.`,
        ]
      : []),
    ...(table.partitionOf
      ? [`${table.isDefaultPartition ? 'Default partition' : 'Partition'} of \`${shortName(table.partitionOf)}\`.`]
      : []),
    ...(table.inherits.length > 0 ? [`Inherits from ${named(table.inherits.map(shortName))}.`] : []),
    ...(heirs.length > 0 ? [`Inherited by ${names(heirs)}.`] : []),
  ]
}

function references(table: Table, catalog: Catalog): string[] {
  const keys = foreignKeysTo(catalog, keyOfRelation(table))
  if (keys.length === 0) return []
  const from = keys.map(
    ({ table: other, constraint }) => `${shortName(keyOfRelation(other))} (${constraint.columns.join(', ')})`,
  )
  return [`Referenced by ${named(from)}.`]
}

const triggers = ({ triggers }: Table): string[] =>
  triggers.length > 0
    ? [`Its ${triggers.length === 1 ? 'trigger' : 'triggers'}: ${named(triggers.map(({ name }) => name))}.`]
    : []

/** ddl-rowsecurity.html. */
function rowSecurity({ rowSecurity, policies = [] }: Table): string[] {
  const names = named(policies.map(({ name }) => name))
  if (policies.length === 0)
    return rowSecurity ? ['Row level security is on without a policy: all but its owner find it empty.'] : []
  const count = counted(policies.length, 'policy')
  return [`Row level security is ${rowSecurity ? 'on' : 'off'}, with ${count}: ${names}.`]
}

function readers(table: Table, catalog: Catalog): string[] {
  const views = viewsReading(catalog, keyOfRelation(table))
  return views.length > 0 ? [`Read by ${named(views.map(view => shortName(keyOfRelation(view))))}.`] : []
}
