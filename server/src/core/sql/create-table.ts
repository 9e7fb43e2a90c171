import type { CreateStmt } from 'libpg-query'
import type { CreateTable } from './commands'
import { columnDefinition, constraintDefinition } from './definitions'
import { fields, nameFromParts, nameOf, persistenceOf, strings, typeOf } from './nodes'
import { partitionBound } from './partition-bound'
import type { ConstraintDefinition } from './parts'
import { ifNotExists, keywordsThrough, type Source } from './source'

/** Returns CREATE TABLE or CREATE FOREIGN TABLE. */
export function createTable(
  statement: CreateStmt,
  tag: CreateTable['tag'],
  source: Source,
  server?: string,
): CreateTable | undefined {
  if (!statement.relation) return undefined
  const elements = (statement.tableElts ?? []).map(fields)
  const parents = (statement.inhRelations ?? []).flatMap(node => fields(node).RangeVar ?? [])
  const isPartition = statement.partbound !== undefined
  const bound = partitionBound(statement.partbound)
  return {
    tag,
    table: nameOf(statement.relation, source),
    ...ifNotExists(statement.if_not_exists, source),
    persistence: persistenceOf(statement.relation),
    columns: elements.flatMap(({ ColumnDef }) => (ColumnDef ? [columnDefinition(ColumnDef, source)] : [])),
    constraints: [
      ...elements.flatMap(({ Constraint }) => Constraint ?? []),
      ...(statement.constraints ?? []).flatMap(node => fields(node).Constraint ?? []),
    ].map(constraint => asCreated(constraintDefinition(constraint, source), tag)),
    like: elements.flatMap(({ TableLikeClause }) =>
      TableLikeClause?.relation
        ? [{ table: nameOf(TableLikeClause.relation, source), including: likeOptions(TableLikeClause.options ?? 0) }]
        : [],
    ),
    inherits: isPartition ? [] : parents.map(parent => nameOf(parent, source)),
    ...(isPartition && parents[0] && { partitionOf: nameOf(parents[0], source) }),
    isDefaultPartition: statement.partbound?.is_default === true,
    ...(bound && { bound }),
    ...(statement.ofTypename && {
      ofType: nameFromParts(
        strings(statement.ofTypename.names),
        typeOf(statement.ofTypename, source, source.tokens.length).span,
      ),
    }),
    ...(statement.partspec && {
      partitionBy: {
        strategy: (statement.partspec.strategy ?? '').replace('PARTITION_STRATEGY_', '').toLowerCase() as 'range',
        columns: (statement.partspec.partParams ?? []).flatMap(node => fields(node).PartitionElem?.name ?? []),
      },
    }),
    ...(server !== undefined && { server }),
    keywords: keywordsThrough(source, 'TABLE'),
  }
}

/**
 * A new table has no rows that could break a constraint: NOT VALID is taken for nothing there (proven in test/postgres). The rows
 * of a foreign table are elsewhere, and its checks stay as written.
 */
const asCreated = (constraint: ConstraintDefinition, tag: CreateTable['tag']): ConstraintDefinition =>
  constraint.notValid && tag === 'CREATE TABLE' ? { ...constraint, notValid: false } : constraint

/** The bits of TableLikeOption in parsenodes.h. */
const likeOptions = (bits: number): string[] =>
  [
    'COMMENTS',
    'COMPRESSION',
    'CONSTRAINTS',
    'DEFAULTS',
    'GENERATED',
    'IDENTITY',
    'INDEXES',
    'STATISTICS',
    'STORAGE',
  ].filter((_, bit) => bits & (1 << bit))
