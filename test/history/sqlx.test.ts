import assert from 'node:assert/strict'
import { migrationFolders } from '../../server/src/core/history/folders'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('SQLx', () => {
  const template = '-- Add migration script here\n'

  it('is known by its template or marker in any file, and by the manifest of the crate', () => {
    assert.equal(tool({ '20240101000000_a.sql': template, '20240102000000_b.sql': 'SELECT 1;' }), 'sqlx')
    assert.equal(tool({ '1_a.up.sql': '-- Add up migration script here\n', '1_a.down.sql': '' }), 'sqlx')
    assert.equal(tool({ '1_a.sql': '-- no-transaction\nSELECT 1;' }), 'sqlx')
    assert.equal(tool({ '1_a.sql': 'SELECT 1;' }), 'plain')
    const { framework } = historyOf({
      path: 'm',
      files: [{ path: 'm/1_a.sql', text: '' }],
      read: file => (file === '../Cargo.toml' ? '[dependencies.sqlx]\nversion = "0.8"\n' : undefined),
    })
    assert.equal(framework.id, 'sqlx')
  })

  it('for other databases is left alone, by the features of the crate', () => {
    const found = (features: string) => {
      const manifest = `[dependencies]\nsqlx = { version = "0.8", features = [${features}] }\n`
      const files = new Map([
        ['Cargo.toml', manifest],
        ['migrations/1_a.sql', template],
      ])
      return migrationFolders('', ['migrations/1_a.sql'], file => files.get(file)).map(({ framework }) => framework.id)
    }
    assert.deepEqual(found('"runtime-tokio", "sqlite"'), [])
    assert.deepEqual(found('"mysql", "macros"'), [])
    assert.deepEqual(found('"sqlite", "postgres"'), ['sqlx'])
    assert.deepEqual(found('"macros"'), ['sqlx'])
    const files = new Map([
      ['Cargo.toml', 'sqlx = { version = "0.8", features = ["sqlite"] }'],
      ['crates/a/Cargo.toml', 'sqlx.workspace = true'],
      ['crates/a/migrations/1_a.sql', template],
      ['crates/b/Cargo.toml', 'sqlx = { workspace = true, features = ["postgres"] }'],
      ['crates/b/migrations/1_a.sql', template],
    ])
    assert.deepEqual(
      migrationFolders('', [...files.keys()], file => files.get(file)).map(({ path }) => path),
      ['crates/b/migrations'],
    )
  })

  it('orders by number, passes over other names, and opts out at the very first byte alone', () => {
    const files = {
      '10_c.sql': '-- no-transaction\nSELECT 10;',
      '9_b.sql': `${template}SELECT 9; SELECT 10;`,
      '1_a.up.sql': 'SELECT 1;',
      '1_a.down.sql': 'SELECT -1;',
      '11_d.sql': '\n-- no-transaction\nSELECT 11;',
      '12_e.sql': '-- no-transaction because it builds an index\nSELECT 12;',
      'seed.sql': 'SELECT 0;',
    }
    assert.deepEqual(sectionsOf(historyIn(files, 'sqlx')), [
      '1_a.up.sql up tool: SELECT 1',
      '1_a.down.sql down tool: SELECT -1',
      '9_b.sql up tool: SELECT 9 | SELECT 10',
      '10_c.sql up own: SELECT 10',
      '11_d.sql up tool: SELECT 11',
      '12_e.sql up own: SELECT 12',
    ])
  })

  it('takes its marker before all else, for one statement', () => {
    const history = historyIn({ '1_a.sql': `${template}SELECT 1;\n`, '2_b.sql': 'SELECT 1; SELECT 2;' }, 'sqlx')
    const changed = withoutTransaction(history, '1_a.sql')
    assert.equal(changed?.source.files.get('m/1_a.sql'), `-- no-transaction\n${template}SELECT 1;\n`)
    assert.deepEqual(sectionsOf(changed ?? history)[0], '1_a.sql up own: SELECT 1')
    assert.equal(withoutTransaction(history, '2_b.sql'), undefined)
  })

  it('is followed by one file or a pair, as the last one is', () => {
    assert.deepEqual(followUp(historyIn({ '20240101000000_x.sql': template })), {
      'm/20240101000001_check_x.sql': 'SELECT 1;\n',
    })
    const pair = historyIn({ '0009_x.up.sql': '-- Add up migration script here\n', '0009_x.down.sql': '' })
    assert.deepEqual(followUp(pair, { transaction: false }), {
      'm/0010_check_x.up.sql': '-- no-transaction\nSELECT 1;\n',
      'm/0010_check_x.down.sql': '-- no-transaction\nSELECT 2;\n',
    })
  })
})
