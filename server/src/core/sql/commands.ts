import type { Span } from '../text'

/**
 * The typed vocabulary of commands: what `translate.ts` makes of the parser's tree, and all that the rest of the
 * program ever sees of a statement. All spans are UTF-16 offsets from the start of the statement.
 */
export type Command = { readonly newer?: readonly NewerSyntax[] } & (
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

/** A command's tag as PostgreSQL reports it on completion: `CREATE INDEX`, `ALTER TABLE`, `TRUNCATE TABLE`. */
export type Tag = Command['tag']
/** The command that has tag `T`, where one command has several tags too. */
export type CommandOf<T extends string> = Having<Command, 'tag', T>

type Having<U, F extends keyof U, V> = U extends unknown ? (Extract<U[F], V> extends never ? never : U) : never

/** A name as written, folded as PostgreSQL folds it. `schema` is absent where the statement leaves it to search_path. */
export interface Name {
  readonly schema?: string
  readonly name: string
  readonly span: Span
  /** Among what a query reads, and what VACUUM and ANALYZE name: ONLY stands before it. */
  readonly only?: boolean
}

/** A table that a query writes in its WITH clause. */
export interface Write extends Name {
  readonly by: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE'
  /** The columns of UPDATE and of INSERT, where it names them. */
  readonly columns: readonly string[]
}

/** An identifier with its place. */
export interface Identifier {
  readonly name: string
  readonly span: Span
}

/** A type as written. `name` is PostgreSQL's internal name (`int4`, `varchar`, `timestamptz`, `serial`). */
export interface TypeName {
  /** Absent for pg_catalog and for names left to search_path. */
  readonly schema?: string
  readonly name: string
  /** Type modifiers that are integers: `varchar(20)` has `[20]`, `numeric(10,2)` has `[10, 2]`. */
  readonly modifiers: readonly number[]
  /** Array dimensions; 0 for no array. */
  readonly dimensions: number
  readonly span: Span
}

export interface Call {
  readonly schema?: string
  readonly name: string
  readonly arguments: number
  /** The first argument where it is a string constant: `nextval('tickets')`. */
  readonly constant?: string
}

/** One test of a column against a constant, as in `age >= 18`. */
export interface Comparison {
  readonly column: string
  readonly operator: '<' | '<=' | '=' | '>=' | '>' | '<>' | 'IS NULL' | 'IS NOT NULL'
  /** The constant without quotes and casts. */
  readonly value?: string
}

/** FOR VALUES of a partition. In `from` and `to`, undefined stands for MINVALUE and MAXVALUE; null in `values` for NULL. */
export type PartitionBound =
  | {
      readonly strategy: 'range'
      readonly from: readonly (string | undefined)[]
      readonly to: readonly (string | undefined)[]
    }
  | { readonly strategy: 'list'; readonly values: readonly (string | null)[] }
  | { readonly strategy: 'hash'; readonly modulus: number; readonly remainder: number }
  | { readonly strategy: 'default' }

/** The functions and types that an expression or a query names: they cannot be dropped without it (ddl-depend.html). */
export interface Uses {
  /** Every function called anywhere inside; CURRENT_TIMESTAMP and its like appear under their names in lower case. */
  readonly calls: readonly Call[]
  /** The types of casts, but those that are certainly PostgreSQL's own; absent for none. */
  readonly types?: readonly Pick<Name, 'schema' | 'name'>[]
}

export interface Expression extends Uses {
  readonly span: Span
  /** `constant`: literals and casts of literals only. */
  readonly kind: 'null' | 'constant' | 'other'
  /** Of one literal: what it says, without quotes, casts and parentheses. */
  readonly literal?: string
  /** Every column named anywhere inside, without its table; `*` for a whole row. */
  readonly columns: readonly string[]
  /** Columns that are not null whenever this is true: AND-ed `c IS NOT NULL` terms. */
  readonly provesNotNull: readonly string[]
  readonly hasSubquery: boolean
  /** Set where the whole expression is one column under casts, innermost first: `sku::varchar(40)`; `sku` has none. */
  readonly cast?: { readonly column: string; readonly types: readonly TypeName[] }
  /** An OR of ANDs of comparisons with constants that is true wherever the expression is, as far as there is one. */
  readonly comparisons?: readonly (readonly Comparison[])[]
}

export type ConstraintKind = 'PRIMARY KEY' | 'UNIQUE' | 'CHECK' | 'FOREIGN KEY' | 'EXCLUDE' | 'NOT NULL'

export interface ConstraintDefinition {
  readonly kind: ConstraintKind
  readonly name?: Identifier
  /** The constrained columns; for an inline constraint its column; for CHECK the columns of the expression. */
  readonly columns: readonly string[]
  readonly include: readonly string[]
  readonly expression?: Expression
  /** `columns` is empty where the statement leaves them to the primary key. */
  readonly references?: {
    readonly table: Name
    readonly columns: readonly string[]
    readonly onDelete: ForeignKeyAction
    readonly onUpdate?: ForeignKeyAction
  }
  readonly usingIndex?: string
  /** EXCLUDE and WITHOUT OVERLAPS: the index method. */
  readonly method?: string
  /** EXCLUDE: what its index is made of, in order; `label` is what default names call it. */
  readonly elements?: readonly { readonly column?: string; readonly label: string }[]
  /** EXCLUDE ... WHERE. */
  readonly where?: Expression
  readonly notValid: boolean
  readonly notEnforced: boolean
  readonly nullsNotDistinct: boolean
  readonly deferrable?: boolean
  readonly noInherit: boolean
  /** From CONSTRAINT or the first keyword to the last token of the clause. */
  readonly span: Span
  /** `FOREIGN KEY`, `CHECK`, `UNIQUE`, `PRIMARY KEY`, `REFERENCES` (inline), `NOT NULL`. */
  readonly keywords: Span
}

export type ForeignKeyAction = 'NO ACTION' | 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'SET DEFAULT'

export interface ColumnDefinition {
  readonly name: Identifier
  readonly type: TypeName
  /** As written after COLLATE, without schema. */
  readonly collation?: string
  readonly notNull?: Span
  /** `span` covers DEFAULT and its expression. */
  readonly default?: { readonly expression: Expression; readonly span: Span }
  readonly generated?: { readonly stored: boolean; readonly expression: Expression; readonly span: Span }
  /** GENERATED { ALWAYS | BY DEFAULT } AS IDENTITY. */
  readonly identity?: Span
  /** Inline constraints other than NOT NULL. */
  readonly constraints: readonly ConstraintDefinition[]
  readonly span: Span
}

export interface IndexColumn {
  /** Absent for an expression. */
  readonly column?: string
  readonly expression?: Expression
  /** For an expression: what PostgreSQL names the index column after (a function's name, a cast's type), else absent. */
  readonly label?: string
  /** Whether an operator class, a collation or an order is written after it. */
  readonly isModified?: boolean
  readonly span: Span
}

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

interface SubcommandBase {
  /** The whole clause, without the commas around it. */
  readonly span: Span
  /** The words that say what it does: `ADD COLUMN`, `SET NOT NULL`, `TYPE`, `RENAME COLUMN`. */
  readonly keywords: Span
}

export type Subcommand = SubcommandBase &
  (
    | { readonly kind: 'ADD COLUMN'; readonly column: ColumnDefinition; readonly ifNotExists: boolean }
    | {
        readonly kind: 'DROP COLUMN'
        readonly column: Identifier
        readonly ifExists: boolean
        readonly cascade: boolean
      }
    | {
        readonly kind: 'ALTER COLUMN TYPE'
        readonly column: Identifier
        readonly type: TypeName
        readonly collation?: string
        readonly using?: Expression
      }
    | { readonly kind: 'SET DEFAULT'; readonly column: Identifier; readonly expression: Expression }
    | {
        readonly kind:
          | 'DROP DEFAULT'
          | 'SET NOT NULL'
          | 'DROP NOT NULL'
          | 'DROP IDENTITY'
          | 'ADD GENERATED'
          | 'SET GENERATED'
          | 'DROP EXPRESSION'
          | 'SET STATISTICS'
          | 'SET STORAGE'
          | 'SET COMPRESSION'
          | 'SET COLUMN OPTIONS'
        readonly column: Identifier
      }
    | { readonly kind: 'SET EXPRESSION'; readonly column: Identifier; readonly expression: Expression }
    | { readonly kind: 'ADD CONSTRAINT'; readonly constraint: ConstraintDefinition }
    | { readonly kind: 'VALIDATE CONSTRAINT'; readonly constraint: Identifier }
    | {
        readonly kind: 'ALTER CONSTRAINT'
        readonly constraint: Identifier
        /** ENFORCED and NOT ENFORCED (18). */
        readonly enforced?: boolean
        /** INHERIT and NO INHERIT (18). */
        readonly inherit?: boolean
      }
    | {
        readonly kind: 'DROP CONSTRAINT'
        readonly constraint: Identifier
        readonly ifExists: boolean
        readonly cascade: boolean
      }
    | { readonly kind: 'RENAME COLUMN' | 'RENAME CONSTRAINT'; readonly from: Identifier; readonly to: Identifier }
    | { readonly kind: 'RENAME TO'; readonly to: Identifier }
    | { readonly kind: 'SET SCHEMA'; readonly to: Identifier }
    | {
        readonly kind: 'ATTACH PARTITION'
        readonly partition: Name
        readonly isDefault: boolean
        /** Absent for ALTER INDEX. */
        readonly bound?: PartitionBound
      }
    | {
        readonly kind: 'DETACH PARTITION'
        readonly partition: Name
        readonly concurrently: boolean
        readonly finalize: boolean
      }
    | { readonly kind: 'INHERIT' | 'NO INHERIT' | 'OF'; readonly parent: Name }
    | { readonly kind: 'REPLICA IDENTITY'; readonly index?: string }
    | { readonly kind: 'SET TABLESPACE' | 'SET ACCESS METHOD' | 'OWNER TO' | 'CLUSTER ON'; readonly to: string }
    | {
        readonly kind: 'SET PARAMETERS' | 'RESET PARAMETERS'
        /** Storage parameter names, lower case. */
        readonly parameters: readonly string[]
      }
    | {
        readonly kind:
          | 'NOT OF'
          | 'SET WITHOUT CLUSTER'
          | 'SET WITHOUT OIDS'
          | 'SET LOGGED'
          | 'SET UNLOGGED'
          | 'ENABLE ROW LEVEL SECURITY'
          | 'DISABLE ROW LEVEL SECURITY'
          | 'FORCE ROW LEVEL SECURITY'
          | 'NO FORCE ROW LEVEL SECURITY'
          | 'DEPENDS ON EXTENSION'
          | 'OPTIONS'
          | 'OTHER'
      }
    | {
        readonly kind: 'ENABLE TRIGGER' | 'DISABLE TRIGGER'
        /** Absent for ALL and USER. */
        readonly trigger?: string
        /** ENABLE REPLICA: it stands still where no changes are replicated. */
        readonly onReplicas?: true
      }
    | { readonly kind: 'ENABLE RULE' | 'DISABLE RULE'; readonly rule: string; readonly onReplicas?: true }
    | {
        readonly kind: 'SEQUENCE OPTIONS'
        /** OWNED BY a column; null for OWNED BY NONE. */
        readonly ownedBy?: { readonly table: Name; readonly column: string } | null
      }
  )
export type SubcommandKind = Subcommand['kind']
export type SubcommandOf<K extends string> = Having<Subcommand, 'kind', K>

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
  readonly persistence: 'permanent' | 'temporary'
  readonly columns: readonly string[]
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
  /** The column of the one table that the query reads, where it is that. */
  readonly column?: string
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

export interface Truncate {
  readonly tag: 'TRUNCATE TABLE'
  readonly tables: readonly (Name & { readonly only: boolean })[]
  readonly cascade: boolean
  readonly restartIdentity?: boolean
  readonly keywords: Span
}

export interface Insert {
  readonly tag: 'INSERT'
  readonly table: Name
  readonly columns: readonly Identifier[]
  readonly source: 'VALUES' | 'SELECT' | 'DEFAULT VALUES'
  /** Rows of VALUES; 0 for other sources. */
  readonly rows: number
  /** Those rows where they are few: constants as text, null for NULL, undefined for all else. */
  readonly values?: readonly (readonly (string | null | undefined)[])[]
  readonly onConflict?: {
    readonly action: 'NOTHING' | 'UPDATE'
    /** Columns of the conflict target; empty without a target or for ON CONSTRAINT. */
    readonly columns: readonly string[]
    readonly constraint?: string
    /** The column that DO UPDATE gives a value twice, where one is. */
    readonly repeated?: Identifier
    readonly span: Span
  }
  /** The column that stands twice among `columns`, where one does. */
  readonly repeated?: Identifier
  readonly hasReturning: boolean
  /** Whether the SELECT (or the statement around it) excludes rows already there: NOT EXISTS, EXCEPT or NOT IN over the target. */
  readonly excludesExisting: boolean
  /** Every function that the SELECT calls. */
  readonly calls: readonly Call[]
  readonly reads: readonly Name[]
  readonly writes?: readonly Write[]
  readonly keywords: Span
  /** Offset after the source, before ON CONFLICT and RETURNING: where ON CONFLICT belongs. */
  readonly sourceEnd: number
}

export interface Update {
  readonly tag: 'UPDATE'
  readonly table: Name
  readonly only: boolean
  readonly alias?: string
  /** One for each column; where a row is assigned (`(a, b) = ...`) both spans are the column's alone. */
  readonly assignments: readonly { readonly column: string; readonly expression: Expression; readonly span: Span }[]
  /** The column that it gives a value twice, where one is. */
  readonly repeated?: Identifier
  readonly where?: Expression
  /** The FROM clause's text span, where written (without FROM). */
  readonly from?: Span
  readonly hasWith: boolean
  readonly hasReturning: boolean
  readonly reads: readonly Name[]
  readonly writes?: readonly Write[]
  readonly keywords: Span
}

export interface Delete {
  readonly tag: 'DELETE'
  readonly table: Name
  readonly only: boolean
  readonly alias?: string
  readonly where?: Expression
  readonly using?: Span
  readonly hasWith: boolean
  readonly hasReturning: boolean
  readonly reads: readonly Name[]
  readonly writes?: readonly Write[]
  readonly keywords: Span
}

export interface MergeAction extends Pick<Write, 'by' | 'columns'> {
  /** The column that it gives a value twice, where one is. */
  readonly repeated?: Identifier
}

export interface Merge {
  readonly tag: 'MERGE'
  readonly table: Name
  /** What its WHEN clauses do to the table. */
  readonly actions?: readonly MergeAction[]
  readonly reads: readonly Name[]
  readonly writes?: readonly Write[]
  readonly keywords: Span
}

export interface Select {
  readonly tag: 'SELECT'
  readonly reads: readonly Name[]
  /** Relations that FOR UPDATE, FOR SHARE and their like lock in ROW SHARE mode. */
  readonly locks: readonly Name[]
  /** Tables that data-modifying CTEs write. */
  readonly writes: readonly Write[]
  readonly calls: readonly Call[]
  /** `set_config('lock_timeout', '2s', true)` calls; `value` is absent where it is NULL, for the default, or no constant. */
  readonly parameters: readonly { readonly name: string; readonly value?: string; readonly isLocal: boolean }[]
  readonly keywords: Span
}

export interface Copy {
  readonly tag: 'COPY'
  readonly table?: Name
  readonly direction: 'FROM' | 'TO'
  readonly reads: readonly Name[]
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

export interface CreateRoutine {
  readonly tag: 'CREATE FUNCTION' | 'CREATE PROCEDURE'
  readonly name: Name
  readonly orReplace: boolean
  readonly language?: string
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  /** Whether its options let PostgreSQL put its body in the place of a call: not STRICT, SECURITY DEFINER, SET, SETOF. */
  readonly mayBeInlined?: boolean
  readonly returnsTrigger: boolean
  /** As written: `int4`, `setof public.users`, `record(id int4, name text)`; absent where a type is that of a column, and for procedures. */
  readonly returns?: string
  /** SECURITY DEFINER, where it is written. */
  readonly securityDefiner?: Span
  /** The parameters that it sets while it runs, in lower case. */
  readonly ownParameters?: readonly string[]
  /** The schemas that it searches, where it sets search_path to names. */
  readonly ownSearchPath?: readonly string[]
  /** What a body in LANGUAGE sql reads and writes: PostgreSQL looks at it when it creates the function. */
  readonly reads?: readonly Name[]
  readonly writes?: readonly Name[]
  /** Between the quotes, in a statement whose body is a string constant. */
  readonly body?: Span
  /** The body as written, from its opening quote, RETURN or BEGIN ATOMIC on, and where that starts: read when it is called. */
  readonly code?: { readonly text: string; readonly start: number }
  readonly parameters?: Parameters
  readonly keywords: Span
}

/** What may be given to a function or procedure when it is called. */
export interface Parameters {
  /** The types of those that tell overloads apart, as written: `int4,public.tier[]`. */
  readonly signature: string
  /** How many arguments a call must have, and how many it may have; no end for VARIADIC. */
  readonly least: number
  readonly most: number
  /** The names of those that are given to it, in order; undefined for one without. */
  readonly names: readonly (string | undefined)[]
  /** How many have a default. */
  readonly defaults: number
}

export interface Do extends Partial<Body> {
  readonly tag: 'DO'
  readonly language: string
  /** Between the quotes. */
  readonly body: Span
  readonly keywords: Span
}

/** What stands in the body of a DO block, a function or a procedure. */
export interface Body {
  /** The SQL statements, in the order they stand there. */
  readonly statements: readonly BodyStatement[]
  /** What its conditions and assignments read. */
  readonly reads: readonly Name[]
  /** The functions that its conditions and assignments call. */
  readonly calls: readonly Call[]
  /** Whether it runs SQL that it puts together, or that could not be read. */
  readonly hasDynamicSql: boolean
  /** Whether it ends transactions: COMMIT or ROLLBACK. */
  readonly ends: boolean
}

/** A statement inside the body of another. */
export interface BodyStatement {
  readonly command: Command
  /** From the start of the outer statement. */
  readonly span: Span
  /**
   * What runs, where it does not stand in the outer statement as it is: in a string with doubled quotes, put together. The
   * command's own spans are offsets in it; without it they start at `span.start`.
   */
  readonly excerpt?: Excerpt
  /** Whether it may not run, or may be undone: in IF, CASE, a loop over rows, a block with EXCEPTION. */
  readonly conditional: boolean
  /** What the condition makes sure of, where it only asks whether something exists. */
  readonly guard?: Guard
  /** Whether it stands in a loop. */
  readonly repeated: boolean
  /** Set where the body takes the table that it changes to hold one row: it reads a row without saying which. */
  readonly isOfOneRow?: true
}

/**
 * `absence`: it runs unless what it makes is there (IF NOT EXISTS, WHEN duplicate_object); `presence`: only where what it needs
 * is there (IF EXISTS, WHEN undefined_table).
 */
export type Guard = 'absence' | 'presence'

/** A text that was put together from places of an outer text, in order. */
export interface Excerpt {
  readonly text: string
  readonly pieces: readonly Piece[]
}

/** From `at` to the next piece the excerpt is what stands from `start` to `end` outside: as it is where the lengths agree. */
export interface Piece {
  readonly at: number
  readonly start: number
  readonly end: number
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
  readonly addValue?: { readonly label: string; readonly ifNotExists: boolean; readonly span: Span }
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
    | 'VALIDATE CONSTRAINT'
    | 'OTHER'
  readonly constraint?: ConstraintDefinition
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
  readonly keywords: Span
}

/**
 * Every other command, known by its tag. `relation` is the one it names, where it names one: the table of CREATE
 * POLICY, of CREATE RULE, of CREATE STATISTICS; the relations of GRANT are in `relations`.
 */
export interface OtherCommand {
  readonly tag: OtherTag
  /** What it makes or changes, where that is no relation: the statistics, the publication. */
  readonly name?: { readonly schema?: string; readonly name: string }
  readonly relations: readonly (Name & { readonly only?: boolean })[]
  /** Tables that the expressions of CREATE POLICY and the actions of CREATE RULE read. */
  readonly reads?: readonly Name[]
  /** Tables that the actions of CREATE RULE write. */
  readonly writes?: readonly Name[]
  /** WITH (...) options by lower-case name, values as written: `connect` of CREATE SUBSCRIPTION, `hold` of DECLARE CURSOR. */
  readonly options?: Readonly<Record<string, string>>
  /** ALTER FUNCTION, PROCEDURE and ROUTINE: what becomes of which. */
  readonly routine?: AlteredRoutine
  /** REASSIGN OWNED and DROP OWNED: whose things. */
  readonly roles?: readonly string[]
  /** DROP OWNED ... CASCADE. */
  readonly cascade?: true
  /** ALTER PUBLICATION: what becomes of the tables it names. */
  readonly action?: 'ADD' | 'DROP' | 'SET'
  /** ALTER TRIGGER, POLICY, RULE, SCHEMA ... RENAME TO. */
  readonly rename?: { readonly from: string; readonly to: string }
  /** What CALL calls. */
  readonly calls?: readonly Call[]
  /** What EXPLAIN, PREPARE or DECLARE CURSOR has PostgreSQL plan. */
  readonly explained?: Command
  /** EXPLAIN ANALYZE. */
  readonly analyze?: boolean
  /** ALTER ROLE, ALTER DATABASE and ALTER SYSTEM ... SET. */
  readonly sets?: SessionDefault
  readonly grant?: Grant
  readonly policy?: Policy
  /** What the expressions and actions of a policy or a rule name; `columns` without their table. */
  readonly uses?: Uses & { readonly columns: readonly string[] }
  /** What sets off a rule. */
  readonly event?: RuleEvent
  /** DO INSTEAD without a condition: what sets off the rule does nothing itself. */
  readonly instead?: true
  /** CREATE ROLE ... SUPERUSER. */
  readonly isSuperuser?: boolean
  readonly keywords: Span
}

export interface AlteredRoutine {
  readonly schema?: string
  readonly name: string
  /** As in `Parameters`; absent where no arguments are written. */
  readonly signature?: string
  readonly renameTo?: string
  readonly setSchema?: string
  readonly volatility?: CreateRoutine['volatility']
}

export type RuleEvent = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'

/** What GRANT gives. */
export interface Grant {
  /** In upper case; empty for ALL. */
  readonly privileges: readonly string[]
  /** `TABLE`, `SCHEMA`, `FUNCTION`, `SEQUENCE`, ... */
  readonly on: string
  /** `public` for PUBLIC. */
  readonly to: readonly string[]
  /** WITH GRANT OPTION. */
  readonly isGrantable: boolean
}

/** What a policy lets through. */
export interface Policy {
  readonly command: string
  readonly isPermissive: boolean
  /** `public` for PUBLIC, or where no role is named. */
  readonly to: readonly string[]
  /** Whether USING and WITH CHECK, as far as they are there, are the constant true. */
  readonly isAlwaysTrue: boolean
}

/** A parameter that sessions are to start with. */
export interface SessionDefault {
  /** Lower case; `all` for RESET ALL. */
  readonly parameter: string
  /** As in SET; absent for RESET and TO DEFAULT. */
  readonly value?: string
  /** ALTER ROLE: a name, or the words `CURRENT_USER`, `SESSION_USER`, `CURRENT_ROLE` and `ALL`. */
  readonly role?: string
  /** ALTER DATABASE, and ALTER ROLE ... IN DATABASE. */
  readonly database?: string
}

export type OtherTag =
  | 'CREATE POLICY'
  | 'ALTER POLICY'
  | 'CREATE RULE'
  | 'CREATE STATISTICS'
  | 'ALTER STATISTICS'
  | 'GRANT'
  | 'REVOKE'
  | 'GRANT ROLE'
  | 'REVOKE ROLE'
  | 'ALTER DEFAULT PRIVILEGES'
  | 'CREATE EXTENSION'
  | 'ALTER EXTENSION'
  | 'CREATE PUBLICATION'
  | 'ALTER PUBLICATION'
  | 'CREATE SUBSCRIPTION'
  | 'ALTER SUBSCRIPTION'
  | 'DROP SUBSCRIPTION'
  | 'CREATE DATABASE'
  | 'ALTER DATABASE'
  | 'DROP DATABASE'
  | 'CREATE TABLESPACE'
  | 'ALTER TABLESPACE'
  | 'DROP TABLESPACE'
  | 'CREATE ROLE'
  | 'ALTER ROLE'
  | 'DROP ROLE'
  | 'CREATE AGGREGATE'
  | 'CREATE OPERATOR'
  | 'CREATE OPERATOR CLASS'
  | 'CREATE OPERATOR FAMILY'
  | 'CREATE COLLATION'
  | 'CREATE CAST'
  | 'CREATE EVENT TRIGGER'
  | 'ALTER EVENT TRIGGER'
  | 'CREATE SERVER'
  | 'CREATE FOREIGN DATA WRAPPER'
  | 'CREATE USER MAPPING'
  | 'CREATE LANGUAGE'
  | 'CREATE ACCESS METHOD'
  | 'CREATE TRANSFORM'
  | 'CREATE CONVERSION'
  | 'CREATE TEXT SEARCH CONFIGURATION'
  | 'CREATE TEXT SEARCH DICTIONARY'
  | 'CREATE TEXT SEARCH PARSER'
  | 'CREATE TEXT SEARCH TEMPLATE'
  | 'DROP USER MAPPING'
  | 'SHOW'
  | 'ALTER TABLE ALL'
  | 'ALTER INDEX ALL'
  | 'ALTER MATERIALIZED VIEW ALL'
  | 'ALTER FUNCTION'
  | 'ALTER PROCEDURE'
  | 'ALTER SCHEMA'
  | 'ALTER TRIGGER'
  | 'ALTER RULE'
  | 'ALTER SYSTEM'
  | 'ALTER COLLATION'
  | 'ALTER CONVERSION'
  | 'ALTER LANGUAGE'
  | 'ALTER LARGE OBJECT'
  | 'ALTER OPERATOR'
  | 'ALTER OPERATOR CLASS'
  | 'ALTER OPERATOR FAMILY'
  | 'ALTER AGGREGATE'
  | 'ALTER ROUTINE'
  | 'ALTER SERVER'
  | 'ALTER FOREIGN DATA WRAPPER'
  | 'ALTER USER MAPPING'
  | 'ALTER TEXT SEARCH CONFIGURATION'
  | 'ALTER TEXT SEARCH DICTIONARY'
  | 'ALTER TEXT SEARCH PARSER'
  | 'ALTER TEXT SEARCH TEMPLATE'
  | 'REASSIGN OWNED'
  | 'DROP OWNED'
  | 'IMPORT FOREIGN SCHEMA'
  | 'SECURITY LABEL'
  | 'SET CONSTRAINTS'
  | 'EXPLAIN'
  | 'CALL'
  | 'EXECUTE'
  | 'PREPARE'
  | 'DEALLOCATE'
  | 'DECLARE CURSOR'
  | 'FETCH'
  | 'CLOSE CURSOR'
  | 'LISTEN'
  | 'NOTIFY'
  | 'UNLISTEN'
  | 'DISCARD'
  | 'CHECKPOINT'
  | 'LOAD'
  | 'OTHER'
