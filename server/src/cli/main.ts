import { run } from './run'
import { processTerminal } from './terminal'

run(process.argv.slice(2), processTerminal()).then(code => {
  // Not process.exit(): what was written to a pipe must still arrive.
  process.exitCode = code
})
