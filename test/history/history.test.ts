import assert from 'node:assert/strict'
import { type History, historyOf, withFile } from '../../server/src/core/history/history'
import type { Migration } from '../../server/src/core/history/migration'
import { type Step, stepsOf } from '../../server/src/core/history/steps'
import type { Catalog } from '../../server/src/core/postgres/catalog'
import { defaultSettings } from '../../server/src/core/settings'
import { loadInstalledParser } from '../parser'
import { historyIn, namesOf } from './folder'

before(loadInstalledParser)

const relations = (catalog: Catalog) =>
  [...catalog.relations.keys()].filter(key => !/_(?:pkey|idx|seq)$/.test(key)).sort()

const migration = (history: History, name: string): Migration => {
  const found = history.migrations.find(({ path }) => path === `m/${name}`)
  assert.ok(found, `no migration ${name}`)
  return found
}

const steps = (history: History, name: string): readonly Step[] =>
  stepsOf(history, migration(history, name), defaultSettings)

const table = (name: string) => `CREATE TABLE ${name} (id int);`

describe('what is missing', () => {
  /** Returns whether the history is taken to start with an empty database. */
  const isComplete = (texts: Readonly<Record<string, string>>, others?: readonly string[]): boolean =>
    historyOf({
      path: 'm',
      files: Object.entries(texts).map(([name, text]) => ({ path: `m/${name}`, text })),
      ...(others && { elsewhere: { names: () => new Set(others), pending: undefined } }),
    }).complete

  const first = { '1_a.sql': table('a') }
  const newest = {
    table: 'ALTER TABLE b ADD COLUMN c int;',
    'type of a new table': 'CREATE TABLE c (id b);',
    'type of a new column': 'ALTER TABLE a ADD COLUMN c b;',
    'new type of a column': 'ALTER TABLE a ALTER COLUMN id TYPE b;',
    'function of a trigger': 'CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION b();',
    'function that is dropped': 'DROP FUNCTION b(integer);',
  }
  for (const [what, text] of Object.entries(newest)) {
    it(`may be made in another folder: the ${what}`, () => {
      assert.equal(isComplete({ ...first, '2_b.sql': text }, ['x', 'b']), false)
      assert.equal(isComplete({ ...first, '2_b.sql': text }, ['x']), true)
      assert.equal(isComplete({ ...first, '2_b.sql': text }), true)
    })
  }

  it('is not asked for elsewhere where an earlier migration makes it', () => {
    const type = { '2_type.sql': 'CREATE TYPE b AS ENUM ();', '3_c.sql': 'CREATE TABLE c (id b);' }
    assert.equal(isComplete({ ...first, ...type }, ['b']), true)
  })

  it('was there before the only migration of a folder', () => {
    assert.equal(isComplete({ '7_a.sql': `${table('a')} DROP FUNCTION b();` }), false)
    assert.equal(isComplete({ '7_a.sql': `${table('a')} DROP FUNCTION IF EXISTS b();` }), true)
    const trigger = 'CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION b();'
    assert.equal(isComplete({ '7_a.sql': `${table('a')} ${trigger}` }), false)
    const routine = "CREATE FUNCTION b() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    assert.equal(isComplete({ '7_a.sql': `${table('a')} ${routine} ${trigger}` }), true)
  })
})

describe('the catalog before a migration', () => {
  const files = {
    '1_a.up.sql': table('a'),
    '1_a.down.sql': 'DROP TABLE a;',
    '2_b.up.sql': table('b'),
    '2_b.down.sql': 'DROP TABLE b;',
    '10_c.up.sql': table('c'),
    '10_c.down.sql': 'DROP TABLE c;',
  }

  it('has what every earlier version made, and no down undid', () => {
    const history = historyIn(files)
    assert.deepEqual(relations(history.before('m/1_a.up.sql', 'up')), [])
    assert.deepEqual(relations(history.before('m/2_b.up.sql', 'up')), ['public.a'])
    assert.deepEqual(relations(history.before('m/10_c.up.sql', 'up')), ['public.a', 'public.b'])
  })

  it('has for a down what its own up made, in a file of its own or in the same', () => {
    assert.deepEqual(relations(historyIn(files).before('m/2_b.down.sql', 'down')), ['public.a', 'public.b'])
    const goose = historyIn({
      '1_a.sql': `-- +goose Up\n${table('a')}\n-- +goose Down\nDROP TABLE a;\n`,
      '2_b.sql': `-- +goose Up\n${table('b')}\n-- +goose Down\nDROP TABLE b;\n`,
    })
    assert.deepEqual(relations(goose.before('m/1_a.sql', 'down')), ['public.a'])
    assert.deepEqual(relations(goose.before('m/2_b.sql', 'up')), ['public.a'])
    assert.deepEqual(relations(goose.before('m/2_b.sql', 'down')), ['public.a', 'public.b'])
  })

  it('has for a down what its own up made where two share a number', () => {
    const history = historyIn({
      '1_a.up.sql': table('a'),
      '1_a.down.sql': 'DROP TABLE a;',
      '1_b.up.sql': table('b'),
      '1_b.down.sql': 'DROP TABLE b;',
    })
    assert.deepEqual(relations(history.before('m/1_a.down.sql', 'down')), ['public.a'])
    assert.deepEqual(relations(history.before('m/1_b.down.sql', 'down')), ['public.a', 'public.b'])
  })

  it('has for a down without an up what the earlier versions made', () => {
    const history = historyIn({ '1_a.up.sql': table('a'), '2_b.down.sql': 'DROP TABLE b;' })
    assert.deepEqual(relations(history.before('m/2_b.down.sql', 'down')), ['public.a'])
  })

  it('has for repeatable migrations what all versions made', () => {
    const history = historyIn({ 'R__v.sql': 'SELECT 1', 'V2__b.sql': table('b'), 'V1__a.sql': table('a') })
    assert.deepEqual(relations(history.before('m/R__v.sql', 'up')), ['public.a', 'public.b'])
  })

  it('starts a baseline with an empty database and leaves it out of a history that was there before', () => {
    const history = historyIn({ 'V1__a.sql': table('a'), 'B2__all.sql': table('of_b'), 'V3__c.sql': table('c') })
    assert.deepEqual(namesOf(history), ['V1__a.sql', 'B2__all.sql', 'V3__c.sql'])
    assert.deepEqual(relations(history.before('m/B2__all.sql', 'up')), [])
    assert.deepEqual(relations(history.before('m/V3__c.sql', 'up')), ['public.a'])
    const alone = historyIn({ 'B2__all.sql': table('of_b'), 'V3__c.sql': table('c') })
    assert.deepEqual(relations(alone.before('m/V3__c.sql', 'up')), ['public.of_b'])
  })

  it('takes back what a rollback takes back', () => {
    const sql = `BEGIN; ${table('a')} SAVEPOINT s; ${table('b')} ROLLBACK TO s; COMMIT; BEGIN; ${table('c')} ROLLBACK; SELECT 1;`
    const history = historyIn({ '1_a.sql': sql, '2_b.sql': 'SELECT 1' })
    assert.deepEqual(relations(history.before('m/2_b.sql', 'up')), ['public.a'])
    assert.deepEqual(
      steps(history, '1_a.sql').map(step => relations(step.before).length),
      [0, 0, 1, 1, 2, 1, 1, 1, 2, 1],
    )
  })

  const paths: readonly (readonly [what: string, sql: string, made: readonly string[]])[] = [
    ['for the session', `SET search_path = x; ${table('a')} ${table('b')}`, ['x.a', 'x.b']],
    [
      'for the transaction',
      `BEGIN; SET LOCAL search_path = x; ${table('a')} COMMIT; ${table('b')}`,
      ['public.b', 'x.a'],
    ],
    ['nowhere outside one', `SET LOCAL search_path = x; ${table('a')}`, ['public.a']],
    ['until it is undone', `BEGIN; SET search_path = x; ${table('a')} ROLLBACK; ${table('b')}`, ['public.b']],
    ['by a function', `SELECT set_config('search_path', 'x', false); ${table('a')}`, ['x.a']],
  ]
  for (const [what, sql, made] of paths) {
    it(`follows a search_path that is set ${what}`, () => {
      const history = historyIn({ '1_a.sql': sql, '2_b.sql': table('z'), '3_c.sql': '' })
      assert.deepEqual(relations(history.before('m/3_c.sql', 'up')), ['public.z', ...made].sort())
    })
  }
})

describe('a history', () => {
  it('is complete where it makes what it uses', () => {
    const histories: readonly (readonly [files: Record<string, string>, complete: boolean])[] = [
      [{ '1.sql': table('a'), '2.sql': 'ALTER TABLE a ADD b int;' }, true],
      [{ '1.sql': `CREATE TABLE IF NOT EXISTS s.a (id int); CREATE INDEX ON s.a (id);` }, true],
      [{ '1.sql': 'CREATE EXTENSION citext;', '2.sql': table('a'), '3.sql': 'DROP TABLE a' }, true],
      [
        { '1.sql': table('a'), '2.sql': 'DROP TABLE IF EXISTS b; ALTER TABLE IF EXISTS c ADD d int;', '3.sql': '' },
        true,
      ],
      [
        {
          '1.sql': table('a'),
          '2.sql': 'ALTER TABLE a RENAME TO b;',
          '3.sql': 'ALTER TABLE b ADD c int;',
          '4.sql': '',
        },
        true,
      ],
      [{ '1.sql': table('a'), '2.sql': 'INSERT INTO schema_migrations VALUES (1);', '3.sql': '' }, true],
      // The newest is what somebody is writing: what it uses may be a slip.
      [{ '1.sql': table('a'), '2.sql': 'ALTER TABLE b ADD c int;' }, true],
      [{ '1.sql': 'ALTER TABLE b ADD c int;', '2.sql': table('a') }, false],
      [{ '1.sql': table('a'), '2.sql': 'ALTER TABLE b ADD c int;', '3.sql': 'SELECT 1' }, false],
      [{ '1.sql': table('a'), '2.sql': 'CREATE TABLE c (b int REFERENCES other.b);', '3.sql': '' }, false],
      [{ '1.sql': 'CREATE INDEX ON a (b);' }, false],
      [{ '1.sql': 'SELECT 1' }, false],
      [{ '1_a.sql': table('a'), '2_move.go': '' }, false],
      [{ '1_a.sql': table('a'), '2_a_test.go': '', 'main.go': '' }, true],
      [{ '1.sql': 'CREATE TABLE a (state mood)' }, false],
      [{ '1.sql': "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE a (state mood, at date)" }, true],
      [{ '1.sql': `${table('a')}; DROP INDEX b_name` }, false],
      [{ '1.sql': `${table('a')}; CREATE INDEX a_id ON a (id); DROP INDEX a_id` }, true],
      [{ '1.sql': `${table('a')}; ALTER DOMAIN positive SET NOT NULL` }, false],
      [{ '1.sql': table('a'), '2.sql': 'DROP INDEX b_name' }, true],
    ]
    for (const [files, complete] of histories) assert.equal(historyIn(files).complete, complete, JSON.stringify(files))
  })

  it('tells the catalogs whether it is complete', () => {
    assert.equal(historyIn({ '1.sql': table('a') }).before('m/1.sql', 'up').complete, true)
    assert.equal(historyIn({ '1.sql': 'ALTER TABLE a ADD b int' }).before('m/1.sql', 'up').complete, false)
  })

  it('may be that of a tool that was asked for', () => {
    const files = { '1_a.up.sql': 'SELECT 1' }
    assert.equal(historyIn(files).framework.id, 'golang-migrate')
    assert.equal(historyIn(files, 'plain').framework.id, 'plain')
    assert.equal(historyIn(files, 'no such tool').framework.id, 'golang-migrate')
  })

  it('holds a file that somebody asks about alone, whatever it is called', () => {
    const history = historyOf({ path: '', files: [{ path: 'untitled:1', text: 'SELECT 1' }], framework: 'plain' })
    assert.deepEqual(
      history.migrations.map(({ path }) => path),
      ['untitled:1'],
    )
    assert.equal(historyIn({ 'schema.sql': 'SELECT 1' }).migrations.length, 1)
  })
})

describe('an edit', () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `${index + 1}_x.up.sql`,
      `CREATE TABLE t${index} (id int); SELECT ${index};`,
    ]),
  )
  const last = '20_x.up.sql'

  it('in the last file leaves all before it the same objects', () => {
    const history = historyIn(files)
    const before = history.before(`m/${last}`, 'up')
    const edited = withFile(history, `m/${last}`, 'CREATE TABLE z (id int);')
    assert.equal(edited.before(`m/${last}`, 'up'), before)
    assert.deepEqual(
      edited.migrations.map((one, index) => one === history.migrations[index]),
      [...Array<boolean>(19).fill(true), false],
    )
    assert.deepEqual(
      steps(edited, last).map(({ statement }) => statement.text),
      ['CREATE TABLE z (id int)'],
    )
  })

  it('in an earlier file reaches the later ones', () => {
    const history = historyIn(files)
    const before = history.before('m/5_x.up.sql', 'up')
    assert.ok(relations(history.before(`m/${last}`, 'up')).includes('public.t4'))
    const edited = withFile(history, 'm/5_x.up.sql', table('other'))
    assert.equal(edited.before('m/5_x.up.sql', 'up'), before)
    assert.deepEqual(
      relations(edited.before(`m/${last}`, 'up')),
      relations(history.before(`m/${last}`, 'up'))
        .map(key => (key === 'public.t4' ? 'public.other' : key))
        .sort(),
    )
  })

  it('keeps the catalogs before the first statement that differs', () => {
    const sql = ['a', 'b', 'c', 'd'].map(table)
    const history = historyIn({ '1_a.sql': sql.join('\n') })
    const old = steps(history, '1_a.sql')
    const catalogs = old.map(({ before }) => before)
    const edited = withFile(history, 'm/1_a.sql', sql.with(2, table('x')).join('\n'))
    const young = steps(edited, '1_a.sql')
    assert.deepEqual(
      young.map(({ before }, place) => before === catalogs[place]),
      [true, true, true, false],
    )
    assert.deepEqual(relations(young[3]?.after as Catalog), ['public.a', 'public.b', 'public.d', 'public.x'])
    assert.equal(young[1]?.effects, old[1]?.effects)
  })

  it('that leaves nothing takes back what the file did', () => {
    const history = historyIn(files)
    assert.ok(relations(history.before(`m/${last}`, 'up')).includes('public.t4'))
    const edited = withFile(history, 'm/5_x.up.sql', '-- later')
    assert.ok(!relations(edited.before(`m/${last}`, 'up')).includes('public.t4'))
  })

  it('that includes another file, or no more does, makes what comes after it doubtful, or certain', () => {
    const [alone, including] = [table('a'), `${table('a')}\n\\i other.sql\n`]
    const history = historyIn({ '1_a.up.sql': alone, '2_b.up.sql': 'ALTER TABLE nope ADD COLUMN x int;' })
    const failures = (edited: History) => steps(edited, '2_b.up.sql').map(({ failure }) => failure?.message)
    assert.deepEqual(failures(history), ['relation "nope" does not exist'])
    const doubtful = withFile(history, 'm/1_a.up.sql', including)
    assert.deepEqual(failures(doubtful), [undefined])
    assert.deepEqual(failures(withFile(doubtful, 'm/1_a.up.sql', alone)), ['relation "nope" does not exist'])
  })

  it('of nothing changes nothing', () => {
    const history = historyIn(files)
    assert.equal(withFile(history, `m/${last}`, files[last]), history)
  })

  it('puts a new file in its place, and a deleted one out of it', () => {
    const history = historyIn(files)
    const more = withFile(history, 'm/21_y.up.sql', 'SELECT 1')
    assert.equal(more.migrations.at(-1)?.path, 'm/21_y.up.sql')
    assert.equal(
      more.before('m/21_y.up.sql', 'up'),
      withFile(more, 'm/21_y.up.sql', 'SELECT 2').before('m/21_y.up.sql', 'up'),
    )
    const fewer = withFile(more, 'm/3_x.up.sql', undefined)
    assert.equal(fewer.migrations.length, 20)
    assert.ok(!relations(fewer.before('m/21_y.up.sql', 'up')).includes('public.t2'))
    assert.equal(fewer.before('m/3_x.up.sql', 'up'), fewer.before('m/1_x.up.sql', 'up'))
  })

  it('may turn the tool’s transaction off, and a file beside it may', () => {
    const goose = historyIn({ '1_a.sql': '-- +goose Up\nSELECT 1;' })
    const without = withFile(goose, 'm/1_a.sql', '-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;')
    assert.equal(steps(without, '1_a.sql')[0]?.transaction.kind, 'own')
    const flyway = historyIn({ 'V1__a.sql': 'SELECT 1;', 'V2__b.sql': 'SELECT 2;' })
    const configured = withFile(flyway, 'm/V1__a.sql.conf', 'executeInTransaction=false')
    assert.equal(steps(configured, 'V1__a.sql')[0]?.transaction.kind, 'own')
    assert.equal(migration(configured, 'V2__b.sql'), migration(flyway, 'V2__b.sql'))
  })

  it('may add a direction', () => {
    const goose = historyIn({ '1_a.sql': '-- +goose Up\nSELECT 1;', '2_b.sql': '-- +goose Up\nSELECT 2;' })
    const edited = withFile(goose, 'm/1_a.sql', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 3;')
    assert.deepEqual(
      edited.migrations.map(({ direction }) => direction),
      ['both', 'up'],
    )
  })

  it('may tell for the first time which tool it is', () => {
    const history = historyIn({ '1_a.sql': '' })
    assert.equal(history.framework.id, 'plain')
    assert.equal(withFile(history, 'm/1_a.sql', '-- +goose Up\nSELECT 1;').framework.id, 'goose')
  })

  it('comes to the same as reading the folder anew, whatever the order of edits', () => {
    const texts = (history: History) =>
      history.migrations.flatMap(({ path, direction }) => [
        path,
        direction,
        ...relations(history.before(path, direction === 'down' ? 'down' : 'up')),
      ])
    let edited = historyIn(files)
    const edits: [string, string | undefined][] = [
      ['7_x.up.sql', 'DROP TABLE t2;'],
      ['3_x.up.sql', undefined],
      ['8_x.down.sql', 'DROP TABLE t7;'],
      ['7_x.up.sql', 'ALTER TABLE t1 RENAME TO s1;'],
      ['3_x.up.sql', 'CREATE VIEW v AS SELECT 1;'],
    ]
    const result: Record<string, string> = { ...files }
    for (const [name, text] of edits) {
      edited = withFile(edited, `m/${name}`, text)
      texts(edited)
      if (text === undefined) delete result[name]
      else result[name] = text
    }
    assert.deepEqual(texts(edited), texts(historyIn(result)))
  })
})

describe('many edits of one file', () => {
  /** Statements that reach across others: into the transaction, its end, the session. */
  const pieces = [
    'BEGIN',
    'COMMIT',
    'ROLLBACK',
    'SAVEPOINT s',
    'ROLLBACK TO s',
    'SET LOCAL search_path = x',
    'SET search_path = y',
    'RESET search_path',
    'CREATE TABLE a (id int)',
    'CREATE TABLE b (id int)',
    'ALTER TABLE a RENAME TO c',
    'DROP TABLE b',
  ]
  const told = (history: History) =>
    steps(history, '1_a.sql').map(({ statement, before, transaction }) => [
      statement.text,
      relations(before),
      before.searchPath,
      transaction.number,
      transaction.held.map(({ relation, mode, place }) => `${relation} ${mode} ${place}`),
      Object.fromEntries(transaction.parameters),
    ])

  for (const tool of ['plain', 'golang-migrate', 'goose', 'dbmate']) {
    it(`come to the same as reading it anew: ${tool}`, () => {
      let seed = 7
      const random = (below: number) => {
        seed = (seed * 48_271) % 2_147_483_647
        return seed % below
      }
      const sql: string[] = []
      const head = { goose: '-- +goose Up\n', dbmate: '-- migrate:up\n' }[tool] ?? ''
      let edited = historyIn({ '1_a.sql': '' }, tool)
      for (let edit = 0; edit < 200; edit++) {
        const piece = pieces[random(pieces.length)] as string
        sql.splice(random(sql.length + 1), random(sql.length > 12 ? 3 : 2), piece)
        const text = `${head}${sql.join(';\n')};\n`
        edited = withFile(edited, 'm/1_a.sql', text)
        if (random(4) > 0) assert.deepEqual(told(edited), told(historyIn({ '1_a.sql': text }, tool)), text)
      }
    })
  }
})

describe('a migration of a thousand statements', () => {
  /** Three hundred tables, three hundred that are rolled back, three hundred more. */
  const tables = (from: number) => Array.from({ length: 300 }, (_, number) => table(`t${from + number}`))
  const sql = [...tables(0), 'BEGIN;', ...tables(300), 'ROLLBACK;', ...tables(600)]
  const tablesBefore = (place: number) => (place <= 300 ? place : place <= 601 ? place - 1 : place - 302)
  const count = ({ before }: Step) => before.relations.size
  /** Every place once, in leaps: 601 has no divisor in common with their number. */
  const anyOrder = sql.map((_, number) => (number * 601) % sql.length)

  it('has the catalog before each, in whatever order somebody asks', () => {
    const inOrder = steps(historyIn({ '1_a.sql': sql.join('\n') }), '1_a.sql')
    assert.deepEqual(
      inOrder.map(count),
      sql.map((_, place) => tablesBefore(place)),
    )
    const leaping = steps(historyIn({ '1_a.sql': sql.join('\n') }), '1_a.sql')
    assert.deepEqual(
      anyOrder.map(place => count(leaping[place] as Step)),
      anyOrder.map(tablesBefore),
    )
    const last = leaping.at(-1)
    assert.deepEqual(
      [last?.before, last?.after].map(catalog => catalog?.relations.size),
      [599, 600],
    )
  })

  it('has it after an edit, wherever that is', () => {
    let history = historyIn({ '1_a.sql': sql.join('\n') })
    for (const edited of [0, 63, 64, 150, 299, 300, 450, 601, 602, 901]) {
      const text = sql.with(edited, 'SELECT 1;').join('\n')
      const expected = steps(historyIn({ '1_a.sql': text }), '1_a.sql').map(count)
      history = withFile(history, 'm/1_a.sql', text)
      const now = steps(history, '1_a.sql')
      assert.deepEqual(
        anyOrder.map(place => count(now[place] as Step)),
        anyOrder.map(place => expected[place]),
        `after an edit of ${edited}`,
      )
    }
  })

  it('has what is appended to it, and not what is cut off', () => {
    const tablesAfter = (history: History) => steps(history, '1_a.sql').at(-1)?.after.relations.size
    const whole = historyIn({ '1_a.sql': sql.join('\n') })
    assert.equal(tablesAfter(whole), 600)
    assert.equal(tablesAfter(withFile(whole, 'm/1_a.sql', [...sql, table('z')].join('\n'))), 601)
    assert.equal(tablesAfter(withFile(whole, 'm/1_a.sql', sql.slice(0, -1).join('\n'))), 599)
  })
})

describe('steps', () => {
  it('hold the strongest lock of each relation until their transaction ends', () => {
    const history = historyIn({
      '1_a.sql': table('a') + table('b'),
      '2_b.sql': `BEGIN; LOCK TABLE a IN SHARE MODE; SAVEPOINT s; LOCK TABLE b; LOCK TABLE a; ROLLBACK TO s; LOCK TABLE b IN ROW SHARE MODE; SELECT 1; COMMIT; SELECT 1;`,
    })
    const held = steps(history, '2_b.sql').map(({ transaction }) =>
      transaction.held.map(({ relation, mode }) => `${relation} ${mode}`).sort(),
    )
    const share = 'public.a SHARE'
    assert.deepEqual(held, [
      [],
      [],
      [share],
      [share],
      [share, 'public.b ACCESS EXCLUSIVE'],
      ['public.a ACCESS EXCLUSIVE', 'public.b ACCESS EXCLUSIVE'],
      [share],
      [share, 'public.b ROW SHARE'],
      [share, 'public.b ROW SHARE'],
      [],
    ])
  })

  it('know what their transaction made', () => {
    const sql = `BEGIN; ${table('a')} SELECT 1; COMMIT; SELECT 2;`
    const history = historyIn({ '1_a.sql': sql })
    const name = { name: 'a', span: { start: 0, end: 0 } }
    assert.deepEqual(
      steps(history, '1_a.sql').map(({ transaction }) => transaction.created(name)),
      [false, false, true, true, false],
    )
  })

  it('of an up and a down of one file belong to different transactions', () => {
    const history = historyIn({
      '1_a.sql': `-- +goose Up\n${table('a')}\n-- +goose Down\nALTER TABLE a ADD b int;\nDROP TABLE a;\n`,
    })
    const [up, alter, drop] = steps(history, '1_a.sql')
    assert.deepEqual(
      [up, alter, drop].map(step => step?.direction),
      ['up', 'down', 'down'],
    )
    assert.equal(alter?.transaction.number, drop?.transaction.number)
    assert.notEqual(up?.transaction.number, alter?.transaction.number)
    assert.equal(alter?.transaction.created({ name: 'a', span: { start: 0, end: 0 } }), false)
  })

  it('start each pair of blocks where the one before it ended', () => {
    const history = historyIn({
      '1_a.sql': `-- migrate:up\n${table('a')}\n-- migrate:down\nDROP TABLE a;\n-- migrate:up\n${table('b')}\n-- migrate:down\nDROP TABLE b;\n`,
    })
    assert.deepEqual(
      steps(history, '1_a.sql').map(step => relations(step.before)),
      [[], ['public.a', 'public.b'], ['public.a'], ['public.b']],
    )
  })

  it('are the same objects while nothing changed', () => {
    const history = historyIn({ '1_a.sql': 'SELECT 1', '2_b.sql': 'SELECT 2' })
    assert.equal(steps(history, '1_a.sql'), steps(withFile(history, 'm/2_b.sql', 'SELECT 3'), '1_a.sql'))
  })

  it('carry on where a statement cannot be read', () => {
    const history = historyIn({ '1_a.sql': 'BEGIN;\nCREATE TABEL x (id int);\nSELECT 1;' })
    const [, broken, select] = steps(history, '1_a.sql')
    assert.equal(broken?.effects, undefined)
    assert.equal(select?.transaction.kind, 'block')
    assert.deepEqual(select?.transaction.held, [])
  })

  it('have the parameters in force', () => {
    const history = historyIn({
      '1_a.sql': "SET lock_timeout = '2s'; BEGIN; SET LOCAL statement_timeout = 0; SELECT 1; COMMIT; SELECT 2;",
    })
    assert.deepEqual(
      steps(history, '1_a.sql').map(({ transaction }) => Object.fromEntries(transaction.parameters)),
      [
        {},
        { lock_timeout: '2s' },
        { lock_timeout: '2s' },
        { lock_timeout: '2s', statement_timeout: '0' },
        { lock_timeout: '2s', statement_timeout: '0' },
        { lock_timeout: '2s' },
      ],
    )
  })
})
