import assert from 'node:assert/strict'
import type { Command, CommandOf, Tag } from '../../server/src/core/sql/commands'
import { statementsIn } from '../../server/src/core/sql/split'
import type { SubcommandOf } from '../../server/src/core/sql/subcommands'
import type { Span } from '../../server/src/core/text'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

function command(sql: string): Command {
  const { command } = statementsIn(sql).statements[0] ?? {}
  assert.ok(command, `not read: ${sql}`)
  return command
}

function commandWith<T extends Tag>(tag: T, sql: string): CommandOf<T> {
  const read = command(sql)
  assert.equal(read.tag, tag)
  return read as CommandOf<T>
}

function subcommand<K extends string>(kind: K, clause: string, head = 'ALTER TABLE "T x"') {
  const sql = `${head} ADD COLUMN before_it int, ${clause}, DROP COLUMN after_it`
  const { subcommands } = commandWith('ALTER TABLE', sql)
  assert.equal(subcommands.length, 3)
  const found = subcommands[1]
  assert.equal(found?.kind, kind)
  const at = (span: Span | undefined) => (span ? sql.slice(span.start, span.end) : undefined)
  assert.equal(at(found?.span), clause)
  return { ...(found as SubcommandOf<K>), at }
}

describe('commands', () => {
  it('carry PostgreSQL’s tag', () => {
    const tags: [tag: string, sql: string][] = [
      ['CREATE TABLE', 'CREATE TABLE t (id int)'],
      ['CREATE TABLE', 'CREATE TABLE t PARTITION OF p DEFAULT'],
      ['CREATE TABLE AS', 'CREATE TABLE t AS SELECT 1'],
      ['SELECT INTO', 'SELECT 1 AS a INTO t'],
      ['CREATE MATERIALIZED VIEW', 'CREATE MATERIALIZED VIEW v AS SELECT 1'],
      ['CREATE VIEW', 'CREATE OR REPLACE VIEW v AS SELECT 1'],
      ['ALTER TABLE', 'ALTER TABLE t RENAME TO u'],
      ['ALTER TABLE', 'ALTER TABLE t SET SCHEMA s'],
      ['ALTER INDEX', 'ALTER INDEX i RENAME TO j'],
      ['ALTER VIEW', 'ALTER VIEW v RENAME COLUMN a TO b'],
      ['ALTER SEQUENCE', 'ALTER SEQUENCE s RESTART'],
      ['ALTER MATERIALIZED VIEW', 'ALTER MATERIALIZED VIEW v SET SCHEMA s'],
      ['ALTER TYPE', "ALTER TYPE e ADD VALUE 'x'"],
      ['ALTER TYPE', 'ALTER TYPE e RENAME TO f'],
      ['ALTER TYPE', 'ALTER TYPE c ADD ATTRIBUTE a int'],
      ['ALTER TYPE', 'ALTER TYPE e OWNER TO o'],
      ['ALTER DOMAIN', 'ALTER DOMAIN d SET NOT NULL'],
      ['ALTER FUNCTION', 'ALTER FUNCTION f() OWNER TO o'],
      ['ALTER FUNCTION', 'ALTER FUNCTION f() STABLE'],
      ['ALTER SCHEMA', 'ALTER SCHEMA s RENAME TO t'],
      ['ALTER TRIGGER', 'ALTER TRIGGER g ON t RENAME TO h'],
      ['ALTER EVENT TRIGGER', 'ALTER EVENT TRIGGER g DISABLE'],
      ['ALTER DEFAULT PRIVILEGES', 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r'],
      ['CREATE AGGREGATE', 'CREATE AGGREGATE a (int) (SFUNC = f, STYPE = int)'],
      ['CREATE TEXT SEARCH CONFIGURATION', 'CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)'],
      ['CREATE OPERATOR', 'CREATE OPERATOR === (FUNCTION = f, LEFTARG = int, RIGHTARG = int)'],
      ['DROP TRIGGER', 'DROP TRIGGER g ON t'],
      ['DROP OPERATOR CLASS', 'DROP OPERATOR CLASS c USING btree'],
      ['TRUNCATE TABLE', 'TRUNCATE t'],
      ['LOCK TABLE', 'LOCK t'],
      ['GRANT', 'GRANT SELECT ON t TO r'],
      ['REVOKE ROLE', 'REVOKE a FROM b'],
      ['COMMENT', "COMMENT ON TABLE t IS 'x'"],
      ['SET', "SET LOCAL lock_timeout = '2s'"],
      ['SET', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'],
      ['RESET', 'RESET ALL'],
      ['SHOW', 'SHOW search_path'],
      ['BEGIN', 'BEGIN'],
      ['START TRANSACTION', 'START TRANSACTION READ ONLY'],
      ['COMMIT', 'END'],
      ['ROLLBACK', 'ABORT'],
      ['VACUUM', 'VACUUM (FULL, ANALYZE) t'],
      ['ANALYZE', 'ANALYZE t (a)'],
      ['CALL', 'CALL p()'],
      ['DO', 'DO $$ BEGIN END $$'],
      ['MERGE', 'MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE'],
      ['CREATE PROCEDURE', "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'"],
      ['CREATE STATISTICS', 'CREATE STATISTICS x ON a, b FROM t'],
      ['REFRESH MATERIALIZED VIEW', 'REFRESH MATERIALIZED VIEW CONCURRENTLY v'],
    ]
    for (const [tag, sql] of tags) assert.equal(command(sql).tag, tag, sql)
  })

  it('say where a name stands and fold it as PostgreSQL does', () => {
    for (const [sql, schema, name, written] of [
      ['TRUNCATE Shop.Users', 'shop', 'users', 'Shop.Users'],
      ['TRUNCATE "Shop"."Us""ers"', 'Shop', 'Us"ers', '"Shop"."Us""ers"'],
      ['TRUNCATE db.shop . users', 'shop', 'users', 'db.shop . users'],
      ['TRUNCATE größe', undefined, 'größe', 'größe'],
    ] as const) {
      const table = commandWith('TRUNCATE TABLE', sql).tables[0]
      assert.deepEqual([table?.schema, table?.name], [schema, name])
      assert.equal(sql.slice(table?.span.start, table?.span.end), written)
    }
  })

  it('cut names at 63 bytes', () => {
    const long = 'ä'.repeat(40)
    const drop = commandWith('DROP TRIGGER', `DROP TRIGGER ${long} ON t`)
    assert.equal(drop.names[0]?.name, 'ä'.repeat(31))
  })
})

describe('CREATE INDEX', () => {
  it('has spans for what a fix inserts beside', () => {
    const sql =
      'CREATE /* u */ UNIQUE INDEX IF NOT EXISTS "i" ON ONLY a.t USING gin (a, lower(b) DESC, (c || d)) INCLUDE (e) WHERE f IS NOT NULL AND g > 1'
    const index = commandWith('CREATE INDEX', sql)
    const at = (span: Span | undefined) => sql.slice(span?.start, span?.end)
    assert.equal(at(index.keywords), 'CREATE /* u */ UNIQUE INDEX')
    assert.equal(at(index.ifNotExists), 'IF NOT EXISTS')
    assert.equal(at(index.name?.span), '"i"')
    assert.equal(at(index.table.span), 'a.t')
    assert.deepEqual(
      index.columns.map(column => [column.column, at(column.span)]),
      [
        ['a', 'a'],
        [undefined, 'lower(b) DESC'],
        [undefined, '(c || d)'],
      ],
    )
    assert.deepEqual(index.include, ['e'])
    assert.equal(at(index.where?.span), 'f IS NOT NULL AND g > 1')
    assert.deepEqual(index.where?.provesNotNull, ['f'])
    assert.deepEqual([index.unique, index.only, index.method, index.concurrently], [true, true, 'gin', undefined])
  })

  it('may have no name and be concurrent', () => {
    const sql = 'CREATE INDEX CONCURRENTLY ON t (a)'
    const index = commandWith('CREATE INDEX', sql)
    assert.equal(index.name, undefined)
    assert.equal(sql.slice(index.concurrently?.start, index.concurrently?.end), 'CONCURRENTLY')
  })
})

describe('subcommands of ALTER TABLE', () => {
  it('ADD COLUMN', () => {
    const { column, keywords, at } = subcommand(
      'ADD COLUMN',
      'ADD COLUMN IF NOT EXISTS price numeric(10, 2)[] COLLATE "C" CONSTRAINT nn NOT NULL DEFAULT ARRAY[1, f(2)] CHECK (price <> \'é, )\') REFERENCES s.p (id) ON DELETE CASCADE',
    )
    assert.equal(at(keywords), 'ADD COLUMN')
    assert.equal(at(column.name.span), 'price')
    assert.equal(at(column.type.span), 'numeric(10, 2)[]')
    assert.deepEqual([column.type.name, column.type.modifiers, column.type.dimensions], ['numeric', [10, 2], 1])
    assert.equal(at(column.notNull), 'CONSTRAINT nn NOT NULL')
    assert.equal(at(column.default?.span), 'DEFAULT ARRAY[1, f(2)]')
    assert.equal(at(column.default?.expression.span), 'ARRAY[1, f(2)]')
    assert.deepEqual(
      column.default?.expression.calls.map(call => call.name),
      ['f'],
    )
    assert.deepEqual(
      column.constraints.map(({ kind, span }) => [kind, at(span)]),
      [
        ['CHECK', "CHECK (price <> 'é, )')"],
        ['FOREIGN KEY', 'REFERENCES s.p (id) ON DELETE CASCADE'],
      ],
    )
  })

  it('ADD without the word COLUMN, and a column of that name', () => {
    assert.equal(subcommand('ADD COLUMN', 'ADD a int').column.name.name, 'a')
    const clauses = subcommand(
      'ADD COLUMN',
      "ADD a text DEFAULT 'x' REFERENCES b DEFERRABLE INITIALLY DEFERRED CHECK (a <> '') COLLATE \"C\" UNIQUE NOT DEFERRABLE",
    )
    assert.deepEqual(
      clauses.column.constraints.map(({ span }) => clauses.at(span)),
      ['REFERENCES b DEFERRABLE INITIALLY DEFERRED', "CHECK (a <> '')", 'UNIQUE NOT DEFERRABLE'],
    )
    assert.equal(clauses.at(clauses.column.type.span), 'text')
    const notEnforced = subcommand('ADD COLUMN', 'ADD a int CHECK (a > 0) NOT ENFORCED')
    assert.deepEqual(
      notEnforced.column.constraints.map(({ span }) => notEnforced.at(span)),
      ['CHECK (a > 0) NOT ENFORCED'],
    )
    const drop = subcommand('DROP COLUMN', 'DROP COLUMN "column"')
    assert.deepEqual([drop.at(drop.keywords), drop.at(drop.column.span)], ['DROP COLUMN', '"column"'])
  })

  it('DROP COLUMN', () => {
    const { at, ...drop } = subcommand('DROP COLUMN', 'DROP COLUMN IF EXISTS a CASCADE')
    assert.deepEqual([at(drop.column.span), drop.ifExists, drop.cascade], ['a', true, true])
    assert.equal(at(subcommand('DROP COLUMN', 'DROP b').keywords), 'DROP')
  })

  it('ALTER COLUMN TYPE', () => {
    const long = subcommand(
      'ALTER COLUMN TYPE',
      'ALTER COLUMN a SET DATA TYPE s.money_t COLLATE "x" USING round(a, 2)::s.money_t',
    )
    assert.deepEqual([long.keywords, long.column.span, long.type.span, long.using?.span].map(long.at), [
      'SET DATA TYPE',
      'a',
      's.money_t',
      'round(a, 2)::s.money_t',
    ])
    assert.deepEqual([long.type.schema, long.type.name, long.collation], ['s', 'money_t', 'x'])
    const short = subcommand('ALTER COLUMN TYPE', 'ALTER a TYPE timestamp(3) with time zone')
    assert.deepEqual(
      [short.at(short.keywords), short.at(short.type.span), short.type.name, short.type.modifiers],
      ['TYPE', 'timestamp(3) with time zone', 'timestamptz', [3]],
    )
  })

  it('defaults and NOT NULL', () => {
    const set = subcommand('SET DEFAULT', "ALTER COLUMN a SET DEFAULT now() + interval '1 day'")
    assert.deepEqual([set.at(set.keywords), set.at(set.expression.span)], ['SET DEFAULT', "now() + interval '1 day'"])
    for (const [kind, clause, words] of [
      ['DROP DEFAULT', 'ALTER a DROP DEFAULT', 'DROP DEFAULT'],
      ['SET NOT NULL', 'ALTER COLUMN a SET NOT NULL', 'SET NOT NULL'],
      ['DROP NOT NULL', 'ALTER a DROP NOT NULL', 'DROP NOT NULL'],
      ['SET STATISTICS', 'ALTER a SET STATISTICS 10', 'SET STATISTICS'],
      ['SET STORAGE', 'ALTER a SET STORAGE EXTERNAL', 'SET STORAGE'],
      ['DROP IDENTITY', 'ALTER a DROP IDENTITY IF EXISTS', 'DROP IDENTITY'],
      ['ADD GENERATED', 'ALTER a ADD GENERATED ALWAYS AS IDENTITY', 'ADD GENERATED'],
      ['DROP EXPRESSION', 'ALTER a DROP EXPRESSION', 'DROP EXPRESSION'],
    ] as const) {
      const read = subcommand(kind, clause)
      assert.deepEqual([read.at(read.keywords), read.at(read.column.span)], [words, 'a'])
    }
  })

  it('ADD CONSTRAINT', () => {
    const foreign = subcommand(
      'ADD CONSTRAINT',
      'ADD CONSTRAINT "fk" FOREIGN KEY (a, b) REFERENCES p (c, d) ON DELETE SET NULL DEFERRABLE NOT VALID',
    )
    assert.deepEqual(
      [foreign.keywords, foreign.constraint.span, foreign.constraint.keywords, foreign.constraint.name?.span].map(
        foreign.at,
      ),
      [
        'ADD',
        'CONSTRAINT "fk" FOREIGN KEY (a, b) REFERENCES p (c, d) ON DELETE SET NULL DEFERRABLE NOT VALID',
        'FOREIGN KEY',
        '"fk"',
      ],
    )
    const { constraint } = foreign
    assert.deepEqual(
      [constraint.columns, constraint.references?.columns, constraint.references?.onDelete, constraint.notValid],
      [['a', 'b'], ['c', 'd'], 'SET NULL', true],
    )

    const check = subcommand(
      'ADD CONSTRAINT',
      'ADD CHECK (a IS NOT NULL AND (NOT (b IS NULL)) AND (c IS NOT NULL OR d > 0) AND NOT (d IS NOT NULL) AND e IS NULL)',
    ).constraint
    assert.deepEqual(
      [check.kind, check.name, check.expression?.provesNotNull, check.notValid],
      ['CHECK', undefined, ['a', 'b'], false],
    )

    const unique = subcommand('ADD CONSTRAINT', 'ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b)').constraint
    assert.deepEqual(
      [unique.kind, unique.columns, unique.include, unique.nullsNotDistinct],
      ['UNIQUE', ['a'], ['b'], true],
    )
    assert.equal(subcommand('ADD CONSTRAINT', 'ADD CONSTRAINT u UNIQUE USING INDEX i').constraint.usingIndex, 'i')
    assert.equal(subcommand('ADD CONSTRAINT', 'ADD PRIMARY KEY (a)').constraint.kind, 'PRIMARY KEY')
    const notNull = subcommand('ADD CONSTRAINT', 'ADD CONSTRAINT n NOT NULL a NOT VALID').constraint
    assert.deepEqual([notNull.kind, notNull.columns, notNull.notValid], ['NOT NULL', ['a'], true])
    assert.equal(
      subcommand('ADD CONSTRAINT', 'ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED').constraint.notEnforced,
      true,
    )
    assert.equal(subcommand('ADD CONSTRAINT', 'ADD CONSTRAINT c CHECK (a > 0)').constraint.notEnforced, false)
  })

  it('constraints by name', () => {
    const validate = subcommand('VALIDATE CONSTRAINT', 'VALIDATE CONSTRAINT "c d"')
    assert.deepEqual([validate.constraint.name, validate.at(validate.constraint.span)], ['c d', '"c d"'])
    const drop = subcommand('DROP CONSTRAINT', 'DROP CONSTRAINT IF EXISTS c CASCADE')
    assert.deepEqual([drop.at(drop.constraint.span), drop.ifExists, drop.cascade], ['c', true, true])
  })

  it('that must stand alone', () => {
    const sub = (sql: string) => commandWith('ALTER TABLE', sql).subcommands[0]
    assert.deepEqual(sub('ALTER TABLE p DETACH PARTITION s.c CONCURRENTLY'), {
      kind: 'DETACH PARTITION',
      span: { start: 14, end: 47 },
      keywords: { start: 14, end: 30 },
      partition: { schema: 's', name: 'c', span: { start: 31, end: 34 } },
      concurrently: true,
      finalize: false,
    })
    const attach = sub('ALTER TABLE p ATTACH PARTITION c DEFAULT')
    assert.deepEqual(attach?.kind === 'ATTACH PARTITION' && [attach.partition.name, attach.isDefault], ['c', true])
    const sql = 'ALTER TABLE IF EXISTS ONLY s.t RENAME COLUMN "a b" TO c'
    const rename = sub(sql)
    assert.deepEqual(
      rename?.kind === 'RENAME COLUMN' &&
        [rename.keywords, rename.from.span, rename.to.span].map(span => sql.slice(span.start, span.end)),
      ['RENAME COLUMN', '"a b"', 'c'],
    )
  })
})

describe('other commands', () => {
  it('DROP names everything it drops', () => {
    const sql = 'DROP INDEX CONCURRENTLY IF EXISTS s.a, "b" CASCADE'
    const drop = commandWith('DROP INDEX', sql)
    assert.deepEqual(
      [drop.keywords, drop.concurrently, drop.ifExists, drop.cascade].map(span => sql.slice(span?.start, span?.end)),
      ['DROP INDEX', 'CONCURRENTLY', 'IF EXISTS', 'CASCADE'],
    )
    assert.deepEqual(
      drop.names.map(({ schema, name, span }) => [schema, name, sql.slice(span.start, span.end)]),
      [
        ['s', 'a', 's.a'],
        [undefined, 'b', '"b"'],
      ],
    )
    const functions = commandWith('DROP FUNCTION', 'DROP FUNCTION f(int, text), s.g')
    assert.deepEqual(
      functions.names.map(({ schema, name }) => [schema, name]),
      [
        [undefined, 'f'],
        ['s', 'g'],
      ],
    )
    const trigger = commandWith('DROP TRIGGER', 'DROP TRIGGER IF EXISTS g ON s.t')
    assert.deepEqual([trigger.names[0]?.name, trigger.on?.schema, trigger.on?.name], ['g', 's', 't'])
  })

  it('INSERT says where ON CONFLICT belongs', () => {
    for (const [sql, before] of [
      ['INSERT INTO t (a) VALUES (1), (2)', 'INSERT INTO t (a) VALUES (1), (2)'],
      ['INSERT INTO t SELECT a FROM s RETURNING id', 'INSERT INTO t SELECT a FROM s'],
      [
        'WITH w AS (INSERT INTO u VALUES (1) RETURNING a) INSERT INTO t SELECT a FROM w -- end',
        'WITH w AS (INSERT INTO u VALUES (1) RETURNING a) INSERT INTO t SELECT a FROM w',
      ],
      ['INSERT INTO t DEFAULT VALUES', 'INSERT INTO t DEFAULT VALUES'],
    ] as const) {
      assert.equal(sql.slice(0, commandWith('INSERT', sql).sourceEnd), before)
    }
  })

  it('INSERT knows its rows, its reads and its conflict target', () => {
    const values = commandWith(
      'INSERT',
      'INSERT INTO t (a, b) VALUES (1, 2), (3, 4) ON CONFLICT (a) DO UPDATE SET b = 1',
    )
    assert.deepEqual([values.source, values.rows, values.columns.map(column => column.name)], ['VALUES', 2, ['a', 'b']])
    assert.deepEqual([values.onConflict?.action, values.onConflict?.columns], ['UPDATE', ['a']])
    const select = commandWith('INSERT', 'WITH w AS (SELECT 1) INSERT INTO t SELECT x.a FROM x, w, s.y')
    assert.deepEqual(
      [select.source, select.reads.map(({ schema, name }) => [schema, name])],
      [
        'SELECT',
        [
          [undefined, 'x'],
          ['s', 'y'],
        ],
      ],
    )
  })

  it('INSERT notices that it leaves out rows already there', () => {
    for (const [sql, excludes] of [
      ['INSERT INTO t SELECT a FROM s WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.a = s.a)', true],
      ['INSERT INTO t SELECT a FROM s EXCEPT SELECT a FROM t', true],
      ['INSERT INTO t SELECT s.a FROM s LEFT JOIN t ON t.a = s.a WHERE t.a IS NULL', true],
      ['INSERT INTO t SELECT a FROM s WHERE EXISTS (SELECT 1 FROM u)', false],
      ['INSERT INTO t SELECT a FROM t', false],
    ] as const) {
      assert.equal(commandWith('INSERT', sql).excludesExisting, excludes, sql)
    }
  })

  it('UPDATE and DELETE have their clauses', () => {
    const sql = "UPDATE ONLY s.t AS x SET a = f(1, 2), b = 'WHERE' FROM u, v WHERE x.c IS NULL RETURNING a"
    const update = commandWith('UPDATE', sql)
    const at = (span: Span | undefined) => sql.slice(span?.start, span?.end)
    assert.deepEqual(
      [update.only, update.alias, at(update.from), at(update.where?.span)],
      [true, 'x', 'u, v', 'x.c IS NULL'],
    )
    assert.deepEqual(
      update.assignments.map(({ column, span, expression }) => [column, at(span), at(expression.span)]),
      [
        ['a', 'a = f(1, 2)', 'f(1, 2)'],
        ['b', "b = 'WHERE'", "'WHERE'"],
      ],
    )
    const deletion = 'DELETE FROM t USING u WHERE t.a = u.a'
    const { using, where } = commandWith('DELETE', deletion)
    assert.deepEqual(
      [using, where?.span].map(span => deletion.slice(span?.start, span?.end)),
      ['u', 't.a = u.a'],
    )
  })

  it('SELECT knows what it locks and sets', () => {
    const select = commandWith(
      'SELECT',
      "SELECT set_config('lock_timeout', '2s', true) FROM a JOIN b USING (id) FOR UPDATE OF b",
    )
    assert.deepEqual(
      select.locks.map(({ name }) => name),
      ['b'],
    )
    assert.deepEqual(select.parameters, [{ name: 'lock_timeout', value: '2s', isLocal: true }])
  })

  it('SET and RESET know their parameter', () => {
    for (const [sql, tag, parameter, value, isLocal] of [
      ["SET lock_timeout = '2s'", 'SET', 'lock_timeout', '2s', false],
      ['SET LOCAL statement_timeout TO 500', 'SET', 'statement_timeout', '500', true],
      ['SET search_path TO a, "B"', 'SET', 'search_path', 'a, B', false],
      ['SET lock_timeout TO DEFAULT', 'SET', 'lock_timeout', undefined, false],
      ['RESET lock_timeout', 'RESET', 'lock_timeout', undefined, false],
      ['RESET ALL', 'RESET', 'all', undefined, false],
    ] as const) {
      const read = command(sql) as CommandOf<'SET'>
      assert.deepEqual([read.tag, read.parameter, read.value, read.isLocal], [tag, parameter, value, isLocal], sql)
    }
  })

  it('SET TRANSACTION and SET SESSION CHARACTERISTICS set the parameters of a transaction', () => {
    const modes = 'ISOLATION LEVEL SERIALIZABLE, READ ONLY'
    const session = command(`SET SESSION CHARACTERISTICS AS TRANSACTION ${modes}`) as CommandOf<'SET'>
    assert.deepEqual(
      [session.parameter, session.value, session.isLocal, session.others],
      [
        'default_transaction_isolation',
        'serializable',
        false,
        [{ parameter: 'default_transaction_read_only', value: '1' }],
      ],
    )
    const transaction = command('SET TRANSACTION READ WRITE') as CommandOf<'SET'>
    assert.deepEqual(
      [transaction.parameter, transaction.value, transaction.isLocal, transaction.others],
      ['transaction_read_only', '0', true, undefined],
    )
  })

  it('ALTER ROLE, ALTER DATABASE and ALTER SYSTEM tell what sessions start with', () => {
    for (const [sql, sets] of [
      ["ALTER ROLE app SET lock_timeout = '5s'", { parameter: 'lock_timeout', value: '5s', role: 'app' }],
      ['ALTER ROLE ALL IN DATABASE d RESET ALL', { parameter: 'all', role: 'ALL', database: 'd' }],
      ['ALTER USER CURRENT_USER SET x.y TO DEFAULT', { parameter: 'x.y', role: 'CURRENT_USER' }],
      ['ALTER DATABASE d SET lock_timeout = 0', { parameter: 'lock_timeout', value: '0', database: 'd' }],
      ['ALTER SYSTEM SET lock_timeout = 1', { parameter: 'lock_timeout', value: '1' }],
      ['ALTER ROLE app CREATEDB', undefined],
      ['ALTER DATABASE d OWNER TO app', undefined],
    ] as const) {
      assert.deepEqual((command(sql) as CommandOf<'ALTER ROLE'>).sets, sets, sql)
    }
  })

  it('set_config with NULL, or with what is no constant, has no value', () => {
    const { parameters } = commandWith(
      'SELECT',
      "SELECT set_config('a', NULL, true), set_config('b', current_setting('c'), false)",
    )
    assert.deepEqual(parameters, [
      { name: 'a', isLocal: true },
      { name: 'b', isLocal: false },
    ])
  })

  it('prepared transactions have a name', () => {
    for (const sql of ["PREPARE TRANSACTION 'g'", "COMMIT PREPARED 'g'", "ROLLBACK PREPARED 'g'"])
      assert.equal((command(sql) as CommandOf<'COMMIT'>).prepared, 'g', sql)
  })

  it('bodies stand between their quotes', () => {
    for (const [sql, body] of [
      ['DO $x$ begin; end $x$', ' begin; end '],
      ["DO LANGUAGE plpgsql 'begin end'", 'begin end'],
      ["CREATE FUNCTION f(a text DEFAULT 'AS') RETURNS int LANGUAGE sql AS $$SELECT 1$$", 'SELECT 1'],
    ] as const) {
      const read = command(sql) as CommandOf<'DO'>
      assert.equal(sql.slice(read.body.start, read.body.end), body)
    }
  })

  it('expressions tell constants from the rest', () => {
    const kinds: [string, string][] = [
      ['1', 'constant'],
      ["'a'::text", 'constant'],
      ["ARRAY['a']::text[]", 'constant'],
      ['-1.5', 'constant'],
      ['NULL', 'null'],
      ['NULL::int', 'null'],
      ['now()', 'other'],
      ['CURRENT_TIMESTAMP', 'other'],
      ['(SELECT 1)', 'other'],
    ]
    for (const [written, kind] of kinds) {
      assert.equal(subcommand('SET DEFAULT', `ALTER a SET DEFAULT ${written}`).expression.kind, kind, written)
    }
    assert.deepEqual(
      subcommand('SET DEFAULT', 'ALTER a SET DEFAULT CURRENT_TIMESTAMP(3)').expression.calls.map(({ name }) => name),
      ['current_timestamp'],
    )
  })
})
