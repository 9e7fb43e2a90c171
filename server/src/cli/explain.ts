import type { Settings } from '../core/settings'
import { jsonExplanations } from './json'
import { type Judged, migrationsAt, projectAt } from './judge'
import { prettyExplanations } from './pretty'
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
    migrationsAt(history, asked).map(migration => ({ migration, history, findings: [] })),
  )
  if (format === 'json') terminal.write(jsonExplanations(explained, settings, terminal.folder))
  else terminal.write(prettyExplanations(explained, settings, terminal))
  return isMissingNamed ? exitCodes.failed : exitCodes.fine
}
