import assert from 'node:assert/strict'
import { migrationFolders } from '../../server/src/core/history/folders'

/** Returns whether the files, in a folder of no tool, are found as migrations for PostgreSQL. */
function isFound(...texts: string[]): boolean {
  const files = new Map(texts.map((text, place) => [`migrations/${place}_a.sql`, text]))
  return migrationFolders('', [...files.keys()], file => files.get(file)).length > 0
}

describe('files for another database', () => {
  const table = 'CREATE TABLE t (a int);'

  const foreign = {
    'SQLite, by AUTOINCREMENT': 'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);',
    'SQLite, by PRAGMA': 'PRAGMA foreign_keys = ON;',
    'SQLite, by WITHOUT ROWID': 'CREATE TABLE t (a text PRIMARY KEY) WITHOUT ROWID;',
    'SQLite, by its functions': "CREATE TABLE t (at integer DEFAULT (strftime('%s', 'now')), data JSONB NOT NULL);",
    'SQLite, by INSERT OR IGNORE': 'INSERT OR IGNORE INTO t VALUES (1);',
    'SQLite, by its types': 'CREATE TABLE t (\n  id NOT NULL,\n  doc BLOB,\n  PRIMARY KEY (id)\n);',
    'MySQL, by AUTO_INCREMENT': 'CREATE TABLE t (id bigint AUTO_INCREMENT PRIMARY KEY);',
    'MySQL, by its engine': 'CREATE TABLE t (id int) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;',
    'MySQL, by unsigned numbers': 'CREATE TABLE t (id int(10) unsigned NOT NULL);',
    'MySQL, by its quotes': 'ALTER TABLE `t` ADD `a` int, ADD `b` int, ADD `c` int;',
    'MySQL, by the place of a column': 'alter table t add column b int DEFAULT NULL after a;',
    'MySQL, by its changes': 'alter table t modify a varchar(255);',
    'MySQL, by its indexes': 'drop index t_a_idx on t;',
    'CockroachDB, by its families':
      'CREATE TABLE u (id UUID DEFAULT gen_random_uuid(), at TIMESTAMPTZ, FAMILY "primary" (id, at));',
    'CockroachDB, by its types': 'CREATE TABLE u (at TIMESTAMPTZ, tally INT8 NOT NULL DEFAULT 0:::INT8);',
    'CockroachDB, by its settings': 'SET sql_safe_updates = false; ALTER TABLE u DROP COLUMN a CASCADE;',
    'MySQL, by its conflict': 'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1;',
    'ClickHouse, by its users': "CREATE USER IF NOT EXISTS u IDENTIFIED WITH sha256_password BY 'x';",
    'ClickHouse, by its engine': 'CREATE TABLE t (id UInt64) ENGINE = MergeTree() ORDER BY id;',
    'SQL Server, by its identity columns': 'CREATE TABLE [dbo].[t] (id int IDENTITY(1,1));',
    'Oracle, by its type': 'CREATE TABLE t (a VARCHAR2(20));',
    'Oracle, by its type, with words of the standard':
      'CREATE TABLE t (id NUMBER(19) GENERATED ALWAYS AS IDENTITY, a VARCHAR2(20), at TIMESTAMP WITH TIME ZONE);',
    'Liquibase, all for MySQL':
      '--liquibase formatted sql\n--changeset x:1 dbms:mysql\nCREATE TABLE z (id INT AUTO_INCREMENT);',
  }
  it('are told from others in no time where there is nothing but empty lines', () => {
    const start = performance.now()
    assert.equal(isFound(`${table}${'\n'.repeat(200_000)}`), true)
    assert.ok(performance.now() - start < 5000)
  })

  for (const [title, text] of Object.entries(foreign)) {
    it(`are left alone: ${title}`, () => assert.equal(isFound(table, text, table), false))
  }

  it('are left alone where a file behind PostgreSQL’s own words is for CockroachDB', () => {
    const types = 'CREATE TABLE u (id UUID, at TIMESTAMPTZ);'
    assert.equal(isFound(types, table, 'SET sql_safe_updates = false; ALTER TABLE u DROP COLUMN at;'), false)
  })

  const own = {
    'such words in comments and strings':
      '-- AUTOINCREMENT as in SQLite: `a` `b` `c` `d`\nSELECT \'ENGINE=InnoDB\', "AUTO_INCREMENT";',
    'columns of such names': "UPDATE cars SET engine = 'v8' WHERE engine = other AND pragma = 1;",
    'a column and a trigger after it':
      'ALTER TABLE t ADD b int, ADD c int; CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f();',
    'a family of its own':
      'CREATE TABLE family (id int); INSERT INTO family VALUES (1); WITH a AS (SELECT 1), family AS (SELECT 2) SELECT 1;',
    'a slip': 'ALTER TABLE `t` ADD COLUMN a int;',
    'a strict function': "CREATE FUNCTION f(a numeric) RETURNS numeric(10, 2) STRICT LANGUAGE sql AS 'SELECT 1';",
    'what Liquibase runs on another database':
      '--liquibase formatted sql\n--changeset x:1 dbms:mysql\nCREATE TABLE z (id INT AUTO_INCREMENT) ENGINE=InnoDB;\n--changeset x:2\nCREATE TABLE z (id int);',
    'a word of the standard that MySQL has not':
      'CREATE TABLE u (at timestamp with time zone);\nCREATE TABLE t (id int AUTO_INCREMENT);',
    'a word of PostgreSQL beside it': 'CREATE TABLE u (id bigserial);\nCREATE TABLE t (id int AUTO_INCREMENT);',
  }
  for (const [title, text] of Object.entries(own))
    it(`are not those with ${title}`, () => assert.equal(isFound(table, table, text), true))

  it('are not those where another file is for PostgreSQL', () => {
    assert.equal(isFound('CREATE TABLE t (id int AUTO_INCREMENT);', table, 'CREATE TABLE u (at timestamptz);'), true)
  })
})
