import assert from 'node:assert/strict'
import { fixed } from '../server/src/core/fix'
import { rules } from '../server/src/core/rules'
import type { Rule } from '../server/src/core/rules/rule'
import { defaultSettings } from '../server/src/core/settings'
import { folder, historyFor } from './fixtures'
import { loadInstalledParser } from './parser'

describe('fixing all', () => {
  before(loadInstalledParser)

  it('ends where the migration that a fix creates has the finding again', () => {
    let number = 1
    const endless: Rule = {
      id: 'endless',
      risk: 'failure',
      severity: 'error',
      on: ['DROP TABLE'],
      why: '',
      instead: '',
      manual: [],
      hazards: [],
      examples: '',
      *check(_, { migration }) {
        const creates = [{ path: `${folder}/${++number}_again.sql`, text: 'DROP TABLE gone;\n' }]
        const span = { start: 0, end: migration.text.length }
        const edits = [{ path: migration.path, span, text: 'SELECT 1;\n' }]
        yield {
          at: { start: 0, end: 4 },
          severity: 'hint',
          message: `again in ${migration.path}`,
          fixes: () => [{ title: 'x', safety: 'safe', edits, creates }],
        }
      },
    }
    const rule = rules.find(({ id }) => id === 'dropped-table')
    assert(rule && typeof rule.on !== 'string')
    const check = rule.check
    rule.check = endless.check
    try {
      const file = { path: '1_drop.sql', text: 'DROP TABLE gone;\n', isNamed: true, marks: [] }
      const { changes } = fixed(historyFor({ files: [file] }), [`${folder}/1_drop.sql`], defaultSettings, {
        review: false,
        creates: true,
      })
      assert.equal(changes.filter(({ before }) => before === undefined).length, 4)
    } finally {
      rule.check = check
    }
  })
})
