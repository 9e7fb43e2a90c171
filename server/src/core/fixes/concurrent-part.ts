import type { AlterRelation, CreateIndex, Drop, Reindex } from '../sql/commands'
import type { Span } from '../text'

/** The commands that have a form with CONCURRENTLY which refuses a transaction block. */
export type Concurrent = CreateIndex | Drop | Reindex | AlterRelation

export interface ConcurrentPart {
  /** The words to flag, from the start of the statement. */
  readonly at: Span
  /** As messages name the form. */
  readonly what: string
}

/** Returns what of a statement runs CONCURRENTLY; undefined where nothing does. */
export function concurrentPart(command: Concurrent): ConcurrentPart | undefined {
  switch (command.tag) {
    case 'CREATE INDEX':
      return command.concurrently && { at: command.concurrently, what: 'CREATE INDEX CONCURRENTLY' }
    case 'DROP INDEX':
      return command.concurrently && { at: command.concurrently, what: 'DROP INDEX CONCURRENTLY' }
    case 'REINDEX':
      return command.concurrently ? { at: command.keywords, what: 'REINDEX CONCURRENTLY' } : undefined
    case 'ALTER TABLE': {
      const detach = command.subcommands.find(({ kind }) => kind === 'DETACH PARTITION')
      return detach?.kind === 'DETACH PARTITION' && detach.concurrently
        ? { at: detach.keywords, what: 'ALTER TABLE ... DETACH CONCURRENTLY' }
        : undefined
    }
    default:
      return undefined
  }
}
