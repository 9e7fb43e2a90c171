import type { Finding, Fix } from './finding'
import { changesBy } from './fix-changes'
import { type History, withFile } from './history/history'
import { lint } from './lint'
import type { Settings } from './settings'

/**
 * Returns whether a fix does what it is for in this history: its finding is gone then, and nothing as grave has come in its
 * place, in the files that it changes or creates. It costs as much as to judge those again, once: editors ask whenever the caret moves.
 */
export function holds(history: History, path: string, finding: Finding, fix: Fix, settings: Settings): boolean {
  const known = verdicts.get(fix) ?? isHolding(history, path, finding, fix, settings)
  verdicts.set(fix, known)
  return known
}

/** A fix is made for one finding, of one history under its settings. */
const verdicts = new WeakMap<Fix, boolean>()

function isHolding(history: History, path: string, finding: Finding, fix: Fix, settings: Settings): boolean {
  const changes = changesBy(history, [fix])
  if (changes.length === 0) return false
  const after = changes.reduce((state, change) => withFile(state, change.path, change.after), history)
  const all = [...new Set([path, ...changes.map(change => change.path)])]
  const findingsIn = (state: History) => all.flatMap(each => lint(state, each, settings))
  const [before, left] = [findingsIn(history), findingsIn(after)]
  const isGone = count(left, finding) < count(before, finding)
  return isGone && left.filter(isUrgent).length <= before.filter(isUrgent).length - Number(isUrgent(finding))
}

/** Whether a down is missing is judged by how many others have one, new migrations too. */
const isUrgent = ({ rule, severity }: Finding): boolean =>
  (severity === 'error' || severity === 'warning') && rule !== 'missing-down'

const count = (findings: readonly Finding[], { rule, message }: Finding): number =>
  findings.filter(other => other.rule === rule && other.message === message).length
