import { strict as assert } from 'node:assert'
import * as vscode from 'vscode'

/** Returns where a file of the workspace is. */
export const uriOf = (path: string): vscode.Uri => {
  const folder = vscode.workspace.workspaceFolders?.[0]
  assert(folder, 'no folder is open')
  return vscode.Uri.joinPath(folder.uri, path)
}

/** Opens a file of the workspace in an editor. */
export const opened = async (path: string): Promise<vscode.TextEditor> =>
  vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uriOf(path)), { preview: false })

/** Resolves with the diagnostics of a file as soon as they are as wanted. */
export const diagnosticsOnce = (
  uri: vscode.Uri,
  wanted: (diagnostics: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> =>
  new Promise(resolve => {
    const look = () => {
      const diagnostics = vscode.languages.getDiagnostics(uri)
      if (!wanted(diagnostics)) return
      listener.dispose()
      resolve(diagnostics)
    }
    const listener = vscode.languages.onDidChangeDiagnostics(look)
    look()
  })

/** Returns the rule that a diagnostic comes from. */
export const ruleOf = ({ code }: vscode.Diagnostic): string =>
  String(typeof code === 'object' ? code.value : (code ?? ''))

/** Resolves with the finding of a rule in a file as soon as there is one. */
export const findingOf = async (uri: vscode.Uri, rule: string): Promise<vscode.Diagnostic> => {
  const found = (await diagnosticsOnce(uri, all => all.some(one => ruleOf(one) === rule))).find(
    one => ruleOf(one) === rule,
  )
  assert(found)
  return found
}

/** Resolves when a file has no finding of a rule. */
export const withoutFinding = async (uri: vscode.Uri, rule: string): Promise<void> => {
  await diagnosticsOnce(uri, all => all.every(one => ruleOf(one) !== rule))
}

/** Resolves with the text of a document as soon as it is as wanted. */
export const textOnce = (document: vscode.TextDocument, wanted: (text: string) => boolean): Promise<string> =>
  new Promise(resolve => {
    const look = () => {
      if (!wanted(document.getText())) return
      listener.dispose()
      resolve(document.getText())
    }
    const listener = vscode.workspace.onDidChangeTextDocument(look)
    look()
  })
