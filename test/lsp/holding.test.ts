import { strict as assert } from 'node:assert'
import { explain } from '../../server/src/core/explain'
import { historyOf } from '../../server/src/core/history/history'
import { wordsOf } from '../../server/src/core/words'
import { loadInstalledParser } from '../parser'

const tables = `
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total int);
CREATE TABLE customers (id bigint PRIMARY KEY, email text);
`

/** Returns what is told of each statement of `sql`, by the line that it begins in; earlier files come before it. */
function told(
  sql: string,
  { tool = 'plain', postgres = 15, earlier = '' } = {},
): ReadonlyMap<number, readonly string[]> {
  const head = tool === 'goose' ? '-- +goose Up\n' : ''
  const ending = tool === 'golang-migrate' ? '.up.sql' : '.sql'
  const text = head + sql.trimStart()
  const history = historyOf({
    path: 'm',
    framework: tool,
    files: [
      { path: `m/1_tables${ending}`, text: head + tables },
      { path: `m/2_earlier${ending}`, text: head + earlier },
      { path: `m/3_this${ending}`, text },
    ],
  })
  const settings = { postgres, rules: {} }
  return new Map(
    explain(history, `m/3_this${ending}`, settings).map(explanation => [
      text.slice(0, explanation.span.start).split('\n').length,
      wordsOf(explanation, settings).sentences,
    ]),
  )
}

const has = (sentences: readonly string[] | undefined, sentence: string) =>
  assert(sentences?.includes(sentence), `${sentence}\nnot among\n${sentences?.join('\n')}`)

describe('what is told of a transaction', () => {
  before(loadInstalledParser)

  const transaction = `
BEGIN;
ALTER TABLE orders ADD COLUMN paid boolean;
UPDATE orders SET paid = true;
SAVEPOINT s;
ALTER TABLE customers ALTER email SET NOT NULL;
ROLLBACK TO s;
CREATE INDEX orders_paid ON orders (paid);
SELECT count(*) FROM customers;
UPDATE customers SET email = '' WHERE id = 1;
LOCK TABLE customers IN SHARE MODE;
COMMIT;
`

  it('is until when a lock is held, and over what', () => {
    const lines = told(transaction)
    has(
      lines.get(2),
      'Its locks are held until `COMMIT` in line 11, over the backfill in line 3, the scan in line 5, the index build in line 7 and the wait for a lock in line 10.',
    )
    has(lines.get(5), 'Its locks are held until `ROLLBACK TO s` in line 6.')
    has(lines.get(8), 'Its locks are held until `COMMIT` in line 11, after 2 more statements.')
    has(
      lines.get(9),
      'Its locks, also those on the rows it changes, are held until `COMMIT` in line 11, over the wait for a lock in line 10.',
    )
  })

  it('is what an earlier statement still holds, and who waits meanwhile', () => {
    const lines = told(transaction)
    const orders =
      '`ACCESS EXCLUSIVE` on table `public.orders`, taken in line 2, is still held: reads and writes of it wait'
    has(lines.get(3), `${orders} while this backfill runs.`)
    has(lines.get(5), `${orders} while this scan runs.`)
    has(lines.get(7), `${orders} while this index build runs.`)
    has(lines.get(10), `${orders} while this one waits for its lock.`)
    has(lines.get(8), 'Still held: `ACCESS EXCLUSIVE` on table `public.orders`, taken in line 2.')
  })

  it('is not that reads go on where the transaction has locked them out', () => {
    const [first, ...others] = told(transaction).get(7) ?? []
    assert.equal(first, 'Takes no lock that its transaction does not hold already.')
    assert(!others.some(sentence => /go on|waits for the transactions/.test(sentence)), others.join('\n'))
  })

  it('is that to ask for a stronger lock can deadlock', () => {
    has(
      told(transaction).get(10),
      'The transaction holds only `ROW EXCLUSIVE` on table `public.customers` since line 9: to ask for more can deadlock.',
    )
  })

  it('is what begins and ends it, and what only warns', () => {
    const lines = told(`BEGIN;
BEGIN;
UPDATE orders SET total = 1;
COMMIT AND CHAIN;
INSERT INTO orders VALUES (1);
ROLLBACK;
COMMIT;
START TRANSACTION;
SAVEPOINT a;
UPDATE orders SET total = 2;
PREPARE TRANSACTION 'p';
COMMIT PREPARED 'p';
`)
    assert.deepEqual(lines.get(2), [
      'A transaction is open already: PostgreSQL warns and goes on in it.',
      'That one ends with `COMMIT` in line 4.',
    ])
    assert.deepEqual(lines.get(4), [
      'Ends the transaction that began in line 1.',
      'Another transaction begins at once.',
    ])
    assert.deepEqual(lines.get(6), ['Undoes what has run since line 5.'])
    assert.deepEqual(lines.get(7), ['No transaction is open: PostgreSQL only warns.'])
    assert.deepEqual(lines.get(9), ['No `ROLLBACK TO` in this file goes back to it.'])
    assert.deepEqual(lines.get(11), ['Leaves the transaction and its locks to `COMMIT PREPARED` in line 12.'])
    const inTool = told('BEGIN;\nLOCK TABLE orders;\nCOMMIT;\nROLLBACK TO a;\n', { tool: 'goose' })
    assert.deepEqual(inTool.get(4), [
      'Ends the transaction of goose: what follows is no longer part of it.',
      'Releases `ACCESS EXCLUSIVE` on table `public.orders`, held since line 3.',
    ])
    assert.deepEqual(inTool.get(5), ['Runs only inside a transaction block. Here it fails: there is none.'])
    const sent = told('SAVEPOINT a;\nSELECT 1;\n', { tool: 'golang-migrate' })
    assert.deepEqual(sent.get(1), ['Runs only inside a transaction block. Here it fails: there is none.'])
    const gone = told('BEGIN;\nROLLBACK TO a;\nCOMMIT;\n')
    assert.deepEqual(gone.get(2), [
      'PostgreSQL refuses this statement: savepoint "a" does not exist (3B001).',
      'Its transaction is rolled back.',
    ])
  })

  it('is what its end gives back', () => {
    const lines = told(transaction)
    assert.deepEqual(lines.get(1), ['Its transaction ends with `COMMIT` in line 11.'])
    assert.deepEqual(lines.get(4), ['`ROLLBACK TO s` in line 6 undoes what follows it and gives back its locks.'])
    assert.deepEqual(lines.get(6), [
      'Undoes what has run since the savepoint.',
      'Releases `ACCESS EXCLUSIVE` on table `public.customers`, held since line 5 over the scan in line 5.',
      'What was locked before the savepoint stays locked.',
    ])
    assert.deepEqual(lines.get(11), [
      'Releases `ACCESS EXCLUSIVE` on table `public.orders`, held since line 2 over the backfill in line 3, the scan in line 5, the index build in line 7 and the wait for a lock in line 10.',
      'Releases `SHARE` on table `public.customers`, held since line 10.',
    ])
  })

  it('fits a screen where it is long', () => {
    const statements = Array.from({ length: 30 }, (_, n) => `ALTER TABLE t${n} ADD a int;\nUPDATE t${n} SET a = 1;`)
    const earlier = Array.from({ length: 30 }, (_, n) => `CREATE TABLE t${n} (id int);`).join('\n')
    const lines = told(`\nBEGIN;\n${statements.join('\n')}\nCOMMIT;\n`, { earlier })
    has(
      lines.get(2),
      'Its locks are held until `COMMIT` in line 62, over 30 backfills in lines 3 to 61 and 29 waits for locks in lines 4 to 60.',
    )
    has(
      lines.get(61),
      '`ACCESS EXCLUSIVE` on tables `public.t0`, `public.t1`, `public.t2`, `public.t3` and 26 more, taken in lines 2 to 60, is still held: reads and writes of them wait while this backfill runs.',
    )
    assert.equal(lines.get(62)?.at(-1), 'Releases the locks on 27 more relations.')
    for (const sentences of lines.values())
      assert(sentences.length < 9 && sentences.every(({ length }) => length < 260))
  })

  it('is how tools, queries and sessions end it', () => {
    const sql = '\nALTER TABLE orders ADD a int;\nUPDATE orders SET a = 1;\n'
    const over = ', over the backfill in line 2'
    has(
      told(sql, { tool: 'goose' }).get(2),
      'Its locks are held until goose commits the transaction of this file, over the backfill in line 3.',
    )
    has(
      told(sql, { tool: 'golang-migrate' }).get(1),
      `Its locks are held to the end of the statements that are sent together${over}: they are one transaction.`,
    )
    const open = told(`\nBEGIN;${sql}`)
    has(open.get(1), 'No `COMMIT` follows in this file: what it does is undone when the session ends.')
    has(
      open.get(2),
      'Its locks are held until the session ends, over the backfill in line 3: no `COMMIT` follows in this file.',
    )
    has(
      told("\nBEGIN;\nLOCK orders;\nPREPARE TRANSACTION 'g';").get(2),
      'Its locks are held until somebody ends what `PREPARE TRANSACTION` in line 3 leaves behind.',
    )
  })

  it('is what may be held besides, where a statement cannot be read or is not known', () => {
    const doubt = (who: string, does: string) =>
      `${who} may have locked more, which is held too: what ${does} is not known.`
    const update = 'UPDATE orders SET total = 1;'
    has(told(`BEGIN;\nALTER TABEL orders;\n${update}`).get(3), doubt('Line 2', 'it does'))
    const lines = told(`BEGIN;\nCALL p();\nSAVEPOINT s;\nCALL q();\n${update}\nROLLBACK TO s;\n${update}\nSELECT 1;`)
    has(lines.get(5), doubt('Lines 2 and 4', 'they do'))
    has(lines.get(7), doubt('Line 2', 'it does'))
    assert(!lines.get(8)?.some(sentence => /may have locked/.test(sentence)))
  })

  it('is that nobody waits for temporary tables', () => {
    const lines = told('CREATE TEMP TABLE t (a int);\nBEGIN;\nLOCK TABLE t;\nLOCK TABLE orders;\nCOMMIT;')
    has(lines.get(3), 'Nobody waits for table `pg_temp.t`: only this session can see it.')
    assert.deepEqual(lines.get(5), ['Releases `ACCESS EXCLUSIVE` on table `public.orders`, held since line 4.'])
  })

  it('is that work on a table is brief while that is new and empty', () => {
    const build = 'CREATE INDEX i ON t (a);'
    const sentence = (end: string) => `Builds index \`i\` from every row of \`public.t\`. ${end}`
    const lines = (between: string) => told(`BEGIN;\nCREATE TABLE t (a bigint);\n${between};\n${build}\nCOMMIT;`).get(4)
    has(lines('SELECT 1'), sentence('Brief: the table is new and still empty.'))
    has(lines('INSERT INTO t SELECT id FROM orders'), sentence('The time grows with the table.'))
  })

  it('is nothing of what the transaction itself has made', () => {
    const lines = told(
      '\nBEGIN;\nCREATE TABLE t (a int);\nALTER TABLE t ADD b int;\nCREATE INDEX ON orders (total);\nCOMMIT;\n',
    )
    assert(![...lines.values()].flat().some(sentence => /still held|Still held/.test(sentence)))
    assert.deepEqual(lines.get(5), [
      'Releases `SHARE` on table `public.orders`, held since line 4 over the index build in line 4.',
    ])
  })
})

describe('what is told of timeouts', () => {
  before(loadInstalledParser)
  const set = (parameter: string, value: string, statement: string, postgres = 17) =>
    told(`\nSET ${parameter} = ${value};\n${statement};\n`, { postgres }).get(2)

  it('is when they cut a statement short', () => {
    has(set('lock_timeout', '2000', 'ALTER TABLE orders ADD a int'), 'It gives up waiting after `lock_timeout` = 2s.')
    has(
      set('statement_timeout', "'90s'", 'CREATE INDEX ON orders (total)'),
      'It is cancelled after `statement_timeout` = 90s.',
    )
    has(
      set('transaction_timeout', "'1min'", 'UPDATE orders SET total = 0'),
      'The session is ended when its transaction has lasted `transaction_timeout` = 1min.',
    )
  })

  it('is what CONCURRENTLY leaves behind then', () => {
    const build = 'CREATE INDEX CONCURRENTLY i ON orders (total)'
    const left = '; then an invalid index is left behind.'
    has(set('lock_timeout', '5000', build), `It gives up waiting after \`lock_timeout\` = 5s${left}`)
    has(set('statement_timeout', '5000', build), `It is cancelled after \`statement_timeout\` = 5s${left}`)
  })

  it('is nothing where they are off, not there yet, or have nothing to cut', () => {
    for (const sentences of [
      set('lock_timeout', '0', 'ALTER TABLE orders ADD a int'),
      set('statement_timeout', '0', 'CREATE INDEX ON orders (total)'),
      set('statement_timeout', '5000', 'CREATE TABLE t (a int)'),
      set('lock_timeout', '5000', 'CREATE TABLE t (a int)'),
    ])
      assert(!sentences?.some(sentence => /_timeout/.test(sentence)), sentences?.join('\n'))
  })

  it('is that before 13 the statements that are sent together share one', () => {
    const sql = "\nSET statement_timeout = '1min';\nCREATE INDEX ON orders (total);\n"
    const line = (postgres: number) => told(sql, { postgres, tool: 'golang-migrate' }).get(2)
    has(line(12), 'It is cancelled after `statement_timeout` = 1min, which all that is sent together shares.')
    has(line(13), 'It is cancelled after `statement_timeout` = 1min.')
  })

  it('is what sessions may start with since an earlier migration, where this file sets nothing', () => {
    const earlier = [
      'SELECT 1;',
      "ALTER ROLE app SET lock_timeout = '4s';",
      "ALTER ROLE app SET lock_timeout = '5s';",
      "ALTER DATABASE shop SET statement_timeout = '1min';",
      "ALTER ROLE ALL SET lock_timeout = '9s';",
      'ALTER ROLE ALL RESET ALL;',
      "ALTER SYSTEM SET lock_timeout = '8s';",
    ].join('\n')
    const lock =
      'Sessions of role `app` start with `lock_timeout` = 5s since line 3 of `2_earlier.sql`: so may this one.'
    const statement =
      'Sessions in database `shop` start with `statement_timeout` = 1min since line 4 of `2_earlier.sql`: so may this one.'
    const about = (sql: string) =>
      told(sql, { earlier })
        .get(sql.split('\n').length)
        ?.filter(sentence => /_timeout/.test(sentence))
    assert.deepEqual(about('ALTER TABLE orders ADD a int;'), [lock])
    assert.deepEqual(about('CREATE INDEX ON orders (total);'), [lock, statement])
    assert.deepEqual(about('SET lock_timeout = 0;\nCREATE INDEX ON orders (total);'), [statement])
    assert.deepEqual(about('CREATE TABLE t (a int);'), [])
  })

  it('is what an earlier migration leaves set, where a tool may run both in one session', () => {
    const about = (earlier: string, tool: string, sql = 'CREATE INDEX ON orders (total);') =>
      [...told(sql, { earlier, tool }).values()].flat().filter(sentence => /_timeout/.test(sentence))
    const set = "SET statement_timeout = '1min';"
    const sentence =
      '`statement_timeout` = 1min of line 1 of `2_earlier.up.sql` is still in force where one session runs both files.'
    const tool = 'golang-migrate'
    assert.deepEqual(about(set, tool), [sentence])
    assert.deepEqual(about(`BEGIN; ${set} COMMIT;`, tool), [sentence])
    assert.deepEqual(about(set, 'plain'), [])
    assert.deepEqual(about(`BEGIN; ${set} ROLLBACK;`, tool), [])
    assert.deepEqual(about(`BEGIN; ${set}`, tool), [])
    assert.deepEqual(about(`${set} RESET ALL;`, tool), [])
    assert.deepEqual(about("BEGIN; SET LOCAL statement_timeout = '1min'; COMMIT;", tool), [])
    assert.deepEqual(about(set, tool, 'SET statement_timeout = 0;\nCREATE INDEX ON orders (total);'), [])
  })

  it('is until when a parameter is set', () => {
    const until = (sql: string, tool = 'plain') =>
      told(sql, { tool }).get(sql.split('\n').findIndex(line => /^(?:RE)?SET/.test(line)) + (tool === 'goose' ? 2 : 1))
    const session = ['In force until it is set again or the session ends.']
    assert.deepEqual(until('SET work_mem = 1;'), session)
    assert.deepEqual(until('BEGIN;\nRESET ALL;\nCOMMIT;'), ['Back to what the session began with.', ...session])
    assert.deepEqual(until('BEGIN;\nSET LOCAL work_mem = 1;\nCOMMIT;'), [
      'In force until the transaction ends in line 3.',
    ])
    assert.deepEqual(until('BEGIN;\nSET work_mem = 1;\nROLLBACK;'), [
      'In force until `ROLLBACK` in line 3 takes it back.',
    ])
    assert.deepEqual(until('BEGIN;\nSAVEPOINT s;\nSET work_mem = 1;\nROLLBACK TO s;\nCOMMIT;'), [
      'In force until `ROLLBACK` in line 4 takes it back.',
    ])
    assert.deepEqual(until('SET LOCAL work_mem = 1;'), [
      'Without effect: it lasts as long as a transaction block, and none is open here.',
    ])
    assert.deepEqual(until('SET LOCAL work_mem = 1;', 'goose'), [
      'In force until goose commits the transaction of this file.',
    ])
    assert.deepEqual(until('SET LOCAL work_mem = 1;\nSELECT 1;', 'golang-migrate'), [
      'In force to the end of the statements that are sent together.',
    ])
  })

  it('is what else the session keeps or gives up', () => {
    const lines = told("SELECT set_config('lock_timeout', '1s', true);\nDISCARD ALL;\nSET CONSTRAINTS ALL DEFERRED;\n")
    const none = 'Without effect: it lasts as long as a transaction block, and none is open here.'
    assert.deepEqual(lines.get(1), [`Sets \`lock_timeout\`. ${none}`])
    assert.deepEqual(lines.get(2), [
      'Resets the session: parameters, prepared statements, cursors, temporary tables and advisory locks.',
      'Cannot run inside a transaction block.',
    ])
    assert.deepEqual(lines.get(3), [none])
  })

  it('is nothing of what is set for psql or for a function', () => {
    const sql =
      "\\set lock_timeout 5000\nCREATE FUNCTION f() RETURNS int LANGUAGE sql SET lock_timeout = '1s' AS 'SELECT 1';\nLOCK orders;"
    assert(
      !told(sql)
        .get(3)
        ?.some(sentence => /_timeout/.test(sentence)),
    )
    has(told(sql.replace(/^.*/, 'SET lock_timeout = 5000;')).get(3), 'It gives up waiting after `lock_timeout` = 5s.')
  })

  it('is that ALTER ROLE is not for this session', () => {
    const lines = told("\nALTER ROLE app SET lock_timeout = '4s';\nALTER TABLE orders ADD a int;\n")
    has(lines.get(1), 'It takes effect in sessions that start later, not in this one.')
    assert(!lines.get(2)?.some(sentence => /_timeout/.test(sentence)))
  })
})
