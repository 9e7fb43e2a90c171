import type { Fix } from '../finding'
import type { AlterRelation, CreateIndex, Drop, Reindex } from '../sql/commands'
import type { Span } from '../text'
import { mentions, reshapes } from './dependence'
import { outsideTransaction, withoutTransaction } from './placement'
import { defineRule, type RuleContext } from './rule'

export default defineRule({
  id: 'concurrently-in-transaction-block',
  risk: 'failure',
  severity: 'error',
  on: ['CREATE INDEX', 'DROP INDEX', 'REINDEX', 'ALTER TABLE'],
  directions: ['up', 'down'],
  why: `
The \`CONCURRENTLY\` forms commit in between and so cannot run inside a transaction block: PostgreSQL refuses them with
error 25001. A block is what stands between \`BEGIN\` and \`COMMIT\`, what a migration tool wraps around a file, and also
several statements sent to the server as one query.

Nothing is said where the statement runs by itself: the tool's own marker turns its transaction off, the tool sends one
statement at a time, or the file holds this one statement and the tool opens no transaction.`,
  instead: `
Tell the tool not to open a transaction for this migration, or give the statement a migration of its own. The fix does
what the tool of the project offers.`,
  manual: ['sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY', 'protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT'],

  *check(command, context) {
    const concurrent = concurrentPart(command)
    if (!concurrent || !context.transaction.isBlock || !context.effects.refusesTransactionBlock) return
    yield {
      at: concurrent.at,
      message: `${concurrent.what} cannot run inside a transaction block`,
      detail: reason(context),
      hint: 'Run it outside a transaction: with the marker of the migration tool, or alone in a migration.',
      fixes: fixes(command, context),
    }
  },

  examples: `
`,
})

function concurrentPart(command: CreateIndex | Drop | Reindex | AlterRelation): { at: Span; what: string } | undefined {
  switch (command.tag) {
    case 'CREATE INDEX':
      return command.concurrently && { at: command.concurrently, what: 'CREATE INDEX CONCURRENTLY' }
    case 'DROP INDEX':
      return command.concurrently && { at: command.concurrently, what: 'DROP INDEX CONCURRENTLY' }
    case 'REINDEX':
      return command.concurrently ? { at: command.keywords, what: 'REINDEX CONCURRENTLY' } : undefined
    case 'ALTER TABLE': {
      const detach = command.subcommands.find(({ kind }) => kind === 'DETACH PARTITION')
      return detach?.kind === 'DETACH PARTITION' && detach.concurrently
        ? { at: detach.keywords, what: 'ALTER TABLE ... DETACH CONCURRENTLY' }
        : undefined
    }
    default:
      return undefined
  }
}

/** Why the statement runs inside a transaction block, as a sentence. */
function reason({ transaction, history, steps }: RuleContext): string {
  const tool = history.framework.name
  switch (transaction.kind) {
    case 'block':
      return 'It stands between BEGIN and COMMIT.'
    case 'tool':
      return `${tool} runs this migration in a transaction.`
    default:
      return `${tool} sends ${steps.length} statements as one query, which PostgreSQL runs as one transaction.`
  }
}

function fixes(command: CreateIndex | Drop | Reindex | AlterRelation, context: RuleContext): Fix[] {
  const everyOneRefuses = context.steps.every(step => step.effects?.refusesTransactionBlock)
  const marker = context.transaction.kind === 'tool' && everyOneRefuses ? withoutTransaction(context) : undefined
  if (marker) return [{ title: withoutTransactionTitle(context), safety: 'safe', edits: marker }]
  if (context.steps.length === 1) return []
  const name = nameOfConcurrent(command)
  const placed = outsideTransaction(context, [], {
    title: name.title,
    neededBy: step =>
      mentions(step, name.name) ||
      (command.tag === 'CREATE INDEX' && command.unique && mentions(step, command.table.name)) ||
      (name.table !== undefined && reshapes(step, name.table)),
  })
  return placed && placed.where !== '' ? [{ title: `Run it${placed.where}`, safety: 'safe', ...placed }] : []
}

const withoutTransactionTitle = ({ history }: RuleContext) =>
  `Run this migration without the transaction of ${history.framework.name}`

/** What other statements would name if they needed this one, and how its own migration is called. */
function nameOfConcurrent(command: CreateIndex | Drop | Reindex | AlterRelation): {
  name: string
  title: string
  table?: string
} {
  switch (command.tag) {
    case 'CREATE INDEX': {
      const name = command.name?.name
      const table = command.table.name
      return { name: name ?? table, title: `create_${name ?? `index_on_${table}`}`, table }
    }
    case 'REINDEX':
      return { name: command.name?.name ?? '', title: `reindex_${command.name?.name ?? command.target.toLowerCase()}` }
    case 'ALTER TABLE':
    case 'ALTER INDEX':
    case 'ALTER VIEW':
    case 'ALTER MATERIALIZED VIEW':
    case 'ALTER SEQUENCE':
    case 'ALTER FOREIGN TABLE':
      return { name: command.relation.name, title: `detach_partition_of_${command.relation.name}` }
    default: {
      const name = command.names[0]?.name ?? ''
      return { name, title: `drop_${name}` }
    }
  }
}
