import type { Span } from '../text'

/** The members of a union whose field `F` can be `V`. */
export type Having<U, F extends keyof U, V> = U extends unknown ? (Extract<U[F], V> extends never ? never : U) : never

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
  /** UPDATE or DELETE of every row: it has neither WHERE nor another table to join. */
  readonly isWhole?: true
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
  /** The constrained columns; for an inline constraint its column; for every CHECK the columns of the expression. */
  readonly columns: readonly string[]
  readonly include: readonly string[]
  readonly expression?: Expression
  /** Of a domain: set where it is certainly false of null. */
  readonly refusesNull?: true
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
  readonly initiallyDeferred?: boolean
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
  /** GENERATED ALWAYS AS IDENTITY. */
  readonly identityAlways?: true
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
