import { combined, edited } from '../core/edits'
import type { Finding, Fix } from '../core/finding'
import { type History, withFile } from '../core/history/history'
import type { Migration } from '../core/history/migration'
import type { Loaded } from '../files'
import type { Judged } from './judge'

/** What fixing does to one file. */
export interface Change {
  readonly path: string
  /** Absent for a file that a fix creates. */
  readonly before?: string
  readonly after: string
  /** The titles of the fixes that changed it. */
  readonly titles: readonly string[]
}

export interface Fixed {
  /** Created files first: what an edit moves away is then never in no file. */
  readonly changes: readonly Change[]
  /** What is left to say of the migrations asked for and of those that fixes created. */
  readonly judged: readonly Judged[]
}

/** A fix that brings its own finding back would go on for ever. */
const mostRounds = 50

/**
 * Returns what applying the fixes of the migrations asked for does, round after round until none is left. Nothing is
 * written: the history is changed in memory.
 */
export function fixed(
  { history: start, asked }: Loaded,
  review: boolean,
  findingsOf: (history: History, migration: Migration) => Finding[],
): Fixed {
  const wanted = new Set(asked)
  const changes = new Map<string, Change>()
  const judge = (history: History): Judged[] =>
    history.migrations
      .filter(migration => wanted.has(migration.path))
      .map(migration => ({ migration, history, findings: findingsOf(history, migration) }))

  let history = start
  let judgements = judge(history)
  for (let round = 0; round < mostRounds; round++) {
    const fixes = judgements.flatMap(({ findings }) => findings.flatMap(finding => chosen(finding, review) ?? []))
    if (fixes.length === 0) break
    const applied = appliedTo(history, fixes)
    for (const change of applied) changes.set(change.path, merged(changes.get(change.path), change))
    for (const change of applied) history = withFile(history, change.path, change.after)
    for (const change of applied) if (change.before === undefined) wanted.add(change.path)
    if (applied.length === 0) break
    judgements = judge(history)
  }
  const all = [...changes.values()].filter(change => change.before !== change.after)
  return {
    changes: all.sort((a, b) => Number(a.before !== undefined) - Number(b.before !== undefined)),
    judged: judgements,
  }
}

/** The first fix of a finding that may be applied: a finding's fixes are alternatives, best first. */
const chosen = (finding: Finding, review: boolean): Fix | undefined =>
  finding.fixes.find(fix => fix.safety === 'safe') ?? (review ? finding.fixes[0] : undefined)

function appliedTo(history: History, candidates: readonly Fix[]): Change[] {
  const texts = new Map(history.migrations.map(migration => [migration.path, migration.text]))
  const applicable = candidates.filter(
    fix => fix.edits.every(edit => texts.has(edit.path)) && fix.creates?.every(file => !texts.has(file.path)) !== false,
  )
  const { fixes, edits, creates } = combined(applicable)
  const titlesFor = (path: string) =>
    fixes
      .filter(fix => fix.edits.some(edit => edit.path === path) || fix.creates?.some(file => file.path === path))
      .map(fix => fix.title)
  const created = creates.map(file => ({ path: file.path, after: file.text, titles: titlesFor(file.path) }))
  const paths = [...new Set(edits.map(edit => edit.path))]
  return [
    ...created,
    ...paths.map(path => {
      const before = texts.get(path) ?? ''
      const after = edited(
        before,
        edits.filter(edit => edit.path === path),
      )
      return { path, before, after, titles: titlesFor(path) }
    }),
  ]
}

const merged = (earlier: Change | undefined, later: Change): Change =>
  earlier ? { ...later, before: earlier.before, titles: [...earlier.titles, ...later.titles] } : later
