import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { frameworkIds } from '../../server/src/core/history/frameworks/index'

describe('the table of migration tools in README.md', () => {
  it('has a row for each', () => {
    const [, section = ''] = readFileSync('README.md', 'utf8').split('\n## Migration tools\n')
    const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, id]) => id)
    assert.deepEqual(rows, frameworkIds)
  })
})
