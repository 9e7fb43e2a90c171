import { strict as assert } from 'node:assert'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import {
  type ApplyWorkspaceEditParams,
  type ClientCapabilities,
  type CodeAction,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type InlayHint,
  MarkupContent,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type ShowMessageParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'

/** What VS Code says that it can do, as far as the server asks. */
export const modern: ClientCapabilities = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    inlayHint: { refreshSupport: true },
    workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] },
  },
  textDocument: {
    publishDiagnostics: { versionSupport: true, codeDescriptionSupport: true },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source'] } },
      isPreferredSupport: true,
    },
  },
}

export interface EditorOptions {
  /** The workspace folder. */
  readonly folder?: string
  readonly capabilities?: ClientCapabilities
  /** What the editor answers when asked for `migrationGuard`. */
  readonly settings?: unknown
  readonly initializationOptions?: unknown
  /** What serves: the server's own program, unless another is named. */
  readonly program?: readonly string[]
}

/** Starts the language server as an editor does, in a process of its own, and speaks with it over stdio. */
export async function startEditor(options: EditorOptions = {}): Promise<Editor> {
  const { program = ['server/src/lsp/main.ts'] } = options
  const server = spawn(process.execPath, ['--import', 'tsx', ...program, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const editor = new Editor(server, options)
  await editor.initialize()
  return editor
}

/** An editor without a screen: keeps documents, remembers what the server publishes, applies its edits. */
export class Editor {
  readonly connection: ProtocolConnection
  readonly messages: ShowMessageParams[] = []
  readonly registered: string[] = []
  readonly log: string[] = []
  /** How often the server has asked to ask again for inlay hints. */
  refreshes = 0
  settings: unknown
  answer: InitializeResult | undefined
  private readonly documents = new Map<string, TextDocument>()
  private readonly published = new Map<string, PublishDiagnosticsParams[]>()
  private readonly waiting = new Set<() => void>()

  constructor(
    private readonly server: ChildProcess,
    private readonly options: EditorOptions,
  ) {
    assert(server.stdout && server.stdin)
    this.settings = options.settings
    this.connection = createProtocolConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    )
    this.connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.published.set(params.uri, [...(this.published.get(params.uri) ?? []), params])
      this.wake()
    })
    this.connection.onNotification('window/showMessage', (params: ShowMessageParams) => {
      this.messages.push(params)
      this.wake()
    })
    this.connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.log.push(message)
    })
    this.connection.onRequest('workspace/inlayHint/refresh', () => {
      this.refreshes++
      this.wake()
      return null
    })
    this.connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
      items.map(() => this.settings ?? null),
    )
    this.connection.onRequest('client/registerCapability', ({ registrations }) => {
      this.registered.push(...registrations.map(({ method }: { method: string }) => method))
      return null
    })
    this.connection.listen()
  }

  async initialize(): Promise<void> {
    const { folder, capabilities = modern, initializationOptions } = this.options
    const rootUri = folder === undefined ? null : pathToFileURL(folder).href
    this.answer = await this.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: rootUri === null ? null : [{ uri: rootUri, name: 'test' }],
      capabilities,
      initializationOptions,
    })
    await this.connection.sendNotification('initialized', {})
  }

  async open(uri: string, text: string, version = 1): Promise<void> {
    this.documents.set(uri, TextDocument.create(uri, 'sql', version, text))
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'sql', version, text },
    })
  }

  /** Types `text` over the first occurrence of `target` and returns the document's new version. */
  async type(uri: string, target: string, text: string): Promise<number> {
    const document = this.document(uri)
    const start = document.getText().indexOf(target)
    assert(start >= 0, `no ${target} in ${uri}`)
    const range = { start: document.positionAt(start), end: document.positionAt(start + target.length) }
    return this.change(uri, [{ range, text }])
  }

  async change(uri: string, contentChanges: { range: Range; text: string }[]): Promise<number> {
    const document = this.document(uri)
    const version = document.version + 1
    this.documents.set(uri, TextDocument.update(document, contentChanges, version))
    await this.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges })
    return version
  }

  async close(uri: string): Promise<void> {
    this.documents.delete(uri)
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } })
  }

  /** Returns the last diagnostics published for a version of a document, once there are some. */
  async diagnostics(uri: string, wanted?: number): Promise<Diagnostic[]> {
    const version = wanted ?? this.document(uri).version
    const found = await this.until(() => this.published.get(uri)?.findLast(params => params.version === version))
    return found.diagnostics
  }

  /** Forgets what was published, so that only what comes from now on is seen. */
  forget(): void {
    this.published.clear()
  }

  publishedFor(uri: string): readonly PublishDiagnosticsParams[] {
    return this.published.get(uri) ?? []
  }

  /** Waits until `look` finds something; it looks again at everything the server says. */
  async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      await new Promise<void>(resolve => this.waiting.add(resolve))
    }
  }

  /** Hovers over the first occurrence of `target`; returns what is shown. */
  async hover(uri: string, target: string): Promise<MarkupContent | null> {
    const document = this.document(uri)
    const offset = document.getText().indexOf(target)
    assert(offset >= 0, `no ${target} in ${uri}`)
    const position = document.positionAt(offset)
    const hover = await this.connection.sendRequest<Hover | null>('textDocument/hover', {
      textDocument: { uri },
      position,
    })
    if (!hover) return null
    assert(MarkupContent.is(hover.contents))
    return hover.contents
  }

  hints(uri: string, range = this.all(uri)): Promise<InlayHint[]> {
    return this.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri }, range })
  }

  actions(uri: string, range: Range, only?: string[], diagnostics: Diagnostic[] = []): Promise<CodeAction[]> {
    const context = only ? { diagnostics, only } : { diagnostics }
    return this.connection.sendRequest('textDocument/codeAction', { textDocument: { uri }, range, context })
  }

  /** The whole document. */
  all(uri: string): Range {
    const document = this.document(uri)
    return { start: { line: 0, character: 0 }, end: document.positionAt(document.getText().length) }
  }

  /** Returns the texts after `edit`, by address, as an editor that checks versions would make them. */
  applied(edit: WorkspaceEdit | ApplyWorkspaceEditParams['edit'] | undefined): Map<string, string> {
    const texts = new Map<string, string>()
    for (const change of edit?.documentChanges ?? []) {
      if ('kind' in change) {
        assert.equal(change.kind, 'create')
        if (change.kind === 'create') texts.set(change.uri, '')
      } else texts.set(change.textDocument.uri, this.textAfter(change, texts))
    }
    for (const [uri, edits] of Object.entries(edit?.changes ?? {})) {
      texts.set(uri, TextDocument.applyEdits(this.document(uri), edits))
    }
    return texts
  }

  private textAfter({ textDocument, edits }: TextDocumentEdit, texts: ReadonlyMap<string, string>): string {
    const open = this.documents.get(textDocument.uri)
    if (open) assert.equal(textDocument.version, open.version, 'the edit is for another version')
    const created = texts.get(textDocument.uri)
    const document = created === undefined ? open : TextDocument.create(textDocument.uri, 'sql', 0, created)
    assert(document, `an edit of ${textDocument.uri}, which is not open`)
    return TextDocument.applyEdits(
      document,
      edits.flatMap(edit => ('newText' in edit ? [edit] : [])),
    )
  }

  text(uri: string): string {
    return this.document(uri).getText()
  }

  /** Says goodbye as the protocol asks, and returns the server's exit code. */
  async stop(): Promise<number | null> {
    const ended = once(this.server, 'exit')
    await this.connection.sendRequest('shutdown')
    await this.connection.sendNotification('exit')
    const [code] = await ended
    this.connection.dispose()
    return code
  }

  private document(uri: string): TextDocument {
    const document = this.documents.get(uri)
    assert(document, `${uri} is not open`)
    return document
  }

  private wake(): void {
    const waiting = [...this.waiting]
    this.waiting.clear()
    for (const resolve of waiting) resolve()
  }
}
