import type { Drop } from '../../sql/commands'
import type { Name, TypeName } from '../../sql/parts'
import { quoted } from '../../sql/quote'
import type { CreateRoutine } from '../../sql/routine-commands'
import { type Catalog, creationSchema, key, keyIn, type Overload, type WrittenName } from '../catalog'
import { isAbsenceSure } from '../doubts'
import type { Failure } from '../failures'
import { sameSignature } from '../routines'
import { isBuiltIn } from '../types'
import { isBuiltInFunction } from '../volatility'
import { typeAsPrinted } from './casts'
import { isAnywhere, isSchemaKnown, type Scene, written } from './relations'
import { sureType } from './types'

/**
 * Returns why CREATE FUNCTION or CREATE PROCEDURE fails: what takes the same arguments stands in the way, and OR REPLACE leaves
 * its kind, its result and the names of its parameters as they are (`ProcedureCreate` of PostgreSQL's source).
 */
export function createRoutineFailure(scene: Scene, command: CreateRoutine): Failure | undefined {
  const { catalog } = scene
  const { name, parameters, orReplace } = command
  const routine = key(creationSchema(catalog, name), name.name)
  if (!parameters || !isSure(catalog, name) || !signatureTypes(scene, parameters.signature)) return undefined
  const old = catalog.routines
    .get(routine)
    ?.overloads.find(({ routine: { parameters: known } }) => known?.signature === parameters.signature)
  if (!old) return undefined
  const failure = (message: string, code: string): Failure => ({ message, code, span: name.span })
  if (!orReplace) return failure(`function "${name.name}" already exists with same argument types`, '42723')
  if (old.routine.tag !== command.tag) return failure('cannot change routine kind', '42809')
  if (isOtherType(scene, old.routine.returns, command.returns))
    return failure('cannot change return type of existing function', '42P13')
  const renamed = old.routine.parameters?.names.find((known, n) => known !== undefined && known !== parameters.names[n])
  if (renamed !== undefined) return failure(`cannot change name of input parameter "${renamed}"`, '42P13')
  return (old.routine.parameters?.defaults ?? 0) > parameters.defaults
    ? failure('cannot remove parameter defaults from existing function', '42P13')
    : undefined
}

/** Types that are written differently may be one: with a schema or without, an array by its own name. */
function isOtherType(scene: Scene, before: string | undefined, now: string | undefined): boolean {
  if (before === undefined || now === undefined) return false
  const [old, fresh] = [before, now].map(text => text.replace(/[^\s(),]+\./g, ''))
  if (old === fresh || [old, fresh].some(text => /\b_|%/.test(text ?? ''))) return false
  // A row of OUT parameters is of type record, and so no other type; without them a record has no columns to compare.
  if ([before, now].some(text => /^(setof )?record\(/.test(text))) return true
  return [before, now].every(text => signatureTypes(scene, text.replace(/^setof /, '')) !== undefined)
}

/** Nothing that nobody could follow may have made, changed or dropped functions. */
const isSure = (catalog: Catalog, name: WrittenName): boolean =>
  !catalog.doubts?.since && !catalog.doubts?.names.has(name.name) && isSchemaKnown(catalog, name.schema)

/** Returns the types of a signature, or undefined where one of them may be another by now. */
function signatureTypes(scene: Scene, signature: string): readonly TypeName[] | undefined {
  const types = signature === '' ? [] : signature.split(',').map(typeIn)
  const isCertain = ({ schema, name }: TypeName) =>
    (schema === undefined && isBuiltIn(name)) || sureType(scene, schema === undefined ? { name } : { schema, name })
  return types.every(isCertain) ? types : undefined
}

function typeIn(text: string): TypeName {
  const isArray = text.endsWith('[]')
  const parts = text.replace(/\[\]$/, '').split('.')
  const schema = parts.at(-2)
  return {
    ...(schema !== undefined && { schema }),
    name: parts.at(-1) ?? '',
    modifiers: [],
    dimensions: isArray ? 1 : 0,
    span: { start: 0, end: 0 },
  }
}

/** Returns why DROP FUNCTION, PROCEDURE or ROUTINE does not find what it names. */
export function routineLookupFailure(scene: Scene, command: Drop): Failure | undefined {
  for (const [n, name] of command.names.entries()) {
    const failure = lookupFailure(scene, command, name, command.signatures?.[n])
    if (failure) return failure
  }
  return undefined
}

function lookupFailure(scene: Scene, command: Drop, name: Name, signature: string | undefined): Failure | undefined {
  const { catalog } = scene
  const known = catalog.routines.get(keyIn(catalog, catalog.routines, name))
  const noun = command.tag.slice('DROP '.length).toLowerCase()
  if (!isSure(catalog, name)) return undefined
  const tags = new Set(known?.overloads.map(({ routine }) => routine.tag))
  if (
    known &&
    signature === undefined &&
    known.overloads.length > 1 &&
    tags.size === 1 &&
    tags.has(creating(noun, tags))
  )
    return { message: `${noun} name "${written(name)}" is not unique`, code: '42725', span: name.span }
  if (command.ifExists || !isRoutineAbsent(scene, name, signature, known?.overloads ?? [])) return undefined
  const searched = noun === 'procedure' ? 'procedure' : 'function'
  if (signature === undefined)
    return { message: `could not find a ${searched} named "${written(name)}"`, code: '42883', span: name.span }
  const types = signatureTypes(scene, signature)?.map(type => typeAsPrinted(scene, type))
  return (
    types && {
      message: `${searched} ${written(name)}(${types.join(', ')}) does not exist`,
      code: '42883',
      span: name.span,
    }
  )
}

const creating = (noun: string, tags: ReadonlySet<CreateRoutine['tag']>): CreateRoutine['tag'] => {
  const [only = 'CREATE FUNCTION'] = tags
  if (noun === 'routine') return only
  return noun === 'procedure' ? 'CREATE PROCEDURE' : 'CREATE FUNCTION'
}

function isRoutineAbsent(
  { catalog }: Scene,
  name: Name,
  signature: string | undefined,
  overloads: readonly Overload[],
): boolean {
  if (!isAbsenceSure(catalog, name.name, 'other') || isBuiltInFunction(name.name)) return false
  if (overloads.length === 0) return !isAnywhere(catalog.routines, name)
  return (
    signature !== undefined &&
    overloads.every(({ routine }) => !sameSignature(routine.parameters?.signature ?? '', signature))
  )
}

/** Returns a function or procedure as PostgreSQL describes it: `function f(integer,text)`; undefined where a type is not certain. */
export function describedRoutine(
  scene: Scene,
  routine: string,
  { routine: { tag, parameters } }: Overload,
): string | undefined {
  const { catalog } = scene
  const types = signatureTypes(scene, parameters?.signature ?? '')
  if (!types) return undefined
  const [, name = ''] = routine.split('.')
  const isVisible = keyIn(catalog, catalog.routines, { name }) === routine
  const printed = isVisible ? quoted(name) : routine.split('.').map(quoted).join('.')
  const noun = tag === 'CREATE PROCEDURE' ? 'procedure' : 'function'
  return `${noun} ${printed}(${types.map(type => typeAsPrinted(scene, type)).join(',')})`
}
