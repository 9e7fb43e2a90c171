import type { Fix } from '../finding'
import type { AlterRelation, CreateTable } from '../sql/commands'
import type { ColumnDefinition, Name } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { mayName, mentions } from './dependence'
import { replacement } from './edits'
import { laterStatements } from './later'
import { laterSteps } from './placement'
import type { RuleContext } from './rule'

/** Returns the table whose columns a command defines. */
export const tableOf = (command: CreateTable | AlterRelation): Name =>
  'relation' in command ? command.relation : command.table

/** Returns the columns that a command defines and that last: none of a temporary table. */
export function columnsDefined(command: CreateTable | AlterRelation): readonly ColumnDefinition[] {
  if ('columns' in command) return command.persistence === 'temporary' ? [] : command.columns
  return command.subcommands.flatMap(subcommand => (subcommand.kind === 'ADD COLUMN' ? [subcommand.column] : []))
}

/** Returns whether a later statement, of this migration or another, drops the column, its table, or gives it another type. */
export function isChangedLater(table: Name, column: string, context: RuleContext): boolean {
  const own = context.steps.slice(context.index + 1).map(({ command }) => command)
  const later = laterStatements(context, [table.name]).map(({ command }) => command)
  return [...own, ...later].some(command => {
    if (command?.tag === 'DROP TABLE') return command.names.some(({ name }) => name === table.name)
    if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table.name) return false
    return command.subcommands.some(
      subcommand =>
        subcommand.kind === 'RENAME TO' ||
        (subcommand.kind === 'RENAME COLUMN' && subcommand.from.name === column) ||
        ((subcommand.kind === 'DROP COLUMN' || subcommand.kind === 'ALTER COLUMN TYPE') &&
          subcommand.column.name === column),
    )
  })
}

/**
 * Returns the fix that defines a new column with another type: only where nothing else in the migration names the column,
 * for an expression, an index or a query that was written for the one type may not fit the other.
 */
export function withType(
  type: string,
  { name, type: old }: ColumnDefinition,
  context: RuleContext,
  title = `Make it ${type}`,
): Fix[] {
  const isFree = old.dimensions === 0 && isNamedOnce(name.name, name.span, context)
  if (!isFree || context.statement.problem || context.inside || context.direction === 'down') return []
  const edits = [replacement(context, old.span, type)]
  return [{ title, safety: 'review', isChange: true, edits }]
}

const isNamedOnce = (name: string, at: Span, context: RuleContext): boolean =>
  !laterSteps(context).some(step => mentions(step, name)) &&
  !tokensOf(context.statement.text).some(token => token.start !== at.start && mayName(token, name.toLowerCase()))
