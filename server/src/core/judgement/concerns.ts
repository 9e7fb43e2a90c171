import type { Command } from '../sql/commands'
import type { ColumnDefinition, ConstraintDefinition } from '../sql/parts'
import type { SubcommandKind } from '../sql/subcommands'
import { columnsDefined } from './defined'
import { constraintsIn } from './foreign-keys'

/** What a rule looks for in a command by itself, before it asks what the database is like: most commands have none of it. */
type Concern = (command: Command) => boolean

/** Whether a command has a subcommand of one of these kinds; those without subcommands pass. */
export const hasSubcommand =
  (...kinds: readonly SubcommandKind[]): Concern =>
  command =>
    !('subcommands' in command) || command.subcommands.some(({ kind }) => kinds.includes(kind))

/** Whether a command defines such a constraint, in a column's definition or by itself. */
export const definesConstraint =
  (is: (constraint: ConstraintDefinition) => boolean): Concern =>
  command =>
    constraintsIn(command).some(is)

/** Whether a command defines such a column, of a table that lasts. */
export const definesColumn =
  (is: (column: ColumnDefinition) => boolean): Concern =>
  command =>
    (command.tag === 'CREATE TABLE' || 'subcommands' in command) && columnsDefined(command).some(is)
