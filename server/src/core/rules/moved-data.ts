import type { Step } from '../history/steps'
import { stepsOf } from '../history/steps'
import type { Birth } from '../postgres/catalog'
import type { Name } from '../sql/commands'
import { mentions } from './dependence'
import type { RuleContext } from './rule'
import { inQuotes } from './target'

/** A table, or a column of it, that a down drops. */
export interface Dropped {
  readonly table: Name
  readonly column?: string
  readonly born?: Birth
}

export interface Loss {
  /** Where the data was and what became of that: the rest of a clause that starts with the data itself. */
  readonly why: string
  /** Whether the up moved the data here, so that the down can move it back. */
  readonly isMoved: boolean
}

/**
 * Returns why the data of what a down drops is nowhere else when the down has run, or undefined where it is, or where
 * there is none: the up of the same version made it and did not fill it from somewhere that it gave up.
 */
export function lostBy(dropped: Dropped, context: RuleContext): Loss | undefined {
  const ups = upSteps(context)
  if (ups.length === 0 || isHandedOn(dropped, context)) return undefined
  const { born } = dropped
  if (
    born &&
    born.migration !== context.migration.path &&
    !ups.some(({ migration }) => migration.path === born.migration)
  ) {
    return { why: 'was there before this migration', isMoved: false }
  }
  for (const [index, fill] of ups.entries()) {
    const sources = sourcesOf(fill, dropped)
    if (sources.length === 0) continue
    for (const later of ups.slice(index + 1)) {
      const given = givenUp(later, fill, sources, dropped)
      if (given) return { why: `came from ${given}`, isMoved: true }
    }
  }
  return undefined
}

/** The steps of the up sections that belong to the down's version. */
function upSteps({ history, migration, settings }: RuleContext): readonly Step[] {
  const { framework } = history
  return history.migrations
    .filter(other => other.direction !== 'down' && framework.compareVersions(other.version, migration.version) === 0)
    .flatMap(other => stepsOf(history, other, settings))
    .filter(step => step.direction === 'up')
}

/** Whether an earlier statement of the down reads what is dropped, or may do so in code of its own. */
const isHandedOn = ({ table, column }: Dropped, { steps, index }: RuleContext): boolean =>
  steps
    .slice(0, index)
    .some(
      step => readers.has(step.command?.tag ?? '') && mentions(step, table.name) && (!column || mentions(step, column)),
    )

const readers = new Set(['INSERT', 'UPDATE', 'MERGE', 'CREATE TABLE AS', 'SELECT INTO', 'SELECT', 'COPY', 'DO', 'CALL'])

/** The relations that a statement of the up takes data from and puts into what is dropped; none for any other statement. */
function sourcesOf({ command }: Step, { table, column }: Dropped): readonly string[] {
  switch (command?.tag) {
    case 'INSERT':
    case 'MERGE':
      if (command.table.name !== table.name) return []
      if (column && command.tag === 'INSERT' && !command.columns.some(({ name }) => name === column)) return []
      return command.reads.map(({ name }) => name).filter(name => name !== table.name)
    case 'UPDATE':
      if (command.table.name !== table.name) return []
      if (column && !command.assignments.some(assignment => assignment.column === column)) return []
      return [...(column ? [table.name] : []), ...command.reads.map(({ name }) => name)]
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
      return command.relation.name === table.name ? command.reads.map(({ name }) => name) : []
    default:
      return []
  }
}

/** What a later statement of the up gives up of the data that `fill` took, in words. */
function givenUp(
  { command }: Step,
  fill: Step,
  sources: readonly string[],
  { table, column }: Dropped,
): string | undefined {
  switch (command?.tag) {
    case 'DROP TABLE': {
      const gone = command.names.find(({ name }) => sources.includes(name))
      return gone && `table ${inQuotes(gone)}, which the up migration drops`
    }
    case 'ALTER TABLE': {
      if (!sources.includes(command.relation.name)) return undefined
      const gone = command.subcommands.flatMap(subcommand =>
        subcommand.kind === 'DROP COLUMN' && takes(fill, subcommand.column.name) ? [subcommand.column] : [],
      )
      if (gone.length === 0) return undefined
      const columns = `${gone.length > 1 ? 'columns' : 'column'} ${gone.map(inQuotes).join(' and ')}`
      return `${columns} of table ${inQuotes(command.relation)}, which the up migration drops`
    }
    case 'TRUNCATE TABLE': {
      const emptied = command.tables.find(({ name }) => sources.includes(name))
      return emptied && `table ${inQuotes(emptied)}, which the up migration empties`
    }
    case 'DELETE':
      return sources.includes(command.table.name) && command.table.name !== table.name
        ? `table ${inQuotes(command.table)}, where the up migration deletes it`
        : undefined
    case 'UPDATE': {
      if (!sources.includes(command.table.name)) return undefined
      const overwritten = command.assignments.find(
        assignment => assignment.column !== column && takes(fill, assignment.column),
      )
      return (
        overwritten &&
        `column "${overwritten.column}" of table ${inQuotes(command.table)}, which the up migration overwrites`
      )
    }
    default:
      return undefined
  }
}

/** Whether the statement reads a column, by its name or with all others. */
const takes = (fill: Step, column: string): boolean =>
  mentions(fill, column) || /(?:\bselect|,|\.)\s*\*/i.test(fill.statement.text)
