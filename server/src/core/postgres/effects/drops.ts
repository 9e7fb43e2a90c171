import type { Drop } from '../../sql/commands'
import type { Truncate } from '../../sql/row-commands'
import { cascadeOf, type Thing, thingsIn } from '../cascades'
import {
  asTable,
  type Catalog,
  type Constraint,
  constraintNamed,
  foreignKeysToTree,
  hasReference,
  isIndex,
  keyIn,
  keyOf,
  keyOfRelation,
  membershipKey,
  partitionsOf,
  type RelationKey,
  type RelationKind,
  sequencesOwnedBy,
  tableAt,
} from '../catalog'
import { droppedWith } from '../dependents'
import { overloadsMeant } from '../routines'
import { tablesOfServers } from '../searches'
import type { Circumstances } from './context'
import { lockTriggered } from './foreign-keys'
import { familyOf, type Gathering, parentsOf, partitionTreeOf, storedOf } from './gathering'

/** DROP of relations: they, all that goes with them, and the other side of their foreign keys. */
export function dropRelations(gathering: Gathering, command: Drop, circumstances: Circumstances) {
  const { catalog } = circumstances
  const keys = command.names.map(name => keyOf(catalog, name))
  const there = keys.filter(key => command.ifExists === undefined || gathering.mayExist(key))
  dropAll(gathering, circumstances, there, command.cascade !== undefined, kindOf(command.tag))
}

const kindOf = (tag: Drop['tag']): RelationKind =>
  (({
    'DROP VIEW': 'view',
    'DROP MATERIALIZED VIEW': 'materialized view',
    'DROP FOREIGN TABLE': 'foreign table',
    'DROP SEQUENCE': 'sequence',
  })[tag as string] as RelationKind | undefined) ?? 'table'

/** Without a partition its parent routes rows anew: it and its default partition are locked (ddl-partitioning.html). */
function lockParent(gathering: Gathering, catalog: Catalog, parent: RelationKey, dropped: RelationKey) {
  gathering.lock(parent, 'ACCESS EXCLUSIVE')
  const rest = partitionsOf(catalog, parent).find(partition => partition.isDefaultPartition)
  if (rest && keyOfRelation(rest) !== dropped) gathering.lock(keyOfRelation(rest), 'ACCESS EXCLUSIVE')
}

/** What is dropped is locked against all use, and so are the tables that something is dropped of. */
export function dropAll(
  gathering: Gathering,
  { catalog, postgres }: Pick<Circumstances, 'catalog' | 'postgres'>,
  keys: readonly RelationKey[],
  cascade: boolean,
  guess: RelationKind,
) {
  if (cascade) return dropCascading(gathering, { catalog, postgres }, keys.map(relationThing), guess)
  for (const key of droppedWith(catalog, keys, false).relations)
    dropRelation(gathering, { catalog, postgres }, key, guess)
}

const relationThing = (key: RelationKey): Thing => ({ kind: 'relation', key })

function dropRelation(
  gathering: Gathering,
  { catalog, postgres }: Pick<Circumstances, 'catalog' | 'postgres'>,
  key: RelationKey,
  guess: RelationKind,
) {
  gathering.lock(key, 'ACCESS EXCLUSIVE', guess)
  gathering.drop(key)
  const table = asTable(catalog.relations.get(key))
  if (table?.partitionOf !== undefined) lockParent(gathering, catalog, table.partitionOf, key)
  for (const constraint of table?.constraints ?? [])
    if (hasReference(constraint) && !isInherited(catalog, key, constraint))
      lockTriggered(gathering, catalog, constraint.references.table, postgres)
}

function dropCascading(
  gathering: Gathering,
  circumstances: Pick<Circumstances, 'catalog' | 'postgres'>,
  roots: readonly Thing[],
  guess: RelationKind = 'table',
) {
  const { catalog, postgres } = circumstances
  const all = cascadeOf(catalog, roots)
  const gone = new Set(all.flatMap(({ thing }) => (thing.kind === 'relation' ? thing.key : [])))
  for (const { thing, isSure } of all) {
    if (!isSure) gathering.doesNotKnow(doubtOf(thing))
    if (thing.kind === 'relation') dropRelation(gathering, circumstances, thing.key, guess)
    if (thing.kind === 'relation') lockOwners(gathering, catalog, thing.key)
    if (!('table' in thing)) continue
    gathering.lockAll(
      thing.kind === 'constraint' ? partitionTreeOf(catalog, thing.table) : [thing.table],
      'ACCESS EXCLUSIVE',
    )
    const constraint = thing.kind === 'constraint' && constraintNamed(tableAt(catalog, thing.table), thing.name)
    if (!constraint || !hasReference(constraint) || gone.has(constraint.references.table)) continue
    lockTriggered(gathering, catalog, constraint.references.table, postgres)
  }
  if ([...gone].some(key => !catalog.relations.has(key)))
    gathering.doesNotKnow('What depends on a relation that the history does not know is dropped and locked with it.')
}

/** An index is dropped under a lock of its table; a sequence has one of its owner's column looked at. */
function lockOwners(gathering: Gathering, catalog: Catalog, key: RelationKey) {
  const dropped = catalog.relations.get(key)
  if (isIndex(dropped)) gathering.lock(dropped.table, 'ACCESS EXCLUSIVE')
  if (dropped?.kind === 'sequence' && dropped.ownedBy) gathering.lock(dropped.ownedBy.table, 'ACCESS EXCLUSIVE')
}

const doubtOf = (thing: Thing): string =>
  'table' in thing
    ? `Whether ${thing.kind} "${thing.name}" of "${thing.table}" goes with it is not known.`
    : `Whether ${thing.kind} "${thing.key}" goes with it is not known.`

/** The foreign key of a partition that is its parent's has nothing of its own on the other table. */
const isInherited = (catalog: Catalog, key: RelationKey, constraint: Constraint): boolean =>
  tableAt(catalog, tableAt(catalog, key)?.partitionOf ?? '')?.constraints.some(
    other =>
      other.references?.table === constraint.references?.table && other.columns.join() === constraint.columns.join(),
  ) ?? false

/** DROP of what is no relation itself but may take relations, columns or triggers with it. */
export function dropObjects(gathering: Gathering, command: Drop, circumstances: Circumstances) {
  const { catalog } = circumstances
  const cascade = command.cascade !== undefined
  switch (command.tag) {
    case 'DROP SCHEMA':
      if (cascade) dropCascading(gathering, circumstances, thingsIn(catalog, command.names))
      return
    case 'DROP TYPE':
    case 'DROP DOMAIN':
      return dropTypes(gathering, circumstances, command)
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
    case 'DROP ROUTINE':
      return cascade ? dropRoutines(gathering, circumstances, command) : undefined
    case 'DROP TRIGGER':
      if (command.on) {
        const table = keyOf(catalog, command.on)
        if (isMissingPart(catalog, table, command)) return
        gathering.lockAll(partitionTreeOf(catalog, table), 'ACCESS EXCLUSIVE')
      }
      return
    case 'DROP POLICY':
    case 'DROP RULE':
      if (command.on && !isMissingPart(catalog, keyOf(catalog, command.on), command))
        gathering.lock(keyOf(catalog, command.on), 'ACCESS EXCLUSIVE')
      return
    case 'DROP SERVER':
      if (!cascade) return
      dropAll(gathering, circumstances, tablesOfServers(catalog, command.names), true, 'foreign table')
      if (!catalog.complete)
        gathering.doesNotKnow('Foreign tables of the server that the history does not know go with it.')
      return
    case 'DROP EXTENSION':
      if (cascade) gathering.doesNotKnow('Columns and tables that use the extension are dropped and locked with it.')
      return
    case 'DROP STATISTICS':
      for (const name of command.names) {
        const tables = catalog.memberships.get(membershipKey(catalog, command.tag, name))
        gathering.lockAll(tables ?? [], 'SHARE UPDATE EXCLUSIVE')
        if (!tables && !catalog.complete)
          gathering.doesNotKnow(
            'The table of the statistics is not known: it is locked in SHARE UPDATE EXCLUSIVE mode.',
          )
      }
      return
    default:
      if (cascade) gathering.doesNotKnow('What depends on it is dropped and locked with it.')
  }
}

/** IF EXISTS lets the table go again where the trigger, policy or rule is not there. */
function isMissingPart(catalog: Catalog, table: RelationKey, command: Drop): boolean {
  if (!command.ifExists || !catalog.complete) return false
  const known = tableAt(catalog, table)
  const parts =
    command.tag === 'DROP TRIGGER' ? known?.triggers : command.tag === 'DROP POLICY' ? known?.policies : known?.rules
  return !parts?.some(part => command.names.some(name => name.name === part.name))
}

function dropTypes(gathering: Gathering, circumstances: Circumstances, command: Drop) {
  const { catalog } = circumstances
  const types = command.names.map(name => keyIn(catalog, catalog.types, name))
  if (command.cascade) {
    dropCascading(gathering, circumstances, types.map(typeThing))
    if (!catalog.complete)
      gathering.doesNotKnow('Columns of the type in tables that the history does not know go with it.')
    return
  }
  for (const type of types) {
    if (catalog.relations.get(type)?.kind !== 'composite type') continue
    gathering.lock(type, 'ACCESS EXCLUSIVE')
    gathering.drop(type)
  }
}

const typeThing = (key: string): Thing => ({ kind: 'type', key })

function dropRoutines(gathering: Gathering, circumstances: Circumstances, command: Drop) {
  const { catalog } = circumstances
  const routines = command.names.flatMap((name, n) =>
    overloadsMeant(catalog, name, command.signatures?.[n], command.tag).map(
      ({ key, overload }): Thing => ({ kind: 'routine', key, overload }),
    ),
  )
  dropCascading(gathering, circumstances, routines)
  if (!catalog.complete)
    gathering.doesNotKnow('Triggers that call the function go with it, and their tables are locked.')
}

/** TRUNCATE: the tables, their heirs, and with CASCADE all that reference them (sql-truncate.html). */
export function truncate(gathering: Gathering, command: Truncate, { catalog, postgres }: Circumstances) {
  const truncated = new Set<RelationKey>()
  for (const table of command.tables)
    for (const key of familyOf(catalog, keyOf(catalog, table), table.only)) truncated.add(key)
  if (command.cascade) {
    for (const key of truncated)
      for (const { table } of foreignKeysToTree(catalog, key))
        for (const member of familyOf(catalog, keyOfRelation(table))) truncated.add(member)
    if ([...truncated].some(key => !catalog.relations.has(key)) || !catalog.complete)
      gathering.doesNotKnow('Tables of unknown foreign keys to these are emptied too.')
  }
  for (const key of truncated) {
    gathering.lock(key, 'ACCESS EXCLUSIVE')
    gathering.fire(key, ({ events }) => events?.includes('TRUNCATE') ?? true)
    if (storedOf(catalog, [key]).length === 0) continue
    gathering.lockIndexes(key, 'ACCESS EXCLUSIVE')
    // Before 14 the parents of a partition are looked at for its bound (prove:effects).
    if (postgres < 14) gathering.lockAll(parentsOf(catalog, key), 'ACCESS SHARE')
  }
  if (!command.restartIdentity) return
  for (const key of truncated)
    for (const sequence of sequencesOwnedBy(catalog, key)) gathering.lock(keyOfRelation(sequence), 'ACCESS EXCLUSIVE')
}
