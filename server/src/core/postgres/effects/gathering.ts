import type { Command } from '../../sql/commands'
import {
  asTable,
  type Catalog,
  indexesOf,
  inheritorsOf,
  keyOfRelation,
  partitionsOf,
  type RelationKey,
  type RelationKind,
  relationNamed,
  type Trigger,
  tableAt,
} from '../catalog'
import { withTable } from '../edit'
import type { Effects, Firing, RelationLock } from '../effects'
import { type LockMode, lockModes, stronger } from '../locks'

/** A trigger and its function. */
export interface Fired {
  readonly trigger: string
  readonly routine: { readonly schema?: string; readonly name: string }
}

/** Collects the effects of one statement. Relations the statement itself makes are never locked here. */
export class Gathering {
  readonly #locks = new Map<RelationKey, RelationLock>()
  readonly #rewrites = new Set<RelationKey>()
  readonly #scans = new Set<RelationKey>()
  readonly #builds = new Set<string>()
  readonly #drops = new Set<RelationKey>()
  readonly #unknown = new Set<string>()
  /** The triggers that what is written fires. */
  readonly fired = new Set<Fired>()
  /** The functions that they run, as far as they are known. */
  readonly firings: Firing[] = []
  refusesTransactionBlock = false
  endsTransactions = false
  needsTransactionBlock = false
  waitsForTransactions = false

  /** `before` is the catalog that the statement finds. */
  constructor(readonly before: Catalog) {}

  /** Whether there is such a relation as far as we know: one that we do not know may be older than the history. */
  mayExist(key: RelationKey): boolean {
    return this.before.relations.has(key) || !this.before.complete
  }

  lock(key: RelationKey, mode: LockMode, guess: RelationKind = 'table') {
    const kind = this.before.relations.get(key)?.kind ?? guess
    const isQuiet = kind === 'index' || kind === 'partitioned index' || kind === 'sequence'
    if (isQuiet && mode === 'ACCESS SHARE') return
    const held = this.#locks.get(key)
    this.#locks.set(key, { ...held, relation: key, kind, mode: held ? stronger(held.mode, mode) : mode })
  }

  /** A lock that is given back before the long work begins. */
  lockAtFirst(key: RelationKey, mode: LockMode) {
    this.lock(key, lockModes[0])
    const held = this.#locks.get(key)
    if (held) this.#locks.set(key, { ...held, atFirst: mode })
  }

  lockAll(keys: Iterable<RelationKey>, mode: LockMode) {
    for (const key of keys) this.lock(key, mode)
  }

  /** Locks a relation only if it was there before the statement. */
  lockKnown(key: RelationKey, mode: LockMode) {
    if (this.before.relations.has(key)) this.lock(key, mode)
  }

  lockIndexes(table: RelationKey, mode: LockMode) {
    for (const index of indexesOf(this.before, table)) this.lock(keyOfRelation(index), mode)
  }

  /** New storage, read from the old, with new indexes under the old names. */
  rewrite(key: RelationKey) {
    this.#rewrites.add(key)
    this.scan(key)
    this.lockIndexes(key, 'ACCESS EXCLUSIVE')
    for (const index of indexesOf(this.before, key)) this.build(index.name)
  }

  /** New storage with new rows, and its indexes over them. */
  replace(key: RelationKey) {
    this.rewrite(key)
    if (indexesOf(this.before, key).length === 0 && this.before.relations.has(key)) this.#scans.delete(key)
  }

  /** A new file with the same bytes: SET TABLESPACE. */
  move(key: RelationKey) {
    this.#rewrites.add(key)
    this.scan(key)
  }

  scan(key: RelationKey) {
    this.#scans.add(key)
  }

  build(name: string) {
    this.#builds.add(name)
  }

  drop(key: RelationKey) {
    this.#drops.add(key)
  }

  /** The triggers of a table that a write fires, but those that are off; a rule may do anything instead. */
  fire(key: RelationKey, fires: (trigger: Trigger) => boolean) {
    for (const trigger of asTable(this.before.relations.get(key))?.triggers ?? [])
      if (!trigger.isOff && fires(trigger))
        this.fired.add({ trigger: trigger.name, routine: { schema: trigger.schema, name: trigger.function } })
  }

  doesNotKnow(sentence: string) {
    this.#unknown.add(sentence)
  }

  get effects(): Effects {
    return {
      locks: [...this.#locks.values()],
      rewrites: [...this.#rewrites],
      scans: [...this.#scans],
      builds: [...this.#builds],
      drops: [...this.#drops],
      refusesTransactionBlock: this.refusesTransactionBlock,
      needsTransactionBlock: this.needsTransactionBlock,
      waitsForTransactions: this.waitsForTransactions,
      ...(this.endsTransactions && { endsTransactions: true }),
      ...(this.firings.length > 0 && { fires: this.firings }),
      unknown: [...this.#unknown],
    }
  }
}

/** Returns a table and all that inherit from it; the table alone with `only`. */
export const familyOf = (catalog: Catalog, key: RelationKey, only = false): RelationKey[] => [
  key,
  ...(only ? [] : inheritorsOf(catalog, key, { recursive: true }).map(keyOfRelation)),
]

/** Returns a table and its heirs, but not the heirs of one that `goesOn` denies: there the recursion ends. */
export function familyWhere(
  catalog: Catalog,
  key: RelationKey,
  goesOn: (member: RelationKey) => boolean,
  only = false,
): RelationKey[] {
  const family = new Set([key])
  for (const member of only ? [] : family)
    if (goesOn(member)) for (const heir of inheritorsOf(catalog, member)) family.add(keyOfRelation(heir))
  return [...family]
}

/** Returns a partitioned table and all its partitions; any other relation alone. */
export const partitionTreeOf = (catalog: Catalog, key: RelationKey): RelationKey[] => [
  key,
  ...partitionsOf(catalog, key, { recursive: true }).map(keyOfRelation),
]

/** Returns those of `keys` that hold rows themselves; unknown ones are taken to, and those with partitions that nobody has seen. */
export const storedOf = (catalog: Catalog, keys: readonly RelationKey[]): RelationKey[] =>
  keys.filter(key => {
    const relation = catalog.relations.get(key)
    const kind = relation?.kind ?? 'table'
    return kind === 'table' || kind === 'materialized view' || asTable(relation)?.hasUnseenPartitions === true
  })

/**
 * Returns the catalog in which the partitioned table that a command builds on or alters has partitions, where another migration
 * than `migration` made it and none of them is known: functions, jobs and extensions make them where the history does not look.
 */
export function withUnseenPartitions(catalog: Catalog, command: Command, migration: string | undefined): Catalog {
  const name =
    command.tag === 'CREATE INDEX' ? command.table : command.tag === 'ALTER TABLE' ? command.relation : undefined
  if (!name || migration === undefined || ('only' in command && command.only)) return catalog
  const table = asTable(relationNamed(catalog, name))
  const isOlder = table?.born?.migration !== migration
  if (table?.kind !== 'partitioned table' || !isOlder) return catalog
  const key = keyOfRelation(table)
  if (partitionsOf(catalog, key).length > 0) return catalog
  return withTable(catalog, key, known => ({ ...known, hasUnseenPartitions: true }))
}

/**
 * Returns the relations a query locks and reads when it names `keys`: views stand for what they read, and tables for
 * their heirs too unless ONLY says otherwise.
 */
export function readBy(catalog: Catalog, keys: readonly RelationKey[], only = false): RelationKey[] {
  const found = new Set(keys)
  for (const key of found) {
    const table = asTable(catalog.relations.get(key))
    if (table?.kind === 'view') for (const read of table.reads) found.add(read)
    else if (!only) for (const child of inheritorsOf(catalog, key)) found.add(keyOfRelation(child))
  }
  return [...found]
}

/** Returns whether a name belongs to PostgreSQL itself, whose tables take no part in migrations. */
export const isSystem = (key: RelationKey): boolean =>
  /^(?:pg_catalog|information_schema)\.|^[^.]*\.pg_(?!temp)/.test(key)

/** Returns the partitioned tables that a partition is part of. */
export function parentsOf(catalog: Catalog, key: RelationKey): RelationKey[] {
  const parent = tableAt(catalog, key)?.partitionOf
  return parent === undefined ? [] : [parent, ...parentsOf(catalog, parent)]
}
