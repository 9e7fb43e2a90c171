/**
 * Returns `text` with the branches of Go templates that are written for another database blanked, character for
 * character: of `{{if .mysql}}a{{else}}b{{end}}` only b is left. Where a condition names no database its first branch
 * stays: one of the two is what PostgreSQL will see, both together never are.
 */
export function postgresBranches(text: string): string {
  if (!/\{\{-?\s*if\b/.test(text)) return text
  const blanks: { start: number; end: number }[] = []
  const open: Block[] = []
  for (const match of text.matchAll(/\{\{-?\s*(if|else if|else|end|range|with|define|block)\b([^}]*)\}\}/g)) {
    const [written, word, condition = ''] = match
    const block = open.at(-1)
    if (word === 'end') {
      if (block && !block.kept) blanks.push({ start: block.start, end: match.index })
      open.pop()
    } else if (word === 'else' || word === 'else if') {
      if (!block) continue
      if (!block.kept) blanks.push({ start: block.start, end: match.index })
      block.kept = !block.taken && (word === 'else' || holds(condition))
      block.taken ||= block.kept
      block.start = match.index + written.length
    } else {
      const kept = word !== 'if' || holds(condition)
      open.push({ start: match.index + written.length, kept, taken: kept })
    }
  }
  return blanks.reduce(blanked, text)
}

interface Block {
  /** Where the current branch begins. */
  start: number
  kept: boolean
  /** Whether a branch was kept already. */
  taken: boolean
}

function holds(condition: string): boolean {
  const negated = /\b(?:not|ne)\b/.test(condition)
  if (/postgres|pgsql|\bpg\b/i.test(condition)) return !negated
  return /mysql|maria|sqlite|mssql|sqlserver|oracle|cockroach|clickhouse/i.test(condition) ? negated : true
}

const blanked = (text: string, { start, end }: { start: number; end: number }) =>
  text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end)
