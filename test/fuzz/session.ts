import { Chance } from './chance'
import { after, type Change, Hand } from './edits'
import { type Beginning, beginnings as shown } from './histories'
import { assertLaws, Broken, readAfresh } from './laws'

/**
 * Makes so many edits one after the other in one history, and throws an error that says which edit broke which law. The same
 * seed does the same; `number` goes through the beginnings one by one.
 */
export function editAtRandom(
  seed: number,
  number: number,
  edits: number,
  beginnings: readonly Beginning[] = shown,
): void {
  const chance = new Chance(seed * 1_000_003 + number)
  const beginning = beginnings[number % beginnings.length] as Beginning
  let history = beginning.history()
  const hand = new Hand(chance, [...history.source.files.values()])
  for (let edit = 1; edit <= edits; edit++) {
    const change = hand.next(history)
    const before = history.source.files.get(change.path)
    try {
      history = after(history, change)
      const fresh = readAfresh(history)
      const paths = history.migrations.map(({ path }) => path)
      for (const path of new Set([change.path, paths.at(-1) ?? '', chance.pick([...paths, ''])])) {
        assertLaws(history, fresh, path, chance)
      }
    } catch (error) {
      const where = `session ${number} of seed ${seed} (${beginning.name}), edit ${edit}`
      throw new Error(`${where}, ${change.path}: ${difference(before, change)}\n${said(error)}`)
    }
  }
}

const said = (error: unknown): string =>
  error instanceof Broken ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)

/** What was there, and what is there instead. */
function difference(before: string | undefined, { text }: Change): string {
  if (before === undefined) return `created: ${JSON.stringify(text)}`
  if (text === undefined) return 'deleted'
  let start = 0
  while (start < Math.min(before.length, text.length) && before[start] === text[start]) start++
  let end = 0
  const most = Math.min(before.length, text.length) - start
  while (end < most && before.at(-1 - end) === text.at(-1 - end)) end++
  const [old, now] = [before.slice(start, before.length - end), text.slice(start, text.length - end)]
  return `${JSON.stringify(old)} became ${JSON.stringify(now)} at ${start} of ${JSON.stringify(before)}`
}
