import { writeFileSync } from 'node:fs'
import { format } from 'node:util'
import type Mocha from 'mocha'
import { mark } from '../mark'

/** Runs the suite inside the extension host, where the `vscode` API is; rejects when a test fails. */
export const run = async (): Promise<void> => {
  // An ES module, which the bundle leaves outside.
  const { default: mochaHere } = await import('mocha')
  const mocha = new mochaHere({ timeout: 20_000, forbidOnly: true, forbidPending: true })
  // Every line carries a mark, by which it is told from what VS Code says to itself on the same console.
  mochaHere.reporters.Base.consoleLog = (...values: unknown[]) => console.log(mark + format(...values))
  // Declares `describe` and `it`, which the files below call when they load.
  mocha.suite.emit('pre-require', globalThis, '', mocha)
  await import('./activation')
  await import('./typing')
  await import('./hover')
  await import('./settings')
  await import('./fixes')

  const stats = await new Promise<Mocha.Stats | undefined>(resolve => {
    const runner = mocha.run(() => resolve(runner.stats))
  })
  const tally = { passed: stats?.passes ?? 0, failed: stats?.failures ?? 0 }
  if (process.env.MIGRATION_GUARD_TALLY) writeFileSync(process.env.MIGRATION_GUARD_TALLY, JSON.stringify(tally))
  if (tally.failed > 0 || tally.passed === 0) throw new Error(`${tally.passed} passed, ${tally.failed} failed`)
}
