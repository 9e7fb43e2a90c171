import { nameOf, type Span } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { dependsOn } from './dependencies'
import { isForeignName } from './dialects'
import { directives } from './directives'
import type { Framework, SectionLayout } from './framework'
import { beside, lastName, nothingToUndo } from './layouts'
import { anyText, share } from './recognise'
import { texts } from './statements'

/**
 * Bun, the Go library: https://github.com/uptrace/bun. Verified at commit 0e5e868:
 * - `migrate/migrations.go`, `Discover`: files are `<number>_<name>[.tx].up.sql` and `.down.sql`; `migrate/migrator.go`: new numbers are
 *   UTC times to the second.
 * - `migrate/migration.go`, `newSQLMigrationFunc`: a file whose name has `.tx` runs in a transaction, any other outside one; a line
 *   `--bun:split` cuts it, and each part is one query without arguments, whose statements share a transaction either way.
 * - https://github.com/go-pg/migrations, which Bun comes from: the same names, and a line `--gopg:split`.
 */
export default {
  id: 'bun',
  name: 'Bun',
  recognises(folder) {
    const named = share(folder.files, (name, file) => name === file && fileName.test(name))
    if (named === 0) return 0
    if (folder.files.some(file => /\.tx\.(?:up|down)\.sql$/.test(file))) return 0.9 * named
    const isDependedOn =
      dependsOn(folder, 'go.mod', 'github.com/uptrace/bun') &&
      !dependsOn(folder, 'go.mod', 'github.com/golang-migrate/migrate')
    return isDependedOn || anyText(folder, text => cuts(text).length > 0) ? 0.9 * named : 0
  },

  layout(path, text) {
    const name = nameOf(path)
    const [, version, inTransaction, direction] = fileName.exec(name) ?? []
    if (version === undefined || isForeignName(name)) return undefined
    const section: SectionLayout = {
      direction: direction === 'down' ? 'down' : 'up',
      span: { start: 0, end: text.length },
      transaction: inTransaction === undefined ? 'implicit' : 'tool',
      boundaries: cuts(text).map(({ start }) => start),
      masked: [],
      queries: parts(text),
    }
    return { version, repeatable: false, sections: [section] }
  },

  compareVersions: compareNumbered,

  followUp({ after, taken, hasDowns, title, up, down, transaction }) {
    const last = fileName.exec(lastName(taken, name => fileName.test(name)) ?? '')
    if (last?.[1] === undefined) return undefined
    const stem = beside(after, `${numberAfter(last[1])}_${title}${transaction ? '.tx' : ''}`)
    const split = (sql: string) => (transaction ? sql : texts(sql).join('\n\n--bun:split\n\n'))
    const made = { path: `${stem}.up.sql`, text: `${split(up)}\n` }
    if (!hasDowns) return [made]
    return [made, { path: `${stem}.down.sql`, text: down === '' ? nothingToUndo : `${split(down)}\n` }]
  },
} satisfies Framework

const fileName = /^(\d+)_[^.]*(\.tx)?\.(up|down)\.sql$/

const cuts = (text: string) => directives(text, /^--(?:bun|gopg):(split)[ \t]*$/gm)

/** What stands between those lines. */
function parts(text: string): readonly Span[] {
  const found = cuts(text)
  const starts = [0, ...found.map(({ end }) => end)]
  return starts.map((start, index) => ({ start, end: found[index]?.start ?? text.length }))
}
