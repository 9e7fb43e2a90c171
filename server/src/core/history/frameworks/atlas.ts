import type { Edit } from '../../finding'
import { nameOf, type Span } from '../../text'
import { compareNames, numberAfter } from '../numbering'
import { sumFile } from './atlas-sum'
import { isForeignName } from './dialects'
import { lineBreakOf } from './directives'
import type { Framework } from './framework'
import { beside, lastName, nothingToUndo } from './layouts'
import { share, shareOfTexts } from './recognise'

/**
 * Atlas: https://github.com/ariga/atlas. Verified at commit a5e0aec:
 * - `sql/migrate/dir.go`: all `.sql` files of a folder, in the order of their names; `atlas.sum` holds their hashes. Directives are
 *   `-- atlas:<name> <words>` in the comments at the very top that an empty line ends; `checkpoint` marks a file that makes the whole
 *   schema anew, `delimiter` says what stands between statements instead of semicolons, with `\n` for line breaks.
 * - `cmd/atlas/internal/cmdapi/migrate.go`, `modeFor`: each file runs in a transaction; `txmode none` opts out, and what a whole
 *   project is run with (`--tx-mode`) is not written in its folder.
 * - `sql/migrate/migrate.go`, `Pending`: what has not run before what has is refused, unless the execution order is another than linear.
 * - `sql/migrate/migrate.go`, `Execute`: the statements of a file are sent one by one.
 */
export default {
  id: 'atlas',
  name: 'Atlas',
  recognises(folder) {
    if (folder.read(sumFile) === undefined) return 0
    const own = share(folder.files, (name, file) => name === file && fileName.test(name))
    const others = share(folder.files, (name, file) => name === file && pairName.test(name))
    // golang-migrate's names are that tool's, where nothing in the files is for Atlas.
    const isRun = others === 0 || shareOfTexts(folder, text => directive(text, 'txmode') !== undefined) > 0
    return isRun ? 0.94 * (own + others) : 0
  },

  layout(path, text) {
    const name = nameOf(path)
    if (isForeignName(name) || !isMigration(name)) return undefined
    const span = { start: 0, end: text.length }
    const cuts = delimiters(text)
    return {
      version: name.replace(/(?:\.(?:up|down))?\.sql$/, ''),
      repeatable: false,
      baseline: directive(text, 'checkpoint') !== undefined,
      sections: [
        {
          direction: /\.down\.sql$/.test(name) ? 'down' : 'up',
          span,
          transaction: isMarked(text) ? 'own' : 'tool',
          boundaries: cuts.map(({ start }) => start),
          masked: cuts,
          queries: [],
        },
      ],
    }
  },

  compareVersions: compareNames,

  keepsChecksums: true,

  late: () => ({ refusedUnless: 'its --exec-order is not linear' }),

  withoutTransaction(path, text): readonly Edit[] | undefined {
    if (isMarked(text)) return []
    const lineBreak = lineBreakOf(text)
    const said = directive(text, 'txmode')
    if (said !== undefined) {
      const end = text.indexOf(said, text.indexOf('atlas:txmode')) + said.length
      return [{ path, span: { start: end - said.length, end }, text: 'none' }]
    }
    const marked = `-- atlas:txmode none${lineBreak}${header(text) === '' ? lineBreak : ''}`
    return [{ path, span: { start: 0, end: 0 }, text: marked }]
  },

  followUp({ after, taken, title, up, down, transaction }) {
    const last = lastName(taken, isMigration)
    const number = last && /^\d+/.exec(last)?.[0]
    if (last === undefined || number === undefined) return undefined
    const stem = beside(after, `${numberAfter(number)}_${title}`)
    const head = transaction ? '' : '-- atlas:txmode none\n\n'
    if (!pairName.test(last)) return [{ path: `${stem}.sql`, text: `${head}${up}\n` }]
    const undo = down === '' ? nothingToUndo : `${head}${down}\n`
    return [
      { path: `${stem}.up.sql`, text: `${head}${up}\n` },
      { path: `${stem}.down.sql`, text: undo },
    ]
  },
} satisfies Framework

const fileName = /^\d+(?:_(?!.*\.(?:up|down)\.sql$).*)?\.sql$/

const pairName = /^\d+_.*\.(?:up|down)\.sql$/

const isMigration = (name: string) => fileName.test(name) || pairName.test(name)

/** The comments at the top, where an empty line ends them. */
const header = (text: string): string => /^(?:(?:--|#).*\n)+(?=[ \t\r]*\n|$)/.exec(text)?.[0] ?? ''

const directive = (text: string, name: string): string | undefined =>
  new RegExp(`^[ -~]*atlas:${name}(?: +(.*?))?[ \\t]*\\r?$`, 'm')
    .exec(header(text))
    ?.slice(1)
    .map(words => words ?? '')[0]

const isMarked = (text: string) => directive(text, 'txmode') === 'none'

function delimiters(text: string): readonly Span[] {
  const written = directive(text, 'delimiter')
  if (written === undefined || written === '' || written === ';') return []
  const delimiter = written.replace(/\\([nrt])/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? '')
  const found: Span[] = []
  for (
    let at = text.indexOf(delimiter, header(text).length);
    at >= 0;
    at = text.indexOf(delimiter, at + delimiter.length)
  ) {
    found.push({ start: at, end: at + delimiter.length })
  }
  return found
}
