import { type Finding, type Fix, isUrgent, withFixes } from './finding'
import { type Change, changesBy, changesTogether } from './fix-changes'
import { asNewest, type History, withFixed } from './history/history'
import { lint } from './lint'
import type { Settings } from './settings'

/**
 * Returns the findings of the migration at a path with those fixes alone that hold: the finding is gone then, and nothing as
 * grave has come in its place, in the files that the fix changes or creates. Each costs as much as to judge those again, once,
 * when somebody asks for the fixes of its finding.
 */
export function withFixesThatHold(
  history: History,
  path: string,
  findings: readonly Finding[],
  settings: Settings,
): Finding[] {
  const scene = { history, path, settings }
  return findings.map(finding =>
    withFixes(finding, fix => whyNot(scene, [{ finding, fix }], changesBy(history, [fix])) ?? asOffered(fix, history)),
  )
}

/**
 * Returns the same, for who wants the fixes of all findings: those that can be applied at once are tried together, and where
 * something is wrong then, half of them at a time. Of very many that can only be tried one by one, the last are as the others of
 * their rule.
 */
export function withAllFixesThatHold(
  history: History,
  path: string,
  findings: readonly Finding[],
  settings: Settings,
): Finding[] {
  let known: ReadonlySet<Fix> | undefined
  const reasons = new Map<Fix, string>()
  const held = () => {
    const most = Math.max(...findings.map(({ fixes }) => fixes.length))
    const alternatives = Array.from({ length: most }, (_, place) =>
      findings.flatMap(finding => {
        const fix = finding.fixes[place]
        return fix ? [{ finding, fix }] : []
      }),
    )
    return new Set(alternatives.flatMap(offers => thoseThatHold({ history, path, settings }, offers, reasons)))
  }
  return findings.map(finding =>
    withFixes(finding, fix => {
      known ??= held()
      return known.has(fix) ? asOffered(fix, history) : (reasons.get(fix) ?? isNotFree)
    }),
  )
}

/**
 * Returns the fixes to apply next, of those that `allowed` gives for each finding, best first: such as can be applied at once, and
 * hold.
 */
export function fixesToApply(
  history: History,
  path: string,
  findings: readonly Finding[],
  allowed: (finding: Finding) => readonly Fix[],
  settings: Settings,
): readonly Fix[] {
  const candidates = findings.map(finding => ({ finding, fixes: allowed(finding) }))
  const refused = new Set<Fix>()
  for (;;) {
    const offers = candidates.flatMap(({ finding, fixes }) => {
      const fix = fixes.find(one => !refused.has(one))
      return fix ? [{ finding, fix }] : []
    })
    const { applied } = changesTogether(
      history,
      offers.map(({ fix }) => fix),
    )
    if (applied.size === 0) return []
    const tried = offers.filter(({ fix }) => applied.has(fix))
    const held = thoseThatHold({ history, path, settings }, tried)
    if (held.length > 0) return held
    for (const { fix } of tried) refused.add(fix)
  }
}

/** Whether to change what has run is for a person to decide. */
export const asOffered = (fix: Fix, { stateOf, hasRunAt }: History): Fix =>
  fix.edits.some(({ path, span }) => /^(?:applied|edited)$/.test(stateOf(path)) || hasRunAt(path, span.start))
    ? { ...fix, safety: 'review' }
    : fix

interface Scene {
  readonly history: History
  readonly path: string
  readonly settings: Settings
}

interface Offer {
  readonly finding: Finding
  readonly fix: Fix
}

/** `reasons` gets why the others do not. */
function thoseThatHold(scene: Scene, offers: readonly Offer[], reasons = new Map<Fix, string>()): Fix[] {
  const found: Fix[] = []
  const refused = new Map<string, string>()
  let tries = 0
  for (let left = offers; left.length > 0; ) {
    if (tries++ === mostTries) {
      for (const { finding, fix } of left) {
        const why = refused.get(finding.rule)
        if (why === undefined) found.push(fix)
        else reasons.set(fix, why)
      }
      break
    }
    const fixes = left.map(({ fix }) => fix)
    const { applied, changes } = changesTogether(scene.history, fixes)
    const tried = left.filter(({ fix }) => applied.has(fix))
    if (tried.length === 0) break
    left = left.filter(({ fix }) => !applied.has(fix))
    const why = whyNot(scene, tried, changes)
    const [first] = tried
    if (why === undefined) found.push(...applied)
    else if (first && tried.length === 1) {
      refused.set(first.finding.rule, why)
      reasons.set(first.fix, why)
    } else {
      const half = Math.ceil(tried.length / 2)
      for (const some of [tried.slice(0, half), tried.slice(half)]) found.push(...thoseThatHold(scene, some, reasons))
    }
  }
  return found
}

const mostTries = 40

/** Returns why fixes of several findings do not hold when `changes` are made, which is all that they do; undefined where they do. */
function whyNot(
  { history, path, settings }: Scene,
  offers: readonly Offer[],
  changes: readonly Change[],
): string | undefined {
  if (changes.length === 0) return isNotFree
  const all = [...new Set([path, ...changes.map(change => change.path)])]
  const findingsIn = (state: History) => all.flatMap(each => judged(state, each, settings))
  const fixed = offers.map(({ finding }) => finding)
  // A fix is not offered where a later migration has to do with what it is about: without those there is less to work out.
  const newest = asNewest(history, path)
  const reachesFurther = changes.some(change => history.migrationAt(change.path) && !newest.migrationAt(change.path))
  const known = reachesFurther ? [] : findingsIn(newest)
  const isShort = fixed.every(finding => count(known, finding) > 0)
  const before = isShort ? known : findingsIn(history)
  const left = findingsIn(withFixed(isShort ? newest : history, changes))
  const stays = fixed.some(finding => count(left, finding) > count(before, finding) - count(fixed, finding))
  if (stays) return 'With the fix that was worked out the finding would stay.'
  const worse = left.find(
    one => isFault(one) && one.severity === 'error' && errors(left, one.rule) > errors(before, one.rule),
  )
  if (worse) return brings(worse)
  const urgent = left.filter(isFault)
  if (urgent.length <= before.filter(isFault).length - fixed.filter(isFault).length) return undefined
  const other = urgent.find(one => count(urgent, one) > count(before.filter(isFault), one))
  return other ? brings(other) : 'With the fix that was worked out as much would be left to mend.'
}

const brings = ({ rule, message }: Finding): string => `The fix would bring another finding: ${message} [${rule}].`

/** Files may stand where a fix would create some. */
const isNotFree = 'The files that the fix would create or change are not as it needs them.'

/** Remembered while the history is: the fixes of a file are tried one after the other. */
function judged(history: History, path: string, settings: Settings): readonly Finding[] {
  const known = allJudged.get(history)
  const byPath = known?.settings === settings ? known.byPath : new Map<string, readonly Finding[]>()
  const findings = byPath.get(path) ?? lint(history, path, settings)
  byPath.set(path, findings)
  allJudged.set(history, { settings, byPath })
  return findings
}

const allJudged = new WeakMap<
  History,
  { readonly settings: Settings; readonly byPath: Map<string, readonly Finding[]> }
>()

const errors = (findings: readonly Finding[], rule: string): number =>
  findings.filter(finding => finding.severity === 'error' && finding.rule === rule).length

/** But for what is no fault of a fix. */
const isFault = (finding: Finding): boolean => isUrgent(finding) && !notOfFixes.has(finding.rule)

/**
 * Whether a down is missing is judged by how many others have one, new migrations too; whether what has run may be changed, by people;
 * a comment that has nothing left to allow is taken out by a fix of its own.
 */
const notOfFixes: ReadonlySet<string> = new Set(['missing-down', 'applied-migration-edited', 'allow-comment'])

const count = (findings: readonly Finding[], { rule, message }: Finding): number =>
  findings.filter(other => other.rule === rule && other.message === message).length
