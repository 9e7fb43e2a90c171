import { isDump } from '../core/history/frameworks/dumps'
import plain from '../core/history/frameworks/plain'
import type { History } from '../core/history/history'
import { isBelow } from './globs'

/**
 * Returns whether a file of a history is a migration, as `check` would find it: a tool runs its folder, or the folder's
 * names say that it holds migrations; or a pattern of the configuration names its folder.
 */
export function isMigration(
  history: History,
  path: string,
  patterns: readonly string[],
  roots: readonly string[],
): boolean {
  if (isDump(path)) return false
  if (history.framework.id !== plain.id && history.source.files.has(path)) return true
  return looksNumbered(history) || patterns.some(pattern => roots.some(root => isBelowRoot(path, root, pattern)))
}

/** Returns whether a folder is called for migrations. */
export const holdsMigrations = (folder: string): boolean => recognised(folder, []) > 0

function looksNumbered({ source }: History): boolean {
  const files = [...source.files.keys()].map(file => file.slice(source.path === '' ? 0 : source.path.length + 1))
  return recognised(source.path, files) > 0
}

const recognised = (path: string, files: readonly string[]): number =>
  plain.recognises({ path, files, read: () => undefined })

const isBelowRoot = (path: string, root: string, pattern: string): boolean =>
  path.startsWith(`${root}/`) && isBelow(path.slice(root.length + 1), pattern)
