import type { Step } from '../history/steps'
import { type Effects, effectsOf, type RelationLock } from '../postgres/effects'
import type { Settings } from '../settings'
import { joined, listed, named } from './lists'

/** What a statement does otherwise from one major version on than on the version before it. */
export interface Difference {
  /** The first major version that does so. */
  readonly from: number
  /** What it does there. */
  readonly effects: Effects
  /** What is other than before, as a whole sentence. */
  readonly sentence: string
}

/**
 * Returns where a statement's effects change between the oldest and the newest of the configured versions, oldest first:
 * each compared with the version just before it. Empty where only one version is configured.
 */
export function differencesOf(step: Step, settings: Settings): Difference[] {
  const { command } = step
  if (!command || !step.effects || settings.newest === undefined) return []
  // One that is taken to run on the oldest is taken to run on all.
  const runs = step.effects.fails === undefined
  const effectsOn = (postgres: number) =>
    effectsOf(command, step.before, { postgres, runs, migration: step.migration.path }, step.transaction.parameters)
  return differencesBetween(step.effects, effectsOn, settings)
}

/** Returns the same for anything whose effects depend on the version: a subcommand. */
export function differencesBetween(
  oldest: Effects,
  effectsOn: (postgres: number) => Effects | undefined,
  { postgres, newest = postgres }: Settings,
): Difference[] {
  const differences: Difference[] = []
  let before = oldest
  for (let from = postgres + 1; from <= newest; from++) {
    const effects = effectsOn(from)
    if (!effects) continue
    const changes = changesBetween(before, effects)
    if (changes.length > 0)
      differences.push({ from, effects, sentence: `From PostgreSQL ${from} on it ${joined(changes)}.` })
    before = effects
  }
  return differences
}

/** What follows "it": `takes ...`, `no longer scans ...`. */
function changesBetween(before: Effects, after: Effects): string[] {
  if (before.fails || after.fails) return before.fails && !after.fails ? ['runs'] : []
  return [
    ...lockChanges(before.locks, after.locks),
    ...changesOf(before.rewrites, after.rewrites, 'rewrites'),
    ...changesOf(before.scans, after.scans, 'scans'),
    ...changesOf(before.builds, after.builds, 'builds'),
    ...changesOf(before.drops, after.drops, 'drops'),
    ...known(before, after),
    ...changeOf(before.refusesTransactionBlock, after.refusesTransactionBlock, {
      now: 'cannot run inside a transaction block',
      noLonger: 'can run inside a transaction block',
    }),
    ...changeOf(before.waitsForTransactions, after.waitsForTransactions, {
      now: 'waits for older transactions on any table of the database',
      noLonger: 'no longer waits for older transactions on other tables',
    }),
  ]
}

/** What the version before did not know: a parameter, a function. */
const known = (before: Effects, after: Effects): string[] =>
  before.unknown.flatMap(sentence => {
    const name = /^PostgreSQL \d+ does not know (`[^`]+`)/.exec(sentence)?.[1]
    return name && !after.unknown.some(other => other.includes(`does not know ${name}`)) ? [`knows ${name}`] : []
  })

function lockChanges(before: readonly RelationLock[], after: readonly RelationLock[]): string[] {
  const modesBefore = new Map(before.map(lock => [lock.relation, lock.mode]))
  const keysAfter = new Set(after.map(lock => lock.relation))
  const groups = new Map<string, RelationLock[]>()
  for (const lock of after) {
    const earlier = modesBefore.get(lock.relation)
    if (earlier === lock.mode) continue
    const change = `${lock.mode}/${earlier ?? ''}`
    groups.set(change, [...(groups.get(change) ?? []), lock])
  }
  const changed = [...groups].map(([change, locks]) => {
    const [mode, earlier] = change.split('/')
    return `takes \`${mode}\` on ${listed(locks)}${earlier ? ` instead of \`${earlier}\`` : ' too'}`
  })
  const released = before.filter(lock => !keysAfter.has(lock.relation))
  return released.length > 0 ? [...changed, `no longer locks ${listed(released)}`] : changed
}

function changesOf(before: readonly string[], after: readonly string[], verb: string): string[] {
  const more = after.filter(name => !before.includes(name))
  const less = before.filter(name => !after.includes(name))
  return [
    ...(more.length > 0 ? [`${verb} ${named(more)}`] : []),
    ...(less.length > 0 ? [`no longer ${verb} ${named(less)}`] : []),
  ]
}

const changeOf = (before: boolean, after: boolean, words: { readonly now: string; readonly noLonger: string }) =>
  before === after ? [] : [after ? words.now : words.noLonger]
