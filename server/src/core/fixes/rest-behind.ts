import type { Edit } from '../finding'
import { onceForEach } from '../history/numbering'
import type { Step } from '../history/steps'
import type { RuleContext } from '../judgement/context'
import { isDrop, mentions } from '../judgement/dependence'
import { isNewest, laterHere } from '../judgement/later'
import { type Constraint, keyOf, tableAt } from '../postgres/catalog'
import type { Command } from '../sql/commands'
import type { ConstraintDefinition } from '../sql/parts'
import type { Subcommand, SubcommandKind } from '../sql/subcommands'
import { downApart } from './down-apart'
import { cutStatement, lineOf, semicolonAfter } from './edits'
import type { Part } from './placement'
import { withhold } from './withheld'

/** What stands behind a statement: the edit that cuts it out, and the migration that it becomes. */
export interface Rest {
  readonly cut: Edit
  readonly part: Part
}

/**
 * Returns what follows a statement in the newest migration, to run in a migration of its own after it: the order stays, the one
 * transaction becomes several. Undefined where the down cannot come apart too, and where somebody would miss the one transaction
 * (see `missed`).
 */
export function restBehind(context: RuleContext, title: string): Rest | undefined {
  const { migration, steps, index } = context
  const last = steps.length - 1 > index ? steps.at(-1) : undefined
  const isLast = isNewest(context) && laterHere(context).length === 0
  if (!last || !isLast) return undefined
  const reason = missed(context)
  if (reason !== undefined) return withhold(reason)
  const down = downApart(context)
  if (!down) return withhold('The down would have to come apart as well, and the migrations do not show where.')
  const start = cutStatement(context).edit.span.end
  const { end } = cutStatement(last).edit.span
  const text = migration.text.slice(start, end).trim()
  return {
    cut: { path: migration.path, span: { start, end }, text: '' },
    part: {
      title: `after_${title}`,
      up: [semicolonAfter(last) === undefined ? `${text};` : text],
      down,
      transaction: true,
    },
  }
}

/**
 * Returns what is missed when the transaction of a statement, which begins at `first`, ends before it and what follows runs in
 * another: what lasts as long as a transaction, what is gone until it is made again, and values that somebody writes in between
 * and nobody reads any more.
 */
export function missed({ steps, index }: Pick<RuleContext, 'steps' | 'index'>, first = 0): string | undefined {
  const passing = steps.slice(first, index + 1).find(isPassing)
  if (passing)
    return `Line ${lineOf(passing)} does what lasts as long as the transaction, and it would have to end here.`
  return bondsOf(steps).find(({ from, to }) => first <= from && from <= index && index < to)?.reason
}

/** Two statements, by their places, between which no transaction may end. */
interface Bond {
  readonly from: number
  readonly to: number
  readonly reason: string
}

/** Worked out once for all statements of a section: each is asked about. */
const bondsOf = onceForEach((steps: readonly Step[]): readonly Bond[] =>
  steps.flatMap((_, from) => bondsAt(steps, from)),
)

function bondsAt(steps: readonly Step[], from: number): Bond[] {
  const step = steps[from] as Step
  const again = steps.findLastIndex((other, place) => place > from && makesAgain(other, step))
  const end = carries(step) ? steps.findLastIndex((other, place) => place > from && endsValuesOf(other, step)) : -1
  const line = (place: number) => lineOf(steps[place] as Step)
  const bonds: Bond[] = []
  if (again >= 0) {
    const reason = `Until line ${line(again)} has run, others would miss what line ${line(from)} takes away.`
    bonds.push({ from, to: again, reason })
  }
  if (end >= 0) {
    const reason = `Line ${line(end)} gives up what line ${line(from)} reads: values that are written in between would be lost. Let a later release do that.`
    bonds.push({ from, to: end, reason })
  }
  return bonds
}

/** What is over when the transaction is; of what could not be read nobody knows. */
function isPassing({ command, transaction }: Step): boolean {
  if (!command) return true
  if (command.tag === 'SET' || command.tag === 'RESET')
    return !/_timeout$/.test(command.parameter) && (command.isLocal || transaction.kind !== 'block')
  if (command.tag === 'SELECT') return command.parameters.length > 0
  return passing.has(command.tag) || ('persistence' in command && command.persistence === 'temporary')
}

const passing: ReadonlySet<string> = new Set([
  'LOCK TABLE',
  'SAVEPOINT',
  'SET CONSTRAINTS',
  'PREPARE',
  'DECLARE CURSOR',
])

/** Whether a statement makes again, under its name or as another of the same table, what an earlier one takes away. */
function makesAgain(later: Step, { command, before }: Step): boolean {
  if (!command || (later.command && isDrop(later.command))) return false
  if (command.tag === 'DELETE')
    return later.command?.tag === 'INSERT' && later.command.table.name === command.table.name
  if (command.tag === 'TRUNCATE TABLE') return command.tables.some(({ name }) => mentions(later, name))
  if (command.tag === 'ALTER TYPE') return command.renameTo !== undefined && mentions(later, command.type.name)
  if (isDrop(command)) return command.names.some(({ name }) => mentions(later, name))
  if (command.tag !== 'ALTER TABLE') return false
  return command.subcommands.some(subcommand => {
    if (subcommand.kind === 'RENAME TO' || subcommand.kind === 'SET SCHEMA')
      return mentions(later, command.relation.name)
    if (subcommand.kind === 'DROP COLUMN') return adds(later.command, command.relation.name, subcommand.column.name)
    if (subcommand.kind === 'RENAME COLUMN') return adds(later.command, command.relation.name, subcommand.from.name)
    if (subcommand.kind === 'DROP CONSTRAINT') {
      const { constraints } = tableAt(before, keyOf(before, command.relation)) ?? {}
      const dropped = constraints?.find(({ name }) => name === subcommand.constraint.name)
      return clausesOf(later.command, command.relation.name).some(
        other => other.kind === 'ADD CONSTRAINT' && isAlike(other.constraint, dropped),
      )
    }
    const opposite = opposites.get(subcommand.kind)
    return (
      opposite !== undefined && clausesOf(later.command, command.relation.name).some(({ kind }) => kind === opposite)
    )
  })
}

const adds = (command: Command | undefined, table: string, column: string): boolean =>
  clausesOf(command, table).some(other => other.kind === 'ADD COLUMN' && other.column.name.name === column)

/** A foreign key of other columns is another one; of the other kinds a table has few. */
const isAlike = ({ kind, columns }: ConstraintDefinition, dropped: Constraint | undefined): boolean =>
  !dropped || (dropped.kind === kind && (kind !== 'FOREIGN KEY' || columns.join() === dropped.columns.join()))

const opposites: ReadonlyMap<SubcommandKind, SubcommandKind> = new Map<SubcommandKind, SubcommandKind>([
  ['DROP DEFAULT', 'SET DEFAULT'],
  ['DISABLE TRIGGER', 'ENABLE TRIGGER'],
  ['DISABLE RULE', 'ENABLE RULE'],
  ['DISABLE ROW LEVEL SECURITY', 'ENABLE ROW LEVEL SECURITY'],
  ['NO FORCE ROW LEVEL SECURITY', 'FORCE ROW LEVEL SECURITY'],
  ['DETACH PARTITION', 'ATTACH PARTITION'],
])

const clausesOf = (command: Command | undefined, table: string): readonly Subcommand[] =>
  command?.tag === 'ALTER TABLE' && command.relation.name === table ? command.subcommands : []

/** Whether a statement takes values from one place to another. */
const carries = ({ command }: Step): boolean =>
  command?.tag === 'DO' || (command !== undefined && 'reads' in command && movers.has(command.tag))

const movers: ReadonlySet<string> = new Set(['UPDATE', 'INSERT', 'MERGE', 'CREATE TABLE AS', 'SELECT INTO'])

/** Whether a statement drops, changes or overwrites what another takes values from. */
function endsValuesOf({ command }: Step, from: Step): boolean {
  if (!command) return false
  const own = from.command?.tag === 'UPDATE' ? from.command.assignments.map(({ column }) => column) : []
  const isRead = (column: string) => !own.includes(column) && mentions(from, column)
  if (command.tag === 'DROP TABLE') return command.names.some(({ name }) => mentions(from, name))
  if (command.tag === 'UPDATE')
    return mentions(from, command.table.name) && command.assignments.some(({ column }) => isRead(column))
  if (command.tag !== 'ALTER TABLE' || !mentions(from, command.relation.name)) return false
  return command.subcommands.some(
    subcommand =>
      (subcommand.kind === 'DROP COLUMN' || subcommand.kind === 'ALTER COLUMN TYPE') && isRead(subcommand.column.name),
  )
}
