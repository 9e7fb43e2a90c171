import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic } from 'vscode-languageserver/node'
import { committed } from '../repository'
import { startEditor } from './editor'

describe('modules of a repository, in the editor', function () {
  this.timeout(30_000)
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'migration-guard-modules-')))
  after(() => rmSync(folder, { recursive: true, force: true }))

  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }

  it('may share a database: what none of them makes is told once all are read, and no keystroke waits for that', async () => {
    write('users/migrations/1_users.up.sql', 'CREATE TABLE users (id bigint PRIMARY KEY);\n')
    write('bills/migrations/1_bills.up.sql', 'CREATE TABLE bills (id bigint PRIMARY KEY);\n')
    committed(folder)
    const editor = await startEditor({ folder })
    const uri = pathToFileURL(join(folder, 'bills/migrations/2_more.up.sql')).href
    const failing = (diagnostics: readonly Diagnostic[]) => diagnostics.filter(({ code }) => code === 'statement-fails')
    await editor.open(uri, 'ALTER TABLE nobody ADD COLUMN a int;\n')
    const told = await editor.until(() =>
      editor
        .publishedFor(uri)
        .map(each => failing(each.diagnostics))
        .find(({ length }) => length > 0),
    )
    assert.match(String(told[0]?.message), /relation "nobody" does not exist/)
    const version = await editor.type(uri, 'nobody', 'users')
    assert.deepEqual(failing(await editor.diagnostics(uri, version)), [])
    assert.equal(await editor.stop(), 0)
  })
})
