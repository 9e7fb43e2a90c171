import type { Step } from '../history/steps'
import { type Catalog, keyOf, keyOfRelation, type Table, tableAt, viewsReading } from '../postgres/catalog'
import type { CreateView } from '../sql/commands'
import { quoted } from '../sql/quote'
import { newest, type Past, wholeStatement } from './sources'
import { nameText } from './texts'

export const isView = ({ kind }: Table): boolean => kind === 'view' || kind === 'materialized view'

/** Returns a string constant. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

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
    ...again,
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
