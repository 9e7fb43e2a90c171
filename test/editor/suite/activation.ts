import { strict as assert } from 'node:assert'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as vscode from 'vscode'
import { findingOf, opened, uriOf } from './document'

describe('the extension', () => {
  const extension = () => {
    const found = vscode.extensions.getExtension('migration-guard.migration-guard')
    assert(found, 'not installed')
    return found
  }

  it('runs from its package, without node_modules in it or above it', () => {
    const above = (folder: string): string[] => [folder, ...(dirname(folder) === folder ? [] : above(dirname(folder)))]
    const found = above(extension().extensionPath).filter(folder => existsSync(join(folder, 'node_modules')))
    assert.deepEqual(found, [])
  })

  it('sleeps while no SQL file is open', async () => {
    await opened('README.md')
    assert.equal(extension().isActive, false)
  })

  it('wakes up with the first SQL file', async () => {
    await opened('db/migrations/000002_index_users_email.up.sql')
    await findingOf(uriOf('db/migrations/000002_index_users_email.up.sql'), 'index-without-concurrently')
    assert.equal(extension().isActive, true)
  })

  it('brings the page that a finding links to', async () => {
    const uri = uriOf('db/migrations/000002_index_users_email.up.sql')
    const { code } = await findingOf(uri, 'index-without-concurrently')
    assert(typeof code === 'object', 'not a link')
    const page = await vscode.workspace.fs.readFile(code.target)
    assert.match(Buffer.from(page).toString(), /^# index-without-concurrently$/m)
  })
})
