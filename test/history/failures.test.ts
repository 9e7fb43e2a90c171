import { strict as assert } from 'node:assert'
import { explain } from '../../server/src/core/explain'
import { appliedUpTo, type History, withApplied } from '../../server/src/core/history/history'
import { lint } from '../../server/src/core/lint'
import { wordsOf } from '../../server/src/core/words'
import { loadInstalledParser } from '../parser'
import { historyIn } from './folder'

const settings = { postgres: 15, rules: {} }
const users = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE TABLE teams (id bigint PRIMARY KEY);'
const wrong = 'ALTER TABLE users DROP COLUMN nick;'
const message = 'column "nick" of relation "users" does not exist'

/** What every statement of the file of this name is said to fail with, `-` for nothing. */
const failures = (history: History, name: string): string[] =>
  explain(history, `m/${name}`, settings).map(({ fails }) => fails?.message ?? '-')

describe('statements that fail', () => {
  before(loadInstalledParser)

  it('are said to in the newest migration, without effects, in the words of PostgreSQL', () => {
    const history = historyIn({ '1_users.sql': users, '2_change.sql': `BEGIN;\n${wrong}\nCOMMIT;` }, 'plain')
    const explained = explain(history, 'm/2_change.sql', settings)[1]
    assert.deepEqual(explained?.fails, { message, code: '42703', span: { start: 30, end: 34 } })
    assert.deepEqual(explained?.locks, [])
    assert.deepEqual(explained && wordsOf(explained, settings).sentences, [
      `PostgreSQL refuses this statement: ${message} (42703).`,
      'Its transaction is rolled back.',
    ])
  })

  it('tell from which version on they run', () => {
    const files = {
      '1_users.sql': `${users}\nCREATE TABLE days (id bigint, day date) PARTITION BY RANGE (day);`,
      '2_change.sql': 'ALTER TABLE days ADD FOREIGN KEY (id) REFERENCES users NOT VALID;',
    }
    const versions = { postgres: 16, newest: 18, rules: {} }
    const [explained] = explain(historyIn(files, 'plain'), 'm/2_change.sql', versions)
    assert.deepEqual(explained && wordsOf(explained, versions).sentences, [
      'PostgreSQL refuses this statement: cannot add NOT VALID foreign key on partitioned table "days" referencing relation "users" (42809).',
      'From PostgreSQL 18 on it runs.',
    ])
  })

  it('get no finding of what they would do', () => {
    const text = 'ALTER TABLE users DROP COLUMN email, DROP COLUMN nick;'
    const found = (change: string) =>
      lint(historyIn({ '1_users.sql': users, '2_change.sql': change }, 'plain'), 'm/2_change.sql', settings)
        .filter(({ risk }) => risk !== 'failure')
        .map(({ rule }) => rule)
    assert.deepEqual(found(text), [])
    assert.deepEqual(found(text.replace('nick', 'id')), ['dropped-column', 'dropped-column'])
  })

  it('are not, where later migrations say that they ran; nothing after them is sure', () => {
    const history = historyIn({ '1_users.sql': users, '2_change.sql': wrong, '3_change.sql': wrong }, 'plain')
    assert.deepEqual(failures(history, '2_change.sql'), ['-'])
    assert.deepEqual(failures(history, '3_change.sql'), ['-'])
  })

  it('are, where they are known to be pending, and not where they are known to have run', () => {
    const files = { '1_users.sql': users, '2_change.sql': wrong, '3_last.sql': 'CREATE TABLE later (id int);' }
    const history = historyIn(files, 'plain')
    const pending = withApplied(history, appliedUpTo(history, '1'))
    assert.deepEqual(failures(pending, '2_change.sql'), [message])
    const applied = withApplied(history, appliedUpTo(history, '3'))
    assert.deepEqual(failures(applied, '2_change.sql'), ['-'])
    assert.deepEqual(failures(history, '2_change.sql'), ['-'])
  })

  it('leave what follows in their file explained as its author means it', () => {
    const text = `${wrong}
      ALTER TABLE users DROP COLUMN nick;
      ALTER TABLE teams DROP COLUMN name;
      CREATE TABLE notes (id int, at datetime);
      CREATE INDEX notes_at_idx ON notes (at);`
    const history = historyIn({ '1_users.sql': users, '2_change.sql': text }, 'plain')
    assert.deepEqual(failures(history, '2_change.sql'), [
      message,
      '-',
      'column "name" of relation "teams" does not exist',
      'type "datetime" does not exist',
      '-',
    ])
    assert.deepEqual(explain(history, 'm/2_change.sql', settings)[1]?.locks, [
      { relation: 'public.users', kind: 'table', mode: 'ACCESS EXCLUSIVE' },
    ])
  })

  it('are not where something stands before them that cannot be read, but for what comes after it', () => {
    const text = `ALTER TABLE users ADD CLUMN nick text;
      ${wrong}
      INSERT INTO nowhere VALUES (1);
      CREATE TABLE notes (id int);
      ALTER TABLE notes DROP COLUMN nick;`
    const history = historyIn({ '1_users.sql': users, '2_change.sql': text }, 'plain')
    assert.deepEqual(failures(history, '2_change.sql'), [
      '-',
      '-',
      '-',
      '-',
      'column "nick" of relation "notes" does not exist',
    ])
  })

  it('are not where the history does not start at the beginning', () => {
    const history = historyIn(
      { '1_older.sql': `ALTER TABLE older ADD a int;\n${users}`, '2_change.sql': wrong },
      'plain',
    )
    assert.deepEqual(failures(history, '2_change.sql'), ['-'])
  })

  it('are not where the only migration reads what it does not make', () => {
    const history = historyIn(
      { '1_users.sql': `${users}\nINSERT INTO users SELECT * FROM staging;\n${wrong}` },
      'plain',
    )
    assert.deepEqual(failures(history, '1_users.sql'), ['-', '-', '-', '-'])
  })

  it('are not in a file that runs more than its statements', () => {
    for (const text of [
      `\\i other.sql\n${wrong}`,
      `${wrong}\nALTER TABLE \${table} ADD a int;`,
      `{{if .postgres}}\n${wrong}\n{{end}}`,
    ]) {
      const history = historyIn({ '1_users.sql': users, '2_change.sql': text }, 'plain')
      assert(!failures(history, '2_change.sql').includes(message))
    }
  })

  it('are in a file that tells psql no more than how to go about it', () => {
    const text = `\\set ON_ERROR_STOP on\n\\echo now\n\\timing\n\\copy teams from 'teams.csv' csv\n${wrong}`
    const history = historyIn({ '1_users.sql': `\\restrict x\n${users}`, '2_change.sql': text }, 'plain')
    assert(failures(history, '2_change.sql').includes(message))
    const manual = historyIn({ '1_users.sql': users, '2_change.sql': `\\set AUTOCOMMIT off\n${wrong}` }, 'plain')
    assert(!failures(manual, '2_change.sql').includes(message))
  })

  it('are in a down, judged on what its up leaves; not in one whose up is not there', () => {
    const files = {
      '1_users.up.sql': users,
      '1_users.down.sql': 'DROP TABLE teams;\nDROP TABLE people;',
      '2_nick.up.sql': 'ALTER TABLE users ADD nick text;',
      '2_nick.down.sql': `${wrong}\n${wrong.replace('nick', 'name')}`,
    }
    const history = historyIn(files, 'golang-migrate')
    assert.deepEqual(failures(history, '1_users.down.sql'), ['-', 'table "people" does not exist'])
    assert.deepEqual(failures(history, '2_nick.down.sql'), ['-', 'column "name" of relation "users" does not exist'])
    const { '2_nick.up.sql': _, ...without } = files
    assert.deepEqual(failures(historyIn(without, 'golang-migrate'), '2_nick.down.sql'), ['-', '-'])
  })
})
