import type { Command } from '../sql/commands'
import type { Subcommand } from '../sql/subcommands'
import type { Migration } from './migration'
import { onceForEach } from './numbering'

/**
 * Returns whether a migration is one of those that a project begins with: the first makes tables without any key, the next ones
 * give many of them at once their primary keys, foreign keys and indexes. Nobody uses such tables before.
 */
export const isOpening = (migrations: readonly Migration[], migration: Migration): boolean =>
  openingOf(migrations).has(migration)

const openingOf = onceForEach((migrations: readonly Migration[]): ReadonlySet<Migration> => {
  const opening = new Set<Migration>()
  const ups = migrations.filter(({ direction, repeatable }) => direction !== 'down' && !repeatable)
  let isMade = false
  for (const [place, up] of ups.entries()) {
    const commands = up.sections.flatMap(({ direction, statements }) =>
      direction === 'up' ? statements.map(({ command }) => command) : [],
    )
    const isMore = commands.every(command => command && builds(command)) && commands.filter(isForKeys).length >= many
    const hasTables = commands.some(isTable)
    // Another folder may make the tables.
    const begins = commands.filter(isForPrimaryKey).length >= many && (isMade || !hasTables)
    if (isMore && (opening.size > 0 || begins)) opening.add(up)
    else if (opening.size > 0 || place > 3 || commands.some(isForPrimaryKey)) break
    isMade ||= hasTables
  }
  return opening
})

/** Fewer tables may be those of one new feature. */
const many = 10

const builds = (command: Command): boolean =>
  command.tag === 'ALTER TABLE' ? command.subcommands.every(isAdding) : besides.test(command.tag)

const besides = /^(?:CREATE (?:TABLE|INDEX|SEQUENCE)|ALTER SEQUENCE|COMMENT|SET|GRANT)$/

const isAdding = ({ kind }: Subcommand): boolean => kind === 'ADD CONSTRAINT' || kind === 'SET NOT NULL'

const isTable = (command: Command | undefined): boolean => command?.tag === 'CREATE TABLE'

const isForKeys = (command: Command | undefined): boolean =>
  command?.tag === 'ALTER TABLE' || command?.tag === 'CREATE INDEX'

const isForPrimaryKey = (command: Command | undefined): boolean =>
  command?.tag === 'ALTER TABLE' &&
  command.subcommands.some(other => other.kind === 'ADD CONSTRAINT' && other.constraint.kind === 'PRIMARY KEY')
