import { type Step, stepsOfVersion } from '../history/steps'
import { undoneFrom } from '../inverse/inverse'
import type { RuleContext } from '../judgement/context'
import { isDrop } from '../judgement/dependence'
import { apply } from '../postgres/apply'
import type { Catalog } from '../postgres/catalog'
import { differences, idOf } from '../postgres/differences'
import { failureOf } from '../postgres/failures'
import { statementsIn } from '../sql/split'
import { cutStatement } from './edits'
import type { Down } from './placement'

/**
 * Returns what undoes the statements behind this one alone, where they get a migration of their own: the first statements of the
 * down, which are cut out of it, or the inverse of each where the down undoes the others as well without them. Undefined where
 * our catalog does not show that both then lead back.
 */
export function downApart(context: RuleContext): Down | undefined {
  const { history, migration, settings, steps, index } = context
  const downs = stepsOfVersion(history, migration.path, 'down', settings)
  const [first] = downs
  const end = steps.at(-1)?.after
  if (!first || !end) return { edits: [], text: '' }
  if (first.before !== end && differences(first.before, end).length > 0) return undefined
  const reached = [first.before, ...downs.map(({ after }) => after)]
  const count = reached.findLastIndex(catalog => differences(catalog, context.after).length === 0)
  if (count >= 0) {
    const cuts = downs.slice(0, count).map(step => cutStatement(step))
    return { edits: cuts.map(({ edit }) => edit), text: cuts.map(({ text }) => text).join('\n') }
  }
  // What changes values back is not for the rows as another statement has left them.
  if (!downs.every(onlyDrops) || steps.slice(index + 1).some(changesType)) return undefined
  const lines = undoneFrom(migration, index + 1, history, settings)
  const isKnown = lines.every(line => !line.startsWith('--'))
  const undone = isKnown && afterAll(statementsIn(lines.join('\n')).statements, end, context)
  if (!undone || differences(undone, context.after).length > 0) return undefined
  const back = afterAll(downs, context.after, context)
  return back && isAlike(back, reached.at(-1) as Catalog, history.before(migration.path, 'up'))
    ? { edits: [], text: lines.join('\n') }
    : undefined
}

const onlyDrops = ({ command }: Step): boolean =>
  command !== undefined &&
  (isDrop(command) ||
    (command.tag === 'ALTER TABLE' &&
      command.subcommands.every(({ kind }) => kind === 'DROP COLUMN' || kind === 'DROP CONSTRAINT')))

const changesType = ({ command }: Step): boolean =>
  command?.tag === 'ALTER TABLE' && command.subcommands.some(({ kind }) => kind === 'ALTER COLUMN TYPE')

/** The catalog after commands, none of which fails. */
function afterAll(
  commands: readonly Pick<Step, 'command'>[],
  start: Catalog,
  { settings }: RuleContext,
): Catalog | undefined {
  let catalog = start
  for (const { command } of commands) {
    if (!command || failureOf(command, catalog, settings)) return undefined
    catalog = apply(catalog, command)
  }
  return catalog
}

const isAlike = (one: Catalog, other: Catalog, before: Catalog): boolean => {
  const ids = (catalog: Catalog) => differences(before, catalog).map(idOf).join('\n')
  return ids(one) === ids(other)
}
