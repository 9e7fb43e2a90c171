import type { Edit } from '../finding'
import type { Step } from '../history/steps'
import { type Index, isIndex, relationNamed } from '../postgres/catalog'
import { indexName } from '../postgres/names'
import type { CreateIndex, Drop, Name } from '../sql/commands'
import { quoted } from '../sql/quote'
import { mentions, reshapes } from './dependence'
import { inCaseOf, insertion, type Place } from './edits'
import type { Move } from './placement'
import type { RuleContext } from './rule'

/** Returns the index that a name means, where the history knows it. */
export function indexNamed(name: Name, { catalog }: Pick<RuleContext, 'catalog'>): Index | undefined {
  const relation = relationNamed(catalog, name)
  return isIndex(relation) ? relation : undefined
}

/** Returns the edit that makes CREATE INDEX or DROP INDEX concurrent. */
export const concurrently = (place: Place, { keywords }: CreateIndex | Drop): Edit =>
  insertion(place, keywords.end, inCaseOf(place, keywords, ' CONCURRENTLY'))

/** Returns how CREATE INDEX moves to a migration of its own, and the DROP INDEX of the down with it. */
export function moveOfCreate(index: CreateIndex, context: RuleContext): Move {
  const name = indexName(context.catalog, index)
  return {
    title: `create_${name}`,
    about: { tables: [index.table.name], names: [name] },
    neededBy: step => standsOn(step, index, name),
    undo: {
      matches: command => command.tag === 'DROP INDEX' && command.names.length === 1 && command.names[0]?.name === name,
      changes: step =>
        step.command?.tag === 'DROP INDEX' && !step.command.concurrently && !step.command.cascade
          ? [concurrently(step, step.command)]
          : [],
      otherwise: `DROP INDEX CONCURRENTLY ${inSchema(index.table.schema, name)};`,
    },
  }
}

/** A unique index may be what a later ON CONFLICT or foreign key stands on; an index dropped later may be the old one. */
const standsOn = (step: Step, index: CreateIndex, name: string): boolean =>
  mentions(step, name) ||
  (index.unique && mentions(step, index.table.name)) ||
  step.command?.tag === 'DROP INDEX' ||
  reshapes(step, index.table.name)

/** Returns how DROP INDEX of one index moves to a migration of its own, and the CREATE INDEX of the down with it. */
export function moveOfDrop(name: Name, context: RuleContext): Move {
  const index = indexNamed(name, context)
  const table = index?.table
  const tableName = table === undefined ? undefined : context.catalog.relations.get(table)?.name
  return {
    title: `drop_${name.name}`,
    about: { tables: tableName === undefined ? [] : [tableName], names: [name.name] },
    neededBy: step => mentions(step, name.name) || needsGone(step, index, tableName),
    undo: {
      matches: command => command.tag === 'CREATE INDEX' && command.name?.name === name.name,
      changes: step =>
        step.command?.tag === 'CREATE INDEX' && !step.command.concurrently ? [concurrently(step, step.command)] : [],
      otherwise: '',
    },
  }
}

/** Rows that come later may break what a unique index asks; one that the history does not know may be unique. */
function needsGone(step: Step, index: Index | undefined, table: string | undefined): boolean {
  if (index?.unique !== false && writers.has(step.command?.tag ?? '') && (!table || mentions(step, table))) return true
  return table !== undefined && reshapes(step, table)
}

const writers: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'MERGE', 'COPY', 'SELECT', 'DO', 'CALL'])

/** An index lives in the schema of its table. */
const inSchema = (schema: string | undefined, name: string): string =>
  schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
