import { isBuiltIn } from '../postgres/types'
import type { AlterRelation, Command, CreateTable } from '../sql/commands'
import type { ConstraintDefinition, Name, TypeName } from '../sql/parts'
import { nameOf } from '../text'
import type { History } from './history'
import type { Migration } from './migration'

/**
 * Returns whether a history starts with an empty database, so that what it did not make does not exist. It does unless
 *
 * - a migration before the last version alters, fills, references or drops a table that no migration up to it made: it ran,
 *   so the table was there (of the last version we do not know yet that it can run, but where it is the only one it counts,
 *   and so do what it reads, and the types, functions, indexes and views that it needs);
 * - the last version does so with one that another history of the project makes, or needs a type, function or schema of it: they
 *   share a database;
 * - no migration makes a table at all;
 * - a migration in another language, or one that could not be read, stands among them: nobody knows what that one made.
 *
 * Tables that a DO block or a function makes are not seen, which makes the history incomplete: the cautious side.
 */
export function isComplete({
  migrations,
  framework,
  source,
}: Pick<History, 'migrations' | 'framework' | 'source'>): boolean {
  if (source.unread?.length || [...source.files.keys()].some(isCodeMigration)) return false
  const ups = migrations.filter(migration => migration.direction !== 'down' && !migration.repeatable)
  const newest = ups.at(-1)
  if (!newest) return false
  const known = new Names()
  for (const migration of ups) {
    const isNewest = framework.compareVersions(migration.version, newest.version) === 0
    if (isNewest && known.size > 0) return !isMadeElsewhere(unknownTo(known, migration), migration, ups, source)
    for (const { used, made } of namesIn(migration)) {
      if (used.some(name => !known.has(name))) return false
      known.add(made)
    }
    if (isNewest && readBy(migration).some(name => !known.has(name) && !isAlwaysThere(name))) return false
    if (isNewest && needed(migration).length > 0) return false
  }
  return known.size > 0
}

/** The tables that a migration names before anything has made them. */
function unknownTo(known: Names, migration: Migration): readonly Name[] {
  const own = new Names()
  const isUnknown = (name: Name) => !known.has(name) && !own.has(name)
  const unknown: Name[] = []
  for (const { used, made } of namesIn(migration)) {
    unknown.push(...used.filter(isUnknown))
    own.add(made)
  }
  return [...unknown, ...readBy(migration).filter(isUnknown)]
}

/** As long as that is not known, it may be. */
function isMadeElsewhere(
  tables: readonly Name[],
  newest: Migration,
  ups: readonly Migration[],
  { elsewhere }: History['source'],
): boolean {
  if (!elsewhere) return false
  const others = needed(newest).filter(({ name }) => !ups.some(up => madeIn(up).has(name)))
  const unknown = [...tables, ...others]
  if (unknown.length === 0) return false
  const known = elsewhere.names()
  return !known || unknown.some(({ name }) => known.has(name.toLowerCase()))
}

const madeByMigration = new WeakMap<Migration, ReadonlySet<string>>()

function madeIn(migration: Migration): ReadonlySet<string> {
  const names =
    madeByMigration.get(migration) ??
    new Set(
      commandsOf(migration)
        .flatMap(madeBy)
        .map(({ name }) => name),
    )
  madeByMigration.set(migration, names)
  return names
}

/** Tables that the queries of a migration read. Where it is the only one, they tell of what was there before it. */
const readBy = (migration: Migration): readonly Name[] =>
  commandsOf(migration).flatMap(command => ('reads' in command ? (command.reads ?? []) : []))

/** The types, functions, indexes and the like that a migration needs and does not make itself. */
function needed(migration: Migration): readonly Named[] {
  const made = new Set<string>()
  const found: Named[] = []
  for (const command of commandsOf(migration)) {
    // What comes with an extension nobody writes down.
    if (command.tag === 'CREATE EXTENSION') return found
    found.push(...neededBy(command).filter(({ name }) => !made.has(name)))
    for (const { name } of madeBy(command)) made.add(name)
  }
  return found
}

const commandsOf = ({ sections }: Migration): readonly Command[] =>
  sections
    .filter(({ direction }) => direction === 'up')
    .flatMap(({ statements }) => statements.flatMap(({ command }) => command ?? []))

function neededBy(command: Command): readonly Named[] {
  switch (command.tag) {
    case 'CREATE TABLE':
      return command.columns.flatMap(({ type }) => typeNeeded(type))
    case 'ALTER TABLE':
      return command.subcommands.flatMap(subcommand => {
        if (subcommand.kind === 'ADD COLUMN') return typeNeeded(subcommand.column.type)
        return subcommand.kind === 'ALTER COLUMN TYPE' ? typeNeeded(subcommand.type) : []
      })
    case 'CREATE TRIGGER':
      return [command.function]
    case 'ALTER TYPE':
      return [command.type]
    case 'ALTER DOMAIN':
      return [command.domain]
    case 'REFRESH MATERIALIZED VIEW':
      return [command.view]
    case 'REINDEX':
      return command.target === 'TABLE' && command.name ? [command.name] : []
    case 'COMMENT':
      return command.relation ? [command.relation] : []
    case 'DROP INDEX':
    case 'DROP SEQUENCE':
    case 'DROP TYPE':
    case 'DROP DOMAIN':
    case 'DROP SCHEMA':
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
    case 'DROP AGGREGATE':
      return command.ifExists ? [] : command.names.filter(name => !isImplicit(name))
    default:
      return []
  }
}

const typeNeeded = (type: TypeName): readonly Named[] =>
  type.schema !== undefined || isBuiltIn(type.name) ? [] : [type]

function madeBy(command: Command): readonly Named[] {
  switch (command.tag) {
    case 'CREATE TYPE':
      return [command.type]
    case 'CREATE DOMAIN':
      return [command.domain]
    case 'CREATE SCHEMA':
      return [{ name: command.schema }]
    case 'CREATE FUNCTION':
    case 'CREATE PROCEDURE':
      return [command.name]
    case 'CREATE INDEX':
      return command.name ? [command.name] : []
    default:
      return mentionsOf(command)?.made ?? []
  }
}

/** `00012_move_users.go`, `V3__MoveUsers.java`, `2020_users.up.fizz`: numbered like a migration, in a language that we do not read. */
export const isCodeMigration = (path: string): boolean =>
  /^[A-Z]?\d[\w.-]*(?<!_test)\.(?:go|java|kt|groovy|scala|js|cjs|mjs|ts|py|rb|cs|php|exs|fizz)$/.test(nameOf(path))

class Names {
  private readonly qualified = new Set<string>()
  /** Made without a schema: search_path may have put it anywhere. */
  private readonly unqualified = new Set<string>()
  private readonly bare = new Set<string>()

  get size(): number {
    return this.bare.size
  }

  add(names: readonly Name[]) {
    for (const { schema, name } of names) {
      this.bare.add(name)
      if (schema === undefined) this.unqualified.add(name)
      else this.qualified.add(`${schema}.${name}`)
    }
  }

  has({ schema, name }: Name): boolean {
    if (schema === undefined) return this.bare.has(name)
    return this.qualified.has(`${schema}.${name}`) || this.unqualified.has(name)
  }
}

type Named = Pick<Name, 'name'>

interface Mentions {
  readonly used: readonly Name[]
  readonly made: readonly Name[]
}

const memory = new WeakMap<Migration, readonly Mentions[]>()

function namesIn(migration: Migration): readonly Mentions[] {
  const known = memory.get(migration)
  if (known) return known
  const found: Mentions[] = []
  for (const section of migration.sections) {
    if (section.direction === 'down') continue
    for (const { command } of section.statements) {
      const mentions = command && rememberedMentions(command)
      if (mentions) found.push(mentions)
    }
  }
  memory.set(migration, found)
  return found
}

/** By command: a keystroke leaves nearly all of a file's commands what they were. */
const mentionsByCommand = new WeakMap<Command, Mentions | null>()

function rememberedMentions(command: Command): Mentions | null {
  const known = mentionsByCommand.get(command)
  if (known !== undefined) return known
  const mentions = mentionsOf(command)
  const used = mentions?.used.filter(name => !isAlwaysThere(name)) ?? []
  const made = mentions?.made ?? []
  const kept = used.length > 0 || made.length > 0 ? { used, made } : null
  mentionsByCommand.set(command, kept)
  return kept
}

/** Names of tables, in the order that a statement needs and makes them; undefined for commands that tell nothing. */
function mentionsOf(command: Command): Mentions | undefined {
  switch (command.tag) {
    case 'CREATE TABLE':
    case 'CREATE FOREIGN TABLE':
      return { used: usedByTable(command), made: [command.table] }
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
    case 'CREATE MATERIALIZED VIEW':
      return { used: [], made: [command.relation] }
    case 'CREATE VIEW':
      return { used: [], made: [command.view] }
    case 'CREATE SEQUENCE':
      return { used: [], made: [command.sequence] }
    case 'ALTER TABLE':
    case 'ALTER VIEW':
    case 'ALTER MATERIALIZED VIEW':
    case 'ALTER FOREIGN TABLE':
      return alteration(command)
    case 'CREATE INDEX':
    case 'CREATE TRIGGER':
    case 'INSERT':
    case 'UPDATE':
    case 'DELETE':
    case 'MERGE':
      return { used: [command.table], made: [] }
    case 'TRUNCATE TABLE':
    case 'LOCK TABLE':
      return { used: command.tables, made: [] }
    case 'COPY':
      return { used: command.table ? [command.table] : [], made: [] }
    case 'DROP TABLE':
    case 'DROP VIEW':
    case 'DROP MATERIALIZED VIEW':
      return command.ifExists ? undefined : { used: command.names, made: [] }
    default:
      return undefined
  }
}

function usedByTable(command: CreateTable): readonly Name[] {
  const constraints = [...command.constraints, ...command.columns.flatMap(column => column.constraints)]
  const parents = command.partitionOf ? [command.partitionOf] : []
  const referenced = referencedBy(constraints).filter(({ name }) => name !== command.table.name)
  return [...parents, ...command.inherits, ...command.like.map(({ table }) => table), ...referenced]
}

const referencedBy = (constraints: readonly ConstraintDefinition[]): readonly Name[] =>
  constraints.flatMap(({ references }) => (references ? [references.table] : []))

function alteration({ relation, ifExists, subcommands }: AlterRelation): Mentions | undefined {
  const made: Name[] = []
  const used: Name[] = ifExists || isImplicit(relation) ? [] : [relation]
  for (const subcommand of subcommands) {
    if (subcommand.kind === 'RENAME TO') made.push({ ...relation, name: subcommand.to.name })
    if (subcommand.kind === 'SET SCHEMA') made.push({ ...relation, schema: subcommand.to.name })
    if (subcommand.kind === 'ADD CONSTRAINT') used.push(...referencedBy([subcommand.constraint]))
    if (subcommand.kind === 'ADD COLUMN') used.push(...referencedBy(subcommand.column.constraints))
  }
  return { used, made }
}

/** ALTER TABLE also takes indexes and sequences, which come with their tables under names that nobody writes. */
const isImplicit = ({ name }: Name) => /_(?:seq|pkey|key|idx)$/.test(name)

/** What PostgreSQL and the tools themselves bring along. */
const isAlwaysThere = ({ schema, name }: Name) =>
  schema === 'pg_catalog' ||
  schema === 'information_schema' ||
  /^(?:pg_|_*(?:diesel_)?schema_migrations$|goose_db_version$|flyway_schema_history$|_prisma_migrations$|schemaversion$|alembic_version$|django_migrations$|ar_internal_metadata$|pgmigrations$|databasechangelog(?:lock)?$|play_evolutions(?:_lock)?$|_*yoyo_\w+$|bun_migration(?:s|_locks)$)/.test(
    name,
  )
