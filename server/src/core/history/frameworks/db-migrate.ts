import { nameOf } from '../../text'
import { compareNumbered } from '../numbering'
import { dependsOn } from './dependencies'
import { isForeignName } from './dialects'
import type { Framework } from './framework'
import { wholeFile } from './layouts'
import { share } from './recognise'

/**
 * db-migrate, SQL files: https://github.com/db-migrate/node-db-migrate. Verified in version 0.11.14 and db-migrate-pg 1.5.2:
 * - `lib/commands/create-migration.js` and `lib/migration.js`: `sqls/<time>-<name>-up.sql` and `-down.sql` stand beside a migration in
 *   JavaScript, which reads the one that it needs and sends it as one query. That file decides: a new one is not written here.
 * - `lib/migrator.js` and the driver's `startMigration`: each migration runs up in a transaction, unless all are run with
 *   `--non-transactional`; going down it has none.
 */
export default {
  id: 'db-migrate',
  name: 'db-migrate',
  onlyInTransaction: () => ({
    why: 'db-migrate runs each migration in a transaction, and no file can turn that off: only --non-transactional, for all.',
  }),
  recognises(folder) {
    const named = share(folder.files, (name, file) => name === file && fileName.test(name))
    if (named === 0) return 0
    const isOurs = nameOf(folder.path) === 'sqls' || dependsOn(folder, 'package.json', 'db-migrate')
    return isOurs ? 0.9 * named : 0
  },

  layout(path, text) {
    const name = nameOf(path)
    const [, version, direction] = fileName.exec(name) ?? []
    if (version === undefined || isForeignName(name)) return undefined
    const isUp = direction === 'up'
    return {
      version,
      repeatable: false,
      sections: wholeFile(isUp ? 'up' : 'down', text, isUp ? 'tool' : 'implicit', true),
    }
  },

  compareVersions: compareNumbered,
} satisfies Framework

const fileName = /^(\d+)-.*-(up|down)\.sql$/
