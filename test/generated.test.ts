import assert from 'node:assert/strict'
import { stale } from '../scripts/generate'
import { rules } from '../server/src/core/rules'

describe('what is generated from the rules', () => {
  it('is what the rules say now', () => {
    assert.deepEqual(stale(), [], 'refresh with: npm run generate')
  })

  it('has no line that breaks code in two', () => {
    const lines = rules.flatMap(({ why, instead }) => `${why}\n${instead}`.split('\n'))
    assert.deepEqual(
      lines.filter(line => line.split('`').length % 2 === 0),
      [],
    )
  })
})
