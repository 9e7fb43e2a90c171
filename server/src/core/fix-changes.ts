import { combined, edited } from './edits'
import type { Fix } from './finding'
import type { History } from './history/history'

/** What fixing does to one file. */
export interface Change {
  readonly path: string
  /** Absent for a file that a fix creates. */
  readonly before?: string
  readonly after: string
  /** The titles of the fixes that changed it. */
  readonly titles: readonly string[]
}

/** Returns what fixes change that can be applied at once; nothing of one whose files are not there, or are there already. */
export const changesBy = (history: History, candidates: readonly Fix[]): readonly Change[] =>
  changesTogether(history, candidates).changes

/** Returns those fixes too. */
export function changesTogether(
  history: History,
  candidates: readonly Fix[],
): { readonly applied: ReadonlySet<Fix>; readonly changes: readonly Change[] } {
  const texts = history.source.files
  const applicable = candidates.filter(
    fix => fix.edits.every(edit => texts.has(edit.path)) && (fix.creates ?? []).every(file => !texts.has(file.path)),
  )
  const { fixes, edits, creates } = combined(applicable)
  const titlesFor = (path: string) =>
    fixes.filter(fix => [...fix.edits, ...(fix.creates ?? [])].some(part => part.path === path)).map(fix => fix.title)
  const created = creates.map(file => ({ path: file.path, after: file.text, titles: titlesFor(file.path) }))
  const changed = [...new Set(edits.map(edit => edit.path))].map(path => {
    const before = texts.get(path) ?? ''
    const own = edits.filter(edit => edit.path === path)
    return { path, before, after: edited(before, own), titles: titlesFor(path) }
  })
  return { applied: new Set(fixes), changes: [...created, ...changed] }
}
