import { nameOf } from '../../text'

/**
 * Whether a file of a folder is written for another database, by the path below that folder: migrations for several
 * databases stand side by side, and PostgreSQL's parser accepts much of the others' SQL.
 */
export function isForeign(relative: string): boolean {
  const segments = relative.split('/')
  const name = segments.pop() as string
  // `db2` far above the files is a second package for the database rather than IBM's.
  return (
    segments.some((segment, at) => isForeignSegment(segment) && (segment !== 'db2' || at === segments.length - 1)) ||
    isForeignName(name)
  )
}

/** Whether a file name says another database: `1_users.mysql.up.sql`. */
export const isForeignName = (name: string): boolean =>
  nameOf(name)
    .split('.')
    .slice(1)
    .some(part => foreign.has(part.toLowerCase()))

/** Whether a folder's name says another database: `mysql`, `server-sqlite`, `mysql_migrations`. */
export function isForeignSegment(segment: string): boolean {
  const name = segment.toLowerCase()
  if (foreign.has(name)) return true
  const [dialect] = name.split(/[-_.]/).filter(part => foreign.has(part))
  return dialect !== undefined && containers.test(name)
}

/** Whether a folder's name says PostgreSQL. */
export const isPostgresSegment = (segment: string): boolean => /^(?:pg|postgres|postgresql|pgsql|psql)$/i.test(segment)

const foreign: ReadonlySet<string> = new Set([
  'mysql',
  'mariadb',
  'sqlite',
  'sqlite3',
  'libsql',
  'turso',
  'clickhouse',
  'cockroach',
  'cockroachdb',
  'crdb',
  'oracle',
  'sqlserver',
  'mssql',
  'h2',
  'hsqldb',
  'derby',
  'db2',
  'redshift',
  'snowflake',
  'bigquery',
  'spanner',
  'tidb',
  'ydb',
  'cassandra',
  'vertica',
  'firebird',
  'duckdb',
])

/** Words that make `x-mysql` a place for MySQL's files rather than something about MySQL. */
const containers =
  /^(?:.*[-_.])?(?:server|jdbc|db|database|store|storage|driver|migrations?|schemas?|sql)[-_.][a-z0-9]+$|^migrations?[-_.].*[-_.][a-z0-9]+$|^[a-z0-9]+[-_.](?:migrations?|schemas?|sql|db|database|store|storage|persistence)$/

/**
 * Whether a text is written for another database, by words that PostgreSQL has nowhere: MySQL's and SQLite's quotes and keys,
 * ClickHouse's engines and codecs, SQL Server's scripts and the parameters of templates for it.
 */
export const isForeignText = (text: string): boolean => foreignWords.test(text)

const foreignWords = new RegExp(
  [
    '\\b(?:table|into|update|index|on|exists|column|add|from|drop|alter|constraint)\\s+`',
    '\\b(?:autoincrement|auto_increment)\\b',
    '\\bengine\\s*=\\s*(?:innodb|myisam|\\w*mergetree)\\b',
    '\\b(?:codec|(?:to)?lowcardinality)\\s*\\(',
    "\\bobject_id\\s*\\(\\s*N?'",
    '\\b(?:into|from|join|table|update)\\s+(?:#\\w|@\\w+\\.)',
  ].join('|'),
  'im',
)
