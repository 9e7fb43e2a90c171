import type { Edit } from '../../finding'
import { statementsIn } from '../../sql/split'
import { compareNumbered } from '../numbering'
import { lineBreakOf } from './directives'
import type { Framework } from './framework'
import { pathBelow, wholeFile } from './layouts'

/**
 * graphile-migrate: https://github.com/graphile/migrate. Verified at commit 54ea390:
 * - `src/migration.ts` and `src/migrationFilename.ts`: migrations are `committed/<number>[-<message>].sql`, ordered by number, each
 *   headed by `--! Previous:` and `--! Hash:` of its text; one whose text has changed since is refused.
 * - `src/current.ts`: the next one is written in `current.sql`, or in `current/<number>[-<name>].sql`, and runs after them.
 * - `runStringMigration`, `src/header.ts`: a migration is one query between BEGIN and COMMIT; `--! no-transaction` as the first line
 *   behind the header opts out, not in `current/`. `README.md`, "Disable Transaction": of several statements it makes one
 *   transaction all the same.
 * - There are no downs, and what else lies beside (`afterReset.sql`, `fixtures/`) is no migration.
 */
export default {
  id: 'graphile-migrate',
  name: 'graphile-migrate',
  recognises(folder) {
    const all = folder.files.some(isCommitted) ? folder.files.filter(isCommitted) : folder.files
    const first = all.find(file => committed.test(file))
    if (first !== undefined && /^--! Previous:/m.test(folder.read(first) ?? '')) return 0.97
    const hasCurrent = folder.files.some(file => current.test(file))
    return hasCurrent && folder.read('../.gmrc') !== undefined ? 0.97 : 0
  },

  layout(path, text, folder) {
    const relative = pathBelow(folder, path)
    const number = committed.exec(relative)?.[1]
    if (number !== undefined && !relative.includes('/') && folder.files.some(isCommitted)) return undefined
    const part = current.exec(relative)
    if (number === undefined && !part) return undefined
    const version = number ?? `${afterAll} ${part?.[1] ?? 0}`
    const transaction = isMarked(text) ? 'own' : 'tool'
    return { version, repeatable: false, sections: wholeFile('up', text, transaction, true) }
  },

  compareVersions: compareNumbered,

  keepsChecksums: true,

  withoutTransaction(path, text): readonly Edit[] | undefined {
    if (/(?:^|\/)current\/[^/]*$/.test(path) || statementsIn(text).statements.length > 1) return undefined
    if (isMarked(text)) return []
    const at = bodyStart(text)
    return [{ path, span: { start: at, end: at }, text: `${marker}${lineBreakOf(text)}` }]
  },

  /** Only one migration at a time is not committed: the current one, where nothing stands in it yet. */
  followUp({ after, up, transaction, read }) {
    const path = after.replace(/(^|\/)committed\/[^/]*$/, '$1current.sql')
    const text = path === after ? undefined : read?.(path)
    if (text === undefined || statementsIn(text).statements.length > 0) return undefined
    const isAlone = statementsIn(up).statements.length === 1
    if (!transaction && !isAlone) return undefined
    return [{ path, text: `${transaction ? '' : `${marker}\n`}${up}\n` }]
  },
} satisfies Framework

const marker = '--! no-transaction'

const committed = /^(?:committed\/)?(\d+)(?:-[-\w]*)?\.sql$/

const isCommitted = (file: string) => file.startsWith('committed/')

const current = /^current(?:\.sql|\/(\d+)(?:-[-\w]*)?\.sql)$/

const afterAll = 999_999_999

/** Behind the lines of the header, which begin with a capital letter. */
function bodyStart(text: string): number {
  const header = /^(?:\ufeff)?(?:--! [A-Z]\w*(?::.*)?(?:\n|$))*\s*/.exec(text)?.[0] ?? ''
  return header.length
}

const isMarked = (text: string) => /^--!\s*no-transaction\b/.test(text.slice(bodyStart(text)))
