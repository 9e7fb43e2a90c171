import { edited } from './edits'
import type { Finding, Fix } from './finding'
import { type History, withFile } from './history/history'
import { lint } from './lint'
import type { Settings } from './settings'

/**
 * Returns whether a fix does what it is for in this history: its finding is gone then, and no error or warning has come, in the
 * files that it changes or creates. It costs as much as to judge those again.
 */
export function holds(history: History, path: string, finding: Finding, fix: Fix, settings: Settings): boolean {
  const { files } = history.source
  const touched = [...new Set([path, ...fix.edits.map(edit => edit.path)])]
  if (!touched.every(each => files.has(each))) return false
  let after = history
  for (const { path: created, text } of fix.creates ?? []) after = withFile(after, created, text)
  for (const each of touched) {
    const own = fix.edits.filter(edit => edit.path === each)
    after = withFile(after, each, edited(files.get(each) as string, own))
  }
  const all = [...touched, ...(fix.creates ?? []).map(file => file.path)]
  const [before, left] = [history, after].map(state => all.flatMap(each => lint(state, each, settings))) as [
    Finding[],
    Finding[],
  ]
  const isGone = count(left, finding) < count(before, finding)
  return isGone && left.filter(isUrgent).length <= before.filter(isUrgent).length - Number(isUrgent(finding))
}

/** Whether a down is missing is judged by how many others have one, new migrations too. */
const isUrgent = ({ rule, severity }: Finding): boolean =>
  (severity === 'error' || severity === 'warning') && rule !== 'missing-down'

const count = (findings: readonly Finding[], { rule, message }: Finding): number =>
  findings.filter(other => other.rule === rule && other.message === message).length
