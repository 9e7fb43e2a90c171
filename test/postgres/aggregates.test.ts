import assert from 'node:assert/strict'
import { pglite } from '../../scripts/postgres-engines'
import { aggregates, windowFunctions } from '../../server/src/core/postgres/aggregates'

describe('aggregates', () => {
  const named = { a: aggregates, w: windowFunctions }

  it("are PostgreSQL's", async () => {
    const engine = await pglite()
    try {
      for (const [kind, names] of Object.entries(named)) {
        const rows = await engine.rows(
          `SELECT DISTINCT proname FROM pg_proc WHERE prokind = '${kind}' AND pronamespace = 'pg_catalog'::regnamespace`,
        )
        assert.deepEqual([...names].sort(), rows.map(([name]) => name).sort())
      }
    } finally {
      await engine.close()
    }
  })
})
