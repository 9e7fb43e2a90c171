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
        if (/^--/m.test(down)) return
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
   FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace ${isOurs} AND attnum > 0 AND NOT attisdropped`,
  `SELECT 'constraint ' || conname || ' ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
   FROM pg_constraint WHERE connamespace ${isOurs} AND contype <> 'n'`,
  `SELECT 'index ' || pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace ${isOurs}`,
  `SELECT 'function ' || oid::regprocedure || ' ' || prosrc FROM pg_proc WHERE pronamespace ${isOurs}`,
  `SELECT 'type ' || typname || ' ' || typtype::text FROM pg_type WHERE typnamespace ${isOurs}`,
  `SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal`,
  `SELECT 'label ' || enumlabel FROM pg_enum`,
  `SELECT 'policy ' || polname FROM pg_policy`,
  `SELECT 'comment ' || description FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid >= 16384`,
  `SELECT 'view ' || viewname || definition FROM pg_views WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_temp'`,
]
