import type { Command } from '../sql/commands'
import type { ConstraintDefinition } from '../sql/parts'

/** Returns the foreign keys that a command defines, inline ones too. */
export function foreignKeysIn(command: Command): readonly ConstraintDefinition[] {
  return constraintsIn(command).filter(({ kind }) => kind === 'FOREIGN KEY')
}

/** Returns the constraints that a command defines, inline ones too. */
export function constraintsIn(command: Command): readonly ConstraintDefinition[] {
  if (command.tag === 'CREATE TABLE') {
    return [...command.columns.flatMap(({ constraints }) => constraints), ...command.constraints]
  }
  if (command.tag !== 'ALTER TABLE') return []
  return command.subcommands.flatMap(subcommand => {
    if (subcommand.kind === 'ADD CONSTRAINT') return [subcommand.constraint]
    return subcommand.kind === 'ADD COLUMN' ? subcommand.column.constraints : []
  })
}
