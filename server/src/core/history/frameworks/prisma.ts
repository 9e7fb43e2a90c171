import { folderOf, nameOf } from '../../text'
import { compareNames, numberAfter } from '../numbering'
import type { Framework } from './framework'
import { share } from './recognise'
import { oneByOne } from './statements'

/**
 * Prisma Migrate: https://github.com/prisma/prisma-engines. Verified in its source:
 * - `schema-engine/connectors/sql-schema-connector/src/flavour/postgres/connector/native/mod.rs` at commit 3dd25f3,
 *   `apply_migration_script`: the whole file is one `simple_query`, no transaction is opened around it.
 * - `list_migrations` of the schema engine: migrations are the folders beside `migration_lock.toml`, in the order of their
 *   names as text; the lock file's `provider` names the database.
 * - Pull requests 5767 and 5799, released with 7.4: a file that the engine's own parser reads whole is sent statement by
 *   statement, any other as one query as before (pull request 5847: DROP INDEX CONCURRENTLY is not read). Which release will
 *   run a migration is not written in its folder, so the older and stricter behaviour is the one told here.
 * - https://www.prisma.io/docs/orm/prisma-migrate/workflows/generating-down-migrations: a `down.sql` is kept beside
 *   `migration.sql` by hand and run with `prisma db execute`, one query as well.
 */
export default {
  id: 'prisma',
  name: 'Prisma',
  recognises(folder) {
    const provider = providerOf(folder.read)
    if (provider !== undefined && !isPostgres(provider)) return 0
    const ours = share(folder.files, (_, file) => /^[^/]+\/migration\.sql$/.test(file))
    return provider === undefined ? 0.9 * ours : ours
  },

  layout(path, text) {
    const name = nameOf(path)
    if (name !== 'migration.sql' && name !== 'down.sql') return undefined
    const span = { start: 0, end: text.length }
    const direction = name === 'down.sql' ? 'down' : 'up'
    const sent = marker.test(text)
      ? ({ transaction: 'own', queries: [] } as const)
      : ({ transaction: 'implicit', queries: [span] } as const)
    return {
      version: nameOf(folderOf(path)),
      repeatable: false,
      sections: [{ direction, span, boundaries: [], masked: [], ...sent }],
    }
  },

  compareVersions: compareNames,

  followUp(request) {
    const last = numberOf(request.taken.findLast(numberOf) ?? '')
    if (last === undefined) return undefined
    const root = folderOf(folderOf(request.after))
    let number = last
    return oneByOne(request).flatMap(part => {
      number = numberAfter(number)
      const folder = `${root === '' ? '' : `${root}/`}${number}_${part.title}`
      const up = { path: `${folder}/migration.sql`, text: `${part.up}\n` }
      return part.hasDowns && part.down !== '' ? [up, { path: `${folder}/down.sql`, text: `${part.down}\n` }] : [up]
    })
  },
} satisfies Framework

/** By such a line a script of the project's own cuts the file, and runs what follows outside a transaction: Prisma has no markers. */
const marker = /^--[ \t]*[A-Z]+(?:_[A-Z]+)*_OUTSIDE_TRANSACTION(?:_[A-Z]+)*[ \t]*$/m

const numberOf = (path: string): string | undefined => /^\d+(?=_)/.exec(nameOf(folderOf(path)))?.[0]

/** Returns the database that `migration_lock.toml` names; undefined where there is no such file. */
export const providerOf = (read: (relative: string) => string | undefined): string | undefined =>
  /^\s*provider\s*=\s*["']([^"']+)["']/m.exec(read('migration_lock.toml') ?? '')?.[1]

/** Drizzle's first journals say `pg`. */
export const isPostgres = (provider: string): boolean => ['postgresql', 'postgres', 'pg'].includes(provider)
