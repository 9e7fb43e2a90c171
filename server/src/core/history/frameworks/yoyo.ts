import type { Edit } from '../../finding'
import { nameOf } from '../../text'
import { compareNames, numberAfter } from '../numbering'
import { isForeignName } from './dialects'
import { lineBreakOf } from './directives'
import { isDump } from './dumps'
import type { Folder, Framework } from './framework'
import { beside, lastName, wholeFile } from './layouts'
import { share, shareOfTexts } from './recognise'

/**
 * yoyo: https://ollycope.com/software/yoyo/latest/. Verified in the source of version 8 (https://sr.ht/~olly/yoyo):
 * - `yoyo/migrations.py`, `Migration.load`: a migration is `<id>.sql`, undone by `<id>.rollback.sql`; the comment at the top of it holds
 *   lines `name: value`, of which `depends` names earlier migrations, and `transactional: false` turns off the transaction around
 *   both files. `read_sql_migration`: its statements are sent one by one.
 * - `yoyo/backends/base.py`, `apply_one` and `rollback_one`: each migration runs in a transaction of its own.
 * - `yoyo/scripts/newmigration.py`: new files are `<date>_<number>_<random>-<name>.sql`; order is that of `depends`, then of the ids.
 */
export default {
  id: 'yoyo',
  name: 'yoyo',
  recognises(folder) {
    const own = share(folder.files, (name, file) => name === file)
    const [, sources] = /^\s*sources\s*=\s*(.+)$/m.exec(settings(folder.read) ?? '') ?? []
    if (sources?.split(/\s+/).some(source => nameOf(source) === nameOf(folder.path))) return 0.9 * own
    return 0.9 * own * shareOfTexts(folder, text => said(text, 'depends') !== undefined)
  },

  isForOther(folder) {
    const [, scheme] = /^\s*database\s*=\s*(\w+)/m.exec(settings(folder.read) ?? '') ?? []
    return scheme !== undefined && !scheme.startsWith('postgres')
  },

  layout(path, text, folder) {
    const name = nameOf(path)
    if (isForeignName(name) || isDump(path)) return undefined
    const isRollback = name.endsWith(ending)
    const version = name.replace(/(?:\.rollback)?\.sql$/, '')
    const told = isRollback ? (folder.read(`${version}.sql`) ?? text) : text
    const sections = wholeFile(isRollback ? 'down' : 'up', text, isOff(told) ? 'own' : 'tool', false)
    return { version, repeatable: false, sections }
  },

  compareVersions: compareNames,

  withoutTransaction(path, text): readonly Edit[] | undefined {
    // What undoes a migration is told by that migration's own comment.
    if (nameOf(path).endsWith(ending)) return undefined
    if (isOff(text)) return []
    const written = /^(--[ \t]*transactional:[ \t]*)(\S*)/im.exec(header(text))
    if (!written) return [{ path, span: { start: 0, end: 0 }, text: `-- transactional: false${lineBreakOf(text)}` }]
    const start = written.index + (written[1] as string).length
    return [{ path, span: { start, end: start + (written[2] as string).length }, text: 'false' }]
  },

  followUp({ after, taken, hasDowns, title, up, down, transaction }) {
    const last = lastName(taken, name => /^\d/.test(name) && !name.endsWith(ending))
    const [, date = '', number, separator = ''] = /^(\d{8}_)?(\d+)([-_.])/.exec(last ?? '') ?? []
    if (last === undefined || number === undefined) return undefined
    const words = separator === '_' && date === '' ? title : title.replaceAll('_', '-')
    const stem = beside(after, `${date}${numberAfter(number)}${date === '' ? separator : '-'}${words}`)
    const head = `-- depends: ${last.replace(/\.sql$/, '')}\n${transaction ? '' : '-- transactional: false\n'}`
    const made = { path: `${stem}.sql`, text: `${head}\n${up}\n` }
    return hasDowns && down !== '' ? [made, { path: `${stem}${ending}`, text: `${down}\n` }] : [made]
  },
} satisfies Framework

const ending = '.rollback.sql'

const settings = (read: Folder['read']): string | undefined =>
  ['', '../', '../../'].map(above => read(`${above}yoyo.ini`)).find(text => text !== undefined)

/** The comments at the top. */
const header = (text: string): string => /^(?:\ufeff)?(?:[ \t]*(?:--.*)?(?:\r?\n|$))*/.exec(text)?.[0] ?? ''

const said = (text: string, name: string): string | undefined =>
  new RegExp(`^--[ \\t]*${name}:(.*)`, 'im').exec(header(text))?.[1]?.trim()

const isOff = (text: string) => said(text, 'transactional')?.toLowerCase() === 'false'
