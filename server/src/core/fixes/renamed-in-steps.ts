import type { Fix } from '../finding'
import { type Step, stepsOf } from '../history/steps'
import { pastOf, textOfDefault } from '../inverse/sources'
import { typeText } from '../inverse/texts'
import { laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { laterNaming } from '../judgement/later'
import type { SubcommandOfKind, Target } from '../judgement/target'
import { type Column, columnNamed, inheritorsOf, keyOfRelation } from '../postgres/catalog'
import { volatilityOf } from '../postgres/volatility'
import type { AlterRelation } from '../sql/commands'
import { literal, quoted } from '../sql/quote'
import { needsColumns } from './behind'
import { indexesOfCopy } from './copied-indexes'
import { written } from './edits'
import { inBody, isNeeded } from './placement'
import { namedAsKept } from './renamed-back'
import {
  atOnce,
  filling,
  inPlaceOf,
  isGranted,
  markOf,
  nameOfSync,
  onlyFilled,
  remarking,
  remarkOn,
  syncTrigger,
  undoneHere,
  untouched,
  withoutSync,
} from './synced-column'
import { triggersToOverrule } from './triggers-of-copy'
import { withhold } from './withheld'

/**
 * Returns the fix that renames a column while code moves over: a copy with the new name, which a trigger keeps the same as the
 * column, in both directions; the rows that are there in batches; and for a later release a transaction that drops the copy and
 * renames the column. So the column keeps its constraints, indexes, default and place: nothing of it is made again.
 */
export function renamedInSteps(
  alter: AlterRelation,
  { from, to }: SubcommandOfKind<'RENAME COLUMN'>,
  target: Target,
  context: RuleContext,
): Fix[] {
  const column = copyable(alter, { from: from.name, to: to.name }, target, context)
  const type = column && typeOf(column)
  const start = column && startOf(column, target, context)
  const overruled = column && target.table && triggersToOverrule(target.table, [from.name, to.name], context)
  if (!column || type === undefined || start === undefined || !overruled) return []
  const table = written(context, alter.relation.span)
  const [old, next] = [quoted(from.name), quoted(to.name)]
  const sync = nameOfSync(alter, to.name, table, context, overruled)
  const mark = markOf(overruled, `${alter.relation.name}.${to.name}`)
  const remark = remarkOn(alter, from.name, context)
  const copied = [
    `ALTER TABLE ${table} ADD COLUMN ${next} ${type};`,
    ...(start.text ? [`ALTER TABLE ${table} ALTER COLUMN ${next} SET DEFAULT ${start.text};`] : []),
    ...(remark === 'NULL' ? [] : [remarking(table, next, remark)]),
  ]
  const kept = [
    ...syncTrigger(table, sync, [
      ...onlyFilled([`OLD.${next} := NEW.${next};`], mark),
      ...synced(old, next, column, start),
    ]),
    remarking(table, old, literal(`DEPRECATED: it is called ${to.name}`)),
  ]
  const later = [...laterSteps(context), ...pendingSteps(context, to.name)]
  const others = later.flatMap(step => namedAsKept(step, { table: alter.relation.name, column, to: to.name }) ?? [])
  const isBack: Parameters<typeof undoneHere>[1] = other =>
    other.kind === 'RENAME COLUMN' && other.from.name === to.name && other.to.name === from.name
  const undone = undoneHere(
    alter,
    isBack,
    [remarking(table, old, remark), ...withoutSync(table, sync), `ALTER TABLE ${table} DROP COLUMN ${next};`],
    context,
    [from.name, to.name],
  )
  const fills = [{ assignment: `${next} = ${old}`, missing: `${next} IS NULL AND ${old} IS NOT NULL` }]
  const filled = filling(alter, { table, fills, title: to.name, mark }, target.table, context)
  const copy = target.table && { table: target.table, tableText: table, column: from.name, copy: to.name }
  const indexes = copy && filled && undone && indexesOfCopy(copy, later, context)
  if (!filled || !undone || !indexes) return []
  const renamed = atOnce(
    `rename_${alter.relation.name}_${from.name}`,
    [
      '-- For a later release, when no running code names the old column.',
      `-- Indexes and constraints that were added to column ${next} since go with it: add them to ${old} before.`,
      ...withoutSync(table, sync),
      `ALTER TABLE ${table} DROP COLUMN ${next};`,
      `ALTER TABLE ${table} RENAME COLUMN ${old} TO ${next};`,
      remarking(table, next, remark),
    ],
    [
      `ALTER TABLE ${table} RENAME COLUMN ${next} TO ${old};`,
      ...copied,
      ...kept,
      ...untouched(table, overruled, [`UPDATE ${table} SET ${next} = ${old};`]),
      ...indexes.again,
    ],
  )
  const title = 'Keep both names up to date while code moves over'
  // A row that comes between the default and the trigger would have two values.
  const isOpen = start.text !== undefined && context.transaction.kind === 'own'
  const here = [...(isOpen ? ['BEGIN;'] : []), ...copied, ...kept, ...(isOpen ? ['COMMIT;'] : [])]
  return inPlaceOf(
    alter,
    { columns: [from.name, to.name], here, edits: [...undone, ...others] },
    [filled, ...indexes.parts, renamed],
    title,
    context,
  )
}

/** The statements of later migrations that name the column by its new name, and have not run. */
const pendingSteps = (context: RuleContext, name: string): readonly Step[] =>
  laterNaming(context, [name])
    .filter(({ path }) => !/^(?:applied|edited)$/.test(context.history.stateOf(path)))
    .flatMap(migration => stepsOf(context.history, migration, context.settings))
    .filter(step => step.section.direction === 'up' && mentions(step, name))

/** In an INSERT all of OLD is null (plpgsql-trigger.html): there the copy is changed where it is given another value than its default. */
function synced(old: string, next: string, { type }: Column, { value }: Start): string[] {
  const of = (row: string) => (comparable.has(type.name) && type.dimensions === 0 ? row : `${row}::text`)
  const changed = `${of(`NEW.${next}`)} IS DISTINCT FROM`
  const sync = (condition: string) => [
    `IF ${condition} THEN`,
    `  NEW.${old} := NEW.${next};`,
    'ELSE',
    `  NEW.${next} := NEW.${old};`,
    'END IF;',
  ]
  if (value === undefined) return sync(`${changed} ${of(`OLD.${next}`)}`)
  const was = `(CASE TG_OP WHEN 'INSERT' THEN ${of(value)} ELSE ${of(`OLD.${next}`)} END)`
  return sync(`${changed} ${was}`)
}

/** Values that are equal are the same in these: others have no equality at all, or one that lets case or size pass. */
const comparable: ReadonlySet<string> = new Set([
  'bool',
  'bytea',
  'date',
  'int2',
  'int4',
  'int8',
  'text',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'varchar',
])

/** What a row without a value for it gets in the copy. */
interface Start {
  /** The default as it was written; absent for none. */
  readonly text?: string
  /** The same as a value of the column's type. */
  readonly value?: string
}

/** A value that the copy is given wins over the column's default. Null is one too, except where the column is NOT NULL. */
function startOf(column: Column, { table }: Target, context: RuleContext): Start | undefined {
  const { default: value, notNull } = column
  if (!value || value.kind === 'null' || notNull || !table) return {}
  const { history, migration, index, settings, catalog } = context
  const text = textOfDefault(pastOf(history, migration, index, settings), keyOfRelation(table), column.name)
  const volatility = volatilityOf(value, catalog, settings.postgres)
  if (text === undefined || (volatility !== 'immutable' && volatility !== 'stable'))
    return withhold('Its default cannot be told from a value: it is another one each time.')
  return { text, value: `(${text})::${typeText(column.type)}` }
}

function typeOf({ type }: Column): string | undefined {
  return typeText(type) ?? withhold('The type of the column is not written as it is kept.')
}

/** The column, where another one can be kept the same: whoever writes either of them, and whatever writes them then. */
function copyable(
  alter: AlterRelation,
  { from, to }: { readonly from: string; readonly to: string },
  { table }: Target,
  context: RuleContext,
): Column | undefined {
  const column = columnNamed(table, from)
  if (context.inside) return withhold(inBody)
  if (!table || !column || table.conditional)
    return withhold('The migrations here do not show what hangs on the column.')
  if (alter.only || context.direction === 'down') return undefined
  if (columnNamed(table, to)) return undefined
  const { catalog } = context
  const key = keyOfRelation(table)
  if (table.kind !== 'table' || table.partitionOf || table.inherits.length > 0 || column.inherited)
    return withhold('The table shares the column with others.')
  if (inheritorsOf(catalog, key).length > 0) return withhold('The table shares the column with others.')
  if (table.rules?.length) return withhold('The rules of the table see the values that are given, before any trigger.')
  if (column.collation) return withhold('The new column would need its collation as well.')
  if (column.generated) return withhold('The column is generated: nobody writes it, and a trigger cannot either.')
  if (isGranted(table, from, context))
    return withhold('A role has privileges on the column alone, and none on another.')
  const kept = { table: table.name, column, to }
  const needs = (step: Step) => !namedAsKept(step, kept) && needsColumns(step, table.name, [from, to])
  return isNeeded(context, needs) ? undefined : column
}
