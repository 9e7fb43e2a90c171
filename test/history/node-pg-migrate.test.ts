import assert from 'node:assert/strict'
import { loadInstalledParser } from '../parser'
import { historyIn, namesOf, sectionsOf } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('node-pg-migrate', () => {
  const template = '-- Up Migration\nSELECT 1;\n\n-- Down Migration\nSELECT 2;\n'
  const manifest = { 'package.json': '{ "dependencies": { "node-pg-migrate": "^7.0.0" } }' }

  it('is known by the headers and the times in its names, or by the package', () => {
    assert.equal(historyIn({ '1700000000000_a.sql': template }).framework.id, 'node-pg-migrate')
    assert.equal(historyIn({ '20240102030405678_a.sql': template }).framework.id, 'node-pg-migrate')
    assert.equal(historyIn({ '1_a.sql': 'SELECT 1;', ...manifest }).framework.id, 'node-pg-migrate')
    assert.equal(historyIn({ '1_a.sql': template }).framework.id, 'plain')
    assert.equal(historyIn({ '1700000000000_a.sql': 'SELECT 1;' }).framework.id, 'plain')
  })

  it('reads both directions, in either order, or all as the up', () => {
    const files = {
      '1700000000000_a.sql': template,
      '1700000000002_c.sql': '-- down migration\nSELECT 2;\n--- UP MIGRATION: all\nSELECT 1; SELECT 3;\n',
      '1700000000001_b.sql': 'SELECT 1;\n-- comment\nSELECT 2;\n',
      '1700000000003_d.up.sql': 'SELECT 1;',
      '1700000000003_d.down.sql': 'SELECT 2;',
      ...manifest,
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '1700000000000_a.sql up tool: SELECT 1',
      '1700000000000_a.sql down tool: SELECT 2',
      '1700000000001_b.sql up tool: SELECT 1 | SELECT 2',
      '1700000000002_c.sql down tool: SELECT 2',
      '1700000000002_c.sql up tool: SELECT 1 | SELECT 3',
      '1700000000003_d.up.sql up tool: SELECT 1',
      '1700000000003_d.down.sql down tool: SELECT 2',
    ])
  })

  it('orders by number', () => {
    const history = historyIn({ '10_c.sql': '', '9-b.sql': '', '0001_a.sql': '', 'notes.sql': '', ...manifest })
    assert.deepEqual(namesOf(history), ['0001_a.sql', '9-b.sql', '10_c.sql'])
  })

  it('has no marker against transactions', () => {
    assert.equal(withoutTransaction(historyIn({ '1_a.sql': template, ...manifest }), '1_a.sql'), undefined)
    assert.deepEqual(followUp(historyIn({ '1_a.sql': template, ...manifest }), { transaction: false }), {})
  })

  it('is followed by a file with both headers, or by a pair', () => {
    assert.deepEqual(followUp(historyIn({ '1700000000000_add-a.sql': template })), {
      'm/1700000001000_check-x.sql': '-- Up Migration\nSELECT 1;\n\n-- Down Migration\nSELECT 2;\n',
    })
    assert.deepEqual(followUp(historyIn({ '0009_a.up.sql': '', '0009_a.down.sql': '', ...manifest }), { down: '' }), {
      'm/0010_check_x.up.sql': 'SELECT 1;\n',
      'm/0010_check_x.down.sql': '-- Nothing to undo.\n',
    })
  })
})
