import { appliedUpTo, type History, hasVersion, withApplied } from './core/history/history'
import { baseBranchReader } from './git'

/** Who says which migrations have run in production: a version, else git's base branch. */
export interface Production {
  /** The newest version that has run, as its number or its file's name. */
  readonly startAfter?: string
  /** The branch that holds what has run; the repository's default branch where it is absent. */
  readonly baseBranch?: string
}

/**
 * Returns a function that gives a history what is known of production, or says why nothing is. Each repository is asked
 * once: make a new function to ask again.
 */
export function productionReader(
  production: Production,
): (history: History) => Promise<{ readonly history: History; readonly reason?: string }> {
  const { startAfter, baseBranch } = production
  const read = baseBranchReader(baseBranch)
  return async history => {
    if (startAfter !== undefined) {
      const applied = appliedUpTo(history, startAfter)
      if (!applied) return { history, reason: `no migration is called "${startAfter}"` }
      // What comes before all of them leaves nothing out; a number between two, or behind all, is a slip of the pen.
      const isMeant = applied.paths.size === 0 || hasVersion(history, startAfter)
      return {
        history: withApplied(history, applied),
        ...(!isMeant && { reason: `no migration has version "${startAfter}"` }),
      }
    }
    const told = await read(history.source.path)
    if (told === undefined) {
      return { history, reason: baseBranch === undefined ? undefined : 'the migrations stand in no git repository' }
    }
    if ('reason' in told) return { history, reason: told.reason }
    const { applied } = told
    // A copy that git does not follow, or a project's first commit: what its database holds, git does not know.
    if (baseBranch === undefined && !history.migrations.some(({ path }) => applied.paths.has(path))) {
      return { history, reason: `nothing of them is ${applied.by}` }
    }
    return { history: withApplied(history, applied) }
  }
}
