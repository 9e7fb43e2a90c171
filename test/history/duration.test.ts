import { strict as assert } from 'node:assert'
import { PGlite } from '@electric-sql/pglite'
import { durationText, millisecondsOf } from '../../server/src/core/history/duration'

describe('the durations of timeouts', () => {
  let database: PGlite
  before(async () => {
    database = await PGlite.create()
  })
  after(() => database.close())

  const values = [
    '0',
    '5000',
    '5s',
    '5 s',
    ' 5s ',
    '1min',
    '1.5s',
    '90s',
    '1h',
    '2d',
    '25d',
    '500us',
    '501us',
    '1500us',
    '2500us',
    '0.5',
    '1.5',
    '2.5',
    '.5s',
    '5.',
    '1e3',
    '1e3ms',
    '1.2345s',
    '1.01min',
    '0.001h',
    '0.01h',
    '1.3d',
    '0x10',
    '010',
    '08',
    '010.5',
    '+5s',
    '-1',
    '-0.2',
    '5S',
    '5sec',
    '5 seconds',
    '1 000',
    '',
    's',
    'off',
    '2147483647',
    '2147483648',
    '5s 1ms',
  ]
  for (const value of values) {
    it(`are as PostgreSQL reads them: '${value}'`, async () => {
      const measured = await database
        .query<{ shown: string }>("SELECT set_config('lock_timeout', $1, false) AS shown", [value])
        .then(
          async ({ rows: [row] }) => {
            const { rows } = await database.query<{ setting: string }>(
              "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'",
            )
            return { milliseconds: Number(rows[0]?.setting), shown: row?.shown }
          },
          () => undefined,
        )
      assert.equal(millisecondsOf(value), measured?.milliseconds)
      if (measured) assert.equal(durationText(measured.milliseconds), measured.shown)
    })
  }
})
