import { nameOf } from '../../text'

/**
 * Whether a file of a folder is written for another database, by the path below that folder: migrations for several
 * databases stand side by side, and PostgreSQL's parser accepts much of the others' SQL.
 */
export function isForeign(relative: string): boolean {
  const segments = relative.split('/')
  return segments.slice(0, -1).some(isForeignSegment) || isForeignName(segments.at(-1) as string)
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
  /^(?:.*[-_.])?(?:server|jdbc|db|database|store|storage|driver|migrations?|schemas?|sql)[-_.][a-z0-9]+$|^[a-z0-9]+[-_.](?:migrations?|schemas?|sql|db|database|store|storage)$/
