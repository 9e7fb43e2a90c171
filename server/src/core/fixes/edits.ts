import type { Edit } from '../finding'
import type { Migration } from '../history/migration'
import type { Step } from '../history/steps'
import type { AlterRelation } from '../sql/commands'
import type { Subcommand } from '../sql/subcommands'
import { behindComment, skipSpace, tokenAt, tokensOf } from '../sql/tokens'
import { lineStart, type Span } from '../text'

/** Where a statement stands: all that an edit needs to know. */
export type Place = Pick<Step, 'migration' | 'section' | 'statement'>

/** Returns the line of the file that a statement begins in, counted from one. */
export const lineOf = ({ migration, statement }: Pick<Place, 'migration' | 'statement'>): number =>
  migration.text.slice(0, statement.span.start).split('\n').length

/** Returns the edit that puts `text` at an offset from the start of the statement. */
export const insertion = (place: Place, offset: number, text: string): Edit =>
  replacement(place, { start: offset, end: offset }, text)

/** Returns the edit that puts `text` in the place of a span from the start of the statement. */
export const replacement = ({ migration, statement }: Place, span: Span, text: string): Edit => ({
  path: migration.path,
  span: { start: statement.span.start + span.start, end: statement.span.start + span.end },
  text,
})

/** Returns what the file says at a span of the statement, with placeholders as they were written. */
export const written = ({ migration, statement }: Place, span: Span): string =>
  migration.text.slice(statement.span.start + span.start, statement.span.start + span.end)

/** Returns the span widened by the blanks before it, except where they end a comment: what follows would become part of it. */
export const withBlanksBefore = ({ statement }: Pick<Place, 'statement'>, { start, end }: Span): Span => {
  const trimmed = statement.text.slice(0, start).trimEnd().length
  const isComment = tokensOf(statement.text).some(token => token.kind === 'comment' && token.end === trimmed)
  return { start: isComment ? start : trimmed, end }
}

/** Returns a statement between the marks that a tool wants around semicolons inside of one; as it is where there are none. */
export const inFence = (text: string, { framework: { fence } }: Migration): string =>
  fence && text.includes('$$') ? `${fence.before}\n${text}\n${fence.after}` : text

/** Returns edits of which no two put something at one place: their order would be anybody's. */
export function joined(edits: readonly Edit[]): readonly Edit[] {
  const places = new Map<string, Edit>()
  for (const edit of edits) {
    const { path, span } = edit
    const place = `${span.start} ${span.end} ${path}`
    const other = span.start === span.end ? places.get(place) : undefined
    places.set(place, other ? { ...other, text: other.text + edit.text } : edit)
  }
  return [...places.values()]
}

/**
 * Returns the changes inside a statement, with the marks around it that a tool wants around semicolons: on lines of their own,
 * behind a comment at its end. A tool refuses a mark that is followed by anything.
 */
export function fenced(place: Place, changes: readonly Edit[]): readonly Edit[] {
  const { migration, statement } = place
  const { fence } = migration.framework
  if (!fence || fenceAround(place)) return changes
  const file = migration.text
  const { span } = statement
  const { end } = linesOf(place)
  const isFirst = file.slice(lineStart(file, span.start), span.start).trim() === ''
  const isLast = file.slice(end, lineEnd(file, end)).trim() === ''
  const semicolon = semicolonAfter(place) === undefined ? ';' : ''
  const text = `${changed(file, span, changes)}${semicolon}${file.slice(span.end, end)}`
  const opening = `${isFirst ? '' : '\n'}${fence.before}\n`
  const closing = `\n${fence.after}${isLast ? '' : '\n'}`
  return [{ path: migration.path, span: { start: span.start, end }, text: opening + text + closing }]
}

/** Returns the edits that put whole statements on their own lines in front of this one, above its comments. */
export function statementsBefore(place: Place, statements: readonly string[]): Edit[] {
  const { migration, statement } = place
  const { start } = fenceAround(place) ?? linesOf(place)
  const isAtLineStart = start === lineStart(migration.text, start)
  const indent = indentOf(migration.text, statement.span.start)
  const lines = statements.map(sql => `${indented(sql, indent)}\n`).join('')
  const text = isAtLineStart ? lines : lines.slice(indent.length) + indent
  return [{ path: migration.path, span: { start, end: start }, text }]
}

/** Returns the edits that put whole statements on their own lines after this one, and end it with a semicolon if it has none. */
export function statementsAfter(place: Place, statements: readonly string[]): Edit[] {
  const { migration, statement } = place
  const indent = indentOf(migration.text, statement.span.start)
  const text = statements.map(sql => `\n${indented(sql, indent)}`).join('')
  const { end } = fenceAround(place) ?? linesOf(place)
  if (semicolonAfter(place) !== undefined) return [{ path: migration.path, span: { start: end, end }, text }]
  const semicolon = { path: migration.path, span: { start: statement.span.end, end: statement.span.end }, text: ';' }
  if (end === statement.span.end) return [{ ...semicolon, text: `;${text}` }]
  return [semicolon, { path: migration.path, span: { start: end, end }, text }]
}

/**
 * Returns the edit that takes a statement out of its file, with the comments directly above it, and the text taken out:
 * `changes` made (edits inside the statement), ended by a semicolon.
 */
export function cutStatement(place: Place, changes: readonly Edit[] = []): { edit: Edit; text: string } {
  const { migration, statement } = place
  const file = migration.text
  const lines = linesOf(place)
  const semicolon = semicolonAfter(place) ?? statement.span.end
  const body = changed(file, { start: statement.span.start, end: statement.span.end }, changes)
  const head = file.slice(lines.start, statement.span.start)
  const tail = file.slice(semicolon, lines.end)
  const text = unindented(`${head}${body};${tail}`, indentOf(file, statement.span.start)).trim()
  return { edit: { path: migration.path, span: wholeLines(file, fenceAround(place) ?? lines), text: '' }, text }
}

/** Returns the edit of a statement that was cut out, with another in its place. */
export function leaving({ migration }: Pick<Place, 'migration'>, cut: Edit, statement: string): Edit {
  const isWholeLines = /\n$/.test(migration.text.slice(cut.span.start, cut.span.end))
  return { ...cut, text: isWholeLines ? `${statement}\n` : statement }
}

/** Returns the edit that takes a statement out of its file and leaves the comments around it. */
export function removedStatement(place: Place): Edit {
  const { migration, statement } = place
  const end = semicolonAfter(place) ?? statement.span.end
  return { path: migration.path, span: wholeLines(migration.text, { start: statement.span.start, end }), text: '' }
}

/**
 * Returns the edit that takes a statement out of its file for good: the comments above it go with it, unless another statement
 * follows on the next line, which they may be about as well.
 */
export function leftOut(place: Place): Edit {
  const { text } = place.migration
  const next = afterLineBreak(text, lineEnd(text, linesOf(place).end))
  const { statements } = place.section
  const isFollowed = statements.some(({ span }) => lineStart(text, span.start) === next)
  return isFollowed && !fenceAround(place) ? removedStatement(place) : cutStatement(place).edit
}

/**
 * Returns the edits that take one subcommand, or those up to another, out of an ALTER TABLE that has others, with one of the commas
 * beside it.
 */
export function cutSubcommand(place: Place, alter: AlterRelation, at: number, to = at): Edit[] {
  const [first, last] = [alter.subcommands[at], alter.subcommands[to]]
  if (!first || !last || alter.subcommands.length < 2) return []
  const subcommand = { span: { start: first.span.start, end: last.span.end } }
  const tokens = tokensOf(place.statement.text)
  const next = alter.subcommands[to + 1]
  const previous = alter.subcommands[at - 1]
  const commaBetween = (from: number, to: number) =>
    tokens.find(token => token.text === ',' && token.start >= from && token.end <= to)
  const text = place.statement.text
  if (next) {
    const comma = commaBetween(subcommand.span.end, next.span.start)
    const end = comma?.end ?? subcommand.span.end
    return [replacement(place, withoutEmptyLine(text, { start: subcommand.span.start, end }), '')]
  }
  const comma = commaBetween(previous?.span.end ?? 0, subcommand.span.start)
  const start = endBefore(place, subcommand.span.start)
  if (!comma) return [replacement(place, { start, end: subcommand.span.end }, '')]
  // A comment may stand between the comma and the clause: it stays.
  if (comma.end >= start) return [replacement(place, { start: comma.start, end: subcommand.span.end }, '')]
  return [replacement(place, comma, ''), replacement(place, { start, end: subcommand.span.end }, '')]
}

/** Where what stands before an offset ends, without blanks; after a line comment its line ends too, or it would swallow what follows. */
function endBefore({ statement: { text } }: Place, offset: number): number {
  const end = text.slice(0, offset).trimEnd().length
  const last = tokensOf(text.slice(0, offset)).at(-1)
  return last?.kind === 'comment' && last.text.startsWith('--') ? afterLineBreak(text, lineEnd(text, end)) : end
}

/** Returns the edit that puts a subcommand after another, on its own line where that one stands on its own. */
export function anotherSubcommand(place: Place, subcommand: Subcommand, clause: string): Edit {
  const text = place.statement.text
  const start = lineStart(text, subcommand.span.start)
  const startsLine = start > 0 && text.slice(start, subcommand.span.start).trim() === ''
  const separator = startsLine ? `,\n${text.slice(start, subcommand.span.start)}` : ', '
  return insertion(place, subcommand.span.end, `${separator}${clause}`)
}

/** Returns the span widened to its whole line where nothing else stands there, or by the blanks that follow it. */
function withoutEmptyLine(text: string, span: Span): Span {
  const start = lineStart(text, span.start)
  const end = lineEnd(text, span.end)
  const isAlone = text.slice(start, span.start).trim() === '' && text.slice(span.end, end).trim() === ''
  if (isAlone && start > 0) return { start, end: afterLineBreak(text, end) }
  return { start: span.start, end: span.end + (/^\s*/.exec(text.slice(span.end))?.[0].length ?? 0) }
}

/** Returns the lines of the tool's fence around a statement that stands in one alone, the fence included. */
export function fenceAround({ migration, section, statement }: Place): Span | undefined {
  const { framework, text } = migration
  const holds = (run: Span, { start, end }: Span) => run.start <= start && end <= run.end
  const run = framework.fence && section.queries.find(query => holds(query, statement.span))
  if (!run || section.statements.filter(({ span }) => holds(run, span)).length > 1) return undefined
  return { start: lineStart(text, Math.max(0, run.start - 1)), end: lineEnd(text, run.end) }
}

/** Returns the lines that belong to a statement: from the comments directly above it to a comment after its semicolon. */
function linesOf({ migration, section, statement }: Place): Span {
  const file = migration.text
  const end = behindComment(file, semicolonAfter({ migration, section, statement }) ?? statement.span.end)
  let start = lineStart(file, statement.span.start)
  if (file.slice(start, statement.span.start).trim() !== '' || start < section.span.start) {
    return { start: statement.span.start, end }
  }
  while (start > section.span.start) {
    const above = lineStart(file, start - 1)
    const line = file.slice(above, start).trim()
    if (above < section.span.start || !line.startsWith('--') || isDirective(line)) break
    start = above
  }
  return { start, end }
}

/** Comments that a tool reads belong to the file: `-- +goose StatementBegin`, `--> statement-breakpoint`, `--! split`, `-- atlas:nolint`, `-- no-transaction`. */
const isDirective = (comment: string) => /^--\s*(?:[+>!]|[\w-]+:\S|no-transaction\b)/.test(comment)

/** Returns the edit that puts a statement on a line of its own behind one of a body; undefined where that ends without a semicolon. */
export function statementBehind(place: Place, sql: string): Edit | undefined {
  const { migration, statement } = place
  const end = semicolonAfter(place)
  if (end === undefined) return undefined
  return {
    path: migration.path,
    span: { start: end, end },
    text: `\n${indentOf(migration.text, statement.span.start)}${sql}`,
  }
}

/** Returns the end of the semicolon that ends the statement, as an offset into the file; undefined where it has none. */
export function semicolonAfter({ migration, section, statement }: Place): number | undefined {
  const file = migration.text
  let offset = skipSpace(file, statement.span.end)
  while (offset < section.span.end) {
    if (file[offset] === ';') return offset + 1
    const token = tokenAt(file, offset)
    if (token.kind !== 'comment') return undefined
    offset = skipSpace(file, token.end)
  }
  return undefined
}

/** The lines with their break, and the blank lines on one side of them: below, or above at the end of the file. */
function wholeLines(file: string, { start, end }: Span): Span {
  if (start !== lineStart(file, start) || lineEnd(file, end) !== end) return { start, end }
  const after = afterLineBreak(file, end)
  const above = /(?:(?:^|(?<=\n))[ \t]*\r?\n)+$/.exec(file.slice(0, start))
  if (file.slice(after).trim() === '') return { start: above?.index ?? start, end: after }
  const below = /^[ \t]*\r?\n/.exec(file.slice(after))
  return { start, end: below && (above || start === lineStart(file, 0)) ? after + below[0].length : after }
}

function changed(file: string, span: Span, changes: readonly Edit[]): string {
  let text = file.slice(span.start, span.end)
  for (const { span: part, text: replaced } of [...changes].sort((a, b) => b.span.start - a.span.start)) {
    text = text.slice(0, part.start - span.start) + replaced + text.slice(part.end - span.start)
  }
  return text
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  if (end < 0) return text.length
  return text[end - 1] === '\r' && end > offset ? end - 1 : end
}

const afterLineBreak = (text: string, end: number): number => end + (/^\r?\n/.exec(text.slice(end))?.[0].length ?? 0)

/** The blanks in front of a line's first letter. */
const indentOf = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? ''

const indented = (sql: string, indent: string): string => sql.replace(/^(?=.)/gm, indent)

const unindented = (sql: string, indent: string): string =>
  indent === '' ? sql : sql.replace(new RegExp(`^${indent}`, 'gm'), '')
