import assert from 'node:assert/strict'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf, tool } from './folder'
import { followUp } from './follow-up'

before(loadInstalledParser)

describe('Bun', () => {
  const idWith = (manifest: string) =>
    historyOf({
      path: 'm',
      files: [{ path: 'm/20240101000000_a.up.sql', text: 'SELECT 1;' }],
      read: file => (file === '../go.mod' ? manifest : undefined),
    }).framework.id

  it('is known by its names, its line, or go.mod, where the names could be those of golang-migrate', () => {
    assert.equal(tool({ '1_a.tx.up.sql': 'SELECT 1;' }), 'bun')
    assert.equal(tool({ '1_a.up.sql': 'SELECT 1;\n--bun:split\nSELECT 2;' }), 'bun')
    assert.equal(tool({ '1_a.up.sql': 'SELECT 1;\n--gopg:split\nSELECT 2;' }), 'bun')
    assert.equal(tool({ '1_a.up.sql': 'SELECT 1;' }), 'golang-migrate')
    assert.equal(idWith('require github.com/uptrace/bun v1.2.0\n'), 'bun')
    const both = 'require (\n\tgithub.com/uptrace/bun v1.2.0\n\tgithub.com/golang-migrate/migrate/v4 v4.17.0\n)\n'
    assert.equal(idWith(both), 'golang-migrate')
  })

  it('opens a transaction where the name says so, and sends each part as one query', () => {
    const history = historyIn({
      '10_c.up.sql': 'SELECT 1; SELECT 2\n--bun:split\nSELECT 3;',
      '10_c.down.sql': 'SELECT 4;',
      '9_b.tx.up.sql': 'SELECT 1; SELECT 2;',
      '9_b.tx.down.sql': 'SELECT 3;',
    })
    assert.deepEqual(sectionsOf(history), [
      '9_b.tx.up.sql up tool: SELECT 1 | SELECT 2',
      '9_b.tx.down.sql down tool: SELECT 3',
      '10_c.up.sql up implicit: SELECT 1 | SELECT 2 | SELECT 3',
      '10_c.down.sql down implicit: SELECT 4',
    ])
    assert.deepEqual(
      history.migrations.map(({ sections }) => sections[0]?.queries.length),
      [1, 1, 2, 1],
    )
  })

  it('names the next after the last, cut where no two statements may share a transaction', () => {
    const history = historyIn({ '20240101000000_a.tx.up.sql': 'SELECT 1;' })
    assert.deepEqual(followUp(history), { 'm/20240101000001_check_x.tx.up.sql': 'SELECT 1;\n' })
    assert.deepEqual(followUp(history, { up: 'VACUUM a;\nVACUUM b;', transaction: false }), {
      'm/20240101000001_check_x.up.sql': 'VACUUM a;\n\n--bun:split\n\nVACUUM b;\n',
    })
  })
})
