import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { loadParser } from '../core/sql/engine'
import { parserBinary } from '../files'
import { serve } from './server'

/**
 * Serves the editor that started this process, over what its arguments name: `--stdio`, `--node-ipc`, `--socket=port` or
 * `--pipe=name`. A failure nobody caught is told to the editor and survived: the other documents are still served.
 */
export function serveProcess(): void {
  const connection = createConnection(ProposedFeatures.all)
  const tell = (error: unknown) =>
    connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
  serve(
    connection,
    parserBinary().then(binary => loadParser(new Uint8Array(binary))),
  )
}
