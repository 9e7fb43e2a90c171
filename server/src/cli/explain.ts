import type { Settings } from '../core/settings'
import { jsonExplanations } from './json'
import { type Judged, projectAt } from './judge'
import { prettyExplanation } from './pretty'
import { exitCodes, type Terminal } from './terminal'

/** Prints what every statement of `files` does; returns the exit code. */
export async function explainFiles(
  files: readonly string[],
  settings: Settings,
  format: 'pretty' | 'json',
  terminal: Terminal,
): Promise<number> {
  const { histories, isMissingNamed } = await projectAt(files, terminal)
  const explained = histories.flatMap(({ history, asked }): Judged[] =>
    history.migrations
      .filter(migration => asked.includes(migration.path))
      .map(migration => ({ migration, history, findings: [] })),
  )
  if (format === 'json') terminal.write(jsonExplanations(explained, settings, terminal.folder))
  else terminal.write(explained.map(file => prettyExplanation(file, settings, terminal)).join('\n'))
  return isMissingNamed ? exitCodes.failed : exitCodes.fine
}
