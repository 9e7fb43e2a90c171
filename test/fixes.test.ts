import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import type { Fix } from '../server/src/core/finding'
import { fixed } from '../server/src/core/fix'
import type { Direction, Migration, Section } from '../server/src/core/history/migration'
import { stepsOf } from '../server/src/core/history/steps'
import type { Case } from '../server/src/core/rules/examples'
import { ofRules } from './cases'
import { applied, findingsOf, fixesOf, folder, historyFor } from './fixtures'
import { loadInstalledParser } from './parser'

/**
 * Every fix of every example, proven with rows in the tables: the history with the migration as it was and the history with
 * the fix run, and leave the same catalog and the same rows. Statements run one by one, as CONCURRENTLY wants it.
 */
describe('fixes, on PostgreSQL', function () {
  this.timeout(120_000)
  let server: PGlite
  before(async () => {
    await loadInstalledParser()
    server = await PGlite.create()
  })
  after(() => server.close())

  for (const example of ofRules.flatMap(({ cases }) => cases)) {
    // The tables of a single file that makes none are not there to try it on.
    if (example.fixes.length === 0 || example.files.length === 1) continue
    it(`${example.origin}: ${example.title}`, async () => {
      const fixes = fixesOf(example)
      const tested = testedPath(example)
      const original = await outcome(server, example, { inTransactions: false, tested }).catch(error => {
        // Some originals fail as soon as there are rows, which is their finding: what mends them is another change.
        assert(fixes.length > 0 && fixes.every(({ fix }) => fix.isChange), error)
        return undefined
      })
      for (const { finding, fix } of fixes) {
        const after = await outcome(server, applied(example, [fix]), {
          inTransactions: true,
          tested,
          isStepwise: !fix.title.startsWith(partsTogether),
        })
        if (fix.isChange) {
          assert.notDeepEqual(after, original, `"${fix.title}" changes nothing`)
          if (finding.risk === 'rollback' && after.down)
            assert.deepEqual(catalogOf(after.down), catalogOf(after.before), `"${fix.title}" is not undone`)
        } else
          assertEndsLike(after, must(original), `"${fix.title}" does not end where the original does`, leavesWork(fix))
      }
      const together = await outcome(server, allFixed(example), { inTransactions: true, tested })
      if (fixes.some(({ fix }) => fix.isChange)) return
      const isIncomplete = fixes.some(({ fix }) => leavesWork(fix))
      assertEndsLike(together, must(original), 'all fixes together do not end where the original does', isIncomplete)
    })
  }
})

/** An index of a partitioned table takes its parts along (sql-dropindex.html): they are undone together. */
const partsTogether = 'Build it on each partition'

function must<T>(value: T | undefined): T {
  assert(value)
  return value
}

/**
 * A down that a fix writes leads back to the catalog before the up, or where it always led; what the up then makes is the same
 * again.
 */
function assertEndsLike(fixed: Outcome, original: Outcome, message: string, isIncomplete = false) {
  const isBack = isDeepStrictEqual(catalogOf(fixed.down), catalogOf(original.before))
  const wasBack = isDeepStrictEqual(catalogOf(original.down), catalogOf(original.before))
  const isMended = fixed.down !== undefined && (original.again === failed || (isBack && !wasBack))
  if (!isMended) return assert.deepEqual(fixed, original, message)
  assert.deepEqual(fixed.up, original.up, message)
  const isAsWas = isDeepStrictEqual(fixed.down, original.down)
  if (!isAsWas) assert.deepEqual(catalogOf(fixed.down), catalogOf(original.before), message)
  if (!isIncomplete) assert.deepEqual(catalogOf(fixed.again), catalogOf(fixed.up), message)
}

/** Whether a down says what a person has to undo: until then its up does not run again. */
const leavesWork = ({ edits, creates = [] }: Fix): boolean =>
  [...edits, ...creates].some(({ text }) => text.includes('-- By hand: '))

/** What an up comes to that does not run again, because its down leaves something behind. */
const failed = 'failed'

const catalogOf = (contents: unknown): unknown => (Array.isArray(contents) ? contents.slice(0, -1) : contents)

/** The case with all fixes made, those for review too, as `fix --review` makes them. */
function allFixed(example: Case): Case {
  const paths = example.files.map(({ path }) => `${folder}/${path}`)
  const { history } = fixed(historyFor(example), paths, example.settings, { review: true, creates: true })
  const files = [...history.source.files].map(([path, text]) => ({
    path: path.slice(folder.length + 1),
    text,
    isNamed: true,
    marks: [],
  }))
  return { ...example, files }
}

/** The first migration that fixes change, where another has made the tables; the last one for cases without fixes. */
function testedPath(example: Case): string {
  const findings = findingsOf(example)
  const isFixed = ({ path }: Case['files'][number]) => findings.get(path)?.some(({ fixes }) => fixes.length > 0)
  return `${folder}/${(example.files.slice(1).find(isFixed) ?? example.files.at(-1))?.path}`
}

interface Run {
  /** Whether BEGIN and COMMIT are run too: some originals fail inside a transaction block, which is their finding. */
  readonly inTransactions: boolean
  /** The migration before which the tables get their rows. */
  readonly tested: string
  /** Whether the new migrations can be undone and made again one by one. */
  readonly isStepwise?: boolean
}

/**
 * What the database is like before the tested version, after all ups, after the downs of the tested version and later, and
 * after these ups again.
 */
interface Outcome {
  readonly before: unknown
  readonly up: unknown
  /** Absent where nothing undoes the tested version. */
  readonly down?: unknown
  readonly again?: unknown
}

/** Runs the migrations of a case in an empty database and returns what they leave there. */
async function outcome(server: PGlite, example: Case, { inTransactions, tested, isStepwise }: Run): Promise<Outcome> {
  await server.exec(emptied)
  await server.query(`SELECT set_config('test.postgres', $1, false)`, [String(example.settings.postgres)])
  const history = historyFor(example)
  const { framework, migrations } = history
  const version = migrations.find(migration => migration.path === tested)?.version ?? ''
  const isTested = (migration: Migration) =>
    migration.repeatable || framework.compareVersions(migration.version, version) >= 0
  const run = async (some: readonly Migration[], wanted: Direction) => {
    for (const migration of some) {
      for (const { direction, command, statement } of stepsOf(history, migration, example.settings)) {
        const isControl = command?.tag === 'BEGIN' || command?.tag === 'COMMIT'
        if (direction === wanted && (inTransactions || !isControl)) await server.exec(statement.text)
      }
    }
  }
  const later = migrations.filter(isTested)
  await run(
    migrations.filter(migration => !isTested(migration)),
    'up',
  )
  await server.exec(filled)
  const before = await contents(server)
  await run(later, 'up')
  const up = await contents(server)
  const own = later.filter(migration => framework.compareVersions(migration.version, version) === 0)
  if (!own.some(({ sections }) => sections.some(hasDown))) return { before, up }
  if (isStepwise) await assertStepwise(later, run, () => contents(server), up)
  await run(later.toReversed(), 'down')
  const down = await contents(server)
  const again = await run(later, 'up').then(
    () => contents(server),
    () => failed,
  )
  return { before, up, down, again }
}

/** As many of the newest versions as there are, one more each time, undone and made again lead to the same catalog. */
async function assertStepwise(
  later: readonly Migration[],
  run: (some: readonly Migration[], wanted: Direction) => Promise<void>,
  now: () => Promise<unknown>,
  up: unknown,
) {
  const versions = [...new Set(later.map(({ version }) => version))]
  for (let count = 1; count < versions.length; count++) {
    const some = later.filter(({ version }) => versions.slice(-count).includes(version))
    await run(some.toReversed(), 'down')
    await run(some, 'up')
    assert.deepEqual(catalogOf(await now()), catalogOf(up), `the last ${count} undone and made again`)
  }
}

const hasDown = ({ direction, statements }: Section): boolean => direction === 'down' && statements.length > 0

/** Names are told with their schemas, whatever search_path the migrations leave; columns in whichever order the table has them. */
async function contents(server: PGlite): Promise<unknown> {
  const searchPath = async (path: string) =>
    (
      await server.query<{ was: string }>(
        `SELECT current_setting('search_path') AS was, set_config('search_path', $1, false)`,
        [path],
      )
    ).rows[0]?.was
  const was = must(await searchPath(''))
  const found = await Promise.all([...catalog, rows].map(async query => (await server.query(query)).rows))
  await searchPath(was)
  return found
}

/** What is random is drawn in the same order each time: two runs can be compared. */
const emptied = `
  ROLLBACK;
  DO $$
  DECLARE made name;
  BEGIN
    FOR made IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', made);
    END LOOP;
    FOR made IN SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user LOOP
      EXECUTE format('DROP OWNED BY %I', made);
      EXECUTE format('DROP ROLE %I', made);
    END LOOP;
  END
  $$;
  CREATE SCHEMA public;
  CREATE FUNCTION public.contents(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE found text;
  BEGIN
    EXECUTE format('SELECT count(*) || md5(string_agg(to_jsonb(r)::text, chr(10) ORDER BY to_jsonb(r)::text)) FROM %s r', relation) INTO found;
    RETURN found;
  END
  $$;
  CREATE SCHEMA chance;
  CREATE SEQUENCE chance.drawn;
  CREATE FUNCTION public.gen_random_uuid() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT lpad(nextval('chance.drawn')::text, 32, '0')::uuid
  $$;
  SET search_path = public, pg_catalog;
`

/** Enough rows for a second batch, with other values in each; what constraints ask for is left to the examples. */
const filled = `
  DO $$
  DECLARE
    relation regclass;
    columns text;
    expressions text;
  BEGIN
    SET LOCAL session_replication_role = replica;
    FOR relation IN
      SELECT oid FROM pg_class
      WHERE relnamespace::regnamespace::text !~ '^(pg_.*|information_schema|chance)$' AND relkind IN ('r', 'p') AND NOT relispartition
    LOOP
      SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum), string_agg(
        CASE
          WHEN atttypid = 'bool'::regtype THEN 'n % 2 = 0'
          WHEN atttypid = 'jsonb'::regtype THEN 'jsonb_build_object(''theme'', n)'
          WHEN atttypid IN ('timestamp'::regtype, 'timestamptz'::regtype) THEN format('''2024-01-01''::%s + n * interval ''1 minute''', atttypid::regtype)
          WHEN atttypid = 'date'::regtype THEN '''2024-01-01''::date + n'
          WHEN atttypid IN ('text'::regtype, 'varchar'::regtype) THEN quote_literal(attname) || ' || lpad(n::text, 5, ''0'')'
          WHEN (SELECT typtype FROM pg_type WHERE oid = atttypid) = 'e' THEN format('(enum_range(NULL::%s))[1]', atttypid::regtype)
          ELSE 'n'
        END, ', ' ORDER BY attnum)
      INTO columns, expressions
      FROM pg_attribute
      WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a';
      EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM generate_series(1, 6001) n', relation, columns, expressions);
    END LOOP;
  END
  $$;
`

/** All schemas but the server's and our own. */
const here = (namespace: string) => `${namespace}::regnamespace::text !~ '^(pg_.*|information_schema|chance)$'`

const catalog = [
  `SELECT oid::regclass::text, relkind, relrowsecurity, relforcerowsecurity, relpersistence, relreplident, relispartition,
     array_to_string(reloptions, ', ') AS options, pg_get_expr(relpartbound, oid) AS bound,
     CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END AS query, obj_description(oid, 'pg_class') AS comment
   FROM pg_class WHERE ${here('relnamespace')} ORDER BY 1`,
  `SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod) AS type, attnotnull, attidentity, attgenerated,
     pg_get_expr(adbin, adrelid) AS value, col_description(attrelid, attnum) AS comment, attstattarget,
     attoptions::text, attacl::text
   FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE ${here('relnamespace')} AND relkind NOT IN ('i', 'I') AND attnum > 0 AND NOT attisdropped ORDER BY 1, 2`,
  // PostgreSQL 18 names NOT NULL after what its column was called then.
  `SELECT conrelid::regclass::text, CASE WHEN contype <> 'n' OR current_setting('test.postgres')::int >= 18 THEN conname END AS conname,
     contype, convalidated, condeferrable, condeferred, pg_get_constraintdef(oid) AS definition,
     obj_description(oid, 'pg_constraint') AS comment
   FROM pg_constraint WHERE ${here('connamespace')} ORDER BY 1, 2, definition`,
  `SELECT indexrelid::regclass::text, indisunique, indisprimary, indisvalid, indisclustered, indisreplident,
     pg_get_indexdef(indexrelid) AS definition, obj_description(indexrelid, 'pg_class') AS comment
   FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE ${here('relnamespace')} ORDER BY 1`,
  `SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(pg_trigger.oid) AS definition
   FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE ${here('relnamespace')} AND NOT tgisinternal ORDER BY 1, 2`,
  `SELECT polrelid::regclass::text, polname, polcmd, pg_get_expr(polqual, polrelid) AS condition FROM pg_policy ORDER BY 1, 2`,
  `SELECT oid::regprocedure::text, prosrc, proconfig::text FROM pg_proc WHERE ${here('pronamespace')} ORDER BY 1`,
  `SELECT pg_get_statisticsobjdef(oid) AS definition FROM pg_statistic_ext WHERE ${here('stxnamespace')} ORDER BY 1`,
  `SELECT oid::regtype::text, typtype, typnotnull,
     (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = pg_type.oid) AS labels
   FROM pg_type WHERE ${here('typnamespace')} AND typtype IN ('d', 'e') ORDER BY 1`,
]

const rows = `SELECT oid::regclass::text, public.contents(oid) FROM pg_class WHERE ${here('relnamespace')} AND relkind = 'r' ORDER BY 1`
