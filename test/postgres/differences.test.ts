import assert from 'node:assert/strict'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { type Catalog, emptyCatalog } from '../../server/src/core/postgres/catalog'
import { differences, idOf } from '../../server/src/core/postgres/differences'
import { loadInstalledParser } from '../parser'
import { afterwards, casesIn, must, reset } from './cases'
import { refusals } from './measure'
import { realCatalog } from './real-catalog'

/** In words, one line for each. */
const told = (a: Catalog, b: Catalog): string[] =>
  differences(a, b).map(({ change, what, name, key, aspect }) =>
    [change, what, name, 'of', key, aspect].join(' ').trim(),
  )

describe('differences', () => {
  before(loadInstalledParser)

  const catalogOf = (sql: string): Catalog => afterwards(emptyCatalog(true), sql, 18).catalog

  const schema = `
    CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50) NOT NULL, plan text DEFAULT 'free',
      score numeric DEFAULT '1.5', old boolean DEFAULT 'f', seen timestamptz DEFAULT CURRENT_TIMESTAMP,
      CONSTRAINT plans CHECK (plan IN ('free', 'paid')));
    CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE DOMAIN age AS integer DEFAULT 18;
    CREATE INDEX users_plan_idx ON users (plan);
    CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE visits (n integer);
    CREATE VIEW seen AS SELECT id, seen FROM users WHERE id > 1;
    CREATE SEQUENCE visited OWNED BY visits.n;
  `

  for (const [statement, ...expected] of [
    ['CREATE TABLE carts (id serial PRIMARY KEY, n int UNIQUE)', 'added table carts of public.carts'],
    ['DROP TABLE users', 'removed table users of public.users'],
    ['ALTER TABLE users DROP COLUMN plan', 'removed column plan of public.users'],
    ['ALTER TABLE users ADD COLUMN n integer UNIQUE', 'added column n of public.users'],
    ['ALTER TABLE users ALTER COLUMN email TYPE text', 'changed column email of public.users type'],
    ['ALTER TABLE users ALTER COLUMN email DROP NOT NULL', 'changed column email of public.users nullability'],
    ['ALTER TABLE users ALTER COLUMN plan DROP DEFAULT', 'changed column plan of public.users default'],
    ['ALTER TABLE users ADD CONSTRAINT short CHECK (id < 9)', 'added constraint short of public.users'],
    ['ALTER TABLE users ADD CONSTRAINT users_key UNIQUE (email)', 'added constraint users_key of public.users'],
    ['DROP INDEX users_plan_idx', 'removed index users_plan_idx of public.users_plan_idx'],
    [
      'DROP INDEX users_plan_idx; CREATE UNIQUE INDEX users_plan_idx ON users (plan)',
      'changed index users_plan_idx of public.users_plan_idx definition',
    ],
    ['CREATE VIEW names AS SELECT id FROM users', 'added view names of public.names'],
    ["ALTER TYPE mood ADD VALUE 'calm'", 'added label calm of public.mood'],
    ['DROP TYPE mood', 'removed type mood of public.mood'],
    ['ALTER DOMAIN age ADD CONSTRAINT grown CHECK (VALUE > 17)', 'changed type age of public.age constraints'],
    ['ALTER DOMAIN age SET NOT NULL', 'changed type age of public.age nullability'],
    ['ALTER DOMAIN age DROP DEFAULT', 'changed type age of public.age default'],
    ['DROP FUNCTION one()', 'removed function one of public.one'],
    ['CREATE SEQUENCE numbers', 'added sequence numbers of public.numbers'],
    ['ALTER TABLE users ADD COLUMN n int; ALTER TABLE users DROP COLUMN n'],
    ['ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME TO users'],
    ['ALTER TABLE users ENABLE ROW LEVEL SECURITY', 'changed table users of public.users row level security'],
    ['CREATE OR REPLACE VIEW seen AS SELECT id, seen FROM users', 'changed view seen of public.seen query'],
    ['CREATE OR REPLACE VIEW seen AS  select id , seen from users -- of all\nWHERE id>1;'],
    [
      'DROP VIEW seen; CREATE VIEW seen AS SELECT id FROM users WHERE id > 1',
      'changed view seen of public.seen definition',
    ],
    [
      "CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
      'changed function one of public.one body',
    ],
    ['CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS $$ select 1; $$'],
    [
      "CREATE FUNCTION one(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
      'changed function one of public.one parameters',
    ],
    ['DROP SEQUENCE visited; CREATE SEQUENCE counted OWNED BY visits.n'],
    ['CREATE TEMPORARY TABLE scratch (id int)'],
    ["ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'paid'", 'changed column plan of public.users default'],
    ["ALTER TABLE users ALTER COLUMN plan SET DEFAULT (('free'::varchar)::text)"],
    [
      "ALTER TABLE users DROP CONSTRAINT plans, ADD CONSTRAINT plans CHECK (plan IN ('free', 'paid', 'late'))",
      'changed constraint plans of public.users definition',
    ],
    ["ALTER TABLE users DROP CONSTRAINT plans, ADD CONSTRAINT plans check ((plan = 'paid'::text) or plan = ('free'))"],
    ['ALTER TABLE users ALTER COLUMN score SET DEFAULT 1.50, ALTER COLUMN old SET DEFAULT FALSE'],
    ['ALTER TABLE users ALTER COLUMN seen SET DEFAULT now()'],
  ] as const) {
    it(`after ${statement}`, () => assert.deepEqual(told(catalogOf(schema), catalogOf(schema + statement)), expected))
  }

  it('are the other way round, the other way round', () => {
    const [a, b] = [catalogOf(schema), catalogOf(`${schema} DROP TABLE users; CREATE TABLE carts (id int)`)]
    const opposite = { added: 'removed', removed: 'added', changed: 'changed' } as const
    const turned = differences(b, a).map(difference => ({ ...difference, change: opposite[difference.change] }))
    assert.deepEqual(turned.map(idOf).sort(), differences(a, b).map(idOf).sort())
  })
})

/** Where PostgreSQL's catalog is another after a statement, so is ours, and the other way round. */
for (const file of ['apply.sql', 'effects.sql']) {
  const { schema, cases } = casesIn(file)
  describe(`differences after ${file}`, () => {
    let session: Session
    let base: Catalog

    before(async () => {
      await loadInstalledParser()
      session = await pgliteSession()
      await reset(session, schema)
      base = afterwards(emptyCatalog(true), schema, session.major).catalog
    })

    after(() => session?.close())

    for (const { title, setup, statement } of cases) {
      it(title, async () => {
        const before = await realCatalog(session)
        await must(session, 'BEGIN')
        const { error } = await session.run(`${setup}\n${statement}`)
        const real = error ? undefined : await realCatalog(session)
        await must(session, 'ROLLBACK')
        if (error && refusals.has(error.code)) return
        assert.equal(error, undefined)
        const found = told(base, afterwards(base, `${setup}\n${statement}`, session.major).catalog)
        const isOther = JSON.stringify(lasting(real ?? {})) !== JSON.stringify(lasting(before))
        if (isOther) return assert.notDeepEqual(found, [])
        assert.deepEqual(
          found.filter(line => !isUntold.test(line)),
          [],
        )
      })
    }
  })
}

const lasting = (catalog: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(catalog).filter(([key]) => !key.startsWith('pg_temp.'))

/** What `realCatalog` does not tell: types and functions, queries of views, lengths, persistence. */
const isUntold = /^\w+ (?:type|label|function|policy|rule) |^changed (?:materialized )?view | (?:type|persistence)$/
