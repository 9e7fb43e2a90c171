import type { Edit } from '../../finding'
import { statementsIn } from '../../sql/split'
import { nameOf } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { dependsOn } from './dependencies'
import { isForeignName } from './dialects'
import { lineBreakOf } from './directives'
import { isDump } from './dumps'
import type { Framework } from './framework'
import { beside, lastName, titleLike, wholeFile } from './layouts'
import { share, shareOfTexts } from './recognise'
import { oneByOne } from './statements'

/**
 * postgres-migrations: https://github.com/ThomWright/postgres-migrations. Verified in its source:
 * - `src/file-name-parser.ts` at commit 1f56578: names are `<id>[-_]<name>.sql` or `.js`; `src/files-loader.ts` at 21a7ee6: the files
 *   of one folder, in the order of their ids by value. `README.md` at 0139313: ids are consecutive integers; there are no downs.
 * - `src/run-migration.ts` at 3c07f9f: a migration is one query between START TRANSACTION and COMMIT, unless its text has
 *   `-- postgres-migrations disable-transaction` anywhere; `src/validation.ts` at a6fea61: one
 *   that has run and has another text by now is refused.
 */
export default {
  id: 'postgres-migrations',
  name: 'postgres-migrations',
  recognises(folder) {
    const named = share(folder.files, (name, file) => name === file && fileName.test(name))
    if (named < 0.5) return 0
    if (dependsOn(folder, 'package.json', 'postgres-migrations')) return 0.95 * named
    return shareOfTexts(folder, text => text.includes(marker)) > 0 ? 0.9 * named : 0
  },

  layout(path, text) {
    const name = nameOf(path)
    const version = fileName.exec(name)?.[1]
    if (version === undefined || isForeignName(name) || isDump(path)) return undefined
    const transaction = text.includes(marker) ? 'own' : 'tool'
    return { version, repeatable: false, sections: wholeFile('up', text, transaction, true) }
  },

  compareVersions: compareNumbered,

  keepsChecksums: true,

  withoutTransaction(path, text): readonly Edit[] | undefined {
    if (statementsIn(text).statements.length > 1) return undefined
    if (text.includes(marker)) return []
    const start = text.startsWith('\ufeff') ? 1 : 0
    return [{ path, span: { start, end: start }, text: `${marker}${lineBreakOf(text)}` }]
  },

  followUp(request) {
    const last = lastName(request.taken, name => fileName.test(name))
    if (last === undefined) return undefined
    const [, first = '', separator = '_'] = /^(\d+)([-_]?)/.exec(last) as RegExpExecArray
    let number = first
    return oneByOne(request).map(part => {
      number = numberAfter(number)
      const title = titleLike(last.replace(/\..*$/, ''), part.title)
      const head = part.transaction ? '' : `${marker}\n`
      return { path: beside(part.after, `${number}${separator}${title}.sql`), text: `${head}${part.up}\n` }
    })
  },
} satisfies Framework

const marker = '-- postgres-migrations disable-transaction'

const fileName = /^(\d+)[-_]?.*\.sql$/i
