import type { Command, Comment, CreateTrigger } from '../../sql/commands'
import type { OtherCommand } from '../../sql/other-commands'
import {
  type Catalog,
  keyOf,
  keyOfRelation,
  membershipKey,
  type RelationKey,
  type RelationKind,
  sequencesOwnedBy,
  tableAt,
} from '../catalog'
import type { LockMode } from '../locks'
import { relationsOwnedBy } from '../searches'
import type { Circumstances } from './context'
import { dropAll } from './drops'
import { familyOf, type Gathering, isSystem, partitionTreeOf, readBy } from './gathering'

/** CREATE TRIGGER: nobody may write meanwhile (sql-createtrigger.html); partitions get the trigger too. */
export function createTrigger(gathering: Gathering, command: CreateTrigger, catalog: Catalog) {
  const table = keyOf(catalog, command.table)
  gathering.lockAll(command.isRow ? partitionTreeOf(catalog, table) : [table], 'SHARE ROW EXCLUSIVE')
  if (command.from) gathering.lock(keyOf(catalog, command.from), 'ACCESS SHARE')
}

/** COMMENT: on a relation or column it waits only for changes of the definition (sql-comment.html). */
export function comment(gathering: Gathering, command: Comment, catalog: Catalog) {
  if (!command.relation) return
  const isPart = ['TABCONSTRAINT', 'CONSTRAINT', 'TRIGGER', 'POLICY', 'RULE'].includes(command.on)
  gathering.lock(
    keyOf(catalog, command.relation),
    isPart ? 'ACCESS SHARE' : 'SHARE UPDATE EXCLUSIVE',
    commentedKinds[command.on] ?? 'table',
  )
}

/** A publication takes the heirs of a table in unless ONLY is written; the root of partitions stands for them. */
const heirsToo = (catalog: Catalog, key: RelationKey): RelationKey[] =>
  tableAt(catalog, key)?.kind === 'partitioned table' ? [key] : familyOf(catalog, key)

const commentedKinds: Readonly<Record<string, RelationKind>> = {
  INDEX: 'index',
  VIEW: 'view',
  MATVIEW: 'materialized view',
  SEQUENCE: 'sequence',
  'FOREIGN TABLE': 'foreign table',
}

/** All commands known by their tag alone. */
export function other(
  gathering: Gathering,
  command: OtherCommand,
  { catalog, postgres }: Circumstances,
  explain: (command: Command) => void,
) {
  const keys = command.relations
    .flatMap(name => (name.only === false ? heirsToo(catalog, keyOf(catalog, name)) : [keyOf(catalog, name)]))
    .filter(key => !isSystem(key))
  const reads = (command.reads ?? []).map(name => keyOf(catalog, name)).filter(key => !isSystem(key))
  gathering.lockAll(reads, 'ACCESS SHARE')
  gathering.lockAll(
    (command.writes ?? []).map(name => keyOf(catalog, name)),
    'ROW EXCLUSIVE',
  )
  const mode = modes[command.tag]
  if (mode !== undefined) gathering.lockAll(keys, mode)
  if (refusing.has(command.tag)) gathering.refusesTransactionBlock = true
  switch (command.tag) {
    case 'GRANT':
    case 'REVOKE':
      // release-18.html: before, nothing kept a table from being dropped meanwhile.
      if (postgres >= 18) gathering.lockAll(keys, 'ACCESS SHARE')
      return
    case 'ALTER TRIGGER':
      if (!command.rename) return gathering.lockAll(keys, 'ACCESS SHARE')
      return gathering.lockAll(
        keys.flatMap(key => (postgres >= 15 ? partitionTreeOf(catalog, key) : [key])),
        'ACCESS EXCLUSIVE',
      )
    case 'ALTER PUBLICATION':
      // SET TABLE lets go of others.
      if (command.name && command.action === 'SET')
        for (const member of catalog.memberships.get(membershipKey(catalog, command.tag, command.name)) ?? [])
          gathering.lock(member, 'SHARE UPDATE EXCLUSIVE')
      return
    case 'EXPLAIN':
    case 'PREPARE':
    case 'DECLARE CURSOR':
      gathering.needsTransactionBlock = command.options?.hold === 'false'
      if (command.explained) return explain(command.explained)
      return gathering.lockAll(readBy(catalog, keys), 'ACCESS SHARE')
    case 'CREATE SUBSCRIPTION':
      // Without a slot to create at the publisher there is nothing that a rollback could not undo.
      gathering.refusesTransactionBlock =
        command.options?.connect !== 'false' && command.options?.create_slot !== 'false'
      return
    case 'ALTER DATABASE':
      gathering.refusesTransactionBlock = command.options?.tablespace !== undefined
      return
    case 'DISCARD':
      gathering.refusesTransactionBlock = command.options?.target === 'all'
      return
    case 'EXECUTE':
      return gathering.doesNotKnow(`What ${command.tag} runs is not known.`)
    case 'REASSIGN OWNED':
      for (const key of relationsOwnedBy(catalog, command.roles)) {
        gathering.lock(key, 'ACCESS EXCLUSIVE')
        gathering.lockIndexes(key, 'ACCESS EXCLUSIVE')
        for (const sequence of sequencesOwnedBy(catalog, key))
          gathering.lock(keyOfRelation(sequence), 'ACCESS EXCLUSIVE')
      }
      return gathering.doesNotKnow(
        'What else the role owns is not known: its relations are locked in ACCESS EXCLUSIVE mode too.',
      )
    case 'DROP OWNED':
      dropAll(
        gathering,
        { catalog, postgres },
        relationsOwnedBy(catalog, command.roles),
        command.cascade === true,
        'table',
      )
      return gathering.doesNotKnow(
        'What else the role owns is not known: it is dropped too, and tables with policies for the role are locked in ACCESS EXCLUSIVE mode.',
      )
    case 'ALTER EXTENSION':
      return gathering.doesNotKnow(`Which relations ${command.tag} locks is not known.`)
    case 'ALTER TABLE ALL':
    case 'ALTER INDEX ALL':
    case 'ALTER MATERIALIZED VIEW ALL':
      return gathering.doesNotKnow(
        'All that is kept in the tablespace is locked in ACCESS EXCLUSIVE mode and copied to the other; what that is is not known.',
      )
    case 'OTHER':
      return gathering.doesNotKnow('This command is not modelled.')
    default:
  }
}

const modes: Partial<Record<OtherCommand['tag'], LockMode>> = {
  'CREATE POLICY': 'ACCESS EXCLUSIVE',
  'ALTER POLICY': 'ACCESS EXCLUSIVE',
  'CREATE RULE': 'ACCESS EXCLUSIVE',
  'ALTER RULE': 'ACCESS EXCLUSIVE',
  'CREATE STATISTICS': 'SHARE UPDATE EXCLUSIVE',
  'CREATE PUBLICATION': 'SHARE UPDATE EXCLUSIVE',
  'ALTER PUBLICATION': 'SHARE UPDATE EXCLUSIVE',
  'SECURITY LABEL': 'SHARE UPDATE EXCLUSIVE',
}

/** Commands that fail inside a transaction block: their pages of the manual say so. */
const refusing: ReadonlySet<string> = new Set([
  'CREATE DATABASE',
  'DROP DATABASE',
  'CREATE TABLESPACE',
  'DROP TABLESPACE',
  'ALTER SYSTEM',
  'DROP SUBSCRIPTION',
])
