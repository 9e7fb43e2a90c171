import assert from 'node:assert/strict'
import { lint } from '../../server/src/core/lint'
import { defaultSettings } from '../../server/src/core/settings'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

const first = '-- v1: Initial revision\nCREATE TABLE a (id bigint);\n'

describe('dbutil', () => {
  it('is known by the first line of its files', () => {
    assert.equal(tool({ '01-a.sql': first }), 'dbutil')
    assert.equal(tool({ '00-latest.sql': '-- v0 -> v4 (compatible with v2+): Latest\nSELECT 1;' }), 'dbutil')
    assert.equal(tool({ '01-a.sql': '-- v1\nSELECT 1;' }), 'plain')
  })

  it('goes by the versions in the headers, each in a transaction unless its second line says otherwise', () => {
    const history = historyIn({
      'v00-latest.sql': '-- v0 -> v5 (compatible with v2+): Latest revision\nSELECT 0;',
      '04-b.sql': '-- v2 -> v4: Two at once\n-- transaction: sqlite-fkey-off\nSELECT 4;\nSELECT 5;',
      'a.sql': '-- v2: Add\r\n-- transaction: off\r\nSELECT 2;\r\nSELECT 3;',
      '05-c.postgres.sql': '-- v5: Split\n-- transaction: off\nSELECT 6;',
      '05-c.sqlite.sql': '-- v5: Split\n-- transaction: off\nSELECT 7;',
      '10-d.sql': 'SELECT 8;',
    })
    assert.deepEqual(sectionsOf(history), [
      'v00-latest.sql up tool: SELECT 0',
      'a.sql up own: SELECT 2 | SELECT 3',
      '04-b.sql up tool: SELECT 4 | SELECT 5',
      '05-c.postgres.sql up own: SELECT 6',
      '10-d.sql up tool: SELECT 8',
    ])
    assert.deepEqual(history.migrationAt('m/a.sql')?.sections[0]?.queries, [{ start: 0, end: 53 }])
  })

  it('reads what is for PostgreSQL', () => {
    const text = [
      '-- v2: Both',
      'CREATE TABLE t (',
      '  -- only: sqlite (line commented)',
      '--  a INTEGER',
      '  -- only: postgres (line commented)',
      '--  a BIGINT',
      ');',
      '-- only: sqlite for next 2 lines',
      'SELECT 1;',
      'SELECT 2;',
      'SELECT 3;',
      '-- only: postgres',
      'SELECT 4;',
      '-- only: sqlite until "end only"',
      'SELECT 5;',
      '',
      'SELECT 6;',
      '-- end only sqlite',
      '-- only: postgres until "end only"',
      'SELECT 7;',
      '-- end only postgres',
      'SELECT 8;',
    ].join('\n')
    for (const written of [text, text.replaceAll('\n', '\r\n')]) {
      const history = historyIn({ '01-a.sql': first, '02-b.sql': written })
      assert.equal(
        sectionsOf(history)[1],
        '02-b.sql up tool: CREATE TABLE t ( -- only: sqlite (line commented) -- only: postgres (line commented) a BIGINT ) | SELECT 3 | SELECT 4 | SELECT 7 | SELECT 8',
      )
    }
  })

  it('leaves a file for SQLite alone', () => {
    const history = historyIn({
      '01-a.sql': first,
      '02-b.sql': '-- v2: Only there\n-- transaction: off\n-- only: sqlite\n\nPRAGMA x;',
      '03-c.sql': '-- v3: Only here\n-- only: postgres\n\nSELECT 1;',
    })
    assert.deepEqual(sectionsOf(history), [
      '01-a.sql up tool: CREATE TABLE a (id bigint)',
      '03-c.sql up tool: SELECT 1',
    ])
  })

  it('does not take what the newest version of all makes for what is there before the next one', () => {
    const files = {
      '00-latest.sql': '-- v0 -> v2: Latest revision\nCREATE TABLE a (id bigint PRIMARY KEY, b text);\n',
      '02-b.sql': '-- v2: Add b\nALTER TABLE a ADD COLUMN b text;\nCREATE INDEX a_b ON a (b);\n',
    }
    const rules = lint(historyIn(files), 'm/02-b.sql', defaultSettings).map(({ rule }) => rule)
    assert.deepEqual(
      rules.filter(rule => ['statement-fails', 'index-without-concurrently'].includes(rule)),
      ['index-without-concurrently'],
    )
    const plain = lint(historyIn(files, 'plain'), 'm/02-b.sql', defaultSettings).map(({ rule }) => rule)
    assert(plain.includes('statement-fails'))
  })

  it('takes its marker on the second line, for one statement', () => {
    const marked = (text: string, name = '02-b.sql') => {
      const history = historyIn({ '01-a.sql': first, [name]: text })
      return withoutTransaction(history, name)?.source.files.get(`m/${name}`)
    }
    assert.equal(marked('-- v2: B\r\nSELECT 1;\r\n'), '-- v2: B\r\n-- transaction: off\r\nSELECT 1;\r\n')
    assert.equal(
      marked('-- v2: B\n-- transaction: sqlite-fkey-off\nSELECT 1;'),
      '-- v2: B\n-- transaction: off\nSELECT 1;',
    )
    assert.equal(marked('-- v2: B\n-- transaction: off\nSELECT 1;'), '-- v2: B\n-- transaction: off\nSELECT 1;')
    assert.equal(marked('-- v2: B\nSELECT 1;\nSELECT 2;'), undefined)
    assert.equal(marked('-- v2: B\nSELECT 1;\n', '02-b.postgres.sql'), undefined)
  })

  it('is followed by the next version, compatible as the one before, one for each statement outside a transaction', () => {
    const history = historyIn({ '01-a.sql': first, '09-b.sql': '-- v9 (compatible with v3+): B\nSELECT 1;\n' })
    assert.deepEqual(followUp(history), {
      'm/10-check-x.sql': '-- v10 (compatible with v3+): Check x\nSELECT 1;\n',
    })
    assert.deepEqual(followUp(history, { up: 'SELECT 1;\nSELECT 2;', transaction: false }), {
      'm/10-check-x.sql': '-- v10 (compatible with v3+): Check x\n-- transaction: off\nSELECT 1;\n',
      'm/11-check-x-2.sql': '-- v11 (compatible with v3+): Check x 2\n-- transaction: off\nSELECT 2;\n',
    })
  })
})
