import type { Call, Expression } from '../sql/parts'
import { aggregates, windowFunctions } from './aggregates'
import { type Catalog, routineNamed } from './catalog'
import { calleeOf } from './routines'
import { volatilities } from './volatility.generated'

/** As in pg_proc; `unknown` where a function is neither PostgreSQL's own nor made by the history. */
export type Volatility = 'immutable' | 'stable' | 'volatile' | 'unknown'

/**
 * Returns the worst volatility of all functions that an expression calls on a major version (xfunc-volatility.html).
 * PostgreSQL's own operators and casts are never volatile (proven in test/postgres/volatility.test.ts), so calls decide.
 */
export function volatilityOf(expression: Expression, catalog: Catalog, postgres: number): Volatility {
  let worst: Volatility = expression.hasSubquery ? 'unknown' : 'immutable'
  for (const call of expression.calls) {
    const volatility = shiftsTimestamp(call, expression) ? 'stable' : volatilityOfCall(call, catalog, postgres)
    if (order.indexOf(volatility) > order.indexOf(worst)) worst = volatility
  }
  return worst
}

/** A function that is certainly volatile decides more than one that may be. */
const order: readonly Volatility[] = ['immutable', 'stable', 'unknown', 'volatile']

/**
 * Before 15 one overload of timezone() is volatile, that for `time with time zone` (pg_proc): AT TIME ZONE of the
 * current time stamp is another.
 */
const shiftsTimestamp = (call: Call, { calls }: Expression): boolean =>
  call.name === 'timezone' &&
  calls.some(({ name }) => timestamps.has(name)) &&
  !calls.some(({ name }) => name === 'current_time')

const timestamps: ReadonlySet<string> = new Set([
  'now',
  'current_timestamp',
  'localtimestamp',
  'transaction_timestamp',
  'statement_timestamp',
  'clock_timestamp',
])

/** Returns the volatility of one function call, on the newest major version unless another is given. */
export function volatilityOfCall(call: Call, catalog: Catalog, postgres = newest, depth = 0): Volatility {
  const made = routineNamed(catalog, call)
  if (made) return made.volatility === 'volatile' ? inlined(call, catalog, postgres, depth) : made.volatility
  if (call.schema !== undefined && call.schema !== 'pg_catalog') return ofExtension(call.name)
  return (
    valueFunctions.get(call.name) ??
    builtIn(postgres).get(`${call.name}/${call.arguments}`) ??
    builtIn(postgres).get(call.name) ??
    ofExtension(call.name)
  )
}

/**
 * A function in LANGUAGE sql that is one expression is put in the place of its call: then the expression decides, whatever
 * the function is declared to be (`inline_function` of PostgreSQL's source, proven in test/postgres/effects.sql).
 */
function inlined(call: Call, catalog: Catalog, postgres: number, depth: number): Volatility {
  // Functions may call one another in a circle.
  if (depth > 8) return 'volatile'
  const callee = calleeOf(catalog, call)
  if (!callee || 'unknown' in callee) return 'volatile'
  const { language, mayBeInlined, code } = callee.routine
  const [only, ...others] = callee.body.statements
  if (language !== 'sql' || !mayBeInlined || only?.command.tag !== 'SELECT' || others.length > 0) return 'volatile'
  const { reads, calls } = only.command
  const isExpression = reads.length === 0 && !clauses.test(code?.text ?? '')
  const isMine = ({ name }: Call) => name === call.name || aggregates.has(name) || windowFunctions.has(name)
  if (!isExpression || calls.some(isMine)) return 'volatile'
  const all = calls.map(inner => volatilityOfCall(inner, catalog, postgres, depth + 1))
  return all.includes('volatile') || all.includes('unknown')
    ? 'volatile'
    : all.includes('stable')
      ? 'stable'
      : 'immutable'
}

/** Whatever makes a SELECT more than an expression. */
const clauses =
  /\b(?:from|where|group|having|order|limit|offset|fetch|with|union|intersect|except|distinct|for|values|select\b[\s\S]*\bselect)\b/i

const ofExtension = (name: string): Volatility => extensions.get(name) ?? 'unknown'

/** CURRENT_TIMESTAMP and its like are no functions in pg_proc but evaluate as stable (functions-datetime.html, functions-info.html). */
const valueFunctions: ReadonlyMap<string, Volatility> = new Map(
  [
    'current_date',
    'current_time',
    'current_timestamp',
    'localtime',
    'localtimestamp',
    'current_catalog',
    'current_role',
    'current_schema',
    'current_user',
    'session_user',
    'user',
    'system_user',
  ].map(name => [name, 'stable']),
)

/** Functions of extensions that defaults call: uuid-ossp.html, pgcrypto.html, and the extensions' own SQL scripts. */
const extensions: ReadonlyMap<string, Volatility> = new Map<string, Volatility>([
  ['uuid_generate_v1', 'volatile'],
  ['uuid_generate_v1mc', 'volatile'],
  ['uuid_generate_v4', 'volatile'],
  ['uuid_generate_v3', 'immutable'],
  ['uuid_generate_v5', 'immutable'],
  ['uuid_nil', 'immutable'],
  ['gen_random_bytes', 'volatile'],
  ['gen_salt', 'volatile'],
  ['digest', 'immutable'],
  ['hmac', 'immutable'],
  ['crypt', 'immutable'],
  ['unaccent', 'stable'],
  ['similarity', 'immutable'],
])

const newest = Math.max(...Object.keys(volatilities).map(Number))

const functions = new Map<number, ReadonlyMap<string, Volatility>>()

/** The functions of a major version, and those that only the newest has. */
function builtIn(major: number): ReadonlyMap<string, Volatility> {
  const known = functions.get(major)
  if (known) return known
  const made = new Map<string, Volatility>(major === newest ? [] : builtIn(newest))
  for (const volatility of ['immutable', 'stable', 'volatile'] as const)
    for (const name of volatilities[major]?.[volatility].split(' ') ?? []) made.set(name, volatility)
  functions.set(major, made)
  return made
}

/** Returns whether PostgreSQL itself has a function of this name, whatever its arguments: trigger functions too. */
export const isBuiltInFunction = (name: string): boolean =>
  Object.keys(volatilities).some(major => builtIn(Number(major)).has(name)) ||
  /^(?:pg_|ri_|RI_|tsvector_update_trigger|suppress_redundant_updates_trigger|unique_key_recheck)/.test(name)
