import type { History } from '../history/history'
import { type Index, keyOfRelation } from '../postgres/catalog'
import { quoted } from '../sql/quote'
import type { Words } from '../words'
import { creationOf, originOf, shortName } from './definitions'
import type { Place } from './place'

/** Returns what the migrations so far have made of an index. */
export function indexWords(index: Index, { history }: Place): Words {
  const key = keyOfRelation(index)
  const made = creationOf(index, history)
  const kind = index.kind === 'index' ? 'Index' : 'Partitioned index'
  return {
    title: `${kind} \`${shortName(key)}\` of \`${shortName(index.table)}\``,
    sentences: [
      ...(index.constraint ? [`The index of constraint \`${index.constraint}\`: it goes only with it.`] : []),
      ...(index.partitionOf ? [`Attached to \`${shortName(index.partitionOf)}\`.`] : []),
      // sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
      ...(made?.command.concurrently
        ? ['Built with `CONCURRENTLY`: it is invalid where that failed, as `indisvalid` in `pg_index` tells.']
        : []),
      ...(index.conditional ? ['Made only where the name was free: what has the name may be another index.'] : []),
    ],
    listing: [indexText(index, history)],
    conflicts: [],
    ...originOf(index.born),
  }
}

/** Returns an index as a list shows it: `UNIQUE INDEX name (columns)`. */
export function indexText(index: Index, history: History): string {
  const made = creationOf(index, history)
  const text = (span: { readonly start: number; readonly end: number } | undefined) =>
    span && made?.statement.text.slice(span.start, span.end).replace(/\s+/g, ' ')
  const keys = index.columns.map(
    (column, place) =>
      (column && quoted(column)) ?? text(made?.command.columns[place]?.span) ?? `(${index.labels[place] ?? '...'})`,
  )
  const parts = [
    `${index.unique ? 'UNIQUE ' : ''}INDEX ${quoted(index.name)}`,
    index.method !== 'btree' && `USING ${index.method}`,
    `(${keys.join(', ')})`,
    index.include.length > 0 && `INCLUDE (${index.include.map(quoted).join(', ')})`,
    index.nullsNotDistinct && 'NULLS NOT DISTINCT',
    index.partial && `WHERE ${text(made?.command.where?.span) ?? '...'}`,
  ]
  return parts.filter(part => part).join(' ')
}
