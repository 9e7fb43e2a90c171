import assert from 'node:assert/strict'
import { read } from '../../server/src/core/sql/parse'
import { loadInstalledParser } from '../parser'

/** Returns the statements of a DO block as they stand in the text: `?` for those that may not run, `*` in loops. */
function inside(text: string): string[] {
  const { command } = read(text)
  assert.equal(command?.tag, 'DO')
  if (command?.tag !== 'DO') return []
  return (command.statements ?? []).map(({ command: inner, span, conditional, repeated }) => {
    assert.ok('keywords' in inner)
    return `${conditional ? '?' : ''}${repeated ? '*' : ''}${text.slice(span.start, span.end)}`
  })
}

const block = (text: string) => {
  const { command } = read(text)
  assert.ok(command?.tag === 'DO')
  return command
}

describe('the body of DO', () => {
  before(loadInstalledParser)

  it('holds statements at their places', () => {
    assert.deepEqual(inside('DO $$ BEGIN\n  ALTER TABLE t ADD a text; -- first\n  CREATE INDEX ON t (a);\nEND $$'), [
      'ALTER TABLE t ADD a text',
      'CREATE INDEX ON t (a)',
    ])
    assert.deepEqual(inside("DO 'BEGIN UPDATE t SET a = ''x'' WHERE b; END'"), ["UPDATE t SET a = ''x'' WHERE b"])
  })

  it('tells what may not run and what runs again', () => {
    assert.deepEqual(
      inside(`DO $$
        DECLARE n int := 1; q CURSOR FOR SELECT 1;
        BEGIN
          IF n > CASE WHEN true THEN 1 ELSE 2 END THEN DROP TABLE a; ELSIF n = 2 THEN DROP TABLE b; ELSE DROP TABLE c; END IF;
          <<l>> LOOP DELETE FROM d; EXIT l; END LOOP l;
          FOR r IN SELECT * FROM e LOOP INSERT INTO f VALUES (r.id); END LOOP;
          CASE n WHEN 1 THEN TRUNCATE g; ELSE NULL; END CASE;
          BEGIN DROP TABLE h; EXCEPTION WHEN undefined_table THEN DROP TABLE i; END;
          DROP TABLE j;
        END $$`),
      [
        '?DROP TABLE a',
        '?DROP TABLE b',
        '?DROP TABLE c',
        '*DELETE FROM d',
        'SELECT * FROM e',
        '?*INSERT INTO f VALUES (r.id)',
        '?TRUNCATE g',
        '?DROP TABLE h',
        '?DROP TABLE i',
        'DROP TABLE j',
      ],
    )
  })

  it('may read what is no statement', () => {
    const command = block(
      'DO $$ DECLARE n int; BEGIN SELECT a, b INTO STRICT n, r.x FROM t; n := (SELECT 1 FROM u); IF EXISTS (SELECT FROM v) THEN NULL; END IF; PERFORM f(1) FROM w; END $$',
    )
    assert.deepEqual(
      command.statements?.map(({ command: inner }) => [
        inner.tag,
        'reads' in inner && inner.reads?.map(({ name }) => name),
      ]),
      [
        ['SELECT', ['t']],
        ['SELECT', ['w']],
      ],
    )
    assert.deepEqual(
      command.reads?.map(({ name }) => name),
      ['u', 'v'],
    )
  })

  it('may run constant SQL', () => {
    assert.deepEqual(inside("DO $$ BEGIN EXECUTE 'DROP TABLE a'; EXECUTE $q$DROP TABLE b$q$ USING 1; END $$"), [
      'DROP TABLE a',
      'DROP TABLE b',
    ])
    assert.equal(block("DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$").hasDynamicSql, false)
    assert.equal(block("DO $$ BEGIN EXECUTE 'DROP TABLE ' || x; END $$").hasDynamicSql, true)
    assert.equal(block("DO $$ BEGIN EXECUTE format('DROP TABLE %I', x); END $$").hasDynamicSql, true)
  })

  it('may end transactions', () => {
    assert.equal(block('DO $$ BEGIN COMMIT; END $$').ends, true)
    assert.equal(block('DO $$ BEGIN NULL; END $$').ends, false)
  })

  it('survives anything', () => {
    for (const body of [
      '',
      'BEGIN',
      'END',
      'BEGIN IF',
      'BEGIN IF x THEN',
      'ELSE; WHEN THEN; END CASE',
      'FOR',
      'BEGIN x := ; END',
      '<<',
      ';;;',
    ])
      assert.ok(block(`DO $$${body}$$`))
    assert.equal(block("DO LANGUAGE plperl 'x'").statements, undefined)
  })
})
