import type { Finding, Fix } from './finding'
import { type Change, changesBy } from './fix-changes'
import { asOffered, fixesToApply } from './fix-check'
import { laterReleasesLast } from './fix-order'
import { type History, withFile } from './history/history'
import { lint, type Report } from './lint'
import type { Settings } from './settings'
import { changesWithSums } from './sums'

export interface Fixed {
  /** Created files first: what an edit moves away is then never in no file. */
  readonly changes: readonly Change[]
  /** The history with all changes made. */
  readonly history: History
  /** The migrations asked for, and those that fixes created. */
  readonly paths: readonly string[]
}

export interface FixOptions {
  /** Apply also the fixes that a person should look at. */
  readonly review: boolean
  /** Whether fixes may create files; not everywhere they can. */
  readonly creates: boolean
  readonly report?: Report
}

/** A fix that brings its own finding back would go on for ever: so many rounds more than there are findings. */
const mostRounds = 50

/** So would one whose new migration has the finding again: migrations made for migrations that fixes made get no more. */
const mostGenerations = 4

/** What a fix changes in one migration may be a finding in an earlier one, which had its turn: it gets another. */
const mostPasses = 3

/**
 * Returns what applying the fixes of the migrations at `paths` does: one after the other, each round after round until no
 * fix is left, then the migrations that fixes created, and once more those that others have changed something for. Nothing is
 * written: the history is changed in memory.
 */
export function fixed(start: History, paths: readonly string[], settings: Settings, options: FixOptions): Fixed {
  const queue = [...paths]
  const generations = new Map<string, number>()
  const changes = new Map<string, Change>()
  let history = start
  const settled = new Map<string, string>()
  for (let pass = 0; pass < mostPasses; pass++) {
    const passed = history
    for (const path of queue) {
      const generation = generations.get(path) ?? 0
      const allowed = { ...options, creates: options.creates && generation < mostGenerations }
      let most = mostRounds
      for (let round = 0; round < most; round++) {
        const findings = lint(history, path, settings, options.report)
        if (round === 0) most += findings.length
        const said = findings.map(({ rule, message }) => `${rule} ${message}`).join('\n')
        if (settled.get(path) === said) break
        const state = history
        const dueFor = ({ fixes }: Finding, turn: Fix['turn']) => {
          const due = fixes.filter(fix => fix.turn === turn)
          return chosen(
            due.map(fix => asOffered(fix, state)),
            allowed,
          )
        }
        let fixes: readonly Fix[] = []
        for (const turn of turns) {
          if (fixes.length > 0) break
          fixes = fixesToApply(history, path, findings, finding => dueFor(finding, turn), settings)
        }
        const applied = changesBy(history, fixes)
        if (applied.length === 0) {
          settled.set(path, said)
          break
        }
        for (const change of applied) {
          changes.set(change.path, merged(changes.get(change.path), change))
          history = withFile(history, change.path, change.after)
          if (change.before === undefined) {
            generations.set(change.path, generation + 1)
            queue.push(change.path)
          }
        }
      }
    }
    if (history === passed) break
  }
  const all = [...changes.values()].filter(change => change.before !== change.after)
  const ordered = laterReleasesLast(
    history,
    all.sort((a, b) => Number(a.before !== undefined) - Number(b.before !== undefined)),
    settings,
  )
  return {
    changes: changesWithSums(start, ordered.changes),
    history: ordered.history,
    paths: queue.map(ordered.renamed),
  }
}

const turns: readonly Fix['turn'][] = ['early', undefined, 'late', 'inSteps', 'last']

/** The fixes of a finding that may be applied, best first: they are alternatives. */
const chosen = (fixes: readonly Fix[], { review, creates }: FixOptions): readonly Fix[] =>
  fixes
    .filter(fix => (creates || !fix.creates?.length) && (review || isSafe(fix)))
    .sort((a, b) => Number(isSafe(b)) - Number(isSafe(a)))

const isSafe = ({ safety }: Fix): boolean => safety === 'safe'

const merged = (earlier: Change | undefined, later: Change): Change =>
  earlier ? { ...later, before: earlier.before, titles: [...earlier.titles, ...later.titles] } : later
