import type { Fix } from '../finding'
import type { RuleContext } from '../judgement/context'
import { inheritorsOf, keyOfRelation, type Table } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import type { ColumnDefinition } from '../sql/parts'
import { quoted } from '../sql/quote'
import { type About, inTheWay } from './behind'
import { inFence, replacement, statementsAfter, withBlanksBefore, written } from './edits'
import { notNullParts } from './not-null-steps'
import { inSteps, isNeeded, sentWhole } from './placement'
import { filling, markOf, nameOfSync, onlyFilled, syncTrigger, undoneHere, withoutSync } from './synced-column'
import { triggersToOverrule } from './triggers-of-copy'
import { none } from './withheld'

/**
 * Returns the fix that adds a plain column in the place of one that is computed and stored: a trigger computes it for rows that
 * are written, and the rows that are there are filled in batches. What is read is the same; what is written to it is passed over
 * and not refused.
 */
export function computedByTrigger(
  alter: AlterRelation,
  { name: { name }, generated, notNull, constraints }: ColumnDefinition,
  table: Table | undefined,
  context: RuleContext,
): Fix[] {
  if (!generated || alter.only || alter.ifExists || context.direction === 'down') return []
  if (table?.kind !== 'table' || table.partitionOf || table.inherits.length > 0)
    return none('The migrations here do not show a table by itself, to which a trigger could be given.')
  if (inheritorsOf(context.catalog, keyOfRelation(table)).length > 0)
    return none('Rows of the tables that inherit the column would pass the trigger by.')
  if (constraints.length > 0) return none('The constraints of the column are for all rows: they come last.')
  const about: About = { tables: [alter.relation.name], fills: [name] }
  if (isNeeded(context, step => inTheWay(step, about, context.statement.text) ?? false)) return []
  const tableText = written(context, alter.relation.span)
  const whole = sentWhole(context)
  if (!whole) return []
  const overruled = triggersToOverrule(table, [name], context, { isLast: true })
  if (!overruled) return []
  const mark = markOf(overruled, `${alter.relation.name}.${name}`)
  const column = quoted(name)
  const clause = written(context, generated.span)
  const value = clause.slice(clause.indexOf('('), clause.lastIndexOf(')') + 1)
  const sync = nameOfSync(
    alter,
    name,
    tableText,
    context,
    table.triggers.map(trigger => trigger.name),
  )
  const trigger = syncTrigger(tableText, sync, [
    ...onlyFilled([`OLD.${column} := NEW.${column};`], mark),
    `NEW.${column} := (SELECT ${value} FROM (SELECT NEW.*) AS ${quoted(alter.relation.name)});`,
  ])
  const dropColumn = `ALTER TABLE ${tableText} DROP COLUMN ${column};`
  const undone = undoneHere(
    alter,
    other => other.kind === 'DROP COLUMN' && other.column.name === name,
    [...withoutSync(tableText, sync), dropColumn],
    context,
    [name],
  )
  const fills = [{ assignment: `${column} = ${value}`, missing: `${column} IS NULL` }]
  const filled = undone && filling(alter, { table: tableText, fills, title: name, mark }, table, context)
  if (!filled) return []
  const fenced = trigger.map(text => inFence(text, context.migration))
  const cut = [generated.span, ...(notNull ? [notNull] : [])]
  const placed = inSteps(
    context,
    [filled, ...(notNull ? notNullParts(alter.relation, tableText, [name], context) : [])],
    [
      ...whole,
      ...cut.map(span => replacement(context, withBlanksBefore(context, span), '')),
      ...statementsAfter(context, fenced),
      ...undone,
    ],
    about,
  )
  const title = 'Compute it in a trigger, and fill the rows that are there in batches'
  return placed ? [{ title: `${title}${placed.where}`, safety: 'review', isChange: true, ...placed }] : []
}
