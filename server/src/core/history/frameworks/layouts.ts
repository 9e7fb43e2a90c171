import { folderOf, nameOf } from '../../text'
import type { Direction, TransactionMode } from '../migration'
import type { Folder, SectionLayout } from './framework'

/** Returns the sections of a file that goes in one direction as a whole; `isQuery` where the tool sends it as one query. */
export function wholeFile(
  direction: Direction,
  text: string,
  transaction: TransactionMode,
  isQuery: boolean,
): readonly SectionLayout[] {
  const span = { start: 0, end: text.length }
  return [{ direction, span, transaction, boundaries: [], masked: [], queries: isQuery ? [span] : [] }]
}

/** Returns the path of a file in the folder of another. */
export const beside = (path: string, name: string): string =>
  folderOf(path) === '' ? name : `${folderOf(path)}/${name}`

/** Returns the name of the last file that is named as the tool asks; undefined where none is. */
export function lastName(taken: readonly string[], isOne: (name: string) => boolean): string | undefined {
  const last = taken.findLast(path => isOne(nameOf(path)))
  return last === undefined ? undefined : nameOf(last)
}

/** Returns a path as it is below the folder. */
export const pathBelow = (folder: Pick<Folder, 'path'>, path: string): string =>
  path.slice(folder.path === '' ? 0 : folder.path.length + 1)

/** Returns a title with dashes between its words where the last name is written so. */
export const titleLike = (last: string, title: string): string =>
  /^\d+[^_]*-[^_]*$/.test(last) || /^[^_]*_[^_]*-[^_]*$/.test(last) ? title.replaceAll('_', '-') : title

/**
 * Returns a version for a file that stands at a place of the tool's own list; files that are not on it, which were not
 * listed yet, come last. `compareNumbered` orders them.
 */
export const listed = (place: number | undefined, name: string): string => `${place ?? unlisted} ${name}`

/** The text of a down that has nothing to undo: it says so. */
export const nothingToUndo = '-- Nothing to undo.\n'

const unlisted = 99_999_999

/** Returns whether `listed` made a version for a file that is not on the tool's list. */
export const isUnlisted = (version: string): boolean => version.startsWith(`${unlisted} `)

/** Returns `read`, which answers from memory when it is asked of the same text again: a list is asked for each file. */
export function onceForText<T>(read: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly answer: T } | undefined
  return text => {
    if (last?.text !== text) last = { text, answer: read(text) }
    return last.answer
  }
}
