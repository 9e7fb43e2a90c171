import type { Edit, Finding } from './finding'
import type { Migration } from './history/migration'

/**
 * Returns the finding with fixes that keep to the comment lines of a section that stands in such: what a fix adds on a line of
 * its own there begins like the others, or it would run as if it stood in the other direction.
 */
export function inCommentLines(finding: Finding, { path, sections }: Migration): Finding {
  const inside = sections.filter(({ linePrefix }) => linePrefix !== undefined)
  if (inside.length === 0) return finding
  const prefixed = (edit: Edit): Edit => {
    const section = inside.find(({ span }) => span.start <= edit.span.start && edit.span.end <= span.end)
    if (edit.path !== path || !section) return edit
    return { ...edit, text: edit.text.replaceAll('\n', `\n${section.linePrefix}`) }
  }
  return { ...finding, fixes: finding.fixes.map(fix => ({ ...fix, edits: fix.edits.map(prefixed) })) }
}
