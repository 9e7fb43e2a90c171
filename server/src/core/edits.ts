import type { Edit, Fix } from './finding'
import type { Span } from './text'

/** One replacement in a text that is known from elsewhere. */
export interface Replacement {
  readonly span: Span
  readonly text: string
}

/** Returns `text` with every replacement made; what they insert gets the text's own line ending. They must not overlap. */
export function edited(text: string, replacements: readonly Replacement[]): string {
  const parts: string[] = []
  let done = 0
  for (const { span, text: inserted } of [...replacements].sort((a, b) => a.span.start - b.span.start)) {
    parts.push(text.slice(done, span.start), inLineEndingOf(text, inserted))
    done = span.end
  }
  return parts.join('') + text.slice(done)
}

/** Returns `inserted` with CRLF line ends where `text` has them: a file keeps one kind. */
export function inLineEndingOf(text: string, inserted: string): string {
  const first = text.indexOf('\n')
  return first > 0 && text[first - 1] === '\r' ? inserted.replace(/\r?\n/g, '\r\n') : inserted
}

/** Fixes that can be applied together, and all that they do. */
export interface Combined {
  readonly fixes: readonly Fix[]
  /** Without repeats: two fixes may need the same marker. */
  readonly edits: readonly Edit[]
  readonly creates: NonNullable<Fix['creates']>
}

/**
 * Returns the fixes that can be applied at once, earlier ones first: one that touches text of an earlier one is left for a
 * later round, and so is a second one that creates files, because it numbers them as if it were alone. Equal edits of two
 * fixes are one.
 */
export function combined(fixes: readonly Fix[]): Combined {
  const accepted: Fix[] = []
  const edits: Edit[] = []
  const creates: { path: string; text: string }[] = []
  for (const fix of fixes) {
    if (fix.creates?.length && creates.length > 0) continue
    const fresh = fix.edits.filter(edit => !edits.some(other => isSame(edit, other)))
    if (fix.edits.length > 0 && fresh.length === 0 && !fix.creates?.length) continue
    if (fresh.some(edit => edits.some(other => meet(edit, other)))) continue
    accepted.push(fix)
    edits.push(...fresh)
    creates.push(...(fix.creates ?? []))
  }
  return { fixes: accepted, edits, creates }
}

const isSame = (a: Edit, b: Edit): boolean =>
  a.path === b.path && a.span.start === b.span.start && a.span.end === b.span.end && a.text === b.text

/** Whether two edits overlap or stand so close that their order would matter; whole lines inserted at one place follow each other. */
const meet = (a: Edit, b: Edit): boolean =>
  a.path === b.path && a.span.start <= b.span.end && b.span.start <= a.span.end && !(insertsLines(a) && insertsLines(b))

const insertsLines = ({ span, text }: Edit): boolean => span.start === span.end && text.startsWith('\n')
