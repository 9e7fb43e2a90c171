import {
  commands,
  type ExtensionContext,
  type LogOutputChannel,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode'
import { LanguageClient, RevealOutputChannelOn, TransportKind } from 'vscode-languageclient/node'
import { restartAfterCrash } from './crashes'
import { showRule } from './rule-pages'

/** What SQL is called by VS Code itself and by the PostgreSQL extensions that bring a language of their own. */
const languages = ['sql', 'pgsql', 'plpgsql', 'postgres', 'postgresql']
const schemes = ['file', 'untitled']

let client: LanguageClient | undefined

/**
 * Starts the language server when the first SQL document opens; until then nothing runs. The server itself asks for the
 * settings, and for news of the files it watches.
 */
export const activate = (context: ExtensionContext): void => {
  const output = window.createOutputChannel('Migration Guard', { log: true })
  const server = languageClient(context.asAbsolutePath('dist/server.js'), output)
  client = server
  context.subscriptions.push(
    output,
    commands.registerCommand('migrationGuard.showOutput', () => output.show()),
    commands.registerCommand('migrationGuard.showRule', (id?: unknown) =>
      showRule(Uri.joinPath(context.extensionUri, 'docs', 'rules'), id),
    ),
    commands.registerCommand('migrationGuard.restartServer', async () => {
      if (server.needsStop()) await server.stop()
      await server.start()
    }),
  )
  if (workspace.textDocuments.some(isSql)) {
    start(server)
    return
  }
  const opened = workspace.onDidOpenTextDocument(document => {
    if (!isSql(document)) return
    opened.dispose()
    start(server)
  })
  context.subscriptions.push(opened)
}

export const deactivate = async (): Promise<void> => {
  if (client?.needsStop()) await client.stop()
}

const isSql = ({ languageId, uri }: TextDocument): boolean =>
  languages.includes(languageId) && schemes.includes(uri.scheme)

/** A server that does not come up has crashed, and the user hears so from there; the details are in the output. */
const start = (server: LanguageClient): void => {
  server.start().catch(error => server.error('The language server did not start', error))
}

/** Keeps its errors in the output: the library would show each in a message box, and ours would be lost among them. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false)
  }
}

const languageClient = (module: string, outputChannel: LogOutputChannel): LanguageClient =>
  new QuietClient(
    'migrationGuard',
    'Migration Guard',
    { module, transport: TransportKind.ipc },
    {
      documentSelector: schemes.flatMap(scheme => languages.map(language => ({ scheme, language }))),
      outputChannel,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      errorHandler: restartAfterCrash(),
      initializationFailedHandler: () => false,
    },
  )
