import { strict as assert } from 'node:assert'
import * as vscode from 'vscode'
import { findingOf, opened, withoutFinding } from './document'

describe('while typing', () => {
  it('underlines what was typed, and nothing once it is gone', async () => {
    const editor = await opened('db/migrations/000003_typed.up.sql')
    for (const letter of 'CREATE INDEX orders_user_idx ON orders (user_id);') {
      await vscode.commands.executeCommand('type', { text: letter })
    }
    const { range } = await findingOf(editor.document.uri, 'index-without-concurrently')
    assert.equal(editor.document.getText(range), 'CREATE INDEX')

    await vscode.commands.executeCommand('editor.action.selectAll')
    await vscode.commands.executeCommand('deleteLeft')
    await withoutFinding(editor.document.uri, 'index-without-concurrently')
    assert.equal(editor.document.getText(), '')
  })
})
