import { nameOf, type Span } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { directives } from './directives'
import type { Folder, Framework, Mark, SectionLayout } from './framework'
import { beside, lastName } from './layouts'
import { shareOfTexts } from './recognise'

const mark: Mark = { line: '-- !Ups', isIn: text => marks(text).some(isUp), isRequired: true }

/**
 * Evolutions of the Play framework: https://github.com/playframework/playframework. Verified at commit 1a666e1:
 * - `persistence/play-jdbc-evolutions/src/main/scala/play/api/db/evolutions/EvolutionsApi.scala`: evolutions are
 *   `evolutions/<database>/<number>.sql`, numbered from 1; a line that begins with `#` or `--` and has `!Ups` or `!Downs` in it begins
 *   what goes in that direction, and what stands before the first of them does not run. A script is cut at semicolons, wherever they
 *   stand; two in a row are one that does not cut.
 * - There, `evolve`, and `reference.conf`: each statement commits by itself, unless `play.evolutions.autocommit` is false, which makes
 *   one transaction of all pending evolutions. Where the text of an evolution that has run is another one, it is undone and run anew.
 */
export default {
  id: 'play',
  name: 'Play evolutions',
  recognises: folder => 0.95 * shareOfTexts(folder, mark.isIn),
  mark,

  layout(path, text, folder) {
    const version = fileName.exec(nameOf(path))?.[1]
    return version === undefined ? undefined : { version, repeatable: false, sections: sections(text, folder) }
  },

  compareVersions: compareNumbered,

  keepsChecksums: true,

  followUp({ after, taken, title, up, down, text = '' }) {
    const number = lastName(taken, name => fileName.test(name))?.match(/^\d+/)?.[0]
    if (number === undefined) return undefined
    const first = marks(text).find(isUp)
    const ups = first === undefined ? mark.line : text.slice(first.start, first.end)
    const escaped = (sql: string) => sql.replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, body => body.replaceAll(';', ';;'))
    return [
      {
        path: beside(after, `${numberAfter(number)}.sql`),
        text: `-- ${title.replaceAll('_', ' ')}\n\n${ups}\n\n${escaped(up)}\n\n${ups.replace('!Ups', '!Downs')}\n${down === '' ? '' : `\n${escaped(down)}\n`}`,
      },
    ]
  },
} satisfies Framework

const fileName = /^(\d+)\.sql$/

const marks = (text: string) => directives(text, /^[ \t]*((?:#|--).*!(?:Ups|Downs).*)$/gm)

const isUp = ({ words }: { readonly words: string }) => words.includes('!Ups')

function sections(text: string, folder: Folder): readonly SectionLayout[] {
  const found = marks(text)
  const transaction = isOneTransaction(folder) ? 'tool' : 'own'
  return found.map((mark, index) => {
    const span: Span = { start: mark.end, end: found[index + 1]?.start ?? text.length }
    return {
      direction: isUp(mark) ? 'up' : 'down',
      span,
      transaction,
      boundaries: [],
      masked: doubled(text, span),
      queries: [],
    }
  })
}

/** The second of two semicolons, which is there for the first. */
const doubled = (text: string, { start, end }: Span): readonly Span[] =>
  [...text.slice(start, end).matchAll(/;;/g)].map(({ index }) => ({ start: start + index + 1, end: start + index + 2 }))

const isOneTransaction = (folder: Folder): boolean =>
  ['../../application.conf', '../../../application.conf'].some(file =>
    /\bevolutions\b[\s\S]{0,200}?\bautocommit\s*[=:]\s*false\b/.test(folder.read(file) ?? ''),
  )
