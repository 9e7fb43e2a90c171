import type { Edit, Fix } from '../finding'
import { asTable, columnNamed, relationNamed } from '../postgres/catalog'
import type { AlterRelation, Command, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { mentions } from './dependence'
import { cutStatement, cutSubcommand, replacement, semicolonAfter, statementsAfter, written } from './edits'
import { isAnnounced } from './given-up'
import { downSteps, newMigrations, type Undo, undoneBy } from './placement'
import type { RuleContext } from './rule'
import type { SubcommandOfKind, Target } from './target'

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
  if (!known || alter.only || alter.ifExists || context.direction === 'down') return []
  if (isAnnounced({ table: alter.relation.name, column: name }, context)) return []
  if (alter.subcommands.length > 1 && semicolonAfter(context) === undefined) return []
  const tableText = written(context, alter.relation.span)
  const comment = `COMMENT ON COLUMN ${tableText}.${quoted(name)} IS`
  const downs = downSteps(context).filter(step => mentions(step, name))
  const undo: Undo = {
    matches: command => addsBack(command, alter.relation, name),
    otherwise: '',
    leaves: `${comment} NULL;`,
  }
  if (downs.length > 1 || downs.some(({ command }) => !command || !undo.matches(command, context.catalog))) return []
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
  const up = [
    '-- For a later release, when no running code names the column.',
    `ALTER TABLE ${tableText} ${written(context, subcommand.span)};`,
  ]
  const title = `drop_${alter.relation.name}_${name}`
  const down = undoneBy(context, undo)
  const placed = newMigrations(context, [{ title, up, down, transaction: true }], edits, {
    tables: [alter.relation.name],
  })
  return placed ? [{ title: `Deprecate the column here, drop it${placed.where}`, safety: 'review', ...placed }] : []
}

/** Returns the fix that drops a table in two phases. */
export function tableDroppedLater(drop: Drop, name: Name, context: RuleContext): Fix[] {
  const isPlain = drop.names.length === 1 && !drop.ifExists && !drop.cascade && context.direction === 'up'
  // Partitions go all the time, and are detached for it.
  const before = asTable(relationNamed(context.steps[0]?.before ?? context.catalog, name))
  if (before?.kind !== 'table' || before.partitionOf) return []
  if (!isPlain || isAnnounced({ table: name.name }, context)) return []
  if (downSteps(context).some(step => mentions(step, name.name))) return []
  const table = written(context, name.span)
  const { text } = cutStatement(context)
  const announced = `COMMENT ON TABLE ${table} IS 'DEPRECATED: a later release drops it'`
  const up = ['-- For a later release, when no running code names the table.', text]
  const edits = [replacement(context, { start: 0, end: context.statement.text.length }, announced)]
  const part = { title: `drop_${name.name}`, up, down: { edits: [], text: '' }, transaction: true }
  const placed = newMigrations(context, [part], edits, { tables: [name.name] })
  return placed ? [{ title: `Deprecate the table here, drop it${placed.where}`, safety: 'review', ...placed }] : []
}

const addsBack = (command: Command, table: Name, column: string): boolean =>
  command.tag === 'ALTER TABLE' &&
  command.relation.name === table.name &&
  command.subcommands.length === 1 &&
  command.subcommands.some(other => other.kind === 'ADD COLUMN' && other.column.name.name === column)
