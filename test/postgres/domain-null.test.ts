import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import { read } from '../../server/src/core/sql/parse'
import { loadInstalledParser } from '../parser'

/** The CHECKs of domains that refuse null, as we tell it and as PostgreSQL does it. */
describe('a domain that refuses null, on PostgreSQL', () => {
  let server: PGlite
  before(async function () {
    this.timeout(60_000)
    await loadInstalledParser()
    server = await PGlite.create()
  })
  after(() => server.close())

  const told = {
    text: [
      `VALUE IS NOT NULL`,
      `NOT (VALUE IS NULL)`,
      `coalesce(VALUE, '') <> ''`,
      `coalesce(VALUE, '') <> '' AND VALUE ~ '^[a-z]+$'`,
      `coalesce(NULL, VALUE, '') > '' OR coalesce(VALUE, '') <> ''`,
      `length(trim(coalesce(VALUE, ''))) > 0`,
      `coalesce(VALUE::text, '')::varchar <> ''`,
      `VALUE IS NOT NULL OR false`,
    ],
    integer: [
      `coalesce(VALUE, 0) > 0`,
      `coalesce(VALUE, -1) BETWEEN 0 AND 7 AND VALUE IS NOT NULL`,
      `0 < coalesce(VALUE, 0)`,
    ],
  }
  const passed = {
    text: [
      `VALUE <> ''`,
      `VALUE IS NOT NULL OR VALUE <> ''`,
      `coalesce(VALUE, 'x') <> ''`,
      `VALUE IN ('a', 'b')`,
      `length(VALUE) > 3`,
      `NOT (VALUE = '')`,
      `VALUE = '' IS NOT TRUE`,
      `concat(VALUE, '') = ''`,
    ],
    integer: [`VALUE > 0`, `coalesce(VALUE, 1) > 0`, `coalesce(VALUE, 1.0) = 1`],
    'integer[]': [`(VALUE || '{1}'::integer[]) IS NOT NULL`],
  }

  for (const [refuses, kinds] of [
    [true, told],
    [false, passed],
  ] as const) {
    for (const [type, checks] of Object.entries(kinds)) {
      for (const check of checks) {
        it(`${type}: ${check}`, async () => {
          const sql = `CREATE DOMAIN d AS ${type} CHECK (${check})`
          const { command } = read(sql)
          assert(command?.tag === 'CREATE DOMAIN')
          assert.equal(command.constraints[0]?.refusesNull === true, refuses)
          await server.exec(`BEGIN; ${sql}`)
          const isRefused = await server.exec('SELECT NULL::d').then(
            () => false,
            () => true,
          )
          await server.exec('ROLLBACK')
          assert.equal(isRefused, refuses)
        })
      }
    }
  }
})
