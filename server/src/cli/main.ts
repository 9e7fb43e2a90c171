import { run } from './run'
import { exitCodes, processTerminal } from './terminal'

run(process.argv.slice(2), processTerminal()).then(code => {
  // Not process.exit(): what was written to a pipe must still arrive. A failed output has set its code already.
  if (process.exitCode !== exitCodes.failed) process.exitCode = code
})
