import type { Span } from '../text'
import type { OtherCommand } from './other-commands'
import type {
  ColumnDefinition,
  ConstraintDefinition,
  Expression,
  Having,
  Identifier,
  IndexColumn,
  Name,
  PartitionBound,
  TypeName,
  Uses,
} from './parts'
import type { CreateRoutine, Do } from './routine-commands'
import type { Copy, Delete, Insert, Merge, Select, Truncate, Update } from './row-commands'
import type { Subcommand } from './subcommands'

/**
 * The typed vocabulary of commands: what `translate.ts` makes of the parser's tree, and all that the rest of the
 * program ever sees of a statement. All spans are UTF-16 offsets from the start of the statement.
 */
export type Command = { readonly newer?: readonly NewerSyntax[]; readonly older?: readonly OlderSyntax[] } & (
  | CreateIndex
  | Reindex
  | Drop
  | AlterRelation
  | CreateTable
  | CreateTableAs
  | CreateView
  | RefreshMaterializedView
  | Truncate
  | Insert
  | Update
  | Delete
  | Merge
  | Select
  | Copy
  | LockTable
  | TransactionControl
  | SetParameter
  | CreateRoutine
  | Do
  | CreateTrigger
  | CreateType
  | AlterType
  | CreateDomain
  | AlterDomain
  | CreateSchema
  | CreateSequence
  | Maintenance
  | Comment
  | OtherCommand
)

/** What the grammar of an older major version does not know. */
export interface NewerSyntax {
  /** The first major version that knows it. */
  readonly since: number
  /** As written: where an older version stops reading. */
  readonly word: string
  readonly span: Span
}

/** A name that the grammar of a newer major version takes for a word of its own. */
export interface OlderSyntax {
  /** The first major version that refuses it. */
  readonly until: number
  /** As written: where that version stops reading. */
  readonly word: string
  readonly span: Span
}

/** A command's tag as PostgreSQL reports it on completion: `CREATE INDEX`, `ALTER TABLE`, `TRUNCATE TABLE`. */
export type Tag = Command['tag']

/** The command that has tag `T`, where one command has several tags too. */
export type CommandOf<T extends string> = Having<Command, 'tag', T>

export interface CreateIndex {
  readonly tag: 'CREATE INDEX'
  readonly name?: Identifier
  readonly table: Name
  readonly only: boolean
  readonly unique: boolean
  /** The keyword, where written. */
  readonly concurrently?: Span
  readonly ifNotExists?: Span
  readonly method: string
  readonly columns: readonly IndexColumn[]
  readonly include: readonly string[]
  readonly where?: Expression
  readonly nullsNotDistinct: boolean
  /** `CREATE [UNIQUE] INDEX`. */
  readonly keywords: Span
}

export interface Reindex {
  readonly tag: 'REINDEX'
  readonly target: 'INDEX' | 'TABLE' | 'SCHEMA' | 'DATABASE' | 'SYSTEM'
  /** The index, table or schema; absent for DATABASE and SYSTEM. */
  readonly name?: Name
  readonly concurrently: boolean
  readonly keywords: Span
}

/** DROP of anything that has a name: the tag says of what. */
export interface Drop {
  readonly tag:
    | 'DROP TABLE'
    | 'DROP INDEX'
    | 'DROP VIEW'
    | 'DROP MATERIALIZED VIEW'
    | 'DROP SEQUENCE'
    | 'DROP FOREIGN TABLE'
    | 'DROP TYPE'
    | 'DROP DOMAIN'
    | 'DROP SCHEMA'
    | 'DROP FUNCTION'
    | 'DROP PROCEDURE'
    | 'DROP ROUTINE'
    | 'DROP AGGREGATE'
    | 'DROP TRIGGER'
    | 'DROP POLICY'
    | 'DROP RULE'
    | 'DROP EXTENSION'
    | 'DROP STATISTICS'
    | 'DROP COLLATION'
    | 'DROP CAST'
    | 'DROP OPERATOR'
    | 'DROP PUBLICATION'
    | 'DROP EVENT TRIGGER'
    | 'DROP SERVER'
    | 'DROP FOREIGN DATA WRAPPER'
    | 'DROP ACCESS METHOD'
    | 'DROP LANGUAGE'
    | 'DROP CONVERSION'
    | 'DROP TRANSFORM'
    | 'DROP TEXT SEARCH CONFIGURATION'
    | 'DROP TEXT SEARCH DICTIONARY'
    | 'DROP TEXT SEARCH PARSER'
    | 'DROP TEXT SEARCH TEMPLATE'
    | 'DROP OPERATOR CLASS'
    | 'DROP OPERATOR FAMILY'
  /** In the order written. For triggers, policies and rules: their own name, with `on` the relation. */
  readonly names: readonly Name[]
  /** The relation of a trigger, policy or rule. */
  readonly on?: Name
  /** For functions and procedures, in the order of `names`: their arguments as in `Parameters`, where they are written. */
  readonly signatures?: readonly (string | undefined)[]
  readonly concurrently?: Span
  readonly ifExists?: Span
  readonly cascade?: Span
  /** `DROP INDEX`, `DROP TABLE`, ... */
  readonly keywords: Span
}

export interface AlterRelation {
  readonly tag:
    | 'ALTER TABLE'
    | 'ALTER INDEX'
    | 'ALTER VIEW'
    | 'ALTER MATERIALIZED VIEW'
    | 'ALTER SEQUENCE'
    | 'ALTER FOREIGN TABLE'
  readonly relation: Name
  readonly only: boolean
  readonly ifExists?: Span
  readonly subcommands: readonly Subcommand[]
  /** `ALTER TABLE`, ... */
  readonly keywords: Span
}

export interface CreateTable {
  readonly tag: 'CREATE TABLE' | 'CREATE FOREIGN TABLE'
  readonly table: Name
  readonly ifNotExists?: Span
  readonly persistence: 'permanent' | 'unlogged' | 'temporary'
  readonly columns: readonly ColumnDefinition[]
  readonly constraints: readonly ConstraintDefinition[]
  /** CREATE TABLE (LIKE source ...); `including` holds DEFAULTS, INDEXES, CONSTRAINTS, ALL, ... */
  readonly like: readonly { readonly table: Name; readonly including: readonly string[] }[]
  readonly inherits: readonly Name[]
  /** The parent of CREATE TABLE ... PARTITION OF. */
  readonly partitionOf?: Name
  readonly isDefaultPartition: boolean
  readonly bound?: PartitionBound
  /** CREATE TABLE ... OF. */
  readonly ofType?: Name
  /** PARTITION BY: the column names of the key; expressions are absent. */
  readonly partitionBy?: { readonly strategy: 'range' | 'list' | 'hash'; readonly columns: readonly string[] }
  /** CREATE FOREIGN TABLE: its server. */
  readonly server?: string
  readonly keywords: Span
}

export interface CreateTableAs {
  readonly tag: 'CREATE TABLE AS' | 'SELECT INTO' | 'CREATE MATERIALIZED VIEW'
  readonly relation: Name
  readonly ifNotExists?: Span
  readonly persistence: 'permanent' | 'unlogged' | 'temporary'
  readonly withData: boolean
  readonly columns: readonly string[]
  /** As written after AS. */
  readonly query?: string
  readonly reads: readonly Name[]
  /** Every column that the query names anywhere, without its table; `*` for all. */
  readonly readColumns?: readonly string[]
  /** Names of columns that the query makes itself; `*` for some that are not written. */
  readonly madeColumns?: readonly string[]
  /** The name that two columns of the result have, where one certainly is. */
  readonly repeated?: string
  readonly uses?: Uses
  readonly keywords: Span
}

export interface CreateView {
  readonly tag: 'CREATE VIEW'
  readonly view: Name
  readonly orReplace: boolean
  /** WITH (security_invoker): it reads with the rights of whoever reads it. */
  readonly isInvoker?: true
  readonly persistence: 'permanent' | 'temporary'
  readonly columns: readonly string[]
  /** As written after AS. */
  readonly query?: string
  /** Absent where the query does not say them one by one. */
  readonly outputs?: readonly Output[]
  readonly reads: readonly Name[]
  /** Every column that the query names anywhere, without its table; `*` for all. */
  readonly readColumns?: readonly string[]
  /** Names of columns that the query makes itself; `*` for some that are not written. */
  readonly madeColumns?: readonly string[]
  /** The name that two columns of the result have, where one certainly is. */
  readonly repeated?: string
  readonly uses?: Uses
  readonly keywords: Span
}

/** A column of a query's result. */
export interface Output {
  /** Absent where PostgreSQL finds a name that we do not. */
  readonly name?: string
  /** The column of a table that the query reads, where it is that. */
  readonly column?: string
  /** That table. */
  readonly table?: Pick<Name, 'schema' | 'name'>
  /** Set where it stands for all columns of that table. */
  readonly isAll?: boolean
  /** The type that it is cast to. */
  readonly type?: TypeName
}

export interface RefreshMaterializedView {
  readonly tag: 'REFRESH MATERIALIZED VIEW'
  readonly view: Name
  readonly concurrently: boolean
  readonly withData: boolean
  readonly keywords: Span
}

export interface LockTable {
  readonly tag: 'LOCK TABLE'
  readonly tables: readonly (Name & { readonly only: boolean })[]
  /** As the manual prints it: `ACCESS EXCLUSIVE`. */
  readonly mode: string
  /** The words that name the mode, where written. */
  readonly modeSpan?: Span
  readonly nowait: boolean
  readonly keywords: Span
}

export interface TransactionControl {
  readonly tag:
    | 'BEGIN'
    | 'START TRANSACTION'
    | 'COMMIT'
    | 'ROLLBACK'
    | 'SAVEPOINT'
    | 'RELEASE'
    | 'PREPARE TRANSACTION'
    | 'COMMIT PREPARED'
    | 'ROLLBACK PREPARED'
  /** The savepoint of SAVEPOINT, RELEASE and ROLLBACK TO. */
  readonly savepoint?: string
  /** The name under which PREPARE TRANSACTION leaves the transaction, and by which COMMIT and ROLLBACK PREPARED take it. */
  readonly prepared?: string
  /** COMMIT AND CHAIN, ROLLBACK AND CHAIN. */
  readonly chain: boolean
  readonly keywords: Span
}

export interface SetParameter {
  readonly tag: 'SET' | 'RESET'
  /** Lower case; `all` for RESET ALL. */
  readonly parameter: string
  /** As written, strings without quotes, lists joined by `, `; absent for RESET and TO DEFAULT. */
  readonly value?: string
  /** The others that the same SET TRANSACTION or SET SESSION CHARACTERISTICS sets. */
  readonly others?: readonly { readonly parameter: string; readonly value?: string }[]
  readonly isLocal: boolean
  readonly keywords: Span
}

export interface CreateTrigger {
  readonly tag: 'CREATE TRIGGER'
  readonly name: Identifier
  readonly table: Name
  readonly orReplace?: boolean
  readonly isConstraint: boolean
  /** FOR EACH ROW. */
  readonly isRow?: boolean
  readonly events?: readonly TriggerEvent[]
  /** UPDATE OF: the columns that fire it. */
  readonly columns?: readonly string[]
  readonly isInsteadOf?: boolean
  /** What its WHEN names. */
  readonly uses?: Uses
  /** The other table of a constraint trigger. */
  readonly from?: Name
  readonly function: Name
  readonly keywords: Span
}

export type TriggerEvent = 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE'

export interface CreateType {
  readonly tag: 'CREATE TYPE'
  readonly type: Name
  /** The labels of an enum. */
  readonly labels?: readonly string[]
  /** The attributes of a composite type. */
  readonly attributes?: readonly { readonly name: string; readonly type: TypeName }[]
  readonly keywords: Span
}

export interface AlterType {
  readonly tag: 'ALTER TYPE'
  readonly type: Name
  readonly addValue?: {
    readonly label: string
    readonly ifNotExists: boolean
    /** The label that BEFORE and AFTER name. */
    readonly before?: string
    readonly after?: string
    readonly span: Span
  }
  readonly renameValue?: { readonly from: string; readonly to: string }
  readonly renameTo?: Identifier
  readonly setSchema?: Identifier
  /** ADD, DROP or ALTER ATTRIBUTE of a composite type. */
  readonly attributes?: boolean
  /** Whether it changes the type of an attribute. */
  readonly retypes?: boolean
  /** Whether it does so in the tables that are made of the type too. */
  readonly cascade?: boolean
  readonly keywords: Span
}

export interface CreateDomain {
  readonly tag: 'CREATE DOMAIN'
  readonly domain: Name
  readonly type: TypeName
  readonly constraints: readonly ConstraintDefinition[]
  readonly default?: Expression
  readonly keywords: Span
}

export interface AlterDomain {
  readonly tag: 'ALTER DOMAIN'
  readonly domain: Name
  readonly action:
    | 'ADD CONSTRAINT'
    | 'DROP CONSTRAINT'
    | 'SET NOT NULL'
    | 'DROP NOT NULL'
    | 'SET DEFAULT'
    | 'DROP DEFAULT'
    | 'VALIDATE CONSTRAINT'
    | 'OTHER'
  readonly constraint?: ConstraintDefinition
  readonly default?: Expression
  /** The constraint that DROP and VALIDATE CONSTRAINT name. */
  readonly constraintName?: string
  readonly renameTo?: string
  readonly renameConstraint?: { readonly from: string; readonly to: string }
  readonly setSchema?: string
  readonly keywords: Span
}

export interface CreateSchema {
  readonly tag: 'CREATE SCHEMA'
  readonly schema: string
  readonly ifNotExists?: Span
  /** The CREATE and GRANT commands inside, for the new schema. */
  readonly elements?: readonly Command[]
  readonly keywords: Span
}

export interface CreateSequence {
  readonly tag: 'CREATE SEQUENCE'
  readonly sequence: Name
  readonly persistence?: 'permanent' | 'unlogged' | 'temporary'
  readonly ownedBy?: { readonly table: Name; readonly column: string }
  readonly ifNotExists?: Span
  readonly keywords: Span
}

export interface Maintenance {
  readonly tag: 'VACUUM' | 'ANALYZE' | 'CLUSTER'
  readonly tables: readonly Name[]
  /** VACUUM FULL. */
  readonly full: boolean
  readonly keywords: Span
}

export interface Comment {
  readonly tag: 'COMMENT'
  readonly on: string
  readonly relation?: Name
  readonly column?: string
  /** Of a table. */
  readonly constraint?: string
  readonly keywords: Span
}
