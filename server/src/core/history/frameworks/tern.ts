import type { Edit } from '../../finding'
import { nameOf, type Span } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { dependsOn } from './dependencies'
import { isForeignName } from './dialects'
import { lineBreakOf } from './directives'
import { isDump } from './dumps'
import type { Framework, SectionLayout } from './framework'
import { beside, lastName, pathBelow } from './layouts'
import { anyText, share } from './recognise'

/**
 * tern: https://github.com/jackc/tern. Verified at commit e73daa1:
 * - `migrate/migrate.go`, `FindMigrations`: migrations are `<number>_<name>.sql` right in the folder, numbered from 1 without
 *   gaps; SQL files in folders below are templates that they include. `LoadMigrations`: what stands before the first
 *   `---- create above / drop below ----` goes up, what stands behind it goes down; without it a migration cannot be undone. Both
 *   are Go templates, with the data of `tern.conf`.
 * - `MigrateTo` and `doSQLMigration`: each direction is one query in a transaction; one with a line `---- tern: disable-tx ----`
 *   has its statements sent one by one outside a transaction.
 * - `main.go`, `NewMigration`: new files get the next number, of three digits, and the separator.
 */
export default {
  id: 'tern',
  name: 'tern',
  recognises(folder) {
    const named = share(folder.files, (name, file) => name === file && fileName.test(name))
    if (named === 0) return 0
    const isConfigured = ['', '../', '../../'].some(above => folder.read(`${above}tern.conf`) !== undefined)
    return isConfigured || dependsOn(folder, 'go.mod', 'github.com/jackc/tern') || anyText(folder, isOurs)
      ? 0.95 * named
      : 0
  },

  layout(path, text, folder) {
    const name = nameOf(path)
    const version = fileName.exec(name)?.[1]
    if (version === undefined || pathBelow(folder, path) !== name || isForeignName(name) || isDump(path))
      return undefined
    return { version, repeatable: false, sections: sections(text) }
  },

  compareVersions: compareNumbered,

  withoutTransaction(path, text, direction): readonly Edit[] | undefined {
    const section = sections(text).find(found => found.direction === direction)
    if (!section) return undefined
    if (section.transaction === 'own') return []
    const lineBreak = lineBreakOf(text)
    const at = direction === 'up' ? 0 : section.span.start
    return [{ path, span: { start: at, end: at }, text: at === 0 ? marker + lineBreak : lineBreak + marker }]
  },

  followUp({ after, taken, title, up, down, transaction }) {
    const number = lastName(taken, name => fileName.test(name))?.match(/^\d+/)?.[0]
    if (number === undefined) return undefined
    const head = transaction ? '' : `${marker}\n`
    const undo = down === '' ? '' : `\n${separator}\n\n${head}${down}\n`
    return [{ path: beside(after, `${numberAfter(number)}_${title}.sql`), text: `${head}${up}\n${undo}` }]
  },
} satisfies Framework

const separator = '---- create above / drop below ----'

const marker = '---- tern: disable-tx ----'

const fileName = /^(\d+)_.+\.sql$/

const isOurs = (text: string) => text.includes(separator) || isMarked(text)

const isMarked = (text: string) => /^---- tern: disable-tx ----$/m.test(text)

function sections(text: string): readonly SectionLayout[] {
  const cut = text.indexOf(separator)
  const up = section('up', text, { start: 0, end: cut < 0 ? text.length : cut })
  return cut < 0 ? [up] : [up, section('down', text, { start: cut + separator.length, end: text.length })]
}

function section(direction: 'up' | 'down', text: string, span: Span): SectionLayout {
  const isAlone = isMarked(text.slice(span.start, span.end))
  return {
    direction,
    span,
    transaction: isAlone ? 'own' : 'tool',
    boundaries: [],
    masked: [],
    queries: isAlone ? [] : [span],
  }
}
