import { type History, historyOf } from '../../server/src/core/history/history'
import type { Migration } from '../../server/src/core/history/migration'

/** The files of a migration folder by their path below it. */
export type Files = Readonly<Record<string, string>>

/** Returns the history of files in a folder `m`. */
export const historyIn = (files: Files, framework?: string): History =>
  historyOf({
    path: 'm',
    files: Object.entries(files).map(([name, text]) => ({ path: `m/${name}`, text })),
    framework,
  })

/** Returns each section as a line: `1_a.sql up tool: SELECT 1 | SELECT 2`, in the order of the history. */
export const sectionsOf = (history: History): string[] =>
  history.migrations.flatMap(migration =>
    migration.sections.map(({ direction, transaction, statements }) => {
      const sql = statements.map(({ text }) => text.replace(/\s+/g, ' ')).join(' | ')
      return `${nameOf(migration)} ${direction} ${transaction}: ${sql}`.trimEnd()
    }),
  )

export const namesOf = (history: History): string[] => history.migrations.map(nameOf)

const nameOf = ({ path }: Migration) => path.slice('m/'.length)

/** Returns the id of the tool that runs files in a folder `m`. */
export const tool = (files: Files) => historyIn(files).framework.id
