import type { Span } from '../text'
import type { Call, Expression, Identifier, Name, Write } from './parts'

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
    /** Whether the target has a WHERE: without one no partial index fits (sql-insert.html#SQL-ON-CONFLICT). */
    readonly hasPredicate?: true
    /** The column that DO UPDATE gives a value twice, where one is. */
    readonly repeated?: Identifier
    readonly span: Span
  }
  /** The column that stands twice among `columns`, where one does. */
  readonly repeated?: Identifier
  /** OVERRIDING SYSTEM VALUE or USER VALUE. */
  readonly overriding?: true
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
