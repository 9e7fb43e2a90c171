import type { Explanation, InnerExplanation } from '../explain'
import type { Firing, RelationLock } from '../postgres/effects'
import { lockModes } from '../postgres/locks'
import { joined, listed, named } from './lists'

/** Returns what runs inside a statement, a sentence for each up to a screenful. */
export function insideSentences({ inside, step }: Explanation): string[] {
  const told = inside.length > most ? inside.slice(0, most - 1) : inside
  const sentences = told.map(inner => insideSentence(inner, step.migration.text))
  const left = inside.length - told.length
  return left > 0 ? [...sentences, `Runs ${left} more statements inside.`] : sentences
}

const most = 8

function insideSentence({ isHere, span, step }: InnerExplanation, text: string): string {
  const { inside, routine, statement } = step
  const where = routine
    ? `in ${routine.tag === 'CREATE PROCEDURE' ? 'procedure' : 'function'} \`${routine.name.name}\``
    : 'inside'
  const line = isHere ? ` (line ${text.slice(0, span.start).split('\n').length})` : ''
  return `Runs ${[where, ...conditions(inside)].join(', ')}: \`${shortened(statement.text)}\`${line}.`
}

function conditions({ conditional, guard, repeated }: InnerExplanation['step']['inside']): string[] {
  const condition =
    guard === 'absence' ? 'unless it is there' : guard === 'presence' ? 'if it is there' : 'if a condition holds'
  // What stands in a loop may run not once.
  const isTold = conditional && (!repeated || guard !== undefined)
  return [...(repeated ? ['in a loop'] : []), ...(isTold ? [condition] : [])]
}

/** In letters. */
const longest = 60

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim().replaceAll('`', "'")
  return line.length > longest ? `${line.slice(0, longest - 1).trimEnd()}…` : line
}

/** Returns which functions triggers run inside a statement, and what those lock, a sentence for each up to a few. */
export function firedSentences({ step }: Explanation, isTold: (lock: RelationLock) => boolean): string[] {
  const firings = step.effects?.fires ?? []
  const told = firings.length > mostFirings ? firings.slice(0, mostFirings - 1) : firings
  const left = firings.length - told.length
  return [
    ...told.map(firing => firingSentence(firing, isTold)),
    ...(left > 0 ? [`Triggers run ${left} more functions.`] : []),
  ]
}

const mostFirings = 5

function firingSentence({ triggers, routine, effects }: Firing, isTold: (lock: RelationLock) => boolean): string {
  const names = [...triggers]
  const fires = `Fires ${names.length > 1 ? 'triggers' : 'trigger'} ${named(names)}`
  const runs = `${names.length > 1 ? 'they run' : 'it runs'} \`${routine}\``
  const locks = effects.locks.filter(isTold)
  const modes = lockModes.filter(mode => locks.some(lock => lock.mode === mode)).reverse()
  const takes = modes.map(mode => `\`${mode}\` on ${listed(locks.filter(lock => lock.mode === mode))}`)
  if (takes.length > 0) return `${fires}: ${runs}, which takes ${joined(takes)}.`
  return effects.unknown.length > 0 ? `${fires}: ${runs}.` : `${fires}: ${runs}, which locks nothing.`
}
