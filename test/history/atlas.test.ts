import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { fixed } from '../../server/src/core/fix'
import { type Change, changesBy } from '../../server/src/core/fix-changes'
import { sumOf } from '../../server/src/core/history/frameworks/atlas-sum'
import { lint } from '../../server/src/core/lint'
import { defaultSettings } from '../../server/src/core/settings'
import { withSums } from '../../server/src/core/sums'
import { loadInstalledParser } from '../parser'
import { type Files, historyIn, sectionsOf } from './folder'
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
      '11_v0.12.1.sql': 'SELECT 1;',
      'schema.sql': 'SELECT 0;',
      ...sum,
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '10_e.sql up tool: SELECT 1',
      '11_v0.12.1.sql up tool: SELECT 1',
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

  describe('sums the files up anew', () => {
    const [table, index] = ['CREATE TABLE t (a int);\n', 'CREATE INDEX t_a ON t (a); -- é🙂\n']
    const single = { '1_a.sql': table, '2_b.sql': index }
    const pairs = { '1_a.up.sql': table, '2_b.up.sql': index, '2_b.down.sql': 'DROP INDEX t_a;\n' }

    /** What Atlas writes, by another SHA-256 than ours. */
    function summed(files: Files): Files {
      const names = Object.keys(files).sort()
      const lines = names.map((name, place) => {
        const all = names.slice(0, place + 1).map(each => each + files[each])
        return [name, createHash('sha256').update(all.join('')).digest('base64')] as const
      })
      const total = createHash('sha256').update(lines.flat().join('')).digest('base64')
      return { ...files, 'atlas.sum': `h1:${total}\n${lines.map(([name, sum]) => `${name} h1:${sum}\n`).join('')}` }
    }

    const offered = (files: Files) => {
      const history = historyIn(files)
      const findings = lint(history, 'm/2_b.sql', defaultSettings).concat(
        lint(history, 'm/2_b.up.sql', defaultSettings),
      )
      return findings.flatMap(finding => withSums(history, finding).fixes)
    }
    const result = (files: Files, changes: readonly Change[]) => {
      const changed = changes.map(change => [change.path.slice(2), change.after])
      const { 'atlas.sum': sums, ...others }: Record<string, string> = { ...files, ...Object.fromEntries(changed) }
      return { sums, expected: summed(others)['atlas.sum'] }
    }

    it('with a fix, also where another tool runs them', () => {
      for (const files of [summed(single), summed(pairs)]) {
        const [fix, ...others] = offered(files)
        assert(fix && others.length === 0)
        assert.equal(fix.title, 'Build the index concurrently')
        const { sums, expected } = result(files, changesBy(historyIn(files), [fix]))
        assert.equal(sums, expected)
        assert.notEqual(sums, files['atlas.sum'])
      }
    })

    it('with all fixes, and what they create', () => {
      const more = { ...single, '3_c.sql': 'CREATE INDEX t_b ON t (a, a);\nALTER TABLE t ADD CHECK (a > 0);\n' }
      const files = summed(more)
      const { changes } = fixed(historyIn(files), ['m/2_b.sql', 'm/3_c.sql'], defaultSettings, {
        review: true,
        creates: true,
      })
      assert(changes.some(({ before }) => before === undefined))
      const { sums, expected } = result(files, changes)
      assert.equal(sums, expected)
    })

    it('unless they were not right before: then it is for a person to do', () => {
      for (const files of [
        { ...summed(single), '0_new.sql': 'SELECT 1;\n' },
        { ...pairs, ...sum },
      ]) {
        assert.deepEqual(
          offered(files).map(({ title }) => title),
          ['Build the index concurrently (then run atlas migrate hash)'],
        )
      }
      const history = historyIn({ ...single, ...sum })
      const { changes } = fixed(history, ['m/2_b.sql'], defaultSettings, { review: false, creates: true })
      assert.deepEqual(
        changes.map(({ path, titles }) => [path, ...titles]),
        [['m/2_b.sql', 'Build the index concurrently (then run atlas migrate hash)']],
      )
    })

    it('but not those that say so', () => {
      const files = new Map([
        ['m/1_a.sql', '-- atlas:sum ignore\n\nSELECT 1;\n'],
        ['m/2_b.sql', 'SELECT 2;\n'],
      ])
      const hash = createHash('sha256').update('1_a.sql').update('2_b.sqlSELECT 2;\n').digest('base64')
      assert.equal(sumOf('m', files).split('\n').slice(1).join('\n'), `2_b.sql h1:${hash}\n`)
    })
  })
})
