import { setFlagsFromString } from 'node:v8'
import { run } from './run'
import { exitCodes, processTerminal } from './terminal'

// A run is over before code that is compiled anew, for speed, has paid for its compilation.
setFlagsFromString('--liftoff-only')

run(process.argv.slice(2), processTerminal()).then(code => {
  // Not process.exit(): what was written to a pipe must still arrive. A failed output has set its code already.
  if (process.exitCode !== exitCodes.failed) process.exitCode = code
})
