import { type Edit, type Finding, withFixes } from './finding'
import type { Migration } from './history/migration'

/**
 * Returns the finding with fixes that keep to the comment lines of a section that stands in such: what a fix adds on a line of
 * its own there begins like the others, or it would run as if it stood in the other direction. A line that a fix empties goes.
 */
export function inCommentLines(finding: Finding, { path, sections, text }: Migration): Finding {
  const inside = sections.filter(({ linePrefix }) => linePrefix !== undefined)
  if (inside.length === 0) return finding
  const kept = (edit: Edit): Edit => {
    const section = inside.find(({ span }) => span.start <= edit.span.start && edit.span.end <= span.end)
    if (edit.path !== path || !section?.linePrefix || isNewMigration(edit)) return edit
    return edit.text === ''
      ? withoutEmptied(edit, text, section.linePrefix)
      : { ...edit, text: edit.text.replaceAll('\n', `\n${section.linePrefix}`) }
  }
  return withFixes(finding, fix => ({ ...fix, edits: fix.edits.map(kept) }))
}

/** A changeset of its own, put where the file ends in such a section. */
const isNewMigration = ({ text }: Edit) => /^--changeset /m.test(text)

/** Widened to whole lines where nothing but what begins them is left. */
function withoutEmptied(edit: Edit, text: string, prefix: string): Edit {
  const start = text.lastIndexOf('\n', edit.span.start - 1) + 1
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(edit.span.end))
  if (!rest || text.slice(start, edit.span.start).trim() !== prefix.trim()) return edit
  return { ...edit, span: { start, end: edit.span.end + rest[0].length } }
}
