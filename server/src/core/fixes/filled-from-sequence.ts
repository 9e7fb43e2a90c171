import type { Edit, Fix } from '../finding'
import type { RuleContext } from '../judgement/context'
import { serialTypes } from '../postgres/apply/columns'
import type { Table } from '../postgres/catalog'
import { nameOfSequence } from '../postgres/names'
import type { AlterRelation } from '../sql/commands'
import type { ColumnDefinition } from '../sql/parts'
import { literal, quoted } from '../sql/quote'
import { inBatches, withoutKey } from './batches'
import { replacement, statementsAfter, withBlanksBefore, written } from './edits'
import { inSchema } from './indexes'
import { notNullParts } from './not-null-steps'
import { inSteps, newMigrations, type Part } from './placement'
import { none } from './withheld'

/**
 * Returns the fix that adds a serial or identity column without a rewrite: a plain column whose default draws from a sequence of its
 * own, the rows that are there in batches, NOT NULL, and then the identity, whose sequence goes on where that one is.
 */
export function filledFromSequence(
  { relation }: AlterRelation,
  column: ColumnDefinition,
  table: Table,
  context: RuleContext,
): Fix[] {
  const { name } = column.name
  const { identity } = column
  if (identity && written(context, identity).includes('('))
    return none('The options of the sequence would have to be carried over by hand.')
  const tableText = written(context, relation.span)
  const label = quoted(name)
  const own = nameOfSequence(context.catalog, table, name)
  // The identity makes the sequence of that name itself.
  const sequence = inSchema(relation.schema, identity ? `${relation.name}_${name}_fill_seq` : own)
  const type = typeWords.get(serialTypes.get(column.type.name) ?? column.type.name)
  const next = `nextval(${literal(sequence)})`
  const block = inBatches(
    tableText,
    table,
    context,
    condition => `UPDATE ${tableText} SET ${label} = DEFAULT WHERE ${condition} AND ${label} IS NULL`,
  )
  if (block === undefined) return withoutKey(relation)
  // A longer name would be cut.
  if (type === undefined || sequence.length > 60) return []
  const alter = `ALTER TABLE ${tableText} ALTER COLUMN ${label}`
  const setDefault = `${alter} SET DEFAULT ${next};`
  const here = [`CREATE SEQUENCE ${sequence} AS ${type} OWNED BY ${tableText}.${label};`, setDefault]
  const left = [identity, column.notNull].filter(span => span !== undefined)
  const edits: Edit[] = [
    ...(identity ? [] : [replacement(context, column.type.span, type)]),
    ...left.map(span => replacement(context, withBlanksBefore(context, span), '')),
    ...statementsAfter(context, here),
  ]
  const parts: Part[] = [
    {
      title: `backfill_${relation.name}_${name}`,
      up: [block],
      down: { edits: [], text: '' },
      transaction: false,
    },
    ...notNullParts(relation, tableText, [name], context),
  ]
  const about = { tables: [relation.name] }
  const title = 'Fill the rows that are there in batches'
  if (!identity) {
    const placed = inSteps(context, parts, edits, about)
    return placed ? [{ title: `${title}${placed.where}`, safety: 'review', ...placed }] : []
  }
  const identitySequence = inSchema(relation.schema, own)
  const goesOn = (from: string, to: string) => `SELECT setval(${literal(to)}, last_value, is_called) FROM ${from};`
  const last: Part = {
    title: `add_${relation.name}_${name}_identity`,
    up: [
      `${alter} DROP DEFAULT;`,
      `ALTER SEQUENCE ${sequence} OWNED BY NONE;`,
      `${alter} ADD ${written(context, identity)};`,
      goesOn(sequence, identitySequence),
      `DROP SEQUENCE ${sequence};`,
    ],
    down: {
      edits: [],
      text: [
        `CREATE SEQUENCE ${sequence} AS ${type};`,
        goesOn(identitySequence, sequence),
        `${alter} DROP IDENTITY;`,
        `ALTER SEQUENCE ${sequence} OWNED BY ${tableText}.${label};`,
        setDefault,
      ].join('\n'),
    },
    transaction: true,
    isAtOnce: true,
  }
  const placed = newMigrations(context, [...parts, last], edits, about)
  return placed ? [{ title: `${title}${placed.where}`, safety: 'review', ...placed }] : []
}

const typeWords: ReadonlyMap<string, string> = new Map([
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
])
