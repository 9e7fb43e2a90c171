import type { Step } from '../history/steps'
import { columnNamed, keyOf, tableAt } from '../postgres/catalog'
import { isRecollated } from '../postgres/effects/columns'
import { typeChange } from '../postgres/types'
import type { AlterRelation, Command } from '../sql/commands'
import type { Subcommand } from '../sql/subcommands'
import { typeText } from './type-text'

/** Returns the subcommand of a command that has exactly one. */
export const onlySubcommandOf = (command: Command | undefined): Subcommand | undefined =>
  command && 'subcommands' in command && command.subcommands.length === 1 ? command.subcommands[0] : undefined

/**
 * Returns, as a sentence, why a change of type takes what it takes, or when an enum's new value may be used; nothing for other
 * commands, and where it is not known.
 */
export function reasonSentences(subcommand: Subcommand | undefined, { before, command, transaction }: Step): string[] {
  // sql-altertype.html, notes
  if (command?.tag === 'ALTER TYPE' && command.addValue)
    return ['The new value can be used when its transaction has committed.']
  if (subcommand?.kind !== 'ALTER COLUMN TYPE') return []
  const { column: name, type: to, using } = subcommand
  const table = tableAt(before, keyOf(before, (command as AlterRelation).relation))
  const column = columnNamed(table, name.name)
  const from = column?.type
  if (!from) return []
  const recollated = isRecollated(column, subcommand.collation)
  const { effect, why } = typeChange({ column: name.name, from, to, using, recollated }, before, transaction.parameters)
  return effect === 'unknown' ? [] : [`From \`${typeText(from)}\` to \`${typeText(to)}\`: ${lowered(why)}`]
}

/** Words that PostgreSQL writes in capitals stay. */
const lowered = (sentence: string): string =>
  /^[A-Z]{2}/.test(sentence) ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1)
