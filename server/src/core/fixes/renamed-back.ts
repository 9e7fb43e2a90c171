import type { Edit } from '../finding'
import type { Step } from '../history/steps'
import { mayName, reshapes } from '../judgement/dependence'
import type { Column } from '../postgres/catalog'
import type { Subcommand } from '../sql/subcommands'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { withColumns } from './column-names'
import { replacement, written } from './edits'

/** A column that a later migration renames, which this one would rename. */
export interface Kept {
  readonly table: string
  readonly column: Column
  /** What it would be called. */
  readonly to: string
}

/**
 * Returns the edits by which a later statement names the column as it is still called: those that build an index or add a
 * constraint with a name of its own, or take NOT NULL away. Undefined where it has something else to do with it.
 */
export function namedAsKept(step: Step, { table, column, to }: Kept): readonly Edit[] | undefined {
  const { command, statement } = step
  const names = (span: Span, name: string) =>
    tokensOf(written(step, span)).some(token => !token.kind.endsWith('string') && mayName(token, name.toLowerCase()))
  const asKept = (span: Span) => replacement(step, span, withColumns(written(step, span), new Map([[to, column.name]])))
  if (command?.tag === 'CREATE INDEX') {
    const columns = { start: command.table.span.end, end: statement.text.length }
    const isPlain = command.table.name === table && command.name && !names(columns, column.name)
    return isPlain && names(columns, to) ? [asKept(columns)] : undefined
  }
  if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table || reshapes(step, table)) return undefined
  if (names(command.relation.span, to)) return undefined
  const edits: Edit[] = []
  for (const subcommand of command.subcommands) {
    if (names(subcommand.span, column.name)) return undefined
    if (!names(subcommand.span, to)) continue
    const own = ownPart(subcommand, column, written(step, subcommand.span))
    const rest = own && { start: own.end, end: subcommand.span.end }
    if (!own || !rest || names(rest, to)) return undefined
    edits.push(asKept(own))
  }
  return edits.length > 0 ? edits : undefined
}

/** The part of a clause that names columns of its own table. */
function ownPart(subcommand: Subcommand, { default: value }: Column, text: string): Span | undefined {
  const { start, end } = subcommand.span
  // Null is given to a column with a default by either name: what a copy is given then has been decided.
  if (subcommand.kind === 'DROP NOT NULL') return value ? undefined : { start, end }
  if (subcommand.kind !== 'ADD CONSTRAINT' || !subcommand.constraint.name) return undefined
  if (subcommand.constraint.kind === 'CHECK') return { start, end }
  if (subcommand.constraint.kind !== 'FOREIGN KEY') return undefined
  const references = text.search(/\breferences\b/i)
  return references < 0 ? undefined : { start, end: start + references }
}
