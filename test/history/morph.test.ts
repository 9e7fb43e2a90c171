import assert from 'node:assert/strict'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

const marker = '-- morph:nontransactional'
const manifest = { 'go.mod': 'module x\n\nrequire (\n\tgithub.com/mattermost/morph v1.1.0\n)\n' }

describe('morph', () => {
  it('is known by the module or by its marker', () => {
    assert.equal(tool({ '000001_a.up.sql': 'SELECT 1;', ...manifest }), 'morph')
    assert.equal(tool({ '000001_a.up.sql': 'SELECT 1;', '000002_b.up.sql': `${marker}\nSELECT 2;` }), 'morph')
    assert.equal(tool({ '000001_a.up.sql': 'SELECT 1;' }), 'golang-migrate')
    const indirect = { 'go.mod': 'module x\n\nrequire github.com/mattermost/morph v1.1.0 // indirect\n' }
    assert.equal(tool({ '000001_a.up.sql': 'SELECT 1;', ...indirect }), 'golang-migrate')
    assert.equal(tool({ '01-a.sql': 'SELECT 1;', ...manifest }), 'plain')
  })

  it('runs each file as one query in a transaction, or without one where its text starts with the marker', () => {
    const history = historyIn({
      '000010_b.up.sql': `${marker}\nSELECT 1;`,
      '000010_b.down.sql': ` ${marker}\nSELECT 2;`,
      '000009_a.up.sql': 'SELECT 3; SELECT 4;',
      ...manifest,
    })
    assert.deepEqual(sectionsOf(history), [
      '000009_a.up.sql up tool: SELECT 3 | SELECT 4',
      '000010_b.up.sql up own: SELECT 1',
      '000010_b.down.sql down tool: SELECT 2',
    ])
    assert.deepEqual(history.migrationAt('m/000009_a.up.sql')?.sections[0]?.queries, [{ start: 0, end: 19 }])
  })

  it('takes its marker on the first line, for one statement', () => {
    const history = historyIn({ '1_a.up.sql': 'SELECT 1;\n', '2_b.up.sql': 'SELECT 1; SELECT 2;', ...manifest })
    const marked = withoutTransaction(history, '1_a.up.sql')
    assert.equal(marked?.source.files.get('m/1_a.up.sql'), `${marker}\nSELECT 1;\n`)
    assert.equal(withoutTransaction(history, '2_b.up.sql'), undefined)
  })

  it('is followed by pairs, one for each statement that must not share a transaction', () => {
    const history = historyIn({ '000009_a.up.sql': 'SELECT 1;', '000009_a.down.sql': 'SELECT 1;', ...manifest })
    assert.deepEqual(followUp(history, { up: 'SELECT 1;\nSELECT 2;', down: '', transaction: false }), {
      'm/000010_check_x.up.sql': `${marker}\nSELECT 1;\n`,
      'm/000010_check_x.down.sql': '-- Nothing to undo.\n',
      'm/000011_check_x_2.up.sql': `${marker}\nSELECT 2;\n`,
      'm/000011_check_x_2.down.sql': '-- Nothing to undo.\n',
    })
  })
})
