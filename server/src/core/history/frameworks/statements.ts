import { statementSpansIn } from '../../sql/split'
import { behindComment } from '../../sql/tokens'
import type { FollowUp } from './framework'

/**
 * Returns the request as it is, or, for tools that send a file as one query, cut into requests of one statement each where
 * none may run in a transaction: several statements in one query always do. Each statement's undoing goes with it where
 * there are as many; else all of them go with the first.
 */
export function oneByOne(request: FollowUp): readonly FollowUp[] {
  if (request.transaction) return [request]
  const ups = texts(request.up)
  if (ups.length < 2) return [request]
  const downs = texts(request.down)
  const paired = downs.length === ups.length
  return ups.map((up, index) => ({
    ...request,
    title: index === 0 ? request.title : `${request.title}_${index + 1}`,
    up,
    down: paired ? (downs.at(-1 - index) as string) : index === 0 ? request.down : '',
  }))
}

/** Returns the text of each statement with the comments before it and behind it on its line, each ended by a semicolon. */
export function texts(sql: string): readonly string[] {
  let from = 0
  return statementSpansIn(sql).map(({ end }) => {
    const semicolon = sql[end] === ';' ? end + 1 : end
    const start = from
    from = behindComment(sql, semicolon)
    return `${sql.slice(start, end).trim()};${sql.slice(semicolon, from).trimEnd()}`
  })
}

/** Returns SQL with fences around the statements that a tool would cut: those with a line inside that ends in a semicolon. */
export const delimited = (sql: string, before: string, after: string): string =>
  texts(sql)
    .map(text => (/;[ \t]*(?:--.*)?\r?\n/.test(text) ? `${before}\n${text}\n${after}` : text))
    .join('\n')
