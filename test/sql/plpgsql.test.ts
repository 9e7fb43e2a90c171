import assert from 'node:assert/strict'
import { bodyOf } from '../../server/src/core/sql/bodies'
import { spanOutside } from '../../server/src/core/sql/excerpt'
import { read } from '../../server/src/core/sql/parse'
import type { BodyStatement } from '../../server/src/core/sql/routine-commands'
import { statementsIn } from '../../server/src/core/sql/split'
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

/** Returns the statements of a body as they run and as they are written. */
function made(text: string): { statement: BodyStatement; text: string; written: string; outer: string }[] {
  const { text: outer, command } = statementsIn(text).statements[0] ?? assert.fail()
  const isRoutine = command?.tag === 'CREATE FUNCTION' || command?.tag === 'CREATE PROCEDURE'
  const found = isRoutine ? bodyOf(command)?.statements : command?.tag === 'DO' ? command.statements : undefined
  return (found ?? []).map(statement => {
    const written = outer.slice(statement.span.start, statement.span.end)
    return { statement, written, text: statement.excerpt?.text ?? written, outer }
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

  it('may run SQL that is put together of constants', () => {
    for (const [expression, sql] of [
      ["'DROP TABLE ' || 'a'", 'DROP TABLE a'],
      ["('DROP ' || 'TABLE ') || quote_ident('A b')", 'DROP TABLE "A b"'],
      ["'SELECT ' || quote_literal('it''s')", "SELECT 'it''s'"],
      ["format('DROP TABLE %I', 'Users')", 'DROP TABLE "Users"'],
      ["format('ALTER TABLE %2$I RENAME TO %1$I', 'b', 'a')", 'ALTER TABLE a RENAME TO b'],
      ["format('SELECT %L, 5 %% 2, %s', 'x', 1)", "SELECT 'x', 5 % 2, 1"],
      ["concat('DROP TABLE ', 'a')", 'DROP TABLE a'],
      ["E'DROP TABLE\\ta' USING 1", 'DROP TABLE\ta'],
      ["'DROP '\n'TABLE a'", 'DROP TABLE a'],
      ["'DROP TABLE ' || 'public.a'::text", 'DROP TABLE public.a'],
    ])
      assert.deepEqual(
        made(`DO $$ BEGIN EXECUTE ${expression}; END $$`).map(({ text }) => text),
        [sql],
        expression,
      )
    for (const expression of [
      "'DROP TABLE ' || x",
      "format('DROP TABLE %I')",
      "format('DROP TABLE %I', x)",
      "lower('DROP TABLE a')",
      "'DROP TABLE a' ||",
      "U&'DROP TABLE a'",
    ])
      assert.equal(block(`DO $$ BEGIN EXECUTE ${expression}; END $$`).hasDynamicSql, true, expression)
  })

  it('knows variables that hold one value all the time', () => {
    const drop = (declared: string, before = '') =>
      made(`DO $$ DECLARE ${declared} BEGIN ${before} EXECUTE 'DROP TABLE ' || t; END $$`).map(({ text }) => text)
    assert.deepEqual(drop("t text := 'a';"), ['DROP TABLE a'])
    assert.deepEqual(drop("t CONSTANT text DEFAULT 'a';"), ['DROP TABLE a'])
    assert.deepEqual(drop('t text;', "t := 'a';"), ['DROP TABLE a'])
    assert.deepEqual(drop("s text := 'a'; t text := s;"), ['DROP TABLE a'])
    assert.deepEqual(drop("t text := 'a';", "t := 'b';"), [])
    assert.deepEqual(drop("t text := 'a';", "IF x THEN t = 'b'; END IF;"), [])
    assert.deepEqual(drop("t text := 'a';", 'SELECT 1 INTO t;'), ['SELECT 1 INTO t'])
    assert.deepEqual(drop("t text := 'a';", 'GET DIAGNOSTICS t = ROW_COUNT;'), [])
    assert.deepEqual(drop("t text := 'a'; BEGIN NULL; END; DECLARE t text := 'b';"), [])
    assert.deepEqual(drop('t text := f();'), [])
  })

  it('reads loops over constants once for each', () => {
    const loop = (head: string, declared = '') =>
      made(`DO $$ DECLARE ${declared} BEGIN ${head} LOOP
        DELETE FROM z; EXECUTE format('DROP TABLE %I', t); END LOOP; END $$`).map(({ text }) => text)
    const both = ['DELETE FROM z', 'DROP TABLE a', 'DROP TABLE b']
    assert.deepEqual(loop("FOREACH t IN ARRAY ARRAY['a', 'b']"), both)
    assert.deepEqual(loop("FOREACH t IN ARRAY '{a, b}'::text[]"), both)
    assert.deepEqual(loop('FOREACH t IN ARRAY names', "names text[] := ARRAY['a', 'b'];"), both)
    assert.deepEqual(loop("FOR t IN SELECT unnest(ARRAY['a', 'b'])"), both)
    assert.deepEqual(loop("FOR t IN VALUES ('a'), ('b')"), both)
    assert.deepEqual(loop('FOREACH t IN ARRAY names'), ['DELETE FROM z'])
    assert.deepEqual(loop('FOR t IN SELECT relname FROM pg_class'), ['SELECT relname FROM pg_class', 'DELETE FROM z'])
  })

  it('says what conditions make sure of', () => {
    const guards = (text: string) =>
      made(text).map(({ statement }) => statement.guard ?? (statement.conditional ? 'some' : 'none'))
    const column = "SELECT FROM information_schema.columns WHERE table_name = 't'"
    assert.deepEqual(
      guards(`DO $$ BEGIN IF NOT EXISTS (${column}) THEN DROP TABLE a; ELSE DROP TABLE b; END IF; END $$`),
      ['absence', 'presence'],
    )
    assert.deepEqual(guards(`DO $$ BEGIN IF EXISTS (${column}) THEN RETURN; END IF; DROP TABLE a; END $$`), ['absence'])
    assert.deepEqual(guards('DO $$ BEGIN IF EXISTS (SELECT FROM users) THEN DROP TABLE a; END IF; END $$'), ['some'])
    assert.deepEqual(guards("DO $$ BEGIN IF to_regclass('a') IS NOT NULL THEN DROP TABLE a; END IF; END $$"), [
      'presence',
    ])
    assert.deepEqual(
      guards('DO $$ BEGIN PERFORM 1 FROM pg_class; IF NOT FOUND THEN CREATE TABLE a (); END IF; END $$'),
      ['none', 'absence'],
    )
    assert.deepEqual(
      guards('DO $$ BEGIN CREATE TYPE a AS ENUM (); EXCEPTION WHEN duplicate_object THEN NULL; END $$'),
      ['absence'],
    )
    assert.deepEqual(guards("DO $$ BEGIN DROP TABLE a; EXCEPTION WHEN SQLSTATE '42P01' THEN NULL; END $$"), [
      'presence',
    ])
    assert.deepEqual(guards('DO $$ BEGIN DROP TABLE a; EXCEPTION WHEN OTHERS THEN DROP TABLE b; END $$'), [
      'some',
      'some',
    ])
    assert.deepEqual(
      guards(`DO $$ BEGIN IF x THEN IF NOT EXISTS (${column}) THEN DROP TABLE a; END IF; END IF; DROP TABLE b; END $$`),
      ['some', 'none'],
    )
  })

  it('has the place of every statement, however it is written', () => {
    for (const [text, ...spans] of [
      [
        "DO 'BEGIN UPDATE t SET a = ''it''''s''; DROP TABLE ''''; DROP TABLE b; END'",
        "UPDATE t SET a = ''it''''s''",
        'DROP TABLE b',
      ],
      ["DO E'BEGIN\\n UPDATE t SET a = \\'x\\';\\tDROP TABLE b; END'", "UPDATE t SET a = \\'x\\'", 'DROP TABLE b'],
      ["DO $$ BEGIN EXECUTE 'UPDATE t SET a = ''x'''; END $$", "UPDATE t SET a = ''x''"],
      ["DO 'BEGIN EXECUTE ''UPDATE t SET a = ''''x''''''; END'", "UPDATE t SET a = ''''x''''"],
      ["DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'a'); END $$", 'DROP TABLE %I'],
      ["DO $$ BEGIN EXECUTE 'DROP ' || 'TABLE a'; END $$", "DROP ' || 'TABLE a"],
      [
        '-- \u{1f418} é\r\nDO $$ -- \u{1f418}\r\nBEGIN\r\n  DROP TABLE a;\r\n  EXECUTE $q$DROP TABLE\r\nb$q$; END $$',
        'DROP TABLE a',
        'DROP TABLE\r\nb',
      ],
      [
        "DO $$ BEGIN BEGIN BEGIN DROP TABLE a; END; END; EXECUTE 'DROP TABLE b; DROP TABLE c'; END $$",
        'DROP TABLE a',
        'DROP TABLE b',
        'DROP TABLE c',
      ],
    ] as const)
      assert.deepEqual(
        made(text).map(({ written }) => written),
        spans,
      )
  })

  it('has the place of every name', () => {
    const place = (text: string) => {
      const [{ statement, outer } = assert.fail()] = made(text)
      assert.ok(statement.command.tag === 'DROP TABLE')
      const { span = assert.fail() } = statement.command.names[0] ?? {}
      const { start, end } = statement.excerpt
        ? spanOutside(statement.excerpt, span)
        : { start: statement.span.start + span.start, end: statement.span.start + span.end }
      return outer.slice(start, end)
    }
    assert.equal(place('DO $$ BEGIN DROP TABLE "a b"; END $$'), '"a b"')
    assert.equal(place("DO 'BEGIN EXECUTE ''DROP TABLE \"a b\"''; END'"), '"a b"')
    assert.equal(place("DO $$ BEGIN EXECUTE 'DROP TABLE \"a''b\"'; END $$"), `"a''b"`)
    assert.equal(place("DO $$ BEGIN EXECUTE format('DROP TABLE %I CASCADE', 'abcdef'); END $$"), '%I')
    assert.equal(place("DO $$ DECLARE t text := 'abcdef'; BEGIN EXECUTE 'DROP TABLE ' || t || ' CASCADE'; END $$"), 't')
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

describe('the body of a routine', () => {
  before(loadInstalledParser)

  it('is read in PL/pgSQL and in SQL', () => {
    const texts = (sql: string) => made(sql).map(({ text }) => text)
    const plpgsql = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN DELETE FROM a; END'"
    assert.deepEqual(texts(plpgsql), ['DELETE FROM a'])
    assert.deepEqual(texts('CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ DELETE FROM a; /* ; */ SELECT 1; $$'), [
      'DELETE FROM a',
      'SELECT 1',
    ])
    assert.deepEqual(texts('CREATE FUNCTION f() RETURNS bigint RETURN (SELECT count(*) FROM a)'), [
      'RETURN (SELECT count(*) FROM a)',
    ])
    assert.deepEqual(texts('CREATE PROCEDURE p() BEGIN ATOMIC DELETE FROM a; DELETE FROM b; END'), [
      'DELETE FROM a',
      'DELETE FROM b',
    ])
    assert.deepEqual(texts("CREATE FUNCTION f() RETURNS int LANGUAGE plperl AS 'DELETE FROM a'"), [])
  })

  it('takes arguments', () => {
    const parameters = (list: string, kind = 'FUNCTION f') => {
      const { command } = read(`CREATE ${kind}(${list}) LANGUAGE sql AS ''`)
      return command && 'parameters' in command ? command.parameters : undefined
    }
    assert.deepEqual(parameters('a int, b text DEFAULT 1'), {
      signature: 'int4,text',
      least: 1,
      most: 2,
      names: ['a', 'b'],
      defaults: 1,
    })
    assert.deepEqual(parameters('a int[], OUT b text'), {
      signature: 'int4[]',
      least: 1,
      most: 1,
      names: ['a'],
      defaults: 0,
    })
    assert.deepEqual(parameters('VARIADIC a text[]'), {
      signature: 'text[]',
      least: 0,
      most: Number.POSITIVE_INFINITY,
      names: ['a'],
      defaults: 0,
    })
    assert.deepEqual(parameters('a int, OUT b text', 'PROCEDURE p'), {
      signature: 'int4',
      least: 2,
      most: 2,
      names: ['a'],
      defaults: 0,
    })
  })
})
