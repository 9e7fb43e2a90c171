import { strict as assert } from 'node:assert'
import * as vscode from 'vscode'
import { findingOf, opened, textOnce, uriOf, withoutFinding } from './document'

describe('quick fixes', () => {
  it('build an index concurrently, and undo takes it back', async () => {
    const { document } = await opened('db/migrations/000002_index_users_email.up.sql')
    const before = document.getText()
    await applyFix(document.uri, 'index-without-concurrently', 'Build the index concurrently')
    await withoutFinding(document.uri, 'index-without-concurrently')
    assert.equal(document.getText(), 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n')

    await vscode.commands.executeCommand('undo')
    assert.equal(await textOnce(document, text => text === before), before)
    await findingOf(document.uri, 'index-without-concurrently')
  })

  it('are applied all at once by the source action', async () => {
    const { document } = await opened('db/migrations/000002_index_users_email.up.sql')
    await findingOf(document.uri, 'index-without-concurrently')
    await vscode.commands.executeCommand('editor.action.sourceAction', {
      kind: 'source.fixAll.migrationGuard',
      apply: 'first',
    })
    await withoutFinding(document.uri, 'index-without-concurrently')
    assert.equal(document.getText(), 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n')
    await vscode.commands.executeCommand('undo')
    await findingOf(document.uri, 'index-without-concurrently')
  })

  it('take a migration out of the transaction that its tool opens', async () => {
    const { document } = await opened('services/billing/migrations/00002_index_invoices.sql')
    await applyFix(document.uri, 'index-without-concurrently', 'Build the index concurrently')
    await withoutFinding(document.uri, 'index-without-concurrently')
    assert.equal(
      document.getText(),
      `-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY invoices_customer_id_idx ON invoices (customer_id);

-- +goose Down
DROP INDEX CONCURRENTLY invoices_customer_id_idx;
`,
    )
  })

  it('validate a foreign key in a migration that follows, and create it', async () => {
    const { document } = await opened('db/migrations/000004_orders_belong_to_users.up.sql')
    await applyFix(document.uri, 'foreign-key-validated-at-once', 'NOT VALID')
    await withoutFinding(document.uri, 'foreign-key-validated-at-once')
    assert.equal(
      document.getText(),
      `ALTER TABLE orders
  -- nobody buys anonymously
  ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
`,
    )
    const files = await vscode.workspace.fs.readDirectory(uriOf('db/migrations'))
    const created = files.map(([name]) => name).filter(name => name.startsWith('000005_'))
    assert.deepEqual(created.sort(), [
      '000005_validate_orders_user_id_fkey.down.sql',
      '000005_validate_orders_user_id_fkey.up.sql',
    ])
    const up = await vscode.workspace.openTextDocument(
      uriOf('db/migrations/000005_validate_orders_user_id_fkey.up.sql'),
    )
    assert.equal(up.getText(), 'ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;\n')
  })
})

/** Applies the one quick fix of a finding whose title contains `title`, as choosing it behind the lightbulb does. */
const applyFix = async (uri: vscode.Uri, rule: string, title: string): Promise<void> => {
  const { range } = await findingOf(uri, rule)
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    uri,
    range,
    vscode.CodeActionKind.QuickFix.value,
  )
  const [action, ...others] = actions.filter(action => action.title.includes(title))
  assert(action?.edit, `no "${title}" among: ${actions.map(action => action.title).join(', ')}`)
  assert.equal(others.length, 0)
  assert(await vscode.workspace.applyEdit(action.edit))
}
