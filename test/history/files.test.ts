import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { settled } from '../../server/src/core/history/history'
import { slashed } from '../../server/src/disk/disk'
import { type Loaded, load, parserBinary } from '../../server/src/files'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

describe('files', () => {
  let root: string
  beforeEach(() => {
    root = slashed(mkdtempSync(join(tmpdir(), 'migration-guard-files-')))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  function write(files: Readonly<Record<string, string | Uint8Array>>) {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
  }

  /** Returns what was loaded with paths below the test's folder: `tool folder: asked of all`. */
  async function loaded(...paths: string[]) {
    const { histories, problems } = await load(paths.map(path => join(root, path)))
    const below = (path: string) =>
      path === root ? '.' : path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path
    return {
      histories: histories
        .map(({ history, asked }) => {
          const all = history.migrations.map(({ path }) => below(path))
          const folder = below(history.source.path)
          return `${history.framework.id} ${folder}: ${asked.map(below).join(' ')} of ${all.join(' ')}`
        })
        .sort(),
      problems: problems.map(({ path, reason }) => `${below(path)}: ${reason}`),
    }
  }

  const only = ([loaded, ...others]: readonly Loaded[]) => {
    assert(loaded && others.length === 0)
    return loaded.history
  }

  const pair = { 'm/1_a.up.sql': 'CREATE TABLE a (id int);', 'm/1_a.down.sql': 'DROP TABLE a;' }

  it('bring the history of the folder they lie in', async () => {
    write({ ...pair, 'm/2_b.up.sql': 'SELECT 1;' })
    assert.deepEqual(await loaded('m/2_b.up.sql'), {
      histories: ['golang-migrate m: m/2_b.up.sql of m/1_a.up.sql m/1_a.down.sql m/2_b.up.sql'],
      problems: [],
    })
  })

  it('bring the history of the trees that a tool keeps, and are left alone where it runs none of them', async () => {
    write({
      'db/sqitch.plan': '%project=app\n\na 2024-01-01T00:00:00Z A <a@b.c> # a\n',
      'db/deploy/a.sql': 'CREATE TABLE a (id int);',
      'db/revert/a.sql': 'DROP TABLE a;',
      'db/verify/a.sql': 'SELECT 1 FROM a;',
    })
    const all = 'db/deploy/a.sql db/revert/a.sql'
    const one = { histories: [`sqitch db: db/deploy/a.sql of ${all}`], problems: [] }
    assert.deepEqual(await loaded('db/deploy/a.sql'), one)
    assert.deepEqual(await loaded('db/deploy'), one)
    assert.deepEqual(await loaded('db'), { histories: [`sqitch db: ${all} of ${all}`], problems: [] })
    assert.deepEqual(await loaded('db/verify/a.sql'), { histories: [], problems: [] })
  })

  it('of one folder share a history', async () => {
    write({ ...pair, 'm/2_b.up.sql': 'SELECT 1;' })
    assert.deepEqual(await loaded('m/2_b.up.sql', 'm/1_a.up.sql', 'm'), {
      histories: [
        'golang-migrate m: m/2_b.up.sql m/1_a.up.sql m/1_a.down.sql of m/1_a.up.sql m/1_a.down.sql m/2_b.up.sql',
      ],
      problems: [],
    })
  })

  it('are looked for in a folder, except in what was fetched or built', async () => {
    write({
      ...pair,
      'services/x/db/migration/V1__a.sql': 'SELECT 1;',
      'services/x/target/classes/db/migration/V1__a.sql': 'SELECT 1;',
      'node_modules/y/migrations/1_z.sql': 'SELECT 1;',
      'vendor/y/migrations/1_z.sql': 'SELECT 1;',
      'vendor/src/db/migration/V1__w.sql': 'SELECT 1;',
      'dist/migrations/1_z.sql': 'SELECT 1;',
      '.git/migrations/1_z.sql': 'SELECT 1;',
      'db/mysql/1_z.sql': 'SELECT 1;',
      'queries/report.sql': 'SELECT 1;',
    })
    assert.deepEqual(await loaded('.'), {
      histories: [
        'flyway services/x/db/migration: services/x/db/migration/V1__a.sql of services/x/db/migration/V1__a.sql',
        'flyway vendor/src/db/migration: vendor/src/db/migration/V1__w.sql of vendor/src/db/migration/V1__w.sql',
        'golang-migrate m: m/1_a.up.sql m/1_a.down.sql of m/1_a.up.sql m/1_a.down.sql',
      ],
      problems: [],
    })
  })

  it('are found with what stands above and beside them', async () => {
    write({
      'm/V1__a.sql': 'CREATE INDEX CONCURRENTLY i ON t (a); SELECT 1;',
      'm/V2__b.sql': 'SELECT 1;',
      'm/V2__b.sql.conf': 'executeInTransaction=false',
      'flyway.toml': '[flyway]\nmixed = true\n',
    })
    const { histories } = await load([join(root, 'm')])
    assert.deepEqual(
      histories[0]?.history.migrations.map(({ sections }) => sections[0]?.transaction),
      ['own', 'own'],
    )
  })

  it('in a folder of one release or one migration bring the whole history', async () => {
    write({
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"',
      'prisma/migrations/20240101000000_a/migration.sql': 'SELECT 1;',
      'prisma/migrations/20240102000000_b/migration.sql': 'SELECT 2;',
    })
    const folder = 'prisma/migrations'
    const b = `${folder}/20240102000000_b/migration.sql`
    const expected = [`prisma ${folder}: ${b} of ${folder}/20240101000000_a/migration.sql ${b}`]
    assert.deepEqual((await loaded(b)).histories, expected)
    assert.deepEqual((await loaded(`${folder}/20240102000000_b`)).histories, expected)
  })

  it('of several folders that Flyway reads as one bring the files of all', async () => {
    const res = 'src/main/resources'
    const [a, b] = [`${res}/db/migration/V1__a.sql`, `${res}/db/migrationv2/V2__b.sql`]
    const settings = "spring:\n  flyway:\n    locations: [ 'db/**/*.sql' ]\n"
    write({ [a]: 'SELECT 1;', [b]: 'SELECT 2;', [`${res}/application.yml`]: settings })
    const expected = [`flyway ${res}/db: ${b} of ${a} ${b}`]
    assert.deepEqual((await loaded(b)).histories, expected)
    assert.deepEqual((await loaded(`${res}/db/migrationv2`)).histories, expected)
  })

  it('that no tool knows are a plain history of their folder', async () => {
    write({ 'x/b.sql': 'SELECT 1;', 'x/a.sql': 'SELECT 1;', 'x/y/c.sql': 'SELECT 1;', 'x/schema.sql': 'SELECT 1;' })
    assert.deepEqual((await loaded('x/b.sql')).histories, ['plain x: x/b.sql of x/a.sql x/b.sql'])
    assert.deepEqual((await loaded('x')).histories, ['plain x: x/a.sql x/b.sql of x/a.sql x/b.sql'])
    assert.deepEqual((await loaded('x/schema.sql')).histories, ['plain x: x/schema.sql of x/schema.sql'])
  })

  it('for other databases are left alone without a word', async () => {
    write({
      'm/mysql/1_a.up.sql': 'SELECT 1;',
      'p/migrations/migration_lock.toml': 'provider = "mysql"',
      'p/migrations/1_a/migration.sql': 'SELECT 1;',
      'clickhouse/migrations/1_a.sql': 'SELECT 1;',
    })
    assert.deepEqual(
      await loaded('m/mysql/1_a.up.sql', 'm/mysql', 'p/migrations/1_a/migration.sql', 'clickhouse/migrations'),
      {
        histories: [],
        problems: [],
      },
    )
  })

  it('of a project that is called like another database are read', async () => {
    write({ 'oracle/migrations/1_a.up.sql': 'SELECT 1;' })
    const { histories } = await loaded('oracle')
    assert.equal(histories.length, 1)
  })

  it('that cannot be read are told with the reason, and the rest goes on', async () => {
    write({
      ...pair,
      'm/2_latin.up.sql': Uint8Array.of(0x2d, 0x2d, 0x20, 0xe9, 0x0a),
      'm/3_binary.up.sql': new Uint8Array(400),
      'm/4_utf16.up.sql': Uint8Array.of(0xff, 0xfe, 0x53, 0x00),
      'm/readme.md': '# hello',
    })
    const { histories, problems } = await loaded(
      'm',
      'm/2_latin.up.sql',
      'm/nothing.sql',
      'm/readme.md',
      'm/1_a.up.sql/x',
    )
    assert.deepEqual(histories, ['golang-migrate m: m/1_a.up.sql m/1_a.down.sql of m/1_a.up.sql m/1_a.down.sql'])
    assert.deepEqual(problems.sort(), [
      'm/1_a.up.sql/x: no such file or folder',
      'm/2_latin.up.sql: is not valid UTF-8',
      'm/3_binary.up.sql: is a binary file',
      'm/4_utf16.up.sql: is encoded as UTF-16, not as UTF-8',
      'm/nothing.sql: no such file or folder',
      'm/readme.md: is not an SQL file',
    ])
  })

  it('keep their byte order mark and a stray NUL', async () => {
    const text = '\ufeffSELECT 1;\n-- \0 slipped in here, and the rest of this comment is text like any other\n'
    write({ 'm/1_a.up.sql': text })
    const { histories, problems } = await load([join(root, 'm')])
    assert.deepEqual(problems, [])
    assert.equal(histories[0]?.history.migrations[0]?.text, text)
  })

  it('are read once, however symbolic links lead to them', async () => {
    write(pair)
    symlinkSync(root, join(root, 'm/loop'))
    symlinkSync(join(root, 'm'), join(root, 'again'))
    symlinkSync(join(root, 'gone'), join(root, 'm/9_broken.up.sql'))
    symlinkSync(join(root, 'm/9_self.up.sql'), join(root, 'm/9_self.up.sql'))
    const { histories } = await loaded('.')
    assert.deepEqual(histories, ['golang-migrate m: m/1_a.up.sql m/1_a.down.sql of m/1_a.up.sql m/1_a.down.sql'])
    assert.deepEqual((await loaded('again/1_a.up.sql')).histories, [
      'golang-migrate again: again/1_a.up.sql of again/1_a.up.sql again/1_a.down.sql',
    ])
    assert.deepEqual((await loaded('m/9_self.up.sql')).problems, [
      'm/9_self.up.sql: is a symbolic link that leads to itself',
    ])
  })

  it('are missed once, however links lead to a link that leads nowhere', async () => {
    write({ 'sql/migrations/1_a.up.sql': 'CREATE TABLE a (id int);' })
    symlinkSync(join(root, 'gone'), join(root, 'sql/migrations/2_b.up.sql'))
    symlinkSync(root, join(root, 'sql/loop'))
    symlinkSync(join(root, 'sql/migrations'), join(root, 'sql/migrations.old'))
    const { problems } = await loaded('.')
    assert.deepEqual(problems, ['sql/migrations/2_b.up.sql: is a symbolic link that leads nowhere'])
  })

  it('are missed where links or folders of migrations lead nowhere, and nowhere else', async () => {
    write({ ...pair, 'db/migrations/1_b.sql': 'CREATE TABLE b (id int);', 'notes/x.txt': '' })
    symlinkSync(join(root, 'gone'), join(root, 'm/2_c.up.sql'))
    symlinkSync(join(root, 'gone'), join(root, 'm/readme'))
    symlinkSync(join(root, 'gone'), join(root, 'notes/y.sql'))
    symlinkSync(join(root, 'gone'), join(root, 'db/migrations/2_c.sql'))
    symlinkSync(join(root, 'gone'), join(root, 'migrations'))
    const { problems } = await loaded('.')
    assert.deepEqual(problems.sort(), [
      'db/migrations/2_c.sql: is a symbolic link that leads nowhere',
      'm/2_c.up.sql: is a symbolic link that leads nowhere',
      'migrations: is a symbolic link that leads nowhere',
    ])
  })

  it('that cannot be read leave a gap in the history', async () => {
    write({ ...pair, 'm/2_b.up.sql': Uint8Array.of(0x2d, 0x2d, 0x20, 0xe9, 0x0a) })
    write({ 'm/3_c.up.sql': 'ALTER TABLE b ADD COLUMN c int;', 'm/schema.sql': new Uint8Array(400) })
    const { histories, problems } = await load([join(root, 'm')])
    assert.equal(only(histories).complete, false)
    assert.deepEqual(
      problems.map(({ path }) => path),
      [`${root}/m/2_b.up.sql`],
    )
  })

  it('may be missing from a folder altogether', async () => {
    write({ 'src/main.go': 'package main' })
    assert.deepEqual(await loaded('src'), { histories: [], problems: ['src: no PostgreSQL migrations found in it'] })
  })

  it('in another language leave a gap in the history', async () => {
    write({
      'm/1_a.sql': '-- +goose Up\nCREATE TABLE a (id int);',
      'm/2_b.go': 'package m',
      'm/main_test.go': 'package m',
    })
    const { histories } = await load([join(root, 'm')])
    assert.equal(histories[0]?.history.complete, false)
    assert.deepEqual(histories[0]?.asked, [`${root}/m/1_a.sql`])
  })

  it('are run by the tool that was asked for', async () => {
    write(pair)
    const { histories } = await load([join(root, 'm')], { framework: 'plain' })
    assert.equal(histories[0]?.history.framework.id, 'plain')
  })

  it('are named with slashes', () => {
    assert.equal(slashed('C:\\app\\migrations\\1.sql', 'win32'), 'C:/app/migrations/1.sql')
    assert.equal(slashed('./a//b/../c.sql', 'linux'), 'a/c.sql')
    assert.equal(slashed('a\\b.sql', 'linux'), 'a\\b.sql')
    assert.equal(slashed('../x/', 'linux'), '../x')
    assert.equal(slashed('.', 'linux'), '.')
  })

  it('hold the parser', async () => {
    const installed = createRequire(__filename).resolve('libpg-query/wasm/libpg-query.wasm')
    assert.deepEqual(Buffer.from(await parserBinary()), readFileSync(installed))
  })

  it('of two modules that share a database: what the other one makes may be there', async () => {
    write({
      'users/migrations/1_users.up.sql': 'CREATE TABLE app.users (id bigint PRIMARY KEY);',
      'billing/migrations/1_bills.up.sql': 'CREATE TABLE bills (id bigint PRIMARY KEY);',
      'billing/migrations/2_owner.up.sql': 'CREATE TABLE owned (user_id bigint REFERENCES app.users (id));',
      '.git/HEAD': 'ref: refs/heads/main',
    })
    const { histories } = await load([join(root, 'billing/migrations/2_owner.up.sql')])
    assert.equal((await settled(only(histories))).complete, false)
    write({ 'billing/migrations/2_owner.up.sql': 'CREATE TABLE owned (user_id bigint REFERENCES nobody (id));' })
    const again = await load([join(root, 'billing/migrations/2_owner.up.sql')])
    const history = only(again.histories)
    assert.equal(history.complete, false, 'nobody knows yet')
    assert.equal((await settled(history)).complete, true)
  })
})
