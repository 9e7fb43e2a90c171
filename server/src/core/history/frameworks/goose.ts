import type { Edit } from '../../finding'
import { statementsIn } from '../../sql/split'
import { folderOf, nameOf, type Span } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { isForeignName } from './dialects'
import { type Directive, directives, fenced, lineBreakOf } from './directives'
import type { Framework, Mark, SectionLayout } from './framework'
import { lastName, nothingToUndo } from './layouts'
import { shareOfTexts } from './recognise'
import { delimited } from './statements'

const fence = { before: '-- +goose StatementBegin', after: '-- +goose StatementEnd' }

const mark: Mark = { line: '-- +goose Up', isIn: text => annotations(text).some(isWord('up')), isRequired: true }

/**
 * goose: https://github.com/pressly/goose. Verified at commit 520411a:
 * - `internal/sqlparser/parser.go`: annotations are lines `-- +goose ...`, their words in any case; Up, without which a file is
 *   refused, then Down, which may be absent; NO TRANSACTION anywhere in the file turns transactions off for both. A statement
 *   ends with a line that ends in a semicolon, or runs from StatementBegin to StatementEnd, whatever stands between, without
 *   needing a semicolon.
 * - `migration_sql.go`: all statements of a direction run in one transaction, each sent for itself; with NO TRANSACTION each
 *   is sent for itself outside one. What stands between StatementBegin and StatementEnd is one such query.
 * - `provider_collect.go`, `migrate.go`: the version is the number before the first underscore, ordered by value; Go
 *   migrations share the sequence.
 * - `up.go` and `internal/gooseutil/resolve.go`: what has not run below what has is refused, unless missing migrations are allowed.
 * - `create.go`, `fix.go`: new files are named by UTC time to the second, or with `-s` by the next number to five digits.
 */
export default {
  id: 'goose',
  name: 'goose',
  recognises: folder => 0.95 * shareOfTexts(folder, mark.isIn),
  mark,

  layout(path, text) {
    const name = nameOf(path)
    if (isForeignName(name)) return undefined
    return { version: /^\d+/.exec(name)?.[0] ?? name, repeatable: false, sections: sections(text) }
  },

  compareVersions: compareNumbered,

  late: () => ({ refusedUnless: 'it is told -allow-missing' }),

  withoutTransaction(path, text, direction): readonly Edit[] | undefined {
    const marks = annotations(text)
    const up = marks.find(isWord('up'))
    const runs = queriesIn(marks)
    const refused = runs.some(span => statementsIn(text, { span }).statements.length > 1)
    if (!up || refused || !marks.some(isWord(direction))) return undefined
    if (marks.some(isWord('no transaction'))) return []
    const at = { start: up.start, end: up.start }
    return [{ path, span: at, text: `-- +goose NO TRANSACTION${lineBreakOf(text)}` }]
  },

  marksWholeFile: true,

  fence,

  followUp({ after, taken, title, up, down, transaction }) {
    const version = lastName(taken, name => /^\d+_/.test(name))?.match(/^\d+/)?.[0]
    if (version === undefined) return undefined
    const folder = folderOf(after)
    const path = `${folder === '' ? '' : `${folder}/`}${numberAfter(version)}_${title}.sql`
    const head = transaction ? '' : '-- +goose NO TRANSACTION\n'
    const undo = down === '' ? nothingToUndo : `${inFences(down)}\n`
    return [{ path, text: `${head}-- +goose Up\n${inFences(up)}\n\n-- +goose Down\n${undo}` }]
  },
} satisfies Framework

const annotations = (text: string) => directives(text, /^[ \t]*--[ \t]*\+goose\b(.*)$/gm)

const queriesIn = (marks: readonly Directive[]): readonly Span[] =>
  fenced(marks, isWord('statementbegin'), isWord('statementend'))

const isWord = (word: string) => (directive: Directive) => directive.words.toLowerCase() === word

function sections(text: string): readonly SectionLayout[] {
  const marks = annotations(text)
  const transaction = marks.some(isWord('no transaction')) ? 'own' : 'tool'
  const up = marks.find(isWord('up'))
  const down = marks.find(mark => isWord('down')(mark) && mark.start > (up?.start ?? -1))
  const section = (direction: 'up' | 'down', span: Span): SectionLayout => {
    const inside = marks.filter(mark => span.start <= mark.start && mark.end <= span.end)
    return {
      direction,
      span,
      transaction,
      boundaries: inside.filter(isWord('statementend')).map(({ start }) => start),
      masked: [],
      queries: queriesIn(inside),
    }
  }
  const upSpan = { start: up?.end ?? 0, end: down?.start ?? text.length }
  if (!down) return [section('up', upSpan)]
  return [section('up', upSpan), section('down', { start: down.end, end: text.length })]
}

/** Fences in the statements that goose would cut. */
const inFences = (sql: string): string => delimited(sql, fence.before, fence.after)
