import assert from 'node:assert/strict'
import { migrationFolders } from '../../server/src/core/history/folders'
import { loadInstalledParser } from '../parser'
import { type Files, historyIn, namesOf, sectionsOf } from './folder'
import { followUp } from './follow-up'

before(loadInstalledParser)

const plan = `%syntax-version=1.0.0
%project=flipr
%uri=https://example.org/

# users first
users 2024-01-01T10:00:00Z Ann <ann@example.org> # Users.
app/flips [users] 2024-01-02T10:00:00Z Ann <ann@example.org>
@v1.0 2024-01-03T10:00:00Z Ann <ann@example.org> # Tag.

users [users@v1.0] 2024-01-31T23:59:59Z Bob B. <bob@example.org> # Again.
`

const inBlock = (sql: string) => `BEGIN;\n\n${sql}\n\nCOMMIT;\n`

const files: Files = {
  'sqitch.plan': plan,
  'deploy/users.sql': `-- Deploy flipr:users to pg\n\n${inBlock('SELECT 3;')}`,
  'deploy/users@v1.0.sql': inBlock('SELECT 1;'),
  'deploy/app/flips.sql': inBlock('SELECT 2;'),
  'deploy/unplanned.sql': 'SELECT 4;',
  'revert/users.sql': inBlock('SELECT -3;'),
  'revert/app/flips.sql': inBlock('SELECT -2;'),
  'verify/users.sql': 'BEGIN;\nSELECT 1/count(*) FROM users;\nROLLBACK;\n',
}

describe('Sqitch', () => {
  it('is known by its plan, or by the first line of its files', () => {
    assert.equal(historyIn(files).framework.id, 'sqitch')
    const headed = { 'deploy/a.sql': '-- Deploy flipr:a to pg\n', 'revert/a.sql': '' }
    assert.equal(historyIn(headed).framework.id, 'sqitch')
    assert.notEqual(historyIn({ 'deploy/a.sql': '', 'revert/a.sql': '' }).framework.id, 'sqitch')
  })

  it('is one folder with its trees', () => {
    const rooted = Object.fromEntries(Object.entries(files).map(([path, text]) => [`db/${path}`, text]))
    const found = migrationFolders('', Object.keys(rooted), path => rooted[path])
    assert.deepEqual(
      found.map(({ path, framework }) => `${path} ${framework.id}`),
      ['db sqitch'],
    )
  })

  it('runs by the plan what the files say, each undone by its revert, and leaves verify alone', () => {
    const block = (sql: string) => `BEGIN | ${sql} | COMMIT`
    assert.deepEqual(sectionsOf(historyIn(files)), [
      `deploy/users@v1.0.sql up own: ${block('SELECT 1')}`,
      `deploy/app/flips.sql up own: ${block('SELECT 2')}`,
      `revert/app/flips.sql down own: ${block('SELECT -2')}`,
      `deploy/users.sql up own: ${block('SELECT 3')}`,
      `revert/users.sql down own: ${block('SELECT -3')}`,
      'deploy/unplanned.sql up own: SELECT 4',
    ])
  })

  it('leaves other databases alone', () => {
    const other = {
      'sqitch.plan': plan,
      'deploy/users.sql': '-- Deploy flipr:users to mysql\n',
      'deploy/app/flips.sql': '',
    }
    assert.deepEqual(namesOf(historyIn(other)), ['deploy/app/flips.sql'])
    assert.deepEqual(namesOf(historyIn({ ...other, 'sqitch.conf': '[core]\n\tengine = sqlite\n' })), [])
  })

  it('is followed by a change at the end of the plan', () => {
    const after = 'm/deploy/users.sql'
    const planned = `${plan}check_x 2024-02-01T00:00:00Z Bob B. <bob@example.org> # check x\n`
    assert.deepEqual(followUp(historyIn(files), { after }), {
      'm/deploy/check_x.sql': '-- Deploy flipr:check_x to pg\n\nBEGIN;\n\nSELECT 1;\n\nCOMMIT;\n',
      'm/revert/check_x.sql': '-- Revert flipr:check_x from pg\n\nBEGIN;\n\nSELECT 2;\n\nCOMMIT;\n',
      'm/verify/check_x.sql':
        '-- Verify flipr:check_x on pg\n\nBEGIN;\n\n-- XXX Add verifications here.\n\nROLLBACK;\n',
      'm/sqitch.plan': planned,
    })
    assert.deepEqual(followUp(historyIn(files), { after: 'm/deploy/app/flips.sql', down: '', transaction: false }), {
      'm/deploy/check_x.sql': '-- Deploy flipr:check_x to pg\n\nSELECT 1;\n',
      'm/revert/check_x.sql': '-- Revert flipr:check_x from pg\n\nBEGIN;\n\n-- Nothing to undo.\n\nCOMMIT;\n',
      'm/sqitch.plan': planned,
    })
  })
})
