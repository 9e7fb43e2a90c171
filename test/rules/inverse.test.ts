import assert from 'node:assert/strict'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { historyOf } from '../../server/src/core/history/history'
import { inverseOf } from '../../server/src/core/inverse/inverse'
import { loadInstalledParser } from '../parser'
import { casesIn, must, reset } from '../postgres/cases'
import { refusals } from '../postgres/measure'
import { realCatalog } from '../postgres/real-catalog'

/** Each statement of the fixtures as an up after the schema: its inverse leaves PostgreSQL's catalog as it was. */
for (const file of ['apply.sql', 'effects.sql']) {
  const { schema, cases } = casesIn(file)
  describe(`the down of ${file}`, () => {
    let session: Session

    before(async () => {
      await loadInstalledParser()
      session = await pgliteSession()
      await reset(session, schema)
    })

    after(() => session?.close())

    for (const { title, setup, statement } of cases) {
      it(title, async () => {
        const down = inverse(schema, setup, statement)
        if (leavesSomething.test(down)) return
        await must(session, 'ROLLBACK; BEGIN')
        const first = await session.run(setup)
        const before = first.error ? undefined : await everything(session)
        const { error } = first.error ? first : await session.run(statement)
        const failed = error ? undefined : (await session.run(down)).error
        const after = error || failed ? undefined : await everything(session)
        await must(session, 'ROLLBACK')
        if (error && refusals.has(error.code)) return
        assert.equal(error, undefined)
        assert.equal(failed, undefined, down)
        assert.deepEqual(after, before, down)
      })
    }
  })
}

describe('the down of an up', () => {
  let session: Session

  before(async () => {
    await loadInstalledParser()
    session = await pgliteSession()
  })

  after(() => session?.close())

  const schema = `
    CREATE SCHEMA "Shop";
    CREATE TABLE "Shop"."Orders" ("Id" bigserial PRIMARY KEY, "select" varchar(9) NOT NULL DEFAULT 'a;b', placed timestamp(3) with time zone);
    CREATE INDEX "byPlaced" ON "Shop"."Orders" (placed DESC) WHERE placed IS NOT NULL;
    CREATE VIEW "Shop".recent AS SELECT "Id" FROM "Shop"."Orders";
    COMMENT ON TABLE "Shop"."Orders" IS 'what is bought';
    CREATE FUNCTION "Shop".one(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
    CREATE TYPE "Shop".state AS ENUM ('open', 'paid');
    CREATE TABLE "Shop".carts (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "order" bigint REFERENCES "Shop"."Orders" ON DELETE CASCADE,
      n integer CHECK (n > 0), m integer GENERATED ALWAYS AS (n * 2) STORED, s "Shop".state DEFAULT 'open', UNIQUE (n));
    CREATE TABLE "Shop".lines (id integer PRIMARY KEY, "oldCart" integer, k integer);
    CREATE INDEX "byCart" ON "Shop".lines ("oldCart");
    ALTER TABLE "Shop".lines RENAME "oldCart" TO cart;
    ALTER TABLE "Shop".lines ADD FOREIGN KEY (cart) REFERENCES "Shop".carts;
    ALTER TABLE "Shop".carts RENAME TO baskets;
    CREATE TABLE "Shop".wholes (id integer PRIMARY KEY);
    CREATE TABLE "Shop".parts (id integer REFERENCES "Shop".wholes);
    CREATE VIEW "Shop".baskets_all AS SELECT b.* FROM "Shop".baskets b;
    CREATE VIEW "Shop".baskets_few AS SELECT id FROM "Shop".baskets_all;
    COMMENT ON VIEW "Shop".recent IS 'the last ones';
    COMMENT ON COLUMN "Shop".recent."Id" IS 'which';
    GRANT SELECT ON "Shop"."Orders", "Shop".recent TO PUBLIC;
    GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA "Shop" TO PUBLIC;
    REVOKE DELETE ON "Shop".recent, "Shop"."Orders" FROM PUBLIC;
    GRANT UPDATE ("Id") ON "Shop".recent TO PUBLIC;
    ALTER VIEW "Shop".recent SET (security_barrier);
    CREATE FUNCTION "Shop".kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER "Kept" INSTEAD OF DELETE ON "Shop".recent FOR EACH ROW EXECUTE FUNCTION "Shop".kept();
    CREATE TABLE "Shop".sales (id integer, k integer);
    CREATE VIEW "Shop".sold AS SELECT id FROM "Shop".sales;
    CREATE FUNCTION "Shop".all_sold() RETURNS SETOF "Shop".sold LANGUAGE sql AS 'SELECT 1';
    CREATE MATERIALIZED VIEW "Shop".totals AS SELECT id, k FROM "Shop".sales;
    CREATE INDEX "byTotal" ON "Shop".totals (k);
    CREATE TABLE "Shop".events (id integer, at date) PARTITION BY RANGE (at);
    CREATE TABLE "Shop"."events 1" PARTITION OF "Shop".events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
    CREATE TABLE "Shop".older (id integer, at date);
    ALTER TABLE "Shop".events ATTACH PARTITION "Shop".older DEFAULT;
    ALTER TABLE "Shop".older RENAME TO rest;
  `
  for (const statement of [
    'ALTER TABLE "Shop"."Orders" RENAME COLUMN "select" TO "Chosen"',
    'ALTER TABLE "Shop"."Orders" RENAME TO orders; ALTER TABLE "Shop".orders ADD COLUMN "Note" text',
    `ALTER TABLE "Shop"."Orders" ALTER COLUMN "select" SET DEFAULT 'c', ALTER COLUMN "select" TYPE text`,
    'ALTER TABLE "Shop"."Orders" ALTER COLUMN "select" DROP DEFAULT; ALTER TABLE "Shop"."Orders" ALTER COLUMN "select" DROP NOT NULL',
    'DROP INDEX "Shop"."byPlaced"',
    'CREATE OR REPLACE VIEW "Shop".recent AS SELECT "Id", placed FROM "Shop"."Orders"',
    `COMMENT ON TABLE "Shop"."Orders" IS 'what was bought'`,
    `COMMENT ON COLUMN "Shop"."Orders".placed IS 'when'`,
    `CREATE OR REPLACE FUNCTION "Shop".one(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2'`,
    'DROP FUNCTION "Shop".one(integer)',
    `ALTER TYPE "Shop".state RENAME VALUE 'paid' TO 'Paid'`,
    'DROP TABLE "Shop".lines, "Shop".parts, "Shop".wholes',
    'DROP VIEW "Shop".baskets_few, "Shop".baskets_all; ALTER TABLE "Shop".baskets DROP COLUMN s',
    'CREATE POLICY "Own" ON "Shop".baskets USING (true); ALTER TABLE "Shop".baskets ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE "Shop".baskets DROP CONSTRAINT carts_n_check, DROP CONSTRAINT carts_n_key',
    'ALTER TABLE "Shop".lines DROP CONSTRAINT lines_cart_fkey; DROP INDEX "Shop"."byCart"',
    'DROP VIEW "Shop".baskets_few; DROP VIEW "Shop".baskets_all; ALTER TABLE "Shop".baskets ADD COLUMN late integer; CREATE VIEW "Shop".baskets_all AS SELECT * FROM "Shop".baskets',
    'ALTER TABLE "Shop".sales ADD COLUMN late integer; DROP INDEX "Shop"."byTotal"; DROP MATERIALIZED VIEW "Shop".totals',
    'ALTER TABLE "Shop".sales ADD COLUMN late integer; DROP FUNCTION "Shop".all_sold(); DROP VIEW "Shop".sold',
    'CREATE OR REPLACE VIEW "Shop".baskets_few AS SELECT id FROM "Shop".baskets WHERE n > 1; CREATE VIEW "Shop".counted AS SELECT count(id) AS n FROM "Shop".baskets_few',
    `DROP VIEW "Shop".baskets_few, "Shop".baskets_all; ALTER TYPE "Shop".state RENAME TO old_state; CREATE TYPE "Shop".state AS ENUM ('paid', 'open');
     ALTER TABLE "Shop".baskets ALTER s DROP DEFAULT, ALTER s TYPE "Shop".state USING s::text::"Shop".state; DROP TYPE "Shop".old_state`,
    'ALTER TABLE "Shop"."Orders" ALTER COLUMN placed TYPE integer USING 1',
    'SET search_path = "Shop"; CREATE TABLE things (id integer); CREATE INDEX "onId" ON things (id)',
    'ALTER TABLE "Shop".events DETACH PARTITION "Shop"."events 1"; DROP TABLE "Shop"."events 1"',
    'ALTER TABLE "Shop".events DETACH PARTITION "Shop".rest',
    'DROP TABLE "Shop"."events 1"',
    'ALTER TABLE "Shop".sales DROP COLUMN k CASCADE',
    'DROP VIEW "Shop".baskets_all CASCADE',
    'DROP VIEW "Shop".recent',
    'BEGIN; CREATE SCHEMA attic; CREATE TABLE attic.t (id int); COMMIT',
  ]) {
    it(statement, async () => {
      await must(session, 'ROLLBACK; DROP SCHEMA IF EXISTS "Shop" CASCADE; RESET search_path')
      await must(session, schema)
      const down = inverse(schema, '', statement)
      assert.doesNotMatch(down, /By hand/)
      const before = await everything(session)
      await must(session, statement)
      assert.notDeepEqual(await everything(session), before)
      await must(session, 'RESET search_path')
      await must(session, down)
      await must(session, 'RESET search_path')
      assert.deepEqual(await everything(session), before, down)
    })
  }

  it('says what it cannot undo', () => {
    const down = (statement: string) =>
      inverse('CREATE TABLE t (id integer); CREATE TYPE mood AS ENUM ();', '', statement)
    assert.match(down(`ALTER TYPE mood ADD VALUE 'calm'`), /^-- PostgreSQL cannot take label 'calm'/)
    assert.match(down('DELETE FROM t'), /^-- The rows that the up deletes from t are gone/)
    const generated = 'ALTER TABLE t ADD COLUMN d integer GENERATED ALWAYS AS (id * 2) STORED;'
    assert.match(
      inverse(`CREATE TABLE t (id integer); ${generated}`, '', 'ALTER TABLE t DROP COLUMN id CASCADE'),
      /-- By hand: column "d" of table "t" was there before\.$/,
    )
    assert.match(
      inverse(
        `CREATE TABLE p (a text) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (lower('A'));`,
        '',
        'ALTER TABLE p DETACH PARTITION p1',
      ),
      /^-- By hand: undo ALTER TABLE p DETACH PARTITION p1\n-- By hand: table "p1" had another parent before\.$/,
    )
    assert.match(down('DO $$ BEGIN NULL; END $$'), /^-- By hand: undo what the DO block does/)
    const view =
      'CREATE TABLE t (id integer, a integer); CREATE VIEW v AS SELECT a FROM t; ALTER TABLE t RENAME a TO b;'
    assert.match(
      inverse(view, '', 'DROP VIEW v'),
      /^-- By hand: create view "?v"? again: it was written before "?b"? had its name\./,
    )
    const renamed =
      'CREATE TABLE t (a integer, CHECK (a > 0)); CREATE INDEX i ON t ((a + 1)); ALTER TABLE t RENAME a TO b;'
    assert.match(inverse(renamed, '', 'DROP TABLE t'), /^-- By hand: create again what DROP TABLE t drops/)
    assert.match(inverse(renamed, '', 'DROP INDEX i'), /^-- By hand: create again what DROP INDEX i drops/)
    const all = 'CREATE TABLE t (id integer); CREATE VIEW v AS SELECT * FROM t; ALTER TABLE t ADD COLUMN a integer;'
    assert.match(inverse(all, '', 'DROP VIEW v'), /^-- View v takes all columns/)
  })

  it('copies back what was copied before it was dropped', () => {
    const statement = 'ALTER TABLE t ADD COLUMN b text; UPDATE t SET b = a; ALTER TABLE t DROP COLUMN a'
    assert.deepEqual(inverse('CREATE TABLE t (id integer, a text NOT NULL);', '', statement).split('\n'), [
      'ALTER TABLE t ADD COLUMN a text;',
      'UPDATE t SET a = b;',
      'ALTER TABLE t ALTER COLUMN a SET NOT NULL;',
      'ALTER TABLE t DROP COLUMN b;',
    ])
  })

  it('drops concurrently what was built concurrently, where nothing else is to be done', () => {
    const schema = 'CREATE TABLE t (id integer);'
    const build = 'CREATE INDEX CONCURRENTLY i ON t (id)'
    assert.equal(inverse(schema, '', build), 'DROP INDEX CONCURRENTLY i;')
    assert.equal(inverse(schema, '', `${build}; CREATE TABLE u (id integer)`), 'DROP TABLE u;\nDROP INDEX i;')
  })
})

/** Comments under which a person has to do more; those about rows alone are not among them. */
const leavesSomething =
  /^-- (?!The rows|The values|Rows that|The up fills)|^-- The values .* are gone: .*\nALTER TABLE .* SET NOT NULL;$/m

function inverse(schema: string, setup: string, statement: string): string {
  const texts = [schema, setup, statement]
  const files = texts.map((text, index) => ({ path: `m/${index + 1}_part.up.sql`, text: `${text};\n` }))
  const history = historyOf({ path: 'm', files, framework: 'plain' })
  const up = history.migrationAt('m/3_part.up.sql')
  assert(up)
  return inverseOf(up, history, { postgres: 18, rules: {} })
}

async function everything(session: Session): Promise<unknown> {
  const { rows, error } = await session.run(texts.join('\nUNION ALL\n'))
  assert.equal(error, undefined)
  const relations = Object.entries(await realCatalog(session)).filter(([key]) => !key.startsWith('pg_temp'))
  return { relations, texts: rows.map(row => row.join(' ')).sort() }
}

const isOurs = `IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')`

/** What `realCatalog` leaves out. */
const texts = [
  `SELECT 'default ' || adrelid::regclass || ' ' || attname || ' ' || pg_get_expr(adbin, adrelid)
   FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum`,
  `SELECT 'column ' || c.oid::regclass || ' ' || attname || ' ' || format_type(atttypid, atttypmod)
   FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace ${isOurs} AND relkind NOT IN ('i', 'I') AND attnum > 0 AND NOT attisdropped`,
  `SELECT 'constraint ' || CASE WHEN conparentid = 0 THEN conname ELSE 'of a partition' END || ' ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
   FROM pg_constraint WHERE connamespace ${isOurs} AND contype <> 'n'`,
  `SELECT 'index ' || pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace ${isOurs}`,
  `SELECT 'function ' || oid::regprocedure || ' ' || prosrc FROM pg_proc WHERE pronamespace ${isOurs}`,
  `SELECT 'type ' || typname || ' ' || typtype::text FROM pg_type WHERE typnamespace ${isOurs}`,
  `SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal`,
  `SELECT 'privilege ' || relname || ' ' || privilege_type || ' ' || grantee FROM pg_class, aclexplode(relacl) WHERE relnamespace ${isOurs} AND grantee <> relowner`,
  `SELECT 'options ' || relname || ' ' || reloptions::text FROM pg_class WHERE relnamespace ${isOurs} AND reloptions IS NOT NULL`,
  `SELECT 'privileges ' || attrelid::regclass || ' ' || attname || ' ' || attacl::text FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384`,
  `SELECT 'label ' || enumlabel FROM pg_enum`,
  `SELECT 'policy ' || polname FROM pg_policy`,
  `SELECT 'comment ' || description FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid >= 16384`,
  `SELECT 'view ' || viewname || definition FROM pg_views WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_temp'`,
]
