import type { AlterRelation } from '../../sql/commands'
import type { Subcommand, SubcommandOf } from '../../sql/subcommands'
import {
  asTable,
  type Catalog,
  type Column,
  type Constraint,
  columnNamed,
  constraintNamed,
  creationSchema,
  type Index,
  identitySequences,
  indexesOf,
  isIndex,
  key as keyFor,
  keyOf,
  keyOfRelation,
  mayInherit,
  partitionIndexesOf,
  partitionsOf,
  type RelationKey,
  sequencesOwnedBy,
  type Table,
  tableAt,
} from '../catalog'
import { renamedRelation, withOwner, withoutRelation, withRelation, withTable } from '../edit'
import { nameOfNotNull } from '../names'
import type { At } from './at'
import {
  generationOf,
  renamedColumn,
  withColumn,
  withColumnChanged,
  withColumnType,
  withOwnSequence,
  withoutColumn,
} from './columns'
import {
  renamedConstraint,
  withConstraint,
  withConstraintChanged,
  withIndexRenamed,
  withNotNullColumns,
  withoutConstraint,
} from './constraints'
import { withPartitionAttached, withPartitionDetached } from './partitions'

/** Returns the catalog after ALTER TABLE and its like. */
export function withRelationAltered(catalog: Catalog, command: AlterRelation, at: At): Catalog {
  const key = keyOf(catalog, command.relation)
  if (!catalog.relations.has(key) && catalog.complete) return catalog
  const known = catalog.relations.has(key) ? catalog : withPlaceholder(catalog, command)
  return inPasses(command.subcommands).reduce(
    (result, subcommand) => withSubcommand(result, key, subcommand, command, at),
    known,
  )
}

/**
 * Returns the subcommands in the order in which PostgreSQL runs them: first it drops, then it changes types, then it adds
 * columns, and so on (`AlterTablePass` of its source).
 */
export const inPasses = (subcommands: readonly Subcommand[]): readonly Subcommand[] =>
  subcommands.length < 2 ? subcommands : [...subcommands].sort((a, b) => passOf(a) - passOf(b))

function passOf(subcommand: Subcommand): number {
  switch (subcommand.kind) {
    case 'DROP COLUMN':
    case 'DROP CONSTRAINT':
    case 'DROP NOT NULL':
    case 'DROP DEFAULT':
    case 'DROP IDENTITY':
    case 'DROP EXPRESSION':
      return 0
    case 'ALTER COLUMN TYPE':
      return 1
    case 'ADD COLUMN':
    case 'SET EXPRESSION':
      return 2
    case 'ADD CONSTRAINT':
      return subcommand.constraint.kind === 'FOREIGN KEY' ? 6 : subcommand.constraint.kind === 'CHECK' ? 3 : 5
    case 'SET NOT NULL':
    case 'SET STATISTICS':
    case 'SET STORAGE':
      return 4
    default:
      return 6
  }
}

/** A relation that an incomplete history has not made: what this statement tells of it is worth knowing. */
function withPlaceholder(catalog: Catalog, command: AlterRelation): Catalog {
  if (command.tag !== 'ALTER TABLE') return catalog
  return withRelation(catalog, {
    kind: command.subcommands.some(subcommand => subcommand.kind === 'ATTACH PARTITION')
      ? 'partitioned table'
      : 'table',
    schema: creationSchema(catalog, command.relation),
    name: command.relation.name,
    conditional: false,
    persistence: 'permanent',
    columns: [],
    columnsKnown: false,
    constraints: [],
    isDefaultPartition: false,
    inherits: [],
    reads: [],
    triggers: [],
    written: true,
  })
}

/** Triggers of that name are turned on or off on partitions too (sql-altertable.html). */
function withTriggersTurned(
  catalog: Catalog,
  key: RelationKey,
  { kind, trigger: name, onReplicas }: SubcommandOf<'ENABLE TRIGGER' | 'DISABLE TRIGGER'>,
): Catalog {
  return withTable(catalog, key, table => ({
    ...table,
    triggers: table.triggers.map(({ isOff, ...trigger }) => {
      if (name !== undefined && trigger.name !== name) return isOff ? { ...trigger, isOff } : trigger
      return kind === 'DISABLE TRIGGER' || onReplicas ? { ...trigger, isOff: true } : trigger
    }),
  }))
}

/** Returns the catalog after one subcommand on the relation at `key`. */
export function withSubcommand(
  catalog: Catalog,
  key: RelationKey,
  subcommand: Subcommand,
  command: Pick<AlterRelation, 'tag' | 'only'>,
  at: At,
): Catalog {
  switch (subcommand.kind) {
    case 'ADD COLUMN':
      return withColumn(catalog, key, subcommand.column, at)
    case 'DROP COLUMN':
      return withoutColumn(catalog, key, subcommand.column.name, subcommand.cascade, command.only)
    case 'ALTER COLUMN TYPE':
      return withColumnType(catalog, key, subcommand.column.name, subcommand.type, subcommand.collation)
    case 'SET DEFAULT': {
      const value = subcommand.expression.kind === 'null' ? undefined : subcommand.expression
      return withColumnChanged(
        catalog,
        key,
        subcommand.column.name,
        ({ default: _, ...column }) => ({ ...column, ...(value && { default: value }) }),
        command.only,
      )
    }
    case 'DROP DEFAULT':
      return withColumnChanged(
        catalog,
        key,
        subcommand.column.name,
        ({ default: _, ...column }) => column,
        command.only,
      )
    case 'SET NOT NULL':
      return withNotNullSet(catalog, key, subcommand.column.name, command.only)
    case 'DROP NOT NULL':
      return withoutNotNull(catalog, key, subcommand.column.name, command.only)
    case 'ADD GENERATED':
      return withIdentity(catalog, key, subcommand.column.name, at)
    case 'SET GENERATED':
      // Which of the two is not read: nothing is sure of it from here.
      return withColumnChanged(
        catalog,
        key,
        subcommand.column.name,
        known => (known.identityAlways ? { ...known, identityAlways: false } : known),
        true,
      )
    case 'DROP IDENTITY':
      return withoutIdentity(catalog, key, subcommand.column.name)
    case 'DROP EXPRESSION':
      return withColumnChanged(
        catalog,
        key,
        subcommand.column.name,
        ({ generated: _, generatedFrom: __, generatedUses: ___, ...column }) => column,
        command.only,
      )
    case 'SET EXPRESSION': {
      const generation = generationOf(subcommand.expression)
      const change = ({ generatedUses: _, ...column }: Column): Column => ({ ...column, ...generation })
      return withColumnChanged(catalog, key, subcommand.column.name, change)
    }
    case 'ADD CONSTRAINT':
      return withConstraint(catalog, key, subcommand.constraint, at, command.only)
    case 'VALIDATE CONSTRAINT':
      return withValidated(catalog, key, subcommand.constraint.name)
    case 'ALTER CONSTRAINT':
      return withConstraintAltered(catalog, key, subcommand)
    case 'DROP CONSTRAINT':
      return withoutConstraint(catalog, key, subcommand.constraint.name, command.only, subcommand.cascade)
    case 'RENAME COLUMN':
      return renamedColumn(catalog, key, subcommand.from.name, subcommand.to.name)
    case 'RENAME CONSTRAINT':
      return renamedConstraint(catalog, key, subcommand.from.name, subcommand.to.name)
    case 'RENAME TO':
      return isIndex(catalog.relations.get(key))
        ? withIndexRenamed(catalog, key, subcommand.to.name)
        : renamedRelation(catalog, key, { name: subcommand.to.name })
    case 'SET SCHEMA':
      return inSchema(catalog, key, subcommand.to.name)
    case 'ATTACH PARTITION': {
      const partition = keyOf(catalog, subcommand.partition)
      return isIndex(catalog.relations.get(key))
        ? withIndexAttached(catalog, key, partition)
        : withPartitionAttached(catalog, key, partition, subcommand.bound, subcommand.isDefault, at)
    }
    case 'DETACH PARTITION':
      return withPartitionDetached(catalog, keyOf(catalog, subcommand.partition), subcommand.concurrently)
    case 'INHERIT': {
      const parent = keyOf(catalog, subcommand.parent)
      return mayInherit(catalog, key, parent)
        ? withTable(catalog, key, table => ({ ...table, inherits: [...table.inherits, parent] }))
        : catalog
    }
    case 'NO INHERIT': {
      const parent = keyOf(catalog, subcommand.parent)
      return withTable(catalog, key, table => ({
        ...table,
        inherits: table.inherits.filter(other => other !== parent),
      }))
    }
    case 'ENABLE TRIGGER':
    case 'DISABLE TRIGGER':
      return [key, ...(command.only ? [] : partitionsOf(catalog, key, { recursive: true }).map(keyOfRelation))].reduce(
        (result, table) => withTriggersTurned(result, table, subcommand),
        catalog,
      )
    case 'ENABLE ROW LEVEL SECURITY':
    case 'DISABLE ROW LEVEL SECURITY':
      return withTable(catalog, key, table => ({
        ...table,
        rowSecurity: subcommand.kind === 'ENABLE ROW LEVEL SECURITY',
      }))
    case 'FORCE ROW LEVEL SECURITY':
    case 'NO FORCE ROW LEVEL SECURITY':
      return withTable(catalog, key, table => ({
        ...table,
        rowSecurityForced: subcommand.kind === 'FORCE ROW LEVEL SECURITY',
      }))
    case 'SET LOGGED':
      return withTable(catalog, key, table => ({ ...table, persistence: 'permanent' }))
    case 'SET UNLOGGED':
      return withTable(catalog, key, table => ({ ...table, persistence: 'unlogged' }))
    case 'ENABLE RULE':
    case 'DISABLE RULE':
      return withTable(catalog, key, table => ({
        ...table,
        rules: (table.rules ?? []).map(rule =>
          rule.name === subcommand.rule
            ? { ...rule, isOff: subcommand.kind === 'DISABLE RULE' || subcommand.onReplicas === true }
            : rule,
        ),
      }))
    case 'OWNER TO':
      // CURRENT_USER and its like are nobody that the history knows.
      return withOwner(catalog, key, subcommand.to === '' ? undefined : subcommand.to)
    case 'SEQUENCE OPTIONS':
      return withOwningColumn(catalog, key, subcommand.ownedBy)
    default:
      return catalog
  }
}

/** From NO INHERIT to INHERIT, a NOT NULL holds for the heirs too. */
function withConstraintAltered(
  catalog: Catalog,
  key: RelationKey,
  { constraint, enforced, inherit }: SubcommandOf<'ALTER CONSTRAINT'>,
): Catalog {
  const changed = withConstraintChanged(catalog, key, constraint.name, known => ({
    ...known,
    ...(enforced !== undefined && { enforced, validated: enforced }),
    ...(inherit !== undefined && { noInherit: !inherit }),
  }))
  const known = constraintNamed(tableAt(catalog, key), constraint.name)
  return inherit && known?.kind === 'NOT NULL' ? withNotNullColumns(changed, key, known.columns) : changed
}

/** SET NOT NULL on 18 also validates a NOT NULL that was added NOT VALID. */
function withNotNullSet(catalog: Catalog, key: RelationKey, column: string, only: boolean): Catalog {
  const result = withNotNullColumns(catalog, key, [column], only)
  return withTable(result, key, table => {
    const isKnown = columnNamed(table, column) || table.constraints.some(other => isNotNullOf(other, column))
    return {
      ...table,
      constraints: [
        ...table.constraints.map(other => (isNotNullOf(other, column) ? { ...other, validated: true } : other)),
        // Of a column that we have not seen being made this is all there is to know.
        ...(isKnown ? [] : [notNullOf(table, column)]),
      ],
    }
  })
}

const isNotNullOf = (constraint: Constraint, column: string): boolean =>
  constraint.kind === 'NOT NULL' && constraint.columns.includes(column)

const notNullOf = (table: Table, column: string): Constraint => ({
  name: nameOfNotNull(table, column),
  kind: 'NOT NULL',
  columns: [column],
  validated: true,
  enforced: true,
  provesNotNull: [],
  noInherit: false,
})

function withoutNotNull(catalog: Catalog, key: RelationKey, column: string, only: boolean): Catalog {
  const named = tableAt(catalog, key)?.constraints.find(
    constraint => constraint.kind === 'NOT NULL' && constraint.columns.includes(column),
  )
  const without = named ? withoutConstraint(catalog, key, named.name, only) : catalog
  return withNotNullColumns(without, key, [column], only, false)
}

function withIdentity(catalog: Catalog, key: RelationKey, column: string, at: At): Catalog {
  const identified = withColumnChanged(
    catalog,
    key,
    column,
    known => ({ ...known, identity: true, identityAlways: false }),
    true,
  )
  return withOwnSequence(identified, key, column, at)
}

function withoutIdentity(catalog: Catalog, key: RelationKey, column: string): Catalog {
  if (!columnNamed(tableAt(catalog, key), column)?.identity) return catalog
  const without = withColumnChanged(catalog, key, column, known => ({ ...known, identity: false }), true)
  const sequences = identitySequences(without, key, column)
  return sequences.reduce((result, sequence) => withoutRelation(result, keyOfRelation(sequence)), without)
}

function withValidated(catalog: Catalog, key: RelationKey, name: string): Catalog {
  const table = tableAt(catalog, key)
  const constraint = constraintNamed(table, name)
  const validated = withConstraintChanged(catalog, key, name, known =>
    known.enforced ? { ...known, validated: true } : known,
  )
  const unnamed = table?.columns.find(column => nameOfNotNull(table, column.name) === name)
  const notNull = constraint?.kind === 'NOT NULL' ? constraint.columns : constraint || !unnamed ? [] : [unnamed.name]
  return notNull.length > 0 ? withNotNullColumns(validated, key, notNull) : validated
}

/** A table takes its indexes, constraints and owned sequences along (sql-altertable.html, SET SCHEMA). */
function inSchema(catalog: Catalog, key: RelationKey, schema: string): Catalog {
  const relation = catalog.relations.get(key)
  if (!relation) return catalog
  const followers = asTable(relation) ? [...indexesOf(catalog, key), ...sequencesOwnedBy(catalog, key)] : []
  const moved = renamedRelation(catalog, key, { schema })
  const withFollowers = followers.reduce(
    (result, follower) => renamedRelation(result, keyOfRelation(follower), { schema }),
    moved,
  )
  return withTable(withFollowers, keyFor(schema, relation.name), table => ({
    ...table,
    constraints: table.constraints.map(constraint =>
      constraint.index === undefined ? constraint : { ...constraint, index: keyFor(schema, constraint.name) },
    ),
  }))
}

function withIndexAttached(catalog: Catalog, parent: RelationKey, index: RelationKey): Catalog {
  const found = catalog.relations.get(index)
  const isCircle = parent === index || partitionIndexesOf(catalog, index, { recursive: true }).some(isAt(parent))
  return isIndex(found) && !isCircle ? withRelation(catalog, { ...found, partitionOf: parent }) : catalog
}

const isAt = (key: RelationKey) => (index: Index) => keyOfRelation(index) === key

function withOwningColumn(
  catalog: Catalog,
  key: RelationKey,
  owner: { readonly table: { schema?: string; name: string }; readonly column: string } | null | undefined,
): Catalog {
  const sequence = catalog.relations.get(key)
  if (sequence?.kind !== 'sequence' || owner === undefined) return catalog
  const { ownedBy: _, ...free } = sequence
  return withRelation(
    catalog,
    owner === null ? free : { ...free, ownedBy: { table: keyOf(catalog, owner.table), column: owner.column } },
  )
}
