import { type Span, shifted } from '../../text'
import { type Directive, directives } from './directives'
import type { Part } from './framework'

/** The first line that is not empty, in files whose changesets are told by comments. */
export const isFormatted = /^\ufeff?\s*--\s*liquibase\s*formatted/i

export interface Changeset {
  /** Its line. */
  readonly head: Directive
  /** From behind its line to the next one's. */
  readonly body: Span
}

/** Returns the changesets of a file in order, those for other databases too. */
export const changesets = (text: string): readonly Changeset[] => {
  const heads = directives(text, /^[ \t]*--[ \t]*changeset[ \t]+((?:"[^"\n]+"|[^:\n]+):[ \t]*(?:"[^"\n]+"|\S+).*)$/gim)
  return heads.map((head, index) => ({
    head,
    body: { start: head.end, end: heads[index + 1]?.start ?? text.length },
  }))
}

/** Returns what a changeset's line says of an attribute; undefined where it says nothing. */
export const attribute = ({ head }: Changeset, name: string): string | undefined =>
  new RegExp(`\\b${name}:(?:"([^"]*)"|(\\S*))`, 'i').exec(head.words)?.slice(1).find(Boolean)

/** Returns whether PostgreSQL gets a changeset: not where it is for other databases or switched off. */
export function isRun(changeset: Changeset): boolean {
  if (attribute(changeset, 'ignore')?.toLowerCase() === 'true') return false
  const databases =
    attribute(changeset, 'dbms')
      ?.toLowerCase()
      .split(',')
      .map(name => name.trim()) ?? []
  if (databases.includes('all')) return true
  if (databases.includes('none') || databases.includes('!postgresql')) return false
  const named = databases.filter(name => name !== '' && !name.startsWith('!'))
  return named.length === 0 || named.includes('postgresql')
}

/** Returns what Liquibase records of a file: file, author and id tell one changeset from all others. */
export function partsOf(path: string, text: string): readonly Part[] {
  const ofFile = /^\ufeff?\s*--.*\blogicalFilePath:(\S+)/i.exec(text)?.[1] ?? path
  return changesets(text)
    .filter(isRun)
    .map(changeset => {
      const [name = '', author, id] = /^("[^"\n]+"|[^:\n]+):[ \t]*("[^"\n]+"|\S+)/.exec(changeset.head.words) ?? []
      const file = attribute(changeset, 'logicalFilePath') ?? ofFile
      return {
        key: JSON.stringify([file, unquoted(author), unquoted(id)]),
        file,
        name,
        when: ['context', 'contexts', 'contextFilter', 'labels'].map(each => attribute(changeset, each)).join(),
        repeatable: ['runOnChange', 'runAlways'].some(each => attribute(changeset, each)?.toLowerCase() === 'true'),
        head: { start: changeset.head.start, end: changeset.head.end },
        body: changeset.body,
      }
    })
}

const unquoted = (word: string | undefined): string => (word ?? '').trim().replace(/^"(.*)"$/, '$1')

/** Returns a file without the changesets that PostgreSQL does not get; all of it where it gets none. */
export function withoutOthers(text: string): string {
  const all = isFormatted.test(text) ? changesets(text) : []
  const run = all.filter(isRun)
  if (run.length === 0 || run.length === all.length) return text
  return run.map(({ head, body }) => text.slice(head.start, body.end)).join('')
}

/** What undoes a changeset: it stands in comments. */
export interface Rollback {
  readonly span: Span
  /** What is no SQL between. */
  readonly masked: readonly Span[]
  /** What begins each of its lines, where it stands in line comments. */
  readonly linePrefix?: string
}

/** Returns what the rollback comments of a changeset hold; undefined for none. */
export function rollbackOf(text: string, body: Span): Rollback | undefined {
  const runs = rollbackRuns(text, body)
  const [first, last] = [runs[0], runs.at(-1)]
  if (!first || !last) return undefined
  const span = { start: first.content.start, end: last.content.end }
  const sql = runs.map(({ content }) => text.slice(content.start, content.end)).join('\n')
  const linePrefix = runs.every(({ isLine }) => isLine)
    ? text.slice(first.start, first.content.start).trimStart()
    : undefined
  // Words that stand for nothing, and for the SQL of another changeset.
  if (/^\s*(?:not required|empty)|changesetid/i.test(sql)) return { span, masked: [span], linePrefix }
  const masked = runs
    .slice(1)
    .map(({ content }, index) => ({ start: runs[index]?.content.end as number, end: content.start }))
  return { span, masked, linePrefix }
}

/** Returns a changeset's body up to its rollback comments, where nothing else follows them. */
export function trimmedAt(text: string, body: Span): Span {
  const runs = rollbackRuns(text, body)
  const first = runs[0]
  if (!first) return body
  const rest = runs.reduceRight(
    (left, { start, end }) => left.slice(0, start - body.start) + left.slice(end - body.start),
    text.slice(body.start, body.end),
  )
  const isLast = rest.slice(first.start - body.start).trim() === ''
  return isLast ? { start: body.start, end: first.start } : body
}

interface Run {
  readonly start: number
  readonly end: number
  readonly content: Span
  readonly isLine: boolean
}

function rollbackRuns(text: string, body: Span): readonly Run[] {
  const part = text.slice(body.start, body.end)
  const lines = [...part.matchAll(/^[ \t]*--[ \t]*rollback (?=(.*))/gim)].map(
    ({ index, 0: marker, 1: rest = '' }): Run => {
      const start = body.start + index
      const content = start + marker.length
      const end = content + rest.trimEnd().length
      return { start, end, content: { start: content, end }, isLine: true }
    },
  )
  const blocks = [...part.matchAll(/^[ \t]*\/\*[ \t]*liquibase[ \t]*rollback[ \t]*\r?\n([\s\S]*?)\*\//gim)].map(
    ({ index, 0: whole, 1: inside = '' }): Run => {
      const end = body.start + index + whole.length
      const content = { start: end - 2 - inside.length, end: end - 2 }
      return { start: body.start + index, end, content, isLine: false }
    },
  )
  return [...lines, ...blocks].toSorted((a, b) => a.start - b.start)
}

/** What cuts a changeset besides semicolons, and the lines that are taken out of it. */
export interface Marks {
  readonly delimiters: readonly Span[]
  readonly ignored: readonly Span[]
  /** Whether the semicolon is no delimiter. */
  readonly isOther: boolean
}

/** Returns where the delimiters of a changeset stand: `endDelimiter`, else `/` and `GO` on lines of their own. */
export function delimiters(text: string, span: Span, written: string | undefined): Marks {
  const other = written?.replace(/^(?:\\[nr])+/, '').replace(/\$$/, '')
  const isOther = other !== undefined && other !== '' && other !== ';'
  const isWord = isOther && /^\w+$/.test(other)
  const mark = isOther ? other.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') : '(?:/|GO)'
  const isAlone = !isOther || isWord || other === '/' || /^\\/.test(written ?? '')
  const pattern = new RegExp(isAlone ? `(?<=^[ \\t]*)${mark}(?=[ \\t]*\\r?$)` : `${mark}(?=[ \\t]*\\r?$)`, 'gim')
  const found = [...text.slice(span.start, span.end).matchAll(pattern)].map(({ index, 0: delimiter }) => ({
    start: span.start + index,
    end: span.start + index + delimiter.length,
  }))
  return { delimiters: found, ignored: ignoredLines(text, span), isOther }
}

/** Returns what stands between delimiters that are no semicolons: each is sent at once. */
export function delimitedQueries(span: Span, { delimiters: found, isOther }: Marks): readonly Span[] {
  if (!isOther) return []
  const ends = [...found.map(({ start }) => start), span.end]
  const starts = [span.start, ...found.map(({ end }) => end)]
  return starts.map((start, index) => ({ start, end: ends[index] as number }))
}

/** `--ignoreLines:start` to `--ignoreLines:end`, or so many lines after `--ignoreLines:2`. */
function ignoredLines(text: string, span: Span): readonly Span[] {
  const part = text.slice(span.start, span.end)
  const marks = directives(part, /^--[ \t]*ignoreLines:(\w+)[ \t]*$/gim)
  const found = marks.flatMap((mark, index) => {
    if (/^start$/i.test(mark.words)) return [{ start: mark.end, end: marks[index + 1]?.start ?? part.length }]
    if (!/^\d+$/.test(mark.words)) return []
    const lines = new RegExp(`^\\r?\\n(?:.*(?:\\n|$)){0,${Math.min(Number(mark.words), 10_000)}}`).exec(
      part.slice(mark.end),
    )
    return [{ start: mark.end, end: mark.end + (lines?.[0].length ?? 0) }]
  })
  return found.map(run => shifted(run, span.start))
}
