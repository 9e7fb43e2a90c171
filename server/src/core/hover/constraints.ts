import type { History } from '../history/history'
import { type Constraint, keyOfRelation, type Table } from '../postgres/catalog'
import { quoted } from '../sql/quote'
import type { Words } from '../words'
import { conditionText, originOf, shortName } from './definitions'
import type { Place } from './place'

/** Returns what the migrations so far have made of a constraint. */
export const constraintWords = (constraint: Constraint, table: Table, { history }: Place): Words => ({
  title: `Constraint \`${constraint.name}\` of \`${shortName(keyOfRelation(table))}\``,
  sentences: [stateOf(constraint)],
  listing: [constraintText(constraint, history)],
  conflicts: [],
  ...originOf(constraint.born ?? table.born),
})

/** sql-altertable.html, "VALIDATE CONSTRAINT"; sql-createtable.html, "NOT ENFORCED". */
function stateOf({ kind, validated, enforced }: Constraint): string {
  if (!enforced) return 'Not enforced: no row is checked.'
  if (!validated) return 'Not validated: new rows are checked, those that were there before may break it.'
  return kind === 'PRIMARY KEY' || kind === 'UNIQUE' || kind === 'EXCLUDE'
    ? 'Kept by its index.'
    : 'Holds for every row.'
}

/** Returns a constraint as ADD CONSTRAINT would write it. */
export function constraintText(constraint: Constraint, history: History): string {
  const { name, kind, columns, references, validated, enforced, noInherit } = constraint
  const condition = kind === 'CHECK' ? conditionText(constraint, history) : undefined
  const of = condition ?? columns.map(quoted).join(', ')
  const parts = [
    `CONSTRAINT ${quoted(name)} ${kind} (${of})`,
    references &&
      `REFERENCES ${shortName(references.table)}${references.columns.length > 0 ? ` (${references.columns.map(quoted).join(', ')})` : ''}`,
    references && references.onUpdate !== 'NO ACTION' && `ON UPDATE ${references.onUpdate}`,
    references && references.onDelete !== 'NO ACTION' && `ON DELETE ${references.onDelete}`,
    noInherit && 'NO INHERIT',
    enforced ? !validated && 'NOT VALID' : 'NOT ENFORCED',
  ]
  return parts.filter(part => part).join(' ')
}
