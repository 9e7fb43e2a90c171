import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumPath, vscodeFolder } from './installation'
import { packedExtension, quietly } from './packed'
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
  /** A folder that is private to the run, and gone after it. */
  readonly place: string
  /** Where the suite inside writes how many tests passed and failed. */
  readonly tally: string
  /** The process that the extension hosts and their language servers descend from. */
  readonly pid: number
  /** Opens a fresh copy of `test/editor/workspace` in a new window of the browser. */
  readonly open: (parameters?: Parameters) => Promise<Page>
  readonly close: () => Promise<void>
}

export interface Parameters {
  /** The file to open, relative to the workspace. */
  readonly file?: string
  /** More that the workbench's address can carry: names and absolute paths. */
  readonly payload?: readonly (readonly [name: string, path: string])[]
  /** Functions that the workbench may call. */
  readonly expose?: Readonly<Record<string, (...values: never[]) => void>>
}

/** Packs and installs the extension as a user would, and starts VS Code on a free port of the loopback interface. */
export const startWorkbench = async (): Promise<Workbench> => {
  const main = join(vscodeFolder(), 'out/server-main.js')
  const executablePath = chromiumPath()
  const place = mkdtempSync(join(tmpdir(), 'migration-guard-editor-'))
  const folder = (name: string) => {
    mkdirSync(join(place, name), { recursive: true })
    return join(place, name)
  }
  writeFileSync(join(folder('user/User'), 'settings.json'), JSON.stringify(userSettings))
  const tally = join(place, 'tally.json')
  const vscode = [
    main,
    '--accept-server-license-terms',
    ...['--user-data-dir', folder('user')],
    ...['--extensions-dir', folder('extensions')],
    ...['--server-data-dir', folder('server')],
  ]
  execFileSync(process.execPath, [...vscode, '--install-extension', packedExtension(place)], quietly)

  const listening = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--telemetry-level=off']
  const server = spawn(process.execPath, [...vscode, ...listening], {
    // A process group of its own: the extension hosts and language servers below it end with it.
    detached: true,
    env: { ...process.env, MIGRATION_GUARD_TALLY: tally, ...(process.stdout.isTTY ? { MOCHA_COLORS: '1' } : {}) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const end = () => {
    endGroup(server)
    rmSync(place, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', end)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const authority = `127.0.0.1:${await portOf(server)}`

  let browser: Browser | undefined
  let windows = 0
  return {
    place,
    tally,
    pid: server.pid ?? 0,
    open: async ({ file, payload = [], expose = {} } = {}) => {
      const workspace = join(place, `window-${++windows}`, 'shop')
      cpSync(join(root, 'test/editor/workspace'), workspace, { recursive: true })
      browser ??= await chromium.launch({ executablePath, args: chromiumFlags })
      const page = await browser.newPage({ viewport: { width: 1100, height: 620 }, reducedMotion: 'reduce' })
      page.setDefaultTimeout(15_000)
      for (const [name, call] of Object.entries(expose)) await page.exposeFunction(name, call)
      const all = file === undefined ? payload : [...payload, ['openFile', join(workspace, file)] as const]
      const remote = all.map(([name, path]) => [name, `vscode-remote://${authority}${path}`])
      const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(remote) })
      await page.goto(`http://${authority}/?${query}`)
      return page
    },
    close: async () => {
      await browser?.close()
      end()
      process.off('exit', end)
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
