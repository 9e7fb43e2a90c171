import { tokensOf } from '../sql/tokens'
import type { Part } from './frameworks/framework'

/** A file as it was when it ran, and as it is now. */
export interface PartsOfFile {
  readonly before: InParts
  readonly now: InParts
}

/** A file's text and what its tool records of it. */
interface InParts {
  readonly text: string
  readonly parts: readonly Part[]
}

/**
 * Returns what has run of a file whose tool records its parts: `edited` where one that ran is gone or would do something else,
 * `pending` where some are new, or run again because they changed.
 */
export function stateOfParts(file: PartsOfFile): 'applied' | 'edited' | 'pending' {
  const { before, now } = file
  const standing = new Map(now.parts.map(part => [part.key, part]))
  for (const part of before.parts) {
    const left = standing.get(part.key)
    if (!left || !(left.repeatable || isSame(part, left, file))) return 'edited'
  }
  return partsThatRan(file).length < now.parts.length ? 'pending' : 'applied'
}

/** Returns the parts that have run and do not run again. */
export function partsThatRan(file: PartsOfFile | undefined): readonly Part[] {
  if (!file) return []
  const ran = new Map(file.before.parts.map(part => [part.key, part]))
  return file.now.parts.filter(part => {
    const before = ran.get(part.key)
    return before && isSame(before, part, file)
  })
}

const isSame = (part: Part, left: Part, { before, now }: PartsOfFile): boolean =>
  isSameSql(bodyOf(part, before), bodyOf(left, now))

const bodyOf = ({ body }: Part, { text }: InParts): string => text.slice(body.start, body.end)

/** Returns whether two texts differ in comments and white space alone. */
export function isSameSql(a: string, b: string): boolean {
  if (a === b) return true
  const words = (text: string) => tokensOf(text).flatMap(token => (token.kind === 'comment' ? [] : [token.text]))
  const [left, right] = [words(a), words(b)]
  return left.length === right.length && left.every((word, index) => word === right[index])
}
