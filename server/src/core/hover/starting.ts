import type { Explanation, Timeout } from '../explain'
import { durationText, millisecondsOf } from '../history/duration'
import type { Starting } from '../history/session-defaults'
import { lineOf } from '../lines'
import { nameOf } from '../text'

/**
 * Returns what to tell of SET, RESET, set_config() and DISCARD ALL: until when they hold (sql-set.html, sql-discard.html); and of
 * ALTER ROLE, ALTER DATABASE and ALTER SYSTEM ... SET: when they take effect.
 */
export function settingSentences(explanation: Explanation): string[] {
  const { command } = explanation.step
  switch (command?.tag) {
    case 'SET':
    case 'RESET':
      return [
        ...(command.value === undefined ? ['Back to what the session began with.'] : []),
        lifeOf(command.isLocal, explanation),
      ]
    case 'SET CONSTRAINTS':
      return [lifeOf(true, explanation)]
    case 'SELECT':
      return command.parameters.map(({ name, isLocal }) => `Sets \`${name}\`. ${lifeOf(isLocal, explanation)}`)
    case 'DISCARD':
      return command.options?.target === 'all'
        ? ['Resets the session: parameters, prepared statements, cursors, temporary tables and advisory locks.']
        : []
    case 'ALTER SYSTEM':
      return ['It takes effect when the server has read its configuration again.']
    default:
      return command && 'sets' in command && command.sets
        ? ['It takes effect in sessions that start later, not in this one.']
        : []
  }
}

function lifeOf(isLocal: boolean, { until: { by, at }, step }: Explanation): string {
  if (isLocal && by === 'statement')
    return 'Without effect: it lasts as long as a transaction block, and none is open here.'
  const line = at ? ` in line ${lineOf(at)}` : ''
  if (by === 'ROLLBACK' || by === 'ROLLBACK TO SAVEPOINT') return `In force until \`ROLLBACK\`${line} takes it back.`
  if (!isLocal || by === 'session') return 'In force until it is set again or the session ends.'
  if (by === 'tool') return `In force until ${step.migration.framework.name} commits the transaction of this file.`
  if (by === 'query') return 'In force to the end of the statements that are sent together.'
  return by.endsWith('PREPARED')
    ? 'In force until `PREPARE TRANSACTION`.'
    : `In force until the transaction ends${line}.`
}

/** Returns what to tell of a timeout that this file does not set, but an earlier migration for sessions that start later. */
export function startingSentences({ timeouts, starting }: Explanation, names: readonly Timeout[]): string[] {
  return starting
    .filter(({ parameter }) => names.some(name => name === parameter && !timeouts.has(name)))
    .flatMap(found => {
      const milliseconds = millisecondsOf(found.value)
      if (!milliseconds) return []
      const where = `line ${lineOf(found)} of \`${nameOf(found.migration.path)}\``
      return [
        `${whose(found)} start with \`${found.parameter}\` = ${durationText(milliseconds)} since ${where}: so may this one.`,
      ]
    })
}

/** Returns what to tell of a timeout that this file does not set, but an earlier migration for its own session. */
export function leftSentences({ timeouts, left }: Explanation, names: readonly Timeout[]): string[] {
  return left
    .filter(({ parameter }) => names.some(name => name === parameter && !timeouts.has(name)))
    .flatMap(found => {
      const milliseconds = millisecondsOf(found.value)
      if (!milliseconds) return []
      const where = `line ${lineOf(found)} of \`${nameOf(found.migration.path)}\``
      return [
        `\`${found.parameter}\` = ${durationText(milliseconds)} of ${where} is still in force where one session runs both files.`,
      ]
    })
}

function whose({ role, database }: Starting): string {
  const within = database === undefined ? '' : ` in database \`${database}\``
  if (role === undefined || role === 'ALL') return database === undefined ? 'All sessions' : `Sessions${within}`
  return /^(?:CURRENT|SESSION)_/.test(role)
    ? `Sessions of the migrating role${within}`
    : `Sessions of role \`${role}\`${within}`
}
