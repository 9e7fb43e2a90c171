import { productionReader } from '../applied'
import { type Explanation, explain } from '../core/explain'
import { type History, historyOf, settled } from '../core/history/history'
import type { Migration } from '../core/history/migration'
import type { Settings } from '../core/settings'
import { fileText, type LoadOptions } from '../files'
import { jsonExplanations } from './json'
import { complain, migrationsAt, projectAt, Troubles } from './judge'
import { prettyExplanations } from './pretty'
import { exitCodes, type Terminal } from './terminal'

/** A file with what its statements do. */
export interface Explained {
  /** Where the user finds it. */
  readonly path: string
  readonly migration: Migration
  readonly explanations: readonly Explanation[]
}

/** Prints what every statement of `files` does; returns the exit code. */
export async function explainFiles(
  files: readonly string[],
  settings: Settings,
  options: LoadOptions & { readonly format: 'pretty' | 'json'; readonly debug: boolean },
  terminal: Terminal,
): Promise<number> {
  const { histories, leftAlone, unread } = await projectAt(files, options, terminal)
  const troubles = new Troubles(terminal, options.debug)
  const known = productionReader({})
  const read = await Promise.all(
    histories.map(async ({ history, asked }) => ({ history: await settled((await known(history)).history), asked })),
  )
  const explained = [
    ...read.flatMap(({ history, asked }) => migrationsAt(history, asked).map(migration => ({ history, migration }))),
    ...leftAlone.flatMap(path => alone(path, terminal)),
  ].flatMap(({ history, migration, path = migration.path }: Asked): Explained[] => {
    const explanations = troubles.survived(path, () => explain(history, migration.path, settings))
    return explanations ? [{ path, migration, explanations }] : []
  })
  if (options.format === 'json') terminal.write(jsonExplanations(explained, settings, terminal.folder))
  else terminal.write(prettyExplanations(explained, settings, terminal))
  return unread.length > 0 || troubles.isFileMissing ? exitCodes.failed : exitCodes.fine
}

interface Asked {
  readonly history: History
  readonly migration: Migration
  /** Where the user finds it, where that is not the migration's own path. */
  readonly path?: string
}

/** A file that no tool runs is explained by itself. */
function alone(path: string, terminal: Terminal): Asked[] {
  const read = fileText(path)
  if ('reason' in read) {
    complain({ path, reason: read.reason }, terminal)
    return []
  }
  const standIn = 'document.sql'
  const history = historyOf({ path: '', files: [{ path: standIn, text: read.text }], framework: 'plain' })
  return migrationsAt(history, [standIn]).map(migration => ({ path, migration, history }))
}
