import assert from 'node:assert/strict'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { sectionsOf } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('refinery', () => {
  const historyWith = (manifest: string, ...names: string[]) =>
    historyOf({
      path: 'm',
      files: names.map(name => ({ path: `m/${name}`, text: 'SELECT 1; SELECT 2;' })),
      read: file => (file === '../Cargo.toml' ? manifest : undefined),
    })
  const manifest = '[dependencies]\nrefinery = { version = "0.9", features = ["tokio-postgres"] }\n'

  it('is known by the manifest of the crate, where the names could be those of Flyway', () => {
    assert.equal(historyWith(manifest, 'V1__a.sql').framework.id, 'refinery')
    assert.equal(historyWith('[dependencies]\nserde = "1"\n', 'V1__a.sql').framework.id, 'flyway')
    assert.equal(historyWith(manifest, '001_a.sql').framework.id, 'plain')
  })

  it('runs each file as one query in a transaction, by number, and knows no downs', () => {
    const history = historyWith(manifest, 'V10__c.sql', 'V2__b.sql', 'U1__a.sql', 'readme.sql', 'V1-2__x.sql')
    assert.deepEqual(sectionsOf(history), [
      'U1__a.sql up tool: SELECT 1 | SELECT 2',
      'V2__b.sql up tool: SELECT 1 | SELECT 2',
      'V10__c.sql up tool: SELECT 1 | SELECT 2',
    ])
    assert.deepEqual(
      history.migrations.map(({ sections }) => sections[0]?.queries.length),
      [1, 1, 1],
    )
  })

  it('names the next after the last, and has no place outside a transaction', () => {
    const history = historyWith(manifest, 'V1__a.sql', 'V2__b.sql')
    assert.deepEqual(followUp(history), { 'm/V3__check_x.sql': 'SELECT 1;\n' })
    assert.deepEqual(followUp(history, { transaction: false }), {})
    assert.equal(withoutTransaction(history, 'V2__b.sql'), undefined)
  })
})
