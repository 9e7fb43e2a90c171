import type { ConstraintDefinition } from '../../sql/parts'
import type { SubcommandOf } from '../../sql/subcommands'
import { withConstraint } from '../apply/constraints'
import {
  type Constraint,
  columnNamed,
  constraintNamed,
  foreignKeyLike,
  foreignKeysTo,
  hasReference,
  indexesOf,
  inheritorsOf,
  key as keyFor,
  keyOf,
  keyOfRelation,
  partitionIndexesOf,
  type RelationKey,
  tableAt,
} from '../catalog'
import { nameOfNotNull } from '../names'
import type { Alteration } from './alter'
import { isProvenNotNull, setNotNull } from './columns'
import { lockReferenced, scanForForeignKey } from './foreign-keys'
import { familyOf, familyWhere, partitionTreeOf, storedOf } from './gathering'

/** ADD CONSTRAINT of every kind, and the constraints written in a column definition. */
export function addConstraint(
  alteration: Alteration,
  definition: ConstraintDefinition,
  options: { readonly skipsValidation?: boolean } = {},
) {
  const { gathering, catalog, key, mode, command, postgres } = alteration
  // From 18 on ALTER TABLE locks all heirs before it looks at what the constraint is.
  if (postgres >= 18) gathering.lockAll(familyOf(catalog, key, command.only), mode)
  switch (definition.kind) {
    case 'CHECK':
      return addCheck(alteration, definition)
    case 'NOT NULL':
      return addNotNull(alteration, definition)
    case 'FOREIGN KEY':
      return addForeignKey(alteration, definition, options.skipsValidation === true)
    default:
      return definition.usingIndex === undefined
        ? addIndexConstraint(alteration, definition)
        : adoptIndex(alteration, definition, definition.usingIndex)
  }
}

/** A heir that has the same constraint already is not read again. */
function addCheck({ gathering, catalog, key, mode, command }: Alteration, definition: ConstraintDefinition) {
  const isThere = (member: RelationKey) =>
    definition.name !== undefined && constraintNamed(tableAt(catalog, member), definition.name.name)?.validated === true
  const family = familyWhere(catalog, key, member => !isThere(member), command.only || definition.noInherit)
  gathering.lockAll(family, mode)
  if (definition.notValid || definition.notEnforced) return
  for (const member of storedOf(catalog, family)) if (!isThere(member)) gathering.scan(member)
}

function addNotNull(alteration: Alteration, definition: ConstraintDefinition) {
  if (!definition.notValid) {
    const command = { ...alteration.command, only: alteration.command.only || definition.noInherit }
    for (const column of definition.columns) setNotNull({ ...alteration, command }, column)
    return
  }
  const { gathering, catalog, key, mode, command } = alteration
  gathering.lockAll(familyOf(catalog, key, command.only), mode)
}

/** ADD FOREIGN KEY: both tables let nobody write while the rows are compared (sql-altertable.html). */
function addForeignKey(alteration: Alteration, definition: ConstraintDefinition, skipsValidation: boolean) {
  const { gathering, catalog, key, mode } = alteration
  if (!definition.references) return
  const referencing = partitionTreeOf(catalog, key)
  gathering.lockAll(referencing, mode)
  const referenced = keyOf(catalog, definition.references.table)
  lockReferenced(gathering, catalog, referenced, 'SHARE ROW EXCLUSIVE')
  if (definition.notValid || definition.notEnforced || skipsValidation) return
  if (!isAllNull(alteration, definition)) return scanForForeignKey(gathering, catalog, referencing, referenced)
  for (const member of storedOf(catalog, referencing)) gathering.scan(member)
}

/** A column that this statement adds without a default holds nulls only: no key is ever looked up. */
function isAllNull({ gathering, catalog, key }: Alteration, definition: ConstraintDefinition): boolean {
  const [before, now] = [tableAt(gathering.before, key), tableAt(catalog, key)]
  return definition.columns.some(name => {
    const column = columnNamed(now, name)
    return (
      column !== undefined &&
      before !== undefined &&
      !columnNamed(before, name) &&
      (!column.default || column.default.kind === 'null')
    )
  })
}

/** PRIMARY KEY, UNIQUE and EXCLUDE: an index is built while nobody may use the table. */
function addIndexConstraint(alteration: Alteration, definition: ConstraintDefinition) {
  const { gathering, catalog, key, mode, command, postgres } = alteration
  const tree = command.only ? [key] : partitionTreeOf(catalog, key)
  if (addsNotNull(alteration, definition)) for (const column of definition.columns) setNotNull(alteration, column)
  if (definition.kind === 'PRIMARY KEY') lockHeirs(alteration)
  const after = withConstraint(catalog, key, definition, { postgres }, command.only)
  // Before 18 the partitions are locked as CREATE INDEX does, unless NOT NULL has to reach them.
  const childMode = postgres >= 18 || addsNotNull(alteration, definition) ? mode : 'SHARE'
  for (const member of tree) {
    gathering.lock(member, member === key ? mode : childMode)
    const before = new Set(indexesOf(catalog, member).map(keyOfRelation))
    const added = indexesOf(after, member).filter(index => !before.has(keyOfRelation(index)))
    if (storedOf(catalog, [member]).length === 0) continue
    if (!tableAt(catalog, member))
      gathering.build(definition.name?.name ?? `${member.slice(member.indexOf('.') + 1)}_key`)
    const adopted = indexesOf(after, member).filter(({ partitionOf }) => partitionOf !== undefined)
    for (const index of adopted)
      if (!added.includes(index) && !indexesOf(catalog, member).includes(index))
        gathering.lock(keyOfRelation(index), 'SHARE')
    for (const index of added) gathering.build(index.name)
    if (added.length > 0 || !tableAt(catalog, member)) gathering.scan(member)
  }
}

const addsNotNull = ({ catalog, key }: Alteration, definition: ConstraintDefinition): boolean =>
  definition.kind === 'PRIMARY KEY' &&
  definition.columns.some(column => !columnNamed(tableAt(catalog, key), column)?.notNull)

/** Before 18 NOT NULL is said to the heirs once more, even where they have it (prove:effects). */
function lockHeirs({ gathering, catalog, key, mode, command, postgres }: Alteration) {
  if (postgres < 18 && tableAt(catalog, key)?.kind === 'table')
    gathering.lockAll(familyOf(catalog, key, command.only), mode)
}

/** ADD CONSTRAINT ... USING INDEX: nothing is built, but a primary key needs its columns proven. */
function adoptIndex(alteration: Alteration, definition: ConstraintDefinition, index: string) {
  const { gathering, catalog, key, postgres } = alteration
  const table = tableAt(catalog, key)
  const indexKey = keyFor(table?.schema ?? key.slice(0, key.indexOf('.')), index)
  if (definition.name && definition.name.name !== index) gathering.lock(indexKey, 'SHARE UPDATE EXCLUSIVE', 'index')
  if (definition.kind !== 'PRIMARY KEY') return
  lockHeirs(alteration)
  const after = withConstraint(catalog, key, definition, { postgres })
  const columns = tableAt(after, key)?.constraints.find(({ kind }) => kind === 'PRIMARY KEY')?.columns ?? []
  if (!catalog.relations.has(indexKey))
    gathering.doesNotKnow(`The columns of index "${index}" are not known: those that may hold nulls are read first.`)
  if (!catalog.relations.has(indexKey)) gathering.scan(key)
  for (const column of columns) if (!isProvenNotNull(catalog, key, column)) setNotNull(alteration, column)
}

/** VALIDATE CONSTRAINT: reads and writes go on (sql-altertable.html). */
export function validateConstraint(alteration: Alteration, name: string) {
  const { gathering, catalog, key, mode } = alteration
  const table = tableAt(catalog, key)
  const constraint = constraintNamed(table, name)
  if (!constraint) {
    const isValid = table?.columns.some(column => column.notNull && nameOfNotNull(table, column.name) === name)
    if (isValid || (table && catalog.complete)) return
    gathering.scan(key)
    gathering.doesNotKnow(
      `Constraint "${name}" is not known: if it is a foreign key, the referenced table is locked too, in ROW SHARE mode.`,
    )
    return
  }
  if (constraint.validated) return
  if (hasReference(constraint)) return validateForeignKey(alteration, constraint, constraint.references.table)
  const family = familyOf(catalog, key)
  gathering.lockAll(family, mode)
  const isValidIn = (member: RelationKey) => constraintNamed(tableAt(catalog, member), name)?.validated === true
  for (const member of storedOf(catalog, family)) if (!isValidIn(member)) gathering.scan(member)
}

function validateForeignKey(
  { gathering, catalog, key, mode }: Alteration,
  constraint: Constraint,
  referenced: RelationKey,
) {
  const referencing = partitionTreeOf(catalog, key).filter(
    member => member === key || foreignKeyLike(tableAt(catalog, member), constraint)?.validated === false,
  )
  gathering.lockAll(referencing, mode)
  const [table = referenced, ...partitions] = partitionTreeOf(catalog, referenced)
  gathering.lock(table, 'ROW SHARE')
  gathering.lockAll(partitions, 'ACCESS SHARE')
  scanForForeignKey(gathering, catalog, referencing, referenced)
}

/** DROP CONSTRAINT: with its index, and for a foreign key its triggers on the other table. */
export function dropConstraint(alteration: Alteration, subcommand: SubcommandOf<'DROP CONSTRAINT'>) {
  const { gathering, catalog, key, mode, command } = alteration
  const name = subcommand.constraint.name
  const table = tableAt(catalog, key)
  const constraint = constraintNamed(table, name)
  if (!constraint) {
    const notNull = table?.columns.find(column => column.notNull && nameOfNotNull(table, column.name) === name)
    if (notNull) gathering.lockAll(familyOf(catalog, key, command.only), mode)
    else if (!table || !catalog.complete)
      gathering.doesNotKnow(
        `Constraint "${name}" is not known: if it is a foreign key, the referenced table is locked too, in ACCESS EXCLUSIVE mode.`,
      )
    return
  }
  if (hasReference(constraint)) {
    gathering.lockAll(partitionTreeOf(catalog, key), mode)
    return lockReferenced(gathering, catalog, constraint.references.table, 'ACCESS EXCLUSIVE')
  }
  if (constraint.index !== undefined) return dropIndexConstraint(alteration, constraint, constraint.index)
  const inherits = (member: RelationKey) => member === key || constraintNamed(tableAt(catalog, member), name)
  // With ONLY the children are told that the constraint is theirs alone now.
  const family = command.only ? [key, ...inheritorsOf(catalog, key).map(keyOfRelation)] : familyOf(catalog, key)
  gathering.lockAll(family.filter(inherits), mode)
}

function dropIndexConstraint({ gathering, catalog, key }: Alteration, constraint: Constraint, index: RelationKey) {
  gathering.lockKnown(index, 'ACCESS EXCLUSIVE')
  gathering.drop(index)
  for (const attached of partitionIndexesOf(catalog, index, { recursive: true })) {
    gathering.lock(attached.table, 'ACCESS EXCLUSIVE')
    gathering.lockKnown(keyOfRelation(attached), 'ACCESS EXCLUSIVE')
    gathering.drop(keyOfRelation(attached))
  }
  for (const incoming of foreignKeysTo(catalog, key))
    if (isSameSet(incoming.constraint.references.columns, constraint.columns))
      gathering.lock(keyOfRelation(incoming.table), 'ACCESS EXCLUSIVE')
}

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every(column => b.includes(column))

/** ALTER CONSTRAINT: only from NOT ENFORCED to ENFORCED, and from NO INHERIT to INHERIT, are rows read (18). */
export function alterConstraint(alteration: Alteration, subcommand: SubcommandOf<'ALTER CONSTRAINT'>) {
  const { gathering, catalog, key, mode } = alteration
  const constraint = constraintNamed(tableAt(catalog, key), subcommand.constraint.name)
  const family = partitionTreeOf(catalog, key)
  if (!constraint) {
    if (!catalog.complete || !tableAt(catalog, key))
      gathering.doesNotKnow(`Constraint "${subcommand.constraint.name}" is not known.`)
    return
  }
  if (subcommand.inherit === true) {
    const heirs = inheritorsOf(catalog, key, { recursive: true }).map(keyOfRelation)
    gathering.lockAll(heirs, mode)
    for (const heir of storedOf(catalog, heirs))
      if (!constraint.columns.every(column => isProvenNotNull(catalog, heir, column))) gathering.scan(heir)
    return
  }
  if (subcommand.inherit === false) return gathering.lockAll(inheritorsOf(catalog, key).map(keyOfRelation), mode)
  if (!hasReference(constraint)) return
  gathering.lockAll(family, mode)
  if (subcommand.enforced === undefined) return
  const becomesEnforced = subcommand.enforced && !constraint.enforced
  lockReferenced(
    gathering,
    catalog,
    constraint.references.table,
    becomesEnforced ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE',
  )
  if (becomesEnforced) scanForForeignKey(gathering, catalog, family, constraint.references.table)
}

/** RENAME CONSTRAINT: its index is renamed with it; heirs rename theirs. */
export function renameConstraint({ gathering, catalog, key, mode }: Alteration, name: string) {
  const constraint = constraintNamed(tableAt(catalog, key), name)
  if (constraint?.index !== undefined) return gathering.lockKnown(constraint.index, 'SHARE UPDATE EXCLUSIVE')
  if (!constraint || hasReference(constraint)) return
  for (const heir of inheritorsOf(catalog, key, { recursive: true }))
    if (constraintNamed(heir, name)) gathering.lock(keyOfRelation(heir), mode)
}
