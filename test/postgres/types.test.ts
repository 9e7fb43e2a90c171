import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { binaryCasts, castsFile } from '../../scripts/generate-casts'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { type Catalog, emptyCatalog, tableAt } from '../../server/src/core/postgres/catalog'
import { typeChange } from '../../server/src/core/postgres/types'
import { loadInstalledParser } from '../parser'
import { afterwards, commandOf, must } from './cases'

/** Types that the pairs below name. */
const schema = `
  CREATE TYPE mood AS ENUM ('good');
  CREATE DOMAIN label AS text;
  CREATE DOMAIN short_label AS varchar(10);
  CREATE DOMAIN amount AS integer CHECK (VALUE > 0);
  CREATE DOMAIN given AS integer NOT NULL;
  CREATE DOMAIN small_amount AS amount`

/** Each line holds pairs of types; a clause after the second type belongs to ALTER COLUMN TYPE. */
const pairs = `
  varchar(20) > varchar(40) | varchar(40) > varchar(20) | varchar(20) > varchar | varchar > varchar(20) | varchar(20) > varchar(20)
  varchar(20) > text | text > varchar | text > varchar(20) | text > text | text > text COLLATE "C" | varchar(9) > varchar(19) COLLATE "C"
  text COLLATE "C" > text | text COLLATE "C" > text COLLATE "C" | text > label COLLATE "C"
  char(4) > char(8) | char(4) > bpchar | char(4) > varchar(4) | char(4) > text | text > bpchar | varchar(5) > bpchar | text > char(3)
  citext > text | text > citext | varchar(10) > citext | citext > varchar | citext > varchar(10)
  name > text | text > name | "char" > text | xml > text | json > jsonb | json > text | uuid > text | mood > text | mood > varchar(9)
  integer > bigint | bigint > integer | smallint > integer | integer > numeric | integer > oid | oid > integer | oid > regclass | integer > regtype
  real > double precision | double precision > real | numeric > integer | money > numeric | boolean > integer USING c::integer
  numeric(10,2) > numeric(12,2) | numeric(10,2) > numeric(8,2) | numeric(10,2) > numeric(12,3) | numeric(10,2) > numeric | numeric > numeric(10,2)
  numeric(10) > numeric(12) | numeric(10) > numeric(12,2) | numeric(10,2) > numeric(10,2)
  timestamp > timestamptz | timestamptz > timestamp | timestamp(3) > timestamptz(3) | timestamp > timestamptz(6) | timestamp > timestamptz(3)
  timestamp(3) > timestamp(2) | timestamp(2) > timestamp(3) | timestamp(3) > timestamp | timestamp > timestamp(6) | timestamp > timestamp(3)
  time(3) > time(4) | time(4) > time(3) | timetz > timetz(3) | time > timetz | date > timestamp | timestamp > date | date > timestamptz
  interval > interval(3) | interval(3) > interval(6) | interval(3) > interval | interval day to second > interval | interval > interval day to second
  interval day to second(3) > interval day to second(4) | interval hour to minute > interval hour to second | interval year > interval month
  interval hour to second > interval hour to minute | interval year to month > interval | interval(6) > interval(3)
  bit(8) > bit(16) | bit(8) > varbit | bit(8) > varbit(8) | varbit(8) > varbit(16) | varbit(16) > varbit(8) | varbit > varbit(8) | varbit(8) > bit(8)
  cidr > inet | inet > cidr USING c::cidr | macaddr > macaddr8 | int4range > text
  integer > amount | amount > integer | integer > given | given > integer | small_amount > integer | small_amount > amount | text > label | label > varchar
  varchar(10) > short_label | varchar(5) > short_label | text > short_label | short_label > varchar(20) | short_label > text
  varchar(20)[] > varchar(40)[] | varchar(20)[] > varchar[] | varchar(20)[] > text[] | text[] > varchar[] | integer[] > bigint[] | text[] > text
  text > text USING c | text > varchar USING c::varchar | varchar(9) > varchar(19) USING c::varchar(19) | text > text USING upper(c) | text > text USING (c || '')
  varchar(9) > text USING c::varchar(19)::text | varchar(9) > text USING c::varchar(5)::text | integer > bigint USING c::bigint`
  .split(/\n| \| /)
  .map(pair => pair.trim())
  .filter(pair => pair !== '')

describe('ALTER COLUMN TYPE', () => {
  let session: Session
  let catalog: Catalog

  before(async () => {
    await loadInstalledParser()
    session = await pgliteSession()
    await must(session, `CREATE EXTENSION citext; ${schema}; SET TimeZone = 'UTC'`)
    catalog = afterwards(emptyCatalog(true), schema, 18).catalog
  })

  after(() => session?.close())

  for (const pair of pairs) {
    const [from = '', to = ''] = pair.split(' > ')
    it(pair, async () => {
      const real = await measured(session, from, to)
      assert.equal(said(catalog, from, to, new Map([['timezone', 'UTC']])), real)
    })
  }

  it('timestamps shift where the session has another time zone', () => {
    assert.equal(said(catalog, 'timestamp', 'timestamptz', new Map([['timezone', 'Europe/Berlin']])), 'rewrite')
  })

  it('says that it does not know', () => {
    assert.equal(said(catalog, 'timestamp', 'timestamptz', new Map()), 'unknown')
    assert.equal(said(catalog, 'geometry', 'geography', new Map()), 'unknown')
    assert.equal(said(catalog, undefined, 'bigint', new Map()), 'unknown')
  })

  it('keeps the list of binary coercible casts fresh', async () => {
    const kept = readFileSync('server/src/core/postgres/casts.generated.ts', 'utf8')
    assert.equal(
      kept,
      castsFile(await binaryCasts(session), session.major),
      'refresh with: npx tsx scripts/generate-casts.ts',
    )
  })
})

/** What PostgreSQL does to a table of one column, and to an index on it where the type can have one. */
async function measured(session: Session, from: string, to: string): Promise<string> {
  await must(session, `DROP TABLE IF EXISTS t; CREATE TABLE t (c ${from})`)
  const isIndexed = (await session.run('CREATE INDEX i ON t (c)')).error === undefined
  const files = async () => {
    const index = isIndexed ? "pg_relation_filenode('i')" : '0'
    return (await session.run(`SELECT pg_relation_filenode('t'), ${index}`)).rows[0] ?? []
  }
  const [table, index] = await files()
  const { error } = await session.run(`ALTER TABLE t ALTER c TYPE ${to}`)
  // Without a cast PostgreSQL asks for USING, and any such rewrites.
  if (error) return error.code === '42804' ? 'rewrite' : error.message
  const [newTable, newIndex] = await files()
  if (table !== newTable) return 'rewrite'
  return index === newIndex ? 'none' : 'rebuilds indexes'
}

function said(catalog: Catalog, from: string | undefined, to: string, parameters: ReadonlyMap<string, string>) {
  const known = from === undefined ? catalog : afterwards(catalog, `CREATE TABLE t (c ${from})`, 18).catalog
  const column = tableAt(known, 'public.t')?.columns[0]
  const command = commandOf(`ALTER TABLE t ALTER c TYPE ${to}`)
  assert.equal(command.tag, 'ALTER TABLE')
  const [subcommand] = 'subcommands' in command ? command.subcommands : []
  assert.equal(subcommand?.kind, 'ALTER COLUMN TYPE')
  if (subcommand?.kind !== 'ALTER COLUMN TYPE') return undefined
  const { type, using, collation } = subcommand
  const recollated = (collation ?? 'default') !== (column?.collation ?? 'default')
  const request = { column: 'c', from: column?.type, to: type, recollated, ...(using && { using }) }
  return typeChange(request, known, parameters).effect
}
