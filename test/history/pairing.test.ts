import assert from 'node:assert/strict'
import type { History } from '../../server/src/core/history/history'
import { customAround, isSplit, undoes } from '../../server/src/core/history/pairing'
import { loadInstalledParser } from '../parser'
import { historyIn } from './folder'

before(loadInstalledParser)

const up = 'CREATE TABLE t (id int);'
const down = 'DROP TABLE t;'

const downOf = (history: History, name: string) => history.downOf(`m/${name}`)?.path.slice(2)
const upOf = (history: History, name: string) => history.upOf(`m/${name}`)?.path.slice(2)

describe('an up and its down', () => {
  it('stand in two files of one version', () => {
    const history = historyIn({ '1_a.up.sql': up, '1_a.down.sql': down, '2_b.up.sql': up })
    assert.equal(downOf(history, '1_a.up.sql'), '1_a.down.sql')
    assert.equal(upOf(history, '1_a.down.sql'), '1_a.up.sql')
    assert.equal(downOf(history, '2_b.up.sql'), undefined)
    assert.equal(downOf(history, 'none.sql'), undefined)
  })

  it('stand in one file', () => {
    const history = historyIn({
      '1_a.sql': `-- +goose Up\n${up}\n-- +goose Down\n${down}\n`,
      '2_b.sql': `-- +goose Up\n${up}\n`,
    })
    assert.equal(downOf(history, '1_a.sql'), '1_a.sql')
    assert.equal(upOf(history, '1_a.sql'), '1_a.sql')
    assert.equal(downOf(history, '2_b.sql'), undefined)
  })

  it('belong together by their names where two versions are the same', () => {
    const history = historyIn({
      '1_a.up.sql': up,
      '1_a.down.sql': down,
      '1_b.up.sql': up,
      '1_b.down.sql': down,
      '2_c.up.sql': up,
      '2_d.up.sql': up,
      '2_d.down.sql': down,
    })
    assert.equal(downOf(history, '1_a.up.sql'), '1_a.down.sql')
    assert.equal(downOf(history, '1_b.up.sql'), '1_b.down.sql')
    assert.equal(upOf(history, '1_b.down.sql'), '1_b.up.sql')
    assert.equal(downOf(history, '2_c.up.sql'), undefined)
  })

  it('stand in folders of their own', () => {
    const history = historyIn({
      'up/001_a.sql': up,
      'down/001_a.sql': down,
      'up/002_b.sql': up,
      'down/002_b.sql': down,
    })
    assert.equal(downOf(history, 'up/001_a.sql'), 'down/001_a.sql')
    assert.equal(upOf(history, 'down/002_b.sql'), 'up/002_b.sql')
  })
})

describe('a migration that was split into its statements', () => {
  const parts = {
    '20200810161022000000_rename.up.sql': 'ALTER TABLE a RENAME TO b;',
    '20200810161022000000_rename.down.sql': 'ALTER TABLE d RENAME TO c;',
    '20200810161022000001_rename.postgres.up.sql': 'ALTER TABLE c RENAME TO d;',
    '20200810161022000001_rename.postgres.down.sql': 'ALTER TABLE b RENAME TO a;',
  }
  const isPart = (name: string, files: Record<string, string> = parts) => {
    const history = historyIn(files)
    const migration = history.migrationAt(`m/${name}`)
    return migration && isSplit(migration, history)
  }

  it('is one of several of the same second and name', () => {
    for (const name of Object.keys(parts)) assert.equal(isPart(name), true, name)
  })

  it('is none that stands alone, or whose number is a time', () => {
    const files = { '20200810161022000000_a.up.sql': up, '20200810161022_b.up.sql': up, '20200810161023_b.up.sql': up }
    for (const name of Object.keys(files)) assert.equal(isPart(name, files), false, name)
  })
})

describe('a down', () => {
  const does = (text: string) => {
    const migration = historyIn({ '1_a.up.sql': up, '1_a.down.sql': text }).migrationAt('m/1_a.down.sql')
    return migration && undoes(migration)
  }

  it('undoes something', () => assert.equal(does(down), true))
  it('does nothing where it is empty', () => assert.equal(does('\n'), false))
  it('does nothing where it is a comment', () => assert.equal(does('-- DROP TABLE t;\n/* ; */'), false))
  it('does nothing where it selects a constant', () => assert.equal(does('SELECT 1;'), false))
  it('does something where it selects from a function', () => assert.equal(does("SELECT drop_all('t');"), true))

  it('is the custom, or is not', () => {
    const history = historyIn({
      '1_a.up.sql': up,
      '2_b.up.sql': up,
      '3_c.up.sql': up,
      '3_c.down.sql': down,
      '4_d.up.sql': up,
      '4_d.down.sql': down,
      '5_e.up.sql': up,
    })
    const around = (name: string) => {
      const migration = history.migrationAt(`m/${name}`)
      assert(migration)
      return customAround(history, migration)
    }
    assert.deepEqual(around('5_e.up.sql'), { others: 4, undone: 2 })
    assert.deepEqual(around('1_a.up.sql'), { others: 4, undone: 2 })
    assert.deepEqual(around('4_d.up.sql'), { others: 3, undone: 1 })
  })
})
