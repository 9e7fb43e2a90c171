import type { CreateRoutine } from '../../sql/routine-commands'
import type { Birth } from '../catalog'

/** The circumstances in which a statement runs. */
export interface At {
  readonly birth?: Birth
  /** Whether the statement may not run at all: it stands in a conditional of a DO block. */
  readonly conditional?: boolean
  /** The functions and procedures whose bodies the statement stands in. */
  readonly running?: ReadonlySet<CreateRoutine>
  /** The major version; 15 where absent. */
  readonly postgres?: number
}
