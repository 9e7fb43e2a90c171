import assert from 'node:assert/strict'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('Hasura', () => {
  const files = {
    '1654698227514_b/up.sql': 'SELECT 2; SELECT 3;',
    '1654698227514_b/down.sql': 'SELECT -2;',
    '1654696186008_init/up.sql': 'SELECT 1;',
  }

  it('is known by folders named for milliseconds, or by its configuration', () => {
    assert.equal(tool(files), 'hasura')
    const known = (file: string) =>
      historyOf({
        path: 'm',
        files: [{ path: `m/${file}`, text: '' }],
        read: asked => (asked === '../../config.yaml' ? 'version: 3\nmetadata_directory: metadata\n' : undefined),
      }).framework.id
    assert.equal(known('1_a/up.sql'), 'hasura')
    assert.equal(known('1654696186008_a.up.sql'), 'hasura')
    assert.equal(tool({ '1_a/up.sql': '' }), 'plain')
  })

  it('sends each file as one query in a transaction', () => {
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '1654696186008_init/up.sql up tool: SELECT 1',
      '1654698227514_b/up.sql up tool: SELECT 2 | SELECT 3',
      '1654698227514_b/down.sql down tool: SELECT -2',
    ])
  })

  it('has no place outside a transaction, and is followed by a folder', () => {
    const history = historyIn(files)
    assert.equal(withoutTransaction(history, '1654696186008_init/up.sql'), undefined)
    assert.deepEqual(followUp(history, { transaction: false }), {})
    assert.deepEqual(followUp(history), {
      'm/1654698228514_check_x/up.sql': 'SELECT 1;\n',
      'm/1654698228514_check_x/down.sql': 'SELECT 2;\n',
    })
  })

  it('is followed by files side by side where the project has them so', () => {
    const history = historyIn({ '1654696186008_a.up.sql': '', '1654696186008_a.down.sql': '' }, 'hasura')
    assert.deepEqual(Object.keys(followUp(history)), [
      'm/1654696187008_check_x.up.sql',
      'm/1654696187008_check_x.down.sql',
    ])
  })
})
