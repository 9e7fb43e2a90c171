import type { Finding } from '../core/finding'
import type { History } from '../core/history/history'
import type { Migration } from '../core/history/migration'
import { lint } from '../core/lint'
import { findingAsWritten } from '../core/placeholders'
import type { Settings } from '../core/settings'
import { loadParser } from '../core/sql/engine'
import { type FileProblem, type Loaded, load, parserBinary } from '../files'
import { enginePath, shownPath } from './paths'
import type { Terminal } from './terminal'

/** What was read, and what could not be. */
export interface Project {
  readonly histories: readonly Loaded[]
  /** Whether a path that the user named could not be read. */
  readonly isMissingNamed: boolean
}

/** Reads the histories that the paths belong to; says on standard error what cannot be read, and goes on. */
export async function projectAt(paths: readonly string[], terminal: Terminal): Promise<Project> {
  await loadParser(new Uint8Array(await parserBinary()))
  const named = [...new Set(paths.map(path => enginePath(path, terminal.folder)))]
  const { histories, problems } = await load(named, {})
  for (const problem of problems) terminal.complain(`${said(problem, terminal)}\n`)
  return { histories, isMissingNamed: problems.some(problem => named.includes(problem.path)) }
}

const said = ({ path, reason }: FileProblem, terminal: Terminal): string =>
  `migration-guard: ${shownPath(path, terminal.folder)}: ${reason}`

/** A migration with what the rules say of it. */
export interface Judged {
  readonly migration: Migration
  readonly history: History
  readonly findings: readonly Finding[]
}

/** Returns the findings of the migrations asked for; a rule that fails is told once, on standard error. */
export function judged(loaded: readonly Loaded[], settings: Settings, report: RuleReport): Judged[] {
  return loaded.flatMap(({ history, asked }) => {
    const wanted = new Set(asked)
    return history.migrations
      .filter(migration => wanted.has(migration.path))
      .map(migration => ({ migration, history, findings: findingsOf(history, migration, settings, report) }))
  })
}

export type RuleReport = (path: string, rule: string, error: unknown) => void

/** Returns a migration's findings with all names as its file writes them. */
export function findingsOf(history: History, migration: Migration, settings: Settings, report: RuleReport): Finding[] {
  const findings = lint(history, migration.path, settings, (rule, error) => report(migration.path, rule, error))
  return findings.map(finding => findingAsWritten(finding, migration.placeholders))
}

/** Returns a report that tells of each rule's first failure, with its stack trace where `debug` asks for it. */
export function ruleReport(terminal: Terminal, debug: boolean): RuleReport {
  const told = new Set<string>()
  return (path, rule, error) => {
    if (told.has(rule)) return
    told.add(rule)
    const reason = error instanceof Error ? error.message : String(error)
    terminal.complain(
      `migration-guard: ${shownPath(path, terminal.folder)}: rule ${rule} failed and was skipped: ${reason}\n`,
    )
    if (debug && error instanceof Error) terminal.complain(`${error.stack}\n`)
  }
}
