import type { Command } from '../sql/commands'
import type { BodyStatement } from '../sql/routine-commands'

/** The session parameters that a section has set: lower-case name to value as written. */
export interface Parameters {
  /** What outlives the transaction. */
  readonly session: ReadonlyMap<string, string>
  /** What is in force: with SET LOCAL. */
  readonly now: ReadonlyMap<string, string>
}

/** Those of a session in which nothing was set. */
export const noParameters: Parameters = { session: new Map(), now: new Map() }

/**
 * Returns the parameters after a command; the same object where it sets none. What is reset, or set to a value that cannot
 * be read, is not among them. `isBlock`: SET LOCAL does nothing outside a transaction block (sql-set.html), and DISCARD ALL
 * fails inside one (sql-discard.html). A DO block sets for the transaction around it; what a function is created with
 * (CREATE FUNCTION ... SET) holds while that runs (sql-createfunction.html). Proven in test/history/transactions.test.ts.
 */
export function parametersAfter(parameters: Parameters, command: Command, isBlock: boolean): Parameters {
  switch (command.tag) {
    case 'SET':
    case 'RESET':
      return [command, ...(command.others ?? [])].reduce(
        (result, { parameter, value }) => withParameter(result, parameter, value, command.isLocal, isBlock),
        parameters,
      )
    case 'SELECT':
      return command.parameters.reduce(
        (result, { name, value, isLocal }) => withParameter(result, name, value, isLocal, isBlock),
        parameters,
      )
    case 'DISCARD':
      return command.options?.target === 'all' && !isBlock ? noParameters : parameters
    case 'DO':
      return (command.statements ?? []).reduce((result, inner) => parametersInside(result, inner, isBlock), parameters)
    default:
      return parameters
  }
}

/** Returns the parameters after a statement of a body. */
export const parametersInside = (
  parameters: Parameters,
  { command, conditional }: BodyStatement,
  isBlock: boolean,
): Parameters => (conditional ? withoutThose(parameters, command) : parametersAfter(parameters, command, isBlock))

/** Returns the parameters after the end of a transaction that was not rolled back. */
export const parametersKept = ({ session, now }: Parameters): Parameters => ({
  session,
  now: now === session ? now : session,
})

function withParameter(
  parameters: Parameters,
  name: string,
  value: string | undefined,
  isLocal: boolean,
  isBlock: boolean,
): Parameters {
  if (isLocal && !isBlock) return parameters
  if (name === 'all') return noParameters
  const { session, now } = parameters
  return { session: isLocal ? session : changed(session, name, value), now: changed(now, name, value) }
}

function changed(parameters: ReadonlyMap<string, string>, name: string, value: string | undefined) {
  const result = new Map(parameters)
  if (value === undefined) result.delete(name)
  else result.set(name, value)
  return result
}

/** What may have been set or not is not known. */
function withoutThose(parameters: Parameters, command: Command): Parameters {
  const probe = parametersAfter(noParameters, command, true)
  return [...probe.now.keys()].reduce(
    (result, name) => ({
      session: changed(result.session, name, undefined),
      now: changed(result.now, name, undefined),
    }),
    parameters,
  )
}
