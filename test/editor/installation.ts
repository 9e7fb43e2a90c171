import { execFileSync } from 'node:child_process'
import { accessSync, constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root } from './root'

/** The last code-server whose VS Code runs on Node 20. */
const codeServer = '4.100.3'

/**
 * Returns the folder of a built VS Code server and web workbench: an npm package carries one, installed the first time.
 * Its native modules stay unbuilt, which needs a compiler and headers from the network. Only the logger would be missed,
 * for it carries output channels too: one of ours stands in.
 */
export const vscodeFolder = (): string => {
  const folder = join(root, '.cache', `code-server-${codeServer}`)
  const vscode = join(folder, inside)
  if (!existsSync(folder)) install(folder)
  copyFileSync(join(root, 'test/editor/spdlog.cjs'), join(vscode, 'node_modules/@vscode/spdlog/index.js'))
  return vscode
}

const inside = 'node_modules/code-server/lib/vscode'

const install = (folder: string): void => {
  say(`Installing VS Code (code-server ${codeServer} from npm) into .cache, once`)
  const unfinished = `${folder}-unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  writeFileSync(join(unfinished, 'package.json'), '{ "private": true }\n')
  npmInstall(unfinished, `code-server@${codeServer}`)
  npmInstall(join(unfinished, inside), '--omit=dev')
  renameSync(unfinished, folder)
}

const npmInstall = (folder: string, ...more: string[]): void => {
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', '--prefix', folder, ...quietly, ...more], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Returns the path of a Chromium: the one named by CHROMIUM, an installed one, or Debian's, installed when we may. */
export const chromiumPath = (): string => {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const found = () => process.env.CHROMIUM ?? names.map(onPath).find(path => path !== undefined)
  const installed = found()
  if (installed) return installed

  if (process.getuid?.() === 0 && onPath('apt-get')) {
    say('Installing Chromium through apt-get, once')
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const aptGet = (...words: string[]) =>
      execFileSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...words], {
        env: environment,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
    aptGet('update')
    aptGet('install', '-y', '--no-install-recommends', 'chromium')
  }
  const now = found()
  if (now) return now
  throw new Error(
    'The editor tests need Chromium: install it (`apt-get install chromium`) or name one with CHROMIUM=path',
  )
}

const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(isExecutable)

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const say = (message: string): void => console.log(`  ${message}`)
