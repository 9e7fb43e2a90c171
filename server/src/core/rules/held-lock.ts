import { tableAt } from '../postgres/catalog'
import type { RelationLock } from '../postgres/effects'
import { blocksWrites, type LockMode, lockModes } from '../postgres/locks'
import type { RuleContext } from './rule'
import { isUnreleased } from './target'

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

const rank = ({ mode }: RelationLock): number => lockModes.indexOf(mode)

function isUsedByOthers({ relation, kind }: RelationLock, context: RuleContext): boolean {
  if (kind !== 'table' && kind !== 'partitioned table') return false
  const known = tableAt(context.catalog, relation)
  return known?.persistence !== 'temporary' && !isUnreleased(known?.born, context)
}
