import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { loadInstalledParser } from '../parser'
import { casesIn } from './cases'
import { lockReference, referencePath } from './reference'

describe('the lock reference', () => {
  before(loadInstalledParser)

  it('is what the effects are now', () => {
    const { schema, cases } = casesIn('effects.sql')
    const refresh = 'refresh with: npm run prove:effects -- --write (or -- --write pglite, without servers)'
    assert.equal(readFileSync(referencePath, 'utf8'), lockReference(schema, cases), refresh)
  })
})
