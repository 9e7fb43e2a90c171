import assert from 'node:assert/strict'
import { migrationFolders } from '../../server/src/core/history/folders'
import { historyOf, withFile, withFixed } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { type Files, historyIn, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('yoyo', () => {
  const files = {
    '20240531_01_iY5Qa-users.sql': '-- users\n-- depends:\n\nCREATE TABLE users ();\nSELECT 1;\n',
    '20240531_01_iY5Qa-users.rollback.sql': '-- users\n-- depends:\n\nDROP TABLE users;\n',
    '20240827_01_pVOLG-index.sql':
      '-- depends: 20240531_01_iY5Qa-users\n-- transactional: false\nCREATE INDEX CONCURRENTLY i ON users (a);\n',
    '20240827_01_pVOLG-index.rollback.sql': '-- depends: 20240531_01_iY5Qa-users\nDROP INDEX CONCURRENTLY i;\n',
  }

  it('is known by the comments of its files, or by yoyo.ini', () => {
    assert.equal(tool(files), 'yoyo')
    assert.equal(tool({ '0001.a.sql': 'SELECT 1;' }), 'plain')
    const idWith = (sources: string) =>
      historyOf({
        path: 'm',
        files: [{ path: 'm/0001.a.sql', text: 'SELECT 1;' }],
        read: file => (file === '../yoyo.ini' ? `[DEFAULT]\nsources = ${sources}\n` : undefined),
      }).framework.id
    assert.equal(idWith('./lib ./m'), 'yoyo')
    assert.equal(idWith('./lib'), 'plain')
  })

  it('is left alone where its settings name another database', () => {
    const found = (database: string) => {
      const texts: Files = { 'm/0001.a.sql': 'SELECT 1;', 'yoyo.ini': `sources = m\ndatabase = ${database}\n` }
      return migrationFolders('', ['m/0001.a.sql'], path => texts[path]).map(({ framework }) => framework.id)
    }
    assert.deepEqual(found('sqlite:///app.db'), [])
    assert.deepEqual(found('postgresql+psycopg://%(DB)s'), ['yoyo'])
    assert.deepEqual(found('%(DATABASE_URL)s'), ['yoyo'])
  })

  it('runs each file in a transaction, unless the comment of the migration says otherwise of both', () => {
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '20240531_01_iY5Qa-users.sql up tool: CREATE TABLE users () | SELECT 1',
      '20240531_01_iY5Qa-users.rollback.sql down tool: DROP TABLE users',
      '20240827_01_pVOLG-index.sql up own: CREATE INDEX CONCURRENTLY i ON users (a)',
      '20240827_01_pVOLG-index.rollback.sql down own: DROP INDEX CONCURRENTLY i',
    ])
  })

  it('says it of both at every keystroke', () => {
    const index = 'm/20240827_01_pVOLG-index.sql'
    const edited = withFile(historyIn(files), index, 'DROP INDEX i;')
    assert.deepEqual(sectionsOf(edited).slice(2), [
      '20240827_01_pVOLG-index.sql up tool: DROP INDEX i',
      '20240827_01_pVOLG-index.rollback.sql down tool: DROP INDEX CONCURRENTLY i',
    ])
    const fixed = withFixed(edited, [{ path: index, after: '-- transactional: false\nDROP INDEX i;' }])
    assert.match(sectionsOf(fixed)[3] ?? '', / down own:/)
  })

  it('takes the line that turns the transaction off', () => {
    const said = historyIn({ '0001.a.sql': '-- depends:\n-- transactional: true\nVACUUM;' })
    assert.equal(withoutTransaction(said, '0001.a.sql')?.migrations[0]?.sections[0]?.transaction, 'own')
    const unsaid = historyIn({ '0001.a.sql': '-- depends:\nVACUUM;' })
    assert.equal(
      withoutTransaction(unsaid, '0001.a.sql')?.migrations[0]?.text,
      '-- transactional: false\n-- depends:\nVACUUM;',
    )
  })

  it('names the next after the last, which it depends on', () => {
    assert.deepEqual(followUp(historyIn(files), { transaction: false }), {
      'm/20240827_02-check-x.sql': '-- depends: 20240827_01_pVOLG-index\n-- transactional: false\n\nSELECT 1;\n',
      'm/20240827_02-check-x.rollback.sql': 'SELECT 2;\n',
    })
    const plain = historyIn({ '0001.a.sql': '-- depends:\nSELECT 1;' })
    assert.deepEqual(followUp(plain), { 'm/0002.check-x.sql': '-- depends: 0001.a\n\nSELECT 1;\n' })
  })
})
