import { nameOf } from '../../text'
import { compareNumbered } from '../numbering'
import { referencesPackage } from './dependencies'
import { isForeignName } from './dialects'
import type { Framework } from './framework'
import { pathBelow, wholeFile } from './layouts'
import { share } from './recognise'

/**
 * Yuniql: https://github.com/rdagumampan/yuniql. Verified at commit aacc4fe:
 * - `yuniql-core/MigrationService.cs`, `RunVersionDirectories`: versions are folders `v1.02`, whose files, those in folders below
 *   included, run in the order of their names; nothing goes down.
 * - There, `Run`, and `TRANSACTION_MODE.cs`: unless it is told `version` or `none`, all pending versions run in one transaction.
 *   `yuniql-platforms/postgresql/PostgreSqlDataService.cs`, `BreakStatements`: each file is one command. A later migration needs a version of
 *   its own, which a person chooses: none is written here.
 */
export default {
  id: 'yuniql',
  name: 'Yuniql',
  onlyInTransaction: () => ({
    why: 'Yuniql runs all pending versions in one transaction, and no file can turn that off: only the transaction mode, for all.',
  }),
  sharedTransaction:
    'Yuniql runs all pending versions in one transaction unless it is told another mode: write the later migration when this one has been deployed.',
  recognises(folder) {
    const named = share(folder.files, (_, file) => inVersion.test(file))
    return named >= 0.5 && referencesPackage(folder, 'Yuniql.PostgreSql') ? 0.9 * named : 0
  },

  layout(path, text, folder) {
    const relative = pathBelow(folder, path)
    if (!inVersion.test(relative) || isForeignName(nameOf(path))) return undefined
    return { version: relative.replace(/\.sql$/, ''), repeatable: false, sections: wholeFile('up', text, 'tool', true) }
  },

  compareVersions: compareNumbered,
} satisfies Framework

const inVersion = /^v\d+\.\d+\/.+\.sql$/i
