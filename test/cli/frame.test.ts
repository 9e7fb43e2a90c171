import { strict as assert } from 'node:assert'
import { frameOf, widthOf } from '../../server/src/cli/frame'

/** Frames what stands between the first `«` and the `»` after it. */
function framed(marked: string, columns = 80): string {
  const start = marked.indexOf('«')
  const text = marked.replace('«', '').replace('»', '')
  const end = marked.indexOf('»') - 1
  const frame = frameOf(text, { start, end }, columns)
  return `${frame.source}\n${' '.repeat(frame.indent)}${'^'.repeat(frame.width)}`
}

describe('code frames', () => {
  it('marks a span below its line', () => {
    assert.equal(framed('BEGIN;\nCREATE «INDEX» i ON t (a);\nCOMMIT;'), 'CREATE INDEX i ON t (a);\n       ^^^^^')
  })

  it('marks only the first line of a span that goes on, and one column of an empty one', () => {
    assert.equal(framed('ALTER «TABLE t\n  ADD» a int;'), 'ALTER TABLE t\n      ^^^^^^^')
    assert.equal(framed('SELECT 1«»'), 'SELECT 1\n        ^')
    assert.equal(framed('a\r\n«b»\r\nc'), 'b\n^')
    assert.equal(framed('«»'), '\n^')
  })

  it('puts spaces for tabs, up to the next stop', () => {
    assert.equal(framed('\tALTER\t«TYPE» x'), '    ALTER   TYPE x\n            ^^^^')
  })

  it('counts two columns for wide characters and none for those that combine', () => {
    assert.equal(framed("SELECT '数据' «AS» x"), "SELECT '数据' AS x\n              ^^")
    assert.equal(framed("'🙂' «AS»"), "'🙂' AS\n     ^^")
    assert.equal(framed("'e\u0301' «AS»"), "'e\u0301' AS\n    ^^")
    assert.equal(framed('«数据» x'), '数据 x\n^^^^')
    assert.equal(widthOf('👩‍👩‍👧'), 2)
  })

  it('shows a window of a long line around the marks', () => {
    const frame = framed(`${'a'.repeat(500)} «TYPE» ${'b'.repeat(500)}`, 40)
    const [source = '', marks = ''] = frame.split('\n')
    assert.equal(source.length, 40)
    assert(source.startsWith('…a') && source.endsWith('b…'))
    assert.equal(source.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1), 'TYPE')
  })

  it('shows the end of a long line where the marks are there, and what fits of long marks', () => {
    const [atEnd = '', marks = ''] = framed(`${'a'.repeat(500)} «TYPE»`, 40).split('\n')
    assert(atEnd.startsWith('…a') && atEnd.endsWith('TYPE'))
    assert.equal(atEnd.slice(marks.indexOf('^')), 'TYPE')
    const [source = '', long = ''] = framed(`x «${'a'.repeat(5000)}» y`, 40).split('\n')
    assert(source.length <= 40 && long.length <= 40)
  })

  it('shows control characters instead of sending them to the terminal', () => {
    assert.equal(framed("'\u001b[31m' «AS»"), "'\ufffd[31m' AS\n        ^^")
    assert.equal(framed("'\u202e' «AS»"), "'\ufffd' AS\n    ^^")
  })
})
