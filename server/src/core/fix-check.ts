import { type Finding, type Fix, withFixes } from './finding'
import { changesBy } from './fix-changes'
import { asNewest, type History, withFixed } from './history/history'
import { lint } from './lint'
import type { Settings } from './settings'

/**
 * Returns the findings of the migration at a path with those fixes alone that hold: the finding is gone then, and nothing as
 * grave has come in its place, in the files that the fix changes or creates. Each costs as much as to judge those again, once,
 * when somebody asks for the fixes.
 */
export const withFixesThatHold = (
  history: History,
  path: string,
  findings: readonly Finding[],
  settings: Settings,
): Finding[] =>
  findings.map(finding =>
    withFixes(finding, fix => (isHolding(history, path, finding, fix, settings) ? fix : undefined)),
  )

function isHolding(history: History, path: string, finding: Finding, fix: Fix, settings: Settings): boolean {
  const changes = changesBy(history, [fix])
  if (changes.length === 0) return false
  const all = [...new Set([path, ...changes.map(change => change.path)])]
  const findingsIn = (state: History) => all.flatMap(each => lint(state, each, settings))
  // A fix is not offered where a later migration has to do with what it is about: without those there is less to work out.
  const newest = asNewest(history, path)
  const reachesFurther = changes.some(change => history.migrationAt(change.path) && !newest.migrationAt(change.path))
  const known = reachesFurther ? [] : findingsIn(newest)
  const isShort = count(known, finding) > 0
  const before = isShort ? known : findingsIn(history)
  const left = findingsIn(withFixed(isShort ? newest : history, changes))
  const isGone = count(left, finding) < count(before, finding)
  return isGone && left.filter(isUrgent).length <= before.filter(isUrgent).length - Number(isUrgent(finding))
}

/** Whether a down is missing is judged by how many others have one, new migrations too. */
const isUrgent = ({ rule, severity }: Finding): boolean =>
  (severity === 'error' || severity === 'warning') && rule !== 'missing-down'

const count = (findings: readonly Finding[], { rule, message }: Finding): number =>
  findings.filter(other => other.rule === rule && other.message === message).length
