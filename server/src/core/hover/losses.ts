import type { Explanation } from '../explain'
import { columnNamed, keyOf, tableAt } from '../postgres/catalog'
import type { Command } from '../sql/commands'
import type { Subcommand } from '../sql/subcommands'
import { named } from './lists'

/** Returns, as a sentence, the columns that go with a statement, or with one of several subcommands. */
export function lossSentences(explanation: Explanation, subcommand: Subcommand | undefined): string[] {
  const { command, before } = explanation.step
  const isPart = command && 'subcommands' in command && command.subcommands.length > 1 && subcommand !== undefined
  const columns = isPart ? namesIn([subcommand]) : columnsLost(explanation)
  // Of a table that nobody knows only the statement tells the columns.
  const isKnown = command && 'subcommands' in command && tableAt(before, keyOf(before, command.relation)) !== undefined
  const all = columns.length > 0 || isKnown ? columns : columnsDroppedIn(command)
  if (all.length === 0) return []
  const [one, it] = all.length > 1 ? ['columns', 'them'] : ['column', 'it']
  return [`Drops ${one} ${named(all)} with what is in ${it}.`]
}

/** Returns the columns that a command names with DROP COLUMN. */
export const columnsDroppedIn = (command: Command | undefined): string[] =>
  command && 'subcommands' in command ? namesIn(command.subcommands) : []

const namesIn = (subcommands: readonly Subcommand[]): string[] =>
  subcommands.flatMap(subcommand => (subcommand.kind === 'DROP COLUMN' ? [subcommand.column.name] : []))

/** Returns the columns that tables lose, by table and name: those of a type that goes too, and those computed from others. */
export function columnsLost({ drops, locks, step: { before, after, command } }: Explanation): string[] {
  // A column that is renamed is not lost.
  if (!command || ('subcommands' in command && columnsDroppedIn(command).length === 0)) return []
  return locks.flatMap(({ relation }) => {
    const left = drops.includes(relation) ? undefined : tableAt(after, relation)
    if (!left) return []
    const lost = tableAt(before, relation)?.columns.filter(({ name }) => !columnNamed(left, name)) ?? []
    return lost.map(({ name }) => `${relation}.${name}`)
  })
}
