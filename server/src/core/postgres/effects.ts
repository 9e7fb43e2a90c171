import type { RelationKey, RelationKind } from './catalog'
import type { LockMode } from './locks'

export interface RelationLock {
  readonly relation: RelationKey
  readonly kind: RelationKind
  readonly mode: LockMode
}

/**
 * What a command does to the relations that existed before it. Each list holds relation keys, sorted as found, without
 * repeats; indexes and sequences appear in `locks` only when locked more strongly than ACCESS SHARE.
 */
export interface Effects {
  readonly locks: readonly RelationLock[]
  /** New storage is written for these. */
  readonly rewrites: readonly RelationKey[]
  /** Every row of these is read to verify a constraint or to build an index. */
  readonly scans: readonly RelationKey[]
  /** Indexes built over rows, by name without schema: new ones and rebuilt ones. */
  readonly builds: readonly string[]
  readonly drops: readonly RelationKey[]
  /** Fails inside a transaction block. */
  readonly refusesTransactionBlock: boolean
  /** Waits for every older transaction or snapshot in the database (CONCURRENTLY). */
  readonly waitsForTransactions: boolean
  /** What the model could not decide, as whole sentences; it then took the cautious side. */
  readonly unknown: readonly string[]
}
