import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { slashed } from '../../server/src/disk/disk'
import { type LoadOptions, load } from '../../server/src/files'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

describe('a project’s own runner', () => {
  let root: string
  beforeEach(() => {
    root = slashed(mkdtempSync(join(tmpdir(), 'migration-guard-runner-')))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  /** Returns the tool and the transaction of the first migration of a folder in a project. */
  async function runOf(folder: string, files: Readonly<Record<string, string>>, options?: LoadOptions) {
    for (const [name, text] of Object.entries({ '.git/HEAD': '', ...files })) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
    const { histories } = await load([join(root, folder)], options)
    const [migration] = histories[0]?.history.migrations ?? []
    return `${migration?.framework.id} ${migration?.sections[0]?.transaction}`
  }

  const goRunner = [
    'package db',
    'import "embed"',
    '//go:embed migrations',
    'var files embed.FS',
    'func migrate(db *sql.DB) error {',
    '\ttx, err := db.BeginTx(ctx, nil)',
    '\t_, err = tx.Exec(statements)',
  ].join('\n')

  it('opens a transaction around each file where the Go package that embeds them begins one', async () => {
    assert.equal(await runOf('db/migrations', { 'db/migrations/001_a.sql': 'SELECT 1;' }), 'plain own')
    assert.equal(await runOf('db/migrations', { 'db/migrator.go': goRunner }), 'plain tool')
    assert.equal(await runOf('db/migrations', { 'db/migrator.go': goRunner.replace('BeginTx', 'Ping') }), 'plain own')
    assert.equal(
      await runOf('db/migrations', { 'db/migrator.go': goRunner.replace(/migrations$/m, 'seeds') }),
      'plain own',
    )
  })

  it('leaves it to files that mostly open transactions themselves', async () => {
    const files = { 'db/migrations/001_a.sql': 'BEGIN;\nSELECT 1;\nCOMMIT;', 'db/migrator.go': goRunner }
    assert.equal(await runOf('db/migrations', files), 'plain own')
  })

  it('is none where a migration has run that could not have run in a transaction', async () => {
    const index = 'CREATE INDEX CONCURRENTLY a_b ON a (b);'
    const files = {
      'db/migrations/001_a.sql': 'SELECT 1;',
      'db/migrations/010_c.sql': index,
      'db/migrator.go': goRunner,
    }
    assert.equal(await runOf('db/migrations', files), 'plain tool')
    assert.equal(await runOf('db/migrations', { 'db/migrations/009_b.sql': `-- x\n${index}` }), 'plain own')
  })

  it('is none where only what has run counts: an undo may never have', async () => {
    const ups = { 'db/migrations/1_a.up.sql': 'CREATE INDEX a_b ON a (b);', 'db/migrations/2_b.up.sql': 'SELECT 2;' }
    const downs = { 'db/migrations/1_a.down.sql': 'DROP INDEX CONCURRENTLY a_b;', 'db/migrations/2_b.down.sql': '' }
    const source = `${goRunner}\nvar names = regexp.MustCompile(\`(up|down)\`)`
    assert.equal(await runOf('db/migrations', { ...ups, ...downs, 'db/migrate.go': source }), 'plain tool')
  })

  it('is not what has a transaction for something else beside it', async () => {
    const helper = "export const atomic = async f => { await client.query('BEGIN'); await f(client) }"
    const script = "for (const f of readdirSync('db/updates')) await pool.query(text(f))"
    const sql = { 'db/updates/001_a.sql': 'SELECT 1;' }
    const files = { ...sql, 'scripts/migrate.mjs': script, 'scripts/database.mjs': helper }
    assert.equal(await runOf('db/updates', files), 'plain own')
  })

  it('is found in several files, below the folder’s own name where that is a database’s, and beside', async () => {
    const [head, body] = [goRunner.slice(0, goRunner.indexOf('func')), goRunner.slice(goRunner.indexOf('func'))]
    const sql = { 'db/migrations/postgres/001_a.sql': 'SELECT 1;' }
    assert.equal(
      await runOf('db/migrations/postgres', {
        ...sql,
        'db/migrations.go': head,
        'db/schema.go': `package db\n${body}`,
      }),
      'plain tool',
    )
    const other = {
      'store/versions/001_a.sql': 'SELECT 1;',
      'pkg/upgrade.go': goRunner.replace('migrations', 'versions'),
    }
    assert.equal(await runOf('store/versions', other), 'plain tool')
  })

  it('may be maragudk/migrate, whose patterns take any character before the direction', async () => {
    const files = {
      'go.mod': 'module x\nrequire github.com/maragudk/migrate v0.4.3\n',
      'db/0001_a_up.sql': 'SELECT 1;',
    }
    assert.equal(await runOf('db', files), 'plain tool')
    assert.equal(await runOf('seeds', { 'seeds/0001_a.sql': 'SELECT 1;' }), 'plain own')
  })

  it('takes files from golang-migrate that are merely named so, and never those of a library', async () => {
    const pair = { 'db/migrations/1_a.up.sql': 'SELECT 1;', 'db/migrations/1_a.down.sql': 'SELECT 2;' }
    assert.equal(await runOf('db/migrations', pair), 'golang-migrate implicit')
    assert.equal(await runOf('db/migrations', { 'db/migrate.go': goRunner }), 'golang-migrate implicit')
    const ofPairs = `${goRunner}\nvar names = regexp.MustCompile(\`(up|down)\`)`
    assert.equal(await runOf('db/migrations', { 'db/migrate.go': ofPairs }), 'plain tool')
    const manifest = { 'go.mod': 'module x\nrequire github.com/golang-migrate/migrate/v4 v4.1.0\n' }
    assert.equal(await runOf('db/migrations', manifest), 'golang-migrate implicit')
  })

  it('is taken for none where the file leaves it to a library', async () => {
    const files = {
      'db/migrations/001_a.sql': 'SELECT 1;',
      'db/migrate.go': goRunner.replace('"embed"', '"embed"\nimport "github.com/jackc/tern/v2/migrate"'),
    }
    assert.equal(await runOf('db/migrations', files), 'plain own')
  })

  it('may be Python, whose drivers begin transactions by themselves unless they are told not to', async () => {
    const script = [
      'import os, psycopg2',
      'for name in sorted(os.listdir("delta")):',
      '    if name.endswith(".sql"):',
      '        cursor.execute(open(name).read())',
      'connection.commit()',
    ].join('\n')
    const files = { 'app/schema/delta/01_a.sql': 'SELECT 1;', 'app/prepare_database.py': script }
    assert.equal(await runOf('app/schema/delta', files), 'plain tool')
    const told = { 'app/prepare_database.py': `connection.autocommit = True\n${script}` }
    assert.equal(await runOf('app/schema/delta', told), 'plain own')
  })

  it('may be JavaScript, or a script for psql', async () => {
    const script =
      "for (const f of readdirSync('db/updates')) { await client.query('BEGIN'); await client.query(text(f)) }"
    const sql = { 'db/updates/001_a.sql': 'SELECT 1;' }
    assert.equal(await runOf('db/updates', { ...sql, 'scripts/migrate.mjs': script }), 'plain tool')
    assert.equal(await runOf('db/updates', { 'scripts/migrate.mjs': script.replace('BEGIN', 'SELECT 1') }), 'plain own')
    const shell = 'for f in "db/updates"/*.sql; do psql --single-transaction -f $f; done'
    assert.equal(await runOf('db/updates', { 'scripts/migrate.sh': shell }), 'plain tool')
  })

  it('is told by a migration that could not have run without a transaction, but for the newest', async () => {
    const sql = { 'db/updates/001_a.sql': 'SELECT 1;', 'db/updates/010_c.sql': 'LOCK TABLE a; DROP TABLE a;' }
    assert.equal(await runOf('db/updates', sql), 'plain own')
    assert.equal(
      await runOf('db/updates', { 'db/updates/009_b.sql': '-- x\nlock :schema.a;\nSELECT 1;' }),
      'plain tool',
    )
    const body = 'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\n  LOCK TABLE a;\n$$;'
    assert.equal(await runOf('db/updates', { 'db/updates/009_b.sql': body }), 'plain own')
    assert.equal(await runOf('db/updates', { 'db/updates/009_b.sql': 'BEGIN;\nLOCK TABLE a;\nCOMMIT;' }), 'plain own')
  })

  it('is looked for in no time where there is nothing but empty lines', async () => {
    const text = `SELECT 1;${'\n'.repeat(200_000)}LOCK TABLE a;`
    const start = performance.now()
    const sql = { 'db/updates/001_a.sql': text, 'db/updates/002_b.sql': 'SELECT 1;' }
    assert.equal(await runOf('db/updates', sql), 'plain tool')
    assert.ok(performance.now() - start < 5000)
  })

  it('is told by a layout that only one program has', async () => {
    const sql = { 'schema/main/delta/58/01_a.sql.postgres': 'SELECT 1;' }
    assert.equal(await runOf('schema', sql), 'plain own')
    assert.equal(await runOf('schema', { 'schema/main/full_schemas/54/full.sql.postgres': 'SELECT 1;' }), 'plain tool')
  })

  it('makes migrations of files without a number that it names', async () => {
    const sql = {
      'db/always/views.sql': 'SELECT 1;',
      'db/always/functions.sql': 'SELECT 2;',
      'db/always/rights.sql': 'SELECT 3;',
    }
    const source = goRunner.replace(/migrations$/m, 'always')
    assert.equal(await runOf('db', sql), 'undefined undefined')
    assert.equal(await runOf('db', { ...sql, 'db/migrate.go': source }), 'plain tool')
  })

  it('is what a person says, whatever the source says', async () => {
    const files = { 'db/migrations/001_a.sql': 'SELECT 1;', 'db/migrator.go': goRunner }
    assert.equal(await runOf('db/migrations', files, { transaction: 'none' }), 'plain own')
  })

  it('is not looked for beyond the project', async () => {
    const files = { 'project/.git/HEAD': '', 'project/migrations/001_a.sql': 'SELECT 1;', 'migrate.go': goRunner }
    assert.equal(await runOf('project/migrations', files), 'plain own')
  })
})
