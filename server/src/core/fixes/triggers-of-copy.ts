import { laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { earlierStatements, laterStatements } from '../judgement/later'
import { columnNamed, type Table, type Trigger } from '../postgres/catalog'
import { calleeOfTrigger, callsIn } from '../postgres/routines'
import { isBuiltInFunction } from '../postgres/volatility'
import type { Body } from '../sql/routine-commands'
import { type Token, tokensOf } from '../sql/tokens'
import { withhold } from './withheld'

/**
 * Returns the names of the table's triggers whose changes must not stay where a row is only filled, as `updated_at` must not become
 * the present: another trigger can undo them that comes after, in the order of their names (trigger-definition.html). Undefined,
 * with the reason withheld, where one does more, or has to do with one of the columns: it would run before or after the copying.
 * Where columns are only copied from, and after all of them (`isLast`), their functions may set and read them.
 */
export function triggersToOverrule(
  table: Table,
  columns: readonly string[],
  context: RuleContext,
  { isLast }: Copying = { isLast: false },
): readonly string[] | undefined {
  const maker = makerOfTriggers(table, context)
  if (maker !== undefined)
    return withhold(
      `Function "${maker}" is given the name of the table, and may have made triggers that are not known here.`,
    )
  const found: string[] = []
  for (const trigger of table.triggers) {
    const { why, isOverruled } = judged(trigger, table, columns, context, isLast)
    if (why !== undefined) return withhold(`Trigger "${trigger.name}" ${why}.`)
    if (isOverruled) found.push(trigger.name)
  }
  return found
}

/** Whether an UPDATE that only fills a column would have triggers change more: the reason is withheld. */
export function isFiredByFilling(table: Table, column: string, context: RuleContext): boolean {
  const found = triggersToOverrule(table, [column], context, { isLast: true })
  const [name] = found ?? []
  if (name !== undefined) withhold(`Trigger "${name}" ${forEveryRow}.`)
  return found === undefined || name !== undefined
}

/** `SELECT diesel_manage_updated_at('users')`: it puts together what it runs. */
function makerOfTriggers({ name }: Table, context: RuleContext): string | undefined {
  const isNamed = ({ kind, text }: Token) =>
    kind === 'string' &&
    text
      .replace(/^'|'$|"/g, '')
      .split('.')
      .at(-1) === name
  for (const { statement } of [...earlierStatements(context, [name]), ...context.steps.slice(0, context.index)]) {
    const { command, text } = statement
    if (command?.tag !== 'SELECT' && command?.tag !== 'CALL') continue
    const called = callsIn(command).find(call => !isBuiltInFunction(call.name))
    if (called && tokensOf(text).some(isNamed)) return called.name
  }
  return undefined
}

interface Copying {
  readonly isLast: boolean
}

const forEveryRow = 'would run for every row that is filled'

interface Judged {
  readonly why?: string
  readonly isOverruled?: boolean
}

function judged(
  trigger: Trigger,
  table: Table,
  columns: readonly string[],
  context: RuleContext,
  isLast: boolean,
): Judged {
  const { name, events = ['INSERT', 'UPDATE'], columns: fired } = trigger
  if (fired?.some(column => columns.includes(column))) return { why: 'is fired by the column alone' }
  const isFilled = events.includes('UPDATE') && !fired
  if (!isFilled && !events.includes('INSERT') && !events.includes('UPDATE')) return {}
  const called = calleeOfTrigger(context.catalog, { schema: trigger.schema, name: trigger.function })
  if (!called || 'unknown' in called) return { why: 'runs a function that the migrations here do not show' }
  const texts = [...earlierStatements(context, [name]), ...context.steps.slice(0, context.index)]
    .filter(({ statement }) => statement.command?.tag === 'CREATE TRIGGER' && statement.command.name.name === name)
    .map(({ statement }) => statement.text)
  const code = called.routine.code?.text ?? ''
  if (isLast && name >= 'zz_') return { why: 'would run after the copying' }
  if (
    [...(isLast ? [] : [code]), ...texts].some(text =>
      columns.some(column => mentions({ statement: { text } }, column)),
    )
  )
    return { why: 'has to do with the column' }
  if (!isFilled) return {}
  const missing = [...code.matchAll(/\b(?:new|old)\.(\w+)/gi)].find(
    ([, one = '']) => !columnNamed(table, one.toLowerCase()),
  )
  if (missing && table.columnsKnown) return { why: `fails in every UPDATE: there is no ${missing[0]}` }
  const isBefore = texts.length > 0 && texts.every(text => tokensOf(text).some(token => token.text === 'BEFORE'))
  if (isBefore && trigger.isRow && onlyChangesRow(called.body, code)) {
    if (!onlyCopies(code) && isTouched(trigger, table, context)) return { why: 'is not always as it is now' }
    return { isOverruled: !onlyCopies(code) }
  }
  return { why: forEveryRow }
}

/** A down that fills rows turns it off, and on again as CREATE TRIGGER leaves it. */
function isTouched({ name, isOff }: Trigger, table: Table, context: RuleContext): boolean {
  const isAbout = (text: string) => [name, table.name].every(one => mentions({ statement: { text } }, one))
  const later = [...laterSteps(context).map(({ statement }) => statement), ...laterStatements(context, [name])]
  const before = earlierStatements(context, [name]).some(
    ({ statement: { text } }) => /\benable\s+always\b/i.test(text) && isAbout(text),
  )
  return isOff === true || before || later.some(({ text }) => isAbout(text))
}

/** It sets columns to others of the row: those of a row that is only filled are so already. */
function onlyCopies(code: string): boolean {
  const values = [...code.matchAll(/\b(?:new|old)\.(?:"[^"]*"|\w+)\s*:?=\s*(\S*)/gi)].map(([, value = '']) => value)
  return values.length > 0 && values.every(value => /^(?:new|old)\./i.test(value))
}

/** Nothing is left of what it does, but what it has made of the row. */
const onlyChangesRow = ({ statements, hasDynamicSql, calls }: Body, code: string): boolean =>
  statements.length === 0 &&
  !hasDynamicSql &&
  !mentions({ statement: { text: code } }, 'raise') &&
  calls.every(({ name }) => isBuiltInFunction(name) && name !== 'pg_notify')
