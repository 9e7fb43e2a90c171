import type { TriggerEvent } from '../sql/commands'
import type { Policy, RuleEvent } from '../sql/other-commands'
import type { Comparison, Expression, ForeignKeyAction, Name, PartitionBound, TypeName, Uses } from '../sql/parts'
import type { CreateRoutine } from '../sql/routine-commands'
import type { Doubts } from './doubts'
import { PersistentMap } from './persistent-map'

/**
 * What we know of the database at one point of the history. A value: `apply` returns a new one that shares all it did
 * not change. What it does not know (the history may not start at the beginning) must be taken as existing and large.
 */
export interface Catalog {
  /** Whether the history starts at the beginning, so that what is not here does not exist. */
  readonly complete: boolean
  readonly searchPath: readonly string[]
  readonly relations: PersistentMap<Relation>
  /** What is built on a relation in one way, under `dependentsKey`. */
  readonly dependents: PersistentMap<Chain>
  /** Enums, domains and other types that the history made, by `schema.name`. */
  readonly types: PersistentMap<Type>
  /** Functions and procedures that the history made, by `schema.name`; overloads share one entry. */
  readonly routines: PersistentMap<Routine>
  /** The tables of extended statistics (`statistics schema.name`) and of publications (`publication name`). */
  readonly memberships: PersistentMap<readonly RelationKey[]>
  /** Under the key that tables had, what they are called since: the names of their constraints stay. Absent for none. */
  readonly renamed?: PersistentMap<Chain>
  /** Schemas that the history made, so that it knows all that is in them; absent for none. */
  readonly schemas?: PersistentMap<true>
  /** Absent where everything so far was understood and is certain to have run. */
  readonly doubts?: Doubts
}

/** `schema.name`, folded, unquoted: `public.users`. */
export type RelationKey = string

/** The ways in which one relation is built on another. */
export const dependencies = ['index', 'partition', 'heir', 'reference', 'view', 'sequence', 'part'] as const
export type Dependency = (typeof dependencies)[number]

/** Keys from the newest to the oldest: a longer chain shares the shorter, however many tables reference one. */
export interface Chain {
  readonly newest: RelationKey
  readonly older?: Chain
}

/** Returns the keys of a chain, oldest first. */
export function keysIn(chain: Chain | undefined): RelationKey[] {
  const keys: RelationKey[] = []
  for (let link = chain; link; link = link.older) keys.push(link.newest)
  return keys.reverse()
}

/** Returns where `Catalog.dependents` keeps what is built on `relation` in one way. */
export const dependentsKey = (relation: RelationKey, dependency: Dependency): string => `${dependency} ${relation}`

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
  /** The role that the history made its owner, where it did. */
  readonly owner?: string
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
  /** Absent where the statement that made it a partition was not understood so far. */
  readonly bound?: PartitionBound
  readonly partitionBy?: readonly string[]
  readonly inherits: readonly RelationKey[]
  /** The server of a foreign table. */
  readonly server?: string
  /** The composite type of CREATE TABLE ... OF, `schema.name`. */
  readonly ofType?: string
  /** For views: the query as it was written. */
  readonly query?: string
  /** For views: what they read. */
  readonly reads: readonly RelationKey[]
  /** For views: every column name that the query mentions, of whichever table; `*` for all. */
  readonly readColumns?: readonly string[]
  /** For views: names in `readColumns` that may mean no column of what they read; `*` for all. */
  readonly unsureColumns?: readonly string[]
  /** For views: the columns of the result, as far as they are known, in order. */
  readonly outputs?: readonly { readonly name?: string; readonly type?: TypeName }[]
  /** For views: the functions and types that the query names. */
  readonly uses?: Uses
  readonly triggers: readonly Trigger[]
  readonly policies?: readonly Part[]
  readonly rules?: readonly Part[]
  /** ENABLE ROW LEVEL SECURITY. */
  readonly rowSecurity?: boolean
  /** FORCE ROW LEVEL SECURITY: the policies hold for the owner too. */
  readonly rowSecurityForced?: boolean
  /** Whether it is taken to have partitions, though the history shows none. */
  readonly hasUnseenPartitions?: true
  /** Whether a statement of the history has put rows into it (INSERT, COPY, CREATE TABLE AS). */
  readonly written: boolean
}

/** A policy or a rule of a table. */
export interface Part {
  readonly name: string
  /** The relations that its expressions and actions read besides. */
  readonly reads: readonly RelationKey[]
  /** The relations that the actions of a rule write. */
  readonly writes?: readonly RelationKey[]
  /** `columns` of whichever table. */
  readonly uses?: Uses & { readonly columns: readonly string[] }
  /** What sets off a rule. */
  readonly event?: RuleEvent
  /** DO INSTEAD without a condition. */
  readonly instead?: true
  /** What a policy lets through, as it was made. */
  readonly policy?: Policy
  /** Turned off with DISABLE RULE. */
  readonly isOff?: boolean
}

export interface Index extends RelationBase {
  readonly kind: 'index' | 'partitioned index'
  readonly table: RelationKey
  /** In order; absent names stand for expressions. */
  readonly columns: readonly (string | undefined)[]
  readonly include: readonly string[]
  /** What default names of the index are made of: its columns, and for expressions their function or type. */
  readonly labels: readonly string[]
  /** Columns that its expressions and its predicate name; for an expression index also those of `columns`. */
  readonly expressionColumns: readonly string[]
  /** What its expressions and its predicate name. */
  readonly uses?: Uses
  /** `btree`, `gin`, ... */
  readonly method: string
  readonly unique: boolean
  readonly primary: boolean
  readonly partial: boolean
  /** Whether a column has an operator class, a collation or an order of its own. */
  readonly isModified?: boolean
  readonly nullsNotDistinct: boolean
  /** Set where the constraint it backs may be deferred: ON CONFLICT cannot use it (sql-insert.html#SQL-ON-CONFLICT). */
  readonly deferrable?: boolean
  /** The constraint it backs. */
  readonly constraint?: string
  /** The partitioned index it is attached to. */
  readonly partitionOf?: RelationKey
}

export interface Sequence extends RelationBase {
  readonly kind: 'sequence'
  readonly ownedBy?: {
    readonly table: RelationKey
    readonly column: string
    /** Whether it is what makes the column an identity column: it goes with that, others stay. */
    readonly isIdentity?: true
  }
}

export interface CompositeType extends RelationBase {
  readonly kind: 'composite type'
}

export type Relation = Table | Index | Sequence | CompositeType

export interface Column {
  readonly name: string
  readonly type: TypeName
  readonly collation?: string
  readonly notNull: boolean
  readonly default?: Expression
  readonly generated?: 'stored' | 'virtual'
  /** For a generated column: the columns it is computed from. */
  readonly generatedFrom?: readonly string[]
  /** For a generated column: what its expression names. */
  readonly generatedUses?: Uses
  readonly identity: boolean
  /** For an identity column: whether it certainly is GENERATED ALWAYS. */
  readonly identityAlways?: boolean
  /** Whether only a parent defines it: it goes when the parent's does. */
  readonly inherited?: boolean
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
  /** CHECK: its condition as an OR of ANDs of simple comparisons, where it has that form. */
  readonly comparisons?: readonly (readonly Comparison[])[]
  /** CHECK and EXCLUDE: what their expressions name. */
  readonly uses?: Uses
  readonly references?: Reference
  readonly noInherit: boolean
  readonly index?: RelationKey
  readonly born?: Birth
}

export interface Reference {
  readonly table: RelationKey
  /** Empty where the statement left them to the primary key and the catalog does not know it. */
  readonly columns: readonly string[]
  readonly onDelete: ForeignKeyAction
  readonly onUpdate: ForeignKeyAction
}

export interface Trigger {
  readonly name: string
  /** FOR EACH ROW: partitions have it too. */
  readonly isRow: boolean
  /** The function's name, without schema. */
  readonly function: string
  /** The function's schema, where it is written. */
  readonly schema?: string
  /** What fires it. */
  readonly events?: readonly TriggerEvent[]
  /** UPDATE OF: the columns that fire it. */
  readonly columns?: readonly string[]
  /** What its WHEN names. */
  readonly uses?: Uses
  readonly isInsteadOf?: boolean
  /** Turned off with DISABLE TRIGGER. */
  readonly isOff?: boolean
}

export type Type =
  | { readonly kind: 'enum'; readonly labels: readonly string[]; readonly born?: Birth }
  | Domain
  | { readonly kind: 'composite' | 'other'; readonly born?: Birth }

export interface Domain {
  readonly kind: 'domain'
  readonly base: TypeName
  readonly constraints: readonly DomainConstraint[]
  /** Its own, or that of the type below it when it was made; absent where it is null. */
  readonly default?: Expression
  readonly born?: Birth
}

export interface DomainConstraint {
  readonly name: string
  readonly kind: 'CHECK' | 'NOT NULL'
  /** Whether certainly no null satisfies it. */
  readonly refusesNull: boolean
}

export interface Routine {
  /** The worst over all overloads. */
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  readonly overloads: readonly Overload[]
}

/** One of the functions or procedures of a name: its body is read when it is called. */
export interface Overload {
  readonly routine: CreateRoutine
}

/** Returns what expressions name together; undefined for nothing. */
export function usesOf(expressions: readonly (Uses | undefined)[]): Uses | undefined {
  const calls = expressions.flatMap(expression => expression?.calls ?? [])
  const types = expressions.flatMap(expression => expression?.types ?? [])
  return calls.length + types.length > 0 ? { calls, ...(types.length > 0 && { types }) } : undefined
}

/** A name as a statement writes it. */
export type WrittenName = Pick<Name, 'schema' | 'name'>

/** Returns the catalog of a new database, or (`complete` false) of one that an unknown history has already filled. */
export const emptyCatalog = (complete: boolean): Catalog => ({
  complete,
  searchPath: ['public'],
  relations: PersistentMap.empty(),
  dependents: PersistentMap.empty(),
  types: PersistentMap.empty(),
  routines: PersistentMap.empty(),
  memberships: PersistentMap.empty(),
})

/** The schema under which the catalog keeps temporary relations; searched first (runtime-config-client.html#GUC-SEARCH-PATH). */
export const temporarySchema = 'pg_temp'

/** Returns the key of a schema-qualified name. */
export const key = (schema: string, name: string): RelationKey => `${schema}.${name}`

/** Returns the key under which the catalog keeps `relation`. */
export const keyOfRelation = (relation: Pick<Relation, 'schema' | 'name'>): RelationKey =>
  key(relation.schema, relation.name)

/** Returns the relation a name means: in its schema, else in the first schema of search_path that has it. */
export const relationNamed = (catalog: Catalog, name: WrittenName): Relation | undefined =>
  catalog.relations.get(keyOf(catalog, name))

/** Returns the key a name means: of the existing relation through search_path, else in the first schema of the path. */
export const keyOf = (catalog: Catalog, name: WrittenName): RelationKey => {
  if (name.schema !== undefined) return key(name.schema, name.name)
  const temporary = key(temporarySchema, name.name)
  if (catalog.relations.has(temporary)) return temporary
  for (const schema of catalog.searchPath) {
    const candidate = key(schema, name.name)
    if (catalog.relations.has(candidate)) return candidate
  }
  return key(catalog.searchPath[0] ?? 'public', name.name)
}

/** Returns the schema that a statement creates `name` in. */
export const creationSchema = (catalog: Catalog, name: WrittenName): string =>
  name.schema ?? catalog.searchPath[0] ?? 'public'

/** Returns the table (or view) a key stands for, or undefined for other kinds and unknown keys. */
export const tableAt = (catalog: Catalog, relation: RelationKey): Table | undefined =>
  asTable(catalog.relations.get(relation))

/** Returns `relation` where it has columns: a table of any kind, a view, a materialized view. */
export const asTable = (relation: Relation | undefined): Table | undefined =>
  relation && 'columns' in relation && !isIndex(relation) ? relation : undefined

export const isIndex = (relation: Relation | undefined): relation is Index =>
  relation?.kind === 'index' || relation?.kind === 'partitioned index'

/** Returns the indexes of a table or materialized view, oldest first. */
export const indexesOf = (catalog: Catalog, table: RelationKey): Index[] =>
  dependentsOf(catalog, table, 'index').filter(isIndex)

/** Returns the partitions of a partitioned table, oldest first; with `recursive` those of its partitions too. */
export const partitionsOf = (catalog: Catalog, table: RelationKey, options?: { recursive?: boolean }): Table[] =>
  childrenOf(catalog, table, options, ['partition'])

/** Returns the tables that inherit from a table, partitions included, oldest first; with `recursive` theirs too. */
export const inheritorsOf = (catalog: Catalog, table: RelationKey, options?: { recursive?: boolean }): Table[] =>
  childrenOf(catalog, table, options, ['partition', 'heir'])

const childrenOf = (
  catalog: Catalog,
  table: RelationKey,
  options: { recursive?: boolean } | undefined,
  ways: readonly Dependency[],
): Table[] => {
  const found: Table[] = []
  if (ways.every(way => !catalog.dependents.has(dependentsKey(table, way)))) return found
  const seen = new Set([table])
  const visit = (parent: RelationKey) => {
    for (const way of ways)
      for (const relation of dependentsOf(catalog, parent, way)) {
        const child = asTable(relation)
        if (!child || seen.has(keyOfRelation(child))) continue
        seen.add(keyOfRelation(child))
        found.push(child)
        if (options?.recursive) visit(keyOfRelation(child))
      }
  }
  visit(table)
  return found
}

/**
 * Returns whether `table` may take `parent` for a parent: not itself, nor one of its heirs. PostgreSQL refuses such
 * statements; a catalog with a circle in it would never end.
 */
export const mayInherit = (catalog: Catalog, table: RelationKey, parent: RelationKey): boolean =>
  table !== parent && !inheritorsOf(catalog, table, { recursive: true }).some(heir => keyOfRelation(heir) === parent)

/** A foreign key as seen from the table it references. */
export interface IncomingForeignKey {
  readonly table: Table
  readonly constraint: Constraint & { readonly references: Reference }
}

/** Returns the foreign keys of all tables (the table itself included) that reference `table`, oldest table first. */
export const foreignKeysTo = (catalog: Catalog, table: RelationKey): IncomingForeignKey[] => {
  const found: IncomingForeignKey[] = []
  for (const relation of dependentsOf(catalog, table, 'reference')) {
    const referencing = asTable(relation)
    for (const constraint of referencing?.constraints ?? []) {
      if (referencing && hasReference(constraint) && constraint.references.table === table)
        found.push({ table: referencing, constraint })
    }
  }
  return found
}

/** Returns whether a constraint is a foreign key with its reference. */
export const hasReference = (constraint: Constraint): constraint is Constraint & { readonly references: Reference } =>
  constraint.references !== undefined

/** Returns the foreign key of a partition that is its parent's: by its name, or by what it ties where it has another. */
export const foreignKeyLike = (table: Table | undefined, constraint: Constraint): Constraint | undefined => {
  const isLike = (other: Constraint) =>
    other.references?.table === constraint.references?.table && other.columns.join() === constraint.columns.join()
  const named = constraintNamed(table, constraint.name)
  return named && isLike(named) ? named : table?.constraints.find(other => hasReference(other) && isLike(other))
}

/** Returns the foreign keys that reference a partitioned table or one that it is a part of: partitions are referenced too. */
export const foreignKeysToTree = (catalog: Catalog, table: RelationKey): IncomingForeignKey[] => {
  const found: IncomingForeignKey[] = []
  const seen = new Set<RelationKey>()
  for (let key: RelationKey | undefined = table; key !== undefined && !seen.has(key); ) {
    seen.add(key)
    found.push(...foreignKeysTo(catalog, key))
    key = tableAt(catalog, key)?.partitionOf
  }
  return found
}

/** Returns the sequences that a column of `table` owns: of serial and identity columns, and by OWNED BY. */
export const sequencesOwnedBy = (catalog: Catalog, table: RelationKey, column?: string): Sequence[] =>
  dependentsOf(catalog, table, 'sequence').filter(
    (relation): relation is Sequence =>
      relation.kind === 'sequence' &&
      relation.ownedBy?.table === table &&
      (column === undefined || relation.ownedBy.column === column),
  )

/** Returns the sequence of an identity column; a column may own others beside it (sql-createsequence.html). */
export const identitySequences = (catalog: Catalog, table: RelationKey, column: string): Sequence[] =>
  sequencesOwnedBy(catalog, table, column).filter(({ ownedBy }) => ownedBy?.isIdentity)

/** Returns the views and materialized views that read `relation` directly, oldest first. */
export const viewsReading = (catalog: Catalog, relation: RelationKey): Table[] =>
  dependentsOf(catalog, relation, 'view').flatMap(view => asTable(view) ?? [])

/** Returns the views that read a column of `relation` directly, as far as their queries tell. */
export const viewsReadingColumn = (catalog: Catalog, relation: RelationKey, column: string): Table[] =>
  viewsReading(catalog, relation).filter(
    view => view.readColumns?.some(name => name === column || name === '*') ?? true,
  )

/** Returns the indexes attached to a partitioned index, oldest first; with `recursive` theirs too. */
export const partitionIndexesOf = (
  catalog: Catalog,
  index: RelationKey,
  options?: { recursive?: boolean },
): Index[] => {
  const direct = dependentsOf(catalog, index, 'partition').filter(isIndex)
  if (!options?.recursive) return direct
  return direct.flatMap(child => [child, ...partitionIndexesOf(catalog, keyOfRelation(child), options)])
}

/** Returns what is built on `relation` in one way, oldest first. */
export const dependentsOf = (catalog: Catalog, relation: RelationKey, dependency: Dependency): Relation[] =>
  keysIn(catalog.dependents.get(dependentsKey(relation, dependency))).flatMap(
    dependent => catalog.relations.get(dependent) ?? [],
  )

/** Returns the column of a table by name. */
export const columnNamed = (table: Table | undefined, name: string): Column | undefined =>
  table?.columns.find(column => column.name === name)

/** Returns the policies and rules of a table. */
export const partsOf = ({ policies, rules }: Table): readonly Part[] =>
  policies && rules ? [...policies, ...rules] : (policies ?? rules ?? [])

/** Returns the constraint of a table by name. */
export const constraintNamed = (table: Pick<Table, 'constraints'> | undefined, name: string): Constraint | undefined =>
  table?.constraints.find(constraint => constraint.name === name)

/** Returns the primary key of a table. */
export const primaryKeyOf = (table: Table | undefined): Constraint | undefined =>
  table?.constraints.find(constraint => constraint.kind === 'PRIMARY KEY')

/** Returns every column that an index depends on: its keys, included columns, expressions and predicate. */
export const columnsOfIndex = (index: Index): Set<string> =>
  new Set([...index.columns.filter(column => column !== undefined), ...index.include, ...index.expressionColumns])

/** Returns the key under which `Catalog.memberships` keeps what a command about statistics or a publication names. */
export const membershipKey = (catalog: Catalog, tag: string, name: WrittenName): string =>
  tag.endsWith('STATISTICS')
    ? `statistics ${key(creationSchema(catalog, name), name.name)}`
    : `publication ${name.name}`

/** Returns the key of a type or routine a name means, as `keyOf` does for relations. */
export const keyIn = (catalog: Catalog, map: PersistentMap<unknown>, name: WrittenName): string => {
  if (name.schema !== undefined) return key(name.schema, name.name)
  for (const schema of catalog.searchPath) {
    const candidate = key(schema, name.name)
    if (map.has(candidate)) return candidate
  }
  return key(catalog.searchPath[0] ?? 'public', name.name)
}

/** Returns the enum, domain or other type that a type name means, where the history made it. */
export const typeNamed = (catalog: Catalog, name: WrittenName): Type | undefined =>
  catalog.types.get(keyIn(catalog, catalog.types, name))

/** Returns the function or procedure that a call means, where the history made it. */
export const routineNamed = (catalog: Catalog, name: WrittenName): Routine | undefined =>
  catalog.routines.get(keyIn(catalog, catalog.routines, name))
