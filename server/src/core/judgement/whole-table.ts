import { compareDotted } from '../history/numbering'
import { asTable, type Column, columnNamed, keyOf, primaryKeyOf, relationNamed, type Table } from '../postgres/catalog'
import { isSystem } from '../postgres/effects/gathering'
import type { Comparison, Expression, Name } from '../sql/parts'
import type { Delete, Update } from '../sql/row-commands'
import { type Token, tokensOf } from '../sql/tokens'
import { nameOf, type Span } from '../text'
import type { RuleContext } from './context'
import { existingTable, isUnreleased } from './target'

/** Returns whether a statement changes all rows: it has no WHERE, one that is always true, or one that only tells rows from those that the backfill has done. */
export function changesEveryRow(command: Update | Delete, context: RuleContext): boolean {
  if (command.tag === 'UPDATE' && command.from) return fillsByJoin(command, command.from, context)
  if (command.tag === 'DELETE' && command.using) return false
  const { where } = command
  const table = asTable(relationNamed(context.catalog, command.table))
  if (!where) return !keepsVersion(command, context)
  if (where.hasSubquery) return false
  if (where.columns.length === 0) return where.calls.length === 0
  if (where.comparisons?.every(all => all.some(test => asksForNull(test, table)))) return false
  const isNeverNull = (column: string) => columnNamed(table, column)?.notNull === true
  if (termsOf(where.span, context).every(term => isTestOf(term, isNeverNull, 'IS NOT NULL'))) return true
  if (command.tag === 'DELETE' && where.columns.some(column => isFilled(column, command.table, table, context)))
    return false
  if (where.columns.every(column => isNewColumn(column, command.table, table, context))) return true
  const test = onlyTestOf(where, context)
  if (command.tag === 'DELETE' || test?.operator !== 'IS NULL') return false
  const isAssigned = command.assignments.some(({ column }) => column === test.column)
  return isAssigned && !isAsOldAsTable(columnNamed(table, test.column), table)
}

/** The one comparison that a condition consists of; undefined where it asks for more, or for something else. */
export function onlyTestOf({ comparisons, span }: Expression, context: RuleContext): Comparison | undefined {
  const [test, ...others] = comparisons?.length === 1 ? (comparisons[0] ?? []) : []
  return others.length === 0 && termsOf(span, context).length === 1 ? test : undefined
}

/**
 * Whether the statement writes down how far the database has come, in the one row of a table that is there for it:
 * `UPDATE schema_info SET version = 142` in `142.sql`.
 */
function keepsVersion(command: Update | Delete, { migration, statement }: RuleContext): boolean {
  if (command.tag !== 'UPDATE') return false
  const [{ column, expression } = {}, ...others] = command.assignments
  if (!expression || others.length > 0 || !/version|schema|migration/.test(`${command.table.name} ${column}`))
    return false
  const [, value] = /^'?(\d+(?:\.\d+)*)'?$/.exec(statement.text.slice(expression.span.start, expression.span.end)) ?? []
  const [number] = /\d+(?:[._]\d+)*/.exec(nameOf(migration.version)) ?? []
  return value !== undefined && number !== undefined && compareDotted(value, number) === 0
}

/**
 * Whether UPDATE ... FROM joins whole tables: without a WHERE, or with one that only says which rows belong together, where it
 * fills columns that the migration adds or each row looks its value up in another table by the key of that.
 */
function fillsByJoin(update: Update, from: Span, context: RuleContext): boolean {
  const { table: name, assignments, where, reads } = update
  if (where?.hasSubquery || !readsWhole(from, reads, context)) return false
  if (!where) return true
  const terms = termsOf(where.span, context)
  const table = asTable(relationNamed(context.catalog, name))
  const isNew = (column: string) => isNewColumn(column, name, table, context)
  if (!assignments.some(({ column }) => isNew(column))) return looksUp(update, terms, from, context)
  return terms.every(term => isJoin(term) || isTestOf(term, isNew))
}

/** `FROM orgs o WHERE o.id = u.org_id`, where that is the key of the one table read: every row that refers to one is changed. */
function looksUp(update: Update, terms: readonly (readonly Token[])[], from: Span, context: RuleContext): boolean {
  const [source, ...others] = update.reads.filter(({ span }) => from.start <= span.start && span.end <= from.end)
  const columns = terms.length === 1 && terms[0] ? equated(terms[0]) : undefined
  if (!source || others.length > 0 || !columns) return false
  const isKeyOf = (name: Name, column: string) => {
    const table = relationNamed(context.catalog, name)
    // Of a table that the history does not show: what everybody calls its key.
    const [key, ...more] = table ? (primaryKeyOf(asTable(table))?.columns ?? []) : ['id']
    return more.length === 0 && key === column.slice(column.lastIndexOf('.') + 1)
  }
  const own = `${update.alias ?? update.table.name}.`
  const [mine, theirs] = columns[0].startsWith(own) ? columns : ([columns[1], columns[0]] as const)
  return mine.startsWith(own) && !theirs.startsWith(own) && isKeyOf(source, theirs) && !isKeyOf(update.table, mine)
}

/** Returns whether what stands there takes tables in use as they are: nothing in it picks rows, and there is no constant to pick them by. */
export function readsWhole(span: Span, reads: readonly Name[], context: RuleContext): boolean {
  const tables = reads.filter(other => span.start <= other.span.start && other.span.end <= span.end)
  if (tables.length === 0 || tables.some(table => !existingTable(table, context))) return false
  return tokensIn(span, context).every(
    ({ kind, text }) => !constants.has(kind) && !(kind === 'word' && picking.has(text)),
  )
}

/** Returns whether a query gives a row for each row of tables in use: a WHERE in it only tells them from those that were done before. */
export function givesEveryRow(
  { text, reads }: { text: string; reads: readonly Name[] },
  context: RuleContext,
): boolean {
  const tables = reads.map(name => ({ name, table: existingTable(name, context)?.table }))
  const isInUse = (name: Name) => existingTable(name, context) && !isSystem(keyOf(context.catalog, name))
  if (reads.length === 0 || !reads.every(isInUse)) return false
  const tokens = tokensOf(text).filter(({ kind }) => kind !== 'comment')
  const [where = tokens.length] = tokens.flatMap(({ text: word }, at) => (word === 'WHERE' ? [at] : []))
  const end = tokens.findIndex(({ text: word }, at) => at > where && word === 'ORDER')
  const condition = tokens.slice(where + 1, end < 0 ? tokens.length : end)
  const isNew = (column: string) => tables.some(({ name, table }) => isNewColumn(column, name, table, context))
  return (
    !tokens.some(
      ({ kind, text: word }, at) => at !== where && kind === 'word' && (picking.has(word) || gathering.has(word)),
    ) &&
    (where === tokens.length || joinedByAnd(condition).every(term => isTestOf(term, isNew)))
  )
}

const gathering: ReadonlySet<string> = new Set(['GROUP', 'DISTINCT'])

const constants: ReadonlySet<Token['kind']> = new Set<Token['kind']>(['string', 'dollar string', 'number', 'parameter'])

const picking: ReadonlySet<string> = new Set(['WHERE', 'LIMIT', 'FETCH', 'HAVING', 'TABLESAMPLE', 'VALUES'])

/** Returns the tokens of a part of the statement, without comments. */
export const tokensIn = ({ start, end }: Span, { statement }: RuleContext): Token[] =>
  tokensOf(statement.text).filter(token => token.kind !== 'comment' && start <= token.start && token.end <= end)

/** Returns what AND joins in a condition. */
export const termsOf = (span: Span, context: RuleContext): readonly (readonly Token[])[] =>
  joinedByAnd(tokensIn(span, context))

function joinedByAnd(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const terms: Token[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'word' && token.text === 'AND') terms.push([])
    else terms.at(-1)?.push(token)
  }
  return terms
}

/** Returns the columns that a term says to be equal, as written: `a.id = b.a_id`. */
export function equated(term: readonly Token[]): readonly [string, string] | undefined {
  const at = term.findIndex(({ text }) => text === '=')
  const [left, right] = [columnIn(term.slice(0, at)), columnIn(term.slice(at + 1))]
  return at > 0 && left !== undefined && right !== undefined ? [left, right] : undefined
}

const isJoin = (term: readonly Token[]): boolean => equated(term) !== undefined

/** `kind IS NULL`, `orders.kind IS NOT NULL`: of a new column, it is true of every row or of none. */
function isTestOf(term: readonly Token[], isSuch: (column: string) => boolean, wanted?: string): boolean {
  const at = term.findIndex(({ kind, text }) => kind === 'word' && text === 'IS')
  const column = at > 0 ? columnIn(term.slice(0, at)) : undefined
  const test = term
    .slice(at)
    .map(({ text }) => text)
    .join(' ')
  const isTest = wanted === undefined ? test === 'IS NULL' || test === 'IS NOT NULL' : test === wanted
  return column !== undefined && isTest && isSuch(column.slice(column.lastIndexOf('.') + 1))
}

/** Returns the name of a column with what it is qualified by, folded; undefined where the tokens are more than that. */
export function columnIn(tokens: readonly Token[]): string | undefined {
  const isName = tokens.every(({ kind, text }, at) =>
    at % 2 === 1 ? text === '.' : kind === 'word' || kind === 'quoted identifier',
  )
  if (!isName || tokens.length % 2 === 0) return undefined
  return tokens.map(({ kind, text }) => (kind === 'word' ? text.toLowerCase() : text.replace(/^"|"$/g, ''))).join('')
}

/** Returns whether this migration, or another that is pending like it, adds the column: every row has to be filled. */
export const isNewColumn = (column: string, name: Name, table: Table | undefined, context: RuleContext): boolean =>
  isUnreleased(columnNamed(table, column)?.born, context) ||
  context.steps
    .slice(0, context.index)
    .some(
      ({ command }) =>
        command?.tag === 'ALTER TABLE' &&
        command.relation.name === name.name &&
        command.subcommands.some(other => other.kind === 'ADD COLUMN' && other.column.name.name === column),
    )

/** Whether it looks for nulls where there are none. */
const asksForNull = ({ column, operator }: Comparison, table: Table | undefined): boolean =>
  operator === 'IS NULL' && columnNamed(table, column)?.notNull === true

/** Whether an earlier statement may have filled the column: what is null now are the rows for which it had no value. */
const isFilled = (
  column: string,
  name: Name,
  table: Table | undefined,
  { steps, index, migration }: RuleContext,
): boolean =>
  (columnNamed(table, column)?.born?.migration ?? migration.path) !== migration.path ||
  steps
    .slice(0, index)
    .flatMap(({ command }) => (command?.tag === 'DO' ? command.statements?.map(inner => inner.command) : [command]))
    .some(
      command =>
        command?.tag === 'UPDATE' &&
        command.table.name === name.name &&
        command.assignments.some(assignment => assignment.column === column),
    )

/** A column that came with its table is null where somebody left it so; one that was added later is null in every older row. */
const isAsOldAsTable = (column: Column | undefined, table: Table | undefined): boolean =>
  column !== undefined && column.born?.migration === table?.born?.migration
