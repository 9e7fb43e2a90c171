import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import { onceForEach } from '../history/numbering'
import { type Step, stepsOf } from '../history/steps'
import {
  type Catalog,
  columnNamed,
  constraintNamed,
  keyOf,
  keyOfRelation,
  type RelationKey,
  type Table,
  tableAt,
} from '../postgres/catalog'
import { nameOfAdded, nameOfNotNull } from '../postgres/names'
import type { Settings } from '../settings'
import type { Command } from '../sql/commands'
import type { ColumnDefinition, ConstraintDefinition } from '../sql/parts'
import { foldedName } from '../sql/source'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'

/** The statements that have run before one, newest first: where texts stand that a catalog does not keep. */
export type Past = Iterable<Step>

/** Returns the statements of the ups before the one at `index` of a migration's up, newest first. */
export function pastOf(history: History, up: Migration, index: number, settings: Settings): Past {
  return { [Symbol.iterator]: () => backwards(history, up, index, settings) }
}

function* backwards(history: History, up: Migration, index: number, settings: Settings): Iterator<Step> {
  const ups = (migration: Migration) => upsOf(stepsOf(history, migration, settings))
  yield* ups(up).slice(Math.max(0, ups(up).length - index))
  const { migrations } = history
  for (let place = migrations.indexOf(up) - 1; place >= 0; place--) {
    const migration = migrations[place] as Migration
    if (migration.direction !== 'down') yield* ups(migration)
  }
}

/** Newest first. It is asked for each column of each table that goes. */
const upsOf = onceForEach((steps: readonly Step[]): readonly Step[] =>
  steps.filter(({ direction }) => direction === 'up').toReversed(),
)

/** Returns what the file says at a span of a statement, with placeholders as they were written. */
export const written = ({ migration, statement }: Step, span: Span): string =>
  migration.text.slice(statement.span.start + span.start, statement.span.start + span.end)

/** Returns a whole statement as written, ended by a semicolon; `without` are spans inside it that go with their blanks. */
export function wholeStatement(
  step: Step,
  without: readonly (Span | undefined)[] = [],
  inserts: readonly Insert[] = [],
): string {
  const { span } = step.statement
  let text = step.migration.text.slice(span.start, span.end)
  const changes = [
    ...without.flatMap(cut => (cut ? [{ ...cut, text: '' }] : [])),
    ...inserts.map(({ at, text }) => ({ start: at, end: at, text })),
  ].toSorted((a, b) => b.start - a.start)
  for (const { start, end, text: put } of changes) {
    const rest = text.slice(end)
    text = text.slice(0, start) + put + (put === '' ? rest.trimStart() : rest)
  }
  return `${text};`
}

export interface Insert {
  readonly at: number
  readonly text: string
}

/** Returns the newest statement that `isIt` says it is, with its command. */
export function newest<C extends Command>(
  past: Past,
  isIt: (command: Command, step: Step) => C | undefined,
): { readonly step: Step; readonly command: C } | undefined {
  for (const step of past) {
    const command = step.command && isIt(step.command, step)
    if (command) return { step, command }
  }
  return undefined
}

/** Returns the statements that may define something, with the key that a table has after each, and had before it. */
export function* along(past: Past, table: RelationKey): Iterable<{ step: Step; key: RelationKey; was: RelationKey }> {
  let key = table
  for (const step of past) {
    const { command } = step
    if (!command || definesNothing.test(command.tag)) continue
    const isRenamed = 'subcommands' in command && !step.before.relations.has(key) && step.after.relations.has(key)
    const was = isRenamed ? keyOf(step.before, command.relation) : key
    yield { step, key, was }
    key = was
  }
}

const definesNothing = /^(?:COMMENT|DELETE|DROP|GRANT|INSERT|REVOKE|SET|UPDATE)\b/

/** A column as the statement that made it has it. */
export interface ColumnSource {
  readonly step: Step
  readonly definition: ColumnDefinition
}

/** Returns where a column comes from, through renames of it; undefined where that is no column definition. */
export function sourceOfColumn(past: Past, table: RelationKey, column: string): ColumnSource | undefined {
  let name = column
  for (const { step, key, was } of along(past, table)) {
    const { command, before, after } = step
    if (!command || !columnIn(after, key, name)) continue
    if (columnIn(before, was, name)) continue
    const from = renamedFrom(command, name)
    if (from !== undefined) {
      name = from
      continue
    }
    const definition = definedColumns(command).find(definition => definition.name.name === name)
    return definition && { step, definition }
  }
  return undefined
}

/** Returns the name of a column's NOT NULL on PostgreSQL 18: as it is written, or of the names that table and column had then. */
export function nameOfOwnNotNull(past: Past, table: Table, column: string): string {
  const known = table.constraints.find(({ kind, columns }) => kind === 'NOT NULL' && columns.includes(column))
  if (known) return known.name
  const { step, definition } = sourceOfColumn(past, keyOfRelation(table), column) ?? {}
  if (!step || !definition?.notNull) return nameOfNotNull(table, column)
  const clause = step.statement.text.slice(definition.notNull.start, definition.notNull.end)
  const [constraint, name] = tokensOf(clause)
  if (constraint?.text === 'CONSTRAINT' && name) return foldedName(clause, name)
  const { command } = step
  const then =
    command?.tag === 'ALTER TABLE' ? command.relation : command?.tag === 'CREATE TABLE' ? command.table : table
  return nameOfNotNull(then, definition.name.name)
}

/** Returns the bound of a partition as it was written, `FOR VALUES IN (1)`; undefined where it is no plain one. */
export function textOfBound(past: Past, partition: RelationKey): string | undefined {
  for (const { step, was } of along(past, partition)) {
    const { command, before, statement } = step
    const isMade = command?.tag === 'CREATE TABLE' && command.partitionOf && keyOf(before, command.table) === was
    const attached =
      command?.tag === 'ALTER TABLE' &&
      command.subcommands.some(each => each.kind === 'ATTACH PARTITION' && keyOf(before, each.partition) === was)
    if (isMade || attached) return bound.exec(statement.text)?.[0]
  }
  return undefined
}

const bound =
  /\bfor\s+values\s+(?:in\s*\([^()]*\)|with\s*\([^()]*\)|from\s*\([^()]*\)\s*to\s*\([^()]*\))|\bdefault(?=\s*(?:;|$))/i

/** Returns the text of a column's default as it was last set. */
export function textOfDefault(past: Past, table: RelationKey, column: string): string | undefined {
  let name = column
  for (const { step, key, was } of along(past, table)) {
    const { command, before, after } = step
    const value = columnIn(after, key, name)?.default
    if (!command || !value || columnIn(before, was, name)?.default === value) continue
    const from = renamedFrom(command, name)
    if (from !== undefined) {
      name = from
      continue
    }
    const expression = defaultIn(command, name)
    return expression && written(step, expression)
  }
  return undefined
}

function defaultIn(command: Command, column: string): Span | undefined {
  if ('subcommands' in command) {
    for (const subcommand of command.subcommands) {
      if (subcommand.kind === 'SET DEFAULT' && subcommand.column.name === column) return subcommand.expression.span
    }
  }
  return definedColumns(command).find(({ name }) => name.name === column)?.default?.expression.span
}

function definedColumns(command: Command): readonly ColumnDefinition[] {
  if (command.tag === 'CREATE TABLE') return command.columns
  if (command.tag !== 'ALTER TABLE') return []
  return command.subcommands.flatMap(subcommand => (subcommand.kind === 'ADD COLUMN' ? [subcommand.column] : []))
}

function renamedFrom(command: Command, column: string): string | undefined {
  if (command.tag !== 'ALTER TABLE') return undefined
  const rename = command.subcommands.find(
    subcommand => subcommand.kind === 'RENAME COLUMN' && subcommand.to.name === column,
  )
  return rename?.kind === 'RENAME COLUMN' ? rename.from.name : undefined
}

const columnIn = (catalog: Catalog, table: RelationKey, column: string) => columnNamed(tableAt(catalog, table), column)

/** A constraint as the statement that made it has it. */
export interface ConstraintSource {
  readonly step: Step
  readonly definition: ConstraintDefinition
}

/** Returns where a constraint of a table comes from; undefined where that cannot be told. */
export function sourceOfConstraint(past: Past, table: RelationKey, name: string): ConstraintSource | undefined {
  for (const { step, key, was } of along(past, table)) {
    const { command, before, after } = step
    const made = constraintNamed(tableAt(after, key), name)
    if (!command || !made || constraintNamed(tableAt(before, was), name)) continue
    const definitions = definedConstraints(command).filter(
      definition => definition.kind === made.kind && isSame(definition.columns, made.columns),
    )
    const named = definitions.find(definition => definition.name?.name === name)
    const unnamed = definitions.filter(
      definition =>
        !definition.name &&
        (command.tag !== 'ALTER TABLE' || (nameOfAdded(before, command, definition) ?? name) === name),
    )
    const definition = named ?? (unnamed.length === 1 ? unnamed[0] : undefined)
    return definition && { step, definition }
  }
  return undefined
}

function definedConstraints(command: Command): readonly ConstraintDefinition[] {
  const ofColumns = definedColumns(command).flatMap(({ constraints }) => constraints)
  if (command.tag === 'CREATE TABLE') return [...command.constraints, ...ofColumns]
  if (command.tag !== 'ALTER TABLE') return ofColumns
  const added = command.subcommands.flatMap(subcommand =>
    subcommand.kind === 'ADD CONSTRAINT' ? [subcommand.constraint] : [],
  )
  return [...added, ...ofColumns]
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every(name => b.includes(name))
