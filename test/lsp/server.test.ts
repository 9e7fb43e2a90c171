import { strict as assert } from 'node:assert'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Diagnostic, FileChangeType, type Hover } from 'vscode-languageserver/node'
import { type Editor, type EditorOptions, modern, startEditor } from './editor'

const users = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n'
const index = 'CREATE INDEX users_email_idx ON users (email);\n'

describe('language server', function () {
  this.timeout(30_000)
  let folder: string
  let editor: Editor
  const started: Editor[] = []

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'migration-guard-lsp-')))
    write('000001_users.up.sql', users)
    write('000001_users.down.sql', 'DROP TABLE users;\n')
  })
  afterEach(async () => {
    for (const one of started.splice(0)) assert.equal(await one.stop(), 0)
    rmSync(folder, { recursive: true, force: true })
  })

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const uriOf = (name: string) => pathToFileURL(join(folder, name)).href
  const start = async (options: EditorOptions = {}) => {
    editor = await startEditor({ folder, ...options })
    started.push(editor)
    return editor
  }
  /** Puts a migration on disk and opens it. */
  const opened = async (name: string, text: string) => {
    write(name, text)
    await editor.open(uriOf(name), text)
    return uriOf(name)
  }
  const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code)

  it('says what it can do, in UTF-16', async () => {
    const { answer } = await start()
    assert.equal(answer?.capabilities.positionEncoding, 'utf-16')
    assert.equal(answer?.capabilities.hoverProvider, true)
    assert.deepEqual(answer?.capabilities.codeActionProvider, {
      codeActionKinds: ['quickfix', 'source.fixAll.migrationGuard'],
    })
    assert.equal(answer?.serverInfo?.name, 'Migration Guard')
  })

  it('is served by the command line too', async () => {
    const { answer } = await start({ program: ['server/src/cli/main.ts', 'lsp'] })
    assert.equal(answer?.serverInfo?.name, 'Migration Guard')
    const uri = await opened('000002_index.up.sql', index)
    assert.equal((await editor.diagnostics(uri)).length, 1)
  })

  it('publishes findings at the place and version they were found in', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', `-- 🙂 über\n/* 🙂 */ ${index}`)
    const [found, ...others] = await editor.diagnostics(uri)
    assert.deepEqual(others, [])
    assert.equal(found?.code, 'index-without-concurrently')
    assert.equal(found?.source, 'migration-guard')
    assert.equal(found?.severity, 1)
    assert.deepEqual(found?.range, { start: { line: 1, character: 9 }, end: { line: 1, character: 21 } })
    assert.match(String(found?.message), /SHARE/)
  })

  it('follows every edit, and publishes nothing older than the last', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', index)
    assert.equal((await editor.diagnostics(uri)).length, 1)
    let version = 1
    for (let keystroke = 0; keystroke < 30; keystroke++) version = await editor.type(uri, 'ON', ' ON')
    await editor.diagnostics(uri, version)
    version = await editor.type(uri, 'INDEX', 'INDEX CONCURRENTLY')
    assert.deepEqual(await editor.diagnostics(uri, version), [])
    version = await editor.type(uri, ' CONCURRENTLY', '')
    assert.deepEqual(codes(await editor.diagnostics(uri, version)), ['index-without-concurrently'])
    const versions = editor.publishedFor(uri).map(params => params.version ?? 0)
    assert.deepEqual(
      versions,
      versions.toSorted((a, b) => a - b),
    )
  })

  it('keeps the findings of other statements while one is broken', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', `ALTER TABLE users ADD COLUMN\n;\n${index}`)
    assert.deepEqual(codes(await editor.diagnostics(uri)), ['syntax', 'index-without-concurrently'])
  })

  it('judges an open migration again when an earlier open one changes', async () => {
    await start()
    const earlier = await opened('000002_email.up.sql', 'SELECT 1;\n')
    const later = await opened('000003_constraint.up.sql', 'ALTER TABLE users ALTER COLUMN email TYPE varchar(40);\n')
    assert.deepEqual(codes(await editor.diagnostics(later)), ['column-type-rewrite'])
    editor.forget()
    await editor.type(earlier, 'SELECT 1', 'DROP TABLE users; CREATE TABLE users (email varchar(20))')
    assert.deepEqual(codes(await editor.diagnostics(later)), [])
  })

  it('reads again what changes on disk, but not under an open document', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', 'CREATE INDEX i ON accounts (name);\n')
    assert(!codes(await editor.diagnostics(uri)).includes('index-without-concurrently'), 'it fails without its table')
    editor.forget()
    write('000001_users.up.sql', 'CREATE TABLE accounts (name text);\n')
    write('000002_index.up.sql', 'SELECT nonsense from the disk\n')
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf('000001_users.up.sql'), type: FileChangeType.Changed }],
    })
    const [found] = await editor.diagnostics(uri)
    assert.equal(found?.code, 'index-without-concurrently')
  })

  it('judges a migration that was never saved, and one that appears on disk', async () => {
    await start()
    const uri = uriOf('000002_index.up.sql')
    await editor.open(uri, `${index}DROP INDEX users_email_idx;\n`)
    assert.deepEqual(codes(await editor.diagnostics(uri)), ['index-without-concurrently'])
    const fresh = uriOf('000003_accounts.up.sql')
    await editor.open(fresh, 'CREATE INDEX a ON users (email, id);\n')
    assert.equal((await editor.diagnostics(fresh)).length, 1)
    editor.forget()
    write('000003_accounts.up.sql', '')
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: fresh, type: FileChangeType.Created }],
    })
    assert.equal((await editor.diagnostics(fresh)).length, 1)
  })

  it('offers the fixes of a finding as versioned edits', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', index)
    const diagnostics = await editor.diagnostics(uri)
    const version = await editor.type(uri, 'users_email_idx', 'users_by_email')
    const actions = await editor.actions(uri, editor.all(uri), ['quickfix'], diagnostics)
    const [first] = actions
    assert.equal(first?.kind, 'quickfix')
    assert.equal(first?.isPreferred, true)
    assert.equal(first?.diagnostics?.[0]?.code, 'index-without-concurrently')
    const [change] = first?.edit?.documentChanges ?? []
    assert(change && 'textDocument' in change)
    assert.equal(change.textDocument.version, version)
    assert.equal(editor.applied(first?.edit).get(uri), 'CREATE INDEX CONCURRENTLY users_by_email ON users (email);\n')
  })

  it('offers nothing where no finding is', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', `SELECT 1;\n${index}`)
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } }
    assert.deepEqual(await editor.actions(uri, top), [])
  })

  it('creates the file that a fix needs, where the editor can', async () => {
    await start()
    const text = `ALTER TABLE users ADD COLUMN a int;\n${index}`
    const uri = await opened('000002_index.up.sql', text)
    const fix = (await editor.actions(uri, editor.all(uri))).find(action =>
      action.edit?.documentChanges?.some(change => 'kind' in change && change.kind === 'create'),
    )
    const texts = editor.applied(fix?.edit)
    const created = [...texts].find(([name]) => name.endsWith('.up.sql') && name !== uri)
    assert.match(created?.[0] ?? '', /000003_\w+\.up\.sql$/)
    assert.match(created?.[1] ?? '', /CREATE INDEX CONCURRENTLY users_email_idx ON users \(email\);/)
    assert.doesNotMatch(texts.get(uri) ?? '', /INDEX/)
  })

  it('leaves out fixes that need a file where the editor cannot create one', async () => {
    const workspace = { ...modern.workspace, workspaceEdit: { documentChanges: true } }
    await start({ capabilities: { ...modern, workspace } })
    const uri = await opened('000002_index.up.sql', `ALTER TABLE users ADD COLUMN a int;\n${index}`)
    assert.equal((await editor.diagnostics(uri)).length, 1)
    const titles = (await editor.actions(uri, editor.all(uri))).map(({ title }) => title)
    assert.deepEqual(
      titles.filter(title => !title.startsWith('Allow')),
      [],
    )
  })

  it('offers to allow a finding, behind its fixes', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', `  ${index}`)
    const [fix, ...allowing] = await editor.actions(uri, editor.all(uri))
    assert.equal(fix?.title, 'Build the index concurrently')
    assert.deepEqual(
      allowing.map(({ title }) => title),
      ['Allow index-without-concurrently for this statement', 'Allow index-without-concurrently in this file'],
    )
    const texts = allowing.map(({ edit }) => editor.applied(edit).get(uri))
    assert.deepEqual(texts, [
      `  -- guard: allow index-without-concurrently: \n  ${index}`,
      `-- guard: allow-file index-without-concurrently: \n\n  ${index}`,
    ])
  })

  it('gives plain changes to an editor without versioned edits', async () => {
    const { workspaceEdit, ...workspace } = modern.workspace ?? {}
    assert(workspaceEdit)
    await start({ capabilities: { ...modern, workspace } })
    const uri = await opened('000002_index.up.sql', index)
    const [fix] = await editor.actions(uri, editor.all(uri))
    assert.equal(fix?.edit?.documentChanges, undefined)
    assert.equal(editor.applied(fix?.edit).get(uri), 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n')
  })

  it('keeps CRLF in what it inserts', async () => {
    await start()
    write('20240101000000_users.sql', `-- +goose Up\r\n${users}`)
    for (const name of ['000001_users.up.sql', '000001_users.down.sql']) rmSync(join(folder, name))
    const uri = await opened('20240102000000_index.sql', `-- +goose Up\r\n${index.replace('\n', '\r\n')}`)
    const [fix] = await editor.actions(uri, editor.all(uri))
    const text = editor.applied(fix?.edit).get(uri) ?? ''
    assert.match(text, /NO TRANSACTION/)
    assert.doesNotMatch(text, /[^\r]\n/)
  })

  it('applies all safe fixes at once', async () => {
    await start()
    write('000001_users.up.sql', `${users}${index}CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\n`)
    const uri = await opened(
      '000002_constraints.up.sql',
      'BEGIN;\nSELECT 1;\nCOMMIT;\nDROP INDEX users_email_idx;\nCREATE INDEX a ON orders (id, user_id);\nCREATE INDEX b ON orders (user_id);\n',
    )
    assert.equal((await editor.actions(uri, editor.all(uri))).filter(({ kind }) => kind !== 'quickfix').length, 0)
    const [fixAll, ...others] = await editor.actions(uri, editor.all(uri), ['source.fixAll'])
    assert.deepEqual(others, [])
    assert.equal(fixAll?.kind, 'source.fixAll.migrationGuard')
    const texts = editor.applied(fixAll?.edit)
    const all = [...texts.values()].join('\n')
    assert.doesNotMatch(all, /INDEX (?!CONCURRENTLY)/)
    assert.equal(all.match(/CREATE INDEX CONCURRENTLY [ab] /g)?.length, 2)
  })

  it('tells of a name at its own place, in UTF-16, with a link to the file that made the thing', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', `/* 🙂 */ SELECT 'ü🙂', email FROM users;\n`)
    const hover = await editor.connection.sendRequest<Hover>('textDocument/hover', {
      textDocument: { uri },
      position: { line: 0, character: 26 },
    })
    assert.deepEqual(hover.range, { start: { line: 0, character: 23 }, end: { line: 0, character: 28 } })
    assert.deepEqual(hover.contents, {
      kind: 'markdown',
      value: [
        '**Column `users.email`**',
        '',
        '- May be null.',
        '',
        '```sql',
        'email text',
        '```',
        '',
        `Made by [000001_users.up.sql](${uriOf('000001_users.up.sql')})`,
      ].join('\n'),
    })
  })

  it('tells why there is no fix, under the pointer', async () => {
    await start()
    const key = `ALTER TABLE users RENAME COLUMN id TO key;\nCOMMENT ON COLUMN users.key IS 'new';\n`
    const uri = await opened('000002_key.up.sql', key)
    const hover = await editor.hover(uri, 'RENAME')
    assert.match(
      hover?.value ?? '',
      /\n\nNo fix of renamed-column: It cannot move behind line 2: that COMMENT names column "key" too\.$/,
    )
  })

  it('tells what a statement does, in every SQL document', async () => {
    await start()
    const texts: [string, string][] = [
      [uriOf('000009_new.up.sql'), index],
      [uriOf('notes.sql'), `-- not a migration\n${index}`],
      ['untitled:Untitled-1', index],
    ]
    for (const [uri, text] of texts) {
      await editor.open(uri, text)
      const hover = await editor.hover(uri, 'users_email_idx')
      assert.equal(hover?.kind, 'markdown')
      assert.match(hover?.value ?? '', /^\*\*CREATE INDEX\*\* · .*\n\n- `SHARE` on table `public\.users`: writes/)
      assert.match(hover?.value ?? '', /^\| waits \| INSERT, UPDATE, DELETE, .* \|$/m)
      assert.match(hover?.value ?? '', /docs\/15\/sql-createindex\.html/)
      assert((hover?.value ?? '').split('\n').length <= 25)
    }
    const blank = await editor.connection.sendRequest('textDocument/hover', {
      textDocument: { uri: uriOf('notes.sql') },
      position: { line: 0, character: 2 },
    })
    assert.equal(blank, null)
  })

  it('speaks plain text to an editor that shows no Markdown', async () => {
    const textDocument = { ...modern.textDocument, hover: { contentFormat: ['plaintext' as const] } }
    await start({ capabilities: { ...modern, textDocument } })
    await editor.open('untitled:Untitled-1', index)
    const hover = await editor.hover('untitled:Untitled-1', 'users')
    assert.equal(hover?.kind, 'plaintext')
    assert.doesNotMatch(hover?.value ?? '`', /[`*|]/)
  })

  it('finds nothing in documents that are no migrations, unless the settings ask for it', async () => {
    write('schema.sql', index)
    const other = realpathSync(mkdtempSync(join(tmpdir(), 'reports-')))
    const query = pathToFileURL(join(other, 'report.sql')).href
    writeFileSync(join(other, 'report.sql'), index)
    await start({ folder: other })
    await editor.open(uriOf('schema.sql'), index)
    assert.deepEqual(await editor.diagnostics(uriOf('schema.sql')), [])
    await editor.open(query, index)
    await editor.open('untitled:Untitled-1', index)
    assert.deepEqual(await editor.diagnostics(query), [])
    assert.deepEqual(await editor.diagnostics('untitled:Untitled-1'), [])
    editor.forget()
    editor.settings = { findingsIn: 'all' }
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null })
    assert.deepEqual(codes(await editor.diagnostics(query)), ['index-without-concurrently'])
    assert.deepEqual(codes(await editor.diagnostics('untitled:Untitled-1')), ['index-without-concurrently'])
    editor.forget()
    editor.settings = { migrations: ['changes'] }
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null })
    assert.deepEqual(await editor.diagnostics(query), [])
    rmSync(other, { recursive: true, force: true })
  })

  it('takes its settings from the editor and tells once of those it cannot take', async () => {
    await start({ settings: { postgres: 7, rules: { 'index-without-concurrently': 'hint' } } })
    const uri = await opened('000002_index.up.sql', index)
    const [found] = await editor.diagnostics(uri)
    assert.equal(found?.severity, 4)
    const [message] = await editor.until(() => (editor.messages.length > 0 ? editor.messages : undefined))
    assert.equal(
      message?.message,
      'Migration Guard: migrationGuard.postgres must be a major version from 12 to 18, or the oldest and the newest of several, such as "14-17", not 7. The default is used.',
    )
    editor.forget()
    editor.settings = { postgres: 7, rules: { 'index-without-concurrently': 'off' } }
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null })
    assert.deepEqual(await editor.diagnostics(uri), [])
    assert.equal(editor.messages.length, 1)
  })

  it('serves an editor that cannot be asked for settings', async () => {
    await start({ capabilities: {}, initializationOptions: { rules: { 'index-without-concurrently': 'warning' } } })
    const uri = await opened('000002_index.up.sql', index)
    assert.equal((await editor.diagnostics(uri))[0]?.severity, 2)
    editor.forget()
    await editor.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { migrationGuard: { rules: { 'index-without-concurrently': 'information' } } },
    })
    assert.equal((await editor.diagnostics(uri))[0]?.severity, 3)
  })

  it('clears the findings of a document that is closed, and opens it again', async () => {
    await start()
    const uri = await opened('000002_index.up.sql', index)
    assert.equal((await editor.diagnostics(uri)).length, 1)
    editor.forget()
    await editor.close(uri)
    const { diagnostics, version } = await editor.until(() => editor.publishedFor(uri).at(-1))
    assert.deepEqual({ diagnostics, version }, { diagnostics: [], version: undefined })
    await editor.open(uri, index, 7)
    assert.equal((await editor.diagnostics(uri, 7)).length, 1)
  })

  it('survives garbage', async () => {
    await start()
    const texts = [
      '',
      '\u0000\u0000',
      "'",
      '$$',
      '/*',
      '((((',
      'CREATE INDEX',
      '\ud800',
      '\\copy x from y',
      '`;',
      '- '.repeat(9999),
    ]
    for (const [number, text] of texts.entries()) {
      const uri = uriOf(`00001${number}_garbage.up.sql`)
      await editor.open(uri, text)
      await editor.diagnostics(uri)
      await editor.actions(uri, editor.all(uri))
      await editor.connection.sendRequest('textDocument/hover', {
        textDocument: { uri },
        position: { line: 99, character: 99 },
      })
    }
    const unknown = { textDocument: { uri: 'file:///nowhere/at/all.sql' }, position: { line: 0, character: 0 } }
    assert.equal(await editor.connection.sendRequest('textDocument/hover', unknown), null)
    const uri = await opened('000099_index.up.sql', index)
    assert.equal((await editor.diagnostics(uri)).length, 1)
    assert.deepEqual(editor.log, [])
  })
})
