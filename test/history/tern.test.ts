import assert from 'node:assert/strict'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { historyIn, namesOf, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('tern', () => {
  const separator = '---- create above / drop below ----'

  it('is known by its separator, by its marker, by tern.conf, or by go.mod', () => {
    assert.equal(tool({ '001_a.sql': `CREATE TABLE t ();\n${separator}\nDROP TABLE t;` }), 'tern')
    assert.equal(tool({ '001_a.sql': '---- tern: disable-tx ----\nVACUUM;' }), 'tern')
    assert.equal(tool({ '001_a.sql': 'SELECT 1;' }), 'plain')
    for (const [name, text] of Object.entries({
      'tern.conf': '[database]\n',
      '../go.mod': 'require (\n\tgithub.com/jackc/tern/v2 v2.1.1\n)\n',
    })) {
      const read = (file: string) => (file === name ? text : undefined)
      const history = historyOf({ path: 'm', files: [{ path: 'm/001_a.sql', text: 'SELECT 1;' }], read })
      assert.equal(history.framework.id, 'tern', name)
    }
  })

  it('cuts a file at the separator, and runs each direction as one query in a transaction', () => {
    const history = historyIn({
      '010_c.sql': 'CREATE TABLE {{.prefix}}c (); SELECT 1;',
      '002_b.sql': `-- up\nCREATE TABLE b ();\n\n${separator}\n\nDROP TABLE b;\n`,
      '001_a.sql': `{{ template "shared/v1.sql" . }}\n${separator}\n`,
      'shared/v1.sql': 'CREATE VIEW v AS SELECT 1;',
      'schema.sql': 'CREATE TABLE b ();',
    })
    assert.deepEqual(sectionsOf(history), [
      '001_a.sql up tool:',
      '001_a.sql down tool:',
      '002_b.sql up tool: CREATE TABLE b ()',
      '002_b.sql down tool: DROP TABLE b',
      '010_c.sql up tool: CREATE TABLE ___prefix__c () | SELECT 1',
    ])
    assert.deepEqual(
      history.migrations.map(({ sections }) => sections[0]?.queries.length),
      [1, 1, 1],
    )
  })

  it('sends statements one by one in the direction that has the marker', () => {
    const history = historyIn({
      '001_a.sql': `---- tern: disable-tx ----\nVACUUM; SELECT 1;\n${separator}\nSELECT 2;`,
    })
    assert.deepEqual(sectionsOf(history), ['001_a.sql up own: VACUUM | SELECT 1', '001_a.sql down tool: SELECT 2'])
    assert.deepEqual(history.migrations[0]?.sections[0]?.queries, [])
  })

  it('takes the marker in either direction', () => {
    const history = historyIn({ '001_a.sql': `CREATE INDEX i ON t (a);\n\n${separator}\n\nDROP INDEX i;\n` })
    assert.deepEqual(sectionsOf(withoutTransaction(history, '001_a.sql') ?? history), [
      '001_a.sql up own: CREATE INDEX i ON t (a)',
      '001_a.sql down tool: DROP INDEX i',
    ])
    assert.deepEqual(sectionsOf(withoutTransaction(history, '001_a.sql', 'down') ?? history), [
      '001_a.sql up tool: CREATE INDEX i ON t (a)',
      '001_a.sql down own: DROP INDEX i',
    ])
  })

  it('names the next after the last', () => {
    const history = historyIn({ '009_a.sql': `SELECT 1;\n${separator}\n` })
    assert.deepEqual(followUp(history), { 'm/010_check_x.sql': `SELECT 1;\n\n${separator}\n\nSELECT 2;\n` })
    const alone = followUp(history, { transaction: false, down: '' })
    assert.deepEqual(alone, { 'm/010_check_x.sql': '---- tern: disable-tx ----\nSELECT 1;\n' })
    assert.deepEqual(namesOf(history), ['009_a.sql'])
  })
})
