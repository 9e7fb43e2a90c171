import { type Production, productionReader } from '../applied'
import type { Finding } from '../core/finding'
import { withAllFixesThatHold } from '../core/fix-check'
import { deletedUps } from '../core/history/deleted'
import { type History, settled } from '../core/history/history'
import type { Migration } from '../core/history/migration'
import { lint, type Report } from '../core/lint'
import type { Settings } from '../core/settings'
import { loadParser } from '../core/sql/engine'
import { withSums } from '../core/sums'
import type { FileProblem } from '../disk/disk'
import { type Loaded, type LoadOptions, load, parserBinary } from '../files'
import { enginePath, shownPath } from './paths'
import { counted } from './pretty'
import { type Terminal, UsageError } from './terminal'

/** What was read, and what could not be. */
export interface Project {
  readonly histories: readonly Loaded[]
  /** What could not be read of all that was asked for. */
  readonly unread: readonly FileProblem[]
  /** Files that were named and could be read, but are for another database or a dump beside the migrations. */
  readonly leftAlone: readonly string[]
}

/** What is judged: the paths that the user named, or where none is, what is pending below the current folder. */
export interface Scope extends Production, LoadOptions {
  readonly paths: readonly string[]
  /** Judge applied migrations too where no path is named. */
  readonly all: boolean
}

/** A project without what need not be judged, and a line that says so. */
export interface Scoped extends Project {
  /** Whether what has run is judged too. */
  readonly isWhole: boolean
  readonly leftOut: number
  /** For people: what was left out and why; or why nothing was. */
  readonly note?: string
}

/**
 * Reads what a scope asks for; says on standard error what cannot be read, and goes on. Throws where the branch or the version
 * that the scope names is unknown.
 */
export async function projectIn(scope: Scope, terminal: Terminal): Promise<Scoped> {
  const isNamed = scope.paths.length > 0
  const project = await projectAt(isNamed ? scope.paths : ['.'], scope, terminal)
  const known = productionReader(scope)
  const isWhole = scope.all || (isNamed && scope.baseBranch === undefined && scope.startAfter === undefined)
  const histories: Loaded[] = []
  const reasons = new Set<string>()
  const by = new Set<string>()
  let leftOut = 0
  let isKnown = false
  for (const loaded of project.histories) {
    const { history, reason } = await known(loaded.history)
    const asked = isWhole ? loaded.asked : loaded.asked.filter(path => history.stateOf(path) !== 'applied')
    leftOut += loaded.asked.length - asked.length
    if (reason === undefined) isKnown = true
    else reasons.add(reason)
    if (asked.length < loaded.asked.length && history.source.applied) by.add(history.source.applied.by)
    histories.push({ history: asked.length > 0 ? await settled(history) : history, asked })
    // Where something is pending, a rule says it there.
    for (const { path } of asked.length === 0 ? deletedUps(history) : [])
      complain({ path, reason: `has run (${history.source.applied?.by}), and is deleted here` }, terminal)
  }
  // What the user named and nobody knows is a slip of the pen: CI must not go on without it.
  const option =
    scope.startAfter !== undefined ? '--start-after' : scope.baseBranch !== undefined ? '--base' : undefined
  const [reason] = reasons
  if (option && reason !== undefined && !isKnown) throw new UsageError(`${option}: ${reason}`)
  const note = leftOut > 0 ? leftOutNote(leftOut, [...by]) : isWhole ? undefined : [...reasons].map(judgedAll)[0]
  const hasRun = (path: string) => !isWhole && histories.some(({ history }) => history.stateOf(path) === 'applied')
  return { ...project, unread: project.unread.filter(({ path }) => !hasRun(path)), isWhole, histories, leftOut, note }
}

const leftOutNote = (count: number, by: readonly string[]): string =>
  `${counted(count, 'applied migration')} left out (${by.join(', ')}); --all includes ${count === 1 ? 'it' : 'them'}.`

const judgedAll = (reason: string): string =>
  `All migrations are judged, because ${reason}; --base or --start-after says which have run.`

/** Reads the histories that the paths belong to; says on standard error what cannot be read, and goes on. */
export async function projectAt(
  paths: readonly string[],
  { framework, transaction }: LoadOptions,
  terminal: Terminal,
): Promise<Project> {
  if (paths.includes('-'))
    throw new UsageError(
      'standard input is not read: a migration is judged by those before it; name a file or a folder',
    )
  await loadParser(new Uint8Array(await parserBinary()))
  const named = [...new Set(paths.map(path => enginePath(path, terminal.folder)))]
  const { histories, problems } = await load(named, { framework, transaction })
  for (const problem of problems) complain(problem, terminal)
  const isAsked = (path: string) => named.some(each => each === '.' || path === each || path.startsWith(`${each}/`))
  const seen = [...histories.flatMap(({ asked }) => asked), ...problems.map(({ path }) => path)]
  return {
    histories,
    unread: problems.filter(({ path }) => isAsked(path)),
    leftAlone: named.filter(path => !seen.some(other => other === path || other.startsWith(`${path}/`))),
  }
}

/** Says on standard error what is the matter with a file. */
export const complain = ({ path, reason }: FileProblem, terminal: Terminal): void =>
  terminal.complain(`migration-guard: ${shownPath(path, terminal.folder)}: ${reason}\n`)

/** Says which of the files that were named are no migrations. */
export function complainOfLeftAlone({ leftAlone }: Project, terminal: Terminal): void {
  for (const path of leftAlone) complain({ path, reason: 'is not a PostgreSQL migration; left alone' }, terminal)
}

/** A migration with what the rules say of it. */
export interface Judged {
  /** Where the user finds it. */
  readonly path: string
  readonly migration: Migration
  readonly history: History
  readonly findings: readonly Finding[]
}

/** Returns the findings of the migrations asked for; one that cannot be judged is told and left out. */
export function judged(
  { history, asked }: Loaded,
  settings: Settings,
  troubles: Troubles,
  { isWhole }: Pick<Scoped, 'isWhole'>,
): Judged[] {
  return migrationsAt(history, asked).flatMap(migration => {
    const { path } = migration
    const all = troubles.survived(path, () => lint(history, path, settings, troubles.report))
    if (!all) return []
    const found = isWhole ? all : all.filter(({ span }) => !history.hasRunAt(path, span.start))
    const held = withAllFixesThatHold(history, path, found, settings)
    return [{ path, migration, history, findings: held.map(finding => withSums(history, finding)) }]
  })
}

/** Returns the migrations of a history that stand at `paths`, in the order of the history. */
export function migrationsAt(history: History, paths: readonly string[]): Migration[] {
  const wanted = new Set(paths)
  return history.migrations.filter(migration => wanted.has(migration.path))
}

/** What goes wrong inside us: told once, with a stack trace where the user asked for it, and survived. */
export class Troubles {
  private readonly told = new Set<string>()
  /** Whether the answer lacks a file. */
  isFileMissing = false

  constructor(
    private readonly terminal: Terminal,
    private readonly debug: boolean,
  ) {}

  /** Told of a rule that threw. */
  readonly report: Report = (rule, error) => {
    if (this.told.has(rule)) return
    this.told.add(rule)
    this.tell(`rule ${rule} failed and was skipped`, error)
  }

  /** Returns what `compute` returns, or undefined where it throws. */
  survived<T>(path: string, compute: () => T): T | undefined {
    try {
      return compute()
    } catch (error) {
      this.isFileMissing = true
      this.tell(`${shownPath(path, this.terminal.folder)}: could not be judged`, error)
      return undefined
    }
  }

  private tell(what: string, error: unknown): void {
    this.terminal.complain(`migration-guard: ${what}: ${error instanceof Error ? error.message : String(error)}\n`)
    if (this.debug && error instanceof Error) this.terminal.complain(`${error.stack}\n`)
  }
}
