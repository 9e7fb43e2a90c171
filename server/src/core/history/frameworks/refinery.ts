import { folderOf, nameOf } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { dependsOn } from './dependencies'
import type { Framework } from './framework'
import { lastName, wholeFile } from './layouts'
import { share } from './recognise'

/**
 * refinery: https://github.com/rust-db/refinery. Verified at commit 14354f5:
 * - `refinery_core/src/util.rs`: names are `V<number>__<name>.sql` or `U<number>__<name>.sql`, in folders below too, and other
 *   files are passed over; `U` is no undo, but what may also be applied after a later number. Nothing goes down.
 * - `refinery_core/src/drivers/postgres.rs` and `tokio_postgres.rs`, `execute`: each file is one `batch_execute`, a simple query,
 *   in a transaction of its own, or with `set_grouped` in one for all; nothing in a file turns that off.
 * - `refinery_core/src/runner.rs`: the checksum is that of the whole text, and unless `set_abort_divergent` says otherwise it
 *   goes no further where that of an applied file differs.
 * - `refinery_core/src/traits/mod.rs`: a `V` that has not run below what has is refused, unless `set_abort_missing` says otherwise.
 */
export default {
  id: 'refinery',
  name: 'refinery',
  keepsChecksums: true,
  onlyInTransaction: () => ({ why: 'refinery runs each migration in a transaction, and no file can turn that off.' }),
  recognises(folder) {
    if (share(folder.files, name => fileName.test(name)) < 0.5) return 0
    return ['refinery', 'refinery-core'].some(crate => dependsOn(folder, 'Cargo.toml', crate)) ? 0.95 : 0
  },

  layout(path, text) {
    const [, , version] = fileName.exec(nameOf(path)) ?? []
    if (version === undefined) return undefined
    return { version, repeatable: false, sections: wholeFile('up', text, 'tool', true) }
  },

  compareVersions: compareNumbered,

  late: path => (nameOf(path).startsWith('V') ? { refusedUnless: 'set_abort_missing says otherwise' } : undefined),

  followUp({ after, taken, title, up, transaction }) {
    const [, prefix, version] = fileName.exec(lastName(taken, name => fileName.test(name)) ?? '') ?? []
    if (version === undefined || !transaction) return undefined
    const folder = folderOf(after)
    const name = `${prefix}${numberAfter(version)}__${title}.sql`
    return [{ path: folder === '' ? name : `${folder}/${name}`, text: `${up}\n` }]
  },
} satisfies Framework

const fileName = /^([UV])(\d+)__\w+\.sql$/
