import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import type { RuleContext } from '../judgement/context'
import { rewritingIn, type SubcommandOfKind, type Target } from '../judgement/target'
import { columnIn, tokensIn } from '../judgement/whole-table'
import { columnNamed, columnsOfIndex, indexesOf, keyOf } from '../postgres/catalog'
import { typeChange } from '../postgres/types'
import type { AlterRelation } from '../sql/commands'
import type { Subcommand } from '../sql/subcommands'
import type { Span } from '../text'
import { replacement, statementsAfter, statementsBefore, withBlanksBefore } from './edits'
import { inBody } from './placement'
import { isRewrittenAnyway, none, withReason } from './withheld'

type TypeChange = SubcommandOfKind<'ALTER COLUMN TYPE'>

/**
 * Returns that fix; none where the statement writes the table anew for another clause, which the time zone does not mend.
 */
export function takenAsUtc(alter: AlterRelation, subcommand: TypeChange, target: Target, context: RuleContext): Fix[] {
  const fixes = asUtc(subcommand, target, context)
  const isOther = (other: Subcommand) => other !== subcommand && !isTakenAsUtc(other, target, context)
  if (fixes.length > 0 && rewritingIn(alter, context).some(isOther)) return none(isRewrittenAnyway)
  return fixes
}

/** Returns whether that fix is all that a clause needs. */
export const isTakenAsUtc = (subcommand: Subcommand, target: Target, context: RuleContext): boolean =>
  subcommand.kind === 'ALTER COLUMN TYPE' && withReason(() => asUtc(subcommand, target, context)).result.length > 0

/**
 * Returns the fix that changes between `timestamp` and `timestamptz` in a session whose TimeZone is UTC: the values are the same
 * bytes there since PostgreSQL 12 (proven in test/postgres), and USING would make PostgreSQL write them anew.
 */
function asUtc(subcommand: TypeChange, { table }: Target, context: RuleContext): Fix[] {
  const { column, type, using } = subcommand
  const from = columnNamed(table, column.name)?.type
  const { parameters } = context.transaction
  const isSet = parameters.has('timezone')
  const inUtc = new Map([...parameters, ['timezone', 'UTC']])
  const change = from && typeChange({ column: column.name, from, to: type }, context.catalog, inUtc)
  const now = from && typeChange({ column: column.name, from, to: type }, context.catalog, new Map())
  if (change?.effect !== 'rebuilds indexes' || now?.effect !== 'unknown' || context.direction === 'down') return []
  const clause = using && usingUtc(subcommand, context)
  if (using && !clause) return []
  if (!using && isSet) return []
  if (context.inside) return none(inBody)
  const edits: Edit[] = clause ? [replacement(context, withBlanksBefore(context, clause), '')] : []
  const set = `SET LOCAL timezone = 'UTC';`
  if (!isSet && context.transaction.isBlock) edits.unshift(...statementsBefore(firstOf(context), [set]))
  else if (!isSet) {
    edits.unshift(...statementsBefore(context, ['BEGIN;', set]))
    edits.push(...statementsAfter(context, ['COMMIT;']))
  } else if (!/^utc$/i.test(parameters.get('timezone') ?? '')) return []
  const title = 'Take the values as UTC, which keeps their bytes'
  return [{ title, safety: 'review', edits }]
}

/**
 * The first statement of the transaction that changes the type of a column as this one does: what is set there holds for all that
 * follow. Not before one whose index would be built anew, which is worse than what nobody knows.
 */
function firstOf(context: RuleContext): Step {
  const { steps, index, transaction } = context
  const alike = steps.slice(0, index).filter(step => step.transaction.number === transaction.number && retypes(step))
  return alike.slice(alike.findLastIndex(hasIndex) + 1)[0] ?? context
}

const retyped = ({ command }: Step) =>
  command?.tag === 'ALTER TABLE' ? command.subcommands.filter(({ kind }) => kind === 'ALTER COLUMN TYPE') : []

const retypes = (step: Step): boolean => retyped(step).length > 0

const hasIndex = (step: Step): boolean => {
  const table = step.command?.tag === 'ALTER TABLE' ? keyOf(step.before, step.command.relation) : undefined
  const indexes = table === undefined ? [] : indexesOf(step.before, table)
  return retyped(step).some(
    subcommand =>
      subcommand.kind === 'ALTER COLUMN TYPE' &&
      indexes.some(index => columnsOfIndex(index).has(subcommand.column.name)),
  )
}

/** `USING placed AT TIME ZONE 'UTC'`: the clause from its keyword on; undefined where it says anything else. */
function usingUtc(change: TypeChange, context: RuleContext): Span | undefined {
  if (!/^'(?:etc\/)?utc'$/i.test(zoneIn(change, context) ?? '')) return undefined
  const [keyword] = tokensIn({ start: change.type.span.end, end: change.span.end }, context)
  return keyword?.text === 'USING' ? { start: keyword.start, end: change.span.end } : undefined
}

/** Returns the zone of `USING placed AT TIME ZONE 'Europe/Oslo'`, as it is written; undefined where USING says anything else. */
export function zoneIn({ column, using }: TypeChange, context: RuleContext): string | undefined {
  const tokens = using ? tokensIn(using.span, context) : []
  const words = tokens.filter(({ text }) => text !== '(' && text !== ')')
  const [at, time, of, zone] = words.slice(-4)
  const isAtZone = at?.text === 'AT' && time?.text === 'TIME' && of?.text === 'ZONE' && zone?.kind === 'string'
  return isAtZone && columnIn(words.slice(0, -4)) === column.name ? zone.text : undefined
}
