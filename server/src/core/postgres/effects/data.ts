import type { Delete, Insert, Merge, Name, Select, Update } from '../../sql/commands'
import {
  asTable,
  type Catalog,
  columnNamed,
  foreignKeysTo,
  hasReference,
  keyOf,
  keyOfRelation,
  type RelationKey,
  sequencesOwnedBy,
  tableAt,
} from '../catalog'
import { isIndexed } from './foreign-keys'
import { familyOf, type Gathering, isSystem, readBy, storedOf } from './gathering'

/** INSERT: the table, the tables its new rows reference, and the sequences of columns it leaves out. */
export function insertRows(gathering: Gathering, command: Insert, catalog: Catalog) {
  const key = keyOf(catalog, command.table)
  write(gathering, catalog, key, { locksIndexes: false })
  lockReads(gathering, catalog, command.reads)
  const given = command.columns.map(column => column.name)
  const table = tableAt(catalog, key)
  const isGiven = (name: string) => given.length === 0 || given.includes(name)
  for (const constraint of table?.constraints ?? []) {
    if (!hasReference(constraint) || !constraint.enforced) continue
    const isSet = (name: string) => isGiven(name) || columnNamed(table, name)?.default !== undefined
    if (constraint.columns.every(isSet)) lockForKeyCheck(gathering, constraint.references.table)
  }
  if (command.source !== 'DEFAULT VALUES' && given.length === 0) return
  for (const sequence of sequencesOwnedBy(catalog, key)) {
    const isOmitted = !given.includes(sequence.ownedBy?.column ?? '')
    if (isOmitted) gathering.lock(keyOfRelation(sequence), 'ROW EXCLUSIVE')
  }
}

/** UPDATE: the table and its heirs; the other side of each foreign key only where a column of it is assigned. */
export function updateRows(gathering: Gathering, command: Update, catalog: Catalog) {
  const key = keyOf(catalog, command.table)
  const family = write(gathering, catalog, key, { only: command.only, locksIndexes: true })
  lockReads(gathering, catalog, command.reads)
  const assigned = new Set(command.assignments.map(assignment => assignment.column))
  for (const constraint of tableAt(catalog, key)?.constraints ?? [])
    if (hasReference(constraint) && constraint.enforced && constraint.columns.some(column => assigned.has(column)))
      lockForKeyCheck(gathering, constraint.references.table)
  lockReferencing(gathering, catalog, key, columns => columns.some(column => assigned.has(column)), 'onUpdate')
  if (!command.where) for (const member of storedOf(catalog, family)) gathering.scan(member)
}

/** DELETE: the table and its heirs, and the tables whose foreign keys may stand in the way or follow. */
export function deleteRows(gathering: Gathering, command: Delete, catalog: Catalog) {
  const key = keyOf(catalog, command.table)
  const family = write(gathering, catalog, key, { only: command.only, locksIndexes: true })
  lockReads(gathering, catalog, command.reads)
  lockReferencing(gathering, catalog, key, () => true, 'onDelete')
  if (!command.where) for (const member of storedOf(catalog, family)) gathering.scan(member)
}

export function mergeRows(gathering: Gathering, command: Merge, catalog: Catalog) {
  write(gathering, catalog, keyOf(catalog, command.table), { locksIndexes: true })
  lockReads(gathering, catalog, command.reads)
}

/** SELECT, with its locking clauses and the writes in its WITH clauses. */
export function selectRows(gathering: Gathering, command: Select, catalog: Catalog) {
  lockReads(gathering, catalog, command.reads)
  for (const name of command.locks) {
    const key = keyOf(catalog, name)
    if (isSystem(key)) continue
    for (const read of readBy(catalog, [key])) lockQueried(gathering, read, 'ROW SHARE')
  }
  for (const name of command.writes) write(gathering, catalog, keyOf(catalog, name), { locksIndexes: true })
  for (const call of command.calls)
    if (call.constant !== undefined && ['nextval', 'setval'].includes(call.name))
      gathering.lock(keyOf(catalog, nameIn(call.constant)), 'ROW EXCLUSIVE', 'sequence')
}

const nameIn = (text: string): { schema?: string; name: string } => {
  const [first = '', second] = text.replaceAll('"', '').split('.')
  return second === undefined ? { name: first } : { schema: first, name: second }
}

/** Locks what is written, through a view down to its table, and says what triggers may add. */
function write(
  gathering: Gathering,
  catalog: Catalog,
  key: RelationKey,
  options: { readonly only?: boolean; readonly locksIndexes: boolean },
): RelationKey[] {
  const written: RelationKey[] = []
  for (const member of readBy(catalog, [key])) {
    const isBelow = member !== key
    if (isBelow && options.only && tableAt(catalog, key)?.kind !== 'view') continue
    written.push(member)
    if (options.locksIndexes) lockQueried(gathering, member, 'ROW EXCLUSIVE')
    else gathering.lock(member, 'ROW EXCLUSIVE')
    const triggers = asTable(catalog.relations.get(member))?.triggers ?? []
    for (const trigger of triggers) gathering.doesNotKnow(`What trigger "${trigger.name}" does besides is not known.`)
  }
  return written
}

/** The planner opens the indexes of a table in the table's own mode. */
function lockQueried(gathering: Gathering, key: RelationKey, mode: 'ROW SHARE' | 'ROW EXCLUSIVE') {
  gathering.lock(key, mode)
  gathering.lockIndexes(key, mode)
}

function lockReads(gathering: Gathering, catalog: Catalog, names: readonly Name[]) {
  const keys = names.map(name => keyOf(catalog, name)).filter(key => !isSystem(key))
  gathering.lockAll(readBy(catalog, keys), 'ACCESS SHARE')
}

/** A foreign key check locks the referenced row: SELECT ... FOR KEY SHARE (`ri_triggers.c` of PostgreSQL's source). */
function lockForKeyCheck(gathering: Gathering, referenced: RelationKey) {
  lockQueried(gathering, referenced, 'ROW SHARE')
}

/** Rows that reference a deleted or changed key are looked for, and with CASCADE or SET ... written. */
function lockReferencing(
  gathering: Gathering,
  catalog: Catalog,
  key: RelationKey,
  concerns: (columns: readonly string[]) => boolean,
  event: 'onDelete' | 'onUpdate',
  seen: ReadonlySet<RelationKey> = new Set(),
) {
  for (const { table, constraint } of foreignKeysTo(catalog, key)) {
    if (!constraint.enforced || !concerns(constraint.references.columns)) continue
    const referencing = keyOfRelation(table)
    const action = constraint.references[event]
    const writes = action !== 'NO ACTION' && action !== 'RESTRICT'
    for (const member of familyOf(catalog, referencing, table.kind !== 'partitioned table')) {
      lockQueried(gathering, member, writes ? 'ROW EXCLUSIVE' : 'ROW SHARE')
      if (storedOf(catalog, [member]).length > 0 && !isIndexed(catalog, member, constraint)) gathering.scan(member)
    }
    if (action === 'CASCADE' && event === 'onDelete' && !seen.has(referencing))
      lockReferencing(gathering, catalog, referencing, () => true, event, new Set([...seen, referencing, key]))
  }
}
