import { tableAt } from '../postgres/catalog'
import type { RelationLock } from '../postgres/effects'
import { blocksReads, blocksWrites, type LockMode, lockModes } from '../postgres/locks'
import type { RuleContext } from './context'
import { isUnreleased, modeOn, type Target } from './target'

/** Returns the strongest lock that makes others wait for the end of this transaction; the one on `relation` where there is one. */
export function heldLock(
  context: RuleContext,
  relation?: string,
): { readonly mode: LockMode; readonly label: string } | undefined {
  let lock: RelationLock | undefined
  // A transaction may hold thousands of locks at each of thousands of statements.
  for (const other of context.transaction.held) {
    const isWanted = other.relation === relation || !lock || rank(other) > rank(lock)
    if (!isWanted || !blocksWrites(other.mode) || !isUsedByOthers(other, context)) continue
    lock = other
    if (other.relation === relation) break
  }
  return lock && { mode: lock.mode, label: `${lock.kind} "${lock.relation.replace(/^public\./, '')}"` }
}

/**
 * Returns the sentence, with a blank before it, of who else waits while a lock that lets reads go on is kept: what other subcommands
 * and earlier statements of the transaction have locked stays locked. Empty where reads do go on.
 */
export function readersToo({ relation, label }: Target, context: RuleContext): string {
  const before = context.transaction.held.find(lock => lock.relation === relation && blocksReads(lock.mode))
  if (before)
    return ` An earlier statement of the transaction holds ${before.mode} on ${label}: reads wait as well until it commits.`
  const mode = modeOn(context.effects, relation)
  return mode && blocksReads(mode)
    ? ` Another part of the statement takes ${mode} on ${label}: reads wait as well.`
    : ''
}

/**
 * Returns whether a statement of another kind takes as strong a lock in the same transaction: others wait for that all the same. Not
 * LOCK TABLE, which itself is told only where no other statement does.
 */
export const isLockedAnyway = (relation: string, mode: LockMode, context: RuleContext): boolean =>
  context.transaction.isBlock &&
  context.steps.some(
    ({ command, effects, transaction }) =>
      command?.tag !== context.command?.tag &&
      command?.tag !== 'LOCK TABLE' &&
      transaction.number === context.transaction.number &&
      effects?.locks.some(lock => lock.relation === relation && rank(lock) >= lockModes.indexOf(mode)),
  )

const rank = ({ mode }: RelationLock): number => lockModes.indexOf(mode)

function isUsedByOthers({ relation, kind }: RelationLock, context: RuleContext): boolean {
  if (kind !== 'table' && kind !== 'partitioned table') return false
  const known = tableAt(context.catalog, relation)
  return known?.persistence !== 'temporary' && !isUnreleased(known?.born, context)
}
