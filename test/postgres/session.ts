import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { citext } from '@electric-sql/pglite/contrib/citext'

/** One connection to a PostgreSQL. */
export interface Session {
  readonly major: number
  /** Runs statements; returns the rows of the last one that has any, as text, and the messages of the server. */
  readonly run: (sql: string) => Promise<Outcome>
  readonly close: () => Promise<void>
}

export interface Outcome {
  readonly rows: readonly (readonly string[])[]
  readonly messages: readonly string[]
  /** SQLSTATE and message. */
  readonly error?: { readonly code: string; readonly message: string }
}

/** Returns a session with PGlite: PostgreSQL 18 in this process. */
export async function pgliteSession(): Promise<Session> {
  const database = await PGlite.create({ extensions: { citext } })
  return {
    major: 18,
    close: () => database.close(),
    run: async sql => {
      const messages: string[] = []
      try {
        const results = await database.exec(sql, {
          rowMode: 'array',
          onNotice: notice => messages.push(notice.message ?? ''),
        })
        const rows = (results.findLast(result => result.fields.length > 0)?.rows ?? []) as unknown as unknown[][]
        return { rows: rows.map(row => row.map(String)), messages }
      } catch (error) {
        const { code = '', message = '' } = error as { code?: string; message?: string }
        return { rows: [], messages, error: { code, message } }
      }
    },
  }
}

/** A private PostgreSQL server on a socket of its own. */
export interface Server {
  readonly session: () => Promise<Session>
  readonly stop: () => void
}

/** Where Debian puts the servers it installs. */
const installed = '/usr/lib/postgresql'

/** Returns the newest major version whose server is installed here, or undefined. */
export function installedMajor(): number | undefined {
  if (process.platform !== 'linux' || !existsSync(installed)) return undefined
  const majors = readdirSync(installed).map(Number)
  return majors.filter(major => existsSync(join(installed, String(major), 'bin', 'initdb'))).sort((a, b) => b - a)[0]
}

/** Starts a server of an installed version in a folder of its own; it goes with `stop`. */
export function startServer(major: number): Server {
  const bin = join(installed, String(major), 'bin')
  const folder = mkdtempSync(join(tmpdir(), 'guard-'))
  // A server refuses to run as root, so root lends it to nobody.
  const nobody = 65534
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(folder, nobody, nobody)
  const identity = isRoot ? { uid: nobody, gid: nobody } : {}
  const data = join(folder, 'data')
  const options = { ...identity, cwd: folder, stdio: 'ignore' } as const
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'],
    options,
  )
  const settings = `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off -c max_connections=10`
  execFileSync(join(bin, 'pg_ctl'), ['-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start'], options)
  return {
    session: () => psqlSession(join(bin, 'psql'), folder, major),
    stop: () => {
      execFileSync(join(bin, 'pg_ctl'), ['-D', data, '-m', 'immediate', 'stop'], options)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Talks to psql: what it prints up to a marker on both of its outputs answers what was asked. */
async function psqlSession(psql: string, host: string, major: number): Promise<Session> {
  const flags = [
    '-X',
    '-q',
    '-A',
    '-t',
    '-F',
    '\t',
    '-h',
    host,
    '-U',
    'postgres',
    '-d',
    'postgres',
    '-v',
    'VERBOSITY=verbose',
  ]
  const child = spawn(psql, flags, { env: { ...process.env, LC_ALL: 'C' } })
  const [output, errors] = [linesOf(child, 'stdout'), linesOf(child, 'stderr')]
  return {
    major,
    close: async () => void child.stdin.end('\\q\n'),
    run: async sql => {
      child.stdin.write(`${sql}\n;\n\\echo ${marker}\n\\warn ${marker}\n`)
      const [out, err] = await Promise.all([output(), errors()])
      const fatal = err.map(line => /ERROR: {2}(\w{5}): (.*)/.exec(line)).find(match => match !== null)
      return {
        rows: out.map(line => line.split('\t')),
        messages: err.flatMap(line => /(?:DEBUG|NOTICE|WARNING|INFO): {2}(?:\w{5}: )?(.*)/.exec(line)?.[1] ?? []),
        ...(fatal && { error: { code: fatal[1] ?? '', message: fatal[2] ?? '' } }),
      }
    },
  }
}

const marker = '--- answered ---'

/** Returns a function that resolves to the lines up to the next marker. */
function linesOf(child: ChildProcessWithoutNullStreams, name: 'stdout' | 'stderr'): () => Promise<string[]> {
  let buffer = ''
  let wake = () => {}
  child[name].setEncoding('utf8').on('data', (text: string) => {
    buffer += text
    wake()
  })
  return async () => {
    for (let end = buffer.indexOf(`${marker}\n`); ; end = buffer.indexOf(`${marker}\n`)) {
      if (end >= 0) {
        const lines = buffer.slice(0, end).split('\n')
        buffer = buffer.slice(end + marker.length + 1)
        return lines.filter(line => line !== '')
      }
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
}
