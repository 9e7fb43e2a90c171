import type { NewFile } from '../../finding'
import { nameOf } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { isForeignName } from './dialects'
import type { FollowUp, Framework } from './framework'
import { beside, lastName, nothingToUndo, titleLike, wholeFile } from './layouts'
import { share } from './recognise'
import { oneByOne } from './statements'

/**
 * Postgrator: https://github.com/rickbergfalk/postgrator. Verified in `postgrator.js` and `lib/Client.js` at commit a3079b0:
 * - names are `{version}.{do|undo}[.{name}].sql`, the version a number that orders them; of a migration below the database's
 *   version nothing is run.
 * - `runSqlScript`: the whole file is one query of the caller's client, and no transaction is opened around it. Several statements
 *   of one query share a transaction.
 * - `validateMigrations`: a file that has run must keep its checksum.
 */
export default {
  id: 'postgrator',
  name: 'Postgrator',
  recognises: ({ files }) => 0.9 * share(files, (name, file) => name === file && fileName.test(name)),

  layout(path, text) {
    const name = nameOf(path)
    const [, version, action] = fileName.exec(name) ?? []
    if (version === undefined || isForeignName(name)) return undefined
    const direction = action === 'do' ? 'up' : 'down'
    return { version, repeatable: false, sections: wholeFile(direction, text, 'implicit', true) }
  },

  compareVersions: compareNumbered,

  late: () => 'skipped',

  keepsChecksums: true,

  followUp(request): readonly NewFile[] | undefined {
    const last = lastName(request.taken, name => fileName.test(name))
    if (last === undefined) return undefined
    let [number] = /^\d+/.exec(last) as RegExpExecArray
    return oneByOne(request).flatMap(part => {
      number = numberAfter(number)
      return pair(part, number, last)
    })
  },
} satisfies Framework

const fileName = /^(\d+)\.(do|undo)(?:\.(.*))?\.sql$/

function pair({ after, hasDowns, title, up, down }: FollowUp, version: string, last: string): readonly NewFile[] {
  const name = titleLike(last, title)
  const file = (action: string, text: string) => ({ path: beside(after, `${version}.${action}.${name}.sql`), text })
  const made = file('do', `${up}\n`)
  return hasDowns ? [made, file('undo', down === '' ? nothingToUndo : `${down}\n`)] : [made]
}
