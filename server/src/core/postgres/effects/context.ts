import type { CreateRoutine } from '../../sql/routine-commands'
import type { Catalog } from '../catalog'

/** What decides the effects of a statement besides the statement itself. */
export interface Circumstances {
  readonly catalog: Catalog
  /** The major version. */
  readonly postgres: number
  /** Session parameters in force, lower-case names; absent ones have their defaults. */
  readonly parameters: ReadonlyMap<string, string>
  /** Under EXPLAIN without ANALYZE nothing runs. */
  readonly plansOnly?: boolean
  /** The functions and procedures that the statement has run so far: each once is enough. */
  readonly ran?: Set<CreateRoutine>
}
