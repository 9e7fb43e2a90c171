import { strict as assert } from 'node:assert'
import { PGlite } from '@electric-sql/pglite'
import { explain } from '../../server/src/core/explain'
import { historyOf } from '../../server/src/core/history/history'
import { markdownOf, plainOf } from '../../server/src/core/hover/rendering'
import { manualPage } from '../../server/src/core/manual'
import { type Words, wordsOf } from '../../server/src/core/words'
import { loadInstalledParser } from '../parser'

const settings = { postgres: 15, rules: {} }
const users =
  'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX users_email_idx ON users (email);\n'

/** Returns the words of the last statement of `sql`, run after `users` by the tool named. */
function wordsFor(sql: string, framework = 'plain'): Words {
  const marker = framework === 'goose' ? '-- +goose Up\n' : ''
  const [first, second] = framework === 'golang-migrate' ? ['1_a.up.sql', '2_b.up.sql'] : ['1_a.sql', '2_b.sql']
  const history = historyOf({
    path: 'm',
    framework,
    files: [
      { path: `m/${first}`, text: marker + users },
      { path: `m/${second}`, text: marker + sql },
    ],
  })
  const last = explain(history, `m/${second}`, settings).findLast(({ tag }) => tag !== 'COMMIT')
  assert(last, 'no statement')
  return wordsOf(last, settings)
}

describe('the words for a statement', () => {
  before(loadInstalledParser)

  it('say who waits, what makes it long, and when it ends', () => {
    assert.deepEqual(wordsFor('CREATE INDEX a ON users (email);').sentences, [
      '`SHARE` on table `public.users`: writes and schema changes wait; reads go on.',
      'Builds index `a` from every row of `public.users`. The time grows with the table.',
      'It first waits for the transactions that have written to the table already; later writes queue behind it.',
      'Its locks are released when this statement ends.',
    ])
  })

  const has = (words: Words, sentence: string) =>
    assert(words.sentences.includes(sentence), `${sentence}\nnot among\n${words.sentences.join('\n')}`)

  it('name the tool that commits', () => {
    has(
      wordsFor('ALTER TABLE users ADD COLUMN a int;', 'goose'),
      'Its locks are held until goose commits the transaction of this file.',
    )
  })

  it('tell of the end of a transaction block', () => {
    has(
      wordsFor('BEGIN;\nALTER TABLE users ADD COLUMN a int;\nCOMMIT;'),
      'Its locks are held until `COMMIT` in line 3.',
    )
  })

  it('tell of what is sent together', () => {
    const first = wordsFor('SELECT 1;\nALTER TABLE users ADD COLUMN a int;', 'golang-migrate')
    has(first, 'Its locks are held to the end of the statements that are sent together: they are one transaction.')
    const alone = wordsFor('ALTER TABLE users ADD COLUMN a int;', 'golang-migrate')
    has(alone, 'Its locks are released when this statement ends.')
  })

  it('tell why CONCURRENTLY fails where it stands', () => {
    const sql = 'CREATE INDEX CONCURRENTLY a ON users (email);'
    has(wordsFor(sql), 'Cannot run inside a transaction block.')
    has(
      wordsFor(sql, 'goose'),
      'Cannot run inside a transaction block. Here it fails: goose runs this file in a transaction.',
    )
    has(
      wordsFor(`BEGIN;\n${sql}\nCOMMIT;`),
      'Cannot run inside a transaction block. Here it fails: it stands between BEGIN and COMMIT.',
    )
  })

  it('tell what a brief lock costs, and when lock_timeout ends the wait', () => {
    const words = wordsFor("SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN a int;")
    has(words, '`ACCESS EXCLUSIVE` on table `public.users`: reads, writes and schema changes wait.')
    has(words, 'Brief, however large the table is: nothing is scanned, rewritten or built.')
    has(words, 'It first waits for the transactions that use the table already; all who come later queue behind it.')
    has(words, 'It gives up waiting after `lock_timeout` = 2s.')
  })

  it('tell of rewrites', () => {
    has(
      wordsFor('ALTER TABLE users ALTER COLUMN id TYPE int;'),
      'Rewrites `public.users`: every row is written to new storage and every index is built again. Time and space grow with the table.',
    )
  })

  it('make nobody wait for what the transaction itself has made', () => {
    has(
      wordsFor('BEGIN;\nCREATE TABLE t (a int);\nCREATE INDEX i ON t (a);\nCOMMIT;'),
      'Nobody waits for table `public.t`: this transaction created it, and no other can see it yet.',
    )
  })

  it('tell that a locked index stops the queries of its table', () => {
    const words = wordsFor('REINDEX INDEX users_email_idx;')
    has(
      words,
      '`ACCESS EXCLUSIVE` on index `public.users_email_idx`: every new query on its table waits, because the planner opens all indexes.',
    )
    assert.deepEqual(words.conflicts, ['ACCESS EXCLUSIVE', 'SHARE'])
  })

  it('name some of many relations and count the others', () => {
    const partitions = Array.from({ length: 9 }, (_, n) => `CREATE TABLE p${n} PARTITION OF p FOR VALUES IN (${n});\n`)
    const words = wordsFor(
      `CREATE TABLE p (a int) PARTITION BY LIST (a);\n${partitions.join('')}ALTER TABLE p ADD b int;`,
    )
    assert.match(
      words.sentences[0] ?? '',
      /^`ACCESS EXCLUSIVE` on relations (?:`public\.p\d?`, ){3}`public\.p\d?` and 6 more: /,
    )
  })

  it('admit what cannot be read', () => {
    const words = wordsFor('SELEC;')
    assert.equal(words.title, 'Unreadable')
    assert.deepEqual(words.sentences, ['PostgreSQL cannot read this statement: syntax error at or near "SELEC".'])
  })

  it('stand before the table, in Markdown and in plain text', () => {
    const words = wordsFor('CREATE INDEX a ON users (email);')
    assert.equal(
      markdownOf(words),
      [
        '**CREATE INDEX** · [manual](https://www.postgresql.org/docs/15/sql-createindex.html "PostgreSQL 15: CREATE INDEX")',
        '',
        '- `SHARE` on table `public.users`: writes and schema changes wait; reads go on.',
        '- Builds index `a` from every row of `public.users`. The time grows with the table.',
        '- It first waits for the transactions that have written to the table already; later writes queue behind it.',
        '- Its locks are released when this statement ends.',
        '',
        '| waits | INSERT, UPDATE, DELETE, VACUUM, CONCURRENTLY, ALTER TABLE, DROP |',
        '|:--|:--|',
        '| goes on | SELECT, SELECT FOR UPDATE, CREATE INDEX |',
      ].join('\n'),
    )
    const plain = plainOf(words)
    assert.doesNotMatch(plain, /[`|*]/)
    assert.match(plain, /^While SHARE is held, wait: INSERT, .* Go on: SELECT, SELECT FOR UPDATE, CREATE INDEX\.$/m)
  })
})

describe('what the words take for granted', () => {
  it('PostgreSQL does: queries lock no composite type, typed tables do', async () => {
    const database = new PGlite()
    await database.exec(
      'CREATE TYPE pair AS (a int, b int); CREATE TABLE t (p pair); INSERT INTO t VALUES (ROW(1, 2));',
    )
    const locksOf = (statement: string) =>
      database.transaction(async transaction => {
        await transaction.exec(statement)
        const { rows } = await transaction.query("SELECT mode FROM pg_locks WHERE relation = 'pair'::regclass")
        return rows
      })
    assert.deepEqual(await locksOf('SELECT (p).a, ROW(3, 4)::pair FROM t'), [])
    assert.deepEqual(await locksOf('INSERT INTO t VALUES (ROW(3, 4))'), [])
    assert.deepEqual(await locksOf('CREATE TABLE u OF pair'), [{ mode: 'AccessShareLock' }])
    await database.close()
  })

  it('PostgreSQL does: nextval takes ROW EXCLUSIVE, and planning ACCESS SHARE on every index', async () => {
    const database = new PGlite()
    await database.exec(
      'CREATE SEQUENCE s; CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a); CREATE INDEX j ON t (b);',
    )
    const locks = await database.transaction(async transaction => {
      await transaction.exec("SELECT nextval('s'); EXPLAIN SELECT count(*) FROM t;")
      return transaction.query<{ relation: string; mode: string }>(
        "SELECT relation::regclass::text AS relation, mode FROM pg_locks WHERE relation IN ('s'::regclass, 'i'::regclass, 'j'::regclass) ORDER BY 1",
      )
    })
    await database.close()
    assert.deepEqual(locks.rows, [
      { relation: 'i', mode: 'AccessShareLock' },
      { relation: 'j', mode: 'AccessShareLock' },
      { relation: 's', mode: 'RowExclusiveLock' },
    ])
  })
})

describe('pages of the manual', () => {
  const pages: [string, string | undefined][] = [
    ['CREATE INDEX', 'sql-createindex.html'],
    ['TRUNCATE TABLE', 'sql-truncate.html'],
    ['DROP MATERIALIZED VIEW', 'sql-dropmaterializedview.html'],
    ['RELEASE', 'sql-release-savepoint.html'],
    ['SET', 'sql-set.html'],
    ['OTHER', undefined],
  ]
  for (const [tag, page] of pages) {
    it(`${tag} ${page ? `is explained by ${page}` : 'has none'}`, () => {
      assert.equal(manualPage(tag, 16)?.href, page && `https://www.postgresql.org/docs/16/${page}`)
    })
  }
})
