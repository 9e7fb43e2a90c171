import { replacementsBetween } from './changes'
import { type Finding, type Fix, withFixes } from './finding'
import { type Change, changesBy } from './fix-changes'
import { joinedPath } from './history/folders'
import { sumFile, sumOf } from './history/frameworks/atlas-sum'
import type { History } from './history/history'

/**
 * Returns the finding with fixes that sum the folder's files up anew where Atlas keeps sums of them. Where those were not right
 * before, or are made in a way that we do not know, a person has to do that: the title says so.
 */
export function withSums(history: History, finding: Finding): Finding {
  const path = sumPath(history)
  if (!history.source.files.has(path)) return finding
  return withFixes(finding, fix => {
    const change = sumChange(history, changesBy(history, [fix]))
    if (!change) return { ...fix, title: toBeHashed(fix.title) }
    const edits = replacementsBetween(change.before ?? '', change.after).map(edit => ({ path, ...edit }))
    return { ...fix, edits: [...fix.edits, ...edits] } satisfies Fix
  })
}

/** Returns the changes with that of the sums, as `withSums` does for one fix. */
export function changesWithSums(history: History, changes: readonly Change[]): readonly Change[] {
  if (changes.length === 0 || !history.source.files.has(sumPath(history))) return changes
  const change = sumChange(history, changes)
  return change ? [...changes, change] : changes.map(each => ({ ...each, titles: each.titles.map(toBeHashed) }))
}

const sumPath = ({ source }: History): string => joinedPath(source.path, sumFile)

const toBeHashed = (title: string): string => `${title} (then run atlas migrate hash)`

/** Undefined where the sums do not fit what is there: what they would be is not for us to say. */
function sumChange(history: History, changes: readonly Change[]): Change | undefined {
  const { files, path: folder } = history.source
  const path = sumPath(history)
  const before = files.get(path)
  if (!areRight(history)) return undefined
  const after = sumOf(folder, new Map([...files, ...changes.map(change => [change.path, change.after] as const)]))
  return { path, before, after, titles: ['Sum the files up'] }
}

function areRight({ source: { files, path: folder } }: History): boolean {
  const known = right.get(files) ?? files.get(joinedPath(folder, sumFile)) === sumOf(folder, files)
  right.set(files, known)
  return known
}

const right = new WeakMap<ReadonlyMap<string, string>, boolean>()
