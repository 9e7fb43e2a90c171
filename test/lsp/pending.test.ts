import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver/node'
import { committed } from '../repository'
import { type Editor, startEditor } from './editor'

const users = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n'
const index = 'CREATE INDEX users_email_idx ON users (email);\n'
const orders = 'CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n'
const whole = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } }
const ordersIndex = 'CREATE INDEX orders_note_idx ON orders (note);\n'

describe('what has run in production, in the editor', function () {
  this.timeout(30_000)
  let folder: string
  let editor: Editor
  let git: (...args: string[]) => void

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'migration-guard-pending-')))
    mkdirSync(join(folder, 'migrations'))
    write('1_users.up.sql', users)
    write('2_index.up.sql', index)
    git = committed(folder)
  })
  afterEach(async () => {
    assert.equal(await editor.stop(), 0)
    rmSync(folder, { recursive: true, force: true })
  })

  const write = (name: string, text: string) => writeFileSync(join(folder, 'migrations', name), text)
  const uriOf = (name: string) => pathToFileURL(join(folder, 'migrations', name)).href
  const start = async (settings?: unknown) => {
    editor = await startEditor({ folder, settings })
  }
  const findings = async (name: string) =>
    (await editor.diagnostics(uriOf(name))).map(({ code, severity }: Diagnostic) => [code, severity])

  it('weighs as the setting says', async () => {
    await start({ appliedMigrations: 'hint' })
    await editor.open(uriOf('2_index.up.sql'), index)
    assert.deepEqual(await findings('2_index.up.sql'), [['index-without-concurrently', DiagnosticSeverity.Hint]])
    editor.forget()
    editor.settings = { appliedMigrations: 'ignore' }
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null })
    assert.deepEqual(await findings('2_index.up.sql'), [])
    editor.forget()
    editor.settings = {}
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null })
    assert.deepEqual(await findings('2_index.up.sql'), [['index-without-concurrently', DiagnosticSeverity.Error]])
  })

  it('makes the tables of other pending migrations new', async () => {
    write('3_orders.up.sql', orders)
    write('4_index.up.sql', ordersIndex)
    await start()
    await editor.open(uriOf('4_index.up.sql'), ordersIndex)
    assert.deepEqual(await findings('4_index.up.sql'), [])
    editor.forget()
    git('add', '.')
    git('commit', '--message=orders')
    git('switch', 'main')
    git('merge', 'work')
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: pathToFileURL(join(folder, '.git', 'logs', 'HEAD')).href, type: 2 }],
    })
    assert.deepEqual(await findings('4_index.up.sql'), [['index-without-concurrently', DiagnosticSeverity.Error]])
  })

  it('is not to be edited, and the finding goes when the edit is taken back', async () => {
    await start()
    const uri = uriOf('1_users.up.sql')
    await editor.open(uri, users)
    assert.deepEqual(await findings('1_users.up.sql'), [])
    editor.forget()
    await editor.change(uri, [{ range: whole, text: users.replace('text', 'varchar') }])
    assert.deepEqual(await findings('1_users.up.sql'), [['applied-migration-edited', DiagnosticSeverity.Warning]])
    editor.forget()
    await editor.change(uri, [{ range: whole, text: `-- a comment is no edit\n${users}` }])
    assert.deepEqual(await findings('1_users.up.sql'), [])
  })
})
