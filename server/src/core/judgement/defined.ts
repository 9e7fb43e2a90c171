import type { AlterRelation, CreateTable } from '../sql/commands'
import type { ColumnDefinition, Name } from '../sql/parts'
import type { RuleContext } from './context'
import { laterStatements } from './later'

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
