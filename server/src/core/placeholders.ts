import { type Finding, type Fix, withFixes } from './finding'

/**
 * Returns `text` with each identifier that stands for a placeholder replaced by what the file says there: `${schema}`
 * instead of `__schema_`. `placeholders` is keyed by the identifier, folded.
 */
export function asWritten(text: string, placeholders: ReadonlyMap<string, string>): string {
  if (placeholders.size === 0) return text
  const identifiers = [...placeholders.keys()].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(identifiers.map(identifier => patternFor(identifier, placeholders)).join('|'), 'gi')
  return text.replace(pattern, identifier => placeholders.get(identifier.toLowerCase()) ?? identifier)
}

/** A psql variable is a word of its own; templates may be glued to letters on both sides. */
const patternFor = (identifier: string, placeholders: ReadonlyMap<string, string>): string =>
  placeholders.get(identifier)?.startsWith(':') ? `(?<![\\w$])${identifier}(?![\\w$])` : identifier

/** Returns the finding with every name as the file writes it, in its words and in what its fixes insert. */
export function findingAsWritten(finding: Finding, placeholders: ReadonlyMap<string, string>): Finding {
  if (placeholders.size === 0) return finding
  const written = (text: string) => asWritten(text, placeholders)
  const optional = (text: string | undefined) => (text === undefined ? undefined : written(text))
  return withFixes(finding, fix => fixAsWritten(fix, written), {
    message: written(finding.message),
    detail: optional(finding.detail),
    hint: optional(finding.hint),
    relation: optional(finding.relation),
  })
}

const fixAsWritten = (fix: Fix, written: (text: string) => string): Fix => ({
  ...fix,
  title: written(fix.title),
  edits: fix.edits.map(edit => ({ ...edit, text: written(edit.text) })),
  creates: fix.creates?.map(file => ({ ...file, text: written(file.text) })),
})
