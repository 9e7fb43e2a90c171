import plain from '../history/frameworks/plain'
import { type Step, stepsOfVersion } from '../history/steps'
import type { RuleContext } from './context'

/** Returns the steps of the same section that come after this one. */
export const laterSteps = ({ steps, index }: RuleContext): readonly Step[] => steps.slice(index + 1)

/** Returns the steps of the down sections that belong to the migration's version. */
export const downSteps = ({ history, migration, settings }: RuleContext): readonly Step[] =>
  stepsOfVersion(history, migration.path, 'down', settings)

/** Returns the steps of the up sections that belong to the down's version. */
export const upSteps = ({ history, migration, settings }: RuleContext): readonly Step[] =>
  stepsOfVersion(history, migration.path, 'up', settings)

/** Whether a transaction may be open though none is seen: nothing tells who runs the file, and it opens none itself. */
export const mayHaveBlock = ({ history, steps }: Pick<RuleContext, 'history' | 'steps'>): boolean =>
  history.framework.id === plain.id &&
  history.source.runner()?.transaction !== 'none' &&
  !steps.some(({ transaction }) => transaction.kind === 'block')
