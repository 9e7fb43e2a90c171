import { tokensOf } from '../sql/tokens'
import type { Part } from './frameworks/framework'

/** A file's text and what its tool records of it. */
export interface InParts {
  readonly text: string
  readonly parts: readonly Part[]
}

/**
 * Returns what has run of a file whose tool records its parts: `edited` where one that ran is gone or would do something else,
 * `pending` where some are new, or run again because they changed.
 */
export function stateOfParts(ran: InParts, now: InParts): 'applied' | 'edited' | 'pending' {
  const before = new Set(ran.parts.map(({ key }) => key))
  const standing = new Map(now.parts.map(part => [part.key, part]))
  let isPending = now.parts.some(({ key }) => !before.has(key))
  for (const part of ran.parts) {
    const left = standing.get(part.key)
    if (!left) return 'edited'
    if (isSameSql(bodyOf(part, ran), bodyOf(left, now))) continue
    if (!left.repeatable) return 'edited'
    isPending = true
  }
  return isPending ? 'pending' : 'applied'
}

const bodyOf = ({ body }: Part, { text }: InParts): string => text.slice(body.start, body.end)

/** Returns whether two texts differ in comments and white space alone. */
export function isSameSql(a: string, b: string): boolean {
  if (a === b) return true
  const words = (text: string) => tokensOf(text).flatMap(token => (token.kind === 'comment' ? [] : [token.text]))
  const [left, right] = [words(a), words(b)]
  return left.length === right.length && left.every((word, index) => word === right[index])
}
