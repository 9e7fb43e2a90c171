import { historyOf } from '../core/history/history'
import type { Settings } from '../core/settings'
import { fileText } from '../files'
import { jsonExplanations } from './json'
import { complain, type Judged, migrationsAt, projectAt } from './judge'
import { prettyExplanations } from './pretty'
import { exitCodes, type Terminal } from './terminal'

/** Prints what every statement of `files` does; returns the exit code. */
export async function explainFiles(
  files: readonly string[],
  settings: Settings,
  format: 'pretty' | 'json',
  terminal: Terminal,
): Promise<number> {
  const { histories, leftAlone, isMissingNamed } = await projectAt(files, terminal)
  const explained = [
    ...histories.flatMap(({ history, asked }): Judged[] =>
      migrationsAt(history, asked).map(migration => ({ path: migration.path, migration, history, findings: [] })),
    ),
    ...leftAlone.flatMap(path => alone(path, terminal)),
  ]
  if (format === 'json') terminal.write(jsonExplanations(explained, settings, terminal.folder))
  else terminal.write(prettyExplanations(explained, settings, terminal))
  return isMissingNamed ? exitCodes.failed : exitCodes.fine
}

/** A file that no tool runs is explained by itself. */
function alone(path: string, terminal: Terminal): Judged[] {
  const read = fileText(path)
  if ('reason' in read) {
    complain({ path, reason: read.reason }, terminal)
    return []
  }
  const standIn = 'document.sql'
  const history = historyOf({ path: '', files: [{ path: standIn, text: read.text }], framework: 'plain' })
  return migrationsAt(history, [standIn]).map(migration => ({ path, migration, history, findings: [] }))
}
