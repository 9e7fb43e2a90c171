import type { AlterRelation } from '../../sql/commands'
import type { Subcommand } from '../../sql/subcommands'
import { inPasses, withSubcommand } from '../apply/alter-relation'
import { type Catalog, keyOf, type RelationKey, type RelationKind } from '../catalog'
import type { Effects } from '../effects'
import { type LockMode, lockModes, stronger } from '../locks'
import { addColumn, alterColumn, changeType, dropColumn, dropNotNull, setNotNull } from './columns'
import { addConstraint, alterConstraint, dropConstraint, renameConstraint, validateConstraint } from './constraints'
import type { Circumstances } from './context'
import { Gathering } from './gathering'
import { attachPartition, detachPartition } from './partitions'
import { alterStorage } from './storage'
import { lockModeOf } from './subcommand-locks'

/** One subcommand of a statement, with all that decides its effects. */
export interface Alteration {
  readonly gathering: Gathering
  /** As the earlier subcommands left it. */
  readonly catalog: Catalog
  readonly command: AlterRelation
  readonly key: RelationKey
  /** What the statement is about, where we know; a table where we do not. */
  readonly kind: RelationKind
  /** The mode in which the statement locks its relation, and all relations it recurses to. */
  readonly mode: LockMode
  readonly postgres: number
  readonly parameters: ReadonlyMap<string, string>
}

/** Gathers the effects of ALTER TABLE and its like: one lock for all subcommands, in the mode of the strongest. */
export function alterEffects(gathering: Gathering, command: AlterRelation, circumstances: Circumstances) {
  const { catalog, postgres } = circumstances
  const key = keyOf(catalog, command.relation)
  if (isAbsent(command, catalog, key)) return
  const kind = catalog.relations.get(key)?.kind ?? kindBehind(command.tag)
  const mode = command.subcommands
    .map(subcommand => lockModeOf(subcommand, kind, command.tag))
    .reduce(stronger, lockModes[0])
  for (const step of stepsOf(command, catalog, key, postgres)) {
    alter({ gathering, command, key, kind, mode, ...circumstances, catalog: step.catalog }, step.subcommand)
  }
}

/** Returns the effects of each subcommand as if it stood alone, after the earlier ones. */
export function alterSubcommandEffects(command: AlterRelation, circumstances: Circumstances): readonly Effects[] {
  const { catalog, postgres } = circumstances
  const key = keyOf(catalog, command.relation)
  const kind = catalog.relations.get(key)?.kind ?? kindBehind(command.tag)
  return stepsOf(command, catalog, key, postgres).map(step => {
    const gathering = new Gathering(catalog)
    const mode = lockModeOf(step.subcommand, kind, command.tag)
    if (!isAbsent(command, catalog, key))
      alter({ gathering, command, key, kind, mode, ...circumstances, catalog: step.catalog }, step.subcommand)
    return gathering.effects
  })
}

/** IF EXISTS on what is not there does nothing at all. */
const isAbsent = (command: AlterRelation, catalog: Catalog, key: RelationKey): boolean =>
  command.ifExists !== undefined && catalog.complete && !catalog.relations.has(key)

/** Each subcommand with the catalog that it finds: PostgreSQL does not run them in the order written. */
function stepsOf(command: AlterRelation, catalog: Catalog, key: RelationKey, postgres: number) {
  const [only, ...others] = command.subcommands
  if (only && others.length === 0) return [{ subcommand: only, catalog }]
  let current = catalog
  const found = new Map<Subcommand, Catalog>()
  for (const subcommand of inPasses(command.subcommands)) {
    found.set(subcommand, current)
    current = withSubcommand(current, key, subcommand, command, { postgres })
  }
  return command.subcommands.map(subcommand => ({ subcommand, catalog: found.get(subcommand) ?? catalog }))
}

const kindBehind = (tag: AlterRelation['tag']): RelationKind =>
  ({
    'ALTER TABLE': 'table',
    'ALTER INDEX': 'index',
    'ALTER VIEW': 'view',
    'ALTER MATERIALIZED VIEW': 'materialized view',
    'ALTER SEQUENCE': 'sequence',
    'ALTER FOREIGN TABLE': 'foreign table',
  })[tag] as RelationKind

/** Gathers the effects of one subcommand. */
function alter(alteration: Alteration, subcommand: Subcommand) {
  const { gathering, key, kind, mode } = alteration
  gathering.lock(key, mode, kind)
  switch (subcommand.kind) {
    case 'ADD COLUMN':
      return addColumn(alteration, subcommand)
    case 'DROP COLUMN':
      return dropColumn(alteration, subcommand)
    case 'ALTER COLUMN TYPE':
      return changeType(alteration, subcommand)
    case 'SET NOT NULL':
      return setNotNull(alteration, subcommand.column.name)
    case 'DROP NOT NULL':
      return dropNotNull(alteration, subcommand.column.name)
    case 'ADD CONSTRAINT':
      return addConstraint(alteration, subcommand.constraint)
    case 'VALIDATE CONSTRAINT':
      return validateConstraint(alteration, subcommand.constraint.name)
    case 'DROP CONSTRAINT':
      return dropConstraint(alteration, subcommand)
    case 'ALTER CONSTRAINT':
      return alterConstraint(alteration, subcommand)
    case 'RENAME CONSTRAINT':
      return renameConstraint(alteration, subcommand.from.name)
    case 'ATTACH PARTITION':
      return attachPartition(alteration, subcommand)
    case 'DETACH PARTITION':
      return detachPartition(alteration, subcommand)
    case 'SET DEFAULT':
    case 'DROP DEFAULT':
    case 'ADD GENERATED':
    case 'SET GENERATED':
    case 'DROP IDENTITY':
    case 'SET EXPRESSION':
    case 'DROP EXPRESSION':
    case 'SET STATISTICS':
    case 'SET STORAGE':
    case 'RENAME COLUMN':
      return alterColumn(alteration, subcommand)
    default:
      return alterStorage(alteration, subcommand)
  }
}
