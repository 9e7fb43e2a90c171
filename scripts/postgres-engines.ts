import { execFileSync } from 'node:child_process'
import { PGlite } from '@electric-sql/pglite'

/** A PostgreSQL that answers one query with rows of text columns. */
export interface Engine {
  readonly major: number
  readonly rows: (query: string) => Promise<string[][]>
  readonly close: () => Promise<void>
}

/** Returns PGlite (PostgreSQL 18 as WebAssembly), which is always there. */
export async function pglite(): Promise<Engine> {
  const database = await PGlite.create()
  const rows = async (query: string) => {
    const result = await database.query<unknown[]>(query, [], { rowMode: 'array' })
    return result.rows.map(row => row.map(String))
  }
  const [[version = '0'] = []] = await rows('SHOW server_version_num')
  return { major: Math.floor(Number(version) / 10_000), rows, close: () => database.close() }
}

/** Returns the server that PGHOST or DATABASE_URL names, asked through psql; undefined where neither is set. */
export function server(): Engine | undefined {
  const url = process.env.DATABASE_URL
  if (!url && !process.env.PGHOST) return undefined
  const ask = (query: string) => {
    const flags = ['--no-psqlrc', '--tuples-only', '--no-align', '--field-separator=\t', '--command', query]
    const output = execFileSync('psql', url ? [url, ...flags] : flags, { encoding: 'utf8', maxBuffer: 1 << 26 })
    return output
      .split('\n')
      .filter(line => line !== '')
      .map(line => line.split('\t'))
  }
  const major = Math.floor(Number(ask('SHOW server_version_num')[0]?.[0]) / 10_000)
  return { major, rows: async query => ask(query), close: async () => {} }
}
