import { setFlagsFromString } from 'node:v8'
import { run } from './run'
import { exitCodes, processTerminal } from './terminal'

const args = process.argv.slice(2)
// A run is over before code that is compiled anew, for speed, has paid for its compilation. A server's day is not.
if (!args.includes('lsp')) setFlagsFromString('--liftoff-only')

run(args, processTerminal()).then(code => {
  // Not process.exit(): what was written to a pipe must still arrive. A failed output has set its code already.
  if (process.exitCode !== exitCodes.failed) process.exitCode = code
})
