import { typeText } from '../inverse/texts'
import { downSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import type { SubcommandOfKind } from '../judgement/target'
import { columnNamed, type Table } from '../postgres/catalog'
import { freeName } from '../postgres/names'
import { isBuiltIn } from '../postgres/types'
import { volatilityOf } from '../postgres/volatility'
import type { AlterRelation } from '../sql/commands'
import type { Expression } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import type { Successor } from './carried'
import { withColumns } from './column-names'
import { written } from './edits'
import type { Clause, Company } from './retyped-with'
import { settingsBehind } from './session-settings'
import { zoneIn } from './taken-as-utc'
import { withhold } from './withheld'

export type TypeChange = SubcommandOfKind<'ALTER COLUMN TYPE'>

/** A column that gets another type by a new one. */
export interface Retyped extends Successor {
  /** The types as ADD COLUMN takes them. */
  readonly type: string
  readonly oldType: string
  /** What the new column is computed from: the old one, or USING. */
  readonly expression: string
  /** The same of the old column when it has given its name away, to be compared with the new one's values. */
  readonly compared: string
  /** What the old type is called when the new one has its name. */
  readonly oldTypeThen: string
  /** The old column, of this type, from the new one, where that has the name; undefined where nobody knows. */
  readonly back: (type: string) => string | undefined
  /** Whether null stays null, and nothing else becomes it. */
  readonly keepsNull: boolean
  /** The settings of a session that decide what a value becomes. */
  readonly pinned: readonly string[]
}

/**
 * Returns what a type change becomes beside the `others` of the statement; undefined, with the reason withheld, where a trigger
 * would not come to the same values.
 */
export function retypedColumn(
  alter: AlterRelation,
  change: TypeChange,
  table: Table,
  others: readonly Retyped[],
  { clauses, nameOfType }: Company,
  context: RuleContext,
): Retyped | undefined {
  const { using, type, column: of } = change
  const column = columnNamed(table, of.name)
  if (!column) return withhold('The migrations here do not show what hangs on the column.')
  const old = typeText(column.type)
  const then = typeText({ ...column.type, name: nameOfType(column.type.name) })
  if (old === undefined || then === undefined) return withhold('The type of the column is not written as it is kept.')
  const isTaken = (name: string) =>
    columnNamed(table, name) !== undefined || others.some(other => other.next === name || other.left === name)
  const [next, left] = [freeName(of.name, '', 'new', isTaken), freeName(of.name, '', 'old', isTaken)]
  const zone = zoneIn(change, context)
  const isAtZone = zone !== undefined && timestamps.has(column.type.name) && timestamps.has(type.name)
  if (using && !isAtZone && !isOfRow(using, table, context))
    return withhold('USING does more than compute from the row: the trigger could come to other values.')
  const typed = written(context, type.span)
  const [collation = ''] = /^\s+collate\s+[^\s,;]+/i.exec(context.statement.text.slice(type.span.end)) ?? []
  const expression = using ? written(context, using.span) : quoted(of.name)
  const isCast = !using || using.cast?.column === of.name
  return {
    column,
    next,
    left,
    wanted: wantedBy([...alter.subcommands.map(subcommand => ({ step: context, subcommand })), ...clauses], of.name),
    type: typed + collation,
    oldType: old,
    oldTypeThen: column.collation ? `${then} COLLATE ${quoted(column.collation)}` : then,
    expression,
    compared: cast(withColumns(expression, new Map([[of.name, left]])), typed, 'text'),
    back: isAtZone ? () => `${quoted(of.name)} AT TIME ZONE ${zone}` : backTo(change, alter, isCast, context),
    keepsNull: isCast || isAtZone,
    pinned: isAtZone ? [] : settingsBehind(change, table, context),
  }
}

/** Returns whether a subcommand says how one of the columns is to be: its type, its default, whether it may be null. */
export const isOwnClause = (subcommand: Subcommand, columns: readonly string[]): boolean =>
  ownKinds.has(subcommand.kind) && 'column' in subcommand && columns.includes(nameOf(subcommand.column))

const ownKinds: ReadonlySet<string> = new Set([
  'ALTER COLUMN TYPE',
  'SET DEFAULT',
  'DROP DEFAULT',
  'SET NOT NULL',
  'DROP NOT NULL',
])

const nameOf = (column: { readonly name: unknown }): string => (typeof column.name === 'string' ? column.name : '')

/** What becomes of the default and of NOT NULL; in one statement SET DEFAULT comes after DROP DEFAULT, however they are written. */
function wantedBy(clauses: readonly Clause[], column: string): Successor['wanted'] {
  const own = clauses.filter(({ subcommand }) => isOwnClause(subcommand, [column]))
  const last = (...kinds: readonly Subcommand['kind'][]) =>
    own.findLast(({ subcommand }) => kinds.includes(subcommand.kind))
  const set = last('SET DEFAULT')
  const value = set?.subcommand.kind === 'SET DEFAULT' ? written(set.step, set.subcommand.expression.span) : null
  const isDropped = last('DROP DEFAULT') !== undefined
  const nullness = last('SET NOT NULL', 'DROP NOT NULL')
  return {
    ...((set || isDropped) && { default: value }),
    ...(nullness && { notNull: nullness.subcommand.kind === 'SET NOT NULL' }),
  }
}

const timestamps: ReadonlySet<string> = new Set(['timestamp', 'timestamptz'])

/** Whether USING comes to the same for a row whenever it is asked, of columns that a trigger sees. */
const isOfRow = (using: Expression, table: Table, { catalog, settings }: RuleContext): boolean =>
  !using.hasSubquery &&
  volatilityOf(using, catalog, settings.postgres) === 'immutable' &&
  using.columns.every(name => {
    const column = columnNamed(table, name)
    return column !== undefined && !column.generated
  })

/** What the down says, or a cast; a length is not to cut what the old column cannot hold. */
function backTo(
  { column: { name }, type }: TypeChange,
  { relation }: AlterRelation,
  isCast: boolean,
  context: RuleContext,
): Retyped['back'] {
  for (const step of downSteps(context)) {
    if (step.command?.tag !== 'ALTER TABLE' || step.command.relation.name !== relation.name) continue
    const inverse = step.command.subcommands.find(
      (other): other is TypeChange => other.kind === 'ALTER COLUMN TYPE' && other.column.name === name,
    )
    if (inverse) return () => (inverse.using ? written(step, inverse.using.span) : quoted(name))
  }
  return old => {
    if (!isCast) return undefined
    if (/^(?:varchar|char|text)\b/.test(old)) return quoted(name)
    // Types of their own know no cast but through text.
    return isBuiltIn(type.name) ? cast(quoted(name), old) : cast(quoted(name), 'text', old)
  }
}

function cast(expression: string, ...types: readonly string[]): string {
  const operand = /^[\w".:]+$/.test(expression) ? expression : `(${expression})`
  return types.reduce(
    (text, type) => (text.toLowerCase().endsWith(`::${type.toLowerCase()}`) ? text : `${text}::${type}`),
    operand,
  )
}
