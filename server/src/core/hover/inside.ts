import type { Explanation, InnerExplanation } from '../explain'

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
  return [...(repeated ? ['in a loop'] : []), ...(conditional ? [condition] : [])]
}

/** In letters. */
const longest = 60

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim().replaceAll('`', "'")
  return line.length > longest ? `${line.slice(0, longest - 1).trimEnd()}…` : line
}
