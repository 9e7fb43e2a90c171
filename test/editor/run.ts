import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'node:util'
import Mocha from 'mocha'
import { sum, type Tally, tallyOf } from '../tally'
import { mark } from './mark'
import { fromOutside } from './outside'
import { testHost } from './packed'
import { root } from './root'
import { startWorkbench, type Workbench } from './workbench'

/** Far longer than the suite takes on a slow machine: a workbench that hangs does not say so itself. */
const patience = 180_000

/** Runs the packaged extension in VS Code: from inside through the `vscode` API, and from outside by looking at it. */
export const editorTests = async (): Promise<Tally> => {
  console.log('\n  VS Code')
  const workbench = await startWorkbench()
  try {
    return sum([await inside(workbench), await outside(workbench)])
  } finally {
    await workbench.close()
  }
}

const inside = async (workbench: Workbench): Promise<Tally> => {
  const noise: string[] = []
  let end = () => {}
  const ended = new Promise<void>(resolve => {
    end = resolve
  })
  const page = await workbench.open({
    payload: [
      ['extensionDevelopmentPath', testHost(workbench.place)],
      ['extensionTestsPath', join(root, 'out/test/editor/index.js')],
    ],
    expose: {
      codeAutomationExit: () => end(),
      codeAutomationLog: (_type: string, values: unknown[]) => {
        const line = format(...values)
        if (line.startsWith(mark)) console.log(line.slice(mark.length))
        else noise.push(line)
      },
    },
  })
  const limit = setTimeout(end, patience)
  await ended
  clearTimeout(limit)
  await page.close()
  if (existsSync(workbench.tally)) return JSON.parse(readFileSync(workbench.tally, 'utf8'))
  throw new Error(`VS Code did not run the suite to its end:\n${noise.join('\n')}`)
}

const outside = async (workbench: Workbench): Promise<Tally> => {
  const mocha = new Mocha({ timeout: 30_000, forbidOnly: true, forbidPending: true })
  mocha.suite.emit('pre-require', globalThis, '', mocha)
  fromOutside(workbench)
  return tallyOf(mocha)
}
