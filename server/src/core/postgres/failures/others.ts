import type { Comment, CreateTrigger, RefreshMaterializedView } from '../../sql/commands'
import type { OtherCommand } from '../../sql/other-commands'
import type { Name } from '../../sql/parts'
import { asTable, indexesOf, keyIn, keyOfRelation } from '../catalog'
import { isAbsenceSure } from '../doubts'
import type { Failure } from '../failures'
import { isBuiltInFunction } from '../volatility'
import {
  columnFailure,
  isAnywhere,
  isSchemaKnown,
  relationFailure,
  type Scene,
  sureRelation,
  written,
} from './relations'

/** Returns the failure of the first relation among `names` that certainly is not there. */
export function missingAmong(scene: Scene, names: readonly Name[]): Failure | undefined {
  for (const name of names) {
    const missing = relationFailure(scene, name)
    if (missing) return missing
  }
  return undefined
}

export function createTriggerFailure(scene: Scene, command: CreateTrigger): Failure | undefined {
  const { catalog } = scene
  const missing = relationFailure(scene, command.table) ?? functionFailure(scene, command.function)
  if (missing || command.orReplace) return missing
  const table = asTable(sureRelation(scene, command.table))
  const { name, span } = command.name
  if (!table?.triggers.some(trigger => trigger.name === name) || catalog.doubts?.names.has(name)) return undefined
  return { message: `trigger "${name}" for relation "${table.name}" already exists`, code: '42710', span }
}

/** Trigger functions of extensions that somebody may have created before the first migration: contrib-spi.html, lo.html. */
const triggersOfExtensions: ReadonlySet<string> = new Set([
  'moddatetime',
  'insert_username',
  'autoinc',
  'check_primary_key',
  'check_foreign_key',
  'lo_manage',
  'versioning',
])

function functionFailure({ catalog }: Scene, called: Name): Failure | undefined {
  const { schema, name, span } = called
  if (catalog.routines.has(keyIn(catalog, catalog.routines, called))) return undefined
  if (!isAbsenceSure(catalog, name, 'other') || !isSchemaKnown(catalog, schema) || isBuiltInFunction(name))
    return undefined
  if (triggersOfExtensions.has(name) || isAnywhere(catalog.routines, called)) return undefined
  return { message: `function ${written(called)}() does not exist`, code: '42883', span }
}

/** CREATE POLICY. */
export function createPolicyFailure(scene: Scene, { relations, name }: OtherCommand): Failure | undefined {
  const missing = missingAmong(scene, relations)
  const [relation] = relations
  const table = relation && asTable(sureRelation(scene, relation))
  if (missing || !table || !name || !table.policies?.some(policy => policy.name === name.name)) return missing
  if (scene.catalog.doubts?.names.has(name.name)) return undefined
  return { message: `policy "${name.name}" for table "${table.name}" already exists`, code: '42710' }
}

export function commentFailure(scene: Scene, { on, relation, column }: Comment): Failure | undefined {
  if (!relation || (on !== 'TABLE' && on !== 'COLUMN' && on !== 'VIEW' && on !== 'INDEX')) return undefined
  const missing = relationFailure(scene, relation)
  if (missing || column === undefined) return missing
  return columnFailure(scene, asTable(sureRelation(scene, relation)), column, relation.span)
}

export function refreshFailure(
  scene: Scene,
  { view, concurrently, withData }: RefreshMaterializedView,
): Failure | undefined {
  const missing = relationFailure(scene, view)
  if (missing) return missing
  const found = sureRelation(scene, view)
  if (!found) return undefined
  if (found.kind !== 'materialized view') return undefined
  if (concurrently && !withData && found.written)
    return {
      message: 'CONCURRENTLY and WITH NO DATA options cannot be used together',
      code: '42601',
      span: view.span,
    }
  const canMatchRows = indexesOf(scene.catalog, keyOfRelation(found)).some(
    index => index.conditional || (index.unique && !index.partial),
  )
  if (!concurrently || canMatchRows || scene.catalog.doubts?.since) return undefined
  return {
    message: `cannot refresh materialized view "${found.schema}.${found.name}" concurrently`,
    code: '55000',
    span: view.span,
  }
}
