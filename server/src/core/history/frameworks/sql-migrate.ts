import type { Edit } from '../../finding'
import { statementsIn } from '../../sql/split'
import { nameOf } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { isForeignName } from './dialects'
import { type Directive, directives, fenced } from './directives'
import type { Folder, Framework, Mark, SectionLayout } from './framework'
import { beside, lastName, nothingToUndo } from './layouts'
import { shareOfTexts } from './recognise'
import { delimited } from './statements'

const fence = { before: '-- +migrate StatementBegin', after: '-- +migrate StatementEnd' }

const mark: Mark = { line: '-- +migrate Up', isIn: text => commands(text).some(isDirection('Up')), isRequired: true }

/**
 * sql-migrate: https://github.com/rubenv/sql-migrate. Verified at commit 563a2f0:
 * - `sqlparse/sqlparse.go`: commands are lines that begin with `-- +migrate `: Up and Down, each with the option
 *   `notransaction`, and StatementBegin and StatementEnd. A statement ends with a line whose last word ends in a semicolon, or at
 *   StatementEnd whatever stands before it. A file without Up and Down is refused.
 * - `migrate.go` at 00c0225, `applyMigrations` and `Less`: the statements of a migration are sent one by one, in a transaction unless it is disabled for
 *   that direction; the order is that of the number before the name, by value, then of the names.
 * - `README.md`: `dbconfig.yml` names the `dialect` of each environment.
 * - `sql-migrate/command_new.go`: new files are `YYYYMMDDHHMMSS-name.sql` with both commands.
 */
export default {
  id: 'sql-migrate',
  name: 'sql-migrate',
  recognises: folder => 0.95 * shareOfTexts(folder, mark.isIn),
  isForOther(folder) {
    const dialects = dialectsIn(folder)
    return dialects.length > 0 && !dialects.includes('postgres')
  },
  mark,

  layout(path, text) {
    const name = nameOf(path)
    if (isForeignName(name)) return undefined
    return { version: name, repeatable: false, sections: sections(text) }
  },

  compareVersions: compareNumbered,

  withoutTransaction(path, text, direction): readonly Edit[] | undefined {
    const marks = commands(text)
    const mark = marks.find(isDirection(direction === 'up' ? 'Up' : 'Down'))
    const section = sections(text).find(found => found.direction === direction)
    if (!mark || !section) return undefined
    if (section.queries.some(span => statementsIn(text, { span }).statements.length > 1)) return undefined
    if (section.transaction === 'own') return []
    const end = mark.start + text.slice(mark.start, mark.end).trimEnd().length
    return [{ path, span: { start: end, end }, text: ' notransaction' }]
  },

  fence,

  followUp({ after, taken, title, up, down, transaction }) {
    const last = lastName(taken, name => /^\d/.test(name))
    if (last === undefined) return undefined
    const [number, separator = '-'] = numberedAfter(last)
    const words = separator === '_' ? title : title.replaceAll('_', '-')
    const option = transaction ? '' : ' notransaction'
    const undo = down === '' ? nothingToUndo : `${inFences(down)}\n`
    return [
      {
        path: beside(after, `${number}${separator}${words}.sql`),
        text: `-- +migrate Up${option}\n${inFences(up)}\n\n-- +migrate Down${down === '' ? '' : option}\n${undo}`,
      },
    ]
  },
} satisfies Framework

/**
 * The number after that of a name, and what stands behind it. `2026-01-30.1-x.sql` is a day and a place in it: the number is the
 * year, and by the name `.10` would come before `.2`.
 */
function numberedAfter(last: string): readonly [string, string?] {
  const [, day, place, behind] = /^(\d{4}-\d\d-\d\d)(?:\.(\d))?([-_])/.exec(last) ?? []
  if (day === undefined) {
    const [, number = '', separator] = /^(\d+)([-_]?)/.exec(last) as RegExpExecArray
    return [numberAfter(number), separator]
  }
  if (place === undefined) return [numberAfter(day), behind]
  return [place === '9' ? `${numberAfter(day)}.0` : `${day}.${Number(place) + 1}`, behind]
}

/** The databases of all environments that `dbconfig.yml` names. */
function dialectsIn({ read }: Folder): readonly string[] {
  const text = ['', '../', '../../'].map(above => read(`${above}dbconfig.yml`)).find(found => found !== undefined)
  return [...(text ?? '').matchAll(/^[ \t]+dialect:[ \t]*["']?(\w+)/gm)].map(([, dialect = '']) => dialect)
}

const commands = (text: string) => directives(text, /^-- \+migrate (.*)$/gm)

const isDirection = (word: 'Up' | 'Down') => (mark: Directive) => mark.words.split(/\s+/)[0] === word

const isDisabled = (mark: Directive) => mark.words.split(/\s+/).slice(1).includes('notransaction')

function sections(text: string): readonly SectionLayout[] {
  const marks = commands(text)
  const starts = marks.filter(mark => isDirection('Up')(mark) || isDirection('Down')(mark))
  return starts.map((mark, index) => {
    const isUp = isDirection('Up')(mark)
    const span = { start: mark.end, end: starts[index + 1]?.start ?? text.length }
    const isOwn = starts.some(other => isDirection('Up')(other) === isUp && isDisabled(other))
    const inside = marks.filter(other => span.start <= other.start && other.end <= span.end)
    return {
      direction: isUp ? 'up' : 'down',
      span,
      transaction: isOwn ? 'own' : 'tool',
      boundaries: inside.filter(isWord('StatementEnd')).map(({ start }) => start),
      masked: [],
      queries: fenced(inside, isWord('StatementBegin'), isWord('StatementEnd')),
    }
  })
}

const isWord = (word: string) => (mark: Directive) => mark.words === word

/** Fences in the statements that sql-migrate would cut. */
const inFences = (sql: string): string => delimited(sql, fence.before, fence.after)
