import assert from 'node:assert/strict'
import { migrationFolders } from '../../server/src/core/history/folders'
import { loadInstalledParser } from '../parser'
import { type Files, historyIn, namesOf, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('sql-migrate', () => {
  const body = 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$'

  it('is known by its commands', () => {
    assert.equal(tool({ '1-a.sql': '-- +migrate Up\nSELECT 1;\n' }), 'sql-migrate')
    assert.equal(
      tool({ '1-a.sql': '-- +migrate Up notransaction\r\nSELECT 1;\r\n-- +migrate Down\r\n' }),
      'sql-migrate',
    )
    assert.equal(tool({ '1-a.sql': '-- +migrate up\nSELECT 1;\n' }), 'plain')
  })

  it('is left alone where its settings name other databases alone', () => {
    const found = (...dialects: string[]) => {
      const settings = dialects.map((dialect, at) => `env${at}:\n  dialect: ${dialect}\n  dir: db/m\n`).join('')
      const texts: Files = { 'db/m/1-a.sql': '-- +migrate Up\nSELECT 1;\n', 'dbconfig.yml': settings }
      return migrationFolders('', ['db/m/1-a.sql'], path => texts[path]).map(({ framework }) => framework.id)
    }
    assert.deepEqual(found('mysql', 'mysql'), [])
    assert.deepEqual(found('sqlite3', 'postgres'), ['sql-migrate'])
    assert.deepEqual(found(), ['sql-migrate'])
  })

  it('reads both directions with their options, and statements that only a command ends', () => {
    const files = {
      '1-a.sql': '-- made by hand\n-- +migrate Up\nSELECT 1;\nSELECT 2;\n\n-- +migrate Down\nSELECT 3;\n',
      '2-b.sql': '-- +migrate Up notransaction\nSELECT 1;\n-- +migrate Down\nSELECT 2;\n',
      '3-c.sql': `-- +migrate Up\n-- +migrate StatementBegin\n${body}\n-- +migrate StatementEnd\nSELECT 1;\n`,
      '4-d.sql': '-- +migrate Up\nSELECT 1;\n-- +migrate Down notransaction\n',
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '1-a.sql up tool: SELECT 1 | SELECT 2',
      '1-a.sql down tool: SELECT 3',
      '2-b.sql up own: SELECT 1',
      '2-b.sql down tool: SELECT 2',
      `3-c.sql up tool: ${body} | SELECT 1`,
      '4-d.sql up tool: SELECT 1',
      '4-d.sql down own:',
    ])
  })

  it('orders by number', () => {
    const up = '-- +migrate Up\nSELECT 1;\n'
    assert.deepEqual(namesOf(historyIn({ '10-b.sql': up, '9-a.sql': up, 'z.sql': up })), [
      '9-a.sql',
      '10-b.sql',
      'z.sql',
    ])
  })

  it('takes its option in the line of the direction', () => {
    const history = historyIn({ '1-a.sql': '-- +migrate Up\nSELECT 1;\n-- +migrate Down\r\nSELECT 2;\n' })
    const [up, down] = [withoutTransaction(history, '1-a.sql'), withoutTransaction(history, '1-a.sql', 'down')]
    assert.match(
      up?.source.files.get('m/1-a.sql') ?? '',
      /^-- \+migrate Up notransaction\nSELECT 1;\n-- \+migrate Down\r\n/,
    )
    assert.match(
      down?.source.files.get('m/1-a.sql') ?? '',
      /^-- \+migrate Up\nSELECT 1;\n-- \+migrate Down notransaction\r\n/,
    )
    assert.deepEqual(sectionsOf(up ?? history), ['1-a.sql up own: SELECT 1', '1-a.sql down tool: SELECT 2'])
  })

  it('has none for statements fenced together: they are one query', () => {
    const fenced = '-- +migrate Up\n-- +migrate StatementBegin\nSELECT 1;\nSELECT 2;\n-- +migrate StatementEnd\n'
    assert.equal(withoutTransaction(historyIn({ '1-a.sql': fenced }), '1-a.sql'), undefined)
  })

  it('is followed by the next one of the day where names begin with a day', () => {
    const next = (name: string) => Object.keys(followUp(historyIn({ [name]: '-- +migrate Up\nSELECT 1;\n' })))[0]
    assert.equal(next('2026-01-30.1-add-x.sql'), 'm/2026-01-30.2-check-x.sql')
    assert.equal(next('2026-01-31.9-add-x.sql'), 'm/2026-02-01.0-check-x.sql')
    assert.equal(next('2026-02-28-add-x.sql'), 'm/2026-03-01-check-x.sql')
  })

  it('is followed by a file with both directions, separated as the last one, fenced where it would be cut', () => {
    const history = historyIn({ '20240101000000-a-b.sql': '-- +migrate Up\nSELECT 1;\n' })
    assert.deepEqual(followUp(history, { transaction: false }), {
      'm/20240101000001-check-x.sql':
        '-- +migrate Up notransaction\nSELECT 1;\n\n-- +migrate Down notransaction\nSELECT 2;\n',
    })
    const up = 'DO $$\nBEGIN\n  PERFORM 1;\nEND\n$$;'
    assert.deepEqual(followUp(historyIn({ '01_a.sql': '-- +migrate Up\nSELECT 1;\n' }), { up, down: '' }), {
      'm/02_check_x.sql': `-- +migrate Up\n-- +migrate StatementBegin\n${up}\n-- +migrate StatementEnd\n\n-- +migrate Down\n-- Nothing to undo.\n`,
    })
  })
})
