import type { Severity } from '../core/finding'
import type { Settings } from '../core/settings'
import { jsonFindings } from './json'
import { complainOfLeftAlone, judged, projectIn, type Scope, Troubles } from './judge'
import { prettyFindings, prettyTotals } from './pretty'
import { exitCodes, type Terminal } from './terminal'
import { hasAtLeast, totalsOf } from './totals'

export interface CheckOptions {
  readonly format: 'pretty' | 'json'
  readonly failOn: Severity
  readonly debug: boolean
}

/** Prints what the rules say of the migrations in a scope; returns the exit code. */
export async function check(
  scope: Scope,
  settings: Settings,
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const project = await projectIn(scope, terminal)
  complainOfLeftAlone(project, terminal)
  const troubles = new Troubles(terminal, options.debug)
  const files = project.histories.flatMap(loaded => judged(loaded, settings, troubles, project))
  const totals = totalsOf(files)
  if (options.format === 'json')
    terminal.write(jsonFindings(files, { ...totals, leftOut: project.leftOut || undefined }, settings, terminal.folder))
  else {
    for (const file of files) terminal.write(prettyFindings(file, terminal))
    // Where nothing could be read, standard error has said why.
    if (files.length > 0 || project.unread.length === 0) terminal.write(prettyTotals(totals, terminal))
    if (project.note) terminal.write(`${project.note}\n`)
  }
  if (project.unread.length > 0 || troubles.isFileMissing) return exitCodes.failed
  return hasAtLeast(totals, options.failOn) ? exitCodes.findings : exitCodes.fine
}
