import type { Expression, TypeName } from '../sql/commands'

/**
 * What we know of the database at one point of the history. A value: `apply` returns a new one that shares all it did
 * not change. What it does not know (the history may not start at the beginning) must be taken as existing and large.
 */
export interface Catalog {
  /** Whether the history starts at the beginning, so that what is not here does not exist. */
  readonly complete: boolean
  readonly searchPath: readonly string[]
  readonly relations: ReadonlyMap<RelationKey, Relation>
}

/** `schema.name`, folded, unquoted: `public.users`. */
export type RelationKey = string

export type RelationKind =
  | 'table'
  | 'partitioned table'
  | 'index'
  | 'partitioned index'
  | 'view'
  | 'materialized view'
  | 'sequence'
  | 'foreign table'
  | 'composite type'

/** Which migration and which transaction in it made a relation, a column or a constraint. */
export interface Birth {
  /** The path of the migration. */
  readonly migration: string
  /** Counts the transactions of that migration. */
  readonly transaction: number
}

interface RelationBase {
  readonly schema: string
  readonly name: string
  readonly born?: Birth
  /** Made or changed by a statement that may not have run: IF NOT EXISTS, a conditional in a DO block. */
  readonly conditional: boolean
}

export interface Table extends RelationBase {
  readonly kind: 'table' | 'partitioned table' | 'foreign table' | 'view' | 'materialized view'
  readonly persistence: 'permanent' | 'unlogged' | 'temporary'
  readonly columns: readonly Column[]
  /** Whether `columns` are all there are (false for CREATE TABLE AS, LIKE of an unknown table). */
  readonly columnsKnown: boolean
  readonly constraints: readonly Constraint[]
  /** The partitioned table this is a partition of. */
  readonly partitionOf?: RelationKey
  readonly isDefaultPartition: boolean
  readonly partitionBy?: readonly string[]
  readonly inherits: readonly RelationKey[]
  /** For views: what they read. */
  readonly reads: readonly RelationKey[]
  /** Whether a statement of the history has put rows into it (INSERT, COPY, CREATE TABLE AS). */
  readonly written: boolean
}

export interface Index extends RelationBase {
  readonly kind: 'index' | 'partitioned index'
  readonly table: RelationKey
  /** In order; absent names stand for expressions. */
  readonly columns: readonly (string | undefined)[]
  readonly unique: boolean
  readonly primary: boolean
  readonly partial: boolean
  readonly nullsNotDistinct: boolean
  /** The constraint it backs. */
  readonly constraint?: string
  /** The partitioned index it is attached to. */
  readonly partitionOf?: RelationKey
}

export interface Sequence extends RelationBase {
  readonly kind: 'sequence'
  readonly ownedBy?: { readonly table: RelationKey; readonly column: string }
}

export type Relation = Table | Index | Sequence

export interface Column {
  readonly name: string
  readonly type: TypeName
  readonly notNull: boolean
  readonly default?: Expression
  readonly generated?: 'stored' | 'virtual'
  readonly identity: boolean
  readonly born?: Birth
}

export interface Constraint {
  readonly name: string
  readonly kind: 'PRIMARY KEY' | 'UNIQUE' | 'CHECK' | 'FOREIGN KEY' | 'EXCLUDE' | 'NOT NULL'
  readonly columns: readonly string[]
  readonly validated: boolean
  readonly enforced: boolean
  /** CHECK: columns it proves not null. */
  readonly provesNotNull: readonly string[]
  readonly references?: { readonly table: RelationKey; readonly columns: readonly string[] }
  readonly index?: RelationKey
  readonly born?: Birth
}
