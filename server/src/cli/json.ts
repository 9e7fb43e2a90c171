import type { Explanation, InnerExplanation } from '../core/explain'
import type { Finding } from '../core/finding'
import type { History } from '../core/history/history'
import type { Section } from '../core/history/migration'
import { modeOf } from '../core/history/transactions'
import type { Work } from '../core/history/work'
import { type Difference, differencesOf } from '../core/hover/differences'
import { unquoted } from '../core/hover/rendering'
import { type Position, positionsIn } from '../core/lines'
import { asWritten } from '../core/placeholders'
import type { RelationLock } from '../core/postgres/effects'
import type { Settings } from '../core/settings'
import { productVersion } from '../product'
import type { Explained } from './explain'
import type { Judged } from './judge'
import { shownPath } from './paths'
import type { Totals } from './totals'

/** Returns the answer of `check --format json`: docs/formats.md describes every field. */
export function jsonFindings(
  files: readonly Judged[],
  summary: Totals & { readonly leftOut?: number },
  settings: Settings,
  folder: string,
): string {
  return printed({
    version: productVersion(),
    postgres: settings.postgres,
    files: files.map(({ migration, history, findings }) => {
      const places = placesIn(history)
      return {
        path: shownPath(migration.path, folder),
        framework: migration.framework.id,
        direction: migration.direction,
        sections: migration.sections
          .toSorted((a, b) => a.span.start - b.span.start)
          .map(section => sectionRecord(section, places(migration.path))),
        findings: findings.map(finding => findingRecord(finding, migration.path, places, folder)),
      }
    }),
    summary,
  })
}

/** Returns the answer of `explain --format json`. */
export function jsonExplanations(files: readonly Explained[], settings: Settings, folder: string): string {
  return printed({
    postgres: settings.postgres,
    newest: settings.newest,
    files: files.map(({ path, migration, explanations }) => {
      const positionOf = positionsIn(migration.text)
      return {
        path: shownPath(path, folder),
        framework: migration.framework.id,
        statements: explanations.map(explanation =>
          statementRecord(explanation, settings, positionOf, name => asWritten(name, migration.placeholders)),
        ),
      }
    }),
  })
}

const printed = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

type Places = (path: string) => (offset: number) => Position

/** Fixes may edit other files of the history; each is measured once, when first needed. */
function placesIn(history: History): Places {
  const known = new Map<string, (offset: number) => Position>()
  return path => {
    const found = known.get(path)
    if (found) return found
    const made = positionsIn(history.source.files.get(path) ?? '')
    known.set(path, made)
    return made
  }
}

const sectionRecord = (section: Section, positionOf: (offset: number) => Position) => ({
  direction: section.direction,
  transaction: modeOf(section),
  start: positionOf(section.span.start),
  end: positionOf(section.span.end),
})

const findingRecord = (finding: Finding, path: string, places: Places, folder: string) => ({
  rule: finding.rule,
  risk: finding.risk,
  severity: finding.severity,
  message: finding.message,
  detail: finding.detail,
  hint: finding.hint,
  relation: finding.relation,
  start: places(path)(finding.span.start),
  end: places(path)(finding.span.end),
  fixes: finding.fixes.map(fix => ({
    title: fix.title,
    safety: fix.safety,
    edits: fix.edits.map(edit => ({
      path: shownPath(edit.path, folder),
      start: places(edit.path)(edit.span.start),
      end: places(edit.path)(edit.span.end),
      text: edit.text,
    })),
    creates: fix.creates?.map(file => ({ path: shownPath(file.path, folder), text: file.text })),
  })),
  withheld: finding.withheld,
})

const statementRecord = (
  explanation: Explanation,
  settings: Settings,
  positionOf: (offset: number) => Position,
  written: (name: string) => string,
) => ({
  start: positionOf(explanation.span.start),
  end: positionOf(explanation.span.end),
  direction: explanation.direction,
  tag: explanation.tag,
  transaction: explanation.transaction,
  refusesTransactionBlock: explanation.refusesTransactionBlock,
  locks: explanation.locks.map((lock: RelationLock) => ({ ...lock, relation: written(lock.relation) })),
  blocksReads: explanation.blocksReads.map(written),
  blocksWrites: explanation.blocksWrites.map(written),
  rewrites: explanation.rewrites.map(written),
  scans: explanation.scans.map(written),
  builds: explanation.builds.map(written),
  drops: explanation.drops.map(written),
  waitsForTransactions: explanation.waitsForTransactions,
  fails: explanation.fails && { message: written(explanation.fails.message), code: explanation.fails.code },
  unknown: explanation.unknown.map(written),
  problem: explanation.problem?.message,
  inside:
    explanation.inside.length > 0
      ? explanation.inside.map(inner => innerRecord(inner, positionOf, written))
      : undefined,
  fires: explanation.step.effects?.fires?.map(({ routine, triggers, effects }) => ({
    function: routine,
    triggers: [...triggers],
    locks: effects.locks.map(lock => ({ ...lock, relation: written(lock.relation) })),
  })),
  held: explanation.held.map(({ relation, kind, mode, since }) => ({
    relation: written(relation),
    kind,
    mode,
    since: positionOf(since.statement.span.start),
  })),
  work: explanation.work?.kind,
  until:
    explanation.locks.length > 0
      ? { by: explanation.until.by, at: explanation.until.at && positionOf(explanation.until.at.statement.span.start) }
      : undefined,
  over: overRecords(explanation.over, positionOf),
  timeouts: Object.fromEntries(explanation.timeouts),
  differences:
    settings.newest === undefined
      ? undefined
      : differencesOf(explanation.step, settings).map(difference => differenceRecord(difference, written)),
})

const innerRecord = (
  explanation: InnerExplanation,
  positionOf: (offset: number) => Position,
  written: (name: string) => string,
) => ({
  start: explanation.isHere ? positionOf(explanation.span.start) : undefined,
  end: explanation.isHere ? positionOf(explanation.span.end) : undefined,
  routine: explanation.step.routine?.name.name,
  tag: explanation.tag,
  conditional: explanation.step.inside.conditional,
  guard: explanation.step.inside.guard,
  repeated: explanation.step.inside.repeated,
  locks: explanation.locks.map(lock => ({ ...lock, relation: written(lock.relation) })),
  rewrites: explanation.rewrites.map(written),
  scans: explanation.scans.map(written),
  builds: explanation.builds.map(written),
  drops: explanation.drops.map(written),
  unknown: explanation.unknown.map(written),
})

const differenceRecord = ({ from, effects, sentence }: Difference, written: (name: string) => string) => ({
  from,
  sentence: written(unquoted(sentence)),
  refusesTransactionBlock: effects.refusesTransactionBlock,
  locks: effects.locks.map(lock => ({ ...lock, relation: written(lock.relation) })),
  rewrites: effects.rewrites.map(written),
  scans: effects.scans.map(written),
  builds: effects.builds.map(written),
  drops: effects.drops.map(written),
  waitsForTransactions: effects.waitsForTransactions,
})

/** By kind: a transaction may have thousands of statements. */
function overRecords(works: readonly Work[], positionOf: (offset: number) => Position) {
  const kinds = [...new Set(works.map(({ kind }) => kind))]
  return kinds.map(kind => {
    const places = works.filter(work => work.kind === kind).map(({ step }) => step.statement.span.start)
    return {
      work: kind,
      count: places.length,
      first: positionOf(places[0] as number),
      last: positionOf(places.at(-1) as number),
    }
  })
}
