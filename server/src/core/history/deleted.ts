import { folderOfTool, type History } from './history'

/** A migration that has run and that the branch has deleted. */
export interface Deleted {
  readonly path: string
  readonly text: string
}

/**
 * Returns the ups that have run and are gone here. Not those whose version another file has by now: tools remember versions, and
 * that file counts as run.
 */
export function deletedUps(history: History): readonly Deleted[] {
  const { framework, migrations, source } = history
  const deleted = source.applied?.deleted
  if (!deleted || deleted.size === 0) return []
  const folder = folderOfTool(history)
  return [...deleted].flatMap(([path, text]): Deleted[] => {
    const layout = framework.layout(path, text, folder)
    const isUp = layout?.sections.some(({ direction }) => direction === 'up') === true
    if (!layout || !isUp || layout.repeatable) return []
    const isElsewhere = migrations.some(
      ({ direction, version }) => direction !== 'down' && framework.compareVersions(version, layout.version) === 0,
    )
    return isElsewhere ? [] : [{ path, text }]
  })
}
