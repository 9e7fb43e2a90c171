import {
  type Catalog,
  foreignKeysTo,
  hasReference,
  inheritorsOf,
  isIndex,
  keyOf,
  keyOfRelation,
  partitionsOf,
  type RelationKey,
  tableAt,
} from '../../server/src/core/postgres/catalog'
import type { Command } from '../../server/src/core/sql/commands'
import type { Name } from '../../server/src/core/sql/parts'

/** What the relations that a command touches are to it, in words: "the table", "its partitions", "the referenced table". */
export class Roles {
  readonly #targets: readonly RelationKey[]
  readonly #reads: readonly RelationKey[]

  constructor(
    readonly command: Command,
    readonly before: Catalog,
    readonly after: Catalog,
  ) {
    this.#targets = namedBy(command).map(name =>
      keyOf(this.after.relations.has(keyOf(after, name)) ? after : before, name),
    )
    this.#reads = 'reads' in command ? (command.reads ?? []).map(name => keyOf(before, name)) : []
  }

  of(key: RelationKey): string {
    const kind = this.before.relations.get(key)?.kind
    if (this.#targets.includes(key)) return `the ${kind ?? 'table'}`
    if (this.#isAttached(key)) return 'the partition'
    if (kind === 'composite type') return 'the type'
    if (this.#isReadBySelect(key)) return 'the table'
    if (this.#reads.includes(key)) return 'what it reads'
    if (isIndex(this.before.relations.get(key))) return 'its indexes'
    if (kind === 'sequence') return 'its sequence'
    return this.#relatedToIndex(key) ?? this.#relatedToTable(key) ?? this.#relatedToType() ?? `\`${key}\``
  }

  #isAttached(key: RelationKey): boolean {
    if (!('subcommands' in this.command)) return false
    return this.command.subcommands.some(
      subcommand => 'partition' in subcommand && keyOf(this.before, subcommand.partition) === key,
    )
  }

  #isReadBySelect(key: RelationKey): boolean {
    return (this.command.tag === 'SELECT' || this.command.tag === 'COPY') && this.#reads.includes(key)
  }

  #relatedToIndex(key: RelationKey): string | undefined {
    for (const target of this.#targets) {
      const index = this.before.relations.get(target)
      if (!isIndex(index)) continue
      if (index.table === key) return 'its table'
      if (isAmong(key, partitionsOf(this.before, index.table))) return 'the partitions'
    }
    return undefined
  }

  #relatedToTable(key: RelationKey): string | undefined {
    for (const catalog of [this.before, this.after])
      for (const target of this.#targets) {
        const related = relation(key, target, catalog)
        if (related !== undefined) return related
      }
    return undefined
  }

  #relatedToType(): string | undefined {
    const isAboutType = /TYPE|DOMAIN/.test(this.command.tag)
    return isAboutType ? 'the tables that use it' : undefined
  }
}

function relation(key: RelationKey, target: RelationKey, catalog: Catalog): string | undefined {
  const table = tableAt(catalog, target)
  const own = tableAt(catalog, key)
  if (table?.partitionOf === key) return 'the partitioned table'
  if (isAmong(key, partitionsOf(catalog, table?.partitionOf ?? ''))) return 'the default partition'
  if (isAmong(key, partitionsOf(catalog, target, { recursive: true })))
    return own?.isDefaultPartition ? 'the default partition' : 'its partitions'
  if (isAmong(target, inheritorsOf(catalog, key))) return 'its parent'
  if (isAmong(key, inheritorsOf(catalog, target, { recursive: true }))) return 'its children'
  const referencing = foreignKeysTo(catalog, target).map(each => each.table)
  if (isAmong(key, referencing)) return 'the tables that reference it'
  if (
    referencing.some(each =>
      isAmong(
        key,
        foreignKeysTo(catalog, keyOfRelation(each)).map(other => other.table),
      ),
    )
  )
    return 'those that reference these'
  const references = (table?.constraints ?? []).flatMap(each => (hasReference(each) ? each.references.table : []))
  if (references.includes(key)) return 'the referenced table'
  if (readBelow(catalog, target).has(key)) return 'what it reads'
  return readBelow(catalog, key).has(target) ? 'the views that read it' : undefined
}

/** What a view reads, and what the views among that read. */
function readBelow(catalog: Catalog, view: RelationKey): Set<RelationKey> {
  const found = new Set(tableAt(catalog, view)?.reads)
  for (const key of found) for (const read of tableAt(catalog, key)?.reads ?? []) found.add(read)
  return found
}

const isAmong = (key: RelationKey, list: readonly { schema: string; name: string }[]): boolean =>
  list.some(each => keyOfRelation(each) === key)

/** The relations that a command names as what it is about. */
function namedBy(command: Command): Name[] {
  const named: (Name | undefined)[] = []
  if ('relation' in command) named.push(command.relation)
  if ('table' in command) named.push(command.table)
  if ('tables' in command) named.push(...command.tables)
  if ('relations' in command) named.push(...command.relations)
  if ('view' in command) named.push(command.view)
  if ('names' in command) named.push(...command.names)
  if ('on' in command && typeof command.on === 'object') named.push(command.on)
  if (command.tag === 'REINDEX') named.push(command.name)
  if (command.tag === 'CREATE SEQUENCE') named.push(command.ownedBy?.table)
  if (command.tag === 'CREATE TABLE') named.push(...command.like.map(({ table }) => table))
  return named.flatMap(name => name ?? [])
}
