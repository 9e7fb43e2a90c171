import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTests } from '@vscode/test-electron'
import { root } from './root'

/** Runs the suite in the newest VS Code for the desktop, which is downloaded from its update server. */
const inDesktop = async (): Promise<void> => {
  const place = mkdtempSync(join(tmpdir(), 'migration-guard-electron-'))
  const workspace = join(place, 'workspace')
  cpSync(join(root, 'test/editor/workspace'), workspace, { recursive: true })
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: join(root, 'out/test/editor/index.js'),
    launchArgs: [
      workspace,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--user-data-dir',
      join(place, 'user'),
    ],
  })
}

inDesktop().catch(error => {
  console.error(error)
  process.exitCode = 1
})
