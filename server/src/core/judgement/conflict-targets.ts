import { type Catalog, type Index, indexesOf, isIndex, keyOf, type RelationKey, tableAt } from '../postgres/catalog'
import { bodyOf } from '../sql/bodies'
import type { AlterRelation, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import type { CreateRoutine } from '../sql/routine-commands'
import type { Insert } from '../sql/row-commands'
import type { Span } from '../text'

/** A unique index that is gone, and the functions whose ON CONFLICT finds no other. */
export interface LostTarget {
  readonly at: Span
  readonly users: readonly Name[]
}

/**
 * Yields the unique indexes that DROP INDEX and DROP CONSTRAINT take away, as long as functions that are there in the `end` need
 * them: PostgreSQL looks for the index of an ON CONFLICT when it runs (sql-insert.html#SQL-ON-CONFLICT).
 */
export function* lostTargets(command: Drop | AlterRelation, before: Catalog, end: Catalog): Iterable<LostTarget> {
  for (const { key, at } of indexesDropped(command, before)) {
    const index = before.relations.get(key)
    if (!isIndex(index) || !index.unique || end.relations.has(key) || !tableAt(end, index.table)) continue
    const users = conflictsOn(index.table, end)
      .filter(
        ({ insert }) => isMeant(index, insert) && !indexesOf(end, index.table).some(other => mayBeMeant(other, insert)),
      )
      .map(({ routine }) => routine.name)
    if (users.length > 0) yield { at, users }
  }
}

function indexesDropped(command: Drop | AlterRelation, catalog: Catalog): readonly { key: RelationKey; at: Span }[] {
  if ('names' in command) return command.names.map(name => ({ key: keyOf(catalog, name), at: name.span }))
  const constraints = tableAt(catalog, keyOf(catalog, command.relation))?.constraints ?? []
  return command.subcommands.flatMap(subcommand => {
    if (subcommand.kind !== 'DROP CONSTRAINT') return []
    const { name, span } = subcommand.constraint
    const key = constraints.find(constraint => constraint.name === name)?.index
    return key === undefined ? [] : [{ key, at: span }]
  })
}

/** The functions that insert into a table with ON CONFLICT. */
function conflictsOn(table: RelationKey, catalog: Catalog): { routine: CreateRoutine; insert: Insert }[] {
  return [...catalog.routines.values()]
    .flatMap(({ overloads }) => overloads)
    .filter(({ routine }) => /\bCONFLICT\b/i.test(routine.code?.text ?? ''))
    .flatMap(({ routine }) =>
      (bodyOf(routine)?.statements ?? []).flatMap(({ command: insert }) =>
        insert.tag === 'INSERT' && insert.onConflict && keyOf(catalog, insert.table) === table
          ? [{ routine, insert }]
          : [],
      ),
    )
}

function isMeant(index: Index, { onConflict }: Insert): boolean {
  if (onConflict?.constraint !== undefined) return onConflict.constraint === index.constraint
  const names = new Set(onConflict?.columns)
  const isFull = !index.partial || onConflict?.hasPredicate === true
  return (
    names.size > 0 &&
    isFull &&
    index.columns.length === names.size &&
    index.columns.every(name => names.has(name ?? ''))
  )
}

/** An expression in the index may stand in the target too, which the command does not tell. */
const mayBeMeant = (index: Index, insert: Insert): boolean =>
  index.unique && (isMeant(index, insert) || index.columns.includes(undefined))
