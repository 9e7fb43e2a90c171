import { columnNamed, keyOf, tableAt, typeNamed } from '../postgres/catalog'
import type { Name, TypeName } from '../sql/parts'
import type { Delete, Truncate } from '../sql/row-commands'
import { upSteps } from './around'
import type { RuleContext } from './context'
import { mentions } from './dependence'
import { isHandedOn } from './moved-data'
import type { SubcommandOfKind } from './target'

/** Returns the tables whose rows from before the up a DELETE or TRUNCATE of its down takes away. */
export function emptiedBy(command: Delete | Truncate, context: RuleContext): readonly Name[] {
  if (command.tag === 'DELETE' && (command.where || command.using || command.hasWith)) return []
  const ups = upSteps(context)
  const tables = command.tag === 'DELETE' ? [command.table] : command.tables
  return tables.filter(table => {
    const { born } = tableAt(context.catalog, keyOf(context.catalog, table)) ?? {}
    if (!born || ups.length === 0 || ups.some(({ migration }) => migration.path === born.migration)) return false
    // What the up fills, empties or rewrites itself is known to be no more than a copy.
    return (
      !ups.some(step => fills.has(step.command?.tag ?? '') && mentions(step, table.name)) &&
      !isHandedOn({ table, born }, context)
    )
  })
}

const fills: ReadonlySet<string> = new Set([
  'INSERT',
  'COPY',
  'MERGE',
  'DELETE',
  'TRUNCATE TABLE',
  'UPDATE',
  'DO',
  'SELECT',
  'CALL',
])

/** Returns what a change of type does to values without a word, as the end of a sentence; undefined where it loses none. */
export function silentLoss(
  { column: { name }, type: to, using }: SubcommandOfKind<'ALTER COLUMN TYPE'>,
  table: Name,
  { catalog }: RuleContext,
): string | undefined {
  const from = columnNamed(tableAt(catalog, keyOf(catalog, table)), name)?.type
  if (!from || from.dimensions > 0 || to.dimensions > 0) return undefined
  // Another expression than the column's cast was thought of.
  if (using && using.cast?.column !== name) return undefined
  return lossOf(from, to, using !== undefined)
}

/** Numbers that were whole before the up mostly still are. */
export const fractions = 'rounds fractions away'

/** PostgreSQL's casts: datatype-numeric.html, datatype-datetime.html; strings are cut by explicit casts alone (datatype-character.html). */
function lossOf(from: TypeName, to: TypeName, isExplicit: boolean): string | undefined {
  const isWhole = /^int[248]$/.test(to.name)
  if (isWhole && /^(?:numeric|float[48])$/.test(from.name)) return scaleOf(from) === 0 ? undefined : fractions
  if (from.name === 'numeric' && to.name === 'numeric' && to.modifiers.length > 0) {
    const [old, next] = [scaleOf(from), scaleOf(to) ?? 0]
    return old === undefined || old > next ? `rounds to ${next} decimal places` : undefined
  }
  if (/^timestamp/.test(from.name) && to.name === 'date') return 'cuts off the time of day'
  if (/^timestamp/.test(from.name) && /^time(?:tz)?$/.test(to.name)) return 'cuts off the day'
  const [length] = to.modifiers
  const isString = /^(?:text|varchar|bpchar)$/.test(from.name) && /^(?:varchar|bpchar)$/.test(to.name)
  if (!isString || !isExplicit || length === undefined) return undefined
  const [old] = from.modifiers
  return old === undefined || old > length ? `cuts off what is longer than ${length}` : undefined
}

/** Of numeric: how many decimal places it keeps; undefined for all. */
const scaleOf = ({ name, modifiers: [precision, scale = 0] }: TypeName): number | undefined =>
  name === 'numeric' && precision !== undefined ? scale : undefined

/**
 * Returns the labels that the old enum of a column has and the new one lacks, where nothing in the down has done away with the
 * rows that have them.
 */
export function lostLabels(
  { column: { name }, type: to, using }: SubcommandOfKind<'ALTER COLUMN TYPE'>,
  table: Name,
  { catalog, steps, index, statement }: RuleContext,
): readonly string[] {
  const from = columnNamed(tableAt(catalog, keyOf(catalog, table)), name)?.type
  const [old, next] = [from && typeNamed(catalog, from), typeNamed(catalog, to)]
  if (old?.kind !== 'enum' || next?.kind !== 'enum') return []
  if (using && using.cast?.column !== name) return []
  const gone = old.labels.filter(label => !next.labels.includes(label))
  const earlier = steps.slice(0, index)
  const isHandled = earlier.some(
    step =>
      /^(?:UPDATE|DELETE|DO|SELECT|TRUNCATE TABLE)$/.test(step.command?.tag ?? '') &&
      (mentions(step, name) || gone.some(label => mentions(step, label)) || mentions(step, table.name)),
  )
  return isHandled || gone.some(label => statement.text.includes(`'${label}'`)) ? [] : gone
}
