import type { AlterRelation } from '../../sql/commands'
import type { Identifier } from '../../sql/parts'
import type { Subcommand, SubcommandKind, SubcommandOf } from '../../sql/subcommands'
import { withSubcommand } from '../apply/alter-relation'
import {
  asTable,
  constraintNamed,
  foreignKeysTo,
  inheritorsOf,
  isIndex,
  keyOf,
  keyOfRelation,
  type Relation,
  type RelationKey,
  type Table,
  tableAt,
} from '../catalog'
import { foreignKeysOn } from '../dependents'
import { isSure } from '../doubts'
import type { Failure } from '../failures'
import { columnSubcommandFailure } from './columns'
import { constraintFailure } from './constraints'
import { dependFailure, describedRelation } from './drops'
import { inheritFailure, partitionFailure } from './partitions'
import { constraintAbsent, isAbsent, relationMissing, type Scene, sureRelation } from './relations'

/** Returns why ALTER TABLE and its like fail. */
export function alterFailure(scene: Scene, command: AlterRelation): Failure | undefined {
  const { relation: name } = command
  const found = sureRelation(scene, name)
  if (!found) return !command.ifExists && isAbsent(scene, name) ? relationMissing(name) : undefined
  const refused = kindFailure(command, found) ?? subcommandKindFailure(scene, command, found)
  if (refused) return refused
  return stepsFailure(scene, command, keyOf(scene.catalog, name))
}

/** ALTER INDEX ... RENAME takes other relations too (sql-alterindex.html); ALTER TABLE takes nearly all. */
function kindFailure(command: AlterRelation, { kind }: Relation): Failure | undefined {
  const wanted = nouns[command.tag]
  if (!wanted || command.subcommands.some(subcommand => subcommand.kind === 'SEQUENCE OPTIONS')) return undefined
  const isRename = command.subcommands.some(subcommand => subcommand.kind === 'RENAME TO')
  if (wanted.kinds.includes(kind) || (command.tag === 'ALTER INDEX' && isRename)) return undefined
  const { name, span } = command.relation
  return { message: `"${name}" is not ${wanted.noun}`, code: '42809', span }
}

const nouns: Readonly<
  Partial<Record<AlterRelation['tag'], { readonly noun: string; readonly kinds: readonly Relation['kind'][] }>>
> = {
  'ALTER INDEX': { noun: 'an index', kinds: ['index', 'partitioned index'] },
  'ALTER VIEW': { noun: 'a view', kinds: ['view'] },
  'ALTER MATERIALIZED VIEW': { noun: 'a materialized view', kinds: ['materialized view'] },
  'ALTER SEQUENCE': { noun: 'a sequence', kinds: ['sequence'] },
  'ALTER FOREIGN TABLE': { noun: 'a foreign table', kinds: ['foreign table'] },
}

/** What only tables have. */
function subcommandKindFailure({ postgres }: Scene, command: AlterRelation, found: Relation): Failure | undefined {
  if (command.tag !== 'ALTER TABLE' || !withoutRows.has(found.kind)) return undefined
  for (const { kind, keywords } of command.subcommands) {
    const action = tableActions[kind]
    if (!action) continue
    const message =
      postgres < 15
        ? `"${found.name}" is not ${action.before15}`
        : `ALTER action ${action.name} cannot be performed on relation "${found.name}"`
    return { message, code: '42809', span: keywords }
  }
  return undefined
}

const withoutRows: ReadonlySet<Relation['kind']> = new Set(['view', 'materialized view', 'sequence', 'index'])

const tableOnly = 'a table or foreign table'
const withColumns = 'a table, composite type, or foreign table'

const tableActions: Readonly<Partial<Record<SubcommandKind, { readonly name: string; readonly before15: string }>>> = {
  'ADD COLUMN': { name: 'ADD COLUMN', before15: withColumns },
  'DROP COLUMN': { name: 'DROP COLUMN', before15: withColumns },
  'ALTER COLUMN TYPE': { name: 'ALTER COLUMN ... SET DATA TYPE', before15: withColumns },
  'SET NOT NULL': { name: 'ALTER COLUMN ... SET NOT NULL', before15: tableOnly },
  'DROP NOT NULL': { name: 'ALTER COLUMN ... DROP NOT NULL', before15: tableOnly },
  'ADD CONSTRAINT': { name: 'ADD CONSTRAINT', before15: tableOnly },
  'DROP CONSTRAINT': { name: 'DROP CONSTRAINT', before15: tableOnly },
}

/** Each subcommand finds what those before it left, in the order in which PostgreSQL runs them. */
function stepsFailure(scene: Scene, command: AlterRelation, key: RelationKey): Failure | undefined {
  const { subcommands } = command
  if (subcommands.length === 1 && subcommands[0]) return subcommandFailure(scene, command, subcommands[0], key)
  let { catalog } = scene
  for (const subcommand of subcommands.toSorted((a, b) => passOf(a) - passOf(b))) {
    const failure = subcommandFailure({ ...scene, catalog }, command, subcommand, key)
    if (failure) return failure
    catalog = withSubcommand(catalog, key, subcommand, command, { postgres: scene.postgres })
  }
  return undefined
}

/** The passes of `ATRewriteCatalogs` in PostgreSQL's source; sql-altertable.html only says that there are some. */
function passOf(subcommand: Subcommand): number {
  switch (subcommand.kind) {
    case 'DROP COLUMN':
    case 'DROP CONSTRAINT':
    case 'DROP NOT NULL':
    case 'DROP DEFAULT':
    case 'DROP EXPRESSION':
    case 'DROP IDENTITY':
      return 0
    case 'ALTER COLUMN TYPE':
      return 1
    case 'ADD COLUMN':
      return 2
    case 'SET NOT NULL':
    case 'SET DEFAULT':
    case 'ADD GENERATED':
    case 'SET GENERATED':
      return 4
    case 'ADD CONSTRAINT':
      return passOfConstraint[subcommand.constraint.kind] ?? 3
    default:
      return 7
  }
}

const passOfConstraint: Readonly<Record<string, number>> = {
  'PRIMARY KEY': 5,
  UNIQUE: 5,
  EXCLUDE: 5,
  'FOREIGN KEY': 6,
}

function subcommandFailure(
  scene: Scene,
  command: AlterRelation,
  subcommand: Subcommand,
  key: RelationKey,
): Failure | undefined {
  const relation = scene.catalog.relations.get(key)
  if (!relation) return undefined
  const table = asTable(relation)
  switch (subcommand.kind) {
    case 'RENAME TO':
      return renameFailure(scene, relation, subcommand.to)
    case 'SET SCHEMA':
      return schemaFailure(scene, command, relation, subcommand.to.name)
    case 'ADD CONSTRAINT':
      return (
        table &&
        (constraintFailure(scene, table, subcommand.constraint) ?? onlyFailure(scene, command, table, subcommand))
      )
    case 'VALIDATE CONSTRAINT':
      return table && validateFailure(scene, table, subcommand.constraint)
    case 'ALTER CONSTRAINT':
      return table && constraintAbsent(scene, table, subcommand.constraint)
    case 'DROP CONSTRAINT':
      return table && dropConstraintFailure(scene, table, subcommand)
    case 'RENAME CONSTRAINT':
      return table && renameConstraintFailure(scene, table, subcommand)
    case 'INHERIT':
      return table && inheritFailure(scene, table, subcommand.parent)
    case 'SET PARAMETERS':
      return storageFailure(scene, relation, subcommand)
    case 'SET LOGGED':
    case 'SET UNLOGGED':
      return table && persistenceFailure(scene, table, subcommand)
    case 'ATTACH PARTITION':
    case 'DETACH PARTITION':
      return isIndex(relation) ? undefined : partitionFailure(scene, relation, subcommand)
    default:
      return table && columnSubcommandFailure(scene, command, table, subcommand)
  }
}

/** Heirs have the checks of their parents, but those with NO INHERIT. */
function onlyFailure(
  { catalog }: Scene,
  { only }: AlterRelation,
  table: Table,
  { constraint }: SubcommandOf<'ADD CONSTRAINT'>,
): Failure | undefined {
  if (!only || constraint.kind !== 'CHECK' || constraint.noInherit || catalog.doubts) return undefined
  if (inheritorsOf(catalog, keyOfRelation(table)).length === 0) return undefined
  return { message: 'constraint must be added to child tables too', code: '42P16', span: constraint.span }
}

/** A partitioned table has no storage of its own. */
function storageFailure({ postgres }: Scene, relation: Relation, { parameters, span }: SubcommandOf<'SET PARAMETERS'>) {
  const [first] = parameters
  if (relation.kind !== 'partitioned table' || first !== 'fillfactor') return undefined
  return postgres < 16
    ? { message: `unrecognized parameter "${first}"`, code: '22023', span }
    : { message: 'cannot specify storage parameters for a partitioned table', code: '42809', span }
}

/** What a logged table references is logged too; up to 17 that a partitioned table is unlogged meant nothing. */
function persistenceFailure({ catalog, postgres }: Scene, table: Table, { kind, span }: Subcommand) {
  if (table.kind === 'partitioned table' && postgres >= 18)
    return { message: `ALTER action ${kind} cannot be performed on relation "${table.name}"`, code: '42809', span }
  if (kind === 'SET LOGGED' || table.kind !== 'table' || table.persistence !== 'permanent') return undefined
  const key = keyOfRelation(table)
  const logged = foreignKeysTo(catalog, key).filter(
    ({ table: other }) => other.persistence === 'permanent' && keyOfRelation(other) !== key,
  )
  const [only, ...others] = logged
  if (!only || others.length > 0 || !isSure(catalog, only.table, keyOfRelation(only.table))) return undefined
  return {
    message: `could not change table "${table.name}" to unlogged because it references logged table "${only.table.name}"`,
    code: '42P16',
    span,
  }
}

/** Whether a parent has the constraint, so that the table cannot be without it. */
function isInherited({ catalog }: Scene, table: Table, name: string): boolean {
  const parents = [...table.inherits, ...(table.partitionOf === undefined ? [] : [table.partitionOf])]
  return parents.some(key => {
    const parent = tableAt(catalog, key)
    const known = constraintNamed(parent, name)
    return parent !== undefined && isSure(catalog, parent, key) && known?.kind === 'CHECK' && !known.noInherit
  })
}

function renameFailure(
  scene: Scene,
  relation: Relation,
  to: { readonly name: string; readonly span: Failure['span'] },
): Failure | undefined {
  const taken = sureRelation(scene, { schema: relation.schema, name: to.name })
  return taken && { message: `relation "${to.name}" already exists`, code: '42P07', ...(to.span && { span: to.span }) }
}

function schemaFailure(scene: Scene, { relation: name }: AlterRelation, relation: Relation, schema: string) {
  if (relation.schema === schema || !sureRelation(scene, { schema, name: relation.name })) return undefined
  return {
    message: `relation "${relation.name}" already exists in schema "${schema}"`,
    code: '42P07',
    span: name.span,
  }
}

function validateFailure(scene: Scene, table: Table, constraint: Identifier): Failure | undefined {
  const known = constraintNamed(table, constraint.name)
  if (!known) return constraintAbsent(scene, table, constraint)
  if (known.enforced || scene.catalog.doubts?.names.has(constraint.name)) return undefined
  return { message: 'cannot validate NOT ENFORCED constraint', code: '55000', span: constraint.span }
}

/** The foreign key of a partition is its parent's where that has the same. */
function isOfParent({ catalog }: Scene, { partitionOf }: Table, name: string): boolean {
  const parent = partitionOf === undefined ? undefined : tableAt(catalog, partitionOf)
  if (!parent || !isSure(catalog, parent, partitionOf ?? '') || catalog.doubts?.names.has(name)) return false
  const like = constraintNamed(parent, name)
  return like?.kind === 'FOREIGN KEY'
}

function dropConstraintFailure(
  scene: Scene,
  table: Table,
  { constraint, ifExists, cascade }: SubcommandOf<'DROP CONSTRAINT'>,
): Failure | undefined {
  const { catalog } = scene
  const missing = ifExists ? undefined : constraintAbsent(scene, table, constraint)
  if (
    !missing &&
    (isOfParent(scene, table, constraint.name) ||
      (constraintNamed(table, constraint.name)?.kind === 'CHECK' && isInherited(scene, table, constraint.name)))
  )
    return {
      message: `cannot drop inherited constraint "${constraint.name}" of relation "${table.name}"`,
      code: '42P16',
      span: constraint.span,
    }
  if (missing || cascade || catalog.doubts?.names.has(constraint.name)) return missing
  const index = catalog.relations.get(constraintNamed(table, constraint.name)?.index ?? '')
  if (!isIndex(index)) return undefined
  const isNeeded = foreignKeysOn(catalog, index).some(({ table: other }) =>
    isSure(catalog, other, keyOfRelation(other)),
  )
  if (!isNeeded) return undefined
  const printed = `constraint ${constraint.name} on ${describedRelation(catalog, table)}`
  return dependFailure([{ name: constraint.name, span: constraint.span }], [printed])
}

function renameConstraintFailure(
  scene: Scene,
  table: Table,
  { from, to }: Extract<Subcommand, { kind: 'RENAME COLUMN' | 'RENAME CONSTRAINT' }>,
): Failure | undefined {
  if (constraintAbsent(scene, table, from))
    return {
      message: `constraint "${from.name}" for table "${table.name}" does not exist`,
      code: '42704',
      span: from.span,
    }
  const known = constraintNamed(table, from.name)
  if (known?.kind === 'CHECK' && isInherited(scene, table, from.name))
    return { message: `cannot rename inherited constraint "${from.name}"`, code: '42P16', span: from.span }
  const isTaken = constraintNamed(table, to.name) !== undefined && !scene.catalog.doubts?.names.has(to.name)
  // With an index the name of the index comes first.
  if (!known || known.index !== undefined || !isTaken) return undefined
  return {
    message: `constraint "${to.name}" for relation "${table.name}" already exists`,
    code: '42710',
    span: to.span,
  }
}
