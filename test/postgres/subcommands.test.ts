import assert from 'node:assert/strict'
import { type Catalog, emptyCatalog, relationNamed, tableAt } from '../../server/src/core/postgres/catalog'
import { effectsOf, subcommandEffects } from '../../server/src/core/postgres/effects'
import { constraintName, indexName } from '../../server/src/core/postgres/names'
import { loadInstalledParser } from '../parser'
import { afterwards, commandOf } from './cases'

const schema = `
  CREATE TABLE customers (id bigint PRIMARY KEY, email text);
  CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric(8,2), state varchar(9))`

/** Returns what each subcommand does on its own, in a few words. */
function said(statement: string, catalog: Catalog) {
  const command = commandOf(statement)
  assert.ok('subcommands' in command)
  if (!('subcommands' in command)) return []
  return subcommandEffects(command, catalog, { postgres: 15 }).map(({ locks, rewrites, scans, builds }) =>
    [
      ...locks.map(({ relation, mode }) => `${relation} ${mode}`),
      ...rewrites.map(relation => `rewrites ${relation}`),
      ...scans.map(relation => `scans ${relation}`),
      ...builds.map(index => `builds ${index}`),
    ].join(', '),
  )
}

describe('subcommands', () => {
  let catalog: Catalog
  before(async () => {
    await loadInstalledParser()
    catalog = afterwards(emptyCatalog(true), schema, 15).catalog
  })

  it('have effects of their own', () => {
    assert.deepEqual(
      said(
        `ALTER TABLE orders ADD COLUMN note text, ALTER COLUMN total TYPE numeric(8,3), ALTER COLUMN state TYPE text,
         ADD FOREIGN KEY (customer_id) REFERENCES customers NOT VALID, ALTER COLUMN state SET STATISTICS 5`,
        catalog,
      ),
      [
        'public.orders ACCESS EXCLUSIVE',
        'public.orders ACCESS EXCLUSIVE, public.orders_pkey ACCESS EXCLUSIVE, rewrites public.orders, scans public.orders, builds orders_pkey',
        'public.orders ACCESS EXCLUSIVE',
        'public.orders SHARE ROW EXCLUSIVE, public.customers SHARE ROW EXCLUSIVE',
        'public.orders SHARE UPDATE EXCLUSIVE',
      ],
    )
  })

  it('know what earlier ones did', () => {
    assert.deepEqual(
      said(
        `ALTER TABLE orders ADD CONSTRAINT known CHECK (state IS NOT NULL), ALTER COLUMN state SET NOT NULL,
         ADD COLUMN code text DEFAULT 'x', ALTER COLUMN code SET NOT NULL`,
        catalog,
      ),
      [
        'public.orders ACCESS EXCLUSIVE, scans public.orders',
        'public.orders ACCESS EXCLUSIVE',
        'public.orders ACCESS EXCLUSIVE',
        'public.orders ACCESS EXCLUSIVE, scans public.orders',
      ],
    )
  })

  it('run in the order of PostgreSQL, which drops first', () => {
    const known = afterwards(catalog, 'ALTER TABLE orders ADD CONSTRAINT known CHECK (state IS NOT NULL)', 15).catalog
    assert.deepEqual(said('ALTER TABLE orders ALTER COLUMN state SET NOT NULL, DROP CONSTRAINT known', known), [
      'public.orders ACCESS EXCLUSIVE, scans public.orders',
      'public.orders ACCESS EXCLUSIVE',
    ])
  })

  it('take the lock of the strongest when they run together', () => {
    const command = commandOf(
      'ALTER TABLE orders ALTER COLUMN state SET STATISTICS 5, ADD FOREIGN KEY (customer_id) REFERENCES customers',
    )
    const { locks } = effectsOf(command, catalog, { postgres: 15 })
    assert.deepEqual(
      locks.map(({ relation, mode }) => `${relation} ${mode}`),
      ['public.orders SHARE ROW EXCLUSIVE', 'public.customers SHARE ROW EXCLUSIVE'],
    )
  })
})

describe('what nobody knows', () => {
  before(loadInstalledParser)
  const unknown = emptyCatalog(false)

  it('is an existing, large table', () => {
    const { locks, scans } = effectsOf(commandOf('CREATE INDEX ON legacy (a)'), unknown, { postgres: 15 })
    assert.deepEqual(locks, [{ relation: 'public.legacy', kind: 'table', mode: 'SHARE' }])
    assert.deepEqual(scans, ['public.legacy'])
  })

  it('is said to be unknown, and taken from the cautious side', () => {
    const type = effectsOf(commandOf('ALTER TABLE legacy ALTER a TYPE bigint'), unknown, { postgres: 15 })
    assert.deepEqual(type.rewrites, ['public.legacy'])
    assert.match(type.unknown.join(), /current type/)
    const column = effectsOf(commandOf('ALTER TABLE legacy ADD a text DEFAULT mystery()'), unknown, { postgres: 15 })
    assert.deepEqual(column.rewrites, ['public.legacy'])
    assert.match(column.unknown.join(), /mystery\(\)/)
    const constraint = effectsOf(commandOf('ALTER TABLE legacy DROP CONSTRAINT c'), unknown, { postgres: 15 })
    assert.match(constraint.unknown.join(), /foreign key/)
    assert.match(effectsOf(commandOf("DO LANGUAGE plperl ''"), unknown, { postgres: 15 }).unknown.join(), /DO block/)
    const dynamic = commandOf("DO 'BEGIN EXECUTE x; END'")
    assert.match(effectsOf(dynamic, unknown, { postgres: 15 }).unknown.join(), /puts together/)
  })

  it('becomes known by what is done to it', () => {
    const { catalog } = afterwards(
      unknown,
      'ALTER TABLE legacy ADD COLUMN a varchar(9); CREATE INDEX ON legacy (a); ALTER TABLE legacy ADD CHECK (a IS NOT NULL)',
      15,
    )
    const { rewrites, scans, builds } = effectsOf(
      commandOf('ALTER TABLE legacy ALTER a TYPE text, ALTER a SET NOT NULL'),
      catalog,
      { postgres: 15 },
    )
    assert.deepEqual([rewrites, scans, builds], [[], ['public.legacy'], []])
    assert.equal(tableAt(catalog, 'public.legacy')?.columnsKnown, false)
  })

  it('has default names too', () => {
    const command = commandOf(
      'ALTER TABLE app.legacy ADD UNIQUE (a, b), ADD CHECK (a > 1), ADD FOREIGN KEY (a) REFERENCES t',
    )
    const names = 'subcommands' in command ? command.subcommands : []
    assert.deepEqual(
      names.map(subcommand =>
        subcommand.kind === 'ADD CONSTRAINT'
          ? constraintName(unknown, { schema: 'app', name: 'legacy' }, subcommand.constraint)
          : '',
      ),
      ['legacy_a_b_key', 'legacy_a_check', 'legacy_a_fkey'],
    )
    const index = commandOf('CREATE INDEX ON legacy (lower(a), b)')
    assert.equal(index.tag === 'CREATE INDEX' && indexName(unknown, index), 'legacy_lower_b_idx')
  })

  it('does not break on nonsense', () => {
    const { catalog } = afterwards(
      emptyCatalog(true),
      `ALTER TABLE a RENAME TO b; ALTER TABLE a ATTACH PARTITION b DEFAULT; DROP TABLE x, y CASCADE; CREATE INDEX ON a (b);
       ALTER TABLE a ADD PRIMARY KEY USING INDEX i; CREATE TABLE a (LIKE z INCLUDING ALL, FOREIGN KEY (q) REFERENCES z);
       CREATE TABLE p PARTITION OF a DEFAULT; CREATE TABLE a () INHERITS (a); ALTER TABLE a INHERIT a; DROP TABLE a CASCADE;
       ALTER TYPE t RENAME TO u; DROP TYPE t CASCADE; DROP SCHEMA s CASCADE; ALTER INDEX i RENAME TO j; SET search_path = '';
       CREATE TABLE public.m (a integer); CREATE TABLE public.n (a integer); ALTER TABLE public.m INHERIT public.n;
       ALTER TABLE public.n INHERIT public.m; ALTER TABLE public.m ALTER a SET DEFAULT 1; ALTER TABLE public.m RENAME TO n; DROP TABLE public.n CASCADE;
       CREATE INDEX i ON public.k (a); CREATE INDEX j ON public.k (a); ALTER INDEX i ATTACH PARTITION j;
       ALTER INDEX j ATTACH PARTITION i; DROP INDEX i`,
      15,
    )
    assert.equal(relationNamed(catalog, { name: 'x' }), undefined)
  })
})

describe('a long history', () => {
  before(loadInstalledParser)

  it('shares what it does not change', () => {
    let catalog = emptyCatalog(true)
    for (let n = 0; n < 500; n++)
      catalog = afterwards(catalog, `CREATE TABLE t${n} (id integer PRIMARY KEY)`, 15).catalog
    const later = afterwards(catalog, 'ALTER TABLE t7 ADD COLUMN a text', 15).catalog
    assert.notEqual(relationNamed(later, { name: 't7' }), relationNamed(catalog, { name: 't7' }))
    for (const n of [0, 8, 499])
      assert.equal(relationNamed(later, { name: `t${n}` }), relationNamed(catalog, { name: `t${n}` }))
  })
})
