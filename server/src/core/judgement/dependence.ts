import type { Step } from '../history/steps'
import type { Command, Drop } from '../sql/commands'
import { cutName } from '../sql/source'
import type { SubcommandKind } from '../sql/subcommands'
import { type Token, tokensOf } from '../sql/tokens'

/**
 * Returns whether a statement names `name` anywhere, in strings and function bodies too. Says yes rather than no: it keeps
 * a fix from moving a statement behind one that needs it.
 */
export const mentions = ({ statement }: Worded, name: string): boolean => isNamedIn(statement.text, name)

/** What has a text: a step, a statement by itself. */
export interface Worded {
  readonly statement: { readonly text: string }
}

function isNamedIn(text: string, name: string): boolean {
  const wanted = name.toLowerCase()
  if (!text.toLowerCase().includes(wanted.replaceAll('"', '""'))) return false
  return tokensOf(text).some(token => mayName(token, wanted))
}

/** Returns whether a token is a name, which is given in lower case, or a string that may hold it. */
export function mayName({ kind, text }: Token, name: string): boolean {
  if (kind === 'word') return cutName(text.toLowerCase()) === name
  if (kind === 'quoted identifier') return cutName(text.slice(1, -1).replaceAll('""', '"').toLowerCase()) === name
  if (kind !== 'string' && kind !== 'dollar string') return false
  return [name, name.replaceAll('"', '""')].some(one => text.toLowerCase().includes(one))
}

/**
 * Returns whether a statement drops or renames the table or any of its columns, or takes what the table has then: what moves
 * behind it would not find them, or come too late. ATTACH PARTITION and INHERIT want the constraints of the parent in the
 * child, REPLICA IDENTITY an index over NOT NULL columns (sql-altertable.html); LIKE copies (sql-createtable.html). Of a column
 * that `mover` does not name it is all the same.
 */
export function reshapes({ command }: Pick<Step, 'command'>, table: string, mover?: Worded): boolean {
  if (command?.tag === 'DROP TABLE') return command.names.some(name => name.name === table)
  if (command?.tag === 'CREATE TABLE') return command.like.some(like => like.table.name === table)
  if (command?.tag !== 'ALTER TABLE') return false
  return command.subcommands.some(subcommand => {
    if (subcommand.kind === 'ATTACH PARTITION' && subcommand.partition.name === table) return true
    if (subcommand.kind === 'INHERIT' && subcommand.parent.name === table) return true
    if (subcommand.kind === 'RENAME TO' && subcommand.to.name === table) return true
    if (command.relation.name !== table || !reshaping.has(subcommand.kind)) return false
    if (!mover) return true
    if (subcommand.kind === 'DROP COLUMN') return mentions(mover, subcommand.column.name)
    return subcommand.kind !== 'RENAME COLUMN' || mentions(mover, subcommand.from.name)
  })
}

const reshaping: ReadonlySet<SubcommandKind> = new Set<SubcommandKind>([
  'DROP COLUMN',
  'RENAME COLUMN',
  'RENAME TO',
  'SET SCHEMA',
  'REPLICA IDENTITY',
  'ATTACH PARTITION',
  'INHERIT',
])

/** Whether the command drops things that have a name. */
export const isDrop = (command: Command): command is Drop => command.tag.startsWith('DROP ') && 'names' in command

/** Returns whether a statement drops something that another text names. */
export const takesFrom = ({ command }: Pick<Step, 'command'>, text: string): boolean =>
  command !== undefined && isDrop(command) && command.names.some(({ name }) => isNamedIn(text, name))
