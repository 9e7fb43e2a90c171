import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Mocha from 'mocha'
import { glob } from 'tinyglobby'
import { root } from './editor/root'
import { editorTests } from './editor/run'
import { sum, type Tally, tallyOf } from './tally'

/** `npm test`: the tests that `npx mocha` runs, then the editor; the last line sums them up. */
const everything = async (): Promise<void> => {
  const { passed, failed } = sum([await unitTests(), await inEditor()])
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}

/** An editor that cannot be started is one failure: the other tests still count. */
const inEditor = (): Promise<Tally> =>
  editorTests().catch(error => {
    console.error(error)
    return { passed: 0, failed: 1 }
  })

const unitTests = async (): Promise<Tally> => {
  const { timeout } = JSON.parse(readFileSync(join(root, '.mocharc.json'), 'utf8'))
  const mocha = new Mocha({ timeout, forbidOnly: true, forbidPending: true })
  for (const file of (await glob('test/**/*.test.ts', { cwd: root, absolute: true })).sort()) mocha.addFile(file)
  await mocha.loadFilesAsync()
  return tallyOf(mocha)
}

void everything()
