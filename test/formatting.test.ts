import { strict as assert } from 'node:assert'
import type { Case } from '../server/src/core/rules/examples'
import { tokensOf } from '../server/src/core/sql/tokens'
import { ofRules } from './cases'
import { applied, findingsOf, fixesOf } from './fixtures'
import { loadInstalledParser } from './parser'

/** The cases of the rules as other people write SQL: their fixes must hold there too, and harm nothing that stands beside. */
const manners: Readonly<Record<string, (text: string) => string>> = {
  'CRLF line ends': text => text.replace(/\n/g, '\r\n'),
  'comments behind statements': text => numbered(text, note => ` -- ${note}`),
  'block comments behind statements': text => numbered(text, note => ` /* ${note} */`),
  'no semicolon at the end': text => text.trimEnd().replace(/;$/, ''),
  'indented statements': text => text.replace(/^(?!\s*(?:--|#|$))/gm, '\t'),
}

describe('fixes, in other formatting', () => {
  before(loadInstalledParser)

  for (const [manner, written] of Object.entries(manners)) {
    describe(manner, () => {
      for (const { origin, cases } of ofRules) {
        it(origin, () => {
          for (const example of cases.filter(({ kind }) => kind === 'bad')) assertHolds(example, written)
        })
      }
    })
  }
})

function assertHolds(original: Case, written: (text: string) => string) {
  const titles = new Set(fixesOf(original).map(({ fix }) => fix.title))
  if (titles.size === 0) return
  const lines = new Set(fixesOf(original).flatMap(({ fix }) => linesOf(applied(original, [fix]))))
  const files = original.files.map(file => (file.path.endsWith('.sql') ? { ...file, text: written(file.text) } : file))
  const example = { ...original, files }
  for (const line of linesOf(example)) lines.add(line)
  const before = found(example)
  for (const { finding, fix } of fixesOf(example)) {
    const after = applied(example, [fix])
    const where = `"${fix.title}" of "${original.title}"`
    const same = ({ rule, message }: typeof finding) => rule === finding.rule && message === finding.message
    const left = found(after)
    assert(left.filter(same).length < before.filter(same).length, `${where} does not help`)
    assert.deepEqual(refused(left), refused(before), where)
    for (const line of linesOf(after)) assert(!isMark(line) || lines.has(line), `${where} spoils "${line}"`)
    for (const file of after.files.filter(({ path }) =>
      files.some(other => other.path === path && hasCrlf(other.text)),
    ))
      assert.doesNotMatch(file.text, /[^\r]\n/, `${where} mixes line ends`)
    if (dissolving.test(fix.title)) continue
    const text = after.files.map(file => file.text).join('\n')
    for (const note of notesOf(example)) assert(text.includes(note), `${where} loses "${note}"`)
  }
}

function numbered(text: string, comment: (note: string) => string): string {
  let count = 0
  return text.replace(/^(?!\s*--).*;$/gm, line => `${line}${comment(`note ${++count}`)}`)
}

/** What a migration tool reads in a comment: a word more or less on the line, and it refuses the file or runs something else. */
const isMark = (line: string): boolean =>
  /^--\s*(?:[+>!]|changeset|rollback|migrate:|atlas:|liquibase|no-transaction)/i.test(line)

/** Fixes that put several statements in the place of some, and what keeps one of two things. */
const dissolving = /^Fill a new column|^Leave the (?:index|comment)|^Take the comment|allow/

const found = (example: Case) => [...findingsOf(example).values()].flat()
const refused = (findings: ReturnType<typeof found>) =>
  findings.flatMap(({ rule, message }) => (rule === 'syntax' ? message : []))
const linesOf = ({ files }: Case) => files.flatMap(({ text }) => text.split('\n').map(line => line.trim()))
const hasCrlf = (text: string) => text.includes('\r\n')
const notesOf = ({ files }: Case) =>
  files.flatMap(({ text }) =>
    tokensOf(text).flatMap(token => (/note \d+/.test(token.text) && token.kind === 'comment' ? token.text : [])),
  )
