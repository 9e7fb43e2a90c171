import type { Edit } from '../../finding'
import { statementsIn } from '../../sql/split'
import { folderOf, nameOf } from '../../text'
import { compareNames, numberAfter } from '../numbering'
import { isForeignName } from './dialects'
import { type Directive, directives } from './directives'
import { isDump } from './dumps'
import type { FollowUp, Framework, Mark, SectionLayout } from './framework'
import { lastName, nothingToUndo } from './layouts'
import { shareOfTexts } from './recognise'
import { oneByOne } from './statements'

const mark: Mark = { line: '-- migrate:up', isIn: text => blocks(text).some(isUp), isRequired: true }

/**
 * dbmate: https://github.com/amacneil/dbmate. Verified at commit f3e08f1:
 * - `pkg/dbmate/migration.go`: blocks begin with lines `-- migrate:up` and `-- migrate:down`, options after them
 *   (`transaction:false`); a file may hold several such pairs, and is refused without.
 * - `pkg/dbmate/db.go`, `Migrate` and `Rollback`: each block is one `Exec`, in a transaction of its own, or with
 *   `transaction:false` outside one; `Exec` without arguments is a simple query, so several statements in a block share a
 *   transaction even then. `migrationFileRegexp`: names begin with digits, in a flat folder; they run in the order of the
 *   whole names, as text. `NewMigration`: named by UTC time to the second, with both blocks.
 * - `README.md`: the schema is dumped to `db/schema.sql`, beside the folder of migrations.
 */
export default {
  id: 'dbmate',
  name: 'dbmate',
  recognises: folder => 0.95 * shareOfTexts(folder, mark.isIn),
  mark,

  layout(path, text) {
    const name = nameOf(path)
    if (isForeignName(name) || isDump(path)) return undefined
    return { version: name, repeatable: false, sections: sections(text) }
  },

  compareVersions: compareNames,

  withoutTransaction(path, text, direction): readonly Edit[] | undefined {
    const edits: Edit[] = []
    for (const section of sections(text)) {
      if (section.direction !== direction) continue
      if (statementsIn(text, { span: section.span }).statements.length > 1) return undefined
      if (section.transaction === 'own') continue
      edits.push({ path, span: { start: section.span.start, end: section.span.start }, text: ' transaction:false' })
    }
    return edits
  },

  followUp(request) {
    const last = lastName(request.taken, name => /^\d/.test(name))
    if (last === undefined) return undefined
    const separator = /^\d+([_-])/.exec(last)?.[1] ?? '_'
    let number = /^\d+/.exec(last)?.[0] as string
    return oneByOne(request).map(part => {
      number = numberAfter(number)
      return file(part, number, separator)
    })
  },
} satisfies Framework

const blocks = (text: string) => directives(text, /^--[ \t]*migrate:((?:up|down)\b.*)$/gim)

const isUp = (block: Directive) => /^up\b/i.test(block.words)

function sections(text: string): readonly SectionLayout[] {
  const marks = blocks(text)
  if (!marks.some(isUp)) return [section('up', { start: 0, end: text.length }, true)]
  return marks.map((mark, index) => {
    const span = { start: mark.end, end: marks[index + 1]?.start ?? text.length }
    return section(isUp(mark) ? 'up' : 'down', span, !/\stransaction:false(?:\s|$)/.test(mark.words))
  })
}

const section = (
  direction: 'up' | 'down',
  span: { start: number; end: number },
  transaction: boolean,
): SectionLayout => ({
  direction,
  span,
  transaction: transaction ? 'tool' : 'own',
  boundaries: [],
  masked: [],
  queries: [span],
})

function file({ after, title, up, down, transaction }: FollowUp, number: string, separator: string) {
  const folder = folderOf(after)
  const option = transaction ? '' : ' transaction:false'
  const name = `${number}${separator}${separator === '-' ? title.replaceAll('_', '-') : title}.sql`
  const undo = down === '' ? nothingToUndo : `${down}\n`
  return {
    path: folder === '' ? name : `${folder}/${name}`,
    text: `-- migrate:up${option}\n${up}\n\n-- migrate:down${down === '' ? '' : option}\n${undo}`,
  }
}
