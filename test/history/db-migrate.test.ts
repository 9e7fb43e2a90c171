import assert from 'node:assert/strict'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf } from './folder'

before(loadInstalledParser)

describe('db-migrate', () => {
  const pair = { '20240101000000-a-up.sql': 'SELECT 1; SELECT 2;', '20240101000000-a-down.sql': 'SELECT 3;' }
  const idWith = (path: string, manifest = '{}') =>
    historyOf({
      path,
      files: Object.entries(pair).map(([name, text]) => ({ path: `${path}/${name}`, text })),
      read: file => (file === '../package.json' ? manifest : undefined),
    }).framework.id

  it('is known by its folder, or by package.json', () => {
    assert.equal(idWith('migrations/sqls'), 'db-migrate')
    assert.equal(idWith('m', '{ "dependencies": { "db-migrate": "^0.11.14" } }'), 'db-migrate')
    assert.equal(idWith('m'), 'plain')
  })

  it('opens a transaction on the way up, and sends each file as one query', () => {
    assert.deepEqual(sectionsOf(historyIn(pair, 'db-migrate')), [
      '20240101000000-a-up.sql up tool: SELECT 1 | SELECT 2',
      '20240101000000-a-down.sql down implicit: SELECT 3',
    ])
  })
})
