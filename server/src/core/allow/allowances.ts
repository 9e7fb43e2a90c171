import type { Migration, Section } from '../history/migration'
import { leastLikeness, likeness } from '../likeness'
import type { Settings } from '../settings'
import type { Statement } from '../sql/statements'
import { tokensOf } from '../sql/tokens'
import { type Span, shifted } from '../text'
import { foreignAllowance } from './foreign'

/** A comment that allows findings, and where. */
export interface Allowance {
  /** The comment, in the file. */
  readonly comment: Span
  /** Ids as written; `all` where another tool's comment names none. */
  readonly rules: readonly AllowedRule[] | 'all'
  /** Findings that begin in one of these are allowed. */
  readonly scope: readonly Span[]
  /** The last day on which it holds, `2026-12-31`. */
  readonly until?: string
  /** Whether it is in our own notation: only then it must be right, and of use. */
  readonly isOurs: boolean
  /** Why it allows nothing. */
  readonly problem?: string
  /** Whether that is all that is wrong with it: it would allow what is found there. */
  readonly lacksReason?: boolean
  /** Whether a statement in its scope could not be read: nobody knows what would be found there. */
  readonly isOverBroken: boolean
}

export interface AllowedRule {
  readonly id: string
  /** Where it stands in the file; absent in another tool's comment. */
  readonly span?: Span
}

/**
 * Returns the allow comments of a migration, in the order of the file. A comment holds for the whole statement, of the file or of
 * a DO block, when it stands on the lines directly above it or after its semicolon, for the next line when it stands on a line of
 * its own inside the statement, for its own line when it stands at that line's end, for itself where a section has no statements;
 * `allow-file` for the file.
 */
export function allowancesIn(migration: Migration, settings: Settings): readonly Allowance[] {
  if (!anyMarker.test(migration.text)) return []
  const file = { start: 0, end: migration.text.length + 1 }
  const [first] = migration.sections
  // What stands above the mark of a tool is in no section.
  const head =
    first && first.span.start > 0 ? [{ span: { start: 0, end: first.span.start }, statements: first.statements }] : []
  return [...head, ...migration.sections].flatMap((section: Part) => {
    const comments = commentsIn(migration, section)
    return comments.flatMap((comment, index) => {
      const text = migration.text.slice(comment.start, comment.end)
      const ours = ourAllowance(text, comment.start, settings)
      const found = ours ?? (settings.foreignComments === false ? undefined : foreignAllowance(text))
      if (!found) return []
      const { isWholeFile, isOfFileAtHead, endsAt, ...allowance } = found
      const isOfFile = isWholeFile || (isOfFileAtHead && isAtHead(migration, section, comment))
      const scope = isOfFile
        ? [file]
        : endsAt
          ? blockScope(migration, comments, index, endsAt)
          : scopeOf(migration, section, comment)
      const isAstray = ours && !ours.problem && scope.length === 0
      const isOverBroken = section.statements.some(
        ({ span, problem }) => problem && scope.some(({ start, end }) => start <= span.start && span.start < end),
      )
      const problem = isAstray ? { problem: 'no statement stands directly below it' } : {}
      return [{ ...allowance, ...problem, comment, scope, isOurs: ours !== undefined, isOverBroken }]
    })
  })
}

type Part = Pick<Section, 'span' | 'statements'>

/** What a comment says, apart from where it stands. */
export interface Said {
  readonly rules: readonly AllowedRule[] | 'all'
  readonly until?: string
  readonly problem?: string
  readonly lacksReason?: boolean
  readonly isWholeFile?: boolean
  /** Whether it holds for the file where it stands above all statements, and a blank line behind it. */
  readonly isOfFileAtHead?: boolean
  /** The comment that ends a block that this one begins. */
  readonly endsAt?: RegExp
}

const anyMarker =
  /guard:|guard\s+allow|:\s*allow(?:-file)?\s|squawk-ignore|pgfence(?:-|:\s*)ignore|eugene:\s*ignore|atlas:nolint|safety-assured:start/i

/** `-- guard: allow rule, rule until 2026-12-31: reason`, or between slashes and stars; the offsets of the rules are those of the file. */
function ourAllowance(comment: string, offset: number, settings: Settings): Said | undefined {
  const head = /^(?:--|\/\*[\s*]*)\s*guard(?::\s*(allow-file|allow)?|\s+allow(?:-file)?\s+[a-z]+-[a-z])/i.exec(comment)
  if (!head) return isMeantForUs(comment) ? { rules: [], problem: notation } : undefined
  const isWholeFile = head[1]?.toLowerCase() === 'allow-file'
  const rest = /^(\s+)([\w-]+(?:\s*,\s*[\w-]+)*)(?:\s+until\s+(\S+?))?\s*(?::\s*(.*?))?\s*$/is.exec(
    comment.slice(head[0].length).replace(/[\s*]*\*\/$/, ''),
  )
  if (!head[1] || !rest) return { rules: [], isWholeFile, problem: notation }
  const [, blank = '', list = '', until, reason] = rest
  const start = offset + head[0].length + blank.length
  const rules = [...list.matchAll(/[\w-]+/g)].map(({ 0: id, index }) => ({
    id,
    span: { start: start + index, end: start + index + id.length },
  }))
  const said = { rules, isWholeFile, ...(until !== undefined && { until }) }
  if (until !== undefined && !isDay(until)) return { ...said, problem: `"${until}" is no day: write until 2026-12-31` }
  if (!reason && settings.allowReasons !== 'optional')
    return { ...said, problem: 'its reason is missing; write it after a colon', lacksReason: true }
  return said
}

const notation = 'write "-- guard: allow <rule>: <reason>"'

/** `gaurd: allow dropped-column`, `migration-guard: allow dropped-column`. */
function isMeantForUs(comment: string): boolean {
  const [, word] =
    /^(?:--|\/\*[\s*]*)\s*(?:migration[\s-]*)?([a-z]+):?\s*allow(?:-file)?\s+[a-z]+-[a-z]/i.exec(comment) ?? []
  return word !== undefined && likeness(word.toLowerCase(), 'guard') > leastLikeness
}

/** The thirtieth of February would be a day of March. */
const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00Z`).getUTCDate() === Number(text.slice(-2))

/** Comments of a section, in the file, those of DO blocks too; what looks like one inside a string constant is none. */
function commentsIn({ text }: Migration, { span, statements }: Part): readonly Span[] {
  const inside = ({ start, end }: Span): Span[] =>
    tokensOf(text.slice(start, end)).flatMap(token => {
      const at = shifted(token, start)
      if (token.kind === 'comment') return [at]
      const isBody =
        token.kind === 'dollar string' && statements.some(each => each.command?.tag === 'DO' && isIn(at, each.span))
      const quote = isBody ? token.text.indexOf('$', 1) + 1 : 0
      return isBody ? inside({ start: at.start + quote, end: at.end - quote }) : []
    })
  return inside(span)
}

const isIn = (inner: Span, outer: Span): boolean => outer.start <= inner.start && inner.end <= outer.end

type Placed = Pick<Statement, 'span' | 'command'>

/** The statements in the body of a DO block, in the file, as far as they stand there as they run. */
const statementsInside = ({ span, command }: Placed): readonly Placed[] =>
  command?.tag === 'DO'
    ? (command.statements ?? []).flatMap(inner =>
        inner.excerpt ? [] : [{ span: shifted(inner.span, span.start), command: inner.command }],
      )
    : []

function scopeOf(
  migration: Migration,
  { statements }: { statements: readonly Placed[] },
  comment: Span,
): readonly Span[] {
  const { text } = migration
  const around = statements.find(({ span }) => span.start <= comment.start && comment.start < span.end)
  const body = around ? statementsInside(around) : []
  // A finding about a section without statements stands at the comment itself.
  if (statements.length === 0) return [comment]
  const own = body.length > 0 ? scopeOf(migration, { statements: body }, comment) : []
  if (own.length > 0) return own
  if (around) return [inside(text, around, comment)]
  const before = statements.findLast(({ span }) => span.end <= comment.start)
  if (before && !text.slice(before.span.end, comment.start).includes('\n')) return [before.span]
  const next = statements.find(({ span }) => span.start >= comment.end)
  return next && isDirectlyAbove(text.slice(comment.end, next.span.start)) ? [next.span] : []
}

const isAtHead = ({ text }: Migration, { statements }: Part, comment: Span): boolean => {
  const [first] = statements
  if (!first || first.span.start < comment.end) return false
  return /\n[ \t]*\r?\n/.test(text.slice(comment.end, first.span.start))
}

function inside(text: string, statement: Placed, comment: Span): Span {
  const own = lineAt(text, comment.start)
  const isAlone = text.slice(own.start, comment.start).trim() === ''
  return isAlone ? lineAt(text, Math.min(own.end + 1, statement.span.end)) : own
}

/** Nothing but lines of comments, and no blank line. */
const isDirectlyAbove = (between: string): boolean =>
  between
    .split('\n')
    .slice(1, -1)
    .every(line => /^\s*(?:--|\/\*)/.test(line))

/** From a comment that begins a block to the one that ends it. */
function blockScope({ text }: Migration, comments: readonly Span[], index: number, endsAt: RegExp): readonly Span[] {
  const from = comments[index] as Span
  const to = comments.slice(index + 1).find(({ start, end }) => endsAt.test(text.slice(start, end)))
  return to ? [{ start: from.end, end: to.start }] : []
}

function lineAt(text: string, offset: number): Span {
  const end = text.indexOf('\n', offset)
  return { start: text.lastIndexOf('\n', offset - 1) + 1, end: end < 0 ? text.length : end }
}
