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

  it('bring findings to SQL files that are no migrations, and take them away', async () => {
    const { document } = await opened('notes/scratch.sql')
    await set('findingsIn', 'all')
    await findingOf(document.uri, 'dropped-table')
    await set('findingsIn', undefined)
    await withoutFinding(document.uri, 'dropped-table')
  })
})
