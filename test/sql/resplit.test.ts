import assert from 'node:assert/strict'
import { type Split, type SplitOptions, statementsIn } from '../../server/src/core/sql/split'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

/** Numbers that are the same in every run: xorshift32. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** What has no end. */
const open: readonly string[] = ["'", '"', '$$', '/*', '*/', '\\', "E'\\'", 'U&"', 'CREATE FUNCTION f() BEGIN ATOMIC']

/** What may end, begin, hide or swallow statements. */
const pieces: readonly string[] = [
  ...'; ; ; ; ; ( ) x 1 :: . , - + < $ : e E 😀 é'.split(' '),
  ...[' ', ' ', '\n', '\n', '\r\n', '--', '/', '*', '-- it is\n', '/* ( */', "'a''b'", '"a;b"', '$$;$$', '$a$'],
  ';\n',
  '; -- c\n',
  ' /* ; */ ;',
  '\nCREATE TABLE t (id int)',
  '\nDROP TABLE t',
  '\nUPDATE t SET a = 1',
  '\nUPDATE t;',
  'SELECT 1',
  "SELECT ';'",
  'CREATE RULE r AS ON UPDATE TO t DO ALSO (DELETE FROM a; DELETE FROM b)',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC',
  'SELECT CASE WHEN true THEN 2 END',
  ' END',
  'DO $$ BEGIN PERFORM 1; END $$',
  'COPY t FROM STDIN;\n1\n\\.\n',
  'FROM STDIN',
  '\\gexec\n',
  '\n\\.\n',
  '${x}',
  '{{if .mysql}}',
  '{{else}}',
  '{{end}}',
  '{{ x }}',
]

const start = '-- start\n'
const end = '-- end\n'

/** The part between two marks, as a tool's layout has it: `-- it is` ends statements, smileys are not SQL. */
function sectionOf(text: string): SplitOptions {
  const span = { start: Math.max(0, text.indexOf(start)), end: text.includes(end) ? text.indexOf(end) : text.length }
  const placesOf = (mark: RegExp) =>
    [...text.matchAll(mark)].map(({ index }) => index).filter(index => index >= span.start && index + 2 <= span.end)
  const masked = placesOf(/😀/g).map(index => ({ start: index, end: index + 2 }))
  return { span: { start: span.start, end: Math.max(span.start, span.end) }, boundaries: placesOf(/-- it is/g), masked }
}

/** Returns a text and what to read of it, each made from the last by one edit, as typing, pasting and deleting do. */
function* edits(seed: number, count: number): Iterable<{ readonly text: string; readonly options: SplitOptions }> {
  const below = numbersFrom(seed)
  const oneOf = (texts: readonly string[]) => texts[below(texts.length)] as string
  const some = (most: number) => Array.from({ length: 1 + below(most) }, () => oneOf(pieces)).join('')
  const isSection = seed % 3 === 0
  const lines = Array.from({ length: 12 }, () => `${some(3)};\n`)
  let text = isSection
    ? [...lines.slice(0, 3), start, ...lines.slice(3, 9), end, ...lines.slice(9)].join('')
    : lines.join('')
  let good = text
  for (let edit = 0; edit < count; edit++) {
    yield { text, options: isSection ? sectionOf(text) : {} }
    const at = below(text.length + 1)
    const inserted = below(3) === 0 ? '' : below(8) === 0 ? oneOf(open) : some(2)
    const changed = text.slice(0, at) + inserted + text.slice(at + (below(2) === 0 ? 0 : below(20)))
    // Most edits are taken back, or everything would soon stand behind an open quote.
    text = below(5) > 0 && text !== good ? good : changed
    if (below(12) === 0) good = text
  }
}

describe('an edited text', () => {
  it('is split as if it had never been another', () => {
    for (let seed = 1; seed <= 60; seed++) {
      let split: Split | undefined
      for (const { text, options } of edits(seed, 60)) {
        split = statementsIn(text, options, split)
        assert.deepEqual(split, statementsIn(text, options), `seed ${seed}: ${JSON.stringify(text)}`)
      }
    }
  })

  const statements = Array.from({ length: 9 }, (_, number) => `DROP TABLE t${number} /* ; */ ;`)
  const file = statements.join('\n')

  /** Which of the file's statements are read anew, as numbers: those that are not the objects they were, but for their place. */
  function readAnew(text: string): number[] {
    const before = statementsIn(file)
    const kept = new Set(before.statements)
    return statementsIn(text, {}, before).statements.flatMap((statement, number) =>
      kept.has(statement) ? [] : [number],
    )
  }

  it('keeps what stands before the edit, object for object, and what stands after it where nothing moves', () => {
    assert.deepEqual(readAnew(file), [])
    assert.deepEqual(readAnew(file.replace('t4', 'x4')), [4])
    assert.deepEqual(readAnew(file.replace('t8', 'longer')), [8])
    assert.deepEqual(readAnew(file.replace('t0', 'x0')), [0])
    assert.deepEqual(readAnew(`${file.replace('t4', 'x4')}\nSELECT 1`), [4, 5, 6, 7, 8, 9])
  })

  it('does not depend on what stands behind its semicolons', () => {
    const half = 'DROP TABLE a\nUPDATE b;\n'
    const before = statementsIn(`${half} 1`)
    assert.deepEqual(statementsIn(`${half} SET c = 1`, {}, before), statementsIn(`${half} SET c = 1`))
  })

  it('reads all again where statements end elsewhere', () => {
    const text = 'DROP TABLE a;\nSELECT 1\nSELECT 2;\nDROP TABLE b;'
    const options = { boundaries: [text.indexOf('SELECT 2')] }
    assert.deepEqual(statementsIn(text, options, statementsIn(text)), statementsIn(text, options))
  })

  it('reads all again around an open quote', () => {
    assert.equal(readAnew(file.replace('t4', "'t4")).length, 9)
  })
})
