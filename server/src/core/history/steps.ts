import type { Catalog, Relation } from '../postgres/catalog'
import type { Effects, RelationLock } from '../postgres/effects'
import type { Command, Name } from '../sql/commands'
import type { Statement } from '../sql/statements'
import type { Direction, Migration, Section, TransactionMode } from './migration'

/** One statement of a migration with all that is known when it runs. */
export interface Step {
  readonly migration: Migration
  readonly section: Section
  readonly direction: Direction
  readonly statement: Statement
  readonly command?: Command
  readonly before: Catalog
  readonly after: Catalog
  /** Absent where the statement could not be read. */
  readonly effects?: Effects
  readonly transaction: Transaction
}

/** The transaction that a statement runs in. */
export interface Transaction {
  /** `block`: between BEGIN and COMMIT in the file; the others as the section says. */
  readonly kind: 'block' | TransactionMode
  /** Counts the transactions of the migration: equal numbers commit together. */
  readonly number: number
  /** Locks that earlier statements of this transaction still hold, strongest mode per relation. */
  readonly held: readonly RelationLock[]
  /** Session parameters in force that matter here: lower-case name to value as written. */
  readonly parameters: ReadonlyMap<string, string>
  /** Returns whether this transaction made the relation: nobody else can see or lock it yet. */
  readonly created: (name: Name) => boolean
}

/** Returns the relation that a name means at this step, or undefined where the history does not know it. */
export type Resolve = (name: Name) => Relation | undefined
