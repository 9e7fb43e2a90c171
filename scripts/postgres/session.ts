import { PGlite } from '@electric-sql/pglite'
import { citext } from '@electric-sql/pglite/contrib/citext'

/** One connection to a PostgreSQL. */
export interface Session {
  readonly major: number
  /** Runs statements; returns the rows of the last one that returns rows, as text, and the messages of the server. */
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

/** Returns the rows of a query that must succeed. */
export async function rowsOf(session: Session, query: string): Promise<readonly (readonly string[])[]> {
  const { rows, error } = await session.run(query)
  if (error) throw new Error(`${error.message}: ${query}`)
  return rows
}
