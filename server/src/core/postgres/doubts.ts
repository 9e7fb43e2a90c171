import type { AlterRelation, Command, Drop } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import type { Call } from '../sql/parts'
import type { Subcommand } from '../sql/subcommands'
import { rootsOf } from './apply/drop'
import { cascadeOf, type Thing } from './cascades'
import {
  type Catalog,
  keyIn,
  keyOf,
  keyOfRelation,
  type Relation,
  type RelationKey,
  tableAt,
  temporarySchema,
  viewsReading,
  type WrittenName,
} from './catalog'
import { PersistentMap } from './persistent-map'
import { calleeOf, callsIn } from './routines'
import { volatilityOfCall } from './volatility'

/** Where the database may be otherwise than its catalog says, although the history starts at the beginning. */
export interface Doubts {
  /**
   * All relations there were when something last ran that nobody can follow: dynamic SQL, a function's body, a text that
   * cannot be read. Each of them may have changed since, and others may have come.
   */
  readonly since?: PersistentMap<Relation>
  /** Those of `since` that were made anew: they are as the catalog says. */
  readonly renewed?: PersistentMap<true>
  /** What an extension made besides: types and functions, or relations too. */
  readonly extended?: 'types' | 'relations'
  /** Whether the history made casts or operators of its own. */
  readonly casts?: boolean
  /** Whether a statement of this migration failed. */
  readonly failed?: boolean
  /** What statements name that failed or may not have run: relations, columns, types and all else, without schema. */
  readonly names: PersistentMap<true>
}

/** Returns `after`, the catalog that `command` leaves of `before`, with the doubts that it raises. */
export function withDoubts(before: Catalog, after: Catalog, command: Command): Catalog {
  switch (command.tag) {
    case 'DO': {
      if (!command.statements || command.hasDynamicSql) return clouded(after)
      if (command.calls?.some(call => mayDoAnything(call, after))) return clouded(after)
      const doubtful = command.statements.filter(
        inner => (inner.conditional || inner.repeated) && !rowsOnly.has(inner.command.tag),
      )
      return doubtful.reduce((result, inner) => doubting(result, inner.command), after)
    }
    case 'SELECT':
      return command.calls.some(call => mayDoAnything(call, after)) ? clouded(after) : after
    case 'CREATE VIEW':
      return withoutDoubt(after, command.view)
    case 'CREATE MATERIALIZED VIEW':
      return command.ifNotExists ? after : withoutDoubt(after, command.relation)
    case 'CREATE TABLE':
      return command.ifNotExists ? after : withoutDoubt(after, command.table)
    case 'CREATE SCHEMA':
      return command.ifNotExists || command.schema === '' ? after : withSchema(after, command.schema)
    case 'DROP SCHEMA':
      return command.cascade ? clouded(withoutSchemas(after, command)) : withoutSchemas(after, command)
    case 'CREATE EXTENSION':
      return extended(after, command.name?.name ?? '')
    case 'ALTER FUNCTION':
    case 'ALTER PROCEDURE':
    case 'ALTER ROUTINE':
      return withAlteredInDoubt(after, command)
    case 'CREATE CAST':
    case 'CREATE OPERATOR':
      return withDoubt(after, { casts: true })
    case 'ALTER DATABASE':
    case 'ALTER ROLE':
      return isAboutSearchPath(command) ? clouded(after) : after
    case 'CALL':
    case 'EXECUTE':
    case 'OTHER':
    case 'LOAD':
    case 'IMPORT FOREIGN SCHEMA':
    case 'ALTER EXTENSION':
    case 'ALTER SCHEMA':
    case 'CREATE EVENT TRIGGER':
    case 'DROP OWNED':
    case 'DROP EXTENSION':
      return clouded(after)
    case 'DROP TABLE':
    case 'DROP VIEW':
    case 'DROP MATERIALIZED VIEW':
    case 'DROP FOREIGN TABLE':
    case 'DROP SEQUENCE':
    case 'DROP INDEX':
    case 'DROP TRIGGER':
    case 'DROP POLICY':
    case 'DROP RULE':
      return after
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
    case 'DROP ROUTINE':
      if (command.cascade) return withCascadeInDoubt(before, after, command)
      return doubting(after, withoutSignatures(command, after))
    case 'DROP TYPE':
    case 'DROP DOMAIN':
      return command.cascade ? withCascadeInDoubt(before, after, command) : after
    case 'ALTER VIEW':
    case 'ALTER MATERIALIZED VIEW':
    case 'ALTER FOREIGN TABLE':
    case 'ALTER INDEX':
    case 'ALTER SEQUENCE':
      return withRenamedInDoubt(after, command)
    case 'ALTER TABLE':
      return withReadersInDoubt(before, withRenamedInDoubt(after, command), command)
    default:
      return 'names' in command && command.cascade ? clouded(after) : after
  }
}

/** What has no overload left is gone for sure; of others nobody knows for sure which one went. */
function withoutSignatures({ signatures: _, ...command }: Drop, after: Catalog): Drop {
  return { ...command, names: command.names.filter(name => after.routines.has(keyIn(after, after.routines, name))) }
}

/** Which one it was, and what has its new name, is not checked: nothing is said of either. */
function withAlteredInDoubt(after: Catalog, command: OtherCommand): Catalog {
  const { routine } = command
  if (routine && routine.renameTo === undefined && routine.setSchema === undefined) return after
  const extended = after.doubts?.extended ? after : withDoubt(after, { extended: 'types' })
  return doubting(extended, { ...command, relations: [], ...(routine && { routine: { ...routine, signature: '' } }) })
}

/** What goes with something is known but for what may mean something else by its name. */
function withCascadeInDoubt(before: Catalog, after: Catalog, command: Drop): Catalog {
  const roots = rootsOf(before, command)
  const isKnown = ({ name }: WrittenName) =>
    roots.some(root => 'key' in root && root.key.endsWith(`.${name}`) && isMadeHere(before, root)) ||
    isAbsenceSure(before, name, 'other')
  if (!command.names.every(isKnown)) return clouded(after)
  const unsure = cascadeOf(before, roots).filter(({ isSure }) => !isSure)
  return withNamesInDoubt(
    after,
    unsure.map(({ thing }) => thing),
  )
}

const isMadeHere = ({ types, routines }: Catalog, { kind, key }: Thing & { key: string }): boolean =>
  kind === 'type' ? types.has(key) : routines.has(key)

/** Which columns views and policies read is known by names alone: with CASCADE they may have gone, or not. */
function withReadersInDoubt(before: Catalog, after: Catalog, { relation, subcommands }: AlterRelation): Catalog {
  if (!subcommands.some(isCascading)) return after
  const table = keyOf(before, relation)
  if (!before.relations.has(table)) return clouded(after)
  const readers = cascadeOf(before, [{ kind: 'relation', key: table }]).filter(({ thing }) => isReader(before, thing))
  const views = viewsReading(before, table).map((view): Thing => ({ kind: 'relation', key: keyOfRelation(view) }))
  const own = (tableAt(before, table)?.policies ?? []).map(({ name }): Thing => ({ kind: 'policy', table, name }))
  const things = [...readers, ...cascadeOf(before, views)].map(({ thing }) => thing)
  return withNamesInDoubt(after, [...things, ...own])
}

const isReader = ({ relations }: Catalog, thing: Thing): boolean =>
  'key' in thing ? /view$/.test(relations.get(thing.key)?.kind ?? '') : thing.kind === 'policy' || thing.kind === 'rule'

function withNamesInDoubt(catalog: Catalog, things: readonly Thing[]): Catalog {
  const bare = (key: string) => key.slice(key.indexOf('.') + 1)
  const texts = things.map(thing => ('key' in thing ? bare(thing.key) : thing.name))
  const names = texts.reduce((all, text) => all.with(text, true), catalog.doubts?.names ?? noDoubts.names)
  return texts.length > 0 ? withDoubt(catalog, { names }) : catalog
}

/** What is in doubt under its name is so under another. */
function withRenamedInDoubt(after: Catalog, { relation, subcommands }: AlterRelation): Catalog {
  const { doubts } = after
  if (!doubts?.since && !doubts?.names.has(relation.name)) return after
  const moves = subcommands.filter(({ kind }) => kind === 'RENAME TO' || kind === 'SET SCHEMA')
  if (moves.length === 0) return after
  const isDoubtful =
    doubts.names.has(relation.name) || [...(doubts.since?.keys() ?? [])].some(key => key.endsWith(`.${relation.name}`))
  if (!isDoubtful) return after
  const names = moves.map(move => (move.kind === 'RENAME TO' ? move.to.name : relation.name))
  return withDoubt(after, { names: names.reduce((all, name) => all.with(name, true), doubts.names) })
}

const isCascading = (subcommand: Subcommand): boolean =>
  (subcommand.kind === 'DROP COLUMN' || subcommand.kind === 'DROP CONSTRAINT') && subcommand.cascade

/** What changes rows and no catalog. */
const rowsOnly: ReadonlySet<string> = new Set([
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'SELECT',
  'TRUNCATE TABLE',
  'LOCK TABLE',
])

/** Returns the catalog in which nothing is sure of what is there now, and all of what is made from now on. */
export function clouded(catalog: Catalog): Catalog {
  const { failed: _, renewed: __, ...doubts } = catalog.doubts ?? noDoubts
  return { ...catalog, doubts: { ...doubts, since: catalog.relations } }
}

/** Returns the catalog in which nothing is sure that `command` names. */
export function doubting(catalog: Catalog, command: Command, failed?: boolean): Catalog {
  const doubts = catalog.doubts ?? noDoubts
  let { names } = doubts
  for (const text of textsIn(command)) names = names.with(text, true)
  return { ...catalog, doubts: { ...doubts, names, ...(failed && { failed }) } }
}

/** Returns whether a relation is as the catalog says. */
export function isSure({ doubts }: Catalog, relation: Relation, key: RelationKey): boolean {
  // A temporary relation goes with a session that we do not see the end of.
  if (relation.conditional || relation.schema === temporarySchema) return false
  return !doubts || !((doubts.since?.has(key) && !doubts.renewed?.has(key)) || doubts.names.has(relation.name))
}

/** Returns whether a relation that the catalog does not have is not there; of a type or a function with `other`. */
export function isAbsenceSure({ complete, doubts }: Catalog, name: string, other?: 'other'): boolean {
  if (!complete) return false
  if (!doubts) return true
  const isExtended = other ? doubts.extended !== undefined : doubts.extended === 'relations'
  return !(doubts.since || isExtended || doubts.names.has(name))
}

const noDoubts: Doubts = { names: PersistentMap.empty() }

/** What this statement makes is known from now on, whatever had its name before. */
function withoutDoubt(catalog: Catalog, written: WrittenName): Catalog {
  const { doubts } = catalog
  if (!doubts) return catalog
  const [key, { since, names }] = [keyOf(catalog, written), doubts]
  if (!since?.has(key) && !names.has(written.name)) return catalog
  const renewed = since?.has(key) ? (doubts.renewed ?? PersistentMap.empty<true>()).with(key, true) : doubts.renewed
  return withDoubt(catalog, { names: names.without(written.name), ...(renewed && { renewed }) })
}

const withDoubt = (catalog: Catalog, doubt: Partial<Doubts>): Catalog => ({
  ...catalog,
  doubts: { ...(catalog.doubts ?? noDoubts), ...doubt },
})

function extended(catalog: Catalog, extension: string): Catalog {
  const doubts = catalog.doubts ?? noDoubts
  if (functionExtensions.has(extension) || doubts.extended === 'relations') return catalog
  const relations = relationsOfExtensions[extension]
  if (!relations && !typeExtensions.has(extension)) return { ...catalog, doubts: { ...doubts, extended: 'relations' } }
  const names = (relations ?? []).reduce((all, name) => all.with(name, true), doubts.names)
  return { ...catalog, doubts: { ...doubts, names, extended: 'types' } }
}

const withSchema = (catalog: Catalog, schema: string): Catalog => ({
  ...catalog,
  schemas: (catalog.schemas ?? PersistentMap.empty<true>()).with(schema, true),
})

function withoutSchemas(catalog: Catalog, { names }: Drop): Catalog {
  const { schemas } = catalog
  return schemas ? { ...catalog, schemas: names.reduce((rest, { name }) => rest.without(name), schemas) } : catalog
}

/**
 * Returns whether a call may change the catalog: PostgreSQL's own functions change none, but those that run a text, nor does one of
 * the history's whose body only reads and writes rows, nor pg_cron's, which
 * run a text later; of all others nobody knows.
 */
export function mayDoAnything(
  call: Parameters<typeof volatilityOfCall>[0] & Partial<Call>,
  catalog: Catalog,
  running: ReadonlySet<object> = new Set(),
  harmless: Set<object> = new Set(),
): boolean {
  if (/^(?:dblink|query_to_|database_to_|pg_restore_)/.test(call.name)) return true
  if (call.schema === 'cron' || /^postgis_extensions_/.test(call.name)) return false
  const volatility = volatilityOfCall(call, catalog)
  if (volatility !== 'unknown' && !(volatility === 'volatile' && catalog.routines.size > 0 && isMade(call, catalog)))
    return false
  const callee = call.arguments === undefined ? undefined : calleeOf(catalog, { ...call, arguments: call.arguments })
  if (!callee || 'unknown' in callee || running.has(callee.routine)) return true
  // Functions that call each other twice are as many ways as there are doublings.
  if (harmless.has(callee.routine)) return false
  const { statements, calls, hasDynamicSql } = callee.body
  if (hasDynamicSql || statements.some(({ command }) => !rowsOnly.has(command.tag))) return true
  const inside = new Set(running).add(callee.routine)
  const inner = [...calls, ...statements.flatMap(({ command }) => callsIn(command))]
  if (inner.some(other => mayDoAnything(other, catalog, inside, harmless))) return true
  harmless.add(callee.routine)
  return false
}

const isMade = ({ name }: { readonly name: string }, { routines }: Catalog): boolean => namesIn(routines).has(name)

/** Every statement that calls something asks for a name, and routines are made now and then. */
function namesIn(routines: Catalog['routines']): ReadonlySet<string> {
  const known = routineNames.get(routines)
  if (known) return known
  const names = new Set([...routines.keys()].map(key => key.slice(key.indexOf('.') + 1)))
  routineNames.set(routines, names)
  return names
}

const routineNames = new WeakMap<Catalog['routines'], ReadonlySet<string>>()

const isAboutSearchPath = ({ sets }: OtherCommand): boolean => sets?.parameter === 'search_path'

/** Extensions of contrib.html that make functions alone: no relation, and no type that columns have. */
const functionExtensions: ReadonlySet<string> = new Set([
  'uuid-ossp',
  'pgcrypto',
  'btree_gin',
  'plpgsql',
  'fuzzystrmatch',
])

/** Extensions that make types and functions, but no relation: contrib.html and their own scripts. */
const typeExtensions: ReadonlySet<string> = new Set([
  'citext',
  'hstore',
  'ltree',
  'cube',
  'earthdistance',
  'intarray',
  'isn',
  'seg',
  'lo',
  'pg_trgm',
  'unaccent',
  'tablefunc',
  'btree_gist',
  'vector',
])

/** Extensions that make relations of these names alone, by their own scripts. */
const relationsOfExtensions: Readonly<Record<string, readonly string[]>> = {
  postgis: ['spatial_ref_sys', 'geometry_columns', 'geography_columns', 'raster_columns', 'raster_overviews'],
  pg_stat_statements: ['pg_stat_statements', 'pg_stat_statements_info'],
  pg_buffercache: ['pg_buffercache'],
  pg_cron: ['job', 'job_run_details', 'jobid_seq', 'runid_seq'],
}

/** Every string inside a command: names, and much else that is no name. */
function* textsIn(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsIn(part)
}
