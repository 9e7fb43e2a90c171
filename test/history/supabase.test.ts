import assert from 'node:assert/strict'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('Supabase', () => {
  const files = {
    '20240102000000_b.sql': 'SELECT 1; SELECT 2;',
    '20240101000000_a.sql': 'SELECT 0;',
    'notes.sql': 'SELECT -1;',
  }

  it('is known by the place of its folder, or by the configuration beside it', () => {
    const known = (path: string, read?: (file: string) => string | undefined) =>
      historyOf({ path, files: [{ path: `${path}/20240101000000_a.sql`, text: '' }], read }).framework.id
    assert.equal(known('supabase/migrations'), 'supabase')
    assert.equal(known('apps/web/supabase/migrations'), 'supabase')
    assert.equal(known('db/migrations'), 'plain')
    assert.equal(
      known('migrations', file => (file === '../config.toml' ? 'project_id = "x"\n' : undefined)),
      'supabase',
    )
    assert.equal(
      known('supabase/tests', file => (file === '../config.toml' ? 'project_id = "x"\n' : undefined)),
      'plain',
    )
  })

  it('sends each file at once, in the order of the names', () => {
    assert.deepEqual(sectionsOf(historyIn(files, 'supabase')), [
      '20240101000000_a.sql up implicit: SELECT 0',
      '20240102000000_b.sql up implicit: SELECT 1 | SELECT 2',
    ])
  })

  it('has no marker, and is followed by one file for each statement that must be alone', () => {
    const history = historyIn(files, 'supabase')
    assert.equal(withoutTransaction(history, '20240101000000_a.sql'), undefined)
    assert.deepEqual(followUp(history, { up: 'SELECT 1;\nSELECT 2;', transaction: false }), {
      'm/20240102000001_check_x.sql': 'SELECT 1;\n',
      'm/20240102000002_check_x_2.sql': 'SELECT 2;\n',
    })
  })
})
