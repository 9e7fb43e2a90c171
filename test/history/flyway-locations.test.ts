import assert from 'node:assert/strict'
import { locationsIn } from '../../server/src/core/history/frameworks/flyway-locations'

/** Returns those of the paths that settings name, list by list. */
const named = (settings: string, ...paths: string[]): string[][] =>
  locationsIn(settings).map(list => paths.filter(path => list.some(({ pattern }) => pattern.test(path))))

describe('Flyway’s locations', () => {
  it('end where a comment begins', () => {
    const line = 'spring:\n  flyway:\n    locations: classpath:db/migration # the default\n'
    assert.deepEqual(named(line, 'db/migration/V1__a.sql', 'db/seed/V2__b.sql'), [['db/migration/V1__a.sql']])
    const lines =
      'flyway:\r\n  # where\r\n\r\n  locations: # two\r\n    - classpath:db/a\r\n    - db/b # for developers\r\n'
    assert.deepEqual(named(lines, 'db/a/V1__a.sql', 'db/b/V2__b.sql'), [['db/a/V1__a.sql', 'db/b/V2__b.sql']])
  })

  it('are not those of what stands beside its settings', () => {
    const beside = 'spring:\n  flyway:\n    enabled: true\n  messages:\n    locations: classpath:db/migration\n'
    assert.deepEqual(named(beside), [])
    const inside = 'spring:\n  flyway:\n    placeholders:\n      a: b\n    locations: db/migration\n'
    assert.deepEqual(named(inside, 'db/migration/V1__a.sql'), [['db/migration/V1__a.sql']])
  })
})
