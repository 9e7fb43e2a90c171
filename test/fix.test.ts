import assert from 'node:assert/strict'
import { fixed } from '../server/src/core/fix'
import type { Change } from '../server/src/core/fix-changes'
import type { Migration } from '../server/src/core/history/migration'
import type { RuleContext } from '../server/src/core/judgement/context'
import { rules } from '../server/src/core/rules'
import type { RuleFinding } from '../server/src/core/rules/rule'
import { defaultSettings } from '../server/src/core/settings'
import type { Command } from '../server/src/core/sql/commands'
import { folder, historyFor } from './fixtures'
import { loadInstalledParser } from './parser'

describe('fixing all', () => {
  before(loadInstalledParser)

  it('ends where each migration that a fix creates has another finding to fix', () => {
    const changes = changesOf(({ path }) => ({ severity: 'hint', message: `again in ${path}` }))
    assert.equal(changes.filter(({ before }) => before === undefined).length, 4)
  })

  it('leaves out a fix that brings its finding back', () => {
    assert.deepEqual(
      changesOf(() => ({ severity: 'hint', message: 'again' })),
      [],
    )
  })

  it('leaves out a fix that brings an error instead', () => {
    assert.deepEqual(
      changesOf(({ text }) => ({ severity: text.includes('first') ? 'hint' : 'error', message: `again in ${text}` })),
      [],
    )
  })

  it('leaves out a fix after which the same migration fails, though the last one is another then', () => {
    const files = Object.entries({
      '000001_users.up.sql': `CREATE TYPE plan AS ENUM ('free', 'paid');\nCREATE TABLE users (id bigint PRIMARY KEY, plan plan);\n`,
      '000002_plan.up.sql': `CREATE TYPE new_plan AS ENUM ('free', 'team');
CREATE TABLE teams (id bigint PRIMARY KEY, plan new_plan);
ALTER TABLE users ALTER COLUMN plan TYPE new_plan USING plan::text::new_plan;
DROP TYPE plan;
ALTER TYPE new_plan RENAME TO plan;
`,
    }).map(([path, text]) => ({ path, text, isNamed: true, marks: [] }))
    const options = { review: true, creates: true }
    const { changes } = fixed(historyFor({ files }), [`${folder}/000002_plan.up.sql`], defaultSettings, options)
    assert.deepEqual(changes, [])
  })

  it('comes back to a migration for which a later one has changed something', () => {
    const files = Object.entries({
      'V1__a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);\n',
      'U1__a.sql': 'DROP TABLE a;\n',
      'V2__b.sql': 'CREATE TABLE b (id bigint PRIMARY KEY);\n',
      'V3__c.sql': 'ALTER TABLE a ADD COLUMN c text;\nCREATE INDEX a_c ON a (c);\n',
    }).map(([path, text]) => ({ path, text, isNamed: true, marks: [] }))
    const history = historyFor({ files })
    const asked = ['V2__b.sql', 'V3__c.sql'].map(path => `${folder}/${path}`)
    const once = fixed(history, asked, defaultSettings, { review: true, creates: true })
    const twice = fixed(once.history, once.paths, defaultSettings, { review: true, creates: true })
    assert.equal(once.changes.find(({ path }) => path.endsWith('U2__b.sql'))?.after, 'DROP TABLE b;\n')
    assert.deepEqual(twice.changes, [])
  })

  it('builds no index that it leaves out', () => {
    const files = Object.entries({
      '000001_users.up.sql':
        'CREATE TABLE users (id bigint PRIMARY KEY, a text);\nCREATE INDEX users_a ON users (a);\n',
      '000002_more.up.sql': `ALTER TABLE users ADD COLUMN b text;
CREATE INDEX users_a_again ON users (a);
CREATE TABLE settings (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, setting_key text NOT NULL);
`,
    }).map(([path, text]) => ({ path, text, isNamed: true, marks: [] }))
    const options = { review: true, creates: true }
    const { changes } = fixed(historyFor({ files }), [`${folder}/000002_more.up.sql`], defaultSettings, options)
    assert.deepEqual(
      changes.map(({ titles }) => titles),
      [['Leave the index out', 'Add UNIQUE (user_id, setting_key)']],
    )
  })

  it('writes the down of what the other fixes make of the up', () => {
    const files = Object.entries({
      '000001_orders.up.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\n',
      '000001_orders.down.sql': 'DROP TABLE orders;\n',
      '000002_z.up.sql': [
        "ALTER TABLE orders ADD COLUMN z text DEFAULT '';",
        'ALTER TABLE orders ALTER COLUMN z SET NOT NULL;\n',
      ].join('\n'),
      '000002_z.down.sql': '',
    }).map(([path, text]) => ({ path, text, isNamed: true, marks: [] }))
    const options = { review: true, creates: true }
    const { changes } = fixed(historyFor({ files }), [`${folder}/000002_z.up.sql`], defaultSettings, options)
    assert.equal(
      changes.find(({ path }) => path.endsWith('000002_z.down.sql'))?.after,
      'ALTER TABLE orders DROP CONSTRAINT orders_z_not_null_check;\nALTER TABLE orders DROP COLUMN z;\n',
    )
  })

  it('renames a column in steps, and builds the index on it as well', () => {
    const files = Object.entries({
      '000001_orders.up.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint, placed timestamptz);\n',
      '000002_buyer.up.sql': [
        'ALTER TABLE orders RENAME COLUMN buyer TO customer;',
        'CREATE INDEX orders_customer_idx ON orders (customer);',
        'CREATE INDEX orders_placed_idx ON orders (placed);\n',
      ].join('\n'),
    }).map(([path, text]) => ({ path, text, isNamed: true, marks: [] }))
    const options = { review: true, creates: true }
    const { changes } = fixed(historyFor({ files }), [`${folder}/000002_buyer.up.sql`], defaultSettings, options)
    assert.deepEqual(changes.map(({ path }) => path.slice(folder.length + 1)).sort(), [
      '000002_buyer.up.sql',
      '000003_create_orders_customer_idx.up.sql',
      '000004_create_orders_placed_idx.up.sql',
      '000005_backfill_orders_customer.up.sql',
      '000006_build_orders_customer_idx_copy.up.sql',
      '000007_rename_orders_buyer.up.sql',
    ])
    assert.equal(
      changes.find(({ path }) => path.endsWith('000003_create_orders_customer_idx.up.sql'))?.after,
      'CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (buyer);\n',
    )
  })

  it('takes back each default that it gives, however many a statement needs', () => {
    const files = Object.entries({
      '000001_orders.up.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\n',
      '000002_count.up.sql':
        'ALTER TABLE orders ADD COLUMN count int NOT NULL, ADD COLUMN length int NOT NULL, ADD COLUMN name text NOT NULL;\n',
    }).map(([path, text]) => ({ path, text, isNamed: true, marks: [] }))
    const options = { review: true, creates: true }
    const { changes } = fixed(historyFor({ files }), [`${folder}/000002_count.up.sql`], defaultSettings, options)
    assert.equal(changes.filter(({ after }) => after.includes('DROP DEFAULT')).length, 3)
  })

  it('numbers what waits for a later release behind all else that it writes', () => {
    const files = Object.entries({
      'V1__orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint, amount int, fax text);\n',
      'V2__buyer.sql': 'ALTER TABLE orders RENAME COLUMN buyer TO customer;\n',
      'V3__amount.sql': 'ALTER TABLE orders RENAME COLUMN amount TO total;\nALTER TABLE orders DROP COLUMN fax;\n',
    }).map(([path, text]) => ({ path, text, isNamed: true, marks: [] }))
    const history = historyFor({ files })
    const asked = ['V2__buyer.sql', 'V3__amount.sql'].map(path => `${folder}/${path}`)
    const { changes, paths } = fixed(history, asked, defaultSettings, { review: true, creates: true })
    const created = changes.flatMap(({ path, before }) => (before === undefined ? [path.slice(folder.length + 1)] : []))
    assert.deepEqual(created, [
      'V4__backfill_orders_customer.sql',
      'V4__backfill_orders_customer.sql.conf',
      'V5__backfill_orders_total.sql',
      'V5__backfill_orders_total.sql.conf',
      'V6__rename_orders_buyer.sql',
      'V7__drop_orders_fax.sql',
      'V8__rename_orders_amount.sql',
    ])
    assert(created.filter(name => name.endsWith('.sql')).every(name => paths.includes(`${folder}/${name}`)))
  })

  it('lets what goes come behind what others build, and leaves none of them out', () => {
    const files = Object.entries({
      '000001_orders.up.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, a text, b text, c text);\n',
      '000002_c.up.sql': [
        'ALTER TABLE orders DROP COLUMN a;',
        'ALTER TABLE orders DROP COLUMN b;',
        'CREATE INDEX orders_c_idx ON orders (c);\n',
      ].join('\n'),
    }).map(([path, text]) => ({ path, text, isNamed: true, marks: [] }))
    const options = { review: true, creates: true }
    const { changes } = fixed(historyFor({ files }), [`${folder}/000002_c.up.sql`], defaultSettings, options)
    assert.deepEqual(
      changes.flatMap(({ path, before }) => (before === undefined ? [path.slice(folder.length + 1)] : [])).sort(),
      ['000003_create_orders_c_idx.up.sql', '000004_drop_orders_a.up.sql', '000005_drop_orders_b.up.sql'],
    )
  })
})

/** What fixing makes of a file with a DROP TABLE, where the fix of each moves another one to a new migration. */
function changesOf(told: (migration: Migration) => Pick<RuleFinding, 'severity' | 'message'>): readonly Change[] {
  const rule = rules.find(({ id }) => id === 'dropped-table')
  assert(rule && typeof rule.on !== 'string')
  let number = 1
  const moving = function* (_: Command, { migration }: RuleContext): Iterable<RuleFinding> {
    const creates = [{ path: `${folder}/${++number}_again.sql`, text: 'DROP TABLE gone;\n' }]
    const edits = [{ path: migration.path, span: { start: 0, end: migration.text.length }, text: 'SELECT 1;\n' }]
    yield {
      at: { start: 0, end: 4 },
      ...told(migration),
      fixes: () => [{ title: 'x', safety: 'safe', edits, creates }],
    }
  }
  const { check } = rule
  rule.check = moving
  try {
    const file = { path: '1_drop.sql', text: 'DROP TABLE gone; -- first\n', isNamed: true, marks: [] }
    const options = { review: false, creates: true }
    return fixed(historyFor({ files: [file] }), [`${folder}/1_drop.sql`], defaultSettings, options).changes
  } finally {
    rule.check = check
  }
}
