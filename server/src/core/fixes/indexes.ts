import type { Edit } from '../finding'
import type { Step } from '../history/steps'
import { pastOf } from '../inverse/sources'
import { indexText } from '../inverse/texts'
import { downSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import { type Index, indexesOf, isIndex, key, keyOf, type Relation, relationNamed } from '../postgres/catalog'
import { indexName } from '../postgres/names'
import type { CreateIndex, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { type About, needsUnique } from './behind'
import { insertion, type Place, replacement, written } from './edits'
import type { Move, Need, Undo } from './placement'

/** Returns the index that a name means, where the history knows it. */
export function indexNamed(name: Name, { catalog }: Pick<RuleContext, 'catalog'>): Index | undefined {
  const relation = relationNamed(catalog, name)
  return isIndex(relation) ? relation : undefined
}

/** Returns whether IF NOT EXISTS finds the name of an index taken, by whatever it is. */
export const isThere = (index: CreateIndex, context: RuleContext): boolean => takenBy(index, context) !== undefined

/** Returns what has the name of an index that is made IF NOT EXISTS, as a noun with its article; undefined where it is free or that index's own. */
export function nameTaken(index: CreateIndex, context: RuleContext): string | undefined {
  const other = takenBy(index, context)
  if (!other) return undefined
  if (!isIndex(other)) return `a ${other.kind}`
  if (other.table !== keyOf(context.catalog, index.table)) {
    return `an index of table "${context.catalog.relations.get(other.table)?.name ?? other.table}"`
  }
  const isOfSameColumns =
    other.columns.length === index.columns.length &&
    index.columns.every(({ column }, place) => other.columns[place] === column)
  if (!isOfSameColumns) return 'an index of other columns'
  if (other.partial !== (index.where !== undefined)) return 'an index of other rows'
  return index.unique && !other.unique ? 'an index that is not unique' : undefined
}

/** An index lives in the schema of its table, and shares its names with tables, views and sequences. */
function takenBy({ ifNotExists, name, table }: CreateIndex, { catalog }: RuleContext): Relation | undefined {
  if (!ifNotExists || !name) return undefined
  const owner = keyOf(catalog, table)
  return catalog.relations.get(key(owner.slice(0, owner.indexOf('.')), name.name))
}

/** Returns the edit that makes CREATE INDEX or DROP INDEX concurrent. */
export const concurrently = (place: Place, { keywords }: CreateIndex | Drop): Edit =>
  insertion(place, keywords.end, ' CONCURRENTLY')

/** Returns how CREATE INDEX moves to a migration of its own, and the DROP INDEX of the down with it. */
export function moveOfCreate(index: CreateIndex, context: RuleContext): Move {
  const name = indexName(context.catalog, index)
  return {
    title: `create_${name}`,
    concurrently: 'build',
    about: aboutIndex(
      index.table,
      name,
      { columns: index.columns.map(({ column }) => column), unique: index.unique },
      context,
    ),
    neededBy: step => standsOn(step, index, name, context),
    undo: undoOfCreate(index, name, context),
  }
}

/** What a new index has to do with: it does not come behind the drop of one that it may replace. */
export function aboutIndex(
  table: Name,
  name: string,
  { columns, unique, isPrimary }: { columns: readonly (string | undefined)[]; unique: boolean; isPrimary?: boolean },
  { catalog }: RuleContext,
): About {
  const isAlike = (other: Index) =>
    [...columns, ...other.columns].includes(undefined) || other.columns.some(column => columns.includes(column))
  return {
    tables: [table.name],
    names: [name],
    columns: [],
    keys: unique ? [{ table: table.name, columns, isPrimary }] : [],
    replaces: indexesOf(catalog, keyOf(catalog, table))
      .filter(isAlike)
      .map(other => other.name),
  }
}

/** The DROP INDEX of the down, which moves; of one that drops other indexes too, only the name moves. */
function undoOfCreate(index: CreateIndex, name: string, context: RuleContext): Undo {
  // What an earlier migration made is not undone with this one.
  const otherwise = isThere(index, context) ? '' : `DROP INDEX CONCURRENTLY ${inSchema(index.table.schema, name)};`
  const drop = downSteps(context).find(
    ({ command }) => command?.tag === 'DROP INDEX' && command.names.some(dropped => dropped.name === name),
  )
  const command = drop?.command
  if (!drop || command?.tag !== 'DROP INDEX') {
    return { matches: () => false, otherwise }
  }
  const concurrent = command.concurrently || command.cascade ? [] : [concurrently(drop, command)]
  const [first] = command.names
  const last = command.names.at(-1)
  const own = command.names.find(dropped => dropped.name === name)
  if (!first || !last || !own || command.names.length === 1) {
    return { matches: found => found === command, changes: () => concurrent, otherwise }
  }
  const list = { start: first.span.start, end: last.span.end }
  const others = command.names.filter(dropped => dropped !== own).map(({ span }) => written(drop, span))
  const text = drop.statement.text
  const before = written(drop, { start: 0, end: list.start })
  const after = written(drop, { start: list.end, end: text.length })
  return {
    matches: found => found === command,
    changes: () => [...concurrent, replacement(drop, list, written(drop, own.span))],
    leaves: `${before}${others.join(', ')}${after};`,
    otherwise,
  }
}

function standsOn(step: Step, index: CreateIndex, name: string, mover: Pick<Step, 'statement'>): Need {
  if (mentions(step, name)) return `names "${name}"`
  if (dropsIndexOf(step, index.table.name)) return 'may drop the index that this one replaces'
  if (reshapes(step, index.table.name, mover)) return changesTable
  const key = { table: index.table.name, columns: index.columns.map(({ column }) => column) }
  return index.unique && needsUnique(step, key) && mayNeedUnique
}

/** What later statements do that is in the way of an index or a constraint. */
export const changesTable = 'changes the table'
export const mayNeedUnique = 'may need what this makes unique'

/** Returns whether a statement drops an index of a table, or one that is not known. */
export function dropsIndexOf(step: Step, table: string): boolean {
  if (step.command?.tag !== 'DROP INDEX') return false
  // The catalog before a statement is made when it is asked for.
  const { before } = step
  return step.command.names.some(name => {
    const index = indexNamed(name, { catalog: before })
    return !index || before.relations.get(index.table)?.name === table
  })
}

/** Returns how DROP INDEX of one index moves to a migration of its own, and the CREATE INDEX of the down with it. */
export function moveOfDrop(name: Name, context: RuleContext): Move {
  const index = indexNamed(name, context)
  const table = index?.table
  const tableName = table === undefined ? undefined : context.catalog.relations.get(table)?.name
  return {
    title: `drop_${name.name}`,
    concurrently: 'wait',
    about: aboutOldIndex(name, index, tableName),
    neededBy: step => (mentions(step, name.name) ? `names "${name.name}"` : needsGone(step, index, tableName)),
    undo: {
      // One that has no name gets the same again.
      matches: (command, before) => command.tag === 'CREATE INDEX' && indexName(before, command) === name.name,
      changes: step =>
        step.command?.tag === 'CREATE INDEX' && !step.command.concurrently ? [concurrently(step, step.command)] : [],
      otherwise: index ? madeAgain(index, context) : '',
    },
  }
}

function aboutOldIndex({ name }: Name, index: Index | undefined, table: string | undefined): About {
  if (!index || table === undefined) return { tables: table === undefined ? [] : [table], names: [name] }
  const columns = [...index.columns.flatMap(column => column ?? []), ...index.include, ...index.expressionColumns]
  return { tables: [table], names: [name], columns, frees: index.unique ? [table] : [] }
}

/** The statement that makes an index again, for a down that does not; empty where its expressions are not known. */
const madeAgain = (index: Index, context: RuleContext): string =>
  oldText(index, context)?.replace(/^(create\s+(?:unique\s+)?index)\b/i, '$1 CONCURRENTLY') ?? ''

const oldText = (index: Index, { catalog, history, migration, settings, index: place }: RuleContext) =>
  indexText(pastOf(history, migration, place, settings), index, catalog.searchPath)

/** Rows that come later may break what a unique index asks; one that the history does not know may be unique. */
function needsGone(step: Step, index: Index | undefined, table: string | undefined): Need {
  if (index?.unique !== false && writers.has(step.command?.tag ?? '') && (!table || mentions(step, table)))
    return 'may write rows that the index would refuse'
  return table !== undefined && reshapes(step, table) && changesTable
}

const writers: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'MERGE', 'COPY', 'SELECT', 'DO', 'CALL'])

/** Returns the name of an index as SQL: it lives in the schema of its table. */
export const inSchema = (schema: string | undefined, name: string): string =>
  schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
