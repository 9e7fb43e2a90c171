import type { Migration } from '../history/migration'
import { tokensOf } from '../sql/tokens'

/** Returns whether a comment in the down of a migration, or an error that the down raises says that it cannot or need not be undone. */
export const saysIrreversible = (down: Migration): boolean =>
  /irreversible/i.test(down.text) || irreversible.test(commentsInDown(down))

/** Returns whether a comment in the down names something: then somebody has thought of it. */
export const isCommentedOn = (down: Migration, name: string): boolean =>
  commentsInDown(down).toLowerCase().includes(name.toLowerCase())

const irreversible =
  /irrevers|irrevoc|(?:not|n['’]?t|cannot|un|im|never)[ -]?(?:be )?(?:possible|safely )?(?:revers|revert|undo|undone|roll)|no[- ]?op\b|(?:nothing|no need|not? (?:necessary|needed)) (?:to|for)|no (?:down|rollback|roll[- ]back|revert|way back|reverse|undo)|one[- ]way|do(?:es)? not(?:hing)?\b|don['’]t|intentional|deliberate|on purpose|keep|can(?:no|['’])t|cannot|unable|not (?:supported|possible|support|remove|drop|restore)|left (?:empty|blank|in place|as is)|forward[- ]only|leave|skip|ignore/i

function commentsInDown(down: Migration): string {
  const known = comments.get(down)
  if (known !== undefined) return known
  const found = down.sections
    .filter(({ direction }) => direction === 'down')
    .flatMap(({ span }) => tokensOf(down.text.slice(span.start, span.end)))
    .flatMap(({ kind, text }) => (kind === 'comment' ? [text] : []))
    .join('\n')
  comments.set(down, found)
  return found
}

const comments = new WeakMap<Migration, string>()
