import type { Fix } from '../finding'
import plain from '../history/frameworks/plain'
import type { RuleContext } from '../judgement/context'
import { type Move, outsideTransaction, withoutTransaction } from './placement'

/** Returns why the statement runs inside a transaction block, as a sentence. */
export function whyInBlock({ transaction, history, steps, inside }: RuleContext): string {
  if (inside) return 'It stands in a body, and what runs in one is inside a transaction.'
  const tool = history.framework.name
  switch (transaction.kind) {
    case 'block':
      return 'It stands between BEGIN and COMMIT.'
    case 'tool':
      return history.framework === plain
        ? `${history.source.runner()?.by ?? 'The project'} runs each file in a transaction.`
        : `${tool} runs this migration in a transaction.`
    default:
      return `${tool} sends ${steps.length} statements as one query, which PostgreSQL runs as one transaction.`
  }
}

/**
 * Returns the fix that runs a statement outside the transaction block which it refuses: without the tool's transaction where
 * every statement of the section refuses it, else after COMMIT or in a new migration.
 */
export function outsideBlock(context: RuleContext, move: Move): Fix[] {
  const everyOneRefuses = context.steps.every(step => step.effects?.refusesTransactionBlock)
  const marker = context.transaction.kind === 'tool' && everyOneRefuses ? withoutTransaction(context) : undefined
  if (marker) {
    const title = `Run this migration without the transaction of ${context.history.framework.name}`
    return [{ title, safety: 'safe', ...marker }]
  }
  if (context.steps.length === 1) return []
  const placed = outsideTransaction(context, [], move)
  return placed && placed.where !== '' ? [{ title: `Run it${placed.where}`, safety: 'safe', ...placed }] : []
}
