import assert from 'node:assert/strict'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

const manifest = { 'package.json': '{ "dependencies": { "postgres-migrations": "^5.0.0" } }' }
const marker = '-- postgres-migrations disable-transaction'

describe('postgres-migrations', () => {
  it('is known by the package or by its marker', () => {
    assert.equal(historyIn({ '1_a.sql': 'SELECT 1;', ...manifest }).framework.id, 'postgres-migrations')
    assert.equal(historyIn({ '1-a.sql': 'SELECT 1;', '2-b.sql': marker }).framework.id, 'postgres-migrations')
    assert.equal(historyIn({ '1-a.sql': 'SELECT 1;' }).framework.id, 'plain')
  })

  it('orders by number and sends a file as one query, outside a transaction where it says so anywhere', () => {
    const files = {
      '10_c.sql': 'SELECT 1; SELECT 2;',
      '9-b.sql': `SELECT 3;\n${marker}\n`,
      '1.sql': 'SELECT 4;',
      'schema.sql': 'SELECT 0;',
      ...manifest,
    }
    const history = historyIn(files)
    assert.deepEqual(sectionsOf(history), [
      '1.sql up tool: SELECT 4',
      '9-b.sql up own: SELECT 3',
      '10_c.sql up tool: SELECT 1 | SELECT 2',
    ])
    assert.deepEqual(history.migrationAt('m/10_c.sql')?.sections[0]?.queries, [{ start: 0, end: 19 }])
  })

  it('takes its marker on the first line, for one statement', () => {
    const history = historyIn({ '1_a.sql': 'SELECT 1;\r\n', '2_b.sql': 'SELECT 1; SELECT 2;', ...manifest })
    const marked = withoutTransaction(history, '1_a.sql')
    assert.equal(marked?.source.files.get('m/1_a.sql'), `${marker}\r\nSELECT 1;\r\n`)
    assert.equal(withoutTransaction(history, '2_b.sql'), undefined)
  })

  it('is followed by the next number, one for each statement that must not share a transaction', () => {
    const history = historyIn({ '0009-add-a.sql': 'SELECT 1;', ...manifest })
    assert.deepEqual(followUp(history), { 'm/0010-check-x.sql': 'SELECT 1;\n' })
    assert.deepEqual(followUp(history, { up: 'SELECT 1;\nSELECT 2;', transaction: false }), {
      'm/0010-check-x.sql': `${marker}\nSELECT 1;\n`,
      'm/0011-check-x-2.sql': `${marker}\nSELECT 2;\n`,
    })
  })
})
