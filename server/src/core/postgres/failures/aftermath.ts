import type { Command } from '../../sql/commands'
import { apply } from '../apply'
import type { At } from '../apply/at'
import type { Catalog } from '../catalog'
import { doubting } from '../doubts'
import type { Failure } from '../failures'

/**
 * Returns the catalog after a statement that fails: unchanged, but nothing is sure any more of what the statement names, for
 * its author meant it to run. What it was to make counts as made unless it was there before, so that the statements after it
 * are explained as their author means them.
 */
export function withFailed(catalog: Catalog, command: Command, { code }: Failure, at: At): Catalog {
  const makes = command.tag.startsWith('CREATE ') && !inTheWay.has(code)
  return doubting(makes ? apply(catalog, command, at) : catalog, command, true)
}

/** duplicate_table, duplicate_object, wrong_object_type (errcodes-appendix.html): what is there stays. */
const inTheWay: ReadonlySet<string> = new Set(['42P07', '42710', '42809'])
