import type { Migration } from '../core/history/migration'
import { isBelow } from './globs'

/**
 * Returns whether a file of a history is a migration: the configured patterns name its folder; or, without patterns, a tool
 * other than `plain` runs it; or its folder or its own name says so.
 */
export function isMigration(
  { path, framework }: Migration,
  patterns: readonly string[],
  roots: readonly string[],
): boolean {
  if (patterns.length > 0) {
    return roots.some(
      root => path.startsWith(`${root}/`) && patterns.some(pattern => isBelow(path.slice(root.length + 1), pattern)),
    )
  }
  return framework.id !== 'plain' || folderSaysSo.test(path) || isNumbered.test(path)
}

const folderSaysSo = /(?:^|\/)(?:db[-_])?migrat(?:e|ions?)\//i

/** `0001_name.sql`, `V2__name.sql`, `2024-01-31-name.sql`: two digits or more, or a V, and then more name. */
const isNumbered = /(?:^|\/)(?:V\d[\d._]*|\d{2}[\d-]*)[._-][^/]*$/i
