import type Mocha from 'mocha'

/** How many tests of a suite passed and failed. */
export interface Tally {
  readonly passed: number
  readonly failed: number
}

/** Runs the suite and returns its tally; its reporter prints. */
export const tallyOf = (mocha: Mocha): Promise<Tally> =>
  new Promise(resolve => {
    const runner = mocha.run(failures => resolve({ passed: runner.stats?.passes ?? 0, failed: failures }))
  })

export const sum = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((total, { passed }) => total + passed, 0),
  failed: tallies.reduce((total, { failed }) => total + failed, 0),
})
