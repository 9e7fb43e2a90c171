import { strict as assert } from 'node:assert'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { committed } from '../repository'
import { folderWith, invoke, removeFolders } from './invoke'

const first = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n'
const second = 'CREATE INDEX users_email_idx ON users (email);\n'
const history = { 'migrations/1_users.up.sql': first, 'migrations/2_index.up.sql': second }

/** A repository whose branch main holds `history`, and which stands on a branch of its own. */
function repository() {
  const folder = folderWith(history)
  return { folder, git: committed(folder) }
}

const write = (folder: string, name: string, text: string) => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), text)
}

const summary = (out: string) => out.trimEnd().split('\n').slice(-2)

describe('what is pending', () => {
  afterEach(removeFolders)

  it('is what the base branch does not hold, and the rest is left out with a word', async () => {
    const { folder, git } = repository()
    write(folder, 'migrations/3_name.up.sql', 'CREATE INDEX users_id_idx ON users (id, email);\n')
    const { code, out } = await invoke(folder, 'check')
    assert.equal(code, 1)
    assert.match(out, /^migrations\/3_name\.up\.sql:1:1 error/)
    assert.deepEqual(summary(out), [
      '1 error in 1 file (1 statement).',
      '2 applied migrations left out (on branch "main"); --all includes them.',
    ])
    git('add', '.')
    git('commit', '--message=third')
    assert.equal((await invoke(folder, 'check')).out, out)
  })

  it('is judged by what fails in it, and explained so, also before other pending migrations', async () => {
    const { folder } = repository()
    write(folder, 'migrations/3_name.up.sql', 'ALTER TABLE users DROP COLUMN name;\n')
    write(folder, 'migrations/4_teams.up.sql', 'CREATE TABLE teams (id bigint PRIMARY KEY);\n')
    const refused = /column "name" of relation "users" does not exist/
    assert.match((await invoke(folder, 'check')).out, refused)
    assert.match((await invoke(folder, 'explain', 'migrations/3_name.up.sql')).out, refused)
  })

  it('is all that `fix` changes unless a person says more: not what has run, named or edited since', async () => {
    const { folder } = repository()
    write(folder, 'migrations/2_index.up.sql', second.replace('(email)', '(email, id)'))
    assert.match((await invoke(folder, 'check')).out, /applied-migration-edited/)
    assert.match((await invoke(folder, 'fix')).out, /^2 findings left in 1 file\./)
    assert.match((await invoke(folder, 'fix', 'migrations/2_index.up.sql')).out, /^2 findings left/)
    assert.match((await invoke(folder, 'check', 'migrations/2_index.up.sql')).out, /FIX: .*\(to review\)$/m)
    assert.match((await invoke(folder, 'fix', '--review', 'migrations/2_index.up.sql')).out, /^fixed/)
  })

  it('is not what has run and cannot be read', async () => {
    const { folder, git } = repository()
    writeFileSync(join(folder, 'migrations/3_latin.up.sql'), Uint8Array.of(0x2d, 0x2d, 0x20, 0xe9, 0x0a))
    assert.equal((await invoke(folder, 'check')).code, 2)
    git('add', '.')
    git('commit', '--message=latin')
    git('branch', '--force', 'main')
    const { code, err } = await invoke(folder, 'check')
    assert.equal(code, 0)
    assert.match(err, /3_latin\.up\.sql: is not valid UTF-8/)
    assert.equal((await invoke(folder, 'check', '--all')).code, 2)
  })

  it('is, of a changelog, the changesets that the base branch does not hold', async () => {
    const old = '--liquibase formatted sql\n--changeset ann:1\nCREATE TABLE carts (id bigint PRIMARY KEY);\n'
    const tables =
      '--liquibase formatted sql\n--changeset ann:1\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\n'
    const index = '--changeset ann:2\nCREATE INDEX users_email_idx ON users (email);\n'
    const folder = folderWith({ 'db/1.sql': tables, 'db/2.sql': old })
    committed(folder)
    write(folder, 'db/2.sql', old + index)
    const { out } = await invoke(folder, 'check')
    assert.match(out, /^db\/2\.sql:5:1 error .* \[index-without-concurrently\]/m)
    assert.doesNotMatch(out, /applied-migration-edited/)
    const later =
      '--changeset ann:2\nALTER TABLE carts ALTER COLUMN id TYPE numeric(20);\n--changeset ann:3\nCREATE INDEX id_idx ON carts (id DESC, (id + 1));\n'
    write(folder, 'db/2.sql', old + later)
    const found = (await invoke(folder, 'check')).out.matchAll(/^db\/2\.sql:(\d+):.* \[(.*)\]$/gm)
    assert.deepEqual(
      [...found].map(([, line, rule]) => `${line} ${rule}`),
      ['5 column-type-rewrite', '7 index-without-concurrently'],
    )
    write(folder, 'db/3.sql', '--liquibase formatted sql\n--changeset ann:1\nCREATE INDEX carts_idx ON carts (id);\n')
    assert.match((await invoke(folder, 'check')).out, /^db\/3\.sql:3:1 error .* \[index-without-concurrently\]/m)
    rmSync(join(folder, 'db/3.sql'))
    write(folder, 'db/2.sql', `${old.replace('bigint', 'int')}${index}`)
    assert.match((await invoke(folder, 'check')).out, /applied-migration-edited/)
    write(folder, 'db/2.sql', `${old}--changeset ann:2 dbms:mysql\nCREATE TABLE z (id INT AUTO_INCREMENT);\n`)
    assert.equal(summary((await invoke(folder, 'check')).out)[0], 'Nothing is pending.')
  })

  it('is warned of where a later version has run, but not where the same one has another name', async () => {
    const { folder, git } = repository()
    const fourth = 'CREATE TABLE teams (id bigint PRIMARY KEY);\n'
    write(folder, 'migrations/4_teams.up.sql', fourth)
    write(folder, 'migrations/5_2fa.up.sql', 'CREATE TABLE keys (id bigint PRIMARY KEY);\n')
    git('add', '.')
    git('commit', '--message=more')
    git('branch', '--force', 'main')
    git('mv', 'migrations/4_teams.up.sql', 'migrations/4_groups.up.sql')
    write(folder, 'migrations/3_orders.up.sql', 'CREATE TABLE orders (id bigint PRIMARY KEY);\n')
    const { code, out } = await invoke(folder, 'check')
    assert.equal(code, 0)
    assert.deepEqual(
      out.split('\n').filter(line => line.includes('[late-version]')),
      [
        'migrations/3_orders.up.sql:1:1 warning "5_2fa.up.sql" has run already, and golang-migrate never runs what comes before it [late-version]',
      ],
    )
  })

  it('is nothing where all has run', async () => {
    const { folder } = repository()
    const { code, out } = await invoke(folder, 'check')
    assert.equal(code, 0)
    assert.deepEqual(summary(out), [
      'Nothing is pending.',
      '2 applied migrations left out (on branch "main"); --all includes them.',
    ])
  })

  it('does not limit --all, nor paths that are named', async () => {
    const { folder } = repository()
    for (const args of [['--all'], ['migrations'], ['migrations/2_index.up.sql']]) {
      const { code, out } = await invoke(folder, 'check', ...args)
      assert.equal(code, 1, args.join())
      assert.match(out, /1 error in [12] files? \([12] statements?\)\.\n$/)
    }
  })

  it('tells machines how much was left out', async () => {
    const { folder } = repository()
    const { out } = await invoke(folder, 'check', '--format', 'json')
    assert.equal(JSON.parse(out).summary.leftOut, 2)
  })

  it('is judged with the tables of other pending migrations as new', async () => {
    const { folder } = repository()
    write(folder, 'migrations/3_orders.up.sql', 'CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n')
    write(folder, 'migrations/4_index.up.sql', 'CREATE INDEX orders_note_idx ON orders (note);\n')
    const { code, out } = await invoke(folder, 'check')
    assert.equal(code, 0)
    assert.equal(summary(out)[0], 'No findings in 2 files (2 statements).')
    assert.equal((await invoke(folder, 'check', 'migrations/4_index.up.sql')).code, 0)
  })

  it('is not known of files that git does not follow: each is judged as after those before it have run', async () => {
    const { folder } = repository()
    const copy = { 'copy/1_users.up.sql': first, 'copy/2_index.up.sql': second }
    for (const [name, text] of Object.entries(copy)) write(folder, name, text)
    for (const args of [['copy'], ['copy/2_index.up.sql'], ['--all']]) {
      const { out } = await invoke(folder, 'check', ...args)
      assert.match(out, /copy\/2_index\.up\.sql:1:1 error .* \[index-without-concurrently\]/, args.join())
    }
    const { out } = await invoke(join(folder, 'copy'), 'check')
    assert.match(
      out,
      /1 error in 2 files \(2 statements\)\.\nAll migrations are judged, because nothing of them is on branch "main"; /,
    )
  })

  it('follows the branch it is told', async () => {
    const { folder, git } = repository()
    git('switch', '--create=release')
    write(folder, 'migrations/3_name.up.sql', 'CREATE INDEX users_id_idx ON users (id, email);\n')
    git('add', '.')
    git('commit', '--message=third')
    assert.match((await invoke(folder, 'check', '--base', 'release')).out, /^Nothing is pending/)
  })

  it('comes after the version that is named, with or without git', async () => {
    const folder = folderWith(history)
    for (const last of ['1', 'V1', '1_users', '1_users.up.sql', 'migrations/1_users.up.sql']) {
      const { out } = await invoke(folder, 'check', '--start-after', last)
      assert.deepEqual(summary(out), [
        '1 error in 1 file (1 statement).',
        `1 applied migration left out (up to "${last}"); --all includes it.`,
      ])
    }
    const both = await invoke(folder, 'check', '--start-after', '1', '--base', 'main')
    assert.equal(both.code, 2)
  })

  it('is not guessed where the branch or the version that is named is nowhere: the command line is wrong', async () => {
    const { folder } = repository()
    const bare = folderWith(history)
    const mistakes: [string, string[], string][] = [
      [folder, ['--base', 'nope'], '--base: git knows no branch "nope"'],
      [folder, ['migrations', '--base', 'nope'], '--base: git knows no branch "nope"'],
      [folder, ['--start-after', 'users'], '--start-after: no migration is called "users"'],
      [folder, ['--start-after', '33'], '--start-after: no migration has version "33"'],
      [bare, ['--base', 'main'], '--base: the migrations stand in no git repository'],
    ]
    for (const [place, args, message] of mistakes) {
      for (const command of ['check', 'fix']) {
        const answer = await invoke(place, command, ...args)
        assert.deepEqual(
          answer,
          { code: 2, out: '', err: `migration-guard: ${message}\n` },
          `${command} ${args.join(' ')}`,
        )
      }
    }
    assert.equal((await invoke(folder, 'check', '--base', 'main')).code, 0)
  })

  it('is known of one folder where another has no such version', async () => {
    const folder = folderWith({ ...history, 'other/9_teams.up.sql': 'CREATE TABLE teams (id bigint PRIMARY KEY);\n' })
    const { code, out } = await invoke(folder, 'check', '--start-after', '1_users')
    assert.equal(code, 1)
    assert.match(out, /1 applied migration left out \(up to "1_users"\)/)
  })

  it('is what is left of paths that are named with a branch or a version', async () => {
    const { folder } = repository()
    write(folder, 'migrations/3_name.up.sql', 'CREATE INDEX users_id_idx ON users (id, email);\n')
    for (const args of [
      ['--base', 'main'],
      ['--start-after', '2'],
    ]) {
      const { out } = await invoke(folder, 'check', 'migrations', ...args)
      assert.match(out, /1 error in 1 file \(1 statement\)\.\n2 applied migrations left out/, args.join())
    }
  })

  it('tells of migrations that have run and are deleted, or have another version', async () => {
    const { folder, git } = repository()
    git('rm', '--quiet', 'migrations/2_index.up.sql')
    const alone = await invoke(folder, 'check')
    assert.match(alone.out, /^Nothing is pending/)
    assert.equal(
      alone.err,
      'migration-guard: migrations/2_index.up.sql: has run (on branch "main"), and is deleted here\n',
    )
    write(folder, 'migrations/3_name.up.sql', 'ALTER TABLE users ADD COLUMN name text;\n')
    assert.match((await invoke(folder, 'check')).out, /"2_index.up.sql" has run already, and is deleted here/)
    write(folder, 'migrations/4_index.up.sql', second)
    const { out } = await invoke(folder, 'check')
    assert.match(out, /4_index\.up\.sql.* the migration has run already, as "2_index\.up\.sql"/)
    assert.doesNotMatch(out, /is deleted here/)
  })

  it('is everything in a shallow clone without the base, which says how to get it', async () => {
    const { folder, git } = repository()
    git('clone', '--depth=1', '--branch=work', `file://${folder}`, join(folder, 'clone'))
    git('-C', 'clone', 'remote', 'set-head', 'origin', '--delete')
    const { out } = await invoke(join(folder, 'clone'), 'check')
    assert.match(out, /git knows no branch main or master in this shallow clone \(git fetch origin main brings it\)/)
  })

  it('is everything outside a repository', async () => {
    const { out } = await invoke(folderWith(history), 'check')
    assert.match(out, /1 error in 2 files \(2 statements\)\.\n$/)
  })

  it('is all that `fix` changes where no path is named', async () => {
    const { folder } = repository()
    write(folder, 'migrations/3_name.up.sql', 'CREATE INDEX users_id_idx ON users (id, email);\n')
    const { out } = await invoke(folder, 'fix', '--diff')
    assert.match(out, /^\+CREATE INDEX CONCURRENTLY users_id_idx/m)
    assert.doesNotMatch(out, /users_email_idx/)
  })

  it('survives a repository that git cannot read', async () => {
    const { folder } = repository()
    rmSync(join(folder, '.git', 'HEAD'))
    assert.match((await invoke(folder, 'check')).out, /1 error in 2 files/)
  })
})
