import { allowOffers, type Offer } from '../../server/src/core/allow-offers'
import { explain } from '../../server/src/core/explain'
import type { Edit, Finding, Fix } from '../../server/src/core/finding'
import { type History, historyOf, withApplied } from '../../server/src/core/history/history'
import type { Migration } from '../../server/src/core/history/migration'
import type { Step } from '../../server/src/core/history/steps'
import { hintsOf } from '../../server/src/core/hover/hints'
import { hoverAt } from '../../server/src/core/hover/hover'
import { markdownOf } from '../../server/src/core/hover/rendering'
import { lint } from '../../server/src/core/lint'
import { PersistentMap } from '../../server/src/core/postgres/persistent-map'
import { rules } from '../../server/src/core/rules'
import type { Settings } from '../../server/src/core/settings'
import type { Chance } from './chance'

/** Every rule is on. */
const settings: Settings = {
  postgres: 15,
  newest: 18,
  rules: Object.fromEntries(rules.map(({ id }) => [id, 'warning'])),
  today: '2026-11-21',
}

/** A law that was broken, and how. */
export class Broken extends Error {}

/**
 * Returns the history as somebody reads it who has not seen the edits, and whose disk lists files in another order. What runs the
 * files is told: an open history does not ask that again at each edit.
 */
export function readAfresh({ source, framework }: History): History {
  const { runner } = source
  const files = [...source.files].map(([path, text]) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1))
  const fresh = historyOf({ ...source, files, framework: framework.id, transaction: runner()?.transaction ?? 'none' })
  Object.assign(fresh.source, { runner })
  return withApplied(fresh, source.applied)
}

/** Throws `Broken` unless all that is told of the migration at `path` holds together, and is what a fresh reading tells. */
export function assertLaws(history: History, fresh: History, path: string, chance: Chance): void {
  const migration = history.migrationAt(path)
  compare('what is a migration', migration?.path, fresh.migrationAt(path)?.path)
  if (!migration) return
  for (const direction of ['up', 'down'] as const) {
    compare(`catalog before the ${direction}`, catalogIn(history, path, direction), catalogIn(fresh, path, direction))
  }
  const findings = lint(history, path, settings, fail)
  compareAll('findings', findings.map(findingTold), lint(fresh, path, settings, fail).map(findingTold))
  compareAll('explanations', explain(history, path, settings).map(told), explain(fresh, path, settings).map(told))
  const all = { start: 0, end: migration.text.length }
  compareAll('hints', hintsOf(history, path, all, settings).map(told), hintsOf(fresh, path, all, settings).map(told))
  for (const offset of offsetsIn(migration, chance)) {
    compare(`hover at ${offset}`, hoverTold(history, path, offset), hoverTold(fresh, path, offset))
  }
  for (const finding of findings) assertPlaced(finding, migration, history)
}

const fail = (rule: string, error: unknown) => {
  throw new Broken(`rule ${rule} threw ${error instanceof Error ? error.stack : String(error)}`)
}

function compare(what: string, edited: string | undefined, fresh: string | undefined): void {
  if (edited === fresh) return
  const [a, b] = [edited ?? 'nothing', fresh ?? 'nothing']
  const start = Math.max(0, firstDifference(a, b) - 80)
  throw new Broken(`${what}\n  edited: ${a.slice(start, start + 400)}\n  fresh:  ${b.slice(start, start + 400)}`)
}

function firstDifference(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

function compareAll(what: string, edited: readonly string[], fresh: readonly string[]): void {
  const place = edited.findIndex((one, index) => one !== fresh[index])
  if (place >= 0) compare(what, edited[place], fresh[place])
  if (fresh.length > edited.length) compare(what, undefined, fresh[edited.length])
}

const catalogIn = (history: History, path: string, direction: 'up' | 'down'): string =>
  told(history.before(path, direction))

/** A value as text, maps by key. */
const told = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof PersistentMap || part instanceof Map) return [...part].sort(([a], [b]) => (a < b ? -1 : 1))
    if (part instanceof Set) return [...part].sort()
    if (isStep(part)) return part.statement.span
    return isMigration(part) ? part.path : part
  })

const isMigration = (value: unknown): value is Migration =>
  typeof value === 'object' && value !== null && 'sections' in value && 'framework' in value

/** A step knows all others. */
const isStep = (value: unknown): value is Step =>
  typeof value === 'object' && value !== null && 'statement' in value && 'before' in value

const findingTold = ({ rule, severity, message, detail, hint, relation, span, fixes }: Finding): string =>
  told({ rule, severity, message, detail, hint, relation, span, fixes })

const offsetsIn = ({ text }: Migration, chance: Chance): number[] => [0, 1, 2].map(() => chance.below(text.length + 1))

function hoverTold(history: History, path: string, offset: number): string | undefined {
  const hover = hoverAt(history, path, offset, settings)
  return hover && `${hover.span.start}-${hover.span.end} ${markdownOf(hover.words)}`
}

/** What a finding and its fixes name is there: the place in the text, the files that are changed, room for new ones. */
function assertPlaced(finding: Finding, migration: Migration, history: History): void {
  const { rule, span } = finding
  const { files } = history.source
  if (!isWithin(span, migration.text)) throw new Broken(`${rule} stands at ${told(span)}, outside of its file`)
  const offers: readonly (Offer & Pick<Fix, 'creates'>)[] = allowOffers(finding, migration, settings)
  for (const { title, edits, creates = [] } of [...finding.fixes, ...offers]) {
    const name = `${rule}, "${title}"`
    for (const path of new Set(edits.map(edit => edit.path))) {
      const text = files.get(path)
      if (text === undefined) throw new Broken(`${name} edits ${path}, which is not there`)
      assertApart(
        name,
        edits.filter(edit => edit.path === path),
        text,
      )
    }
    const created = creates.map(({ path }) => path)
    for (const path of created) if (files.has(path)) throw new Broken(`${name} creates ${path}, which is there`)
    if (new Set(created).size < created.length) throw new Broken(`${name} creates a file twice`)
  }
}

function assertApart(name: string, edits: readonly Edit[], text: string): void {
  const sorted = edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
  for (const [place, { span, text: inserted }] of sorted.entries()) {
    if (!isWithin(span, text)) throw new Broken(`${name} edits ${told(span)}, outside of its file`)
    const before = sorted[place - 1]
    if (before && before.span.end > span.start) throw new Broken(`${name} edits overlap: ${told(sorted)}`)
    if (text.startsWith('\ufeff') && span.start === 0 && inserted !== '')
      throw new Broken(`${name} puts text before the byte order mark`)
  }
}

const isWithin = ({ start, end }: Finding['span'], text: string): boolean =>
  0 <= start && start <= end && end <= text.length
