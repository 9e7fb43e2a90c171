import { folderOf, nameOf } from '../../text'
import { compareNumbered } from '../numbering'
import type { Framework } from './framework'
import { listed, onceForText, pathBelow } from './layouts'
import { anyText, share } from './recognise'

const journal = 'meta/_journal.json'

/**
 * Drizzle: https://github.com/drizzle-team/drizzle-orm. Verified in its source:
 * - `drizzle-orm/src/migrator.ts` at commit b786254: the files are those of `meta/_journal.json`, in its order; each is cut at
 *   `--> statement-breakpoint`, wherever that stands. A file that has the number of a listed one is what was generated before
 *   that and left behind.
 * - `drizzle-orm/src/pg-core/dialect.ts`, `migrate`: all pending files run in one transaction, and nothing in a file turns that
 *   off (issue 860). So a later file is no place for what needs a transaction of its own, and none is made here.
 * - https://orm.drizzle.team/docs/drizzle-kit-generate: newer versions write `<time>_<name>/migration.sql`
 *   and `snapshot.json` beside it, without a journal.
 */
export default {
  id: 'drizzle',
  name: 'Drizzle',
  onlyInTransaction: () => ({
    why: 'Drizzle runs all pending migrations in one transaction, and no file can turn that off.',
  }),
  sharedTransaction:
    'Drizzle runs all pending migrations in one transaction: write the later migration when this one has been deployed.',
  recognises(folder) {
    const named = share(folder.files, (_, file) => fileName.test(file))
    if (named === 0) return 0
    const first = folder.files.find(file => file.endsWith('/migration.sql'))
    const isDrawn = first !== undefined && folder.read(`${folderOf(first)}/snapshot.json`) !== undefined
    if (isDrawn || folder.read(journal) !== undefined) return 0.97 * named
    return anyText(folder, text => text.includes(breakpoint)) ? 0.92 * named : 0
  },

  layout(path, text, folder) {
    const relative = pathBelow(folder, path)
    if (!fileName.test(relative)) return undefined
    const name = nameOf(path) === 'migration.sql' ? nameOf(folderOf(path)) : nameOf(path).replace(/\.sql$/, '')
    const list = folder.read(journal)
    const { places, numbers } = entriesIn(list ?? '')
    if (!places.has(name) && numbers.has(numberOf(name))) return undefined
    const version = list === undefined ? name : listed(places.get(name), name)
    return {
      version,
      repeatable: false,
      sections: [
        {
          direction: 'up',
          span: { start: 0, end: text.length },
          transaction: 'tool',
          boundaries: [...text.matchAll(/--> statement-breakpoint/g)].map(({ index }) => index),
          masked: [],
          queries: [],
        },
      ],
    }
  },

  list: journal,
  compareVersions: compareNumbered,
} satisfies Framework

const breakpoint = '--> statement-breakpoint'

const fileName = /^(?:\d+_[^/]*\.sql|\d+_[^/]*\/migration\.sql)$/

const numberOf = (name: string) => /^\d+/.exec(name)?.[0]

/** What a journal lists: the place of each file by its name, and their numbers. */
const entriesIn = onceForText(text => {
  const tags = [...text.matchAll(/"tag"\s*:\s*"([^"]*)"/g)].map(([, tag = '']) => tag)
  return { places: new Map(tags.map((tag, place) => [tag, place])), numbers: new Set(tags.map(numberOf)) }
})

/** Returns the database that the journal names; undefined where there is no journal. */
export const dialectOf = (read: (relative: string) => string | undefined): string | undefined =>
  /"dialect"\s*:\s*"([^"]+)"/.exec(read(journal) ?? '')?.[1]
