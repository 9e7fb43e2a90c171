import { asTable, type Column, columnNamed, relationNamed, type Table } from '../postgres/catalog'
import type { Delete, Name, Update } from '../sql/commands'
import type { RuleContext } from './rule'
import { isUnreleased } from './target'

/** Returns whether a statement changes all rows: it has no WHERE, one that is always true, or one that only tells rows from those that the backfill has done. */
export function changesEveryRow(command: Update | Delete, context: RuleContext): boolean {
  if (command.tag === 'UPDATE' ? command.from : command.using) return false
  const { where } = command
  const table = asTable(relationNamed(context.catalog, command.table))
  if (!where) return true
  if (where.hasSubquery) return false
  if (where.columns.length === 0) return where.calls.length === 0
  if (where.columns.every(column => isNewColumn(column, command.table, table, context))) return true
  const [test, ...others] = where.comparisons?.length === 1 ? (where.comparisons[0] ?? []) : []
  if (command.tag === 'DELETE' || test?.operator !== 'IS NULL' || others.length > 0) return false
  const isAssigned = command.assignments.some(({ column }) => column === test.column)
  return isAssigned && !isAsOldAsTable(columnNamed(table, test.column), table)
}

/** Returns whether this migration, or another that is pending like it, adds the column: every row has to be filled. */
export const isNewColumn = (column: string, name: Name, table: Table | undefined, context: RuleContext): boolean =>
  isUnreleased(columnNamed(table, column)?.born, context) ||
  context.steps
    .slice(0, context.index)
    .some(
      ({ command }) =>
        command?.tag === 'ALTER TABLE' &&
        command.relation.name === name.name &&
        command.subcommands.some(other => other.kind === 'ADD COLUMN' && other.column.name.name === column),
    )

/** A column that came with its table is null where somebody left it so; one that was added later is null in every older row. */
const isAsOldAsTable = (column: Column | undefined, table: Table | undefined): boolean =>
  column !== undefined && column.born?.migration === table?.born?.migration
