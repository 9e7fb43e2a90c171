import { nameOf } from '../../text'
import { compareNames, numberAfter } from '../numbering'
import type { Framework } from './framework'
import { beside, lastName, wholeFile } from './layouts'
import { share } from './recognise'
import { oneByOne } from './statements'

/**
 * Supabase CLI: https://github.com/supabase/cli. Verified at commits 078ef54 and 1d1e719:
 * - `pkg/migration/file.go`: names are `<digits>_<name>.sql`; the statements of a file are cut apart and sent as one batch with
 *   one Sync at its end, which PostgreSQL runs as one transaction (protocol-flow.html#PROTOCOL-FLOW-PIPELINING). A statement that
 *   refuses a transaction block can therefore only stand alone in its file, and no marker says otherwise.
 * - `pkg/migration/list.go`: the files of `supabase/migrations`, in the order of their names; others are passed over.
 * - `internal/migration/new/new.go` at commit 086b98b: `supabase migration new` names them by the time.
 * - `pkg/migration/apply.go`, `FindPendingMigrations`: what has not run before what has is refused, unless `--include-all` is given.
 */
export default {
  id: 'supabase',
  name: 'Supabase',
  recognises(folder) {
    const name = nameOf(folder.path)
    const isHome =
      /(?:^|\/)supabase\/migrations$/.test(folder.path) ||
      (!others.test(name) && /^\s*project_id\s*=/m.test(folder.read('../config.toml') ?? ''))
    return isHome ? 0.93 * share(folder.files, (name, file) => name === file && fileName.test(name)) : 0
  },

  layout(path, text) {
    const name = nameOf(path)
    if (!fileName.test(name)) return undefined
    return { version: name, repeatable: false, sections: wholeFile('up', text, 'implicit', true) }
  },

  compareVersions: compareNames,

  late: () => ({ refusedUnless: 'it is told --include-all' }),

  followUp(request) {
    const last = lastName(request.taken, name => fileName.test(name))?.match(/^\d+/)?.[0]
    if (last === undefined) return undefined
    let number = last
    return oneByOne(request).map(part => {
      number = numberAfter(number)
      return { path: beside(part.after, `${number}_${part.title}.sql`), text: `${part.up}\n` }
    })
  },
} satisfies Framework

const fileName = /^\d+_.*\.sql$/

/** What the CLI keeps beside `migrations/`. */
const others = /^(?:tests?|seeds?|schemas?|snippets)$/
