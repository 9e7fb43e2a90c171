import assert from 'node:assert/strict'
import { lint } from '../server/src/core/lint'
import { rules } from '../server/src/core/rules'
import { casesIn } from '../server/src/core/rules/examples'
import { defaultSettings, type Settings } from '../server/src/core/settings'
import { folder, historyFor } from './fixtures'
import { loadInstalledParser } from './parser'

const [example] = casesIn(
  `-- bad: two findings
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_change.sql
  CREATE INDEX users_email_idx ON users (email);
  ALTER TABLE users DROP COLUMN email;`,
  'lint',
)

describe('lint', () => {
  before(loadInstalledParser)
  const path = `${folder}/0002_change.sql`
  const history = () => {
    assert(example)
    return historyFor(example)
  }

  it('says nothing of a migration that it does not know', () => {
    assert.deepEqual(lint(history(), 'migrations/0003_other.sql', defaultSettings), [])
  })

  it('tells of a rule that throws, and leaves the findings of the others', () => {
    const rule = rules.find(({ id }) => id === 'index-without-concurrently')
    assert(rule)
    const { check } = rule
    const told: string[] = []
    rule.check = () => {
      throw new Error('broken')
    }
    try {
      const found = lint(history(), path, defaultSettings, (id, error) => told.push(`${id}: ${error}`))
      assert.deepEqual(
        found.map(finding => finding.rule),
        ['dropped-column'],
      )
    } finally {
      rule.check = check
    }
    assert.deepEqual(told, ['index-without-concurrently: Error: broken'])
  })

  it('says nothing of syntax where a placeholder stands for words that it does not know', () => {
    const syntaxIn = (sql: string) => {
      const [written] = casesIn(`-- good: a script\n-- file: 0001_users.sql\n  ${sql}`, 'lint')
      assert(written)
      return lint(historyFor(written), `${folder}/0001_users.sql`, defaultSettings).map(({ message }) => message)
    }
    assert.deepEqual(syntaxIn('${only.there} SET default_tablespace = fast;'), [])
    assert.deepEqual(syntaxIn('CREATE TABLE users (id bigint PRIMARY KEY) ${tablespace};'), [])
    assert.deepEqual(syntaxIn('CREATE TABLE ${prefix} users (id bigint PRIMARY KEY);'), [])
    assert.deepEqual(syntaxIn('CREATE TABLE ${shop}.users (id bigint PRIMARY KEY id);'), [
      'syntax error at or near "id"',
    ])
  })

  it('leaves a rule out that is off by default, until the settings name it', () => {
    const own =
      '-- bad: a length\n-- file: 0001_users.sql\n  CREATE TABLE users (id bigint PRIMARY KEY, email varchar(9));'
    const [limited] = casesIn(own, 'lint')
    assert(limited)
    const found = (rules: Settings['rules']) =>
      lint(historyFor(limited), `${folder}/0001_users.sql`, { ...defaultSettings, rules }).map(
        ({ rule, severity }) => `${severity} ${rule}`,
      )
    assert.deepEqual(found({}), [])
    assert.deepEqual(found({ 'length-limit': 'off' }), [])
    assert.deepEqual(found({ 'length-limit': 'warning' }), ['warning length-limit'])
  })

  it('does not call a comment useless that allows a rule which is off', () => {
    const text =
      '-- good: a comment\n-- file: 0001_users.sql\n  -- guard: allow length-limit: the form has no more room\n  CREATE TABLE users (id bigint PRIMARY KEY, email varchar(9));'
    const [allowed] = casesIn(text, 'lint')
    assert(allowed)
    assert.deepEqual(lint(historyFor(allowed), `${folder}/0001_users.sql`, defaultSettings), [])
  })

  it('weighs a rule as the settings say, or leaves it out', () => {
    const settings = {
      ...defaultSettings,
      rules: { 'dropped-column': 'hint', 'index-without-concurrently': 'off' },
    } as const
    assert.deepEqual(
      lint(history(), path, settings).map(({ rule, severity }) => [rule, severity]),
      [['dropped-column', 'hint']],
    )
  })

  it('finds the same whatever was asked before', () => {
    const one = history()
    const first = JSON.stringify(lint(one, path, defaultSettings))
    lint(one, `${folder}/0001_users.sql`, { ...defaultSettings, postgres: 18 })
    assert.equal(JSON.stringify(lint(one, path, defaultSettings)), first)
  })
})
