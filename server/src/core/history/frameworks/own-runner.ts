import { statementsIn } from '../../sql/split'
import { folderOf, nameOf } from '../../text'
import { compareNumbered } from '../numbering'
import { dependsOn } from './dependencies'
import { isPostgresSegment } from './dialects'
import type { Folder, Runner } from './framework'
import { anyText, isSql, shareOfTexts } from './recognise'

/**
 * Returns what runs the SQL files of a folder that no known tool runs, where something tells that it opens a transaction around each:
 * the project's own program, or a migration that could not have run otherwise. Undefined where nothing tells.
 */
export const runnerOf = (folder: Folder): Runner | undefined =>
  ownRunner(folder) ?? (isProvenBySql(folder) ? { transaction: 'file' } : undefined)

/**
 * Returns the project's own program, where it is known to run the SQL files of a folder in a transaction each: by a library that it
 * depends on, or by its source, where a file called for migrations names the folder, runs SQL and begins a transaction. It is looked
 * for in the folder, in those above it as far as the project goes, and right in the folders beside these. Where most files open a
 * transaction themselves, or one before the last could not have run in one, that is what counts.
 */
export function ownRunner(folder: Folder): Runner | undefined {
  if (folder.files.some(file => maraguName.test(nameOf(file))) && isRunByMaragu(folder))
    return { transaction: 'file', by: 'maragudk/migrate' }
  const layout = layouts.find(
    ({ name, beside }) => name === nameOf(folder.path) && folder.list?.('..').includes(beside),
  )
  if (layout) return { transaction: 'file', by: layout.by }
  const by = sourceOf(folder)
  if (by === undefined) return undefined
  const isOtherwise = shareOfTexts(folder, text => begin.test(text)) > 0.5 || hasRun(folder, text => outside.test(text))
  return isOtherwise ? undefined : { transaction: 'file', by }
}

/**
 * Layouts that tell by themselves. Synapse and what is made from it, https://github.com/matrix-org/synapse: the deltas of one version
 * after the other, in a transaction each (`synapse/storage/engines/postgres.py`, `executescript`, at commit be65a8ec01).
 */
const layouts = [{ name: 'delta', beside: 'full_schemas/', by: 'Synapse' }]

/** Returns the name of the file that begins the transactions; undefined where none is found. */
function sourceOf(folder: Folder): string | undefined {
  const isNamed = namedIn(folder)
  const hasDowns = folder.files.some(file => /\bdown\.sql$/i.test(file))
  for (const place of placesAround(folder)) {
    const sources = sourcesAt(folder, place)
    const text = sources.map(source => source.text).join('\n')
    if (!isNamed(text, place === '') || (hasDowns && !downWord.test(text))) continue
    // A helper for the program's own transactions may stand right beside what runs its migrations without one.
    const isAboutThem = (source: string) => aboutMigrations.test(source) || isNamed(source, place === '')
    const own = sources.find(source => begins(source.text) && isAboutThem(source.text))
    if (own && runsSql.test(text) && !library.test(text)) return own.name
  }
  return undefined
}

/**
 * Whether the project's own Go program runs the files by maragudk/migrate (https://github.com/maragudk/migrate), whose names look
 * like golang-migrate's. Verified in `migrate.go` at commit df070c9: the version is the whole name up to `.up.sql` (or any other
 * character before `up`: the dot in its pattern is not escaped), in the order of names as text, and each file is one query in a
 * transaction of its own.
 */
export const isRunByMaragu = (folder: Folder): boolean =>
  dependsOn(folder, 'go.mod', 'github.com/maragudk/migrate') || dependsOn(folder, 'go.mod', 'maragu.dev/migrate')

const maraguName = /^[\w-]+.(?:up\.sql$|down\.sql)/

/**
 * Whether a migration before the last has LOCK TABLE without BEGIN, which PostgreSQL refuses outside a transaction block (sql-lock.html,
 * "Notes"), and none says by BEGIN that it opens its transactions itself.
 */
function isProvenBySql(folder: Folder): boolean {
  const isLocking = (text: string) =>
    lock.test(text) && statementsIn(text).statements.some(({ command }) => command?.tag === 'LOCK TABLE')
  return hasRun(folder, isLocking) && !anyText(folder, text => begin.test(text))
}

/** Whether the text of a migration before the last, which has run if they go by their numbers, passes. One that undoes another may never have run. */
function hasRun({ files, read }: Folder, passes: (text: string) => boolean): boolean {
  const ups = files.filter(file => isSql(file) && !undoes.test(file))
  const [, ...earlier] = ups.toSorted((a, b) => compareNumbered(b, a))
  return earlier.some(file => passes(read(file) ?? ''))
}

const undoes = /(?:^|[./_-])(?:down|undo|roll_?back|revert)(?=[./_-])/i

/** What PostgreSQL refuses inside a transaction block. */
const outside =
  /^[ \t]*(?:create\s+(?:unique\s+)?index\s+concurrently|(?:drop|reindex)\s+\w+\s+concurrently|vacuum|create\s+database|alter\s+system)\b/im

const lock = /^[ \t]*lock\s/im

const begin = /^[ \t]*(?:begin|start)(?:\s+(?:work|transaction)\b[^;]*)?\s*;/im

/** What runs files that undo others knows them by this. */
const downWord = /["'`.(|]down["'`.)|]/i

/** Returns a function that says whether a text names the folder: as a part of a path in a string, or for Go to embed. */
function namedIn({ path }: Folder): (text: string, isInside: boolean) => boolean {
  const segments = path.split('/')
  const name = segments.findLast(segment => !isPostgresSegment(segment)) ?? ''
  if (!/^\w[\w.-]*$/.test(name)) return () => false
  const escaped = name.replaceAll('.', '\\.')
  const named = new RegExp(`["'\`/]${escaped}["'\`/]|^//go:embed .*\\b${escaped}\\b`, 'm')
  return (text, isInside) => named.test(text) || (isInside && anySql.test(text))
}

const anySql = /\.sql["'`]|^\/\/go:embed .*\.sql/m

const runsSql = /\b(?:exec|execute|executescript|executemany|query|unsafe|batch_execute|raw_sql|psql)\w*\b/i

const aboutMigrations = /migrat|upgrad|\.sql\b/i

const begins = (text: string): boolean =>
  beginning.test(text) || (/\.commit\(\)/.test(text) && /^(?:import|from) /m.test(text) && !autocommit.test(text))

/**
 * What begins a transaction in Go's database/sql, sqlx and pgx, in JavaScript's drivers, in Rust's, in SQL as a string, and with psql.
 * Python's drivers begin one by themselves (PEP 249, "commit").
 */
const beginning =
  /\.(?:Begin(?:x|Tx|Txx|Func|TxFunc)?|RunInTransaction|begin|transaction)\(|\*sql\.Tx\b|\bpgx\.Tx\b|["'`](?:BEGIN|START TRANSACTION)\b|\bpsql\b.*(?:--single-transaction|\s-1\s)/i

const autocommit = /autocommit\s*=\s*True|ISOLATION_LEVEL_AUTOCOMMIT/

/** Who imports one of these leaves the running to it, in ways of its own. */
const library =
  /golang-migrate|pressly\/goose|rubenv\/sql-migrate|amacneil\/dbmate|jackc\/tern|\balembic\b|\bknex\b|umzug|node-pg-migrate|postgres-migrations|drizzle-orm|prisma|typeorm|sqlx::migrate|diesel_migrations|refinery/i

/** Returns the sources that are called for migrations right in a folder near by. */
function sourcesAt({ list, read }: Folder, place: string): readonly { readonly name: string; readonly text: string }[] {
  const names = (list?.(place || '.') ?? []).filter(name => isTelling.test(name) && !isTest.test(name))
  return names.map(name => ({ name, text: read(place === '' ? name : `${place}/${name}`) ?? '' }))
}

const isTelling = /(?:migrat|upgrad|schema|database)[^/]*\.(?:go|py|[cm]?[jt]s|rs|sh)$/i

const isTest = /(?:^|[._-])(?:tests?|spec|mock)[._-]|[._-](?:test|spec)\.\w+$/i

/** Returns the folders to look in, relative: this one, then those above it and beside those, up to where the project begins. */
function* placesAround({ path, list }: Folder): Iterable<string> {
  if (!list) return
  const top = projectAbove(list) ?? 1
  yield ''
  let below = nameOf(path)
  let above = folderOf(path)
  for (let level = 1; level <= top; level++) {
    const place = Array(level).fill('..').join('/')
    yield place
    for (const name of list(place)) {
      if (name.endsWith('/') && name !== `${below}/` && !notOurs.test(name)) yield `${place}/${name.slice(0, -1)}`
    }
    below = nameOf(above)
    above = folderOf(above)
  }
}

const notOurs = /^(?:\.|node_modules\/|vendor\/|dist\/|build\/|target\/|tests?\/|docs\/)/

/** Returns how many folders above is the one that the project begins in; undefined where none near says so. */
export function projectAbove(list: (relative: string) => readonly string[]): number | undefined {
  for (let level = 0; level <= mostLevels; level++) {
    const names = list(level === 0 ? '.' : Array(level).fill('..').join('/'))
    if (names.some(name => manifests.has(name))) return level
  }
  return undefined
}

const mostLevels = 7

const manifests: ReadonlySet<string> = new Set([
  '.git/',
  '.git',
  'go.mod',
  'package.json',
  'pyproject.toml',
  'setup.py',
  'Cargo.toml',
])
