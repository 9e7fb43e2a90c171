import type { Edit, Finding } from './finding'
import type { Migration } from './history/migration'
import { rules } from './rules'
import type { Settings } from './settings'
import type { Statement } from './sql/statements'
import { tokensOf } from './sql/tokens'
import { lineStart } from './text'

/** An allow comment that a person may take instead of a fix. */
export interface Offer {
  readonly title: string
  readonly edits: readonly Edit[]
}

/**
 * Returns the allow comments that would silence a finding: for its line, its statement, its file. Where the settings ask for
 * a reason the comment ends where the person writes it, and allows nothing before. None for what no comment can allow, and where
 * there is no room for one.
 */
export function allowOffers({ rule, span }: Finding, migration: Migration, settings: Settings): Offer[] {
  if (rules.every(({ id, on }) => id !== rule || on === 'allow comments')) return []
  const { path, text, sections } = migration
  const comment = (word: string) => `-- guard: ${word} ${rule}${settings.allowReasons === 'optional' ? '' : ': '}`
  const put = (at: number, text: string): Edit[] => [{ path, span: { start: at, end: at }, text }]
  const offers: Offer[] = []

  const section = sections.find(each => each.span.start <= span.start && span.start <= each.span.end)
  const statement = section?.statements.find(each => each.span.start <= span.start && span.start < each.span.end)
  if (statement && section?.linePrefix === undefined) {
    const end = lineEnd(text, span.start)
    if (isOverLines(statement, text) && isOpen(statement, end)) {
      offers.push({ title: `Allow ${rule} on this line`, edits: put(end, ` ${comment('allow')}`) })
    }
    const start = aloneFrom(statement, text)
    if (start !== undefined) {
      const indent = text.slice(start, statement.span.start)
      offers.push({
        title: `Allow ${rule} for this statement`,
        edits: put(start, `${indent}${comment('allow')}\n`),
      })
    }
  }
  const first = sections.find(({ statements, linePrefix }) => statements.length > 0 && linePrefix === undefined)
    ?.statements[0]
  const top = first && aloneFrom(first, text)
  if (top !== undefined) {
    offers.push({ title: `Allow ${rule} in this file`, edits: put(top, `${comment('allow-file')}\n\n`) })
  }
  return offers
}

const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset)
  if (end < 0) return text.length
  return text[end - 1] === '\r' ? end - 1 : end
}

const isOverLines = ({ span }: Statement, text: string): boolean => text.slice(span.start, span.end).includes('\n')

/** Whether a comment may begin at the end of a line inside a statement: not in a string, nor behind another comment. */
function isOpen({ span, text }: Statement, offset: number): boolean {
  if (offset >= span.end) return false
  const at = offset - span.start
  return !tokensOf(text).some(
    token => token.start < at && (at < token.end || (token.kind === 'comment' && at === token.end)),
  )
}

/** Where the line of a statement begins; undefined where something else stands before it there. */
function aloneFrom({ span }: Statement, text: string): number | undefined {
  const start = lineStart(text, span.start)
  return /^[ \t]*$/.test(text.slice(start, span.start)) ? start : undefined
}
