import assert from 'node:assert/strict'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('Pop', () => {
  const files = {
    '20200101000000_a.up.sql': 'SELECT 1;',
    '20200101000000_a.postgres.up.sql': 'SELECT 2; SELECT 3;',
    '20200101000000_a.mysql.up.sql': 'SELECT 0;',
    '20200101000000_a.down.sql': 'SELECT -1;',
    '20200102000000_b.pg.autocommit.up.sql': 'SELECT 4;',
    '20200102000000_b.cockroach.autocommit.up.sql': 'SELECT 0;',
    '20200103000000_c.autocommit.up.sql': 'SELECT 5;',
    '20200104000000_d.up.fizz': '',
  }

  it('is known by dialects, autocommit and fizz in its names', () => {
    assert.equal(historyIn(files).framework.id, 'pop')
    assert.equal(historyIn({ '1_a.up.sql': '', '2_b.up.fizz': '' }).framework.id, 'pop')
    assert.equal(historyIn({ '1_a.up.sql': '', '1_a.down.sql': '' }).framework.id, 'golang-migrate')
  })

  it('is known by go.mod, where the names could be those of golang-migrate', () => {
    const idWith = (manifest: string) =>
      historyOf({
        path: 'm',
        files: [{ path: 'm/1_a.up.sql', text: '' }],
        read: file => (file === '../../go.mod' ? manifest : undefined),
      }).framework.id
    assert.equal(idWith('require (\n\tgithub.com/ory/pop/v6 v6.4.2\n)\n'), 'pop')
    const both = 'require (\n\tgithub.com/gobuffalo/pop v5.0.0\n\tgithub.com/golang-migrate/migrate/v4 v4.17.0\n)\n'
    assert.equal(idWith(both), 'golang-migrate')
  })

  it('runs the file for PostgreSQL, else the one for all, as one query', () => {
    const history = historyIn(files)
    assert.deepEqual(sectionsOf(history), [
      '20200101000000_a.postgres.up.sql up tool: SELECT 2 | SELECT 3',
      '20200101000000_a.down.sql down tool: SELECT -1',
      '20200102000000_b.pg.autocommit.up.sql up own: SELECT 4',
      '20200103000000_c.autocommit.up.sql up own: SELECT 5',
    ])
    assert.equal(history.downOf('m/20200101000000_a.postgres.up.sql')?.path, 'm/20200101000000_a.down.sql')
  })

  it('does not know what fizz made', () => {
    const sql = { '1_a.up.sql': 'CREATE TABLE t ();' }
    assert.equal(historyIn({ ...sql, '2_b.postgres.up.sql': '' }).complete, true)
    assert.equal(historyIn({ ...sql, '2_b.up.fizz': '' }).complete, false)
  })

  it('opts out in the name alone', () => {
    assert.equal(withoutTransaction(historyIn(files), '20200101000000_a.down.sql'), undefined)
    assert.deepEqual(followUp(historyIn({ '1_a.postgres.up.sql': '' }), { transaction: false }), {})
    assert.deepEqual(Object.keys(followUp(historyIn(files), { transaction: false })), [
      'm/20200103000001_check_x.autocommit.up.sql',
      'm/20200103000001_check_x.autocommit.down.sql',
    ])
  })

  it('is followed by a pair for the same databases', () => {
    assert.deepEqual(followUp(historyIn({ '20200101000000_a.postgres.up.sql': '' }), { down: '' }), {
      'm/20200101000001_check_x.postgres.up.sql': 'SELECT 1;\n',
      'm/20200101000001_check_x.postgres.down.sql': '-- Nothing to undo.\n',
    })
  })
})
