import assert from 'node:assert/strict'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf, tool } from './folder'
import { followUp } from './follow-up'

before(loadInstalledParser)

describe('Postgrator', () => {
  it('is known by the actions in its names', () => {
    assert.equal(tool({ '0001.do.users.sql': 'SELECT 1;', '0001.undo.users.sql': 'SELECT 2;' }), 'postgrator')
    assert.equal(tool({ '001.do.sql': 'SELECT 1;' }), 'postgrator')
    assert.equal(tool({ '0001_do_users.sql': 'SELECT 1;' }), 'plain')
  })

  it('sends each file as one query, in the order of the numbers', () => {
    const history = historyIn({
      '10.do.b.sql': 'SELECT 1;',
      '10.undo.b.sql': 'SELECT 2;',
      '9.do.a.sql': 'SELECT 3; SELECT 4;',
    })
    assert.deepEqual(sectionsOf(history), [
      '9.do.a.sql up implicit: SELECT 3 | SELECT 4',
      '10.do.b.sql up implicit: SELECT 1',
      '10.undo.b.sql down implicit: SELECT 2',
    ])
    assert.deepEqual(history.migrationAt('m/9.do.a.sql')?.sections[0]?.queries, [{ start: 0, end: 19 }])
  })

  it('is followed by pairs, one for each statement that must not share a transaction', () => {
    const history = historyIn({ '009.do.add-users.sql': 'SELECT 1;', '009.undo.add-users.sql': 'SELECT 1;' })
    assert.deepEqual(followUp(history, { up: 'SELECT 1;\nSELECT 2;', down: '', transaction: false }), {
      'm/010.do.check-x.sql': 'SELECT 1;\n',
      'm/010.undo.check-x.sql': '-- Nothing to undo.\n',
      'm/011.do.check-x-2.sql': 'SELECT 2;\n',
      'm/011.undo.check-x-2.sql': '-- Nothing to undo.\n',
    })
  })
})
