import assert from 'node:assert/strict'
import { tokensOf } from '../../server/src/core/sql/tokens'

const shown = (sql: string) => tokensOf(sql).map(token => `${token.kind} ${sql.slice(token.start, token.end)}`)

describe('tokens', () => {
  const cases: [title: string, sql: string, tokens: string[]][] = [
    [
      'words and punctuation',
      'a.b,(c);',
      [
        'word a',
        'punctuation .',
        'word b',
        'punctuation ,',
        'punctuation (',
        'word c',
        'punctuation )',
        'punctuation ;',
      ],
    ],
    [
      'casts and assignments',
      'a::int x:=1',
      ['word a', 'punctuation ::', 'word int', 'word x', 'punctuation :=', 'number 1'],
    ],
    ['a quote inside a string', "'it''s' x", ["string 'it''s'", 'word x']],
    ['a backslash in a plain string', "'a\\' x", ["string 'a\\'", 'word x']],
    ['an escape string', "E'a\\'b' x", ["string E'a\\'b'", 'word x']],
    [
      'bit, hex, national and Unicode strings',
      "B'1' x'f' N'n' U&'u'",
      ["string B'1'", "string x'f'", "string N'n'", "string U&'u'"],
    ],
    ['quoted identifiers', '"a""b" U&"c"', ['quoted identifier "a""b"', 'quoted identifier U&"c"']],
    ['dollar strings', "$$ ; ' $$ $tag$ $$ $tag$", ["dollar string $$ ; ' $$", 'dollar string $tag$ $$ $tag$']],
    ['a dollar inside a word', 'a$b$c', ['word a$b$c']],
    ['parameters', '$1+$23', ['parameter $1', 'operator +', 'parameter $23']],
    ['comments', '-- a\nx /* b /* c */ d */ y', ['comment -- a', 'word x', 'comment /* b /* c */ d */', 'word y']],
    ['an operator before a comment', 'a+--b', ['word a', 'operator +', 'comment --b']],
    [
      'numbers',
      '1 1.5e-3 .5 0x1F 1_000 1..2',
      [
        'number 1',
        'number 1.5e-3',
        'number .5',
        'number 0x1F',
        'number 1_000',
        'number 1',
        'punctuation .',
        'number .2',
      ],
    ],
    ['letters beyond ASCII', 'größe = 😀', ['word größe', 'operator =', 'word 😀']],
  ]
  for (const [title, sql, tokens] of cases) it(title, () => assert.deepEqual(shown(sql), tokens))

  it('says which token is never closed', () => {
    for (const sql of ["'a", '"a', '$$a', '/* a', "E'a\\'"]) assert.equal(tokensOf(sql)[0]?.unterminated, true, sql)
    for (const sql of ["'a'", '"a"', '$$a$$', '/* a */', '-- a'])
      assert.equal(tokensOf(sql)[0]?.unterminated, false, sql)
  })
})
