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

  it('takes it lightly where the first migrations still make the tables that nobody uses yet', () => {
    const names = [...'abcdefghij']
    const keys = names.map(name => `ALTER TABLE ${name} ADD PRIMARY KEY (id);`)
    const severities = (count: number, rules: Settings['rules'] = {}) => {
      const files = [
        ['CREATE SCHEMA shop;'],
        [...names.map(name => `CREATE TABLE ${name} (id bigint NOT NULL, a_id bigint);`), ...keys.slice(count)],
        keys.slice(0, count),
        names.map(name => `CREATE INDEX ON ${name} (a_id);`),
        ['ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES a (id);'],
      ].map((lines, place) => `-- file: 000${place}_x.sql\n  ${lines.join('\n  ')}`)
      const [written] = casesIn(`-- good: a project\n${files.join('\n')}`, 'lint')
      assert(written)
      return [2, 3, 4].map(
        place => lint(historyFor(written), `${folder}/000${place}_x.sql`, { ...defaultSettings, rules })[0]?.severity,
      )
    }
    assert.deepEqual(severities(10), ['information', 'information', 'error'])
    assert.deepEqual(severities(10, { 'index-without-concurrently': 'error' }), ['information', 'error', 'error'])
    assert.deepEqual(severities(9), ['error', 'error', 'error'])
    assert.deepEqual(severities(0), [undefined, 'error', 'error'])
  })

  it('tells once what several calls of a function do', () => {
    const [written] = casesIn(
      `-- good: calls
-- file: 0001_a.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text, town text);
-- file: 0002_b.sql
  CREATE FUNCTION fill(which text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE users SET plan = which;
  END $$;
  SELECT fill('a');
  SELECT fill('b');`,
      'lint',
    )
    assert(written)
    const found = lint(historyFor(written), `${folder}/0002_b.sql`, defaultSettings)
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ['unbatched-backfill'],
    )
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
