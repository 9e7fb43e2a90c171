import { setFlagsFromString } from 'node:v8'
import { serveProcess } from './serve'

// A server lives beside the editor all day: it collects garbage before its memory has doubled. A third less for a big file.
setFlagsFromString('--heap-growing-percent=30')

try {
  serveProcess()
} catch (error) {
  // Started by hand, without saying how it should speak.
  process.stderr.write(`migration-guard: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
