import type { AlterRelation, Command, Drop, OtherCommand } from '../sql/commands'
import type { Subcommand } from '../sql/subcommands'
import { type Catalog, keyIn, type Relation, type RelationKey, temporarySchema } from './catalog'
import { PersistentMap } from './persistent-map'
import { volatilityOfCall } from './volatility'

/** Where the database may be otherwise than its catalog says, although the history starts at the beginning. */
export interface Doubts {
  /**
   * All relations there were when something last ran that nobody can follow: dynamic SQL, a function's body, a text that
   * cannot be read. Each of them may have changed since, and others may have come.
   */
  readonly since?: PersistentMap<Relation>
  /** What an extension made besides: types and functions, or relations too. */
  readonly extended?: 'types' | 'relations'
  /** Whether the history made casts or operators of its own. */
  readonly casts?: boolean
  /** Whether a statement of this migration failed. */
  readonly failed?: boolean
  /** What statements name that failed or may not have run: relations, columns, types and all else, without schema. */
  readonly names: PersistentMap<true>
}

/** Returns `after`, the catalog that `command` leaves, with the doubts that it raises. */
export function withDoubts(after: Catalog, command: Command): Catalog {
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
      return after
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
    case 'DROP ROUTINE':
      return command.cascade ? clouded(after) : doubting(after, withoutSignatures(command, after))
    case 'ALTER VIEW':
    case 'ALTER MATERIALIZED VIEW':
    case 'ALTER FOREIGN TABLE':
    case 'ALTER INDEX':
    case 'ALTER SEQUENCE':
      return withRenamedInDoubt(after, command)
    case 'ALTER TABLE':
      // What goes with a column or a key is known by names alone.
      return command.subcommands.some(isCascading) ? clouded(after) : withRenamedInDoubt(after, command)
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
  const { failed: _, ...doubts } = catalog.doubts ?? noDoubts
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
  return !doubts || !(doubts.since?.has(key) || doubts.names.has(relation.name))
}

/** Returns whether a relation that the catalog does not have is not there; of a type or a function with `other`. */
export function isAbsenceSure({ complete, doubts }: Catalog, name: string, other?: 'other'): boolean {
  if (!complete) return false
  if (!doubts) return true
  const isExtended = other ? doubts.extended !== undefined : doubts.extended === 'relations'
  return !(doubts.since || isExtended || doubts.names.has(name))
}

const noDoubts: Doubts = { names: PersistentMap.empty() }

const withDoubt = (catalog: Catalog, doubt: Partial<Doubts>): Catalog => ({
  ...catalog,
  doubts: { ...(catalog.doubts ?? noDoubts), ...doubt },
})

function extended(catalog: Catalog, extension: string): Catalog {
  const doubts = catalog.doubts ?? noDoubts
  if (functionExtensions.has(extension) || doubts.extended === 'relations') return catalog
  return { ...catalog, doubts: { ...doubts, extended: typeExtensions.has(extension) ? 'types' : 'relations' } }
}

const withSchema = (catalog: Catalog, schema: string): Catalog => ({
  ...catalog,
  schemas: (catalog.schemas ?? PersistentMap.empty<true>()).with(schema, true),
})

function withoutSchemas(catalog: Catalog, { names }: Drop): Catalog {
  const { schemas } = catalog
  return schemas ? { ...catalog, schemas: names.reduce((rest, { name }) => rest.without(name), schemas) } : catalog
}

/** Returns whether a call may change the catalog: PostgreSQL's own functions change none, but those that run a text; of all others nobody knows. */
export function mayDoAnything(call: Parameters<typeof volatilityOfCall>[0], catalog: Catalog): boolean {
  if (/^(?:dblink|query_to_|database_to_|pg_restore_)/.test(call.name)) return true
  const volatility = volatilityOfCall(call, catalog)
  return volatility === 'unknown' || (volatility === 'volatile' && catalog.routines.size > 0 && isMade(call, catalog))
}

function isMade({ name }: { readonly name: string }, { routines }: Catalog): boolean {
  for (const key of routines.keys()) if (key.endsWith(`.${name}`)) return true
  return false
}

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

/** Every string inside a command: names, and much else that is no name. */
function* textsIn(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsIn(part)
}
