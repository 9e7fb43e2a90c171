import { onceForEach } from '../history/numbering'
import type { Step } from '../history/steps'
import { asTable, type Birth, columnNamed, relationNamed } from '../postgres/catalog'
import type { Name } from '../sql/parts'
import { downSteps, upSteps } from './around'
import type { RuleContext } from './context'
import { mentions } from './dependence'
import { inQuotes } from './target'

/** A table, or a column of it, that a down drops. */
export interface Dropped {
  readonly table: Name
  readonly column?: string
  /** Absent where the history does not know it. */
  readonly born?: Birth
}

export interface Loss {
  /** Where the data was and what became of that: the rest of a clause that starts with the data itself. */
  readonly why: string
  /** Whether the up moved the data here, so that the down can move it back. */
  readonly isMoved: boolean
}

/**
 * Returns why the data of what a down drops is nowhere else when the down has run, or undefined where it is, or where
 * there is none: the up of the same version made it and did not fill it from somewhere that it gave up.
 */
export function lostBy(dropped: Dropped, context: RuleContext): Loss | undefined {
  const ups = upSteps(context)
  if (ups.length === 0 || isHandedOn(dropped, context)) return undefined
  if (isOlder(dropped, ups, context)) {
    return isKept(dropped, ups, context) ? undefined : { why: 'was there before this migration', isMoved: false }
  }
  for (const place of placesOf(ups).filling.get(dropped.table.name) ?? []) {
    const fill = fillOf(ups[place] as Step, dropped)
    if (!fill) continue
    for (const later of takersOf(fill, place, ups)) {
      const given = givenUp(later, fill, dropped)
      if (given && !isRestored(given, context)) return { why: `came from ${given.words}`, isMoved: true }
    }
  }
  return undefined
}

/** Returns whether an earlier statement of the down reads what is dropped, or may do so in code of its own. */
export const isHandedOn = ({ table, column }: Dropped, { steps, index }: RuleContext): boolean =>
  steps
    .slice(0, index)
    .some(
      step => readers.has(step.command?.tag ?? '') && mentions(step, table.name) && (!column || mentions(step, column)),
    )

const readers = new Set(['INSERT', 'UPDATE', 'MERGE', 'CREATE TABLE AS', 'SELECT INTO', 'SELECT', 'COPY', 'DO', 'CALL'])

/** Whether an earlier migration made it, neither this up nor the down itself. */
const isOlder = ({ born }: Dropped, ups: readonly Step[], { migration }: RuleContext): boolean =>
  born !== undefined && born.migration !== migration.path && !ups.some(step => step.migration.path === born.migration)

/** Whether the up saved a copy of it, or the down gives its name to something else: it was replaced, not lost. */
const isKept = ({ table, column }: Dropped, ups: readonly Step[], { steps, index }: RuleContext): boolean =>
  ups.some(
    step => readers.has(step.command?.tag ?? '') && mentions(step, table.name) && (!column || mentions(step, column)),
  ) ||
  steps
    .slice(index + 1)
    .some(
      ({ command }) =>
        command?.tag === 'ALTER TABLE' &&
        command.subcommands.some(
          subcommand =>
            (column !== undefined && subcommand.kind === 'RENAME COLUMN' && subcommand.to.name === column) ||
            (column === undefined && subcommand.kind === 'RENAME TO' && subcommand.to.name === table.name),
        ),
    )

/** By the name of a table: the places of the steps that may fill it, and of those that may give up what is in it. */
interface Places {
  readonly filling: ReadonlyMap<string, readonly number[]>
  readonly taking: ReadonlyMap<string, readonly number[]>
}

/** A changelog has thousands of statements, and this is asked for each that its rollbacks drop. */
const placesOf = onceForEach((steps: readonly Step[]): Places => {
  const filling = new Map<string, number[]>()
  const taking = new Map<string, number[]>()
  const note = (places: Map<string, number[]>, { name }: Name, place: number) => {
    const known = places.get(name)
    if (known) known.push(place)
    else places.set(name, [place])
  }
  for (const [place, { command }] of steps.entries()) {
    switch (command?.tag) {
      case 'INSERT':
      case 'MERGE':
        note(filling, command.table, place)
        break
      case 'UPDATE':
        note(filling, command.table, place)
        note(taking, command.table, place)
        break
      case 'CREATE TABLE AS':
      case 'SELECT INTO':
        note(filling, command.relation, place)
        break
      case 'DELETE':
        note(taking, command.table, place)
        break
      case 'ALTER TABLE':
        note(taking, command.relation, place)
        break
      case 'DROP TABLE':
        for (const name of command.names) note(taking, name, place)
        break
      case 'TRUNCATE TABLE':
        for (const name of command.tables) note(taking, name, place)
        break
    }
  }
  return { filling, taking }
})

/** The later steps that may give up what a fill takes, in their order. */
function takersOf({ sources }: Fill, place: number, steps: readonly Step[]): readonly Step[] {
  const { taking } = placesOf(steps)
  const places = new Set(sources.flatMap(source => taking.get(source) ?? []))
  return [...places]
    .filter(later => later > place)
    .sort((a, b) => a - b)
    .map(later => steps[later] as Step)
}

/** A statement that puts data from elsewhere into what is dropped. */
interface Fill {
  /** The relations that it reads. */
  readonly sources: readonly string[]
  /** Whether it takes a column of one of them. */
  readonly takes: (column: string, table: string) => boolean
  /** Whether it counts or sums up: the rows themselves are not moved. */
  readonly sumsUp: boolean
}

function fillOf(step: Step, { table, column }: Dropped): Fill | undefined {
  const { command } = step
  const sumsUp = /\b(?:count|sum|avg|min|max)\s*\(/i.test(step.statement.text)
  const named = (name: string) => mentions(step, name) || /(?:\bselect|,|\.)\s*\*/i.test(step.statement.text)
  switch (command?.tag) {
    case 'INSERT':
    case 'MERGE':
      if (command.table.name !== table.name) return undefined
      if (column && command.tag === 'INSERT' && !command.columns.some(({ name }) => name === column)) return undefined
      return { sources: namesOf(command.reads).filter(name => name !== table.name), takes: named, sumsUp }
    case 'UPDATE': {
      if (command.table.name !== table.name) return undefined
      const assigned = command.assignments.filter(assignment => !column || assignment.column === column)
      const { reads } = command
      const read = namesOf(reads)
      const takes = (name: string, from: string) =>
        assigned.some(
          ({ expression }) =>
            expression.columns.includes(name) || (expression.hasSubquery && read.includes(from) && named(name)),
        )
      return assigned.length > 0
        ? { sources: [...(column ? [table.name] : []), ...namesOf(reads)], takes, sumsUp }
        : undefined
    }
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
      return command.relation.name === table.name
        ? { sources: namesOf(command.reads), takes: named, sumsUp }
        : undefined
    default:
      return undefined
  }
}

const namesOf = (names: readonly Name[]): string[] => names.map(({ name }) => name)

/** What the up gives up of the data that a fill took. */
interface GivenUp {
  readonly table: Name
  /** Absent where whole rows are given up. */
  readonly columns?: readonly string[]
  readonly words: string
}

function givenUp(step: Step, { sources, takes, sumsUp }: Fill, { table, column }: Dropped): GivenUp | undefined {
  const { command } = step
  switch (command?.tag) {
    case 'DROP TABLE': {
      const gone = command.names.find(({ name }) => sources.includes(name))
      return gone && { table: gone, words: `table ${inQuotes(gone)}, which the up migration drops` }
    }
    case 'ALTER TABLE': {
      if (!sources.includes(command.relation.name)) return undefined
      const gone = command.subcommands.flatMap(subcommand =>
        subcommand.kind === 'DROP COLUMN' &&
        takes(subcommand.column.name, command.relation.name) &&
        !isMadeHere(step, command.relation, subcommand.column.name)
          ? [subcommand.column]
          : [],
      )
      if (gone.length === 0) return undefined
      const columns = `${gone.length > 1 ? 'columns' : 'column'} ${gone.map(inQuotes).join(' and ')}`
      const words = `${columns} of table ${inQuotes(command.relation)}, which the up migration drops`
      return { table: command.relation, columns: gone.map(({ name }) => name), words }
    }
    case 'TRUNCATE TABLE': {
      const emptied = command.tables.find(({ name }) => sources.includes(name))
      return emptied && { table: emptied, words: `table ${inQuotes(emptied)}, which the up migration empties` }
    }
    case 'DELETE':
      if (sumsUp || !sources.includes(command.table.name) || command.table.name === table.name) return undefined
      return { table: command.table, words: `table ${inQuotes(command.table)}, where the up migration deletes it` }
    case 'UPDATE': {
      if (!sources.includes(command.table.name)) return undefined
      const overwritten = command.assignments.find(
        assignment =>
          assignment.column !== column &&
          takes(assignment.column, command.table.name) &&
          !isMadeHere(step, command.table, assignment.column),
      )
      if (!overwritten) return undefined
      const words = `column "${overwritten.column}" of table ${inQuotes(command.table)}, which the up migration overwrites`
      return { table: command.table, columns: [overwritten.column], words }
    }
    default:
      return undefined
  }
}

/** What the up makes itself had nothing in it before. */
const isMadeHere = ({ before, migration }: Step, table: Name, column: string): boolean =>
  columnNamed(asTable(relationNamed(before, table)), column)?.born?.migration === migration.path

/** Whether the down fills the old place again, from wherever: then it was thought of. */
const isRestored = ({ table, columns }: GivenUp, context: RuleContext): boolean =>
  downSteps(context).some(({ command }) => {
    switch (command?.tag) {
      case 'INSERT':
      case 'MERGE':
      case 'COPY':
        return command.table?.name === table.name
      case 'UPDATE':
        return (
          command.table.name === table.name &&
          columns?.some(name => command.assignments.some(({ column }) => column === name)) === true
        )
      default:
        return false
    }
  })
