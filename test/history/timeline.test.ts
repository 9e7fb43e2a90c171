import { strict as assert } from 'node:assert'
import { PGlite } from '@electric-sql/pglite'
import { type Step, stepsOf } from '../../server/src/core/history/steps'
import type { End } from '../../server/src/core/history/timeline'
import type { Work } from '../../server/src/core/history/work'
import { lockModes } from '../../server/src/core/postgres/locks'
import { loadInstalledParser } from '../parser'
import { historyIn } from './folder'

before(loadInstalledParser)

const settings = { postgres: 18, rules: {} }
const schema = `
CREATE TABLE a (id int PRIMARY KEY, x int);
CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a, y int);
CREATE TABLE c (id int PRIMARY KEY);
CREATE INDEX c_again ON c (id);
CREATE SCHEMA other;
`

/** The steps of one statement for each line, after the tables of `schema`; line 1 is the first. */
function stepsFor(lines: readonly string[], tool = 'plain'): readonly Step[] {
  const head = tool === 'goose' ? '-- +goose Up\n' : ''
  const [first, second] = tool === 'golang-migrate' ? ['1_a.up.sql', '2_b.up.sql'] : ['1_a.sql', '2_b.sql']
  const history = historyIn({ [first]: head + schema, [second]: head + lines.map(line => `${line};`).join('\n') }, tool)
  const migration = history.migrationAt(`m/${second}`)
  assert(migration)
  return stepsOf(history, migration, settings)
}

/** The line of a step, as `stepsFor` counts them. */
const lineOf = (steps: readonly Step[], step: Step | undefined) => (step ? steps.indexOf(step) + 1 : undefined)

describe('locks held in a transaction', () => {
  let database: PGlite
  before(async () => {
    database = await PGlite.create()
    await database.exec(schema)
  })
  after(() => database.close())

  /** Tables of the user by name, with the strongest of their modes. */
  async function locksNow(): Promise<string[]> {
    const { rows } = await database.query<{ lock: string }>(`
      SELECT DISTINCT ON (c.oid) n.nspname || '.' || c.relname || ' ' || mode AS lock
      FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid >= 16384 AND c.relkind = 'r' AND granted
      ORDER BY c.oid, array_position(ARRAY['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock',
        'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'RowShareLock', 'AccessShareLock'], mode)`)
    return rows.map(({ lock }) => lock).sort()
  }

  const asInPgLocks = (mode: string) =>
    `${mode
      .split(' ')
      .map(word => word[0] + word.slice(1).toLowerCase())
      .join('')}Lock`

  const scripts: readonly string[][] = [
    ['BEGIN', 'ALTER TABLE a ADD p int', 'SAVEPOINT s', 'LOCK TABLE c', 'ROLLBACK TO s', 'SELECT 1', 'ROLLBACK'],
    [
      'BEGIN',
      'LOCK TABLE a IN SHARE MODE',
      'SAVEPOINT s',
      'ALTER TABLE a ADD p int',
      'ROLLBACK TO s',
      'SELECT 1',
      'ROLLBACK',
    ],
    ['BEGIN', 'SAVEPOINT s', 'LOCK TABLE a', 'RELEASE s', 'SELECT 1', 'ROLLBACK', 'SELECT 1'],
    [
      'BEGIN',
      'SAVEPOINT s',
      'SAVEPOINT t',
      'LOCK TABLE a',
      'RELEASE t',
      'SELECT 1',
      'ROLLBACK TO s',
      'SELECT 1',
      'COMMIT',
    ],
    [
      'BEGIN',
      'SAVEPOINT s',
      'LOCK TABLE a',
      'SAVEPOINT s',
      'LOCK TABLE b',
      'ROLLBACK TO s',
      'LOCK TABLE c',
      'ROLLBACK TO s',
      'SELECT 1',
      'RELEASE s',
      'ROLLBACK TO s',
      'SELECT 1',
      'ROLLBACK',
    ],
    [
      'BEGIN',
      'SAVEPOINT s',
      'LOCK TABLE a',
      'ROLLBACK TO s',
      'LOCK TABLE a IN ROW SHARE MODE',
      'SAVEPOINT t',
      'LOCK TABLE a IN EXCLUSIVE MODE',
      'ROLLBACK TO t',
      'SELECT 1',
      'ROLLBACK',
    ],
    ['BEGIN', 'LOCK TABLE a', 'COMMIT AND CHAIN', 'LOCK TABLE b', 'ROLLBACK AND CHAIN', 'SELECT 1', 'COMMIT'],
    ['BEGIN', 'UPDATE a SET x = 1', 'ALTER TABLE a ALTER x SET NOT NULL', 'SELECT 1 FROM b', 'SELECT 1', 'ROLLBACK'],
    ['BEGIN', 'INSERT INTO b VALUES (1, NULL, 1)', 'SELECT 1', 'TRUNCATE b', 'SELECT 1', 'ROLLBACK'],
    ['BEGIN', 'ALTER TABLE a RENAME TO d', 'CREATE INDEX ON d (x)', 'SELECT 1', 'ROLLBACK'],
    [
      'BEGIN',
      'LOCK TABLE a IN SHARE MODE',
      'ALTER TABLE a SET SCHEMA other',
      'ALTER TABLE b RENAME TO a',
      'LOCK TABLE a',
      'SELECT 1',
      'ROLLBACK',
    ],
    [
      'BEGIN',
      'SAVEPOINT s',
      'ALTER TABLE a RENAME TO d',
      'ROLLBACK TO s',
      'LOCK TABLE a IN SHARE MODE',
      'SELECT 1',
      'ROLLBACK',
    ],
    ['SELECT 1 FROM a', 'LOCK TABLE a', 'SELECT 1'],
  ]
  for (const script of scripts) {
    it(`are those of pg_locks: ${script.join('; ')}`, async () => {
      const steps = stepsFor(script)
      for (const [place, statement] of script.entries()) {
        const held = steps[place]?.transaction.held ?? []
        assert.deepEqual(
          held
            .filter(({ kind }) => kind === 'table')
            .map(({ relation, mode }) => `${relation} ${asInPgLocks(mode)}`)
            .sort(),
          await locksNow(),
          `before statement ${place + 1}`,
        )
        await database.exec(statement).catch(error => {
          if (!/can only be used in transaction blocks/.test(error.message)) throw error
        })
      }
      await database.exec('ROLLBACK')
    })
  }

  it('are those of pg_locks, and lock_timeout is that of SHOW, in whatever happens', async () => {
    const random = randomNumbers(11)
    for (let round = 0; round < 60; round++) {
      const script = anyScript(random)
      const steps = stepsFor(script)
      for (const [place, statement] of script.entries()) {
        const { held, parameters } = steps[place]?.transaction ?? { held: [], parameters: new Map() }
        const before = `before statement ${place + 1} of ${script.join('; ')}`
        const locks = held.filter(({ kind }) => kind === 'table')
        assert.deepEqual(
          locks.map(({ relation, mode }) => `${relation} ${asInPgLocks(mode)}`).sort(),
          await locksNow(),
          before,
        )
        const { rows } = await database.query<{ lock_timeout: string }>('SHOW lock_timeout')
        assert.equal(parameters.get('lock_timeout') ?? '0', rows[0]?.lock_timeout, before)
        await database.exec(statement)
      }
      await database.exec('ROLLBACK; RESET ALL')
    }
  })

  it('know the statements that took them, and the weaker modes before', () => {
    const steps = stepsFor([
      'BEGIN',
      'UPDATE a SET x = 1',
      'LOCK TABLE a IN SHARE ROW EXCLUSIVE MODE',
      'SAVEPOINT s',
      'ALTER TABLE a ADD p int',
      'SELECT 1',
      'ROLLBACK TO s',
      'SELECT 1',
    ])
    const told = (line: number) =>
      steps[line - 1]?.transaction.held
        .filter(({ relation }) => relation === 'public.a')
        .map(({ mode, since, before }) => [
          mode,
          lineOf(steps, since),
          before.map(earlier => `${earlier.mode} ${lineOf(steps, earlier.since)}`),
        ])
    assert.deepEqual(told(2), [])
    assert.deepEqual(told(6), [['ACCESS EXCLUSIVE', 5, ['ROW EXCLUSIVE 2', 'SHARE ROW EXCLUSIVE 3']]])
    assert.deepEqual(told(8), [['SHARE ROW EXCLUSIVE', 3, ['ROW EXCLUSIVE 2']]])
  })

  it('are nobody’s business where the transaction made the relation', () => {
    const steps = stepsFor(['BEGIN', 'CREATE TABLE d (id int)', 'CREATE INDEX ON d (id)', 'LOCK TABLE a', 'SELECT 1'])
    assert.deepEqual(
      steps[4]?.transaction.held.map(({ relation, isPrivate }) => [relation, isPrivate]),
      [
        ['public.d', true],
        ['public.a', false],
      ],
    )
  })
})

/** The same numbers below a limit in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

/** Twenty statements, none of which PostgreSQL refuses: names of savepoints come twice, blocks begin and end. */
function anyScript(random: (below: number) => number): string[] {
  const one = <T>(values: readonly T[]): T => values[random(values.length)] as T
  let savepoints: string[] | undefined
  return Array.from({ length: 20 }, () => {
    const name = one(['s', 't'])
    const known = savepoints?.lastIndexOf(name) ?? -1
    const timeout = `lock_timeout = '${1 + random(9)}s'`
    const lock = `LOCK TABLE ${one(['a', 'b', 'c'])} IN ${one(lockModes)} MODE`
    if (!savepoints) {
      if (random(2) === 0) return one([`SET ${timeout}`, `SET LOCAL ${timeout}`, 'RESET ALL', 'COMMIT', 'ROLLBACK'])
      savepoints = []
      return 'BEGIN'
    }
    switch (random(11)) {
      case 0: {
        const end = one(['COMMIT', 'ROLLBACK', 'COMMIT AND CHAIN', 'ROLLBACK AND CHAIN'])
        savepoints = end.endsWith('CHAIN') ? [] : undefined
        return end
      }
      case 1:
        return one([`SET ${timeout}`, `SET LOCAL ${timeout}`])
      case 2:
        return one([
          `SELECT set_config('lock_timeout', '7s', ${one(['true', 'false'])})`,
          'RESET lock_timeout',
          'BEGIN',
        ])
      case 3:
      case 4:
        savepoints.push(name)
        return `SAVEPOINT ${name}`
      case 5:
      case 6:
        if (known < 0) return lock
        savepoints = savepoints.slice(0, known + 1)
        return `ROLLBACK TO ${name}`
      case 7:
        if (known < 0) return lock
        savepoints = savepoints.slice(0, known)
        return `RELEASE ${name}`
      default:
        return lock
    }
  })
}

describe('the end of locks', () => {
  const ends = (lines: readonly string[], tool?: string) => {
    const steps = stepsFor(lines, tool)
    return steps.map(({ transaction: { end } }) => told(end, steps))
  }
  const told = ({ by, at }: End, steps: readonly Step[]) => (at ? `${by} in line ${lineOf(steps, at)}` : by)

  it('is that of the statement outside a transaction block', () => {
    assert.deepEqual(ends(['LOCK TABLE a', 'VACUUM a']), ['statement', 'statement'])
  })

  it('is COMMIT or ROLLBACK', () => {
    assert.deepEqual(ends(['BEGIN', 'LOCK TABLE a', 'END', 'BEGIN', 'LOCK TABLE a', 'ABORT', 'SELECT 1']), [
      ...Array(3).fill('COMMIT in line 3'),
      ...Array(3).fill('ROLLBACK in line 6'),
      'statement',
    ])
  })

  it('is ROLLBACK TO an older savepoint, not to a younger one', () => {
    const lines = ['BEGIN', 'LOCK a', 'SAVEPOINT s', 'LOCK b', 'ROLLBACK TO s', 'LOCK c', 'COMMIT']
    assert.deepEqual(
      [2, 4, 6].map(line => ends(lines)[line - 1]),
      ['COMMIT in line 7', 'ROLLBACK TO SAVEPOINT in line 5', 'COMMIT in line 7'],
    )
  })

  it('is the tool’s, the query’s, or that of the session', () => {
    assert.deepEqual(ends(['LOCK a', 'SELECT 1'], 'goose'), ['tool', 'tool'])
    assert.deepEqual(ends(['LOCK a', 'COMMIT', 'SELECT 1'], 'goose'), [
      'COMMIT in line 2',
      'COMMIT in line 2',
      'statement',
    ])
    assert.deepEqual(ends(['LOCK a', 'SELECT 1'], 'golang-migrate'), ['query', 'query'])
    assert.deepEqual(ends(['BEGIN', 'LOCK a']), ['session', 'session'])
  })

  it('is COMMIT PREPARED where that stands in the file: sql-prepare-transaction.html', () => {
    const lines = ['BEGIN', 'LOCK a', "PREPARE TRANSACTION 'g'", 'SELECT 1']
    assert.equal(ends(lines)[1], 'PREPARE TRANSACTION in line 3')
    assert.equal(ends([...lines, "COMMIT PREPARED 'h'", "ROLLBACK PREPARED 'g'"])[1], 'ROLLBACK PREPARED in line 6')
  })

  it('gives back what was locked since', () => {
    const steps = stepsFor([
      'BEGIN',
      'ALTER TABLE a ADD p int',
      'SAVEPOINT s',
      'CREATE INDEX ON b (y)',
      'ROLLBACK TO s',
      'UPDATE a SET p = 1',
      'CREATE INDEX ON c (id)',
      'COMMIT',
    ])
    const released = steps.map(({ transaction }) =>
      transaction.released.map(({ relation, mode, over }) => `${relation} ${mode}: ${works(over, steps).join(', ')}`),
    )
    assert.deepEqual(released, [
      [],
      [],
      [],
      [],
      ['public.b SHARE: build 4'],
      [],
      [],
      [
        'public.a ACCESS EXCLUSIVE: build 4, backfill 6, build 7',
        'public.a_pkey ROW EXCLUSIVE: backfill 6, build 7',
        'public.c SHARE: build 7',
      ],
    ])
  })
})

const works = (found: readonly Work[], steps: readonly Step[]) =>
  found.map(({ kind, step }) => `${kind} ${lineOf(steps, step)}`)

describe('long work', () => {
  const worksOf = (...lines: string[]) => {
    const steps = stepsFor(lines)
    return steps.map(({ transaction: { work } }) => work && `${work.kind} ${work.relations.join(' ')}`.trim())
  }

  const cases: readonly (readonly [sql: string, work: string | undefined])[] = [
    ['ALTER TABLE a ALTER x TYPE bigint', 'rewrite public.a'],
    ['CREATE INDEX ON a (x)', 'build public.a'],
    ['REINDEX INDEX a_pkey', 'build public.a'],
    ['ALTER TABLE a ALTER x SET NOT NULL', 'scan public.a'],
    ['UPDATE a SET x = 1', 'backfill public.a'],
    ['UPDATE a SET x = 1 WHERE x IS NULL', 'backfill public.a'],
    ['UPDATE a SET x = 1 WHERE id = 7', undefined],
    ['UPDATE a SET x = 2 WHERE id IN (1, 2) AND x > 0', undefined],
    // Rows of b may reference these, and no index finds them.
    ['DELETE FROM a WHERE id = 1', 'scan public.b'],
    ['DELETE FROM a WHERE x = 1', 'backfill public.a'],
    ['INSERT INTO c SELECT id FROM a', 'backfill public.a'],
    ['INSERT INTO c VALUES (1)', undefined],
    ['INSERT INTO c SELECT 1', undefined],
    ['CREATE TABLE d AS SELECT * FROM a', 'backfill public.a'],
    ['CREATE TABLE d AS SELECT * FROM a WITH NO DATA', undefined],
    ['TRUNCATE a', undefined],
    ['SELECT 1 FROM a', undefined],
    ['SELECT pg_sleep(1)', 'wait'],
    ['CALL p()', 'unknown'],
    ['DO $$ BEGIN UPDATE a SET x = 1; END $$', 'backfill public.a'],
    ['CREATE INDEX CONCURRENTLY ON a (x)', 'build public.a'],
    ['DROP INDEX CONCURRENTLY c_again', 'wait'],
  ]
  for (const [sql, work] of cases) {
    it(`of ${sql} is ${work ?? 'none'}`, () => assert.deepEqual(worksOf(sql), [work]))
  }

  it('is none where the transaction made the table and left it empty', () => {
    const create = 'CREATE TABLE d (x int)'
    const index = 'CREATE INDEX ON d (x)'
    assert.deepEqual(worksOf('BEGIN', create, index, 'COMMIT'), [undefined, undefined, undefined, undefined])
    assert.deepEqual(worksOf('BEGIN', create, 'INSERT INTO d SELECT id FROM a', index), [
      undefined,
      undefined,
      'backfill public.a',
      'build public.d',
    ])
    assert.deepEqual(worksOf(create, index), [undefined, 'build public.d'])
  })

  it('is to wait for a lock that others have to make way for, once in a transaction', () => {
    assert.deepEqual(worksOf('BEGIN', 'ALTER TABLE a ADD p int', 'ALTER TABLE a ADD q int', 'LOCK b IN SHARE MODE'), [
      undefined,
      'wait public.a',
      undefined,
      'wait public.b',
    ])
  })

  it('follows each lock until that ends', () => {
    const steps = stepsFor([
      'BEGIN',
      'ALTER TABLE a ADD p int',
      'SAVEPOINT s',
      'LOCK TABLE b',
      'UPDATE a SET p = x',
      'ROLLBACK TO s',
      'CREATE INDEX ON c (id)',
      'COMMIT',
      'UPDATE a SET p = x',
    ])
    assert.deepEqual(
      [2, 4, 5, 7].map(line => works(steps[line - 1]?.transaction.over ?? [], steps)),
      [['wait 4', 'backfill 5', 'build 7'], ['backfill 5'], [], []],
    )
  })
})
