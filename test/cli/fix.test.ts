import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { written } from '../../server/src/cli/write'
import { folderWith, invoke, removeFolders } from './invoke'

const users = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n'
const index = '-- kept\nCREATE  index users_email_idx ON users (email); -- kept too\n'
const concurrent = '-- kept\nCREATE  index CONCURRENTLY users_email_idx ON users (email); -- kept too\n'
const project = { 'm/000001_users.up.sql': users, 'm/000002_index.up.sql': index }
const both = { ...project, 'm/000002_index.up.sql': `ALTER TABLE users ADD COLUMN a int;\n${index}` }

describe('migration-guard fix', () => {
  afterEach(removeFolders)
  const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')

  it('applies safe fixes, leaves all else as it is, and has nothing to do the second time', async () => {
    const folder = folderWith(project)
    const { code, out } = await invoke(folder, 'fix')
    assert.equal(code, 0)
    assert.equal(read(folder, 'm/000002_index.up.sql'), concurrent)
    assert.equal(read(folder, 'm/000001_users.up.sql'), users)
    assert.match(out, /^fixed m\/000002_index\.up\.sql\n {2}\S.*\n0 findings left in 2 files\.\n$/)
    const again = await invoke(folder, 'fix')
    assert.equal(again.out, '0 findings left in 2 files.\n')
  })

  it('creates the migration that a fix needs', async () => {
    const folder = folderWith(both)
    const { code, out } = await invoke(folder, 'fix')
    assert.equal(code, 0)
    const created = readdirSync(join(folder, 'm')).filter(
      name => name.startsWith('000003_') && name.endsWith('.up.sql'),
    )
    assert.equal(created.length, 1)
    assert.match(read(folder, `m/${created[0]}`), /CREATE {2}index CONCURRENTLY users_email_idx ON users \(email\);/)
    assert.doesNotMatch(read(folder, 'm/000002_index.up.sql'), /index/)
    assert.match(out, new RegExp(`^created m/${created[0]}\n`, 'm'))
  })

  it('prints a diff that git applies, and writes nothing', async () => {
    const folder = folderWith(both)
    const { code, out, err } = await invoke(folder, 'fix', '--diff')
    assert.equal(code, 0)
    assert.equal(read(folder, 'm/000002_index.up.sql'), both['m/000002_index.up.sql'])
    assert.equal(readdirSync(join(folder, 'm')).length, 2)
    assert.match(err, /0 findings would be left/)
    writeFileSync(join(folder, 'fix.diff'), out)
    execFileSync('git', ['apply', 'fix.diff'], { cwd: folder })
    const applied = readdirSync(join(folder, 'm')).map(name => [name, read(folder, `m/${name}`)])
    const other = folderWith(both)
    await invoke(other, 'fix')
    assert.deepEqual(
      applied,
      readdirSync(join(other, 'm')).map(name => [name, read(other, `m/${name}`)]),
    )
  })

  it('leaves fixes to review alone until it is told to apply them', async () => {
    const files = {
      'm/0001_users.sql': users,
      'm/0002_seed.sql': "INSERT INTO users (id, email) VALUES (1, 'a');\nALTER TABLE users ADD COLUMN a int;\n",
    }
    const folder = folderWith(files)
    await invoke(folder, 'fix')
    assert.equal(read(folder, 'm/0002_seed.sql'), files['m/0002_seed.sql'])
    await invoke(folder, 'fix', '--review')
    assert.match(read(folder, 'm/0002_seed.sql'), /VALUES \(1, 'a'\)\s+ON CONFLICT/)
  })

  it('keeps CRLF, a byte order mark and the mode of a file, and writes through a link', async () => {
    const folder = folderWith({
      'm/000001_users.up.sql': users,
      'real.sql': `\ufeff${index.replaceAll('\n', '\r\n')}`,
    })
    chmodSync(join(folder, 'real.sql'), 0o600)
    symlinkSync('../real.sql', join(folder, 'm/000002_index.up.sql'))
    await invoke(folder, 'fix', 'm')
    assert.equal(read(folder, 'real.sql'), `\ufeff${concurrent.replaceAll('\n', '\r\n')}`)
    assert.equal(statSync(join(folder, 'real.sql')).mode & 0o777, 0o600)
  })

  it('returns 1 while findings are left', async () => {
    const folder = folderWith({ ...project, 'm/000003_drop.up.sql': 'SELEC;\n' })
    const { code, out } = await invoke(folder, 'fix')
    assert.equal(code, 1)
    assert.match(out, /1 finding left in 3 files\.\n$/)
  })
})

describe('writing fixed files', () => {
  afterEach(removeFolders)

  it('refuses a file that changed meanwhile, and writes none of the others', async () => {
    const folder = folderWith({ 'a.sql': 'a', 'b.sql': 'changed' })
    const refusal = await written([
      { path: join(folder, 'new.sql'), after: 'n', titles: [] },
      { path: join(folder, 'a.sql'), before: 'a', after: 'A', titles: [] },
      { path: join(folder, 'b.sql'), before: 'b', after: 'B', titles: [] },
    ])
    assert.deepEqual(refusal, { path: join(folder, 'b.sql'), reason: 'was changed meanwhile; nothing was written' })
    assert.deepEqual(readdirSync(folder), ['a.sql', 'b.sql'])
    assert.equal(readFileSync(join(folder, 'a.sql'), 'utf8'), 'a')
  })

  it('refuses to create what exists, and to write what was deleted or is not the text it was', async () => {
    const folder = folderWith({ 'a.sql': 'a', 'latin.sql': Uint8Array.from([0x2d, 0xe9]) })
    const reasonFor = async (name: string, before?: string) =>
      (await written([{ path: join(folder, name), before, after: 'x', titles: [] }]))?.reason
    assert.equal(await reasonFor('a.sql'), 'exists already; nothing was written')
    assert.equal(await reasonFor('gone.sql', 'a'), 'was deleted meanwhile; nothing was written')
    assert.equal(await reasonFor('latin.sql', '-\ufffd'), 'was changed meanwhile; nothing was written')
    assert.deepEqual([...readFileSync(join(folder, 'latin.sql'))], [0x2d, 0xe9])
  })
})
