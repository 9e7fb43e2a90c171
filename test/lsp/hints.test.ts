import { strict as assert } from 'node:assert'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { FileChangeType } from 'vscode-languageserver/node'
import { type Editor, startEditor } from './editor'

describe('inlay hints', function () {
  this.timeout(30_000)
  let folder: string
  let editor: Editor

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'migration-guard-hints-')))
    write('000001_users.up.sql', 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n')
  })
  afterEach(async () => {
    assert.equal(await editor.stop(), 0)
    rmSync(folder, { recursive: true, force: true })
  })

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const uriOf = (name: string) => pathToFileURL(join(folder, name)).href
  const opened = async (text: string, settings: unknown) => {
    editor = await startEditor({ folder, settings })
    write('000002_case.up.sql', text)
    await editor.open(uriOf('000002_case.up.sql'), text)
    return uriOf('000002_case.up.sql')
  }
  const shown = async (uri: string) =>
    (await editor.hints(uri)).map(({ position, label }) => `${position.line}:${position.character} ${label}`)
  /** Asks whenever the server says that there may be something new. */
  const untilShown = async (uri: string, expected: readonly string[]) => {
    for (;;) {
      const seen = editor.refreshes
      if (isDeepStrictEqual(await shown(uri), expected)) return
      await editor.until(() => (editor.refreshes > seen ? true : undefined))
    }
  }

  it('are off where nobody asked for them', async () => {
    const uri = await opened('CREATE INDEX i ON users (email);\n', {})
    assert.equal(editor.answer?.capabilities.inlayHintProvider, true)
    assert.deepEqual(await shown(uri), [])
  })

  it('stand behind each statement that locks something which existed, in UTF-16', async () => {
    const uri = await opened(
      [
        'CREATE INDEX i ON users (email);',
        "/* 🙂 */ ALTER TABLE users ALTER id TYPE int /* ; */ ; SELECT 'ü🙂';",
        'CREATE TABLE fresh (id int);',
        'CREATE INDEX j ON fresh (id);',
        'ALTER TABLE users',
        '  ALTER email SET NOT NULL',
      ].join('\n'),
      { inlayHints: true },
    )
    assert.deepEqual(await shown(uri), [
      '0:32 SHARE · build',
      '1:54 ACCESS EXCLUSIVE · rewrite',
      '5:26 ACCESS EXCLUSIVE · scan',
    ])
    const [first] = await editor.hints(uri)
    assert.equal(first?.tooltip, 'SHARE on public.users while an index is built from every row')
    assert.equal(first?.paddingLeft, true)
  })

  it('are not of a lock that comes last, when CONCURRENTLY has waited', async () => {
    write(
      '000000_logs.up.sql',
      `CREATE TABLE logs (at date) PARTITION BY RANGE (at);
CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');`,
    )
    const uri = await opened('ALTER TABLE logs DETACH PARTITION logs_old CONCURRENTLY;', { inlayHints: true })
    assert.deepEqual(await shown(uri), ['0:56 SHARE UPDATE EXCLUSIVE'])
  })

  it('are those of the range asked for', async () => {
    const uri = await opened('TRUNCATE users;\nTRUNCATE users;\nTRUNCATE users;\n', { inlayHints: true })
    const line = { start: { line: 1, character: 0 }, end: { line: 1, character: 15 } }
    assert.deepEqual(
      (await editor.hints(uri, line)).map(({ position }) => position.line),
      [1],
    )
  })

  it('come and go with the setting', async () => {
    const uri = await opened('TRUNCATE users;\n', {})
    assert.deepEqual(await shown(uri), [])
    editor.settings = { inlayHints: true }
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null })
    await untilShown(uri, ['0:15 ACCESS EXCLUSIVE'])
    editor.settings = {}
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null })
    await untilShown(uri, [])
  })

  it('are asked for again when an earlier migration changes, on disk or in another editor', async () => {
    const uri = await opened('CREATE INDEX i ON users (email);\n', { inlayHints: true })
    assert.deepEqual(await shown(uri), ['0:32 SHARE · build'])
    write('000001_users.up.sql', 'CREATE TABLE others (id int);\n')
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf('000001_users.up.sql'), type: FileChangeType.Changed }],
    })
    // Without its table the statement fails.
    await untilShown(uri, [])
    await editor.open(uriOf('000001_users.up.sql'), 'CREATE TABLE others (id int);\n')
    await editor.type(uriOf('000001_users.up.sql'), 'others (id int)', 'users (email text)')
    await untilShown(uri, ['0:32 SHARE · build'])
  })
})
