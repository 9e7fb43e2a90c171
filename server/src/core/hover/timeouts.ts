import type { Timeout } from '../explain'
import { durationText, millisecondsOf } from '../history/duration'
import { type Step, stepsOf } from '../history/steps'
import { lineOf } from '../lines'
import { manualSection } from '../manual'
import type { SetParameter } from '../sql/commands'
import type { Span } from '../text'
import type { Words } from '../words'
import type { Narrow, Place } from './place'
import { settingSentences } from './starting'

/** Returns what to tell of a timeout: what it bounds and, where the statement sets it, until when. */
export function timeoutAt(place: Place): Narrow | undefined {
  const { command, tokens, index } = place
  const token = tokens[index]
  if (!token) return undefined
  const written = timeoutOf(token.text)
  if ((command.tag === 'SET' || command.tag === 'RESET') && isTimeout(command.parameter)) {
    const span: Span = { start: tokens[0]?.start ?? 0, end: tokens.at(-1)?.end ?? 0 }
    return { span, words: wordsOf(command.parameter, place, inForce(command, place)) }
  }
  const isNamed = token.kind === 'word' || token.kind === 'string'
  return isNamed && written ? { span: token, words: wordsOf(written, place, elsewhere(written, place)) } : undefined
}

/** What each bounds, and what happens then: runtime-config-client.html#RUNTIME-CONFIG-CLIENT-STATEMENT. */
const bounds: Record<Timeout, readonly string[]> = {
  lock_timeout: [
    'Ends a statement with an error when it has waited that long for one lock: on a table, an index, a row. Each lock that it waits for has the whole time; the work that follows is not bounded.',
    'While it waits, everybody who comes later waits behind it: this bounds how long.',
  ],
  statement_timeout: [
    'Ends a statement with an error when it has run that long, waits for locks included. Each statement has the whole time.',
    'An index build with `CONCURRENTLY` that it ends leaves an invalid index behind.',
  ],
  idle_in_transaction_session_timeout: [
    'Ends the session, and rolls its transaction back, when a transaction has been open that long without a statement running.',
    'It bounds how long locks are held between statements, not during one.',
  ],
  transaction_timeout: [
    'Ends the session, and rolls its transaction back, when a transaction has been open that long, one of a single statement too.',
    'It bounds how long all locks of the transaction are held.',
  ],
}

const isTimeout = (name: string): name is Timeout => name in bounds

const timeoutOf = (text: string): Timeout | undefined => {
  const name = text.replaceAll("'", '').toLowerCase()
  return isTimeout(name) ? name : undefined
}

const wordsOf = (name: Timeout, { settings }: Place, inForce: readonly string[]): Words => ({
  title: `\`${name}\``,
  sentences: [
    ...bounds[name],
    ...inForce,
    // Until 12 the time was that of a whole simple query: release-13.html, runtime-config-client.html of 13.
    ...(name === 'statement_timeout' && settings.postgres < 13
      ? ['Up to PostgreSQL 12 statements that are sent together share it.']
      : []),
    // transaction_timeout came with PostgreSQL 17: release-17.html.
    ...(name === 'transaction_timeout' && settings.postgres < 17
      ? ['There since PostgreSQL 17: earlier versions refuse it.']
      : []),
  ],
  conflicts: [],
  manual: manualSection(
    `runtime-config-client.html#GUC-${name.toUpperCase().replaceAll('_', '-')}`,
    name,
    name === 'transaction_timeout' ? Math.max(settings.postgres, 17) : settings.postgres,
  ),
})

/** Until when a value is in force: sql-set.html, sql-reset.html. */
function inForce(command: SetParameter, place: Place): string[] {
  const { transaction } = place.explanation.step
  const value = settingOf(command)
  if (command.isLocal && !transaction.isBlock)
    return [`${value} Without effect: it lasts as long as a transaction block, and none is open here.`]
  const later = laterSetting(command, place)
  if (later)
    return [
      `${value} In force until line ${lineOf(later)} sets it again.${transaction.isBlock ? takenBack(command) : ''}`,
    ]
  if (command.isLocal) return [`${value} In force to the end of the transaction.`]
  return [`${value} In force to the end of the session.${transaction.isBlock ? takenBack(command) : ''}`]
}

/** What set_config() and ALTER ROLE ... SET do with it: functions-admin.html#FUNCTIONS-ADMIN-SET, sql-alterrole.html. */
function elsewhere(name: Timeout, place: Place): string[] {
  const { command, explanation } = place
  if (command.tag === 'SELECT') {
    const { keywords } = command
    const set = command.parameters.find(parameter => parameter.name.toLowerCase() === name)
    return set?.value !== undefined
      ? inForce({ tag: 'SET', parameter: name, value: set.value, isLocal: set.isLocal, keywords }, place)
      : []
  }
  return 'sets' in command && command.sets?.parameter === name ? settingSentences(explanation) : []
}

const takenBack = ({ isLocal }: SetParameter): string =>
  isLocal ? '' : ' A `ROLLBACK` of this transaction takes it back.'

function settingOf({ tag, parameter, value }: SetParameter): string {
  if (tag === 'RESET' || value === undefined) return 'Here it gets the value that the session started with.'
  const milliseconds = millisecondsOf(value)
  if (milliseconds === undefined) return `PostgreSQL refuses \`${value}\`.`
  if (milliseconds === 0) return parameter === 'lock_timeout' ? 'Off here: the wait has no end.' : 'Off here.'
  return `Here \`${durationText(milliseconds)}\`.`
}

function laterSetting(
  { parameter, isLocal }: SetParameter,
  { history, explanation, settings }: Place,
): Step | undefined {
  const { step } = explanation
  const own = stepsOf(history, step.migration, settings).filter(({ section }) => section === step.section)
  return own
    .slice(own.indexOf(step) + 1)
    .find(later => sets(later, parameter) && (!isLocal || later.transaction.number === step.transaction.number))
}

const sets = ({ command }: Step, parameter: string): boolean =>
  (command?.tag === 'SET' || command?.tag === 'RESET') && [parameter, 'all'].includes(command.parameter)
