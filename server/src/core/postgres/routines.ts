import { bodyOf } from '../sql/bodies'
import type { Command, Drop } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import type { Call } from '../sql/parts'
import type { Body, CreateRoutine } from '../sql/routine-commands'
import { type Catalog, keyIn, keyOf, type Overload, routineNamed, tableAt, type WrittenName } from './catalog'

/** What a call runs, or why that is not known; undefined where the history made no such function. */
export type Callee = { readonly routine: CreateRoutine; readonly body: Body } | { readonly unknown: string } | undefined

/** Returns what a call runs: the one function of its name that takes so many arguments (typeconv-func.html). */
export function calleeOf(catalog: Catalog, call: Call): Callee {
  const overloads = routineNamed(catalog, call)?.overloads.filter(takes(call.arguments)) ?? []
  const [overload, ...others] = overloads
  if (!overload) return undefined
  if (others.length > 0) return { unknown: `Which of the functions "${call.name}" runs is not known.` }
  return bodyIn(overload.routine)
}

/**
 * Returns the functions and procedures that DROP and its like mean: those of the name with such arguments, or all of the name
 * where none are written.
 */
export function overloadsMeant(
  catalog: Catalog,
  name: WrittenName,
  signature: string | undefined,
  tag: Drop['tag'] | OtherCommand['tag'],
): readonly { readonly key: string; readonly overload: Overload }[] {
  const key = keyIn(catalog, catalog.routines, name)
  const overloads = catalog.routines.get(key)?.overloads ?? []
  const isKind = ({ routine }: Overload) => tag.endsWith('ROUTINE') || routine.tag.split(' ')[1] === tag.split(' ')[1]
  return overloads
    .filter(isKind)
    .filter(({ routine }) => signature === undefined || sameSignature(routine.parameters?.signature ?? '', signature))
    .map(overload => ({ key, overload }))
}

/** Returns whether two lists of types are the same but for schemas that one leaves to search_path. */
export function sameSignature(a: string, b: string): boolean {
  const [one, other] = [a.split(','), b.split(',')]
  return one.length === other.length && one.every((type, n) => type === other[n] || isSameType(type, other[n] ?? ''))
}

const isSameType = (a: string, b: string): boolean =>
  a.includes('.') !== b.includes('.') && a.slice(a.indexOf('.') + 1) === b.slice(b.indexOf('.') + 1)

/** Returns what a trigger runs: its function takes no arguments (plpgsql-trigger.html). */
export const calleeOfTrigger = (catalog: Catalog, name: { schema?: string; name: string }): Callee =>
  calleeOf(catalog, { ...name, arguments: 0 })

/** Returns whether a function may be called with `count` arguments. */
export const takes =
  (count: number) =>
  ({ routine: { parameters } }: Overload): boolean =>
    !parameters || (parameters.least <= count && count <= parameters.most)

function bodyIn(routine: CreateRoutine): Callee {
  const body = bodyOf(routine)
  if (body) return { routine, body }
  const kind = routine.tag === 'CREATE PROCEDURE' ? 'procedure' : 'function'
  return { unknown: `What ${kind} "${routine.name.name}" does is not known: its language is ${routine.language}.` }
}

/** Returns the functions that a statement calls for sure: those that it names, and the defaults of the columns that it fills. */
export function callsOf(command: Command, catalog: Catalog): readonly Call[] {
  if (catalog.routines.size === 0) return []
  if (command.tag !== 'INSERT') return callsIn(command)
  return [...command.calls, ...callsOfDefaults(catalog, command)]
}

/** Returns the functions that a statement names and calls; views, index expressions and policies may call more. */
export function callsIn(command: Command): readonly Call[] {
  switch (command.tag) {
    case 'SELECT':
    case 'INSERT':
      return command.calls
    case 'CALL':
      return command.calls ?? []
    case 'UPDATE':
      return [...command.assignments.flatMap(({ expression }) => expression.calls), ...(command.where?.calls ?? [])]
    case 'DELETE':
      return command.where?.calls ?? []
    case 'ALTER TABLE':
      return command.subcommands.flatMap(subcommand => {
        if (subcommand.kind === 'ADD COLUMN') return subcommand.column.default?.expression.calls ?? []
        return subcommand.kind === 'ALTER COLUMN TYPE' ? (subcommand.using?.calls ?? []) : []
      })
    default:
      return []
  }
}

function callsOfDefaults(catalog: Catalog, command: Extract<Command, { tag: 'INSERT' }>): readonly Call[] {
  const isGiven = (name: string) =>
    command.source !== 'DEFAULT VALUES' &&
    (command.columns.length === 0 || command.columns.some(column => column.name === name))
  const table = tableAt(catalog, keyOf(catalog, command.table))
  return (table?.columns ?? []).flatMap(column => (isGiven(column.name) ? [] : (column.default?.calls ?? [])))
}
