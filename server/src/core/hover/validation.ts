import type { Step } from '../history/steps'
import { constraintName } from '../postgres/names'
import type { AlterRelation } from '../sql/commands'
import type { ConstraintDefinition } from '../sql/parts'
import type { Statement } from '../sql/statements'
import { nameOf } from '../text'
import type { Place } from './place'

/** Returns, as a sentence, where the migrations validate a constraint that is added NOT VALID; nothing for a down. */
export function validationOf(definition: ConstraintDefinition, command: AlterRelation, place: Place): string[] {
  const { step } = place.explanation
  if (step.direction === 'down') return []
  const name = constraintName(step.before, command.relation, definition)
  const at = validatingPath(name, command.relation.name, step, place)
  if (at === undefined) return ['No migration validates it so far.']
  return [at === step.migration.path ? 'Validated further down in this file.' : `Validated in \`${nameOf(at)}\`.`]
}

function validatingPath(name: string, table: string, step: Step, { history }: Place): string | undefined {
  const first = history.migrations.findIndex(({ path }) => path === step.migration.path)
  for (const { path, sections } of history.migrations.slice(Math.max(0, first))) {
    const ups = sections.filter(({ direction }) => direction === 'up').flatMap(({ statements }) => statements)
    const later = path === step.migration.path ? ups.slice(ups.indexOf(step.statement) + 1) : ups
    if (later.some(statement => validates(statement, name, table))) return path
  }
  return undefined
}

const validates = ({ command }: Statement, name: string, table: string): boolean =>
  command !== undefined &&
  'subcommands' in command &&
  command.relation.name === table &&
  command.subcommands.some(
    subcommand => subcommand.kind === 'VALIDATE CONSTRAINT' && subcommand.constraint.name === name,
  )
