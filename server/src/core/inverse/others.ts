import type { Step } from '../history/steps'
import { columnNamed, keyOf, tableAt } from '../postgres/catalog'
import type { AlterDomain, AlterType, Command } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import { literal, quoted } from '../sql/quote'
import type { Update } from '../sql/row-commands'
import { tokensOf } from '../sql/tokens'
import type { Scene } from './inverse'
import { newest, written } from './sources'
import { nameText } from './texts'

/** Returns the lines that undo what neither makes, changes nor drops a relation. */
export function undoneOther(step: Step, command: Command, scene: Scene): string[] {
  switch (command.tag) {
    case 'ALTER TYPE':
      return undoneType(command)
    case 'ALTER DOMAIN':
      return undoneDomain(command)
    case 'UPDATE':
      return undoneUpdate(step, command, scene)
    case 'INSERT':
    case 'MERGE':
    case 'COPY':
      if (command.tag === 'COPY' && command.direction === 'TO') return []
      if (isMadeHere(command.table?.name, scene)) return movedFrom(command)
      return [
        `-- By hand: delete the rows that the up puts into ${command.table ? nameText(command.table) : 'its table'}, if they are to go.`,
      ]
    case 'DELETE':
      return [
        `-- The rows that the up deletes from ${nameText(command.table)} are gone: restore them from where they are kept.`,
      ]
    case 'TRUNCATE TABLE':
      return [
        `-- The rows of ${command.tables.map(nameText).join(', ')} are gone: restore them from where they are kept.`,
      ]
    case 'COMMENT':
      return undoneComment(step, scene)
    case 'GRANT':
    case 'REVOKE':
      return undoneGrant(step, command)
    case 'CREATE POLICY':
    case 'CREATE RULE':
    case 'CREATE STATISTICS':
    case 'CREATE PUBLICATION':
      return undonePart(command)
    case 'CREATE EXTENSION':
      return [`-- DROP EXTENSION ${quoted(command.name?.name ?? '')}; -- if nothing else uses it`]
    case 'DO':
      return ['-- By hand: undo what the DO block does.']
    case 'SELECT':
      return command.calls.length > 0 || command.writes.length > 0
        ? ['-- By hand: undo what the SELECT calls, if it changes anything.']
        : []
    default:
      return changesNothing.has(command.tag) ? [] : [`-- By hand: undo ${command.tag}.`]
  }
}

const changesNothing: ReadonlySet<string> = new Set([
  'BEGIN',
  'START TRANSACTION',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE',
  'SET',
  'RESET',
  'LOCK TABLE',
  'ANALYZE',
  'VACUUM',
  'REINDEX',
  'CLUSTER',
  'REFRESH MATERIALIZED VIEW',
  'EXPLAIN',
  'SHOW',
  'CHECKPOINT',
  'SET CONSTRAINTS',
  'NOTIFY',
  'PREPARE',
  'DEALLOCATE',
])

function undoneType(command: AlterType): string[] {
  const { type, addValue, renameValue, renameTo, setSchema } = command
  if (addValue) {
    return [`-- PostgreSQL cannot take label ${literal(addValue.label)} from type ${nameText(type)}: it stays, unused.`]
  }
  if (renameValue) {
    return [`ALTER TYPE ${nameText(type)} RENAME VALUE ${literal(renameValue.to)} TO ${literal(renameValue.from)};`]
  }
  if (renameTo) return [`ALTER TYPE ${nameText({ ...type, name: renameTo.name })} RENAME TO ${quoted(type.name)};`]
  if (setSchema) {
    const now = nameText({ schema: setSchema.name, name: type.name })
    return [`ALTER TYPE ${now} SET SCHEMA ${quoted(type.schema ?? 'public')};`]
  }
  return [`-- By hand: undo the change of type ${nameText(type)}.`]
}

function undoneDomain(command: AlterDomain): string[] {
  const { domain, action, constraint, renameTo, renameConstraint } = command
  const head = `ALTER DOMAIN ${nameText(domain)}`
  if (renameTo !== undefined) {
    return [`ALTER DOMAIN ${nameText({ ...domain, name: renameTo })} RENAME TO ${quoted(domain.name)};`]
  }
  if (renameConstraint) {
    return [`${head} RENAME CONSTRAINT ${quoted(renameConstraint.to)} TO ${quoted(renameConstraint.from)};`]
  }
  if (action === 'SET NOT NULL') return [`${head} DROP NOT NULL;`]
  if (action === 'DROP NOT NULL') return [`${head} SET NOT NULL;`]
  if (action === 'VALIDATE CONSTRAINT') return ['-- The constraint of the domain stays validated: that does no harm.']
  if (action === 'ADD CONSTRAINT' && constraint?.name)
    return [`${head} DROP CONSTRAINT ${quoted(constraint.name.name)};`]
  return [`-- By hand: undo the change of domain ${nameText(domain)}.`]
}

/** A column that was copied and then dropped is filled from its copy. */
function undoneUpdate(step: Step, command: Update, { steps }: Scene): string[] {
  const table = tableAt(step.before, keyOf(step.before, command.table))
  const isDroppedLater = (column: string) =>
    steps.some(
      ({ command: later }) =>
        later?.tag === 'ALTER TABLE' &&
        later.relation.name === command.table.name &&
        later.subcommands.some(subcommand => subcommand.kind === 'DROP COLUMN' && subcommand.column.name === column),
    )
  const copies = command.assignments.flatMap(({ column, expression }) => {
    const source = expression.cast?.types.length === 0 ? expression.cast.column : undefined
    return source !== undefined && command.from === undefined && isDroppedLater(source) ? [{ column, source }] : []
  })
  if (copies.length > 0 && copies.length === command.assignments.length) {
    const set = copies.map(({ column, source }) => `${quoted(source)} = ${quoted(column)}`).join(', ')
    const required = copies.filter(({ source }) => {
      const column = columnNamed(table, source)
      return column?.notNull && !column.default
    })
    const head = `ALTER TABLE ${nameText(command.table)}`
    return [
      `UPDATE ${nameText(command.table)} SET ${set};`,
      ...required.map(({ source }) => `${head} ALTER COLUMN ${quoted(source)} SET NOT NULL;`),
    ]
  }
  const columns = [...new Set(command.assignments.map(({ column }) => quoted(column)))].join(', ')
  return [
    `-- By hand: the up changes ${columns} of ${nameText(command.table)}; move the data back here, if it is needed.`,
  ]
}

const isMadeHere = (table: string | undefined, { steps, index }: Scene): boolean =>
  steps.slice(0, index).some(({ command }) => command?.tag === 'CREATE TABLE' && command.table.name === table)

/** Rows of a table that goes with them; where they came from elsewhere, that may be gone. */
function movedFrom(command: Command): string[] {
  if (command.tag !== 'INSERT' || command.source !== 'SELECT' || command.reads.length === 0) return []
  const sources = [...new Set(command.reads.map(nameText))].join(', ')
  return [
    `-- The up fills ${nameText(command.table)} from ${sources}: if that is gone by now, move the data back here.`,
  ]
}

function undoneComment(step: Step, { past }: Scene): string[] {
  const target = commentTarget(step)
  if (target === undefined) return []
  const earlier = newest(past, (command, other) =>
    command.tag === 'COMMENT' && commentTarget(other)?.toLowerCase() === target.toLowerCase() ? command : undefined,
  )
  if (!earlier) return [`${target} IS NULL;`]
  return [`${written(earlier.step, { start: 0, end: earlier.step.statement.text.length })};`]
}

/** All before IS. */
function commentTarget(step: Step): string | undefined {
  const is = tokensOf(step.statement.text).findLast(({ kind, text }) => kind === 'word' && /^is$/i.test(text))
  return is && written(step, { start: 0, end: is.start }).trimEnd()
}

function undoneGrant(step: Step, { tag }: OtherCommand): string[] {
  const text = written(step, { start: 0, end: step.statement.text.length }).replace(/\s+/g, ' ')
  if (tag === 'GRANT') {
    const revoke = text
      .replace(/^grant\b/i, 'REVOKE')
      .replace(/ with grant option$/i, '')
      .replace(/ to (?!.* to )/i, ' FROM ')
    return [`${revoke};`]
  }
  return [`-- By hand: grant again what this took away: ${text}`]
}

function undonePart({ tag, name, relations }: OtherCommand): string[] {
  const [table] = relations
  const kind = tag.slice('CREATE '.length)
  if (!name) return [`-- By hand: undo ${tag}.`]
  if (tag === 'CREATE STATISTICS' || tag === 'CREATE PUBLICATION') return [`DROP ${kind} ${nameText(name)};`]
  return table ? [`DROP ${kind} ${quoted(name.name)} ON ${nameText(table)};`] : [`-- By hand: undo ${tag}.`]
}
