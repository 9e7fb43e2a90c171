import type { AlterRelation, Command } from '../../sql/commands'
import type { ConstraintDefinition, Identifier } from '../../sql/parts'
import type { Subcommand } from '../../sql/subcommands'
import type { Span } from '../../text'
import type { Failure } from '../failures'

/** Returns why a command fails that names a column twice, whatever the database holds: it need not be known. */
export function repetitionFailure(command: Command): Failure | undefined {
  switch (command.tag) {
    case 'INSERT':
      return command.repeated ? insertedTwice(command.repeated) : assignedTwice(command.onConflict ?? {})
    case 'UPDATE':
      return assignedTwice(command)
    case 'ALTER TABLE':
      return command.ifExists ? undefined : alterFailure(command)
    default:
      return undefined
  }
}

function alterFailure({ relation, subcommands }: AlterRelation): Failure | undefined {
  const renamed = subcommands.find(other => other.kind === 'RENAME COLUMN' && other.from.name === other.to.name)
  if (renamed?.kind !== 'RENAME COLUMN') return firstKeyedTwice(subcommands.flatMap(constraintOf))
  const { name, span } = renamed.to
  return { message: `column "${name}" of relation "${relation.name}" already exists`, code: '42701', span }
}

export const insertedTwice = ({ name, span }: Identifier): Failure => ({
  message: `column "${name}" specified more than once`,
  code: '42701',
  span,
})

export const assignedTwice = ({ repeated }: { readonly repeated?: Identifier }): Failure | undefined =>
  repeated && {
    message: `multiple assignments to same column "${repeated.name}"`,
    code: '42601',
    span: repeated.span,
  }

export const keyedTwice = (kind: 'PRIMARY KEY' | 'UNIQUE', column: string, span: Span): Failure => ({
  message: `column "${column}" appears twice in ${kind.toLowerCase()} constraint`,
  code: '42701',
  span,
})

const constraintOf = (subcommand: Subcommand): readonly ConstraintDefinition[] =>
  subcommand.kind === 'ADD CONSTRAINT' ? [subcommand.constraint] : []

function firstKeyedTwice(definitions: readonly ConstraintDefinition[]): Failure | undefined {
  for (const { kind, columns, span, usingIndex } of definitions) {
    if (usingIndex !== undefined || !(kind === 'PRIMARY KEY' || kind === 'UNIQUE')) continue
    const column = columns.find((name, place) => columns.indexOf(name) < place)
    if (column !== undefined) return keyedTwice(kind, column, span)
  }
  return undefined
}
