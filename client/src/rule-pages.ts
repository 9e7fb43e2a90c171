import { commands, languages, Uri, window, workspace } from 'vscode'

/**
 * Shows the page of a rule from the documentation that ships with us, in `folder`: that of the id given, else of the one that
 * the user picks. Those of the findings at the cursor come first.
 */
export async function showRule(folder: Uri, id?: unknown): Promise<void> {
  const chosen = typeof id === 'string' ? id : await picked(folder)
  if (chosen !== undefined) await commands.executeCommand('markdown.showPreview', Uri.joinPath(folder, `${chosen}.md`))
}

async function picked(folder: Uri): Promise<string | undefined> {
  const files = await workspace.fs.readDirectory(folder)
  const all = files.map(([name]) => name.replace(/\.md$/, '')).filter(name => name !== 'README')
  const here = idsAtCursor().filter(id => all.includes(id))
  const items = [...new Set([...here, ...all.sort()])]
  return window.showQuickPick(items, { placeHolder: 'Which rule?' })
}

function idsAtCursor(): string[] {
  const editor = window.activeTextEditor
  if (!editor) return []
  return languages
    .getDiagnostics(editor.document.uri)
    .filter(({ source, range }) => source === 'migration-guard' && range.intersection(editor.selection))
    .flatMap(({ code }) => (typeof code === 'object' ? String(code.value) : (code?.toString() ?? [])))
}
