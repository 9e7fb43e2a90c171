import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { downloadAndUnzipVSCode, resolveCliPathFromVSCodeExecutablePath, runTests } from '@vscode/test-electron'
import { packedExtension, quietly, testHost } from './packed'
import { root } from './root'

/** Runs the suite of the editor tests in the newest VS Code for the desktop, downloaded from its update server. */
const inDesktop = async (place: string): Promise<void> => {
  const vscodeExecutablePath = await downloadAndUnzipVSCode({ cachePath: join(root, '.cache/vscode') })
  const folders = ['--user-data-dir', join(place, 'user'), '--extensions-dir', join(place, 'extensions')]
  const commandLine = resolveCliPathFromVSCodeExecutablePath(vscodeExecutablePath)
  execFileSync(commandLine, [...folders, '--no-sandbox', '--install-extension', packedExtension(place)], {
    ...quietly,
    // On Windows it is a .cmd file.
    shell: process.platform === 'win32',
  })
  const workspace = join(place, 'shop')
  cpSync(join(root, 'test/editor/workspace'), workspace, { recursive: true })
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: testHost(place),
    extensionTestsPath: join(root, 'out/test/editor/index.js'),
    launchArgs: [workspace, ...folders, '--no-sandbox', '--disable-workspace-trust', '--skip-welcome'],
  })
}

const place = mkdtempSync(join(tmpdir(), 'migration-guard-desktop-'))
inDesktop(place)
  .catch(error => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
  .finally(() => rmSync(place, { recursive: true, force: true, maxRetries: 5 }))
