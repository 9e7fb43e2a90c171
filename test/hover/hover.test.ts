import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { type History, historyOf } from '../../server/src/core/history/history'
import { hoverAt } from '../../server/src/core/hover/hover'
import { plainOf } from '../../server/src/core/hover/rendering'
import { defaultSettings, majorVersions, type Settings } from '../../server/src/core/settings'
import { loadInstalledParser } from '../parser'

const cursor = '/*|*/'

interface Case {
  readonly title: string
  readonly given: readonly string[]
  readonly sql: string
  readonly expected: string
}

describe('hover', () => {
  before(loadInstalledParser)
  const [history, ...cases] = casesIn(readFileSync(new URL('hover.sql', import.meta.url), 'utf8'))

  for (const { title, given, sql, expected } of cases) {
    it(title, () => {
      const marked = given.includes('goose') ? `-- +goose Up\n${sql}` : sql
      const offset = marked.indexOf(cursor)
      assert(offset >= 0, 'no cursor')
      const text = marked.replace(cursor, '')
      const found = hoverAt(migrations(history?.sql ?? '', text, given), 'm/2_case.sql', offset, settingsOf(given))
      assert(found, 'nothing is told')
      assert.equal(plainOf(found.words), expected)
      assert(found.span.start <= offset && offset <= found.span.end, 'the hover is about another place')
    })
  }
})

function migrations(history: string, text: string, given: readonly string[]): History {
  const isGoose = given.includes('goose')
  const earlier = given.includes('incomplete') ? 'ALTER TABLE legacy ADD COLUMN a int;' : history
  return historyOf({
    path: 'm',
    framework: isGoose ? 'goose' : 'plain',
    files: [
      { path: 'm/1_history.sql', text: isGoose ? `-- +goose NO TRANSACTION\n-- +goose Up\n${earlier}` : earlier },
      { path: 'm/2_case.sql', text },
    ],
  })
}

function settingsOf(given: readonly string[]): Settings {
  if (given.includes('no version')) return defaultSettings
  const versions = given.map(majorVersions).find(found => found !== undefined)
  return { postgres: 15, rules: {}, ...versions }
}

/** Reads the notation that the head of hover.sql tells. */
function casesIn(text: string): Case[] {
  return text
    .split(/^-- (?=history:|hover:)/m)
    .slice(1)
    .map(block => {
      const lines = block.split('\n')
      const starting = (mark: string) =>
        lines.filter(line => line.startsWith(mark)).map(line => line.slice(mark.length))
      return {
        title: lines[0]?.replace(/^\w+: ?/, '') ?? '',
        given: starting('-- given: ').flatMap(line => line.split(', ')),
        sql: starting('  ').join('\n'),
        expected: starting('-- >')
          .map(line => line.slice(1))
          .join('\n'),
      }
    })
}
