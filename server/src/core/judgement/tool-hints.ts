import type { Runner } from '../history/frameworks/framework'
import plain from '../history/frameworks/plain'
import type { RuleContext } from './context'

/** What a person does where the tool has no way to run a statement outside a transaction. */
export const byHand = {
  build: 'Build the index by hand before, with the same name, and let the migration say IF NOT EXISTS.',
  buildUnique:
    'Build the index by hand before, and let the migration say CREATE UNIQUE INDEX IF NOT EXISTS, then ADD CONSTRAINT ... USING INDEX.',
  dropIndex: 'Drop the index by hand before, and let the migration say IF EXISTS.',
  reindex: 'Do it by hand: no other database needs it.',
  detach: 'Detach it by hand before, and let the migration do so only where pg_inherits still has it.',
  detachAndDrop: 'Detach it by hand before.',
  batches: 'Change the rows in batches by hand before, and let the migration change what is left.',
  fill: 'Fill them by hand, when the migration has run.',
  other: 'Do it by hand.',
} as const

/** Returns a hint that says CONCURRENTLY and the like, with what the tool needs for it, or what to do where it has no way. */
export function hintWithTool(hint: string, context: RuleContext, instead: string): string {
  const never = neverOutside(context, instead)
  return [hint, context.migration.framework.concurrentlyNeeds, never].filter(part => part !== undefined).join(' ')
}

/** Returns why no file of the tool runs outside a transaction, and what to do; undefined where some can. */
export function neverOutside({ history, migration }: RuleContext, instead: string): string | undefined {
  if (history.framework === plain) return neverWithRunner(history.source.runner(), instead)
  const never = migration.framework.onlyInTransaction?.(history.migrations)
  return never && `${never.why} ${never.instead ?? instead}`
}

/** Nobody knows how a project's own program is told otherwise, if it can be. */
const neverWithRunner = (runner: Runner | undefined, instead: string): string | undefined =>
  runner?.transaction === 'file'
    ? `${runner.by ?? 'The project'} runs each file in a transaction, and nothing here tells how one goes without. ${instead}`
    : undefined

/** Returns a hint that says a later transaction, with what the tool needs where that of a later file is the same one. */
export const hintForLater = (hint: string, { migration }: RuleContext): string =>
  [hint, migration.framework.sharedTransaction].filter(part => part !== undefined).join(' ')
