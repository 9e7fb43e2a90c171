import assert from 'node:assert/strict'
import { migrationFolders } from '../../server/src/core/history/folders'
import type { History } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { type Files, historyIn, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

/** The tool of the folder `src/db`, where `src/App.csproj` refers to a package. */
function idBeside(name: string, files: Files): string | undefined {
  const project = `<Project><ItemGroup>\n  <PackageReference Include="${name}" Version="3.0.0" />\n</ItemGroup></Project>`
  const all: Files = { ...files, 'src/App.csproj': project }
  const list = (folder: string) => (folder === 'src' ? ['App.csproj', 'db/'] : [])
  const paths = Object.keys(files).map(file => `src/db/${file}`)
  const read = (path: string) => all[path] ?? all[path.replace(/^src\/db\//, '')]
  return migrationFolders('', paths, read, list)[0]?.framework.id
}

describe('Evolve', () => {
  const files = {
    'V1_2__a.sql': 'CREATE TABLE t (); SELECT 1;',
    'V1_10__b.sql': '-- evolve-tx-off\nCREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (b);',
    'V1_11__c.sql': 'CREATE INDEX CONCURRENTLY k ON t (a);',
    'R__v.sql': 'CREATE OR REPLACE VIEW v AS SELECT 1;',
  }

  it('is known by its marker, or by a project above, where the names could be those of Flyway', () => {
    assert.equal(tool(files), 'evolve')
    assert.equal(tool({ 'V1_2__a.sql': 'SELECT 1;' }), 'flyway')
    assert.equal(idBeside('Evolve', { 'V1_2__a.sql': 'SELECT 1;' }), 'evolve')
    assert.equal(idBeside('Evolution', { 'V1_2__a.sql': 'SELECT 1;' }), 'flyway')
  })

  it('runs each file in a transaction unless its first line says otherwise, whatever is in it', () => {
    assert.deepEqual(
      sectionsOf(historyIn(files)).map(line => line.slice(0, line.indexOf(':'))),
      ['V1_2__a.sql up tool', 'V1_10__b.sql up own', 'V1_11__c.sql up tool', 'R__v.sql up tool'],
    )
  })

  it('takes the marker as the first line, and names the next after the last', () => {
    const history = historyIn(files)
    const marked = withoutTransaction(history, 'V1_11__c.sql') as History
    assert.equal(marked.migrationAt('m/V1_11__c.sql')?.sections[0]?.transaction, 'own')
    assert.deepEqual(followUp(historyIn({ 'V1_9__a.sql': '-- evolve-tx-off\nSELECT 1;' }), { transaction: false }), {
      'm/V1_10__check_x.sql': '-- evolve-tx-off\nSELECT 1;\n',
    })
  })
})

describe('Yuniql', () => {
  const files = { 'v0.00/01-a.sql': 'SELECT 1;', 'v0.10/01-c.sql': 'SELECT 3;', 'v0.9/02-b.sql': 'SELECT 2; SELECT 0;' }

  it('is known by a project above', () => {
    assert.equal(idBeside('Yuniql.PostgreSql', files), 'yuniql')
    assert.equal(idBeside('Npgsql', files), 'plain')
  })

  it('runs the files of all versions in one transaction, by version and name', () => {
    const history = historyIn(files, 'yuniql')
    assert.deepEqual(sectionsOf(history), [
      'v0.00/01-a.sql up tool: SELECT 1',
      'v0.9/02-b.sql up tool: SELECT 2 | SELECT 0',
      'v0.10/01-c.sql up tool: SELECT 3',
    ])
    assert.match(history.framework.sharedTransaction ?? '', /all pending versions in one transaction/)
  })
})
