import assert from 'node:assert/strict'
import { lint } from '../../server/src/core/lint'
import { defaultSettings } from '../../server/src/core/settings'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

const sum = { 'atlas.sum': 'h1:abc=\n20240101000000_a.sql h1:def=\n' }

describe('Atlas', () => {
  it('is known by its sums; pairs are golang-migrate’s unless a file is for Atlas', () => {
    assert.equal(historyIn({ '20240101000000_a.sql': 'SELECT 1;', ...sum }).framework.id, 'atlas')
    assert.equal(historyIn({ '20240101000000.sql': '', ...sum }).framework.id, 'atlas')
    assert.equal(historyIn({ '1_a.up.sql': '', '1_a.down.sql': '', ...sum }).framework.id, 'golang-migrate')
    const marked = { '1_a.up.sql': '-- atlas:txmode none\n\nSELECT 1;', '1_a.down.sql': 'SELECT 2;' }
    assert.equal(historyIn({ ...marked, ...sum }).framework.id, 'atlas')
    assert.equal(historyIn({ '20240101000000_a.sql': 'SELECT 1;' }).framework.id, 'plain')
  })

  it('opens a transaction for each file, but where the comments at the top say no', () => {
    const files = {
      '1_a.sql': 'SELECT 1;\nSELECT 2;',
      '2_b.sql': '-- why\n-- atlas:txmode none\n\nSELECT 1;',
      '3_c.sql': '-- atlas:txmode none\nSELECT 1;',
      '4_d.sql': 'SELECT 0;\n-- atlas:txmode none\n\nSELECT 1;',
      '10_e.sql': '-- atlas:txmode file\r\n\r\nSELECT 1;',
      'schema.sql': 'SELECT 0;',
      ...sum,
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '10_e.sql up tool: SELECT 1',
      '1_a.sql up tool: SELECT 1 | SELECT 2',
      '2_b.sql up own: SELECT 1',
      '3_c.sql up tool: SELECT 1',
      '4_d.sql up tool: SELECT 0 | SELECT 1',
    ])
  })

  it('cuts at the delimiter that the file says', () => {
    const files = {
      '1_a.sql': '-- atlas:delimiter \\nGO\n\nSELECT 1\nGO\nSELECT 2\nGO\n',
      '2_b.sql': '-- atlas:delimiter -- end\n\nSELECT 1 -- end\nSELECT 2 -- end\n',
      '3_c.sql': '-- atlas:delimiter \\n\\n\n\nSELECT 1\n\nSELECT 2\n',
      ...sum,
    }
    const two = 'SELECT 1 | SELECT 2'
    assert.deepEqual(sectionsOf(historyIn(files)), [
      `1_a.sql up tool: ${two}`,
      `2_b.sql up tool: ${two}`,
      `3_c.sql up tool: ${two}`,
    ])
  })

  it('takes a checkpoint for the whole schema', () => {
    const history = historyIn({ '1_a.sql': '', '2_b.sql': '-- atlas:checkpoint\n\nSELECT 1;', ...sum })
    assert.deepEqual(
      history.migrations.map(({ baseline }) => baseline),
      [false, true],
    )
  })

  it('takes its marker at the top, apart from the statements', () => {
    const history = historyIn({
      '1_a.sql': '-- about it\nSELECT 1;\n',
      '2_b.sql': '-- atlas:nolint\n\nSELECT 1;\n',
      '3_c.sql': '-- atlas:txmode file\n\nSELECT 1;\n',
      ...sum,
    })
    const marked = (name: string) => withoutTransaction(history, name)?.source.files.get(`m/${name}`)
    assert.equal(marked('1_a.sql'), '-- atlas:txmode none\n\n-- about it\nSELECT 1;\n')
    assert.equal(marked('2_b.sql'), '-- atlas:txmode none\n-- atlas:nolint\n\nSELECT 1;\n')
    assert.equal(marked('3_c.sql'), '-- atlas:txmode none\n\nSELECT 1;\n')
  })

  it('is followed by the next second', () => {
    const history = historyIn({ '20240101000000_a.sql': 'SELECT 1;', ...sum })
    assert.deepEqual(followUp(history), { 'm/20240101000001_check_x.sql': 'SELECT 1;\n' })
    assert.deepEqual(followUp(history, { transaction: false }), {
      'm/20240101000001_check_x.sql': '-- atlas:txmode none\n\nSELECT 1;\n',
    })
  })

  it('has to sum the files up anew after a fix, also where another tool runs them', () => {
    const titles = (files: Record<string, string>) => {
      const history = historyIn(files)
      return lint(history, history.migrations.at(-1)?.path ?? '', defaultSettings).flatMap(({ fixes }) =>
        fixes.map(({ title }) => title),
      )
    }
    const [table, index] = ['CREATE TABLE t (a int);', 'CREATE INDEX t_a ON t (a);']
    assert.deepEqual(titles({ '1_a.sql': table, '2_b.sql': index, ...sum }), [
      'Build the index concurrently (then run atlas migrate hash)',
    ])
    assert.deepEqual(titles({ '1_a.up.sql': table, '2_b.up.sql': index, ...sum }), [
      'Build the index concurrently (then run atlas migrate hash)',
    ])
    assert.deepEqual(titles({ '1_a.up.sql': table, '2_b.up.sql': index }), ['Build the index concurrently'])
  })
})
