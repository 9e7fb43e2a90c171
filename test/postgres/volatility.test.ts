import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { differing, volatilitiesOf, volatilityFile } from '../../scripts/generate-volatility'
import { pglite, server } from '../../scripts/postgres-engines'
import { emptyCatalog } from '../../server/src/core/postgres/catalog'
import { volatilityOf } from '../../server/src/core/postgres/volatility'
import { volatilities } from '../../server/src/core/postgres/volatility.generated'
import { loadInstalledParser } from '../parser'
import { afterwards, commandOf } from './cases'

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
        if (subcommand?.kind === 'SET DEFAULT') assert.equal(volatilityOf(subcommand.expression, catalog), volatility)
      })

  it('has fresh data', async () => {
    const engine = await pglite()
    const newest = await volatilitiesOf(engine)
    const operators = await engine.rows(
      "SELECT oprname FROM pg_operator JOIN pg_proc p ON p.oid = oprcode WHERE provolatile = 'v' AND oprnamespace = 'pg_catalog'::regnamespace",
    )
    await engine.close()
    const fresh = { ...volatilities, [engine.major]: newest }
    const older = server()
    if (older && older.major !== engine.major) fresh[older.major] = differing(await volatilitiesOf(older), newest)
    const kept = readFileSync('server/src/core/postgres/volatility.generated.ts', 'utf8')
    assert.equal(kept, volatilityFile(fresh), 'refresh with: npx tsx scripts/generate-volatility.ts')
    assert.deepEqual(operators, [], 'no operator is volatile, so only calls count')
  })
})
