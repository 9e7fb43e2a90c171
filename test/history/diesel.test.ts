import assert from 'node:assert/strict'
import { fixed } from '../../server/src/core/fix'
import { migrationFolders } from '../../server/src/core/history/folders'
import { historyOf, withFile } from '../../server/src/core/history/history'
import { defaultSettings } from '../../server/src/core/settings'
import { loadInstalledParser } from '../parser'
import { type Files, historyIn, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('Diesel', () => {
  const pair = (folder: string, up = 'SELECT 1;', down = 'SELECT -1;') => ({
    [`${folder}/up.sql`]: up,
    [`${folder}/down.sql`]: down,
  })
  const files = {
    ...pair('2024-01-15-093000_b', 'SELECT 2; SELECT 3;', ''),
    ...pair('2024-01-15-093000-0001_c'),
    ...pair('00000000000000_diesel_initial_setup'),
    ...pair('20231231235959_a'),
    'seed.sql': 'SELECT 0;',
  }

  it('for other databases is left alone, by the features of the crate', () => {
    const found = (features: string) => {
      const paths = Object.keys(pair('migrations/01_a'))
      const manifest = `[dependencies.serde]\n[dependencies]\ndiesel = { version = "2", features = [${features}] }\n`
      const read = (file: string) =>
        file === 'Cargo.toml' ? manifest : file.endsWith('.sql') ? 'SELECT 1;' : undefined
      return migrationFolders('', paths, read).map(({ framework }) => framework.id)
    }
    assert.deepEqual(found('"sqlite", "returning_clauses_for_sqlite_3_35"'), [])
    assert.deepEqual(found('"mysql", "postgres_backend"'), ['diesel'])
    assert.deepEqual(found('"chrono"'), ['diesel'])
  })

  it('is known by its folders, and by its manifests where those are numbered otherwise', () => {
    assert.equal(tool(files), 'diesel')
    const paths = Object.keys(pair('01_a'))
    const known = (manifest: string, text: string) =>
      historyOf({
        path: 'm',
        files: paths.map(path => ({ path: `m/${path}`, text: '' })),
        read: file => (file === manifest ? text : undefined),
      }).framework.id
    assert.equal(known('../diesel.toml', ''), 'diesel')
    assert.equal(known('../Cargo.toml', '[dependencies]\ndiesel = { version = "2" }\n'), 'diesel')
    assert.equal(known('../../../Cargo.toml', '[workspace.dependencies]\ndiesel.version = "2"\n'), 'diesel')
    assert.equal(known('../Cargo.toml', '[dependencies]\ndiesel-derive = "2"\n'), 'plain')
  })

  it('orders by the time in the name, and sends each file as one query in a transaction', () => {
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '00000000000000_diesel_initial_setup/up.sql up tool: SELECT 1',
      '00000000000000_diesel_initial_setup/down.sql down tool: SELECT -1',
      '20231231235959_a/up.sql up tool: SELECT 1',
      '20231231235959_a/down.sql down tool: SELECT -1',
      '2024-01-15-093000_b/up.sql up tool: SELECT 2 | SELECT 3',
      '2024-01-15-093000_b/down.sql down tool:',
      '2024-01-15-093000-0001_c/up.sql up tool: SELECT 1',
      '2024-01-15-093000-0001_c/down.sql down tool: SELECT -1',
    ])
  })

  it('has its marker in a file beside both directions, which may come and go', () => {
    const start = historyIn(pair('2024-01-15-093000_a'))
    const marked = withFile(start, 'm/2024-01-15-093000_a/metadata.toml', '# why\nrun_in_transaction = false\n')
    assert.deepEqual(sectionsOf(marked), [
      '2024-01-15-093000_a/up.sql up own: SELECT 1',
      '2024-01-15-093000_a/down.sql down own: SELECT -1',
    ])
    const unmarked = withFile(marked, 'm/2024-01-15-093000_a/metadata.toml', 'run_in_transaction = true\n')
    assert.deepEqual(sectionsOf(unmarked), sectionsOf(start))
  })

  it('writes that file', () => {
    const { markerFile } = historyIn(files).framework
    assert.equal(markerFile?.path('m/2024-01-15-093000_b/up.sql'), 'm/2024-01-15-093000_b/metadata.toml')
    assert.equal(markerFile?.text(undefined), 'run_in_transaction = false\n')
    assert.equal(
      markerFile?.text('# why\nrun_in_transaction = true\n[x]\n'),
      'run_in_transaction = false\n# why\n[x]\n',
    )
    assert.equal(withoutTransaction(historyIn(files), '2024-01-15-093000_b/up.sql'), undefined)
    assert.ok(withoutTransaction(historyIn(files), '2024-01-15-093000-0001_c/up.sql'))
  })

  it('gets that file with the fix that needs it, made or changed', () => {
    const index = pair('2024-01-02-000000_b', 'CREATE INDEX i ON t (a);\n', 'DROP INDEX i;\n')
    const files = { ...pair('2024-01-01-000000_a', 'CREATE TABLE t (a int);\n', 'DROP TABLE t;\n'), ...index }
    const marker = 'm/2024-01-02-000000_b/metadata.toml'
    const fixedFiles = (given: Files) => {
      const history = historyIn(given)
      const options = { review: false, creates: true }
      const { changes } = fixed(history, ['m/2024-01-02-000000_b/up.sql'], defaultSettings, options)
      return Object.fromEntries(changes.map(({ path, before, after }) => [path, [before, after]]))
    }
    const up = ['CREATE INDEX i ON t (a);\n', 'CREATE INDEX CONCURRENTLY i ON t (a);\n']
    assert.deepEqual(fixedFiles(files), {
      [marker]: [undefined, 'run_in_transaction = false\n'],
      'm/2024-01-02-000000_b/up.sql': up,
    })
    const on = 'run_in_transaction = true\n'
    assert.deepEqual(fixedFiles({ ...files, '2024-01-02-000000_b/metadata.toml': on }), {
      [marker]: [on, 'run_in_transaction = false\n'],
      'm/2024-01-02-000000_b/up.sql': up,
    })
  })

  it('is followed by a folder, with the marker where it needs one', () => {
    const history = historyIn(pair('2024-01-15-093000_a'))
    assert.deepEqual(followUp(history), {
      'm/2024-01-15-093001_check_x/up.sql': 'SELECT 1;\n',
      'm/2024-01-15-093001_check_x/down.sql': 'SELECT 2;\n',
    })
    const up = 'CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (b);'
    assert.deepEqual(followUp(history, { up, down: '', transaction: false }), {
      'm/2024-01-15-093001_check_x/up.sql': 'CREATE INDEX CONCURRENTLY i ON t (a);\n',
      'm/2024-01-15-093001_check_x/down.sql': '-- Nothing to undo.\n',
      'm/2024-01-15-093001_check_x/metadata.toml': 'run_in_transaction = false\n',
      'm/2024-01-15-093002_check_x_2/up.sql': 'CREATE INDEX CONCURRENTLY j ON t (b);\n',
      'm/2024-01-15-093002_check_x_2/down.sql': '-- Nothing to undo.\n',
      'm/2024-01-15-093002_check_x_2/metadata.toml': 'run_in_transaction = false\n',
    })
  })
})
