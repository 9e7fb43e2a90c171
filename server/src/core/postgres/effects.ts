import type { AlterRelation, Command } from '../sql/commands'
import { type Catalog, emptyCatalog, type RelationKey, type RelationKind } from './catalog'
import { alterEffects, alterSubcommandEffects } from './effects/alter'
import { runInside } from './effects/blocks'
import { commandEffects } from './effects/commands'
import type { Circumstances } from './effects/context'
import { Gathering, withUnseenPartitions } from './effects/gathering'
import { type Failure, failureOf } from './failures'
import { newerNames } from './failures/newer'
import type { LockMode } from './locks'

export interface RelationLock {
  readonly relation: RelationKey
  readonly kind: RelationKind
  readonly mode: LockMode
  /** A stronger mode that it takes before that, in a transaction of its own, for a moment. */
  readonly atFirst?: LockMode
}

/**
 * What a command does to the relations that existed before it. Each list holds relation keys, sorted as found, without
 * repeats; indexes and sequences appear in `locks` only when locked more strongly than ACCESS SHARE.
 */
export interface Effects {
  readonly locks: readonly RelationLock[]
  /** New storage is written for these. */
  readonly rewrites: readonly RelationKey[]
  /** Every row of these is read: to verify a constraint, to build an index, to rewrite, by a query without a filter. */
  readonly scans: readonly RelationKey[]
  /** Indexes built over rows, by name without schema: new ones and rebuilt ones. */
  readonly builds: readonly string[]
  readonly drops: readonly RelationKey[]
  /** Fails inside a transaction block. */
  readonly refusesTransactionBlock: boolean
  /** Fails outside a transaction block: what it does would be over at once (LOCK TABLE, SAVEPOINT, DECLARE CURSOR). */
  readonly needsTransactionBlock: boolean
  /** Commits or rolls back on the way: locks taken before that are released there. */
  readonly endsTransactions?: boolean
  /**
   * Waits for older transactions: DROP INDEX and DETACH PARTITION CONCURRENTLY for those that use the table, CREATE INDEX
   * and REINDEX CONCURRENTLY for every old snapshot in the database too (proven in test/postgres/watch.ts).
   */
  readonly waitsForTransactions: boolean
  /** The functions of triggers that run on the way, in order, those that triggers of their own statements run included. */
  readonly fires?: readonly Firing[]
  /** Why PostgreSQL refuses the statement: then it does nothing, and its locks are gone with its transaction. */
  readonly fails?: Failure
  /** What the model could not decide, as whole sentences; it then took the cautious side. */
  readonly unknown: readonly string[]
}

/** A function that triggers run; its effects are also those of the statement. */
export interface Firing {
  readonly triggers: Set<string>
  /** Without schema. */
  readonly routine: string
  readonly effects: Effects
}

export interface EffectsSettings {
  /** The major version. */
  readonly postgres: number
  /** Whether the statement is known to run, so that it cannot fail whatever the catalog says. */
  readonly runs?: boolean
  /** The path of the statement's migration: partitioned tables of earlier ones are in use. */
  readonly migration?: string
}

/**
 * Returns what a command does on the given major version to the relations of `catalog`. Locks are those still held
 * when it ends (explicit-locking.html); a relation that nobody knows counts as an existing, large table. Proven in
 * test/postgres/effects.
 */
export function effectsOf(
  command: Command,
  catalog: Catalog,
  settings: EffectsSettings,
  parameters: ReadonlyMap<string, string> = new Map(),
): Effects {
  const fails = settings.runs ? undefined : failureOf(command, catalog, settings)
  if (fails) return refused(fails)
  return effectsUnder(command, {
    catalog: withUnseenPartitions(catalog, command, settings.migration),
    postgres: settings.postgres,
    parameters,
  })
}

/** Returns the effects of a statement that PostgreSQL refuses: none. */
export const refused = (fails: Failure): Effects => ({ ...new Gathering(emptyCatalog(false)).effects, fails })

function effectsUnder(command: Command, circumstances: Circumstances): Effects {
  const gathering = new Gathering(circumstances.catalog)
  if ('subcommands' in command) alterEffects(gathering, command, circumstances)
  else if (command.tag !== 'DO') commandEffects(gathering, command, circumstances)
  for (const sentence of newerNames(command, circumstances.catalog, circumstances.postgres))
    gathering.doesNotKnow(sentence)
  runInside(gathering, command, circumstances, effectsUnder)
  return gathering.effects
}

/**
 * Returns what each subcommand of ALTER TABLE and its like does on its own, aligned with `command.subcommands`; each
 * knows what the earlier ones changed. A scan or rewrite that several need is in the effects of each of them.
 */
export function subcommandEffects(
  command: AlterRelation,
  catalog: Catalog,
  settings: { readonly postgres: number; readonly migration?: string },
  parameters: ReadonlyMap<string, string> = new Map(),
): readonly Effects[] {
  return alterSubcommandEffects(command, {
    catalog: withUnseenPartitions(catalog, command, settings.migration),
    postgres: settings.postgres,
    parameters,
  })
}
