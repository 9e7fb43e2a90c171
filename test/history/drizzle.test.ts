import assert from 'node:assert/strict'
import { migrationFolders } from '../../server/src/core/history/folders'
import { loadInstalledParser } from '../parser'
import { historyIn, namesOf, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('Drizzle', () => {
  const journal = (dialect: string, ...tags: string[]) =>
    JSON.stringify({ version: '7', dialect, entries: tags.map((tag, idx) => ({ idx, when: idx, tag })) })
  const files = {
    '0000_brave_hulk.sql':
      'CREATE TABLE a ();--> statement-breakpoint\nCREATE TABLE b ()\n--> statement-breakpoint\nSELECT 1',
    '0001_kind_thor.sql': 'SELECT 2;',
    'meta/_journal.json': journal('postgresql', '0000_brave_hulk', '0001_kind_thor'),
  }

  it('is known by its journal, or by its breakpoints', () => {
    assert.equal(tool(files), 'drizzle')
    assert.equal(tool({ '0000_a.sql': files['0000_brave_hulk.sql'], '0001_b.sql': 'SELECT 1;' }), 'drizzle')
    assert.equal(
      tool({ '20240101000000_a/migration.sql': 'SELECT 1;\n--> statement-breakpoint\nSELECT 2;' }),
      'drizzle',
    )
    const drawn = { '20240101000000_a/migration.sql': 'SELECT 1;', '20240101000000_a/snapshot.json': '{}' }
    assert.equal(tool(drawn), 'drizzle')
    assert.equal(tool({ '0000_a.sql': 'SELECT 1;' }), 'plain')
    assert.equal(tool({ '0000_a.sql': 'SELECT 1;', 'meta/_journal.json': journal('pg', '0000_a') }), 'drizzle')
  })

  it('cuts at breakpoints, whether or not a semicolon stands before them, in a transaction', () => {
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '0000_brave_hulk.sql up tool: CREATE TABLE a () | CREATE TABLE b () | SELECT 1',
      '0001_kind_thor.sql up tool: SELECT 2',
    ])
  })

  it('orders as the journal, and what it does not list last', () => {
    const history = historyIn({
      '0001_b.sql': '',
      '0001_a.sql': '',
      '0002_c.sql': '',
      '0000_z.sql': '',
      'meta/_journal.json': journal('postgresql', '0000_z', '0001_b', '0001_a'),
    })
    assert.deepEqual(namesOf(history), ['0000_z.sql', '0001_b.sql', '0001_a.sql', '0002_c.sql'])
  })

  it('leaves a file alone that another one with its number took the place of', () => {
    const history = historyIn({
      '0000_a.sql': '',
      '0001_left.sql': '',
      '0001_b.sql': '',
      'meta/_journal.json': journal('postgresql', '0000_a', '0001_b'),
    })
    assert.deepEqual(namesOf(history), ['0000_a.sql', '0001_b.sql'])
  })

  it('for another database is left alone', () => {
    const found = (dialect: string) =>
      migrationFolders('', ['drizzle/0000_a.sql', 'drizzle/meta/_journal.json'], file =>
        file === 'drizzle/meta/_journal.json' ? journal(dialect, '0000_a') : '',
      ).map(({ path, framework }) => `${path} ${framework.id}`)
    assert.deepEqual(found('sqlite'), [])
    assert.deepEqual(found('postgresql'), ['drizzle drizzle'])
  })

  it('has no place outside the one transaction of all pending files', () => {
    assert.equal(withoutTransaction(historyIn(files), '0001_kind_thor.sql'), undefined)
    assert.deepEqual(followUp(historyIn(files)), {})
  })
})
