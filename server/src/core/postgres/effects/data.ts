import type { TriggerEvent } from '../../sql/commands'
import type { RuleEvent } from '../../sql/other-commands'
import type { Name, Write } from '../../sql/parts'
import type { Copy, Delete, Insert, Merge, Select, Update } from '../../sql/row-commands'
import { mayHold, type Rows } from '../bounds'
import {
  type Catalog,
  columnNamed,
  foreignKeysTo,
  hasReference,
  inheritorsOf,
  keyOf,
  keyOfRelation,
  partitionsOf,
  type RelationKey,
  sequencesOwnedBy,
  type Table,
  type Trigger,
  tableAt,
} from '../catalog'
import { nameIn, sequencesIn } from '../sequences'
import type { Circumstances } from './context'
import { isIndexed } from './foreign-keys'
import { familyOf, type Gathering, isSystem, readBy, storedOf } from './gathering'

/** INSERT: the table, the tables its new rows reference, and the sequences of columns it leaves out. */
export function insertRows(gathering: Gathering, command: Insert, circumstances: Circumstances) {
  const { catalog } = circumstances
  const key = keyOf(catalog, command.table)
  if (isRuledOut(gathering, circumstances, key, 'INSERT')) return
  const { onConflict } = command
  // The indexes are looked at beforehand only to find the one that decides a conflict.
  const infers = onConflict !== undefined && (onConflict.columns.length > 0 || onConflict.constraint !== undefined)
  const values = (column: string) => valuesOf(command, tableAt(catalog, key), column)
  write(gathering, circumstances, key, {
    locksIndexes: infers,
    isInsert: true,
    by: onConflict?.action === 'UPDATE' ? ['INSERT', 'UPDATE'] : ['INSERT'],
    rows: { values },
  })
  lockReads(gathering, catalog, command.reads)
  writeBeside(gathering, circumstances, command.writes)
  if (circumstances.plansOnly) return
  for (const written of tablesBehind(catalog, key)) {
    for (const constraint of tableAt(catalog, written)?.constraints ?? []) {
      if (!hasReference(constraint) || !constraint.enforced) continue
      const isNull = constraint.columns.some(column => values(column).every(value => value === null))
      const keyed = (column: string) => values(constraint.columns[constraint.references.columns.indexOf(column)] ?? '')
      if (!isNull) lockForKeyCheck(gathering, circumstances, constraint.references.table, { values: keyed })
    }
    for (const sequence of sequencesOwnedBy(catalog, written))
      if (!isGiven(command, sequence.ownedBy?.column ?? '')) gathering.lock(keyOfRelation(sequence), 'ROW EXCLUSIVE')
    for (const column of tableAt(catalog, written)?.columns ?? [])
      if (!isGiven(command, column.name))
        for (const sequence of sequencesIn(catalog, column.default))
          gathering.lock(sequence, 'ROW EXCLUSIVE', 'sequence')
  }
}

const isGiven = (command: Insert, column: string): boolean =>
  command.source !== 'DEFAULT VALUES' &&
  (command.columns.length === 0 || command.columns.some(({ name }) => name === column))

/** What the new rows hold in a column: constants, nulls, and undefined for what is not known. */
function valuesOf(command: Insert, table: Table | undefined, column: string): readonly (string | null | undefined)[] {
  const known = columnNamed(table, column)
  if (!isGiven(command, column)) return known && !known.default && !known.identity ? [null] : [undefined]
  const names = command.columns.length > 0 ? command.columns : (table?.columns ?? [])
  const position = names.findIndex(({ name }) => name === column)
  if (!command.values || position < 0) return [undefined]
  return command.values.map(row => row[position])
}

/** UPDATE: the table and its heirs; the other side of each foreign key only where a column of it is assigned. */
export function updateRows(gathering: Gathering, command: Update, circumstances: Circumstances) {
  const { catalog } = circumstances
  const key = keyOf(catalog, command.table)
  if (isRuledOut(gathering, circumstances, key, 'UPDATE')) return
  const family = write(gathering, circumstances, key, {
    only: command.only,
    locksIndexes: true,
    by: ['UPDATE'],
    columns: command.assignments.map(({ column }) => column),
    ...(command.where && !hasOtherRows(command) && { rows: { where: command.where } }),
  })
  lockReads(gathering, catalog, command.reads)
  writeBeside(gathering, circumstances, command.writes)
  if (circumstances.plansOnly) return
  const assigned = new Set(command.assignments.map(assignment => assignment.column))
  // Rows whose key is another now move to the partition that it belongs in.
  if (family.some(member => tableAt(catalog, member)?.partitionBy?.some(column => assigned.has(column))))
    gathering.lockAll(writtenBy(catalog, key, { locksIndexes: false, isInsert: true }), 'ROW EXCLUSIVE')
  const nulls = command.assignments.filter(({ expression }) => expression.kind === 'null').map(({ column }) => column)
  for (const table of tablesBehind(catalog, key))
    for (const constraint of tableAt(catalog, table)?.constraints ?? [])
      if (
        hasReference(constraint) &&
        constraint.enforced &&
        constraint.columns.some(column => assigned.has(column)) &&
        !constraint.columns.some(column => nulls.includes(column))
      )
        lockForKeyCheck(gathering, circumstances, constraint.references.table)
  const isAssigned = (columns: readonly string[]) => columns.some(column => assigned.has(column))
  for (const table of tablesBehind(catalog, key))
    lockReferencing(gathering, circumstances, table, isAssigned, 'onUpdate')
  if (!command.where) for (const member of storedOf(catalog, family)) gathering.scan(member)
}

/** DELETE: the table and its heirs, and the tables whose foreign keys may stand in the way or follow. */
export function deleteRows(gathering: Gathering, command: Delete, circumstances: Circumstances) {
  const { catalog } = circumstances
  const key = keyOf(catalog, command.table)
  if (isRuledOut(gathering, circumstances, key, 'DELETE')) return
  const family = write(gathering, circumstances, key, {
    only: command.only,
    locksIndexes: true,
    by: ['DELETE'],
    ...(command.where && !hasOtherRows(command) && { rows: { where: command.where } }),
  })
  lockReads(gathering, catalog, command.reads)
  writeBeside(gathering, circumstances, command.writes)
  if (circumstances.plansOnly) return
  for (const table of tablesBehind(catalog, key))
    lockReferencing(gathering, circumstances, table, () => true, 'onDelete')
  if (!command.where) for (const member of storedOf(catalog, family)) gathering.scan(member)
}

/** Whether columns in WHERE may be those of another table. */
const hasOtherRows = (command: Update | Delete): boolean =>
  (command.tag === 'UPDATE' ? command.from : command.using) !== undefined

/** MERGE joins all of its source with the table. */
export function mergeRows(gathering: Gathering, command: Merge, circumstances: Circumstances) {
  const { catalog } = circumstances
  const family = write(gathering, circumstances, keyOf(catalog, command.table), { locksIndexes: true })
  const read = lockReads(gathering, catalog, command.reads)
  writeBeside(gathering, circumstances, command.writes)
  if (circumstances.plansOnly) return
  for (const action of command.actions ?? [])
    lockAround(gathering, circumstances, keyOf(catalog, command.table), action)
  for (const key of storedOf(catalog, [...family, ...read])) gathering.scan(key)
}

/** SELECT, with its locking clauses and the writes in its WITH clauses. */
export function selectRows(gathering: Gathering, command: Select, circumstances: Circumstances) {
  const { catalog } = circumstances
  lockReads(gathering, catalog, command.reads)
  for (const name of command.locks) {
    const key = keyOf(catalog, name)
    if (isSystem(key)) continue
    for (const read of readBy(catalog, [key])) lockQueried(gathering, circumstances, read, 'ROW SHARE')
  }
  writeBeside(gathering, circumstances, command.writes)
  if (circumstances.plansOnly) return
  const usesSequences = command.calls.some(({ name }) => sequenceCalls.has(name))
  for (const call of command.calls) {
    if (call.constant === undefined) continue
    if (sequenceCalls.has(call.name)) gathering.lock(keyOf(catalog, nameIn(call.constant)), 'ROW EXCLUSIVE', 'sequence')
    // setval(pg_get_serial_sequence('t', 'id'), ...): nearly always the only one that the table has.
    else if (usesSequences && call.name === 'pg_get_serial_sequence')
      for (const sequence of sequencesOwnedBy(catalog, keyOf(catalog, nameIn(call.constant))))
        gathering.lock(keyOfRelation(sequence), 'ROW EXCLUSIVE')
  }
}

/** COPY of a table or a query. */
export function copyRows(gathering: Gathering, command: Copy, circumstances: Circumstances) {
  const { catalog } = circumstances
  lockReads(gathering, catalog, command.reads)
  if (!command.table) return
  const key = keyOf(catalog, command.table)
  if (isSystem(key)) return
  if (command.direction === 'FROM')
    return void write(gathering, circumstances, key, { locksIndexes: false, isInsert: true, by: ['INSERT'] })
  gathering.lock(key, 'ACCESS SHARE')
  for (const stored of storedOf(catalog, [key])) gathering.scan(stored)
}

const sequenceCalls: ReadonlySet<string> = new Set(['nextval', 'setval'])

/** A view that can be written stands for the table below it (sql-createview.html, updatable views). */
const tablesBehind = (catalog: Catalog, key: RelationKey): RelationKey[] =>
  tableAt(catalog, key)?.triggers.some(({ isInsteadOf }) => isInsteadOf) ? [] : readBy(catalog, [key], true)

/**
 * Says what the rules of a table or view do that a statement sets off: their actions come besides it, or instead of it
 * (rules-update.html). Returns whether nothing of the statement itself is left.
 */
function isRuledOut(gathering: Gathering, { catalog }: Circumstances, key: RelationKey, event: RuleEvent): boolean {
  const rules = (tableAt(catalog, key)?.rules ?? []).filter(rule => rule.event === event && !rule.isOff)
  for (const { name, writes = [], reads } of rules) {
    gathering.lockAll(writes, 'ROW EXCLUSIVE')
    gathering.lockAll(readBy(catalog, reads), 'ACCESS SHARE')
    gathering.doesNotKnow(`What rule "${name}" does besides or instead is not known.`)
  }
  if (!rules.some(({ instead }) => instead)) return false
  gathering.lock(key, 'ROW EXCLUSIVE')
  return true
}

interface Writing {
  readonly only?: boolean
  readonly locksIndexes: boolean
  /** New rows go to the table itself or to its partitions, never to other heirs. */
  readonly isInsert?: boolean
  /** What fires triggers; anything where absent. */
  readonly by?: readonly TriggerEvent[]
  /** The columns that are assigned; any where absent. */
  readonly columns?: readonly string[]
  /** What is known of the rows, so that partitions without any are left alone. */
  readonly rows?: Rows
}

/** Locks what is written, through a view down to its table, and says what triggers may add. */
function write(gathering: Gathering, circumstances: Circumstances, key: RelationKey, writing: Writing): RelationKey[] {
  const { catalog } = circumstances
  const written = writtenBy(catalog, key, writing)
  // An INSTEAD OF trigger gets its rows from the query of the view.
  if (written.length === 1 && !writing.isInsert && tableAt(catalog, key)?.kind === 'view')
    gathering.lockAll(readBy(catalog, [key]), 'ACCESS SHARE')
  for (const member of written) {
    if (writing.locksIndexes) lockQueried(gathering, circumstances, member, 'ROW EXCLUSIVE')
    else gathering.lock(member, 'ROW EXCLUSIVE')
    if (circumstances.plansOnly) continue
    const table = tableAt(catalog, member)
    gathering.fire(member, trigger => isFired(trigger, writing, table) && (trigger.isRow || member === key))
  }
  return written
}

/** Statement triggers fire for the table that is named, row triggers where the rows are (sql-createtrigger.html). */
function isFired({ events, columns }: Trigger, { by, columns: assigned }: Writing, table: Table | undefined): boolean {
  const firing = by?.filter(event => events?.includes(event) ?? true)
  if (firing?.length === 0) return false
  if (!columns || !assigned || firing?.some(event => event !== 'UPDATE') !== false) return true
  // A generated column changes with those that it is computed from.
  return columns.some(name => assigned.includes(name) || columnNamed(table, name)?.generated !== undefined)
}

function writtenBy(catalog: Catalog, key: RelationKey, writing: Writing): RelationKey[] {
  const table = tableAt(catalog, key)
  if (table?.kind === 'view' && table.triggers.some(trigger => trigger.isInsteadOf && isFired(trigger, writing, table)))
    return [key]
  if (table?.kind === 'view') return [key, ...table.reads.flatMap(read => writtenBy(catalog, read, writing))]
  if (writing.only) return [key]
  if (table?.kind !== 'partitioned table') {
    if (writing.isInsert) return [key]
    return [key, ...inheritorsOf(catalog, key).flatMap(heir => writtenBy(catalog, keyOfRelation(heir), writing))]
  }
  const partitions = partitionsOf(catalog, key)
  const bounds = partitions.flatMap(partition => partition.bound ?? [])
  return [
    key,
    ...partitions
      .filter(partition => !writing.rows || mayHold(partition.bound, table, bounds, writing.rows))
      .flatMap(partition => writtenBy(catalog, keyOfRelation(partition), writing)),
  ]
}

/** The planner opens the indexes of a table in the table's own mode; those of a partitioned table from 16 on. */
function lockQueried(
  gathering: Gathering,
  { catalog, postgres }: Circumstances,
  key: RelationKey,
  mode: 'ROW SHARE' | 'ROW EXCLUSIVE',
) {
  gathering.lock(key, mode)
  if (postgres >= 16 || catalog.relations.get(key)?.kind !== 'partitioned table') gathering.lockIndexes(key, mode)
}

/** The tables that WITH clauses write, and those that their foreign keys lead to. */
function writeBeside(gathering: Gathering, circumstances: Circumstances, writes: readonly Write[] = []) {
  const { catalog, plansOnly } = circumstances
  for (const { by, columns, ...name } of writes) {
    const key = keyOf(catalog, name)
    write(gathering, circumstances, key, {
      locksIndexes: by !== 'INSERT',
      isInsert: by === 'INSERT',
      ...(by !== 'MERGE' && { by: [by] }),
    })
    if (!plansOnly) lockAround(gathering, circumstances, key, { by, columns })
  }
}

/** What INSERT, UPDATE and DELETE inside another statement lead to: both sides of foreign keys, and sequences. */
function lockAround(
  gathering: Gathering,
  circumstances: Circumstances,
  key: RelationKey,
  { by, columns }: Pick<Write, 'by' | 'columns'>,
) {
  const { catalog } = circumstances
  const isWritten = (column: string) => by !== 'UPDATE' || columns.includes(column)
  for (const table of tablesBehind(catalog, key)) {
    for (const constraint of by === 'DELETE' ? [] : (tableAt(catalog, table)?.constraints ?? []))
      if (hasReference(constraint) && constraint.enforced && constraint.columns.some(isWritten))
        lockForKeyCheck(gathering, circumstances, constraint.references.table)
    for (const sequence of by === 'INSERT' ? sequencesOwnedBy(catalog, table) : [])
      if (columns.length > 0 && !columns.includes(sequence.ownedBy?.column ?? ''))
        gathering.lock(keyOfRelation(sequence), 'ROW EXCLUSIVE')
    if (by === 'DELETE' || by === 'MERGE') lockReferencing(gathering, circumstances, table, () => true, 'onDelete')
    if (by === 'UPDATE') lockReferencing(gathering, circumstances, table, all => all.some(isWritten), 'onUpdate')
  }
}

function lockReads(gathering: Gathering, catalog: Catalog, names: readonly Name[]): RelationKey[] {
  const keysOf = (only: boolean) =>
    names.filter(name => (name.only === true) === only).map(name => keyOf(catalog, name))
  const read = [...readBy(catalog, keysOf(false)), ...readBy(catalog, keysOf(true), true)].filter(key => !isSystem(key))
  gathering.lockAll(read, 'ACCESS SHARE')
  return read
}

/** A foreign key check locks the referenced row: SELECT ... FOR KEY SHARE (`ri_triggers.c` of PostgreSQL's source). */
function lockForKeyCheck(
  gathering: Gathering,
  circumstances: Circumstances,
  referenced: RelationKey,
  rows: Rows = { values: () => [undefined] },
) {
  for (const member of writtenBy(circumstances.catalog, referenced, { locksIndexes: true, isInsert: true, rows }))
    lockQueried(gathering, circumstances, member, 'ROW SHARE')
}

/** Rows that reference a deleted or changed key are looked for, and with CASCADE or SET ... written. */
function lockReferencing(
  gathering: Gathering,
  circumstances: Circumstances,
  key: RelationKey,
  concerns: (columns: readonly string[]) => boolean,
  event: 'onDelete' | 'onUpdate',
  seen: ReadonlySet<RelationKey> = new Set(),
) {
  const { catalog } = circumstances
  for (const { table, constraint } of foreignKeysTo(catalog, key)) {
    if (!constraint.enforced || !concerns(constraint.references.columns)) continue
    const referencing = keyOfRelation(table)
    const action = constraint.references[event]
    const writes = action !== 'NO ACTION' && action !== 'RESTRICT'
    const fires: Writing = {
      locksIndexes: true,
      by: [action === 'CASCADE' && event === 'onDelete' ? 'DELETE' : 'UPDATE'],
      columns: constraint.columns,
    }
    for (const member of familyOf(catalog, referencing, table.kind !== 'partitioned table')) {
      lockQueried(gathering, circumstances, member, writes ? 'ROW EXCLUSIVE' : 'ROW SHARE')
      if (writes)
        gathering.fire(
          member,
          trigger => isFired(trigger, fires, tableAt(catalog, member)) && (trigger.isRow || member === referencing),
        )
      if (storedOf(catalog, [member]).length > 0 && !isIndexed(catalog, member, constraint)) gathering.scan(member)
    }
    if (action === 'CASCADE' && event === 'onDelete' && !seen.has(referencing))
      lockReferencing(gathering, circumstances, referencing, () => true, event, new Set([...seen, referencing, key]))
  }
}
