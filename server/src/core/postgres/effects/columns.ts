import type { ColumnDefinition, Expression } from '../../sql/parts'
import type { SubcommandOf } from '../../sql/subcommands'
import { serialTypes, withBareColumn } from '../apply/columns'
import {
  type Catalog,
  type Column,
  columnNamed,
  columnsOfIndex,
  foreignKeysTo,
  hasReference,
  type Index,
  identitySequences,
  indexesOf,
  inheritorsOf,
  keyOf,
  keyOfRelation,
  partitionIndexesOf,
  type RelationKey,
  sequencesOwnedBy,
  tableAt,
  viewsReadingColumn,
} from '../catalog'
import { droppedWith } from '../dependents'
import { fillingDefault, isConstrainedDomain, typeChange } from '../types'
import { volatilityOf } from '../volatility'
import type { Alteration } from './alter'
import { addConstraint } from './constraints'
import { lockReferenced, lockTriggered, scanForForeignKey } from './foreign-keys'
import { familyOf, familyWhere, storedOf } from './gathering'

/** ADD COLUMN: a rewrite only where rows cannot share one value (sql-altertable.html, notes). */
export function addColumn(alteration: Alteration, { column, ifNotExists }: SubcommandOf<'ADD COLUMN'>) {
  const { gathering, catalog, key, mode, command, postgres } = alteration
  if (ifNotExists && columnNamed(tableAt(catalog, key), column.name.name)) return
  // A heir that has the column already keeps it: there the recursion ends.
  const hasIt = (member: RelationKey) => columnNamed(tableAt(catalog, member), column.name.name) !== undefined
  const family = familyWhere(catalog, key, member => !hasIt(member), command.only)
  gathering.lockAll(family, mode)
  const stored = storedOf(catalog, family).filter(member => !hasIt(member))
  const filling = fillingDefault(column, catalog, postgres)
  const rewritten = rewriteForColumn(alteration, column, filling)
  if (rewritten) for (const table of stored) gathering.rewrite(table)
  else if (isVerifiedNotNull(column, filling)) for (const table of stored) gathering.scan(table)
  if (rewritten) lockSequences(alteration, filling)
  const withColumn = withBareColumn(catalog, key, column, { postgres })
  for (const constraint of column.constraints)
    addConstraint({ ...alteration, catalog: withColumn }, constraint, {
      // All values of a column without a default are null, and nulls satisfy every foreign key.
      skipsValidation: !column.default && !alteration.command.subcommands.some(addsForeignKey),
    })
}

const addsForeignKey = (subcommand: Alteration['command']['subcommands'][number]): boolean =>
  subcommand.kind === 'ADD CONSTRAINT' && subcommand.constraint.kind === 'FOREIGN KEY'

function rewriteForColumn(
  { gathering, catalog, postgres }: Alteration,
  column: ColumnDefinition,
  filling: Expression | undefined,
): boolean {
  if (serialTypes.has(column.type.name) || column.identity || column.generated?.stored) return true
  if (column.generated) return false
  if (isConstrainedDomain(column.type, catalog)) return true
  if (!filling) return false
  const volatility = volatilityOf(filling, catalog, postgres)
  if (volatility === 'unknown') gathering.doesNotKnow(unknownVolatility(filling, catalog, postgres))
  return volatility === 'volatile' || volatility === 'unknown'
}

function unknownVolatility(expression: Expression, catalog: Catalog, postgres: number): string {
  const names = expression.calls
    .filter(call => volatilityOf({ ...expression, calls: [call] }, catalog, postgres) === 'unknown')
    .map(call => `${call.name}()`)
  return `Whether ${names.join(', ')} is volatile is not known: if it is not, nothing is rewritten.`
}

/** Without a default, or with one that is null, each row that is there fails: PostgreSQL reads them to find out. */
function isVerifiedNotNull(column: ColumnDefinition, filling: Expression | undefined): boolean {
  if (!column.notNull || column.identity) return false
  return column.generated ? !column.generated.stored : filling === undefined
}

/** nextval() for every row takes the sequence's own lock. */
function lockSequences({ gathering, catalog }: Alteration, expression: Expression | undefined) {
  for (const call of expression?.calls ?? []) {
    if (call.name !== 'nextval' || call.constant === undefined) continue
    const [schema, name] = call.constant.includes('.') ? call.constant.split('.') : [undefined, call.constant]
    gathering.lock(keyOf(catalog, { schema, name: name ?? call.constant }), 'ROW EXCLUSIVE', 'sequence')
  }
}

/** DROP COLUMN: the column is only hidden; what cannot stand without it goes. */
export function dropColumn(alteration: Alteration, { column, ifExists, cascade }: SubcommandOf<'DROP COLUMN'>) {
  const { gathering, catalog, key, mode, command, postgres } = alteration
  const name = column.name
  const table = tableAt(catalog, key)
  if (ifExists && table?.columnsKnown && !columnNamed(table, name)) return
  const family = familyOf(catalog, key, command.only)
  gathering.lockAll(family, mode)
  // With ONLY the children are told that the column is theirs alone now.
  if (command.only) gathering.lockAll(inheritorsOf(catalog, key).map(keyOfRelation), mode)
  for (const member of family) {
    for (const index of indexesOf(catalog, member)) if (columnsOfIndex(index).has(name)) dropIndex(alteration, index)
    for (const sequence of sequencesOwnedBy(catalog, member, name)) {
      gathering.lockKnown(keyOfRelation(sequence), 'ACCESS EXCLUSIVE')
      gathering.drop(keyOfRelation(sequence))
    }
    for (const constraint of tableAt(catalog, member)?.constraints ?? [])
      if (hasReference(constraint) && constraint.columns.includes(name))
        lockTriggered(gathering, catalog, constraint.references.table, postgres)
    for (const incoming of foreignKeysTo(catalog, member))
      if (incoming.constraint.references.columns.includes(name))
        gathering.lock(keyOfRelation(incoming.table), 'ACCESS EXCLUSIVE')
  }
  if (cascade) dropViews(alteration, name)
}

function dropIndex({ gathering, catalog }: Alteration, index: Index) {
  for (const each of [index, ...partitionIndexesOf(catalog, keyOfRelation(index), { recursive: true })]) {
    gathering.lockKnown(keyOfRelation(each), 'ACCESS EXCLUSIVE')
    gathering.drop(keyOfRelation(each))
  }
}

function dropViews({ gathering, catalog, key }: Alteration, column: string) {
  const views = viewsReadingColumn(catalog, key, column).map(keyOfRelation)
  for (const dropped of droppedWith(catalog, views, true).relations) {
    gathering.lockKnown(dropped, 'ACCESS EXCLUSIVE')
    gathering.drop(dropped)
  }
}

/** SET NOT NULL: a scan unless a valid CHECK proves it (from 12 on) or it is so already. */
export function setNotNull(alteration: Alteration, name: string) {
  const { gathering, catalog, key, mode, command } = alteration
  const family = familyOf(catalog, key, command.only)
  gathering.lockAll(family, mode)
  for (const member of storedOf(catalog, family)) if (!isProvenNotNull(catalog, member, name)) gathering.scan(member)
}

/** Returns whether the catalog proves that a column of a table holds no nulls. */
export function isProvenNotNull(catalog: Catalog, key: RelationKey, name: string): boolean {
  const table = tableAt(catalog, key)
  if (columnNamed(table, name)?.notNull) return true
  return (table?.constraints ?? []).some(
    constraint =>
      constraint.validated &&
      constraint.enforced &&
      (constraint.kind === 'CHECK'
        ? constraint.provesNotNull.includes(name)
        : ['PRIMARY KEY', 'NOT NULL'].includes(constraint.kind) && constraint.columns.includes(name)),
  )
}

/** DROP NOT NULL reaches the partitions and heirs too. */
export function dropNotNull({ gathering, catalog, key, mode, command }: Alteration, _name: string) {
  gathering.lockAll(familyOf(catalog, key, command.only), mode)
}

/** ALTER COLUMN TYPE: the rows, the indexes, the CHECKs that name the column, and foreign keys in both directions. */
export function changeType(alteration: Alteration, subcommand: SubcommandOf<'ALTER COLUMN TYPE'>) {
  const { gathering, catalog, key, mode, parameters } = alteration
  const name = subcommand.column.name
  const family = familyOf(catalog, key)
  gathering.lockAll(family, mode)
  const column = columnNamed(tableAt(catalog, key), name)
  const change = typeChange(
    {
      column: name,
      from: column?.type,
      to: subcommand.type,
      ...(subcommand.using && { using: subcommand.using }),
      recollated: isRecollated(column, subcommand.collation),
    },
    catalog,
    parameters,
  )
  // A virtual column has no values to rewrite.
  const isStoredColumn = column?.generated !== 'virtual'
  if (change.effect === 'unknown' && isStoredColumn)
    gathering.doesNotKnow(`The table is taken to be rewritten: ${lowered(change.why)}`)
  const rewrites = isStoredColumn && (change.effect === 'rewrite' || change.effect === 'unknown')
  for (const member of family) {
    const isStored = storedOf(catalog, [member]).length > 0
    if (rewrites && isStored) gathering.rewrite(member)
    for (const index of indexesOf(catalog, member))
      if (columnsOfIndex(index).has(name)) remakeIndex(alteration, index, name, change.effect !== 'none', isStored)
    const checks = (tableAt(catalog, member)?.constraints ?? []).some(
      ({ kind, columns, validated }) => kind === 'CHECK' && validated && columns.includes(name),
    )
    if (checks && isStored) gathering.scan(member)
  }
  // The sequence of an identity column takes the column's type on.
  for (const sequence of identitySequences(catalog, key, name))
    gathering.lockKnown(keyOfRelation(sequence), 'SHARE ROW EXCLUSIVE')
  remakeForeignKeys(alteration, family, name, rewrites || change.effect === 'rebuilds indexes')
}

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)

/** Returns whether the column's collation changes: without COLLATE it gets its new type's own. */
export const isRecollated = (column: Column | undefined, collation: string | undefined): boolean =>
  (collation ?? 'default') !== (column?.collation ?? 'default')

/**
 * PostgreSQL makes the index anew and takes over the old file where it fits: not for expressions and predicates, and
 * not for the partitions of a partitioned index.
 */
function remakeIndex({ gathering }: Alteration, index: Index, column: string, changed: boolean, isStored: boolean) {
  gathering.lockKnown(keyOfRelation(index), 'ACCESS EXCLUSIVE')
  const isKey = index.columns.includes(column)
  const fits = (!changed || !isKey) && index.expressionColumns.length === 0 && index.partitionOf === undefined
  if (fits || !isStored) return
  gathering.build(index.name)
  gathering.scan(index.table)
}

function remakeForeignKeys(alteration: Alteration, family: readonly RelationKey[], name: string, revalidates: boolean) {
  const { gathering, catalog } = alteration
  for (const member of family) {
    for (const constraint of tableAt(catalog, member)?.constraints ?? []) {
      if (!hasReference(constraint) || !constraint.columns.includes(name)) continue
      lockReferenced(gathering, catalog, constraint.references.table, 'ACCESS EXCLUSIVE')
      if (revalidates && constraint.validated)
        scanForForeignKey(gathering, catalog, [member], constraint.references.table)
    }
    for (const { table, constraint } of foreignKeysTo(catalog, member)) {
      if (!constraint.references.columns.includes(name)) continue
      gathering.lock(keyOfRelation(table), 'ACCESS EXCLUSIVE')
      if (revalidates && constraint.validated) scanForForeignKey(gathering, catalog, [keyOfRelation(table)], member)
    }
  }
}

/** The subcommands of one column that neither read nor write rows, save SET EXPRESSION of a stored column. */
export function alterColumn(
  alteration: Alteration,
  subcommand: SubcommandOf<
    | 'SET DEFAULT'
    | 'DROP DEFAULT'
    | 'ADD GENERATED'
    | 'SET GENERATED'
    | 'DROP IDENTITY'
    | 'SET EXPRESSION'
    | 'DROP EXPRESSION'
    | 'SET STATISTICS'
    | 'SET STORAGE'
    | 'RENAME COLUMN'
  >,
) {
  const { gathering, catalog, key, mode, command, postgres } = alteration
  const isIdentity = ['ADD GENERATED', 'SET GENERATED', 'DROP IDENTITY'].includes(subcommand.kind)
  // Identity columns of partitioned tables exist from 17 on (release-17.html).
  const recurses = isIdentity ? postgres >= 17 && catalog.relations.get(key)?.kind === 'partitioned table' : true
  const family = familyOf(catalog, key, command.only || !recurses)
  gathering.lockAll(family, mode)
  if (!('column' in subcommand)) return
  const name = subcommand.column.name
  const column = columnNamed(tableAt(catalog, key), name)
  if (subcommand.kind === 'SET GENERATED' || subcommand.kind === 'DROP IDENTITY')
    for (const sequence of identitySequences(catalog, key, name)) {
      const isDropped = subcommand.kind === 'DROP IDENTITY'
      gathering.lockKnown(keyOfRelation(sequence), isDropped ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE')
      if (isDropped) gathering.drop(keyOfRelation(sequence))
    }
  if (subcommand.kind !== 'SET EXPRESSION') return
  const isStored = column?.generated !== 'virtual'
  for (const member of storedOf(catalog, family))
    if (isStored) gathering.rewrite(member)
    else if (column?.notNull) gathering.scan(member)
}
