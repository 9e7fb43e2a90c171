import assert from 'node:assert/strict'
import { pgliteSession, rowsOf } from '../../scripts/postgres/session'
import { aggregates, windowFunctions } from '../../server/src/core/postgres/aggregates'

describe('aggregates', () => {
  const named = { a: aggregates, w: windowFunctions }

  it("are PostgreSQL's", async () => {
    const session = await pgliteSession()
    try {
      for (const [kind, names] of Object.entries(named)) {
        const rows = await rowsOf(
          session,
          `SELECT DISTINCT proname FROM pg_proc WHERE prokind = '${kind}' AND pronamespace = 'pg_catalog'::regnamespace`,
        )
        assert.deepEqual([...names].sort(), rows.map(([name]) => name).sort())
      }
    } finally {
      await session.close()
    }
  })
})
