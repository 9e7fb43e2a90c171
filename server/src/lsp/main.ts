import { serveProcess } from './serve'

try {
  serveProcess()
} catch (error) {
  // Started by hand, without saying how it should speak.
  process.stderr.write(`migration-guard: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
