import { strict as assert } from 'node:assert'
import { frameworkIds } from '../../server/src/core/history/frameworks/index'
import { majorVersions } from '../../server/src/core/settings'
import { configurationFrom, defaultConfiguration } from '../../server/src/lsp/configuration'
import { isBelow } from '../../server/src/lsp/globs'

const rules = ['dropped-column', 'volatile-default']

describe('configuration of an editor', () => {
  it('is the default where nothing is set', () => {
    assert.deepEqual(configurationFrom(undefined, rules), { configuration: defaultConfiguration, problems: [] })
    assert.deepEqual(configurationFrom(null, rules), { configuration: defaultConfiguration, problems: [] })
    assert.deepEqual(configurationFrom({ trace: { server: 'off' } }, rules).problems, [])
  })

  it('assumes a version where the setting is empty, and takes one that is named as it is', () => {
    const versionOf = (postgres: string) => {
      const { configuration, problems } = configurationFrom({ postgres }, rules)
      assert.deepEqual(problems, [])
      return [configuration.postgres, configuration.isAssumed]
    }
    assert.deepEqual(versionOf(''), [15, true])
    assert.deepEqual(versionOf('15'), [15, undefined])
  })

  it('takes what is well formed', () => {
    const given = {
      postgres: 17,
      migrations: ['db/*'],
      framework: 'goose',
      transaction: 'file',
      findingsIn: 'all',
      appliedMigrations: 'hint',
      baseBranch: 'release',
      startAfter: '0042',
      allowReasons: 'optional',
      foreignComments: false,
      inlayHints: true,
      rules: { 'dropped-column': 'off' },
    }
    assert.deepEqual(configurationFrom(given, rules), { configuration: given, problems: [] })
  })

  it('tells of every malformed part and takes the rest', () => {
    const { configuration, problems } = configurationFrom(
      {
        postgres: 9,
        migrations: 'db',
        framework: 'gose',
        transaction: true,
        findingsIn: 'all',
        appliedMigrations: 'never',
        baseBranch: 3,
        inlayHints: 'yes',
        rules: { 'dropped-column': 'loud', nonsense: 'off', 'droped-column': 'off', 'volatile-default': 'hint' },
      },
      rules,
    )
    assert.deepEqual(configuration, {
      ...defaultConfiguration,
      findingsIn: 'all',
      rules: { 'volatile-default': 'hint' },
    })
    assert.deepEqual(problems, [
      'migrationGuard.postgres must be a major version from 12 to 18, or the oldest and the newest of several, such as "14-17", not 9',
      'migrationGuard.migrations must be a list of folder patterns, not "db"',
      `migrationGuard.framework must be one of ${frameworkIds.join(', ')}, not "gose"`,
      'migrationGuard.transaction must be "file" or "none", not true',
      'migrationGuard.appliedMigrations must be "judge", "hint" or "ignore", not "never"',
      'migrationGuard.baseBranch must be the name of a branch, not 3',
      'migrationGuard.inlayHints must be true or false, not "yes"',
      'migrationGuard.rules: dropped-column must be one of error, warning, information, hint or off, not "loud"',
      'migrationGuard.rules: no rule is called "nonsense"',
      'migrationGuard.rules: no rule is called "droped-column"; did you mean "dropped-column"?',
    ])
    assert.deepEqual(configurationFrom([], rules).problems, ['migrationGuard must be an object, not []'])
  })
})

describe('major versions', () => {
  const cases: [unknown, { postgres: number; newest?: number } | undefined][] = [
    [15, { postgres: 15 }],
    ['15', { postgres: 15 }],
    ['14-17', { postgres: 14, newest: 17 }],
    ['14 - 17', { postgres: 14, newest: 17 }],
    ['16-16', { postgres: 16 }],
    ['17-14', undefined],
    ['11-14', undefined],
    ['14-19', undefined],
    ['14-', undefined],
    ['14..17', undefined],
    ['', undefined],
    [15.4, undefined],
    [[14, 17], undefined],
  ]
  for (const [named, expected] of cases) {
    it(`${JSON.stringify(named)} ${expected ? `means ${expected.postgres} to ${expected.newest ?? expected.postgres}` : 'is none'}`, () => {
      assert.deepEqual(majorVersions(named), expected)
    })
  }
})

describe('folder patterns', () => {
  const cases: [string, string, boolean][] = [
    ['db/migrations', 'db/migrations/1.sql', true],
    ['./db/migrations/', 'db/migrations/a/1.sql', true],
    ['db/migrations', 'db/migrations2/1.sql', false],
    ['services/*/migrations', 'services/users/migrations/1.sql', true],
    ['services/*/migrations', 'services/a/b/migrations/1.sql', false],
    ['**/changes', 'changes/1.sql', true],
    ['**/changes', 'a/b/changes/1.sql', true],
    ['db/**', 'db/x/y.sql', true],
    ['{db,sql}/m', 'sql/m/1.sql', true],
    ['db/**/*.sql', 'db/x/y.sql', true],
    ['a.b', 'aXb/1.sql', false],
    ['{a', 'a/1.sql', true],
  ]
  for (const [pattern, path, expected] of cases) {
    it(`${pattern} ${expected ? 'holds' : 'does not hold'} ${path}`, () => {
      assert.equal(isBelow(path, pattern), expected)
    })
  }
})
