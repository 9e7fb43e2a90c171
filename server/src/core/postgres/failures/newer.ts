import type { Command, SetParameter } from '../../sql/commands'
import type { Call } from '../../sql/parts'
import { type Catalog, routineNamed } from '../catalog'
import type { Failure } from '../failures'
import { callsIn } from '../routines'

/** Returns why a major version cannot read a statement (too old for it, or too new), or take what it sets; whatever the catalog says. */
export function newerFailure(command: Command, postgres: number): Failure | undefined {
  const syntax = command.newer?.find(({ since }) => since > postgres)
  if (syntax)
    return {
      message: `syntax error at or near "${syntax.word}"`,
      code: '42601',
      span: syntax.span,
      since: syntax.since,
    }
  const name = command.older?.find(({ until }) => until <= postgres)
  if (name)
    return { message: `syntax error at or near "${name.word}"`, code: '42601', span: name.span, until: name.until }
  return command.tag === 'SET' || command.tag === 'RESET' ? parameterFailure(command, postgres) : undefined
}

/** What an extension or a person makes up has a dot in its name: runtime-config-custom.html. */
function parameterFailure(command: SetParameter, postgres: number): Failure | undefined {
  const { parameter } = command
  const since = parameters.get(parameter) ?? 0
  if (since > postgres) return { message: `unrecognized configuration parameter "${parameter}"`, code: '42704', since }
  return command.tag === 'SET' ? timeoutFailure(command) : undefined
}

/** A time is a number with one of the units of config-setting.html; what a tool puts in later starts with an underscore. */
function timeoutFailure({ parameter, value }: SetParameter): Failure | undefined {
  if (value === undefined || !timeouts.has(parameter) || !/^[A-Za-z0-9 ]+$/.test(value)) return undefined
  if (/^ *(?:\d+|0x[\da-f]+) *(?:us|ms|s|min|h|d)? *$/.test(value.replace(/^ *0x/i, '0x')) || /[\d]e\d/i.test(value))
    return undefined
  return { message: `invalid value for parameter "${parameter}": "${value}"`, code: '22023' }
}

const timeouts: ReadonlySet<string> = new Set([
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
])

/**
 * Returns, in whole sentences, the functions that a statement calls and that came with a later major version: an extension or
 * somebody's own function may stand in their place. Proven in test/postgres/newer.test.ts.
 */
export function newerNames(command: Command, catalog: Catalog, postgres: number): string[] {
  const said = (what: string, since: number) =>
    `PostgreSQL ${postgres} does not know ${what}, which came with ${since}: it fails unless something else made it.`
  return callsOf(command).flatMap(call => {
    const since = functions.get(call.name) ?? 0
    const isOwn = since <= postgres || call.schema !== undefined || routineNamed(catalog, call) !== undefined
    return isOwn ? [] : [said(`\`${call.name}()\``, since)]
  })
}

function callsOf(command: Command): readonly Call[] {
  if (command.tag === 'CREATE TABLE')
    return command.columns.flatMap(({ default: value }) => value?.expression.calls ?? [])
  if (command.tag !== 'ALTER TABLE') return callsIn(command)
  const defaults = command.subcommands.flatMap(subcommand =>
    subcommand.kind === 'SET DEFAULT' ? subcommand.expression.calls : [],
  )
  return [...callsIn(command), ...defaults]
}

/** Those that migrations set, and the major version that brought them: the release notes of each. */
export const parameters: ReadonlyMap<string, number> = new Map([
  ['transaction_timeout', 17],
  ['idle_session_timeout', 14],
  ['client_connection_check_interval', 14],
  ['default_toast_compression', 14],
  ['compute_query_id', 14],
])

/** Those that defaults and queries of migrations call, and the major version that brought them. */
export const functions: ReadonlyMap<string, number> = new Map([
  ['gen_random_uuid', 13],
  ['date_bin', 14],
  ['string_to_table', 14],
  ['bit_count', 14],
  ['regexp_count', 15],
  ['regexp_like', 15],
  ['regexp_substr', 15],
  ['any_value', 16],
  ['array_shuffle', 16],
  ['array_sample', 16],
  ['random_normal', 16],
  ['to_bin', 17],
  ['to_oct', 17],
  ['uuid_extract_timestamp', 17],
  ['uuidv4', 18],
  ['uuidv7', 18],
  ['casefold', 18],
  ['array_reverse', 18],
  ['array_sort', 18],
])
