import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumPath, vscodeFolder } from './installation'
import { root } from './root'

/** What a person sees on first start, without the dialogs that are none of our business. */
const userSettings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'editor.minimap.enabled': false,
}

/** A VS Code server with our packaged extension installed, and a browser to look at it. */
export interface Workbench {
  /** Private to the run, and gone after it. */
  readonly place: string
  /** Where the suite inside writes how many tests passed and failed. */
  readonly tally: string
  /** The folder that is open: a private copy of `test/editor/workspace`. */
  readonly workspace: string
  /** The folder that the packaged extension was installed to. */
  readonly extensions: string
  /** The process that the extension hosts and their language servers descend from. */
  readonly pid: number
  /** Opens the workspace in a new window of the browser, with more parameters for the workbench. */
  readonly open: (parameters?: Parameters) => Promise<Page>
  readonly close: () => Promise<void>
}

/** What the workbench's address carries; `expose` are functions that the workbench may call. */
export interface Parameters {
  readonly payload?: readonly (readonly [name: string, path: string])[]
  readonly expose?: Readonly<Record<string, (...values: never[]) => void>>
}

/** Packs and installs the extension as a user would, and starts VS Code on a free port of the loopback interface. */
export const startWorkbench = async (): Promise<Workbench> => {
  const vscode = vscodeFolder()
  const executablePath = chromiumPath()
  const place = mkdtempSync(join(tmpdir(), 'migration-guard-editor-'))
  const folder = (name: string) => {
    mkdirSync(join(place, name), { recursive: true })
    return join(place, name)
  }
  const workspace = join(place, 'workspace')
  cpSync(join(root, 'test/editor/workspace'), workspace, { recursive: true })
  writeFileSync(join(folder('user/User'), 'settings.json'), JSON.stringify(userSettings))
  const extensions = folder('extensions')
  const folders = [
    '--user-data-dir',
    folder('user'),
    '--extensions-dir',
    extensions,
    '--server-data-dir',
    folder('server'),
  ]
  const tally = join(place, 'tally.json')
  const main = join(vscode, 'out/server-main.js')

  const vsix = join(place, 'migration-guard.vsix')
  execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/package.ts'), vsix], {
    cwd: root,
    stdio: 'pipe',
  })
  execFileSync(process.execPath, [main, '--accept-server-license-terms', '--install-extension', vsix, ...folders], {
    stdio: 'pipe',
  })

  // A process group of its own: the extension hosts and language servers below it end with it.
  const server = spawn(
    process.execPath,
    [
      main,
      '--accept-server-license-terms',
      '--without-connection-token',
      '--telemetry-level=off',
      ...['--host', '127.0.0.1', '--port', '0'],
      ...folders,
    ],
    { detached: true, env: { ...process.env, MIGRATION_GUARD_TALLY: tally }, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const end = () => endGroup(server)
  process.once('exit', end)
  const authority = `127.0.0.1:${await portOf(server)}`

  let browser: Browser | undefined
  return {
    place,
    tally,
    workspace,
    extensions,
    pid: server.pid ?? 0,
    open: async ({ payload = [], expose = {} } = {}) => {
      browser ??= await chromium.launch({ executablePath, args: chromiumFlags })
      const page = await browser.newPage({ viewport: { width: 1100, height: 620 }, reducedMotion: 'reduce' })
      for (const [name, call] of Object.entries(expose)) await page.exposeFunction(name, call)
      const remote = payload.map(([name, path]) => [name, `vscode-remote://${authority}${path}`])
      const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(remote) })
      await page.goto(`http://${authority}/?${query}`)
      return page
    },
    close: async () => {
      await browser?.close()
      end()
      process.off('exit', end)
      rmSync(place, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const portOf = async (server: ChildProcess): Promise<string> => {
  if (!server.stdout) throw new Error('VS Code has no standard output')
  for await (const line of createInterface(server.stdout)) {
    const port = /Extension host agent listening on (\d+)/.exec(line)?.[1]
    if (port) {
      server.stdout.resume()
      return port
    }
  }
  throw new Error('VS Code ended before it listened')
}

const endGroup = (leader: ChildProcess): void => {
  if (leader.pid === undefined || leader.exitCode !== null) return
  try {
    process.kill(-leader.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
