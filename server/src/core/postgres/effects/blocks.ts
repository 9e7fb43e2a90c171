import type { Command, Do } from '../../sql/commands'
import { apply } from '../apply'
import { type Catalog, keyOf } from '../catalog'
import type { Effects } from '../effects'
import type { Circumstances } from './context'
import { type Gathering, isSystem, readBy } from './gathering'

/**
 * A DO block does what its statements do, one after the other; what stands in a conditional counts as run.
 * `effectsWithin` returns the effects of one statement.
 */
export function runBlock(
  gathering: Gathering,
  command: Do,
  circumstances: Circumstances,
  effectsWithin: (command: Command, circumstances: Circumstances) => Effects,
) {
  if (!command.statements)
    return gathering.doesNotKnow(`What a DO block in language ${command.language} does is not known.`)
  let { catalog } = circumstances
  for (const { command: inner } of command.statements) {
    const effects = effectsWithin(inner, { ...circumstances, catalog })
    take(gathering, catalog, effects)
    catalog = apply(catalog, inner, { postgres: circumstances.postgres })
  }
  const reads = (command.reads ?? []).map(name => keyOf(circumstances.catalog, name)).filter(key => !isSystem(key))
  gathering.lockAll(readBy(circumstances.catalog, reads), 'ACCESS SHARE')
  // COMMIT in a DO block fails where the block runs inside a transaction (plpgsql-transactions.html).
  if (command.ends) gathering.refusesTransactionBlock = true
  if (command.hasDynamicSql) gathering.doesNotKnow('It also runs SQL that it puts together itself, which is not known.')
}

/** Takes over what concerns relations that were there before the block. */
function take(gathering: Gathering, now: Catalog, effects: Effects) {
  const isOld = (key: string) => gathering.before.relations.has(key) || !now.relations.has(key)
  for (const { relation, mode, kind } of effects.locks) if (isOld(relation)) gathering.lock(relation, mode, kind)
  for (const key of effects.rewrites) if (isOld(key)) gathering.rewrite(key)
  for (const key of effects.scans) if (isOld(key)) gathering.scan(key)
  for (const key of effects.drops) if (isOld(key)) gathering.drop(key)
  for (const name of effects.builds) gathering.build(name)
  for (const sentence of effects.unknown) gathering.doesNotKnow(sentence)
  gathering.refusesTransactionBlock ||= effects.refusesTransactionBlock
  gathering.waitsForTransactions ||= effects.waitsForTransactions
}
