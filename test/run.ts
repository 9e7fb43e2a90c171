import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import Mocha from 'mocha'
import { glob } from 'tinyglobby'
import { root } from './editor/root'
import { editorTests } from './editor/run'
import { sum, type Tally, tallyOf } from './tally'

/** About half of the time: those that start processes of their own, and what is asked of PostgreSQL alone. */
const half = 'test/{cli,lsp,postgres}/**/*.test.ts'

/** `npm test`: the tests that `npx mocha` runs, then the editor; the last line sums them up. */
const everything = async (): Promise<void> => {
  const tallies = await Promise.all([unitTests('test/**/*.test.ts', half), besides(half)])
  finish(sum([...tallies, await inEditor()]))
}

const finish = ({ passed, failed }: Tally): void => {
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}

/** An editor that cannot be started is one failure: the other tests still count. */
const inEditor = (): Promise<Tally> =>
  editorTests().catch(error => {
    console.error(error)
    return { passed: 0, failed: 1 }
  })

const unitTests = async (pattern: string, ...left: readonly string[]): Promise<Tally> => {
  const { timeout } = JSON.parse(readFileSync(join(root, '.mocharc.json'), 'utf8'))
  const mocha = new Mocha({ timeout, forbidOnly: true, forbidPending: true })
  const files = await glob(pattern, { cwd: root, absolute: true, ignore: [...left] })
  for (const file of files.sort()) mocha.addFile(file)
  await mocha.loadFilesAsync()
  return tallyOf(mocha)
}

/** Runs tests in a process beside this one, and prints what they say when they are through. */
const besides = async (pattern: string): Promise<Tally> => {
  const child = spawn(process.execPath, ['--import=tsx', fileURLToPath(import.meta.url), pattern], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  console.log(output)
  const [, passed, failed] = /(\d+) passed, (\d+) failed\s*$/.exec(output) ?? [undefined, 0, 1]
  return { passed: Number(passed), failed: Number(failed) }
}

const [pattern] = process.argv.slice(2)
void (pattern === undefined ? everything() : unitTests(pattern).then(finish))
