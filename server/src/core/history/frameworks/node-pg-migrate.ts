import { nameOf } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { dependsOn } from './dependencies'
import { isForeignName } from './dialects'
import { type Directive, directives } from './directives'
import { isDump } from './dumps'
import type { Framework, SectionLayout } from './framework'
import { beside, lastName, nothingToUndo, titleLike, wholeFile } from './layouts'
import { share, shareOfTexts } from './recognise'

/**
 * node-pg-migrate, SQL files: https://github.com/salsita/node-pg-migrate. Verified at commit 55b10c2:
 * - `src/sqlMigration.ts`: a line `-- Up Migration` begins the up, `-- Down Migration` the down, in either order and any case;
 *   without the first the whole file is up. Each is sent as one query.
 * - `src/migration.ts`, `_apply`, and `src/runner.ts`: all pending migrations run in one transaction, with
 *   `--no-single-transaction` each in its own; an SQL file cannot opt out, only one in JavaScript, before
 *   which the one transaction is committed (`noTransaction`).
 * - `src/utils/comparators.ts`: the order is that of the number in front; `create` names files by milliseconds since 1970, by
 *   17 digits of UTC time, or by the next number, and `_`.
 * - `src/migrationLoader.ts`: with the loader `sql`, `.up.sql` and `.down.sql` are the two directions.
 * - `src/runner.ts`, `checkOrder`: what has not run before what has is refused, unless `--no-check-order` is given.
 */
export default {
  id: 'node-pg-migrate',
  name: 'node-pg-migrate',
  onlyInTransaction: () => ({
    why: 'node-pg-migrate runs every SQL file in a transaction.',
    instead: 'Write this migration in JavaScript, with pgm.noTransaction() before pgm.sql(...).',
  }),
  sharedTransaction:
    'node-pg-migrate runs all pending migrations in one transaction unless it is told --no-single-transaction.',
  recognises(folder) {
    const named = share(folder.files, (name, file) => name === file && fileName.test(name))
    if (named === 0) return 0
    if (dependsOn(folder, 'package.json', 'node-pg-migrate')) return 0.95 * named
    const timed = share(folder.files, name => /^(?:1\d{12}|20\d{15})_/.test(name))
    return timed < 0.5 ? 0 : 0.9 * shareOfTexts(folder, text => /^-- Up Migration\r?$/m.test(text))
  },

  layout(path, text) {
    const name = nameOf(path)
    const version = fileName.exec(name)?.[1]
    if (version === undefined || isForeignName(name) || isDump(path)) return undefined
    const direction = /\.(up|down)\.sql$/.exec(name)?.[1]
    if (direction === 'up' || direction === 'down') {
      return { version, repeatable: false, sections: wholeFile(direction, text, 'tool', true) }
    }
    return { version, repeatable: false, sections: sections(text) }
  },

  compareVersions: compareNumbered,

  late: () => ({ refusedUnless: 'it is told --no-check-order' }),

  followUp({ after, taken, title, up, down, transaction }) {
    const last = lastName(taken, name => fileName.test(name))
    if (last === undefined || !transaction) return undefined
    const [, number = '', separator = '_'] = /^(\d+)([-_ ]?)/.exec(last) as RegExpExecArray
    const stem = beside(after, `${numberAfter(number)}${separator}${titleLike(last.replace(/\..*$/, ''), title)}`)
    if (!/\.(?:up|down)\.sql$/.test(last)) {
      return [
        {
          path: `${stem}.sql`,
          text: `-- Up Migration\n${up}\n\n-- Down Migration\n${down === '' ? nothingToUndo : `${down}\n`}`,
        },
      ]
    }
    return [
      { path: `${stem}.up.sql`, text: `${up}\n` },
      { path: `${stem}.down.sql`, text: down === '' ? nothingToUndo : `${down}\n` },
    ]
  },
} satisfies Framework

const fileName = /^(\d+)(?:\D.*)?\.sql$/

const headers = (text: string) => directives(text, /^[ \t]*--[\s-]*((?:up|down)\s+migration)/gim)

const isUp = (mark: Directive) => /^up/i.test(mark.words)

function sections(text: string): readonly SectionLayout[] {
  const up = headers(text).find(isUp)
  const down = headers(text).find(mark => !isUp(mark))
  if (!down) return [section('up', up?.end ?? 0, text.length)]
  if (!up) return [section('up', 0, text.length), section('down', down.end, text.length)]
  if (down.start < up.start) return [section('down', down.end, up.start), section('up', up.end, text.length)]
  return [section('up', up.end, down.start), section('down', down.end, text.length)]
}

const section = (direction: 'up' | 'down', start: number, end: number): SectionLayout => ({
  direction,
  span: { start, end },
  transaction: 'tool',
  boundaries: [],
  masked: [],
  queries: [{ start, end }],
})
