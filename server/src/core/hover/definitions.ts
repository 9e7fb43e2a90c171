import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import type { Birth, Column, Constraint, Index, RelationKey } from '../postgres/catalog'
import type { Command, CreateIndex } from '../sql/commands'
import type { ConstraintDefinition, Expression } from '../sql/parts'
import type { Statement } from '../sql/statements'
import { nameOf, type Span } from '../text'
import type { Words } from '../words'

/** Returns the default of a column as the statement that set it writes it; undefined where none of the history does. */
export function defaultText({ default: expression }: Column, { migrations }: History): string | undefined {
  if (!expression) return undefined
  for (const migration of migrations) {
    const text = defaultsIn(migration).get(expression)
    if (text !== undefined) return text
  }
  return undefined
}

/** The texts of the defaults that a migration sets: a hover may ask for those of fifty columns. */
function defaultsIn(migration: Migration): ReadonlyMap<Expression, string> {
  const known = defaults.get(migration)
  if (known) return known
  const texts = new Map<Expression, string>()
  for (const { text, command } of statementsOf([migration])) {
    if (!command) continue
    for (const expression of expressionsOf(command)) texts.set(expression, textIn(text, expression.span))
  }
  defaults.set(migration, texts)
  return texts
}

const defaults = new WeakMap<Migration, ReadonlyMap<Expression, string>>()

/** Returns the expression of a generated column as written. */
export function generationText({ name, generatedFrom, born }: Column, history: History): string | undefined {
  if (!generatedFrom) return undefined
  const written = textOf(bornIn(born, history), command => {
    const definition = columnsIn(command).find(
      column => column.name.name === name && column.generated?.expression.columns === generatedFrom,
    )
    return definition?.generated?.expression.span
  })
  return written?.replace(/^GENERATED\s+ALWAYS\s+AS\s*\((.*)\)(?:\s+(?:STORED|VIRTUAL))?$/i, '$1')
}

/** Returns the condition of a CHECK as written. */
export function conditionText({ kind, name, columns, born }: Constraint, history: History): string | undefined {
  if (kind !== 'CHECK') return undefined
  const isIt = (definition: ConstraintDefinition) =>
    definition.kind === 'CHECK' && (definition.name ? definition.name.name === name : definition.columns === columns)
  return textOf(bornIn(born, history), command => constraintsIn(command).find(isIt)?.expression?.span)
}

/** Returns the command that made an index, with its statement. */
export function creationOf(index: Index, history: History): { command: CreateIndex; statement: Statement } | undefined {
  for (const statement of statementsOf(bornIn(index.born, history))) {
    const { command } = statement
    if (command?.tag === 'CREATE INDEX' && command.name?.name === index.name) return { command, statement }
  }
  return undefined
}

/** Returns the file that made something, for a link to it. */
export const originOf = (born: Birth | undefined): Pick<Words, 'origin'> =>
  born ? { origin: { words: 'Made by', path: born.migration, name: nameOf(born.migration) } } : {}

/** Returns a relation as a person writes it: without the schema where that is `public`. */
export const shortName = (relation: RelationKey): string => relation.replace(/^public\./, '')

function textOf(migrations: readonly Migration[], spanIn: (command: Command) => Span | undefined): string | undefined {
  for (const { text, command } of statementsOf(migrations)) {
    const span = command && spanIn(command)
    if (span) return textIn(text, span)
  }
  return undefined
}

/** In one line. */
const textIn = (text: string, { start, end }: Span): string => text.slice(start, end).replace(/\s+/g, ' ')

function bornIn(born: Birth | undefined, history: History): readonly Migration[] {
  const migration = born && history.migrationAt(born.migration)
  return migration ? [migration] : []
}

const statementsOf = (migrations: readonly Migration[]): Statement[] =>
  migrations.flatMap(({ sections }) => sections.flatMap(({ statements }) => statements))

function columnsIn(command: Command) {
  if (command.tag === 'CREATE TABLE' || command.tag === 'CREATE FOREIGN TABLE') return command.columns
  if (!('subcommands' in command)) return []
  return command.subcommands.flatMap(subcommand => (subcommand.kind === 'ADD COLUMN' ? [subcommand.column] : []))
}

function constraintsIn(command: Command): readonly ConstraintDefinition[] {
  const inColumns = columnsIn(command).flatMap(column => column.constraints)
  if (command.tag === 'CREATE TABLE' || command.tag === 'CREATE FOREIGN TABLE')
    return [...inColumns, ...command.constraints]
  if (!('subcommands' in command)) return inColumns
  const added = command.subcommands.flatMap(subcommand =>
    subcommand.kind === 'ADD CONSTRAINT' ? [subcommand.constraint] : [],
  )
  return [...inColumns, ...added]
}

/** The defaults that a command sets. */
function expressionsOf(command: Command): Expression[] {
  const added = columnsIn(command).flatMap(column => column.default?.expression ?? [])
  if (!('subcommands' in command)) return added
  return [
    ...added,
    ...command.subcommands.flatMap(subcommand => (subcommand.kind === 'SET DEFAULT' ? [subcommand.expression] : [])),
  ]
}
