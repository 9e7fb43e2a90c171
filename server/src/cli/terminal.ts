import { createColors } from 'picocolors'

/** Where a command reads its place and writes its answer: a process, or a test. */
export interface Terminal {
  /** Absolute; paths in the output are relative to it. */
  readonly folder: string
  readonly colours: ReturnType<typeof createColors>
  /** The width that long lines are fitted to. */
  readonly columns: number
  /** Whether a person reads along. */
  readonly isInteractive: boolean
  readonly write: (text: string) => void
  /** Writes to standard error. */
  readonly complain: (text: string) => void
}

/** Exit codes: documented in docs/formats.md and in --help. */
export const exitCodes = { fine: 0, findings: 1, failed: 2 } as const

/** What the user asked for cannot be done; the message says it all. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Returns the terminal of this process. Colour follows NO_COLOR, FORCE_COLOR and whether standard output is a terminal. */
export function processTerminal(): Terminal {
  const { env, stdout, stderr } = process
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) closes the pipe: what is left to say is not wanted, the exit code stands.
    if (error.code === 'EPIPE') return
    stderr.write(`migration-guard: standard output: cannot be written (${error.code})\n`)
    process.exitCode = exitCodes.failed
  })
  // Where even this cannot be told there is nobody left to tell.
  stderr.on('error', () => {})
  const wantsColour = env.FORCE_COLOR ? env.FORCE_COLOR !== '0' : Boolean(stdout.isTTY) && env.TERM !== 'dumb'
  return {
    folder: process.cwd(),
    colours: createColors(wantsColour && !env.NO_COLOR),
    columns: stdout.isTTY ? Math.max(40, stdout.columns) : 120,
    isInteractive: Boolean(stdout.isTTY),
    write: text => void stdout.write(text),
    complain: text => void stderr.write(text),
  }
}
