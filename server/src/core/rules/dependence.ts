import type { Step } from '../history/steps'
import type { Command, Drop } from '../sql/commands'
import type { SubcommandKind, SubcommandOf } from '../sql/subcommands'
import { type Token, tokensOf } from '../sql/tokens'

/**
 * Returns whether a statement names `name` anywhere, in strings and function bodies too. Says yes rather than no: it keeps
 * a fix from moving a statement behind one that needs it.
 */
export const mentions = ({ statement }: Pick<Step, 'statement'>, name: string): boolean =>
  isNamedIn(statement.text, name)

function isNamedIn(text: string, name: string): boolean {
  const wanted = name.toLowerCase()
  if (!text.toLowerCase().includes(wanted)) return false
  return tokensOf(text).some(token => mayName(token, wanted))
}

/** Returns whether a token is a name, which is given in lower case, or a string that may hold it. */
export function mayName({ kind, text }: Token, name: string): boolean {
  if (kind === 'word') return text.toLowerCase() === name
  if (kind === 'quoted identifier') return text.slice(1, -1).toLowerCase() === name
  return (kind === 'string' || kind === 'dollar string') && text.toLowerCase().includes(name)
}

/**
 * Returns whether a statement drops or renames the table or any of its columns, or takes what the table has then: what moves
 * behind it would not find them, or come too late. ATTACH PARTITION and INHERIT want the constraints of the parent in the
 * child, REPLICA IDENTITY an index over NOT NULL columns (sql-altertable.html); LIKE copies (sql-createtable.html). Of a column
 * that `mover` does not name it is all the same.
 */
export function reshapes({ command }: Pick<Step, 'command'>, table: string, mover?: Pick<Step, 'statement'>): boolean {
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

/** What a statement has to do with, besides its own table: names that it makes or drops. */
export interface About {
  readonly tables: readonly string[]
  readonly names?: readonly string[]
  /** Tables that it only reads. */
  readonly reads?: readonly string[]
  /** Whether the tables may have further columns by then. */
  readonly mayGrow?: boolean
  /** The column that goes: others of the tables may have gone by then. */
  readonly without?: string
}

/**
 * Returns whether a statement cannot be trusted to leave the tables as one that moves behind it needs them. Building other
 * indexes and proving constraints is all right: that is what the migrations do which fixes make.
 */
export function disturbs(
  step: Pick<Step, 'statement' | 'command'>,
  { tables, names = [], reads = [], mayGrow = false, without }: About,
): boolean {
  if (names.some(name => mentions(step, name)) || reads.some(table => reshapes(step, table))) return true
  if (without !== undefined && !mentions(step, without) && dropsColumns(step.command)) return false
  return tables.some(table => mentions(step, table) && !provesOrBuilds(step.command, table, mayGrow))
}

const dropsColumns = (command: Command | undefined): boolean =>
  command?.tag === 'ALTER TABLE' && command.subcommands.every(({ kind }) => kind === 'DROP COLUMN')

function provesOrBuilds(command: Command | undefined, table: string, mayGrow: boolean): boolean {
  if (command?.tag === 'CREATE INDEX' || command?.tag === 'DROP INDEX') return true
  if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table) return false
  return command.subcommands.every(
    subcommand =>
      subcommand.kind === 'VALIDATE CONSTRAINT' ||
      subcommand.kind === 'SET NOT NULL' ||
      subcommand.kind === 'DROP CONSTRAINT' ||
      (subcommand.kind === 'ADD CONSTRAINT' && subcommand.constraint.kind !== 'FOREIGN KEY') ||
      (mayGrow && subcommand.kind === 'ADD COLUMN' && !refersTo(subcommand.column, table)),
  )
}

/** A key of the table itself may be what moves. */
const refersTo = ({ constraints }: SubcommandOf<'ADD COLUMN'>['column'], table: string): boolean =>
  constraints.some(({ references }) => references?.table.name === table)

/** Whether the command drops things that have a name. */
export const isDrop = (command: Command): command is Drop => command.tag.startsWith('DROP ') && 'names' in command

/** Returns whether a statement drops something that another text names. */
export const takesFrom = ({ command }: Pick<Step, 'command'>, text: string): boolean =>
  command !== undefined && isDrop(command) && command.names.some(({ name }) => isNamedIn(text, name))
