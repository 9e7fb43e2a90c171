import assert from 'node:assert/strict'
import { installedServer, startServer } from '../../scripts/postgres/servers'
import { pgliteSession, rowsOf } from '../../scripts/postgres/session'
import { emptyCatalog } from '../../server/src/core/postgres/catalog'
import { volatilityOf } from '../../server/src/core/postgres/volatility'
import { loadInstalledParser } from '../parser'
import { afterwards, commandOf } from './cases'
import { staleFacts } from './facts'

describe('volatility', () => {
  before(loadInstalledParser)

  const expected = {
    immutable: ["'x'", '1 + 2', "lower('A')", "'{}'::text[]", "ARRAY['a']", 'uuid_nil()', 'to_timestamp(0)'],
    stable: [
      'now()',
      'CURRENT_TIMESTAMP',
      'CURRENT_DATE + 30',
      'current_user',
      'LOCALTIMESTAMP(3)',
      'statement_timestamp()',
      "now() AT TIME ZONE 'utc'",
      "to_char(now(), 'YYYY')",
      'pg_catalog.now()',
      'tomorrow()',
    ],
    volatile: [
      'random()',
      'clock_timestamp()',
      'gen_random_uuid()',
      'uuid_generate_v4()',
      'public.uuid_generate_v4()',
      "nextval('s')",
      'timeofday()',
      'md5(random()::text)',
      'coalesce(fixed(), random()::text)',
      'shaken()',
      'unknown_function(random())',
    ],
    unknown: ['unknown_function()', 'other.now()', 'lower(unknown_function())'],
  }

  for (const [volatility, expressions] of Object.entries(expected))
    for (const expression of expressions)
      it(`${expression} is ${volatility}`, () => {
        const { catalog } = afterwards(
          emptyCatalog(false),
          `CREATE FUNCTION fixed() RETURNS text IMMUTABLE LANGUAGE sql AS '';
           CREATE FUNCTION tomorrow() RETURNS date STABLE LANGUAGE sql AS '';
           CREATE FUNCTION shaken() RETURNS text LANGUAGE sql AS ''`,
          18,
        )
        const command = commandOf(`ALTER TABLE t ALTER c SET DEFAULT ${expression}`)
        const [subcommand] = 'subcommands' in command ? command.subcommands : []
        assert.equal(subcommand?.kind, 'SET DEFAULT')
        if (subcommand?.kind === 'SET DEFAULT')
          assert.equal(volatilityOf(subcommand.expression, catalog, 18), volatility)
      })

  it('of AT TIME ZONE is that of the overload', () => {
    const volatility = (expression: string, postgres: number) => {
      const command = commandOf(`ALTER TABLE t ALTER c SET DEFAULT ${expression}`)
      const [subcommand] = 'subcommands' in command ? command.subcommands : []
      return subcommand?.kind === 'SET DEFAULT'
        ? volatilityOf(subcommand.expression, emptyCatalog(true), postgres)
        : undefined
    }
    assert.equal(volatility("now() AT TIME ZONE 'utc'", 14), 'stable')
    assert.equal(volatility("CURRENT_TIME AT TIME ZONE 'utc'", 14), 'volatile')
    assert.equal(volatility("CURRENT_TIME AT TIME ZONE 'utc'", 15), 'stable')
  })

  it("is PGlite's", async () => {
    const session = await pgliteSession()
    const operators = await rowsOf(
      session,
      "SELECT oprname FROM pg_operator JOIN pg_proc p ON p.oid = oprcode WHERE provolatile = 'v' AND oprnamespace = 'pg_catalog'::regnamespace",
    )
    const stale = await staleFacts(session)
    await session.close()
    assert.deepEqual(operators, [], 'no operator is volatile, so only calls count')
    assert.deepEqual(stale, [])
  })

  const installed = installedServer()
  if (installed)
    it(`is that of PostgreSQL ${installed.major}`, async () => {
      const server = await startServer(installed)
      try {
        assert.deepEqual(await staleFacts(await server.session()), [])
      } finally {
        await server.stop()
      }
    })
})
