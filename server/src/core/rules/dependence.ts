import type { Step } from '../history/steps'
import { tokensOf } from '../sql/tokens'

/**
 * Returns whether a statement names `name` anywhere, in strings and function bodies too. Says yes rather than no: it keeps
 * a fix from moving a statement behind one that needs it.
 */
export function mentions({ statement }: Pick<Step, 'statement'>, name: string): boolean {
  const wanted = name.toLowerCase()
  if (!statement.text.toLowerCase().includes(wanted)) return false
  return tokensOf(statement.text).some(token => {
    if (token.kind === 'word') return token.text.toLowerCase() === wanted
    if (token.kind === 'quoted identifier') return token.text.slice(1, -1).toLowerCase() === wanted
    return (token.kind === 'string' || token.kind === 'dollar string') && token.text.toLowerCase().includes(wanted)
  })
}

/** Returns whether a statement drops or renames the table or any of its columns: what moves behind it would not find them. */
export function reshapes({ command }: Step, table: string): boolean {
  if (command?.tag === 'DROP TABLE') return command.names.some(name => name.name === table)
  if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table) return false
  return command.subcommands.some(
    ({ kind }) => kind === 'DROP COLUMN' || kind === 'RENAME COLUMN' || kind === 'RENAME TO' || kind === 'SET SCHEMA',
  )
}
