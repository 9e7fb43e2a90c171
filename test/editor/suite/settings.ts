import { strict as assert } from 'node:assert'
import * as vscode from 'vscode'
import { findingOf, opened, withoutFinding } from './document'

describe('settings', () => {
  const set = (name: string, value: unknown) =>
    vscode.workspace.getConfiguration('migrationGuard').update(name, value, vscode.ConfigurationTarget.Workspace)

  it('turn a rule off and on again while the file is open', async () => {
    const { document } = await opened('db/migrations/000002_index_users_email.up.sql')
    await findingOf(document.uri, 'index-without-concurrently')
    await set('rules', { 'index-without-concurrently': 'off' })
    await withoutFinding(document.uri, 'index-without-concurrently')
    await set('rules', undefined)
    await findingOf(document.uri, 'index-without-concurrently')
  })

  it('show the strongest lock at the end of statements, and hide it', async () => {
    const { document } = await opened('db/migrations/000002_index_users_email.up.sql')
    await set('inlayHints', true)
    assert.equal((await hints(document, true))[0]?.label, 'SHARE · build')
    await set('inlayHints', undefined)
    assert.deepEqual(await hints(document, false), [])
  })

  it('bring findings to SQL files that are no migrations, and take them away', async () => {
    const { document } = await opened('notes/scratch.sql')
    await set('findingsIn', 'all')
    await findingOf(document.uri, 'dropped-table')
    await set('findingsIn', undefined)
    await withoutFinding(document.uri, 'dropped-table')
  })
})

/** Asks until the server has heard of the setting: each answer is a message there and back. */
const hints = async (document: vscode.TextDocument, wanted: boolean): Promise<vscode.InlayHint[]> => {
  const all = new vscode.Range(0, 0, document.lineCount, 0)
  for (;;) {
    const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      all,
    )
    if (found.length > 0 === wanted) return found
  }
}
