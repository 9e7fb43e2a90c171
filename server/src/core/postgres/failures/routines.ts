import type { CreateRoutine } from '../../sql/commands'
import { creationSchema, key } from '../catalog'
import type { Failure } from '../failures'
import type { Scene } from './relations'

/**
 * Returns why CREATE fails for a function or procedure where one takes the same types: OR REPLACE keeps what it returns, the
 * names of its parameters and their defaults (sql-createfunction.html#SQL-CREATEFUNCTION-NOTES).
 */
export function createRoutineFailure({ catalog }: Scene, command: CreateRoutine): Failure | undefined {
  const { name, parameters, orReplace } = command
  const { doubts } = catalog
  if (!parameters || doubts?.since || doubts?.routines || doubts?.names.has(name.name)) return undefined
  const known = catalog.routines
    .get(key(creationSchema(catalog, name), name.name))
    ?.overloads.find(({ routine }) => routine.parameters?.signature === parameters.signature)?.routine
  if (!known?.parameters) return undefined
  const at = { code: '42P13', span: name.span }
  if (!orReplace)
    return {
      message: `function "${name.name}" already exists with same argument types`,
      code: '42723',
      span: name.span,
    }
  if (known.tag !== command.tag) return { message: 'cannot change routine kind', code: '42809', span: name.span }
  if (known.returns !== undefined && command.returns !== undefined && known.returns !== command.returns)
    return { message: 'cannot change return type of existing function', ...at }
  const { names } = parameters
  const renamed = known.parameters.names.find((before, place) => before !== undefined && before !== names[place])
  if (renamed !== undefined) return { message: `cannot change name of input parameter "${renamed}"`, ...at }
  if (parameters.defaults < known.parameters.defaults)
    return { message: 'cannot remove parameter defaults from existing function', ...at }
  return undefined
}
