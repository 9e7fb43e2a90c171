import type { History } from '../history/history'
import {
  type Catalog,
  type Column,
  type Constraint,
  columnsOfIndex,
  foreignKeysTo,
  indexesOf,
  keyOfRelation,
  sequencesOwnedBy,
  type Table,
  typeNamed,
  viewsReadingColumn,
} from '../postgres/catalog'
import { quoted } from '../sql/quote'
import type { Words } from '../words'
import { constraintText } from './constraints'
import { defaultText, generationText, originOf, shortName } from './definitions'
import { indexText } from './indexes'
import { named } from './lists'
import type { Place } from './place'
import { typeText } from './type-text'
import { typeSentence } from './types'

/** Returns what the migrations so far have made of a column. */
export function columnWords(column: Column, table: Table, { explanation, history }: Place): Words {
  const catalog = explanation.step.before
  const key = keyOfRelation(table)
  const type = typeNamed(catalog, column.type)
  const constraints = table.constraints.filter(({ columns }) => columns.includes(column.name))
  const views = viewsReadingColumn(catalog, key, column.name)
  return {
    title: `Column \`${shortName(key)}.${column.name}\``,
    sentences: [
      ...(type ? [typeSentence(type)] : []),
      ...nullability(column, constraints),
      ...sequencesOwnedBy(catalog, key, column.name).map(
        sequence => `Its numbers come from sequence \`${shortName(keyOfRelation(sequence))}\`.`,
      ),
      ...referencedBy(column, table, catalog),
      ...(views.length > 0 ? [`Read by ${named(views.map(view => shortName(keyOfRelation(view))))}.`] : []),
    ],
    listing: [
      columnText(column, history)
        .filter(part => part)
        .join(' '),
      ...constraints.filter(({ kind }) => kind !== 'NOT NULL').map(constraint => constraintText(constraint, history)),
      ...indexesOf(catalog, key)
        .filter(index => index.constraint === undefined && columnsOfIndex(index).has(column.name))
        .map(index => indexText(index, history)),
    ],
    conflicts: [],
    ...originOf(column.born ?? table.born),
  }
}

/** Returns a column as CREATE TABLE would write it: its name, its type, and all else. */
export function columnText(column: Column, history: History): [name: string, type: string, rest: string] {
  const { name, type, collation, notNull, generated, identity } = column
  const value = column.default && `DEFAULT ${defaultText(column, history) ?? callOf(column) ?? '...'}`
  const computed =
    generated && `GENERATED ALWAYS AS (${generationText(column, history) ?? '...'}) ${generated.toUpperCase()}`
  const rest = [
    collation && `COLLATE ${collation}`,
    notNull && 'NOT NULL',
    value,
    computed,
    identity && 'GENERATED ... AS IDENTITY',
  ]
  return [quoted(name), typeText(type), rest.filter(part => part).join(' ')]
}

/** The default of a serial column is written nowhere. */
const callOf = ({ default: expression }: Column): string | undefined => {
  const call = expression?.calls[0]
  return call && `${call.name}(${call.constant === undefined ? '...' : `'${shortName(call.constant)}'`})`
}

function nullability({ name, notNull }: Column, constraints: readonly Constraint[]): string[] {
  if (notNull) return []
  const pending = constraints.find(({ kind, validated }) => kind === 'NOT NULL' && !validated)
  if (pending) return [`New rows cannot have null; older ones may, until \`${pending.name}\` is validated.`]
  const proof = constraints.find(
    ({ kind, validated, provesNotNull }) => kind === 'CHECK' && validated && provesNotNull.includes(name),
  )
  return [proof ? `May be null by its definition, but \`${proof.name}\` proves that no row has one.` : 'May be null.']
}

function referencedBy({ name }: Column, table: Table, catalog: Catalog): string[] {
  const keys = foreignKeysTo(catalog, keyOfRelation(table)).filter(({ constraint }) =>
    constraint.references.columns.includes(name),
  )
  if (keys.length === 0) return []
  const from = keys.map(
    ({ table: other, constraint }) => `${shortName(keyOfRelation(other))} (${constraint.columns.join(', ')})`,
  )
  return [`Referenced by ${named(from)}.`]
}
