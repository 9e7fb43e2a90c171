import { commands, window } from 'vscode'
import { CloseAction, ErrorAction, type ErrorHandler } from 'vscode-languageclient/node'

const mostRestarts = 3
const withinMinutes = 3

/** Returns a handler that starts a crashed server again and says so, but gives up on one that keeps crashing. */
export const restartAfterCrash = (): ErrorHandler => {
  let crashes: number[] = []
  return {
    // A message that could not be sent or read is in the output; only the end of the connection concerns the user.
    error: () => ({ action: ErrorAction.Continue, handled: true }),
    closed: () => {
      const now = Date.now()
      crashes = [...crashes.filter(crash => now - crash < withinMinutes * 60_000), now]
      if (crashes.length <= mostRestarts) {
        const message = 'The language server stopped unexpectedly and was started again.'
        // Once for a series: VS Code hides messages that follow each other fast, and the last is the one that matters.
        if (crashes.length === 1) void offer(window.showWarningMessage, message, [showOutput])
        return { action: CloseAction.Restart, message, handled: true }
      }
      const message = `The language server stopped ${crashes.length} times within ${withinMinutes} minutes and was not started again.`
      crashes = []
      void offer(window.showErrorMessage, message, [showOutput, restart])
      return { action: CloseAction.DoNotRestart, message, handled: true }
    },
  }
}

interface Offer {
  readonly title: string
  readonly command: string
}
const showOutput: Offer = { title: 'Show output', command: 'migrationGuard.showOutput' }
const restart: Offer = { title: 'Restart server', command: 'migrationGuard.restartServer' }

/** Shows the message with a button per offer, and does what the user chooses, whenever that is. */
const offer = async (show: typeof window.showErrorMessage, message: string, offers: Offer[]): Promise<void> => {
  const chosen = await show(message, ...offers)
  if (chosen) await commands.executeCommand(chosen.command)
}
