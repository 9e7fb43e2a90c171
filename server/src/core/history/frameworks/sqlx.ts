import type { Edit } from '../../finding'
import { statementsIn } from '../../sql/split'
import { nameOf } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { dependsOn } from './dependencies'
import { isForeignName } from './dialects'
import { lineBreakOf } from './directives'
import type { Framework } from './framework'
import { beside, lastName, nothingToUndo, titleLike, wholeFile } from './layouts'
import { anyText, share } from './recognise'
import { oneByOne } from './statements'

/**
 * SQLx: https://github.com/launchbadge/sqlx. Verified at commit 9d6bf66:
 * - `sqlx-core/src/migrate/source.rs`: files are `<VERSION>_<DESCRIPTION>.sql`, the version an
 *   integer by whose value they are ordered; all else is passed over; `migration_type.rs`: `.up.sql` and `.down.sql`
 *   are the two directions. Text that starts with `-- no-transaction`, at the very first byte, opts out. A migration that has
 *   run and whose checksum is another by now is an error.
 * - `sqlx-postgres/src/migrate.rs`: each migration runs in a transaction, or with that marker without one; either
 *   way the whole file is one `execute` without arguments, which `connection/executor.rs` sends as a simple query.
 * - `migration_type.rs`, `file_content`: the comments that `sqlx migrate add` puts into new files.
 */
export default {
  id: 'sqlx',
  name: 'SQLx',
  recognises(folder) {
    const named = share(folder.files, (name, file) => name === file && fileName.test(name))
    if (named === 0) return 0
    if (dependsOn(folder, 'Cargo.toml', 'sqlx')) return 0.95 * named
    return anyText(folder, text => template.test(text) || text.startsWith(marker)) ? 0.85 * named : 0
  },

  layout(path, text) {
    const name = nameOf(path)
    const version = fileName.exec(name)?.[1]
    if (version === undefined || isForeignName(name)) return undefined
    const transaction = text.startsWith(marker) ? 'own' : 'tool'
    const direction = /\.down\.sql$/i.test(name) ? 'down' : 'up'
    return { version, repeatable: false, sections: wholeFile(direction, text, transaction, true) }
  },

  compareVersions: compareNumbered,

  keepsChecksums: true,

  withoutTransaction(path, text): readonly Edit[] | undefined {
    if (text.startsWith('\ufeff') || statementsIn(text).statements.length > 1) return undefined
    if (text.startsWith(marker)) return []
    return [{ path, span: { start: 0, end: 0 }, text: `${marker}${lineBreakOf(text)}` }]
  },

  followUp(request) {
    const last = lastName(request.taken, name => fileName.test(name))
    if (last === undefined) return undefined
    const isReversible = /\.(?:up|down)\.sql$/.test(last)
    let number = /^\d+/.exec(last)?.[0] as string
    return oneByOne(request).flatMap(part => {
      number = numberAfter(number)
      const stem = beside(part.after, `${number}_${titleLike(last.replace(/\..*$/, ''), part.title)}`)
      const head = part.transaction ? '' : `${marker}\n`
      if (!isReversible) return [{ path: `${stem}.sql`, text: `${head}${part.up}\n` }]
      const down = part.down === '' ? nothingToUndo : `${head}${part.down}\n`
      return [
        { path: `${stem}.up.sql`, text: `${head}${part.up}\n` },
        { path: `${stem}.down.sql`, text: down },
      ]
    })
  },
} satisfies Framework

const marker = '-- no-transaction'

const fileName = /^(\d+)_.*\.sql$/

const template = /^-- Add (?:up |down )?migration script here$/m

/**
 * Whether the crate that the migrations are part of uses SQLx or Diesel with other databases alone, by the features that it asks for;
 * what a crate leaves to its workspace stands in a manifest above.
 */
export function isForOtherThanPostgres(read: (relative: string) => string | undefined): boolean {
  for (let above = '../'; above.length < 15; above += '../') {
    const features = [...(read(`${above}Cargo.toml`) ?? '').matchAll(featured)].map(([, list = '']) => list).join()
    if (/"(?:postgres|any)/.test(features)) return false
    if (/"(?:sqlite|mysql)/.test(features)) return true
  }
  return false
}

const featured = /^\s*(?:sqlx|diesel)\s*=\s*\{[^}]*?features\s*=\s*\[([^\]]*)\]/gm
