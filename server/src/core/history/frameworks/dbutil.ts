import type { Edit, NewFile } from '../../finding'
import { statementsIn } from '../../sql/split'
import { nameOf, type Span } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { isForeignName } from './dialects'
import { lineBreakOf } from './directives'
import type { FileLayout, Framework, Mark } from './framework'
import { beside, lastName, wholeFile } from './layouts'
import { shareOfTexts } from './recognise'
import { oneByOne } from './statements'

const mark: Mark = { line: '-- v1: Message', isIn: text => headerOf(text) !== undefined, isRequired: true }

/**
 * dbutil of go.mau.fi/util, which the mautrix bridges use: https://github.com/mautrix/go-util. Verified at commit cbecaff:
 * - `dbutil/upgradetable.go`: the first line of each file is `-- v4: Message`, `-- v2 -> v4: Message` or
 *   `-- v0 -> v4 (compatible with v2+): Message`, without which it is refused; from which version it leads to which orders them,
 *   whatever the file is called. There are no downs. The second line may be `-- transaction: on`, `off` or `sqlite-fkey-off`, which
 *   means on for PostgreSQL. `x.postgres.sql` and `x.sqlite.sql` are one upgrade, and their headers must be the same.
 * - The same file, `filterSQLUpgrade`: `-- only: sqlite` takes the next line away from PostgreSQL, `for next 2 lines` as many, and
 *   `until "end only"` all up to `-- end only sqlite`; where it is the first line below the header, the whole file. What is
 *   `(line commented)` loses the two dashes that it begins with where it is for the database.
 * - `dbutil/upgrades.go`, `Upgrade`: each file runs in a transaction, or without one; its text is one `Exec` without arguments. An
 *   empty database runs the file that leads from v0 to the newest version, which is edited with each new one.
 */
export default {
  id: 'dbutil',
  name: 'dbutil',
  recognises: folder => 0.95 * shareOfTexts(folder, mark.isIn),
  mark,

  layout(path, text) {
    if (isForeignName(path)) return undefined
    const header = headerOf(text)
    if (!header) return unmarked(path, text)
    if (isForOther(text, header)) return undefined
    const transaction = header.mode?.word === 'off' ? 'own' : 'tool'
    const masked = notForPostgres(text, header.end)
    const sections = wholeFile('up', text, transaction, true).map(section => ({ ...section, masked }))
    const latest = header.from === 0 && header.to > 1
    return { version: String(header.from), repeatable: false, baseline: latest, latest, sections }
  },

  compareVersions: compareNumbered,

  withoutTransaction(path, text): readonly Edit[] | undefined {
    const header = headerOf(text)
    if (!header || /\.postgres\.sql$/.test(path) || statementsIn(text).statements.length > 1) return undefined
    const { mode, lineEnd } = header
    if (mode?.word === 'off') return []
    if (mode) return [{ path, span: mode.span, text: 'off' }]
    return [{ path, span: { start: lineEnd, end: lineEnd }, text: `${lineBreakOf(text)}${marker}` }]
  },

  followUp(request): readonly NewFile[] | undefined {
    const last = lastName(request.taken, name => /^v?\d+/.test(name))
    const head = headerOf(request.text ?? '')
    if (last === undefined || !head) return undefined
    let number = /^v?\d+/.exec(last)?.[0] as string
    return oneByOne(request).map(part => {
      number = numberAfter(number)
      const name = `${number}-${part.title.replaceAll('_', '-')}`
      const title = part.title.replaceAll('_', ' ').replace(/^./, first => first.toUpperCase())
      const mode = part.transaction ? '' : `${marker}\n`
      const line = `-- v${Number(number.replace(/^v/, ''))}${head.compatible}: ${title}\n`
      return { path: beside(part.after, `${name}.sql`), text: `${line}${mode}${part.up}\n` }
    })
  },
} satisfies Framework

const marker = '-- transaction: off'

/** The tool refuses it; it is judged where its number says that it is meant to run. */
function unmarked(path: string, text: string): FileLayout | undefined {
  const number = /^v?(\d+)/.exec(nameOf(path))?.[1]
  if (number === undefined) return undefined
  return { version: String(Number(number) - 1), repeatable: false, sections: wholeFile('up', text, 'tool', true) }
}

interface Header {
  /** The version that it leads from, and to. */
  readonly from: number
  readonly to: number
  /** ` (compatible with v2+)`, or nothing. */
  readonly compatible: string
  /** After its first line, without the line break. */
  readonly lineEnd: number
  readonly mode?: { readonly word: string; readonly span: Span }
  /** Where the SQL begins. */
  readonly end: number
}

function headerOf(text: string): Header | undefined {
  const line = /^\ufeff?-- (?:v(\d+) -> )?v(\d+)( \(compatible with v\d+\+\))?: .+/.exec(text)
  if (!line) return undefined
  const [{ length: lineEnd }, from, to = '', compatible = ''] = line
  const mode = /^(\r?\n-- transaction: )([a-z-]*).*/.exec(text.slice(lineEnd))
  const [whole = '', before = '', word = ''] = mode ?? []
  const start = lineEnd + before.length
  return {
    from: Number(from ?? Number(to) - 1),
    to: Number(to),
    compatible,
    lineEnd,
    mode: mode ? { word, span: { start, end: start + word.length } } : undefined,
    end: Math.min(text.length, text.indexOf('\n', lineEnd + whole.length) + 1 || text.length),
  }
}

const filter =
  /^\s*-- only: (postgres|sqlite)(?: for next (\d+) lines| until "(end) only")?(?: \(lines? (commented)\))?/

/** Whether the first line below the header gives the file to another database. */
function isForOther(text: string, { end }: Header): boolean {
  const [, dialect, count, until] = filter.exec(text.slice(end).split('\n', 1)[0] ?? '') ?? []
  return dialect === 'sqlite' && count === undefined && until === undefined
}

/** Returns what the tool takes out for PostgreSQL: lines that are for another database, and the dashes before commented ones that are not. */
function notForPostgres(text: string, from: number): readonly Span[] {
  const masked: Span[] = []
  let left = 0
  let until: RegExp | undefined
  let isOurs = true
  let isCommented = false
  for (const { 0: line, index } of text.slice(from).matchAll(/[^\n]+\n?|\n/g)) {
    const start = from + index
    const isKept = until === undefined && left === 0
    if (until?.test(line)) until = undefined
    else if (!isKept) {
      if (until === undefined) left--
      if (!isOurs) masked.push({ start, end: start + line.length })
      else if (isCommented && line.startsWith('--')) masked.push({ start, end: start + 2 })
    } else {
      const [, dialect, count = '1', end, commented] = filter.exec(line) ?? []
      if (dialect === undefined) continue
      isOurs = dialect === 'postgres'
      isCommented = commented !== undefined
      if (end === undefined) left = Number(count)
      else until = new RegExp(`^\\s*-- end only ${dialect}\\s*$`)
    }
  }
  return masked
}
