import assert from 'node:assert/strict'
import { statementsIn } from '../../server/src/core/sql/split'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

/** Statements one a line: the text, then what it was read as. */
function shown(sql: string, options?: Parameters<typeof statementsIn>[1]) {
  return statementsIn(sql, options).statements.map(({ span, command, problem }) => {
    const text = sql.slice(span.start, span.end).replace(/\s+/g, ' ')
    return [text, command?.tag, problem && `${problem.kind}: ${problem.message}`].filter(Boolean).join(' | ')
  })
}

describe('statements', () => {
  const cases: [title: string, sql: string, statements: string[]][] = [
    ['end at semicolons', 'SELECT 1; DELETE FROM t;', ['SELECT 1 | SELECT', 'DELETE FROM t | DELETE']],
    ['the last may lack one', 'SELECT 1;\nSELECT 2 ', ['SELECT 1 | SELECT', 'SELECT 2 | SELECT']],
    ['nothing in an empty file', '', []],
    ['nothing in comments', '-- a\n/* b; */\n;;', []],
    ['comments before a statement are not part of it', '-- a;\nSELECT 1 /* b */ -- c;\n;', ['SELECT 1 | SELECT']],
    ['semicolons in quotes', `SELECT ';', ";", $$;$$, E'\\';' ;`, [`SELECT ';', ";", $$;$$, E'\\';' | SELECT`]],
    [
      'SQL bodies',
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END; SELECT 1;',
      [
        'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END | CREATE FUNCTION',
        'SELECT 1 | SELECT',
      ],
    ],
    [
      'the commands of a rule',
      'CREATE RULE r AS ON UPDATE TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)); SELECT 1;',
      [
        'CREATE RULE r AS ON UPDATE TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)) | CREATE RULE',
        'SELECT 1 | SELECT',
      ],
    ],
    ['BEGIN is a statement', 'BEGIN; COMMIT;', ['BEGIN | BEGIN', 'COMMIT | COMMIT']],
    [
      'a column called begin in a procedure without a SQL body',
      "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'; SELECT 2;",
      ["CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1' | CREATE PROCEDURE", 'SELECT 2 | SELECT'],
    ],
  ]
  for (const [title, sql, statements] of cases) it(title, () => assert.deepEqual(shown(sql), statements))

  it('read only their section and end at its boundaries', () => {
    const sql = 'SELECT 0;\nSELECT 1\n-- end\nSELECT 2;\nSELECT 3;'
    const span = { start: 10, end: sql.length - 10 }
    assert.deepEqual(shown(sql, { span, boundaries: [sql.indexOf('-- end')] }), [
      'SELECT 1 | SELECT',
      'SELECT 2 | SELECT',
    ])
  })
})

describe('broken statements', () => {
  const cases: [title: string, sql: string, statements: string[]][] = [
    [
      'do not hide their neighbours',
      'DROP TABLE a;\nALTER TABLE b ADD COLUMN;\nDROP TABLE c;',
      [
        'DROP TABLE a | DROP TABLE',
        'ALTER TABLE b ADD COLUMN | syntax: syntax error at end of input',
        'DROP TABLE c | DROP TABLE',
      ],
    ],
    [
      'half-typed, without a semicolon',
      'ALTER TABLE b ADD\n\nCREATE INDEX i ON t (a);',
      ['ALTER TABLE b ADD | syntax: syntax error at end of input', 'CREATE INDEX i ON t (a) | CREATE INDEX'],
    ],
    [
      'a missing semicolon is reported once, where PostgreSQL sees it, and both statements are read',
      'ALTER TABLE b ADD c int\nCREATE INDEX i ON t (a);',
      [
        'ALTER TABLE b ADD c int | ALTER TABLE',
        'CREATE INDEX i ON t (a) | CREATE INDEX | syntax: syntax error at or near "CREATE"',
      ],
    ],
    [
      'an open parenthesis',
      'CREATE TABLE y (a int;\nALTER TABLE q DROP COLUMN z;',
      ['CREATE TABLE y (a int | syntax: syntax error at end of input', 'ALTER TABLE q DROP COLUMN z | ALTER TABLE'],
    ],
    [
      'an open string before another string',
      "ALTER TABLE a ADD b text DEFAULT 'x;\nALTER TABLE c ADD d text DEFAULT 'y';\nDROP TABLE e;",
      [
        `ALTER TABLE a ADD b text DEFAULT 'x; | syntax: unterminated quoted string at or near "'x;"`,
        "ALTER TABLE c ADD d text DEFAULT 'y' | ALTER TABLE",
        'DROP TABLE e | DROP TABLE',
      ],
    ],
    [
      'an open identifier',
      'ALTER TABLE "a ADD b int;\nDROP TABLE e;',
      [
        'ALTER TABLE "a ADD b int; | syntax: unterminated quoted identifier at or near ""a ADD b int;"',
        'DROP TABLE e | DROP TABLE',
      ],
    ],
    [
      'an open dollar quote',
      'DO $$ BEGIN\n  DROP TABLE inner_table;\nEND;\n\nDROP TABLE e;',
      [
        'DO $$ BEGIN DROP TABLE inner_table; END; | syntax: unterminated dollar-quoted string at or near "$$ BEGIN…"',
        'DROP TABLE e | DROP TABLE',
      ],
    ],
    [
      'an open comment',
      'DROP TABLE a;\n/* note\nDROP TABLE e;',
      [
        'DROP TABLE a | DROP TABLE',
        '/* note | syntax: unterminated /* comment at or near "/* note"',
        'DROP TABLE e | DROP TABLE',
      ],
    ],
    [
      'several in one give one problem',
      'ALTER TABLE a FOO\nALTER TABLE b BAR\nDROP TABLE c;',
      ['ALTER TABLE a FOO | syntax: syntax error at or near "FOO"', 'DROP TABLE c | DROP TABLE'],
    ],
    [
      'a multi-line string that looks like SQL is left alone where it is closed',
      "INSERT INTO notes VALUES ('first\nDROP TABLE a;\nlast');\nDROP TABLE b;",
      ["INSERT INTO notes VALUES ('first DROP TABLE a; last') | INSERT", 'DROP TABLE b | DROP TABLE'],
    ],
  ]
  for (const [title, sql, statements] of cases) it(title, () => assert.deepEqual(shown(sql), statements))

  it('nested too deeply to read cost only themselves', () => {
    const chain = `SELECT ${'1 || '.repeat(50_000)}1`
    const nested = `SELECT ${'('.repeat(30_000)}1${')'.repeat(30_000)}`
    const { statements } = statementsIn(`DROP TABLE a;\n${chain};\n${nested};\n${chain} ;\nDROP TABLE b;`)
    assert.deepEqual(
      statements.map(({ command, problem }) => command?.tag ?? problem?.kind),
      ['DROP TABLE', 'unreadable', 'unreadable', 'unreadable', 'DROP TABLE'],
    )
  })

  it('with very many conditions are read in time', () => {
    const conditions = Array.from({ length: 60_000 }, (_, number) => `a${number} = ${number}`)
    const { statements } = statementsIn(`DELETE FROM t WHERE ${conditions.join(' AND ')};`)
    assert.equal(statements[0]?.command?.tag, 'DELETE')
  })

  it('point at the same character after letters of any width', () => {
    for (const prefix of ['', 'ä', '😀', '日本']) {
      const sql = `SELECT '${prefix}', 1 1 FROM t;`
      const { start } = statementsIn(sql).statements[0]?.problem?.span ?? {}
      assert.equal(start, sql.indexOf('1 FROM'), prefix)
    }
  })

  it('never make reading fail, wherever a file is cut off', () => {
    const sql = `-- half\nCREATE TABLE "a" (b text DEFAULT 'x', c int[] CHECK (c[1:2] <> E'\\''));\n/* n /* m */ */\nDO $x$ BEGIN y := $$z$$; END $x$;\n\\set a 1\nCOPY t FROM STDIN;\n1\n\\.\nUPDATE \${s}.t SET a = :v, b = {{w}};`
    for (let end = 0; end <= sql.length; end++) {
      for (const statement of statementsIn(sql.slice(0, end)).statements) {
        assert.ok(statement.span.start < statement.span.end && statement.span.end <= end)
        assert.equal(statement.text.length, statement.span.end - statement.span.start)
      }
    }
  })
})
