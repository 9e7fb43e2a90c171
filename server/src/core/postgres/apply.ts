import type { Command, CreateTrigger } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import type { Name } from '../sql/parts'
import { withRelationAltered } from './apply/alter-relation'
import type { At } from './apply/at'
import { withBody, withCalled, withRoutine, withRoutineAltered } from './apply/bodies'
import { withTableCreated } from './apply/create-table'
import { withDropped, withoutRelations } from './apply/drop'
import { withIndexCreated } from './apply/indexes'
import { withPart } from './apply/parts'
import { withSchemaRenamed } from './apply/schema'
import { withType, withTypeAltered } from './apply/types'
import { withQueryStored, withView } from './apply/views'
import {
  type Catalog,
  creationSchema,
  key,
  keyOf,
  keyOfRelation,
  membershipKey,
  partitionsOf,
  type RelationKey,
  type Trigger,
  temporarySchema,
} from './catalog'
import { withDoubts } from './doubts'
import { withOwner, withRelation, withTable } from './edit'
import { relationsOwnedBy } from './searches'

/**
 * Returns the catalog after a command, as PostgreSQL would leave it; unchanged by what it does not understand. It
 * trusts the command to succeed and never throws: names that nobody made are ignored.
 */
export const apply = (catalog: Catalog, command: Command, at: At = {}): Catalog =>
  withDoubts(catalog, applied(catalog, command, at), command)

function applied(catalog: Catalog, command: Command, at: At): Catalog {
  switch (command.tag) {
    case 'CREATE TABLE':
    case 'CREATE FOREIGN TABLE':
      return withTableCreated(catalog, command, at)
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
    case 'CREATE MATERIALIZED VIEW':
      return withQueryStored(catalog, command, at)
    case 'CREATE VIEW':
      return withView(catalog, command, at)
    case 'CREATE INDEX':
      return withIndexCreated(catalog, command, at)
    case 'CREATE SEQUENCE':
      return withSequence(catalog, command, at)
    case 'ALTER TABLE':
    case 'ALTER INDEX':
    case 'ALTER VIEW':
    case 'ALTER MATERIALIZED VIEW':
    case 'ALTER SEQUENCE':
    case 'ALTER FOREIGN TABLE':
      return withRelationAltered(catalog, command, at)
    case 'CREATE SCHEMA': {
      if (!command.elements) return catalog
      const within: Catalog = { ...catalog, searchPath: [command.schema, ...catalog.searchPath] }
      const after = command.elements.reduce<Catalog>((result, element) => apply(result, element, at), within)
      return { ...after, searchPath: catalog.searchPath }
    }
    case 'CREATE TYPE':
    case 'CREATE DOMAIN':
      return withType(catalog, command, at)
    case 'ALTER TYPE':
    case 'ALTER DOMAIN':
      return withTypeAltered(catalog, command)
    case 'CREATE FUNCTION':
    case 'CREATE PROCEDURE':
      return withRoutine(catalog, command)
    case 'ALTER FUNCTION':
    case 'ALTER PROCEDURE':
    case 'ALTER ROUTINE':
      return withRoutineAltered(catalog, command)
    case 'CREATE TRIGGER':
      return withTrigger(catalog, keyOf(catalog, command.table), command)
    case 'REASSIGN OWNED':
      return relationsOwnedBy(catalog, command.roles).reduce(
        (result, key) => withOwner(result, key, undefined),
        catalog,
      )
    case 'DROP OWNED':
      return withoutRelations(catalog, relationsOwnedBy(catalog, command.roles), command.cascade === true, at)
    case 'CREATE STATISTICS':
    case 'CREATE PUBLICATION':
    case 'ALTER PUBLICATION':
      return withMembers(catalog, command)
    case 'CREATE POLICY':
    case 'ALTER POLICY':
    case 'CREATE RULE':
    case 'ALTER RULE':
      return withPart(catalog, command)
    case 'ALTER SCHEMA':
      return command.rename ? withSchemaRenamed(catalog, command.rename.from, command.rename.to) : catalog
    case 'ALTER TRIGGER': {
      const [table] = command.relations
      return table && command.rename
        ? withTriggerRenamed(catalog, keyOf(catalog, table), command.rename, (at.postgres ?? 15) >= 15)
        : catalog
    }
    case 'DO':
      return withBody(catalog, { statements: command.statements ?? [] }, at, apply)
    case 'CALL':
      return withCalled(catalog, command.calls ?? [], at, apply)
    case 'SET':
    case 'RESET':
      return command.parameter === 'search_path' || command.parameter === 'all'
        ? { ...catalog, searchPath: searchPathOf(command.value) }
        : catalog
    case 'INSERT':
    case 'MERGE':
      return withRows(catalog, command.table)
    case 'COPY':
      return command.direction === 'FROM' && command.table ? withRows(catalog, command.table) : catalog
    case 'SELECT':
      return withCalled(command.writes.reduce(withRows, catalog), command.calls, at, apply)
    case 'TRUNCATE TABLE':
      return command.tables.reduce((result, name) => withRows(result, name, false), catalog)
    default:
      return 'names' in command ? withDropped(catalog, command, at) : catalog
  }
}

function withSequence(catalog: Catalog, command: Extract<Command, { tag: 'CREATE SEQUENCE' }>, at: At): Catalog {
  const schema = command.persistence === 'temporary' ? temporarySchema : creationSchema(catalog, command.sequence)
  if (command.ifNotExists && catalog.relations.has(key(schema, command.sequence.name))) return catalog
  return withRelation(catalog, {
    kind: 'sequence',
    schema,
    name: command.sequence.name,
    born: at.birth,
    conditional: (at.conditional ?? false) || (command.ifNotExists !== undefined && !catalog.complete),
    ...(command.ownedBy && {
      ownedBy: { table: keyOf(catalog, command.ownedBy.table), column: command.ownedBy.column },
    }),
  })
}

/** A row trigger of a partitioned table stands on its partitions too (sql-createtrigger.html). */
function withTrigger(catalog: Catalog, table: RelationKey, command: CreateTrigger): Catalog {
  const trigger: Trigger = {
    name: command.name.name,
    isRow: command.isRow === true,
    function: command.function.name,
    ...(command.function.schema !== undefined && { schema: command.function.schema }),
    ...(command.events && { events: command.events }),
    ...(command.columns && { columns: command.columns }),
    ...(command.uses && { uses: command.uses }),
    ...(command.isInsteadOf && { isInsteadOf: true }),
  }
  const added = withTable(catalog, table, known => ({
    ...known,
    triggers: [...known.triggers.filter(other => other.name !== trigger.name), trigger],
  }))
  const partitions = trigger.isRow ? partitionsOf(added, table) : []
  return partitions.reduce((result, partition) => withTrigger(result, keyOfRelation(partition), command), added)
}

function withMembers(catalog: Catalog, command: OtherCommand): Catalog {
  if (!command.name || command.relations.length === 0) return catalog
  const key = membershipKey(catalog, command.tag, command.name)
  const named = command.relations.map(name => keyOf(catalog, name))
  const known = catalog.memberships.get(key) ?? []
  const others = known.filter(member => !named.includes(member))
  const members = command.action === 'DROP' ? others : command.action === 'ADD' ? [...others, ...named] : named
  return { ...catalog, memberships: catalog.memberships.with(key, members) }
}

/** Before 15 the trigger's copies on partitions keep their name (release-15.html). */
function withTriggerRenamed(
  catalog: Catalog,
  table: RelationKey,
  rename: { readonly from: string; readonly to: string },
  everywhere: boolean,
): Catalog {
  const renamed = withTable(catalog, table, known => ({
    ...known,
    triggers: known.triggers.map(trigger => (trigger.name === rename.from ? { ...trigger, name: rename.to } : trigger)),
  }))
  return (everywhere ? partitionsOf(renamed, table) : []).reduce(
    (result, partition) => withTriggerRenamed(result, keyOfRelation(partition), rename, everywhere),
    renamed,
  )
}

function withRows(catalog: Catalog, name: Pick<Name, 'schema' | 'name'>, written: unknown = true): Catalog {
  return withTable(catalog, keyOf(catalog, name), table => {
    const has = written !== false
    return table.written === has ? table : { ...table, written: has }
  })
}

/** `"$user", public` and the like; `$user` stands for a schema that migrations do not use. */
function searchPathOf(value: string | undefined): readonly string[] {
  if (value === undefined) return ['public']
  const schemas = value
    .split(',')
    .map(schema => unquoted(schema.trim()))
    .filter(schema => schema !== '' && schema !== '$user')
  return schemas.length > 0 ? schemas : ['public']
}

const unquoted = (schema: string): string =>
  schema.startsWith('"') && schema.endsWith('"') ? schema.slice(1, -1).replaceAll('""', '"') : schema
