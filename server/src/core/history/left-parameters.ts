import type { Statement } from '../sql/statements'
import type { History } from './history'
import type { Migration } from './migration'
import { noParameters, parametersAfter } from './parameters'
import { sessionAfter } from './transactions'

/** A parameter that a statement of an earlier migration has set for its session, and that nothing since has set again. */
export interface Left {
  readonly parameter: string
  readonly value: string
  readonly migration: Migration
  readonly statement: Statement
}

/**
 * Returns what earlier migrations leave set in their session by SET without LOCAL. It is in force in `migration` too where
 * one session runs both: most tools run all files of one run in one (flyway/flyway#1250), what was applied in an earlier run
 * had another. psql, which runs plain files, has one for each.
 */
export function leftParameters(history: History, migration: Migration): readonly Left[] {
  if (migration.framework.id === 'plain' || migration.direction === 'down') return []
  const place = history.migrations.indexOf(migration)
  const earlier = history.migrations.slice(0, Math.max(0, place)).filter(({ direction }) => direction !== 'down')
  const left = earlier.reduce((session, other) => sessionOf(other, session), noParameters.session)
  return [...left].flatMap(([parameter, value]) => {
    const found = earlier.findLast(other => setters(other).some(({ names }) => names.includes(parameter)))
    const setter = found && setters(found).findLast(({ names }) => names.includes(parameter))
    return found && setter ? [{ parameter, value, migration: found, statement: setter.statement }] : []
  })
}

function sessionOf(migration: Migration, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (setters(migration).length === 0) return before
  return migration.sections
    .filter(({ direction }) => direction === 'up')
    .reduce((session, section) => sessionAfter(section, session), before)
}

const setsSomething = ({ command }: Statement): boolean =>
  command !== undefined &&
  (command.tag === 'RESET' ||
    command.tag === 'DISCARD' ||
    command.tag === 'DO' ||
    (command.tag === 'SET' && !command.isLocal) ||
    (command.tag === 'SELECT' && command.parameters.length > 0))

interface Setter {
  readonly statement: Statement
  readonly names: readonly string[]
}

/** The statements of its ups that set something for the session. */
function setters(migration: Migration): readonly Setter[] {
  const known = memory.get(migration)
  if (known) return known
  const found = migration.sections
    .filter(({ direction }) => direction === 'up')
    .flatMap(({ statements }) => statements.filter(setsSomething))
    .map(statement => ({
      statement,
      names: statement.command ? [...parametersAfter(noParameters, statement.command, true).session.keys()] : [],
    }))
  memory.set(migration, found)
  return found
}

const memory = new WeakMap<Migration, readonly Setter[]>()
