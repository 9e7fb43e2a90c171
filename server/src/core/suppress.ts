import type { Finding } from './finding'
import type { Migration } from './history/migration'
import { tokensOf } from './sql/tokens'
import type { Span } from './text'

/** One allow comment and what it holds for: findings that begin in its span. */
interface Allowance {
  readonly rules: readonly string[]
  readonly span: Span
}

/**
 * Returns the findings that no allow comment covers. `-- guard: allow <rule>[, <rule>]: <reason>` holds for the whole
 * statement when it stands on the lines directly above it or after its semicolon, for the next line when it stands on a line
 * of its own inside the statement, and for its own line when it stands at that line's end. Without a reason it holds for
 * nothing.
 */
export function withoutAllowed(findings: readonly Finding[], migration: Migration): readonly Finding[] {
  if (findings.length === 0 || !/guard:\s*allow/.test(migration.text)) return findings
  const allowances = allowancesIn(migration)
  return findings.filter(
    finding =>
      !allowances.some(
        ({ rules, span }) =>
          rules.includes(finding.rule) && span.start <= finding.span.start && finding.span.start < span.end,
      ),
  )
}

function allowancesIn(migration: Migration): Allowance[] {
  return migration.sections.flatMap(section => {
    let from = section.span.start
    return section.statements.flatMap(({ span }, index) => {
      const next = section.statements[index + 1]?.span.start ?? section.span.end
      const found = [
        ...above(migration.text, from, span),
        ...inside(migration.text, span),
        ...behind(migration.text, span, next),
      ]
      from = span.end
      return found
    })
  })
}

/** Comments on lines of their own that end on the line above the statement. */
function above(text: string, from: number, statement: Span): Allowance[] {
  const found: Allowance[] = []
  let line = text.lastIndexOf('\n', statement.start - 1) + 1
  while (line > from) {
    const start = text.lastIndexOf('\n', line - 2) + 1
    const comment = text.slice(start, line).trim()
    if (start < from && !comment.startsWith('--')) break
    if (!comment.startsWith('--')) break
    const rules = rulesOf(comment)
    if (rules) found.push({ rules, span: statement })
    line = start
  }
  return found
}

function inside(text: string, statement: Span): Allowance[] {
  return tokensOf(text.slice(statement.start, statement.end)).flatMap(token => {
    const rules = token.kind === 'comment' ? rulesOf(token.text) : undefined
    if (!rules) return []
    const at = statement.start + token.start
    const own = lineAt(text, at)
    const isAlone = text.slice(own.start, at).trim() === ''
    return [{ rules, span: isAlone ? lineAt(text, Math.min(own.end + 1, statement.end)) : own }]
  })
}

/** A comment on the line on which the statement ends. */
function behind(text: string, statement: Span, next: number): Allowance[] {
  const rest = text.slice(statement.end, Math.min(lineAt(text, statement.end).end, next))
  const comment = /^\s*;?\s*(--.*)/.exec(rest)?.[1]
  const rules = comment && rulesOf(comment)
  return rules ? [{ rules, span: statement }] : []
}

const rulesOf = (comment: string): string[] | undefined =>
  /^--\s*guard:\s*allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)\s*:\s*\S/.exec(comment)?.[1]?.split(/\s*,\s*/)

function lineAt(text: string, offset: number): Span {
  const end = text.indexOf('\n', offset)
  return { start: text.lastIndexOf('\n', offset - 1) + 1, end: end < 0 ? text.length : end }
}
