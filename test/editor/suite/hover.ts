import { strict as assert } from 'node:assert'
import * as vscode from 'vscode'
import { findingOf, opened } from './document'

describe('hover', () => {
  it('tells the lock of a statement and who waits', async () => {
    const { document } = await opened('db/migrations/000002_index_users_email.up.sql')
    await findingOf(document.uri, 'index-without-concurrently')
    const text = await hoverAt(document, document.getText().indexOf('users_email_idx'))
    assert.match(text, /`?public\.users`?/)
    assert.match(text, /\bSHARE\b/)
    assert.match(text, /INSERT/)
  })

  it('tells what a table is by its name, and links to the migration that made it', async () => {
    const { document } = await opened('db/migrations/000002_index_users_email.up.sql')
    const text = await hoverAt(document, document.getText().indexOf('ON users') + 'ON '.length)
    assert.match(text, /Table `users`/)
    assert.match(text, /^email +text +NOT NULL$/m)
    assert.match(
      text,
      /\[000001_create_users_and_orders\.up\.sql\]\(file:\/\/\/.*000001_create_users_and_orders\.up\.sql\)/,
    )
  })

  it('works in a document that was never saved', async () => {
    const content = 'TRUNCATE accounts;'
    const document = await vscode.workspace.openTextDocument({ language: 'sql', content })
    await vscode.window.showTextDocument(document)
    assert.match(await hoverAt(document, 3), /ACCESS EXCLUSIVE/)
  })
})

const hoverAt = async (document: vscode.TextDocument, offset: number): Promise<string> => {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    document.positionAt(offset),
  )
  const contents = hovers.flatMap(hover => hover.contents)
  return contents.map(content => (typeof content === 'string' ? content : content.value)).join('\n')
}
