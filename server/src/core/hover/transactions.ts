import type { Explanation } from '../explain'
import type { Release } from '../history/timeline'
import { lineOf } from '../lines'
import { groupedBy, isFelt, overText } from './holding'
import { listed } from './lists'

/** Returns what to tell of a command that begins, marks or ends a transaction, where it stands; nothing for all others. */
export function transactionSentences(explanation: Explanation): string[] {
  if (explanation.step.transaction.lacksSavepoint)
    return ['PostgreSQL refuses it: the transaction has no such savepoint.']
  switch (explanation.tag) {
    case 'BEGIN':
    case 'START TRANSACTION':
      return beginningSentences(explanation)
    case 'SAVEPOINT':
      return savepointSentences(explanation)
    case 'RELEASE':
      return ['Locks that were taken since the savepoint stay.']
    case 'COMMIT':
    case 'ROLLBACK':
    case 'PREPARE TRANSACTION':
      return endingSentences(explanation)
    default:
      return releasedSentences(explanation)
  }
}

/** sql-begin.html: inside a transaction block it only warns. */
function beginningSentences({ until: { by, at }, step }: Explanation): string[] {
  const { first, kind } = step.transaction
  const isOpen = kind === 'tool' || (first !== step && beginnings.includes(first.command?.tag ?? ''))
  const warning = isOpen ? ['A transaction is open already: PostgreSQL warns and goes on in it.'] : []
  if (at) return [...warning, `${isOpen ? 'That one' : 'Its transaction'} ends with \`${by}\` in line ${lineOf(at)}.`]
  return by === 'session'
    ? [...warning, 'No `COMMIT` follows in this file: what it does is undone when the session ends.']
    : warning
}

const beginnings = ['BEGIN', 'START TRANSACTION']

function savepointSentences({ until: { by, at } }: Explanation): string[] {
  return by === 'ROLLBACK TO SAVEPOINT' && at?.command && 'savepoint' in at.command
    ? [`\`ROLLBACK TO ${at.command.savepoint}\` in line ${lineOf(at)} undoes what follows it and gives back its locks.`]
    : ['No `ROLLBACK TO` in this file goes back to it.']
}

/** sql-commit.html, sql-rollback.html, sql-prepare-transaction.html: without a transaction they only warn. */
function endingSentences(explanation: Explanation): string[] {
  const { tag, step } = explanation
  const { command, transaction } = step
  if (!command || !('chain' in command)) return []
  if ('inside' in step) return endingInBody(explanation)
  const released = releasedSentences(explanation)
  if (command.savepoint !== undefined) return ['Undoes what has run since the savepoint.', ...released, stay]
  if (!transaction.isBlock) return ['No transaction is open: PostgreSQL only warns.']
  const since = `line ${lineOf(transaction.first)}`
  return [
    ...(tag === 'ROLLBACK' ? [`Undoes what has run since ${since}.`] : []),
    ...(transaction.kind === 'tool'
      ? [`Ends the transaction of ${step.migration.framework.name}: what follows is no longer part of it.`]
      : []),
    ...(tag === 'PREPARE TRANSACTION' ? [leaving(explanation)] : released),
    ...(tag === 'COMMIT' && transaction.kind !== 'tool' && released.length === 0
      ? [`Ends the transaction that began in ${since}.`]
      : []),
    ...(command.chain ? ['Another transaction begins at once.'] : []),
  ]
}

/** plpgsql-transactions.html */
function endingInBody({ tag, transaction }: Explanation): string[] {
  if (transaction === 'block' || transaction === 'tool')
    return ['Here it fails: the statement that runs it is inside a transaction block.']
  return [
    `${tag === 'COMMIT' ? 'Commits' : 'Undoes'} the transaction so far and gives back its locks. Another begins at once.`,
  ]
}

const stay = 'What was locked before the savepoint stays locked.'

function leaving({ until: { by, at } }: Explanation): string {
  const other =
    by === 'PREPARE TRANSACTION' || !at ? 'whoever ends it with `COMMIT PREPARED`' : `\`${by}\` in line ${lineOf(at)}`
  return `Leaves the transaction and its locks to ${other}.`
}

/** The locks that are given back: the longest held first. */
function releasedSentences({ released }: Explanation): string[] {
  const felt = released.filter(isFelt)
  const groups = groupedBy(felt, ({ place, mode }) => `${place} ${mode}`)
  const told = groups.slice(0, groups.length > most ? most - 1 : most).map(group => {
    const [{ mode, since, over }] = group as [Release]
    const during = overText(over)
    return `Releases \`${mode}\` on ${listed(group)}, held since line ${lineOf(since)}${during === '' ? '' : ` over ${during}`}.`
  })
  const left = felt.length - groups.slice(0, told.length).flat().length
  return left > 0 ? [...told, `Releases the locks on ${left} more relations.`] : told
}

const most = 4
