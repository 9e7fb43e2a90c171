import type { LockTable } from '../../sql/commands'
import type { Name } from '../../sql/parts'
import type { Copy, Delete, Insert, Merge, Truncate, Update } from '../../sql/row-commands'
import {
  type Column,
  columnNamed,
  constraintNamed,
  foreignKeysToTree,
  indexesOf,
  keyOf,
  keyOfRelation,
  partitionsOf,
  type RelationKey,
  type Table,
} from '../catalog'
import { isSure } from '../doubts'
import type { Failure } from '../failures'
import { isBuiltIn, ofDomain } from '../types'
import { missingAmong } from './others'
import {
  columnFailure,
  expressionFailure,
  isColumnAbsent,
  relationFailure,
  type Scene,
  sureColumn,
  sureRelation,
  sureTable,
} from './relations'
import { assignedTwice, insertedTwice } from './repetitions'
import { sureType } from './types'

export function insertFailure(scene: Scene, command: Insert): Failure | undefined {
  const missing = relationFailure(scene, command.table)
  if (missing) return missing
  const fixed = unchangeable(scene, command.table)
  if (fixed) return missingAmong(scene, command.reads) ?? fixed
  const table = sureTable(scene, command.table)
  if (!table) return missingAmong(scene, command.reads)
  const { repeated } = command
  for (const { name, span } of command.columns) {
    // Of one that may not be there, PostgreSQL may complain first.
    if (!columnNamed(table, name)) return columnFailure(scene, table, name, span)
    if (span.start === repeated?.span.start) return insertedTwice(repeated)
  }
  return (
    missingAmong(scene, command.reads) ??
    widthFailure(table, command) ??
    conflictFailure(scene, table, command) ??
    rowFailure(scene, table, command)
  )
}

export function mergeFailure(scene: Scene, command: Merge): Failure | undefined {
  const missing = missingAmong(scene, [command.table]) ?? ruledFailure(scene, command)
  const twice = command.actions?.find(({ repeated }) => repeated !== undefined)
  if (missing || !twice?.repeated) return missing
  return twice.by === 'INSERT' ? insertedTwice(twice.repeated) : assignedTwice(twice)
}

/** MERGE knows nothing of rules (rules-update.html). */
function ruledFailure(scene: Scene, { table: { name, span, ...place } }: Merge): Failure | undefined {
  const table = sureTable(scene, { ...place, name })
  if (!table?.rules?.some(rule => !scene.catalog.doubts?.names.has(rule.name))) return undefined
  return { message: `cannot execute MERGE on relation "${table.name}"`, code: '0A000', span }
}

/** Only REFRESH writes a materialized view, and nextval() a sequence. */
function unchangeable(scene: Scene, name: Name): Failure | undefined {
  const found = sureRelation(scene, name)
  if (found?.kind !== 'materialized view' && found?.kind !== 'sequence') return undefined
  return { message: `cannot change ${found.kind} "${found.name}"`, code: '42809', span: name.span }
}

function widthFailure(table: Table, { columns, values }: Insert): Failure | undefined {
  const [width, ...others] = new Set((values ?? []).map(row => row.length))
  // Rows of several lengths are another error, and a row may be a whole-row reference that stands for many.
  if (width === undefined || others.length > 0) return undefined
  const targets = columns.length > 0 ? columns.length : table.columns.length
  if (width > targets) return { message: 'INSERT has more expressions than target columns', code: '42601' }
  if (columns.length > 0 && width < targets)
    return { message: 'INSERT has more target columns than expressions', code: '42601' }
  return undefined
}

/** What a row that certainly comes has, or lacks. A rule may put something else in the place of all rows. */
function rowFailure(scene: Scene, table: Table, command: Insert): Failure | undefined {
  if (command.source === 'SELECT' || table.kind !== 'table' || table.partitionOf || table.rules?.length)
    return undefined
  return (
    generatedFailure(scene, table, command) ??
    domainFailure(scene, table, command) ??
    notNullFailure(scene, table, command)
  )
}

/** Only DEFAULT goes into what PostgreSQL itself fills (sql-insert.html). */
function generatedFailure(scene: Scene, table: Table, command: Insert): Failure | undefined {
  for (const [place, name] of targetsOf(table, command).entries()) {
    const column = sureColumn(scene, table, name)
    const isFilled =
      column?.generated !== undefined || (column?.identity && column.identityAlways && !command.overriding)
    if (!isFilled || !command.values?.some(row => row[place] !== undefined)) continue
    return {
      message:
        scene.postgres < 14
          ? `cannot insert into column "${name}"`
          : `cannot insert a non-DEFAULT value into column "${name}"`,
      code: '428C9',
      ...(command.columns[place] && { span: command.columns[place].span }),
    }
  }
  return undefined
}

/** A value becomes one of its domain before any trigger sees the row. */
function domainFailure(scene: Scene, table: Table, command: Insert): Failure | undefined {
  const refusing = table.columns.filter(
    ({ name, type, generated }) =>
      generated === undefined &&
      sureType(scene, type)?.kind === 'domain' &&
      ofDomain(type, scene.catalog).refusesNull === 'NOT NULL' &&
      sureColumn(scene, table, name),
  )
  const column = emptyColumn(scene, table, command, refusing)
  return (
    column && {
      message: `domain ${column.type.name} does not allow null values`,
      code: '23502',
      span: command.table.span,
    }
  )
}

/** The first column of the first row that must have a value and gets NULL; a trigger may give it one. */
function notNullFailure(scene: Scene, table: Table, command: Insert): Failure | undefined {
  if (table.triggers.some(({ events }) => events?.includes('INSERT') ?? true)) return undefined
  const needed = table.columns.filter(column => isNeeded(scene, table, column))
  const column = emptyColumn(scene, table, command, needed)
  if (!column) return undefined
  const relation = scene.postgres < 13 ? '' : ` of relation "${table.name}"`
  return {
    message: `null value in column "${column.name}"${relation} violates not-null constraint`,
    code: '23502',
    span: command.table.span,
  }
}

/** The first of some columns, in the first row, that gets NULL. */
function emptyColumn(
  { catalog }: Scene,
  table: Table,
  command: Insert,
  columns: readonly Column[],
): Column | undefined {
  if (columns.length === 0) return undefined
  const targets = targetsOf(table, command)
  const isEmpty = (column: Column, row: Row | undefined) => {
    const place = targets.indexOf(column.name)
    if (place >= 0 && (row === undefined || place < row.length)) return row?.[place] === null
    const value = column.default ?? ofDomain(column.type, catalog).default
    return value === undefined || value.kind === 'null'
  }
  for (const row of command.values ?? [undefined]) {
    const column = columns.find(each => isEmpty(each, row))
    if (column) return column
  }
  return undefined
}

type Row = NonNullable<Insert['values']>[number]

function isNeeded(scene: Scene, table: Table, { name, notNull, generated, identity, type }: Column): boolean {
  if (!notNull || generated !== undefined || identity || !sureColumn(scene, table, name)) return false
  const kind = sureType(scene, type)?.kind
  return (type.schema === undefined && isBuiltIn(type.name)) || kind === 'enum' || kind === 'domain'
}

/** The columns that the values of a row go to, in order. */
const targetsOf = (table: Table, { columns, source }: Insert): readonly string[] =>
  source === 'DEFAULT VALUES' ? [] : (columns.length > 0 ? columns : table.columns).map(({ name }) => name)

function conflictFailure({ catalog }: Scene, table: Table, { onConflict, source }: Insert): Failure | undefined {
  if (!onConflict) return undefined
  const { columns, constraint, span } = onConflict
  if (constraint !== undefined) {
    const isKnown = constraintNamed(table, constraint) !== undefined || catalog.doubts?.names.has(constraint)
    return isKnown || table.partitionOf !== undefined
      ? assignedTwice(onConflict)
      : { message: `constraint "${constraint}" for table "${table.name}" does not exist`, code: '42704', span }
  }
  if (columns.length === 0) return undefined
  const absent = columns.find(column => isColumnAbsent(catalog, table, column))
  if (absent !== undefined) return { message: `column "${absent}" does not exist`, code: '42703', span }
  if (onConflict.repeated) return assignedTwice(onConflict)
  const names = new Set(columns)
  const fitting = indexesOf(catalog, keyOfRelation(table)).filter(
    index =>
      index.conditional ||
      // The target may have expressions too, which the command does not tell.
      index.columns.includes(undefined) ||
      (index.unique &&
        (!index.partial || onConflict.hasPredicate) &&
        new Set(index.columns).size === names.size &&
        index.columns.every(name => names.has(name ?? ''))),
  )
  const mayFit = fitting.length > 0
  // It is told of each row, so a query that finds none passes.
  if (mayFit && source === 'VALUES' && fitting.every(({ deferrable, conditional }) => deferrable && !conditional))
    return {
      message: 'ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters',
      code: '55000',
      span,
    }
  if (mayFit || columns.some(column => catalog.doubts?.names.has(column))) return undefined
  return {
    message: 'there is no unique or exclusion constraint matching the ON CONFLICT specification',
    code: '42P10',
    span,
  }
}

export function updateFailure(scene: Scene, command: Update): Failure | undefined {
  const missing = relationFailure(scene, command.table) ?? missingAmong(scene, command.reads)
  if (missing) return missing
  const table = sureTable(scene, command.table)
  return (
    expressionsFailure(scene, table, command) ??
    targetFailure(scene, table, command) ??
    unchangeable(scene, command.table) ??
    assignedTwice(command)
  )
}

/** PostgreSQL reads the condition and the new values before it looks where they go. */
function expressionsFailure(scene: Scene, table: Table | undefined, command: Update): Failure | undefined {
  if (command.from || command.hasWith || command.alias !== undefined) return undefined
  const values = command.assignments.map(({ expression }) => expression)
  for (const expression of command.where ? [command.where, ...values] : values) {
    const missing = expressionFailure(scene, table, expression)
    if (missing) return missing
  }
  return undefined
}

function targetFailure(scene: Scene, table: Table | undefined, { assignments }: Update): Failure | undefined {
  for (const { column, span } of assignments) {
    const absent = columnFailure(scene, table, column, span)
    if (absent) return absent
  }
  return undefined
}

export const deleteFailure = (scene: Scene, command: Delete): Failure | undefined =>
  relationFailure(scene, command.table) ?? missingAmong(scene, command.reads) ?? unchangeable(scene, command.table)

/** LOCK TABLE takes tables and views (sql-lock.html). */
export function lockFailure(scene: Scene, { tables }: LockTable): Failure | undefined {
  for (const name of tables) {
    const missing = relationFailure(scene, name)
    if (missing) return missing
    const found = sureRelation(scene, name)
    if (!found || !unlockable.has(found.kind)) continue
    const message =
      scene.postgres < 15 ? `"${found.name}" is not a table or view` : `cannot lock relation "${found.name}"`
    return { message, code: '42809', span: name.span }
  }
  return undefined
}

const unlockable: ReadonlySet<string> = new Set(['materialized view', 'sequence', 'index', 'partitioned index'])

export function truncateFailure(scene: Scene, command: Truncate): Failure | undefined {
  const { catalog } = scene
  for (const table of command.tables) {
    const missing = relationFailure(scene, table)
    if (missing) return missing
    const found = sureRelation(scene, table)
    if (found && (found.kind === 'view' || found.kind === 'materialized view' || found.kind === 'sequence'))
      return { message: `"${table.name}" is not a table`, code: '42809', span: table.span }
    if (found?.kind === 'partitioned table' && table.only)
      return { message: 'cannot truncate only a partitioned table', code: '42809', span: table.span }
  }
  if (command.cascade) return undefined
  const named = command.tables.map(table => keyOf(catalog, table))
  const emptied = new Set(
    named.flatMap(key => [key, ...partitionsOf(catalog, key, { recursive: true }).map(keyOfRelation)]),
  )
  const isReferenced = (key: RelationKey) =>
    foreignKeysToTree(catalog, key).some(
      ({ table }) => !emptied.has(keyOfRelation(table)) && isSure(catalog, table, keyOfRelation(table)),
    )
  if (!named.some(key => isSureKey(scene, key) && isReferenced(key))) return undefined
  return { message: 'cannot truncate a table referenced in a foreign key constraint', code: '0A000' }
}

function isSureKey({ catalog }: Scene, key: RelationKey): boolean {
  const relation = catalog.relations.get(key)
  return relation !== undefined && isSure(catalog, relation, key)
}

/** COPY ... TO reads tables themselves, not what stands for others (sql-copy.html). */
export function copyFailure(scene: Scene, { table, direction }: Copy): Failure | undefined {
  if (!table) return undefined
  const found = sureRelation(scene, table)
  const isQuery = found?.kind === 'partitioned table' || found?.kind === 'view' || found?.kind === 'sequence'
  if (direction === 'TO' && isQuery)
    return { message: `cannot copy from ${found.kind} "${found.name}"`, code: '42809', span: table.span }
  return relationFailure(scene, table)
}
