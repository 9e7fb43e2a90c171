import type { Span } from '../text'
import type {
  ColumnDefinition,
  ConstraintDefinition,
  Expression,
  Having,
  Identifier,
  Name,
  PartitionBound,
  TypeName,
} from './parts'

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
