import { durationText, millisecondsOf } from '../history/duration'
import type { Transaction } from '../history/steps'

/** A timeout in force that ends a CONCURRENTLY statement which takes an ordinary time. */
export interface ShortTimeout {
  readonly name: string
  /** As SHOW prints it. */
  readonly value: string
  /** The statements that lift it, and that set it again. */
  readonly lift: string
  readonly restore: string
}

/** From how many milliseconds on a timeout is one that was chosen with CONCURRENTLY in mind. */
const enoughToWait = 5 * 60_000
const enoughToBuild = 30 * 60_000

/** Returns the timeouts in force that a CONCURRENTLY statement, which waits or builds an index, may well not meet. */
export function shortTimeouts(
  { parameters }: Pick<Transaction, 'parameters'>,
  does: 'wait' | 'build',
): readonly ShortTimeout[] {
  const enough = does === 'build' ? enoughToBuild : enoughToWait
  const least = new Map([
    ['lock_timeout', enoughToWait],
    ['statement_timeout', enough],
    ['transaction_timeout', enough],
  ])
  return [...least].flatMap(([name, atLeast]) => {
    const written = parameters.get(name)
    const milliseconds = written === undefined ? undefined : millisecondsOf(written)
    if (written === undefined || !milliseconds || milliseconds >= atLeast) return []
    const value = /^\d+$/.test(written) ? written : `'${written}'`
    return [
      {
        name,
        value: durationText(milliseconds),
        lift: `SET ${name} = 0;`,
        restore: `SET ${name} = ${value};`,
      },
    ]
  })
}
