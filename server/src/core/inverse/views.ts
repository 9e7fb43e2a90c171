import type { Step } from '../history/steps'
import {
  asTable,
  type Catalog,
  indexesOf,
  keyOf,
  keyOfRelation,
  type Table,
  tableAt,
  viewsReading,
  type WrittenName,
} from '../postgres/catalog'
import type { CreateView } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { tokensOf } from '../sql/tokens'
import { isRenamed } from './made-again'
import { newest, type Past, wholeStatement } from './sources'
import { indexText, nameText, textOfKey } from './texts'

export const isView = ({ kind }: Table): boolean => kind === 'view' || kind === 'materialized view'

/** Returns the lines that undo CREATE VIEW. */
export function undoneView(step: Step, { view, orReplace, outputs }: CreateView, past: Past): string[] {
  const { before } = step
  const relation = keyOf(before, view)
  const drop = `DROP VIEW ${nameText(view)};`
  const known = tableAt(before, relation)
  if (!orReplace || !known) return [drop]
  const earlier = newest(past, (command, other) =>
    command.tag === 'CREATE VIEW' && keyOf(other.after, command.view) === relation ? command : undefined,
  )
  if (!earlier) return [`-- View ${nameText(view)} was there before: create it again as it was.`]
  const { command } = earlier
  const names = (all: CreateView['outputs']) => all?.map(({ name }) => name ?? '?').join()
  const isSame = outputs !== undefined && names(outputs) === names(command.outputs) && !names(outputs)?.includes('?')
  const again = viewAgain(earlier.step, known, before, past, isSame && !command.orReplace ? command : undefined)
  if (isSame) return again
  const readers = viewsReading(step.after, relation).map(reader => quoted(reader.name))
  // OR REPLACE cannot take columns away (sql-createview.html).
  return [
    ...(readers.length > 0
      ? [`-- By hand: drop what reads it first, and create it again after: ${readers.join(', ')}.`]
      : []),
    drop,
    ...(viewBack(known, before, past) ?? again),
  ]
}

/**
 * Returns the lines that make a view of the catalog again, from the statement that made it; where its words would not mean the same
 * by now, a comment says so. `replaced` is the command that is to replace what is there.
 */
export function viewAgain(made: Step, view: Table, before: Catalog, past: Past, replaced?: CreateView): string[] {
  const inserts = replaced ? [{ at: replaced.keywords.start + 'CREATE'.length, text: ' OR REPLACE' }] : []
  const statement = wholeStatement(made, [], inserts)
  const name = quoted(view.name)
  const renamed = renamesSince(made, view, past)
  if (renamed !== undefined) {
    return [`-- By hand: create view ${name} again: it was written before ${quoted(renamed)} had its name.`]
  }
  const isWider = view.readColumns?.includes('*') && view.reads.some(key => isOtherTable(key, made, before))
  return isWider
    ? [`-- View ${name} takes all columns (*) of what it reads: there may be others by now.`, statement]
    : [statement]
}

/** Returns the lines that make a view again that went, with all that went with it; undefined where nothing shows how it was made. */
export function viewBack(view: Table, before: Catalog, past: Past): string[] | undefined {
  const key = keyOfRelation(view)
  const made = newest(past, (command, step) => {
    const name =
      command.tag === 'CREATE VIEW' ? command.view : command.tag === 'CREATE MATERIALIZED VIEW' && command.relation
    return name && keyOf(step.after, name) === key ? command : undefined
  })
  if (!made) return undefined
  const indexes = indexesOf(before, key).map(
    index => indexText(past, index, before.searchPath) ?? `-- By hand: create index ${quoted(index.name)} again.`,
  )
  return [...viewAgain(made.step, view, before, past), ...indexes, ...givenSince(made.step, view, before, past)]
}

/** Returns the statements that gave a table what goes with it and no definition of it has: comments, privileges, triggers. */
export function givenTo(table: Table, catalog: Catalog, past: Past): string[] {
  const key = keyOfRelation(table)
  // The catalogs of a step are worked out when they are asked for: not for every INSERT of a long seed.
  const made = newest(past, (command, step) =>
    command.tag === 'CREATE TABLE' && step.after.relations.has(key) && !step.before.relations.has(key)
      ? command
      : undefined,
  )
  return made ? givenSince(made.step, table, catalog, past) : []
}

/** What later statements gave a view or a table: comments, privileges, triggers, of a view options and an owner too. */
function givenSince(made: Step, view: Table, { searchPath }: Catalog, past: Past): string[] {
  const key = keyOfRelation(view)
  const lines: string[] = []
  for (const step of [...since(made, past)].reverse()) {
    const { command } = step
    const isIt = (name: WrittenName) => keyOf(step.before, name) === key
    if (command && 'grant' in command && command.grant?.on === 'TABLE') {
      if (command.relations.some(isIt) || command.grant.schemas.includes(view.schema))
        lines.push(...grantOn(textOfKey(key, searchPath), wholeStatement(step)))
    } else if (
      command?.tag === 'COMMENT' ||
      command?.tag === 'ALTER VIEW' ||
      command?.tag === 'ALTER MATERIALIZED VIEW'
    ) {
      if (command.relation && isIt(command.relation)) lines.push(wholeStatement(step))
    } else if (command?.tag === 'CREATE TRIGGER') {
      const isThere = view.triggers.some(({ name }) => name === command.name.name)
      if (isThere && isIt(command.table)) lines.push(wholeStatement(step))
    } else if (
      command?.tag === 'DO' &&
      command.statements?.some(({ command: inner }) => 'grant' in inner && inner.relations.some(isIt))
    )
      lines.push(`-- By hand: grant again on ${quoted(view.name)} what a DO block has granted.`)
  }
  return lines
}

/** GRANT and REVOKE of one object alone, whatever else they name between ON and TO or FROM, which are reserved words. */
function grantOn(object: string, statement: string): string[] {
  const tokens = tokensOf(statement)
  const on = tokens.findIndex(({ text }) => text === 'ON')
  const to = tokens.find(({ text }, at) => at > on && (text === 'TO' || text === 'FROM'))
  return to ? [`${statement.slice(0, tokens[on]?.start)}ON ${object} ${statement.slice(to.start)}`] : []
}

/** Returns the lines that make the views again that went with what a statement dropped, those that others read first. */
export function viewsBack(step: Step, named: readonly Name[], past: Past): string[] {
  const { before, after } = step
  const left = new Map<string, Table>()
  if (isRenamed(step)) return []
  for (const [key, old] of before.relations.changes(after.relations)) {
    const view = asTable(old)
    const isNamed = named.some(name => keyOf(before, name) === key)
    if (view && isView(view) && !isNamed && !after.relations.has(key)) left.set(key, view)
  }
  const lines: string[] = []
  while (left.size > 0) {
    const [key, view] = [...left].find(([, { reads }]) => !reads.some(read => left.has(read))) ?? [...left][0] ?? []
    if (key === undefined || !view) break
    left.delete(key)
    lines.push(...(viewBack(view, before, past) ?? [`-- By hand: create view ${quoted(view.name)} again.`]))
  }
  return lines
}

const isOtherTable = (key: string, { after }: Step, before: Catalog): boolean => {
  const [then, now] = [tableAt(after, key), tableAt(before, key)]
  const names = (table: Table | undefined) => table?.columns.map(({ name }) => name).join()
  return names(then) !== names(now)
}

/** The new name of what was renamed since, where the view reads it under the old one. */
function renamesSince(made: Step, view: Table, past: Past): string | undefined {
  const then = tableAt(made.after, keyOfRelation(view)) ?? view
  const reads = new Set([...then.reads, ...view.reads])
  for (const { command, before } of since(made, past)) {
    if (!command || !('subcommands' in command) || !reads.has(keyOf(before, command.relation))) continue
    for (const subcommand of command.subcommands) {
      const isColumn = subcommand.kind === 'RENAME COLUMN' && then.readColumns?.includes(subcommand.from.name)
      if (isColumn || subcommand.kind === 'RENAME TO') return subcommand.to.name
    }
  }
  return undefined
}

function* since(made: Step, past: Past): Iterable<Step> {
  for (const step of past) {
    if (step === made) return
    yield step
  }
}
