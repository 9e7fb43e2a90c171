import type { Severity } from '../core/finding'
import { fixed } from '../core/fix'
import type { Change } from '../core/fix-changes'
import type { Settings } from '../core/settings'
import type { Loaded } from '../files'
import { unifiedDiff } from './diff'
import { complainOfLeftAlone, type Judged, judged, migrationsAt, projectIn, type Scope, Troubles } from './judge'
import { shownPath } from './paths'
import { counted } from './pretty'
import { exitCodes, type Terminal } from './terminal'
import { hasAtLeast, totalsOf } from './totals'
import { written } from './write'

export interface FixCommand {
  /** Print what would change, and write nothing. */
  readonly diff: boolean
  /** Apply also the fixes that a person should look at. */
  readonly review: boolean
  readonly failOn: Severity
  readonly debug: boolean
}

/** Applies the fixes of the migrations in a scope until none is left; returns the exit code. */
export async function fix(scope: Scope, settings: Settings, options: FixCommand, terminal: Terminal): Promise<number> {
  const project = await projectIn(scope, terminal)
  complainOfLeftAlone(project, terminal)
  const troubles = new Troubles(terminal, options.debug)
  const { report } = troubles
  const left: Judged[] = []
  let isRefused = false
  for (const loaded of project.histories) {
    const hasRun = scope.paths.length > 0 ? [] : editedSinceRun(loaded)
    const asked = loaded.asked.filter(path => !hasRun.includes(path))
    const result = troubles.survived(loaded.history.source.path, () =>
      fixed(loaded.history, asked, settings, { review: options.review, creates: true, report }),
    )
    if (!result) continue
    if (options.diff) terminal.write(result.changes.map(change => diffOf(change, terminal)).join(''))
    else if (await isWritten(result.changes, terminal)) for (const change of result.changes) tell(change, terminal)
    else isRefused = true
    const all = { history: result.history, asked: [...hasRun, ...result.paths] }
    left.push(...judged(all, settings, troubles, project))
  }
  const totals = totalsOf(left)
  const remaining = totals.error + totals.warning + totals.information + totals.hint
  const note = project.note ? `${project.note}\n` : ''
  const summary = `${counted(remaining, 'finding')} ${options.diff ? 'would be left' : 'left'} in ${counted(totals.files, 'file')}.\n${note}`
  if (options.diff) terminal.complain(summary)
  else terminal.write(summary)
  if (project.unread.length > 0 || isRefused || troubles.isFileMissing) return exitCodes.failed
  return hasAtLeast(totals, options.failOn) ? exitCodes.findings : exitCodes.fine
}

/** The migrations that have run before they were edited: unasked they get no further edit. */
const editedSinceRun = ({ history, asked }: Loaded): string[] =>
  migrationsAt(history, asked).flatMap(({ path, repeatable }) =>
    !repeatable && history.stateOf(path) === 'edited' ? [path] : [],
  )

const diffOf = (change: Change, { folder }: Terminal): string =>
  unifiedDiff(shownPath(change.path, folder), change.before, change.after)

/** Writes the changes of one history, all or none; says why where none could be. */
async function isWritten(changes: readonly Change[], terminal: Terminal): Promise<boolean> {
  const refusal = await written(changes)
  if (!refusal) return true
  terminal.complain(`migration-guard: ${shownPath(refusal.path, terminal.folder)}: ${refusal.reason}\n`)
  return false
}

function tell({ path, before, titles }: Change, { folder, colours, write }: Terminal): void {
  write(`${before === undefined ? 'created' : 'fixed'} ${colours.bold(shownPath(path, folder))}\n`)
  for (const title of titles) write(`  ${title}\n`)
}
