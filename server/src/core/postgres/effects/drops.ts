import type { Drop, Truncate } from '../../sql/commands'
import { columnsOfType, domainsOver, relationsIn, tablesOf, tablesOfServers } from '../apply/drop'
import {
  asTable,
  type Catalog,
  type Column,
  type Constraint,
  columnsOfIndex,
  foreignKeysTo,
  hasReference,
  indexesOf,
  keyIn,
  keyOf,
  keyOfRelation,
  membershipKey,
  partitionsOf,
  type RelationKey,
  type RelationKind,
  sequencesOwnedBy,
  tableAt,
  viewsReadingColumn,
} from '../catalog'
import { droppedWith } from '../dependents'
import type { Circumstances } from './context'
import { lockTriggered } from './foreign-keys'
import { familyOf, type Gathering, partitionTreeOf, sequencesIn, storedOf } from './gathering'

/** DROP of relations: they, all that goes with them, and the other side of their foreign keys. */
export function dropRelations(gathering: Gathering, command: Drop, circumstances: Circumstances) {
  const { catalog } = circumstances
  const keys = command.names.map(name => keyOf(catalog, name))
  const there = keys.filter(key => command.ifExists === undefined || gathering.mayExist(key))
  dropAll(gathering, circumstances, there, command.cascade !== undefined, kindOf(command.tag))
  for (const key of there) {
    const parent = tableAt(catalog, key)?.partitionOf
    if (parent !== undefined) lockParent(gathering, catalog, parent, key)
  }
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

function dropAll(
  gathering: Gathering,
  { catalog, postgres }: Circumstances,
  keys: readonly RelationKey[],
  cascade: boolean,
  guess: RelationKind,
) {
  const dropped = droppedWith(catalog, keys, cascade)
  for (const key of dropped.relations) {
    gathering.lock(key, 'ACCESS EXCLUSIVE', guess)
    gathering.drop(key)
    for (const constraint of asTable(catalog.relations.get(key))?.constraints ?? [])
      if (hasReference(constraint) && !isInherited(catalog, key, constraint))
        lockTriggered(gathering, catalog, constraint.references.table, postgres)
  }
  for (const key of cascade ? keys : []) {
    const sequence = catalog.relations.get(key)
    // The column's default calls nextval(): it is dropped too.
    if (sequence?.kind !== 'sequence') continue
    if (sequence.ownedBy) gathering.lock(sequence.ownedBy.table, 'ACCESS EXCLUSIVE')
    gathering.lockAll(tablesCounting(catalog, key), 'ACCESS EXCLUSIVE')
  }
  for (const { table } of dropped.foreignKeys)
    gathering.lockAll(partitionTreeOf(catalog, keyOfRelation(table)), 'ACCESS EXCLUSIVE')
  if (cascade && keys.some(key => !catalog.relations.has(key)))
    gathering.doesNotKnow('What depends on a relation that the history does not know is dropped and locked with it.')
}

/** Tables with a column whose default takes the next value of a sequence. */
function tablesCounting(catalog: Catalog, sequence: RelationKey): RelationKey[] {
  const counts = (column: Column) => sequencesIn(catalog, column.default).includes(sequence)
  return [...catalog.relations].flatMap(([key, relation]) => (asTable(relation)?.columns.some(counts) ? [key] : []))
}

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
      return dropAll(
        gathering,
        circumstances,
        relationsIn(
          catalog,
          command.names.map(name => name.name),
        ),
        cascade,
        'table',
      )
    case 'DROP TYPE':
    case 'DROP DOMAIN':
      for (const name of command.names) dropType(gathering, circumstances, keyIn(catalog, catalog.types, name), cascade)
      return
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
    case 'DROP ROUTINE':
      if (cascade) for (const name of command.names) dropTriggersOf(gathering, catalog, name.name)
      return
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
    command.tag === 'DROP TRIGGER'
      ? known?.triggers.map(trigger => trigger.name)
      : command.tag === 'DROP POLICY'
        ? known?.policies
        : known?.rules
  return !parts?.some(part => command.names.some(name => name.name === part))
}

function dropType(gathering: Gathering, circumstances: Circumstances, type: string, cascade: boolean) {
  const { catalog } = circumstances
  if (catalog.relations.get(type)?.kind === 'composite type') {
    gathering.lock(type, 'ACCESS EXCLUSIVE')
    gathering.drop(type)
  }
  if (!cascade) return
  dropAll(gathering, circumstances, tablesOf(catalog, type), true, 'table')
  for (const { table, column } of domainsOver(catalog, type).flatMap(domain => columnsOfType(catalog, domain))) {
    gathering.lock(table, 'ACCESS EXCLUSIVE')
    for (const view of droppedWith(catalog, viewsReadingColumn(catalog, table, column).map(keyOfRelation), true)
      .relations) {
      gathering.lock(view, 'ACCESS EXCLUSIVE')
      gathering.drop(view)
    }
    for (const index of indexesOf(catalog, table)) {
      if (!columnsOfIndex(index).has(column)) continue
      gathering.lock(keyOfRelation(index), 'ACCESS EXCLUSIVE')
      gathering.drop(keyOfRelation(index))
    }
  }
  if (!catalog.complete)
    gathering.doesNotKnow('Columns of the type in tables that the history does not know go with it.')
}

function dropTriggersOf(gathering: Gathering, catalog: Catalog, routine: string) {
  for (const [key, relation] of catalog.relations)
    if (asTable(relation)?.triggers.some(trigger => trigger.function === routine))
      gathering.lock(key, 'ACCESS EXCLUSIVE')
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
      for (const { table } of foreignKeysTo(catalog, key))
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

/** Returns the partitioned tables that a partition is part of. */
function parentsOf(catalog: Catalog, key: RelationKey): RelationKey[] {
  const parent = tableAt(catalog, key)?.partitionOf
  return parent === undefined ? [] : [parent, ...parentsOf(catalog, parent)]
}
