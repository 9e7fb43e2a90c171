import {
  type ClientCapabilities,
  CodeActionKind,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  MessageType,
  PositionEncodingKind,
  ShowMessageNotification,
  TextDocumentSyncKind,
  TextDocuments,
  type WorkDoneProgressServerReporter,
} from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { ruleIds } from '../core/lint'
import { productVersion, rulePage } from '../product'
import { type Configuration, configurationFrom, defaultConfiguration } from './configuration'
import { codeActionsOf, diagnosticsOf, fixAllKind, hoverAt, inlayHintsOf, pathOf } from './convert'
import { type OpenDocument, type Reading, Workspace } from './workspace'

/** Answers one editor on `connection` until it leaves. `ready` ends when statements can be read. */
export function serve(connection: Connection, ready: Promise<void>): void {
  let capabilities: ClientCapabilities = {}
  let initial: unknown
  const folders = new Map<string, string>()
  let common = defaultConfiguration
  let byFolder = new Map<string, Configuration>()
  const told = new Set<string>()

  const documents = new TextDocuments(TextDocument)
  const workspace = new Workspace({
    publish: judgement => {
      const { uri, version } = judgement.document
      void connection.sendDiagnostics({ uri, version, diagnostics: diagnosticsOf(judgement, capabilities, rulePage) })
    },
    withdraw: ({ uri }) => void connection.sendDiagnostics({ uri, diagnostics: [] }),
    reading: () => new ReadingShown(connection, capabilities),
    log: message => connection.console.error(message),
    changed: () => {
      if (capabilities.workspace?.inlayHint?.refreshSupport) void connection.languages.inlayHint.refresh()
    },
    configurationFor: path => (path === undefined ? undefined : nearest(byFolder, path)) ?? common,
    roots: () => [...folders.values()],
  })

  connection.onInitialize(async params => {
    await ready
    capabilities = params.capabilities
    initial = section(params.initializationOptions)
    for (const folder of params.workspaceFolders ?? []) addFolder(folder.uri)
    if (folders.size === 0 && params.rootUri) addFolder(params.rootUri)
    return {
      serverInfo: { name: 'Migration Guard', version: productVersion() },
      capabilities: {
        positionEncoding: PositionEncodingKind.UTF16,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        inlayHintProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    }
  })
  connection.onInitialized(async () => {
    register()
    await configure()
  })
  connection.onDidChangeConfiguration(async ({ settings }) => {
    if (!capabilities.workspace?.configuration) initial = section(settings) ?? initial
    await configure()
  })
  connection.onDidChangeWatchedFiles(({ changes }) =>
    workspace.changedOnDisk(
      changes.flatMap(({ uri, type }) => {
        const path = pathOf(uri)
        return path === undefined ? [] : [{ path, isNewOrGone: type !== FileChangeType.Changed }]
      }),
    ),
  )
  connection.onHover(async ({ textDocument, position }) => {
    const judgement = await workspace.judgementOf(textDocument.uri)
    return judgement ? hoverAt(judgement, position, capabilities) : null
  })
  connection.languages.inlayHint.on(async ({ textDocument, range }) => {
    const judgement = await workspace.judgementOf(textDocument.uri)
    return judgement ? inlayHintsOf(judgement, range) : []
  })
  connection.onCodeAction(async ({ textDocument, range, context: { only, diagnostics } }) => {
    const judgement = await workspace.judgementOf(textDocument.uri)
    if (!judgement) return []
    const documentAt = (path: string) => workspace.documentAt(path)
    return codeActionsOf(judgement, { range, only, diagnostics, capabilities, documentAt })
  })
  documents.onDidChangeContent(({ document }) => workspace.put(opened(document)))
  documents.onDidClose(({ document }) => workspace.close(document.uri))
  documents.listen(connection)
  connection.listen()

  function register(): void {
    const { didChangeConfiguration, didChangeWatchedFiles, workspaceFolders } = capabilities.workspace ?? {}
    if (didChangeConfiguration?.dynamicRegistration) {
      void connection.client.register(DidChangeConfigurationNotification.type, { section: 'migrationGuard' })
    }
    if (didChangeWatchedFiles?.dynamicRegistration) {
      void connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: watched }, { globPattern: ofGit }],
      })
    }
    if (!workspaceFolders) return
    connection.workspace.onDidChangeWorkspaceFolders(async ({ added, removed }) => {
      for (const { uri } of removed) folders.delete(uri)
      for (const { uri } of added) addFolder(uri)
      await configure()
    })
  }

  function addFolder(uri: string): void {
    const path = pathOf(uri)
    if (path !== undefined) folders.set(uri, path.replace(/\/$/, ''))
  }

  /** Asks the editor for its settings where it can be asked, else takes what it said when it started. */
  async function configure(): Promise<void> {
    const scopes = [undefined, ...folders.keys()]
    const answers = await settingsFor(scopes)
    const [first, ...others] = answers.map(answer => accepted(answer))
    common = first ?? defaultConfiguration
    byFolder = new Map([...folders.values()].map((path, index) => [path, others[index] ?? common]))
    workspace.configured()
  }

  async function settingsFor(scopes: readonly (string | undefined)[]): Promise<unknown[]> {
    const withoutAnswer = scopes.map(() => initial)
    if (!capabilities.workspace?.configuration) return withoutAnswer
    try {
      const answers: unknown[] = await connection.workspace.getConfiguration(
        scopes.map(scopeUri => ({ ...(scopeUri === undefined ? {} : { scopeUri }), section: 'migrationGuard' })),
      )
      return answers.map(answer => answer ?? initial)
    } catch (error) {
      connection.console.warn(`The editor did not give its settings: ${String(error)}`)
      return withoutAnswer
    }
  }

  function accepted(answer: unknown): Configuration {
    const { configuration, problems } = configurationFrom(answer, ruleIds)
    const fresh = problems.filter(problem => !told.has(problem))
    for (const problem of fresh) told.add(problem)
    if (fresh.length > 0) {
      const message = `Migration Guard: ${fresh.join('; ')}. The default is used.`
      void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message })
    }
    return configuration
  }
}

/** Tells the editor of a reading that takes longer than a second, or will. */
class ReadingShown implements Reading {
  private readonly timer = setTimeout(() => void this.show(), 1000)
  private shown: Promise<WorkDoneProgressServerReporter> | undefined
  private isOver = false
  private all = 0

  constructor(
    private readonly connection: Connection,
    private readonly capabilities: ClientCapabilities,
  ) {}

  async found(migrations: number): Promise<void> {
    this.all = migrations
    if (migrations >= manyMigrations || this.shown) await this.show(`${migrations} migrations`)
  }

  parsed(migrations: number): void {
    void this.shown?.then(reporter => {
      if (!this.isOver) reporter.report((100 * migrations) / this.all, `${migrations} of ${this.all} migrations`)
    })
  }

  end(): void {
    this.isOver = true
    clearTimeout(this.timer)
    void this.shown?.then(reporter => reporter.done())
  }

  private async show(message?: string): Promise<void> {
    if (!this.capabilities.window?.workDoneProgress || this.isOver) return
    this.shown ??= this.connection.window.createWorkDoneProgress().then(reporter => {
      reporter.begin('Reading migrations', 0, message)
      return reporter
    })
    const reporter = await this.shown
    if (message !== undefined) reporter.report(message)
  }
}

/** So many take about a second to parse. */
const manyMigrations = 2000

/** The files that tell which folders hold migrations and how they run. */
const watched =
  '**/{*.{sql,postgres,postgresql,pgsql,toml,conf,sum,plan,fizz},meta/_journal.json,*changelog*.{xml,yaml,yml,json}}'

/** The files that change when the repository's branches do. */
const ofGit = '**/.git/{HEAD,FETCH_HEAD,logs/HEAD}'

/** Some editors send `{ migrationGuard: { ... } }`, some its content. */
function section(settings: unknown): unknown {
  if (typeof settings === 'object' && settings !== null && 'migrationGuard' in settings) return settings.migrationGuard
  return settings ?? undefined
}

const opened = (document: TextDocument): OpenDocument => ({
  uri: document.uri,
  path: pathOf(document.uri),
  version: document.version,
  text: document.getText(),
})

/** The value of the innermost folder that holds `path`. */
function nearest<T>(folders: ReadonlyMap<string, T>, path: string): T | undefined {
  const holding = [...folders.keys()].filter(folder => path.startsWith(`${folder}/`))
  const innermost = holding.sort((a, b) => b.length - a.length)[0]
  return innermost === undefined ? undefined : folders.get(innermost)
}
