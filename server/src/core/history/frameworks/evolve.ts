import type { Edit } from '../../finding'
import { nameOf } from '../../text'
import { compareDotted, compareNumbered, numberAfter } from '../numbering'
import { referencesPackage } from './dependencies'
import { isForeignName } from './dialects'
import { lineBreakOf } from './directives'
import type { Framework } from './framework'
import { beside, lastName, wholeFile } from './layouts'
import { anyText, share } from './recognise'

/**
 * Evolve, of .NET: https://github.com/lecaillon/Evolve. Verified at commit 82c4ddf:
 * - `src/Evolve/Configuration/IEvolveConfiguration.cs`: names are Flyway's, `V1_2__x.sql` and `R__x.sql`; there are no undos.
 * - `src/Evolve/Evolve.cs`, `ExecuteMigration`, and `Dialect/SimpleSqlStatementBuilder.cs`: a file is one command in a transaction of its
 *   own, or outside one where its first line has `evolve-tx-off`; unlike Flyway it does not look for what refuses a transaction.
 * - `MigrationScript.cs`, `ValidateChecksum`: the text of what has run may not change.
 * - `Evolve.cs`, validation: what has not run below what has is refused, unless `OutOfOrder` is true.
 */
export default {
  id: 'evolve',
  name: 'Evolve',
  recognises(folder) {
    const named = share(folder.files, name => fileName.test(name))
    if (named === 0) return 0
    return anyText(folder, isMarked) || referencesPackage(folder, 'Evolve') ? 0.95 * named : 0
  },

  layout(path, text) {
    const name = nameOf(path)
    const parts = fileName.exec(name)
    if (!parts || isForeignName(name)) return undefined
    const isAlone = isMarked(text)
    return {
      version: parts[1] ?? name,
      repeatable: parts[1] === undefined,
      sections: wholeFile('up', text, isAlone ? 'own' : 'tool', !isAlone),
    }
  },

  compareVersions: (a, b) => (/^\d/.test(a) && /^\d/.test(b) ? compareDotted(a, b) : compareNumbered(a, b)),

  keepsChecksums: true,

  late: () => ({ refusedUnless: 'OutOfOrder is true' }),

  withoutTransaction(path, text): readonly Edit[] | undefined {
    if (isMarked(text)) return []
    const start = text.startsWith('\ufeff') ? 1 : 0
    return [{ path, span: { start, end: start }, text: `${marker}${lineBreakOf(text)}` }]
  },

  followUp({ after, taken, title, up, transaction }) {
    const version = fileName.exec(lastName(taken, name => fileName.exec(name)?.[1] !== undefined) ?? '')?.[1]
    if (version === undefined) return undefined
    const head = transaction ? '' : `${marker}\n`
    return [{ path: beside(after, `V${numberAfter(version)}__${title}.sql`), text: `${head}${up}\n` }]
  },
} satisfies Framework

const marker = '-- evolve-tx-off'

const fileName = /^(?:V(\d+(?:[._]\d+)*)|R)__.+\.sql$/

const isMarked = (text: string) => /^\ufeff?.*evolve-tx-off/i.test(text)
