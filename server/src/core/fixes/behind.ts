import { mayName, mentions, reshapes, takesFrom } from '../judgement/dependence'
import { foreignKeysIn } from '../judgement/foreign-keys'
import type { Command, CreateTable } from '../sql/commands'
import type { Name } from '../sql/parts'
import type { Do } from '../sql/routine-commands'
import type { Delete, Insert, Merge, Update } from '../sql/row-commands'
import type { Statement } from '../sql/statements'
import type { Subcommand, SubcommandKind } from '../sql/subcommands'
import { tokensOf } from '../sql/tokens'

/** What a statement that moves behind later migrations has to do with. */
export interface About {
  readonly tables: readonly string[]
  /** Names that it makes or drops. */
  readonly names?: readonly string[]
  /** Tables that it only reads. */
  readonly reads?: readonly string[]
  /** Columns that it needs and does not name, where the tables' columns are all that it needs: it builds, drops or proves. */
  readonly columns?: readonly string[]
  /** What it makes unique. */
  readonly keys?: readonly Key[]
  /** The tables in which it lets values come twice. */
  readonly frees?: readonly string[]
  /** Indexes that it may replace: what drops them comes after it. */
  readonly replaces?: readonly string[]
  /** The column that goes. */
  readonly without?: string
  /** The columns that it fills, where it changes rows. */
  readonly fills?: Filled
  /** Columns and their copies, which are the same only when it is done. */
  readonly copied?: readonly string[]
}

type Filled = readonly string[] | 'all'

/** Returns the columns whose values a statement changes. */
export const filledBy = (command: Command): Filled =>
  command.tag === 'UPDATE' ? command.assignments.map(({ column }) => column) : 'all'

/** Returns what a statement that changes rows has to do with, and the tables besides along which it goes. */
export const aboutFilling = (command: Update | Delete | Insert | Merge, others: readonly Name[] = []): About => ({
  tables: [command.table, ...others].map(({ name }) => name),
  reads: command.reads.map(({ name }) => name),
  fills: filledBy(command),
})

interface Key {
  readonly table: string
  readonly columns: readonly (string | undefined)[]
  readonly isPrimary?: boolean
}

/** Returns what several statements together have to do with. */
export function together(abouts: readonly About[]): About {
  const all = <T>(of: (about: About) => readonly T[] | undefined) => [
    ...new Set(abouts.flatMap(about => of(about) ?? [])),
  ]
  const areLight = abouts.every(({ columns }) => columns !== undefined)
  return {
    tables: all(({ tables }) => tables),
    names: all(({ names }) => names),
    reads: all(({ reads }) => reads),
    columns: areLight ? all(({ columns }) => columns) : undefined,
    keys: all(({ keys }) => keys),
    frees: all(({ frees }) => frees),
    replaces: all(({ replaces }) => replaces),
  }
}

interface Later {
  readonly statement: Pick<Statement, 'text'>
  readonly command?: Command
}

/**
 * Returns what a later statement does that keeps `moved` from coming behind it, to say after its tag; undefined where nothing
 * does: it neither needs what that leaves nor takes what that needs.
 */
export function inTheWay(later: Later, about: About, moved: string): string | undefined {
  const { tables, names = [] } = about
  const name = names.find(one => mentions(later, one))
  if (name !== undefined) return `names "${name}"`
  const replaced = about.replaces?.find(one => drops(later.command, one) && mentions(later, one))
  if (replaced !== undefined) return `drops "${replaced}", which this may replace`
  if (takesFrom(later, moved)) return 'drops what this needs'
  const read = about.reads?.find(one => reshapes(later, one))
  if (read !== undefined) return whatItDoes(later, read)
  const table = tables.find(one => mentions(later, one) && !leavesAlone(later, one, about, moved))
  return table === undefined ? undefined : whatItDoes(later, table)
}

const drops = (command: Command | undefined, name: string): boolean =>
  command?.tag === 'DROP INDEX' ||
  (command?.tag === 'ALTER TABLE' &&
    command.subcommands.some(other => other.kind === 'DROP CONSTRAINT' && other.constraint.name === name))

/** The clause where one says it all. */
function whatItDoes({ command, statement }: Later, table: string): string {
  const clauses = command?.tag === 'ALTER TABLE' && command.relation.name === table ? command.subcommands : []
  const [only] = clauses
  const text = only && clauses.length === 1 ? statement.text.slice(only.span.start, only.span.end) : ''
  return /^[^\n]{1,60}$/.test(text) ? `of table "${table}" says ${text}` : `goes on with table "${table}"`
}

function leavesAlone(later: Later, table: string, about: About, moved: string): boolean {
  const { command } = later
  if (!command || reshapesRelation(later, table)) return false
  if (about.keys?.some(key => key.table === table && needsUnique(later, key))) return false
  if (about.without !== undefined) return leavesWithout(later, table, about.without)
  if (about.copied) return needsColumns(later, table, about.copied) === false
  if (about.fills) return leavesFilled(later, table, about.fills, moved)
  if (!about.columns) return command.tag === 'CREATE INDEX' || command.tag === 'DROP INDEX' || proves(command, table)
  if (about.frees?.includes(table) && writers.has(command.tag)) return false
  if (command.tag === 'ALTER TABLE' && command.relation.name === table) {
    const isNamed = (column: string) =>
      about.columns?.includes(column) || mentions({ statement: { text: moved } }, column)
    return command.subcommands.every(subcommand => leavesColumns(subcommand, isNamed))
  }
  return besideTables.has(command.tag) && !(command.tag === 'SELECT' && isInString(later, table))
}

/**
 * Returns what a later statement has to do with columns of a table, by their names or as whatever columns there are; false for
 * nothing.
 */
export function needsColumns(later: Later, table: string, columns: readonly string[]): string | false {
  const { command, statement } = later
  if (!mentions(later, table)) return false
  const whole = 'has to do with the whole table'
  if (reshapesRelation(later, table)) return whole
  const named = columns.find(column => mentions(later, column))
  if (named !== undefined && !(command?.tag === 'CREATE TABLE' && !refersTo(command, table, columns)))
    return `names column "${named}" too`
  const takesAll = /(?:\bselect(?:\s+(?:all|distinct))?|\breturning|,|\.)\s*\*/i.test(statement.text)
  return (takesAll || command?.tag === 'CREATE TRIGGER') && whole
}

/** Another table may have columns of the same names. */
const refersTo = (command: CreateTable, table: string, columns: readonly string[]): boolean =>
  foreignKeysIn(command).some(
    ({ references }) => references?.table.name === table && references.columns.some(column => columns.includes(column)),
  )

/** Whether the table is another one then, or passes on what it has. */
const reshapesRelation = (later: Later, table: string): boolean => {
  const { command } = later
  if (command?.tag === 'CREATE TABLE')
    return (
      command.table.name === table ||
      [...command.like.map(like => like.table), ...command.inherits, command.partitionOf].some(
        parent => parent?.name === table,
      )
    )
  return reshapes(later, table, nothing)
}

/** What names no column. */
const nothing = { statement: { text: '' } }

/** What neither changes the columns of a table nor may do anything. */
const besideTables: ReadonlySet<string> = new Set([
  'ALTER POLICY',
  'ALTER PUBLICATION',
  'ALTER SEQUENCE',
  'ALTER TABLE',
  'ANALYZE',
  'COMMENT',
  'COPY',
  'CREATE FUNCTION',
  'CREATE INDEX',
  'CREATE MATERIALIZED VIEW',
  'CREATE POLICY',
  'CREATE PROCEDURE',
  'CREATE PUBLICATION',
  'CREATE SEQUENCE',
  'CREATE STATISTICS',
  'CREATE TABLE',
  'CREATE TABLE AS',
  'CREATE TRIGGER',
  'CREATE TYPE',
  'CREATE VIEW',
  'DELETE',
  'DROP FUNCTION',
  'DROP INDEX',
  'DROP MATERIALIZED VIEW',
  'DROP POLICY',
  'DROP PROCEDURE',
  'DROP TRIGGER',
  'DROP VIEW',
  'GRANT',
  'INSERT',
  'LOCK TABLE',
  'MERGE',
  'REFRESH MATERIALIZED VIEW',
  'REINDEX',
  'REVOKE',
  'SELECT',
  'SELECT INTO',
  'TRUNCATE TABLE',
  'UPDATE',
  'VACUUM',
])

/** Returns whether a table is named in a string: functions are given the names of tables to change: `create_hypertable('events', 'at')`. */
export const isInString = ({ statement }: Later, table: string): boolean =>
  tokensOf(statement.text).some(token => /string$/.test(token.kind) && mayName(token, table.toLowerCase()))

const writers: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'MERGE', 'COPY', 'SELECT'])

/** Whether a clause leaves the columns that a statement names as they are. */
function leavesColumns(subcommand: Subcommand, isNamed: (column: string) => boolean): boolean {
  if (harmless.has(subcommand.kind)) return true
  if (subcommand.kind === 'ADD COLUMN') return !isNamed(subcommand.column.name.name)
  if (subcommand.kind === 'RENAME COLUMN') return !isNamed(subcommand.from.name) && !isNamed(subcommand.to.name)
  return ofColumn.has(subcommand.kind) && 'column' in subcommand && !isNamed(columnOf(subcommand))
}

const columnOf = ({ column }: Extract<Subcommand, { column: unknown }>): string =>
  typeof column.name === 'string' ? column.name : column.name.name

const harmless: ReadonlySet<SubcommandKind> = new Set<SubcommandKind>([
  'ADD CONSTRAINT',
  'VALIDATE CONSTRAINT',
  'ALTER CONSTRAINT',
  'DROP CONSTRAINT',
  'RENAME CONSTRAINT',
  'SET NOT NULL',
  'SET DEFAULT',
  'DROP DEFAULT',
  'SET STATISTICS',
  'SET STORAGE',
  'SET COMPRESSION',
  'SET COLUMN OPTIONS',
  'SET PARAMETERS',
  'RESET PARAMETERS',
  'ENABLE TRIGGER',
  'ENABLE ROW LEVEL SECURITY',
  'DISABLE ROW LEVEL SECURITY',
  'FORCE ROW LEVEL SECURITY',
  'NO FORCE ROW LEVEL SECURITY',
])

const ofColumn: ReadonlySet<SubcommandKind> = new Set<SubcommandKind>([
  'DROP COLUMN',
  'ALTER COLUMN TYPE',
  'DROP NOT NULL',
  'DROP EXPRESSION',
  'SET EXPRESSION',
  'ADD GENERATED',
  'SET GENERATED',
  'DROP IDENTITY',
])

/** Building indexes and proving constraints is what the migrations do which fixes make. */
const proves = (command: Command, table: string): boolean =>
  command.tag === 'ALTER TABLE' &&
  command.relation.name === table &&
  command.subcommands.every(
    subcommand =>
      subcommand.kind === 'VALIDATE CONSTRAINT' ||
      subcommand.kind === 'SET NOT NULL' ||
      subcommand.kind === 'DROP CONSTRAINT' ||
      (subcommand.kind === 'ADD CONSTRAINT' && subcommand.constraint.kind !== 'FOREIGN KEY'),
  )

/** A column may stay longer beside what does not name it: but a `*` takes it along, and INSERT and COPY may count columns. */
function leavesWithout(later: Later, table: string, column: string): boolean {
  const { command } = later
  if (!command || mentions(later, column)) return false
  if (command.tag === 'ALTER TABLE' && command.relation.name === table) {
    return command.subcommands.every(subcommand => leavesColumns(subcommand, name => name === column))
  }
  return withoutQueries.has(command.tag) || (command.tag === 'DO' && isOfNamedColumns(command, later))
}

/** Batches that a fix has written, and others like them. */
const isOfNamedColumns = ({ statements, hasDynamicSql }: Do, { statement }: Later): boolean =>
  hasDynamicSql === false &&
  !/\*|%rowtype/i.test(statement.text) &&
  statements?.every(({ command: { tag } }) => tag === 'SELECT' || tag === 'UPDATE' || tag === 'COMMIT') === true

/** What does not read the rows, or does not ask for the values that are still to come, may be there before them. */
function leavesFilled(later: Later, table: string, columns: Filled, moved: string): boolean {
  const { command } = later
  const isFilled = columns === 'all' || columns.some(column => mentions(later, column))
  if (command?.tag === 'CREATE INDEX') return !command.unique || !isFilled
  if (command?.tag === 'CREATE FUNCTION' || command?.tag === 'CREATE PROCEDURE') return !command.orReplace
  if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table)
    return command !== undefined && besidesRows.has(command.tag)
  const isNamed = (column: string) => columns === 'all' || mentions({ statement: { text: moved } }, column)
  return command.subcommands.every(subcommand => {
    if (subcommand.kind === 'DROP NOT NULL') return true
    if (isFilled) return false
    if (subcommand.kind === 'ADD CONSTRAINT') return subcommand.constraint.references?.table.name !== table
    return (
      besideFilled.has(subcommand.kind) || (ofColumnAlone.has(subcommand.kind) && leavesColumns(subcommand, isNamed))
    )
  })
}

const besideFilled: ReadonlySet<SubcommandKind> = new Set<SubcommandKind>([
  'ADD COLUMN',
  'SET NOT NULL',
  'SET DEFAULT',
  'DROP DEFAULT',
])

const ofColumnAlone: ReadonlySet<SubcommandKind> = new Set<SubcommandKind>([
  'DROP COLUMN',
  'RENAME COLUMN',
  'ALTER COLUMN TYPE',
])

const besidesRows: ReadonlySet<string> = new Set([
  'COMMENT',
  'GRANT',
  'REVOKE',
  'CREATE SEQUENCE',
  'CREATE STATISTICS',
  'CREATE TABLE',
  'CREATE TYPE',
  'CREATE VIEW',
  'DROP INDEX',
])

/**
 * Returns whether a later statement may need that an index makes columns unique: a foreign key to them, an ON CONFLICT, or what
 * cannot be seen through. A foreign key that names no columns is one to the primary key (sql-createtable.html).
 */
export function needsUnique(later: Later, { table, columns, isPrimary }: Key): boolean {
  const { command } = later
  if (!command) return mentions(later, table)
  if (!mentions(later, table) || withoutKeys.has(command.tag)) return false
  // A view that groups by the primary key reads other columns (sql-select.html#SQL-GROUPBY).
  if (command.tag === 'CREATE VIEW') return isPrimary === true
  if (command.tag === 'UPDATE' && !columns.includes(undefined))
    return command.assignments.some(({ column }) => columns.includes(column))
  if (command.tag !== 'ALTER TABLE' && command.tag !== 'CREATE TABLE') return true
  return foreignKeysIn(command).some(({ references }) => {
    if (references?.table.name !== table) return false
    if (references.columns.length === 0) return isPrimary === true
    return references.columns.length === columns.length && references.columns.every(column => columns.includes(column))
  })
}

const withoutKeys: ReadonlySet<string> = new Set([
  'ANALYZE',
  'COMMENT',
  'CREATE INDEX',
  'DROP INDEX',
  'GRANT',
  'REINDEX',
  'REVOKE',
  'VACUUM',
  'DELETE',
  'CREATE TRIGGER',
  'DROP TRIGGER',
  'CREATE POLICY',
  'DROP POLICY',
])

const withoutQueries: ReadonlySet<string> = new Set([...withoutKeys, 'ALTER TABLE', 'CREATE TABLE', 'UPDATE'])
