import { newestPostgres, type Settings } from '../../settings'
import type { Command } from '../../sql/commands'
import type { Catalog } from '../catalog'
import type { EffectsSettings } from '../effects'
import { type Failure, failureOf } from '../failures'

/** What a statement needs where nobody has said which version runs it. */
export interface Need {
  /** The first major version that runs it. */
  readonly postgres: number
  /** What the assumed one says of it. */
  readonly before: Failure
}

/** Whether PostgreSQL runs a statement, and on which major version that is judged. */
export interface Verdict {
  readonly postgres: number
  readonly failure?: Failure
  readonly need?: Need
}

/**
 * Returns whether a command runs on the configured version. Where that is only assumed, and a newer one runs the command, it is
 * judged on the first that does: whoever wrote it knows best which version there is.
 */
export function verdictOn(
  command: Command,
  catalog: Catalog,
  { postgres, isAssumed, runs }: EffectsSettings & Pick<Settings, 'isAssumed'>,
): Verdict {
  if (runs) return { postgres: isAssumed ? Math.max(postgres, ...sinceOf(command)) : postgres }
  const failure = failureOf(command, catalog, { postgres })
  if (!failure || !isAssumed) return { postgres, failure }
  for (let newer = postgres + 1; newer <= newestPostgres; newer++)
    if (!failureOf(command, catalog, { postgres: newer }))
      return { postgres: newer, need: { postgres: newer, before: failure } }
  return { postgres, failure }
}

const sinceOf = ({ newer = [] }: Command): number[] => newer.map(({ since }) => since)
