import assert from 'node:assert/strict'
import { stale } from '../scripts/generate'

describe('what is generated from the rules', () => {
  it('is what the rules say now', () => {
    assert.deepEqual(stale(), [], 'refresh with: npm run generate')
  })
})
