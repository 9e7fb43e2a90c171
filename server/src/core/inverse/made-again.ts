import type { Step } from '../history/steps'
import { type Constraint, isIndex, keyOfRelation, type Relation, type Table, tableAt } from '../postgres/catalog'
import { quoted } from '../sql/quote'
import type { Past } from './sources'
import { constraintText, indexText, textOfKey } from './texts'

/**
 * Returns the lines that make again what a statement took along: constraints, and indexes that back none, of what is
 * still there; the constraints of other tables come and go with CASCADE.
 */
export function madeAgain(step: Step, past: Past): string[] {
  const { before, after } = step
  const { searchPath } = before
  const lines: string[] = []
  const constraints: Lost[] = []
  for (const [key, old, now] of before.relations.changes(after.relations)) {
    const [was, is] = [tableAt(before, key), tableAt(after, key)]
    if (was && is && !isRenamed(step)) constraints.push(...lostConstraints(was, is))
    if (isLostIndex(old, now) && isIndex(old) && after.relations.has(old.table) && !isRenamed(step)) {
      lines.push(indexText(past, old, searchPath) ?? `-- By hand: create index ${quoted(old.name)} again.`)
    }
  }
  const own = constraints.filter(lost => !comesWithParent(lost, constraints))
  const again = (lost: Lost) => constraintAgain(lost, step, past)
  // Foreign keys need the keys and the unique indexes that they reference.
  return [
    ...own.filter(({ constraint }) => constraint.kind !== 'FOREIGN KEY').map(again),
    ...lines,
    ...own.filter(({ constraint }) => constraint.kind === 'FOREIGN KEY').map(again),
  ]
}

interface Lost {
  readonly table: Table
  readonly constraint: Constraint
}

const lostConstraints = (was: Table, is: Table): Lost[] =>
  was.constraints
    .filter(({ kind, name }) => kind !== 'NOT NULL' && !is.constraints.some(other => other.name === name))
    .map(constraint => ({ table: was, constraint }))

/** What a parent has, its partitions and heirs get with it, under whichever name. */
const comesWithParent = ({ table, constraint }: Lost, all: readonly Lost[]): boolean =>
  [table.partitionOf, ...table.inherits].some(parent =>
    all.some(
      other =>
        keyOfRelation(other.table) === parent &&
        other.constraint.kind === constraint.kind &&
        other.constraint.columns.join() === constraint.columns.join(),
    ),
  )

const isLostIndex = (old: Relation | undefined, now: Relation | undefined): boolean =>
  isIndex(old) && !now && old.constraint === undefined && old.partitionOf === undefined

/** A rename is no loss. */
export const isRenamed = ({ command }: Step): boolean =>
  command !== undefined &&
  'subcommands' in command &&
  command.subcommands.some(({ kind }) => kind.startsWith('RENAME') || kind === 'SET SCHEMA')

function constraintAgain({ table, constraint }: Lost, { before }: Step, past: Past): string {
  const text = constraintText(past, table, constraint, before.searchPath)
  if (text === undefined) return `-- By hand: add constraint ${quoted(constraint.name)} again.`
  return `ALTER TABLE ${textOfKey(keyOfRelation(table), before.searchPath)} ADD ${text};`
}
