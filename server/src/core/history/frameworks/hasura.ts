import { folderOf, nameOf } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import type { Framework } from './framework'
import { nothingToUndo, pathBelow, wholeFile } from './layouts'
import { share } from './recognise'

/**
 * Hasura: https://github.com/hasura/graphql-engine.
 * - `cli/migrate/database/hasuradb/hasuradb.go` at commit 048c067: the whole file is one `run_sql`.
 * - `server/src-lib/Hasura/Backends/Postgres/DDL/RunSQL.hs` at 01bba5e: `run_sql` sends all of it in a transaction, and nothing
 *   in the files turns that off (issue 2939).
 * - https://hasura.io/docs/latest/migrations-metadata-seeds/manage-migrations: `<version>_<name>/up.sql` and `down.sql`, below
 *   a folder for each database, the version of 13 digits a time; and ".../config-v2/reference/migration-file-format": before
 *   that `<version>_<name>.up.sql` and `.down.sql`.
 */
export default {
  id: 'hasura',
  name: 'Hasura',
  onlyInTransaction: () => ({ why: 'Hasura runs each migration in a transaction, and no file can turn that off.' }),
  recognises(folder) {
    const ours = share(folder.files, (_, file) => pair.test(file))
    if (ours === 0) return 0
    const isConfigured = ['../config.yaml', '../../config.yaml'].some(file =>
      /^metadata_directory:/m.test(folder.read(file) ?? ''),
    )
    return isConfigured ? 0.95 * ours : 0.88 * share(folder.files, (_, file) => timed.test(file))
  },

  layout(path, text, folder) {
    const [, version, direction] = pair.exec(pathBelow(folder, path)) ?? []
    if (version === undefined) return undefined
    const sections = wholeFile(direction?.toLowerCase() === 'down' ? 'down' : 'up', text, 'tool', true)
    return { version, repeatable: false, sections }
  },

  compareVersions: compareNumbered,

  followUp({ after, taken, hasDowns, title, up, down, transaction }) {
    const last = numberOf(taken.findLast(numberOf) ?? '')
    if (last === undefined || !transaction) return undefined
    const isFlat = !/^(?:up|down)\.sql$/i.test(nameOf(after))
    const root = isFlat ? folderOf(after) : folderOf(folderOf(after))
    const stem = `${root === '' ? '' : `${root}/`}${numberAfter(last)}_${title}${isFlat ? '.' : '/'}`
    const files = [{ path: `${stem}up.sql`, text: `${up}\n` }]
    if (!hasDowns) return files
    return [...files, { path: `${stem}down.sql`, text: down === '' ? nothingToUndo : `${down}\n` }]
  },
} satisfies Framework

const pair = /^(\d+)(?:_[^/]*)?[/.](up|down)\.sql$/i

const timed = /^1\d{12}(?:_[^/]*)?\/(?:up|down)\.sql$/i

const numberOf = (path: string): string | undefined =>
  (pair.exec(path.split('/').slice(-2).join('/')) ?? pair.exec(nameOf(path)))?.[1]
