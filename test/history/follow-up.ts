import type { NewFile } from '../../server/src/core/finding'
import type { FollowUp } from '../../server/src/core/history/frameworks/framework'
import { type History, withFile } from '../../server/src/core/history/history'

/** Returns the files of the migration after the last one. */
export function followUp(history: History, request: Partial<FollowUp> = {}): Record<string, string> {
  const taken = history.migrations.map(({ path }) => path)
  const after = taken.at(-1) as string
  const files: readonly NewFile[] =
    history.framework.followUp?.({
      after,
      taken,
      hasDowns: history.migrations.some(({ direction }) => direction === 'down'),
      title: 'check_x',
      up: 'SELECT 1;',
      down: 'SELECT 2;',
      transaction: true,
      text: history.source.files.get(after),
      read: path => history.source.files.get(path),
      ...request,
    }) ?? []
  return Object.fromEntries(files.map(({ path, text }) => [path, text]))
}

/**
 * Returns the history after the tool's own no-transaction marker was put into a file, for its section of a direction at a place
 * among those; undefined where there is none.
 */
export function withoutTransaction(
  history: History,
  name: string,
  direction: 'up' | 'down' = 'up',
  place = 0,
): History | undefined {
  const path = `m/${name}`
  const text = history.source.files.get(path) as string
  const section = history.migrationAt(path)?.sections.filter(found => found.direction === direction)[place]
  const edits = history.framework.withoutTransaction?.(path, text, direction, section?.span.start ?? 0)
  if (!edits) return undefined
  const changed = edits
    .toSorted((a, b) => b.span.start - a.span.start)
    .reduce((result, edit) => result.slice(0, edit.span.start) + edit.text + result.slice(edit.span.end), text)
  return withFile(history, path, changed)
}
