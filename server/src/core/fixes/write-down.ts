import { inLineEndingOf } from '../edits'
import type { Edit, Fix, NewFile } from '../finding'
import type { History } from '../history/history'
import type { Migration, Section } from '../history/migration'
import { inverseOf } from '../inverse/inverse'
import type { Settings } from '../settings'
import { statementsIn } from '../sql/split'
import { folderOf, nameOf, type Span } from '../text'
import { statementsAfter, statementsBefore } from './edits'

/**
 * Returns the fix that writes the down of an up: into the down that is there, into a new section, or into a new file, each as
 * the project has its others. None where nothing shows how the project writes its downs.
 */
export function writtenDown(up: Migration, history: History, settings: Settings): readonly Fix[] {
  const sql = inverseOf(up, history, settings)
  if (sql === '') return []
  const placed = intoOwn(up, history, sql) ?? likeOthers(up, history, sql)
  return placed ? [{ title: 'Write the down', safety: 'review', turn: 'last', edits: [], ...placed }] : []
}

/** Returns the edits that put statements into a down that has none; none where it is not there. */
export const intoEmptyDown = (up: Migration, history: History, lines: readonly string[]): readonly Edit[] =>
  intoOwn(up, history, lines.join('\n'))?.edits ?? []

/** Returns the fix that adds statements at the end of a down, before its COMMIT; none where it has no place for them. */
export function addedToDown(lines: readonly string[], down: Migration): readonly Fix[] {
  const section = down.sections.find(({ direction }) => direction === 'down')
  const last = section?.statements.at(-1)
  if (!section || !last || lines.length === 0) return []
  const sql = fenced(lines.join('\n').replace(/^DROP INDEX CONCURRENTLY /gm, 'DROP INDEX '), down)
  const place = { migration: down, section, statement: last }
  const edits =
    last.command?.tag === 'COMMIT' ? statementsBefore(place, sql.split('\n')) : statementsAfter(place, sql.split('\n'))
  return [{ title: 'Undo the rest in the down', safety: 'review', turn: 'last', edits }]
}

interface Placed {
  readonly edits?: readonly Edit[]
  readonly creates?: readonly NewFile[]
}

/** CONCURRENTLY fails where the tool opens a transaction around a down such as `like`. */
function inTransaction(sql: string, { sections, framework }: Migration, like: Section): string {
  const isMarked = framework.marksWholeFile && sections.every(({ transaction }) => transaction !== 'tool')
  return like.transaction === 'tool' && !isMarked ? sql.replace(/^DROP INDEX CONCURRENTLY /gm, 'DROP INDEX ') : sql
}

/** Into a down that has no statements: its comments stay above. */
function intoOwn(up: Migration, history: History, sql: string): Placed | undefined {
  const down = history.downOf(up.path)
  const section = down?.sections.find(({ direction }) => direction === 'down')
  if (!down || !section) return undefined
  const [first, last] = [section.statements.at(0), section.statements.at(-1)]
  const text = fenced(inTransaction(sql, up, section), down)
  if (first && last) {
    const semicolon = /^\s*;/.exec(down.text.slice(last.span.end))?.[0].length ?? 0
    return { edits: [edit(down, { start: first.span.start, end: last.span.end + semicolon }, text)] }
  }
  const own = atEndOf(down, section.span, text)
  return { edits: [{ ...own, text: inLineEndingOf(down.text.includes('\n') ? down.text : up.text, own.text) }] }
}

/** At the end of what stands there, on lines of its own. */
function atEndOf(migration: Migration, span: Span, sql: string): Edit {
  const inside = migration.text.slice(span.start, span.end)
  const end = span.start + inside.trimEnd().length
  const lineBreak = migration.text.slice(0, end).trim() === '' ? '' : '\n'
  return edit(migration, { start: end, end: span.end }, inLineEndingOf(migration.text, `${lineBreak}${sql}\n`))
}

const edit = ({ path }: Migration, span: Span, text: string): Edit => ({ path, span, text })

/** As the nearest migration that has a down: its header in the same file, or the name of its file. */
function likeOthers(up: Migration, history: History, sql: string): Placed | undefined {
  for (const other of nearest(up, history)) {
    const down = history.downOf(other.path)
    const section = down?.sections.find(({ direction }) => direction === 'down')
    if (!down || !section) continue
    if (down === other) {
      const header = headerOf(other, section)
      if (!header || up.direction !== 'up' || up.sections.length > 1) continue
      const text = headed(fenced(inTransaction(sql, up, section), up), header, section)
      return { edits: [atEndOf(up, { start: 0, end: up.text.length }, text)] }
    }
    const path = pathLike(up.path, other.path, down.path)
    if (path !== undefined && !history.source.files.has(path)) {
      return { creates: [{ path, text: inLineEndingOf(up.text, `${fenced(inTransaction(sql, up, section), up)}\n`) }] }
    }
  }
  return undefined
}

/** Below the header, or in comments as the other down is. */
function headed(sql: string, header: string, { linePrefix }: Section): string {
  if (linePrefix !== undefined) return sql.replace(/^/gm, linePrefix)
  return `\n${header}\n${sql}${header.startsWith('/*') ? '\n*/' : ''}`
}

/** Other ups, the nearest first. */
function nearest(up: Migration, { migrations }: History): readonly Migration[] {
  const place = migrations.indexOf(up)
  return migrations
    .map((migration, index) => ({ migration, distance: Math.abs(index - place) }))
    .filter(({ migration }) => migration !== up && migration.direction !== 'down' && !migration.repeatable)
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ migration }) => migration)
}

/** The line in front of a section that says that a down begins. */
function headerOf({ text }: Migration, { span }: Section): string | undefined {
  const before = text.slice(0, span.start).trimEnd()
  const line = before.slice(before.lastIndexOf('\n') + 1).trim()
  return /\b(?:down|rollback|undo|revert)\b/i.test(line) ? line : undefined
}

/** Returns what `path` is called as a down, where `up` is called `down`. */
function pathLike(path: string, up: string, down: string): string | undefined {
  for (const [from, to] of renames) {
    if (up.replace(from, to) !== down || !from.test(path)) continue
    return path.replace(from, to)
  }
  const [end, downEnd] = [endOf(up), endOf(down)]
  const isSuffix = folderOf(up) === folderOf(down) && nameOf(down).startsWith(stemOf(up))
  return isSuffix && path.endsWith(end) ? path.slice(0, -end.length) + downEnd.slice(stemOf(up).length) : undefined

  function endOf(file: string): string {
    return file === up ? nameOf(file).slice(stemOf(file).length) : nameOf(file)
  }
}

const stemOf = (path: string): string => nameOf(path).replace(/\..*$/, '')

const renames: readonly (readonly [RegExp, string])[] = [
  [/\.up\.(?=[^/]*$)/, '.down.'],
  [/_up\.(?=[^/]*$)/, '_down.'],
  [/-up\.(?=[^/]*$)/, '-down.'],
  [/(^|\/)up\.sql$/, '$1down.sql'],
  [/(^|\/)up\/(?=[^/]*$)/, '$1down/'],
  [/(^|\/)deploy\/(?=[^/]*$)/, '$1revert/'],
  [/(^|\/)V(?=\d[^/]*$)/, '$1U'],
]

/** Fences in each statement that the tool would cut at the semicolons inside it. */
function fenced(sql: string, { framework }: Migration): string {
  const { fence } = framework
  if (!fence) return sql
  let from = 0
  let text = ''
  for (const { span } of statementsIn(sql).statements) {
    const end = span.end + (/^\s*;/.exec(sql.slice(span.end))?.[0].length ?? 0)
    const statement = sql.slice(span.start, end)
    const isCut = /;[ \t]*(?:--.*)?\n/.test(statement)
    text += sql.slice(from, span.start) + (isCut ? `${fence.before}\n${statement}\n${fence.after}` : statement)
    from = end
  }
  return text + sql.slice(from)
}
