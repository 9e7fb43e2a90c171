import { downloadable } from '../../scripts/postgres/servers'
import { manualPage } from '../../server/src/core/manual'
import { apply } from '../../server/src/core/postgres/apply'
import { type Catalog, emptyCatalog, type RelationKey } from '../../server/src/core/postgres/catalog'
import { type Effects, effectsOf, type RelationLock } from '../../server/src/core/postgres/effects'
import {
  blocksReads,
  blocksWrites,
  conflictsOf,
  type LockMode,
  lockModes,
  stronger,
} from '../../server/src/core/postgres/locks'
import { afterwards, type Case, commandOf, runsOn } from './cases'
import { Roles } from './roles'

/** The page, from the root of the project. */
export const referencePath = 'docs/locks.md'

const majors = [...downloadable.keys()]
const newest = Math.max(...majors)

/**
 * Returns the lock reference, docs/locks.md: what the model says, on every major version, of the cases that are marked for
 * it. The model is proven by prove:effects, so the page is.
 */
export function lockReference(schema: string, cases: readonly Case[]): string {
  const shown = cases.filter(each => each.shown !== undefined)
  const catalogs = new Map(majors.map(major => [major, afterwards(emptyCatalog(true), schema, major).catalog]))
  const tagOf = new Map(shown.map(each => [each, commandOf(each.statement).tag]))
  const untold = [...tagOf.values()].filter(tag => !Object.values(chapters).some(tags => tags.includes(tag)))
  if (untold.length > 0) throw new Error(`in no chapter of the lock reference: ${untold.join(', ')}`)
  const chapter = ([title, tags]: [string, readonly string[]]) => {
    const told = tags.flatMap(tag => shown.filter(each => tagOf.get(each) === tag))
    return [`## ${title}`, tags[0] === 'ALTER TABLE' ? alterTable(told, catalogs) : tableOf(told, catalogs)]
  }
  const parts = [
    '# What PostgreSQL locks',
    '<!-- Generated from test/postgres/effects.sql: `npm run prove:effects -- --write`. -->',
    opening,
    Object.entries(chapters)
      .map(([title, tags]) => `- [${title}](#${anchor(title)})${contents(tags)}`)
      .join('\n'),
    '## How to read it',
    howToRead,
    modesTable(),
    ...Object.entries(chapters).flatMap(chapter),
    '## How it was measured',
    howMeasured,
  ]
  return `${parts.join('\n\n')}\n`
}

const contents = (tags: readonly string[]): string =>
  tags.length > 1 ? `: ${tags.map(tag => `[${tag}](#${anchor(tag)})`).join(', ')}` : ''

const opening = `What each command of a migration locks, who has to wait for it, and whether it reads or writes every row: on PostgreSQL ${majors[0]} to ${newest},
as PostgreSQL itself [shows it](#how-it-was-measured). Where the versions differ, the row says so.`

const chapters: Readonly<Record<string, readonly string[]>> = {
  'ALTER TABLE': ['ALTER TABLE'],
  Tables: ['CREATE TABLE', 'CREATE TABLE AS', 'DROP TABLE', 'TRUNCATE TABLE'],
  Indexes: ['CREATE INDEX', 'DROP INDEX', 'ALTER INDEX', 'REINDEX'],
  Views: [
    'CREATE VIEW',
    'ALTER VIEW',
    'DROP VIEW',
    'CREATE MATERIALIZED VIEW',
    'REFRESH MATERIALIZED VIEW',
    'DROP MATERIALIZED VIEW',
  ],
  'Triggers, rules, policies': [
    'CREATE TRIGGER',
    'ALTER TRIGGER',
    'DROP TRIGGER',
    'CREATE RULE',
    'CREATE POLICY',
    'DROP POLICY',
  ],
  Rows: ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'SELECT', 'COPY', 'LOCK TABLE'],
  Upkeep: ['VACUUM', 'ANALYZE', 'CLUSTER'],
  'Sequences and types': ['CREATE SEQUENCE', 'ALTER SEQUENCE', 'ALTER TYPE', 'DROP TYPE', 'ALTER DOMAIN'],
  'Everything else': ['COMMENT', 'GRANT', 'CREATE STATISTICS', 'CREATE PUBLICATION', 'ALTER PUBLICATION'],
}

const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '-')

const howToRead = `- **Locks** are those on tables and views, and last until the transaction ends. Indexes and sequences are locked along with
  their table and only told where nothing else is.
- **Who waits** for the lock, as long as it lasts. A statement that itself waits for a lock makes all wait who come after
  it and would have to wait for it: set \`lock_timeout\`.
- **Work** is what makes it long: to *read every row*, to *write the table anew* and to *build an index* takes the longer
  the larger the table is. Without an entry the statement is done in a moment, however large the table is.
- *Waits for older transactions*: it cannot end before those that may still use the old state. For \`CREATE INDEX\` and
  \`REINDEX\` that is every transaction of the database with an older snapshot, for \`DROP INDEX\` and \`DETACH PARTITION\` those that
  use the table.
- *Not in a transaction block*: it fails between \`BEGIN\` and \`COMMIT\`.`

function modesTable(): string {
  const rows = lockModes.map(mode => `| \`${mode}\` | ${[...conflictsOf(mode)].map(short).join(', ')} |`)
  return [
    'The lock modes, from the weakest to the strongest, and the modes that each of them makes wait',
    '([the manual](https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES)):',
    '',
    '| Mode | makes wait |',
    '| --- | --- |',
    ...rows,
    '',
    '`SELECT` takes `ACCESS SHARE`, `SELECT FOR UPDATE` takes `ROW SHARE`, `INSERT`, `UPDATE`, `DELETE` and `MERGE` take `ROW EXCLUSIVE`.',
  ].join('\n')
}

const short = (mode: string): string => `\`${mode}\``

const howMeasured = `By running it. Hundreds of statements, of which this page shows the main ones, run on PostgreSQL ${[...downloadable.values()].join(', ')} against tables with
rows, indexes, foreign keys, partitions and views, and what PostgreSQL did is compared with what Migration Guard says:
the locks from \`pg_locks\`, before the transaction ends; a new file from \`pg_relation_filenode\`; rows read from
\`pg_stat_xact_all_tables\`; indexes built from the server's own messages at \`debug1\`. What commits in between, as \`CONCURRENTLY\`
does, is stopped at every step by other sessions that hold what it needs next, so that they see all its locks.

\`npm run prove:effects\` does it again, and fails where anything differs. The page is written from what was proven.`

/** The subcommands of ALTER TABLE by what they are about. */
function alterTable(cases: readonly Case[], catalogs: ReadonlyMap<number, Catalog>): string {
  const aboutOf = ({ statement }: Case) => {
    const command = commandOf(statement)
    const kind: string = 'subcommands' in command ? (command.subcommands[0]?.kind ?? '') : ''
    return Object.entries(subjects).find(([, kinds]) => kinds.test(kind))?.[0]
  }
  const parts = Object.keys(subjects).map(subject => {
    const told = cases.filter(each => aboutOf(each) === subject)
    return `### ${subject}\n\n${tableOf(told, catalogs)}`
  })
  return [`[The manual's page](${pageOf('ALTER TABLE')})`, ...parts].join('\n\n')
}

const subjects: Readonly<Record<string, RegExp>> = {
  Columns:
    /COLUMN|DEFAULT|NOT NULL|GENERATED|(?:ADD|SET|DROP) IDENTITY|EXPRESSION|^SET (?:STATISTICS|STORAGE|COMPRESSION)/,
  Constraints: /CONSTRAINT/,
  Partitions: /PARTITION/,
  'The table as a whole': /./,
}

const pageOf = (tag: string): string =>
  manualPage(tag, newest)?.href.replace(`/docs/${newest}/`, '/docs/current/') ?? ''

function tableOf(cases: readonly Case[], catalogs: ReadonlyMap<number, Catalog>): string {
  const tags = cases.map(({ statement }) => commandOf(statement).tag)
  const lines = cases.map((each, index) => {
    const tag = tags[index] ?? ''
    return `| ${formOf(each, tag, tags[index - 1] !== tag)} | ${cellsByVersion(each, catalogs).join(' | ')} |`
  })
  return ['| | Locks | Who waits | Work |', '| --- | --- | --- | --- |', ...lines].join('\n')
}

/** The command, with a link to the manual and to be linked to where it is the first of its kind, and its form. */
function formOf({ from, shown = '' }: Case, tag: string, isFirst: boolean): string {
  const form = shown === 'itself' ? '' : shown
  const since = from > (majors[0] ?? from) ? `<br>*from ${from} on*` : ''
  if (tag === 'ALTER TABLE') return form + since
  const [code = tag, words = ''] = form.startsWith('`') ? split(`${tag} ${form.slice(1)}`) : [tag, form]
  const name = isFirst ? `<a id="${anchor(tag)}"></a>[\`${code}\`](${pageOf(tag)})` : `\`${code}\``
  return `${name}${/^\w/.test(words) ? ' ' : ''}${words}${since}`
}

/** What stands in the first code, and what follows. */
const split = (form: string): string[] => [form.slice(0, form.indexOf('`')), form.slice(form.indexOf('`') + 1)]

/** What is the same on all versions is told once; where one does otherwise the cell says what each does. */
function cellsByVersion(each: Case, catalogs: ReadonlyMap<number, Catalog>): string[] {
  const told = majors
    .filter(major => runsOn(each, major))
    .map(major => ({ major, cells: cellsOf(each, major, catalogs) }))
  return [0, 1, 2].map(column => byVersion(told.map(({ major, cells }) => ({ major, cell: cells[column] ?? '' }))))
}

function byVersion(told: readonly { major: number; cell: string }[]): string {
  const runs: { from: number; to: number; cell: string }[] = []
  for (const { major, cell } of told) {
    const last = runs.at(-1)
    if (last?.cell === cell) last.to = major
    else runs.push({ from: major, to: major, cell })
  }
  if (runs.length === 1) return runs[0]?.cell ?? ''
  const range = ({ from, to }: (typeof runs)[number]) => {
    if (to === newest) return `*from ${from}:*`
    return from === to ? `*${from}:*` : `*${from} to ${to}:*`
  }
  return runs
    .reverse()
    .map(run => `${range(run)} ${run.cell === '' ? 'nothing' : run.cell}`)
    .join('<br>')
}

function cellsOf({ setup, statement }: Case, postgres: number, catalogs: ReadonlyMap<number, Catalog>): string[] {
  const { catalog, parameters } = afterwards(catalogs.get(postgres) ?? emptyCatalog(true), setup, postgres)
  const command = commandOf(statement)
  const effects = effectsOf(command, catalog, { postgres }, parameters)
  const roles = new Roles(command, catalog, apply(catalog, command, { postgres }))
  const locks = effects.locks.filter(({ kind }) => !['index', 'partitioned index', 'sequence'].includes(kind))
  const told = locks.length > 0 ? locks : effects.locks
  return [locksCell(told, roles), waitsCell(told), workCell(effects, roles)]
}

function locksCell(locks: readonly RelationLock[], roles: Roles): string {
  const byMode = new Map<string, Set<string>>()
  for (const { relation, mode, atFirst = mode } of locks) {
    const words = atFirst === mode ? short(mode) : `${short(atFirst)} for a moment, then ${short(mode)}`
    byMode.set(words, (byMode.get(words) ?? new Set()).add(roles.of(relation)))
  }
  return [...byMode].map(([words, on]) => `${words} on ${listed([...on])}`).join('; ') || 'none'
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** Who the strongest of the locks makes wait (explicit-locking.html). */
function waitsCell(locks: readonly RelationLock[]): string {
  if (locks.length === 0) return 'nobody'
  const strongest = locks.map(({ mode, atFirst = mode }) => stronger(mode, atFirst)).reduce(stronger)
  if (blocksReads(strongest)) return 'reads and writes'
  if (blocksWrites(strongest)) return 'writes'
  return waiting[strongest] ?? ''
}

const waiting: Partial<Record<LockMode, string>> = {
  'SHARE UPDATE EXCLUSIVE': 'other changes of the schema, `VACUUM`',
  'ROW EXCLUSIVE': 'changes of the schema that make writes wait',
  'ROW SHARE': 'changes of the schema that make reads wait',
  'ACCESS SHARE': 'changes of the schema that make reads wait',
}

function workCell(effects: Effects, roles: Roles): string {
  const rolesOf = (keys: readonly RelationKey[]) => listed([...new Set(keys.map(key => roles.of(key)))])
  const read = effects.scans.filter(key => !effects.rewrites.includes(key))
  return [
    ...(effects.rewrites.length > 0 ? [`**writes ${rolesOf(effects.rewrites)} anew**`] : []),
    ...(read.length > 0 ? [`**reads every row** of ${rolesOf(read)}`] : []),
    ...(effects.builds.length > 0 ? [effects.builds.length > 1 ? 'builds indexes' : 'builds an index'] : []),
    ...(effects.waitsForTransactions ? ['*waits for older transactions*'] : []),
    ...(effects.refusesTransactionBlock ? ['*not in a transaction block*'] : []),
  ].join(', ')
}
