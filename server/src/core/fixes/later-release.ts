import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import { undoneDrop } from '../inverse/drops'
import { pastOf } from '../inverse/sources'
import { columnText } from '../inverse/texts'
import { downSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { isDrop, mentions } from '../judgement/dependence'
import { isAnnounced } from '../judgement/given-up'
import type { SubcommandOfKind, Target } from '../judgement/target'
import { cascadedWithColumn, cascadedWithTable } from '../judgement/users'
import { rootsOf } from '../postgres/apply/drop'
import { cascadeOf } from '../postgres/cascades'
import {
  asTable,
  type Column,
  columnNamed,
  keyOf,
  type RelationKey,
  relationNamed,
  type Table,
} from '../postgres/catalog'
import type { AlterRelation, Command, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import { isInString } from './behind'
import { cutStatement, cutSubcommand, leaving, replacement, semicolonAfter, statementsAfter, written } from './edits'
import { type Down, isNeeded, newMigrations, type Undo, undoneBy } from './placement'
import { none, withhold } from './withheld'

/**
 * Returns the fix that drops in two phases: here the column is declared deprecated, and need not be written any more; a
 * migration of its own, for a later release, drops it.
 */
export function columnDroppedLater(
  alter: AlterRelation,
  { subcommand, place }: { subcommand: SubcommandOfKind<'DROP COLUMN'>; place: number },
  { table }: Target,
  context: RuleContext,
): Fix[] {
  const { name } = subcommand.column
  const known = columnNamed(table, name)
  if (alter.only || context.direction === 'down') return []
  if (!table || !known || table.conditional) return none('The migrations here do not show whether the column is there.')
  if (isAnnounced({ table: alter.relation.name, column: name }, context)) return []
  if (alter.subcommands.some(other => other !== subcommand && names(other, name)))
    return none(`The same statement has something else to do with column "${name}".`)
  const key = keyOf(context.catalog, alter.relation)
  const takesPlace = (step: Step) => {
    if (mentions(step, alter.relation.name) && mentions(step, name)) return `names column "${name}" too`
    // It would make a trigger or a copy of the columns that are there.
    if (step.command?.tag === 'SELECT' && isInString(step, alter.relation.name))
      return `is given the name of table "${alter.relation.name}", and may go by its columns`
    return wantsGone(step, key, context) && dropsWhatIsUsed
  }
  if (isNeeded(context, takesPlace)) return []
  const tableText = written(context, alter.relation.span)
  const comment = `COMMENT ON COLUMN ${tableText}.${quoted(name)} IS`
  const downs = downSteps(context).filter(step => mentions(step, name) && mentions(step, alter.relation.name))
  const undo: Undo = {
    matches: command => addsBack(command, alter.relation, name),
    otherwise: '',
    leaves: `${comment} NULL;`,
  }
  const among = downs.length === 1 ? addedBackAmong(downs[0], alter.relation, name, `${comment} NULL;`) : undefined
  if (
    !among &&
    (downs.length > 1 || downs.some(({ command }) => !command || !undo.matches(command, context.catalog)))
  ) {
    return none('The down does more with the column than adding it again.')
  }
  const isRequired = known.notNull && !known.default && !known.identity && downs.length === 0
  const here = [
    ...(isRequired ? [`ALTER TABLE ${tableText} ALTER COLUMN ${quoted(name)} DROP NOT NULL`] : []),
    `${comment} 'DEPRECATED: a later release drops it'`,
  ]
  const edits: Edit[] =
    alter.subcommands.length === 1
      ? [replacement(context, { start: 0, end: context.statement.text.length }, here.join(';\n'))]
      : [
          ...cutSubcommand(context, alter, place),
          ...statementsAfter(
            context,
            here.map(text => `${text};`),
          ),
        ]
  const drop = written(context, subcommand.span)
  const cascades = subcommand.cascade && cascadedWithColumn(table, name, context.catalog).length > 0
  const up = [
    '-- For a later release, when no running code names the column.',
    `ALTER TABLE ${tableText} ${cascades ? drop : withoutCascade(drop)};`,
  ]
  const title = `drop_${alter.relation.name}_${name}`
  const otherwise = downs.length === 0 ? columnAgain(tableText, table, known, isRequired, context) : ''
  const down = among ?? undoneBy(context, { ...undo, otherwise })
  const isPrimary = table.constraints.some(({ kind, columns }) => kind === 'PRIMARY KEY' && columns.includes(name))
  const keys = [{ table: alter.relation.name, columns: [name], isPrimary }]
  const about = { tables: [alter.relation.name], without: name, keys: isPrimary ? keys : [] }
  const placed = newMigrations(context, [{ title, up, down, transaction: true }], edits, about)
  if (!placed) return []
  return [{ title: `Deprecate the column here, drop it${placed.where}`, safety: 'review', turn: 'late', ...placed }]
}

/** What undoes the drop, as far as anything does; not NOT NULL, where that was given up before. */
function columnAgain(
  tableText: string,
  table: Table,
  column: Column,
  isNullable: boolean,
  { history, migration, index, settings, catalog }: RuleContext,
): string {
  const text = columnText(pastOf(history, migration, index, settings), table, column, catalog)
  const name = quoted(column.name)
  if (text === undefined) return `-- By hand: ALTER TABLE ${tableText} ADD COLUMN ${name}, as it was.`
  const definition = isNullable ? text.replace(/ NOT NULL$/, '') : text
  return [
    `ALTER TABLE ${tableText} ADD COLUMN ${definition};`,
    `-- The values of column ${name} are gone: fill it from where they are kept.`,
  ].join('\n')
}

/** Returns the fix that drops a table or a view in two phases. */
export function droppedLater(drop: Drop, name: Name, context: RuleContext): Fix[] {
  const { catalog, after, steps, direction } = context
  const relation = drop.tag.replace('DROP ', '')
  const noun = relation.toLowerCase()
  if (direction === 'down') return []
  if (drop.names.length > 1) return none(`One statement drops several ${noun}s.`)
  const before = asTable(relationNamed(steps[0]?.before ?? catalog, name))
  if (before?.partitionOf) return none('Partitions go all the time: their table stays, and is what running code names.')
  if (before?.kind !== noun || before.conditional) return []
  if (isAnnounced({ table: name.name }, context)) return []
  const key = keyOf(catalog, name)
  const wanted = before.reads.map(read => catalog.relations.get(read)?.name ?? '')
  const isInTheWay = (step: Step) => wanted.some(other => step.command?.tag === 'ALTER TABLE' && mentions(step, other))
  const needsGone = (step: Step) => {
    if (mentions(step, name.name)) return `names "${name.name}" too`
    return wantsGone(step, key, context) ? dropsWhatIsUsed : isInTheWay(step) && 'changes a table that the view reads'
  }
  if (isNeeded(context, needsGone)) return []
  const comment = `COMMENT ON ${relation} ${written(context, name.span)} IS`
  const down = madeAgainLater(drop, name, `${comment} NULL;`, context)
  if (!down) return []
  const { text } = cutStatement(context)
  const cascades = drop.cascade && cascadedWithTable(key, catalog, after).length > 0
  const up = [
    `-- For a later release, when no running code names the ${noun}.`,
    drop.cascade && !cascades ? withoutCascade(text) : text,
  ]
  const announced = `${comment} 'DEPRECATED: a later release drops it'`
  const edits = [replacement(context, { start: 0, end: context.statement.text.length }, announced)]
  const part = { title: `drop_${name.name}`, up, down, transaction: true }
  const placed = newMigrations(context, [part], edits, { tables: [name.name] })
  if (!placed) return []
  return [{ title: `Deprecate the ${noun} here, drop it${placed.where}`, safety: 'review', turn: 'late', ...placed }]
}

/** By the later release CASCADE might take what nobody means now: where it takes nothing, it goes. */
const withoutCascade = (drop: string): string => drop.replace(/\s+cascade(?=\s*;?[^\S\n]*(?:--.*)?$)/i, '')

/** What makes it again moves from the down, all of it, and `leaves` takes its place; else it is written. Undefined where the down does something else. */
function madeAgainLater(drop: Drop, name: Name, leaves: string, context: RuleContext): Down | undefined {
  const downs = downSteps(context).filter(step => mentions(step, name.name))
  const isAbout = ({ command }: Step) =>
    (command?.tag === 'CREATE INDEX' && command.table.name === name.name) ||
    (command?.tag === 'ALTER TABLE' && command.relation.name === name.name) ||
    (command?.tag === 'COMMENT' && command.relation?.name === name.name)
  const [first, ...others] = downs
  if (!first) {
    const { history, migration, index, settings } = context
    const past = pastOf(history, migration, index, settings)
    return { edits: [], text: undoneDrop(context, drop, { past }).join('\n') }
  }
  if (madeBy(first.command)?.name !== name.name || !others.every(isAbout))
    return withhold('The down does more with it than making it again.')
  const cuts = downs.map(step => cutStatement(step))
  const [cut, ...rest] = cuts.map(({ edit }) => edit)
  return { edits: cut ? [leaving(first, cut, leaves), ...rest] : [], text: cuts.map(({ text }) => text).join('\n') }
}

/** Returns what a statement makes that a query may read. */
export function madeBy(command: Command | undefined): Name | undefined {
  switch (command?.tag) {
    case 'CREATE TABLE':
      return command.table
    case 'CREATE VIEW':
      return command.view
    case 'CREATE MATERIALIZED VIEW':
      return command.relation
    default:
      return undefined
  }
}

const dropsWhatIsUsed = 'drops what the table uses until it is gone'

/** Whether a later statement drops what the table as it still is cannot be without: a type, a function, a table that it references. */
function wantsGone({ command }: Step, table: RelationKey, { catalog }: RuleContext): boolean {
  if (!command || !isDrop(command)) return false
  return cascadeOf(catalog, rootsOf(catalog, command)).some(({ thing }) =>
    'table' in thing ? thing.table === table : thing.key === table,
  )
}

/** Whether a subcommand is about a column, or what gets its name. */
const names = (subcommand: Subcommand, column: string): boolean =>
  (subcommand.kind === 'ADD COLUMN' && subcommand.column.name.name === column) ||
  ('column' in subcommand && 'name' in subcommand.column && subcommand.column.name === column)

/** What takes the clause that adds a column back out of a down that does other things in the same statement. */
function addedBackAmong(step: Step | undefined, table: Name, column: string, leaves: string): Down | undefined {
  const alter = step?.command
  if (!step || alter?.tag !== 'ALTER TABLE' || alter.relation.name !== table.name) return undefined
  const [clause, ...others] = alter.subcommands.filter(other => names(other, column))
  if (clause?.kind !== 'ADD COLUMN' || others.length > 0 || alter.subcommands.length === 1) return undefined
  if (semicolonAfter(step) === undefined) return undefined
  return {
    edits: [...cutSubcommand(step, alter, alter.subcommands.indexOf(clause)), ...statementsAfter(step, [leaves])],
    text: `ALTER TABLE ${written(step, alter.relation.span)} ${written(step, clause.span)};`,
  }
}

const addsBack = (command: Command, table: Name, column: string): boolean =>
  command.tag === 'ALTER TABLE' &&
  command.relation.name === table.name &&
  command.subcommands.length === 1 &&
  command.subcommands.some(other => other.kind === 'ADD COLUMN' && other.column.name.name === column)
