import { type Finding, type NewFile, withFixes } from './finding'
import { isOpaque } from './history/certainty'
import type { Migration } from './history/migration'
import { tokensOf } from './sql/tokens'
import type { Span } from './text'

/**
 * Returns the finding with fixes that write keywords in lower case where its statement does; not where the text has words that
 * stand for something else, in which case may matter.
 */
export function inLetterCase(finding: Finding, migration: Migration): Finding {
  if (isOpaque(migration)) return finding
  return withFixes(finding, fix => {
    if (!isLowerCase(migration, finding.span)) return fix
    const edits = fix.edits.map(edit => ({ ...edit, text: lowered(edit.text) }))
    return { ...fix, edits, ...(fix.creates && { creates: fix.creates.map(loweredFile) }) }
  })
}

/** Whether the statement at `span`, or the first of the migration, begins with a word in lower case. */
function isLowerCase({ sections, text }: Migration, { start }: Span): boolean {
  const statements = sections.flatMap(section => section.statements)
  const here = statements.find(({ span }) => span.start <= start && start < span.end) ?? statements[0]
  if (!here) return false
  const first = tokensOf(here.text).find(({ kind }) => kind === 'word')
  return first !== undefined && text.startsWith(first.text.toLowerCase(), here.span.start + first.start)
}

const loweredFile = ({ path, text }: NewFile): NewFile => ({ path, text: path.endsWith('.sql') ? lowered(text) : text })

/** A name without quotes means the same in either case; strings and comments stay, but for the code of a block. */
function lowered(text: string): string {
  let result = ''
  let end = 0
  for (const { kind, text: upper, ...token } of tokensOf(text)) {
    const written = text.slice(token.start, token.end)
    result += text.slice(end, token.start)
    if (kind === 'word' && written === upper) result += written.toLowerCase()
    else if (kind === 'dollar string' && plpgsql.test(text)) result += loweredBody(written)
    else result += written
    end = token.end
  }
  return result + text.slice(end)
}

const plpgsql = /^\s*do\b|\blanguage plpgsql\b/im

function loweredBody(written: string): string {
  const tag = written.slice(0, written.indexOf('$', 1) + 1)
  return written.endsWith(tag) ? tag + lowered(written.slice(tag.length, -tag.length)) + tag : written
}
