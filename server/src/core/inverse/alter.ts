import type { Step } from '../history/steps'
import {
  type Column,
  columnNamed,
  constraintNamed,
  isIndex,
  keyOf,
  relationNamed,
  type Table,
  tableAt,
} from '../postgres/catalog'
import { nameOfAdded } from '../postgres/names'
import type { AlterRelation } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import type { Scene } from './inverse'
import { madeAgain } from './made-again'
import { type Past, textOfBound, textOfDefault, written } from './sources'
import { columnText, indexText, nameText, typeText } from './texts'
import { viewsBack } from './views'

/** Returns the lines that undo ALTER TABLE and its like: its subcommands from the last to the first. */
export function undoneAlter(step: Step, alter: AlterRelation, scene: Scene): string[] {
  if (alter.ifExists && step.before.complete && !relationNamed(step.before, alter.relation)) return []
  const undone = alter.subcommands.flatMap(subcommand => [undoneSubcommand(subcommand, step, alter, scene)])
  const lines = undone.reverse().flat()
  if (!tableAt(step.before, keyOf(step.before, alter.relation))) return lines
  return [...lines, ...madeAgain(step, scene.past), ...viewsBack(step, [], scene.past)]
}

function undoneSubcommand(subcommand: Subcommand, step: Step, alter: AlterRelation, scene: Scene): string[] {
  const { before } = step
  const key = keyOf(before, alter.relation)
  const table = tableAt(before, key)
  const head = `${alter.tag} ${alter.only ? 'ONLY ' : ''}${nameText(alter.relation)}`
  const column = (name: string) => columnNamed(table, name)
  const changed = (name: string, what: string) => [`${head} ALTER COLUMN ${quoted(name)} ${what};`]
  const byHand = () =>
    `-- By hand: undo ${alter.tag} ${nameText(alter.relation)} ${oneLine(written(step, subcommand.span))}`
  switch (subcommand.kind) {
    case 'ADD COLUMN':
      if (subcommand.ifNotExists && column(subcommand.column.name.name)) return []
      return [`${head} DROP COLUMN ${quoted(subcommand.column.name.name)};`]
    case 'DROP COLUMN':
      // Children that kept the column get it from the parent again.
      return columnAgain(subcommand.column.name, subcommand.ifExists, head.replace(' ONLY ', ' '), table, step, scene)
    case 'ALTER COLUMN TYPE':
      return typeBack(subcommand.column.name, head, column(subcommand.column.name), step, scene)
    case 'SET DEFAULT':
    case 'DROP DEFAULT': {
      const { name } = subcommand.column
      const old = column(name)
      if (!old) return [`-- The default of column ${quoted(name)} was another before: set it again.`]
      if (!old.default) return subcommand.kind === 'SET DEFAULT' ? changed(name, 'DROP DEFAULT') : []
      const text = textOfDefault(scene.past, key, name)
      if (text === undefined) return [`-- The default of column ${quoted(name)} was another before: set it again.`]
      return changed(name, `SET DEFAULT ${text}`)
    }
    case 'SET NOT NULL':
      return column(subcommand.column.name)?.notNull ? [] : changed(subcommand.column.name, 'DROP NOT NULL')
    case 'DROP NOT NULL':
      if (column(subcommand.column.name)?.notNull === false) return []
      return [
        '-- Rows that are null by now have to be filled first.',
        ...changed(subcommand.column.name, 'SET NOT NULL'),
      ]
    case 'ADD GENERATED':
      return changed(subcommand.column.name, 'DROP IDENTITY')
    case 'ADD CONSTRAINT':
      return constraintGone(subcommand, head, table, step, alter, scene.past)
    case 'DROP CONSTRAINT': {
      const constraint = constraintNamed(table, subcommand.constraint.name)
      return constraint?.kind === 'NOT NULL' ? constraint.columns.flatMap(name => changed(name, 'SET NOT NULL')) : []
    }
    case 'VALIDATE CONSTRAINT':
      return [`-- Constraint ${quoted(subcommand.constraint.name)} stays validated: that does no harm.`]
    case 'RENAME COLUMN':
    case 'RENAME CONSTRAINT': {
      const what = subcommand.kind === 'RENAME COLUMN' ? 'COLUMN' : 'CONSTRAINT'
      return [`${head} RENAME ${what} ${quoted(subcommand.to.name)} TO ${quoted(subcommand.from.name)};`]
    }
    case 'RENAME TO': {
      const now = nameText({ schema: alter.relation.schema, name: subcommand.to.name })
      return [`${alter.tag} ${now} RENAME TO ${quoted(alter.relation.name)};`]
    }
    case 'SET SCHEMA': {
      const now = nameText({ schema: subcommand.to.name, name: alter.relation.name })
      return [`${alter.tag} ${now} SET SCHEMA ${quoted(key.slice(0, key.indexOf('.')))};`]
    }
    case 'ATTACH PARTITION':
      if (alter.tag === 'ALTER INDEX') return ['-- An index cannot be detached from its partitioned index.']
      return [`${head} DETACH PARTITION ${nameText(subcommand.partition)};`]
    case 'DETACH PARTITION': {
      const bound = textOfBound(scene.past, keyOf(before, subcommand.partition))
      if (bound === undefined) return [byHand()]
      return [`${head} ATTACH PARTITION ${nameText(subcommand.partition)} ${bound};`]
    }
    case 'INHERIT':
      return [`${head} NO INHERIT ${nameText(subcommand.parent)};`]
    case 'NO INHERIT':
      return [`${head} INHERIT ${nameText(subcommand.parent)};`]
    case 'SET LOGGED':
      return table?.persistence === 'permanent' ? [] : [`${head} SET UNLOGGED;`]
    case 'SET UNLOGGED':
      return table?.persistence === 'unlogged' ? [] : [`${head} SET LOGGED;`]
    case 'ENABLE ROW LEVEL SECURITY':
    case 'FORCE ROW LEVEL SECURITY':
    case 'ENABLE TRIGGER':
    case 'ENABLE RULE':
    case 'DISABLE ROW LEVEL SECURITY':
    case 'NO FORCE ROW LEVEL SECURITY':
    case 'DISABLE TRIGGER':
    case 'DISABLE RULE':
      return [`${head} ${turned(written(step, subcommand.span))};`]
    default:
      return [byHand()]
  }
}

/** ENABLE and DISABLE, FORCE and NO FORCE. */
const turned = (clause: string): string =>
  clause.replace(/^enable(?:\s+(?:always|replica))?\b|^disable\b|^no\s+force\b|^force\b/i, word =>
    /^enable/i.test(word) ? 'DISABLE' : /^disable/i.test(word) ? 'ENABLE' : /^no/i.test(word) ? 'FORCE' : 'NO FORCE',
  )

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

function columnAgain(
  name: string,
  ifExists: boolean,
  head: string,
  table: Table | undefined,
  step: Step,
  { past, steps }: Scene,
): string[] {
  const column = columnNamed(table, name)
  if (!table || !column) {
    return ifExists && step.before.complete ? [] : [`-- By hand: ${head} ADD COLUMN ${quoted(name)}, with its type.`]
  }
  const text = columnText(past, table, column, step.before)
  if (text === undefined) return [`-- By hand: ${head} ADD COLUMN ${quoted(name)}, as it was.`]
  const needsRows = / NOT NULL$/.test(text) && !column.default
  const isMovedBack = steps.some(other => copiesFrom(other, table.name, name))
  const gone = isMovedBack
    ? []
    : [`-- The values of column ${quoted(name)} are gone: fill it from where they are kept.`]
  if (!needsRows) return [`${head} ADD COLUMN ${text};`, ...gone]
  const filled = isMovedBack ? [] : [`${head} ALTER COLUMN ${quoted(name)} SET NOT NULL;`]
  return [`${head} ADD COLUMN ${text.slice(0, -' NOT NULL'.length)};`, ...gone, ...filled]
}

/** Whether a statement of the up copies the column as it is to another: then what undoes that copies it back. */
const copiesFrom = ({ command }: Step, table: string, column: string): boolean =>
  command?.tag === 'UPDATE' &&
  command.table.name === table &&
  command.from === undefined &&
  command.assignments.some(({ expression }) => expression.cast?.column === column && expression.cast.types.length === 0)

function typeBack(name: string, head: string, column: Column | undefined, step: Step, { past }: Scene): string[] {
  const type = column && typeText(column.type)
  if (!column || type === undefined) return [`-- By hand: give column ${quoted(name)} its type before.`]
  const after = columnNamed(tableAt(step.after, keyOf(step.after, nameOf(step))), name)
  const collation = column.collation ? ` COLLATE ${quoted(column.collation)}` : ''
  const alter = `${head} ALTER COLUMN ${quoted(name)}`
  const isAssigned =
    after !== undefined && families.some(family => family.test(after.type.name) && family.test(column.type.name))
  const using = column.generated || isAssigned ? '' : ` USING ${quoted(name)}::${castVia(after, column)}${type}`
  const change = `${alter} TYPE ${type}${collation}${using};`
  const key = keyOf(step.before, nameOf(step))
  const text = column.default && after?.default ? textOfDefault(past, key, name) : undefined
  // A default is not always cast as the values are (sql-altertable.html).
  if (text === undefined) return [change]
  return [`${alter} DROP DEFAULT;`, change, `${alter} SET DEFAULT ${text};`]
}

const nameOf = ({ command }: Step) => (command as AlterRelation).relation

/**
 * Types that are assigned to one another without USING: what does not fit is then an error, and is not cut off as by an explicit
 * cast (datatype-character.html).
 */
const families: readonly RegExp[] = [
  /^(?:text|varchar|bpchar)$/,
  /^(?:int[248]|float[48]|numeric)$/,
  /^(?:date|timestamp|timestamptz)$/,
]

/** Most types have no cast to one another but by way of text, which all have. */
const castVia = (from: Column | undefined, to: Column): string => (isText(from) || isText(to) ? '' : 'text::')

const isText = (column: Column | undefined): boolean =>
  column !== undefined && /^(?:text|varchar|bpchar)$/.test(column.type.name) && column.type.dimensions === 0

function constraintGone(
  { constraint }: Subcommand & { readonly kind: 'ADD CONSTRAINT' },
  head: string,
  table: Table | undefined,
  step: Step,
  alter: AlterRelation,
  past: Past,
): string[] {
  if (constraint.kind === 'NOT NULL') {
    return constraint.columns.map(name => `${head} ALTER COLUMN ${quoted(name)} DROP NOT NULL;`)
  }
  const name = nameOfAdded(step.before, alter, constraint) ?? addedName(step, alter, constraint.kind)
  if (name === undefined) return [`-- By hand: drop the constraint that the up adds to ${nameText(alter.relation)}.`]
  const used = constraint.usingIndex
  const index = used === undefined ? undefined : relationNamed(step.before, { ...alter.relation, name: used })
  const nullable = constraint.kind === 'PRIMARY KEY' ? keyColumns(step, alter, name) : []
  return [
    `${head} DROP CONSTRAINT ${quoted(name)};`,
    // A primary key leaves its columns NOT NULL when it goes.
    ...nullable
      .filter(column => columnNamed(table, column)?.notNull === false)
      .map(column => `${head} ALTER COLUMN ${quoted(column)} DROP NOT NULL;`),
    // The index goes with the constraint that it became.
    ...(isIndex(index)
      ? [indexText(past, index, step.before.searchPath) ?? `-- By hand: create index ${quoted(index.name)}.`]
      : []),
  ]
}

const keyColumns = (step: Step, alter: AlterRelation, name: string): readonly string[] =>
  constraintNamed(tableAt(step.after, keyOf(step.after, alter.relation)), name)?.columns ?? []

/** The one constraint of its kind that is new. */
function addedName(step: Step, alter: AlterRelation, kind: string): string | undefined {
  const of = (catalog: Step['before']) => tableAt(catalog, keyOf(catalog, alter.relation))?.constraints ?? []
  const old = of(step.before)
  const added = of(step.after).filter(one => one.kind === kind && !old.some(({ name }) => name === one.name))
  return added.length === 1 ? added[0]?.name : undefined
}
