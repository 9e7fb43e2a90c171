import { type Explanation, explainAt } from '../explain'
import type { History } from '../history/history'
import { stepsOf } from '../history/steps'
import { isPrivate } from '../history/work'
import type { RelationLock } from '../postgres/effects'
import { lockModes } from '../postgres/locks'
import type { Settings } from '../settings'
import { skipSpace, tokenAt } from '../sql/tokens'
import type { Span } from '../text'
import { isLast } from './holding'
import { named } from './lists'

/** What stands at the end of a statement for a glance. */
export interface Hint {
  /** UTF-16 offset in the file, behind the semicolon. */
  readonly at: number
  /** `ACCESS EXCLUSIVE · rewrite`. */
  readonly label: string
  /** Which relations, in plain text. */
  readonly tooltip: string
}

/** Returns the hints of the statements that meet `within`; none for those that lock nothing which existed before. */
export function hintsOf(history: History, path: string, within: Span, settings: Settings): Hint[] {
  const migration = history.migrationAt(path)
  if (!migration) return []
  return stepsOf(history, migration, settings)
    .filter(({ statement }) => statement.span.start <= within.end && within.start <= statement.span.end + 1)
    .flatMap(({ statement }) => {
      const explanation = explainAt(history, path, statement.span.start, settings)
      const hint = explanation && hintOf(explanation)
      return hint ? [{ at: endOf(explanation, migration.text), ...hint }] : []
    })
}

function hintOf(explanation: Explanation): Omit<Hint, 'at'> | undefined {
  const { step, locks, rewrites, scans, builds } = explanation
  const isIndex = ({ kind }: RelationLock) => kind === 'index' || kind === 'partitioned index'
  // The CONCURRENTLY forms lock an index strongly only when no query looks at it any more, and a partition in the end.
  const isLate = (lock: RelationLock) =>
    explanation.waitsForTransactions && (isIndex(lock) || isLast(lock, explanation))
  const visible = locks.filter(lock => !isPrivate(step, lock.relation) && !isLate(lock))
  const mode = lockModes.findLast(known => visible.some(lock => lock.mode === known))
  if (!mode) return undefined
  const isVisible = (relation: string) => !isPrivate(step, relation)
  const work = rewrites.some(isVisible)
    ? 'rewrite'
    : builds.length > 0 && scans.some(isVisible)
      ? 'build'
      : scans.some(isVisible)
        ? 'scan'
        : undefined
  const strongest = visible.filter(lock => lock.mode === mode)
  const tables = strongest.filter(lock => !isIndex(lock) && lock.kind !== 'sequence')
  const relations = (tables.length > 0 ? tables : strongest).map(({ relation }) => relation)
  return {
    label: work ? `${mode} · ${work}` : mode,
    tooltip: `${mode} on ${named(relations).replaceAll('`', '')}${work ? ` while ${during[work]}` : ''}`,
  }
}

const during = {
  rewrite: 'every row is written anew',
  build: 'an index is built from every row',
  scan: 'every row is read',
}

/** Behind the semicolon, where one follows. */
function endOf({ step }: Explanation, text: string): number {
  const { span, terminated } = step.statement
  if (!terminated) return span.end
  let at = skipSpace(text, span.end)
  while (at < text.length && text[at] !== ';') at = skipSpace(text, tokenAt(text, at).end)
  return text[at] === ';' ? at + 1 : span.end
}
